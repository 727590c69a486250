/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_run.h"

struct walk {
	struct spf_run r;
	struct spf_worst *out;
	bool has_from, has_helo, has_ip;
	bool pending;
	unsigned records, questions;
	const struct spf_set *given; /* of the outermost domain, or NULL */
	/* The records that are being read, outermost first. */
	const struct dns_answer *path[SPF_DEPTH_MAX + 1];
	unsigned depth;
};

/* NULL: no more are asked. */
static const struct dns_answer *ask(struct walk *w, const struct dns_name *name,
                                    uint16_t type)
{
	const struct dns_answer *an;

	if (w->questions >= SPF_WALK_QUESTIONS_MAX) {
		w->out->cut = true;
		return NULL;
	}
	w->questions++;
	an = facts_dns(w->r.f, name, type);
	w->pending |= an->state == DNS_PENDING;
	w->out->unknown |= spf_is_failed(an);
	return an;
}

/* Can the domain be told without knowing more of the sender than we do? */
static bool is_known(const struct walk *w, sv spec)
{
	static const struct {
		char letter;
		unsigned char needs; /* 1 sender, 2 HELO, 4 address, 8 PTR */
	} letters[] = {{'s', 1}, {'l', 1}, {'h', 2},
	               {'i', 4}, {'v', 4}, {'p', 8}};
	unsigned have = w->has_from * 1U | w->has_helo * 2U | w->has_ip * 4U;

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if ((letters[i].needs & ~have) &&
		    spf_macro_uses(spec, letters[i].letter))
			return false;
	return true;
}

static void ask_hosts(struct walk *w, struct spf_seen *s)
{
	for (size_t i = 0; i < s->answer->n && i < SPF_MX_LIMIT; i++) {
		struct dns_name host;
		unsigned preference;
		const struct dns_answer *an;

		if (!dns_mx(&s->answer->rr[i], &preference, &host) ||
		    host.n < 2)
			continue;
		an = ask(w, &host, DNS_A);
		if (an)
			spf_run_more(&w->r, s, an);
		an = ask(w, &host, DNS_AAAA);
		if (an)
			spf_run_more(&w->r, s, an);
	}
}

static void set_voids(struct spf_seen *s, const struct dns_answer *four,
                      const struct dns_answer *six)
{
	s->voids = four && spf_is_void(four);
	s->voids6 = six && spf_is_void(six);
	s->voided = s->voids && s->voids6;
}

static void walk_plain(struct walk *w, const struct spf_term *t,
                       struct spf_seen *s, const struct dns_name *name)
{
	const struct dns_answer *six;

	switch (t->kind) {
	case SPF_A:
		s->answer = ask(w, name, DNS_A);
		six = ask(w, name, DNS_AAAA);
		if (six)
			spf_run_more(&w->r, s, six);
		set_voids(s, s->answer, six);
		return;
	case SPF_MX:
		s->answer = ask(w, name, DNS_MX);
		if (s->answer)
			ask_hosts(w, s);
		set_voids(s, s->answer, s->answer);
		return;
	case SPF_EXISTS:
		s->answer = ask(w, name, DNS_A);
		set_voids(s, s->answer, s->answer);
		return;
	default: /* ptr: which names depends on the address */
		s->depends = true;
		return;
	}
}

static void walk_domain(struct walk *w, struct spf_trace *t,
                        const struct dns_name *name);

static void walk_inner(struct walk *w, struct spf_seen *s,
                       const struct spf_target *to)
{
	struct dns_name *name = arena_alloc(w->r.a, 1, sizeof(*name));

	s->inner = spf_run_trace(&w->r, to->text);
	if (!s->inner || !name)
		return;
	if (!to->name) {
		s->inner->why = SPF_WHY_NO_DOMAIN;
		return;
	}
	*name = *to->name;
	walk_domain(w, s->inner, name);
	s->answer = s->inner->txt;
	s->loop = s->inner->txt && !s->inner->set && s->answer->n;
	s->voided = s->answer && spf_is_void(s->answer);
	s->terms += s->inner->terms;
	s->voids += s->inner->voids;
	s->voids6 += s->inner->voids6;
}

static void walk_term(struct walk *w, const struct spf_term *t, sv domain,
                      struct spf_seen *s)
{
	bool inner = t->kind == SPF_INCLUDE || t->kind == SPF_REDIRECT;
	struct spf_target to;

