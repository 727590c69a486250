/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_run.h"

#include "base/ascii.h"

#include <stdlib.h>

/* Of all records of one run. */
#define CACHE_BYTES ((size_t)64 << 20)
/* Questions of one term: MX or PTR, and the hosts of both kinds. */
#define MORE_MAX (2 * (SPF_MX_LIMIT + SPF_PTR_LIMIT + 2))

struct slot {
	const struct dns_answer *txt;
	const struct spf_set *set;
};

struct spf_cache {
	struct arena *a;
	struct slot *slot;
	size_t size, n; /* size is a power of two */
};

struct spf_cache *spf_cache_new(void)
{
	struct spf_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->size = 64;
	c->a = arena_new(CACHE_BYTES);
	c->slot = calloc(c->size, sizeof(*c->slot));
	if (!c->a || !c->slot) {
		spf_cache_free(c);
		return NULL;
	}
	return c;
}

void spf_cache_free(struct spf_cache *c)
{
	if (!c)
		return;
	arena_free(c->a);
	free(c->slot);
	free(c);
}

static struct slot *find(struct slot *slot, size_t size,
                         const struct dns_answer *txt)
{
	size_t k = (uintptr_t)txt / 16 * 0x9E3779B1U & (size - 1);

	while (slot[k].txt && slot[k].txt != txt)
		k = (k + 1) & (size - 1);
	return &slot[k];
}

static bool grow(struct spf_cache *c)
{
	struct slot *bigger = calloc(c->size * 2, sizeof(*bigger));

	if (!bigger)
		return false;
	for (size_t i = 0; i < c->size; i++)
		if (c->slot[i].txt)
			*find(bigger, c->size * 2, c->slot[i].txt) = c->slot[i];
	free(c->slot);
	c->slot = bigger;
	c->size *= 2;
	return true;
}

/*
 * An answer that is not pending never changes and lives as long as the facts,
 * so its address names its bytes.
 */
const struct spf_set *spf_run_set(struct spf_run *r,
                                  const struct dns_answer *txt)
{
	struct spf_cache *c = r->cache;
	const struct spf_set *set;
	struct slot *s;

	if (!c)
		return spf_set_read(r->a, txt);
	s = find(c->slot, c->size, txt);
	if (s->txt)
		return s->set;
	set = arena_failed(c->a) ? NULL : spf_set_read(c->a, txt);
	if (!set || (c->n * 2 >= c->size && !grow(c)))
		return spf_set_read(r->a, txt);
	*find(c->slot, c->size, txt) = (struct slot){txt, set};
	c->n++;
	return set;
}

void spf_run_init(struct spf_run *r, struct facts *f, struct arena *a,
                  const struct spf_request *rq)
{
	struct spf_values *v = &r->values;
	sv from = rq->mail_from;
	size_t at = sv_rchr(from, '@');

	*r = (struct spf_run){.f = f, .a = a, .cache = rq->cache};
	v->ip = rq->ip;
	ip_unmap(&v->ip);
	v->helo = rq->helo;
	v->receiver = rq->receiver;
	v->time = facts_now(f);
	/* Section 4.3: what is missing is postmaster's. */
	v->local = at != SV_NPOS && at ? sv_head(from, at) : SV("postmaster");
	v->sender_domain = !from.n ? rq->helo
	                   : at == SV_NPOS ? from : sv_drop(from, at + 1);
	v->sender = at != SV_NPOS && at
	                ? from
	                : arena_printf(a, "postmaster@%.*s",
	                               SV_FMT(v->sender_domain));
}

static bool is_number(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return true;
}

bool spf_run_domain(sv text, struct dns_name *out)
{
	size_t dot;

	if (!dns_name_plain(text, out) || dns_name_labels(out) < 2)
		return false;
	if (text.p[text.n - 1] == '.')
		text.n--;
	dot = sv_rchr(text, '.');
	/* "[192.0.2.1]" and "192.0.2.1" are no names. */
	return text.p[0] != '[' && !is_number(sv_drop(text, dot + 1));
}

struct spf_trace *spf_run_trace(struct spf_run *r, sv domain)
{
	struct spf_trace *t = arena_alloc(r->a, 1, sizeof(*t));

	if (t) {
		t->domain = domain;
		t->matched = SIZE_MAX;
	}
	return t;
}

void spf_run_more(struct spf_run *r, struct spf_seen *s,
                  const struct dns_answer *answer)
{
	if (!s)
		return;
	if (!s->more)
		s->more = arena_alloc(r->a, MORE_MAX, sizeof(*s->more));
	if (s->more && s->nmore < MORE_MAX)
		s->more[s->nmore++] = answer;
}

static bool has_ip(const struct dns_answer *an, const struct ip *ip)
{
	struct ip it;

	for (size_t i = 0; i < an->n; i++)
		if (dns_ip(&an->rr[i], &it) && ip_eq(&it, ip))
			return true;
	return false;
}

/* Section 7.3: the domain itself, else one below it, else any. */
bool spf_run_validated(struct spf_run *r, struct spf_seen *s, sv *out)
{
	const struct ip *ip = &r->values.ip;
	const struct dns_answer *ptr = facts_ptr(r->f, ip), *an;
	struct dns_name name, domain;
	bool known = dns_name_plain(r->values.domain, &domain), pending = false;
	char text[DNS_NAME_TEXT];
	int best = 0;

	*out = SV("");
	spf_run_more(r, s, ptr);
	if (ptr->state == DNS_PENDING)
		return false;
	for (size_t i = 0; i < ptr->n && i < SPF_PTR_LIMIT; i++) {
		int rank;

		if (!dns_target(&ptr->rr[i], &name))
			continue;
		an = facts_dns(r->f, &name, ip->bytes == 4 ? DNS_A : DNS_AAAA);
		spf_run_more(r, s, an);
		pending |= an->state == DNS_PENDING;
		if (!has_ip(an, ip))
			continue;
		rank = known && dns_name_eq(&name, &domain)      ? 3
		       : known && dns_name_under(&name, &domain) ? 2 : 1;
		if (rank <= best)
			continue;
		best = rank;
		*out = arena_dup(r->a, dns_name_text(&name, text));
	}
	return !pending;
}

static bool expand(struct spf_run *r, sv spec, sv domain, struct spf_seen *s,
                   struct spf_target *out)
{
	struct spf_expanded text;
	bool p = spf_macro_uses(spec, 'p');

	r->values.domain = domain;
	if (p && !spf_run_validated(r, s, &r->values.validated))
		return false;
	spf_macro_expand(spec, SPF_IN_DOMAIN, &r->values, &text);
	out->text = arena_dup(r->a, sv_of(text.p, text.n));
	out->name = text.n && dns_name_plain(out->text, &out->room)
	                ? &out->room : NULL;
	s->target = out->text;
	return true;
}

bool spf_run_target(struct spf_run *r, const struct spf_term *t, sv domain,
                    struct spf_seen *s, struct spf_target *out)
{
	if (t->macros)
		return expand(r, t->domain, domain, s, out);
	out->text = t->domain.n ? t->domain : domain;
	out->name = t->target;
	if (!t->domain.n)
		out->name = dns_name_plain(domain, &out->room) ? &out->room
		                                               : NULL;
	if (sv_ends(out->text, SV(".")))
		out->text.n--;
	return true;
}
