/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dane.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME_BYTES 256

const char *dane_use_name(enum dane_use use)
{
	static const char *const names[] = {"usable", "short", "usage",
	                                    "selector", "matching", "length",
	                                    "data"};

	return names[use];
}

const char *dane_state_name(enum dane_state state)
{
	static const char *const names[] = {"none",     "insecure", "unproven",
	                                    "ready", "unusable", "failed"};

	return names[state];
}

const char *dane_fit_name(enum dane_fit fit)
{
	static const char *const names[] = {"fits",     "no-fit",    "bad-name",
	                                    "bad-time", "bad-chain", "bad-der"};

	return names[fit];
}

/* ---- certificates ---- */

static X509 *cert_of(sv der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *x;

	if (!der.n || der.n > DANE_DER_MAX)
		return NULL;
	x = d2i_X509(NULL, &p, (long)der.n);
	if (x && p != (const unsigned char *)der.p + der.n) {
		X509_free(x);
		return NULL;
	}
	return x;
}

static EVP_PKEY *key_of(sv der)
{
	const unsigned char *p = (const unsigned char *)der.p;

	if (!der.n || der.n > DANE_DER_MAX)
		return NULL;
	return d2i_PUBKEY(NULL, &p, (long)der.n);
}

static enum dane_use data_use(const struct dns_tlsa *t)
{
	X509 *x = t->selector ? NULL : cert_of(t->data);
	EVP_PKEY *key = t->selector ? key_of(t->data) : NULL;
	bool ok = x || key;

	X509_free(x);
	EVP_PKEY_free(key);
	return ok ? DANE_USE : DANE_DATA;
}

void dane_record_read(const struct dns_rr *rr, struct dane_record *out)
{
	static const size_t length[] = {0, 32, 64};
	const struct dns_tlsa *t = &out->tlsa;

	*out = (struct dane_record){.use = DANE_SHORT};
	if (!dns_tlsa(rr, &out->tlsa))
		return;
	if (t->usage != 2 && t->usage != 3)
		out->use = DANE_USAGE;
	else if (t->selector > 1)
		out->use = DANE_SELECTOR;
	else if (t->matching > 2)
		out->use = DANE_MATCHING;
	else if (t->matching)
		out->use = t->data.n == length[t->matching] ? DANE_USE
		                                            : DANE_LENGTH;
	else {
		ERR_set_mark();
		out->use = data_use(t);
		ERR_pop_to_mark();
	}
}

/* ---- records of a host ---- */

static bool failed(const struct dns_answer *answer)
{
	return answer->state == DNS_TEMPFAIL || answer->state == DNS_BOGUS;
}

static const struct dns_answer *ask_tlsa(struct facts *f,
                                         const struct dns_name *base,
                                         unsigned port)
{
	struct dns_name name;
	char labels[32];

	snprintf(labels, sizeof(labels), "_%u._tcp", port);
	if (!dns_name_below(sv_str(labels), base, &name))
		return NULL;
	return facts_dns(f, &name, DNS_TLSA);
}

static void read_records(struct arena *a, struct dane_host *h)
{
	bool any = false;

	h->n = h->answer->n < DANE_RECORDS_MAX ? h->answer->n
	                                       : DANE_RECORDS_MAX;
	h->list = arena_alloc(a, h->n, sizeof(*h->list));
	if (!h->list)
		h->n = 0;
	for (size_t i = 0; i < h->n; i++) {
		dane_record_read(&h->answer->rr[i], &h->list[i]);
		any = any || h->list[i].use == DANE_USE;
	}
	h->state = any ? DANE_READY : DANE_UNUSABLE;
	if (h->answer->trust != DNS_TRUST_SECURE)
		h->state = h->answer->trust == DNS_TRUST_INSECURE
		               ? DANE_INSECURE
		               : DANE_UNPROVEN;
}

/* What one name's answer makes of it; true where it ends the search. */
static bool judge(struct arena *a, const struct dns_name *base,
                  const struct dns_answer *answer, struct dane_host *h)
{
	if (!answer)
		return false;
	h->answer = answer;
	h->base = *base;
	if (failed(answer))
		h->state = DANE_FAILED;
	else if (answer->n)
		read_records(a, h);
	else
		return false;
	return true;
}

enum step dane_host(struct facts *f, struct arena *a,
                    const struct dns_name *host, unsigned port,
                    struct dane_host *out)
{
	const struct dns_answer *v4 = facts_dns(f, host, DNS_A);
	const struct dns_answer *v6 = facts_dns(f, host, DNS_AAAA);
	const struct dns_answer *own = ask_tlsa(f, host, port), *end = NULL;
	const struct dns_answer *address = v4->n ? v4 : v6;
	const struct dns_name *base = host;
	struct dane_host h = {.state = DANE_NONE, .base = *host};

	if (v4->state == DNS_PENDING || v6->state == DNS_PENDING ||
	    (own && own->state == DNS_PENDING))
		return STEP_WAIT;
	/* The end of a chain of CNAMEs comes first (RFC 7672 2.2.2). */
	if (address->nchain && address->trust == DNS_TRUST_SECURE) {
		base = &address->chain[address->nchain - 1];
		end = ask_tlsa(f, base, port);
		if (end && end->state == DNS_PENDING)
			return STEP_WAIT;
	}
	if (failed(v4) || failed(v6)) {
		h.state = DANE_FAILED;
		h.answer = failed(v4) ? v4 : v6;
	} else if (address->n && address->trust == DNS_TRUST_INSECURE) {
		/* Section 2.2.2: then TLSA records are not even asked for. */
		h.state = own && own->n ? DANE_INSECURE : DANE_NONE;
		h.answer = own;
	} else if (!judge(a, base, end, &h)) {
		(void)judge(a, host, own, &h);
	}
	*out = h;
	return STEP_DONE;
}

