/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs/json.h"

#include "base/ascii.h"

static uint32_t hex4(sv s)
{
	uint32_t v = 0;

	for (size_t i = 0; i < 4 && i < s.n; i++) {
		char c = to_lower(s.p[i]);

		v = v * 16 + (uint32_t)(is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return v;
}

static void put_utf8(struct mtext *t, uint32_t c, size_t src)
{
	char b[4];
	size_t n;

	if (c < 0x80) {
		b[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		b[0] = (char)(0xc0 | c >> 6);
		b[1] = (char)(0x80 | (c & 0x3f));
		n = 2;
	} else if (c < 0x10000) {
		b[0] = (char)(0xe0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 0x3f));
		b[2] = (char)(0x80 | (c & 0x3f));
		n = 3;
	} else {
		b[0] = (char)(0xf0 | (c >> 18 & 7));
		b[1] = (char)(0x80 | (c >> 12 & 0x3f));
		b[2] = (char)(0x80 | (c >> 6 & 0x3f));
		b[3] = (char)(0x80 | (c & 0x3f));
		n = 4;
	}
	mtext_put(t, sv_of(b, n), src);
}

/* One "\x" at s; how many bytes it takes. */
static size_t escape(const struct mtext *m, struct mtext *t, sv s)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	size_t src = m->src[s.p - m->p], n = 6;
	uint32_t c, low;

	if (s.n > 1 && s.p[1] == 'u') {
		c = hex4(sv_drop(s, 2));
		low = hex4(sv_drop(s, 8));
		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 &&
		    low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			n = 12;
		}
		put_utf8(t, c, src);
		return n;
	}
	if (s.n > 1) {
		const char *k = memchr(from, s.p[1], 5);

		mtext_put(t, k ? sv_of(&to[k - from], 1) : sv_slice(s, 1, 2),
			  src);
	}
	return 2;
}

/* The JSON string at the start of s (behind its quote), with its map. */
static struct mtext decoded(struct arena *a, const struct mtext *m, sv s)
{
	struct mtext t;
	size_t i = 0;

	mtext_init(&t, a, s.n ? s.n : 1);
	while (i < s.n && s.p[i] != '"') {
		if (s.p[i] == '\\') {
			i += escape(m, &t, sv_drop(s, i));
			continue;
		}
		mtext_put(&t, sv_slice(s, i, i + 1), m->src[s.p + i - m->p]);
		i++;
	}
	return t;
}

struct mtext json_place(struct arena *a, const struct mtext *line, size_t from,
			sv key, sv want)
{
	sv s = sv_drop(mtext_sv(line), from);
	struct mtext t = {0};
	size_t i = sv_find(s, key);

	if (!want.n)
		return t;
	s = sv_trim(sv_drop(s, i == SV_NPOS ? s.n : i + key.n));
	if (sv_starts(s, SV(":"))) {
		s = sv_trim(sv_drop(s, 1));
		if (sv_starts(s, SV("\""))) {
			t = decoded(a, line, sv_drop(s, 1));
			if (sv_eq(mtext_sv(&t), want))
				return t;
		}
	}
	mtext_init(&t, a, want.n);
	mtext_put(&t, want, MTEXT_NOWHERE);
	return t;
}
