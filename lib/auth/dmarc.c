/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dmarc.h"

#include "auth/dmarc_place.h"
#include "auth/dmarc_why.h"

/* One call of dmarc_check(). */
struct run {
	struct facts *f;
	struct arena *a;
	const struct dmarc_request *req;
	struct dmarc_outcome *out;
	bool nomem;
};

static const char *const results[] = {"none", "pass", "fail", "temperror",
                                      "permerror"};

const char *dmarc_result_name(enum dmarc_result result)
{
	return results[result];
}

static bool failed(const struct dns_answer *answer)
{
	return answer->state == DNS_TEMPFAIL || answer->state == DNS_BOGUS;
}

/* ---- identifiers ---- */

static size_t nids_of(const struct dmarc_request *req)
{
	size_t n = req->nspf + req->ndkim;

	return n < DMARC_IDENTITIES_MAX ? n : DMARC_IDENTITIES_MAX;
}

static const struct dmarc_auth *auth_of(const struct dmarc_request *req,
                                        size_t i)
{
	return i < req->nspf ? &req->spf[i] : &req->dkim[i - req->nspf];
}

static void ids_init(struct run *r, struct dmarc_view *v,
                     const struct dmarc_record *record)
{
	const struct dmarc_request *req = r->req;

	v->nids = nids_of(req);
	v->skipped = req->nspf + req->ndkim - v->nids;
	v->ids = arena_alloc(r->a, v->nids ? v->nids : 1, sizeof(*v->ids));
	if (!v->ids) {
		r->nomem = true;
		v->nids = 0;
	}
	for (size_t i = 0; i < v->nids; i++) {
		struct dmarc_identity *id = &v->ids[i];

		id->dkim = i >= req->nspf;
		id->domain = auth_of(req, i)->domain;
		id->result = auth_of(req, i)->result;
		id->passed = sv_ieq(id->result, SV("pass"));
		id->strict = record && (id->dkim ? record->adkim_strict
		                                 : record->aspf_strict);
		if (!psl_name(id->domain, &id->name))
			id->name.n = 0;
	}
}

static enum dmarc_aligned aligned(const struct dmarc_outcome *out,
                                  const struct dmarc_view *v,
                                  const struct dmarc_identity *id)
{
	if (!id->name.n)
		return DMARC_ALIGNED_NO;
	if (dns_name_eq(&id->name, &out->author))
		return DMARC_ALIGNED;
	if (id->strict)
		return DMARC_ALIGNED_NO;
	if (!id->org_sure || !v->org_sure)
		/* An organization lies at or above each of its names. */
		return v->org_sure && !dns_name_under(&id->name, &v->org)
		           ? DMARC_ALIGNED_NO
		           : DMARC_ALIGNED_UNKNOWN;
	return dns_name_eq(&id->org, &v->org) ? DMARC_ALIGNED
	                                      : DMARC_ALIGNED_NO;
}

static enum dmarc_miss miss(const struct dmarc_view *v,
                            const struct dmarc_identity *id)
{
	if (id->aligned == DMARC_ALIGNED_UNKNOWN)
		return DMARC_MISS_UNKNOWN;
	if (id->aligned == DMARC_ALIGNED)
		return id->passed ? DMARC_MISS_NOTHING : DMARC_MISS_RESULT;
	if (!id->passed)
		return DMARC_MISS_BOTH;
	return id->strict && id->name.n && dns_name_under(&id->name, &v->org)
	           ? DMARC_MISS_STRICT
	           : DMARC_MISS_ORG;
}

/* Alignment of all, and the result that comes of it. */
static void judge(struct run *r, struct dmarc_view *v)
{
	bool unknown = false;

	for (size_t i = 0; i < v->nids; i++) {
		struct dmarc_identity *id = &v->ids[i];
		const struct dmarc_identity **first =
		    id->dkim ? &v->dkim : &v->spf;

		id->aligned = aligned(r->out, v, id);
		id->miss = miss(v, id);
		if (id->miss == DMARC_MISS_NOTHING && !*first)
			*first = id;
		if (id->passed && id->aligned == DMARC_ALIGNED_UNKNOWN)
			unknown = true;
		if (sv_ieq(id->result, SV("temperror")) &&
		    id->aligned != DMARC_ALIGNED_NO)
			v->unsure = true;
	}
	if (!v->record)
		return;
	if (v->spf || v->dkim)
		v->result = DMARC_PASS;
	else
		v->result = unknown ? DMARC_TEMPERROR : DMARC_FAIL;
	if (v->result == DMARC_TEMPERROR)
		v->why = "temporary";
	if (v->result == DMARC_PASS)
		v->unsure = false;
}

/* ---- policy ---- */

/* Parsed once; NULL where memory is exhausted. */
static const struct dmarc_place *place(struct run *r,
                                       const struct dmarc_walk_step *step)
{
	struct dmarc_outcome *out = r->out;

	for (size_t i = 0; i < out->nplaces; i++)
		if (dns_name_eq(&out->places[i].name, &step->name))
			return &out->places[i];
	if (dmarc_place_read(r->a, step, &out->places[out->nplaces]) !=
	    MW_OK) {
		r->nomem = true;
		return NULL;
	}
	return &out->places[out->nplaces++];
}

