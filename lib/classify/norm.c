/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/norm.h"

#include "base/ascii.h"
#include "base/utf8.h"

struct work {
	struct norm *out;
	sv in;
	size_t i;
	bool qp;   /* the text is quoted-printable */
	bool head; /* repeated codes are taken out */
};

static void emit(struct norm *out, char c, size_t from)
{
	if (out->n >= NORM_MAX) {
		out->cut = true;
		return;
	}
	out->map[out->n] = (uint16_t)from;
	out->p[out->n++] = c;
}

static void emit_space(struct norm *out, size_t from)
{
	if (out->n && out->p[out->n - 1] != ' ')
		emit(out, ' ', from);
}

static void emit_gap(struct norm *out, size_t from)
{
	out->gaps = true;
	if (out->n && out->p[out->n - 1] == ' ')
		out->n--;
	if (!out->n || out->p[out->n - 1] != NORM_GAP)
		emit(out, NORM_GAP, from);
}

/* Plain stand-ins for typographic characters; 0 where there is none. */
static char plain_of(uint32_t c)
{
	switch (c) {
	case 0xA0:
	case 0x202F:
	case 0x3000:
		return ' ';
	case 0x2018:
	case 0x2019:
	case 0x201A:
	case 0x201B:
	case 0x2032:
	case 0xB4:
		return '\'';
	case 0x201C:
	case 0x201D:
	case 0x201E:
	case 0x201F:
	case 0xAB:
	case 0xBB:
		return '"';
	case 0x2212:
		return '-';
	default:
		if (c >= 0x2000 && c <= 0x200A)
			return ' ';
		if (c >= 0x2010 && c <= 0x2015)
			return '-';
		return 0;
	}
}

static bool is_invisible(uint32_t c)
{
	return c == 0xAD || (c >= 0x200B && c <= 0x200F) || c == 0x2060 ||
	       c == 0xFEFF || c < 0x20 || c == 0x7F;
}

static void emit_point(struct norm *out, uint32_t c, size_t from)
{
	char plain = plain_of(c), bytes[4];
	size_t n;

	if (c == 0x2026) {
		emit_gap(out, from);
	} else if (plain == ' ' || c == '\t' || c == '\n' || c == '\r') {
		emit_space(out, from);
	} else if (plain) {
		emit(out, plain, from);
	} else if (!is_invisible(c)) {
		n = utf8_encode(utf8_fold(c), bytes);
		for (size_t k = 0; k < n; k++)
			emit(out, bytes[k], from);
	}
}

/* clang-format off */
static const struct {
	sv name;
	uint32_t c;
} entities[] = {
	{SV_INIT("amp;"), '&'}, {SV_INIT("lt;"), '<'}, {SV_INIT("gt;"), '>'},
	{SV_INIT("quot;"), '"'}, {SV_INIT("apos;"), '\''},
	{SV_INIT("nbsp;"), ' '},
};
/* clang-format on */

/* "&lt;", "&#39;", "&#x27;": bytes taken, 0 if it is only an ampersand. */
static size_t entity(sv s, uint32_t *c)
{
	sv rest = sv_drop(s, 1);
	uint32_t v = 0, base = 10;
	size_t i = 1;

	for (size_t k = 0; k < sizeof(entities) / sizeof(entities[0]); k++)
		if (sv_starts(rest, entities[k].name)) {
			*c = entities[k].c;
			return 1 + entities[k].name.n;
		}
	if (!rest.n || rest.p[0] != '#')
		return 0;
	if (rest.n > 1 && (rest.p[1] | 0x20) == 'x') {
		base = 16;
		i = 2;
	}
	for (; i < rest.n && i < 9 && is_xdigit(rest.p[i]); i++) {
		uint32_t d = is_digit(rest.p[i])
		                     ? (uint32_t)(rest.p[i] - '0')
		                     : (uint32_t)((rest.p[i] | 0x20) - 'a') + 10;
		if (d >= base)
			return 0;
		v = v * base + d;
	}
	if (i >= rest.n || rest.p[i] != ';' || !v || v > 0x10FFFF)
		return 0;
	*c = v;
	return 1 + i + 1;
}

