/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may send for the domain (SPF, RFC 7208), and what the record costs. */
#include "auth/spf_repair.h"
#include "check/checks.h"
#include "check/spf_tree.h"

#include "base/buf.h"

/* A record that is proposed: what TXT can hold, and ranges to add. */
#define PROPOSAL_MAX 65535
/* From so many terms on the next service is one too many. */
#define NEAR_LIMIT 9

struct job {
	struct check_run *run;
	sv domain;
	struct spf_worst worst;
	struct spf_outcome by_ip[CHECK_LIST_MAX], helo[CHECK_LIST_MAX];
	struct spf_repairs repairs;
	const struct spf_record *record; /* the one that counts; NULL: none */
	sv proposal; /* the whole record as it should be; empty: as it is */
	size_t faults; /* findings that are failures */
};

static struct spf_request request(const struct check_run *run, size_t i,
                                  bool helo)
{
	const struct check_target *t = run->target;
	struct spf_request rq = {.helo = t->helo};

	if (i < t->nips)
		rq.ip = t->ips[i];
	if (!helo)
		rq.mail_from = t->mail_from.n
		    ? t->mail_from
		    : arena_printf(run->a, "postmaster@%.*s",
		                   SV_FMT(t->domain));
	return rq;
}

/* Everything is asked before anything is waited for. */
static enum step ask_all(struct job *j)
{
	struct check_run *run = j->run;
	struct spf_request rq = request(run, 0, false);
	enum step step = STEP_DONE;

	if (spf_cost(run->facts, run->a, j->domain, &rq, &j->worst) ==
	    STEP_WAIT)
		step = STEP_WAIT;
	for (size_t i = 0; i < run->target->nips; i++) {
		rq = request(run, i, false);
		if (spf_check(run->facts, run->a, &rq, &j->by_ip[i]) ==
		    STEP_WAIT)
			step = STEP_WAIT;
		if (!run->target->helo.n)
			continue;
		rq = request(run, i, true);
		if (spf_check(run->facts, run->a, &rq, &j->helo[i]) ==
		    STEP_WAIT)
			step = STEP_WAIT;
	}
	if (step == STEP_WAIT)
		return step;
	rq = request(run, 0, false);
	return spf_repair(run->facts, run->a, j->domain, &rq, &j->repairs);
}

static struct finding *about(struct job *j, const char *id, sv domain)
{
	struct finding *f = found(j->run, id, domain);

	found_value(j->run, f, "domain", domain);
	j->faults++;
	return f;
}

/* ---- the record as it should be ---- */

/*
 * Does the record not let it pass?  Behind an error nobody knows; to name an
 * address that sends costs nothing and is never wrong.
 */
static bool is_missing(const struct spf_outcome *o)
{
	return o->result == SPF_FAIL || o->result == SPF_SOFTFAIL ||
	       o->result == SPF_NEUTRAL || o->result == SPF_PERMERROR;
}

/* Where in a record what is added belongs: before what ends it. */
static size_t end_of(struct arena *a, sv text)
{
	const struct spf_record *r = spf_record_parse(a, text, NULL, 0);
	size_t at = text.n;

	if (r && r->all != SIZE_MAX)
		at = r->term[r->all].at;
	else if (r && r->redirect != SIZE_MAX)
		at = r->term[r->redirect].at;
	return at;
}

static sv add_ip(struct job *j, sv text, const struct ip *ip)
{
	size_t at = end_of(j->run->a, text);
	char z[IP_TEXT];

	return arena_printf(j->run->a, "%.*s%sip%d:%s%s%.*s",
	                    SV_FMT(sv_head(text, at)),
	                    at && text.p[at - 1] != ' ' ? " " : "",
	                    ip->bytes == 4 ? 4 : 6, ip_text(ip, z).p,
	                    at < text.n ? " " : "", SV_FMT(sv_drop(text, at)));
}

/*
 * One proposal for all faults: two that replace the same record would be two
 * records.
 */
