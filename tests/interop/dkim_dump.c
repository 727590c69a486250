/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_dump.c - sign and verify files, for a comparison with other engines
 *
 *	dkim_dump key rsa|ed25519 FILE            write a key, print its record
 *	dkim_dump sign KEY r|s r|s FILE...        FILE.ours is FILE signed
 *	dkim_dump verify ZONE FILE...             "FILE result label" lines
 *	dkim_dump seal ZONE KEY FILE...           FILE.ours with an ARC set more
 *	dkim_dump chain ZONE FILE...              "FILE result" lines of ARC
 *
 * Domain and selector are example.org and the key's file name.
 */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth_case.h"

#include "auth/arc.h"
#include "auth/dkim.h"
#include "auth/dkim_sign.h"

static sv slurp(struct arena *a, const char *path)
{
	size_t n = 0;
	char *p = auth_slurp("", path, &n);
	sv out = p ? arena_dup(a, sv_of(p, n)) : SV("");

	free(p);
	return out;
}

static int make_key(struct arena *a, const char *type, const char *path)
{
	EVP_PKEY *key = strcmp(type, "rsa")
	                    ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
	                    : EVP_RSA_gen(2048);
	FILE *f = fopen(path, "w");
	struct crypto_private *k = NULL;
	struct crypto_public half;
	bool ok = key && f &&
	          PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);

	if (f)
		ok = !fclose(f) && ok;
	EVP_PKEY_free(key);
	ok = ok && crypto_private_read(slurp(a, path), &k, NULL) == MW_OK &&
	     crypto_private_public(a, k, &half);
	if (ok)
		printf("v=DKIM1; k=%s; p=%.*s\n", type,
		       SV_FMT(dkim_key_text(a, &half)));
	crypto_private_free(k);
	return ok ? 0 : 1;
}

static bool put(struct arena *a, const char *path, sv fields, sv raw)
{
	FILE *f = fopen(arena_printf(a, "%s.ours", path).p, "w");
	bool ok;

	if (!f)
		return false;
	ok = fwrite(fields.p, 1, fields.n, f) == fields.n &&
	     fwrite(raw.p, 1, raw.n, f) == raw.n;
	return !fclose(f) && ok;
}

static bool sign_file(struct arena *a, const struct dkim_sign *with,
                      const char *path)
{
	struct dkim_mail m;
	sv raw = slurp(a, path), field;

	return dkim_mail_read(a, raw, &m, NULL) == MW_OK &&
	       dkim_sign(a, &m, with, &field, NULL) == MW_OK &&
	       put(a, path, field, raw);
}

static int sign(struct arena *a, struct crypto *c, char **argv)
{
	struct dkim_sign with;
	struct crypto_private *k = NULL;
	const char *slash = strrchr(argv[0], '/');
	int bad = 0;

	if (crypto_private_read(slurp(a, argv[0]), &k, NULL) != MW_OK)
		return 1;
	dkim_sign_usual(&with);
	with.crypto = c;
	with.key = k;
	with.domain = SV("example.org");
	with.selector = sv_str(slash ? slash + 1 : argv[0]);
	with.header = *argv[1] == 'r' ? DKIM_RELAXED : DKIM_SIMPLE;
	with.body = *argv[2] == 'r' ? DKIM_RELAXED : DKIM_SIMPLE;
	for (char **p = argv + 3; *p; p++)
		bad |= !sign_file(a, &with, *p);
	crypto_private_free(k);
	return bad;
}

static int verify(struct arena *a, struct crypto *c, char **argv)
{
	struct dns_zone *z = dns_zone_new();
	struct dns_resolver *r = z ? dns_zone_resolver(z) : NULL;
	struct facts_options fo = {.resolver = r};
	struct facts *f = r ? facts_new(&fo) : NULL;
	struct dkim_options opt = {.crypto = c};
	bool ok = f && dns_zone_read(z, slurp(a, argv[0]), NULL) == MW_OK;

	for (char **p = argv + 1; ok && *p; p++) {
		struct dkim_outcome out = {0};
		struct dkim_mail m;

		ok = dkim_mail_read(a, slurp(a, *p), &m, NULL) == MW_OK;
		while (ok && dkim_verify(f, a, &m, &opt, &out) == STEP_WAIT)
			facts_wait(f);
		printf("%s %s", *p, dkim_result_name(out.result));
		for (size_t i = 0; i < out.n; i++)
			printf(" %.*s",
			       SV_FMT(dkim_label(a, &out.sig[i])));
		printf("\n");
	}
	facts_free(f);
	dns_resolver_free(r);
	dns_zone_free(z);
	return ok ? 0 : 1;
}

static bool chain_file(struct arena *a, struct crypto *c, struct facts *f,
                       const struct crypto_private *k, const char *selector,
                       const char *path)
{
	struct dkim_options opt = {.crypto = c};
	struct arc_outcome out = {0};
	struct arc_sign with = {
	    .crypto = c, .key = k, .domain = SV("example.org"),
	    .selector = sv_str(selector), .authserv = SV("mx.example.org"),
	    .t = 1764000000, .chain = &out};
	struct dkim_mail m;
	sv raw = slurp(a, path), fields;

	if (dkim_mail_read(a, raw, &m, NULL) != MW_OK)
		return false;
	while (arc_validate(f, a, &m, &opt, &out) == STEP_WAIT)
		facts_wait(f);
	if (k)
		return arc_sign(a, &m, &with, &fields, NULL) == MW_OK &&
		       fields.n && put(a, path, fields, raw);
	printf("%s %s %s\n", path, arc_result_name(out.result),
	       arc_fault_id(out.fault));
	return true;
}

/* With a key a set is added, without one the chain is told. */
static int chain(struct arena *a, struct crypto *c, const char *zone,
                 const char *key, char **files)
{
	struct dns_zone *z = dns_zone_new();
	struct dns_resolver *r = z ? dns_zone_resolver(z) : NULL;
	struct facts_options fo = {.resolver = r};
	struct facts *f = r ? facts_new(&fo) : NULL;
	struct crypto_private *k = NULL;
	const char *slash = key ? strrchr(key, '/') : NULL;
	bool ok = f && dns_zone_read(z, slurp(a, zone), NULL) == MW_OK &&
	          (!key ||
	           crypto_private_read(slurp(a, key), &k, NULL) == MW_OK);

	for (; ok && *files; files++)
		ok = chain_file(a, c, f, k, slash ? slash + 1 : key, *files);
	crypto_private_free(k);
	facts_free(f);
	dns_resolver_free(r);
	dns_zone_free(z);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct crypto *c = crypto_new(4);
	int rc = 2;

	if (a && c && argc == 4 && !strcmp(argv[1], "key"))
		rc = make_key(a, argv[2], argv[3]);
	else if (a && c && argc > 5 && !strcmp(argv[1], "sign"))
		rc = sign(a, c, argv + 2);
	else if (a && c && argc > 3 && !strcmp(argv[1], "verify"))
		rc = verify(a, c, argv + 2);
	else if (a && c && argc > 4 && !strcmp(argv[1], "seal"))
		rc = chain(a, c, argv[2], argv[3], argv + 4);
	else if (a && c && argc > 3 && !strcmp(argv[1], "chain"))
		rc = chain(a, c, argv[2], NULL, argv + 3);
	crypto_free(c);
	arena_free(a);
	return rc;
}
