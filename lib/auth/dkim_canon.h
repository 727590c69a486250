/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_canon.h - canonical forms of fields and bodies (RFC 6376 section 3.4)
 *
 * The body is read once; what is canonical as it stands (nearly all of real
 * mail) goes to the hash in one piece, without being copied.
 */
#ifndef AUTH_DKIM_CANON_H
#define AUTH_DKIM_CANON_H

#include "auth/crypto.h"
#include "auth/dkim_mail.h"

enum dkim_canon { DKIM_SIMPLE, DKIM_RELAXED };

const char *dkim_canon_name(enum dkim_canon canon);

/* Where canonical bytes go: a hash, memory, or neither (they are counted). */
struct canon_out {
	struct hash *hash;
	char *p;         /* room for as many bytes as there are, and two */
	uint64_t left;   /* of l=: bytes still wanted; UINT64_MAX: all */
	uint64_t n;      /* bytes that there are, wanted or not */
};

void dkim_canon_body(enum dkim_canon canon, sv body, struct canon_out *out);
/* The same in memory; an empty view where that is exhausted. */
sv dkim_canon_body_copy(struct arena *a, enum dkim_canon canon, sv body);

/*
 * A field with its line end, as it is hashed: a view of it where it stands, or
 * bytes in a.
 */
sv dkim_canon_field(struct arena *a, enum dkim_canon canon,
                    const struct dkim_field *f);

/*
 * A signature's own field: the value of its b= is left out (cut: bytes of the
 * field's raw form), and so is the last line end.
 */
sv dkim_canon_own(struct arena *a, enum dkim_canon canon,
                  const struct dkim_field *f, sv cut);

#endif
