/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS lists: what is a listing, what is not, and keys that nobody sees. */
#include "unit.h"

#include "base/buf.h"

#include "../interop/slow.h"
#include "check/checks.h"
#include "check/lists.h"
#include "dns/keyed.h"
#include "dns/zone.h"

#include <stdio.h>

/* Lists as data/dnsbl has them, but with names of documentation. */
static const char lists[] =
    "Zone: big.example.net\nName: Big\nScope: address\nWeight: critical\n"
    "Portal: https://big.example.net/\nAsks: ipv4 ipv6\n"
    "Code: 127.0.0.2 | reputation.ip-listed | spam\n"
    "Code: 127.0.0.4-127.0.0.7 | reputation.ip-listed | malware\n"
    "Code: 127.0.0.10 | reputation.dynamic-ip | a line\n\n"
    "Zone: some.example.net\nName: Some\nScope: address\nWeight: medium\n"
    "Asks: ipv4\nCode: 127.0.0.2 | reputation.ip-listed | spam\n"
    "Code: 127.0.0.9 | - | a good sender\n\n"
    "Zone: range.example.net\nName: Range\nScope: asn\nWeight: high\n"
    "Asks: ipv4\nCode: 127.0.0.2 | reputation.range-listed | all\n\n"
    "Zone: small.example.net\nName: Small\nScope: address\nWeight: info\n"
    "Asks: ipv4\nCode: 127.0.0.2 | reputation.ip-listed | spam\n\n"
    "Zone: dead.example.net\nName: Dead\nScope: server\nWeight: none\n"
    "Code: 127.0.0.2 | reputation.ip-listed | spam\n\n"
    "Zone: big.key.example.net\nName: Big (key)\nScope: address\n"
    "Weight: critical\nAsks: ipv4\nKey: required\nSame: big.example.net\n"
    "Code: 127.0.0.2 | reputation.ip-listed | spam\n\n"
    "Zone: names.example.net\nName: Names\nScope: domain\nWeight: high\n"
    "Asks: name\nTest: listed.example.com | clear.example.com\n"
    "Code: 127.0.1.2 | reputation.domain-listed | spam\n"
    "Code: 127.0.1.255 | reputation.resolver-refused | no name\n\n"
    "Zone: bits.example.net\nName: Bits\nScope: url\nWeight: high\n"
    "Asks: domain\n"
    "Bit: 1 | reputation.resolver-refused | refused\n"
    "Bit: 2 | reputation.url-listed | black\n"
    "Bit: 8 | reputation.url-listed | red\n";

/* Test points of lists of addresses that are sound. */
#define SOUND                                                                 \
	"2.0.0.127.some.example.net A 127.0.0.2\n"                            \
	"2.0.0.127.range.example.net A 127.0.0.2\n"                           \
	"2.0.0.127.small.example.net A 127.0.0.2\n"
#define BIG "2.0.0.127.big.example.net A 127.0.0.2\n"
#define NAMES                                                                 \
	"listed.example.com.names.example.net A 127.0.1.2\n"                  \
	"test.bits.example.net A 127.0.0.2\n"

struct world {
	struct arena *a;
	struct dns_zone *zone;
	struct dns_resolver *resolver, *keyed;
	struct facts *facts;
	struct check_target target;
	struct check_run run;
	char said[4096];
};

static void set_up(struct world *w, const char *zone, bool slow)
{
	struct facts_options o = {.now = 1};
	struct zones *known;
	struct mw_err err;

	*w = (struct world){.a = arena_new((size_t)8 << 20),
	                    .zone = dns_zone_new()};
	if (dns_zone_read(w->zone, sv_str(zone), &err) != MW_OK)
		fail_msg("line %zu: %s", err.where, err.text);
	w->resolver = slow ? slow_resolver(w->zone)
	                   : dns_zone_resolver(w->zone);
	if (zones_read(w->a, SV(lists), &known, &err) != MW_OK)
		fail_msg("line %zu: %s", err.where, err.text);
	w->target.lists = known;
	o.resolver = w->resolver;
	w->facts = facts_new(&o);
}

static void tear_down(struct world *w)
{
	arena_free(w->run.a);
	facts_free(w->facts);
	dns_resolver_free(w->keyed);
	dns_resolver_free(w->resolver);
	dns_zone_free(w->zone);
	arena_free(w->a);
}

