/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/reply.h"
#include "unit.h"

/* clang-format off */
static const struct {
	const char *in;
	unsigned code;
	const char *status, *text;
} replies[] = {
	{"550 5.1.1 no such user", 550, "5.1.1", "no such user"},
	{"550-5.7.26 one\r\n550-5.7.26 two\r\n550 5.7.26 three", 550, "5.7.26",
		"one two three"},
	{"550-5.7.26 one 550-5.7.26 two 550 5.7.26 three", 550, "5.7.26",
		"one two three"},
	{"550-5.7.26 first line only", 550, "5.7.26", "first line only"},
	{"553 5.1.3 The address is bad. Learn\n5.1.3 more at\n5.1.3  https://x",
		553, "5.1.3", "The address is bad. Learn more at https://x"},
	{"550 #5.1.0 Address rejected.", 550, "5.1.0", "Address rejected."},
	{"550", 550, "", ""},
	{"421-4.7.0 slow 421 4.7.0 down", 421, "4.7.0", "slow down"},
	{"220-mx.example.net 421 4.2.1 try later", 421, "4.2.1", "try later"},
	{"220-mx.example.net 421 hosts", 220, "", "mx.example.net 421 hosts"},
	{"554 IP=192.0.2.7 - 550 reasons", 554, "", "IP=192.0.2.7 - 550 reasons"},
	{"mailbox unavailable", 0, "", "mailbox unavailable"},
	{"5.7.1 relaying denied", 0, "5.7.1", "relaying denied"},
	{"203.0.113.7 is listed", 0, "", "203.0.113.7 is listed"},
	{"5501 no code", 0, "", "5501 no code"},
	{"550 5.7.1.2 no status", 550, "", "5.7.1.2 no status"},
	{"  554   5.7.1   <a@example.org>:  x ", 554, "5.7.1", "<a@example.org>: x"},
};
/* clang-format on */

static void taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct mtext in = unit_mtext(a, sv_str(replies[i].in));
		struct reply r;
		char buf[ESTATUS_TEXT];

		reply_parse(a, &in, &r);
		assert_int_equal(r.code, replies[i].code);
		assert_string_equal(estatus_format(r.status, buf),
		                    replies[i].status);
		assert_sv(mtext_sv(&r.text), replies[i].text);
		arena_free(a);
	}
}

static void origins_point_at_the_input(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct mtext in = unit_mtext(a, SV("550-one\n550 two"));
	struct reply r;
	size_t off, len;

	(void)state;
	reply_parse(a, &in, &r);
	assert_true(mtext_origin(&r.text, 4, 7, &off, &len));
	assert_int_equal(off, 12);
	assert_int_equal(len, 3);
	assert_true(mtext_origin(&r.text, 0, 7, &off, &len));
	assert_int_equal(off, 4);
	assert_int_equal(len, 11);
	arena_free(a);
}

static void stages(void **state)
{
	enum smtp_stage s;

	(void)state;
	assert_int_equal(smtp_stage_of_command(SV("end of DATA command")),
	                 STAGE_END_OF_DATA);
	assert_int_equal(smtp_stage_of_command(SV("RCPT TO:<x>")), STAGE_RCPT);
	assert_int_equal(smtp_stage_of_command(SV("banana")), STAGE_UNKNOWN);
	assert_true(smtp_stage_from(SV("end-of-data"), &s));
	assert_int_equal(s, STAGE_END_OF_DATA);
	assert_false(smtp_stage_from(SV("dinner"), &s));
}

UNIT_MAIN(cmocka_unit_test(taken_apart),
          cmocka_unit_test(origins_point_at_the_input),
          cmocka_unit_test(stages))
