/* SPDX-License-Identifier: BSD-2-Clause */
/* Signatures and key records: parts, canonical forms, faults, what changed. */
#include "unit.h"

#include "auth/dkim.h"
#include "auth/dkim_der.h"
#include "auth/dkim_hash.h"
#include "auth/dkim_sign.h"
#include "auth/dkim_trial.h"
#include "dns/zone.h"

/* The test key of RFC 8463, Appendix A.2. */
static const char ed25519_key[] = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
static const char ed25519_record[] =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/* ---- lists of tags ---- */

static const struct {
	const char *text;
	enum tag_flaw flaw;
	size_t n, at;
} lists[] = {
    {"", TAG_FINE, 0, 0},
    {"a=1", TAG_FINE, 1, 0},
    {" a = 1 ;\r\n\tb=2; ", TAG_FINE, 2, 0},
    {"a=", TAG_FINE, 1, 0},
    {"a=1;;b=2", TAG_EMPTY, 2, 4},
    {"a=1;b", TAG_NO_EQUALS, 1, 4},
    {"a=1;_=2", TAG_BAD_NAME, 2, 4},
    {"a=1; =2", TAG_BAD_NAME, 2, 5},
    {"a=1; a=2", TAG_TWICE, 2, 5},
    {"a=1; A=2", TAG_FINE, 2, 0},
    {"a=\x01", TAG_BAD_BYTE, 1, 0},
};

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct taglist l;

		assert_int_equal(taglist_read(sv_str(lists[i].text), &l),
		                 lists[i].flaw == TAG_FINE);
		assert_int_equal(l.flaw, lists[i].flaw);
		assert_int_equal(l.n, lists[i].n);
		if (l.flaw != TAG_FINE)
			assert_int_equal(l.where.at, lists[i].at);
	}
}

static void test_many_tags(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct taglist l;
	sv text = SV("");

	(void)state;
	for (int i = 0; i < TAGLIST_MAX + 1; i++)
		text = arena_printf(a, "%.*st%d=;", SV_FMT(text), i);
	assert_false(taglist_read(text, &l));
	assert_int_equal(l.flaw, TAG_MANY);
	assert_int_equal(l.n, TAGLIST_MAX);
	arena_free(a);
}

/* ---- base64 ---- */

static const struct {
	const char *in, *out;
	enum base64_flaw flaw;
	size_t at;
} coded[] = {
    {"", "", BASE64_FINE, 0},
    {"Zg==", "f", BASE64_FINE, 0},
    {"Zm8=", "fo", BASE64_FINE, 0},
    {"Zm9v", "foo", BASE64_FINE, 0},
    {" Z\r\n\tm9v YmFy ", "foobar", BASE64_FINE, 0},
    {"Zm9vYg", "foob", BASE64_CUT, 6},
    {"Zm9vYg=", "foob", BASE64_CUT, 7},
    {"Zm9v=", "foo", BASE64_AFTER, 4},
    {"Zg==Zg==", "f", BASE64_AFTER, 4},
    {"Zg= = ", "f", BASE64_FINE, 0},
    {"Zm9v\"", "foo", BASE64_BAD_SIGN, 4},
    {"@", "", BASE64_BAD_SIGN, 0},
    {"Z", "", BASE64_CUT, 1},
};

static void test_base64(void **state)
{
	struct arena *a = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof(coded) / sizeof(coded[0]); i++) {
		size_t at;
		sv out;

		assert_int_equal(base64_decode(a, sv_str(coded[i].in), &out,
		                               &at), coded[i].flaw);
		assert_sv(out, coded[i].out);
		if (coded[i].flaw != BASE64_FINE)
			assert_int_equal(at, coded[i].at);
	}
	assert_sv(base64_encode(a, SV("foobar")), "Zm9vYmFy");
	assert_sv(base64_encode(a, SV("fooba")), "Zm9vYmE=");
	assert_sv(base64_encode(a, SV("foob")), "Zm9vYg==");
	arena_free(a);
}

/* ---- canonical forms (RFC 6376 sections 3.4.3 to 3.4.5) ---- */

