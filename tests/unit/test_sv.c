/* SPDX-License-Identifier: BSD-2-Clause */
/* What is searched eight bytes at a time, against the same byte by byte. */
#include "base/ascii.h"
#include "unit.h"

#define TEXT_MAX 40

static size_t plain_ifind(sv s, sv needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		size_t k = 0;

		while (k < needle.n &&
		       to_lower(s.p[i + k]) == to_lower(needle.p[k]))
			k++;
		if (k == needle.n)
			return i;
	}
	return SV_NPOS;
}

static size_t plain_end(sv s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '\n' && s.p[n] != '\r')
		n++;
	return n;
}

/* Few kinds of bytes, so that much is met; among them neighbours of signs. */
static sv text_of(uint32_t *seed, char *out, sv kinds)
{
	size_t n;

	*seed = *seed * 1664525 + 1013904223;
	n = (*seed >> 16) % TEXT_MAX;
	for (size_t i = 0; i < n; i++) {
		*seed = *seed * 1664525 + 1013904223;
		out[i] = kinds.p[(*seed >> 16) % kinds.n];
	}
	return sv_of(out, n);
}

static void words_without_case(void **state)
{
	static const char *const needles[] = {"a", "Ab", "bA@", "@", "`a", "1A",
	                                      "\xe1", "aaaaaaaaab", ""};
	uint32_t seed = 1;
	char text[TEXT_MAX];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		sv s = text_of(&seed, text, SV("aAbB@`1\xe1\xc1\x01"));

		for (size_t i = 0; i < sizeof(needles) / sizeof(needles[0]);
		     i++)
			assert_int_equal(
			    sv_ifind(s, sv_str(needles[i])),
			    plain_ifind(s, sv_str(needles[i])));
	}
}

static void ends_of_lines(void **state)
{
	uint32_t seed = 1;
	char text[TEXT_MAX];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		sv rest = text_of(&seed, text,
		                  SV("aaaaaaa\x0b\x0c\x8a\x8d\n\r"));

		while (rest.n) {
			size_t end = plain_end(rest), next = end + 1;
			sv all = rest, line = sv_line(&rest);

			assert_ptr_equal(line.p, all.p);
			assert_int_equal(line.n, end);
			next += next < all.n && all.p[end] == '\r' &&
			        all.p[next] == '\n';
			assert_int_equal(rest.n,
			                 next < all.n ? all.n - next : 0);
		}
	}
}

static void texts_with_origins(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct mtext from = unit_mtext(a, SV("one two")), t;

	(void)state;
	mtext_init(&t, a, 6);
	mtext_join(&t, &from, 4, 7);
	mtext_space(&t);
	mtext_join(&t, &from, 0, 3);
	assert_sv(mtext_sv(&t), "two on");
	assert_true(t.cut);
	assert_int_equal(t.src[0], 4);
	assert_int_equal(t.src[3], MTEXT_NOWHERE);
	assert_int_equal(t.src[5], 1);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(words_without_case),
          cmocka_unit_test(ends_of_lines),
          cmocka_unit_test(texts_with_origins))
