/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/norm.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* So much has been said before a reply that follows from it. */
#define NORM_SAID 4

struct work {
	struct norm *out;
	sv in;
	size_t i;
	bool head; /* repeated codes are taken out */
	bool qp;   /* the text is quoted-printable; may be set if .equals */
	bool equals; /* an equals sign was met, and .qp found out */
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

/* One pass, as URLs in replies hold many '=' that prove nothing. */
static bool is_qp(sv s)
{
	size_t at;

	while ((at = sv_chr(s, '=')) != SV_NPOS) {
		s = sv_drop(s, at + 1);
		if (sv_starts(s, SV("3D")) || sv_starts(s, SV("\n")) ||
		    sv_starts(s, SV("\r\n")))
			return true;
	}
	return false;
}

/* Most replies have no equals sign, so it is asked at the first. */
static bool equals_is_qp(struct work *w)
{
	if (!w->equals)
		w->qp = w->head && is_qp(w->in);
	w->equals = true;
	return w->qp;
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
	if (s.p[0] == '=' && quoted_printable(w))
		return;
	c = utf8_decode(s, &len);
	emit_point(w->out, c, w->i);
	w->i += len;
}

/*
 * What bytes become, and what they do to their neighbours.  Nearly all bytes
 * of a reply are letters, digits, single spaces and single dots.  They are
 * told from the rest by one test of a byte and the next that is hardly ever
 * true: a branch at each word's end would be guessed wrongly each time, and
 * that was half of the time it took to normalise.
 */
enum {
	ODD = 1,     /* always look closer */
	BLANK = 2,   /* look closer before a blank or a digit (a code?) */
	DOT = 4,     /* look closer before a dot */
	BRACKET = 8, /* look closer before a dot or a high byte */
};
/* clang-format off */
#define R8(c) (c), (c) + 1, (c) + 2, (c) + 3, (c) + 4, (c) + 5, (c) + 6, (c) + 7
static const char plain[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	R8(' '), R8('('), R8('0'), R8('8'),
	'@', 'a', 'b', 'c', 'd', 'e', 'f', 'g', R8('h'),
	R8('p'), 'x', 'y', 'z', '[', '\\', ']', '^', '_',
	'`', 'a', 'b', 'c', 'd', 'e', 'f', 'g', R8('h'),
	R8('p'), 'x', 'y', 'z', '{', '|', '}', '~', 0,
};
#undef R8
/* Of a byte: the classes above. */
static const unsigned char first_of[256] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	[' '] = BLANK, ['&'] = ODD, ['.'] = DOT, ['='] = ODD,
	['['] = BRACKET, [0x7F] = ODD,
#define O16(c) [c] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
	O16(0x80), O16(0x90), O16(0xA0), O16(0xB0),
	O16(0xC0), O16(0xD0), O16(0xE0), O16(0xF0),
#undef O16
};
/* Of the byte behind it: the classes that it makes doubtful; ODD is always. */
#define B (ODD | BLANK)
#define H16(c) [c] = 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9
#define A16 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
static const unsigned char second_of[256] = {
	A16, A16,
	B, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ODD | DOT | BRACKET, 1,
	B, B, B, B, B, B, B, B, B, B, 1, 1, 1, 1, 1, 1,
	A16, A16, A16, A16,
	H16(0x80), H16(0x90), H16(0xA0), H16(0xB0),
	H16(0xC0), H16(0xD0), H16(0xE0), H16(0xF0),
};
#undef A16
#undef H16
#undef B
/* clang-format on */

/* Is the special character at i one after all, seen from what follows? */
static bool stays_plain(struct work *w, unsigned char c)
{
	char next = w->i + 1 < w->in.n ? w->in.p[w->i + 1] : '\0';

	if (c == '.')
		return next != '.';
	if (c == '[')
		return next != '.' && !is_high(next);
	return c == '=' && !equals_is_qp(w);
}

