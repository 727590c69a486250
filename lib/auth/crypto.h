/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crypto.h - hashes and signatures: OpenSSL 3 behind one interface
 *
 * What is costly in OpenSSL 3 is not the arithmetic but looking algorithms up
 * and its decoders of keys; so algorithms are looked up once for a struct
 * crypto, and keys are made from their numbers (RFC 8017, RFC 8032), which
 * others read out of records (dkim_key.h).
 *
 * A struct crypto is used by one thread at a time.
 */
#ifndef AUTH_CRYPTO_H
#define AUTH_CRYPTO_H

#include "base/arena.h"
#include "base/err.h"

enum crypto_hash { CRYPTO_SHA256, CRYPTO_SHA1 };
/* Room for any of them. */
#define CRYPTO_HASH_MAX 32

enum crypto_type { CRYPTO_RSA, CRYPTO_ED25519 };
/*
 * Bits of an RSA key that is used at all: nobody publishes more in DNS, and
 * work grows with the square.  Its exponent has at most 64.
 */
#define CRYPTO_RSA_MAX 8192
#define CRYPTO_EXPONENT_BYTES 8
/* Bytes of a signature. */
#define CRYPTO_SIGNATURE_MAX (CRYPTO_RSA_MAX / 8)
#define CRYPTO_ED25519_BYTES 32

struct crypto;

/*
 * "keys" public keys are kept between uses (0: none).  NULL if there is no
 * memory or OpenSSL lacks an algorithm.
 */
struct crypto *crypto_new(unsigned keys);
void crypto_free(struct crypto *c);

size_t crypto_hash_size(enum crypto_hash kind);

/*
 * A hash under way; made by hash_begin(), ended once by hash_end(), which
 * gives it back.  A failure is sticky and makes hash_end() false.
 */
struct hash {
	struct crypto *of;
	void *ctx;
	enum crypto_hash kind;
	bool failed;
};
void hash_begin(struct crypto *c, enum crypto_hash kind, struct hash *h);
void hash_add(struct hash *h, sv bytes);
/* What it would be if it ended here. */
bool hash_peek(struct hash *h, uint8_t out[CRYPTO_HASH_MAX]);
/* Another hash that begins with the same bytes. */
void hash_fork(const struct hash *h, struct hash *out);
bool hash_end(struct hash *h, uint8_t out[CRYPTO_HASH_MAX]);
/* All at once. */
bool hash_of(struct crypto *c, enum crypto_hash kind, sv bytes,
             uint8_t out[CRYPTO_HASH_MAX]);

/* ---- public keys ---- */

struct crypto_public {
	enum crypto_type type;
	sv n, e;       /* RSA: big-endian, no leading zeros */
	sv raw;        /* Ed25519: 32 bytes (RFC 8032 section 5.1.5) */
};

/* What a signature says of the hash it was made over. */
enum crypto_verdict {
	CRYPTO_GOOD,
	CRYPTO_BAD,        /* another hash was signed */
	CRYPTO_FOREIGN,    /* RSA: not made with this key at all, or damaged */
	CRYPTO_UNUSABLE    /* the key cannot be used, or no memory */
};

/*
 * Check a signature (RSASSA-PKCS1-v1_5, or Ed25519 over the hash as RFC 8463
 * section 3 has it).  Where an RSA signature was made with this key, the hash
 * that was signed is put into *was and *known is set: so whoever looks for
 * what changed need not do the arithmetic again.  was and known may be NULL.
 */
enum crypto_verdict crypto_verify(struct crypto *c,
                                  const struct crypto_public *key,
                                  enum crypto_hash kind,
                                  const uint8_t hash[CRYPTO_HASH_MAX],
                                  sv signature,
                                  uint8_t was[CRYPTO_HASH_MAX], bool *known);

/* ---- private keys ---- */

struct crypto_private;

/*
 * PEM (PKCS#8 or "RSA PRIVATE KEY", not encrypted), or 32 bytes of Ed25519 in
 * base64 as dkimpy keeps them.
 *	MW_ESYNTAX	it is none of these, or of another type
 *	MW_ENOMEM
 */
enum mw_status crypto_private_read(sv pem, struct crypto_private **out,
                                   struct mw_err *err);
void crypto_private_free(struct crypto_private *k);
enum crypto_type crypto_private_type(const struct crypto_private *k);
/* Of the modulus; 256 for Ed25519. */
unsigned crypto_private_bits(const struct crypto_private *k);
/* Its public half, in a; false if there is no memory. */
bool crypto_private_public(struct arena *a, const struct crypto_private *k,
                           struct crypto_public *out);

/* A signature over a hash, in a; empty where that failed. */
sv crypto_sign(struct crypto *c, struct arena *a,
               const struct crypto_private *k, enum crypto_hash kind,
               const uint8_t hash[CRYPTO_HASH_MAX]);

/* ---- base64 (RFC 4648 section 4) ---- */

enum base64_flaw {
	BASE64_FINE,
	BASE64_BAD_SIGN, /* a byte that is none of the alphabet */
	BASE64_CUT,      /* the last quantum is not complete, '=' missing */
	BASE64_AFTER     /* something behind '=' */
};

/*
 * White space is passed over.  *out (in a) holds what could be decoded, *at
 * the offset of the flaw.
 */
enum base64_flaw base64_decode(struct arena *a, sv text, sv *out, size_t *at);
sv base64_encode(struct arena *a, sv bytes);

#endif
