/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/shifted.h"

#include "base/ascii.h"

/* So many characters go through iconv at once. */
#define BATCH 16

enum set {
	SET_ASCII,
	SET_DOUBLE,
	SET_EXTRA, /* JIS X 0212 */
	SET_KANA,
};

struct shift {
	struct sink *s;
	iconv_t cd;
	enum charset_way way;
	enum set set;
	bool bad;
};

/* clang-format off */
static const struct {
	sv escape;
	enum set set;
} escapes[] = {
	{SV_INIT("\033(B"), SET_ASCII},
	{SV_INIT("\033$B"), SET_DOUBLE},
	{SV_INIT("\033(J"), SET_ASCII},
	{SV_INIT("\033$@"), SET_DOUBLE},
	{SV_INIT("\033(I"), SET_KANA},
	{SV_INIT("\033(H"), SET_ASCII},
	{SV_INIT("\033$(B"), SET_DOUBLE},
	{SV_INIT("\033$(@"), SET_DOUBLE},
	{SV_INIT("\033$(D"), SET_EXTRA},
};
/* clang-format on */

static void go_to(struct shift *h, enum set set)
{
	h->set = set;
	h->s->next = 0; /* what follows has an anchor of its own */
}

static bool is_graphic(char c)
{
	return c >= 0x21 && c <= 0x7E;
}

/* Write the batch; what iconv does not know is U+FFFD. */
static void put_batch(struct shift *h, char *p, size_t n, size_t each)
{
	size_t left = n;

	while (left && !sink_full(h->s)) {
		char *to = h->s->p + h->s->n;
		size_t room = h->s->max - h->s->n, skip;

		if (room < sizeof("\xEF\xBF\xBF") * 2) {
			h->s->cut = true;
			return;
		}
		(void)iconv(h->cd, &p, &left, &to, &room);
		h->s->n = (size_t)(to - h->s->p);
		if (!left)
			return;
		if (room < sizeof("\xEF\xBF\xBF") * 2)
			continue; /* full: said above */
		sink_char(h->s, UTF8_REPLACEMENT);
		h->bad = true;
		/* On to the next whole character. */
		skip = left % each ? left % each : each;
		p += skip;
		left -= skip;
	}
}

/* Characters of two bytes; returns how many bytes of in they took. */
static size_t doubles(struct shift *h, sv in, size_t at)
{
	size_t each = h->set == SET_EXTRA ? 3 : 2, n = 0, i = 0;
	char bytes[BATCH * 3];

	while (i + 1 < in.n && n + each <= BATCH * each &&
	       is_graphic(in.p[i]) && is_graphic(in.p[i + 1]) &&
	       !(h->way == WAY_HZ && in.p[i] == '~')) {
		if (each == 3)
			bytes[n++] = '\x8F';
		bytes[n++] = (char)(in.p[i] | 0x80);
		bytes[n++] = (char)(in.p[i + 1] | 0x80);
		i += 2;
	}
	sink_step(h->s, at);
	put_batch(h, bytes, n, each);
	if (i)
		return i;
	if (is_graphic(in.p[0])) { /* half a character */
		sink_char(h->s, UTF8_REPLACEMENT);
		h->bad = true;
	} else {
		sink_byte(h->s, in.p[0], at);
	}
	return 1;
}

/* A switch at the begin of in; returns its length, or 0. */
static size_t switched(struct shift *h, sv in)
{
	if (h->way == WAY_HZ) {
		if (sv_starts(in, SV("~{")))
			go_to(h, SET_DOUBLE);
		else if (sv_starts(in, SV("~}")))
			go_to(h, SET_ASCII);
		else
			return 0;
		return 2;
	}
	if (in.p[0] == '\016' || in.p[0] == '\017') {
		go_to(h, in.p[0] == '\017'  ? SET_ASCII
			 : h->way == WAY_JP ? SET_KANA
					    : SET_DOUBLE);
		return 1;
	}
	if (h->way == WAY_KR)
		return sv_starts(in, SV("\033$)C")) ? 4 : 0;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (sv_starts(in, escapes[i].escape)) {
			go_to(h, escapes[i].set);
			return escapes[i].escape.n;
		}
	return 0;
}

/* One byte that is of no other set. */
static size_t single(struct shift *h, sv in, size_t at)
{
	sink_step(h->s, at);
	if (is_high(in.p[0])) {
		size_t len;
		uint32_t c = utf8_decode(in, &len);

		h->bad = true;
		sink_char(h->s, c);
		return len;
	}
	if (h->way == WAY_HZ && sv_starts(in, SV("~~"))) {
		sink_byte(h->s, '~', at);
		h->s->next = 0;
		return 2;
	}
	if (h->way == WAY_HZ && sv_starts(in, SV("~\n"))) {
		h->s->next = 0;
		return 2;
	}
	sink_byte(h->s, in.p[0], at);
	return 1;
}

