/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SPF evaluations per second and core, in memory: a record of mx, a and five
 * includes that asks twelve questions.  "known": the answers are there and
 * records were parsed before, as when many messages or addresses are judged;
 * "fresh": all answers are fetched from a zone in memory and all records
 * parsed, each time.  Prints "name value unit" lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "auth/spf.h"
#include "dns/zone.h"
#include "spf_zone.h"

#ifndef EVALUATIONS
#define EVALUATIONS 100000
#endif
#ifndef RUNS
#define RUNS 5
#endif

static const struct {
	const char *name, *ip;
	enum spf_result result;
	size_t questions;
} cases[] = {
    {"last term", "203.0.113.9", SPF_PASS, 12},
    {"no match", "192.0.2.250", SPF_FAIL, 12},
    {"mx", "192.0.2.25", SPF_PASS, 4},
};

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

static void judge(struct facts *f, struct arena *a, struct spf_cache *c,
                  size_t i)
{
	struct spf_request rq = {.helo = SV("mail.example.org"),
	    .mail_from = SV("anna@example.org"), .cache = c};
	struct spf_outcome out;

	arena_reset(a);
	if (!ip_parse(sv_str(cases[i].ip), &rq.ip) ||
	    spf_check(f, a, &rq, &out) != STEP_DONE ||
	    out.result != cases[i].result)
		abort();
}

static double known(struct dns_resolver *r, size_t i)
{
	struct facts_options opt = {.resolver = r, .now = 1};
	struct facts *f = facts_new(&opt);
	struct spf_cache *c = spf_cache_new();
	struct arena *a = arena_new(1 << 20);
	double start;

	judge(f, a, c, i);
	if (facts_count(f) != cases[i].questions)
		abort();
	start = now();
	for (size_t k = 0; k < EVALUATIONS; k++)
		judge(f, a, c, i);
	start = now() - start;
	arena_free(a);
	spf_cache_free(c);
	facts_free(f);
	return EVALUATIONS / start;
}

static double fresh(struct dns_resolver *r, size_t i)
{
	struct facts_options opt = {.resolver = r, .now = 1};
	struct arena *a = arena_new(1 << 20);
	double start = now();

	for (size_t k = 0; k < EVALUATIONS; k++) {
		struct facts *f = facts_new(&opt);

		judge(f, a, NULL, i);
		facts_free(f);
	}
	start = now() - start;
	arena_free(a);
	return EVALUATIONS / start;
}

static void print(const char *how, size_t i, double (*run)(struct dns_resolver *,
                                                          size_t),
                  struct dns_resolver *r)
{
	double v[RUNS];

	for (int k = 0; k < RUNS; k++)
		v[k] = run(r, i);
	qsort(v, RUNS, sizeof(*v), by_value);
	printf("spf %s, %s %.0f evaluations/s\n", how, cases[i].name,
	       v[RUNS / 2]);
}

int main(void)
{
	struct dns_zone *z = dns_zone_new();
	struct mw_err err;
	struct dns_resolver *r;

	if (!z || dns_zone_read(z, SV(SPF_ZONE), &err) != MW_OK)
		return 1;
	r = dns_zone_resolver(z);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		print("known", i, known, r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		print("fresh", i, fresh, r);
	dns_resolver_free(r);
	dns_zone_free(z);
	return 0;
}
