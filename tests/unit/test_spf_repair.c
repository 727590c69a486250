/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Repairs of SPF records, each proven: the record of every step is published
 * in a copy of the zone, costs what the step says, and lets pass and fail what
 * the case says.
 */
#include "unit.h"

#include "auth/spf_repair.h"
#include "dns/zone.h"

#include <stdio.h>

#define STEPS 5

static const struct {
	const char *zone;    /* without example.org's TXT */
	const char *records; /* of example.org, one a line */
	const char *steps[STEPS]; /* "drop 3 v=spf1 ..." */
	/* Addresses that pass and fail with each step; "+": with the last. */
	const char *pass, *fail;
} cases[] = {
    /* Nothing to do. */
    {"mx.example.org A 192.0.2.25\nexample.org MX 10 mx.example.org\n",
     "v=spf1 mx -all", {NULL}, "", ""},
    /* Two records: the gentler all, redirect as include. */
    {"b.example A 192.0.2.2\nc.example TXT \"v=spf1 ip4:192.0.2.3 -all\"\n",
     "v=spf1 ip4:192.0.2.1 -all\n"
     "v=spf1 a:b.example ip4:192.0.2.1 include:c.example ~all",
     {"merge 2 v=spf1 ip4:192.0.2.1 a:b.example include:c.example ~all"},
     "192.0.2.1 192.0.2.2 192.0.2.3", ""},
    {"c.example TXT \"v=spf1 ip4:192.0.2.3 -all\"\n",
     "v=spf1 ip4:192.0.2.1 -all\nv=spf1 redirect=c.example",
     {"merge 1 v=spf1 ip4:192.0.2.1 include:c.example -all"},
     "192.0.2.1 192.0.2.3", "192.0.2.9"},
    {"", "v=spf1 ip4:192.0.2.1 -all\nv=spf1 ip4:192.0.2.1 -all",
     {"merge 0 v=spf1 ip4:192.0.2.1 -all"}, "192.0.2.1", "192.0.2.9"},
    /* Written as it was meant. */
    {"b.example A 192.0.2.2\nc.example TXT \"v=spf1 ip4:192.0.2.3 -all\"\n",
     "v=spf1 ipv4:192.0.2.1 include=c.example a:b.example; ip:2001:db8::1 "
     "192.0.2.4 ip4:2001:db8::2 foo -all;",
     {"syntax 2 v=spf1 ip4:192.0.2.1 include:c.example a:b.example "
      "ip6:2001:db8::1 ip4:192.0.2.4 ip6:2001:db8::2 -all",
      "order 2 v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ip4:192.0.2.4 "
      "ip6:2001:db8::2 include:c.example a:b.example -all"},
     "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 2001:db8::1 2001:db8::2",
     "192.0.2.9"},
    {"c.example TXT \"v=spf1 ip4:192.0.2.3 -all\"\n",
     "v=spf1 include: c.example \xE2\x80\x93" "all",
     {"syntax 1 v=spf1 include:c.example -all"}, "192.0.2.3", "192.0.2.9"},
    {"", "v=spf1\tip4:192.0.2.3 ~all",
     {"syntax 0 v=spf1 ip4:192.0.2.3 ~all"}, "192.0.2.3", ""},
    {"", "v=spf1 ip4:192.0.2.3\tip4:192.0.2.4 -all",
     {"syntax 0 v=spf1 ip4:192.0.2.3 ip4:192.0.2.4 -all"},
     "192.0.2.3 192.0.2.4", "192.0.2.9"},
    {"", "'v=spf1 ip4:192.0.2.3 -all'",
     {"syntax 0 v=spf1 ip4:192.0.2.3 -all"}, "192.0.2.3", "192.0.2.9"},
    {"c.example TXT \"v=spf1 ip4:192.0.2.3 -all\"\n",
     "v=spf1 redirect:c.example",
     {"syntax 1 v=spf1 redirect=c.example"}, "192.0.2.3", "192.0.2.9"},
    /* What never matches goes. */
    {"example.org A 192.0.2.7\n"
     "none.example TXT \"hello\"\n"
     "c.example TXT \"v=spf1 include:d.example ip4:192.0.2.3 -all\"\n"
     "d.example TXT \"v=spf1 ip4:192.0.2.4 -all\"\n",
     "v=spf1 ip4:192.0.2.0/29 a ip4:192.0.2.5 include:none.example "
     "include:gone.example a:gone.example mx include:c.example ptr "
     "include:d.example IP4:192.0.2.0/29 -all mx:x.example "
     "redirect=c.example",
     {"drop 2 v=spf1 ip4:192.0.2.0/29 include:c.example -all"},
     "192.0.2.1 192.0.2.5 192.0.2.7", "192.0.2.9"},
    /* Behind all nothing covers anything. */
    {"", "v=spf1 ip4:192.0.2.5 -all ip4:192.0.2.0/24",
     {"drop 0 v=spf1 ip4:192.0.2.5 -all"}, "192.0.2.5", "192.0.2.9"},
    /* Another verdict between them: it stays. */
    {"", "v=spf1 ip4:192.0.2.5 -ip4:192.0.2.0/28 ip4:192.0.2.0/24 -all",
     {NULL}, "", ""},
    /* It gives way to one behind it only where no error is possible. */
    {"c.example TXT \"v=spf1 include:d.example -all\"\n"
     "d.example TXT \"v=spf1 ip4:192.0.2.4 -all\"\n",
     "v=spf1 include:d.example include:c.example -all",
     {"drop 2 v=spf1 include:c.example -all"}, "192.0.2.4", "192.0.2.9"},
    {"c.example TXT \"v=spf1 include:d.example -all\"\n"
     "d.example TXT \"v=spf1 ip4:192.0.2.4 -all\"\n"
     "b.example TXT \"v=spf1 foo -all\"\n",
     "v=spf1 include:d.example include:b.example include:c.example -all",
     {NULL}, "", ""},
    {"b.example TXT \"v=spf1 foo -all\"\n",
     "v=spf1 ip4:192.0.2.4 include:b.example ip4:192.0.2.0/24 -all",
     {"order 1 v=spf1 ip4:192.0.2.4 ip4:192.0.2.0/24 include:b.example "
      "-all"}, "192.0.2.4 192.0.2.9", ""},
    /* A question without an answer says nothing. */
    {"slow.example !TIMEOUT\n", "v=spf1 include:slow.example ~all",
     {NULL}, "", ""},
    /* Flattened: the cheapest one that gets it below ten. */
    {"a.example TXT \"v=spf1 a:h1.example a:h2.example a:h3.example -all\"\n"
     "b.example TXT \"v=spf1 include:b1.example include:b2.example ~all\"\n"
     "b1.example TXT \"v=spf1 ip4:198.51.100.0/25 ip4:198.51.100.128/25 "
     "exists:%{i}.x.example -all\"\n"
     "b2.example TXT \"v=spf1 ip4:203.0.113.1 ip6:2001:db8::/32 -all\"\n"
     "c.example TXT \"v=spf1 mx:m.example a:h4.example -all\"\n"
     "m.example MX 1 h5.example\n"
     "h1.example A 192.0.2.2\nh2.example A 192.0.2.3\n"
     "h3.example A 192.0.2.64\nh4.example A 192.0.2.65\n"
     "h5.example A 192.0.2.80\n",
     "v=spf1 include:a.example include:b.example include:c.example -all",
     {"flatten 7 v=spf1 ip4:192.0.2.2/31 ip4:192.0.2.64 "
      "include:b.example include:c.example -all"},
     "192.0.2.65 192.0.2.80 192.0.2.2 192.0.2.3 192.0.2.64 198.51.100.7 "
     "+203.0.113.1 +2001:db8:1::", "+192.0.2.9 +192.0.2.4"},
};

