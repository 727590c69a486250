/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * norm.h - a reply in the form that rules are compared with
 *
 * Once per reply: codes repeated in joined lines taken out, white space
 * folded to single spaces, letters folded (simple folding, accents stay),
 * typographic quotes and dashes made plain, HTML entities decoded;
 * quoted-printable only where a soft line break or "=3D" proves it, never
 * inside a URL.  "...", "[...]" and the ellipsis character become NORM_GAP:
 * somebody cut the text there, and any run may stand in its place.
 *
 * Each byte knows the offset in the reply that it came from.
 */
#ifndef CLASSIFY_NORM_H
#define CLASSIFY_NORM_H

#include "smtp/reply.h"

/*
 * Texts are compared up to here; what stands behind is boilerplate (server
 * names, links, disclaimers).  The longest reply seen that had its reason
 * late held it 1.4 KB from its start.
 */
#define NORM_MAX 4096

#define NORM_GAP '\x01'

/* Bits of the table that says which runs of four bytes occur (maybe). */
#define NORM_GRAM_BITS 11

struct norm {
	char p[NORM_MAX + 8]; /* zeroes behind the text: loads may overrun */
	uint16_t map[NORM_MAX + 8];
	size_t n;
	struct reply head; /* code, status, more; no text */
	bool gaps;         /* NORM_GAP occurs */
	bool cut;          /* the reply was longer */
	bool indexed; /* .grams is filled in */
	uint64_t grams[1 << (NORM_GRAM_BITS - 6)];
};

static inline uint32_t gram_hash(uint32_t bytes)
{
	return bytes * 2654435761u;
}

static inline uint32_t gram_load(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t norm_load8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * Are n bytes the same?  Words are short: cheaper here than memcmp.  The last
 * bytes are compared in one piece with some that were compared before.
 */
static inline bool norm_same(const char *a, const char *b, size_t n)
{
	if (n >= 8) {
		for (size_t i = 0; i + 8 < n; i += 8)
			if (norm_load8(a + i) != norm_load8(b + i))
				return false;
		return norm_load8(a + n - 8) == norm_load8(b + n - 8);
	}
	if (n >= 4)
		return gram_load(a) == gram_load(b) &&
		       gram_load(a + n - 4) == gram_load(b + n - 4);
	for (; n; n--, a++, b++)
		if (*a != *b)
			return false;
	return true;
}

/* The bit of a run of four bytes. */
static inline uint32_t norm_gram(const char *p)
{
	return gram_hash(gram_load(p)) >> (32 - NORM_GRAM_BITS);
}

/* False only if these words (4 bytes at least) are not in the text. */
static inline bool norm_may_hold(const struct norm *n, const char *words)
{
	uint32_t h;

	if (!n->indexed)
		return true;
	h = norm_gram(words);
	return n->grams[h >> 6] >> (h & 63) & 1;
}

/*
 * Note which runs of four bytes the text has, for who will look for many words
 * in it.  Searching a short text for a few is cheaper without.
 */
void norm_index(struct norm *n);

/* Normalise a reply, codes at its start included. */
void norm_reply(struct norm *out, sv reply);

/* Normalise words that are no reply (literals of rules): codes stay. */
void norm_words(struct norm *out, sv words);

static inline sv norm_sv(const struct norm *n)
{
	return sv_of(n->p, n->n);
}

/* The bytes of the reply that from..to (excluded, from < to <= n) came from. */
void norm_origin(const struct norm *n, sv reply, size_t from, size_t to,
                 size_t *off, size_t *len);

#endif
