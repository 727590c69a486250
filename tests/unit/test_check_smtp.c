/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of what a prober saw of mail servers: ids only. */
#include "check_unit.h"

#define ZONE                                                                  \
	"example.org MX 10 mx.example.org\n"                                  \
	"mx.example.org A 192.0.2.25\n"
#define BOTH ZONE "mx.example.org AAAA 2001:db8::25\n"
#define MX "mx.example.org 192.0.2.25"
#define NOW 1700000000
#define LATER (NOW + 90 * 86400)

static const struct cert good_cert = {.from = NOW - 86400, .until = LATER};
static const struct cert ends_cert = {.from = NOW - 86400,
                                      .until = NOW + 86400};

static struct smtp_probe seen(unsigned faults)
{
	return (struct smtp_probe){
	    .state = PROBE_DONE, .stage = "EHLO",
	    .host = SV("mx.example.org"), .code = 250, .ehlo = true,
	    .starttls = true, .has_size = true, .size = 52428800,
	    .tls = {.tried = true, .up = true, .version = SV("TLSv1.3"),
	            .chain = &good_cert, .n = 1, .faults = faults}};
}

static struct smtp_probe failed(enum probe_fail fail, unsigned code)
{
	return (struct smtp_probe){
	    .state = PROBE_FAILED, .fail = fail, .stage = "greeting",
	    .host = SV("mx.example.org"), .code = code, .why = SV("why")};
}

static void expect(const char *zone, const struct smtp_probe *list, size_t n,
                   const char *want)
{
	unit_begin(zone, "example.org");
	unit.target.smtp = true;
	unit.smtp = list;
	unit.nsmtp = n;
	assert_sv(unit_run(&check_smtp), want);
	unit_end();
}

static void expect_one(struct smtp_probe p, const char *want)
{
	assert_true(ip_parse(SV("192.0.2.25"), &p.ip));
	expect(ZONE, &p, 1, want);
}

static void test_talks(void **state)
{
	struct smtp_probe p = seen(0);

	(void)state;
	expect_one(p, "smtp.ok:example.org");
	p.size = 5000000;
	expect_one(p, "smtp.size-small:" MX);
	p = seen(0);
	p.starttls = false;
	p.tls = (struct tls_seen){0};
	expect_one(p, "smtp.no-starttls:" MX);
	p.starttls = true;
	p.tls.tried = true;
	p.tls.error = SV("not now");
	expect_one(p, "smtp.tls-failed:" MX);
	p = seen(0);
	p.tls.version = SV("TLSv1.1");
	expect_one(p, "smtp.tls-old:" MX);
	p.tls.version = SV("TLSv1.2");
	expect_one(p, "smtp.ok:example.org");
	p.tls.chain = &ends_cert;
	expect_one(p, "smtp.cert-ends:" MX);
}

static void test_certificates(void **state)
{
	(void)state;
	expect_one(seen(CERT_EXPIRED), "smtp.cert-expired:" MX);
	expect_one(seen(CERT_NOT_YET), "smtp.cert-early:" MX);
	expect_one(seen(CERT_NAME), "smtp.cert-name:" MX);
	expect_one(seen(CERT_SELF_SIGNED), "smtp.cert-self-signed:" MX);
	expect_one(seen(CERT_UNKNOWN_ISSUER), "smtp.cert-issuer:" MX);
	expect_one(seen(CERT_WEAK), "smtp.cert-weak:" MX);
	expect_one(seen(CERT_OTHER), "smtp.cert-other:" MX);
	expect_one(seen(CERT_EXPIRED | CERT_NAME),
	           "smtp.cert-expired:" MX " smtp.cert-name:" MX);
}

/* A filtered port says nothing of the server; a refusal does. */
static void test_reach(void **state)
{
	(void)state;
	expect_one(failed(PROBE_TIMEOUT, 0), "smtp.unreached:example.org");
	expect_one(failed(PROBE_UNREACHABLE, 0), "smtp.unreached:example.org");
	expect_one(failed(PROBE_FORBIDDEN, 0), "smtp.blocked:example.org");
	expect_one(failed(PROBE_NOT_TRIED, 0), "smtp.skipped:example.org");
	expect_one(failed(PROBE_STOPPED, 0), "smtp.unknown:" MX);
	expect_one(failed(PROBE_REFUSED, 0), "smtp.refused:" MX);
	expect_one(failed(PROBE_CLOSED, 0), "smtp.broken:" MX);
	expect_one(failed(PROBE_SLOW, 0), "smtp.broken:" MX);
	expect_one(failed(PROBE_TLS, 220), "smtp.tls-failed:" MX);
	expect_one(failed(PROBE_PROTOCOL, 554), "smtp.refuses-us:" MX);
	expect_one(failed(PROBE_PROTOCOL, 0), "smtp.broken:" MX);
}

#define TWO                                                                   \
	"example.org MX 10 mx.example.org\n"                                  \
	"example.org MX 20 mx2.example.org\n"                                 \
	"mx.example.org A 192.0.2.25\n"                                       \
	"mx2.example.org A 198.51.100.25\n"

