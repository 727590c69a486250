/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/overlay.h"

#include "base/ascii.h"

#include <stdlib.h>

#define OVERLAY_BYTES ((size_t)256 << 20)
#define TTL_DEFAULT 3600
#define BUCKETS 4096 /* as no more than DNS_OVERLAY_MAX names are in it */

enum what { REPLACE, ADD, DELETE };

struct change {
	enum what what;
	uint16_t type;
	struct dns_rr rr; /* rdata.p NULL: all of the type (DELETE) */
	struct change *next; /* in the order they were read */
};

struct node {
	struct dns_name name;
	struct change *first, **last;
	unsigned n;
	bool adds; /* it, or one below it, gets a record: it exists */
	struct node *next; /* of the same hash */
};

struct dns_overlay {
	struct arena *a;
	struct node *table[BUCKETS];
	size_t n;
};

struct layer {
	struct dns_resolver r;
	const struct dns_overlay *o;
	struct dns_resolver *below;
};

/* One question on its way through the changes. */
struct step {
	struct layer *l;
	struct dns_query *q;
	struct dns_query sub; /* what is asked below */
	struct dns_answer got;
	struct dns_name name; /* where the chain is now */
	struct dns_name *chain;
	size_t nchain, cap;
	uint32_t ttl; /* least of the aliases so far */
	bool hypothetical;
	const struct node *star;  /* a wildcard that may stand for the name */
	struct dns_answer absent; /* what is told where it does not */
};

/* ---- the changes ---- */

struct dns_overlay *dns_overlay_new(void)
{
	struct arena *a = arena_new(OVERLAY_BYTES);
	struct dns_overlay *o = a ? arena_alloc(a, 1, sizeof(*o)) : NULL;

	if (!o) {
		arena_free(a);
		return NULL;
	}
	o->a = a;
	return o;
}

void dns_overlay_free(struct dns_overlay *o)
{
	if (o)
		arena_free(o->a);
}

size_t dns_overlay_count(const struct dns_overlay *o)
{
	return o->n;
}

static struct node *find(const struct dns_overlay *o,
                         const struct dns_name *name)
{
	struct node *n = o->table[dns_name_hash(name) % BUCKETS];

	while (n && !dns_name_eq(&n->name, name))
		n = n->next;
	return n;
}

static struct node *make(struct dns_overlay *o, const struct dns_name *name)
{
	struct node *n = find(o, name), **at;

	if (n)
		return n;
	n = arena_alloc(o->a, 1, sizeof(*n));
	if (!n)
		return NULL;
	at = &o->table[dns_name_hash(name) % BUCKETS];
	n->name = *name;
	n->last = &n->first;
	n->next = *at;
	*at = n;
	return n;
}

static bool add(struct dns_overlay *o, const struct dns_name *name,
                const struct change *c)
{
	struct node *n = make(o, name);
	struct change *copy = arena_alloc(o->a, 1, sizeof(*copy));
	struct dns_name up = *name;

	if (!n || !copy)
		return false;
	*copy = *c;
	*n->last = copy;
	n->last = &copy->next;
	n->n++;
	o->n++;
	/* What is above exists then; where one does, so do those above it. */
	while (c->what != DELETE && !n->adds) {
		n->adds = true;
		if (!dns_name_up(&up))
			break;
		n = make(o, &up);
		if (!n)
			return false;
	}
	return true;
}

static enum mw_status read_change(struct dns_overlay *o, sv line,
                                  struct mw_err *err)
{
	struct change c = {.what = REPLACE, .rr = {.ttl = TTL_DEFAULT}};
	struct dns_name name;
	enum mw_status st;
	sv word;

	if (line.p[0] == '+' || line.p[0] == '-') {
		c.what = line.p[0] == '+' ? ADD : DELETE;
		line = sv_drop(line, 1);
	}
	if (!dns_name_from(sv_word(&line), &name))
		return mw_fail(err, MW_ESYNTAX, "no domain name");
	word = sv_word(&line);
	if (sv_u32(word, INT32_MAX, &c.rr.ttl))
		word = sv_word(&line);
	if (sv_ieq(word, SV("IN")))
		word = sv_word(&line);
	c.type = dns_type_from(word);
	if (!c.type)
		return mw_fail(err, MW_ESYNTAX, "no type of record");
	line = sv_trim(line);
	if (line.n || c.what != DELETE) {
		if (!line.n)
			return mw_fail(err, MW_ESYNTAX, "no value");
		st = dns_rdata_from(o->a, c.type, line, &c.rr.rdata, err);
		if (st != MW_OK)
			return st;
	}
	if (o->n == DNS_OVERLAY_MAX)
		return mw_fail(err, MW_ELIMIT, "over %d changes",
		               DNS_OVERLAY_MAX);
	if (find(o, &name) && find(o, &name)->n == DNS_OVERLAY_NAME)
		return mw_fail(err, MW_ELIMIT, "over %d changes of one name",
		               DNS_OVERLAY_NAME);
	return add(o, &name, &c) ? MW_OK
	                         : mw_fail(err, MW_ENOMEM, "no memory");
}

