/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/crypto.h"

#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

/* Hash contexts that wait for use; more are made where more are needed. */
#define POOL 4

struct kept {
	enum crypto_type type;
	sv n, e, raw; /* own copies */
	char *bytes;
	EVP_PKEY *key;
};

struct crypto {
	EVP_MD *md[2];
	EVP_PKEY_CTX *from_rsa; /* makes RSA keys */
	EVP_MD_CTX *pool[POOL];
	unsigned npool;
	struct kept *kept;
	size_t nkept; /* 0: none is kept */
	EVP_PKEY *last; /* made for one use */
};

struct crypto_private {
	EVP_PKEY *key;
	enum crypto_type type;
};

struct crypto *crypto_new(unsigned keys)
{
	struct crypto *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->md[CRYPTO_SHA256] = EVP_MD_fetch(NULL, "SHA256", NULL);
	c->md[CRYPTO_SHA1] = EVP_MD_fetch(NULL, "SHA1", NULL);
	c->from_rsa = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	c->kept = keys ? calloc(keys, sizeof(*c->kept)) : NULL;
	c->nkept = keys;
	if (!c->md[0] || !c->md[1] || !c->from_rsa || (keys && !c->kept) ||
	    EVP_PKEY_fromdata_init(c->from_rsa) <= 0) {
		crypto_free(c);
		return NULL;
	}
	return c;
}

void crypto_free(struct crypto *c)
{
	if (!c)
		return;
	for (size_t i = 0; c->kept && i < c->nkept; i++) {
		EVP_PKEY_free(c->kept[i].key);
		free(c->kept[i].bytes);
	}
	free(c->kept);
	while (c->npool)
		EVP_MD_CTX_free(c->pool[--c->npool]);
	EVP_PKEY_free(c->last);
	EVP_PKEY_CTX_free(c->from_rsa);
	EVP_MD_free(c->md[0]);
	EVP_MD_free(c->md[1]);
	free(c);
}

/* ---- hashes ---- */

size_t crypto_hash_size(enum crypto_hash kind)
{
	return kind == CRYPTO_SHA1 ? 20 : 32;
}

static void *take_ctx(struct crypto *c)
{
	return c->npool ? c->pool[--c->npool] : EVP_MD_CTX_new();
}

static void give_ctx(struct crypto *c, void *ctx)
{
	if (c->npool < POOL && ctx)
		c->pool[c->npool++] = ctx;
	else
		EVP_MD_CTX_free(ctx);
}

void hash_begin(struct crypto *c, enum crypto_hash kind, struct hash *h)
{
	*h = (struct hash){.of = c, .ctx = take_ctx(c), .kind = kind};
	h->failed = !h->ctx || !EVP_DigestInit_ex2(h->ctx, c->md[kind], NULL);
}

void hash_add(struct hash *h, sv bytes)
{
	if (!h->failed && bytes.n)
		h->failed = !EVP_DigestUpdate(h->ctx, bytes.p, bytes.n);
}

void hash_fork(const struct hash *h, struct hash *out)
{
	*out = (struct hash){.of = h->of, .ctx = take_ctx(h->of),
	                     .kind = h->kind, .failed = h->failed};
	if (!out->failed)
		out->failed = !out->ctx ||
		              !EVP_MD_CTX_copy_ex(out->ctx, h->ctx);
}

bool hash_peek(struct hash *h, uint8_t out[CRYPTO_HASH_MAX])
{
	struct hash other;

	hash_fork(h, &other);
	return hash_end(&other, out);
}

bool hash_end(struct hash *h, uint8_t out[CRYPTO_HASH_MAX])
{
	uint8_t room[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!h->failed)
		h->failed = !EVP_DigestFinal_ex(h->ctx, room, &n);
	memset(out, 0, CRYPTO_HASH_MAX);
	if (!h->failed && n <= CRYPTO_HASH_MAX)
		memcpy(out, room, n);
	give_ctx(h->of, h->ctx);
	h->ctx = NULL;
	return !h->failed;
}

