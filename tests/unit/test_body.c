/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdio.h>

#include "base/utf8.h"
#include "mail/body.h"

#define ARENA ((size_t)64 << 20)

static struct arena *arena;
static struct body_text out;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(ARENA);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void body(sv raw, const char *encoding, const char *charset)
{
	assert_int_equal(body_text(arena, raw, sv_str(encoding),
	                           sv_str(charset), false, &out), MW_OK);
}

/* clang-format off */
static const struct {
	const char *raw, *encoding, *charset, *text, *was;
	unsigned defects;
} cases[] = {
	/* Nothing to do. */
	{"550 no", "", "", "550 no", "US-ASCII", 0},
	{"550 no", "7BIT", "UTF-8", "550 no", "US-ASCII", 0},
	{"550 no", " 8bit ", "koi8-r", "550 no", "US-ASCII", 0},
	{"a=3Db", "(x) \"7bit\" (y)", "", "a=3Db", "US-ASCII", 0},
	{"\xC3\xA9", "8bit", "utf-8", "\xC3\xA9", "UTF-8", 0},
	{"\xC3\xA9", "", "", "\xC3\xA9", "UTF-8", 0},
	{"\xC3\xA9", "", "us-ascii", "\xC3\xA9", "UTF-8", BODY_OTHER_CHARSET},
	{"\xC3\xA9", "", "iso-8859-1", "\xC3\xA9", "UTF-8",
		BODY_OTHER_CHARSET},
	{"x", "x-strange", "", "x", "US-ASCII", BODY_UNKNOWN_ENCODING},
	{"x", "=", "", "x", "US-ASCII", BODY_UNKNOWN_ENCODING},
	{"x", "", "no-such-charset", "x", "US-ASCII", 0},
	{"=ybegin line=128 size=3 name=a\nabc", "", "",
		"=ybegin line=128 size=3 name=a\nabc", "US-ASCII", BODY_YENC},
	{"abc", "x-yencode", "", "abc", "US-ASCII", BODY_YENC},
	/* base64 */
	{"SGVsbG8gd29ybGQ=", "base64", "", "Hello world", "US-ASCII", 0},
	{"SGVs\r\nbG8g\r\nd29ybGQ=\r\n", "BASE64", "", "Hello world",
		"US-ASCII", 0},
	{"S\nG\nV\ns\nbG8=", "base64;", "", "Hello", "US-ASCII", 0},
	{"SGVsbG8", "base64", "", "Hello", "US-ASCII", BODY_CUT_BASE64},
	{"SGVsbG8gd", "base64", "", "Hello ", "US-ASCII", BODY_CUT_BASE64},
	{"SGVs!bG8=", "base64", "", "Hello", "US-ASCII", BODY_BAD_BASE64},
	{"SGVsbG8=SGVsbG8=", "base64", "", "HelloHello", "US-ASCII", 0},
	{"SGVsbG8=\n==\nIQ==\n", "base64", "", "Hello!", "US-ASCII", 0},
	{"> SGVs\n> bG8=\n", "base64", "", "Hello", "US-ASCII",
		BODY_BAD_BASE64},
	{"SGVsbG8=\nYou are on our list.\n", "base64", "",
		"HelloYou are on our list.\n", "US-ASCII", BODY_BAD_BASE64},
	{"This is not encoded at all.\n", "base64", "",
		"This is not encoded at all.\n", "US-ASCII", BODY_BAD_BASE64},
	{"", "base64", "utf-8", "", "US-ASCII", 0},
	/* quoted-printable */
	{"a=3Db=3db", "quoted-printable", "", "a=b=b", "US-ASCII", 0},
	{"one=\ntwo=\r\nthree=  \nfour=", "quoted-printable", "",
		"onetwothreefour", "US-ASCII", 0},
	{"one=\rtwo= \rthree", "quoted-printable", "", "onetwothree",
		"US-ASCII", 0},
	{"one  \ntwo\t\r\nthree=20\n", "quoted-printable", "",
		"one\ntwo\r\nthree \n", "US-ASCII", 0},
	{"a=b c=3 =XY =C3=A9", "quoted-printable", "utf-8",
		"a=b c=3 =XY \xC3\xA9", "UTF-8", BODY_BAD_QP},
	{"=E9", "quoted-printable", "iso-8859-1", "\xC3\xA9", "windows-1252",
		0},
	{"=93x=94", "Quoted-Printable", "iso-8859-1", "\u201Cx\u201D",
		"windows-1252", 0},
	{"a\r\r", "quoted-printable", "", "a\r\r", "US-ASCII", 0},
	/* uuencode */
	{"begin 644 a.txt\n#0V%T\n`\nend\n", "x-uuencode", "", "Cat",
		"US-ASCII", 0},
	{"\nbegin 644 a.txt\n#0V%T\n`\nend\n", "", "", "\nCat", "US-ASCII", 0},
	{"see:\nbegin 644 a.txt\n#0V%T\n \nend\nbye\n", "x-uue", "",
		"see:\nCatbye\n", "US-ASCII", 0},
	/* Two letters are lost with the blanks at the end. */
	{"begin 0644 a\n$0V%T0P\n`\nend", "uuencode", "", "CatC", "US-ASCII",
		0},
	{"begin 644 a\n#0V%T\nno line of it\n", "uuencode", "",
		"Catno line of it\n", "US-ASCII", BODY_BAD_UU},
	{"no block", "x-uuencode", "", "no block", "US-ASCII", BODY_BAD_UU},
	{"begin 644 is how it starts\n", "8bit", "",
		"begin 644 is how it starts\n", "US-ASCII", 0},
	{"begin 6 months\n", "8bit", "", "begin 6 months\n", "US-ASCII", 0},
	/* Charsets. */
	{"\xC1\xC2", "8bit", "koi8-r", "\u0430\u0431", "KOI8-R", 0},
	{"\xE0\xE1", "8bit", "Windows-1251", "\u0430\u0431", "CP1251", 0},
	{"\xE0\xE1", "8bit", "\"cp1251\"", "\u0430\u0431", "CP1251", 0},
	{"\xA4", "8bit", "ISO-8859-15", "\u20AC", "ISO-8859-15", 0},
	{"\xA4", "8bit", "iso8859_15", "\u20AC", "ISO-8859-15", 0},
	{"\xB1", "8bit", "iso-8859-2:1987", "\u0105", "ISO-8859-2", 0},
	{"\xC4\xE3\xBA\xC3", "8bit", "gb2312", "\u4F60\u597D", "GB18030", 0},
	{"\xA7\x41\xA6\x6E", "8bit", "big5", "\u4F60\u597D", "BIG5-HKSCS", 0},
	{"\xBE\xC8", "8bit", "ks_c_5601-1987", "\uC548", "CP949", 0},
	{"\x83\x41\x83\x43", "8bit", "Shift_JIS", "\u30A2\u30A4", "CP932", 0},
	/* The second byte looks like the begin of a run of ASCII. */
	{"\x83\x41 abcdefghijklmnopqrstuvwxyz \x83\x43", "8bit", "x-sjis",
		"\u30A2 abcdefghijklmnopqrstuvwxyz \u30A4", "CP932", 0},
	{"\x83\x41" "abcdefghijklmnopqrstuvwxyz\x83\x43", "8bit", "sjis",
		"\u30A2" "abcdefghijklmnopqrstuvwxyz\u30A4", "CP932", 0},
	{"\xA5\xA2\xA5\xA4", "8bit", "euc-jp", "\u30A2\u30A4", "EUC-JP-MS", 0},
	{"\033$B%\"%$\033(B!", "7bit", "iso-2022-jp", "\u30A2\u30A4!",
		"ISO-2022-JP", 0},
	{"\033$B%\"%$\033(B!", "7bit", "", "\u30A2\u30A4!", "ISO-2022-JP", 0},
	{"\033$B%\"%$\033(B!", "7bit", "us-ascii", "\u30A2\u30A4!",
		"ISO-2022-JP", BODY_OTHER_CHARSET},
	{"\033$B%\"%$\033(B!", "7bit", "utf-8", "\u30A2\u30A4!",
		"ISO-2022-JP", BODY_OTHER_CHARSET},
	/* The way back to ASCII is missing; half-width; NEC's circled one. */
	{"\033$B%\"%$\nnext\n", "7bit", "iso-2022-jp",
		"\u30A2\u30A4\nnext\n", "ISO-2022-JP", 0},
	{"\033(I12\033(J\\", "7bit", "iso-2022-jp", "\uFF71\uFF72\\",
		"ISO-2022-JP", 0},
	{"\033$B-!\033(B", "7bit", "csISO2022JP", "\u2460", "ISO-2022-JP", 0},
	{"\033$B%\"%", "7bit", "iso-2022-jp-2", "\u30A2\uFFFD", "ISO-2022-JP",
		BODY_INVALID},
	{"\033$)C\016\x3E\x48\017!", "7bit", "iso-2022-kr", "\uC548!",
		"CP949", 0},
	{"~{Dc:C~}! ~~", "7bit", "hz-gb-2312", "\u4F60\u597D! ~", "GB18030",
		0},
	{"A+ImIDkQ.", "7bit", "utf-7", "A\u2262\u0391.", "UTF-7", 0},
	{"Hi+AOk-l +- C++ 1+1", "7bit", "unicode-1-1-utf-7",
		"Hi\u00E9l + C++ 1+1", "UTF-7", BODY_INVALID},
	{"+2D3eAA-", "7bit", "utf-7", "\U0001F600", "UTF-7", 0},
	{"//4=", "base64", "utf-16", "", "UTF-16LE", 0},
	{"AEEAQg==", "base64", "utf-16", "AB", "UTF-16BE", 0},
	{"QQBCAA==", "base64", "utf-16", "AB", "UTF-16LE", 0},
	{"QUI=", "base64", "utf-16", "AB", "US-ASCII", 0},
	/* What is wrong or says nothing. */
	{"\xE9t\xC3\xA9", "8bit", "utf-8", "\u00E9t\u00E9", "UTF-8",
		BODY_INVALID},
	{"\xE9t\xE9", "8bit", "us-ascii", "\u00E9t\u00E9", "windows-1252",
		BODY_OTHER_CHARSET},
	{"\xE9t\xE9", "8bit", "", "\u00E9t\u00E9", "windows-1252", 0},
	{"\xE9t\xE9", "8bit", "unknown-8bit", "\u00E9t\u00E9", "windows-1252",
		BODY_OTHER_CHARSET},
	{"\xE9t\xE9", "8bit", "x-martian", "\u00E9t\u00E9", "windows-1252",
		BODY_OTHER_CHARSET | BODY_UNKNOWN_CHARSET},
	{"\xC3\xA9", "7bit", "iso-2022-jp", "\u00E9", "UTF-8",
		BODY_OTHER_CHARSET},
	{"\xA5\xA2\xA5\xA4!", "7bit", "iso-2022-jp", "\u30A2\u30A4!",
		"EUC-JP-MS", BODY_OTHER_CHARSET},
	{"\x83\x41\x83\x43!", "7bit", "iso-2022-jp", "\u30A2\u30A4!",
		"CP932", BODY_OTHER_CHARSET},
	{"caf\xE9 au", "7bit", "iso-2022-jp", "caf\uFFFD au",
		"ISO-2022-JP", BODY_INVALID},
	{"\xC3\xA9", "8bit", "uft-8", "\u00E9", "UTF-8",
		BODY_OTHER_CHARSET | BODY_UNKNOWN_CHARSET},
	{"\xFF", "8bit", "iso-8859-7", "\uFFFD", "ISO-8859-7", BODY_INVALID},
	{"\xC3\xA9", "8bit", "utf-8Content-Type: text/plain", "\u00E9",
		"UTF-8", 0},
};
/* clang-format on */

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		body(sv_str(cases[i].raw), cases[i].encoding,
		     cases[i].charset);
		assert_sv(out.text, cases[i].text);
		if (strcmp(out.charset, cases[i].was) != 0 ||
		    out.defects != cases[i].defects)
			fail_msg("%s: %s, %#x instead of %#x", cases[i].raw,
			         out.charset, out.defects, cases[i].defects);
	}
}

