/* SPDX-License-Identifier: BSD-2-Clause */
/* Names, records as text, a zone in memory, and facts over it. */
#include "unit.h"

#include "base/arena.h"
#include "dns/loop.h"
#include "dns/zone.h"
#include "facts/facts.h"

#include <signal.h>
#include <sys/time.h>

static const struct {
	const char *in, *out; /* NULL: no name */
	unsigned labels;
} names[] = {
    {"Example.ORG", "example.org", 2},
    {"example.org.", "example.org", 2},
    {".", ".", 0},
    {"", ".", 0},
    {"a..b", NULL, 0},
    {".a", NULL, 0},
    {"a\\.b.example", "a\\.b.example", 2},
    {"\\000.example", "\\000.example", 2},
    {"\\256.example", NULL, 0},
    {"\\", NULL, 0},
    {"_dmarc.x--y_z", "_dmarc.x--y_z", 2},
    {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.a",
     "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.a", 2},
    {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.a",
     NULL, 0},
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[DNS_NAME_TEXT];
		struct dns_name n;
		bool ok = dns_name_from(sv_str(names[i].in), &n);

		assert_int_equal(ok, names[i].out != NULL);
		if (!ok)
			continue;
		assert_string_equal(dns_name_text(&n, text).p, names[i].out);
		assert_int_equal(dns_name_labels(&n), names[i].labels);
	}
}

/* 255 bytes in wire form, and one more; with a last dot and without. */
static void test_longest(void **state)
{
	char text[300];
	struct dns_name n;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 64 == 63 ? '.' : 'a';
	assert_true(dns_name_plain(sv_of(text, 253), &n));
	assert_int_equal(n.n, 255);
	assert_false(dns_name_plain(sv_of(text, 254), &n));
	text[253] = '.';
	assert_true(dns_name_plain(sv_of(text, 254), &n));
	assert_int_equal(n.n, 255);
}

static void test_relations(void **state)
{
	struct dns_name a, b, c;
	char text[DNS_NAME_TEXT];
	struct ip ip;

	(void)state;
	assert_true(dns_name_from(SV("x.example.org"), &a));
	assert_true(dns_name_from(SV("example.org"), &b));
	assert_true(dns_name_under(&a, &b) && dns_name_under(&b, &b));
	assert_false(dns_name_under(&b, &a));
	assert_true(dns_name_from(SV("xample.org"), &c));
	assert_false(dns_name_under(&b, &c));
	assert_true(dns_name_below(SV("_dmarc"), &b, &c));
	assert_string_equal(dns_name_text(&c, text).p, "_dmarc.example.org");
	assert_true(dns_name_up(&c) && dns_name_eq(&b, &c));
	assert_true(ip_parse(SV("2001:db8::1"), &ip));
	dns_name_of_ip(&ip, &a);
	assert_string_equal(dns_name_text(&a, text).p,
	    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	    "8.b.d.0.1.0.0.2.ip6.arpa");
	assert_true(ip_parse(SV("192.0.2.7"), &ip));
	dns_name_of_ip(&ip, &a);
	assert_string_equal(dns_name_text(&a, text).p,
	                    "7.2.0.192.in-addr.arpa");
}