/* All findings as "id about; id about". */
static const char *run(struct world *w, const struct check *c, bool slow)
{
	size_t n = 0;

	arena_free(w->run.a);
	w->run = (struct check_run){.facts = w->facts, .target = &w->target,
	                            .check = c,
	                            .a = arena_new((size_t)8 << 20)};
	while (c->run(&w->run) == STEP_WAIT) {
		assert_true(slow && facts_pending(w->facts));
		slow_wait(w->resolver);
		arena_reset(w->run.a);
		w->run.first = w->run.last = NULL;
		w->run.n = 0;
	}
	w->said[0] = 0;
	for (const struct finding *f = w->run.first; f; f = f->next)
		n += (size_t)snprintf(w->said + n, sizeof(w->said) - n,
		                      "%s%s %.*s", n ? "; " : "", f->id,
		                      SV_FMT(f->about));
	return w->said;
}

static void take_ip(struct world *w, const char *text)
{
	assert_true(ip_parse(sv_str(text), &w->target.ips[w->target.nips++]));
}

#define OK "dnslists.ok 192.0.2.1"

static const struct {
	const char *zone, *want;
} cases[] = {
    {BIG SOUND, OK},
    /* Listings, by weight, cause and scope. */
    {BIG SOUND "1.2.0.192.big.example.net A 127.0.0.5\n",
     "dnslists.listed 192.0.2.1"},
    {BIG SOUND "1.2.0.192.big.example.net A 127.0.0.10\n",
     "dnslists.policy 192.0.2.1"},
    {BIG SOUND "1.2.0.192.big.example.net A 127.0.0.10\n"
               "1.2.0.192.big.example.net A 127.0.0.2\n",
     "dnslists.listed 192.0.2.1"},
    {BIG SOUND "1.2.0.192.some.example.net A 127.0.0.2\n",
     "dnslists.listed-some 192.0.2.1"},
    {BIG SOUND "1.2.0.192.small.example.net A 127.0.0.2\n",
     "dnslists.listed-few 192.0.2.1"},
    {BIG SOUND "1.2.0.192.range.example.net A 127.0.0.2\n",
     "dnslists.range 192.0.2.1"},
    /* Known, and no listing. */
    {BIG SOUND "1.2.0.192.some.example.net A 127.0.0.9\n", OK},
    /* Beside a listing an answer that nobody knows changes nothing. */
    {BIG SOUND "1.2.0.192.big.example.net A 127.0.0.99\n"
               "1.2.0.192.big.example.net A 127.0.0.2\n",
     "dnslists.listed 192.0.2.1"},
    /* Not listed, and not clean either. */
    {BIG SOUND "1.2.0.192.big.example.net A 127.0.0.99\n",
     "dnslists.strange lists of addresses; " OK},
    {BIG SOUND "1.2.0.192.big.example.net A 127.0.0.1\n",
     "dnslists.refused lists of addresses; " OK},
    {BIG SOUND "1.2.0.192.big.example.net A 127.255.255.254\n",
     "dnslists.refused lists of addresses; " OK},
    {BIG SOUND "1.2.0.192.big.example.net A 127.0.0.2\n"
               "1.2.0.192.big.example.net A 127.255.255.255\n",
     "dnslists.refused lists of addresses; " OK},
    {BIG SOUND "1.2.0.192.big.example.net A 127.0.0.2\n"
               "1.2.0.192.big.example.net A 198.51.100.1\n",
     "dnslists.parked lists of addresses; " OK},
    {BIG SOUND "1.2.0.192.big.example.net !TIMEOUT\n",
     "dnslists.no-answer lists of addresses; " OK},
    {BIG SOUND "1.2.0.192.big.example.net !BOGUS\n",
     "dnslists.no-answer lists of addresses; " OK},
    /* Lists that fail their own test. */
    {SOUND "*.big.example.net A 127.255.255.254\n",
     "dnslists.refused lists of addresses; " OK},
    {SOUND "*.big.example.net A 127.0.0.2\n",
     "dnslists.wildcard lists of addresses; " OK},
    {SOUND "*.big.example.net A 127.0.0.66\n",
     "dnslists.wildcard lists of addresses; " OK},
    {SOUND "*.big.example.net A 198.51.100.1\n",
     "dnslists.parked lists of addresses; " OK},
    {SOUND "*.big.example.net !SERVFAIL\n",
     "dnslists.no-answer lists of addresses; " OK},
    {BIG SOUND "1.0.0.127.big.example.net !SERVFAIL\n"
               "1.2.0.192.big.example.net A 127.0.0.2\n",
     "dnslists.no-answer lists of addresses; " OK},
    {SOUND "1.2.0.192.big.example.net A 127.0.0.2\n",
     "dnslists.empty lists of addresses; " OK},
    {BIG SOUND "1.0.0.127.big.example.net A 127.0.0.2\n"
               "1.2.0.192.big.example.net A 127.0.0.2\n",
     "dnslists.wildcard lists of addresses; " OK},
    /* What few receivers ask is no unknown to worry about. */
    {BIG "2.0.0.127.some.example.net A 127.0.0.2\n"
         "2.0.0.127.range.example.net A 127.0.0.2\n"
         "*.small.example.net A 127.0.0.2\n",
     "dnslists.minor lists of addresses; " OK},
    /* Never asked, though it would say yes. */
    {BIG SOUND "*.dead.example.net A 127.0.0.2\n", OK},
    /* Nothing answers: no clean bill. */
    {"*.example.net !TIMEOUT\n",
     "dnslists.no-answer lists of addresses; "
     "dnslists.minor lists of addresses"},
};

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int slow = 0; slow < 2; slow++) {
			struct world w;

			set_up(&w, cases[i].zone, slow);
			take_ip(&w, "192.0.2.1");
			(void)run(&w, &check_dnslists, slow);
			if (strcmp(w.said, cases[i].want))
				fail_msg("case %zu (%d): got %s", i, slow,
				         w.said);
			tear_down(&w);
		}
}

