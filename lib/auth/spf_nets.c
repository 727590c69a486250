/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_nets.h"

#include "auth/spf_run.h"

#include <stdlib.h>

static void mask(struct spf_net *n)
{
	for (unsigned i = 0; i < sizeof(n->ip.at); i++) {
		unsigned keep = n->bits > i * 8 ? n->bits - i * 8 : 0;

		if (keep < 8)
			n->ip.at[i] &= (uint8_t)(0xFF00 >> keep);
	}
}

void spf_nets_add(struct arena *a, struct spf_nets *s, const struct ip *ip,
                  unsigned bits)
{
	struct spf_net *list = arena_more(a, s->net, s->n, &s->cap,
	                                  sizeof(*list), SPF_NETS_MAX);

	if (!list) {
		s->full = true;
		return;
	}
	s->net = list;
	list[s->n] = (struct spf_net){*ip, (uint8_t)bits};
	mask(&list[s->n++]);
}

void spf_nets_answer(struct arena *a, struct spf_nets *s,
                     const struct dns_answer *an, const struct spf_term *t)
{
	struct ip ip;

	if (an->type != DNS_A && an->type != DNS_AAAA)
		return;
	for (size_t i = 0; i < an->n; i++)
		if (dns_ip(&an->rr[i], &ip))
			spf_nets_add(a, s, &ip, ip.bytes == 4 ? t->bits4
			                                      : t->bits6);
}

static int by_place(const void *x, const void *y)
{
	const struct spf_net *a = x, *b = y;
	int c;

	if (a->ip.bytes != b->ip.bytes)
		return a->ip.bytes < b->ip.bytes ? -1 : 1;
	c = memcmp(a->ip.at, b->ip.at, sizeof(a->ip.at));
	return c ? c : (a->bits > b->bits) - (a->bits < b->bits);
}

static bool holds(const struct spf_net *outer, const struct spf_net *inner)
{
	return outer->bits <= inner->bits &&
	       ip_in(&inner->ip, &outer->ip, outer->bits);
}

/* Two halves of one range: a becomes the range. */
static bool join(struct spf_net *a, const struct spf_net *b)
{
	struct spf_net whole = *a;

	if (a->bits != b->bits || !a->bits || a->ip.bytes != b->ip.bytes)
		return false;
	whole.bits--;
	mask(&whole);
	if (!holds(&whole, b) || !ip_eq(&whole.ip, &a->ip))
		return false;
	*a = whole;
	return true;
}

void spf_nets_tidy(struct spf_nets *s)
{
	size_t n = 0;

	if (s->n > 1)
		qsort(s->net, s->n, sizeof(*s->net), by_place);
	for (size_t i = 0; i < s->n; i++) {
		if (n && holds(&s->net[n - 1], &s->net[i]))
			continue;
		s->net[n++] = s->net[i];
		while (n > 1 && join(&s->net[n - 2], &s->net[n - 1]))
			n--;
	}
	s->n = n;
}

bool spf_nets_cover(const struct spf_nets *s, const struct spf_net *net)
{
	for (size_t i = 0; i < s->n; i++)
		if (holds(&s->net[i], net))
			return true;
	return false;
}

void spf_nets_put(const struct spf_nets *s, char qualifier, struct buf *out)
{
	char text[IP_TEXT];

	for (size_t i = 0; i < s->n; i++) {
		const struct spf_net *n = &s->net[i];

		buf_addc(out, ' ');
		if (qualifier != '+')
			buf_addc(out, qualifier);
		buf_adds(out, n->ip.bytes == 4 ? "ip4:" : "ip6:");
		buf_add(out, ip_text(&n->ip, text));
		if (n->bits < n->ip.bytes * 8)
			buf_addf(out, "/%u", n->bits);
	}
}

static bool of_record(struct arena *a, const struct spf_trace *t,
                      struct spf_nets *out);

/* All hosts' addresses; one that had no answer spoils it. */
static bool of_answers(struct arena *a, const struct spf_term *t,
                       const struct spf_seen *s, struct spf_nets *out)
{
	if (!s->answer || spf_is_failed(s->answer) ||
	    (t->kind == SPF_MX && s->answer->n > SPF_MX_LIMIT))
		return false;
	spf_nets_answer(a, out, s->answer, t);
	for (size_t i = 0; i < s->nmore; i++) {
		if (spf_is_failed(s->more[i]))
			return false;
		spf_nets_answer(a, out, s->more[i], t);
	}
	return true;
}

bool spf_nets_of(struct arena *a, const struct spf_term *t,
                 const struct spf_seen *s, struct spf_nets *out)
{
	if (t->broken || t->macros || s->depends || s->loop)
		return false;
	switch (t->kind) {
	case SPF_IP4:
	case SPF_IP6:
		spf_nets_add(a, out, &t->ip,
		             t->kind == SPF_IP4 ? t->bits4 : t->bits6);
		return !out->full;
	case SPF_A:
	case SPF_MX:
		return of_answers(a, t, s, out) && !out->full;
	case SPF_INCLUDE:
	case SPF_REDIRECT:
		return s->inner && of_record(a, s->inner, out) && !out->full;
	default:
		return false;
	}
}

/* Only "+" before all: then order plays no part, and a set tells it all. */
static bool of_record(struct arena *a, const struct spf_trace *t,
                      struct spf_nets *out)
{
	const struct spf_record *r = t->record;
	size_t end;

	if (!r || !t->seen || r->broken || t->set->all != 1)
		return false;
	end = r->all == SIZE_MAX ? r->n : r->all;
	if (r->all != SIZE_MAX && r->term[r->all].qualifier == '+')
		return false;
	for (size_t i = 0; i < end; i++) {
		const struct spf_term *m = &r->term[i];

		if (m->kind > SPF_EXISTS)
			continue;
		if (m->qualifier != '+' || !spf_nets_of(a, m, &t->seen[i], out))
			return false;
	}
	return r->all != SIZE_MAX || r->redirect == SIZE_MAX ||
	       spf_nets_of(a, &r->term[r->redirect], &t->seen[r->redirect],
	                   out);
}
