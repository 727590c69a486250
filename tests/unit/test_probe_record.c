/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections written down, and found again with every byte. */
#include "unit.h"

#include "probe/cert.h"
#include "probe/record.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#define HOSTILE SV("\xff\x80" "a\0b\r\x1b[31m\xc3\xa4\"\\")

static sv make_cert(struct arena *a)
{
	X509 *x = X509_new();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char *der = NULL;
	sv out;
	int n;

	assert_non_null(key);
	assert_true(X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"mx.example.org", -1, -1, 0));
	assert_true(X509_set_issuer_name(x, name));
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), 86400));
	assert_true(X509_set_pubkey(x, key));
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	n = i2d_X509(x, &der);
	assert_true(n > 0);
	out = arena_dup(a, sv_of((char *)der, (size_t)n));
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	X509_free(x);
	return out;
}

static struct ip ip_of(const char *text)
{
	struct ip ip;

	assert_true(ip_parse(sv_str(text), &ip));
	return ip;
}

static struct smtp_probe mail(struct cert *chain)
{
	static const sv words[] = {SV_INIT("SIZE 10240000"),
	                           SV_INIT("X \xfe")};

	return (struct smtp_probe){
	    .state = PROBE_DONE, .stage = "EHLO", .host = SV("mx.example.org"),
	    .ip = ip_of("192.0.2.25"), .code = 250, .text = HOSTILE,
	    .greeting = SV("hello"), .keywords = words, .nkeywords = 2,
	    .ehlo = true, .starttls = true, .has_size = true,
	    .size = INT64_MAX, .connect_ms = 7,
	    .tls = {.tried = true, .up = true, .version = SV("TLSv1.3"),
	            .cipher = SV("C"), .chain = chain, .n = 2,
	            .faults = CERT_EXPIRED | CERT_OTHER, .why = SV("why")},
	    .rcpt = {{SV("postmaster@example.org"), 250, SV("ok")},
	             {SV("abuse@example.org"), 550, HOSTILE}},
	    .nrcpt = 2, .talk = SV("S: 220 \xff\nC: EHLO x\n")};
}

static struct prober *replay(sv lines, struct arena *a)
{
	struct dns_replay *rp;
	struct prober *p;

	lines = arena_printf(a, "{\"mailwhy-recording\": 1, \"clock\": 7}\n"
	                        "%.*s", SV_FMT(lines));
	assert_int_equal(dns_replay_read(lines, &rp, NULL), MW_OK);
	assert_int_equal(probe_replay_new(rp, &p, NULL), MW_OK);
	/* It is not needed any more. */
	dns_replay_free(rp);
	return p;
}

static void assert_view(sv x, sv y)
{
	if (!sv_eq(x, y))
		fail_msg("\"%.*s\" is not \"%.*s\"", SV_FMT(x), SV_FMT(y));
}

static void assert_same_tls(const struct tls_seen *x, const struct tls_seen *y)
{
	assert_int_equal(x->tried, y->tried);
	assert_int_equal(x->up, y->up);
	assert_view(x->version, y->version);
	assert_view(x->cipher, y->cipher);
	assert_int_equal(x->faults, y->faults);
	assert_view(x->why, y->why);
	assert_view(x->error, y->error);
	assert_int_equal(x->n, y->n);
	for (size_t i = 0; i < x->n; i++) {
		assert_view(x->chain[i].der, y->chain[i].der);
		assert_view(x->chain[i].spki, y->chain[i].spki);
		assert_view(x->chain[i].subject, y->chain[i].subject);
		assert_view(x->chain[i].key, y->chain[i].key);
		assert_int_equal(x->chain[i].until, y->chain[i].until);
	}
}

static void assert_same(const struct smtp_probe *x, const struct smtp_probe *y)
{
	assert_int_equal(x->state, y->state);
	assert_int_equal(x->fail, y->fail);
	assert_string_equal(x->stage, y->stage);
	assert_view(x->host, y->host);
	assert_true(ip_eq(&x->ip, &y->ip));
	assert_int_equal(x->code, y->code);
	assert_view(x->text, y->text);
	assert_view(x->greeting, y->greeting);
	assert_int_equal(x->nkeywords, y->nkeywords);
	for (size_t i = 0; i < x->nkeywords; i++)
		assert_view(x->keywords[i], y->keywords[i]);
	assert_int_equal(x->ehlo, y->ehlo);
	assert_int_equal(x->starttls, y->starttls);
	assert_int_equal(x->has_size, y->has_size);
	assert_true(x->size == y->size);
	assert_same_tls(&x->tls, &y->tls);
	assert_int_equal(x->nrcpt, y->nrcpt);
	for (size_t i = 0; i < x->nrcpt; i++) {
		assert_view(x->rcpt[i].address, y->rcpt[i].address);
		assert_int_equal(x->rcpt[i].code, y->rcpt[i].code);
		assert_view(x->rcpt[i].text, y->rcpt[i].text);
	}
	assert_int_equal(x->connect_ms, y->connect_ms);
	assert_view(x->why, y->why);
	assert_view(x->talk, y->talk);
}

