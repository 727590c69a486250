/* SPDX-License-Identifier: BSD-2-Clause */
/* TLSA records: usable or not, and whether a certificate fits. */
#include "unit.h"

#include "auth/dane.h"
#include "dns/zone.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#define DAY 86400
#define NOW 1800000000

struct pair {
	X509 *cert;
	EVP_PKEY *key;
	char der[4096];
	size_t n;
	uint8_t whole[32], spki[32]; /* SHA-256 of certificate and key */
};

static struct pair root, host, stranger;

static void extend(X509 *x, X509 *by, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, by, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void make(struct pair *p, const char *name, const struct pair *by)
{
	unsigned char *der = (unsigned char *)p->der, *spki = NULL;
	unsigned n;
	int len;

	p->key = EVP_EC_gen("P-256");
	p->cert = X509_new();
	assert_true(p->key && p->cert);
	X509_set_version(p->cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(p->cert), by ? 2 : 1);
	ASN1_TIME_set(X509_getm_notBefore(p->cert), NOW - 10 * DAY);
	ASN1_TIME_set(X509_getm_notAfter(p->cert), NOW + 10 * DAY);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(p->cert), "CN",
	                           MBSTRING_ASC, (const unsigned char *)name,
	                           -1, -1, 0);
	X509_set_issuer_name(p->cert, X509_get_subject_name(
	                                  by ? by->cert : p->cert));
	X509_set_pubkey(p->cert, p->key);
	extend(p->cert, by ? by->cert : p->cert, NID_basic_constraints,
	       by ? "CA:FALSE" : "critical,CA:TRUE");
	if (by)
		extend(p->cert, by->cert, NID_subject_alt_name,
		       "DNS:mx.example.org");
	assert_true(X509_sign(p->cert, by ? by->key : p->key, EVP_sha256()));
	len = i2d_X509(p->cert, NULL);
	assert_true(len > 0 && (size_t)len <= sizeof(p->der));
	p->n = (size_t)i2d_X509(p->cert, &der);
	EVP_Digest(p->der, p->n, p->whole, &n, EVP_sha256(), NULL);
	len = i2d_PUBKEY(p->key, &spki);
	EVP_Digest(spki, (size_t)len, p->spki, &n, EVP_sha256(), NULL);
	OPENSSL_free(spki);
}

static int setup(void **state)
{
	(void)state;
	make(&root, "root of example.org", NULL);
	make(&host, "mx.example.org", &root);
	make(&stranger, "stranger", NULL);
	return 0;
}

static int teardown(void **state)
{
	struct pair *all[] = {&root, &host, &stranger};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		X509_free(all[i]->cert);
		EVP_PKEY_free(all[i]->key);
	}
	return 0;
}

/* One TLSA record; data as it is. */
static struct dane_record record(char *room, uint8_t usage, uint8_t selector,
                                 uint8_t matching, sv data)
{
	struct dns_rr rr = {.rdata = {room, data.n + 3}};
	struct dane_record r;

	room[0] = (char)usage;
	room[1] = (char)selector;
	room[2] = (char)matching;
	if (data.n)
		memcpy(room + 3, data.p, data.n);
	dane_record_read(&rr, &r);
	return r;
}

static sv digest(const uint8_t d[32])
{
	return sv_of((const char *)d, 32);
}

