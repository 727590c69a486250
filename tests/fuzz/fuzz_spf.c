/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_spf.c - properties of SPF over a hostile zone
 *
 * The input: the sender's address and the domain on the first line, then
 * records as dns/zone.h reads them; lines that are none are left out.  Limits
 * hold; errors have a cause; answers that come late change nothing; the worst
 * case is not below what one sender met; a repair does not change who passes,
 * but where it says so.
 */
#include "../interop/slow.h"
#include "auth/spf_notes.h"
#include "auth/spf_repair.h"
#include "must.h"

/* Ten terms, each MX or PTR with its hosts and names for %{p}. */
#define QUESTIONS_MAX 400

struct run {
	struct dns_resolver *r;
	struct facts *f;
	struct arena *a;
	struct spf_cache *c;
	struct spf_request rq;
	struct spf_outcome out;
	struct spf_worst worst;
	size_t asked;
	bool failed; /* a question of spf_check() had no answer */
};

/* A TXT record of that name, however it is written? */
static bool is_txt_of(sv line, sv owner)
{
	struct dns_name name, want;
	sv word = sv_word(&line);

	/* TTL and class may stand between. */
	return dns_name_from(word, &name) && dns_name_from(owner, &want) &&
	       dns_name_eq(&name, &want) && sv_ihas(line, SV("TXT"));
}

static void read_zone(struct dns_zone *z, sv in, sv skip)
{
	for (size_t i = 0; in.n && i < 2000; i++) {
		sv line = sv_line(&in);
		struct mw_err err;

		if (!skip.n || !is_txt_of(line, skip))
			(void)dns_zone_read(z, line, &err);
	}
}

static void begin(struct run *u, struct dns_resolver *r, bool cache)
{
	struct facts_options opt = {.resolver = r, .now = 1};

	u->r = r;
	u->f = facts_new(&opt);
	u->a = arena_new((size_t)256 << 20);
	u->c = cache ? spf_cache_new() : NULL;
	u->rq.cache = u->c;
	must(u->f && u->a);
}

static void end(struct run *u)
{
	spf_cache_free(u->c);
	arena_free(u->a);
	facts_free(u->f);
	dns_resolver_free(u->r);
}

static void judge(struct run *u)
{
	size_t rounds = 0;

	while (spf_check(u->f, u->a, &u->rq, &u->out) == STEP_WAIT) {
		slow_wait(u->r);
		must(++rounds <= QUESTIONS_MAX);
	}
	u->asked = facts_count(u->f);
	for (size_t i = 0; i < u->asked; i++)
		u->failed |= facts_nth(u->f, i)->state == DNS_TEMPFAIL ||
		             facts_nth(u->f, i)->state == DNS_BOGUS;
}

static void check_outcome(const struct run *u)
{
	const struct spf_outcome *o = &u->out;
	struct spf_note notes[SPF_NOTES_MAX];

	must(o->result < SPF_RESULT_N && o->why < SPF_WHY_N);
	must(o->terms <= SPF_TERMS_LIMIT + 1);
	must(o->voids <= SPF_VOIDS_LIMIT + 1);
	must(u->asked <= QUESTIONS_MAX);
	must(o->result != SPF_TEMPERROR || u->failed);
	must(o->terms <= SPF_TERMS_LIMIT || o->result == SPF_PERMERROR);
	must(o->voids <= SPF_VOIDS_LIMIT || o->result == SPF_PERMERROR);
	must(!o->has_explanation || o->result == SPF_FAIL);
	must(!o->top || o->in);
	must(spf_notes(o, notes) <= SPF_NOTES_MAX);
	touch(o->explanation);
}

static void check_late(const struct dns_zone *z, const struct run *u)
{
	struct run late = {.rq = u->rq};

	begin(&late, slow_resolver(z), true);
	judge(&late);
	must(late.out.result == u->out.result && late.out.why == u->out.why);
	must(late.out.terms == u->out.terms && late.asked == u->asked);
	must(sv_eq(late.out.explanation, u->out.explanation));
	while (spf_cost(late.f, late.a, late.out.domain, &late.rq,
	                &late.worst) == STEP_WAIT)
		slow_wait(late.r);
	must(late.worst.terms == u->worst.terms);
	end(&late);
}

