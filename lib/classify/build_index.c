/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The literal filter.  Each text is represented by the rarest run of four
 * bytes of its literals, judged by how often runs occur in the replies that
 * the rules carry as their own tests.  One pass over a reply looks each of
 * its four-byte runs up in a table of gates that fits the first-level cache.
 */
#include <stdlib.h>

#include "base/ascii.h"
#include "classify/build.h"
#include "classify/norm.h"

#define COUNT_BITS 16

/* The run that took a bucket first; others would be looked at in vain. */
struct taken {
	uint32_t bytes, count; /* count 0: nobody */
};

struct index {
	struct rules_builder *b;
	uint32_t *count;
	struct taken *taken; /* of each bucket */
	BUILD_LIST(struct gram) grams;
	BUILD_LIST(uint32_t) unindexed;
};

static uint32_t *counter(struct index *x, uint32_t bytes)
{
	return &x->count[gram_hash(bytes) >> (32 - COUNT_BITS)];
}

static void count_text(struct index *x, sv s)
{
	for (size_t i = 0; i + 4 <= s.n; i++)
		(*counter(x, gram_load(s.p + i)))++;
}

static bool count_all(struct index *x)
{
	struct rules_builder *b = x->b;
	struct norm *n = arena_alloc(b->a, 1, sizeof(*n));

	x->count = arena_alloc(b->a, (size_t)1 << COUNT_BITS,
	                       sizeof(*x->count));
	x->taken = arena_alloc(b->a, (size_t)1 << GRAM_BUCKET_BITS,
	                       sizeof(*x->taken));
	if (!n || !x->count || !x->taken)
		return false;
	for (size_t i = 0; i < b->seen.n; i++) {
		norm_reply(n, sv_str(b->pool.v + b->seen.v[i].text));
		count_text(x, norm_sv(n));
	}
	for (size_t i = 0; i < b->elems.n; i++)
		if (b->elems.v[i].kind == ELEM_LITERAL)
			count_text(x, sv_of(b->words.v + b->elems.v[i].at,
			                    b->elems.v[i].len));
	return true;
}

static struct taken *bucket_of(struct index *x, uint32_t bytes)
{
	return &x->taken[gram_bucket(gram_hash(bytes))];
}

/* How often this run would be looked at: where it stands, or its neighbour. */
static uint32_t cost_of(struct index *x, uint32_t bytes)
{
	const struct taken *t = bucket_of(x, bytes);
	uint32_t n = *counter(x, bytes);

	return t->count && t->bytes != bytes ? 2 * n + t->count : n;
}

static bool add_gram(struct index *x, struct gram g)
{
	struct taken *t = bucket_of(x, g.bytes);

	if (!t->count)
		*t = (struct taken){g.bytes, 1 + *counter(x, g.bytes)};
	if (!build_room(x->b, (void **)&x->grams.v, x->grams.n, &x->grams.cap,
	                sizeof(g), RULE_TEXTS_MAX))
		return false;
	x->grams.v[x->grams.n++] = g;
	return true;
}

/* The run at byte "at" of a literal of text id. */
static struct gram gram_of(const struct index *x, uint32_t id, uint32_t elem,
                           uint32_t bytes, uint16_t at)
{
	const struct elem *e = &x->b->elems.v[elem];
	const struct text *t = &x->b->texts.v[id];

	return (struct gram){bytes, id, elem, e->at, at, e->len, t->owner,
	                     e->flags, t->elems.n == 1};
}

/* What stands in normalised text behind a whole character. */
static bool may_follow(unsigned char c)
{
	return !c || c == NORM_GAP ||
	       (c >= ' ' && c < 0x7F && (c < 'A' || c > 'Z')) ||
	       (c >= 0xC2 && c <= 0xF4);
}

/* A literal of three bytes, with every byte that may follow it. */
static bool add_short(struct index *x, uint32_t id, uint32_t elem)
{
	const struct elem *e = &x->b->elems.v[elem];
	char bytes[4];

	memcpy(bytes, x->b->words.v + e->at, 3);
	for (int c = 0; c < 256; c++) {
		if ((e->flags & ELEM_BOUND_RIGHT) && is_alnum((char)c))
			continue;
		if (!may_follow((unsigned char)c))
			continue;
		bytes[3] = (char)c;
		if (!add_gram(x, gram_of(x, id, elem, gram_load(bytes), 0)))
			return false;
	}
	return true;
}

static bool add_unindexed(struct index *x, uint32_t id)
{
	if (!build_room(x->b, (void **)&x->unindexed.v, x->unindexed.n,
	                &x->unindexed.cap, sizeof(uint32_t), RULE_TEXTS_MAX))
		return false;
	x->unindexed.v[x->unindexed.n++] = id;
	return true;
}

