/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SPF judged and counted: the trace, why, cost by branch, notes.  Results as
 * such are held to the public suites (tests/interop/test_spf_suites.c).
 */
#include "unit.h"

#include "auth/spf.h"
#include "auth/spf_notes.h"
#include "dns/zone.h"

#include <stdio.h>

static const char world[] =
    "plain.example TXT \"v=spf1 ip4:192.0.2.1 a mx include:inc.example "
    "exists:%{ir}.x.example -all exp=why.example\"\n"
    "plain.example A 192.0.2.7\n"
    "plain.example MX 10 mx.plain.example\n"
    "mx.plain.example A 192.0.2.8\n"
    "why.example TXT \"%{i} is not of %{d}\"\n"
    "inc.example TXT \"v=spf1 a:h.example include:deep.example ?all\"\n"
    "h.example A 192.0.2.9\n"
    "deep.example TXT \"v=spf1 ip4:192.0.2.10 ~all\"\n"
    "re.example TXT \"v=spf1 ip4:192.0.2.1 redirect=plain.example\"\n"
    "broken.example TXT \"v=spf1 ip4:192.0.2.1 foo -all\"\n"
    "none.example TXT \"hello\"\n"
    "near.example TXT \"v=spf1;a\"\n"
    "two.example TXT \"v=spf1 -all\"\ntwo.example TXT \"v=spf1 ~all\"\n"
    "incnone.example TXT \"v=spf1 include:none.example -all\"\n"
    "renone.example TXT \"v=spf1 redirect=gone.example\"\n"
    "incbroken.example TXT \"v=spf1 include:broken.example -all\"\n"
    "loop.example TXT \"v=spf1 include:loop2.example -all\"\n"
    "loop2.example TXT \"v=spf1 include:loop.example -all\"\n"
    "void.example TXT \"v=spf1 a:v1.example a:v2.example a:v3.example "
    "ip4:192.0.2.1 -all\"\n"
    "slow.example !TIMEOUT\n"
    "forged.example !BOGUS\n"
    "incslow.example TXT \"v=spf1 ip4:192.0.2.1 include:slow.example "
    "-all\"\n"
    "aforged.example TXT \"v=spf1 a:forged.example -all\"\n"
    "zero.example TXT \"v=spf1 ip4:192.0.2.1/0 -all\"\n"
    "dot.example TXT \"v=spf1 x.y=z ip4:192.0.2.1 -all\"\n"
    "before.example TXT \"v=spf1 redirect=plain.example ~all\"\n"
    "twice.example TXT \"v=spf1 a:h.example a:h.example ip4:192.0.2.1 "
    "-all\"\n"
    "label.example TXT \"v=spf1 a:localhost ip4:192.0.2.1 -all\"\n"
    "macro.example TXT \"v=spf1 include:%{l}.in.example ~all\"\n"
    "anna.in.example TXT \"v=spf1 a:h.example -all\"\n"
    "hosts.example TXT \"v=spf1 mx ip4:192.0.2.1 -all\"\n"
    "hosts.example MX 1 v1.example\nhosts.example MX 2 v2.example\n"
    "hosts.example MX 3 v3.example\n"
    "p.example TXT \"v=spf1 ptr -all\"\n"
    "alias.example CNAME plain.example\n";