static const struct {
	const char *type, *in, *out; /* NULL: refused */
} records[] = {
    {"A", "192.0.2.1", "192.0.2.1"},
    {"A", "192.0.2.256", NULL},
    {"A", "192.0.2.1 x", NULL},
    {"AAAA", "2001:DB8::1", "2001:db8::1"},
    {"MX", "10 Mail.example.org.", "10 mail.example.org."},
    {"MX", "0 .", "0 ."},
    {"MX", "65536 a.example", NULL},
    {"TXT", "v=spf1 -all", "\"v=spf1 -all\""},
    {"TXT", "\"a b\" \"c\\\"\\009\"", "\"a b\" \"c\\\"\\009\""},
    {"TXT", "\"\"", "\"\""},
    {"TXT", "\"a", NULL},
    {"TXT", "\"a\" b", NULL},
    {"TLSA", "3 1 1 0A0b", "3 1 1 0a0b"},
    {"TLSA", "3 1 1 0A0", NULL},
    {"DNSKEY", "257 3 8 AQIDBA==", "257 3 8 AQIDBA=="},
    {"CAA", "0 issue \"ca.example\"", "0 issue \"ca.example\""},
    {"SOA", "ns.example. h.example. 1 2 3 4 5",
     "ns.example. h.example. 1 2 3 4 5"},
    {"TYPE65280", "\\# 4 C0000201", "\\# 4 c0000201"},
    {"TYPE65280", "\\# 3 C0000201", NULL},
    {"TYPE65280", "x", NULL},
};

static void test_records(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		uint16_t type = dns_type_from(sv_str(records[i].type));
		struct mw_err err;
		sv rdata, text;
		enum mw_status st = dns_rdata_from(
		    a, type, sv_str(records[i].in), &rdata, &err);

		assert_int_equal(st, records[i].out ? MW_OK : MW_ESYNTAX);
		if (!records[i].out)
			continue;
		text = dns_rdata_text(a, type, rdata);
		assert_true(sv_eq(text, sv_str(records[i].out)));
	}
	arena_free(a);
}

static const char world[] =
    "# a small world\n"
    "example.org 300 MX 10 mail.example.org\n"
    "example.org 60 MX 20 mail2.example.org\n"
    "www.example.org CNAME a.example.org\n"
    "a.example.org CNAME example.org\n"
    "x.y.example.org A 192.0.2.1\n"
    "*.w.example.org TXT wild\n"
    "loop.example.org CNAME loop.example.org\n"
    "bad.example.org !SERVFAIL\n"
    "slow.example.org !TIMEOUT TXT\n"
    "forged.example.org !BOGUS\n";

static const struct {
	const char *name;
	uint16_t type;
	enum dns_state state;
	size_t n, chain;
} asked[] = {
    {"example.org", DNS_MX, DNS_FOUND, 2, 0},
    {"example.org", DNS_A, DNS_NODATA, 0, 0},
    {"www.example.org", DNS_MX, DNS_FOUND, 2, 2},
    {"www.example.org", DNS_CNAME, DNS_FOUND, 1, 0},
    {"www.example.org", DNS_A, DNS_NODATA, 0, 2},
    {"y.example.org", DNS_A, DNS_NODATA, 0, 0},
    {"z.example.org", DNS_A, DNS_NXDOMAIN, 0, 0},
    {"q.w.example.org", DNS_TXT, DNS_FOUND, 1, 0},
    {"p.q.w.example.org", DNS_TXT, DNS_FOUND, 1, 0},
    {"w.example.org", DNS_TXT, DNS_NODATA, 0, 0},
    {"loop.example.org", DNS_A, DNS_TEMPFAIL, 0, 16},
    {"bad.example.org", DNS_A, DNS_TEMPFAIL, 0, 0},
    {"slow.example.org", DNS_TXT, DNS_TEMPFAIL, 0, 0},
    {"slow.example.org", DNS_A, DNS_NODATA, 0, 0},
    {"forged.example.org", DNS_TXT, DNS_BOGUS, 0, 0},
    {"a..example.org", DNS_TXT, DNS_NXDOMAIN, 0, 0},
};