static void propose(struct job *j)
{
	const struct check_target *t = j->run->target;
	sv text = j->record ? j->record->text : SV("");

	if (j->repairs.n)
		text = j->repairs.step[j->repairs.n - 1].record;
	else if (!j->record && t->nips)
		text = SV("v=spf1 ~all");
	for (size_t i = 0; i < t->nips && text.n < PROPOSAL_MAX; i++)
		if (!ip_is_private(&t->ips[i]) &&
		    (!j->record || is_missing(&j->by_ip[i])))
			text = add_ip(j, text, &t->ips[i]);
	if (!j->record || !sv_eq(text, j->record->text) ||
	    (j->worst.top && j->worst.top->set && j->worst.top->set->n > 1))
		j->proposal = text;
}

/* What the proposal does without, so that nothing goes unnoticed. */
static void put_changes(struct job *j, struct finding *f,
                        const struct spf_repair *step)
{
	for (size_t i = 0; i < step->n; i++) {
		const struct spf_change *c = &step->change[i];

		if (c->id != SPF_CHANGE_MOVED && c->id != SPF_CHANGE_MERGED)
			found_seen(j->run, f, c->now.n ? "rewritten" : "left out",
			    arena_printf(j->run->a, "%.*s (%s%s%.*s)",
			                 SV_FMT(c->was), spf_change_name(c->id),
			                 c->now.n ? ": " : "", SV_FMT(c->now)));
	}
	if (step->id == SPF_REPAIR_FLATTEN)
		found_seen(j->run, f, "good for today only",
		           SV("addresses of other services change: look again "
		              "every week"));
}

/* The proposal in the place of all records there are. */
static void put_proposal(struct job *j, struct finding *f)
{
	const struct spf_set *set = j->worst.top ? j->worst.top->set : NULL;

	if (!j->proposal.n)
		return;
	found_record(j->run, f, j->domain, "TXT", j->proposal,
	             set && set->n ? set->record[0]->text : SV(""));
	for (size_t i = 1; set && i < set->n; i++)
		found_record(j->run, f, j->domain, "TXT", SV(""),
		             set->record[i]->text);
	for (size_t i = 0; i < j->repairs.n; i++)
		put_changes(j, f, &j->repairs.step[i]);
}

/* ---- findings ---- */

static void judge_absent(struct job *j)
{
	const struct spf_set *set = j->worst.top->set;
	struct finding *f = about(j, set && set->nearly ? "spf.nearly"
	                                                : "spf.missing",
	                          j->domain);

	if (set && set->nearly) {
		found_value(j->run, f, "fault",
		            sv_str(spf_fault_name(set->near_why)));
		found_seen(j->run, f, "meant as a record", set->near);
	}
	put_proposal(j, f);
}

static void put_fault(struct job *j, struct finding *f,
                      const struct spf_record *r, const struct spf_fault *x)
{
	found_fault(j->run, f, spf_fault_name(x->id), r->text, x->at,
	            x->n ? x->n : 1);
}

/* Faults that break the record for everybody, as one finding. */
static void judge_syntax(struct job *j, const struct spf_record *r, sv domain)
{
	struct finding *f = NULL;

	for (size_t i = 0; i < r->nfaults; i++) {
		const struct spf_fault *x = &r->fault[i];

		if (!spf_fault_fatal(x->id))
			continue;
		if (!f) {
			f = about(j, "spf.syntax", domain);
			found_value(j->run, f, "fault",
			            sv_str(spf_fault_name(x->id)));
			if (x->term < r->n)
				found_value(j->run, f, "term",
				            r->term[x->term].text);
			if (sv_ieq(domain, j->domain))
				put_proposal(j, f);
		}
		put_fault(j, f, r, x);
	}
}

