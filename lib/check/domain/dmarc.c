/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a domain asks receivers to do with mail in its name (DMARC, RFC 9989
 * and RFC 7489), and whether SPF speaks for the domain in From.
 */
#include "auth/dmarc_repair.h"
#include "auth/dmarc_report.h"
#include "auth/spf.h"
#include "check/checks.h"

struct job {
	struct check_run *run;
	struct psl_list *psl;
	sv domain, author, mail; /* audited; in From; of the envelope */
	const char *no_author;   /* why there is none in From */
	struct dmarc_outcome policy; /* of the domain, nobody sending */
	struct dmarc_recipients to;
	struct dmarc_strays strays;
	/* For each address; one without any, as if SPF passed. */
	struct spf_outcome spf[CHECK_LIST_MAX];
	struct dmarc_outcome by_ip[CHECK_LIST_MAX];
	size_t nout;
	size_t faults;
};

/* ---- questions ---- */

static sv domain_of(sv address)
{
	size_t at = sv_rchr(address, '@');

	return at == SV_NPOS ? address : sv_drop(address, at + 1);
}

static const struct dmarc_view *view_of(const struct dmarc_outcome *o)
{
	return o->view[DMARC_9989].record ? &o->view[DMARC_9989]
	                                  : &o->view[DMARC_7489];
}

/* Only where nothing was found at the right place. */
static bool is_missing(const struct job *j)
{
	for (int d = 0; d < DMARC_DIALECTS; d++) {
		const struct dmarc_view *v = &j->policy.view[d];

		if (!v->why || strcmp(v->why, "no-record"))
			return false;
	}
	return true;
}

static enum step ask_policy(struct job *j)
{
	struct check_run *run = j->run;
	struct dmarc_request rq = {.header_from = j->domain, .psl = j->psl,
	                           .ahead = true};
	const struct dmarc_view *v;

	if (dmarc_check(run->facts, run->a, &rq, &j->policy) == STEP_WAIT)
		return STEP_WAIT;
	v = view_of(&j->policy);
	if (v->record)
		return dmarc_recipients(run->facts, run->a, j->psl,
		                        &v->place->name, v->record, &j->to);
	return is_missing(j) ? dmarc_strays(run->facts, run->a,
	                                    &j->policy.author, &j->strays)
	                     : STEP_DONE;
}

static enum step ask_alignment(struct job *j, const struct dmarc_auth *auth,
                               struct dmarc_outcome *out)
{
	struct dmarc_request rq = {.header_from = j->author, .spf = auth,
	                           .nspf = 1, .psl = j->psl,
	                           .thorough = true, .ahead = true};

	return dmarc_check(j->run->facts, j->run->a, &rq, out);
}

static enum step ask_ip(struct job *j, size_t i)
{
	const struct check_target *t = j->run->target;
	struct spf_request rq = {.ip = t->ips[i], .helo = t->helo,
	                         .mail_from = t->mail_from};
	struct dmarc_auth auth;

	if (!t->mail_from.n)
		rq.mail_from = arena_printf(j->run->a, "postmaster@%.*s",
		                            SV_FMT(t->domain));
	if (spf_check(j->run->facts, j->run->a, &rq, &j->spf[i]) ==
	    STEP_WAIT)
		return STEP_WAIT;
	auth = (struct dmarc_auth){j->spf[i].domain,
	    sv_str(spf_result_name(j->spf[i].result))};
	return ask_alignment(j, &auth, &j->by_ip[i]);
}

/* A message says more than an envelope: then that is judged, not this. */
static bool wants_alignment(const struct job *j)
{
	const struct check_target *t = j->run->target;

	return (t->header_from.n || t->mail_from.n) && !t->message.p &&
	       !j->no_author;
}

static enum step ask_all(struct job *j)
{
	const struct check_target *t = j->run->target;
	struct dmarc_auth auth = {j->mail, SV("pass")};
	enum step step = ask_policy(j);

	if (!wants_alignment(j))
		return step;
	for (size_t i = 0; i < t->nips; i++)
		if (ask_ip(j, i) == STEP_WAIT)
			step = STEP_WAIT;
	if (!t->nips && ask_alignment(j, &auth, &j->by_ip[0]) == STEP_WAIT)
		step = STEP_WAIT;
	j->nout = t->nips ? t->nips : 1;
	return step;
}

/* ---- records ---- */

static struct finding *about(struct job *j, const char *id, sv domain)
{
	struct finding *f = found(j->run, id, domain);

