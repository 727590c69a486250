/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "mail/mbox.h"
#include "unit.h"

#define FROM "From a@example.org Thu Sep 18 17:54:04 2008\n"
#define NEXT "From b@example.net Fri Sep 19 07:04:05 2008\n"
#define MAX 4096

/* The bodies of a mailbox, one a line, joined by "|", and what they are. */
struct row {
	const char *box, *want;
};

static const char *const kinds[] = {"o", "rd", "cl", "cl2"};

/* Fed step bytes at a time; "kind:raw" joined by "|". */
static void split(sv box, size_t step, char *out, size_t size)
{
	struct mbox m;
	struct mbox_message msg;
	size_t from = 0, to = 0, used, n = 0;

	mbox_init(&m, MAX);
	out[0] = '\0';
	for (;;) {
		sv w = sv_slice(box, from, to);
		enum mbox_step s = mbox_next(&m, w, to == box.n, &msg, &used);

		if (s == MBOX_END)
			break;
		if (s == MBOX_MORE) {
			assert_true(to < box.n);
			to = to + step < box.n ? to + step : box.n;
			continue;
		}
		assert_int_equal(msg.offset, from);
		n += (size_t)snprintf(out + n, size - n, "%s%s:%.*s",
		                      n ? "|" : "", msg.from.n ? kinds[msg.kind]
		                                               : "junk",
		                      SV_FMT(msg.raw));
		from += used;
	}
	assert_int_equal(from, box.n);
}

static void rows_hold(const struct row *rows, size_t n)
{
	char got[2048];

	for (size_t i = 0; i < n; i++)
		for (size_t step = 1; step < 4000; step = step * 3 + 1) {
			split(sv_str(rows[i].box), step, got, sizeof(got));
			if (strcmp(got, rows[i].want))
				fail_msg("row %zu, step %zu: got \"%s\", want "
				         "\"%s\"", i, step, got, rows[i].want);
		}
}

#define ROWS_HOLD(rows) rows_hold(rows, sizeof(rows) / sizeof(rows[0]))

/* clang-format off */
static const struct row ends[] = {
	{"", ""},
	{FROM, "o:"},
	{FROM "A: 1\n\nx\n", "o:A: 1\n\nx\n"},
	{FROM "A: 1\n\nx\n\n", "o:A: 1\n\nx\n"},
	{FROM "A: 1\n\nx\n\n" NEXT "B: 2\n\ny", "o:A: 1\n\nx\n|o:B: 2\n\ny"},
	/* Header only, then without any blank line. */
	{FROM "A: 1\n\n" NEXT "B: 2\n", "o:A: 1\n|o:B: 2\n"},
	{FROM "A: 1\n" NEXT "B: 2\n", "o:A: 1\n|o:B: 2\n"},
	{FROM "A: 1\n\nx\n" NEXT "B: 2\n\ny\n", "o:A: 1\n\nx\n|o:B: 2\n\ny\n"},
	/* ... where what follows is no header, it is text. */
	{FROM "A: 1\n\nx\n" NEXT "he wrote\n",
	 "o:A: 1\n\nx\n" NEXT "he wrote\n"},
	/* No date, no From_ line. */
	{FROM "A: 1\n\nx\n\nFrom here on: y\nB: 2\n",
	 "o:A: 1\n\nx\n\nFrom here on: y\nB: 2\n"},
	/* Two From_ lines in a row, and one that moved into the header. */
	{FROM NEXT "A: 1\n\nx\n", "o:" NEXT "A: 1\n\nx\n"},
	{FROM ">From a Thu Sep 18 17:54:04 2008\nA: 1\n",
	 "o:>From a Thu Sep 18 17:54:04 2008\nA: 1\n"},
	{"\n" FROM "A: 1\n", "junk:|o:A: 1\n"},
	{"junk\n" FROM "A: 1\n", "junk:junk\n|o:A: 1\n"},
	{"B: 2\n\ny\n\n" FROM "A: 1\n", "junk:B: 2\n\ny\n|o:A: 1\n"},
	{"no mailbox", "junk:no mailbox"},
	{"From", "junk:From"},
};

static const struct row crlf[] = {
	{"From a Thu Sep 18 17:54:04 2008\r\nA: 1\r\n\r\nx\r\n\r\n"
	 "From b Thu Sep 18 17:54:04 2008\r\nB: 2\r\n\r\ny\r\n",
	 "o:A: 1\r\n\r\nx\r\n|o:B: 2\r\n\r\ny\r\n"},
	{"From a Thu Sep 18 17:54:04 2008\r\nContent-Length: 3\r\n\r\nx\r\n"
	 "\r\nFrom b Thu Sep 18 17:54:04 2008\r\nB: 2\r\n",
	 "cl:Content-Length: 3\r\n\r\nx\r\n|o:B: 2\r\n"},
};