static const struct {
	const char *in, *simple, *relaxed;
} bodies[] = {
    {"", "\r\n", ""},
    {"\r\n\r\n", "\r\n", ""},
    {" \r\n", " \r\n", ""},
    {" \t\r\n \r\n", " \t\r\n \r\n", ""},
    {" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"},
    {"a", "a\r\n", "a\r\n"},
    {"a ", "a \r\n", "a\r\n"},
    {"a\r\n \r\n\r\n", "a\r\n \r\n", "a\r\n"},
    {"a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n"},
    {"\ta\tb\r\n", "\ta\tb\r\n", " a b\r\n"},
    {"a\nb \nc\r\n", "a\nb \nc\r\n", "a\nb \nc\r\n"},
    {"a  \rb\r\n", "a  \rb\r\n", "a \rb\r\n"},
    {"a\r", "a\r\r\n", "a\r\r\n"},
    {"a\n", "a\n\r\n", "a\n\r\n"},
    {"  a\r\n  \r\nb", "  a\r\n  \r\nb\r\n", " a\r\n\r\nb\r\n"},
};

static void test_bodies(void **state)
{
	struct arena *a = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		sv in = sv_str(bodies[i].in);

		assert_sv(dkim_canon_body_copy(a, DKIM_SIMPLE, in),
		          bodies[i].simple);
		assert_sv(dkim_canon_body_copy(a, DKIM_RELAXED, in),
		          bodies[i].relaxed);
	}
	arena_free(a);
}

/* Byte by byte, as the RFC says it: against any text of a small alphabet. */
static sv slow_relaxed(struct arena *a, sv s)
{
	char *p = arena_alloc(a, s.n + 2, 1);
	size_t n = 0, end = 0;
	bool blank = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ' || s.p[i] == '\t') {
			blank = true;
			continue;
		}
		if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n') {
			memcpy(p + n, "\r\n", 2);
			n += 2;
			i++;
		} else {
			if (blank)
				p[n++] = ' ';
			p[n++] = s.p[i];
			end = n;
		}
		blank = false;
	}
	if (!end)
		return sv_of(p, 0);
	memcpy(p + end, "\r\n", 2);
	return sv_of(p, end + 2);
}

static void test_relaxed_all(void **state)
{
	static const char alphabet[] = {' ', '\t', '\r', '\n', 'x'};
	struct arena *a = arena_new(1 << 16);
	char text[7];
	size_t total = 1;

	(void)state;
	for (size_t n = 0; n <= sizeof(text); n++, total *= 5) {
		for (size_t v = 0; v < total; v++) {
			size_t w = v;
			sv in = sv_of(text, n), got, want;

			for (size_t i = 0; i < n; i++, w /= 5)
				text[i] = alphabet[w % 5];
			got = dkim_canon_body_copy(a, DKIM_RELAXED, in);
			want = slow_relaxed(a, in);
			assert_int_equal(got.n, want.n);
			assert_memory_equal(got.p, want.p, want.n);
			arena_reset(a);
		}
	}
	arena_free(a);
}

static void test_fields(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct dkim_mail m;

	(void)state;
	assert_int_equal(dkim_mail_read(a, SV("A: X \r\nB : Y\t\r\n\tZ  \r\n"
	                                      "junk\r\nC:\r\n\r\nbody"),
	                                &m, NULL), MW_OK);
	assert_int_equal(m.n, 3);
	assert_int_equal(m.stray, 1);
	assert_sv(m.body, "body");
	assert_sv(dkim_canon_field(a, DKIM_RELAXED, &m.field[0]), "a:X\r\n");
	assert_sv(dkim_canon_field(a, DKIM_RELAXED, &m.field[1]),
	          "b:Y Z\r\n");
	assert_sv(dkim_canon_field(a, DKIM_SIMPLE, &m.field[1]),
	          "B : Y\t\r\n\tZ  \r\n");
	assert_sv(dkim_canon_field(a, DKIM_RELAXED, &m.field[2]), "c:\r\n");
	arena_free(a);
}

/* A file with LF is read as what went over the wire; a mixed one is not. */
static void test_line_ends(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct dkim_mail m;

	(void)state;
	assert_int_equal(dkim_mail_read(a, SV("From x\nA: 1\n b\n\nc\n"), &m,
	                                NULL), MW_OK);
	assert_true(m.was_lf && !m.bare_lf);
	assert_sv(m.body, "c\r\n");
	assert_sv(m.field[0].raw, "A: 1\r\n b\r\n");
	assert_int_equal(dkim_mail_read(a, SV("A: 1\r\n\r\nb\nc\r\n"), &m,
	                                NULL), MW_OK);
	assert_true(!m.was_lf && m.bare_lf);
	assert_sv(m.body, "b\nc\r\n");
	assert_int_equal(dkim_mail_read(a, SV("A: 1"), &m, NULL), MW_OK);
	assert_true(m.no_body);
	assert_sv(dkim_canon_field(a, DKIM_SIMPLE, &m.field[0]), "A: 1\r\n");
	arena_free(a);
}

