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

/* ---- hostile worlds: bounded, and a result all the same ---- */

#define ARENA_MAX ((size_t)64 << 20)

static void put(struct dns_zone *z, const char *name, uint16_t type, sv text)
{
	struct arena *a = arena_new(1 << 20);
	struct dns_name n;
	struct mw_err err;
	sv rdata;

	assert_true(dns_name_from(sv_str(name), &n));
	assert_int_equal(dns_rdata_from(a, type, text, &rdata, &err), MW_OK);
	assert_int_equal(dns_zone_add(z, &n, type, 1, rdata), MW_OK);
	arena_free(a);
}

/* A record of more than 64,000 octets: "v=spf1 a a a ... -all". */
static void long_record(struct dns_zone *z, const char *unit)
{
	static char text[65000];
	size_t n = strlen(unit), at = 7;

	memcpy(text, "v=spf1 ", 7);
	for (; at + n + 4 < sizeof(text); at += n)
		memcpy(text + at, unit, n);
	memcpy(text + at, "-all", 4);
	put(z, "h.example", DNS_TXT, sv_of(text, at + 4));
}

static void world_long(struct dns_zone *z)
{
	long_record(z, "ip4:192.0.2.9 ");
}

static void world_long_faults(struct dns_zone *z)
{
	long_record(z, "x ");
}

static void world_long_macros(struct dns_zone *z)
{
	long_record(z, "exists:%{s}%{s}%{s}%{l1r-}.%{d}.x.example ");
}

static void world_many(struct dns_zone *z)
{
	for (int i = 0; i < 10000; i++)
		put(z, "h.example", DNS_TXT, SV("v=spf1 a mx -all"));
}

static void world_crowd(struct dns_zone *z)
{
	for (int i = 0; i < 9999; i++)
		put(z, "h.example", DNS_TXT, SV("some-verification=1"));
	put(z, "h.example", DNS_TXT, SV("v=spf1 ip4:192.0.2.1 -all"));
}

/* Each of a hundred names includes all hundred. */
static void world_includes(struct dns_zone *z)
{
	char name[32], text[4096];

	for (int i = -1; i < 100; i++) {
		size_t n = (size_t)snprintf(text, sizeof(text), "v=spf1");

		for (int k = 0; k < 100; k++)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			                      " include:i%d.example", k);
		(void)snprintf(name, sizeof(name), "i%d.example", i);
		put(z, i < 0 ? "h.example" : name, DNS_TXT, sv_of(text, n));
	}
}

static void world_aliases(struct dns_zone *z)
{
	char name[32], to[32];

	put(z, "h.example", DNS_TXT, SV("v=spf1 a:c0.example -all"));
	for (int i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "c%d.example", i);
		(void)snprintf(to, sizeof(to), "c%d.example", i + 1);
		put(z, name, DNS_CNAME, sv_str(to));
	}
}

static void world_hosts(struct dns_zone *z)
{
	char name[32];

	put(z, "h.example", DNS_TXT, SV("v=spf1 ptr:x.example a -all"));
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "p%d.x.example", i);
		put(z, "1.2.0.192.in-addr.arpa", DNS_PTR, sv_str(name));
		(void)snprintf(name, sizeof(name), "198.51.%d.%d", i / 250,
		               i % 250);
		put(z, "h.example", DNS_A, sv_str(name));
	}
}

static const struct {
	void (*make)(struct dns_zone *z);
	enum spf_result result;
	enum spf_why why;
	size_t most; /* questions of judging */
} hostile[] = {
    {world_long, SPF_FAIL, SPF_WHY_MATCH, 1},
    {world_long_faults, SPF_PERMERROR, SPF_WHY_SYNTAX, 1},
    {world_long_macros, SPF_PERMERROR, SPF_WHY_TOO_MANY_VOIDS, 11},
    {world_many, SPF_PERMERROR, SPF_WHY_TWO_RECORDS, 1},
    {world_crowd, SPF_PASS, SPF_WHY_MATCH, 1},
    {world_includes, SPF_PERMERROR, SPF_WHY_INSIDE, 12},
    {world_aliases, SPF_TEMPERROR, SPF_WHY_DNS, 2},
    {world_hosts, SPF_FAIL, SPF_WHY_MATCH, 13},
};

static void test_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct dns_zone *z = dns_zone_new();
		struct dns_resolver *r = dns_zone_resolver(z);
		struct facts_options opt = {.resolver = r, .now = 1};
		struct facts *f = facts_new(&opt);
		struct arena *a = arena_new(ARENA_MAX);
		struct spf_request rq = {.mail_from = SV("a@h.example")};
		struct spf_outcome out;
		struct spf_worst worst;

		hostile[i].make(z);
		(void)ip_parse(SV("192.0.2.1"), &rq.ip);
		assert_int_equal(spf_check(f, a, &rq, &out), STEP_DONE);
		if (out.result != hostile[i].result ||
		    out.why != hostile[i].why)
			fail_msg("%zu: %s (%s)", i,
			         spf_result_name(out.result),
			         spf_why_name(out.why));
		assert_true(facts_count(f) <= hostile[i].most);
		assert_int_equal(spf_cost(f, a, SV("h.example"), &rq, &worst),
		                 STEP_DONE);
		assert_true(facts_count(f) <=
		            hostile[i].most + SPF_WALK_QUESTIONS_MAX);
		assert_false(arena_failed(a));
		arena_free(a);
		facts_free(f);
		dns_resolver_free(r);
		dns_zone_free(z);
	}
}

UNIT_MAIN(cmocka_unit_test(test_cases), cmocka_unit_test(test_trace),
          cmocka_unit_test(test_explanation), cmocka_unit_test(test_worst),
          cmocka_unit_test(test_identity), cmocka_unit_test(test_memory),
          cmocka_unit_test(test_hostile))
