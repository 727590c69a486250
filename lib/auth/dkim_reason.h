/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_reason.h - why a signature is what it is: ids, a contract
 *
 * Some take an argument: "missing_tag:bh", "key_too_small:768",
 * "header_changed:subject".
 */
#ifndef AUTH_DKIM_REASON_H
#define AUTH_DKIM_REASON_H

#include "base/arena.h"

enum dkim_reason {
	DKIM_FINE,
	/* The signature's field (RFC 6376 sections 3.5, 6.1.1). */
	DKIM_SYNTAX,
	DKIM_DUPLICATE_TAG,  /* :TAG */
	DKIM_MISSING_TAG,    /* :TAG */
	DKIM_BAD_VALUE,      /* :TAG */
	DKIM_VERSION,
	DKIM_ALGORITHM,
	DKIM_CANONICALIZATION,
	DKIM_QUERY,
	DKIM_IDENTITY,       /* i= is not under d= */
	DKIM_FROM_UNSIGNED,
	DKIM_FROM_MISSING,   /* the message has none, or none with an address */
	DKIM_SIGNATURE_BASE64,
	DKIM_EXPIRED,
	DKIM_FUTURE,         /* t= is later than now: no failure */
	DKIM_RSA_SHA1,       /* RFC 8301 */
	DKIM_TOO_MANY,       /* signatures beyond those that are looked at */
	/* The key (RFC 6376 sections 3.6.1, 6.1.2). */
	DKIM_KEY_NOT_FOUND,  /* :nxdomain :nodata */
	DKIM_KEY_DNS,        /* :servfail :timeout :bogus ... */
	DKIM_KEY_SEVERAL,
	DKIM_KEY_OTHER,      /* a record about something else */
	DKIM_KEY_QUOTES,
	DKIM_KEY_VERSION,
	DKIM_KEY_VERSION_PLACE,
	DKIM_KEY_SYNTAX,
	DKIM_KEY_DUPLICATE_TAG, /* :TAG */
	DKIM_KEY_MISSING_P,
	DKIM_KEY_REVOKED,
	DKIM_KEY_BASE64,
	DKIM_KEY_TRUNCATED,
	DKIM_KEY_DER,        /* bytes that are no key */
	DKIM_KEY_ED25519,    /* not the 32 bytes alone */
	DKIM_KEY_TYPE,       /* k= that nobody knows */
	DKIM_KEY_MISMATCH,   /* k= and a= differ */
	DKIM_KEY_HASH,
	DKIM_KEY_SERVICE,
	DKIM_KEY_STRICT,     /* t=s, and i= is a name below d= */
	DKIM_KEY_SMALL,      /* :BITS, RFC 8301 */
	DKIM_KEY_LARGE,      /* :BITS */
	DKIM_KEY_UNUSABLE,
	/* What happened to the message. */
	DKIM_BODY_CHANGED,   /* or :appended :prepended */
	DKIM_BODY_WHITESPACE,
	DKIM_BODY_RECODED,   /* another Content-Transfer-Encoding */
	DKIM_BODY_EMPTY,     /* the signer saw no body */
	DKIM_BODY_WRAPPED,   /* a long line was broken */
	DKIM_BODY_MBOX,      /* "From " became ">From " */
	DKIM_BODY_DOT,
	DKIM_BODY_LENGTH,    /* l= is more than there is */
	DKIM_LF_NORMALISED,  /* LF was signed, CRLF came */
	DKIM_LF_PRESENT,     /* CRLF was signed, LF came */
	DKIM_HEADER_CHANGED, /* or :FIELD */
	DKIM_HEADER_ADDED,   /* :FIELD */
	DKIM_HEADER_REMOVED, /* :FIELD, the only signed one that is not there */
	DKIM_HEADER_FOLDING, /* :FIELD */
	DKIM_HEADER_SPACE,   /* :FIELD */
	DKIM_HEADER_CASE,    /* :FIELD */
	DKIM_WRONG_KEY,      /* not made with this key, or b= is damaged */
	/* Ours. */
	DKIM_NO_MEMORY,
	DKIM_REASON_N
};

/* "missing_tag" */
const char *dkim_reason_name(enum dkim_reason reason);

/* "missing_tag:bh"; without the colon where arg is empty. */
sv dkim_reason_label(struct arena *a, enum dkim_reason reason, sv arg);

#endif
