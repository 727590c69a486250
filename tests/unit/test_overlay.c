/* SPDX-License-Identifier: BSD-2-Clause */
/* "What if": changes laid over a world, and what is asked through them. */
#include "unit.h"

#include "dns/overlay.h"
#include "dns/zone.h"
#include "facts/facts.h"

static const char world[] =
    "example.org 300 MX 10 mail.example.org\n"
    "example.org 300 MX 20 mail2.example.org\n"
    "example.org 300 TXT \"v=spf1 -all\"\n"
    "example.org 300 TXT \"site-verification=abc\"\n"
    "_dmarc.example.org TXT \"v=DMARC1; p=none\"\n"
    "k1._domainkey.example.org TXT \"p=AAAA\"\n"
    "k2._domainkey.example.org CNAME k2.esp.example.net\n"
    "k2.esp.example.net TXT \"v=DKIM1; p=BBBB\"\n"
    "www.example.org CNAME web.example.net\n"
    "web.example.net CNAME host.example.net\n"
    "host.example.net A 192.0.2.1\n"
    "loop.example.org CNAME loop2.example.org\n"
    "loop2.example.org CNAME loop.example.org\n"
    "gone.example.org CNAME nowhere.example.net\n"
    "bad.example.org !SERVFAIL\n"
    "x.org._report._dmarc.example.com TXT \"v=DMARC1\"\n"
    "example.com A 192.0.2.5\n";

/*
 * A change, a question, its answer: records joined by " | ", or the state's
 * name; then "~" where it is hypothetical, and the chain's length if not 0.
 */
