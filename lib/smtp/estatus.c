/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/estatus.h"

#include "base/ascii.h"

/* One to three digits without a needless zero in front. */
static size_t number(sv s, uint16_t *out)
{
	size_t n = 0;
	unsigned v = 0;

	while (n < s.n && n < 4 && is_digit(s.p[n]))
		v = v * 10 + (unsigned)(s.p[n++] - '0');
	if (!n || n > 3 || (n > 1 && s.p[0] == '0'))
		return 0;
	*out = (uint16_t)v;
	return n;
}

size_t estatus_parse(sv s, struct estatus *out)
{
	struct estatus e;
	size_t n, at;

	if (s.n < 5 || (s.p[0] != '2' && s.p[0] != '4' && s.p[0] != '5') ||
	    s.p[1] != '.')
		return 0;
	e.class = (uint16_t)(s.p[0] - '0');
	n = number(sv_drop(s, 2), &e.subject);
	at = 2 + n;
	if (!n || at >= s.n || s.p[at] != '.')
		return 0;
	n = number(sv_drop(s, at + 1), &e.detail);
	at += 1 + n;
	if (!n)
		return 0;
	if (at < s.n && (is_alnum(s.p[at]) ||
	                 (s.p[at] == '.' && at + 1 < s.n &&
	                  is_alnum(s.p[at + 1]))))
		return 0;
	*out = e;
	return at;
}

/* At most three digits; where they end. */
static char *put_number(char *p, unsigned v)
{
	v %= 1000;
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

const char *estatus_format(struct estatus s, char out[ESTATUS_TEXT])
{
	char *p = out;

	if (estatus_is_set(s)) {
		p = put_number(p, s.class % 10u);
		*p++ = '.';
		p = put_number(p, s.subject);
		*p++ = '.';
		p = put_number(p, s.detail);
	}
	*p = '\0';
	return out;
}
