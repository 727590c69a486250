/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/cert.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

/* One certificate; real ones have 1-3 KB. */
#define DER_MAX 65536
#define TEXT_MAX 512

X509_STORE *cert_store_new(const char *ca_file)
{
	X509_STORE *s = X509_STORE_new();
	int ok;

	if (!s)
		return NULL;
	ok = ca_file ? X509_STORE_load_file(s, ca_file)
	             : X509_STORE_set_default_paths(s);
	if (ok)
		return s;
	X509_STORE_free(s);
	return NULL;
}

/* ---- one certificate ---- */

static sv name_text(struct arena *a, const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	sv out = SV("");
	char *p;
	long n;

	if (b && X509_NAME_print_ex(b, name, 0, XN_FLAG_RFC2253) >= 0) {
		n = BIO_get_mem_data(b, &p);
		if (n > 0)
			out = arena_dup(a, sv_head(sv_of(p, (size_t)n),
			                           TEXT_MAX));
	}
	BIO_free(b);
	return out;
}

/* Bytes that an i2d function makes, in the arena. */
static sv keep_der(struct arena *a, int n, unsigned char *der)
{
	sv out = SV("");

	if (n > 0 && n <= DER_MAX)
		out = arena_dup(a, sv_of((char *)der, (size_t)n));
	OPENSSL_free(der);
	return out;
}

static int64_t unix_time(const ASN1_TIME *t)
{
	struct tm tm;

	if (!t || !ASN1_TIME_to_tm(t, &tm))
		return 0;
	return (int64_t)timegm(&tm);
}

static void keep_names(struct arena *a, X509 *x, struct cert *out)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	                                      NULL);
	sv *names = arena_alloc(a, CERT_NAMES_MAX, sizeof(*names));
	int n = all ? sk_GENERAL_NAME_num(all) : 0;

	for (int i = 0; names && i < n && out->nnames < CERT_NAMES_MAX; i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);
		const ASN1_IA5STRING *s = g->d.dNSName;

		if (g->type != GEN_DNS || ASN1_STRING_length(s) <= 0)
			continue;
		names[out->nnames++] = arena_dup(a, sv_head(
		    sv_of((const char *)ASN1_STRING_get0_data(s),
		          (size_t)ASN1_STRING_length(s)), TEXT_MAX));
	}
	out->names = names;
	GENERAL_NAMES_free(all);
}

static sv key_text(struct arena *a, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	const char *kind = key ? EVP_PKEY_get0_type_name(key) : NULL;

	return kind ? arena_printf(a, "%s %d", kind, EVP_PKEY_get_bits(key))
	            : SV("unknown");
}

static void keep(struct arena *a, X509 *x, struct cert *out)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	out->der = keep_der(a, n, der);
	der = NULL;
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	out->spki = keep_der(a, n, der);
	out->subject = name_text(a, X509_get_subject_name(x));
	out->issuer = name_text(a, X509_get_issuer_name(x));
	out->from = unix_time(X509_get0_notBefore(x));
	out->until = unix_time(X509_get0_notAfter(x));
	out->key = key_text(a, x);
	keep_names(a, x, out);
}

bool cert_from(struct arena *a, sv der, struct cert *out)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *x = der.n && der.n <= DER_MAX ? d2i_X509(NULL, &p, (long)der.n)
	                                    : NULL;

	*out = (struct cert){0};
	if (x)
		keep(a, x, out);
	ERR_clear_error();
	X509_free(x);
	return x != NULL;
}

static void keep_chain(struct arena *a, X509 *leaf, STACK_OF(X509) *rest,
                       struct tls_seen *out)
{
	struct cert *chain = arena_alloc(a, CERT_CHAIN_MAX, sizeof(*chain));
	int n = rest ? sk_X509_num(rest) : 0;

	if (!chain)
		return;
	keep(a, leaf, &chain[out->n++]);
	for (int i = 0; i < n && out->n < CERT_CHAIN_MAX; i++)
		if (i || X509_cmp(sk_X509_value(rest, 0), leaf) != 0)
			keep(a, sk_X509_value(rest, i), &chain[out->n++]);
	out->chain = chain;
}

/* ---- judging ---- */

static unsigned fault_of(int error)
{
	switch (error) {
	case X509_V_OK:
		return 0;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return CERT_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return CERT_NOT_YET;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return CERT_SELF_SIGNED;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED:
		return CERT_UNKNOWN_ISSUER;
	case X509_V_ERR_HOSTNAME_MISMATCH:
		return CERT_NAME;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return CERT_WEAK;
	default:
		return CERT_OTHER;
	}
}

/* Go on behind each fault, so that all of them are known. */
static int on_fault(int ok, X509_STORE_CTX *ctx)
{
	struct tls_seen *out = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (ok || !out)
		return 1;
	if (!out->faults)
		out->why = sv_str(X509_verify_cert_error_string(error));
	out->faults |= fault_of(error);
	return 1;
}

static bool verify(X509_STORE *store, X509 *leaf, STACK_OF(X509) *rest,
                   int64_t now, struct tls_seen *out)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	bool ok = ctx && X509_STORE_CTX_init(ctx, store, leaf, rest);

	if (ok) {
		param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_time(param, (time_t)now);
		(void)X509_VERIFY_PARAM_set_purpose(param,
		                                    X509_PURPOSE_SSL_SERVER);
		X509_STORE_CTX_set_app_data(ctx, out);
		X509_STORE_CTX_set_verify_cb(ctx, on_fault);
		ok = X509_verify_cert(ctx) == 1;
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

void cert_judge(struct arena *a, X509_STORE *store, X509 *leaf,
                STACK_OF(X509) *rest, sv host, int64_t now,
                struct tls_seen *out)
{
	if (!leaf)
		return;
	keep_chain(a, leaf, rest, out);
	if ((!store || !verify(store, leaf, rest, now, out)) && !out->faults) {
		out->faults = CERT_OTHER;
		out->why = SV("it could not be verified here");
	}
	if (X509_check_host(leaf, host.p, host.n, 0, NULL) == 1)
		return;
	if (!out->faults)
		out->why = SV("it is for another name");
	out->faults |= CERT_NAME;
}

/* ---- handshakes ---- */

/* What OpenSSL's reasons mean to a person; others are told as they are. */
static const struct {
	int reason;
	const char *words;
} reasons[] = {
    {SSL_R_WRONG_VERSION_NUMBER, "what it sent is no TLS"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "its version of TLS is too old"},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING,
     "it hung up in the middle of the handshake"},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
     "it refuses: no cipher or key exchange that both sides know"},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
     "it refuses the versions of TLS that are known here"},
    {SSL_R_TLSV1_ALERT_INTERNAL_ERROR,
     "it reports an error of its own (often a missing certificate or key)"},
    {SSL_R_TLSV1_UNRECOGNIZED_NAME, "it does not know this host name"},
};

sv tls_error_words(struct arena *a, int error)
{
	unsigned long e = ERR_get_error();
	const char *text = e ? ERR_reason_error_string(e) : NULL;
	int reason = ERR_GET_REASON(e);

	ERR_clear_error();
	for (size_t i = 0; e && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (ERR_GET_LIB(e) == ERR_LIB_SSL &&
		    reason == reasons[i].reason)
			return sv_str(reasons[i].words);
	if (text)
		return arena_dup(a, sv_str(text));
	if (!error || error == ECONNRESET || error == EPIPE)
		return SV("it hung up in the middle of the handshake");
	return arena_dup(a, sv_str(strerrordesc_np(error)));
}