static const struct {
	const char *changes, *name, *type, *answer;
} cases[] = {
    {"", "example.org", "MX", "10 mail.example.org. | 20 mail2.example.org."},
    {"", "none.example.org", "MX", "nxdomain"},
    {"", "www.example.org", "A", "192.0.2.1 2"},
    /* plain: the whole set, or the records of the same purpose */
    {"example.org MX 5 new.example.org", "example.org", "MX",
     "5 new.example.org. ~"},
    {"example.org MX 5 a.example\nexample.org MX 6 b.example", "example.org",
     "MX", "5 a.example. | 6 b.example. ~"},
    {"example.org TXT \"v=spf1 mx -all\"", "example.org", "TXT",
     "\"site-verification=abc\" | \"v=spf1 mx -all\" ~"},
    {"example.org TXT v=spf1 mx -all", "example.org", "TXT",
     "\"site-verification=abc\" | \"v=spf1 mx -all\" ~"},
    {"example.org TXT \"other=1\"", "example.org", "TXT",
     "\"v=spf1 -all\" | \"site-verification=abc\" | \"other=1\" ~"},
    {"example.org TXT \"V = spf1 a\"", "example.org", "TXT",
     "\"site-verification=abc\" | \"V = spf1 a\" ~"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "_dmarc.example.org",
     "TXT", "\"v=DMARC1; p=reject\" ~"},
    {"k1._domainkey.example.org TXT \"v=DKIM1; p=CCCC\"",
     "k1._domainkey.example.org", "TXT", "\"v=DKIM1; p=CCCC\" ~"},
    {"k2._domainkey.example.org TXT \"p=CCCC\"", "k2._domainkey.example.org",
     "TXT", "\"p=CCCC\" ~"},
    /* + and - */
    {"+example.org MX 30 x.example", "example.org", "MX",
     "10 mail.example.org. | 20 mail2.example.org. | 30 x.example. ~"},
    {"+example.org MX 10 mail.example.org", "example.org", "MX",
     "10 mail.example.org. | 20 mail2.example.org."},
    {"+example.org TXT \"v=spf1 a\"", "example.org", "TXT",
     "\"v=spf1 -all\" | \"site-verification=abc\" | \"v=spf1 a\" ~"},
    {"-example.org MX 10 mail.example.org", "example.org", "MX",
     "20 mail2.example.org. ~"},
    {"-example.org MX 10 nothere.example.org", "example.org", "MX",
     "10 mail.example.org. | 20 mail2.example.org."},
    {"-example.org TXT \"v=spf1 \" \"-all\"", "example.org", "TXT",
     "\"site-verification=abc\" ~"},
    {"-example.org MX", "example.org", "MX", "nodata ~"},
    {"-example.org MX\n+example.org MX 1 x.example", "example.org", "MX",
     "1 x.example. ~"},
    {"-none.example.org MX", "none.example.org", "MX", "nxdomain"},
    {"-_dmarc.example.org TXT", "_dmarc.example.org", "A", "nodata"},
    /* an added name exists, and so do those above it */
    {"+a.b.none.example.org A 192.0.2.9", "a.b.none.example.org", "A",
     "192.0.2.9 ~"},
    {"+a.b.none.example.org A 192.0.2.9", "a.b.none.example.org", "MX",
     "nodata ~"},
    {"+a.b.none.example.org A 192.0.2.9", "b.none.example.org", "A",
     "nodata ~"},
    {"+a.b.none.example.org A 192.0.2.9", "none.example.org", "A",
     "nodata ~"},
    {"+a.b.none.example.org A 192.0.2.9", "c.none.example.org", "A",
     "nxdomain"},
    /* aliases */
    {"new.example.org CNAME host.example.net", "new.example.org", "A",
     "192.0.2.1 ~ 1"},
    {"new.example.org CNAME www.example.org", "new.example.org", "A",
     "192.0.2.1 ~ 3"},
    {"new.example.org CNAME www.example.org", "new.example.org", "CNAME",
     "www.example.org. ~"},
    {"host.example.net A 192.0.2.7", "www.example.org", "A",
     "192.0.2.7 ~ 2"},
    {"web.example.net CNAME other.example.net\nother.example.net A 192.0.2.8",
     "www.example.org", "A", "192.0.2.8 ~ 2"},
    {"web.example.net A 192.0.2.8", "www.example.org", "A", "192.0.2.8 ~ 1"},
    {"nowhere.example.net A 192.0.2.3", "gone.example.org", "A",
     "192.0.2.3 ~ 1"},
    {"x.nowhere.example.net A 192.0.2.3", "gone.example.org", "A",
     "nodata ~ 1"},
    {"-www.example.org CNAME", "www.example.org", "A", "nodata ~"},
    {"-www.example.org CNAME web.example.net", "www.example.org", "A",
     "nodata ~"},
    {"-www.example.org CNAME else.example.net", "www.example.org", "A",
     "192.0.2.1 2"},
    {"-web.example.net CNAME", "www.example.org", "A", "nodata ~ 1"},
    {"example.org CNAME host.example.net", "example.org", "A",
     "192.0.2.1 ~ 1"},
    {"a.example.org CNAME b.example.org\nb.example.org CNAME a.example.org",
     "a.example.org", "A", "tempfail ~ 16"},
    {"loop2.example.org CNAME host.example.net", "loop.example.org", "A",
     "192.0.2.1 ~ 2"},
    /* what failed stays so, unless nothing of it is wanted */
    {"+bad.example.org MX 1 x.example", "bad.example.org", "MX", "tempfail"},
    {"bad.example.org MX 1 x.example", "bad.example.org", "MX",
     "1 x.example. ~"},
    {"bad.example.org TXT \"v=spf1\"", "bad.example.org", "TXT", "tempfail"},
    {"bad.example.org CNAME host.example.net", "bad.example.org", "A",
     "192.0.2.1 ~ 1"},
    /* wildcards */
    {"*.example.org A 192.0.2.4", "any.example.org", "A", "192.0.2.4 ~"},
    {"*.example.org A 192.0.2.4", "any.example.org", "MX", "nodata ~"},
    {"*.example.org A 192.0.2.4", "x.y.example.org", "A", "192.0.2.4 ~"},
    {"*.example.org A 192.0.2.4", "x.www.example.org", "A", "nxdomain"},
    {"*.example.org A 192.0.2.4", "x.bad.example.org", "A", "tempfail"},
    {"*.example.org CNAME host.example.net", "any.example.org", "A",
     "192.0.2.1 ~ 1"},
    {"*.example.org A 192.0.2.4\nq.r.example.org A 192.0.2.6",
     "s.r.example.org", "A", "nxdomain"},
    {"*._report._dmarc.example.com TXT v=DMARC1",
     "a.net._report._dmarc.example.com", "TXT", "\"v=DMARC1\" ~"},
    /* org._report exists: RFC 4592 section 2.2.1 */
    {"*._report._dmarc.example.com TXT v=DMARC1",
     "a.org._report._dmarc.example.com", "TXT", "nxdomain"},
};