/* What is told, though nothing breaks. */
static void judge_style(struct job *j, const struct spf_record *r)
{
	static const struct {
		enum spf_fault_id fault;
		const char *id;
	} own[] = {
	    {SPF_FAULT_ALL_PASS, "spf.all-pass"},
	    {SPF_FAULT_ALL_NEUTRAL, "spf.all-neutral"},
	    {SPF_FAULT_NO_ALL, "spf.no-all"},
	    {SPF_FAULT_PTR_USED, "spf.ptr"},
	    {SPF_FAULT_AFTER_ALL, "spf.after-all"},
	    {SPF_FAULT_REDIRECT_WITH_ALL, "spf.redirect-with-all"},
	    {SPF_FAULT_PRIVATE_ADDRESS, "spf.private-address"},
	    {SPF_FAULT_SECOND_VERSION, "spf.pasted-together"},
	    {SPF_FAULT_LONG, "spf.long"},
	};

	for (size_t i = 0; i < r->nfaults; i++) {
		const struct spf_fault *x = &r->fault[i];
		const char *id = "spf.untidy";
		struct finding *f;

		if (spf_fault_fatal(x->id))
			continue;
		for (size_t k = 0; k < sizeof(own) / sizeof(own[0]); k++)
			if (own[k].fault == x->id)
				id = own[k].id;
		f = about(j, id, j->domain);
		if (x->term < r->n)
			found_value(j->run, f, "term", r->term[x->term].text);
		found_value(j->run, f, "fault", sv_str(spf_fault_name(x->id)));
		put_fault(j, f, r, x);
	}
}

/* What each term of the record costs, nested ones with it. */
static void put_costs(struct job *j, struct finding *f)
{
	const struct spf_trace *top = j->worst.top;

	for (size_t i = 0; top->record && top->seen && i < top->record->n; i++)
		if (top->seen[i].terms)
			found_seen(j->run, f,
			           sv_dupz(j->run->a,
			                   arena_printf(j->run->a, "%u look-up%s",
			                       top->seen[i].terms,
			                       top->seen[i].terms == 1 ? "" : "s")),
			           top->record->term[i].text);
}

static bool all_pass(const struct job *j)
{
	for (size_t i = 0; i < j->run->target->nips; i++)
		if (j->by_ip[i].result != SPF_PASS)
			return false;
	return j->run->target->nips != 0;
}

static void judge_cost(struct job *j)
{
	struct finding *f;

	if (j->worst.loop)
		put_proposal(j, about(j, "spf.loop", j->domain));
	if (j->worst.terms > SPF_TERMS_LIMIT) {
		f = about(j, all_pass(j) ? "spf.too-many-for-others"
		                         : "spf.too-many", j->domain);
		found_number(j->run, f, "number", j->worst.terms);
		put_costs(j, f);
		put_proposal(j, f);
	} else if (j->worst.terms >= NEAR_LIMIT) {
		f = about(j, "spf.near-limit", j->domain);
		found_number(j->run, f, "number", j->worst.terms);
		put_costs(j, f);
	}
	if (j->worst.voids > SPF_VOIDS_LIMIT) {
		f = about(j, "spf.voids", j->domain);
		found_number(j->run, f, "number", j->worst.voids);
		put_proposal(j, f);
	}
}

/* Errors of terms: of this record and those in it. */
static void judge_terms(struct job *j, const struct spf_trace *t, bool own)
{
	if (!t->record || !t->seen)
		return;
	for (size_t i = 0; i < t->record->n; i++) {
		const struct spf_seen *s = &t->seen[i];
		const struct spf_term *term = &t->record->term[i];
		struct finding *f;

		if (s->answer)
			(void)found_no_answer(j->run, s->answer);
		if (s->inner && s->inner->txt)
			(void)found_no_answer(j->run, s->inner->txt);
		if (s->inner && s->inner->record && s->inner->record->broken)
			judge_syntax(j, s->inner->record, s->inner->domain);
		if (s->why == SPF_WHY_INCLUDE_NONE ||
		    s->why == SPF_WHY_REDIRECT_NONE ||
		    s->why == SPF_WHY_TOO_MANY_MX) {
			f = about(j, s->why == SPF_WHY_TOO_MANY_MX
			                 ? "spf.many-mx" : "spf.include-none",
			          t->domain);
			found_value(j->run, f, "term", term->text);
			found_value(j->run, f, "target", s->target);
			if (own)
				put_proposal(j, f);
		}
		if (s->inner && !s->loop)
			judge_terms(j, s->inner, false);
	}
}

