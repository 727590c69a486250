/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slow.h - a resolver over a zone that answers when it is told to
 *
 * Questions queue up; slow_wait() gives the oldest one its answer.  So each
 * evaluator is run from the top as often as there are questions, and whatever
 * depends on the order of answers shows.
 */
#ifndef TESTS_INTEROP_SLOW_H
#define TESTS_INTEROP_SLOW_H

#include <stdlib.h>

#include "dns/zone.h"
#include "facts/facts.h"

struct slow {
	struct dns_resolver r;
	struct dns_resolver *inner;
	struct dns_query **queue;
	size_t n, cap;
};

static inline void slow_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct slow *s = (struct slow *)r;

	if (s->n == s->cap) {
		s->cap = s->cap * 2 + 16;
		s->queue = realloc(s->queue, s->cap * sizeof(*s->queue));
		if (!s->queue)
			abort();
	}
	s->queue[s->n++] = q;
}

static inline void slow_cancel(struct dns_resolver *r, struct dns_query *q)
{
	struct slow *s = (struct slow *)r;

	for (size_t i = 0; i < s->n; i++)
		if (s->queue[i] == q)
			s->queue[i] = s->queue[--s->n];
}

static inline void slow_free(struct dns_resolver *r)
{
	struct slow *s = (struct slow *)r;

	dns_resolver_free(s->inner);
	free(s->queue);
	free(s);
}

static inline sv slow_name(const struct dns_resolver *r)
{
	(void)r;
	return SV("a slow server");
}

static inline struct dns_resolver *slow_resolver(const struct dns_zone *z)
{
	struct slow *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->r = (struct dns_resolver){slow_ask, slow_cancel, slow_free,
	                             slow_name};
	s->inner = dns_zone_resolver(z);
	return &s->r;
}

static inline void slow_wait(struct dns_resolver *r)
{
	struct slow *s = (struct slow *)r;
	struct dns_query *q;

	if (r->ask != slow_ask || !s->n)
		abort(); /* who waits has asked */
	q = s->queue[0];
	memmove(s->queue, s->queue + 1, --s->n * sizeof(*s->queue));
	s->inner->ask(s->inner, q);
}

#endif
