/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/norm.h"
#include "unit.h"

#define GAP "\x01"
#define BAD "\xEF\xBF\xBD" /* what stands in for bytes that are no UTF-8 */

struct row {
	const char *in, *out;
};

static void check(const struct row *rows, size_t n)
{
	static struct norm norm;

	for (size_t i = 0; i < n; i++) {
		norm_reply(&norm, sv_str(rows[i].in));
		assert_sv(norm_sv(&norm), rows[i].out);
		assert_int_equal(norm.gaps, strchr(rows[i].out, 1) != NULL);
		assert_false(norm.cut);
	}
}

#define CHECK(rows) check((rows), sizeof(rows) / sizeof((rows)[0]))

/* clang-format off */
static const struct row folds[] = {
	{"", ""},
	{"   ", ""},
	{"No Such USER", "no such user"},
	{"Boîte PLEINE: ÉTÉ", "boîte pleine: été"},
	{"Получатель НЕ найден", "получатель не найден"},
	{"ΆΓΝΩΣΤΟΣ", "άγνωστοσ"},
	{"a\tb \v c\r\n  d ", "a b c d"},
	{"a\xC2\xA0" "b\xE3\x80\x80" "c\xE2\x80\x89" "d", "a b c d"},
	/* marks that nobody sees are no part of a word */
	{"zero\xE2\x80\x8Bwidth soft\xC2\xADhyphen \xEF\xBB\xBF" "bom",
		"zerowidth softhyphen bom"},
	{"bell\a and\x7F delete", "bell and delete"},
	/* a byte like our own mark of a gap is none */
	{"one\x01two", "onetwo"},
};

static const struct row codes[] = {
	{"550 5.1.1 no such user", "no such user"},
	{"550", ""},
	{"550-5.7.26 One\r\n550-5.7.26 two\r\n550 5.7.26 three",
		"one two three"},
	{"550-5.7.26 One 550-5.7.26 two 550 5.7.26 three", "one two three"},
	{"550-one\n550 two", "one two"},
	{"553 5.1.3 bad address. Learn\n5.1.3 more", "bad address. learn more"},
	{"554 IP=192.0.2.7 - 550 reasons", "ip=192.0.2.7 - 550 reasons"},
	{"452 4.2.2 has 452 messages", "has 452 messages"},
	{"relayed: 550 5.1.1 unknown", "relayed: 550 5.1.1 unknown"},
};

static const struct row plain[] = {
	{"\xE2\x80\x9C" "don\xE2\x80\x99t\xE2\x80\x9D \xE2\x80\x94 ok",
		"\"don't\" - ok"},
	{"\xC2\xAB" "a\xC2\xBB \xE2\x80\x9E" "b\xE2\x80\x9F "
		"\xE2\x80\x98" "c\xE2\x80\x9A \xC2\xB4", "\"a\" \"b\" 'c' '"},
	{"1\xE2\x88\x92" "2 3\xE2\x80\x90" "4", "1-2 3-4"},
	{"&lt;a&gt; &amp; &quot;b&quot; &#39;c&#x27;&nbsp;d &#xe9;",
		"<a> & \"b\" 'c' d \xC3\xA9"},
	/* what only looks like an entity stays as it is */
	{"&bogus; &#0; &#xzz; &#12 &#99999999; x&y & &",
		"&bogus; &#0; &#xzz; &#12 &#99999999; x&y & &"},
};

static const struct row quoted[] = {
	/* proven by "=3D" or a soft line break */
	{"user=3Dunknown", "user=unknown"},
	{"soft=\r\nline and=\n more", "softline and more"},
	{"caf=C3=A9 =3D x", "caf\xC3\xA9 = x"},
	{"don=E2=80=99t =3D x", "don't = x"},
	{"=3D one=20two", "= one two"},
	/* not proven */
	{"size=20 too large", "size=20 too large"},
	{"caf=C3=A9", "caf=c3=a9"},
	/* no code of it: one digit, small letters, the end */
	{"=3D =4 =e9 =A", "= =4 =e9 =a"},
	{"=3D =C3", "= " BAD},
	/* never in a link; a line broken in one is joined */
	{"=3D see https://example.org/?id=3D5&x=20y =3D",
		"= see https://example.org/?id=3d5&x=20y ="},
	{"https://example.org/a=\nb", "https://example.org/ab"},
};