static void test_usable(void **state)
{
	static const struct {
		uint8_t usage, selector, matching;
		size_t n;
		enum dane_use use;
	} rows[] = {
	    {3, 1, 1, 32, DANE_USE},   {2, 0, 2, 64, DANE_USE},
	    {0, 1, 1, 32, DANE_USAGE}, {1, 1, 1, 32, DANE_USAGE},
	    {4, 1, 1, 32, DANE_USAGE}, {255, 0, 0, 1, DANE_USAGE},
	    {3, 2, 1, 32, DANE_SELECTOR}, {3, 1, 3, 32, DANE_MATCHING},
	    {3, 1, 1, 31, DANE_LENGTH}, {3, 1, 1, 64, DANE_LENGTH},
	    {3, 1, 2, 32, DANE_LENGTH}, {3, 0, 0, 20, DANE_DATA},
	    {2, 1, 0, 1, DANE_DATA},
	};
	char room[5000], zeros[64] = "";
	struct dns_rr rr = {.rdata = {room, 2}};
	struct dane_record r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = record(room, rows[i].usage, rows[i].selector,
		           rows[i].matching, sv_of(zeros, rows[i].n));
		assert_string_equal(dane_use_name(r.use),
		                    dane_use_name(rows[i].use));
	}
	r = record(room, 2, 0, 0, sv_of(root.der, root.n));
	assert_int_equal(r.use, DANE_USE);
	dane_record_read(&rr, &r);
	assert_int_equal(r.use, DANE_SHORT);
}

static enum dane_fit fit(struct dane_record *list, size_t n, const char *name,
                         int64_t now, size_t nchain)
{
	struct dane_host h = {.list = list, .n = n};
	sv chain[] = {sv_of(host.der, host.n), sv_of(root.der, root.n)};
	sv names[] = {sv_str(name)};
	struct dane_match m;

	dane_fit(&h, chain, nchain, names, 1, now, &m);
	return m.fit;
}

static void test_fit(void **state)
{
	char room[5000];
	struct dane_record r;
	unsigned char *spki = NULL;
	int n;

	(void)state;
	/* Usage 3: neither names nor dates count (RFC 7672 3.1.1). */
	r = record(room, 3, 1, 1, digest(host.spki));
	assert_int_equal(fit(&r, 1, "other.example", NOW + 99 * DAY, 1),
	                 DANE_FITS);
	r = record(room, 3, 0, 1, digest(host.whole));
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW, 1), DANE_FITS);
	r = record(room, 3, 0, 0, sv_of(host.der, host.n));
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW, 1), DANE_FITS);
	r = record(room, 3, 1, 1, digest(root.spki));
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW, 2), DANE_NO_FIT);
	r = record(room, 0, 1, 1, digest(host.spki));
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW, 2), DANE_NO_FIT);
	/* Usage 2. */
	r = record(room, 2, 1, 1, digest(root.spki));
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW, 2), DANE_FITS);
	assert_int_equal(fit(&r, 1, "other.example", NOW, 2), DANE_BAD_NAME);
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW + 99 * DAY, 2),
	                 DANE_BAD_TIME);
	/* The chain was sent without it. */
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW, 1), DANE_NO_FIT);
	/* Held by the record itself: certificate, then bare key. */
	r = record(room, 2, 0, 0, sv_of(root.der, root.n));
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW, 1), DANE_FITS);
	n = i2d_PUBKEY(root.key, &spki);
	r = record(room, 2, 1, 0, sv_of((char *)spki, (size_t)n));
	assert_int_equal(fit(&r, 1, "mx.example.org", NOW, 1), DANE_FITS);
	OPENSSL_free(spki);
}

/* It is in the chain, but did not sign what stands before it. */
static void test_bad_chain(void **state)
{
	char room[64];
	struct dane_record r = record(room, 2, 1, 1, digest(stranger.spki));
	struct dane_host h = {.list = &r, .n = 1};
	sv chain[] = {sv_of(host.der, host.n), sv_of(stranger.der, stranger.n)};
	struct dane_match m;

	(void)state;
	dane_fit(&h, chain, 2, NULL, 0, NOW, &m);
	assert_int_equal(m.fit, DANE_BAD_CHAIN);
	assert_int_equal(m.depth, 1);
	chain[0].n--;
	dane_fit(&h, chain, 2, NULL, 0, NOW, &m);
	assert_int_equal(m.fit, DANE_BAD_DER);
	dane_fit(&h, NULL, 0, NULL, 0, NOW, &m);
	assert_int_equal(m.fit, DANE_NO_FIT);
}

/* Trust is what a validating resolver adds to the zone's answers. */
struct trusting {
	struct dns_resolver r;
	struct dns_resolver *inner;
	enum dns_trust trust;
};

