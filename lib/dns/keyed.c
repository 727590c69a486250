/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/keyed.h"

#include "base/ascii.h"

#include <stdlib.h>

struct key {
	struct dns_name zone;
	sv key; /* in lower case, as names are */
};

struct dns_keys {
	struct key v[DNS_KEYS_MAX];
	size_t n;
};

/* ---- the file ---- */

/* A key becomes a label: letters, digits and hyphens. */
static bool read_key(struct arena *a, sv text, sv *out)
{
	char *low = arena_alloc(a, text.n + 1, 1);

	if (!low || text.n < DNS_KEY_MIN || text.n > DNS_LABEL_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!is_alnum(text.p[i]) && text.p[i] != '-')
			return false;
		low[i] = to_lower(text.p[i]);
	}
	*out = sv_of(low, text.n);
	return true;
}

static enum mw_status read_line(struct arena *a, sv line, struct dns_keys *k,
                                struct mw_err *err)
{
	sv zone = sv_word(&line), key = sv_word(&line);
	struct key *one = &k->v[k->n];

	if (k->n == DNS_KEYS_MAX)
		return mw_fail(err, MW_ELIMIT, "more than %d keys",
		               DNS_KEYS_MAX);
	if (sv_trim(line).n || !dns_name_plain(zone, &one->zone) ||
	    one->zone.n == 1 || !read_key(a, key, &one->key))
		return mw_fail(err, MW_ESYNTAX, "not a zone and its key");
	k->n++;
	return MW_OK;
}

enum mw_status dns_keys_read(struct arena *a, sv text, struct dns_keys **out,
                             struct mw_err *err)
{
	struct dns_keys *k = arena_alloc(a, 1, sizeof(*k));

