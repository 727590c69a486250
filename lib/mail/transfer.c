/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/transfer.h"

#include "base/ascii.h"

/*
 * RFC 5322 section 2.1.1: lines have at most 998 characters.  Longer ones are
 * no prose among base64, and more blanks at a line's end are no padding.
 */
#define LINE_MAX_READ 1000

/* An anchor at least after so many bytes of input that give no output. */
#define GAP 1024

/* Where words are shorter than this, a line is prose and no base64. */
#define PROSE_WORD 16

/* What decoding may look at behind the bytes that it is asked for. */
#define LOOK (LINE_MAX_READ + GAP)

/* clang-format off */
static const struct {
	sv name;
	enum transfer kind;
} names[] = {
	{SV_INIT("7bit"), TRANSFER_NONE},
	{SV_INIT("8bit"), TRANSFER_NONE},
	{SV_INIT("quoted-printable"), TRANSFER_QP},
	{SV_INIT("base64"), TRANSFER_BASE64},
	{SV_INIT("binary"), TRANSFER_NONE},
	{SV_INIT("7-bit"), TRANSFER_NONE},
	{SV_INIT("8-bit"), TRANSFER_NONE},
	{SV_INIT("7bits"), TRANSFER_NONE},
	{SV_INIT("8bits"), TRANSFER_NONE},
	{SV_INIT("7"), TRANSFER_NONE},
	{SV_INIT("8"), TRANSFER_NONE},
	{SV_INIT("none"), TRANSFER_NONE},
	{SV_INIT("base-64"), TRANSFER_BASE64},
	{SV_INIT("quoted"), TRANSFER_QP},
	{SV_INIT("quoted_printable"), TRANSFER_QP},
	{SV_INIT("x-quoted-printable"), TRANSFER_QP},
	{SV_INIT("x-uuencode"), TRANSFER_UU},
	{SV_INIT("x-uue"), TRANSFER_UU},
	{SV_INIT("uuencode"), TRANSFER_UU},
	{SV_INIT("uue"), TRANSFER_UU},
	{SV_INIT("x-uu"), TRANSFER_UU},
	{SV_INIT("x-yencode"), TRANSFER_YENC},
	{SV_INIT("x-yenc"), TRANSFER_YENC},
	{SV_INIT("yenc"), TRANSFER_YENC},
};
/* clang-format on */

/* The first word of a value, behind quotes and comments. */
static sv first_word(sv v)
{
	size_t n = 0;

	v = sv_trim(v);
	while (v.n && v.p[0] == '(') {
		size_t end = sv_chr(v, ')');

		v = sv_trim(sv_drop(v, end == SV_NPOS ? v.n : end + 1));
	}
	if (v.n && (v.p[0] == '"' || v.p[0] == '\''))
		v = sv_drop(v, 1);
	while (n < v.n && (is_alnum(v.p[n]) || v.p[n] == '-' || v.p[n] == '_'))
		n++;
	return sv_head(v, n);
}

enum transfer transfer_named(sv value)
{
	sv name = first_word(value);

	if (!name.n)
		return sv_trim(value).n ? TRANSFER_UNKNOWN : TRANSFER_NONE;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_ieq(name, names[i].name))
			return names[i].kind;
	return TRANSFER_UNKNOWN;
}

/* The line from at on, with its LF; to, where the text goes on. */
static sv line_at(sv raw, size_t at, size_t *to)
{
	sv rest = sv_drop(raw, at);
	size_t n = sv_chr(rest, '\n');

	n = n == SV_NPOS ? rest.n : n + 1;
	*to = at + n;
	return sv_head(rest, n);
}

/* base64 */

#define NO 0x80

/* clang-format off */
static const unsigned char sextet[256] = {
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO, NO, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
	NO,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO,
	NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
};
/* clang-format on */

struct quantum {
	unsigned acc, bits;
	size_t prev;   /* where the sextet before stands */
	size_t marked; /* where the last anchor stands in the input */
	unsigned bad;
};

static bool due(const struct sink *s, const struct quantum *q, size_t in)
{
	return s->n >= s->next || in - q->marked >= GAP;
}

static void mark(struct sink *s, struct quantum *q, size_t in)
{
	sink_mark(s, in);
	q->marked = in;
}