/* Several hosts that are all silent tell of this end, one address does not. */
static void test_blocked(void **state)
{
	struct smtp_probe list[2] = {failed(PROBE_TIMEOUT, 0),
	                             failed(PROBE_TIMEOUT, 0)};

	(void)state;
	assert_true(ip_parse(SV("192.0.2.25"), &list[0].ip));
	assert_true(ip_parse(SV("198.51.100.25"), &list[1].ip));
	list[1].host = SV("mx2.example.org");
	expect(TWO, list, 2, "smtp.blocked:example.org");
	list[1].fail = PROBE_UNREACHABLE;
	expect(TWO, list, 2, "smtp.unreached:example.org");
	list[1].fail = PROBE_STOPPED;
	expect(TWO, list, 2, "smtp.unreached:example.org");
	list[0].fail = PROBE_STOPPED;
	expect(TWO, list, 2, "smtp.unknown:" MX
	       " smtp.unknown:mx2.example.org 198.51.100.25");
	/* Whoever answers proves that the way out is open. */
	list[0].fail = PROBE_TIMEOUT;
	list[1].fail = PROBE_REFUSED;
	expect(TWO, list, 2, "smtp.silent:" MX
	       " smtp.refused:mx2.example.org 198.51.100.25");
}

static void test_versions(void **state)
{
	struct smtp_probe list[2] = {seen(0), failed(PROBE_UNREACHABLE, 0)};

	(void)state;
	assert_true(ip_parse(SV("192.0.2.25"), &list[0].ip));
	assert_true(ip_parse(SV("2001:db8::25"), &list[1].ip));
	expect(BOTH, list, 2, "smtp.no-ipv6:example.org smtp.ok:example.org");
	list[0] = failed(PROBE_TIMEOUT, 0);
	assert_true(ip_parse(SV("192.0.2.25"), &list[0].ip));
	expect(BOTH, list, 2, "smtp.unreached:example.org");
	list[1] = seen(0);
	assert_true(ip_parse(SV("2001:db8::25"), &list[1].ip));
	expect(BOTH, list, 2, "smtp.silent:" MX);
}

/* Nobody is connected to without leave, nor inside one's own network. */
static void test_limits(void **state)
{
	struct smtp_probe p = seen(0);

	(void)state;
	unit_begin(ZONE, "example.org");
	unit.smtp = &p;
	unit.nsmtp = 1;
	assert_sv(unit_run(&check_smtp), "");
	assert_int_equal(unit.asked, 0);
	unit_end();
	unit_begin("example.org MX 10 mx.example.org\n"
	           "mx.example.org A 127.0.0.1\nmx.example.org A 10.0.0.1\n",
	           "example.org");
	unit.target.smtp = true;
	assert_sv(unit_run(&check_smtp), "");
	assert_int_equal(unit.asked, 0);
	unit.target.own[unit.target.nown++] = SV("example.org");
	assert_sv(unit_run(&check_smtp), "smtp.unreached:example.org");
	assert_int_equal(unit.asked, 2);
	unit_end();
	expect("example.org MX 0 .\n", &p, 1, "");
}

static const struct {
	unsigned postmaster, abuse;
	const char *text, *want;
} mailboxes[] = {
    {250, 250, "ok", "postmaster.ok:example.org"},
    {550, 250, "5.1.1 no such user", "postmaster.missing:example.org"},
    {250, 550, "5.1.1 no such user", "postmaster.abuse-missing:example.org"},
    {550, 250, "no such user", "postmaster.missing:example.org"},
    {550, 250, "5.7.1 your address is listed", "postmaster.unknown:example.org"},
    {450, 250, "4.2.0 greylisted", "postmaster.unknown:example.org"},
};

static void test_postmaster(void **state)
{
	struct smtp_probe p = seen(0);

	(void)state;
	p.nrcpt = 2;
	for (size_t i = 0; i < sizeof(mailboxes) / sizeof(mailboxes[0]); i++) {
		p.rcpt[0] = (struct smtp_rcpt){SV("postmaster@example.org"),
		    mailboxes[i].postmaster, sv_str(mailboxes[i].text)};
		p.rcpt[1] = (struct smtp_rcpt){SV("abuse@example.org"),
		    mailboxes[i].abuse, sv_str(mailboxes[i].text)};
		unit_begin(ZONE, "example.org");
		unit.smtp = &p;
		unit.nsmtp = 1;
		unit.target.smtp = true;
		assert_sv(unit_run(&check_postmaster), "");
		unit.target.own[unit.target.nown++] = SV("example.net");
		assert_sv(unit_run(&check_postmaster), "");
		assert_int_equal(unit.asked, 0);
		unit.target.own[unit.target.nown++] = SV("example.org");
		assert_sv(unit_run(&check_postmaster), mailboxes[i].want);
		unit_end();
	}
}

UNIT_MAIN(cmocka_unit_test(test_talks), cmocka_unit_test(test_certificates),
          cmocka_unit_test(test_reach), cmocka_unit_test(test_blocked),
          cmocka_unit_test(test_versions),
          cmocka_unit_test(test_limits), cmocka_unit_test(test_postmaster))
