/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DKIM signatures per second and core: RSA of 2048 bits over a body of 3 KB,
 * relaxed/relaxed, 10 fields signed, the key's record known.  Verified with
 * the key made anew each time, and with keys kept; signed with a key kept.
 * Beside it what OpenSSL alone needs for the same (a key made from its
 * numbers, one verification, one SHA-256 of the body; a hash and a signature),
 * in turns, so that both see the same machine.  Prints "name value unit".
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/dkim.h"
#include "auth/dkim_sign.h"
#include "dns/zone.h"

#ifndef TIMES
#define TIMES 3000
#endif
#ifndef ROUNDS
#define ROUNDS 15
#endif
#define SIGN_TIMES (TIMES / 8)

struct bench {
	struct arena *a, *kept;
	struct crypto *crypto, *caching;
	struct crypto_private *key;
	struct facts *f;
	sv plain, mail, body;
	EVP_PKEY *pkey; /* of OpenSSL */
	unsigned char n[256], e[4], hash[32], signature[256];
	size_t nn, ne;
};

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_value);
	return v[ROUNDS / 2];
}

static void need(bool ok)
{
	if (!ok)
		abort();
}

/* ---- ours ---- */

static void verify(struct bench *b, struct crypto *crypto)
{
	struct dkim_outcome out = {0};
	struct dkim_options opt = {.crypto = crypto};
	struct dkim_mail m;

	arena_reset(b->a);
	need(dkim_mail_read(b->a, b->mail, &m, NULL) == MW_OK);
	need(dkim_verify(b->f, b->a, &m, &opt, &out) == STEP_DONE);
	need(out.result == DKIM_PASS);
}

static sv sign(struct bench *b, struct arena *a)
{
	struct dkim_sign with;
	struct dkim_mail m;
	sv field = SV("");

	dkim_sign_usual(&with);
	with.crypto = b->crypto;
	with.key = b->key;
	with.domain = SV("example.org");
	with.selector = SV("s");
	with.body = DKIM_RELAXED;
	with.t = 1700000000;
	need(dkim_mail_read(a, b->plain, &m, NULL) == MW_OK);
	need(dkim_sign(a, &m, &with, &field, NULL) == MW_OK);
	return field;
}

/* ---- OpenSSL alone ---- */

static EVP_PKEY *make_key(struct bench *b)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {
	    OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, b->n, b->nn),
	    OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, b->e, b->ne),
	    OSSL_PARAM_END};

	need(EVP_PKEY_fromdata_init(ctx) > 0 &&
	     EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) > 0);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void hash_body(struct bench *b, unsigned char *out)
{
	unsigned n;

	need(EVP_Digest(b->body.p, b->body.n, out, &n, EVP_sha256(), NULL));
}

static void bare_verify(struct bench *b, EVP_PKEY *kept)
{
	EVP_PKEY *key = kept ? kept : make_key(b);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	unsigned char hash[32];

	hash_body(b, hash);
	need(EVP_PKEY_verify_init(ctx) > 0 &&
	     EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
	     EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) > 0 &&
	     EVP_PKEY_verify(ctx, b->signature, sizeof(b->signature), b->hash,
	                     sizeof(b->hash)) > 0);
	EVP_PKEY_CTX_free(ctx);
	if (!kept)
		EVP_PKEY_free(key);
}

static void bare_sign(struct bench *b, unsigned char *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, b->pkey, NULL);
	unsigned char hash[32];
	size_t n = 256;

	hash_body(b, hash);
	need(EVP_PKEY_sign_init(ctx) > 0 &&
	     EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
	     EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) > 0 &&
	     EVP_PKEY_sign(ctx, out, &n, hash, sizeof(hash)) > 0);
	EVP_PKEY_CTX_free(ctx);
}

/* ---- what both work on ---- */

