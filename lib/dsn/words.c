/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/words.h"

#include "base/ascii.h"

struct lines {
	struct arena *a;
	sv text;
	sv *line;
	struct mtext **made; /* once it was asked for */
	size_t n, cap, from;
};

static bool split(struct lines *l)
{
	sv rest = l->text, *v;

	while (rest.n && l->n < WORDS_LINES) {
		v = arena_more(l->a, l->line, l->n, &l->cap, sizeof(*v),
		               WORDS_LINES);
		if (!v)
			return false;
		l->line = v;
		v[l->n++] = sv_head(sv_line(&rest), WORDS_LINE_MAX);
	}
	l->made = arena_alloc(l->a, l->n + 1, sizeof(struct mtext *));
	return l->made != NULL;
}

/* Marks of a quoted line; what follows them is the line. */
static sv unquote(sv s, unsigned *quote)
{
	size_t i = 0;

	*quote = 0;
	while (i < s.n && (s.p[i] == '>' || (s.p[i] == ' ' && *quote &&
	                                     i + 1 < s.n && s.p[i + 1] == '>')))
		*quote += s.p[i++] == '>';
	/* ">>> RCPT TO" of a transcript is no quotation. */
	if (*quote == 3 && i < s.n && s.p[i] == ' ') {
		*quote = 0;
		return s;
	}
	return *quote ? sv_drop(s, i) : s;
}

static struct mtext *make(struct lines *l, sv s)
{
	struct mtext *t = arena_alloc(l->a, 1, sizeof(*t));

	if (!t)
		return NULL;
	mtext_init(t, l->a, s.n ? s.n : 1);
	if (s.n)
		mtext_add(t, s, (size_t)(s.p - l->text.p));
	return t;
}

static bool get(void *arg, size_t k, struct frame_line *out)
{
	struct lines *l = arg;
	unsigned quote;
	sv s, inner;

	k += l->from;
	if (k >= l->n)
		return false;
	s = unquote(l->line[k], &quote);
	inner = sv_trim(s);
	if (!l->made[k])
		l->made[k] = make(l, inner);
	if (!l->made[k])
		return false;
	*out = (struct frame_line){
	    .text = l->made[k],
	    .offset = (size_t)(l->line[k].p - l->text.p),
	    .number = (unsigned)k + 1,
	    .indent = (unsigned)sv_blanks(s),
	    .quote = quote,
	};
	return true;
}

/* Frame behind frame, up to one that gives a reason. */
static void read_frames(const struct frame_set *set, struct lines *l,
                        struct attempts *out)
{
	size_t had = out->n;

	while (l->from < l->n) {
		size_t n = sv_trim(l->line[l->from]).n
		               ? frame_read(set, l->a, get, l, out)
		               : 0;

		for (size_t i = had; i < out->n; i++)
			if (out->v[i].text.n)
				return;
		l->from += n ? n : 1;
	}
}

bool words_read(const struct frame_set *set, struct arena *a, sv text,
                mtext_where *where, void *arg, struct attempts *out)
{
	struct lines *l = arena_alloc(a, 1, sizeof(*l));
	size_t had = out->n;

	if (!l)
		return false;
	*l = (struct lines){.a = a, .text = text};
	if (!split(l))
		return false;
	read_frames(set, l, out);
	/* Only what was found is looked up. */
	for (size_t i = had; i < out->n; i++)
		attempt_map(&out->v[i], where, arg);
	return out->n > had;
}