/* Words with blanks between: what a list or filter put behind base64. */
static bool is_prose(sv line)
{
	size_t words = 1;

	while (line.n && (line.p[0] == '>' || is_space(line.p[0])))
		line = sv_drop(line, 1);
	line = sv_trim(line);
	if (line.n > LINE_MAX_READ || sv_chr(line, ' ') == SV_NPOS)
		return false;
	for (size_t i = 1; i < line.n; i++)
		words += line.p[i] == ' ' && line.p[i - 1] != ' ';
	return line.n < words * PROSE_WORD;
}

/* Whole quanta of four good characters; returns where they end. */
static size_t quanta(struct sink *s, struct quantum *q, sv raw, size_t i,
		     size_t end)
{
	const unsigned char *p = (const unsigned char *)raw.p;

	while (i + 4 <= end && s->n + 3 <= s->max) {
		unsigned a = sextet[p[i]], b = sextet[p[i + 1]];
		unsigned c = sextet[p[i + 2]], d = sextet[p[i + 3]];

		if ((a | b | c | d) & NO)
			break;
		if (due(s, q, i))
			mark(s, q, i);
		s->p[s->n] = (char)(a << 2 | b >> 4);
		s->p[s->n + 1] = (char)(b << 4 | c >> 2);
		s->p[s->n + 2] = (char)(c << 6 | d);
		s->n += 3;
		s->last = i + 2;
		i += 4;
	}
	return i;
}

static void end_quantum(struct quantum *q, bool padded)
{
	if (q->bits == 6 || (q->bits && !padded))
		q->bad |= TRANSFER_CUT_BASE64;
	q->bits = q->acc = 0;
}

static void one_char(struct sink *s, struct quantum *q, char c, size_t i)
{
	unsigned v = sextet[(unsigned char)c];

	if (c == '=') {
		end_quantum(q, true);
		return;
	}
	if (v & NO) {
		if (!is_space(c))
			q->bad |= TRANSFER_BAD_BASE64;
		return;
	}
	q->acc = (q->acc << 6 | v) & 0xFFFF;
	q->bits += 6;
	if (q->bits >= 8) {
		q->bits -= 8;
		sink_byte(s, (char)(q->acc >> q->bits), q->prev);
	}
	q->prev = i;
}

static void base64_line(struct sink *s, struct quantum *q, sv raw, size_t i,
			size_t end)
{
	while (i < end && !sink_full(s)) {
		if (!q->bits) {
			i = quanta(s, q, raw, i, end);
			if (i == end)
				break;
			if (due(s, q, i))
				mark(s, q, i);
		}
		one_char(s, q, raw.p[i], i);
		i++;
	}
}

static unsigned base64(sv raw, struct sink *s, size_t i)
{
	struct quantum q = {.marked = i};
	bool begin = !i || raw.p[i - 1] == '\n';
	size_t to;

	for (; i < raw.n && !sink_full(s); i = to, begin = true) {
		sv line = line_at(raw, i, &to);

		if (begin && is_prose(line)) {
			end_quantum(&q, false);
			q.bad |= TRANSFER_BAD_BASE64;
			mark(s, &q, i);
			sink_copy(s, line, i);
			/* What follows has an anchor of its own. */
			s->next = 0;
		} else {
			base64_line(s, &q, raw, i, to);
		}
	}
	if (!s->cut)
		end_quantum(&q, false);
	return q.bad;
}

/* quoted-printable */