static struct dns_zone *zone_of(const char *text, sv records)
{
	struct dns_zone *z = dns_zone_new();
	struct arena *a = arena_new(1 << 20);
	struct dns_name name;
	struct mw_err err;

	assert_int_equal(dns_zone_read(z, sv_str(text), &err), MW_OK);
	assert_true(dns_name_from(SV("example.org"), &name));
	while (records.n) {
		sv line = sv_cut(&records, '\n'), rdata;

		assert_int_equal(dns_rdata_from(a, DNS_TXT, line, &rdata,
		                                &err), MW_OK);
		assert_int_equal(dns_zone_add(z, &name, DNS_TXT, 1, rdata),
		                 MW_OK);
	}
	arena_free(a);
	return z;
}

struct world {
	struct dns_zone *z;
	struct dns_resolver *r;
	struct facts *f;
	struct arena *a;
};

static void open_world(struct world *w, const char *zone, sv records)
{
	struct facts_options opt = {.now = 1};

	w->z = zone_of(zone, records);
	opt.resolver = w->r = dns_zone_resolver(w->z);
	w->f = facts_new(&opt);
	w->a = arena_new(1 << 22);
}

static void close_world(struct world *w)
{
	arena_free(w->a);
	facts_free(w->f);
	dns_resolver_free(w->r);
	dns_zone_free(w->z);
}

static void check_results(struct world *w, const char *ips, bool last,
                          enum spf_result want)
{
	sv rest = sv_str(ips);