/* ---- key records ---- */

/* RSA of 1024 bits, from RFC 6376 Appendix C; its p= alone. */
#define RSA_P                                                                 \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeL"  \
	"nQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1" \
	"lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUY" \
	"ckcQ2QIDAQAB"

static const struct {
	const char *text;
	enum dkim_reason fault;
	size_t at; /* of the first fault */
	const char *repaired;
} keys[] = {
    {"v=DKIM1; p=" RSA_P, DKIM_FINE, 0, ""},
    {"p=" RSA_P, DKIM_FINE, 0, ""},
    {"v=DKIM1; k=rsa; s=*; t=y:s; n=x; h=sha256; p=" RSA_P ";", DKIM_FINE, 0,
     ""},
    {"v=DKIM1; p=", DKIM_KEY_REVOKED, 9, ""},
    {"v=DKIM1; k=rsa", DKIM_KEY_MISSING_P, 14, ""},
    {"v=dkim1; p=" RSA_P, DKIM_KEY_VERSION, 2, "v=DKIM1; p=" RSA_P},
    {"p=" RSA_P "; v=DKIM1", DKIM_KEY_VERSION_PLACE, 220,
     "v=DKIM1; p=" RSA_P},
    {"\"v=DKIM1; p=" RSA_P "\"", DKIM_KEY_QUOTES, 0, "v=DKIM1; p=" RSA_P},
    {"v=DKIM1; p=MIGf\" \"MA0G", DKIM_KEY_QUOTES, 15, ""},
    {"v=DKIM1\\; p=" RSA_P, DKIM_KEY_VERSION, 2, "v=DKIM1; p=" RSA_P},
    {"v=DKIM1; p=-----BEGIN PUBLIC KEY-----" RSA_P, DKIM_KEY_BASE64, 11,
     "v=DKIM1; p=" RSA_P},
    {RSA_P, DKIM_KEY_OTHER, 0, "v=DKIM1; p=" RSA_P},
    {"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDw", DKIM_KEY_TRUNCATED,
     51, ""},
    {"v=DKIM1; p=AAAA", DKIM_KEY_DER, 11, ""},
    {"v=DKIM1; k=dsa; p=AAAA", DKIM_KEY_TYPE, 9, ""},
    {"v=DKIM1; p=" RSA_P "; p=" RSA_P, DKIM_KEY_DUPLICATE_TAG, 229, ""},
    {"v=DKIM1;; p=" RSA_P, DKIM_KEY_SYNTAX, 8, "v=DKIM1; p=" RSA_P},
    {"v=DKIM1; s=tlsrpt; p=" RSA_P, DKIM_KEY_SERVICE, 9, ""},
    {"v=spf1 -all", DKIM_KEY_OTHER, 0, ""},
    {"", DKIM_KEY_OTHER, 0, ""},
    {"v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEASNqMLnWUyZfv3/xegKWIGyHoFKVVXSqp"
     "UIhCE1TVzQI=", DKIM_KEY_ED25519, 22,
     "v=DKIM1; k=ed25519; p=SNqMLnWUyZfv3/xegKWIGyHoFKVVXSqpUIhCE1TVzQI="},
    {"v=DKIM1; k=ed25519; p=AAAA", DKIM_KEY_ED25519, 22, ""},
};

static void test_keys(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct dkim_key k;

		dkim_key_read(a, sv_str(keys[i].text), &k);
		if (k.fault != keys[i].fault)
			fail_msg("%s: %s", keys[i].text,
			         dkim_reason_name(k.fault));
		if (k.fault != DKIM_FINE)
			assert_int_equal(k.faults.list[0].at, keys[i].at);
		assert_sv(dkim_key_repair(a, &k), keys[i].repaired);
	}
	arena_free(a);
}