enum mw_status dns_overlay_read(struct dns_overlay *o, sv text,
                                struct mw_err *err)
{
	for (size_t number = 1; text.n; number++) {
		sv line = sv_trim(sv_line(&text));
		enum mw_status st;

		if (!line.n || line.p[0] == '#' || line.p[0] == ';')
			continue;
		st = read_change(o, line, err);
		if (st != MW_OK) {
			if (err)
				err->where = number;
			return st;
		}
	}
	return MW_OK;
}

/* ---- kinds of TXT ---- */

static const char *const kinds[] = {"v=spf1", "v=DMARC1", "v=DKIM1",
                                    "v=STSv1", "v=TLSRPTv1", "v=BIMI1"};

#define KIND_OTHER (sizeof(kinds) / sizeof(kinds[0]))
#define KIND_DKIM 2

/* Does s begin with that, blanks and case left aside? */
static bool begins(sv s, const char *with)
{
	for (size_t i = 0; *with; i++) {
		if (i >= s.n)
			return false;
		if (is_blank(s.p[i]))
			continue;
		if (to_lower(s.p[i]) != to_lower(*with))
			return false;
		with++;
	}
	return true;
}

static bool has_label(const struct dns_name *name, sv label)
{
	for (size_t i = 0; name->w[i]; i += name->w[i] + 1U)
		if (sv_eq(sv_of((const char *)name->w + i + 1, name->w[i]),
		          label))
			return true;
	return false;
}

static size_t kind_of(const struct dns_name *name, sv text)
{
	/* A key may lack its version (RFC 6376 section 3.6.1). */
	if (has_label(name, SV("_domainkey")))
		return KIND_DKIM;
	for (size_t i = 0; i < KIND_OTHER; i++)
		if (begins(text, kinds[i]))
			return i;
	return KIND_OTHER;
}

/* Text counts, not where its strings are cut. */
static bool same_value(struct arena *a, uint16_t type,
                       const struct dns_rr *x, const struct dns_rr *y)
{
	return type == DNS_TXT ? sv_eq(dns_txt(a, x), dns_txt(a, y))
	                       : sv_eq(x->rdata, y->rdata);
}

static bool same_kind(struct arena *a, const struct dns_name *name,
                      const struct change *c, const struct dns_rr *rr)
{
	size_t kind;

	if (c->type != DNS_TXT)
		return true;
	kind = kind_of(name, dns_txt(a, rr));
	return kind == kind_of(name, dns_txt(a, &c->rr)) &&
	       (kind != KIND_OTHER || same_value(a, c->type, &c->rr, rr));
}

/* Is a published record of that name taken away? */
static bool removed(struct arena *a, const struct node *n, uint16_t type,
                    const struct dns_rr *rr)
{
	for (const struct change *c = n->first; c; c = c->next) {
		if (c->type != type || c->what == ADD)
			continue;
		if (c->what == DELETE
		        ? !c->rr.rdata.p || same_value(a, type, &c->rr, rr)
		        : same_kind(a, &n->name, c, rr))
			return true;
	}
	return false;
}

/* ---- one question ---- */

static void begin(struct step *s);

static void ask_below(struct step *s, const struct dns_name *name,
                      void (*done)(struct dns_query *))
{
	struct layer *l = s->l;

	s->got = (struct dns_answer){.name = *name, .type = s->q->type};
	s->sub = *s->q;
	s->sub.name = *name;
	s->sub.answer = &s->got;
	s->sub.done = done;
	s->sub.arg = s;
	s->sub.inner = NULL;
	l->below->ask(l->below, &s->sub);
}

/* This is the answer, behind the chain that led to it. */
static void end(struct step *s, const struct dns_answer *what)
{
	struct dns_query *q = s->q;
	struct dns_answer *out = q->answer;

	*out = *what;
	out->name = q->name;
	out->type = q->type;
	out->chain = s->chain;
	out->nchain = s->nchain;
	if (s->ttl < out->ttl)
		out->ttl = s->ttl;
	out->hypothetical |= s->hypothetical;
	q->inner = NULL;
	q->done(q);
}

static void end_failed(struct step *s, const char *why)
{
	struct dns_answer out = {.state = DNS_TEMPFAIL, .why = sv_str(why)};

	end(s, &out);
}

