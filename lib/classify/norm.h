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

struct norm {
	char p[NORM_MAX + 8]; /* zeroes behind the text: loads may overrun */
	uint16_t map[NORM_MAX + 8];
	size_t n;
	struct reply head; /* code, status, more; no text */
	bool gaps;         /* NORM_GAP occurs */
	bool cut;          /* the reply was longer */
};

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
