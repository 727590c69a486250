/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_classify.c - properties of classifying any bytes by the built-in rules
 *
 * Evidence and values lie inside the reply, evidence is there where words
 * decided, and asking twice gives the same answer.
 */
#include "classify/builtin.h"
#include "classify/classify.h"
#include "must.h"

#define NEAR 3

static struct classifier *made(void)
{
	static struct classifier *c;
	const struct ruleset *sets[] = {&builtin_rules};

	if (!c)
		c = classifier_new(sets, 1);
	must(c != NULL);
	return c;
}

static bool inside(sv part, sv whole)
{
	return !part.n || (part.p >= whole.p &&
	                   part.p + part.n <= whole.p + whole.n);
}

static void check(const struct classification *x, sv reply)
{
	must((x->rule != NULL) == (x->route != ROUTE_NONE));
	must(x->nevidence <= PATTERN_MAX_RUNS);
	must(x->nvalues <= CLASSIFY_MAX_VALUES);
	must(x->nalts <= CLASSIFY_MAX_ALTS);
	must(!x->rule || x->cause.n);
	must(x->route != ROUTE_TEXT || x->nevidence || x->gapped);
	for (size_t i = 0; i < x->nevidence; i++) {
		must(x->evidence[i].len && x->evidence[i].off < reply.n);
		must(x->evidence[i].len <= reply.n - x->evidence[i].off);
	}
	for (size_t i = 0; i < x->nvalues; i++) {
		must(x->values[i].name.n != 0);
		must(!x->values[i].withheld || !x->values[i].value.n);
		must(inside(x->values[i].value, reply));
		touch(x->values[i].value);
	}
}

static void check_same(const struct classification *x,
                       const struct classification *y)
{
	must(x->rule == y->rule && x->route == y->route);
	must(x->confidence == y->confidence && x->tie == y->tie);
	must(x->nevidence == y->nevidence && x->nvalues == y->nvalues);
	must(x->nalts == y->nalts && x->code == y->code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct classifier *c = made();
	struct classify_in in = {.reply = fuzz_input(data, size)};
	struct near_rule near[NEAR];
	struct classification x, y;
	size_t n;

	classify(c, &in, &x);
	check(&x, in.reply);
	n = classify_near(c, &in, near, NEAR);
	must(n <= NEAR);
	for (size_t i = 0; i < n; i++)
		must(near[i].rule && near[i].percent <= 100);
	classify(c, &in, &y);
	check_same(&x, &y);
	return 0;
}
