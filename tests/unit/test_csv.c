/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "input/csv.h"
#include "unit.h"

#define MEMORY ((size_t)4 << 20)

/* clang-format off */
/* Records joined by "/", their cells by "|". */
static const struct {
	const char *text;
	char separator;
	const char *want;
} texts[] = {
	{"", ',', ""},
	{"a,b\n1,2\n", ',', "a|b/1|2"},
	{"a,b\r\n1,2", ',', "a|b/1|2"},
	{"a,b\r1,2\r", ',', "a|b/1|2"},
	{"\n\na,\n\n,b\n", ',', "a|/|b"},
	{"\xef\xbb\xbf" "a;b\n", ';', "a|b"},
	{"sep=;\na;b,c\n", 0, "a|b,c"},
	{"\"a,b\",\"c\nd\"\ne,f\n", ',', "a,b|c\nd/e|f"},
	{"\"a \"\"b\"\" c\",\"\"\n", ',', "a \"b\" c|"},
	{"\"\"\"\"\n", ',', "\""},
	{"a, \"b,c\"\n", ',', "a|b,c"},
	/* Quotes that do not pair are text. */
	{"a \"b\",c\n", ',', "a \"b\"|c"},
	{"\"a\" b,c\n", ',', "\"a\" b|c"},
	{"\"550 no \"such\" user\",c\n", ',', "550 no \"such\" user|c"},
	{"\"open,b\nc,d\n", ',', "\"open|b/c|d"},
	{"a\tb c\n", '\t', "a|b c"},
};

/* What the columns tell, "r0" for the recipient in the first. */
static const struct {
	const char *text, *want;
} tables[] = {
	/* Columns as documented by the providers' exports. */
	{"status,reason,email,created\n5.1.1,550 no,a@example.org,1\n",
	 ", header recipient=2 reply=1 status=0 time=3"},
	{"\"address\",\"code\",\"error\",\"created_at\"\n"
	 "\"a@example.org\",\"550\",\"no, never\",\"x\"\n",
	 ", header recipient=0 reply=2 code=1 time=3"},
	{"type;timeLogged;orig;rcpt;dsnAction;dsnStatus;dsnDiag;dsnMta\n"
	 "b;1;s@example.org;a@example.org;failed;5.1.1 (x);smtp;550 no;mx\n",
	 "; header recipient=3 reply=6 status=5 action=4 host=7 sender=2 "
	 "time=1"},
	/* A status in words tells what was done. */
	{"Email Address\tStatus\na@example.org\tbounced\n",
	 "\t header recipient=0 action=1"},
	/* By content: names that nobody knows, and none. */
	{"Adresse;Grund\na@example.org;550 5.1.1 no such user\n",
	 "; header recipient=0 reply=1"},
	{"a@example.org,550 5.1.1 no\nb@example.org,451 4.7.1 wait a bit\n",
	 ", recipient=0 reply=1"},
	{"x|a@example.org|5.1.1|550\ny|b@example.org|4.2.2|452\n",
	 "| recipient=1 code=3 status=2"},
	/* No tables of bounces. */
	{"", NULL},
	{"550 5.1.1 no such user, sorry\n", NULL},
	{"a,b\n1,2\n", NULL},
	{"email,name\na@example.org,Anna\n", NULL},
	{"x: to=<a@example.org>, relay=none, dsn=5.1.1, status=bounced (no)\n"
	 "x: to=<b@example.org>, relay=none, dsn=5.1.1, status=bounced (no)\n",
	 NULL},
	{"Dear all, the reason is:\n550 no, a@example.org\n", NULL},
};
/* clang-format on */

static void records_are_cut(void **state)
{
	struct arena *a = arena_new(MEMORY);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sv cells[8];
		struct csv c;
		char got[128] = "";
		size_t n, at = 0;

		csv_init(&c, sv_str(texts[i].text), texts[i].separator);
		while (csv_next(&c, a, cells, 8, &n))
			for (size_t k = 0; k < n; k++)
				at += (size_t)snprintf(
					got + at, sizeof(got) - at, "%s%.*s",
					k ? "|" : at ? "/" : "",
					SV_FMT(cells[k]));
		if (strcmp(got, texts[i].want))
			fail_msg("row %zu: \"%s\"", i, got);
	}
	arena_free(a);
}

static void lines_are_counted(void **state)
{
	struct arena *a = arena_new(MEMORY);
	struct csv c;
	sv cells[2];
	size_t n;

	(void)state;
	csv_init(&c, SV("\na,\"b\nc\"\n\nd,e\nf"), ',');
	assert_true(csv_next(&c, a, cells, 2, &n));
	assert_int_equal(c.line, 2);
	assert_true(csv_next(&c, a, cells, 2, &n));
	assert_int_equal(c.line, 5);
	assert_true(csv_next(&c, a, cells, 0, &n));
	assert_int_equal(n, 0);
	assert_false(csv_next(&c, a, cells, 2, &n));
	arena_free(a);
}

static void columns_are_told(void **state)
{
	struct arena *a = arena_new(MEMORY);

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct csv_table t;
		char got[256];
		size_t at;

		if (!csv_look(a, sv_str(tables[i].text), 0, &t)) {
			if (tables[i].want)
				fail_msg("row %zu: no table", i);
			continue;
		}
		at = (size_t)snprintf(got, sizeof(got), "%c%s", t.separator,
		                      t.header ? " header" : "");
		for (int k = 0; k < CSV_TELLS; k++)
			if (t.at[k] >= 0)
				at += (size_t)snprintf(
					got + at, sizeof(got) - at, " %s=%d",
					csv_tells_name((enum csv_tells)k),
					t.at[k]);
		if (!tables[i].want || strcmp(got, tables[i].want))
			fail_msg("row %zu: \"%s\"", i, got);
	}
	arena_free(a);
}

static void ends_are_found(void **state)
{
	(void)state;
	assert_int_equal(csv_end(SV("a,b\nc,d\ne"), false), 8);
	assert_int_equal(csv_end(SV("a,b\nc,d\ne"), true), 4);
	assert_int_equal(csv_end(SV("a,\"b\nc\"\nd,\"e\nf"), false), 8);
	assert_int_equal(csv_end(SV("a,\"b\nc"), false), 0);
	assert_int_equal(csv_end(SV(""), true), 0);
}

static void names_go_both_ways(void **state)
{
	enum csv_tells t;

	(void)state;
	for (int i = 0; i < CSV_TELLS; i++) {
		const char *name = csv_tells_name((enum csv_tells)i);

		assert_true(csv_tells_from(sv_str(name), &t));
		assert_int_equal(t, i);
	}
	assert_false(csv_tells_from(SV(""), &t));
}

/* A million quotes that nothing closes. */
static void quotes_cost_nothing(void **state)
{
	static char text[2000000];
	struct arena *a = arena_new(MEMORY);
	struct csv c;
	sv cells[2];
	size_t n, records = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 4)
		memcpy(text + i, "\"ab\n", 4);
	csv_init(&c, sv_of(text, sizeof(text)), ',');
	while (csv_next(&c, a, cells, 2, &n))
		records++;
	assert_int_equal(records, sizeof(text) / 4);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(records_are_cut),
          cmocka_unit_test(lines_are_counted),
          cmocka_unit_test(columns_are_told),
          cmocka_unit_test(ends_are_found),
          cmocka_unit_test(names_go_both_ways),
          cmocka_unit_test(quotes_cost_nothing))