	found_value(j->run, f, "domain", domain);
	j->faults++;
	return f;
}

static sv place_name(struct job *j, const struct dns_name *at)
{
	return arena_printf(j->run->a, "_dmarc.%.*s",
	                    SV_FMT(check_name(j->run, at)));
}

/* Reports go there unasked, so only where somebody gave that address. */
static sv own_address(const struct job *j)
{
	sv from = j->run->target->header_from;
	sv domain = domain_of(from);

	return sv_chr(from, '@') != SV_NPOS && sv_ieq(domain, j->domain)
	           ? from
	           : SV("");
}

/* One record in place of all that are there. */
static void propose(struct job *j, struct finding *f,
                    const struct dmarc_place *p, size_t n)
{
	sv name = place_name(j, &p->name);
	sv text = dmarc_repair(j->run->a, p->records, n, own_address(j));

	if (!text.n)
		return;
	found_record(j->run, f, name, "TXT", text,
	             n ? p->records[0].text : SV(""));
	for (size_t i = 1; i < n; i++)
		found_record(j->run, f, name, "TXT", SV(""),
		             p->records[i].text);
}

static void put_faults(struct job *j, struct finding *f,
                       const struct dmarc_record *r,
                       bool (*suits)(const struct fault *x))
{
	bool first = true;

	for (size_t i = 0; i < r->faults.n; i++) {
		const struct fault *x = &r->faults.list[i];
		const char *dot = strchr(x->id, '.');
		const char *name = dot ? dot + 1 : x->id;

		if (!suits(x))
			continue;
		if (first)
			found_value(j->run, f, "fault", sv_str(name));
		first = false;
		found_fault(j->run, f, name, r->text, x->at,
		            x->n ? x->n : 1);
	}
}

static bool any_fault(const struct dmarc_record *r,
                      bool (*suits)(const struct fault *x))
{
	for (size_t i = 0; i < r->faults.n; i++)
		if (suits(&r->faults.list[i]))
			return true;
	return false;
}

static bool is_fatal(const struct fault *x)
{
	return x->weight == FAULT_BROKEN;
}

static bool is_removed(const struct fault *x)
{
	return !strcmp(x->id, "dmarc.tag-removed") ||
	       !strcmp(x->id, "dmarc.uri-size-removed");
}

/* Legal, or read past, but hardly meant. */
static bool is_untidy(const struct fault *x)
{
	static const char *const notes[] = {"dmarc.tag-unknown",
	                                    "dmarc.uri-address",
	                                    "dmarc.p-missing"};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (!strcmp(x->id, notes[i]))
			return x->weight == FAULT_NOTE;
	return x->weight == FAULT_WRONG;
}

static void judge_record(struct job *j, const struct dmarc_place *p)
{
	const struct dmarc_record *r = p->record;
	sv domain = check_name(j->run, &p->name);
	struct finding *f;

	if (!r->usable || any_fault(r, is_fatal)) {
		f = about(j, r->usable ? "dmarc.weakened" : "dmarc.syntax",
		          domain);
		put_faults(j, f, r, is_fatal);
		propose(j, f, p, 1);
	}
	if (any_fault(r, is_untidy)) {
		f = about(j, "dmarc.untidy", domain);
		put_faults(j, f, r, is_untidy);
		propose(j, f, p, 1);
	}
	if (any_fault(r, is_removed)) {
		f = about(j, "dmarc.removed", domain);
		put_faults(j, f, r, is_removed);
		/* Without pct its policy would be stricter for some. */
		if (r->pct == 100)
			propose(j, f, p, 1);
	}
}

/* Does anybody look there, and is it the user's to mend? */
static bool counts(const struct job *j, const struct dmarc_place *p)
{
	const struct dmarc_outcome *o = &j->policy;
	const struct dns_name *own = &o->view[DMARC_7489].org;

	return dns_name_eq(&p->name, &o->author) ||
	       ((dns_name_eq(&p->name, own) ||
	         dns_name_eq(&p->name, &o->view[DMARC_9989].org)) &&
	        dns_name_under(&p->name, own));
}