static void test_facts(void **state)
{
	struct dns_zone *z = dns_zone_new();
	struct dns_resolver *r = dns_zone_resolver(z);
	struct facts_options opt = {.resolver = r, .now = 1};
	struct facts *f = facts_new(&opt);
	struct mw_err err;

	(void)state;
	assert_int_equal(dns_zone_read(z, sv_str(world), &err), MW_OK);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
			const struct dns_answer *an = facts_text(
			    f, sv_str(asked[i].name), asked[i].type);

			assert_int_equal(an->state, asked[i].state);
			assert_int_equal(an->n, asked[i].n);
			assert_int_equal(an->nchain, asked[i].chain);
		}
	/* The last is no name and no question. */
	assert_int_equal(facts_count(f),
	                 sizeof(asked) / sizeof(asked[0]) - 1);
	assert_int_equal(facts_pending(f), 0);
	assert_int_equal(facts_nth(f, 0)->ttl, 60);
	facts_free(f);
	dns_resolver_free(r);
	dns_zone_free(z);
}

static void never(struct dns_resolver *r, struct dns_query *q)
{
	(void)r;
	(void)q;
}

static void no_free(struct dns_resolver *r)
{
	(void)r;
}

static sv silent(const struct dns_resolver *r)
{
	(void)r;
	return SV("a silent server");
}

/* Who never answers has failed for the time being, and is named. */
static void test_silent(void **state)
{
	struct dns_resolver r = {never, never, no_free, silent};
	struct facts_options opt = {.resolver = &r};
	struct facts *f = facts_new(&opt);
	const struct dns_answer *an = facts_text(f, SV("a.example"), DNS_A);

	(void)state;
	assert_int_equal(an->state, DNS_PENDING);
	facts_wait(f);
	assert_int_equal(an->state, DNS_TEMPFAIL);
	assert_true(an->why.n && sv_eq(an->server, SV("a silent server")));
	facts_free(f);
}

/* Two facts of one run: what the first did not use up the second has. */
static void test_deadline(void **state)
{
	struct dns_resolver r = {never, never, no_free, silent};
	struct dns_loop *loop = dns_loop_new();
	int64_t begun = dns_loop_ms();
	struct facts_options opt = {.resolver = &r, .loop = loop,
	                            .until_ms = begun + 100};
	struct facts *f = facts_new(&opt), *g = facts_new(&opt);
	const struct dns_answer *an = facts_text(f, SV("a.example"), DNS_A);

	(void)state;
	facts_wait(f);
	assert_int_equal(an->state, DNS_TEMPFAIL);
	assert_true(dns_loop_ms() >= begun + 100);
	an = facts_text(g, SV("a.example"), DNS_A);
	facts_wait(g);
	assert_int_equal(an->state, DNS_TEMPFAIL);
	assert_sv(an->why, "no answer in time");
	/* Far from the 30 s of a run, on a busy machine too. */
	assert_true(dns_loop_ms() < begun + 5000);
	facts_free(f);
	facts_free(g);
	dns_loop_free(loop);
}

static volatile int stop;

static void on_alarm(int signal)
{
	(void)signal;
	stop = 1;
}

/* What waits when the user has had enough fails, and nobody is asked later. */
static void test_stop(void **state)
{
	struct dns_resolver r = {never, never, no_free, silent};
	struct dns_loop *loop = dns_loop_new();
	struct facts_options opt = {.resolver = &r, .loop = loop,
	                            .stop = &stop, .question_ms = 20000};
	struct facts *f = facts_new(&opt);
	const struct dns_answer *an = facts_text(f, SV("a.example"), DNS_A);
	struct itimerval soon = {.it_value = {0, 50000}};
	int64_t begun = dns_loop_ms();

	(void)state;
	(void)signal(SIGALRM, on_alarm);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	facts_wait(f);
	assert_int_equal(an->state, DNS_TEMPFAIL);
	assert_sv(an->why, "interrupted");
	an = facts_text(f, SV("b.example"), DNS_A);
	facts_wait(f);
	assert_int_equal(an->state, DNS_TEMPFAIL);
	assert_true(dns_loop_ms() < begun + 5000);
	facts_free(f);
	dns_loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_longest),
	    cmocka_unit_test(test_relations),
	    cmocka_unit_test(test_records),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_silent),
	    cmocka_unit_test(test_deadline),
	    cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