/* The name is there, and what was asked for is not, by a change. */
static void end_empty(struct step *s, const struct dns_answer *published)
{
	struct dns_answer out = *published;

	s->hypothetical = true;
	if (out.state == DNS_FOUND)
		out.ttl = TTL_DEFAULT;
	out.state = DNS_NODATA;
	out.rr = NULL;
	out.n = 0;
	out.why = SV("");
	end(s, &out);
}

/* One alias further; false: the answer was given, as there are too many. */
static bool lead(struct step *s, const struct dns_name *to, uint32_t ttl)
{
	struct dns_name *chain = arena_more(s->q->a, s->chain, s->nchain,
	                                    &s->cap, sizeof(*chain),
	                                    DNS_CHAIN_MAX);

	if (!chain) {
		end_failed(s, "its aliases (CNAME) lead in a circle, or too "
		              "far");
		return false;
	}
	s->name = chain[s->nchain++] = *to;
	s->chain = chain;
	if (ttl < s->ttl)
		s->ttl = ttl;
	return true;
}

/* The first record of that type that a node adds. */
static const struct change *gift(const struct node *n, uint16_t type)
{
	const struct change *c = n ? n->first : NULL;

	while (c && (c->type != type || c->what == DELETE))
		c = c->next;
	return c;
}

/* On along the alias that a change makes of the name. */
static void lead_away(struct step *s, const struct change *alias)
{
	struct dns_name to;

	s->hypothetical = true;
	if (!dns_target(&alias->rr, &to))
		end_failed(s, "its alias (CNAME) leads to no name");
	else if (lead(s, &to, alias->rr.ttl))
		begin(s);
}

struct set {
	struct dns_rr *rr;
	size_t n, cap;
	bool changed;
};

static bool put(struct arena *a, struct set *set, const struct dns_rr *rr)
{
	struct dns_rr *more = arena_more(a, set->rr, set->n, &set->cap,
	                                 sizeof(*more), DNS_RRS_MAX);

	if (!more)
		return false;
	more[set->n++] = *rr;
	set->rr = more;
	return true;
}

/* What is published, without what is taken away, and what is added. */
static bool merge(struct arena *a, const struct node *n, uint16_t type,
                  const struct dns_answer *published, struct set *out)
{
	*out = (struct set){0};
	for (size_t i = 0; i < published->n; i++) {
		if (n && removed(a, n, type, &published->rr[i]))
			out->changed = true;
		else if (!put(a, out, &published->rr[i]))
			return false;
	}
	for (const struct change *c = n ? n->first : NULL; c; c = c->next) {
		bool there = false;

		if (c->type != type || c->what == DELETE)
			continue;
		for (size_t i = 0; i < out->n && !there; i++)
			there = sv_eq(out->rr[i].rdata, c->rr.rdata);
		if (there)
			continue;
		out->changed = true;
		if (!put(a, out, &c->rr))
			return false;
	}
	return true;
}

static void end_set(struct step *s, const struct dns_answer *published,
                    const struct set *set)
{
	struct dns_answer out = *published;

	s->hypothetical = true;
	out.state = DNS_FOUND;
	out.why = SV("");
	out.rr = set->rr;
	out.n = set->n;
	out.ttl = set->rr[0].ttl;
	for (size_t i = 1; i < set->n; i++)
		if (set->rr[i].ttl < out.ttl)
			out.ttl = set->rr[i].ttl;
	end(s, &out);
}

/* The wildcard stands for the name. */
static void use_star(struct step *s)
{
	struct dns_answer none = s->absent;
	const struct change *alias = gift(s->star, DNS_CNAME);
	struct set set;

	if (!merge(s->q->a, s->star, s->q->type, &none, &set))
		end_failed(s, "too many records");
	else if (set.n)
		end_set(s, &none, &set);
	else if (alias)
		lead_away(s, alias);
	else
		end_empty(s, &none);
}

/* If a name between wildcard and question exists, the wildcard is not used. */
static void on_between(struct dns_query *sub)
{
	struct step *s = sub->arg;

	if (s->got.state == DNS_NXDOMAIN)
		use_star(s);
	else if (s->got.state == DNS_TEMPFAIL || s->got.state == DNS_BOGUS)
		end(s, &s->got);
	else
		end(s, &s->absent);
}

/* No such name is published: does a wildcard that is added stand for it? */
static void try_star(struct step *s)
{
	struct dns_name up = s->name, child = up, star;
	const struct dns_overlay *o = s->l->o;

	s->absent = s->got;
	s->star = NULL;
	while (dns_name_up(&up)) {
		const struct node *n = find(o, &up);

		if (n && n->adds) {
			if (dns_name_below(SV("*"), &up, &star))
				s->star = find(o, &star);
			break;
		}
		child = up;
	}
	if (!s->star || !s->star->adds)
		end(s, &s->absent);
	else if (dns_name_eq(&child, &s->name))
		use_star(s);
	else
		/* RFC 8020: if this one is not there, none below it is. */
		ask_below(s, &child, on_between);
}