/* What was read is written again byte for byte; PKCS#1 alone is told. */
static void test_der(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct dkim_key k, bare;
	size_t at;
	sv der;

	(void)state;
	dkim_key_read(a, SV("p=" RSA_P), &k);
	assert_int_equal(k.bits, 1024);
	assert_sv(dkim_key_text(a, &k.key), RSA_P);
	assert_int_equal(base64_decode(a, SV(RSA_P), &der, &at), BASE64_FINE);
	/* Behind SEQUENCE, AlgorithmIdentifier and BIT STRING. */
	dkim_key_read(a, arena_printf(a, "p=%.*s", SV_FMT(base64_encode(a,
	                              sv_drop(der, 22)))), &bare);
	assert_int_equal(bare.fault, DKIM_FINE);
	assert_true(bare.traits & DKIM_KEY_IS_PKCS1);
	assert_true(dkim_key_same(&k.key, &bare.key));
	for (size_t n = 0; n < der.n; n++) {
		struct crypto_public key;
		bool is_bare;

		assert_int_equal(der_public(sv_head(der, n), &key, &is_bare,
		                            &at), DER_CUT);
	}
	arena_free(a);
}

/* ---- fields of signatures ---- */

#define SIG "v=1; a=rsa-sha256; d=example.org; s=a; h=from:to; b=dGVzdA==; "   \
	    "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static const struct {
	const char *text;
	enum dkim_reason fault;
	const char *arg;
} signatures[] = {
    {SIG, DKIM_FINE, ""},
    {SIG ";", DKIM_FINE, ""},
    {SIG "; zz=1; i=@mail.example.org", DKIM_FINE, ""},
    {SIG "; i=@example.org; q=dns/txt:x; c=relaxed; l=5; t=1; x=2", DKIM_FINE,
     ""},
    {SIG "; x=999999999999999999999999999", DKIM_FINE, ""},
    {SIG "; i=@example.com", DKIM_IDENTITY, ""},
    {SIG "; i=@xexample.org", DKIM_IDENTITY, ""},
    {SIG "; i=example.org", DKIM_IDENTITY, ""},
    {SIG "; c=plain", DKIM_CANONICALIZATION, ""},
    {SIG "; c=relaxed/", DKIM_CANONICALIZATION, ""},
    {SIG "; q=http", DKIM_QUERY, ""},
    {SIG "; l=-1", DKIM_BAD_VALUE, "l"},
    {SIG "; t=", DKIM_BAD_VALUE, "t"},
    {SIG "; t=1 2", DKIM_BAD_VALUE, "t"},
    {SIG "; d=x", DKIM_DUPLICATE_TAG, "d"},
    {SIG ";;", DKIM_SYNTAX, ""},
    {"", DKIM_MISSING_TAG, "v"},
    {"v=2; a=rsa-sha256", DKIM_VERSION, ""},
    {"v=1; a=rsa-md5; d=example.org", DKIM_ALGORITHM, ""},
    {"v=1; a=rsa-sha256; s=a", DKIM_MISSING_TAG, "d"},
    {"v=1; a=rsa-sha256; d=example.org; s=t\xc3\xa9st", DKIM_BAD_VALUE, "s"},
    {"v=1; a=rsa-sha256; d=a..b; s=x", DKIM_BAD_VALUE, "d"},
    {"v=1; a=rsa-sha256; d=a; s=x; h=to", DKIM_MISSING_TAG, "bh"},
    {"v=1; a=rsa-sha256; d=a; s=x; h=to; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NM"
     "pJWZG3hSuFU=; b=!", DKIM_SIGNATURE_BASE64, "b"},
    {"v=1; a=rsa-sha256; d=a; s=x; h=to; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NM"
     "pJWZG3hSuFU=; b=AAAA", DKIM_FROM_UNSIGNED, ""},
    {"v=1; a=rsa-sha256; d=a; s=x; h=from; bh=AAAA; b=AAAA", DKIM_BAD_VALUE,
     "bh"},
    {"v=1; a=rsa-sha256; d=a; s=x; h=from::to; bh=AAAA; b=AAAA",
     DKIM_BAD_VALUE, "h"},
};

static void test_signatures(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]);
	     i++) {
		struct dkim_sig s;
		struct dkim_field f = {.value = sv_str(signatures[i].text)};

		f.raw = f.value;
		dkim_sig_read(a, DKIM_SIGNATURE, &f, &s);
		if (s.fault != signatures[i].fault)
			fail_msg("%s: %s", signatures[i].text,
			         dkim_reason_name(s.fault));
		assert_sv(s.arg, signatures[i].arg);
	}
	arena_free(a);
}