static void page_names_its_charset(void **state)
{
	static const char page[] = "<meta charset=\"koi8-r\">\xC1";

	(void)state;
	assert_int_equal(body_text(arena, sv_str(page), SV(""), SV(""), true,
	                           &out), MW_OK);
	assert_sv(out.text, "<meta charset=\"koi8-r\">\u0430");
	body(sv_str(page), "", "");
	assert_string_equal(out.charset, "windows-1252");
	/* It could not be read, were it so. */
	assert_int_equal(body_text(arena, SV("<meta charset=utf-16>\xE9t\xE9"),
	                           SV(""), SV(""), true, &out), MW_OK);
	assert_string_equal(out.charset, "windows-1252");
}

/* Text that needs nothing is a view, and costs no memory. */
static void views(void **state)
{
	static const char *const texts[] = {"plain text", "\xC3\xA9t\xC3\xA9"};
	size_t used;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		used = arena_used(arena);
		body(sv_str(texts[i]), "7bit", "utf-8");
		assert_ptr_equal(out.text.p, texts[i]);
		assert_int_equal(arena_used(arena), used);
		assert_int_equal(body_origin(&out, 5), 5);
	}
}

/* Each letter of the text is led back to the byte that it came from. */
static void origin_of(const char *raw, const char *encoding,
                      const char *charset, const char *what, const char *from)
{
	sv in = sv_str(raw);
	size_t at, want = sv_find(in, sv_str(from));

	body(in, encoding, charset);
	at = sv_find(out.text, sv_str(what));
	assert_true(at != SV_NPOS && want != SV_NPOS);
	if (body_origin(&out, at) != want)
		fail_msg("%s: %zu, want %zu", raw, body_origin(&out, at),
		         want);
}

