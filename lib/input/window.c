/* SPDX-License-Identifier: BSD-2-Clause */
#include "input/window.h"

#include <stdlib.h>

/* What a window has at first, and is cut back to. */
#define USUAL (2 * WINDOW_READ)

/* From here on bytes change their owner instead of being copied. */
#define MANY ((size_t)1 << 20)

static bool grow(char **mem, size_t *cap, size_t need)
{
	size_t want = *cap ? *cap : 4096;
	char *p;

	while (want < need)
		want *= 2;
	/* Close to what is needed where it is much: it is real memory. */
	if (want > MANY)
		want = need + need / 8;
	p = realloc(*mem, want);
	if (!p)
		return false;
	*mem = p;
	*cap = want;
	return true;
}

char *window_room(struct window *w)
{
	if (!w->n && w->cap > USUAL)
		window_fini(w);
	/* A quarter: a byte is moved four times at most. */
	if (w->cap - w->start - w->n < WINDOW_READ && w->start &&
	    w->n / 4 <= w->start) {
		memmove(w->p, w->p + w->start, w->n);
		w->start = 0;
	}
	if (w->cap - w->start - w->n < WINDOW_READ) {
		size_t need = w->start + w->n + WINDOW_READ;

		if (!grow(&w->p, &w->cap, need < USUAL ? USUAL : need))
			return NULL;
	}
	return w->p + w->start + w->n;
}

void window_drop(struct window *w, size_t n)
{
	w->start += n;
	w->n -= n;
	if (!w->n)
		w->start = 0;
}

void window_cut(struct window *w, size_t at, size_t n)
{
	char *p = w->p + w->start + at;

	memmove(p, p + n, w->n - at - n);
	w->n -= n;
}

/* The window becomes *mem; what follows the first n bytes stays a window. */
static char *change(struct window *w, size_t n, char **mem, size_t *cap)
{
	size_t rest = w->n - n;
	char *old = *mem, *p = w->p + w->start;
	size_t old_cap = *cap;

	if (old_cap < rest && !grow(&old, &old_cap, rest)) {
		return NULL;
	}
	*mem = w->p;
	*cap = w->cap;
	if (rest)
		memcpy(old, p + n, rest);
	*w = (struct window){.p = old, .cap = old_cap, .n = rest};
	return p;
}

char *window_move(struct window *w, size_t n, char **mem, size_t *cap)
{
	if (n >= MANY && n >= w->n - n)
		return change(w, n, mem, cap);
	if (*cap < n && !grow(mem, cap, n))
		return NULL;
	if (n)
		memcpy(*mem, w->p + w->start, n);
	window_drop(w, n);
	return *mem;
}

void window_fini(struct window *w)
{
	free(w->p);
	*w = (struct window){0};
}