bool hash_of(struct crypto *c, enum crypto_hash kind, sv bytes,
             uint8_t out[CRYPTO_HASH_MAX])
{
	struct hash h;

	hash_begin(c, kind, &h);
	hash_add(&h, bytes);
	return hash_end(&h, out);
}

/* ---- public keys ---- */

/* OpenSSL wants numbers in the machine's order of bytes. */
static OSSL_PARAM number(const char *name, sv big, unsigned char *room)
{
	const union {
		uint16_t v;
		uint8_t first;
	} order = {.v = 1};

	for (size_t i = 0; i < big.n; i++)
		room[i] = (unsigned char)(order.first ? big.p[big.n - 1 - i]
		                                      : big.p[i]);
	return OSSL_PARAM_construct_BN(name, room, big.n);
}

static EVP_PKEY *make_rsa(struct crypto *c, const struct crypto_public *k)
{
	unsigned char n[CRYPTO_RSA_MAX / 8], e[CRYPTO_EXPONENT_BYTES];
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[3];

	if (!k->n.n || k->n.n > sizeof(n) || !k->e.n || k->e.n > sizeof(e))
		return NULL;
	params[0] = number(OSSL_PKEY_PARAM_RSA_N, k->n, n);
	params[1] = number(OSSL_PKEY_PARAM_RSA_E, k->e, e);
	params[2] = OSSL_PARAM_construct_end();
	if (EVP_PKEY_fromdata(c->from_rsa, &key, EVP_PKEY_PUBLIC_KEY,
	                      params) <= 0)
		return NULL;
	return key;
}

static EVP_PKEY *make_key(struct crypto *c, const struct crypto_public *k)
{
	if (k->type == CRYPTO_RSA)
		return make_rsa(c, k);
	if (k->raw.n != CRYPTO_ED25519_BYTES)
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
	                                   (const unsigned char *)k->raw.p,
	                                   k->raw.n);
}

/* Which place a key has: its bytes are as good as random. */
static size_t slot_of(const struct crypto *c, const struct crypto_public *k)
{
	sv s = k->type == CRYPTO_RSA ? k->n : k->raw;
	uint64_t h = s.n;

	for (size_t i = 0; i < s.n; i += 16)
		h = (h ^ (uint8_t)s.p[i]) * 0x100000001b3ULL;
	return (size_t)((h ^ h >> 32) % c->nkept);
}

static sv put(char **at, sv s)
{
	sv out = sv_of(*at, s.n);

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return out;
}

/* Borrowed until the next call. */
static EVP_PKEY *get_key(struct crypto *c, const struct crypto_public *k)
{
	struct kept *slot;
	char *at;

	if (!c->nkept) {
		EVP_PKEY_free(c->last);
		return c->last = make_key(c, k);
	}
	slot = &c->kept[slot_of(c, k)];
	if (slot->key && slot->type == k->type && sv_eq(slot->n, k->n) &&
	    sv_eq(slot->e, k->e) && sv_eq(slot->raw, k->raw))
		return slot->key;
	EVP_PKEY_free(slot->key);
	free(slot->bytes);
	*slot = (struct kept){.type = k->type, .key = make_key(c, k)};
	slot->bytes = malloc(k->n.n + k->e.n + k->raw.n + 1);
	if (!slot->bytes) {
		EVP_PKEY_free(slot->key);
		slot->key = NULL;
		return NULL;
	}
	at = slot->bytes;
	slot->n = put(&at, k->n);
	slot->e = put(&at, k->e);
	slot->raw = put(&at, k->raw);
	return slot->key;
}

/*
 * What stands before the hash in a signature: DigestInfo of RFC 8017 section
 * 9.2 note 1.  Compared as a whole, so nothing in it can be chosen.
 */