/* ---- making, checking, and what changed ---- */

struct world {
	struct arena *a;
	struct crypto *crypto;
	struct crypto_private *key;
	struct dns_zone *z;
	struct dns_resolver *r;
	struct facts *f;
};

static void begin(struct world *w, const char *zone)
{
	struct facts_options fo = {.now = 1800000000};

	*w = (struct world){.a = arena_new((size_t)16 << 20),
	                    .crypto = crypto_new(4), .z = dns_zone_new()};
	assert_int_equal(crypto_private_read(sv_str(ed25519_key), &w->key,
	                                     NULL), MW_OK);
	assert_int_equal(dns_zone_read(w->z, sv_str(zone), NULL), MW_OK);
	fo.resolver = w->r = dns_zone_resolver(w->z);
	w->f = facts_new(&fo);
	assert_non_null(w->f);
}

static void end(struct world *w)
{
	facts_free(w->f);
	dns_resolver_free(w->r);
	dns_zone_free(w->z);
	crypto_private_free(w->key);
	crypto_free(w->crypto);
	arena_free(w->a);
}

#define MESSAGE                                                               \
	"From: Anna <anna@example.org>\r\nTo: bob@example.com\r\n"              \
	"Subject: An  invoice\r\nDate: Tue, 04 Nov 2025 10:00:00 +0000\r\n"     \
	"Message-ID: <1@example.org>\r\n\r\n"                                   \
	"Hello Bob,\r\n\r\n.here it is.  \r\nFrom me\r\n\r\n"

static sv signed_mail(struct world *w, enum dkim_canon header,
                      enum dkim_canon body)
{
	struct dkim_sign with;
	struct dkim_mail m;
	sv field;

	dkim_sign_usual(&with);
	with.crypto = w->crypto;
	with.key = w->key;
	with.domain = SV("example.org");
	with.selector = SV("s");
	with.header = header;
	with.body = body;
	with.t = 1700000000;
	assert_int_equal(dkim_mail_read(w->a, SV(MESSAGE), &m, NULL), MW_OK);
	assert_int_equal(dkim_sign(w->a, &m, &with, &field, NULL), MW_OK);
	return arena_printf(w->a, "%.*s%s", SV_FMT(field), MESSAGE);
}

/* Replace the first "from" by "to"; what stands in the signature is left. */
static sv edited(struct world *w, sv s, const char *from, const char *to)
{
	size_t body = sv_find(s, SV("From: Anna"));
	size_t at = sv_find(sv_drop(s, body), sv_str(from));

	assert_true(body != SV_NPOS && at != SV_NPOS);
	at += body;
	return arena_printf(w->a, "%.*s%s%.*s", SV_FMT(sv_head(s, at)), to,
	                    SV_FMT(sv_drop(s, at + strlen(from))));
}

static const struct dkim_verdict *verify(struct world *w, sv raw)
{
	struct dkim_outcome *out = arena_alloc(w->a, 1, sizeof(*out));
	struct dkim_mail *m = arena_alloc(w->a, 1, sizeof(*m));
	struct dkim_options opt = {.crypto = w->crypto};

	assert_int_equal(dkim_mail_read(w->a, raw, m, NULL), MW_OK);
	while (dkim_verify(w->f, w->a, m, &opt, out) == STEP_WAIT)
		facts_wait(w->f);
	assert_int_equal(out->n, 1);
	return &out->sig[0];
}

#define S DKIM_SIMPLE
#define R DKIM_RELAXED

