/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/lines.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/cp1252.h"

/* A windows-1252 byte becomes up to three bytes of UTF-8. */
#define GROWTH 3

/* CRs before a LF: text that went twice through a converter has "\r\r\n". */
#define CR_MAX 3

/* The longest colour sequence is "[38;2;255;255;255m"; links are longer. */
#define ANSI_MAX 2048

/* A fence may name a language; what is longer is content behind the marks. */
#define FENCE_INFO_MAX 20

struct slot {
	struct pline line;
	struct mtext store; /* line.text is a part of it */
};

struct plines {
	struct arena *a;
	sv in;
	size_t at;	 /* where the next raw line begins */
	unsigned number; /* of the line last made */
	bool inside;	 /* at stands within a long line */
	bool code;
	uint32_t counted; /* number taken off the line last made, else 0 */
	size_t first, n;  /* ring of lines made and not skipped */
	struct slot ring[PLINES_AHEAD];
};

struct plines *plines_new(struct arena *a, sv in)
{
	struct plines *p = arena_alloc(a, 1, sizeof(*p));

	if (!p)
		return NULL;
	p->a = a;
	p->in = in;
	return p;
}

/* Length of the line end at the start of s, 0 where there is none. */
static size_t line_end(sv s)
{
	size_t n = 0;

	if (s.n && s.p[0] == '\n')
		return 1;
	while (n < s.n && n < CR_MAX && s.p[n] == '\r')
		n++;
	if (n && n < s.n && s.p[n] == '\n')
		return n + 1;
	return n ? 1 : 0;
}

/* Length of the raw piece of a line at s, at most max bytes. */
static size_t piece(sv s, size_t max)
{
	size_t n = 0;

	while (n < s.n && n < max && s.p[n] != '\n' && s.p[n] != '\r')
		n++;
	if (n < s.n && n == max && s.p[n] != '\n' && s.p[n] != '\r')
		for (size_t k = 0; k < 3 && (s.p[n] & 0xC0) == 0x80; k++)
			n--;
	return n;
}

/* "[1;31m" whose ESC got lost on the way. */
static size_t bare_colour(sv s)
{
	size_t n = 1, digits = 0;

	if (s.n < 3 || s.p[0] != '[' || !is_digit(s.p[1]))
		return 0;
	while (n < s.n && n < 20 && (is_digit(s.p[n]) || s.p[n] == ';')) {
		digits = is_digit(s.p[n]) ? digits + 1 : 0;
		if (digits > 3)
			return 0;
		n++;
	}
	return n < s.n && s.p[n] == 'm' ? n + 1 : 0;
}

/* Length of a terminal's control sequence at the start of s, or 0. */
static size_t ansi(sv s)
{
	size_t n = 2;

	if (!s.n || s.p[0] != '\033')
		return bare_colour(s);
	if (s.n < 2)
		return 1;
	if (s.p[1] == '[') {
		while (n < s.n && n < ANSI_MAX && s.p[n] >= 0x20 &&
		       s.p[n] < 0x40)
			n++;
		return n < s.n ? n + 1 : n;
	}
	if (s.p[1] != ']')
		return is_high(s.p[1]) ? 1 : 2;
	while (n < s.n && n < ANSI_MAX && s.p[n] != '\a' && s.p[n] != '\033')
		n++;
	if (n == s.n || n == ANSI_MAX)
		return 2;
	return s.p[n] == '\a' || n + 1 == s.n ? n + 1 : n + 2;
}

static bool is_invisible(uint32_t c)
{
	return c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) ||
	       c == 0xFEFF || (c < 0x20 && c != '\t') || c == 0x7F;
}

static bool is_odd_blank(uint32_t c)
{
	return c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
	       c == 0x205F;
}

/*
 * Characters of raw to *t: no colours, nothing invisible, each kind of blank
 * a space, and bytes that are no UTF-8 taken as windows-1252, line by line,
 * because pastes are put together from several sources.
 */
static void decode(struct mtext *t, sv raw, size_t offset)
{
	for (size_t i = 0, n; i < raw.n; i += n) {
		sv here = sv_drop(raw, i);
		uint32_t c;
		char enc[4];

		if (here.p[0] > 0x20 && here.p[0] < 0x7F && here.p[0] != '[') {
			n = 1;
			mtext_add(t, sv_head(here, 1), offset + i);
			continue;
		}
		n = ansi(here);
		if (n)
			continue;
		c = utf8_decode(here, &n);
		if (c == UTF8_REPLACEMENT && n == 1)
			mtext_put(
				t,
				sv_of(enc, utf8_encode(cp1252_decode(here.p[0]),
						       enc)),
				offset + i);
		else if (is_odd_blank(c))
			mtext_put(t, SV(" "), offset + i);
		else if (!is_invisible(c))
			mtext_add(t, sv_head(here, n), offset + i);
	}
}

