/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies per second and core: normalising, rules and slots.  Nothing is
 * remembered from reply to reply.  Prints "name value unit" lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "classify/builtin.h"
#include "classify/classify.h"
#include "replies.h"

#ifndef REPLIES
#define REPLIES 200000
#endif
#ifndef RUNS
#define RUNS 5
#endif

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double normalise(const struct replies *r)
{
	static struct norm n;
	double start = now();
	size_t sum = 0;

	for (size_t i = 0; i < r->n; i++) {
		norm_reply(&n, r->v[i]);
		sum += n.n;
	}
	if (!sum)
		abort();
	return now() - start;
}

static double all(struct classifier *c, const struct replies *r, size_t *hits)
{
	double start = now();

	*hits = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct classify_in in = {.reply = r->v[i]};
		struct classification out;

		classify(c, &in, &out);
		*hits += out.route == ROUTE_TEXT;
	}
	return now() - start;
}

int main(void)
{
	const struct ruleset *sets[] = {&builtin_rules};
	struct classifier *c = classifier_new(sets, 1);
	double norm_s[RUNS], all_s[RUNS];
	struct replies r;
	size_t hits = 0;

	if (!c || !replies_make(&builtin_rules, REPLIES, &r))
		return 1;
	for (int i = 0; i < RUNS; i++) {
		norm_s[i] = normalise(&r);
		all_s[i] = all(c, &r, &hits);
	}
	qsort(norm_s, RUNS, sizeof(double), by_value);
	qsort(all_s, RUNS, sizeof(double), by_value);
	printf("rules %u\ntexts %u\n", builtin_rules.nrules,
	       builtin_rules.ntexts);
	printf("bytes-per-reply %.1f\n", (double)r.bytes / (double)r.n);
	printf("known-by-words %.2f %%\n", 100.0 * (double)hits / (double)r.n);
	printf("normalise %.0f replies/s\n", (double)r.n / norm_s[RUNS / 2]);
	printf("classify %.0f replies/s\n", (double)r.n / all_s[RUNS / 2]);
	replies_free(&r);
	classifier_free(c);
	return 0;
}