static enum dmarc_policy lowered(enum dmarc_policy policy)
{
	return policy == DMARC_P_REJECT ? DMARC_P_QUARANTINE : DMARC_P_NONE;
}

/* Put down where the policy stands, and whether it can be used. */
static void found(struct run *r, struct dmarc_view *v, enum dmarc_where where,
                  const struct dmarc_walk_step *step)
{
	v->place = place(r, step);
	if (!v->place)
		return;
	v->where = where;
	if (v->place->record && v->place->record->usable)
		v->record = v->place->record;
	else
		v->why = "unusable-record";
}

/* Which of p, sp, np: RFC 9989 section 4.10.1, RFC 7489 section 6.6.3. */
static void apply(struct dmarc_view *v, bool know_np)
{
	const struct dmarc_record *rec = v->record;

	v->policy = rec->use_p;
	if (v->where != DMARC_AT_AUTHOR) {
		if (know_np && v->exists_asked && !v->exists &&
		    !v->exists_unknown) {
			v->by = DMARC_BY_NP;
			v->policy = rec->use_np;
		} else if (rec->use_sp != DMARC_UNSET) {
			v->by = DMARC_BY_SP;
			v->policy = rec->use_sp;
		}
	}
	v->test = know_np && rec->t;
	v->pct = know_np ? 100 : rec->pct;
	v->effective = v->test ? lowered(v->policy) : v->policy;
}

/* ---- RFC 9989 ---- */

/*
 * Does the author's domain exist (RFC 8020)?  Asked only where the policy for
 * names that do not depends on it.
 */
static enum step exists(struct run *r, struct dmarc_view *v)
{
	const struct dns_answer *answer;

	if (v->where == DMARC_AT_AUTHOR || !v->record ||
	    v->record->use_np == DMARC_UNSET)
		return STEP_DONE;
	answer = facts_dns(r->f, &r->out->author, DNS_A);
	if (answer->state == DNS_PENDING)
		return STEP_WAIT;
	v->exists_asked = true;
	v->exists_unknown = failed(answer);
	v->exists = !v->exists_unknown && answer->state != DNS_NXDOMAIN;
	return STEP_DONE;
}

static void choose_9989(struct run *r, struct dmarc_view *v,
                        const struct dmarc_walk *w)
{
	v->org = w->org;
	v->org_sure = !w->failed;
	if (w->step[0].nvalid == 1)
		found(r, v, DMARC_AT_AUTHOR, &w->step[0]);
	else if (w->failed) {
		v->result = DMARC_TEMPERROR;
		v->why = "temporary";
	} else if (w->at_org)
		found(r, v, DMARC_AT_ORG, w->at_org);
	else if (w->psd)
		found(r, v, DMARC_AT_PSD, w->psd);
	else
		v->why = "no-record";
	for (size_t i = 0; v->why && !v->place && i < w->n; i++)
		if (w->step[i].nvalid > 1 && strcmp(v->why, "temporary"))
			v->why = "several-records";
}

/* Is a walk needed to know what organization it belongs to? */
static bool needs_walk(const struct run *r, const struct dmarc_identity *id)
{
	return id->name.n && !id->strict &&
	       (id->passed || r->req->thorough);
}

static enum step orgs_9989(struct run *r, struct dmarc_view *v)
{
	enum step step = STEP_DONE;

	for (size_t i = 0; i < v->nids; i++) {
		struct dmarc_identity *id = &v->ids[i];
		struct dmarc_walk w;

		if (!needs_walk(r, id))
			continue;
		/* All walks go on side by side. */
		if (dmarc_walk(r->f, &id->name, &w) == STEP_WAIT) {
			step = STEP_WAIT;
			continue;
		}
		id->org = w.org;
		id->org_sure = !w.failed;
	}
	return step;
}

/* A record at the author's domain that is void ends it there. */
static bool is_void(struct run *r, const struct dmarc_walk_step *step)
{
	const struct dmarc_place *p;

	if (step->nvalid != 1)
		return false;
	p = place(r, step);
	return p && p->record && !p->record->usable;
}

static enum step check_9989(struct run *r)
{
	struct dmarc_view *v = &r->out->view[DMARC_9989];
	struct dmarc_walk *w = arena_alloc(r->a, 1, sizeof(*w));

	if (!w) {
		r->nomem = true;
		return STEP_DONE;
	}
	if (dmarc_look(r->f, &r->out->author, &w->step[0]) == STEP_WAIT)
		return STEP_WAIT;
	if (is_void(r, &w->step[0])) {
		v->org = r->out->author;
		found(r, v, DMARC_AT_AUTHOR, &w->step[0]);
		ids_init(r, v, NULL);
		judge(r, v);
		return STEP_DONE;
	}
	if (dmarc_walk(r->f, &r->out->author, w) == STEP_WAIT)
		return STEP_WAIT;
	for (size_t i = 0; i < w->n; i++)
		(void)place(r, &w->step[i]);
	choose_9989(r, v, w);
	ids_init(r, v, v->record);
	if (v->record) {
		bool wait = exists(r, v) == STEP_WAIT;

		if (orgs_9989(r, v) == STEP_WAIT || wait)
			return STEP_WAIT;
		apply(v, true);
	}
	judge(r, v);
	return STEP_DONE;
}