static struct smtp_ask ask_of(const struct smtp_probe *x)
{
	struct smtp_ask ask = {.host = x->host, .ip = x->ip,
	                       .nrcpt = x->nrcpt};

	for (size_t i = 0; i < x->nrcpt; i++)
		ask.rcpt[i] = x->rcpt[i].address;
	return ask;
}

static void test_mail(void **state)
{
	struct arena *a = arena_new(1 << 22);
	struct cert chain[2];
	struct smtp_probe x, failed;
	struct smtp_ask ask;
	const struct smtp_probe *none;
	struct prober *p;
	sv lines;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_true(cert_from(a, make_cert(a), &chain[i]));
	x = mail(chain);
	failed = (struct smtp_probe){
	    .state = PROBE_FAILED, .fail = PROBE_TIMEOUT, .stage = "connect",
	    .host = SV("mx.example.org"), .ip = ip_of("2001:db8::25"),
	    .why = SV("no answer")};
	lines = probe_smtp_line(a, &x);
	assert_int_equal(sv_chr(lines, '\n'), lines.n - 1);
	lines = arena_printf(a, "%.*s%.*s", SV_FMT(lines),
	                     SV_FMT(probe_smtp_line(a, &failed)));
	p = replay(lines, a);
	ask = ask_of(&x);
	ask.host = SV("MX.example.org");
	assert_same(&x, p->smtp(p, &ask));
	ask = ask_of(&failed);
	assert_same(&failed, p->smtp(p, &ask));

	/* Other recipients are another dialogue, and it says so. */
	ask = ask_of(&x);
	ask.nrcpt = 1;
	none = p->smtp(p, &ask);
	assert_int_equal(none->state, PROBE_FAILED);
	assert_int_equal(none->fail, PROBE_STOPPED);
	assert_sv(none->why, "not in the recording");
	assert_sv(none->host, "mx.example.org");
	assert_ptr_equal(none, p->smtp(p, &ask));
	assert_int_equal(p->pending(p), 0);
	prober_free(p);
	arena_free(a);
}

static void test_policy(void **state)
{
	struct arena *a = arena_new(1 << 22);
	struct ip ips[2] = {ip_of("192.0.2.80"), ip_of("2001:db8::80")};
	struct https_ask ask = {SV("mta-sts.example.org"), SV("/x"), ips, 2};
	struct https_probe x = {
	    .state = PROBE_DONE, .host = ask.host, .path = ask.path,
	    .ip = ips[0], .status = 301, .type = SV("text/plain"),
	    .location = HOSTILE, .body = HOSTILE,
	    .tls = {.tried = true, .error = SV("no")}};
	const struct https_probe *y;
	struct prober *p;

	(void)state;
	p = replay(probe_https_line(a, &ask, &x), a);
	y = p->https(p, &ask);
	assert_int_equal(y->state, PROBE_DONE);
	assert_int_equal(y->fail, PROBE_OK);
	assert_true(ip_eq(&x.ip, &y->ip));
	assert_int_equal(y->status, 301);
	assert_view(x.type, y->type);
	assert_view(x.location, y->location);
	assert_view(x.body, y->body);
	assert_same_tls(&x.tls, &y->tls);
	ask.nips = 1;
	y = p->https(p, &ask);
	assert_int_equal(y->fail, PROBE_STOPPED);
	assert_sv(y->why, "not in the recording");
	prober_free(p);
	arena_free(a);
}

/* ---- a prober that is recorded ---- */

static struct smtp_probe two[2];
static unsigned asked;

static const struct smtp_probe *fake_smtp(struct prober *p,
                                          const struct smtp_ask *ask)
{
	(void)p;
	asked++;
	return &two[ip_eq(&ask->ip, &two[1].ip)];
}

