/* SPDX-License-Identifier: BSD-2-Clause */
#include "event/join.h"

#include <stdlib.h>

/* Addresses and ids beyond this are cut: RFC 5321 allows 320 bytes. */
#define MAX_VALUE 512

enum {
	KEY_HOST,
	KEY_INSTANCE,
	KEY_ID,
	LEARN_SENDER,
	LEARN_RECIPIENT,
	LEARN_CLIENT_IP,
	LEARN_CLIENT_HOST,
	LEARN_HELO,
	LEARN_ACCOUNT,
	LEARN_MESSAGE_ID,
	VALUES
};

#define NO_LIFE UINT32_MAX

struct life {
	uint32_t hash;
	uint32_t next;	       /* in the chain of its bucket */
	uint32_t older, newer; /* in the row of all lives */
	char *value[VALUES];
	uint16_t n[VALUES];
};

struct join {
	struct life *lives;
	uint32_t *buckets;
	uint32_t max, nbuckets; /* nbuckets is a power of two */
	uint32_t used;		/* lives[0..used) were handed out once */
	uint32_t unused;	/* chain of the ones given back */
	uint32_t oldest, newest;
	uint64_t seed;
	size_t lost;
};

struct join *join_new(size_t max)
{
	struct join *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	if (max > JOIN_MAX)
		max = JOIN_MAX;
	j->max = max ? (uint32_t)max : 1;
	for (j->nbuckets = 16; j->nbuckets < j->max;)
		j->nbuckets *= 2;
	j->lives = calloc(j->max, sizeof(*j->lives));
	j->buckets = malloc(j->nbuckets * sizeof(*j->buckets));
	if (!j->lives || !j->buckets) {
		join_free(j);
		return NULL;
	}
	memset(j->buckets, 0xff, j->nbuckets * sizeof(*j->buckets));
	j->unused = j->oldest = j->newest = NO_LIFE;
	/*
	 * Queue ids come from our own servers, but a log that is pasted into
	 * a web page may be made to collide.
	 */
	j->seed = (uint64_t)(uintptr_t)j->lives ^
		  (uint64_t)(uintptr_t)j * 0x9e3779b97f4a7c15u;
	return j;
}

void join_free(struct join *j)
{
	if (!j)
		return;
	for (uint32_t i = 0; i < j->used; i++)
		for (unsigned k = 0; k < VALUES; k++)
			free(j->lives[i].value[k]);
	free(j->lives);
	free(j->buckets);
	free(j);
}

/* FNV-1a over 64 bits, folded. */
static uint64_t mix(uint64_t h, sv s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return (h ^ 0xff) * 0x100000001b3u;
}

static uint32_t hash_of(const struct join *j, const struct attempt *at)
{
	uint64_t h = j->seed ^ 0xcbf29ce484222325u;

	h = mix(h, sv_head(at->own_host, MAX_VALUE));
	h = mix(h, sv_head(at->instance, MAX_VALUE));
	h = mix(h, sv_head(at->queue_id, MAX_VALUE));
	return (uint32_t)(h ^ h >> 32);
}

static sv value(const struct life *l, unsigned k)
{
	return sv_of(l->value[k], l->n[k]);
}

static bool is_of(const struct life *l, const struct attempt *at)
{
	return sv_eq(value(l, KEY_ID), sv_head(at->queue_id, MAX_VALUE)) &&
	       sv_eq(value(l, KEY_HOST), sv_head(at->own_host, MAX_VALUE)) &&
	       sv_eq(value(l, KEY_INSTANCE), sv_head(at->instance, MAX_VALUE));
}

/* The link that leads to the life, so that it may be taken out. */
static uint32_t *find(const struct join *j, const struct attempt *at,
		      uint32_t hash)
{
	uint32_t *link = &j->buckets[hash & (j->nbuckets - 1)];

	while (*link != NO_LIFE) {
		struct life *l = &j->lives[*link];

		if (l->hash == hash && is_of(l, at))
			return link;
		link = &l->next;
	}
	return link;
}