static void judge_ip(struct job *j, const struct spf_outcome *o,
                     const struct ip *ip)
{
	static const char *const ids[SPF_RESULT_N] = {
	    [SPF_NEUTRAL] = "spf.ip-neutral", [SPF_PASS] = "spf.pass",
	    [SPF_FAIL] = "spf.ip-fail", [SPF_SOFTFAIL] = "spf.ip-softfail",
	    [SPF_PERMERROR] = "spf.permerror",
	};
	const char *id = ids[o->result];
	struct finding *f;
	sv text = check_ip(j->run, ip);

	/* Said already: no record, no answer, a private address. */
	if (!id || ip_is_private(ip))
		return;
	f = found(j->run, id, text);
	found_value(j->run, f, "ip", text);
	found_value(j->run, f, "domain", o->domain);
	found_value(j->run, f, "why", sv_str(spf_why_name(o->why)));
	if (o->term)
		found_value(j->run, f, "term", o->term->text);
	if (o->in && o->in->domain.n && !sv_ieq(o->in->domain, o->domain))
		found_value(j->run, f, "in", o->in->domain);
	found_number(j->run, f, "number", o->terms);
	if (o->has_explanation)
		found_seen(j->run, f, "its explanation", o->explanation);
	if (o->result == SPF_PASS)
		return;
	j->faults++;
	if (is_missing(o))
		put_proposal(j, f);
}

/* Bounces have no sender: then the HELO name is judged (section 2.4). */
static void judge_helo(struct job *j, const struct spf_outcome *o,
                       const struct ip *ip)
{
	sv helo = j->run->target->helo;
	struct finding *f;

	if (o->result != SPF_FAIL && o->result != SPF_PERMERROR &&
	    o->result != SPF_SOFTFAIL)
		return;
	f = found(j->run, "spf.helo-fail", helo);
	found_value(j->run, f, "helo", helo);
	found_value(j->run, f, "ip", check_ip(j->run, ip));
	found_value(j->run, f, "result", sv_str(spf_result_name(o->result)));
	if (o->in && o->in->record)
		found_seen(j->run, f, "its record", o->in->record->text);
	j->faults++;
}

static void judge_record(struct job *j)
{
	const struct spf_set *set = j->worst.top->set;
	struct finding *f;

	if (set->all > 1) {
		f = about(j, "spf.several", j->domain);
		found_number(j->run, f, "number", (long long)set->all);
		for (size_t i = 0; i < set->n; i++)
			found_seen(j->run, f, "record", set->record[i]->text);
		put_proposal(j, f);
	}
	judge_syntax(j, j->record, j->domain);
	judge_style(j, j->record);
	judge_cost(j);
	judge_terms(j, j->worst.top, true);
}

static void found_ok(struct job *j)
{
	struct finding *f = found(j->run, "spf.ok", j->domain);

	found_value(j->run, f, "domain", j->domain);
	found_number(j->run, f, "number", j->worst.terms);
	found_seen(j->run, f, "record", j->record->text);
}

static void judge(struct job *j)
{
	const struct check_target *t = j->run->target;

	j->record = j->worst.top->record;
	propose(j);
	if (j->record)
		judge_record(j);
	else
		judge_absent(j);
	for (size_t i = 0; i < t->nips; i++) {
		judge_ip(j, &j->by_ip[i], &t->ips[i]);
		if (t->helo.n)
			judge_helo(j, &j->helo[i], &t->ips[i]);
	}
	if (j->record && !j->faults)
		found_ok(j);
	spf_tree(j->run, &j->worst, j->by_ip);
}

static enum step check_it(struct check_run *run)
{
	struct job *j = arena_alloc(run->a, 1, sizeof(*j));
	const struct spf_trace *top;

	if (!j)
		return STEP_DONE;
	j->run = run;
	j->domain = run->target->domain;
	if (ask_all(j) == STEP_WAIT)
		return STEP_WAIT;
	top = j->worst.top;
	if (top && top->txt && !found_no_answer(run, top->txt))
		judge(j);
	return STEP_DONE;
}

const struct check check_spf = {
    "spf", "domain", "who may send for the domain (SPF), and what it costs",
    check_it,
};