/* ---- does a certificate fit? ---- */

struct match {
	const struct dane_host *host;
	X509 *cert[DANE_CHAIN_MAX];
	size_t n;
	const sv *names;
	size_t nnames;
	int64_t now;
	struct dane_match *out;
};

static bool same_bytes(const struct dns_tlsa *t, const unsigned char *der,
                       size_t n)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!t->matching)
		return sv_eq(t->data, sv_of((const char *)der, n));
	return EVP_Digest(der, n, digest, &len,
	                  t->matching == 1 ? EVP_sha256() : EVP_sha512(),
	                  NULL) &&
	       sv_eq(t->data, sv_of((const char *)digest, len));
}

static bool names_cert(const struct dns_tlsa *t, X509 *x)
{
	unsigned char *der = NULL;
	int n = t->selector ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der)
	                    : i2d_X509(x, &der);
	bool ok = n > 0 && same_bytes(t, der, (size_t)n);

	OPENSSL_free(der);
	return ok;
}

static bool set_names(const struct match *m, X509_VERIFY_PARAM *param)
{
	X509_VERIFY_PARAM_set_hostflags(param,
	                                X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	for (size_t i = 0; i < m->nnames; i++)
		if (m->names[i].n && m->names[i].n < NAME_BYTES &&
		    !X509_VERIFY_PARAM_add1_host(param, m->names[i].p,
		                                 m->names[i].n))
			return false;
	return true;
}

static enum dane_fit fit_of_error(int error)
{
	switch (error) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
		return DANE_BAD_NAME;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return DANE_BAD_TIME;
	default:
		return DANE_BAD_CHAIN;
	}
}

/* Does the chain lead from the host's certificate to that anchor? */
static enum dane_fit leads_to(const struct match *m, X509 *anchor)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	enum dane_fit fit = DANE_BAD_CHAIN;
	X509_VERIFY_PARAM *param;

	if (!store || !ctx || !others || !X509_STORE_add_cert(store, anchor))
		goto out;
	for (size_t i = 1; i < m->n; i++)
		if (!sk_X509_push(others, m->cert[i]))
			goto out;
	if (!X509_STORE_CTX_init(ctx, store, m->cert[0], others))
		goto out;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)m->now);
	(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	(void)X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	if (!set_names(m, param))
		goto out;
	fit = X509_verify_cert(ctx) == 1
	          ? DANE_FITS
	          : fit_of_error(X509_STORE_CTX_get_error(ctx));
out:
	sk_X509_free(others);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return fit;
}

static void better(struct match *m, enum dane_fit fit,
                   const struct dane_record *r, size_t depth)
{
	/* The first that fits; else the first that nearly did. */
	if (m->out->fit == DANE_FITS ||
	    (m->out->record && fit != DANE_FITS))
		return;
	*m->out = (struct dane_match){fit, r, depth};
}

/* An anchor that only the record holds (RFC 7671 section 5.2.2). */
static void try_held(struct match *m, const struct dane_record *r)
{
	X509 *x = r->tlsa.selector ? NULL : cert_of(r->tlsa.data);
	EVP_PKEY *key = r->tlsa.selector ? key_of(r->tlsa.data) : NULL;
	enum dane_fit fit;

	if (x) {
		fit = leads_to(m, x);
		if (fit != DANE_BAD_CHAIN)
			better(m, fit, r, m->n);
	}
	for (size_t i = 0; key && i < m->n; i++)
		if (X509_verify(m->cert[i], key) == 1)
			better(m, leads_to(m, m->cert[i]), r, i);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void try_record(struct match *m, const struct dane_record *r)
{
	if (r->use != DANE_USE)
		return;
	if (r->tlsa.usage == 3) {
		if (names_cert(&r->tlsa, m->cert[0]))
			better(m, DANE_FITS, r, 0);
		return;
	}
	for (size_t i = 1; i < m->n; i++)
		if (names_cert(&r->tlsa, m->cert[i]))
			better(m, leads_to(m, m->cert[i]), r, i);
	if (!r->tlsa.matching)
		try_held(m, r);
}

void dane_fit(const struct dane_host *host, const sv *chain, size_t nchain,
              const sv *names, size_t nnames, int64_t now,
              struct dane_match *out)
{
	struct match m = {.host = host,
	                  .names = names,
	                  .nnames = nnames,
	                  .now = now,
	                  .out = out};

	*out = (struct dane_match){.fit = DANE_NO_FIT};
	ERR_set_mark();
	for (size_t i = 0; i < nchain && m.n < DANE_CHAIN_MAX; i++) {
		X509 *x = cert_of(chain[i]);

		if (x)
			m.cert[m.n++] = x;
		else if (!i)
			out->fit = DANE_BAD_DER;
		if (!m.n)
			break;
	}
	for (size_t i = 0; m.n && i < host->n; i++)
		try_record(&m, &host->list[i]);
	for (size_t i = 0; i < m.n; i++)
		X509_free(m.cert[i]);
	ERR_pop_to_mark();
}