	if (!k)
		return mw_fail(err, MW_ENOMEM, "no memory");
	for (size_t number = 1; text.n; number++) {
		sv line = sv_trim(sv_line(&text));
		enum mw_status st;

		if (!line.n || line.p[0] == '#')
			continue;
		st = read_line(a, line, k, err);
		if (st != MW_OK && err)
			err->where = number;
		if (st != MW_OK)
			return st;
	}
	if (arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory");
	*out = k;
	return MW_OK;
}

static const struct key *key_of(const struct dns_keys *keys,
                                const struct dns_name *zone)
{
	const struct key *best = NULL;

	for (size_t i = 0; keys && i < keys->n; i++)
		if (dns_name_under(zone, &keys->v[i].zone) &&
		    (!best || keys->v[i].zone.n > best->zone.n))
			best = &keys->v[i];
	return best;
}

bool dns_keys_has(const struct dns_keys *keys, const struct dns_name *zone)
{
	return key_of(keys, zone) != NULL;
}

/* ---- putting it in, and taking it out ---- */

static bool is_label(const uint8_t *at, sv label)
{
	return *at == label.n &&
	       sv_ieq(sv_of((const char *)at + 1, *at), label);
}

/* Put to in place of the first label that is from; where it stands. */
static bool swap_label(struct dns_name *name, sv from, sv to, size_t *at)
{
	size_t i = 0, rest;

	while (i < name->n && name->w[i] && !is_label(name->w + i, from))
		i += name->w[i] + 1U;
	if (i >= name->n || !name->w[i] ||
	    name->n - from.n + to.n > DNS_NAME_MAX)
		return false;
	rest = name->n - i - 1 - from.n;
	memmove(name->w + i + 1 + to.n, name->w + i + 1 + from.n, rest);
	name->w[i] = (uint8_t)to.n;
	memcpy(name->w + i + 1, to.p, to.n);
	name->n = (uint8_t)(name->n - from.n + to.n);
	*at = i;
	return true;
}

/* The key that belongs behind the mark in name. */
static const struct key *wanted(const struct dns_keys *keys,
                                const struct dns_name *name)
{
	struct dns_name up = *name;

	do {
		if (up.n && is_label(up.w, SV(DNS_KEY_LABEL)) &&
		    dns_name_up(&up))
			return key_of(keys, &up);
	} while (dns_name_up(&up));
	return NULL;
}

/* A copy in which every byte of the key is an x: lengths stay true. */
static sv masked(struct arena *a, sv text, sv key)
{
	size_t from = sv_ifind(text, key), at;
	char *copy;

	if (from == SV_NPOS)
		return text;
	copy = arena_alloc(a, text.n, 1);
	if (!copy)
		return SV("");
	memcpy(copy, text.p, text.n);
	for (; (at = sv_ifind(sv_drop(text, from), key)) != SV_NPOS;
	     from += at + key.n)
		memset(copy + from + at, 'x', key.n);
	return sv_of(copy, text.n);
}

static void mask_names(struct arena *a, struct dns_answer *an, sv key)
{
	struct dns_name *chain;
	size_t at;

	if (!an->nchain)
		return;
	chain = arena_alloc(a, an->nchain, sizeof(*chain));
	for (size_t i = 0; chain && i < an->nchain; i++) {
		chain[i] = an->chain[i];
		while (swap_label(&chain[i], key, SV(DNS_KEY_LABEL), &at))
			continue;
	}
	an->chain = chain;
	an->nchain = chain ? an->nchain : 0;
}

static void mask_records(struct arena *a, struct dns_answer *an, sv key)
{
	struct dns_rr *rr;

	if (!an->n)
		return;
	rr = arena_alloc(a, an->n, sizeof(*rr));
	for (size_t i = 0; rr && i < an->n; i++) {
		rr[i] = an->rr[i];
		rr[i].rdata = masked(a, rr[i].rdata, key);
	}
	an->rr = rr;
	an->n = rr ? an->n : 0;
}

static void mask(struct arena *a, struct dns_answer *an, sv key)
{
	mask_names(a, an, key);
	mask_records(a, an, key);
	an->zone = masked(a, an->zone, key);
	an->server = masked(a, an->server, key);
	an->why = masked(a, an->why, key);
}

/* ---- the resolver ---- */

struct keyed {
	struct dns_resolver r;
	const struct dns_keys *keys;
	struct dns_resolver *below;
};

/* A question under way with the key in it. */
struct asked {
	struct dns_query inner;
	struct dns_answer answer;
	struct dns_query *outer;
	sv key;
};

static void on_done(struct dns_query *inner)
{
	struct asked *w = inner->arg;
	struct dns_query *q = w->outer;
	struct dns_answer an = w->answer;

	mask(q->a, &an, w->key);
	an.name = q->name;
	an.type = q->type;
	*q->answer = an;
	q->inner = NULL;
	q->done(q);
}

static void keyed_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct keyed *k = (struct keyed *)r;
	const struct key *key = wanted(k->keys, &q->name);
	struct asked *w;
	size_t at;

	q->inner = NULL;
	if (!key) {
		k->below->ask(k->below, q);
		return;
	}
	w = arena_alloc(q->a, 1, sizeof(*w));
	if (w) {
		w->inner = *q;
		w->inner.answer = &w->answer;
		w->inner.done = on_done;
		w->inner.arg = w;
		w->outer = q;
		w->key = key->key;
	}
	if (!w || !swap_label(&w->inner.name, SV(DNS_KEY_LABEL), key->key,
	                      &at)) {
		dns_fail(q, DNS_TEMPFAIL, SV(""),
		         SV("the name with the key in it is too long"));
		return;
	}
	w->answer.name = w->inner.name;
	w->answer.type = q->type;
	q->inner = w;
	k->below->ask(k->below, &w->inner);
}

static void keyed_cancel(struct dns_resolver *r, struct dns_query *q)
{
	struct keyed *k = (struct keyed *)r;
	struct asked *w = wanted(k->keys, &q->name) ? q->inner : NULL;

	k->below->cancel(k->below, w ? &w->inner : q);
}

static void keyed_free(struct dns_resolver *r)
{
	free(r);
}

static sv keyed_name(const struct dns_resolver *r)
{
	const struct keyed *k = (const struct keyed *)r;

	return k->below->name(k->below);
}

struct dns_resolver *dns_keyed_resolver(const struct dns_keys *keys,
                                        struct dns_resolver *below)
{
	struct keyed *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->r = (struct dns_resolver){keyed_ask, keyed_cancel, keyed_free,
	                             keyed_name};
	k->keys = keys;
	k->below = below;
	return &k->r;
}