static const struct row gaps[] = {
	{"one ... two", "one" GAP " two"},
	{"one...two", "one" GAP "two"},
	{"one [...] two", "one" GAP " two"},
	{"one \xE2\x80\xA6 two", "one" GAP " two"},
	{"one [\xE2\x80\xA6] two", "one" GAP " two"},
	{"one&#8230; two", "one" GAP " two"},
	{"one ........ two", "one" GAP " two"},
	{"one ... [...] two", "one" GAP " two"},
	{"... two", GAP " two"},
	{"one ...", "one" GAP},
	{"550 ...", GAP},
	/* the dash announces lines that are not there */
	{"550-first line only", "first line only" GAP},
	{"550-first ...", "first" GAP},
	/* no gaps */
	{"one. Two.. [.three] [four]", "one. two.. [.three] [four]"},
};

static const struct row joined[] = {
	{"550 5.1.1 No such user 503 5.5.1 Error: need RCPT command",
		"no such user"},
	{"550 No such user 554 5.5.1 Error: no valid recipients 421 bye",
		"no such user"},
	{"550 No such user 421 4.7.0 mx Error: too many errors",
		"no such user"},
	/* said by somebody else, or only a number */
	{"550 mx.example.org said: 503 bad sequence",
		"mx.example.org said: 503 bad sequence"},
	{"550 refused (503 bad sequence)", "refused (503 bad sequence)"},
	{"550 see error 554 5.7.1 refused", "see error 554 5.7.1 refused"},
	{"550 wait 421 minutes", "wait 421 minutes"},
	{"503 first 503 second", "first 503 second"},
	{"250 fine 503 bad sequence", "fine 503 bad sequence"},
	{"550 503 bad sequence", "503 bad sequence"},
};

static const struct row invalid[] = {
	{"a\xFF" "b\xC3", "a" BAD "b" BAD},
	{"\xC0\xAF", BAD BAD},             /* too long a form of '/' */
	{"\xED\xA0\x80", BAD BAD BAD},     /* half of a surrogate pair */
	{"\xE2\x80", BAD BAD},             /* ends too early */
	{"caf\xE9 ferm\xE9", "caf" BAD " ferm" BAD},
};
/* clang-format on */

static void letters_and_blanks_are_folded(void **state)
{
	(void)state;
	CHECK(folds);
}

static void repeated_codes_are_taken_out(void **state)
{
	(void)state;
	CHECK(codes);
}

static void typographic_characters_are_made_plain(void **state)
{
	(void)state;
	CHECK(plain);
}

static void quoted_printable_needs_proof(void **state)
{
	(void)state;
	CHECK(quoted);
}

static void ellipses_are_gaps(void **state)
{
	(void)state;
	CHECK(gaps);
}

static void what_follows_from_a_refusal_is_left_out(void **state)
{
	(void)state;
	CHECK(joined);
}

static void wrong_bytes_are_replaced(void **state)
{
	(void)state;
	CHECK(invalid);
}

static void nul_is_left_out(void **state)
{
	static struct norm n;

	(void)state;
	norm_reply(&n, SV("550 a\0b"));
	assert_sv(norm_sv(&n), "ab");
}

static void words_keep_their_codes(void **state)
{
	static struct norm n;

	(void)state;
	norm_words(&n, SV("550 5.1.1 User 550-5.1.1 X"));
	assert_sv(norm_sv(&n), "550 5.1.1 user 550-5.1.1 x");
	assert_int_equal(n.head.code, 0);
}

