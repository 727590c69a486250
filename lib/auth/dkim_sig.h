/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_sig.h - the field of a signature, taken apart
 *
 * DKIM-Signature (RFC 6376 section 3.5), ARC-Message-Signature and ARC-Seal
 * (RFC 8617 sections 4.1.2, 4.1.3) are the same list of tags with other
 * obligations.  Reading goes on behind a fault; the first one is kept.
 */
#ifndef AUTH_DKIM_SIG_H
#define AUTH_DKIM_SIG_H

#include "auth/dkim_canon.h"
#include "auth/dkim_reason.h"
#include "auth/taglist.h"

/* Names in h=: real signatures have 10 to 40. */
#define DKIM_NAMES_MAX 256
/* Bytes of a field of a signature; with z= it may hold a header. */
#define DKIM_FIELD_MAX 65536

enum dkim_kind { DKIM_SIGNATURE, DKIM_ARC_MESSAGE, DKIM_ARC_SEAL };

struct dkim_sig {
	enum dkim_kind kind;
	const struct dkim_field *field;
	/* Why it says nothing; DKIM_FINE: it can be checked. */
	enum dkim_reason fault;
	sv arg;
	size_t at, len; /* of the fault, in the field's value */
	sv v, a, d, s, q, c, cv, z, h; /* as written, trimmed */
	sv i;          /* of DKIM: decoded */
	bool has_i;
	enum crypto_type type;
	enum crypto_hash hash;
	enum dkim_canon header, body;
	bool odd_twice; /* a tag was there twice */
	bool signs_from, oversigns_from;
	sv *name;      /* of h=, in its order */
	size_t names;
	sv signature;  /* decoded b= */
	sv body_hash;  /* decoded bh= */
	bool has_l;
	uint64_t l;
	bool has_t, has_x;
	int64_t t, x;  /* Unix time; what is too big is INT64_MAX */
	unsigned instance; /* of ARC: 1..50; 0: none that is right */
	sv cut;        /* what is left out of the field when it is hashed */
};

/* *out is filled whatever the field says; it and views in it live in a. */
void dkim_sig_read(struct arena *a, enum dkim_kind kind,
                   const struct dkim_field *f, struct dkim_sig *out);

/* The domain of i=: behind its last '@'; that of d= where i= is not there. */
sv dkim_sig_identity(const struct dkim_sig *s);

/*
 * dkim-quoted-printable (RFC 6376 section 2.11) undone, in a: white space is
 * nothing, and what is no code is kept.
 */
sv dkim_unquote(struct arena *a, sv s);

/* Is "name" that domain, or one below it?  ASCII letter case is nothing. */
bool dkim_domain_under(sv name, sv domain);

#endif
