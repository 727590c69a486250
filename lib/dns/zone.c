/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/zone.h"

#include "base/ascii.h"

#include <stdlib.h>

/* What a zone for tests or a recording may take. */
#define ZONE_BYTES ((size_t)512 << 20)
#define ZONE_RRS_MAX DNS_RRS_MAX
#define TTL_DEFAULT 3600

struct rrset {
	uint16_t type;
	enum dns_state state; /* DNS_FOUND, or what is answered instead */
	sv why;
	struct dns_rr *rr;
	size_t n, cap;
	struct rrset *next;
};

struct node {
	struct dns_name name;
	struct rrset *sets;
	struct node *next; /* of the same hash */
};

struct dns_zone {
	struct arena *a;
	struct node **table;
	size_t size, used; /* size is a power of two */
	sv who, why; /* of what is not known; why is empty: it is not there */
};

struct zone_resolver {
	struct dns_resolver r;
	const struct dns_zone *z;
};

struct dns_zone *dns_zone_new(void)
{
	struct arena *a = arena_new(ZONE_BYTES);
	struct dns_zone *z = a ? arena_alloc(a, 1, sizeof(*z)) : NULL;

	if (!z) {
		arena_free(a);
		return NULL;
	}
	z->a = a;
	return z;
}

void dns_zone_free(struct dns_zone *z)
{
	if (!z)
		return;
	free(z->table);
	arena_free(z->a);
}

void dns_zone_unknown(struct dns_zone *z, sv who, sv why)
{
	z->who = who;
	z->why = why;
}

static struct node *find(const struct dns_zone *z, const struct dns_name *name)
{
	struct node *n = NULL;

	if (z->size)
		n = z->table[dns_name_hash(name) & (z->size - 1)];
	while (n && !dns_name_eq(&n->name, name))
		n = n->next;
	return n;
}

static bool grow(struct dns_zone *z)
{
	size_t size = z->size ? z->size * 2 : 64;
	struct node **t = calloc(size, sizeof(struct node *)), *n, *next;

	if (!t)
		return false;
	for (size_t i = 0; i < z->size; i++)
		for (n = z->table[i]; n; n = next) {
			struct node **at =
			    &t[dns_name_hash(&n->name) & (size - 1)];

			next = n->next;
			n->next = *at;
			*at = n;
		}
	free(z->table);
	z->table = t;
	z->size = size;
	return true;
}

/* The node of that name; made, with all above it, where it is missing. */
static struct node *make(struct dns_zone *z, const struct dns_name *name)
{
	struct dns_name up = *name;
	struct node *n, *first = NULL;

	do {
		n = find(z, &up);
		if (n)
			return first ? first : n;
		if (z->used * 2 >= z->size && !grow(z))
			return NULL;
		n = arena_alloc(z->a, 1, sizeof(*n));
		if (!n)
			return NULL;
		n->name = up;
		n->next = z->table[dns_name_hash(&up) & (z->size - 1)];
		z->table[dns_name_hash(&up) & (z->size - 1)] = n;
		z->used++;
		first = first ? first : n;
	} while (dns_name_up(&up));
	return first;
}

static struct rrset *set_of(struct node *n, uint16_t type)
{
	struct rrset *s = n->sets;

	while (s && s->type != type)
		s = s->next;
	return s;
}

static struct rrset *make_set(struct dns_zone *z, const struct dns_name *name,
                              uint16_t type)
{
	struct node *n = make(z, name);
	struct rrset *s = n ? set_of(n, type) : NULL;

	if (!n || s)
		return s;
	s = arena_alloc(z->a, 1, sizeof(*s));
	if (!s)
		return NULL;
	s->type = type;
	s->state = DNS_FOUND;
	s->next = n->sets;
	n->sets = s;
	return s;
}

enum mw_status dns_zone_add(struct dns_zone *z, const struct dns_name *name,
                            uint16_t type, uint32_t ttl, sv rdata)
{
	struct rrset *s;
	struct dns_rr *rr;

	if (!rdata.p)
		return make(z, name) ? MW_OK : MW_ENOMEM;
	s = make_set(z, name, type);
	rr = s ? arena_more(z->a, s->rr, s->n, &s->cap, sizeof(*rr),
	                    ZONE_RRS_MAX)
	       : NULL;
	if (!rr)
		return s && !arena_failed(z->a) ? MW_ELIMIT : MW_ENOMEM;
	s->rr = rr;
	rr[s->n++] = (struct dns_rr){ttl, arena_dup(z->a, rdata)};
	return arena_failed(z->a) ? MW_ENOMEM : MW_OK;
}

enum mw_status dns_zone_state(struct dns_zone *z, const struct dns_name *name,
                              uint16_t type, enum dns_state state, sv why)
{
	struct rrset *s = make_set(z, name, type);

	if (!s)
		return MW_ENOMEM;
	s->state = state;
	s->why = arena_dup(z->a, why);
	return arena_failed(z->a) ? MW_ENOMEM : MW_OK;
}

/* ---- answering ---- */

/* The wildcard that stands for a name that is not there (RFC 4592). */
static struct node *wildcard(const struct dns_zone *z,
                             const struct dns_name *name)
{
	struct dns_name up = *name, star;

	while (dns_name_up(&up))
		if (find(z, &up))
			return dns_name_below(SV("*"), &up, &star)
			           ? find(z, &star) : NULL;
	return NULL;
}

