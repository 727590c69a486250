/* SPDX-License-Identifier: BSD-2-Clause */
/* MTA-STS, TLS-RPT and BIMI: every fault with its place. */
#include "unit.h"

#include "auth/bimi.h"
#include "auth/mtasts.h"
#include "auth/tlsrpt.h"

#include <stdio.h>

/* "id@at+n ..." of all faults. */
static void check_faults(const struct faults *f, const char *want)
{
	char got[1024] = "";
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s@%zu+%zu",
		                      i ? " " : "", f->list[i].id,
		                      f->list[i].at, f->list[i].n);
	assert_string_equal(got, want);
}

static const struct {
	const char *in;
	bool valid;
	const char *faults;
} records[] = {
    {"v=STSv1; id=20260101", true, ""},
    {"v=STSv1;id=1;", true, ""},
    {"v=STSv1; id=1; x=y", true, "mtasts.field-unknown@15+1"},
    {"v=stsv1; id=1", false, "mtasts.v@0+7"},
    {"", false, "mtasts.v@0+0"},
    {"id=1; v=STSv1", false, "mtasts.v@0+4 mtasts.v-place@6+7"},
    {"v=STSv1", false, "mtasts.id-missing@7+0"},
    {"v=STSv1; id=a-b", false, "mtasts.id-value@9+6"},
    {"v=STSv1; id=1; id=2", false, "mtasts.id-twice@15+4"},
    {"v=STSv1; id=1; v=STSv1", false, "mtasts.v-place@15+7"},
    {"v=STSv1; id=1; ;", false, "mtasts.field-empty@15+0"},
    {"v=STSv1; id=1; x", false, "mtasts.field-name@15+1"},
    {"v=STSv1; id=1; x=a b", false, "mtasts.field-value@15+5"},
};

static void test_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct arena *a = arena_new(1 << 16);
		struct mtasts_record r;

		assert_int_equal(
		    mtasts_record_parse(a, sv_str(records[i].in), &r), MW_OK);
		check_faults(&r.faults, records[i].faults);
		assert_int_equal(r.valid, records[i].valid);
		arena_free(a);
	}
}

static const struct {
	const char *in;
	bool valid;
	size_t nmx;
	const char *faults;
} policies[] = {
    {"version: STSv1\r\nmode: enforce\r\nmx: mail.example.org\r\n"
     "mx: *.example.net\r\nmax_age: 604800\r\n", true, 2, ""},
    {"version: STSv1\nmode: none\nmax_age: 86400", true, 0, ""},
    {"version: STSv1\nmode: testing\nmx: a.example\nmax_age: 99999999\n",
     true, 1, "mtasts.policy-age-long@52+8"},
    {"version: STSv1\nmode: enforce\nmode: none\nmx: a.example\n"
     "max_age: 86400\n", true, 1, "mtasts.policy-twice@29+10"},
    {"\n", false, 0,
     "mtasts.policy-line-empty@0+0 mtasts.policy-version-missing@1+0 "
     "mtasts.policy-mode-missing@1+0 mtasts.policy-age-missing@1+0"},
    {"<html>", false, 0,
     "mtasts.policy-line@0+6 mtasts.policy-version-missing@6+0 "
     "mtasts.policy-mode-missing@6+0 mtasts.policy-age-missing@6+0"},
    {"version: STSv2\nmode: Enforce\nmx: -a.example\nmax_age: -1", false, 1,
     "mtasts.policy-version@9+5 mtasts.policy-mode@21+7 "
     "mtasts.policy-mx@33+10 mtasts.policy-age@53+2"},
    {"version: STSv1\nmode: enforce\nmx: a.example.\nmax_age: 86400\n", false,
     1, "mtasts.policy-mx@33+10"},
};

static void test_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		struct arena *a = arena_new(1 << 16);
		struct mtasts_policy p;

		assert_int_equal(
		    mtasts_policy_parse(a, sv_str(policies[i].in), &p), MW_OK);
		check_faults(&p.faults, policies[i].faults);
		assert_int_equal(p.valid, policies[i].valid);
		assert_int_equal(p.nmx, policies[i].nmx);
		arena_free(a);
	}
}

/* RFC 8461 section 4.1. */
static const struct {
	const char *pattern, *host;
	bool match;
} matches[] = {
    {"mail.example.org", "MAIL.example.org.", true},
    {"mail.example.org", "mail2.example.org", false},
    {"*.example.org", "mail.example.org", true},
    {"*.example.org", "example.org", false},
    {"*.example.org", "a.mail.example.org", false},
    {"*.example.org", ".example.org", false},
    {"*", "example", false},
    {"", "", false},
};

static void test_match(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct mtasts_policy p;

	(void)state;
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++)
		assert_int_equal(mtasts_match(sv_str(matches[i].pattern),
		                              sv_str(matches[i].host)),
		                 matches[i].match);
	assert_int_equal(mtasts_policy_parse(a, sv_str(policies[0].in), &p),
	                 MW_OK);
	assert_int_equal(p.mode, MTASTS_ENFORCE);
	assert_sv(*mtasts_allows(&p, SV("mx.example.net")), "*.example.net");
	assert_null(mtasts_allows(&p, SV("mx.example.com")));
	assert_int_equal(mtasts_expires(&p, 1000), 605800);
	p.max_age = UINT32_MAX;
	assert_int_equal(mtasts_expires(&p, 0), MTASTS_AGE_MAX);
	arena_free(a);
}