static bool failed(const struct dns_answer *an)
{
	return an->state == DNS_TEMPFAIL || an->state == DNS_BOGUS;
}

/* Are all published records of the type out of the way anyhow? */
static bool replaced(const struct node *n, uint16_t type)
{
	for (const struct change *c = n ? n->first : NULL; c; c = c->next)
		if (c->type == type && c->what == REPLACE && type != DNS_TXT)
			return true;
	return false;
}

/* What is published at s->name itself is known: got, which has no chain. */
static void settle(struct step *s, const struct dns_answer *got)
{
	const struct node *n = find(s->l->o, &s->name);
	uint16_t type = s->q->type;
	const struct change *alias = gift(n, DNS_CNAME);
	struct dns_answer none = {.state = DNS_NODATA, .server = got->server,
	                          .ttl = TTL_DEFAULT};
	struct set set;

	if (alias && !gift(n, type)) {
		lead_away(s, alias);
		return;
	}
	if (failed(got) && !replaced(n, type)) {
		end(s, got);
		return;
	}
	if (failed(got))
		got = &none;
	if (!merge(s->q->a, n, type, got, &set))
		end_failed(s, "too many records");
	else if (set.changed && set.n)
		end_set(s, got, &set);
	else if (set.changed || (got->state == DNS_NXDOMAIN && n && n->adds))
		end_empty(s, got);
	else if (got->state == DNS_NXDOMAIN)
		try_star(s);
	else
		end(s, got);
}

/* The published name is an alias: do changes at it alter that? */
static bool alias_changed(struct step *s, const struct dns_answer *got)
{
	const struct node *n = find(s->l->o, &s->name);
	struct dns_rr rr = {0, sv_of((const char *)got->chain[0].w,
	                             got->chain[0].n)};
	struct dns_answer none = {.state = DNS_NODATA, .trust = got->trust,
	    .server = got->server, .zone = got->zone, .ttl = TTL_DEFAULT};

	if (!n || !n->first)
		return false;
	if (gift(n, s->q->type) || gift(n, DNS_CNAME))
		settle(s, &none);
	else if (removed(s->q->a, n, DNS_CNAME, &rr))
		end_empty(s, &none);
	else
		return false;
	return true;
}

static void on_below(struct dns_query *sub)
{
	struct step *s = sub->arg;
	struct dns_answer got = s->got;
	/* What absence lasts says nothing of the aliases. */
	uint32_t ttl = got.state == DNS_FOUND ? got.ttl : UINT32_MAX;

	if (got.nchain && alias_changed(s, &got))
		return;
	for (size_t i = 0; i < got.nchain; i++) {
		const struct node *n;

		if (!lead(s, &got.chain[i], ttl))
			return;
		n = find(s->l->o, &s->name);
		/* It leads elsewhere from here on, perhaps: ask anew. */
		if (n && n->first && i + 1 < got.nchain) {
			begin(s);
			return;
		}
	}
	got.chain = NULL;
	got.nchain = 0;
	s->got = got;
	settle(s, &s->got);
}

static void begin(struct step *s)
{
	struct dns_name name = s->name;

	ask_below(s, &name, on_below);
}

/* ---- the resolver ---- */

static void layer_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct step *s = arena_alloc(q->a, 1, sizeof(*s));

	if (!s) {
		dns_fail(q, DNS_TEMPFAIL, SV(""), SV("no memory to ask"));
		return;
	}
	s->l = (struct layer *)r;
	s->q = q;
	s->name = q->name;
	s->ttl = UINT32_MAX;
	q->inner = s;
	begin(s);
}

static void layer_cancel(struct dns_resolver *r, struct dns_query *q)
{
	struct layer *l = (struct layer *)r;
	struct step *s = q->inner;

	if (s)
		l->below->cancel(l->below, &s->sub);
	q->inner = NULL;
}

static void layer_free(struct dns_resolver *r)
{
	free(r);
}

static sv layer_name(const struct dns_resolver *r)
{
	const struct layer *l = (const struct layer *)r;

	return l->below->name(l->below);
}

struct dns_resolver *dns_overlay_resolver(const struct dns_overlay *o,
                                          struct dns_resolver *below)
{
	struct layer *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->r = (struct dns_resolver){layer_ask, layer_cancel, layer_free,
	                             layer_name};
	l->o = o;
	l->below = below;
	return &l->r;
}
