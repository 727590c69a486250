/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "mail/message.h"
#include "unit.h"

static struct mail parsed(struct arena *a, const char *text)
{
	struct mail m;

	assert_int_equal(mail_parse(a, sv_str(text), &m, NULL), MW_OK);
	assert_true(m.nparts >= 1);
	return m;
}

#define REPORT(nl)                                                            \
	"From: a@example.org" nl "Subject: one" nl "\ttwo" nl                 \
	"Content-Type: multipart/report; report-type=delivery-status;" nl     \
	" boundary=\"b 1\"" nl nl "preamble" nl "--b 1" nl nl "text" nl       \
	"--b 1" nl "Content-Type: message/delivery-status" nl nl              \
	"Action: failed" nl "--b 1" nl "Content-Type: message/rfc822" nl nl   \
	"From: b@example.org" nl "Content-Type: multipart/mixed; boundary=c"  \
	nl nl "--c" nl nl "inner" nl "--c--" nl "--b 1--" nl "epilogue" nl

/* clang-format off */
static const struct {
	const char *name, *text;
	unsigned defects;
} reports[] = {
	{"LF", REPORT("\n"), 0},
	{"CRLF", REPORT("\r\n"), 0},
	{"lone CR", REPORT("\r"), 1},
};
/* clang-format on */

static void all_line_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct mail m = parsed(a, reports[i].text);

		assert_int_equal(m.nparts, 6);
		assert_int_equal(m.ndefects, reports[i].defects);
		assert_int_equal(m.parts[0].kind, MAIL_MULTIPART);
		assert_int_equal(m.parts[1].kind, MAIL_TEXT);
		assert_sv(m.parts[1].body, "text");
		assert_true(mail_is(&m.parts[2], "Message",
		                    "delivery-status"));
		assert_sv(m.parts[2].body, "Action: failed");
		assert_int_equal(m.parts[3].kind, MAIL_MESSAGE);
		assert_int_equal(m.parts[3].end, 6);
		assert_int_equal(m.parts[4].parent, 3);
		assert_sv(mail_get(&m, 4, "from"), "b@example.org");
		assert_sv(m.parts[5].body, "inner");
		arena_free(a);
	}
}

static void folded_fields(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct mail m = parsed(a, "Subject: one\n\ttwo\nTo : x@example.org\n"
	                          "X:\n  y\n\nbody\n");
	sv v;

	(void)state;
	assert_sv(mail_get(&m, 0, "Subject"), "one\n\ttwo");
	assert_sv(mail_get(&m, 0, "TO"), "x@example.org");
	assert_sv(mail_get(&m, 0, "x"), "y");
	assert_false(mail_nth(&m, 0, "x", 1, &v));
	assert_sv(m.parts[0].body, "body\n");
	arena_free(a);
}

/* clang-format off */
static const struct {
	const char *text;
	enum mail_flaw flaw;
	unsigned parts;
} broken[] = {
	{"A: b\nno field\nC: d\n\nx\n", MAIL_BAD_HEADER, 1},
	{"A: b\n", MAIL_NO_BODY, 1},
	{"Content-Type: multipart/mixed\n\n--x\n\ny\n", MAIL_NO_BOUNDARY, 1},
	{"Content-Type: multipart/mixed; boundary=x\n\nno\n",
		MAIL_LOST_BOUNDARY, 1},
	{"Content-Type: multipart/mixed; boundary=x\n\n--lost-one\n"
	 "Content-Type: text/plain\n\ny\n--lost-one--\n", MAIL_LOST_BOUNDARY, 2},
	{"Content-Type: multipart/mixed; boundary=x\n\n--x\n\ny\n",
		MAIL_UNCLOSED, 2},
	{"Content-Type: multipart/mixed;\nboundary=x\n\n--x\n\ny\n--x--\n",
		MAIL_BAD_HEADER, 2},
};
/* clang-format on */

static void defects_are_recorded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct mail m = parsed(a, broken[i].text);

		assert_int_equal(m.ndefects, 1);
		assert_int_equal(m.defects[0].flaw, broken[i].flaw);
		assert_int_equal(m.nparts, broken[i].parts);
		arena_free(a);
	}
}

static void parameters(void **state)
{
	sv v = SV("text/plain; x; charset = \"a;b\" ; name=c\n\td; CharSet2=e");

	(void)state;
	assert_sv(mail_param(v, "Charset"), "a;b");
	assert_sv(mail_param(v, "name"), "c");
	assert_sv(mail_param(v, "charset2"), "e");
	assert_sv(mail_param(v, "x"), "");
	assert_sv(mail_param(SV("text"), "charset"), "");
}

static void limits_hold(void **state)
{
	const size_t n = 40000, depth = 200;
	char *text = malloc(n * 8 + depth * 80);
	char *p = text;
	struct arena *a = arena_new(1 << 24);
	struct mail m;

	(void)state;
	assert_non_null(text);
	p += snprintf(p, 80, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (size_t i = 0; i < n; i++)
		p += snprintf(p, 80, "--b\n\nx\n");
	m = parsed(a, text);
	assert_int_equal(m.nparts, MAIL_MAX_PARTS);
	assert_int_equal(m.defects[0].flaw, MAIL_MANY_PARTS);
	p = text;
	for (size_t i = 0; i < depth; i++)
		p += snprintf(p, 80, "Content-Type: message/rfc822\n\n");
	m = parsed(a, text);
	assert_int_equal(m.nparts, MAIL_MAX_DEPTH + 1);
	assert_int_equal(m.defects[0].flaw, MAIL_TOO_DEEP);
	arena_free(a);
	free(text);
}

static void mails_and_other_texts(void **state)
{
	(void)state;
	assert_true(mail_begins(SV("From: a\nTo: b\nSubject: c\n\nx")));
	assert_true(mail_begins(SV("From x Thu\nDate: a\nTo: b\nFrom: c\n\n")));
	assert_false(mail_begins(SV("550 5.1.1 user unknown\n")));
	assert_false(mail_begins(SV("error: x\nreason: y\ncode: z\n\n")));
	assert_false(mail_begins(SV("From: a\nTo: b\nsome text\n")));
	assert_false(mail_begins(SV("")));
}

UNIT_MAIN(cmocka_unit_test(all_line_ends), cmocka_unit_test(folded_fields),
          cmocka_unit_test(defects_are_recorded),
          cmocka_unit_test(parameters), cmocka_unit_test(limits_hold),
          cmocka_unit_test(mails_and_other_texts))