static void test_policy_limits(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char *big = calloc(1, MTASTS_POLICY_MAX + 10);
	struct mtasts_policy p;

	(void)state;
	memset(big, 'x', MTASTS_POLICY_MAX + 10);
	assert_int_equal(
	    mtasts_policy_parse(a, sv_of(big, MTASTS_POLICY_MAX + 10), &p),
	    MW_OK);
	assert_non_null(fault_find(&p.faults, "mtasts.policy-long"));
	for (size_t i = 0; i < MTASTS_POLICY_MAX; i += 4)
		memcpy(big + i, "mx:\n", 4);
	assert_int_equal(
	    mtasts_policy_parse(a, sv_of(big, MTASTS_POLICY_MAX), &p), MW_OK);
	assert_int_equal(p.nmx, MTASTS_MX_MAX);
	assert_int_equal(p.faults.n, FAULTS_MAX);
	assert_int_equal(p.faults.n + p.faults.more,
	                 MTASTS_POLICY_MAX / 4 + 4);
	free(big);
	arena_free(a);
	a = arena_new(64);
	assert_int_equal(mtasts_policy_parse(a, SV("mx: a"), &p), MW_ENOMEM);
	arena_free(a);
}

static const struct {
	const char *in;
	bool valid;
	size_t n;
	const char *faults;
} reports[] = {
    {"v=TLSRPTv1; rua=mailto:a@example.org,https://example.org/r?x=1", true,
     2, ""},
    {"v=TLSRPTv1;rua=mailto:a@example.org;", true, 1, ""},
    {"v=TLSRPTv1", false, 0, "tlsrpt.rua-missing@10+0"},
    {"v=TLSRPTV1; rua=mailto:a@example.org", false, 1, "tlsrpt.v@0+10"},
    {"v=TLSRPTv1; rua=", false, 1, "tlsrpt.uri@16+0"},
    {"v=TLSRPTv1; rua=ftp://example.org", false, 1,
     "tlsrpt.uri-scheme@16+17"},
    {"v=TLSRPTv1; rua=mailto:example.org", false, 1,
     "tlsrpt.uri-address@16+18"},
    {"v=TLSRPTv1; rua=mailto:a@example.org!10m", false, 1,
     "tlsrpt.uri@16+24"},
    {"v=TLSRPTv1; rua=mailto:a@example.org; x", false, 1,
     "tlsrpt.field-name@38+1"},
};

static void test_tlsrpt(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		struct arena *a = arena_new(1 << 16);
		struct tlsrpt_record r;

		assert_int_equal(
		    tlsrpt_record_parse(a, sv_str(reports[i].in), &r), MW_OK);
		check_faults(&r.faults, reports[i].faults);
		assert_int_equal(r.valid, reports[i].valid);
		assert_int_equal(r.nrua, reports[i].n);
		arena_free(a);
	}
}

static const struct {
	const char *in;
	bool valid, declines;
	const char *faults;
} logos[] = {
    {"v=BIMI1; l=https://example.org/l.svg; a=https://example.org/v.pem", true,
     false, ""},
    {"v=BIMI1; l=; a=;", true, true, ""},
    {"v=BIMI1; a=https://example.org/v.pem", false, false,
     "bimi.l-missing@36+0"},
    {"v=BIMI1; l=http://example.org/l.svg; avp=brand; zz=1", false, false,
     "bimi.l-value@11+24 bimi.tag-unknown@48+2"},
    {"v=bimi1; l=", false, false, "bimi.v@0+7"},
};

static void test_bimi(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(logos) / sizeof(logos[0]); i++) {
		struct arena *a = arena_new(1 << 16);
		struct bimi_record r;

		assert_int_equal(
		    bimi_record_parse(a, sv_str(logos[i].in), &r), MW_OK);
		check_faults(&r.faults, logos[i].faults);
		assert_int_equal(r.valid, logos[i].valid);
		assert_int_equal(r.declines, logos[i].declines);
		arena_free(a);
	}
}

static void test_bimi_policy(void **state)
{
	static const struct {
		const char *record;
		bool enough;
	} cases[] = {{"v=DMARC1; p=reject", true},
	             {"v=DMARC1; p=quarantine; sp=reject", true},
	             {"v=DMARC1; p=reject; sp=none", false},
	             {"v=DMARC1; p=none", false},
	             {"v=DMARC1; p=reject; pct=50", false},
	             {"v=DMARC1; p=reject; t=y", false}};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dmarc_record r;

		assert_int_equal(
		    dmarc_record_parse(a, sv_str(cases[i].record), &r), MW_OK);
		assert_int_equal(bimi_policy(&r), cases[i].enough);
	}
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(test_record), cmocka_unit_test(test_policy),
          cmocka_unit_test(test_match), cmocka_unit_test(test_policy_limits),
          cmocka_unit_test(test_tlsrpt), cmocka_unit_test(test_bimi),
          cmocka_unit_test(test_bimi_policy))
