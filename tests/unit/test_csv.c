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

static void show(const struct csv_table *t, char *to, size_t size)
{
	size_t at = (size_t)snprintf(to, size, "%c%s", t->separator,
	                             t->header ? " header" : "");

	for (int k = 0; k < CSV_TELLS; k++)
		if (t->at[k] >= 0)
			at += (size_t)snprintf(
				to + at, size - at, " %s=%d",
				csv_tells_name((enum csv_tells)k), t->at[k]);
}

static void columns_are_told(void **state)
{
	struct arena *a = arena_new(MEMORY);

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct csv_table t;
		char got[256];

		if (!csv_look(a, sv_str(tables[i].text), 0, &t)) {
			if (tables[i].want)
				fail_msg("row %zu: no table", i);
			continue;
		}
		show(&t, got, sizeof(got));
		if (!tables[i].want || strcmp(got, tables[i].want))
			fail_msg("row %zu: \"%s\"", i, got);
	}
	arena_free(a);
}

/* clang-format off */
/* Choices parted by "/"; the table as above, or what the message has. */
static const struct {
	const char *text, *choices, *want;
} chosen[] = {
	/* The user's word stands over what is found out. */
	{"email,reason,detail\na@example.org,x,550 no\n",
	 "reply=Reason", ", header recipient=0 reply=1"},
	{"email,to\na@example.org,b@example.org\n",
	 "recipient=to/reply=email", ", header recipient=1 reply=0"},
	/* One column for two things, and two choices for one. */
	{"who,what\na@example.org,550 5.1.1\n",
	 "recipient=who/code=what/status=what",
	 ", header recipient=0 code=1 status=1"},
	{"who,what\na,b\n", "recipient=what/recipient=who",
	 ", header recipient=0"},
	/* Names with separators in them; commas are more, but no columns. */
	{"Wer;Grund, lang, wie gesagt\na@example.org;nein\n",
	 "recipient=Wer/reply= grund, lang, wie gesagt ",
	 "; header recipient=0 reply=1"},
	{"\"Wer\",\"Er\"\"r\"\na,b\n", "reply=er\"r/recipient=wer",
	 ", header recipient=0 reply=1"},
	/* By number, with a header and without one; a name wins. */
	{"wer,was\na@example.org,weg\n", "recipient=1/reply=2",
	 ", header recipient=0 reply=1"},
	{"a@example.org,weg\nb@example.org,fort\n", "recipient=1/reply=2",
	 ", recipient=0 reply=1"},
	{"2,1\nx,y\n", "reply=1/date=2", ", header reply=1 time=0"},
	/* What is not there. */
	{"wer,was\na@example.org,weg\n", "reply=wie",
	 "has no column \"wie\", only wer, was"},
	{"wer,was\n", "reply=3", "has no column \"3\", only wer, was"},
	{"wer,was\n", "reply=0", "has no column \"0\", only wer, was"},
	{"w\033[31mer,was\n", "reply=x", "only w?[31mer, was"},
	{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,c,d,e\n",
	 "reply=x", "bbb, ..."},
	{"", "reply=x", "has no column \"x\", only "},
	/* No choices. */
	{"wer,was\n", "reply", "\"reply\" is not of the form reply=HEADER"},
	{"wer,was\n", "reply=", "not of the form"},
	{"wer,was\n", "repply=was", "no column is called \"repply\": recipient"},
};
/* clang-format on */

static enum mw_status choose(struct arena *a, const char *text, sv choices,
                             struct csv_table *t, struct mw_err *err)
{
	struct csv_choice c[4];
	size_t n = 0;

	while (choices.n) {
		enum mw_status st = csv_choice_parse(sv_cut(&choices, '/'),
		                                     &c[n++], err);

		if (st != MW_OK)
			return st;
	}
	return csv_choose(a, sv_str(text), c, n, t, err);
}

static void users_choose(void **state)
{
	struct arena *a = arena_new(MEMORY);

	(void)state;
	for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++) {
		struct csv_table t = {0};
		struct mw_err err = {0};
		char got[256];

		arena_reset(a);
		if (choose(a, chosen[i].text, sv_str(chosen[i].choices), &t,
		           &err) == MW_OK)
			show(&t, got, sizeof(got));
		else
			(void)snprintf(got, sizeof(got), "%s", err.text);
		if (!sv_has(sv_str(got), sv_str(chosen[i].want)))
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
	assert_true(csv_tells_from(SV("date"), &t));
	assert_int_equal(t, CSV_TIME);
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
          cmocka_unit_test(users_choose),
          cmocka_unit_test(ends_are_found),
          cmocka_unit_test(names_go_both_ways),
          cmocka_unit_test(quotes_cost_nothing))
