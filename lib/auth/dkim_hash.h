/* SPDX-License-Identifier: BSD-2-Clause */
/* dkim_hash.h - what a signature signs (RFC 6376 section 3.7) */
#ifndef AUTH_DKIM_HASH_H
#define AUTH_DKIM_HASH_H

#include "auth/dkim_sig.h"

/*
 * The fields that h= means, in its order, from the last of a name upwards;
 * NULL where there are no more.  without: a field that is taken as absent, or
 * NULL.  out has room for s->names.
 */
void dkim_select(const struct dkim_mail *m, const struct dkim_sig *s,
                 const struct dkim_field *without,
                 const struct dkim_field **out);

/*
 * What is hashed, in pieces: fields in canonical form (an empty one where the
 * message has none), the signature's own field last.  out has room for
 * s->names + 1.
 */
void dkim_pieces(struct arena *a, const struct dkim_sig *s,
                 const struct dkim_field *const *fields, sv *out);

bool dkim_hash_pieces(struct crypto *c, enum crypto_hash kind,
                      const sv *pieces, size_t n,
                      uint8_t out[CRYPTO_HASH_MAX]);

/* All three.  False where memory is exhausted. */
bool dkim_hash_header(struct crypto *c, struct arena *a,
                      const struct dkim_mail *m, const struct dkim_sig *s,
                      uint8_t out[CRYPTO_HASH_MAX]);

/* *size: of the canonical body, of which l= may cover less. */
bool dkim_hash_body(struct crypto *c, const struct dkim_sig *s, sv body,
                    uint8_t out[CRYPTO_HASH_MAX], uint64_t *size);

#endif
