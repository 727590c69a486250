/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mtext.h - text with a map back to the input it was taken from
 *
 * Replies are put together from lines that are wrapped, quoted, escaped or
 * encoded; evidence must point at the bytes of the raw input.  So each byte
 * of a mapped text knows the offset of the input byte it came from.
 */
#ifndef BASE_MTEXT_H
#define BASE_MTEXT_H

#include "base/arena.h"

/*
 * The longest text that is kept for one reply.  RFC 5321 allows 512 bytes a
 * line; real replies of 10 lines and 4 KiB are seen (Microsoft 365 NDRs).
 */
#define MTEXT_MAX 16384

/* Origin of a byte that has none (a space put in where lines were joined). */
#define MTEXT_NOWHERE UINT32_MAX

struct mtext {
	char *p;
	uint32_t *src; /* offset in the input of each byte */
	size_t n, cap;
	bool cut; /* something did not fit */
};

/* Empty text with room for cap bytes (at most MTEXT_MAX); sticky in a. */
void mtext_init(struct mtext *t, struct arena *a, size_t cap);

/* Append bytes that stand in the input as they are, from offset src on. */
void mtext_add(struct mtext *t, sv s, size_t src);

/* Append bytes that were made from the one input byte at src. */
void mtext_put(struct mtext *t, sv s, size_t src);

/* Append bytes from..to of another text, with their origins. */
void mtext_join(struct mtext *t, const struct mtext *other, size_t from,
                size_t to);

/* Append one space unless the text is empty or ends in one. */
void mtext_space(struct mtext *t);

static inline sv mtext_sv(const struct mtext *t)
{
	return sv_of(t->p, t->n);
}

/*
 * The input range that bytes from..to (to excluded, from < to <= n) came
 * from: first and last known origin.  False if none of them has an origin.
 */
bool mtext_origin(const struct mtext *t, size_t from, size_t to, size_t *off,
                  size_t *len);

/* Where byte "at" of a text that was decoded stands in the input. */
typedef size_t mtext_where(void *arg, size_t at);

/*
 * Origins in a decoded text become origins in the input.  Each byte is looked
 * up: an encoding may have soft breaks within a line, a charset characters of
 * any length.
 */
void mtext_map(struct mtext *t, mtext_where *where, void *arg);

#endif
