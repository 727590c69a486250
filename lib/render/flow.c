/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/flow.h"

#include "base/utf8.h"
#include "render/unseen.h"

/* A run of characters that stays on one line, and what stood before it. */
struct word {
	sv raw;
	unsigned width;
	bool spaced;
};

void flow_init(struct flow *f, struct buf *out, unsigned width, bool colour)
{
	*f = (struct flow){.out = out, .width = width, .colour = colour};
}

/*
 * The next character of *s (not empty) as it is shown: ' ' for all white
 * space, 0 for what is dropped.
 */
static uint32_t take(sv *s)
{
	size_t len;
	uint32_t c = utf8_decode(*s, &len);

	*s = sv_drop(*s, len);
	if (c == ' ' || (c >= '\t' && c <= '\r') || is_line_end(c))
		return ' ';
	if (is_control(c))
		return '?';
	return is_unseen(c) ? 0 : c;
}

unsigned flow_measure(sv s)
{
	unsigned w = 0;

	while (s.n) {
		uint32_t c = take(&s);

		w += c ? utf8_width(c) : 0;
	}
	return w;
}

static void style_off(struct flow *f)
{
	if (f->styled)
		buf_adds(f->out, "\033[0m");
	f->styled = false;
}

static void newline(struct flow *f)
{
	style_off(f);
	buf_addc(f->out, '\n');
	f->col = 0;
	f->open = false;
}

void flow_end(struct flow *f)
{
	if (f->open)
		newline(f);
}

void flow_blank(struct flow *f)
{
	f->blank = true;
}

void flow_style(struct flow *f, enum flow_style style)
{
	style_off(f);
	f->style = style;
}

static void style_on(struct flow *f)
{
	if (!f->colour || f->styled || f->style == FLOW_PLAIN)
		return;
	buf_adds(f->out, f->style == FLOW_BOLD ? "\033[1m" : "\033[2m");
	f->styled = true;
}

/* Spaces are written when something follows them: no line ends in one. */
static void pad(struct flow *f, unsigned indent)
{
	if (!f->open && f->blank && f->wrote)
		buf_addc(f->out, '\n');
	f->blank = false;
	f->open = f->wrote = true;
	for (; f->col < indent; f->col++)
		buf_addc(f->out, ' ');
	style_on(f);
}

static void put_char(struct flow *f, uint32_t c)
{
	char enc[4];

	buf_add(f->out, sv_of(enc, utf8_encode(c, enc)));
	f->col += utf8_width(c);
}

/* Words that touch are read as one, so a full column starts a new line. */
static void begin(struct flow *f, unsigned indent)
{
	if (f->open && f->col && f->col >= indent)
		newline(f);
}

void flow_put(struct flow *f, unsigned indent, sv s)
{
	begin(f, indent);
	pad(f, indent);
	while (s.n) {
		uint32_t c = take(&s);

		if (c)
			put_char(f, c);
	}
}

/* Wide punctuation that must not begin a line. */
static bool closes(uint32_t c)
{
	switch (c) {
	case 0x3001:
	case 0x3002:
	case 0x300D:
	case 0x300F:
	case 0x3011:
	case 0xFF01:
	case 0xFF09:
	case 0xFF0C:
	case 0xFF0E:
	case 0xFF1A:
	case 0xFF1B:
	case 0xFF1F:
		return true;
	default:
		return false;
	}
}

/* Chinese and Japanese have no spaces to break at. */
static bool may_break(uint32_t before, uint32_t c)
{
	bool joined = before == '"' || before == '(' || before == '<' ||
	              before == '[' || before == '\'';

	return before && !joined && utf8_width(c) == 2 && !closes(c);
}

/* Cut the next word off *s; false if there is none. */
static bool next_word(sv *s, struct word *w)
{
	uint32_t before = 0;
	sv start = *s;

	*w = (struct word){.raw = *s};
	while (s->n) {
		sv here = *s;
		uint32_t c = take(s);

		if (c == ' ' && !w->width) {
			w->spaced = true;
			start = *s;
			continue;
		}
		if (c == ' ' || may_break(before, c)) {
			*s = here;
			break;
		}
		if (c) {
			w->width += utf8_width(c);
			before = c;
		}
	}
	w->raw = sv_head(start, start.n - s->n);
	return w->width > 0;
}

static void put_broken(struct flow *f, unsigned indent, sv s)
{
	pad(f, indent);
	while (s.n) {
		uint32_t c = take(&s);

		if (!c)
			continue;
		if (f->col > indent && f->col + utf8_width(c) > f->width) {
			newline(f);
			pad(f, indent);
		}
		put_char(f, c);
	}
}

static void put_word(struct flow *f, unsigned indent, const struct word *w,
                     bool first)
{
	bool space = w->spaced && !first;
	unsigned from = first && f->col < indent ? indent : f->col;

	if (!first && from + space + w->width > f->width) {
		newline(f);
		space = false;
	}
	pad(f, indent);
	if (space)
		put_char(f, ' ');
	if (indent + w->width > f->width && !sv_has(w->raw, SV("://")))
		put_broken(f, indent, w->raw);
	else
		for (sv s = w->raw; s.n;) {
			uint32_t c = take(&s);

			if (c)
				put_char(f, c);
		}
}

void flow_words(struct flow *f, unsigned indent, sv s)
{
	struct word w;
	bool first = true;

	begin(f, indent);
	while (next_word(&s, &w)) {
		put_word(f, indent, &w, first);
		first = false;
	}
}