static const uint8_t info_sha256[] = {
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
static const uint8_t info_sha1[] = {0x30, 0x21, 0x30, 0x09, 0x06,
                                    0x05, 0x2b, 0x0e, 0x03, 0x02,
                                    0x1a, 0x05, 0x00, 0x04, 0x14};

static enum crypto_verdict verify_rsa(EVP_PKEY *key, enum crypto_hash kind,
                                      const uint8_t *hash, sv sig,
                                      uint8_t *was, bool *known)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	unsigned char room[CRYPTO_SIGNATURE_MAX];
	size_t n = sizeof(room), size = crypto_hash_size(kind);
	const uint8_t *info = kind == CRYPTO_SHA1 ? info_sha1 : info_sha256;
	size_t ninfo = kind == CRYPTO_SHA1 ? sizeof(info_sha1)
	                                   : sizeof(info_sha256);
	bool ok = ctx && EVP_PKEY_verify_recover_init(ctx) > 0 &&
	          EVP_PKEY_verify_recover(ctx, room, &n,
	                                  (const unsigned char *)sig.p,
	                                  sig.n) > 0;

	EVP_PKEY_CTX_free(ctx);
	if (!ok || n != ninfo + size || memcmp(room, info, ninfo)) {
		ERR_clear_error();
		return ctx ? CRYPTO_FOREIGN : CRYPTO_UNUSABLE;
	}
	if (was)
		memcpy(was, room + ninfo, size);
	if (known)
		*known = true;
	return memcmp(room + ninfo, hash, size) ? CRYPTO_BAD : CRYPTO_GOOD;
}

static enum crypto_verdict verify_ed25519(struct crypto *c, EVP_PKEY *key,
                                          enum crypto_hash kind,
                                          const uint8_t *hash, sv sig)
{
	EVP_MD_CTX *ctx = take_ctx(c);
	bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) > 0 &&
	          EVP_DigestVerify(ctx, (const unsigned char *)sig.p, sig.n,
	                           hash, crypto_hash_size(kind)) > 0;

	EVP_MD_CTX_free(ctx); /* what it holds is of no use for hashes */
	ERR_clear_error();
	return ok ? CRYPTO_GOOD : ctx ? CRYPTO_BAD : CRYPTO_UNUSABLE;
}

enum crypto_verdict crypto_verify(struct crypto *c,
                                  const struct crypto_public *k,
                                  enum crypto_hash kind,
                                  const uint8_t hash[CRYPTO_HASH_MAX],
                                  sv sig, uint8_t was[CRYPTO_HASH_MAX],
                                  bool *known)
{
	EVP_PKEY *key = get_key(c, k);

	if (known)
		*known = false;
	if (!key) {
		ERR_clear_error();
		return CRYPTO_UNUSABLE;
	}
	if (k->type == CRYPTO_RSA)
		return verify_rsa(key, kind, hash, sig, was, known);
	return verify_ed25519(c, key, kind, hash, sig);
}

/* ---- private keys ---- */

/* Never asked for: nobody sits there, and the terminal is not ours. */
static int no_password(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

static EVP_PKEY *read_pem(sv pem)
{
	BIO *bio = pem.n && pem.n <= 1 << 20
	               ? BIO_new_mem_buf(pem.p, (int)pem.n)
	               : NULL;
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password,
	                                              NULL)
	                    : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return key;
}

static EVP_PKEY *read_seed(sv text)
{
	struct arena *a = arena_new(4096);
	EVP_PKEY *key = NULL;
	size_t at;
	sv raw;

	if (a && text.n < 100 &&
	    base64_decode(a, text, &raw, &at) == BASE64_FINE &&
	    raw.n == CRYPTO_ED25519_BYTES) {
		key = EVP_PKEY_new_raw_private_key(
		    EVP_PKEY_ED25519, NULL, (const unsigned char *)raw.p,
		    raw.n);
		OPENSSL_cleanse((void *)(uintptr_t)raw.p, raw.n);
	}
	arena_free(a);
	return key;
}

enum mw_status crypto_private_read(sv pem, struct crypto_private **out,
                                   struct mw_err *err)
{
	EVP_PKEY *key = read_pem(pem);
	struct crypto_private *k;

