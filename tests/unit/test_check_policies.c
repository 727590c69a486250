/* SPDX-License-Identifier: BSD-2-Clause */
/* MTA-STS, TLS-RPT, BIMI and DANE over zones and hosts in memory: ids. */
#include "check_unit.h"

#define ZONE                                                                  \
	"example.org MX 10 mx.example.org\n"                                  \
	"mx.example.org A 192.0.2.25\n"
#define STS                                                                   \
	ZONE "_mta-sts.example.org TXT \"v=STSv1; id=20261124;\"\n"           \
	     "mta-sts.example.org A 192.0.2.80\n"
#define POLICY(mode, mx)                                                      \
	"version: STSv1\r\nmode: " mode "\r\n" mx "max_age: 604800\r\n"
#define GOOD POLICY("enforce", "mx: mx.example.org\r\n")
#define NOW 1700000000

static const struct cert cert = {.from = NOW - 86400,
                                 .until = NOW + 90 * 86400,
                                 .der = SV_INIT("no certificate")};
static const struct cert ends = {.from = NOW - 86400, .until = NOW + 86400};

static struct https_probe file(const char *body)
{
	return (struct https_probe){
	    .state = PROBE_DONE, .host = SV("mta-sts.example.org"),
	    .status = 200, .type = SV("text/plain; charset=utf-8"),
	    .body = sv_str(body),
	    .tls = {.tried = true, .up = true, .chain = &cert, .n = 1}};
}

static void expect(const char *zone, const struct https_probe *p,
                   const char *want)
{
	unit_begin(zone, "example.org");
	unit.https = p;
	unit.nhttps = p != NULL;
	assert_sv(unit_run(&check_mtasts), want);
	unit_end();
}

static const struct {
	const char *zone, *want;
} records[] = {
    {ZONE, "mtasts.none:example.org"},
    {ZONE "_mta-sts.example.org TXT v=spf1\n", "mtasts.none:example.org"},
    {STS "_mta-sts.example.org TXT \"v=STSv1; id=2;\"\n",
     "mtasts.several:_mta-sts.example.org"},
    {ZONE "_mta-sts.example.org TXT \"v=STSv1;\"\n",
     "mtasts.record:_mta-sts.example.org"},
    {ZONE "_mta-sts.example.org !SERVFAIL\n",
     "dns.tempfail:_mta-sts.example.org"},
    {ZONE "_mta-sts.example.org TXT \"v=STSv1; id=1;\"\n",
     "mtasts.no-host:mta-sts.example.org"},
    {ZONE "_mta-sts.example.org TXT \"v=STSv1; id=1;\"\n"
          "mta-sts.example.org !SERVFAIL\n",
     "dns.tempfail:mta-sts.example.org"},
    {STS, "mtasts.unreachable:mta-sts.example.org"},
};

static void test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		expect(records[i].zone, NULL, records[i].want);
}

static const struct {
	enum probe_fail fail;
	const char *want;
} fails[] = {
    {PROBE_NOT_TRIED, "mtasts.not-fetched:mta-sts.example.org"},
    {PROBE_TIMEOUT, "mtasts.unreachable:mta-sts.example.org"},
    {PROBE_UNREACHABLE, "mtasts.unreachable:mta-sts.example.org"},
    {PROBE_STOPPED, "mtasts.unknown:mta-sts.example.org"},
    {PROBE_REFUSED, "mtasts.fetch:mta-sts.example.org"},
    {PROBE_TLS, "mtasts.fetch:mta-sts.example.org"},
    {PROBE_TOO_LARGE, "mtasts.fetch:mta-sts.example.org"},
    {PROBE_CERTIFICATE, "mtasts.certificate:mta-sts.example.org"},
};

static void test_fetch(void **state)
{
	struct https_probe p = file(GOOD);

	(void)state;
	for (size_t i = 0; i < sizeof(fails) / sizeof(fails[0]); i++) {
		p.state = PROBE_FAILED;
		p.fail = fails[i].fail;
		expect(STS, &p, fails[i].want);
	}
	p = file(GOOD);
	expect(STS, &p, "mtasts.ok:example.org");
	p.status = 404;
	expect(STS, &p, "mtasts.status:mta-sts.example.org");
	p.status = 302;
	expect(STS, &p, "mtasts.redirect:mta-sts.example.org");
	p = file(GOOD);
	p.type = SV("text/html");
	expect(STS, &p, "mtasts.type:mta-sts.example.org");
	p = file(GOOD);
	p.tls.chain = &ends;
	expect(STS, &p, "mtasts.cert-ends:mta-sts.example.org");
}

static const struct {
	const char *body, *want;
} policies[] = {
    {"", "mtasts.policy:mta-sts.example.org"},
    {"version: STSv1\nmode: enforce\nmax_age: 604800\n",
     "mtasts.policy:mta-sts.example.org"},
    {POLICY("none", ""), "mtasts.mode-none:example.org"},
    {POLICY("testing", "mx: mx.example.org\n"), "mtasts.testing:example.org"},
    {POLICY("testing", "mx: *.example.net\n"),
     "mtasts.mx-testing:mx.example.org mtasts.mx-unused:*.example.net "
     "mtasts.testing:example.org"},
    {POLICY("enforce", "mx: *.example.org\n"), "mtasts.ok:example.org"},
    {POLICY("enforce", "mx: old.example.org\n"),
     "mtasts.mx-blocked:mx.example.org mtasts.mx-unused:old.example.org"},
    {"version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 3600\n",
     "mtasts.age-short:example.org"},
};

static void test_policies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		struct https_probe p = file(policies[i].body);

		expect(STS, &p, policies[i].want);
	}
}