#define V6_TEST                                                               \
	"2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."     \
	"big.example.net A 127.0.0.2\n"
#define V6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."

/* IPv6 has test points of its own; private addresses are not asked about. */
static void test_families(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, BIG SOUND V6_TEST V6 "big.example.net A 127.0.0.2\n",
	       false);
	take_ip(&w, "2001:db8::1");
	take_ip(&w, "10.0.0.1");
	take_ip(&w, "127.0.0.2");
	take_ip(&w, "::ffff:192.0.2.1");
	assert_string_equal(
	    run(&w, &check_dnslists, false),
	    "dnslists.private 10.0.0.1; dnslists.private 127.0.0.2; "
	    "dnslists.listed 2001:db8::1; dnslists.ok ::ffff:192.0.2.1");
	tear_down(&w);
	set_up(&w, BIG SOUND V6 "big.example.net A 127.0.0.2\n", false);
	take_ip(&w, "2001:db8::1");
	assert_string_equal(run(&w, &check_dnslists, false),
	                    "dnslists.empty lists of addresses");
	tear_down(&w);
}

static void test_reason(void **state)
{
	const struct finding *f;
	struct world w;
	bool had = false;

	(void)state;
	set_up(&w, BIG SOUND "1.2.0.192.big.example.net A 127.0.0.2\n"
	       "1.2.0.192.big.example.net TXT \"see https://x.example/\"\n",
	       true);
	take_ip(&w, "192.0.2.1");
	(void)run(&w, &check_dnslists, true);
	f = w.run.first;
	for (size_t i = 0; f && i < f->nevidence; i++)
		had |= sv_eq(f->evidence[i].text, SV("see https://x.example/"));
	assert_true(had);
	tear_down(&w);
}

static void test_names(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, NAMES
	       "mail.example.org.names.example.net A 127.0.1.2\n"
	       "example.org.bits.example.net A 127.0.0.10\n"
	       "1.2.0.192.in-addr.arpa PTR mail.example.org\n",
	       true);
	take_ip(&w, "192.0.2.1");
	w.target.domain = SV("example.org");
	w.target.helo = SV("mail.example.org");
	w.target.mail_from = SV("<bounce@b.example.com>");
	w.target.header_from = SV("me@example.org");
	assert_string_equal(
	    run(&w, &check_domainlists, true),
	    "domainlists.listed mail.example.org; "
	    "domainlists.listed example.org; domainlists.ok b.example.com");
	tear_down(&w);
	/* Names of private networks are told to nobody. */
	set_up(&w, NAMES, false);
	w.target.domain = SV("example.org");
	w.target.helo = SV("srv.corp.internal");
	assert_string_equal(run(&w, &check_domainlists, false),
	                    "domainlists.ok example.org");
	for (size_t i = 0; i < facts_count(w.facts); i++) {
		char text[DNS_NAME_TEXT];

		assert_false(sv_has(dns_name_text(&facts_nth(w.facts, i)->name,
		                                  text), SV("internal")));
	}
	tear_down(&w);
	/* A bit that means "refused" outweighs those of listings. */
	set_up(&w, NAMES "example.org.bits.example.net A 127.0.0.3\n", false);
	w.target.domain = SV("example.org");
	assert_string_equal(run(&w, &check_domainlists, false),
	                    "dnslists.refused lists of names; "
	                    "domainlists.ok example.org");
	tear_down(&w);
}

