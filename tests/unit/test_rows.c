/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "api/rows.h"
#include "unit.h"

#define MEMORY ((size_t)16 << 20)

/* clang-format off */
/* "line action recipient code status host sender id time: text" */
static const struct {
	const char *text, *want[3];
} tables[] = {
	{"status,reason,email,created\n"
	 "5.1.1,550 5.1.1 no such user,a@example.org,1250337600\n"
	 ",,,\n"
	 "550,\"no \"\"user\"\"\",<b@example.org>,1250337601\n",
	 {"2 - a@example.org 0 5.1.1    1250337600: 550 5.1.1 no such user",
	  "4 - b@example.org 550     1250337601: no \"user\""}},
	{"type,timeLogged,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta\n"
	 "b,2026-03-02,s@example.org,a@example.org,failed,5.1.1 (bad),"
	 "smtp;550 no,mx (192.0.2.1)\n",
	 {"2 failed a@example.org 0 5.1.1 mx s@example.org  2026-03-02: "
	  "550 no"}},
	{"email|what|mx|error\n"
	 "a@example.org|Undelivered|dns; mx.example.net (192.0.2.1)|"
	 "smtp; 550 no\n"
	 "b@example.org|delivered|mx|250 ok\n"
	 "c@example.org|Spam complaint||\n",
	 {"2 - a@example.org 0  mx.example.net   : 550 no",
	  "3 - b@example.org 0  mx   : 250 ok", "4 - c@example.org 0     : "}},
	{"email\tevent\terror\n"
	 "a@example.org\tUndelivered\tx\n"
	 "b@example.org\tdelivered\tx\n"
	 "c@example.org\tSpam complaint\t\n",
	 {"2 failed a@example.org 0     : x",
	  "3 delivered b@example.org 0     : x",
	  "4 complaint c@example.org 0     : "}},
};
/* clang-format on */

static struct input_item item_of(enum input_kind kind, const char *text)
{
	return (struct input_item){.kind = kind, .raw = sv_str(text),
				   .line = 1};
}

static const char *action(const struct export_row *r)
{
	if (r->complaint)
		return "complaint";
	return r->at.action ? ev_action_name(r->at.action) : "-";
}

static void show(const struct export_row *r, char *out, size_t n)
{
	const struct attempt *at = &r->at;
	char status[ESTATUS_TEXT] = "";

	if (estatus_is_set(at->status))
		(void)estatus_format(at->status, status);
	(void)snprintf(out, n, "%u %s %.*s %u %s %.*s %.*s %.*s %.*s: %.*s",
	               at->line, action(r), SV_FMT(at->recipient), at->code,
	               status, SV_FMT(at->host), SV_FMT(at->sender),
	               SV_FMT(at->queue_id), SV_FMT(r->time),
	               (int)at->text.n, at->text.n ? at->text.p : "");
}

static void tables_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct arena *a = arena_new(MEMORY);
		struct input_item item = item_of(INPUT_CSV, tables[i].text);
		struct export_row row;
		struct rows r;
		char got[256];
		size_t n = 0, off, len;

		assert_true(csv_look(a, item.raw, 0, &item.table));
		rows_init(&r, &item);
		for (; rows_next(&r, a, &row, NULL) == MW_OK; n++) {
			assert_true(n < 3 && tables[i].want[n]);
			show(&row, got, sizeof(got));
			assert_string_equal(got, tables[i].want[n]);
			/* What is a view is found where it stands. */
			if (mtext_origin(&row.at.text, 0, row.at.text.n, &off,
			                 &len))
				assert_true(sv_eq(sv_slice(item.raw, off,
				                           off + len),
				                  mtext_sv(&row.at.text)));
			assert_true(rows_may_reset(&r));
		}
		assert_true(n == 3 || !tables[i].want[n]);
		arena_free(a);
	}
}

static void later_parts_have_no_header(void **state)
{
	struct arena *a = arena_new(MEMORY);
	struct input_item item =
		item_of(INPUT_CSV, "a@example.org,550 no\n");
	struct export_row row;
	struct rows r;

	(void)state;
	assert_true(csv_look(a, SV("email,error\nb@example.org,550 no\n"), 0,
	                     &item.table));
	item.part = 1;
	item.line = 100;
	rows_init(&r, &item);
	assert_int_equal(rows_next(&r, a, &row, NULL), MW_OK);
	assert_sv(row.at.recipient, "a@example.org");
	assert_int_equal(row.at.line, 100);
	assert_int_equal(rows_next(&r, a, &row, NULL), MW_ENOENT);
	arena_free(a);
}

static void json_is_read(void **state)
{
#define ONE(who) "{\"address\": \"" who "\", \"error\": \"550 no\", "         \
	"\"created_at\": \"x\"}"
	struct arena *a = arena_new(MEMORY);
	struct input_item item = item_of(INPUT_JSON,
		"{\"items\": [" ONE("a@example.org") "," ONE("b@example.org")
		"]}\nx\n" ONE("c@example.org"));
	struct export_row row;
	struct rows r;

	(void)state;
	item.line = 7;
	rows_init(&r, &item);
	assert_int_equal(rows_next(&r, a, &row, NULL), MW_OK);
	assert_sv(row.at.recipient, "a@example.org");
	assert_false(rows_may_reset(&r));
	assert_int_equal(rows_next(&r, a, &row, NULL), MW_OK);
	assert_sv(row.at.recipient, "b@example.org");
	assert_true(rows_may_reset(&r));
	assert_int_equal(rows_next(&r, a, &row, NULL), MW_ESYNTAX);
	assert_int_equal(rows_next(&r, a, &row, NULL), MW_OK);
	assert_sv(row.at.recipient, "c@example.org");
	assert_int_equal(row.at.line, 9);
	assert_int_equal(rows_next(&r, a, &row, NULL), MW_ENOENT);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(tables_are_read),
          cmocka_unit_test(later_parts_have_no_header),
          cmocka_unit_test(json_is_read))
