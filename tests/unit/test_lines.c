/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/lines.h"
#include "unit.h"

#include <stdio.h>

/* clang-format off */
static const struct {
	const char *in;
	const char *out; /* lines, ended by '\n'; depth of quotes, '|', text */
} pastes[] = {
	{"a\r\nb\nc\rd", "0|a\n0|b\n0|c\n0|d\n"},
	{"a\r\r\nb", "0|a\n0|b\n"},
	{"a\n\nb\n", "0|a\n0|\n0|b\n"},
	{"> a\n>> b\n> > c\n | d", "1|a\n2|b\n2|c\n1|d\n"},
	{"| 550 | no mailbox |", "0|| 550 | no mailbox |\n"},
	{"\033[1;31m550\033[0m no", "0|550 no\n"},
	{"[31m550[0m no [192.0.2.7]", "0|550 no [192.0.2.7]\n"},
	{" 12: a\n 13: b\n 14: c", "0|a\n0|b\n0|c\n"},
	{"12: a\n14: b", "0|12: a\n0|14: b\n"},
	{"9|a\n10|b", "0|a\n0|b\n"},
	{"550: no such user", "0|550: no such user\n"},
	{"  1\ta\n  2\tb", "0|a\n0|b\n"},
	{"- a\n* b\n1. c\n\u2022 d", "0|a\n0|b\n0|c\n0|d\n"},
	{"** a@example.org R=x", "0|** a@example.org R=x\n"},
	{"**550 no**", "0|550 no\n"},
	{"*a* and *b*", "0|*a* and *b*\n"},
	{"`550 no`", "0|550 no\n"},
	{"```text\n550 no\n```", "0|\n0|550 no\n0|\n"},
	{"```550 no such user```", "0|550 no such user\n"},
	{"``` { Error: no such user", "0|{ Error: no such user\n"},
	{"~~~~~~~~\n550 no\n~~~~~~~~", "0|\n0|550 no\n0|\n"},
	{"``````````", "0|\n"},
	{"5\u200b50\u00a0no", "0|550 no\n"},
	{"\xef\xbb\xbf""550 no", "0|550 no\n"},
	{"gesch\xfctzt \x93x\x94", "0|gesch\u00fctzt \u201cx\u201d\n"},
	{"   a  ", "0|a\n"},
	{"", ""},
};
/* clang-format on */

static void cleaned(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pastes) / sizeof(pastes[0]); i++) {
		struct arena *a = arena_new(1 << 22);
		struct plines *p = plines_new(a, sv_str(pastes[i].in));
		char got[256];
		size_t n = 0;

		got[0] = '\0';
		for (; plines_at(p, 0); plines_skip(p, 1)) {
			const struct pline *l = plines_at(p, 0);

			n += (size_t)snprintf(got + n, sizeof(got) - n,
					      "%u|%.*s\n", l->quote,
					      SV_FMT(mtext_sv(&l->text)));
		}
		assert_string_equal(got, pastes[i].out);
		arena_free(a);
	}
}

static void bytes_know_their_origin(void **state)
{
	struct arena *a = arena_new(1 << 22);
	const char *in =
		"> \033[1m55\xe2\x80\x8b\x30\033[0m\xc2\xa0no\n>  5.1.1";
	struct plines *p = plines_new(a, sv_str(in));
	const struct pline *l = plines_at(p, 0), *m = plines_at(p, 1);
	size_t off, len;

	(void)state;
	assert_sv(mtext_sv(&l->text), "550 no");
	assert_true(mtext_origin(&l->text, 0, 3, &off, &len));
	assert_int_equal(off, 6);
	assert_int_equal(len, 6);
	assert_int_equal(in[l->text.src[4]], 'n');
	assert_sv(mtext_sv(&m->text), "5.1.1");
	assert_int_equal(m->indent, 1);
	assert_int_equal(m->number, 2);
	assert_int_equal(in[m->offset], '>');
	arena_free(a);
}

static void window_moves_on(void **state)
{
	struct arena *a = arena_new(1 << 22);
	char in[4 * PLINES_AHEAD];
	struct plines *p = plines_new(a, sv_of(in, sizeof(in)));

	(void)state;
	for (size_t i = 0; i < sizeof(in); i += 2) {
		in[i] = (char)('a' + i % 26);
		in[i + 1] = '\n';
	}
	assert_non_null(plines_at(p, PLINES_AHEAD - 1));
	assert_null(plines_at(p, PLINES_AHEAD));
	plines_skip(p, PLINES_AHEAD + 1);
	assert_int_equal(plines_at(p, 0)->number, PLINES_AHEAD + 2);
	plines_skip(p, 2 * PLINES_AHEAD);
	assert_null(plines_at(p, 0));
	arena_free(a);
}

static void long_lines_come_in_pieces(void **state)
{
	struct arena *a = arena_new(1 << 22);
	size_t n = 2 * MTEXT_MAX + 7;
	char *in = arena_alloc(a, n + 2, 1);
	struct plines *p = plines_new(a, sv_of(in, n + 2));
	struct mtext t;

	(void)state;
	memset(in, 'x', n);
	in[n] = '\n';
	in[n + 1] = 'y';
	assert_false(plines_at(p, 0)->continues);
	assert_int_equal(plines_at(p, 0)->text.n, MTEXT_MAX);
	assert_true(plines_at(p, 1)->continues);
	assert_int_equal(plines_at(p, 2)->text.n, 7);
	assert_int_equal(plines_at(p, 2)->number, 1);
	assert_int_equal(plines_at(p, 3)->number, 2);
	assert_false(plines_at(p, 3)->continues);
	mtext_init(&t, a, 32);
	paste_take(&t, plines_at(p, 2), 5, 99);
	paste_take(&t, plines_at(p, 3), 0, 1);
	assert_sv(mtext_sv(&t), "xx y");
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(cleaned), cmocka_unit_test(bytes_know_their_origin),
	  cmocka_unit_test(window_moves_on),
	  cmocka_unit_test(long_lines_come_in_pieces))