static void origins(void **state)
{
	(void)state;
	origin_of("abc 550 x", "7bit", "", "550", "550");
	origin_of("=C3=A9=\n550 x", "quoted-printable", "utf-8", "550", "550");
	origin_of("=C3=A9 550 x", "quoted-printable", "utf-8", "\xC3",
	          "=C3");
	origin_of("YWJj\r\nNTUwIHg=", "base64", "", "550", "NTUw");
	origin_of("YWJj!!\r\nNTUwIHg=", "base64", "", "50", "TUw");
	origin_of("YWJj\r\nmore words are here, 550 x\n", "base64", "", "550",
	          "550");
	origin_of("hello\nbegin 644 a\n#0V%T\n`\nend\n550 x", "x-uuencode", "",
	          "at", "V%T");
	origin_of("hello\nbegin 644 a\n#0V%T\n`\nend\n550 x", "x-uuencode", "",
	          "550", "550");
	origin_of("\xC1\xC2\xC3 550", "8bit", "koi8-r", "550", "550");
	origin_of("=C1=C2=C3 550", "quoted-printable", "koi8-r", "\u0431",
	          "=C2");
	origin_of("\033$B%\"%$\033(B 550 of it", "7bit", "iso-2022-jp", "550",
	          "550");
	origin_of("\xC4\xE3 550 5.1.1 is this mailbox \xBA\xC3", "8bit", "gbk",
	          "mailbox", "mailbox");
	origin_of("+AOkA6Q- 550", "", "utf-7", "550", "550");
	/* UTF-16 with a mark: A stands at its byte 2, which is in "5BA". */
	origin_of("//5BAEIA", "base64", "utf-16", "A", "5BA");
}

