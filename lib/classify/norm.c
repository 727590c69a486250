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
 * What a byte becomes (low eight bits) and what it does to its neighbours.
 * Nearly all bytes of a reply are letters, digits, single spaces and single
 * dots.  They are told from the rest by one test of a byte and the next, which
 * is hardly ever true: a branch at each word's end would be guessed wrongly
 * each time, and that was half of the time it took to normalise.
 */
enum {
	ODD = 0x100,       /* always look closer */
	BLANK = 0x200,     /* plain unless AFTER_BLANK follows */
	DOT = 0x400,       /* plain unless AFTER_DOT follows */
	BRACKET = 0x800,   /* plain unless AFTER_BRACKET follows */
	AFTER_SHIFT = 4,   /* from the classes above to the ones below */
	AFTER_ANY = ODD << AFTER_SHIFT,
	AFTER_BLANK = BLANK << AFTER_SHIFT,
	AFTER_DOT = DOT << AFTER_SHIFT,
	AFTER_BRACKET = BRACKET << AFTER_SHIFT,
	AFTER = AFTER_ANY | AFTER_BLANK | AFTER_DOT | AFTER_BRACKET,
};
/* clang-format off */
#define P(c) ((c) | AFTER_ANY)
#define D(c) (P(c) | AFTER_BLANK) /* a digit may begin a repeated code */
#define O (ODD | AFTER_ANY)
#define H (O | AFTER_BRACKET)     /* high bytes: an ellipsis */
#define P8(c) P(c), P((c) + 1), P((c) + 2), P((c) + 3), P((c) + 4), \
	P((c) + 5), P((c) + 6), P((c) + 7)
#define O8 O, O, O, O, O, O, O, O
#define H16 H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H
static const uint16_t classes[256] = {
	O8, O8, O8, O8,
	P(' ') | BLANK | AFTER_BLANK, P('!'), P('"'), P('#'), P('$'), P('%'), O, P('\''),
	P('('), P(')'), P('*'), P('+'), P(','), P('-'),
	P('.') | DOT | AFTER_DOT | AFTER_BRACKET, P('/'),
	D('0'), D('1'), D('2'), D('3'), D('4'), D('5'), D('6'), D('7'),
	D('8'), D('9'), P(':'), P(';'), P('<'), O, P('>'), P('?'),
	P('@'), P('a'), P('b'), P('c'), P('d'), P('e'), P('f'), P('g'),
	P8('h'), P8('p'),
	P('x'), P('y'), P('z'), P('[') | BRACKET, P('\\'), P(']'), P('^'), P('_'),
	P('`'), P('a'), P('b'), P('c'), P('d'), P('e'), P('f'), P('g'),
	P8('h'), P8('p'),
	P('x'), P('y'), P('z'), P('{'), P('|'), P('}'), P('~'), O,
	H16, H16, H16, H16, H16, H16, H16, H16,
};
#undef P
#undef D
#undef O
#undef H
#undef P8
#undef O8
#undef H16
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

/*
 * Copy bytes from i on, up to end, as long as they and what follows them need
 * no closer look; returns the first that does.
 */
static size_t copy_plain(struct work *w, size_t i, size_t end)
{
	const unsigned char *p = (const unsigned char *)w->in.p;
	struct norm *out = w->out;
	size_t n = out->n;
	unsigned c = classes[p[i]], next;

	/* A space behind a space that was made from something else. */
	if ((c & BLANK) && (!n || out->p[n - 1] == ' '))
		return i;
	for (; i + 1 < end; c = next) {
		next = classes[p[i + 1]];
		if (c << AFTER_SHIFT & next & AFTER)
			break;
		out->map[n] = (uint16_t)i++;
		out->p[n++] = (char)c;
	}
	/* The last byte of all has nothing behind it. */
	if (i + 1 == w->in.n && !(c & ODD)) {
		out->map[n] = (uint16_t)i++;
		out->p[n++] = (char)c;
	}
	out->n = n;
	return i;
}

static void run(struct work *w)
{
	struct norm *out = w->out;

	while (w->i < w->in.n && out->n < NORM_MAX) {
		size_t end = w->in.n;

		if (end - w->i > NORM_MAX - out->n)
			end = w->i + NORM_MAX - out->n;
		w->i = copy_plain(w, w->i, end);
		if (w->i < end)
			look_closer(w, (unsigned char)w->in.p[w->i]);
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