static const struct {
	enum dkim_canon header, body;
	const char *from, *to, *label;
} changes[] = {
    {R, S, "Hello", "Hello", ""},
    {R, S, "An  invoice", "An invoice", ""},
    {S, S, "An  invoice", "An invoice", "header_changed"},
    {R, S, "Subject: ", "Subject: [list] ", "header_changed:subject"},
    {R, S, "Subject: ", "Subject: [EXTERNAL] ", "header_changed:subject"},
    {R, S, "10:00:00 +0000", "05:00:00 -0500", "header_changed:date"},
    {R, S, "10:00:00 +0000", "10:00:00 GMT", "header_changed:date"},
    {R, S, "From: Anna <", "From: \"Anna\" <", "header_changed:from"},
    {R, S, "To: b", "From: x@example.com\r\nTo: b", "header_added:from"},
    {R, S, "To: b", "To: x@example.com\r\nTo: b", ""},
    {R, S, "To: bob@example.com", "To: eve@example.com", "header_changed"},
    {R, S, "Subject: An  invoice\r\n", "", "header_removed:subject"},
    {S, S, "Subject:", "SUBJECT:", "header_name_case:subject"},
    {S, S, "Subject: An  ", "Subject: An\r\n  ",
     "header_folding:subject"},
    {S, S, "Bob,\r\n", "Bob, \r\n", "body_whitespace"},
    {S, S, "is.  \r\n", "is.\r\n", "body_changed"},
    {R, R, "is.  \r\n", "is.\r\n", ""},
    {R, R, "\r\n.here", "\r\nhere", "dot_stuffing"},
    {R, R, "\r\n.here", "\r\n..here", "dot_stuffing"},
    {R, R, "\r\nFrom me", "\r\n>From me", "body_from_quoted"},
    {R, R, "me\r\n\r\n", "me\r\n-- \r\nlist\r\n", "body_changed:appended"},
    {R, R, "Hello", "CAUTION\r\n\r\nHello", "body_changed:prepended"},
    {R, R, "Bob,\r\n", "Bob,\n", "bare_lf_in_message"},
    {R, R, "Hello Bob", "Hello Eve", "body_changed"},
};

static void test_changes(void **state)
{
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct dkim_verdict *v;
		sv mail, label;

		begin(&w, "s._domainkey.example.org TXT \"v=DKIM1; k=ed25519; "
		      "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"");
		mail = edited(&w, signed_mail(&w, changes[i].header,
		                              changes[i].body),
		              changes[i].from, changes[i].to);
		v = verify(&w, mail);
		label = dkim_label(w.a, v);
		if (!sv_eq(label, sv_str(changes[i].label)))
			fail_msg("change %zu: %.*s, not %s", i, SV_FMT(label),
			         changes[i].label);
		assert_int_equal(v->result, label.n ? DKIM_FAIL : DKIM_PASS);
		if (label.n && sv_starts(label, SV("body")))
			assert_int_equal(v->header, DKIM_MATCHES);
		if (label.n && sv_starts(label, SV("header")))
			assert_int_equal(v->body, DKIM_MATCHES);
		end(&w);
	}
}

/* A hop that cannot take 8-bit text encodes it, and says so. */
static void test_encoded(void **state)
{
	static const char *const bodies_of[] = {
	    "quoted-printable\r\n\r\nGr=FC=DFe aus K=F6l=\r\nn\r\n",
	    "base64\r\n\r\nR3L832UgYXVzIEv2bG4NCg==\r\n"};
	struct world w;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct dkim_verdict *v;
		struct dkim_sign with;
		struct dkim_mail m;
		sv field, head = SV("From: a@example.org\r\n"
		                    "Content-Transfer-Encoding: ");

		begin(&w, "s._domainkey.example.org TXT \"v=DKIM1; k=ed25519; "
		      "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"");
		dkim_sign_usual(&with);
		with.crypto = w.crypto;
		with.key = w.key;
		with.domain = SV("example.org");
		with.selector = SV("s");
		assert_int_equal(dkim_mail_read(w.a,
		    arena_printf(w.a, "%.*s8bit\r\n\r\nGr\xfc\xdf"
		                 "e aus K\xf6ln\r\n", SV_FMT(head)), &m, NULL),
		    MW_OK);
		assert_int_equal(dkim_sign(w.a, &m, &with, &field, NULL),
		                 MW_OK);
		v = verify(&w, arena_printf(w.a, "%.*s%.*s%s", SV_FMT(field),
		                            SV_FMT(head), bodies_of[i]));
		assert_sv(dkim_label(w.a, v), "body_reencoded");
		assert_true(v->body_change.proved && v->header_change.proved);
		assert_sv(v->header_change.arg, "content-transfer-encoding");
		end(&w);
	}
}

/* ---- where the key is ---- */