static void judge_place(struct job *j, const struct dmarc_place *p)
{
	sv domain = check_name(j->run, &p->name);
	struct finding *f;

	if (found_no_answer(j->run, p->answer) || !counts(j, p))
		return;
	if (p->record) {
		judge_record(j, p);
	} else if (p->nvalid > 1) {
		f = about(j, "dmarc.several", domain);
		found_number(j->run, f, "number", (long long)p->nvalid);
		for (size_t i = 0; i < p->nvalid && i < p->nrecords; i++)
			found_seen(j->run, f, "record", p->records[i].text);
		if (p->nvalid <= p->nrecords)
			propose(j, f, p, p->nvalid);
	} else if (p->nrecords) {
		f = about(j, "dmarc.nearly", domain);
		put_faults(j, f, &p->records[0], is_fatal);
		propose(j, f, p, p->nrecords);
	}
}

/* ---- no record ---- */

static void judge_stray(struct job *j)
{
	const struct dmarc_strays *s = &j->strays;
	struct dmarc_record r;
	struct finding *f = about(j, "dmarc.misplaced", j->domain);
	sv text = SV("");

	found_value(j->run, f, "at", check_name(j->run, &s->list[0].at));
	found_value(j->run, f, "how", sv_str(s->list[0].id));
	if (dmarc_record_parse(j->run->a, s->list[0].text, &r) == MW_OK)
		text = dmarc_repair(j->run->a, &r, 1, own_address(j));
	if (text.n)
		found_record(j->run, f, place_name(j, &j->policy.author),
		             "TXT", text, SV(""));
	for (size_t i = 0; i < s->n; i++) {
		sv at = check_name(j->run, &s->list[i].at);

		found_seen(j->run, f, s->list[i].id, s->list[i].text);
		found_record(j->run, f, at, "TXT", SV(""), s->list[i].text);
	}
}

static bool is_nearly(const struct job *j)
{
	for (size_t i = 0; i < j->policy.nplaces; i++)
		if (j->policy.places[i].nrecords &&
		    counts(j, &j->policy.places[i]))
			return true;
	return false;
}

static void judge_missing(struct job *j)
{
	struct finding *f;

	if (!is_missing(j) || is_nearly(j))
		return;
	if (j->strays.n) {
		judge_stray(j);
		return;
	}
	f = about(j, "dmarc.missing", j->domain);
	propose(j, f, &(struct dmarc_place){.name = j->policy.author}, 0);
}

/* ---- the policy ---- */

static void put_view(struct job *j, struct finding *f, const char *what,
                     const struct dmarc_view *v)
{
	static const char *const by[] = {"p", "sp", "np"};
	const char *policy = dmarc_policy_name(v->effective);

	if (!v->place || !policy) {
		found_seen(j->run, f, what,
		           sv_str(v->why ? v->why : "no policy"));
		return;
	}
	found_seen(j->run, f, what,
	    arena_printf(j->run->a, "%s, by %s of %.*s%s", policy, by[v->by],
	                 SV_FMT(place_name(j, &v->place->name)),
	                 v->pct < 100 ? arena_printf(j->run->a,
	                     " for %u of 100 messages", v->pct).p : ""));
}

static const char *const differ_ids[][2] = {
    {"np", "dmarc.differ-np"},
    {"psd", "dmarc.differ-psd"},
    {"several-records", "dmarc.differ-several"},
    {"record-between", "dmarc.differ-between"},
    {"record-at-suffix", "dmarc.differ-suffix"},
    {"psd-record", "dmarc.differ-above"},
    {"walk", "dmarc.differ-walk"},
    {"t", "dmarc.differ-test"},
    {"pct", "dmarc.differ-pct"},
};

static const char *differ_id(const char *reason)
{
	for (size_t i = 0; i < sizeof(differ_ids) / sizeof(differ_ids[0]); i++)
		if (!strcmp(differ_ids[i][0], reason))
			return differ_ids[i][1];
	return "dmarc.differ-walk";
}

/* A record at the registered domain ties names together for both. */
static void put_tie(struct job *j, struct finding *f,
                    const struct dmarc_outcome *o)
{
	const struct dmarc_view *v = &o->view[DMARC_9989];
	sv text = dmarc_repair(j->run->a, NULL, 0, SV(""));

	for (size_t i = 0; i < v->ncures; i++)
		if (!strcmp(v->cures[i].id, "record-at-org") && text.n)
			found_record(j->run, f,
			             arena_printf(j->run->a, "_dmarc.%.*s",
			                          SV_FMT(v->cures[i].value)),
			             "TXT", text, SV(""));
}