static bool says_so(const struct spf_repair *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->change[i].id == SPF_CHANGE_PTR ||
		    s->change[i].id == SPF_CHANGE_SPELLING ||
		    s->change[i].id == SPF_CHANGE_UNREADABLE ||
		    s->n == SPF_CHANGES_MAX)
			return true;
	return false;
}

/* The record published: does it cost what was said, do the same pass? */
static void check_step(const struct run *u, sv zone, sv owner, sv record,
                       const struct spf_repair *s, bool same)
{
	struct dns_zone *z = dns_zone_new();
	struct run now = {.rq = u->rq};
	struct dns_name name;
	struct mw_err err;
	sv rdata;

	must(z && dns_name_from(owner, &name));
	read_zone(z, zone, owner);
	must(dns_rdata_from(u->a, DNS_TXT, record, &rdata, &err) == MW_OK);
	must(dns_zone_add(z, &name, DNS_TXT, 1, rdata) == MW_OK);
	begin(&now, dns_zone_resolver(z), true);
	judge(&now);
	must(spf_cost(now.f, now.a, owner, &now.rq, &now.worst) == STEP_DONE);
	must(now.worst.terms == s->terms || now.worst.cut);
	/* Merging comes first, faults are mended by the next step. */
	must(s->id == SPF_REPAIR_MERGE || now.out.why != SPF_WHY_SYNTAX ||
	     !now.out.top || now.out.top->why != SPF_WHY_SYNTAX);
	if (same)
		must(now.out.result == u->out.result);
	end(&now);
	dns_zone_free(z);
}

static void check_repairs(const struct run *u, sv zone, sv owner)
{
	enum spf_result was = u->out.result;
	bool same = was == SPF_PASS || was == SPF_FAIL ||
	            was == SPF_SOFTFAIL || was == SPF_NEUTRAL;
	struct spf_repairs out;

	must(spf_repair(u->f, u->a, owner, &u->rq, &out) == STEP_DONE);
	must(out.n <= SPF_REPAIR_N);
	for (size_t i = 0; i < out.n && i < 8; i++) {
		same = same && !says_so(&out.step[i]);
		check_step(u, zone, owner, out.step[i].record, &out.step[i],
		           same);
	}
}

/* A plain name, and an alias is not the owner of its records. */
static bool is_owner(const struct run *u, sv owner)
{
	for (size_t i = 0; i < owner.n; i++)
		if ((unsigned char)owner.p[i] <= ' ' ||
		    (unsigned char)owner.p[i] > 'z' || owner.p[i] == '\\' ||
		    owner.p[i] == '*' || owner.p[i] == '.' * !i)
			return false;
	return u->out.top && u->out.top->txt->n && !u->out.top->txt->nchain &&
	       !sv_ends(owner, SV("."));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv in = fuzz_input(data, size), first = sv_line(&in);
	sv ip = sv_word(&first), domain = sv_word(&first);
	struct dns_zone *z = dns_zone_new();
	struct run u = {.rq = {.helo = SV("helo.example"),
	                       .receiver = SV("mx.example")}};

	must(z != NULL);
	if (!ip_parse(ip, &u.rq.ip))
		(void)ip_parse(SV("192.0.2.1"), &u.rq.ip);
	u.rq.mail_from = domain;
	domain = sv_drop(domain, sv_rchr(domain, '@') + 1);
	read_zone(z, in, SV(""));
	begin(&u, dns_zone_resolver(z), false);
	judge(&u);
	check_outcome(&u);
	must(spf_cost(u.f, u.a, u.out.domain, &u.rq, &u.worst) == STEP_DONE);
	check_late(z, &u);
	if (is_owner(&u, domain))
		check_repairs(&u, in, domain);
	must(!arena_failed(u.a));
	end(&u);
	dns_zone_free(z);
	return 0;
}
