/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Small enough for one reply's work, big enough to be asked for rarely. */
#define CHUNK_MIN 16384
#define ALIGN 16

struct chunk {
	struct chunk *next;
	size_t size, used;
	_Alignas(ALIGN) char data[];
};

struct arena {
	struct chunk *head;
	size_t limit, used;
	bool failed;
};

struct arena *arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a)
		a->limit = limit;
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct chunk *c = a->head, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

void arena_reset(struct arena *a)
{
	struct chunk *keep = a->head;

	if (keep) {
		for (struct chunk *c = keep->next, *next; c; c = next) {
			next = c->next;
			free(c);
		}
		keep->next = NULL;
		/* Memory is promised zeroed; only the used part is dirty. */
		memset(keep->data, 0, keep->used);
		keep->used = 0;
	}
	a->used = 0;
	a->failed = false;
}

static struct chunk *chunk_for(struct arena *a, size_t n)
{
	size_t size = CHUNK_MIN;
	struct chunk *c;

	/* Doubling keeps the number of chunks logarithmic. */
	while (size < n || (size < a->used && size < (size_t)1 << 20))
		size *= 2;
	c = calloc(1, sizeof(*c) + size);
	if (!c)
		return NULL;
	c->size = size;
	c->next = a->head;
	a->head = c;
	return c;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
	struct chunk *c = a->head;
	size_t n;
	void *p;

	if (a->failed || __builtin_mul_overflow(count, size, &n) ||
	    n > a->limit - a->used)
		goto fail;
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (n > a->limit - a->used)
		goto fail;
	if (!c || c->size - c->used < n) {
		c = chunk_for(a, n);
		if (!c)
			goto fail;
	}
	p = c->data + c->used;
	c->used += n;
	a->used += n;
	return p;
fail:
	a->failed = true;
	return NULL;
}

bool arena_failed(const struct arena *a)
{
	return a->failed;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

size_t arena_left(const struct arena *a)
{
	return a->failed ? 0 : a->limit - a->used;
}

sv arena_dup(struct arena *a, sv s)
{
	char *p = s.n ? arena_alloc(a, s.n, 1) : NULL;

	if (!p)
		return SV("");
	memcpy(p, s.p, s.n);
	return sv_of(p, s.n);
}

char *sv_dupz(struct arena *a, sv s)
{
	char *p;

	if (sv_chr(s, '\0') != SV_NPOS)
		return NULL;
	p = arena_alloc(a, s.n + 1, 1);
	if (p && s.n)
		memcpy(p, s.p, s.n);
	return p;
}

sv arena_printf(struct arena *a, const char *fmt, ...)
{
	char few[64]; /* most are short */
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(few, sizeof(few), fmt, ap);
	va_end(ap);
	if (n < 0)
		return SV("");
	p = arena_alloc(a, (size_t)n + 1, 1);
	if (!p)
		return SV("");
	if ((size_t)n < sizeof(few)) {
		memcpy(p, few, (size_t)n);
		return sv_of(p, (size_t)n);
	}
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return sv_of(p, (size_t)n);
}

void *arena_more(struct arena *a, void *list, size_t n, size_t *cap,
                 size_t size, size_t max)
{
	size_t want;
	void *p;

	if (n < *cap)
		return list;
	if (n >= max)
		return NULL;
	want = *cap ? *cap * 2 : 8;
	if (want > max)
		want = max;
	p = arena_alloc(a, want, size);
	if (!p)
		return NULL;
	if (n)
		memcpy(p, list, n * size);
	*cap = want;
	return p;
}