/* terms and voids of this way; worst case of all; notes. */
static const struct {
	const char *domain, *ip, *result, *why;
	unsigned terms, voids, worst;
	const char *notes;
} cases[] = {
    {"plain.example", "192.0.2.1", "pass", "match", 0, 0, 6, ""},
    {"plain.example", "192.0.2.7", "pass", "match", 1, 0, 6, ""},
    {"plain.example", "192.0.2.8", "pass", "match", 2, 0, 6, ""},
    {"plain.example", "192.0.2.9", "pass", "match", 4, 0, 6, ""},
    {"plain.example", "192.0.2.10", "pass", "match", 5, 0, 6, ""},
    {"plain.example", "192.0.2.11", "fail", "match", 6, 1, 6, ""},
    {"alias.example", "192.0.2.1", "pass", "match", 0, 0, 6, ""},
    {"re.example", "192.0.2.11", "fail", "match", 7, 1, 7, ""},
    {"broken.example", "192.0.2.1", "permerror", "syntax", 0, 0, 0,
     "syntax-is-none"},
    {"label.example", "192.0.2.1", "permerror", "syntax", 0, 0, 1,
     "syntax-overlooked"},
    {"none.example", "192.0.2.1", "none", "no-record", 0, 0, 0, ""},
    {"near.example", "192.0.2.1", "none", "no-record", 0, 0, 0, ""},
    {"gone.example", "192.0.2.1", "none", "no-record", 0, 0, 0, ""},
    {"localhost", "192.0.2.1", "none", "no-domain", 0, 0, 0,
     "one-label-is-judged"},
    {"[192.0.2.1]", "192.0.2.1", "none", "no-domain", 0, 0, 0, ""},
    {"192.0.2.1", "192.0.2.1", "none", "no-domain", 0, 0, 0, ""},
    {"a..example", "192.0.2.1", "none", "no-domain", 0, 0, 0, ""},
    {"two.example", "192.0.2.1", "permerror", "two-records", 0, 0, 0, ""},
    {"incnone.example", "192.0.2.1", "permerror", "include-none", 1, 0, 1,
     ""},
    {"renone.example", "192.0.2.1", "permerror", "redirect-none", 1, 0, 1,
     ""},
    {"incbroken.example", "192.0.2.1", "permerror", "inside", 1, 0, 1,
     "syntax-is-none"},
    {"loop.example", "192.0.2.1", "permerror", "inside", 11, 0, 2,
     "include-over-limit"},
    {"void.example", "192.0.2.1", "permerror", "too-many-voids", 3, 3, 3,
     "no-void-limit"},
    {"slow.example", "192.0.2.1", "temperror", "dns-failure", 0, 0, 0, ""},
    {"forged.example", "192.0.2.1", "temperror", "dns-bogus", 0, 0, 0, ""},
    {"incslow.example", "192.0.2.1", "pass", "match", 0, 0, 1, ""},
    {"incslow.example", "192.0.2.2", "temperror", "dns-failure", 1, 0, 1,
     ""},
    {"aforged.example", "192.0.2.1", "temperror", "dns-bogus", 1, 0, 1, ""},
    {"zero.example", "203.0.113.1", "pass", "match", 0, 0, 0,
     "cidr-zero-is-syntax"},
    {"dot.example", "192.0.2.1", "pass", "match", 0, 0, 0,
     "modifier-dot-is-syntax"},
    {"before.example", "192.0.2.1", "softfail", "match", 0, 0, 0,
     "redirect-at-its-place"},
    {"twice.example", "192.0.2.1", "pass", "match", 2, 0, 2,
     "duplicates-count-once"},
    {"macro.example", "192.0.2.9", "pass", "match", 2, 0, 2, ""},
    {"hosts.example", "192.0.2.1", "pass", "match", 1, 0, 1,
     "hosts-count-as-void"},
    {"p.example", "192.0.2.1", "fail", "match", 1, 1, 1, ""},
};

struct run {
	struct dns_zone *z;
	struct dns_resolver *r;
	struct facts *f;
	struct arena *a;
	struct spf_cache *c;
};

static void begin(struct run *u, size_t arena)
{
	struct facts_options opt = {.now = 1};
	struct mw_err err;

	u->z = dns_zone_new();
	assert_int_equal(dns_zone_read(u->z, sv_str(world), &err), MW_OK);
	opt.resolver = u->r = dns_zone_resolver(u->z);
	u->f = facts_new(&opt);
	u->a = arena_new(arena);
	u->c = spf_cache_new();
}

static void end(struct run *u)
{
	spf_cache_free(u->c);
	arena_free(u->a);
	facts_free(u->f);
	dns_resolver_free(u->r);
	dns_zone_free(u->z);
}

static void judge(struct run *u, const char *domain, const char *ip,
                  struct spf_outcome *out, struct spf_worst *worst)
{
	struct spf_request rq = {.helo = SV("mail.example"), .cache = u->c};

	rq.mail_from = arena_printf(u->a, "anna@%s", domain);
	assert_true(ip_parse(sv_str(ip), &rq.ip));
	assert_int_equal(spf_check(u->f, u->a, &rq, out), STEP_DONE);
	assert_int_equal(spf_cost(u->f, u->a, sv_str(domain), &rq, worst),
	                 STEP_DONE);
}

static void test_cases(void **state)
{
	struct run u;

	(void)state;
	begin(&u, 1 << 22);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct spf_note notes[SPF_NOTES_MAX];
		struct spf_outcome out;
		struct spf_worst worst;
		char got[256];
		size_t n;

		judge(&u, cases[i].domain, cases[i].ip, &out, &worst);
		n = spf_notes(&out, notes);
		assert_true(n <= 1);
		(void)snprintf(got, sizeof(got), "%s %s %u %u %u %s",
		    spf_result_name(out.result), spf_why_name(out.why),
		    out.terms, out.voids, worst.terms,
		    n ? notes[0].id : "");
		{
			char want[256];

			(void)snprintf(want, sizeof(want), "%s %s %u %u %u %s",
			    cases[i].result, cases[i].why, cases[i].terms,
			    cases[i].voids, cases[i].worst, cases[i].notes);
			if (strcmp(got, want))
				fail_msg("%s %s: %s, want %s", cases[i].domain,
				         cases[i].ip, got, want);
		}
	}
	end(&u);
}