/* The literal of the text with the rarest run; false if all are too short. */
static bool rarest(struct index *x, struct rrange elems, uint32_t *elem)
{
	uint32_t least = UINT32_MAX;

	for (uint32_t k = elems.first; k < elems.first + elems.n; k++) {
		const struct elem *e = &x->b->elems.v[k];
		const char *p = x->b->words.v + e->at;

		for (uint16_t i = 0; e->kind == ELEM_LITERAL && i + 4 <= e->len;
		     i++) {
			uint32_t n = *counter(x, gram_load(p + i));

			if (n < least) {
				least = n;
				*elem = k;
			}
		}
	}
	return least < UINT32_MAX;
}

/* The cheapest run of the literal. */
static bool index_literal(struct index *x, uint32_t id, uint32_t elem)
{
	const struct elem *e = &x->b->elems.v[elem];
	const char *p = x->b->words.v + e->at;
	uint32_t least = UINT32_MAX;
	uint16_t at = 0;

	for (uint16_t i = 0; i + 4 <= e->len; i++) {
		uint32_t n = cost_of(x, gram_load(p + i));

		if (n < least) {
			least = n;
			at = i;
		}
	}
	return add_gram(x, gram_of(x, id, elem, gram_load(p + at), at));
}

static bool index_text(struct index *x, uint32_t id)
{
	struct rrange elems = x->b->texts.v[id].elems;
	uint32_t best;

	if (rarest(x, elems, &best))
		return index_literal(x, id, best);
	for (uint32_t k = elems.first; k < elems.first + elems.n; k++)
		if (x->b->elems.v[k].kind == ELEM_LITERAL &&
		    x->b->elems.v[k].len == 3)
			return add_short(x, id, k);
	return add_unindexed(x, id);
}

/* Texts with longer literals have enough runs to choose from. */
#define ROOMY 8

/* How much choice there is: the longest literal's length, at most ROOMY. */
static unsigned choice(const struct index *x, uint32_t id)
{
	struct rrange r = x->b->texts.v[id].elems;
	unsigned most = 0;

	for (uint32_t k = 0; k < r.n; k++) {
		const struct elem *e = &x->b->elems.v[r.first + k];

		if (e->kind == ELEM_LITERAL && e->len > most)
			most = e->len;
	}
	return most < ROOMY ? most : ROOMY;
}

static bool index_range(struct index *x, struct rrange r, unsigned with)
{
	for (uint32_t i = 0; i < r.n; i++)
		if (choice(x, r.first + i) == with &&
		    !index_text(x, r.first + i))
			return false;
	return true;
}

/* Texts with little choice come first, as the others can make way. */
static bool index_all(struct index *x)
{
	struct rules_builder *b = x->b;

	for (unsigned with = 0; with <= ROOMY; with++) {
		for (size_t i = 0; i < b->rules.n; i++)
			if (!index_range(x, b->rules.v[i].texts, with))
				return false;
		for (size_t i = 0; i < b->providers.n; i++)
			if (!index_range(x, b->providers.v[i].marks, with))
				return false;
	}
	return true;
}

static int by_bucket(const void *x, const void *y)
{
	const struct gram *a = x, *b = y;
	uint32_t ha = gram_bucket(gram_hash(a->bytes));
	uint32_t hb = gram_bucket(gram_hash(b->bytes));

	if (ha != hb)
		return ha < hb ? -1 : 1;
	return a->text < b->text ? -1 : a->text > b->text;
}

/*
 * A gate without care would let everything pass.  An empty bucket's lets one
 * run in 256 pass, and nothing is behind it.
 */
static struct gate gate_of(const struct gram *g, size_t n)
{
	uint8_t first = n ? gram_sign(gram_hash(g->bytes)) : 0, differ = 0;

	for (size_t i = 1; i < n; i++)
		differ |= gram_sign(gram_hash(g[i].bytes)) ^ first;
	return (struct gate){first, (uint8_t)~differ};
}

static bool fill_tables(struct index *x, struct ruleset *rs)
{
	size_t nbuckets = (size_t)1 << GRAM_BUCKET_BITS;
	uint16_t *buckets = arena_alloc(x->b->a, nbuckets + 1, 2);
	struct gate *gates = arena_alloc(x->b->a, nbuckets, sizeof(*gates));
	size_t k = 0;

	if (!buckets || !gates)
		return false;
	if (x->grams.n)
		qsort(x->grams.v, x->grams.n, sizeof(*x->grams.v), by_bucket);
	for (size_t i = 0; i < nbuckets; i++) {
		size_t from = k;

		buckets[i] = (uint16_t)k;
		while (k < x->grams.n &&
		       gram_bucket(gram_hash(x->grams.v[k].bytes)) == i)
			k++;
		gates[i] = gate_of(x->grams.v + from, k - from);
	}
	buckets[nbuckets] = (uint16_t)k;
	rs->buckets = buckets;
	rs->gates = gates;
	return true;
}

bool build_index(struct rules_builder *b, struct ruleset *rs)
{
	struct index x = {.b = b};

	if (!count_all(&x) || !index_all(&x) || !fill_tables(&x, rs))
		return false;
	rs->grams = x.grams.v;
	rs->ngrams = (uint32_t)x.grams.n;
	rs->unindexed = x.unindexed.v;
	rs->nunindexed = (uint32_t)x.unindexed.n;
	return true;
}