#define KEY "0123456789abcdefgh"

static void swap_resolver(struct world *w, struct dns_keys *keys)
{
	struct facts_options o = {.now = 1, .resolver = w->resolver};

	facts_free(w->facts);
	w->keyed = dns_keyed_resolver(keys, w->resolver);
	o.recursive = w->keyed;
	w->facts = facts_new(&o);
	w->target.keys = keys;
}

static void test_keys(void **state)
{
	struct dns_keys *keys;
	struct mw_err err;
	struct world w;

	(void)state;
	set_up(&w,
	       "2.0.0.127.big.example.net A 127.255.255.254\n" SOUND
	       "2.0.0.127." KEY ".big.key.example.net A 127.0.0.2\n"
	       "1.2.0.192." KEY ".big.key.example.net A 127.0.0.2\n"
	       "1.2.0.192." KEY ".big.key.example.net TXT \"key " KEY "!\"\n",
	       false);
	take_ip(&w, "192.0.2.1");
	/* Without a key the open list is asked, and refuses. */
	assert_string_equal(run(&w, &check_dnslists, false),
	                    "dnslists.refused lists of addresses; " OK);
	assert_int_equal(dns_keys_read(w.a, SV("# mine\nkey.example.net  "
	    "0123456789ABCDEFGH\n"), &keys, &err), MW_OK);
	swap_resolver(&w, keys);
	assert_string_equal(run(&w, &check_dnslists, false),
	                    "dnslists.listed 192.0.2.1");
	/* Nothing that is shown or recorded has the key in it. */
	for (size_t i = 0; i < facts_count(w.facts); i++) {
		const struct dns_answer *an = facts_nth(w.facts, i);
		char text[DNS_NAME_TEXT];

		assert_false(sv_ihas(dns_name_text(&an->name, text), SV(KEY)));
		for (size_t k = 0; k < an->n; k++)
			assert_false(sv_ihas(an->rr[k].rdata, SV(KEY)));
	}
	for (const struct finding *f = w.run.first; f; f = f->next)
		for (size_t i = 0; i < f->nevidence; i++) {
			assert_false(sv_ihas(f->evidence[i].text, SV(KEY)));
			assert_false(sv_ihas(f->evidence[i].what, SV(KEY)));
		}
	tear_down(&w);
}

static void test_key_files(void **state)
{
	static const char *const bad[] = {
	    "key.example.net\n", "key.example.net short\n",
	    "key.example.net 0123456789 more\n", ". 0123456789\n",
	    "key.example.net 01234567_9\n", "a..b 0123456789\n",
	};
	struct arena *a = arena_new((size_t)1 << 20);
	struct dns_keys *keys;
	struct dns_name zone;
	struct mw_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(dns_keys_read(a, sv_str(bad[i]), &keys, &err),
		                 MW_ESYNTAX);
		assert_int_equal(err.where, 1);
		assert_null(strstr(err.text, "0123"));
	}
	assert_int_equal(dns_keys_read(a, SV("example.net 11111111\n"
	    "key.example.net 22222222\n"), &keys, &err), MW_OK);
	assert_true(dns_name_plain(SV("big.key.example.net"), &zone));
	assert_true(dns_keys_has(keys, &zone));
	assert_true(dns_name_plain(SV("big.example.org"), &zone));
	assert_false(dns_keys_has(keys, &zone));
	assert_false(dns_keys_has(NULL, &zone));
	arena_free(a);
}