static void take_front(struct mtext *t, size_t n)
{
	t->p += n;
	t->src += n;
	t->n -= n;
	t->cap -= n;
}

static void trim_end(struct mtext *t)
{
	while (t->n && is_blank(t->p[t->n - 1]))
		t->n--;
}

static unsigned take_blanks(struct mtext *t)
{
	unsigned col = 0;
	size_t n = 0;

	for (; n < t->n && is_blank(t->p[n]); n++)
		col = t->p[n] == '\t' ? (col / 8 + 1) * 8 : col + 1;
	take_front(t, n);
	return col;
}

/*
 * Length of a quote mark at the start of s: ">" or "| ".  A row of a table
 * ("| 550 | mailbox unavailable |") is not quoted.
 */
static size_t quote_mark(sv s)
{
	if (!s.n)
		return 0;
	if (s.p[0] == '>')
		return s.n > 1 && s.p[1] == ' ' ? 2 : 1;
	if (s.p[0] == '|' && (s.n == 1 || s.p[1] == ' ') &&
	    (s.n < 3 || s.p[s.n - 1] != '|'))
		return s.n == 1 ? 1 : 2;
	return 0;
}

static void take_quotes(struct pline *l)
{
	size_t n;

	while (true) {
		size_t blanks = 0;
		sv s = mtext_sv(&l->text);

		/* Marks may stand in by up to three blanks, as in Markdown. */
		while (blanks < 3 && blanks < s.n && s.p[blanks] == ' ')
			blanks++;
		n = quote_mark(sv_drop(s, blanks));
		if (!n)
			return;
		take_front(&l->text, blanks + n);
		l->quote++;
	}
}

/*
 * A line number in front of s, as editors, grep -n and cat -n print it; its
 * value, or 0.  *len is the length with the mark behind it.
 */
static uint32_t line_number(sv s, size_t *len)
{
	size_t from = 0, n;
	uint32_t v;

	while (from < s.n && is_blank(s.p[from]))
		from++;
	for (n = from; n < s.n && n < from + 6 && is_digit(s.p[n]); n++)
		;
	if (!sv_u32(sv_slice(s, from, n), 999999, &v) || n == s.n)
		return 0;
	if (s.p[n] == '|' || (s.p[n] == '\t' && from))
		*len = n + 1;
	else if (s.p[n] == ':' && (n + 1 == s.n || is_blank(s.p[n + 1])))
		*len = n + 1;
	else
		return 0;
	if (*len < s.n && s.p[*len] == ' ')
		++*len;
	return v;
}

/* The number in front of the raw line at s, behind quote marks. */
static uint32_t peek_number(sv s)
{
	size_t n = 0, len;

	while (n < s.n && n < 16 && (s.p[n] == '>' || s.p[n] == ' '))
		n++;
	/* Without the blanks "12<tab>" would not be seen as one. */
	if (n && s.p[n - 1] == ' ')
		n--;
	return line_number(sv_head(sv_drop(s, n), 32), &len);
}

/* Numbers are taken off only where they count on from line to line. */
static void take_number(struct plines *p, struct pline *l, sv behind)
{
	size_t len;
	uint32_t v = line_number(mtext_sv(&l->text), &len), next;

	if (v && p->counted + 1 != v) {
		next = peek_number(behind);
		if (next != v + 1)
			v = 0;
	}
	p->counted = v;
	if (v)
		take_front(&l->text, len);
}

/* "```": a fence; what stands behind it is a language or content. */
static void take_fence(struct plines *p, struct pline *l)
{
	struct mtext *t = &l->text;
	sv s = mtext_sv(t);
	bool closed;

	if (!sv_starts(s, SV("```")) && !sv_starts(s, SV("~~~"))) {
		if (p->code && sv_ends(s, SV("```"))) {
			t->n -= 3;
			trim_end(t);
			p->code = false;
		}
		return;
	}
	closed = s.n > 6 && sv_ends(s, sv_head(s, 3));
	while (t->n && (t->p[0] == '`' || t->p[0] == '~'))
		take_front(t, 1);
	/* A long fence is nothing but its marks. */
	if (closed && t->n) {
		t->n -= 3;
		return;
	}
	p->code = !p->code;
	l->code = true;
	(void)take_blanks(t);
	if (t->n <= FENCE_INFO_MAX && sv_chr(mtext_sv(t), ' ') == SV_NPOS)
		t->n = 0;
}

/* Length of a mark of a list: "- ", "* ", "+ ", "1. ", "1) ", a bullet. */
static size_t list_mark(sv s)
{
	size_t n = 0;

	if (sv_starts(s, SV("\u2022 ")) || sv_starts(s, SV("\u00b7 ")))
		return sv_chr(s, ' ') + 1;
	if (s.n > 2 && s.p[1] == ' ' &&
	    (s.p[0] == '-' || s.p[0] == '*' || s.p[0] == '+'))
		return 2;
	while (n < s.n && n < 2 && is_digit(s.p[n]))
		n++;
	if (n && s.n > n + 2 && (s.p[n] == '.' || s.p[n] == ')') &&
	    s.p[n + 1] == ' ')
		return n + 2;
	return 0;
}

