/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/sink.h"

#include <stdlib.h>

/*
 * 8 MiB.  Only text made for it has more than one in 64 bytes; behind the
 * last of them an origin is told less exactly.
 */
#define ANCHORS_MAX ((size_t)1 << 20)

bool sink_begin(struct sink *s, size_t n, size_t max)
{
	size_t want = n < max ? n : max;

	s->n = s->nv = s->next = s->last = 0;
	s->cut = s->failed = s->bare = false;
	s->max = want;
	if (want <= s->room)
		return true;
	free(s->p);
	s->room = 0;
	s->p = malloc(want);
	if (!s->p)
		return false;
	s->room = want;
	return true;
}

void sink_fini(struct sink *s)
{
	free(s->p);
	free(s->v);
	*s = (struct sink){0};
}

void sink_mark(struct sink *s, size_t in)
{
	size_t room = s->vroom ? s->vroom * 2 : 256;
	struct charset_anchor *v;

	s->next = s->n + CHARSET_STEP;
	if (s->bare || s->failed || s->nv == ANCHORS_MAX)
		return;
	if (s->nv && s->v[s->nv - 1].text == s->n)
		s->nv--; /* what lies between gave nothing */
	if (s->nv == s->vroom) {
		v = realloc(s->v, room * sizeof(*v));
		if (!v) {
			s->failed = true;
			return;
		}
		s->v = v;
		s->vroom = room;
	}
	s->v[s->nv++] = (struct charset_anchor){(uint32_t)s->n, (uint32_t)in};
}

void sink_copy(struct sink *s, sv bytes, size_t in)
{
	size_t n = bytes.n;

	if (n > s->max - s->n) {
		n = s->max - s->n;
		s->cut = true;
	}
	if (!n)
		return;
	memcpy(s->p + s->n, bytes.p, n);
	s->n += n;
	s->last = in + n - 1;
}

void sink_char(struct sink *s, uint32_t c)
{
	char enc[4];
	size_t n = utf8_encode(c, enc);

	if (n > s->max - s->n) {
		s->cut = true;
		return;
	}
	memcpy(s->p + s->n, enc, n);
	s->n += n;
}

size_t sink_anchor(const struct charset_anchor *v, size_t n, size_t at)
{
	size_t lo = 0, hi = n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].text <= at)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}