/* As it stands in the table. */
static sv shown(struct arena *a, const struct dns_answer *an)
{
	sv s = {0};

	for (size_t i = 0; i < an->n; i++)
		s = arena_printf(a, "%.*s%s%.*s", SV_FMT(s), i ? " | " : "",
		    SV_FMT(dns_rdata_text(a, an->type, an->rr[i].rdata)));
	if (!an->n)
		s = sv_str(dns_state_name(an->state));
	if (an->hypothetical)
		s = arena_printf(a, "%.*s ~", SV_FMT(s));
	if (an->nchain)
		s = arena_printf(a, "%.*s %zu", SV_FMT(s), an->nchain);
	return s;
}

static void test_changes(void **state)
{
	struct dns_zone *z = dns_zone_new();
	struct dns_resolver *below = dns_zone_resolver(z);

	(void)state;
	assert_int_equal(dns_zone_read(z, sv_str(world), NULL), MW_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new(1 << 20);
		struct dns_overlay *o = dns_overlay_new();
		struct dns_resolver *r = dns_overlay_resolver(o, below);
		struct facts_options opt = {.resolver = r, .now = 1};
		struct facts *f = facts_new(&opt);
		const struct dns_answer *an;
		sv got;

		assert_int_equal(dns_overlay_read(o, sv_str(cases[i].changes),
		                                  NULL), MW_OK);
		an = facts_text(f, sv_str(cases[i].name),
		                dns_type_from(sv_str(cases[i].type)));
		got = shown(a, an);
		if (!sv_eq(got, sv_str(cases[i].answer)))
			fail_msg("%s: %s %s gave %.*s, not %s",
			         cases[i].changes, cases[i].name,
			         cases[i].type, SV_FMT(got), cases[i].answer);
		if (an->state == DNS_FOUND)
			assert_true(an->ttl > 0 && an->ttl <= 3600);
		facts_free(f);
		dns_resolver_free(r);
		dns_overlay_free(o);
		arena_free(a);
	}
	dns_resolver_free(below);
	dns_zone_free(z);
}

static const struct {
	const char *text;
	size_t line; /* 0: right */
} texts[] = {
    {"# nothing\n\n; here", 0},
    {"+ example.org 60 IN MX 10 a.example", 0},
    {"example.org MX 10 a.example\n\nexample.org MX", 3},
    {"example.org", 1},
    {"+example.org TXT", 1},
    {"example.org NONE x", 1},
    {"a..b A 192.0.2.1", 1},
    {"\n-example.org A 192.0.2.300", 2},
    {"+", 1},
};

static void test_syntax(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct dns_overlay *o = dns_overlay_new();
		struct mw_err err = {0};
		enum mw_status st = dns_overlay_read(o, sv_str(texts[i].text),
		                                     &err);

		assert_int_equal(st, texts[i].line ? MW_ESYNTAX : MW_OK);
		assert_int_equal(err.where, texts[i].line);
		dns_overlay_free(o);
	}
}

static void test_limit(void **state)
{
	struct dns_overlay *o = dns_overlay_new();
	struct mw_err err;

	(void)state;
	for (unsigned i = 0; i < DNS_OVERLAY_NAME; i++)
		assert_int_equal(dns_overlay_read(
		    o, SV("+example.org TXT x"), NULL), MW_OK);
	assert_int_equal(dns_overlay_count(o), DNS_OVERLAY_NAME);
	assert_int_equal(dns_overlay_read(o, SV("+example.org TXT x"), &err),
	                 MW_ELIMIT);
	assert_int_equal(err.where, 1);
	dns_overlay_free(o);
}

UNIT_MAIN(cmocka_unit_test(test_changes), cmocka_unit_test(test_syntax),
          cmocka_unit_test(test_limit))