static void make_mail(struct bench *b)
{
	static const char line[] =
	    "Thank you for your order; it will be sent on Monday morning.\r\n";
	sv text = SV("");

	for (int i = 0; i < 49; i++)
		text = arena_printf(b->kept, "%.*s%s", SV_FMT(text), line);
	b->body = text;
	b->plain = arena_printf(
	    b->kept,
	    "Received: from a.example.org by b.example.org; "
	    "Tue, 04 Nov 2025 10:00:00 +0000\r\n"
	    "From: Shop <shop@example.org>\r\nTo: anna@example.com\r\n"
	    "Subject: Your order\r\nDate: Tue, 04 Nov 2025 10:00:00 +0000\r\n"
	    "Message-ID: <4711@example.org>\r\nReply-To: help@example.org\r\n"
	    "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "List-Unsubscribe: <https://example.org/u>\r\n\r\n%.*s",
	    SV_FMT(text));
}

static void make_private(struct bench *b)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem;
	long n;

	b->pkey = EVP_RSA_gen(2048);
	need(b->pkey && bio &&
	     PEM_write_bio_PrivateKey(bio, b->pkey, NULL, NULL, 0, NULL, NULL));
	n = BIO_get_mem_data(bio, &pem);
	need(crypto_private_read(sv_of(pem, (size_t)n), &b->key, NULL) ==
	     MW_OK);
	BIO_free(bio);
}

/* OpenSSL takes numbers least byte first here. */
static size_t turn(sv big, unsigned char *out)
{
	for (size_t i = 0; i < big.n; i++)
		out[i] = (unsigned char)big.p[big.n - 1 - i];
	return big.n;
}

static void begin(struct bench *b, struct dns_zone *z)
{
	struct crypto_public half;
	struct facts_options fo = {.now = 1800000000};
	sv record;

	*b = (struct bench){.a = arena_new(1 << 20), .kept = arena_new(1 << 20),
	                    .crypto = crypto_new(0),
	                    .caching = crypto_new(16)};
	make_private(b);
	make_mail(b);
	need(crypto_private_public(b->kept, b->key, &half));
	b->nn = turn(half.n, b->n);
	b->ne = turn(half.e, b->e);
	record = arena_printf(b->kept, "s._domainkey.example.org TXT "
	                      "v=DKIM1; k=rsa; p=%.*s",
	                      SV_FMT(dkim_key_text(b->kept, &half)));
	need(dns_zone_read(z, record, NULL) == MW_OK);
	fo.resolver = dns_zone_resolver(z);
	b->f = facts_new(&fo);
	b->mail = arena_printf(b->kept, "%.*s%.*s", SV_FMT(sign(b, b->kept)),
	                       SV_FMT(b->plain));
	hash_body(b, b->hash);
	bare_sign(b, b->signature);
}

enum { VERIFY, BARE_VERIFY, CACHED, BARE_CACHED, SIGN, BARE_SIGN, KINDS };

static double rate(struct bench *b, int kind)
{
	int times = kind >= SIGN ? SIGN_TIMES : TIMES;
	unsigned char out[256];
	double t = now();

	for (int i = 0; i < times; i++) {
		if (kind == VERIFY)
			verify(b, b->crypto);
		else if (kind == BARE_VERIFY)
			bare_verify(b, NULL);
		else if (kind == CACHED)
			verify(b, b->caching);
		else if (kind == BARE_CACHED)
			bare_verify(b, b->pkey);
		else if (kind == BARE_SIGN)
			bare_sign(b, out);
		else {
			arena_reset(b->a);
			(void)sign(b, b->a);
		}
	}
	return times / (now() - t);
}

int main(void)
{
	static const char *const names[KINDS] = {
	    "verify, key made anew", "OpenSSL alone, key made anew",
	    "verify, key kept",      "OpenSSL alone, key kept",
	    "sign, key kept",        "OpenSSL alone, sign"};
	double v[KINDS][ROUNDS], ratio[KINDS / 2][ROUNDS];
	struct dns_zone *z = dns_zone_new();
	struct bench b;

	begin(&b, z);
	for (int r = 0; r < ROUNDS; r++) {
		for (int k = 0; k < KINDS; k++)
			v[k][r] = rate(&b, k);
		for (int k = 0; k < KINDS; k += 2)
			ratio[k / 2][r] = 100 * v[k][r] / v[k + 1][r];
	}
	for (int k = 0; k < KINDS; k++) {
		printf("dkim %s %.0f /s\n", names[k], median(v[k]));
		if (k % 2)
			printf("dkim %s, of OpenSSL alone %.0f %%\n",
			       names[k - 1], median(ratio[k / 2]));
	}
	return 0;
}