static const struct {
	const char *zone, *label;
	enum dkim_result result;
	const char *elsewhere;
} places[] = {
    {"example.org A 192.0.2.1", "key_not_found:nxdomain", DKIM_PERMERROR, ""},
    {"s._domainkey.example.org A 192.0.2.1", "key_not_found:nodata",
     DKIM_PERMERROR, ""},
    {"s._domainkey.example.org.example.org TXT \"v=DKIM1; p=\"",
     "key_not_found:nxdomain", DKIM_PERMERROR,
     "s._domainkey.example.org.example.org"},
    {"s._domainkey.example.org !SERVFAIL", "key_dns_error:servfail",
     DKIM_TEMPERROR, ""},
    {"s._domainkey.example.org !REFUSED", "key_dns_error:refused",
     DKIM_TEMPERROR, ""},
    {"s._domainkey.example.org !TIMEOUT", "key_dns_error:timeout",
     DKIM_TEMPERROR, ""},
    {"s._domainkey.example.org !BOGUS", "key_dns_error:bogus",
     DKIM_TEMPERROR, ""},
    {"s._domainkey.example.org TXT \"v=DKIM1; p=\"\n"
     "s._domainkey.example.org TXT \"v=DKIM1; p=AAAA\"",
     "key_multiple_records", DKIM_PERMERROR, ""},
    {"s._domainkey.example.org TXT \"v=spf1 -all\"\n"
     "s._domainkey.example.org TXT \"v=DKIM1; p=\"", "key_revoked",
     DKIM_PERMERROR, ""},
    {"s._domainkey.example.org TXT \"v=DKIM1; p=" RSA_P "\"",
     "key_type_mismatch", DKIM_PERMERROR, ""},
    {"s._domainkey.example.org TXT \"v=DKIM1; k=ed25519; h=sha1; "
     "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"",
     "key_hash_not_allowed", DKIM_PERMERROR, ""},
};

static void test_places(void **state)
{
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct dkim_verdict *v;

		begin(&w, places[i].zone);
		v = verify(&w, signed_mail(&w, R, S));
		assert_sv(dkim_label(w.a, v), places[i].label);
		assert_int_equal(v->result, places[i].result);
		assert_sv(v->elsewhere, places[i].elsewhere);
		end(&w);
	}
}

/* RFC 8616: d= in U-labels is asked for in A-labels. */
static void test_unicode(void **state)
{
	struct world w;
	struct dkim_verdict v = {0};

	(void)state;
	begin(&w, "s._domainkey.xn--bcher-kva.example TXT "
	      "\"v=DKIM1; k=ed25519; "
	      "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"");
	assert_int_equal(dkim_find_key(w.f, w.a, SV("s"),
	                               SV("b\xc3\xbc" "cher.example"), &v),
	                 STEP_DONE);
	assert_int_equal(v.reason, DKIM_FINE);
	assert_sv(v.name, "s._domainkey.xn--bcher-kva.example");
	end(&w);
}

/* A record with quotes: as it was meant, the signature is good. */
static void test_repair(void **state)
{
	struct world w;
	const struct dkim_verdict *v;

	(void)state;
	begin(&w, "s._domainkey.example.org TXT \"\\\"v=DKIM1; k=ed25519; "
	      "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\\\"\"");
	v = verify(&w, signed_mail(&w, R, S));
	assert_sv(dkim_label(w.a, v), "key_literal_quotes");
	assert_sv(v->repaired, ed25519_record);
	assert_true(v->repair_helps);
	assert_true(v->notes & 1u << DKIM_NOTE_QUOTES);
	assert_true(dkim_key_matches(w.a, w.key, &v->key));
	end(&w);
}

/* A resolver that answers when it is told to. */
struct slow {
	struct dns_resolver r;
	struct dns_resolver *inner;
	struct dns_query *q[8];
	size_t n;
};

static void slow_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct slow *s = (struct slow *)r;

	assert_true(s->n < 8);
	s->q[s->n++] = q;
}

static void slow_answer(struct slow *s)
{
	size_t n = s->n;

	s->n = 0;
	for (size_t i = 0; i < n; i++)
		s->inner->ask(s->inner, s->q[i]);
}

