/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_key.h - key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463)
 *
 * The input is what somebody put into a DNS panel.  Reading goes on behind a
 * fault; each has its place in the record's text (its strings joined).
 */
#ifndef AUTH_DKIM_KEY_H
#define AUTH_DKIM_KEY_H

#include "auth/crypto.h"
#include "auth/dkim_reason.h"
#include "auth/taglist.h"
#include "auth/fault.h"

/* RFC 8301 section 3.2: less must not be taken as valid. */
#define DKIM_RSA_MIN 1024

/* What a record has that some verifiers take another way (dkim.h). */
enum dkim_key_trait {
	DKIM_KEY_IS_PKCS1 = 1,      /* RSAPublicKey without SubjectPublicKeyInfo */
	DKIM_KEY_IS_WRAPPED = 2,    /* Ed25519 in SubjectPublicKeyInfo */
	DKIM_KEY_HAS_QUOTES = 4,
	DKIM_KEY_HAS_GRANULARITY = 8, /* g= of RFC 4871 */
	DKIM_KEY_NO_VERSION = 16
};

struct dkim_key {
	sv text;
	/* Why it cannot be used; DKIM_FINE: it can.  small: RFC 8301 only. */
	enum dkim_reason fault;
	sv arg;
	bool small;
	bool is_dkim;        /* it wants to be a key record */
	bool testing;        /* t=y */
	bool strict;         /* t=s */
	bool sha1, sha256;   /* h= allows them */
	bool has_public;     /* .key and .bits are there, in spite of faults */
	unsigned traits;
	unsigned bits;
	struct crypto_public key;
	sv type, p, notes, services, flags, hashes, granularity;
	struct faults faults; /* with places in text */
};

/*
 * text must outlive *out, as must a.  Never fails: a record that is no key
 * says so in .fault.
 */
void dkim_key_read(struct arena *a, sv text, struct dkim_key *out);

/*
 * The record as its owner meant it: quotes, backslashes and blanks out, the
 * parts of a PEM file out, v= first, Ed25519 bare.  Empty where there is no
 * such text, or it is no better.
 */
sv dkim_key_repair(struct arena *a, const struct dkim_key *key);

/* The value of p= for a key; empty where memory is exhausted. */
sv dkim_key_text(struct arena *a, const struct crypto_public *key);

bool dkim_key_same(const struct crypto_public *a,
                   const struct crypto_public *b);

#endif