static int hex(char c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool inside_url(const struct norm *out)
{
	size_t from = out->n;

	while (from && out->p[from - 1] != ' ' && out->n - from < 256)
		from--;
	return sv_has(sv_of(out->p + from, out->n - from), SV("://"));
}

/* One "=XX" or soft line break; false if it is an equals sign. */
static bool quoted_printable(struct work *w)
{
	sv s = sv_drop(w->in, w->i);
	char bytes[4];
	size_t n = 0, taken = 0, len;

	if (s.n > 1 && (s.p[1] == '\n' || s.p[1] == '\r')) {
		w->i += s.n > 2 && s.p[1] == '\r' && s.p[2] == '\n' ? 3 : 2;
		return true;
	}
	while (n < 4 && s.n - taken >= 3 && s.p[taken] == '=' &&
	       hex(s.p[taken + 1]) >= 0 && hex(s.p[taken + 2]) >= 0) {
		bytes[n++] = (char)(hex(s.p[taken + 1]) << 4 |
		                    hex(s.p[taken + 2]));
		taken += 3;
		if (n == 1 && !is_high(bytes[0]))
			break;
	}
	if (!n || inside_url(w->out))
		return false;
	emit_point(w->out, utf8_decode(sv_of(bytes, n), &len), w->i);
	w->i += 3 * len;
	return true;
}

static bool is_qp(sv s)
{
	return sv_has(s, SV("=3D")) || sv_has(s, SV("=\n")) ||
	       sv_has(s, SV("=\r\n"));
}

static void special(struct work *w)
{
	sv s = sv_drop(w->in, w->i);
	uint32_t c = 0;
	size_t len;

	if (s.p[0] == '.' && sv_starts(s, SV("..."))) {
		for (len = 3; len < s.n && s.p[len] == '.'; len++)
			;
		emit_gap(w->out, w->i);
		w->i += len;
		return;
	}
	if (s.p[0] == '[' && (sv_starts(s, SV("[...]")) ||
	                      sv_starts(s, SV("[\xE2\x80\xA6]")))) {
		emit_gap(w->out, w->i);
		w->i += 5;
		return;
	}
	if (s.p[0] == '&' && (len = entity(s, &c))) {
		emit_point(w->out, c, w->i);
		w->i += len;
		return;
	}
	if (s.p[0] == '=' && w->qp && quoted_printable(w))
		return;
	c = utf8_decode(s, &len);
	emit_point(w->out, c, w->i);
	w->i += len;
}

/*
 * What a byte becomes; 0: look closer.  Most bytes of a reply are letters, so
 * this table decides the speed of it all.
 */
/* clang-format off */
#define R8(c) (c), (c) + 1, (c) + 2, (c) + 3, (c) + 4, (c) + 5, (c) + 6, (c) + 7
static const unsigned char plain[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, '!', '"', '#', '$', '%', 0, '\'', '(', ')', '*', '+', ',', '-', 0, '/',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', 0, '>', '?',
	'@', 'a', 'b', 'c', 'd', 'e', 'f', 'g', R8('h'),
	R8('p'), 'x', 'y', 'z', 0, '\\', ']', '^', '_',
	'`', 'a', 'b', 'c', 'd', 'e', 'f', 'g', R8('h'),
	R8('p'), 'x', 'y', 'z', '{', '|', '}', '~', 0,
};
#undef R8
/* clang-format on */

/* Is the special character at i one after all, seen from what follows? */
static bool stays_plain(const struct work *w, unsigned char c)
{
	char next = w->i + 1 < w->in.n ? w->in.p[w->i + 1] : '\0';

	if (c == '.')
		return next != '.';
	if (c == '[')
		return next != '.' && !is_high(next);
	return c == '=' && !w->qp;
}

static void look_closer(struct work *w, unsigned char c)
{
	if (c == ' ' || (c >= '\t' && c <= '\r')) {
		emit_space(w->out, w->i++);
		if (w->head && w->i < w->in.n && is_digit(w->in.p[w->i]))
			w->i += reply_repeat(w->in, w->i, &w->out->head);
	} else if (stays_plain(w, c)) {
		emit(w->out, (char)c, w->i);
		w->i++;
	} else {
		special(w);
	}
}

static void run(struct work *w)
{
	const unsigned char *p = (const unsigned char *)w->in.p;
	struct norm *out = w->out;

	while (w->i < w->in.n && out->n < NORM_MAX) {
		size_t i = w->i, n = out->n, end = w->in.n;
		unsigned char c = 0;

		if (end - i > NORM_MAX - n)
			end = i + NORM_MAX - n;
		while (i < end) {
			c = plain[p[i]];
			/* Single spaces between words need no closer look. */
			if (!c && (p[i] != ' ' || !n || out->p[n - 1] == ' ' ||
			           i + 1 == end || is_digit((char)p[i + 1])))
				break;
			out->map[n] = (uint16_t)i++;
			out->p[n++] = c ? (char)c : ' ';
		}
		w->i = i;
		out->n = n;
		if (i < end)
			look_closer(w, p[i]);
	}
	if (w->i < w->in.n)
		out->cut = true;
	if (out->n && out->p[out->n - 1] == ' ')
		out->n--;
}

/* Loads of several bytes may overrun the text. */
static void finish(struct norm *out)
{
	memset(out->p + out->n, 0, 8);
}

static void start(struct norm *out)
{
	out->n = 0;
	out->head = (struct reply){0};
	out->gaps = out->cut = false;
	memset(out->grams, 0xFF, sizeof(out->grams));
}

void norm_reply(struct norm *out, sv reply)
{
	struct work w = {out, sv_head(reply, UINT16_MAX), 0, false, true};

	start(out);
	w.qp = sv_chr(w.in, '=') != SV_NPOS && is_qp(w.in);
	w.i = reply_open(w.in, &out->head);
	run(&w);
	/* Further lines were announced and are not here: a cut text. */
	if (out->head.more && out->n < NORM_MAX)
		emit_gap(out, w.in.n ? w.in.n - 1 : 0);
	finish(out);
}

void norm_words(struct norm *out, sv words)
{
	struct work w = {out, sv_head(words, UINT16_MAX), 0, false, false};

	start(out);
	run(&w);
	finish(out);
}

void norm_origin(const struct norm *n, sv reply, size_t from, size_t to,
                 size_t *off, size_t *len)
{
	size_t last = n->map[to - 1], end;

	*off = n->map[from];
	/* The origin is the start of a sequence: take all of it. */
	(void)utf8_decode(sv_drop(reply, last), &end);
	*len = last + end - *off;
}