/* All keys are asked for at once; what is absent, elsewhere afterwards. */
static void test_wait(void **state)
{
	struct world w;
	struct slow slow = {.r = {.ask = slow_ask}};
	struct facts_options fo = {.now = 1800000000, .resolver = &slow.r};
	struct dkim_outcome out = {0};
	struct dkim_options opt;
	struct dkim_mail m;
	sv mail, other;

	(void)state;
	begin(&w, "s._domainkey.example.org TXT \"v=DKIM1; k=ed25519; "
	      "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"");
	slow.inner = w.r;
	facts_free(w.f);
	w.f = facts_new(&fo);
	opt = (struct dkim_options){.crypto = w.crypto};
	mail = signed_mail(&w, R, S);
	other = arena_printf(w.a, "%.*s",
	                     SV_FMT(sv_head(mail, sv_find(mail, SV("From: ")))));
	memcpy((char *)(uintptr_t)other.p + sv_find(other, SV("s=s")), "s=t", 3);
	mail = arena_printf(w.a, "%.*s%.*s", SV_FMT(other), SV_FMT(mail));
	assert_int_equal(dkim_mail_read(w.a, mail, &m, NULL), MW_OK);
	assert_int_equal(dkim_verify(w.f, w.a, &m, &opt, &out), STEP_WAIT);
	assert_int_equal(slow.n, 2);
	assert_int_equal(dkim_verify(w.f, w.a, &m, &opt, &out), STEP_WAIT);
	assert_int_equal(slow.n, 2);
	slow_answer(&slow);
	assert_int_equal(dkim_verify(w.f, w.a, &m, &opt, &out), STEP_WAIT);
	assert_int_equal(slow.n, 1);
	slow_answer(&slow);
	assert_int_equal(dkim_verify(w.f, w.a, &m, &opt, &out), STEP_DONE);
	assert_int_equal(out.n, 2);
	assert_int_equal(out.sig[0].reason, DKIM_KEY_NOT_FOUND);
	assert_int_equal(out.sig[1].result, DKIM_PASS);
	assert_int_equal(out.result, DKIM_PASS);
	end(&w);
}

/* Signatures beyond the limit are counted, not looked at. */
static void test_many(void **state)
{
	struct world w;
	struct dkim_outcome out = {0};
	struct dkim_options opt;
	struct dkim_mail m;
	sv text = SV(MESSAGE);

	(void)state;
	begin(&w, "example.org A 192.0.2.1");
	opt = (struct dkim_options){.crypto = w.crypto};
	for (int i = 0; i < DKIM_SIGNATURES_MAX + 3; i++)
		text = arena_printf(w.a, "DKIM-Signature: x\r\n%.*s",
		                    SV_FMT(text));
	assert_int_equal(dkim_mail_read(w.a, text, &m, NULL), MW_OK);
	assert_int_equal(dkim_verify(w.f, w.a, &m, &opt, &out), STEP_DONE);
	assert_int_equal(out.n, DKIM_SIGNATURES_MAX);
	assert_int_equal(out.more, 3);
	assert_int_equal(out.result, DKIM_PERMERROR);
	end(&w);
}

/* Every reason and note has a name of its own. */
static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < DKIM_REASON_N; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    dkim_reason_name((enum dkim_reason)i),
			    dkim_reason_name((enum dkim_reason)j));
	for (int i = 0; i < DKIM_NOTE_N; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    dkim_note_id((enum dkim_note)i),
			    dkim_note_id((enum dkim_note)j));
	assert_int_equal(dkim_note_view(DKIM_NOTE_SMALL_KEY, DKIM_MAIL_DKIM),
	                 DKIM_VIEW_PASS);
	assert_int_equal(dkim_note_view(DKIM_NOTE_LENGTH, DKIM_DKIMPY),
	                 DKIM_VIEW_SAME);
}

UNIT_MAIN(cmocka_unit_test(test_lists), cmocka_unit_test(test_many_tags),
          cmocka_unit_test(test_base64), cmocka_unit_test(test_bodies),
          cmocka_unit_test(test_relaxed_all), cmocka_unit_test(test_fields),
          cmocka_unit_test(test_line_ends), cmocka_unit_test(test_keys),
          cmocka_unit_test(test_der), cmocka_unit_test(test_signatures),
          cmocka_unit_test(test_changes),
          cmocka_unit_test(test_encoded), cmocka_unit_test(test_places),
          cmocka_unit_test(test_unicode), cmocka_unit_test(test_repair),
          cmocka_unit_test(test_many), cmocka_unit_test(test_wait),
          cmocka_unit_test(test_names))