/* Was that said already, of the policy alone? */
static bool is_told(const struct job *j, const struct dmarc_outcome *o,
                    const char *reason)
{
	if (o == &j->policy || !sv_ieq(j->author, j->domain))
		return false;
	for (size_t i = 0; i < j->policy.nreasons; i++)
		if (!strcmp(j->policy.reasons[i], reason))
			return true;
	return false;
}

static void judge_difference(struct job *j, const struct dmarc_outcome *o,
                             sv domain)
{
	if (!(o->differ & (DMARC_DIFFER_RULES | DMARC_DIFFER_TEST |
	                   DMARC_DIFFER_PCT)))
		return;
	for (size_t i = 0; i < o->nreasons; i++) {
		struct finding *f;

		if (is_told(j, o, o->reasons[i]))
			continue;
		f = about(j, differ_id(o->reasons[i]), domain);
		found_value(j->run, f, "org_new",
		            check_name(j->run, &o->view[DMARC_9989].org));
		found_value(j->run, f, "org_old",
		            check_name(j->run, &o->view[DMARC_7489].org));
		found_number(j->run, f, "number", o->view[DMARC_7489].pct);
		put_view(j, f, "by RFC 9989", &o->view[DMARC_9989]);
		put_view(j, f, "by RFC 7489", &o->view[DMARC_7489]);
		put_tie(j, f, o);
	}
}

static void judge_policy(struct job *j)
{
	const struct dmarc_view *v = view_of(&j->policy);
	struct finding *f;

	if (!v->record)
		return;
	if (v->policy == DMARC_P_NONE &&
	    !any_fault(v->record, is_fatal)) {
		f = about(j, "dmarc.p-none", j->domain);
		found_value(j->run, f, "at", place_name(j, &v->place->name));
		found_seen(j->run, f, "record", v->record->text);
	}
	judge_difference(j, &j->policy, j->domain);
}

/* ---- where reports go ---- */

static void judge_permit(struct job *j, const struct dmarc_recipient *to,
                         const struct dmarc_place *at)
{
	sv domain = check_name(j->run, &to->domain);
	sv name = arena_printf(j->run->a, "%.*s._report._dmarc.%.*s",
	                       SV_FMT(check_name(j->run, &at->name)),
	                       SV_FMT(domain));
	struct finding *f;

	if (to->permission && found_no_answer(j->run, to->permission))
		return;
	if (to->permit != DMARC_PERMIT_MISSING)
		return;
	f = about(j, "dmarc.report-permit", domain);
	found_value(j->run, f, "of", check_name(j->run, &at->name));
	found_value(j->run, f, "uri", to->uri->uri);
	found_value(j->run, f, "name", name);
	if (to->permission)
		found_record(j->run, f, name, "TXT", SV("v=DMARC1"), SV(""));
}

static void judge_recipient(struct job *j, const struct dmarc_recipient *to,
                            const struct dmarc_place *at)
{
	sv domain = check_name(j->run, &to->domain);
	struct finding *f;

	if (!to->domain.n)
		return;
	judge_permit(j, to, at);
	if (to->mx && found_no_answer(j->run, to->mx))
		return;
	if (to->mail != DMARC_MAIL_NONE && to->mail != DMARC_MAIL_NULL_MX)
		return;
	f = about(j, "dmarc.report-no-mx", domain);
	found_value(j->run, f, "of", check_name(j->run, &at->name));
	found_value(j->run, f, "uri", to->uri->uri);
	if (to->mx)
		found_answer(j->run, f, to->mx);
}

/* One domain, one finding: rua and ruf often name the same. */
static bool is_first(const struct dmarc_recipients *to, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (dns_name_eq(&to->list[k].domain, &to->list[i].domain))
			return false;
	return true;
}

/* ---- alignment ---- */

static const char *miss_id(enum dmarc_miss miss)
{
	switch (miss) {
	case DMARC_MISS_RESULT: return "align.failed";
	case DMARC_MISS_ORG: return "align.other-domain";
	case DMARC_MISS_STRICT: return "align.strict";
	case DMARC_MISS_BOTH: return "align.none";
	case DMARC_MISS_UNKNOWN: return "align.unknown";
	case DMARC_MISS_NOTHING: break;
	}
	return "align.ok";
}