static const struct row lengths[] = {
	/* The From_ line in the body belongs to it. */
	{FROM "Content-Length: 47\n\nx\n\n" NEXT "\n" NEXT "B: 2\n",
	 "cl2:Content-Length: 47\n\nx\n\n" NEXT "|o:B: 2\n"},
	{FROM "content-length: 2\n\nx\n\n" NEXT "B: 2\n",
	 "cl:content-length: 2\n\nx\n|o:B: 2\n"},
	/* Without the blank line, and at the end. */
	{FROM "Content-Length: 2\n\nx\n" NEXT "Content-Length: 3\n\nyy\n",
	 "cl:Content-Length: 2\n\nx\n|cl:Content-Length: 3\n\nyy\n"},
	{FROM "Content-Length: 1\n\nx\n\n" NEXT "B: 2\n",
	 "cl:Content-Length: 1\n\nx|o:B: 2\n"},
	{FROM "Content-Length: 1\n\nxy\n" NEXT "B: 2\n",
	 "o:Content-Length: 1\n\nxy\n|o:B: 2\n"},
	/* It leads elsewhere. */
	{FROM "Content-Length: 3\n\nxyz\n\n" NEXT "Content-Length: 999\n\nyy",
	 "cl:Content-Length: 3\n\nxyz|o:Content-Length: 999\n\nyy"},
	{FROM "Content-Length: 9999999999\n\nx\n\n" NEXT "B: 2\n",
	 "o:Content-Length: 9999999999\n\nx\n|o:B: 2\n"},
	{FROM "Content-Length: -1\n\nx\n\n" NEXT "B: 2\n",
	 "o:Content-Length: -1\n\nx\n|o:B: 2\n"},
	{FROM "A: 1\n\nContent-Length: 46\n\nx\n\n" NEXT "B: 2\n",
	 "o:A: 1\n\nContent-Length: 46\n\nx\n|o:B: 2\n"},
};

static const struct row quotes[] = {
	{FROM "A: 1\n\n>From x\n", "o:A: 1\n\n>From x\n"},
	{FROM "A: 1\n\n>>From x\n", "rd:A: 1\n\n>>From x\n"},
	/* In the middle of a line it says nothing. */
	{FROM "A: 1\n\nx >>From x\n", "o:A: 1\n\nx >>From x\n"},
};

struct line {
	const char *line, *sender, *date; /* NULL: no From_ line */
};

static const struct line lines[] = {
	{"From MAILER-DAEMON Thu Sep 18 17:54:04 2008", "MAILER-DAEMON",
	 "Thu Sep 18 17:54:04 2008"},
	{"From MAILER-DAEMON  Wed Sep  7 22:25 2008", "MAILER-DAEMON",
	 "Wed Sep  7 22:25 2008"},
	{"From - Thu Sep 18 17:54:04 2008\r\n", "-",
	 "Thu Sep 18 17:54:04 2008"},
	{"From <> Thu Sep 18 17:54:04 2008", "", "Thu Sep 18 17:54:04 2008"},
	{"From <a@example.org> Thu Sep 18 17:54:04 2008", "a@example.org",
	 "Thu Sep 18 17:54:04 2008"},
	{"From Thu Sep 18 17:54:04 2008", "", "Thu Sep 18 17:54:04 2008"},
	{"From \"a b\"@example.org Thu Sep 18 17:54:04 2008",
	 "\"a b\"@example.org", "Thu Sep 18 17:54:04 2008"},
	{"From a Thu Sep 18 17:54:04 EST 2008", "a",
	 "Thu Sep 18 17:54:04 EST 2008"},
	{"From a Thu Sep 18 17:54:04 +0000 2008", "a",
	 "Thu Sep 18 17:54:04 +0000 2008"},
	{"From a Thu Sep 18 17:54:04 2008 remote from b", "a",
	 "Thu Sep 18 17:54:04 2008 remote from b"},
	{"From a Thu, 18 Sep 2008 17:54:04 +0900", "a",
	 "Thu, 18 Sep 2008 17:54:04 +0900"},
	{"From () 2019-10-02 05:01:02", "()", "2019-10-02 05:01:02"},
	{"From a 2019-10-02T05:01:02Z", "a", "2019-10-02T05:01:02Z"},
	{"From: a@example.org", NULL, NULL},
	{"From a@example.org", NULL, NULL},
	{"From a Thu Sep 18 2008", NULL, NULL},
	{"From a Thu Sep 32 17:54:04 2008", NULL, NULL},
	{"From Thursday on, at 17:54 in 2008", NULL, NULL},
	{"from a Thu Sep 18 17:54:04 2008", NULL, NULL},
	{" From a Thu Sep 18 17:54:04 2008", NULL, NULL},
};