static size_t fake_pending(const struct prober *p)
{
	(void)p;
	return 0;
}

/* However often it is asked, one line; what never came is none. */
static void test_recorded(void **state)
{
	static const struct dns_record_run run = {.clock = 7};
	struct prober fake = {.smtp = fake_smtp, .pending = fake_pending};
	struct dns_recorder *rec;
	struct dns_replay *rp;
	struct prober *p;
	struct smtp_ask ask;
	size_t at = 0, where;
	sv line;

	(void)state;
	two[0] = (struct smtp_probe){
	    .state = PROBE_FAILED, .fail = PROBE_REFUSED, .stage = "connect",
	    .host = SV("mx.example.org"), .ip = ip_of("192.0.2.25")};
	two[1] = two[0];
	two[1].state = PROBE_PENDING;
	two[1].ip = ip_of("192.0.2.26");
	assert_int_equal(dns_record_begin(NULL, &run, &rec, NULL), MW_OK);
	p = probe_record_new(rec, &fake);
	for (unsigned i = 0; i < 4; i++) {
		ask = ask_of(&two[i & 1]);
		assert_ptr_equal(p->smtp(p, &ask), &two[i & 1]);
	}
	assert_int_equal(asked, 4);
	probe_record_end(p);
	assert_int_equal(dns_replay_read(dns_record_text(rec), &rp, NULL),
	                 MW_OK);
	assert_true(dns_replay_other(rp, &at, &line, &where));
	assert_true(sv_has(line, SV("refused")));
	assert_false(dns_replay_other(rp, &at, &line, &where));
	dns_replay_free(rp);
	prober_free(p);
	assert_int_equal(dns_record_end(rec, NULL), MW_OK);
}

#define SMTP "\"kind\": \"smtp\", \"fail\": \"ok\", \"stage\": \"EHLO\""
#define HTTPS "\"kind\": \"https\", \"fail\": \"ok\""

static const struct {
	const char *text;
	bool right;
} texts[] = {
    {SMTP, true},
    {HTTPS, true},
    {"\"kind\": \"later\", \"fail\": 1", true},
    {"\"kind\": \"smtp\", \"fail\": \"ok\"", false},
    {"\"kind\": \"smtp\", \"fail\": \"none\", \"stage\": \"EHLO\"", false},
    {SMTP ", \"ip\": \"x\"", false},
    {SMTP ", \"code\": 1000", false},
    {SMTP ", \"code\": -1", false},
    {SMTP ", \"host\": 1", false},
    {SMTP ", \"text\": {\"bytes\": \"\\u00ff\"}", true},
    {SMTP ", \"text\": {\"bytes\": \"\\u0100\"}", false},
    {SMTP ", \"text\": {\"octets\": \"\"}", false},
    {SMTP ", \"rcpt\": [{}, {}, {}, {}]", true},
    {SMTP ", \"rcpt\": [{}, {}, {}, {}, {}]", false},
    {SMTP ", \"keywords\": [1]", false},
    {SMTP ", \"dialogue\": [1]", false},
    {SMTP ", \"tls\": {\"chain\": [\"AAAA\"]}", false},
    {SMTP ", \"tls\": {\"chain\": [\"====\"]}", false},
    {SMTP ", \"tls\": {\"chain\": [1]}", false},
    {SMTP ", \"tls\": {\"faults\": [\"expired\", \"later\", 1]}", true},
    {HTTPS ", \"ips\": [\"x\"]", false},
    {HTTPS ", \"ips\": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]", false},
};

static void test_syntax(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sv text = arena_printf(a, "{\"mailwhy-recording\": 1, "
		    "\"clock\": 7}\n{%s}\n", texts[i].text);
		struct mw_err err = {0};
		struct dns_replay *rp;
		struct prober *p = NULL;
		enum mw_status st;

		assert_int_equal(dns_replay_read(text, &rp, NULL), MW_OK);
		st = probe_replay_new(rp, &p, &err);
		if (st != (texts[i].right ? MW_OK : MW_ESYNTAX))
			fail_msg("%s: %s", texts[i].text, err.text);
		assert_int_equal(err.where, texts[i].right ? 0 : 2);
		prober_free(p);
		dns_replay_free(rp);
	}
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(test_mail), cmocka_unit_test(test_policy),
          cmocka_unit_test(test_recorded), cmocka_unit_test(test_syntax))