static void unlink_age(struct join *j, struct life *l)
{
	if (l->older != NO_LIFE)
		j->lives[l->older].newer = l->newer;
	else
		j->oldest = l->newer;
	if (l->newer != NO_LIFE)
		j->lives[l->newer].older = l->older;
	else
		j->newest = l->older;
}

static void drop(struct join *j, uint32_t *link)
{
	uint32_t i = *link;
	struct life *l = &j->lives[i];

	*link = l->next;
	unlink_age(j, l);
	for (unsigned k = 0; k < VALUES; k++)
		free(l->value[k]);
	*l = (struct life){.next = j->unused};
	j->unused = i;
}

static void drop_oldest(struct join *j)
{
	uint32_t i = j->oldest,
		 *link = &j->buckets[j->lives[i].hash & (j->nbuckets - 1)];

	while (*link != i)
		link = &j->lives[*link].next;
	drop(j, link);
	j->lost++;
}

/* Values may be missing where memory is; that is as if never told. */
static void keep(struct life *l, unsigned k, sv s)
{
	char *p;

	s = sv_head(s, MAX_VALUE);
	if (!s.n)
		return;
	p = malloc(s.n);
	if (!p)
		return;
	memcpy(p, s.p, s.n);
	free(l->value[k]);
	l->value[k] = p;
	l->n[k] = (uint16_t)s.n;
}

static struct life *add(struct join *j, const struct attempt *at, uint32_t hash)
{
	uint32_t i, *bucket = &j->buckets[hash & (j->nbuckets - 1)];
	struct life *l;

	if (j->unused == NO_LIFE && j->used == j->max)
		drop_oldest(j);
	if (j->unused != NO_LIFE) {
		i = j->unused;
		j->unused = j->lives[i].next;
	} else {
		i = j->used++;
	}
	l = &j->lives[i];
	*l = (struct life){.hash = hash,
			   .next = *bucket,
			   .older = j->newest,
			   .newer = NO_LIFE};
	*bucket = i;
	if (j->newest != NO_LIFE)
		j->lives[j->newest].newer = i;
	else
		j->oldest = i;
	j->newest = i;
	keep(l, KEY_HOST, at->own_host);
	keep(l, KEY_INSTANCE, at->instance);
	keep(l, KEY_ID, at->queue_id);
	return l;
}

void join_learn(struct join *j, const struct attempt *at)
{
	uint32_t hash = hash_of(j, at), i;
	struct life *l;

	if (!at->queue_id.n)
		return;
	i = *find(j, at, hash);
	l = i != NO_LIFE ? &j->lives[i] : add(j, at, hash);
	keep(l, LEARN_SENDER, at->sender);
	keep(l, LEARN_RECIPIENT, at->recipient);
	keep(l, LEARN_CLIENT_IP, at->client_ip);
	keep(l, LEARN_CLIENT_HOST, at->client_host);
	keep(l, LEARN_HELO, at->helo);
	keep(l, LEARN_ACCOUNT, at->account);
	keep(l, LEARN_MESSAGE_ID, at->message_id);
}

static void fill(const struct life *l, unsigned k, sv *out)
{
	if (!out->n)
		*out = value(l, k);
}

void join_apply(const struct join *j, struct attempt *at)
{
	const struct life *l;
	uint32_t i;

	if (!at->queue_id.n)
		return;
	i = *find(j, at, hash_of(j, at));
	if (i == NO_LIFE)
		return;
	l = &j->lives[i];
	fill(l, LEARN_SENDER, &at->sender);
	fill(l, LEARN_RECIPIENT, &at->recipient);
	fill(l, LEARN_CLIENT_IP, &at->client_ip);
	fill(l, LEARN_CLIENT_HOST, &at->client_host);
	fill(l, LEARN_HELO, &at->helo);
	fill(l, LEARN_ACCOUNT, &at->account);
	fill(l, LEARN_MESSAGE_ID, &at->message_id);
}

void join_end(struct join *j, const struct attempt *at)
{
	uint32_t *link;

	if (!at->queue_id.n)
		return;
	link = find(j, at, hash_of(j, at));
	if (*link != NO_LIFE)
		drop(j, link);
}

size_t join_lost(const struct join *j)
{
	return j->lost;
}