/* Bold, italics or code around the whole line; true if something went. */
static bool take_pair(struct mtext *t, sv mark)
{
	sv s = mtext_sv(t);

	if (s.n <= 2 * mark.n || !sv_starts(s, mark) || !sv_ends(s, mark) ||
	    is_blank(s.p[mark.n]))
		return false;
	/* "*a* and *b*" is two of them. */
	if (sv_has(sv_slice(s, mark.n, s.n - mark.n), mark))
		return false;
	take_front(t, mark.n);
	t->n -= mark.n;
	return true;
}

/* A code span that runs over lines leaves one mark on this one. */
static void take_half_span(struct mtext *t)
{
	sv s = mtext_sv(t);
	size_t at = sv_chr(s, '`');

	if (s.n < 2 || at == SV_NPOS || sv_rchr(s, '`') != at)
		return;
	if (at == 0 && sv_chr(s, '\'') == SV_NPOS)
		take_front(t, 1);
	else if (at == s.n - 1)
		t->n--;
}

static void take_marks(struct pline *l)
{
	static const sv pairs[] = {SV_INIT("**"), SV_INIT("__"), SV_INIT("`"),
				   SV_INIT("*"), SV_INIT("_")};
	struct mtext *t = &l->text;
	size_t n = list_mark(mtext_sv(t));

	if (n && !l->code) {
		take_front(t, n);
		(void)take_blanks(t);
		l->item = true;
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		(void)take_pair(t, pairs[i]);
	take_half_span(t);
	trim_end(t);
}

/* Room for a line of n raw bytes; slots are reused and only grow. */
static void make_room(struct plines *p, struct slot *s, size_t n)
{
	size_t cap = 128;

	while (cap < n && cap < MTEXT_MAX)
		cap *= 2;
	if (s->store.cap < cap)
		mtext_init(&s->store, p->a, cap);
	s->store.n = 0;
	s->store.cut = false;
}

/* Make the next line; false at the end of the input. */
static bool make(struct plines *p, struct slot *s)
{
	sv rest = sv_drop(p->in, p->at);
	struct pline *l = &s->line;
	size_t n, end;

	if (!rest.n)
		return false;
	n = piece(rest, MTEXT_MAX);
	if (n > MTEXT_MAX / GROWTH && !utf8_valid(sv_head(rest, n)))
		n = piece(rest, MTEXT_MAX / GROWTH);
	end = line_end(sv_drop(rest, n));
	make_room(p, s, utf8_valid(sv_head(rest, n)) ? n : n * GROWTH);
	decode(&s->store, sv_head(rest, n), p->at);
	*l = (struct pline){.text = s->store,
			    .offset = p->at,
			    .number = p->inside ? p->number : p->number + 1,
			    .code = p->code,
			    .continues = p->inside};
	if (!p->inside) {
		take_quotes(l);
		take_number(p, l, sv_drop(rest, n + end));
		l->indent = take_blanks(&l->text);
		trim_end(&l->text);
		take_fence(p, l);
		take_marks(l);
	}
	p->number = l->number;
	p->at += n + end;
	p->inside = !end && p->at < p->in.n;
	return true;
}

const struct pline *plines_at(struct plines *p, size_t k)
{
	if (k >= PLINES_AHEAD)
		return NULL;
	while (p->n <= k) {
		if (!make(p, &p->ring[(p->first + p->n) % PLINES_AHEAD]))
			return NULL;
		p->n++;
	}
	return &p->ring[(p->first + k) % PLINES_AHEAD].line;
}

void plines_skip(struct plines *p, size_t n)
{
	for (; n; n--) {
		if (!plines_at(p, 0))
			return;
		p->first = (p->first + 1) % PLINES_AHEAD;
		p->n--;
	}
}

void paste_take(struct mtext *t, const struct pline *line, size_t from,
		size_t to)
{
	const struct mtext *s = &line->text;

	if (to > s->n)
		to = s->n;
	if (from >= to)
		return;
	if (!line->continues)
		mtext_space(t);
	for (size_t i = from; i < to; i++)
		mtext_put(t, sv_of(s->p + i, 1), s->src[i]);
}

sv paste_keep(struct paste_ctx *ctx, sv part)
{
	return arena_dup(ctx->a, part);
}

struct attempt *paste_add(struct paste_ctx *ctx, const struct pline *line,
			  enum ev_form form)
{
	struct attempt *at = attempts_add(ctx->out, ctx->a);

	if (!at)
		return NULL;
	at->form = form;
	at->offset = line->offset;
	at->line = line->number;
	return at;
}