	s->terms = spf_kind_counts(t->kind);
	if (!s->terms || t->broken)
		return;
	if (t->macros && !is_known(w, t->domain)) {
		s->depends = true;
		w->out->depends |= inner;
		return;
	}
	/* Without %{p}, nothing of a name is pending. */
	if (!spf_run_target(&w->r, t, domain, s, &to))
		return;
	if (inner)
		walk_inner(w, s, &to);
	else if (to.name)
		walk_plain(w, t, s, to.name);
}

/* All terms that can be reached: none behind all, redirect without all. */
static void walk_record(struct walk *w, struct spf_trace *t)
{
	const struct spf_record *rec = t->record;
	size_t end = rec->all == SIZE_MAX ? rec->n : rec->all;

	for (size_t i = 0; i < rec->n; i++) {
		struct spf_seen *s = &t->seen[i];
		bool redirect = rec->term[i].kind == SPF_REDIRECT;

		if (redirect ? i != rec->redirect || rec->all != SIZE_MAX
		             : i >= end)
			continue;
		walk_term(w, &rec->term[i], t->domain, s);
		t->terms += s->terms;
		t->voids += s->voids;
		t->voids6 += s->voids6;
	}
}

static bool is_open(const struct walk *w, const struct dns_answer *txt)
{
	for (unsigned i = 0; i < w->depth; i++)
		if (w->path[i] == txt)
			return true;
	return false;
}

static void walk_domain(struct walk *w, struct spf_trace *t,
                        const struct dns_name *name)
{
	if (w->depth > SPF_DEPTH_MAX || w->records >= SPF_WALK_RECORDS_MAX) {
		w->out->cut = true;
		return;
	}
	w->records++;
	t->txt = ask(w, name, DNS_TXT);
	if (!t->txt || t->txt->state == DNS_PENDING)
		return;
	if (is_open(w, t->txt)) {
		w->out->loop = true;
		return;
	}
	t->set = !w->depth && w->given ? w->given
	                               : spf_run_set(&w->r, t->txt);
	t->record = t->set ? t->set->record[0] : NULL;
	if (!t->record) {
		t->result = SPF_NONE;
		t->why = spf_is_failed(t->txt) ? SPF_WHY_DNS
		                               : SPF_WHY_NO_RECORD;
		return;
	}
	t->why = t->set->all > 1    ? SPF_WHY_TWO_RECORDS
	         : t->record->broken ? SPF_WHY_SYNTAX : SPF_WHY_NO_MATCH;
	t->seen = arena_alloc(w->r.a, t->record->n, sizeof(*t->seen));
	if (!t->seen)
		return;
	w->path[w->depth++] = t->txt;
	walk_record(w, t);
	w->depth--;
}

static enum step walk_all(struct walk *w, sv domain)
{
	struct spf_trace *top = spf_run_trace(&w->r, domain);
	struct spf_worst *out = w->out;
	struct dns_name name;

	if (!top || !spf_run_domain(domain, &name)) {
		out->unknown = !top;
		return STEP_DONE;
	}
	if (sv_ends(top->domain, SV(".")))
		top->domain.n--;
	walk_domain(w, top, &name);
	out->top = top;
	out->terms = top->terms;
	out->voids = top->voids;
	out->voids6 = top->voids6;
	out->unknown |= arena_failed(w->r.a);
	return w->pending ? STEP_WAIT : STEP_DONE;
}

static void begin(struct walk *w, struct facts *f, struct arena *a, sv domain,
                  const struct spf_request *rq, struct spf_worst *out)
{
	*out = (struct spf_worst){0};
	*w = (struct walk){.out = out, .has_from = rq->mail_from.n > 0,
	    .has_helo = rq->helo.n > 0, .has_ip = rq->ip.bytes > 0};
	spf_run_init(&w->r, f, a, rq);
	if (!rq->mail_from.n)
		w->r.values.sender_domain = domain;
}

enum step spf_cost(struct facts *f, struct arena *a, sv domain,
                   const struct spf_request *rq, struct spf_worst *out)
{
	struct walk w;

	begin(&w, f, a, domain, rq, out);
	return walk_all(&w, domain);
}

enum step spf_cost_of(struct facts *f, struct arena *a, sv domain,
                      const struct spf_record *record,
                      const struct spf_request *rq, struct spf_worst *out)
{
	struct spf_set given = {.record = {record}, .n = 1, .all = 1}, *kept;
	struct walk w;

	begin(&w, f, a, domain, rq, out);
	kept = arena_alloc(a, 1, sizeof(*kept));
	if (kept)
		*kept = given;
	w.given = kept;
	return walk_all(&w, domain);
}
