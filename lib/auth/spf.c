/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_run.h"

/* What came of a term, or of a record that waits. */
enum verdict { MATCHES, DIFFERS, ERROR, WAITS };

static const char *const result_names[SPF_RESULT_N] = {
    "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};

static const char *const why_names[SPF_WHY_N] = {
    [SPF_WHY_MATCH] = "match",
    [SPF_WHY_NO_MATCH] = "no-match",
    [SPF_WHY_NO_DOMAIN] = "no-domain",
    [SPF_WHY_NO_IP] = "no-ip",
    [SPF_WHY_NO_RECORD] = "no-record",
    [SPF_WHY_TWO_RECORDS] = "two-records",
    [SPF_WHY_SYNTAX] = "syntax",
    [SPF_WHY_TOO_MANY_TERMS] = "too-many-terms",
    [SPF_WHY_TOO_MANY_VOIDS] = "too-many-voids",
    [SPF_WHY_TOO_MANY_MX] = "too-many-mx",
    [SPF_WHY_INCLUDE_NONE] = "include-none",
    [SPF_WHY_REDIRECT_NONE] = "redirect-none",
    [SPF_WHY_INSIDE] = "inside",
    [SPF_WHY_DNS] = "dns-failure",
    [SPF_WHY_BOGUS] = "dns-bogus",
    [SPF_WHY_MEMORY] = "memory",
};

const char *spf_result_name(enum spf_result r)
{
	return (unsigned)r < SPF_RESULT_N ? result_names[r] : "unknown";
}

const char *spf_why_name(enum spf_why why)
{
	return (unsigned)why < SPF_WHY_N ? why_names[why] : "unknown";
}

static bool check_host(struct spf_run *r, struct spf_trace *t,
                       const struct dns_name *name);

static enum verdict error(struct spf_seen *s, enum spf_why why)
{
	s->state = SPF_ERROR;
	s->why = why;
	return ERROR;
}

static enum spf_why failure(const struct dns_answer *an)
{
	return an->state == DNS_BOGUS ? SPF_WHY_BOGUS : SPF_WHY_DNS;
}

/* Errors that may go away by themselves. */
static bool is_temporary(enum spf_why why)
{
	return why == SPF_WHY_DNS || why == SPF_WHY_BOGUS ||
	       why == SPF_WHY_MEMORY;
}

/*
 * The question of a term.  MATCHES: it has records.  The void ones count
 * (section 4.6.4).
 */
static enum verdict question(struct spf_run *r, struct spf_seen *s,
                             const struct dns_name *name, uint16_t type)
{
	const struct dns_answer *an = facts_dns(r->f, name, type);

	s->answer = an;
	if (an->state == DNS_PENDING)
		return WAITS;
	if (spf_is_failed(an))
		return error(s, failure(an));
	if (!spf_is_void(an))
		return MATCHES;
	s->voided = true;
	if (++r->voids > SPF_VOIDS_LIMIT)
		return error(s, SPF_WHY_TOO_MANY_VOIDS);
	return DIFFERS;
}

static uint16_t address_type(const struct spf_run *r)
{
	return r->values.ip.bytes == 4 ? DNS_A : DNS_AAAA;
}

static bool addresses_match(const struct spf_run *r, const struct spf_term *t,
                            const struct dns_answer *an)
{
	const struct ip *ip = &r->values.ip;
	unsigned bits = ip->bytes == 4 ? t->bits4 : t->bits6;
	struct ip it;

	for (size_t i = 0; i < an->n; i++)
		if (dns_ip(&an->rr[i], &it) && ip_in(ip, &it, bits))
			return true;
	return false;
}

static enum verdict judge_a(struct spf_run *r, const struct spf_term *t,
                            struct spf_seen *s, const struct spf_target *to)
{
	enum verdict v = question(r, s, to->name, address_type(r));

	if (v != MATCHES)
		return v;
	return addresses_match(r, t, s->answer) ? MATCHES : DIFFERS;
}

/* All hosts are asked at once; they are judged in their order. */
static enum verdict judge_mx(struct spf_run *r, const struct spf_term *t,
                             struct spf_seen *s, const struct spf_target *to)
{
	enum verdict v = question(r, s, to->name, DNS_MX), first = DIFFERS;
	bool pending = false;

	if (v != MATCHES)
		return v;
	if (s->answer->n > SPF_MX_LIMIT)
		return error(s, SPF_WHY_TOO_MANY_MX);
	for (size_t i = 0; i < s->answer->n; i++) {
		const struct dns_answer *an;
		struct dns_name host;
		unsigned preference;

		/* RFC 7505: the root is no host. */
		if (!dns_mx(&s->answer->rr[i], &preference, &host) ||
		    host.n < 2)
			continue;
		an = facts_dns(r->f, &host, address_type(r));
		spf_run_more(r, s, an);
		pending |= an->state == DNS_PENDING;
		if (first != DIFFERS)
			continue;
		if (spf_is_failed(an))
			first = error(s, failure(an));
		else if (addresses_match(r, t, an))
			first = MATCHES;
	}
	return pending ? WAITS : first;
}

/*
 * Section 5.5: an error of DNS is no match, here; names beyond the tenth are
 * not looked at.  Only names below the target can match, so only those are
 * validated.
 */
static enum verdict judge_ptr(struct spf_run *r, struct spf_seen *s,
                              const struct spf_target *to)
{
	const struct ip *ip = &r->values.ip;
	struct dns_name name;
	enum verdict v;
	bool pending = false, found = false;

	dns_name_of_ip(ip, &name);
	v = question(r, s, &name, DNS_PTR);
	if (v == ERROR && is_temporary(s->why))
		return DIFFERS;
	if (v != MATCHES)
		return v;
	for (size_t i = 0; i < s->answer->n && i < SPF_PTR_LIMIT; i++) {
		const struct dns_answer *an;
		struct ip it;

		if (!dns_target(&s->answer->rr[i], &name) ||
		    !dns_name_under(&name, to->name))
			continue;
		an = facts_dns(r->f, &name, address_type(r));
		spf_run_more(r, s, an);
		pending |= an->state == DNS_PENDING;
		for (size_t k = 0; k < an->n && !found; k++)
			found = dns_ip(&an->rr[k], &it) && ip_eq(&it, ip);
	}
	return pending ? WAITS : found ? MATCHES : DIFFERS;
}

/* Sections 5.2 and 6.1: what an inner record's result means outside. */
static enum verdict judge_inner(struct spf_run *r, struct spf_seen *s,
                                const struct spf_target *to, bool redirect)
{
	s->inner = spf_run_trace(r, to->text);
	if (!s->inner)
		return error(s, SPF_WHY_MEMORY);
	/* Counted terms bound the depth; this says so to the reader. */
	if (r->depth >= SPF_DEPTH_MAX)
		return error(s, SPF_WHY_TOO_MANY_TERMS);
	r->depth++;
	if (!check_host(r, s->inner, to->name))
		return WAITS;
	r->depth--;
	s->answer = s->inner->txt;
	s->voided = s->answer && spf_is_void(s->answer);
	switch (s->inner->result) {
	case SPF_NONE:
		return error(s, redirect ? SPF_WHY_REDIRECT_NONE
		                         : SPF_WHY_INCLUDE_NONE);
	case SPF_PERMERROR:
		return error(s, SPF_WHY_INSIDE);
	case SPF_TEMPERROR:
		return error(s, s->inner->why);
	default:
		return redirect || s->inner->result == SPF_PASS ? MATCHES
		                                                : DIFFERS;
	}
}

/* A term that counts, its domain known. */
static enum verdict judge_target(struct spf_run *r, const struct spf_term *t,
                                 struct spf_seen *s,
                                 const struct spf_target *to)
{
	if (t->kind == SPF_INCLUDE || t->kind == SPF_REDIRECT)
		return judge_inner(r, s, to, t->kind == SPF_REDIRECT);
	/* What macros or dots made no name of has no records. */
	if (!to->name)
		return DIFFERS;
	switch (t->kind) {
	case SPF_A:
		return judge_a(r, t, s, to);
	case SPF_MX:
		return judge_mx(r, t, s, to);
	case SPF_PTR:
		return judge_ptr(r, s, to);
	default:
		/* Section 5.7: always A, whatever the sender's address. */
		return question(r, s, to->name, DNS_A);
	}
}

static enum verdict judge(struct spf_run *r, const struct spf_term *t,
                          sv domain, struct spf_seen *s)
{
	const struct ip *ip = &r->values.ip;
	struct spf_target to;
	enum verdict v;
	unsigned terms = r->terms, voids = r->voids;

	switch (t->kind) {
	case SPF_ALL:
		return MATCHES;
	case SPF_IP4:
		return ip_in(ip, &t->ip, t->bits4) ? MATCHES : DIFFERS;
	case SPF_IP6:
		return ip_in(ip, &t->ip, t->bits6) ? MATCHES : DIFFERS;
	default:
		break;
	}
	if (++r->terms > SPF_TERMS_LIMIT)
		v = error(s, SPF_WHY_TOO_MANY_TERMS);
	else if (!spf_run_target(r, t, domain, s, &to))
		v = WAITS;
	else
		v = judge_target(r, t, s, &to);
	s->terms = r->terms - terms;
	s->voids = r->voids - voids;
	return v;
}

static enum spf_result result_of(char qualifier)
{
	return qualifier == '-'   ? SPF_FAIL
	       : qualifier == '~' ? SPF_SOFTFAIL
	       : qualifier == '?' ? SPF_NEUTRAL : SPF_PASS;
}

static void end(struct spf_trace *t, enum spf_result result, enum spf_why why)
{
	t->result = result;
	t->why = why;
}

static void end_error(struct spf_trace *t, enum spf_why why)
{
	end(t, is_temporary(why) ? SPF_TEMPERROR : SPF_PERMERROR, why);
}

/* Term i was judged; false: the record is decided or waits. */
static bool go_on(struct spf_trace *t, size_t i, enum verdict v)
{
	struct spf_seen *s = &t->seen[i];

	switch (v) {
	case DIFFERS:
		s->state = SPF_NO_MATCH;
		return true;
	case MATCHES:
		s->state = SPF_MATCH;
		t->matched = i;
		if (t->record->term[i].kind == SPF_REDIRECT)
			end(t, s->inner->result, s->inner->why);
		else
			end(t, result_of(t->record->term[i].qualifier),
			    SPF_WHY_MATCH);
		return false;
	case ERROR:
		t->matched = i;
		end_error(t, s->why);
		return false;
	default:
		return false;
	}
}

/* False: an answer is pending. */
static bool judge_record(struct spf_run *r, struct spf_trace *t)
{
	const struct spf_record *rec = t->record;

	for (size_t i = 0; i < rec->n; i++) {
		enum verdict v;

		if (rec->term[i].kind > SPF_EXISTS) {
			t->seen[i].state = SPF_SKIPPED;
			continue;
		}
		v = judge(r, &rec->term[i], t->domain, &t->seen[i]);
		if (!go_on(t, i, v))
			return v != WAITS;
	}
	if (rec->redirect != SIZE_MAX) {
		size_t i = rec->redirect;
		enum verdict v = judge(r, &rec->term[i], t->domain,
		                       &t->seen[i]);

		(void)go_on(t, i, v);
		return v != WAITS;
	}
	end(t, SPF_NEUTRAL, SPF_WHY_NO_MATCH); /* section 4.7 */
	return true;
}

/* Sections 4.4 to 4.6: the record; false where t is decided without it. */
static bool find_record(struct spf_run *r, struct spf_trace *t)
{
	if (spf_is_failed(t->txt)) {
		end_error(t, failure(t->txt));
		return false;
	}
	t->set = spf_run_set(r, t->txt);
	if (!t->set) {
		end_error(t, SPF_WHY_MEMORY);
		return false;
	}
	t->record = t->set->record[0];
	if (!t->set->all)
		end(t, SPF_NONE, SPF_WHY_NO_RECORD);
	else if (t->set->all > 1)
		end_error(t, SPF_WHY_TWO_RECORDS);
	else if (t->record->broken)
		end_error(t, SPF_WHY_SYNTAX);
	else if (!(t->seen = arena_alloc(r->a, t->record->n,
	                                 sizeof(*t->seen))) && t->record->n)
		end_error(t, SPF_WHY_MEMORY);
	else
		return true;
	return false;
}

/* check_host() of section 4; false: an answer is pending. */
static bool check_host(struct spf_run *r, struct spf_trace *t,
                       const struct dns_name *name)
{
	unsigned terms = r->terms, voids = r->voids;

	if (!name || dns_name_labels(name) < 2) {
		end(t, SPF_NONE, SPF_WHY_NO_DOMAIN);
		return true;
	}
	t->txt = facts_dns(r->f, name, DNS_TXT);
	if (t->txt->state == DNS_PENDING)
		return false;
	if (find_record(r, t) && !judge_record(r, t))
		return false;
	t->terms = r->terms - terms;
	t->voids = r->voids - voids;
	return true;
}

/* Is there one text, and is it right (section 6.2)?  Put the values in. */
static bool explain(struct spf_run *r, const struct spf_trace *t,
                    struct spf_outcome *out)
{
	struct spf_expanded text;
	bool macros;
	size_t at, n;
	sv s;

	if (out->exp->state == DNS_PENDING)
		return false;
	if (out->exp->n != 1)
		return true;
	s = dns_txt(r->a, &out->exp->rr[0]);
	if (spf_macro_check(s, SPF_IN_EXPLANATION, &at, &n, &macros) !=
	    SPF_SYNTAX_OK)
		return true;
	r->values.domain = t->domain;
	if (spf_macro_uses(s, 'p') &&
	    !spf_run_validated(r, NULL, &r->values.validated))
		return false;
	spf_macro_expand(s, SPF_IN_EXPLANATION, &r->values, &text);
	if (text.cut)
		return true;
	out->has_explanation = true;
	out->explanation = arena_dup(r->a, sv_of(text.p, text.n));
	return true;
}

/* False: an answer is pending. */
static bool fetch_explanation(struct spf_run *r, struct spf_outcome *out)
{
	const struct spf_trace *t = out->in;
	struct spf_target to;
	size_t i = t->record->exp;

	if (i == SIZE_MAX)
		return true;
	if (!spf_run_target(r, &t->record->term[i], t->domain, &t->seen[i],
	                    &to))
		return false;
	if (!to.name)
		return true;
	out->exp = t->seen[i].answer = facts_dns(r->f, to.name, DNS_TXT);
	return explain(r, t, out);
}

static bool is_hypothetical(const struct spf_trace *t)
{
	bool yes = t->txt && t->txt->hypothetical;

	for (size_t i = 0; t->seen && i < t->record->n && !yes; i++) {
		const struct spf_seen *s = &t->seen[i];

		yes = s->answer && s->answer->hypothetical;
		for (size_t k = 0; k < s->nmore && !yes; k++)
			yes = s->more[k]->hypothetical;
		yes = yes || (s->inner && is_hypothetical(s->inner));
	}
	return yes;
}

static void summarise(const struct spf_run *r, struct spf_outcome *out)
{
	const struct spf_trace *t = out->top;

	out->result = t->result;
	out->why = t->why;
	out->terms = r->terms;
	out->voids = r->voids;
	out->hypothetical = is_hypothetical(t);
	while (t->matched != SIZE_MAX &&
	       t->record->term[t->matched].kind == SPF_REDIRECT &&
	       t->seen[t->matched].inner && t->seen[t->matched].inner->record)
		t = t->seen[t->matched].inner;
	out->in = t;
	if (t->matched == SIZE_MAX)
		return;
	out->seen = &t->seen[t->matched];
	out->term = &t->record->term[t->matched];
}

static enum step exhausted(struct spf_outcome *out)
{
	*out = (struct spf_outcome){.result = SPF_TEMPERROR,
	    .why = SPF_WHY_MEMORY, .helo = out->helo, .domain = out->domain};
	return STEP_DONE;
}

enum step spf_check(struct facts *f, struct arena *a,
                    const struct spf_request *rq, struct spf_outcome *out)
{
	struct dns_name name;
	struct spf_run r;
	struct spf_trace *top;

	spf_run_init(&r, f, a, rq);
	*out = (struct spf_outcome){.result = SPF_NONE,
	    .helo = !rq->mail_from.n, .domain = r.values.sender_domain};
	if (!r.values.ip.bytes) {
		out->why = SPF_WHY_NO_IP;
		return STEP_DONE;
	}
	if (!spf_run_domain(out->domain, &name)) {
		out->why = SPF_WHY_NO_DOMAIN;
		return STEP_DONE;
	}
	top = spf_run_trace(&r, out->domain);
	if (!top)
		return exhausted(out);
	if (sv_ends(top->domain, SV(".")))
		top->domain.n--;
	if (!check_host(&r, top, &name))
		return STEP_WAIT;
	out->top = top;
	summarise(&r, out);
	if (out->result == SPF_FAIL && !fetch_explanation(&r, out))
		return STEP_WAIT;
	/* What was judged with half of its names is not known. */
	return arena_failed(a) ? exhausted(out) : STEP_DONE;
}
