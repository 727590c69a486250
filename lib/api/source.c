/* SPDX-License-Identifier: BSD-2-Clause */
/* The input itself, with the words that decided marked: for pages. */
#include <stdlib.h>

#include "api/api.h"
#include "mail/charset.h"
#include "mail/msg.h"

/* Text kept on each side of a mark, and of one input at most. */
#define SOURCE_AROUND ((size_t)1500)
#define SOURCE_MAX ((size_t)64 << 10)
/* Marks of one input. */
#define SOURCE_MARKS 256
/* What must stay free for the rest of the answer. */
#define SOURCE_SLACK ((size_t)512 << 10)

struct marked {
	size_t from, to;
	sv rule;
	unsigned number;
};

struct source {
	struct arena *a;
	struct rnode *n;
	sv text;
	size_t pos, used;
};

static int by_place(const void *x, const void *y)
{
	const struct marked *p = x, *q = y;

	if (p->from != q->from)
		return p->from < q->from ? -1 : 1;
	return p->number < q->number ? -1 : p->number > q->number;
}

/* The first byte of a character at or after at. */
static size_t whole(sv s, size_t at)
{
	while (at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80)
		at++;
	return at < s.n ? at : s.n;
}

/* Where byte "at" of the input is in its conversion. */
static size_t converted(const struct charset_text *t, size_t at)
{
	size_t low = 0, high = t->text.n;

	while (t->converted && low < high) {
		size_t mid = low + (high - low) / 2;

		if (charset_origin(t, mid) < at)
			low = mid + 1;
		else
			high = mid;
	}
	return t->converted ? low : at;
}

static struct marked place(const struct charset_text *t,
                         const struct diag_evidence *e, unsigned number)
{
	struct marked s = {converted(t, e->offset),
	                 converted(t, e->offset + e->length), e->rule, number};
	size_t near = s.from > CHARSET_STEP ? s.from - CHARSET_STEP : 0;
	size_t at;

	if (!t->converted)
		return s;
	/* The way back is not exact everywhere; the words are. */
	at = sv_find(sv_slice(t->text, near,
	                      s.from + CHARSET_STEP + e->text.n), e->text);
	if (at != SV_NPOS) {
		s.from = near + at;
		s.to = s.from + e->text.n;
	}
	s.from = whole(t->text, s.from);
	s.to = whole(t->text, s.to);
	return s;
}

static void piece(struct source *s, enum rnode_kind kind, size_t to,
                  const struct marked *mark)
{
	sv part = sv_slice(s->text, s->pos, to);
	struct rnode *n;

	if (to <= s->pos)
		return;
	s->pos = to;
	s->used += part.n;
	n = rnode_prose(s->a, s->n, kind, arena_dup(s->a, part));
	if (n && mark) {
		n->label = mark->rule;
		n->mark = mark->number;
	}
}

static void skip(struct source *s, size_t to)
{
	struct rnode *n;

	if (to <= s->pos)
		return;
	n = rnode_prose(s->a, s->n, RNODE_GAP, SV(""));
	if (n)
		n->number = (int64_t)(to - s->pos);
	s->pos = to;
}

static void show(struct source *s, const struct marked *m)
{
	size_t start = m->from > SOURCE_AROUND ? m->from - SOURCE_AROUND : 0;

	start = whole(s->text, start);
	if (start > s->pos) {
		size_t end = whole(s->text, s->pos + SOURCE_AROUND);

		if (s->pos && end < start)
			piece(s, RNODE_PIECE, end, NULL);
		if (!s->pos || end < start)
			skip(s, start);
	}
	piece(s, RNODE_PIECE, m->from, NULL);
	piece(s, RNODE_MARK, m->to, m);
}

static void one(struct mw_answer *x, const struct mw_input *in,
                const struct charset_text *t, const struct marked *v, size_t n)
{
	struct source s = {.a = x->a, .text = t->text};

	s.n = rnode_prose(x->a, x->root, RNODE_SOURCE,
	                  in->name && strcmp(in->name, "-")
	                      ? arena_printf(x->a, "The input: %.200s",
	                                     in->name)
	                      : SV("The input"));
	for (size_t i = 0; i < n && s.used < SOURCE_MAX; i++)
		show(&s, &v[i]);
	piece(&s, RNODE_PIECE, whole(s.text, s.pos + SOURCE_AROUND), NULL);
	skip(&s, s.text.n);
}

void source_said(struct mw_answer *x, const struct mw_input *in,
                 struct diagnosis *const *d, size_t n)
{
	struct charset_text t;
	struct marked *v = malloc(SOURCE_MARKS * sizeof(*v));
	size_t k = 0;

	/* Nobody can read an Outlook file; places in it are not known. */
	if (n && v && arena_left(x->a) > SOURCE_SLACK &&
	    !msg_begins(sv_of(in->data, in->n)) &&
	    charset_to_utf8(sv_of(in->data, in->n), &t)) {
		for (size_t i = 0; i < n; i++)
			for (size_t e = 0; e < d[i]->nevidence; e++)
				if (k < SOURCE_MARKS)
					v[k++] = place(&t, &d[i]->evidence[e],
					               d[i]->number);
		qsort(v, k, sizeof(*v), by_place);
		one(x, in, &t, v, k);
		charset_fini(&t);
	}
	free(v);
}

void source_numbers(struct mw_answer *x, const struct diagnoses *ds)
{
	struct rnode *o = x->items ? x->items->first : NULL;
	unsigned k = 0;

	for (size_t i = 0; i < ds->n && ds->n > 1; i++) {
		if (ds->v[i]->follows)
			continue;
		k++;
		for (struct diagnosis *d = ds->v[i]; d; d = d->alike)
			d->number = k;
	}
	for (size_t i = 0; o && i < ds->n; o = o->next) {
		if (o->kind != RNODE_OBJECT)
			continue;
		if (!ds->v[i]->follows)
			o->mark = ds->v[i]->number;
		i++;
	}
}