	for (sv ip; (ip = sv_word(&rest)).n;) {
		struct spf_request rq = {.mail_from = SV("anna@example.org")};
		struct spf_outcome out;

		if (ip.p[0] == '+' && !last)
			continue;
		assert_true(ip_parse(sv_drop(ip, ip.p[0] == '+'), &rq.ip));
		assert_int_equal(spf_check(w->f, w->a, &rq, &out), STEP_DONE);
		if (out.result != want)
			fail_msg("%.*s: %s (%s)", SV_FMT(ip),
			         spf_result_name(out.result),
			         spf_why_name(out.why));
	}
}

static void prove(size_t i, const struct spf_repair *s, bool last)
{
	struct spf_request rq = {0};
	struct spf_worst worst;
	struct world w;

	open_world(&w, cases[i].zone, s->record);
	assert_int_equal(spf_cost(w.f, w.a, SV("example.org"), &rq, &worst),
	                 STEP_DONE);
	assert_int_equal(worst.terms, s->terms);
	check_results(&w, cases[i].pass, last, SPF_PASS);
	check_results(&w, cases[i].fail, last, SPF_FAIL);
	close_world(&w);
}

static void test_repairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct spf_request rq = {0};
		struct spf_repairs out;
		struct world w;

		open_world(&w, cases[i].zone, sv_str(cases[i].records));
		assert_int_equal(spf_repair(w.f, w.a, SV("example.org"), &rq,
		                            &out), STEP_DONE);
		for (size_t k = 0; k < out.n || (k < STEPS && cases[i].steps[k]);
		     k++) {
			const struct spf_repair *s = &out.step[k];
			char got[2048] = "none";

			if (k < out.n)
				(void)snprintf(got, sizeof(got), "%s %u %.*s",
				    spf_repair_name(s->id), s->terms,
				    SV_FMT(s->record));
			if (!cases[i].steps[k] ||
			    strcmp(got, cases[i].steps[k]))
				fail_msg("%zu.%zu: %s, want %s", i, k, got,
				    cases[i].steps[k] ? cases[i].steps[k]
				                      : "none");
			assert_true(s->n > 0);
			prove(i, s, k + 1 == out.n);
		}
		assert_false(out.over);
		close_world(&w);
	}
}

/* Why each term went, and for which other. */
static void test_changes(void **state)
{
	static const char *const want[] = {
	    "covered a ip4:192.0.2.0/29",
	    "covered ip4:192.0.2.5 ip4:192.0.2.0/29",
	    "void-include include:none.example ",
	    "void-include include:gone.example ",
	    "void a:gone.example ",
	    "void mx ",
	    "ptr ptr ",
	    "in-include include:d.example include:c.example",
	    "duplicate IP4:192.0.2.0/29 ip4:192.0.2.0/29",
	    "after-all mx:x.example ",
	    "redirect-with-all redirect=c.example ",
	};
	struct spf_request rq = {0};
	struct spf_repairs out;
	struct world w;
	size_t i = 0;

	(void)state;
	while (!sv_has(sv_str(cases[i].records), SV("gone.example")))
		i++;
	open_world(&w, cases[i].zone, sv_str(cases[i].records));
	assert_int_equal(spf_repair(w.f, w.a, SV("example.org"), &rq, &out),
	                 STEP_DONE);
	assert_int_equal(out.step[0].n, sizeof(want) / sizeof(want[0]));
	for (size_t k = 0; k < out.step[0].n; k++) {
		const struct spf_change *c = &out.step[0].change[k];
		char got[256];

		(void)snprintf(got, sizeof(got), "%s %.*s %.*s",
		    spf_change_name(c->id), SV_FMT(c->was), SV_FMT(c->by));
		assert_string_equal(got, want[k]);
	}
	close_world(&w);
}

/* More than ten, and nothing that could be told in addresses. */
static void test_over(void **state)
{
	struct spf_request rq = {0};
	struct spf_repairs out;
	struct world w;

	(void)state;
	open_world(&w, "",
	    SV("v=spf1 exists:%{i}.a.example exists:%{i}.b.example "
	       "exists:%{i}.c.example exists:%{i}.d.example "
	       "exists:%{i}.e.example exists:%{i}.f.example "
	       "exists:%{i}.g.example exists:%{i}.h.example "
	       "exists:%{i}.i.example exists:%{i}.j.example "
	       "exists:%{i}.k.example -all"));
	assert_int_equal(spf_repair(w.f, w.a, SV("example.org"), &rq, &out),
	                 STEP_DONE);
	assert_int_equal(out.n, 0);
	assert_true(out.over);
	close_world(&w);
}

UNIT_MAIN(cmocka_unit_test(test_repairs), cmocka_unit_test(test_changes),
          cmocka_unit_test(test_over))