static struct smtp_probe talk(bool up, unsigned faults)
{
	return (struct smtp_probe){
	    .state = PROBE_DONE, .stage = "EHLO", .ehlo = true,
	    .host = SV("mx.example.org"), .starttls = up,
	    .tls = {.tried = up, .up = up, .faults = faults, .chain = &cert,
	            .n = up, .why = SV("why")}};
}

/* With leave to connect, the servers have to keep to the policy. */
static void test_servers(void **state)
{
	struct https_probe p = file(GOOD);
	struct smtp_probe talks[] = {talk(true, 0), talk(true, CERT_NAME),
	                             talk(false, 0)};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		unit_begin(STS, "example.org");
		unit.https = &p;
		unit.nhttps = 1;
		unit.smtp = &talks[i];
		unit.nsmtp = 1;
		assert_sv(unit_run(&check_mtasts), "mtasts.ok:example.org");
		assert_int_equal(unit.asked, 1);
		unit.target.smtp = true;
		assert_sv(unit_run(&check_mtasts),
		          i ? "mtasts.mx-certificate:mx.example.org"
		            : "mtasts.ok:example.org");
		unit_end();
	}
}

static const struct {
	const struct check *check;
	const char *zone, *want;
} texts[] = {
    {&check_tlsrpt, "", "tlsrpt.none:_smtp._tls.example.org"},
    {&check_tlsrpt,
     "_smtp._tls.example.org TXT \"v=TLSRPTv1; rua=mailto:a@example.org\"\n",
     "tlsrpt.ok:_smtp._tls.example.org"},
    {&check_tlsrpt, "_smtp._tls.example.org TXT \"v=TLSRPTv1;\"\n",
     "tlsrpt.record:_smtp._tls.example.org"},
    {&check_tlsrpt,
     "_smtp._tls.example.org TXT \"v=TLSRPTv1; rua=mailto:a@example.org\"\n"
     "_smtp._tls.example.org TXT \"v=TLSRPTv1; rua=mailto:b@example.org\"\n",
     "tlsrpt.several:_smtp._tls.example.org"},
    {&check_bimi, "", ""},
    {&check_bimi, "default._bimi.example.org TXT \"v=BIMI1; l=; a=\"\n",
     "bimi.declined:default._bimi.example.org"},
    {&check_bimi, "default._bimi.example.org TXT \"v=BIMI1; l=http://x\"\n",
     "bimi.record:default._bimi.example.org"},
    {&check_bimi,
     "default._bimi.example.org TXT \"v=BIMI1; l=https://example.org/l.svg\"\n"
     "_dmarc.example.org TXT \"v=DMARC1; p=none\"\n",
     "bimi.policy:default._bimi.example.org"},
    {&check_bimi,
     "default._bimi.example.org TXT \"v=BIMI1; l=https://example.org/l.svg\"\n"
     "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n",
     "bimi.ok:default._bimi.example.org"},
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		unit_begin(texts[i].zone, "example.org");
		assert_sv(unit_run(texts[i].check), texts[i].want);
		unit_end();
	}
}

#define DIGEST                                                                \
	"0000000000000000000000000000000000000000000000000000000000000000\n"
#define TLSA "_25._tcp.mx.example.org TLSA "

static const struct {
	const char *zone;
	enum dns_trust trust;
	const char *want;
} danes[] = {
    {ZONE, DNS_TRUST_SECURE, ""},
    {ZONE TLSA "3 1 1 " DIGEST, DNS_TRUST_INSECURE,
     "dane.insecure:mx.example.org"},
    {ZONE TLSA "3 1 1 " DIGEST, DNS_TRUST_UNKNOWN,
     "dane.unproven:mx.example.org"},
    {ZONE TLSA "3 1 1 " DIGEST, DNS_TRUST_SECURE, "dane.ready:example.org"},
    {ZONE TLSA "1 1 1 " DIGEST, DNS_TRUST_SECURE,
     "dane.unusable:mx.example.org"},
    {ZONE TLSA "3 1 1 " DIGEST TLSA "1 1 1 " DIGEST, DNS_TRUST_SECURE,
     "dane.record:mx.example.org"},
    {ZONE TLSA "3 1 1 " DIGEST "example.org MX 20 b.example.org\n"
          "b.example.org A 192.0.2.26\n",
     DNS_TRUST_SECURE, "dane.partial:b.example.org"},
    {ZONE "_25._tcp.mx.example.org !SERVFAIL\n", DNS_TRUST_SECURE,
     "dane.failed:mx.example.org"},
};

static void test_dane(void **state)
{
	struct smtp_probe talks[] = {talk(true, 0), talk(false, 0)};

	(void)state;
	for (size_t i = 0; i < sizeof(danes) / sizeof(danes[0]); i++) {
		unit_begin(danes[i].zone, "example.org");
		unit.trust = danes[i].trust;
		assert_sv(unit_run(&check_dane), danes[i].want);
		unit_end();
	}
	for (size_t i = 0; i < 2; i++) {
		unit_begin(ZONE TLSA "3 1 1 " DIGEST, "example.org");
		unit.trust = DNS_TRUST_SECURE;
		unit.target.smtp = true;
		unit.smtp = &talks[i];
		unit.nsmtp = 1;
		assert_sv(unit_run(&check_dane),
		          i ? "dane.no-tls:mx.example.org"
		            : "dane.mismatch:mx.example.org");
		unit_end();
	}
}

UNIT_MAIN(cmocka_unit_test(test_records), cmocka_unit_test(test_fetch),
          cmocka_unit_test(test_policies), cmocka_unit_test(test_servers),
          cmocka_unit_test(test_texts), cmocka_unit_test(test_dane))
