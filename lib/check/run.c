/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check.h"

/* Findings and evaluations of one check. */
#define CHECK_BYTES ((size_t)32 << 20)

static bool suits(const struct check *c, const struct check_target *t)
{
	sv subject = sv_str(c->subject);

	if (sv_eq(subject, SV("domain")))
		return t->name.n != 0;
	if (sv_eq(subject, SV("address")))
		return t->nips != 0;
	if (sv_eq(subject, SV("host")))
		return t->helo.n != 0;
	return t->message.p != NULL;
}

static bool is_skipped(const struct check *c, const struct check_options *opt)
{
	sv rest = sv_str(opt && opt->skip ? opt->skip : "");

	while (rest.n)
		if (sv_ieq(sv_trim(sv_cut(&rest, ',')), sv_str(c->name)))
			return true;
	return false;
}

static enum mw_status begin(struct check_run *run, struct facts *facts,
                            const struct check_target *target,
                            const struct check *c)
{
	*run = (struct check_run){.facts = facts, .target = target,
	                          .check = c, .a = arena_new(CHECK_BYTES)};
	return run->a ? MW_OK : MW_ENOMEM;
}

/* One more time from the top. */
static void advance(struct check_run *run)
{
	arena_reset(run->a);
	run->first = run->last = NULL;
	run->n = run->more = 0;
	run->drawing = (struct check_drawing){0};
	run->done = run->check->run(run) == STEP_DONE;
}

enum mw_status checks_begin(struct checks *c, struct facts *facts,
                            const struct check_target *target,
                            const struct check_options *opt)
{
	c->n = 0;
	for (size_t i = 0; checks[i] && c->n < CHECKS_MAX; i++) {
		if (!suits(checks[i], target) || is_skipped(checks[i], opt))
			continue;
		if (begin(&c->runs[c->n], facts, target, checks[i]) != MW_OK)
			return MW_ENOMEM;
		c->n++;
	}
	return MW_OK;
}

enum step checks_step(struct checks *c)
{
	enum step step = STEP_DONE;

	for (size_t i = 0; i < c->n; i++) {
		if (!c->runs[i].done)
			advance(&c->runs[i]);
		if (!c->runs[i].done)
			step = STEP_WAIT;
	}
	return step;
}

enum mw_status checks_run(struct checks *c, struct facts *facts,
                          const struct check_target *target,
                          const struct check_options *opt)
{
	enum mw_status st = checks_begin(c, facts, target, opt);

	while (st == MW_OK && checks_step(c) == STEP_WAIT)
		facts_wait(facts);
	return st;
}

void checks_end(struct checks *c)
{
	for (size_t i = 0; i < c->n; i++)
		arena_free(c->runs[i].a);
	c->n = 0;
}

static void keep(struct finding *f, struct arena *a)
{
	f->about = arena_dup(a, f->about);
	for (size_t i = 0; i < f->nvalues; i++)
		f->values[i].value = arena_dup(a, f->values[i].value);
	for (size_t i = 0; i < f->nevidence; i++) {
		f->evidence[i].what = arena_dup(a, f->evidence[i].what);
		f->evidence[i].text = arena_dup(a, f->evidence[i].text);
	}
	for (size_t i = 0; i < f->nrecords; i++) {
		struct check_record *r = &f->records[i];

		r->name = arena_dup(a, r->name);
		r->type = arena_dup(a, r->type);
		r->value = arena_dup(a, r->value);
		r->old = arena_dup(a, r->old);
	}
}

void checks_keep(struct checks *c, struct arena *a)
{
	for (size_t i = 0; i < c->n; i++)
		for (struct finding *f = c->runs[i].first; f; f = f->next)
			keep(f, a);
}
