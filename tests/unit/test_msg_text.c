/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdio.h>

#include "mail/message.h"
#include "mail/msg.h"
#include "mail/rtf.h"

static struct arena *arena;
static struct recode_tools tools;

static int setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 << 20);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	recode_tools_fini(&tools);
	arena_free(arena);
	return 0;
}

/* clang-format off */
static const struct {
	const char *rtf, *text;
} words[] = {
	{"{\\rtf1 550 no\\par such user}", "550 no\nsuch user"},
	{"{\\rtf1{\\fonttbl{\\f0 Arial;}}\\f0 a\\tab b}", "a\tb"},
	{"{\\rtf1{\\*\\htmltag <p>}a{\\*\\x {b}}c}", "ac"},
	{"{\\rtf1\\ansicpg1251 \\'cf\\'ee}", "\xD0\x9F\xD0\xBE"},
	{"{\\rtf1\\uc1 \\u8364?x\\u-3913\\'3f}", "\xE2\x82\xACx\xEF\x82\xB7"},
	{"{\\rtf1 \\{a\\}\\\\}", "{a}\\"},
	{"{\\rtf1 a\\bin3 {{{b}", "ab"},
	{"{\\rtf1 a}}}b", "ab"},
	{"{\\rtf1 a\\'4", "a4"},
	{"no rtf", ""},
};
/* clang-format on */

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_sv(rtf_text(arena, &tools, sv_str(words[i].rtf)),
		          words[i].text);
}

static void test_unpack(void **state)
{
	/* "ab", then what the window has from its begin on, 8 bytes. */
	static const char packed[] = "0123" "4567" "LZFu" "0000"
	                             "\x0c" "ab" "\x00\x06" "\x0d\x90";

	(void)state;
	assert_sv(rtf_unpack(arena, sv_of(packed, sizeof(packed) - 1)),
	          "ab{\\rtf1\\a");
	assert_sv(rtf_unpack(arena, SV("01234567MELA0000{\\rtf1 x}")),
	          "{\\rtf1 x}");
	assert_sv(rtf_unpack(arena, SV("01234567ABCD0000{\\rtf1 x}")), "");
	assert_sv(rtf_unpack(arena, SV("LZFu")), "");
}

static void test_utf16(void **state)
{
	(void)state;
	assert_sv(codepage_utf16(arena, SV("a\0\xac\x20=\xd8\0\xde\0\0b\0")),
	          "a\xE2\x82\xAC\xF0\x9F\x98\x80");
	assert_sv(codepage_utf16(arena, SV("=\xd8x\0y")), "\xEF\xBF\xBDx");
	assert_sv(sv_str(codepage_name(932)), "shift_jis");
	assert_sv(sv_str(codepage_name(4711)), "");
}

static struct msg seed(const char *name, size_t max)
{
	static char bytes[65536];
	char path[512];
	struct msg out;
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/tests/fuzz/seeds/msg/%s",
	               UNIT_SOURCE, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(bytes, 1, max < sizeof(bytes) ? max : sizeof(bytes), f);
	(void)fclose(f);
	assert_int_equal(msg_read(arena, sv_of(bytes, n), &out, NULL), MW_OK);
	return out;
}

static void test_report(void **state)
{
	struct msg made = seed("ndr.msg", SIZE_MAX);
	struct mail m;

	(void)state;
	assert_int_equal(made.flaws, 0);
	assert_int_equal(mail_parse(arena, made.text, &m, NULL), MW_OK);
	assert_sv(mail_get(&m, 0, "Subject"), "Undeliverable: Offer");
	assert_sv(mail_get(&m, 0, "Date"), "13 Jan 2026 10:00:00 +0000");
	assert_sv(mail_get(&m, 0, "To"), "");
	assert_int_equal(m.nparts, 6);
	assert_true(mail_is(&m.parts[1], "text", "plain"));
	assert_true(mail_is(&m.parts[2], "message", "delivery-status"));
	assert_true(sv_has(m.parts[2].body, SV("Status: 5.2.2\nRemote-MTA: "
	                                       "dns; mx.example.com\n")));
	assert_true(mail_is(&m.parts[3], "message", "rfc822"));
	assert_sv(mail_get(&m, 4, "To"), "\"Bert\" <bert@example.net>");
}

static void test_cut(void **state)
{
	/* Without what fills up the last sector; then with a changed body. */
	struct msg made = seed("ndr.msg", 8300);
	struct arena *small = arena_new(1 << 20);

	(void)state;
	assert_int_equal(made.flaws, 0);
	assert_true(sv_has(made.text, SV("Status: 5.2.2\n")));
	assert_int_equal(seed("header-junk.msg", SIZE_MAX).flaws, MSG_RTF);
	assert_int_equal(msg_read(small, SV("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
	                          &made, NULL), MW_ESYNTAX);
	assert_int_equal(msg_read(small, SV("From: x"), &made, NULL),
	                 MW_ESYNTAX);
	arena_free(small);
}

UNIT_MAIN(cmocka_unit_test_setup_teardown(test_words, setup, teardown),
          cmocka_unit_test_setup_teardown(test_unpack, setup, teardown),
          cmocka_unit_test_setup_teardown(test_utf16, setup, teardown),
          cmocka_unit_test_setup_teardown(test_report, setup, teardown),
          cmocka_unit_test_setup_teardown(test_cut, setup, teardown))
