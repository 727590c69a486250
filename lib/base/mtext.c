/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mtext.h"

void mtext_init(struct mtext *t, struct arena *a, size_t cap)
{
	if (cap > MTEXT_MAX)
		cap = MTEXT_MAX;
	*t = (struct mtext){.cap = cap};
	t->p = arena_alloc(a, cap, 1);
	t->src = arena_alloc(a, cap, sizeof(*t->src));
	if (!t->p || !t->src)
		t->cap = 0;
}

static sv fitting(struct mtext *t, sv s)
{
	if (s.n <= t->cap - t->n)
		return s;
	t->cut = true;
	return sv_head(s, t->cap - t->n);
}

void mtext_add(struct mtext *t, sv s, size_t src)
{
	uint32_t *to = t->src + t->n;

	s = fitting(t, s);
	if (!s.n)
		return;
	memcpy(t->p + t->n, s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		to[i] = (uint32_t)(src + i);
	t->n += s.n;
}

void mtext_put(struct mtext *t, sv s, size_t src)
{
	s = fitting(t, s);
	for (size_t i = 0; i < s.n; i++) {
		t->p[t->n] = s.p[i];
		t->src[t->n++] = (uint32_t)src;
	}
}

void mtext_join(struct mtext *t, const struct mtext *other, size_t from,
                size_t to)
{
	size_t n = fitting(t, sv_slice(mtext_sv(other), from, to)).n;

	if (!n)
		return;
	memcpy(t->p + t->n, other->p + from, n);
	memcpy(t->src + t->n, other->src + from, n * sizeof(*t->src));
	t->n += n;
}

void mtext_map(struct mtext *t, mtext_where *where, void *arg)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->src[i] != MTEXT_NOWHERE)
			t->src[i] = (uint32_t)where(arg, t->src[i]);
}

void mtext_space(struct mtext *t)
{
	if (t->n && t->p[t->n - 1] != ' ' && t->n < t->cap) {
		t->p[t->n] = ' ';
		t->src[t->n++] = MTEXT_NOWHERE;
	}
}

bool mtext_origin(const struct mtext *t, size_t from, size_t to, size_t *off,
                  size_t *len)
{
	while (from < to && t->src[from] == MTEXT_NOWHERE)
		from++;
	while (to > from && t->src[to - 1] == MTEXT_NOWHERE)
		to--;
	if (from == to)
		return false;
	*off = t->src[from];
	*len = t->src[to - 1] >= *off ? t->src[to - 1] - *off + 1 : 1;
	return true;
}
