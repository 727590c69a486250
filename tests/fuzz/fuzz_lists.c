/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_lists.c - properties of asking DNS lists in any world
 *
 * Lines up to one that is "%" are keys, the others records.  A listing is
 * told only by a list that knows its test entry and not what no list may hold,
 * and by answers in 127.0.0.0/8.  What comes back holds no key.
 */
#include "check/checks.h"
#include "check/zones.h"
#include "dns/keyed.h"
#include "dns/zone.h"
#include "must.h"

static const char lists[] =
    "Zone: a.example\nName: A\nScope: address\nWeight: critical\n"
    "Asks: ipv4 ipv6\nCode: 127.0.0.2-127.0.0.9 | reputation.ip-listed | x\n"
    "Code: 127.0.0.11 | - | x\n\n"
    "Zone: b.example\nName: B\nScope: address\nWeight: high\nAsks: ipv4\n"
    "Key: required\nBit: 1 | reputation.resolver-refused | x\n"
    "Bit: 2 | reputation.ip-listed | x\n\n"
    "Zone: c.example\nName: C\nScope: url\nWeight: low\nAsks: domain\n"
    "Test: test.c.example | clear.c.example\n"
    "Bit: 2 | reputation.url-listed | x\n";

#define KEY "0123456789abcdef"

static const struct dns_answer *ask(struct facts *f, const char *name)
{
	return facts_text(f, sv_str(name), DNS_A);
}

/* Does it answer, and only as lists do? */
static bool is_plain(const struct dns_answer *an)
{
	struct ip ip;

	for (size_t i = 0; i < an->n; i++)
		if (!dns_ip(&an->rr[i], &ip) || ip.at[0] != 127)
			return false;
	return an->n != 0;
}

static void hold(struct facts *f, const struct finding *found)
{
	for (size_t i = 0; i < found->nvalues; i++) {
		if (!sv_eq(sv_str(found->values[i].name), SV("zone")) ||
		    !sv_starts(sv_str(found->id), SV("dnslists.listed")) ||
		    !sv_eq(found->values[i].value, SV("a.example")) ||
		    !sv_eq(found->about, SV("192.0.2.1")))
			continue;
		must(is_plain(ask(f, "2.0.0.127.a.example")));
		must(is_plain(ask(f, "1.2.0.192.a.example")));
		must(ask(f, "1.0.0.127.a.example")->state != DNS_TEMPFAIL);
	}
}

static void run(struct facts *f, const struct check_target *t,
                const struct check *c)
{
	struct check_run run = {.facts = f, .target = t, .check = c,
	                        .a = arena_new((size_t)32 << 20)};

	must(run.a && c->run(&run) == STEP_DONE);
	for (const struct finding *x = run.first; x; x = x->next)
		hold(f, x);
	arena_free(run.a);
}

static void check(struct arena *a, struct dns_zone *z,
                  const struct dns_keys *keys, const struct dns_keys *fixed)
{
	struct dns_resolver *r = dns_zone_resolver(z);
	struct dns_resolver *keyed = dns_keyed_resolver(keys ? keys : fixed, r);
	struct facts_options o = {.resolver = r, .recursive = keyed, .now = 1};
	struct facts *f = facts_new(&o);
	struct check_target t = {.domain = SV("www.example.org"),
	                         .keys = keys ? keys : fixed, .nips = 2};
	struct zones *known = NULL;
	char text[DNS_NAME_TEXT];

	must(r && keyed && f && zones_read(a, SV(lists), &known, NULL) == MW_OK);
	t.lists = known;
	must(ip_parse(SV("192.0.2.1"), &t.ips[0]) &&
	     ip_parse(SV("2001:db8::1"), &t.ips[1]));
	run(f, &t, &check_dnslists);
	run(f, &t, &check_domainlists);
	for (size_t i = 0; !keys && i < facts_count(f); i++) {
		const struct dns_answer *an = facts_nth(f, i);

		if (!sv_has(dns_name_text(&an->name, text),
		            SV(DNS_KEY_LABEL)))
			continue;
		must(!sv_ihas(dns_name_text(&an->name, text), SV(KEY)));
		for (size_t k = 0; k < an->n; k++)
			must(!sv_ihas(an->rr[k].rdata, SV(KEY)));
		for (size_t k = 0; k < an->nchain; k++)
			must(!sv_ihas(dns_name_text(&an->chain[k], text),
			              SV("." KEY ".")));
	}
	facts_free(f);
	dns_resolver_free(keyed);
	dns_resolver_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct dns_zone *z = dns_zone_new();
	sv all = sv_of((const char *)data, size);
	size_t at = sv_find(all, SV("\n%\n"));
	struct dns_keys *keys = NULL, *fixed;
	struct mw_err err;

	must(a && z && dns_keys_read(a, SV("b.example " KEY "\n"), &fixed,
	                             NULL) == MW_OK);
	if (at != SV_NPOS &&
	    dns_keys_read(a, sv_head(all, at + 1), &keys, &err) != MW_OK)
		must(err.where > 0);
	(void)dns_zone_read(z, at == SV_NPOS ? all : sv_drop(all, at + 3),
	                    NULL);
	check(a, z, keys, fixed);
	dns_zone_free(z);
	arena_free(a);
	return 0;
}