/* Each term: what it asked, what came of it, what it cost. */
static void test_trace(void **state)
{
	const struct spf_seen *s;
	struct spf_outcome out;
	struct spf_worst worst;
	struct run u;

	(void)state;
	begin(&u, 1 << 22);
	judge(&u, "re.example", "192.0.2.9", &out, &worst);
	assert_int_equal(out.result, SPF_PASS);
	assert_sv(out.top->domain, "re.example");
	assert_int_equal(out.top->terms, 5);
	assert_int_equal(out.top->seen[0].state, SPF_NO_MATCH);
	assert_int_equal(out.top->seen[1].state, SPF_MATCH);
	assert_ptr_equal(out.in, out.top->seen[1].inner);
	assert_sv(out.in->domain, "plain.example");
	assert_sv(out.term->text, "include:inc.example");
	s = out.in->seen;
	assert_int_equal(s[1].answer->type, DNS_A);
	assert_int_equal(s[1].terms, 1);
	assert_int_equal(s[2].answer->type, DNS_MX);
	assert_int_equal(s[2].nmore, 1);
	assert_int_equal(s[3].terms, 2);
	assert_sv(s[3].inner->record->term[s[3].inner->matched].text,
	          "a:h.example");
	assert_int_equal(s[4].state, SPF_NOT_REACHED);
	assert_null(s[4].answer);
	/* By branch, whoever sends. */
	assert_int_equal(worst.top->seen[1].terms, 7);
	assert_int_equal(worst.top->seen[1].inner->seen[3].terms, 3);
	assert_true(!worst.loop && !worst.cut && !worst.depends);
	end(&u);
}

static void test_explanation(void **state)
{
	struct spf_outcome out;
	struct spf_worst worst;
	struct run u;

	(void)state;
	begin(&u, 1 << 22);
	judge(&u, "re.example", "192.0.2.11", &out, &worst);
	assert_true(out.has_explanation);
	assert_sv(out.explanation, "192.0.2.11 is not of plain.example");
	assert_sv(out.in->seen[4].target, "11.2.0.192.x.example");
	end(&u);
}

static void test_worst(void **state)
{
	struct spf_request rq = {0};
	struct spf_worst w;
	struct run u;

	(void)state;
	begin(&u, 1 << 22);
	assert_int_equal(spf_cost(u.f, u.a, SV("loop.example"), &rq, &w),
	                 STEP_DONE);
	assert_true(w.loop);
	assert_int_equal(spf_cost(u.f, u.a, SV("macro.example"), &rq, &w),
	                 STEP_DONE);
	assert_true(w.depends);
	assert_int_equal(w.terms, 1);
	assert_int_equal(spf_cost(u.f, u.a, SV("incslow.example"), &rq, &w),
	                 STEP_DONE);
	assert_true(w.unknown);
	assert_int_equal(spf_cost(u.f, u.a, SV("void.example"), &rq, &w),
	                 STEP_DONE);
	assert_int_equal(w.voids, 3);
	assert_int_equal(w.voids6, 3);
	assert_false(w.unknown);
	assert_int_equal(spf_cost(u.f, u.a, SV("plain.example"), &rq, &w),
	                 STEP_DONE);
	assert_int_equal(w.voids, 0);
	assert_int_equal(w.voids6, 2); /* a and a:h.example */
	end(&u);
}

/* HELO is judged where nobody is named; a mapped address is IPv4. */
static void test_identity(void **state)
{
	struct spf_request rq = {.helo = SV("plain.example.")};
	struct spf_outcome out;
	struct run u;

	(void)state;
	begin(&u, 1 << 22);
	assert_int_equal(spf_check(u.f, u.a, &rq, &out), STEP_DONE);
	assert_int_equal(out.why, SPF_WHY_NO_IP);
	assert_true(ip_parse(SV("::ffff:192.0.2.7"), &rq.ip));
	assert_int_equal(spf_check(u.f, u.a, &rq, &out), STEP_DONE);
	assert_true(out.helo);
	assert_int_equal(out.result, SPF_PASS);
	rq.helo = SV("other.example");
	rq.mail_from = SV("\"a@b\"@plain.example");
	assert_int_equal(spf_check(u.f, u.a, &rq, &out), STEP_DONE);
	assert_false(out.helo);
	assert_sv(out.domain, "plain.example");
	end(&u);
}

/* Memory that ends is our trouble: never a fail, and never a pass. */
static void test_memory(void **state)
{
	size_t done = 0;

	(void)state;
	for (size_t size = 0; size < 16000; size += 16) {
		struct spf_request rq = {.mail_from = SV("a@re.example")};
		struct spf_outcome out;
		struct run u;

		begin(&u, size);
		(void)ip_parse(SV("192.0.2.11"), &rq.ip);
		assert_int_equal(spf_check(u.f, u.a, &rq, &out), STEP_DONE);
		done += out.result == SPF_FAIL;
		if (arena_failed(u.a))
			assert_int_equal(out.why, SPF_WHY_MEMORY);
		else
			assert_int_equal(out.result, SPF_FAIL);
		end(&u);
	}
	assert_true(done > 10);
}

UNIT_MAIN(cmocka_unit_test(test_cases), cmocka_unit_test(test_trace),
          cmocka_unit_test(test_explanation), cmocka_unit_test(test_worst),
          cmocka_unit_test(test_identity), cmocka_unit_test(test_memory))