static void trusting_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct trusting *t = (struct trusting *)r;

	t->inner->ask(t->inner, q);
	q->answer->trust = t->trust;
}

static enum dane_state state_of(const char *zone, enum dns_trust trust)
{
	struct dns_zone *z = dns_zone_new();
	struct trusting t = {.r = {.ask = trusting_ask}, .trust = trust};
	struct facts_options opt = {.resolver = &t.r};
	struct arena *a = arena_new(1 << 20);
	struct dns_name name;
	struct dane_host h;
	struct facts *f;

	assert_int_equal(dns_zone_read(z, sv_str(zone), NULL), MW_OK);
	t.inner = dns_zone_resolver(z);
	f = facts_new(&opt);
	assert_true(dns_name_plain(SV("mx.example.org"), &name));
	assert_int_equal(dane_host(f, a, &name, 25, &h), STEP_DONE);
	facts_free(f);
	dns_resolver_free(t.inner);
	dns_zone_free(z);
	arena_free(a);
	return h.state;
}

#define DIGEST "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void test_states(void **state)
{
	static const struct {
		const char *zone;
		enum dns_trust trust;
		enum dane_state want;
	} rows[] = {
	    {"mx.example.org A 192.0.2.1\n", DNS_TRUST_SECURE, DANE_NONE},
	    {"mx.example.org A 192.0.2.1\n"
	     "_25._tcp.mx.example.org TLSA 3 1 1 " DIGEST "\n",
	     DNS_TRUST_SECURE, DANE_READY},
	    {"mx.example.org A 192.0.2.1\n"
	     "_25._tcp.mx.example.org TLSA 3 1 1 " DIGEST "\n",
	     DNS_TRUST_INSECURE, DANE_INSECURE},
	    {"mx.example.org A 192.0.2.1\n"
	     "_25._tcp.mx.example.org TLSA 3 1 1 " DIGEST "\n",
	     DNS_TRUST_UNKNOWN, DANE_UNPROVEN},
	    {"mx.example.org A 192.0.2.1\n"
	     "_25._tcp.mx.example.org TLSA 1 1 1 " DIGEST "\n",
	     DNS_TRUST_SECURE, DANE_UNUSABLE},
	    {"mx.example.org A 192.0.2.1\n"
	     "_25._tcp.mx.example.org !SERVFAIL\n",
	     DNS_TRUST_SECURE, DANE_FAILED},
	    {"mx.example.org A 192.0.2.1\n"
	     "_25._tcp.mx.example.org !BOGUS\n",
	     DNS_TRUST_SECURE, DANE_FAILED},
	    {"mx.example.org !TIMEOUT A\n", DNS_TRUST_SECURE, DANE_FAILED},
	    /* The alias's end comes first, then the name in MX. */
	    {"mx.example.org CNAME b.example.org\n"
	     "b.example.org A 192.0.2.1\n"
	     "_25._tcp.b.example.org TLSA 3 1 1 " DIGEST "\n",
	     DNS_TRUST_SECURE, DANE_READY},
	    {"mx.example.org CNAME b.example.org\n"
	     "b.example.org A 192.0.2.1\n"
	     "_25._tcp.b.example.org TLSA 0 1 1 " DIGEST "\n"
	     "_25._tcp.mx.example.org TLSA 3 1 1 " DIGEST "\n",
	     DNS_TRUST_SECURE, DANE_UNUSABLE},
	    {"mx.example.org CNAME b.example.org\n"
	     "b.example.org A 192.0.2.1\n"
	     "_25._tcp.mx.example.org TLSA 3 1 1 " DIGEST "\n",
	     DNS_TRUST_SECURE, DANE_READY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
		    dane_state_name(state_of(rows[i].zone, rows[i].trust)),
		    dane_state_name(rows[i].want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_usable), cmocka_unit_test(test_fit),
	    cmocka_unit_test(test_bad_chain), cmocka_unit_test(test_states)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