static int hex(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Where the line end begins: LF, CRLF or CR. */
static size_t line_end(sv line)
{
	size_t n = line.n;

	if (n && line.p[n - 1] == '\n')
		n--;
	if (n && line.p[n - 1] == '\r')
		n--;
	return n;
}

/* Where its text ends, which has no blanks there. */
static size_t text_end(sv line, size_t end)
{
	size_t n = end;

	while (n && is_blank(line.p[n - 1]) && end - n < LINE_MAX_READ)
		n--;
	return n;
}

/* "=", blanks and a CR: a soft break of a text with lone CRs. */
static size_t soft_cr(sv s)
{
	size_t n = 1;

	while (n < s.n && n < LINE_MAX_READ && is_blank(s.p[n]))
		n++;
	return n < s.n && s.p[n] == '\r' ? n + 1 : 0;
}

/* What the = at the begin of s stands for; returns the bytes it takes. */
static size_t qp_escape(struct sink *s, sv v, size_t at, unsigned *bad)
{
	int hi = v.n > 2 ? hex(v.p[1]) : -1;
	int lo = v.n > 2 ? hex(v.p[2]) : -1;
	size_t n;

	if (hi >= 0 && lo >= 0) {
		sink_byte(s, (char)(hi << 4 | lo), at);
		return 3;
	}
	n = soft_cr(v);
	if (n)
		return n;
	*bad |= TRANSFER_BAD_QP;
	sink_byte(s, '=', at);
	return 1;
}

/* Bytes that stand for themselves, with an anchor each step. */
static size_t qp_plain(struct sink *s, sv v, size_t at)
{
	size_t n = sv_chr(v, '='), step;

	n = n == SV_NPOS ? v.n : n;
	for (size_t i = 0; i < n && !sink_full(s); i += step) {
		sink_step(s, at + i);
		step = n - i < CHARSET_STEP ? n - i : CHARSET_STEP;
		sink_copy(s, sv_slice(v, i, i + step), at + i);
	}
	return n;
}

/* The text of one line, which stands at at. */
static void qp_text(struct sink *s, sv text, size_t at, size_t *marked,
		    unsigned *bad)
{
	for (size_t k = 0; k < text.n && !sink_full(s);) {
		sv rest = sv_drop(text, k);

		if (s->n >= s->next || at + k - *marked >= GAP) {
			*marked = at + k;
			sink_mark(s, *marked);
		}
		if (rest.p[0] != '=')
			k += qp_plain(s, rest, at + k);
		else
			k += qp_escape(s, rest, at + k, bad);
	}
}

static unsigned quoted(sv raw, struct sink *s, size_t i)
{
	size_t to, marked = i;
	unsigned bad = 0;

	for (; i < raw.n && !sink_full(s); i = to) {
		sv line = line_at(raw, i, &to);
		size_t end = line_end(line), n = text_end(line, end);
		bool soft = n && line.p[n - 1] == '=';

		qp_text(s, sv_head(line, n - soft), i, &marked, &bad);
		if (soft || sink_full(s))
			continue;
		/* The line end itself stays as it is. */
		sink_step(s, i + end);
		sink_copy(s, sv_drop(line, end), i + end);
	}
	return bad;
}

/* uuencode (POSIX) */

static bool is_begin(sv line)
{
	size_t n = 6;

	if (!sv_starts(line, SV("begin ")))
		return false;
	while (n < line.n && n < 10 && line.p[n] >= '0' && line.p[n] <= '7')
		n++;
	return n >= 9 && n < line.n && line.p[n] == ' ';
}

/* The value of a character; blanks at a line's end may have been lost. */
static unsigned uu_value(sv line, size_t i)
{
	return i < line.n ? ((unsigned)(unsigned char)line.p[i] - 32) & 63 : 0;
}

/* A line of a block: its length fits its first character. */
static bool is_uu_line(sv line)
{
	size_t bytes = uu_value(line, 0), need = (bytes + 2) / 3 * 4;

	if (!line.n)
		return false;
	for (size_t i = 0; i < line.n && i <= need; i++)
		if (line.p[i] < ' ' || line.p[i] > '`')
			return false;
	/* One or two characters of check sum are written by some. */
	return line.n <= need + 3;
}

bool transfer_is_uu(sv raw)
{
	size_t n = 0;
	sv rest, first;

	while (n < raw.n && n < LINE_MAX_READ && is_space(raw.p[n]))
		n++;
	rest = sv_slice(raw, n, n + 2 * LINE_MAX_READ);
	if (!is_begin(rest))
		return false;
	(void)sv_line(&rest);
	first = sv_line(&rest);
	return uu_value(first, 0) && is_uu_line(first);
}

static void uu_line(struct sink *s, sv line, size_t at)
{
	size_t bytes = uu_value(line, 0);

	for (size_t i = 0; i < bytes && !sink_full(s); i++) {
		size_t k = 1 + i / 3 * 4 + i % 3;
		unsigned shift = (unsigned)(i % 3) * 2 + 2;

		sink_byte(s,
			  (char)(uu_value(line, k) << shift |
				 uu_value(line, k + 1) >> (6 - shift)),
			  at + k);
	}
}

/*
 * Anchors stand at the begin of each line; in a block one behind it, where
 * the data begin: this tells the two apart when an origin is asked for.
 */
static unsigned uuencoded(sv raw, struct sink *s)
{
	sv rest = raw;
	bool block = false, seen = false;
	unsigned bad = 0;

	while (rest.n && !sink_full(s)) {
		size_t at = (size_t)(rest.p - raw.p);
		sv line = sv_line(&rest);
		sv whole = sv_slice(raw, at, (size_t)(rest.p - raw.p));

		if (block && is_uu_line(line) && !sv_eq(line, SV("end"))) {
			sink_mark(s, at + 1);
			uu_line(s, line, at);
			s->next = 0; /* text that follows has its own */
		} else if (block ? sv_eq(line, SV("end")) : is_begin(line)) {
			block = !block;
			seen = true;
			s->next = 0;
		} else if (!block || line.n) {
			if (block)
				bad |= TRANSFER_BAD_UU;
			sink_step(s, at);
			sink_copy(s, whole, at);
		} else {
			s->next = 0;
		}
	}
	return bad | (block || !seen ? TRANSFER_BAD_UU : 0);
}

static size_t uu_origin(sv raw, struct charset_anchor from, size_t at)
{
	size_t d = at - from.text;

	if (!from.in || raw.p[from.in - 1] == '\n' ||
	    raw.p[from.in - 1] == '\r')
		return from.in + d;
	return from.in + d / 3 * 4 + d % 3; /* as in base64 */
}

unsigned transfer_decode(enum transfer kind, sv raw, struct sink *s)
{
	sink_mark(s, 0);
	if (kind == TRANSFER_BASE64)
		return base64(raw, s, 0);
	if (kind == TRANSFER_QP)
		return quoted(raw, s, 0);
	return uuencoded(raw, s);
}

size_t transfer_origin(enum transfer kind, sv raw,
		       const struct charset_anchor *v, size_t n, size_t at)
{
	char bytes[LOOK];
	struct sink s = {.p = bytes, .bare = true};
	size_t k = sink_anchor(v, n, at);

	if (kind == TRANSFER_UU) {
		at = uu_origin(raw, v[k], at);
		return at < raw.n ? at : raw.n ? raw.n - 1 : 0;
	}
	/* Decode once more, from the anchor up to the byte. */
	s.max = at - v[k].text + 1;
	if (s.max > sizeof(bytes))
		s.max = sizeof(bytes);
	raw = sv_head(raw, v[k].in + 2 * LOOK);
	s.last = v[k].in;
	if (kind == TRANSFER_BASE64)
		(void)base64(raw, &s, v[k].in);
	else
		(void)quoted(raw, &s, v[k].in);
	return s.last;
}

/* A byte of two hex digits at the begin of s, or -1. */
static int hex_byte(sv s)
{
	int hi = s.n > 1 ? hex(s.p[0]) : -1, lo = s.n > 1 ? hex(s.p[1]) : -1;

	return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

/* Text in which mark stands before two hex digits. */
static bool hex_text(sv text, char mark_char, bool q, struct sink *s)
{
	bool good = true;

	for (size_t i = 0; i < text.n && !sink_full(s); i++) {
		char c = text.p[i];
		int byte;

		if (c == mark_char) {
			byte = hex_byte(sv_drop(text, i + 1));
			if (byte >= 0) {
				sink_byte(s, (char)byte, i);
				i += 2;
				continue;
			}
			good = false;
		}
		sink_byte(s, q && c == '_' ? ' ' : c, i);
	}
	return good;
}

unsigned transfer_word(bool is_base64, sv text, struct sink *s)
{
	struct quantum q = {0};

	if (!is_base64)
		return hex_text(text, '=', true, s) ? 0 : TRANSFER_BAD_QP;
	base64_line(s, &q, text, 0, text.n);
	end_quantum(&q, false);
	return q.bad;
}

bool transfer_percent(sv text, struct sink *s)
{
	return hex_text(text, '%', false, s);
}