static bool may_switch(char c)
{
	return c == '\033' || c == '\016' || c == '\017' || c == '~';
}

bool shifted_decode(struct sink *s, iconv_t cd, enum charset_way way, sv in)
{
	struct shift h = {.s = s, .cd = cd, .way = way};
	size_t n;

	for (size_t i = 0; i < in.n && !sink_full(s); i += n) {
		sv rest = sv_drop(in, i);
		char c = rest.p[0];

		n = may_switch(c) ? switched(&h, rest) : 0;
		if (n)
			continue;
		if ((c == '\n' || c == '\r') && way != WAY_KR &&
		    h.set != SET_ASCII)
			go_to(&h, SET_ASCII);
		if (h.set == SET_KANA && c > 0x20 && c < 0x60) {
			sink_step(s, i);
			sink_char(s, 0xFF61 + (uint32_t)(c - 0x21));
			n = 1;
		} else if ((h.set == SET_DOUBLE || h.set == SET_EXTRA) &&
			   !is_high(c)) {
			n = doubles(&h, rest, i);
		} else {
			n = single(&h, rest, i);
		}
	}
	return h.bad;
}

static int base64_value(char c)
{
	if (is_upper(c))
		return c - 'A';
	if (is_lower(c))
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Units of 16 bits out of a run of base64. */
struct units {
	sv run;
	size_t i;
	uint32_t acc;
	unsigned bits;
};

static bool unit(struct units *u, uint32_t *out)
{
	while (u->bits < 16 && u->i < u->run.n) {
		u->acc = u->acc << 6 | (uint32_t)base64_value(u->run.p[u->i++]);
		u->bits += 6;
	}
	if (u->bits < 16)
		return false;
	u->bits -= 16;
	*out = u->acc >> u->bits & 0xFFFF;
	return true;
}

/* The next code point; 0 at the end, 1 where there is none. */
static uint32_t utf7_char(struct units *u)
{
	uint32_t hi, lo;

	if (!unit(u, &hi))
		return u->bits >= 6 || u->acc & ((1u << u->bits) - 1);
	if (hi < 0x20)
		return hi == '\t' || hi == '\n' || hi == '\r' ? hi : 1;
	if (hi < 0xD800 || hi > 0xDFFF)
		return hi;
	if (hi > 0xDBFF || !unit(u, &lo) || lo < 0xDC00 || lo > 0xDFFF)
		return 1;
	return 0x10000 + ((hi - 0xD800) << 10) + (lo - 0xDC00);
}

static bool utf7_fits(sv run)
{
	struct units u = {.run = run};
	uint32_t c;

	while ((c = utf7_char(&u)) > 1)
		;
	return c == 0;
}

/* in begins with +; returns how much of it was read. */
static size_t utf7_shift(struct sink *s, sv in, size_t at, bool *bad)
{
	struct units u = {.run = sv_drop(in, 1)};
	size_t n = 0;
	uint32_t c;

	while (n < u.run.n && base64_value(u.run.p[n]) >= 0)
		n++;
	u.run.n = n;
	s->next = 0;
	sink_step(s, at);
	if (!n || !utf7_fits(u.run)) {
		/* "+-" is the character itself. */
		sink_copy(s, sv_head(in, n + 1), at);
		*bad |= n > 0;
		n += !n && in.n > 1 && in.p[1] == '-';
		s->next = 0;
		return n + 1;
	}
	for (size_t was = 0; (c = utf7_char(&u)) > 1; was = u.i) {
		sink_step(s, at + 1 + was);
		sink_char(s, c);
	}
	s->next = 0;
	n++;
	return n + (n < in.n && in.p[n] == '-');
}

bool shifted_utf7(struct sink *s, sv in)
{
	bool bad = false;
	size_t n;

	for (size_t i = 0; i < in.n && !sink_full(s); i += n) {
		sv rest = sv_drop(in, i);

		if (rest.p[0] == '+') {
			n = utf7_shift(s, rest, i, &bad);
			continue;
		}
		sink_step(s, i);
		if (is_high(rest.p[0])) {
			sink_char(s, utf8_decode(rest, &n));
			bad = true;
			continue;
		}
		sink_byte(s, rest.p[0], i);
		n = 1;
	}
	return bad;
}