static const struct row fields[] = {
	{"A: 1", "yes"}, {"X-A:", "yes"}, {"A :1", "yes"}, {"", NULL},
	{": 1", NULL}, {"A b: 1", NULL}, {" A: 1", NULL}, {"http", NULL},
};
/* clang-format on */

static void mails_end_where_they_should(void **state)
{
	(void)state;
	ROWS_HOLD(ends);
	ROWS_HOLD(crlf);
}

static void right_lengths_are_believed(void **state)
{
	(void)state;
	ROWS_HOLD(lengths);
}

static void quoting_is_told(void **state)
{
	(void)state;
	ROWS_HOLD(quotes);
}

static void from_lines_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		sv sender, date;
		bool is = mbox_from_line(sv_str(lines[i].line), &sender, &date);

		if (is != (lines[i].sender != NULL))
			fail_msg("%s: %d", lines[i].line, is);
		if (!is)
			continue;
		assert_sv(sender, lines[i].sender);
		assert_sv(date, lines[i].date);
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		assert_int_equal(mbox_is_field(sv_str(fields[i].box)),
		                 fields[i].want != NULL);
}

static void places_are_told(void **state)
{
	const sv box = SV("\nx\n" FROM "A: 1\n\nx\n\n" NEXT "B: 2\n");
	struct mbox m;
	struct mbox_message msg;
	size_t used, at = 0;

	(void)state;
	mbox_init(&m, MAX);
	(void)mbox_next(&m, sv_drop(box, at), true, &msg, &used);
	at += used;
	(void)mbox_next(&m, sv_drop(box, at), true, &msg, &used);
	assert_int_equal(msg.offset, 3);
	assert_int_equal(msg.line, 3);
	assert_sv(msg.sender, "a@example.org");
	at += used;
	(void)mbox_next(&m, sv_drop(box, at), true, &msg, &used);
	assert_int_equal(msg.offset, at);
	assert_int_equal(msg.line, 8);
	assert_sv(msg.date, "Fri Sep 19 07:04:05 2008");
}

/* 100,000 bytes through a window that holds no more than 2,000. */
static void what_is_too_long_is_cut(void **state)
{
	static char box[100000], w[2000];
	const sv tail = SV("end\n\n" NEXT "B: 2\n");
	struct mbox m;
	struct mbox_message msg;
	size_t n = 0, in = 0, used;
	enum mbox_step s;

	(void)state;
	memset(box, 'x', sizeof(box));
	for (size_t i = 49; i < sizeof(box); i += 50)
		box[i] = '\n';
	memcpy(box, FROM "A: 1\n\n", sizeof(FROM) + 5);
	memcpy(box + sizeof(box) - tail.n, tail.p, tail.n);
	mbox_init(&m, MAX);
	while ((s = mbox_next(&m, sv_of(w, n), in == sizeof(box), &msg,
	                      &used)) == MBOX_MORE) {
		size_t done = mbox_done(&m);

		if (n > 1500 && done > 1000) {
			mbox_cut(&m, 1000, sv_of(w + 1000, done - 1000));
			memmove(w + 1000, w + done, n - done);
			n -= done - 1000;
		}
		assert_true(n < sizeof(w));
		w[n++] = box[in++];
	}
	assert_int_equal(s, MBOX_MESSAGE);
	assert_int_equal(msg.cut_at, 1000 - (sizeof(FROM) - 1));
	assert_int_equal(msg.raw.n + msg.cut, sizeof(box) - (sizeof(FROM) - 1) -
	                 tail.n + 4);
	assert_true(sv_ends(msg.raw, SV("xend\n")));
	memmove(w, w + used, n - used);
	s = mbox_next(&m, sv_of(w, n - used), false, &msg, &used);
	assert_int_equal(s, MBOX_MORE);
	n = sizeof(NEXT "B: 2\n") - 1;
	memcpy(w, NEXT "B: 2\n", n);
	s = mbox_next(&m, sv_of(w, n), true, &msg, &used);
	assert_int_equal(s, MBOX_MESSAGE);
	assert_int_equal(msg.offset, sizeof(box) - n);
	assert_int_equal(msg.cut, 0);
}

UNIT_MAIN(cmocka_unit_test(mails_end_where_they_should),
          cmocka_unit_test(right_lengths_are_believed),
          cmocka_unit_test(quoting_is_told),
          cmocka_unit_test(from_lines_are_known),
          cmocka_unit_test(places_are_told),
          cmocka_unit_test(what_is_too_long_is_cut))