	if (!key)
		key = read_seed(sv_trim(pem));
	if (!key)
		return mw_fail(err, MW_ESYNTAX,
		               "no private key in PEM form without a password");
	if (!EVP_PKEY_is_a(key, "RSA") && !EVP_PKEY_is_a(key, "ED25519")) {
		EVP_PKEY_free(key);
		return mw_fail(err, MW_ESYNTAX,
		               "a private key that is neither RSA nor Ed25519");
	}
	k = calloc(1, sizeof(*k));
	if (!k) {
		EVP_PKEY_free(key);
		return mw_fail(err, MW_ENOMEM, "no memory for a key");
	}
	k->key = key;
	k->type = EVP_PKEY_is_a(key, "RSA") ? CRYPTO_RSA : CRYPTO_ED25519;
	*out = k;
	return MW_OK;
}

void crypto_private_free(struct crypto_private *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->key);
	free(k);
}

enum crypto_type crypto_private_type(const struct crypto_private *k)
{
	return k->type;
}

unsigned crypto_private_bits(const struct crypto_private *k)
{
	return k->type == CRYPTO_RSA ? (unsigned)EVP_PKEY_get_bits(k->key)
	                             : 256;
}

static sv copy_number(struct arena *a, const EVP_PKEY *key, const char *name)
{
	BIGNUM *v = NULL;
	unsigned char *p = NULL;
	size_t n = 0;

	if (EVP_PKEY_get_bn_param(key, name, &v)) {
		n = (size_t)BN_num_bytes(v);
		p = arena_alloc(a, n + 1, 1);
		if (p)
			BN_bn2bin(v, p);
	}
	BN_free(v);
	return p ? sv_of((const char *)p, n) : SV("");
}

bool crypto_private_public(struct arena *a, const struct crypto_private *k,
                           struct crypto_public *out)
{
	size_t n = CRYPTO_ED25519_BYTES;
	unsigned char *raw;

	*out = (struct crypto_public){.type = k->type};
	if (k->type == CRYPTO_RSA) {
		out->n = copy_number(a, k->key, OSSL_PKEY_PARAM_RSA_N);
		out->e = copy_number(a, k->key, OSSL_PKEY_PARAM_RSA_E);
		return out->n.n && out->e.n;
	}
	raw = arena_alloc(a, n, 1);
	if (!raw || !EVP_PKEY_get_raw_public_key(k->key, raw, &n))
		return false;
	out->raw = sv_of((const char *)raw, n);
	return true;
}

static bool sign_rsa(struct crypto *c, EVP_PKEY *key, enum crypto_hash kind,
                     const uint8_t *hash, unsigned char *out, size_t *n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool ok = ctx && EVP_PKEY_sign_init(ctx) > 0 &&
	          EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
	          EVP_PKEY_CTX_set_signature_md(ctx, c->md[kind]) > 0 &&
	          EVP_PKEY_sign(ctx, out, n, hash,
	                        crypto_hash_size(kind)) > 0;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

sv crypto_sign(struct crypto *c, struct arena *a,
               const struct crypto_private *k, enum crypto_hash kind,
               const uint8_t hash[CRYPTO_HASH_MAX])
{
	size_t n = (size_t)EVP_PKEY_get_size(k->key);
	unsigned char *out = arena_alloc(a, n, 1);
	EVP_MD_CTX *ctx;
	bool ok;

	if (!out)
		return SV("");
	if (k->type == CRYPTO_RSA) {
		ok = sign_rsa(c, k->key, kind, hash, out, &n);
	} else {
		ctx = EVP_MD_CTX_new();
		ok = ctx &&
		     EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->key) > 0 &&
		     EVP_DigestSign(ctx, out, &n, hash,
		                    crypto_hash_size(kind)) > 0;
		EVP_MD_CTX_free(ctx);
	}
	ERR_clear_error();
	return ok ? sv_of((const char *)out, n) : SV("");
}