/* Far into a long text, over many anchors. */
static void long_origins(void **state)
{
	enum { LINES = 4000 };
	static char raw[LINES * 12 + 1], b64[LINES * 17 + 1];
	char *p = b64;

	(void)state;
	for (size_t i = 0; i < LINES; i++) {
		(void)snprintf(raw + i * 12, 13, "=E9 l%06zu\n", i);
		p += snprintf(p, 18, "YWFhMDAwMTExYWE0\n");
	}
	body(sv_str(raw), "quoted-printable", "iso-8859-1");
	for (size_t i = 0; i < LINES; i += 7) {
		/* "é l000000\n" has 11 bytes. */
		assert_int_equal(body_origin(&out, i * 11), i * 12);
		assert_int_equal(body_origin(&out, i * 11 + 3), i * 12 + 4);
	}
	body(sv_str(b64), "base64", "");
	for (size_t i = 0; i + 1 < LINES; i += 7) {
		assert_int_equal(body_origin(&out, i * 12), i * 17);
		assert_int_equal(body_origin(&out, i * 12 + 10), i * 17 + 13);
	}
}

/* What is clearly of another charset is given up, not run through. */
static void wrong_charset(void **state)
{
	enum { N = 20000 };
	static char in[N];

	(void)state;
	for (size_t i = 0; i < N; i++)
		in[i] = i % 2 ? '\xFF' : 'a';
	body(sv_of(in, N), "8bit", "shift_jis");
	assert_true(out.defects & BODY_INVALID);
	assert_true(utf8_valid(out.text));
	assert_true(sv_ends(out.text, SV("\u00FFa\u00FF")));
	assert_int_equal(body_origin(&out, out.text.n - 3), N - 2);
}

static void limits(void **state)
{
	size_t n = BODY_MAX + 100;
	char *big = malloc(n);
	struct arena *small = arena_new(64);

	(void)state;
	assert_non_null(big);
	assert_non_null(small);
	memset(big, 'a', n);
	body(sv_of(big, n), "7bit", "");
	assert_int_equal(out.text.n, n);
	body(sv_of(big, n), "quoted-printable", "");
	assert_int_equal(out.text.n, BODY_MAX);
	assert_int_equal(out.defects, BODY_CUT);
	memset(big, '\xE9', n / 2);
	body(sv_of(big, n), "8bit", "iso-8859-1");
	assert_int_equal(out.defects, BODY_CUT);
	assert_true(out.text.n <= BODY_MAX && utf8_valid(out.text));
	assert_int_equal(body_text(small, sv_drop(sv_of(big, n), n - 1000), SV("base64"),
	                           SV(""), false, &out), MW_ENOMEM);
	assert_int_equal(out.text.n, 0);
	arena_free(small);
	free(big);
}

/* Kept tools give the same answers. */
static void tools_are_reused(void **state)
{
	struct recode_tools tools = {0};

	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			assert_int_equal(
				body_text_with(arena, &tools,
			                       sv_str(cases[i].raw),
			                       sv_str(cases[i].encoding),
			                       sv_str(cases[i].charset), false,
			                       &out), MW_OK);
			assert_sv(out.text, cases[i].text);
		}
	recode_tools_fini(&tools);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(page_names_its_charset),
		cmocka_unit_test(views),
		cmocka_unit_test(origins),
		cmocka_unit_test(long_origins),
		cmocka_unit_test(wrong_charset),
		cmocka_unit_test(limits),
		cmocka_unit_test(tools_are_reused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