static struct finding *aligned(struct job *j, const char *id, size_t i,
                               const struct dmarc_view *v)
{
	const struct check_target *t = j->run->target;
	sv ip = t->nips ? check_ip(j->run, &t->ips[i]) : SV("");
	struct finding *f = found(j->run, id, t->nips ? ip : j->mail);

	found_value(j->run, f, "from", j->author);
	found_value(j->run, f, "mail", v->ids[0].domain);
	found_value(j->run, f, "org", check_name(j->run, &v->org));
	if (t->nips) {
		found_value(j->run, f, "ip", ip);
		found_value(j->run, f, "result", v->ids[0].result);
	}
	return f;
}

/* The strict mode alone is in the way: take it out. */
static void put_relaxed(struct job *j, struct finding *f,
                        const struct dmarc_view *v)
{
	sv text = dmarc_repair_relaxed(j->run->a, v->record);

	if (text.n)
		found_record(j->run, f, place_name(j, &v->place->name), "TXT",
		             text, v->record->text);
}

static void judge_alignment(struct job *j, size_t i)
{
	const struct dmarc_outcome *o = &j->by_ip[i];
	const struct dmarc_view *n = &o->view[DMARC_9989];
	const struct dmarc_view *old = &o->view[DMARC_7489];
	/* Without a record only the list tells who belongs together. */
	const struct dmarc_view *v = n->record ? n : old;
	const char *id;
	struct finding *f;

	if (!v->nids || !v->ids)
		return;
	id = v->unsure ? "align.unknown" : miss_id(v->ids[0].miss);
	if (n->record && old->record && n->nids && old->nids &&
	    (n->ids[0].miss == DMARC_MISS_NOTHING) !=
	        (old->ids[0].miss == DMARC_MISS_NOTHING) &&
	    n->ids[0].passed)
		id = "align.differ";
	/* That it would pass is only supposed. */
	if (!j->run->target->nips && !strcmp(id, "align.ok"))
		return;
	f = aligned(j, id, i, v);
	if (!strcmp(id, "align.ok"))
		return;
	j->faults++;
	if (v->ids[0].miss == DMARC_MISS_STRICT && v->record && v->place)
		put_relaxed(j, f, v);
}

static void judge_author(struct job *j)
{
	const struct dmarc_outcome *differ = NULL;
	struct finding *f;

	for (size_t i = 0; i < j->nout; i++) {
		judge_alignment(j, i);
		if (!differ && (j->by_ip[i].differ & DMARC_DIFFER_RULES))
			differ = &j->by_ip[i];
	}
	if (differ)
		judge_difference(j, differ, j->author);
	if (!j->no_author)
		return;
	f = about(j, "align.from", j->domain);
	found_value(j->run, f, "why", sv_str(j->no_author));
	found_seen(j->run, f, "From", j->run->target->header_from);
}

/* ---- all ---- */

static void found_ok(struct job *j)
{
	const struct dmarc_view *v = view_of(&j->policy);
	struct finding *f = found(j->run, "dmarc.ok", j->domain);

	found_value(j->run, f, "domain", j->domain);
	found_value(j->run, f, "at", place_name(j, &v->place->name));
	found_value(j->run, f, "policy",
	            sv_str(dmarc_policy_name(v->effective)));
	found_seen(j->run, f, "record", v->record->text);
}

static void judge(struct job *j)
{
	const struct dmarc_view *v = view_of(&j->policy);

	for (size_t i = 0; i < j->policy.nplaces; i++)
		judge_place(j, &j->policy.places[i]);
	judge_missing(j);
	judge_policy(j);
	for (size_t i = 0; i < j->to.n; i++)
		if (is_first(&j->to, i))
			judge_recipient(j, &j->to.list[i], v->place);
	if (v->record && !j->faults)
		found_ok(j);
	judge_author(j);
}

static void identify(struct job *j)
{
	const struct check_target *t = j->run->target;

	j->domain = j->author = t->domain;
	if (t->header_from.n)
		j->no_author = dmarc_author(t->header_from, &j->author);
	j->mail = t->mail_from.n ? domain_of(t->mail_from) : t->domain;
}

static enum step check_it(struct check_run *run)
{
	struct job *j = arena_alloc(run->a, 1, sizeof(*j));
	enum step step;

	if (!j)
		return STEP_DONE;
	j->run = run;
	j->psl = psl_list_new(NULL);
	identify(j);
	step = ask_all(j);
	if (step == STEP_DONE)
		judge(j);
	psl_list_free(j->psl);
	return step;
}

const struct check check_dmarc = {
    "dmarc", "domain",
    "what receivers shall do with mail that is not authenticated (DMARC)",
    check_it,
};