/* The lists that are built in: dead ones are not asked, codes are sane. */
static void test_builtin(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	size_t asked = 0, dead = 0;
	struct zones *k;
	struct mw_err err;
	struct ip ip;

	(void)state;
	assert_int_equal(zones_read(a, sv_of(zones_builtin, zones_builtin_n),
	                            &k, &err), MW_OK);
	for (size_t i = 0; i < zones_count(k); i++) {
		const struct zone_known *z = zones_nth(k, i);

		asked += z->asks != 0;
		dead += z->weight == ZONE_NONE;
		assert_false(z->asks && z->weight == ZONE_NONE);
		for (unsigned last = 0; last < 256; last++) {
			char text[IP_TEXT];

			snprintf(text, sizeof(text), "127.255.255.%u", last);
			assert_true(ip_parse(sv_str(text), &ip));
			assert_int_equal(zone_says(a, z, &ip).word,
			                 ZONE_REFUSED);
		}
		assert_true(ip_parse(SV("198.51.100.1"), &ip));
		assert_int_equal(zone_says(a, z, &ip).word, ZONE_OUTSIDE);
		assert_true(ip_parse(SV("2001:db8::1"), &ip));
		assert_int_equal(zone_says(a, z, &ip).word, ZONE_OUTSIDE);
	}
	assert_true(asked > 25 && dead > 25);
	arena_free(a);
}

struct told {
	size_t n, where;
};

static void tell(void *arg, const struct mw_err *err)
{
	struct told *t = arg;

	t->n++;
	t->where = err->where;
}

/* A file of the user over what is known. */
static void test_of_user(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	const struct zone_known *z;
	struct told told = {0};
	struct zones *k;
	struct mw_err err;
	size_t n;

	(void)state;
	assert_int_equal(zones_read(a, sv_of(zones_builtin, zones_builtin_n),
	                            &k, &err), MW_OK);
	n = zones_count(k);
	assert_true(zones_get(k, SV("zen.spamhaus.org"))->asks != 0);
	assert_int_equal(zones_add(a, k, SV(
	    "Provider: one\nName: One\n\n"
	    "Zone: ZEN.spamhaus.org\nName: Zen\n\n"
	    "Zone: bl.spamcop.net\nDead: 2026-11\nAsks: ipv4\nWeight: high\n"
	    "Code: 127.0.0.2 | reputation.ip-listed | x\n\n"
	    "Zone: psbl.surriel.com\nAsks: ipv5\n\n"
	    "Zone: bl.example.com\nAsks: ipv4\nWeight: low\n"
	    "Code: 127.0.0.2 | reputation.ip-listed | x\n"), tell, &told),
	    MW_OK);
	/* Told once, with its line; the one that was there stays. */
	assert_int_equal(told.n, 1);
	assert_int_equal(told.where, 14);
	assert_true(zones_get(k, SV("psbl.surriel.com"))->asks != 0);
	assert_int_equal(zones_count(k), n + 1);
	assert_int_equal(zones_get(k, SV("zen.spamhaus.org"))->asks, 0);
	assert_int_equal(zones_get(k, SV("bl.spamcop.net"))->asks, 0);
	z = zones_get(k, SV("bl.example.com"));
	assert_int_equal(z->asks, ZONE_ASKS_V4);
	assert_string_equal(z->name, "bl.example.com");
	arena_free(a);
}

/* More than there is room for are told of, and the rest is kept. */
static void test_too_many(void **state)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct told told = {0};
	struct zones *k;
	struct mw_err err;
	struct buf b;

	(void)state;
	buf_init(&b, (size_t)1 << 20);
	for (int i = 0; i < ZONES_MAX + 7; i++)
		buf_addf(&b, "Zone: z%d.example.com\n\n", i);
	assert_int_equal(zones_read(a, SV(""), &k, &err), MW_OK);
	assert_int_equal(zones_add(a, k, buf_sv(&b), tell, &told), MW_OK);
	assert_int_equal(zones_count(k), ZONES_MAX);
	assert_int_equal(told.n, 7);
	assert_non_null(zones_get(k, SV("z0.example.com")));
	buf_fini(&b);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(test_of_user), cmocka_unit_test(test_too_many),
          cmocka_unit_test(test_addresses), cmocka_unit_test(test_families),
          cmocka_unit_test(test_reason), cmocka_unit_test(test_names),
          cmocka_unit_test(test_keys), cmocka_unit_test(test_key_files),
          cmocka_unit_test(test_builtin))
