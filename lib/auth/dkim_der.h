/* SPDX-License-Identifier: BSD-2-Clause */
/* dkim_der.h - public keys out of DER (RFC 5280 4.1, RFC 8017 A.1.1) */
#ifndef AUTH_DKIM_DER_H
#define AUTH_DKIM_DER_H

#include "auth/crypto.h"

enum der_flaw {
	DER_FINE,
	DER_CUT,   /* it ends before a length says */
	DER_WRONG, /* it is no key of a type known here */
	DER_MORE   /* a key, and bytes behind it */
};

/*
 * SubjectPublicKeyInfo of RSA or Ed25519, or RSAPublicKey alone (*bare).
 * Views into der; *at is the offset of a flaw.
 */
enum der_flaw der_public(sv der, struct crypto_public *out, bool *bare,
                         size_t *at);

/* The other way, in a: SubjectPublicKeyInfo of an RSA key. */
sv der_rsa(struct arena *a, const struct crypto_public *key);

/* Bits of a big-endian number without leading zeros. */
unsigned der_bits(sv number);

#endif