static void look_closer(struct work *w, unsigned char c)
{
	if (c == ' ' || (c >= '\t' && c <= '\r')) {
		emit_space(w->out, w->i++);
		if (!w->head || w->i >= w->in.n || !is_digit(w->in.p[w->i]))
			return;
		w->i += reply_repeat(w->in, w->i, &w->out->head);
		/* What follows from this refusal says nothing new. */
		if (w->out->n > NORM_SAID &&
		    reply_follows(w->in, w->i, &w->out->head))
			w->in.n = w->i;
	} else if (stays_plain(w, c)) {
		emit(w->out, (char)c, w->i);
		w->i++;
	} else {
		special(w);
	}
}

typedef unsigned char block __attribute__((vector_size(16)));

/* What the tables say of pairs of bytes, of 16 at once: 0xFF: look closer. */
static block doubtful(block c, block next)
{
	block odd = (c < ' ') | (c >= 0x7F) | (c == '&') | (c == '=');
	block digit = (next >= '0') & (next <= '9');

	return (block)odd |
	       (block)((c == ' ') & ((next == ' ') | digit)) |
	       (block)((c == '.') & (next == '.')) |
	       (block)((c == '[') & ((next == '.') | (next >= 0x80)));
}

/* Copies blocks without a doubtful byte; returns how many bytes. */
static size_t copy_blocks(char *to, const unsigned char *p, size_t n)
{
	size_t k = 0;

	for (; k + sizeof(block) < n; k += sizeof(block)) {
		block c, next;
		uint64_t doubt[2];

		memcpy(&c, p + k, sizeof(c));
		memcpy(&next, p + k + 1, sizeof(next));
		next = doubtful(c, next);
		memcpy(doubt, &next, sizeof(doubt));
		if (doubt[0] | doubt[1])
			break;
		c |= (block)((c >= 'A') & (c <= 'Z')) & 0x20;
		memcpy(to + k, &c, sizeof(c));
	}
	return k;
}

/*
 * Copy bytes from i on, up to end, as long as they and what follows them need
 * no closer look; returns the first that does.
 */
static size_t copy_plain(struct work *w, size_t i, size_t end)
{
	const unsigned char *p = (const unsigned char *)w->in.p + i;
	const unsigned char *last = p + (end - i) - 1;
	struct norm *out = w->out;
	char *to = out->p + out->n;
	uint16_t from = (uint16_t)i;
	size_t k;

	/* A space behind a space that was made from something else. */
	if (*p == ' ' && (!out->n || to[-1] == ' '))
		return i;
	k = copy_blocks(to, p, end - i);
	p += k;
	to += k;
	while (p < last && !(first_of[p[0]] & second_of[p[1]]))
		*to++ = plain[*p++];
	k = (size_t)(to - out->p) - out->n;
	/* The last byte of all has nothing behind it. */
	if (i + k + 1 == w->in.n && !(first_of[*p] & ODD)) {
		*to = plain[*p];
		k++;
	}
	/* Apart from the loop above: here eight are written at a time. */
	for (size_t m = 0; m < k; m++)
		out->map[out->n + m] = from++;
	out->n += k;
	return i + k;
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
	out->indexed = false;
}

void norm_reply(struct norm *out, sv reply)
{
	struct work w = {.out = out, .in = sv_head(reply, UINT16_MAX),
	                 .head = true};

	start(out);
	w.i = reply_open(w.in, &out->head);
	run(&w);
	/* Further lines were announced and are not here: a cut text. */
	if (out->head.more && out->n < NORM_MAX)
		emit_gap(out, w.in.n ? w.in.n - 1 : 0);
	finish(out);
}

void norm_words(struct norm *out, sv words)
{
	struct work w = {.out = out, .in = sv_head(words, UINT16_MAX)};

	start(out);
	run(&w);
	finish(out);
}

void norm_index(struct norm *n)
{
	/* In locals: writing .grams could change what n points to. */
	const char *p = n->p;
	uint64_t *grams = n->grams;
	size_t end = n->n;

	memset(n->grams, 0, sizeof(n->grams));
	for (size_t i = 0; i + 4 <= end; i++) {
		uint32_t h = norm_gram(p + i);

		grams[h >> 6] |= (uint64_t)1 << (h & 63);
	}
	n->indexed = true;
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