/* ---- RFC 7489 ---- */

static void org_7489(const struct psl_list *psl, const struct dns_name *name,
                     struct dns_name *out)
{
	if (!psl_list_org(psl, name, out))
		*out = *name;
}

/* One place's answer; true where it ends the search. */
static bool try_7489(struct run *r, struct dmarc_view *v,
                     enum dmarc_where where,
                     const struct dmarc_walk_step *step)
{
	if (failed(step->answer)) {
		v->result = DMARC_TEMPERROR;
		v->why = "temporary";
		return true;
	}
	if (step->nvalid > 1) {
		v->why = "several-records";
		return true;
	}
	if (step->nvalid == 1)
		found(r, v, where, step);
	return step->nvalid == 1;
}

static enum step check_7489(struct run *r)
{
	struct dmarc_view *v = &r->out->view[DMARC_7489];
	const struct dns_name *author = &r->out->author;
	struct dmarc_walk_step step;

	org_7489(r->req->psl, author, &v->org);
	v->org_sure = true;
	v->why = NULL;
	if (dmarc_look(r->f, author, &step) == STEP_WAIT)
		return STEP_WAIT;
	(void)place(r, &step);
	if (!try_7489(r, v, DMARC_AT_AUTHOR, &step)) {
		if (dmarc_look(r->f, &v->org, &step) == STEP_WAIT)
			return STEP_WAIT;
		(void)place(r, &step);
		if (!try_7489(r, v, DMARC_AT_ORG, &step))
			v->why = "no-record";
	}
	ids_init(r, v, v->record);
	for (size_t i = 0; i < v->nids; i++)
		if (v->ids[i].name.n) {
			org_7489(r->req->psl, &v->ids[i].name,
			         &v->ids[i].org);
			v->ids[i].org_sure = true;
		}
	if (v->record)
		apply(v, false);
	judge(r, v);
	return STEP_DONE;
}

/* ---- both ---- */

static void ask_ahead(struct facts *f, const struct dmarc_request *req,
                      const struct dns_name *author)
{
	struct dns_name name;

	dmarc_walk_ahead(f, author);
	if (psl_list_org(req->psl, author, &name))
		(void)dmarc_ask(f, &name);
	for (size_t i = 0; i < nids_of(req); i++) {
		const struct dmarc_auth *auth = auth_of(req, i);

		if ((req->thorough || sv_ieq(auth->result, SV("pass"))) &&
		    psl_name(auth->domain, &name))
			dmarc_walk_ahead(f, &name);
	}
}

static void give_up(struct dmarc_outcome *out, enum dmarc_result result,
                    const char *why)
{
	for (int i = 0; i < DMARC_DIALECTS; i++)
		out->view[i] = (struct dmarc_view){.result = result,
		                                   .why = why,
		                                   .pct = 100,
		                                   .sentence = "no-policy"};
}

/* What a run that still waits may need; less than any caller's arena. */
#define TRIAL_BYTES ((size_t)1 << 24)

static enum step evaluate(struct facts *f, struct arena *a,
                          const struct dmarc_request *request,
                          struct dmarc_outcome *o)
{
	struct run r = {f, a, request, o, false};
	bool wait = false;

	/* Those of a walk, and the registered domain. */
	o->places = arena_alloc(a, DMARC_WALK_MAX + 1, sizeof(*o->places));
	r.nomem = !o->places;
	if (!r.nomem && !request->no_9989)
		wait = check_9989(&r) == STEP_WAIT;
	if (!r.nomem && !request->no_7489)
		wait = check_7489(&r) == STEP_WAIT || wait;
	if (wait)
		return STEP_WAIT;
	if (!r.nomem)
		dmarc_explain(a, request, o);
	if (r.nomem || arena_failed(a))
		give_up(o, DMARC_TEMPERROR, "memory");
	return STEP_DONE;
}

enum step dmarc_check(struct facts *f, struct arena *a,
                      const struct dmarc_request *request,
                      struct dmarc_outcome *out)
{
	struct dmarc_outcome o = {.view = {{.pct = 100}, {.pct = 100}}};
	struct dmarc_outcome tried;
	struct arena *trial;
	enum step step;

	if (!psl_name(request->header_from, &o.author)) {
		give_up(&o, DMARC_PERMERROR, "from-invalid");
		*out = o;
		return STEP_DONE;
	}
	if (request->ahead)
		ask_ahead(f, request, &o.author);
	/* Runs that end in waiting leave nothing behind in the arena. */
	trial = arena_new(TRIAL_BYTES);
	tried = o;
	step = trial ? evaluate(f, trial, request, &tried) : STEP_DONE;
	arena_free(trial);
	if (step == STEP_WAIT || evaluate(f, a, request, &o) == STEP_WAIT)
		return STEP_WAIT;
	*out = o;
	return STEP_DONE;
}
