/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sv.h"

#include "base/ascii.h"

bool sv_same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i]))
			return false;
	return true;
}

bool sv_ends(sv s, sv suffix)
{
	return s.n >= suffix.n && sv_eq(sv_drop(s, s.n - suffix.n), suffix);
}

bool sv_iends(sv s, sv suffix)
{
	return s.n >= suffix.n && sv_ieq(sv_drop(s, s.n - suffix.n), suffix);
}

int sv_cmp(sv a, sv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

size_t sv_rchr(sv s, char c)
{
	const char *p = s.n ? memrchr(s.p, c, s.n) : NULL;

	return p ? (size_t)(p - s.p) : SV_NPOS;
}

size_t sv_find(sv s, sv needle)
{
	const char *p;

	if (!needle.n)
		return 0;
	if (s.n < needle.n)
		return SV_NPOS;
	p = memmem(s.p, s.n, needle.p, needle.n);
	return p ? (size_t)(p - s.p) : SV_NPOS;
}

/*
 * High bits where one of eight bytes is c (seen as "a byte that is zero");
 * the lowest one is right, those above it may be no more than its borrow.
 */
static uint64_t bytes_are(uint64_t eight, char c)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t x = eight ^ ones * (unsigned char)c;

	return (x - ones) & ~x & ones << 7;
}

/* Which of eight bytes has the first high bit; 0: look at them all. */
static size_t first_byte(uint64_t bits)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (size_t)__builtin_ctzll(bits) / 8;
#else
	return (void)bits, 0;
#endif
}

size_t sv_ifind(sv s, sv needle)
{
	uint64_t eight, here, cases = 0;
	char first;

	if (!needle.n)
		return 0;
	if (s.n < needle.n)
		return SV_NPOS;
	first = to_lower(needle.p[0]);
	if (is_alpha(first))
		cases = 0x2020202020202020u;
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		/* Eight places where it cannot begin are passed over. */
		while (i + 8 <= s.n) {
			memcpy(&eight, s.p + i, 8);
			here = bytes_are(eight | cases, first);
			if (here) {
				i += first_byte(here);
				break;
			}
			i += 8;
		}
		if (i + needle.n > s.n)
			break;
		if (to_lower(s.p[i]) == first &&
		    sv_same(s.p + i, needle.p, needle.n))
			return i;
	}
	return SV_NPOS;
}

size_t sv_blanks(sv s)
{
	size_t n = 0;

	while (n < s.n && is_blank(s.p[n]))
		n++;
	return n;
}

sv sv_trim(sv s)
{
	while (s.n && is_space(s.p[0]))
		s = sv_drop(s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

sv sv_cut(sv *s, char c)
{
	size_t at = sv_chr(*s, c);
	sv left;

	if (at == SV_NPOS) {
		left = *s;
		*s = sv_drop(*s, s->n);
		return left;
	}
	left = sv_head(*s, at);
	*s = sv_drop(*s, at + 1);
	return left;
}

sv sv_line(sv *s)
{
	size_t n = 0, end;
	uint64_t eight, ends;

	/*
	 * Not memchr: text with lone CRs (old Macs, progress output) would be
	 * searched for its LF from each line anew.
	 */
	for (; n + 8 <= s->n; n += 8) {
		memcpy(&eight, s->p + n, 8);
		ends = bytes_are(eight, '\n') | bytes_are(eight, '\r');
		if (ends) {
			n += first_byte(ends);
			break;
		}
	}
	while (n < s->n && s->p[n] != '\n' && s->p[n] != '\r')
		n++;
	end = n;
	if (end + 1 < s->n && s->p[end] == '\r' && s->p[end + 1] == '\n')
		end++;
	sv line = sv_head(*s, n);
	*s = sv_drop(*s, end + 1);
	return line;
}

sv sv_word(sv *s)
{
	size_t from = 0, to;

	while (from < s->n && is_space(s->p[from]))
		from++;
	for (to = from; to < s->n && !is_space(s->p[to]); to++)
		;
	sv word = sv_slice(*s, from, to);
	*s = sv_drop(*s, to);
	return word;
}

bool sv_u32(sv s, uint32_t max, uint32_t *out)
{
	uint64_t v = 0;

	if (!s.n || s.n > 10)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (v > max)
		return false;
	*out = (uint32_t)v;
	return true;
}
