/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of DKIM signatures (RFC 6376 section 3.6).  Their names cannot be
 * listed: those that were given are looked for, and the usual ones.
 */
#include "auth/dkim.h"
#include "check/checks.h"
#include "check/findings.h"

/* A key of this size is advised; 1024 is the least (RFC 8301). */
#define BITS_GOOD 2048
#define TRIED_MAX 160

struct tried {
	sv selector;
	bool given; /* by the user, or by a signature */
	struct dkim_verdict v;
};

static enum step ask_all(struct check_run *run, struct tried *t, size_t n)
{
	enum step step = STEP_DONE;

	for (size_t i = 0; i < n; i++)
		if (dkim_find_key(run->facts, run->a, t[i].selector,
		                  run->target->domain, &t[i].v) == STEP_WAIT)
			step = STEP_WAIT;
	return step;
}

static struct finding *about(struct check_run *run, const char *id,
                             const struct tried *t)
{
	struct finding *f = found(run, id, t->v.name);

	found_value(run, f, "selector", t->selector);
	found_value(run, f, "domain", run->target->domain);
	found_value(run, f, "name", t->v.name);
	if (t->v.key.has_public)
		found_number(run, f, "bits", t->v.key.bits);
	return f;
}

/* A record that cannot be used, with its faults in their places. */
static void judge_fault(struct check_run *run, const struct tried *t)
{
	const struct dkim_verdict *v = &t->v;
	bool only_small = v->key.fault == DKIM_FINE && v->key.small;
	const char *id = v->reason == DKIM_KEY_REVOKED   ? "dkim.key-revoked"
	                 : v->reason == DKIM_KEY_SEVERAL ? "dkim.key-several"
	                 : only_small                    ? "dkim.key-small"
	                                                 : "dkim.key-broken";
	struct finding *f = about(run, id, t);

	found_value(run, f, "fault",
	            dkim_reason_label(run->a, v->reason, v->arg));
	for (size_t i = 0; i < v->key.faults.n; i++) {
		const struct fault *x = &v->key.faults.list[i];

		found_fault(run, f, x->id, v->key.text, x->at,
		            x->n ? x->n : 1);
	}
	if (!v->key.faults.n && v->key.text.n)
		found_seen(run, f, "record", v->key.text);
	if (v->repaired.n)
		found_record(run, f, v->name, "TXT", v->repaired, v->key.text);
}

static void judge_good(struct check_run *run, const struct tried *t)
{
	const struct dkim_key *key = &t->v.key;
	struct finding *f;

	if (key->testing) {
		f = about(run, "dkim.key-testing", t);
		found_seen(run, f, "record", key->text);
	}
	if (key->key.type == CRYPTO_RSA && key->bits < BITS_GOOD)
		(void)about(run, "dkim.key-1024", t);
	(void)about(run, "dkim.key-ok", t);
}

static bool is_there(const struct tried *t)
{
	return t->v.answer && t->v.answer->n && t->v.key.text.n;
}

static void judge_one(struct check_run *run, const struct tried *t)
{
	struct finding *f;

	if (is_there(t)) {
		if (t->v.key.fault == DKIM_FINE &&
		    t->v.reason == DKIM_FINE && !t->v.key.small)
			judge_good(run, t);
		else
			judge_fault(run, t);
		return;
	}
	if (t->v.elsewhere.n) {
		f = about(run, "dkim.doubled-name", t);
		found_value(run, f, "where", t->v.elsewhere);
	} else if (t->given && t->v.answer &&
	           !found_no_answer(run, t->v.answer)) {
		f = about(run, "dkim.key-missing", t);
		found_answer(run, f, t->v.answer);
	}
}

static bool is_given(const struct check_target *target, sv selector)
{
	for (size_t i = 0; i < target->nselectors; i++)
		if (sv_ieq(target->selectors[i], selector))
			return true;
	return false;
}

static size_t collect(struct check_run *run, struct tried *t)
{
	const struct check_target *target = run->target;
	size_t n = 0;

	for (size_t i = 0; i < target->nselectors; i++)
		t[n++] = (struct tried){.selector = target->selectors[i],
		                        .given = true};
	for (size_t i = 0; check_selectors[i] && n < TRIED_MAX; i++) {
		sv usual = sv_str(check_selectors[i]);

		if (!is_given(target, usual))
			t[n++] = (struct tried){.selector = usual};
	}
	return n;
}

static enum step check_it(struct check_run *run)
{
	struct tried *t = arena_alloc(run->a, TRIED_MAX, sizeof(*t));
	size_t n = t ? collect(run, t) : 0, had;
	bool any = false, unsure = false;
	struct finding *f;

	if (ask_all(run, t, n) == STEP_WAIT)
		return STEP_WAIT;
	had = run->n;
	for (size_t i = 0; i < n; i++) {
		judge_one(run, &t[i]);
		any |= is_there(&t[i]);
		unsure |= t[i].v.answer &&
		          t[i].v.answer->state == DNS_TEMPFAIL;
	}
	if (any || run->n > had)
		return STEP_DONE;
	f = found(run, unsure ? "dkim.unknown" : "dkim.none-found",
	          run->target->domain);
	found_value(run, f, "domain", run->target->domain);
	found_number(run, f, "number", (long long)n);
	return STEP_DONE;
}

const struct check check_dkim = {
    "dkim", "domain", "keys of DKIM signatures, those given and usual ones",
    check_it,
};
