/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "paste/frame.h"

/* The digit that a program reading a screenshot took for a letter, or 0. */
static char digit_of(char c)
{
	switch (c) {
	case 'O':
	case 'o':
		return '0';
	case 'l':
	case 'I':
	case '|':
		return '1';
	case 'S':
	case 's':
		return '5';
	case 'B':
		return '8';
	default:
		return is_digit(c) ? c : 0;
	}
}

/* Copy digits and dots with the letters put right; how many bytes of s. */
static size_t repair(sv s, char *out, size_t max)
{
	size_t n = 0;

	while (n < s.n && n < max) {
		char c = s.p[n] == ',' ? '.' : s.p[n];

		if (c != '.')
			c = digit_of(c);
		if (!c)
			break;
		out[n++] = c;
	}
	return n;
}

/* "S.l.1": the status at the start of s and its length. */
static size_t ocr_status(sv s, unsigned class, struct estatus *e)
{
	char fixed[ESTATUS_TEXT];
	size_t n = repair(s, fixed, sizeof(fixed));
	struct estatus got;

	while (n && fixed[n - 1] == '.')
		n--;
	if (n < 5 || estatus_parse(sv_of(fixed, n), &got) != n ||
	    got.class != class || (n < s.n && is_alnum(s.p[n])))
		return 0;
	*e = got;
	return n;
}

bool ocr_head(sv s, struct head *h)
{
	char fixed[4];
	size_t n = repair(sv_head(s, 3), fixed, 3), k;
	uint16_t code;

	/* A blank or hyphen must follow: "Sol" and "SOS" are words. */
	if (n != 3 || s.n < 8 || (s.p[3] != ' ' && s.p[3] != '-') ||
	    !reply_code(sv_of(fixed, 3), &code) || code < 400 || code >= 560 ||
	    (!is_digit(s.p[0]) && !is_digit(s.p[1])))
		return false;
	*h = (struct head){
		.code = code, .bracketed = true, .frame = FRAME_START};
	k = 4;
	while (k < s.n && is_blank(s.p[k]))
		k++;
	k += ocr_status(sv_drop(s, k), code / 100u, &h->status);
	while (k < s.n && is_blank(s.p[k]))
		k++;
	h->text = k;
	return true;
}