static void the_head_is_kept(void **state)
{
	static struct norm n;

	(void)state;
	norm_reply(&n, SV("451-4.7.1 slow down"));
	assert_int_equal(n.head.code, 451);
	assert_int_equal(n.head.status.class, 4);
	assert_int_equal(n.head.status.subject, 7);
	assert_int_equal(n.head.status.detail, 1);
	assert_true(n.head.more);
}

/* What the words were before: found in the norm, compared with the reply. */
static void origins(void **state)
{
	/* clang-format off */
	static const struct {
		const char *reply, *words, *from;
	} rows[] = {
		{"550 5.1.1 No  Such USER", "no such", "No  Such"},
		{"550-One\r\n550 Two", "two", "Two"},
		{"550-One\r\n550 Two", "one two", "One\r\n550 Two"},
		{"550 \xE2\x80\x9C" "Don\xE2\x80\x99t\xE2\x80\x9D", "don't",
			"Don\xE2\x80\x99t"},
		{"550 \xE2\x80\x9C" "A\xE2\x80\x9D b", "\"a\"",
			"\xE2\x80\x9C" "A\xE2\x80\x9D"},
		{"550 &lt;a@example.org&gt; Unknown", "a@example.org",
			"a@example.org"},
		{"550 \xC3\x89T\xC3\x89 x", "\xC3\xA9t\xC3\xA9",
			"\xC3\x89T\xC3\x89"},
		{"550 =3D caf=C3=A9 Closed", "closed", "Closed"},
		{"550 one ... Two", "two", "Two"},
	};
	/* clang-format on */
	static struct norm n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sv reply = sv_str(rows[i].reply);
		size_t at, off, len;

		norm_reply(&n, reply);
		at = sv_find(norm_sv(&n), sv_str(rows[i].words));
		assert_true(at != SV_NPOS);
		norm_origin(&n, reply, at, at + strlen(rows[i].words), &off,
		            &len);
		assert_sv(sv_slice(reply, off, off + len), rows[i].from);
	}
}

/* Work and memory end at NORM_MAX, wherever the limit falls. */
static void limits(void **state)
{
	static char big[UINT16_MAX + 100];
	static struct norm n;

	(void)state;
	memset(big, 'a', sizeof(big));
	norm_reply(&n, sv_of(big, NORM_MAX));
	assert_int_equal(n.n, NORM_MAX);
	assert_false(n.cut);
	norm_reply(&n, sv_of(big, NORM_MAX + 1));
	assert_int_equal(n.n, NORM_MAX);
	assert_true(n.cut);
	norm_reply(&n, sv_of(big, sizeof(big)));
	assert_int_equal(n.n, NORM_MAX);
	/* a character of two bytes across the limit, a gap behind it */
	memcpy(big + NORM_MAX - 1, "\xC3\xA9 ...", 6);
	norm_reply(&n, sv_of(big, NORM_MAX + 100));
	assert_true(n.n <= NORM_MAX);
	assert_true(n.cut);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(n.p[n.n + i], 0);
	/* what is left out of the norm does not count */
	memset(big, ' ', sizeof(big));
	memcpy(big + 60000, "end", 3);
	norm_reply(&n, sv_of(big, sizeof(big)));
	assert_sv(norm_sv(&n), "end");
	assert_int_equal(n.map[0], 60000);
}

UNIT_MAIN(cmocka_unit_test(letters_and_blanks_are_folded),
          cmocka_unit_test(repeated_codes_are_taken_out),
          cmocka_unit_test(typographic_characters_are_made_plain),
          cmocka_unit_test(quoted_printable_needs_proof),
          cmocka_unit_test(ellipses_are_gaps),
          cmocka_unit_test(what_follows_from_a_refusal_is_left_out),
          cmocka_unit_test(wrong_bytes_are_replaced),
          cmocka_unit_test(nul_is_left_out),
          cmocka_unit_test(words_keep_their_codes),
          cmocka_unit_test(the_head_is_kept), cmocka_unit_test(origins),
          cmocka_unit_test(limits))