static void absent(const struct dns_zone *z, struct dns_query *q, bool exists)
{
	if (z->why.n)
		dns_fail(q, DNS_TEMPFAIL, z->who, z->why);
	else
		dns_fail(q, exists ? DNS_NODATA : DNS_NXDOMAIN, SV(""), SV(""));
}

static void give(struct dns_query *q, const struct rrset *s)
{
	struct dns_answer *out = q->answer;

	out->state = s->state;
	out->why = s->why;
	out->rr = s->rr;
	out->n = s->n;
	out->ttl = s->n ? s->rr[0].ttl : 0;
	for (size_t i = 1; i < s->n; i++)
		if (s->rr[i].ttl < out->ttl)
			out->ttl = s->rr[i].ttl;
	if (s->state != DNS_FOUND) {
		out->rr = NULL;
		out->n = 0;
	}
	q->done(q);
}

static void zone_ask(struct dns_resolver *r, struct dns_query *q)
{
	const struct dns_zone *z = ((struct zone_resolver *)r)->z;
	struct dns_name name = q->name, *chain = NULL;
	size_t cap = 0;

	for (;;) {
		struct node *n = find(z, &name);
		struct rrset *s;

		if (!n)
			n = wildcard(z, &name);
		if (!n) {
			absent(z, q, false);
			return;
		}
		s = set_of(n, q->type);
		if (!s)
			s = set_of(n, 0);
		if (s) {
			give(q, s);
			return;
		}
		s = set_of(n, DNS_CNAME);
		if (!s || !s->n || !dns_target(&s->rr[0], &name)) {
			absent(z, q, true);
			return;
		}
		chain = arena_more(q->a, chain, q->answer->nchain, &cap,
		                   sizeof(*chain), DNS_CHAIN_MAX);
		if (!chain) {
			dns_fail(q, DNS_TEMPFAIL, SV(""),
			         SV("its aliases (CNAME) lead in a circle, or "
			            "too far"));
			return;
		}
		chain[q->answer->nchain++] = name;
		q->answer->chain = chain;
	}
}

static void zone_cancel(struct dns_resolver *r, struct dns_query *q)
{
	(void)r;
	(void)q;
}

static void zone_free(struct dns_resolver *r)
{
	free(r);
}

static sv zone_name(const struct dns_resolver *r)
{
	const struct dns_zone *z = ((const struct zone_resolver *)r)->z;

	return z->who.n ? z->who : SV("records given by hand");
}

struct dns_resolver *dns_zone_resolver(const struct dns_zone *z)
{
	struct zone_resolver *zr = calloc(1, sizeof(*zr));

	if (!zr)
		return NULL;
	zr->r = (struct dns_resolver){zone_ask, zone_cancel, zone_free,
	                              zone_name};
	zr->z = z;
	return &zr->r;
}

/* ---- the text form ---- */

static const struct {
	const char *word;
	enum dns_state state;
	const char *why;
} answers[] = {
    {"NXDOMAIN", DNS_NXDOMAIN, ""},
    {"NODATA", DNS_NODATA, ""},
    {"SERVFAIL", DNS_TEMPFAIL, "the server failed (SERVFAIL)"},
    {"REFUSED", DNS_TEMPFAIL, "the server refused to answer (REFUSED)"},
    {"TIMEOUT", DNS_TEMPFAIL, "no answer in time"},
    {"BOGUS", DNS_BOGUS, "its DNSSEC signature is wrong"},
};

static enum mw_status read_answer(struct dns_zone *z,
                                  const struct dns_name *name, sv word,
                                  sv rest)
{
	uint16_t type = dns_type_from(sv_trim(rest));

	if (sv_trim(rest).n && !type)
		return MW_ESYNTAX;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (sv_ieq(word, sv_str(answers[i].word)))
			return dns_zone_state(z, name, type, answers[i].state,
			                      sv_str(answers[i].why));
	return MW_ESYNTAX;
}

static enum mw_status read_record(struct dns_zone *z, sv line,
                                  struct mw_err *err)
{
	sv owner = sv_word(&line), word = sv_word(&line), rdata;
	struct dns_name name;
	uint32_t ttl = TTL_DEFAULT;
	uint16_t type;
	enum mw_status st;

	if (!dns_name_from(owner, &name))
		return mw_fail(err, MW_ESYNTAX, "no domain name");
	if (sv_starts(word, SV("!"))) {
		st = read_answer(z, &name, sv_drop(word, 1), line);
		return st == MW_OK ? st : mw_fail(err, st, "no such answer");
	}
	if (sv_u32(word, INT32_MAX, &ttl))
		word = sv_word(&line);
	if (sv_ieq(word, SV("IN")))
		word = sv_word(&line);
	type = dns_type_from(word);
	if (!type)
		return mw_fail(err, MW_ESYNTAX, "no type of record");
	st = dns_rdata_from(z->a, type, sv_trim(line), &rdata, err);
	if (st != MW_OK)
		return st;
	st = dns_zone_add(z, &name, type, ttl, rdata);
	return st == MW_OK ? st : mw_fail(err, st, "no room");
}

enum mw_status dns_zone_read(struct dns_zone *z, sv text, struct mw_err *err)
{
	for (size_t number = 1; text.n; number++) {
		sv line = sv_trim(sv_line(&text));
		enum mw_status st;

		if (!line.n || line.p[0] == '#' || line.p[0] == ';')
			continue;
		st = read_record(z, line, err);
		if (st != MW_OK) {
			if (err)
				err->where = number;
			return st;
		}
	}
	return MW_OK;
}
