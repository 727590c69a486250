/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "mail/words.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)16 << 20);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* clang-format off */
static const struct {
	const char *in, *text;
	unsigned defects;
} values[] = {
	{"", "", 0},
	{" plain\r\n", "plain", 0},
	{"folded\r\n here\n\tand here", "folded here\tand here", 0},
	{"glued\nhere", "glued here", 0},
	{"=?utf-8?Q?Zustellung_fehlgeschlagen=3A?= x",
		"Zustellung fehlgeschlagen: x", 0},
	{"=?UTF-8?b?w6k=?=", "\u00E9", 0},
	/* Blanks between words are none; the charsets may differ. */
	{"=?utf-8?q?a?= =?utf-8?q?b?=", "ab", 0},
	{"=?utf-8?q?a?=\r\n =?utf-8?b?Yg==?= =?iso-8859-1?q?=E9?= c",
		"ab\u00E9 c", 0},
	/* Split inside a character. */
	{"=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "\u00E9", 0},
	{"=?UTF-8?B?44E=?=\n =?utf-8?B?gg==?=", "\u3042", 0},
	{"=?iso-2022-jp?B?GyRCJSIlJBsoQg==?=", "\u30A2\u30A4", 0},
	{"=?gb2312?B?xOO6ww==?=", "\u4F60\u597D", 0},
	{"=?koi8-r*ru?q?=C1?=", "\u0430", 0},
	/* In the middle of words, in quotes, with blanks inside. */
	{"Re:=?utf-8?q?a?=(x)", "Re:a(x)", 0},
	{"\"=?utf-8?q?a?=\" <b@example.org>", "\"a\" <b@example.org>", 0},
	{"=?utf-8?Q?two words?=", "two words", 0},
	{"=?utf-8?B?SGVs\r\n bG8=?=", "Hello", 0},
	{"=?utf-8?q?\?=x", "x", 0},
	/* Broken ones stay. */
	{"=?utf-8?q?abc", "=?utf-8?q?abc", WORDS_BROKEN},
	{"=?utf-8?x?abc?=", "=?utf-8?x?abc?=", WORDS_BROKEN},
	{"=?\?q?abc?=", "=?\?q?abc?=", WORDS_BROKEN},
	{"=?utf-8?q?abc =?utf-8?q?d?=", "=?utf-8?q?abc d", WORDS_BROKEN},
	{"=?utf-8?q?a=XY?=", "a=XY", TRANSFER_BAD_QP},
	{"=?utf-8?b?SGVsbG8?= x", "Hello x", TRANSFER_CUT_BASE64},
	{"=?x-none?q?=E9?=", "\u00E9", RECODE_UNKNOWN | RECODE_OTHER},
	/* Raw bytes. */
	{"caf\xC3\xA9 =?utf-8?q?a?=", "caf\u00E9 a", 0},
	{"caf\xE9", "caf\u00E9", 0},
};

static const struct {
	const char *in, *name, *text; /* NULL: there is none */
	unsigned defects;
} params[] = {
	{"text/plain; charset=utf-8", "charset", "utf-8", 0},
	{"text/plain; CHARSET = \"utf-8\" (x)", "charset", "utf-8", 0},
	{"text/plain;charset=us-ascii (Plain text); x=y", "charset",
		"us-ascii", 0},
	{"text/plain; charset=us-ascii (Plain text); x=y", "x", "y", 0},
	{"text/plain charset=utf-8 format=flowed", "charset", "utf-8", 0},
	{"text/plain charset=utf-8 format=flowed", "format", "flowed", 0},
	{"charset=utf-8", "charset", "utf-8", 0},
	{"; (a;b=c) boundary=\"a;b=\\\"c\\\\\"", "boundary", "a;b=\"c\\", 0},
	{"x/y; boundary=\"abc; charset=z", "boundary", "abc", 0},
	{"x/y; boundary=\"abc; charset=z", "charset", "z", 0},
	{"x/y; name=my file.txt; a=b", "name", "my file.txt", 0},
	{"x/y; name=; a=b", "name", "", 0},
	{"x/y; flag; a=b", "a", "b", 0},
	{"x/y; a=1; a=2", "a", "1", 0},
	{"x/y; names=1", "name", NULL, 0},
	{"x/y", "name", NULL, 0},
	{"", "name", NULL, 0},
	/* RFC 2231, its own examples among them. */
	{"message/external-body; access-type=URL;\n URL*0=\"ftp://\";\n"
	 " URL*1=\"example.org/a\"", "url", "ftp://example.org/a", 0},
	{"x/y; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
		"title", "This is ***fun***", 0},
	{"x/y;\n title*1*=%2A%2A%2Afun%2A%2A%2A%20;\n"
	 " title*0*=us-ascii'en'This%20is%20even%20more%20;\n"
	 " title*2=\"isn't it!\"",
		"title", "This is even more ***fun*** isn't it!", 0},
	{"x/y; name*=iso-8859-1''caf%E9; name=\"caf?\"", "name", "caf\u00E9",
		0},
	{"x/y; name*0*=utf-8''%C3; name*1*=%A9", "name", "\u00E9", 0},
	{"x/y; name*=caf%C3%A9", "name", "caf\u00E9", 0},
	{"x/y; name*=utf-8''100%", "name", "100%", WORDS_BROKEN},
	{"x/y; name*1=b", "name", NULL, 0},
	{"x/y; name*0=a; name*2=c", "name", "a", 0},
	{"x/y; name=\"=?utf-8?q?caf=C3=A9?=\"", "name", "caf\u00E9", 0},
	{"x/y; name==?utf-8?q?caf=C3=A9?=; a=b", "name", "caf\u00E9", 0},
};
/* clang-format on */

static void reads_values(void **state)
{
	struct words w;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_int_equal(words_text(arena, NULL, sv_str(values[i].in),
		                            &w), MW_OK);
		assert_sv(w.text, values[i].text);
		if (w.defects != values[i].defects)
			fail_msg("%s: %#x instead of %#x", values[i].in,
			         w.defects, values[i].defects);
	}
}

static void reads_params(void **state)
{
	struct words w;

	(void)state;
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		enum mw_status got = words_param(arena, NULL,
		                                 sv_str(params[i].in),
		                                 sv_str(params[i].name), &w);

		if (got != (params[i].text ? MW_OK : MW_ENOENT))
			fail_msg("%s: status %d", params[i].in, got);
		assert_sv(w.text, params[i].text ? params[i].text : "");
		if (w.defects != params[i].defects)
			fail_msg("%s: %#x instead of %#x", params[i].in,
			         w.defects, params[i].defects);
	}
}

static void plain_value_is_a_view(void **state)
{
	static const char in[] = " Mail delivery failed\r\n";
	size_t used = arena_used(arena);
	struct words w;

	(void)state;
	assert_int_equal(words_text(arena, NULL, sv_str(in), &w), MW_OK);
	assert_ptr_equal(w.text.p, in + 1);
	assert_int_equal(arena_used(arena), used);
}

static void tells_of_no_memory(void **state)
{
	struct arena *small = arena_new(8);
	struct words w;

	(void)state;
	assert_non_null(small);
	assert_int_equal(words_text(small, NULL,
	                            SV("=?utf-8?q?a_longer_text?="), &w),
	                 MW_ENOMEM);
	assert_int_equal(w.text.n, 0);
	arena_free(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(reads_params),
		cmocka_unit_test(plain_value_is_a_view),
		cmocka_unit_test(tells_of_no_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
