/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS messages: questions written, answers read, hostile ones too. */
#include "unit.h"

#include "dns/packet.h"

#include <stdio.h>

/* A packet that is being made. */
struct maker {
	uint8_t b[DNS_PACKET_MAX + 1024];
	size_t n;
};

static struct maker m;

static void put8(unsigned v)
{
	m.b[m.n++] = (uint8_t)v;
}

static void put16(unsigned v)
{
	put8(v >> 8);
	put8(v & 255);
}

static void put32(uint32_t v)
{
	put16(v >> 16);
	put16(v & 65535);
}

static void put_name(const char *text)
{
	struct dns_name n;

	assert_true(dns_name_from(sv_str(text), &n));
	memcpy(m.b + m.n, n.w, n.n);
	m.n += n.n;
}

static void put_pointer(size_t to)
{
	put16(0xC000 | (unsigned)to);
}

static void set16(size_t at, unsigned v)
{
	m.b[at] = (uint8_t)(v >> 8);
	m.b[at + 1] = (uint8_t)v;
}

static void count(size_t at)
{
	set16(at, ((unsigned)m.b[at] << 8 | m.b[at + 1]) + 1U);
}

#define ANSWER 6
#define AUTHORITY 8
#define EXTRA 10

static void begin(const char *name, uint16_t type, unsigned flags)
{
	m.n = 0;
	put16(0x1234);
	put16(0x8000 | flags);
	put16(1);
	put16(0);
	put16(0);
	put16(0);
	put_name(name);
	put16(type);
	put16(1);
}

/* The head of a record; returns where its length stands. */
static size_t record(unsigned section, const char *owner, uint16_t type,
                     uint32_t ttl)
{
	count(section);
	if (owner)
		put_name(owner);
	else
		put_pointer(12);
	put16(type);
	put16(1);
	put32(ttl);
	put16(0);
	return m.n - 2;
}

static void close_record(size_t at)
{
	set16(at, (unsigned)(m.n - at - 2));
}

static void put_alias(const char *owner, uint16_t type, uint32_t ttl,
                      const char *to)
{
	size_t at = record(ANSWER, owner, type, ttl);

	put_name(to);
	close_record(at);
}

static void put_ip(const char *owner, uint32_t ttl, uint32_t ip)
{
	size_t at = record(ANSWER, owner, DNS_A, ttl);

	put32(ip);
	close_record(at);
}

static void put_soa(const char *owner, uint32_t ttl, uint32_t minimum)
{
	size_t at = record(AUTHORITY, owner, DNS_SOA, ttl);

	put_name("ns.example.org");
	put_name("hostmaster.example.org");
	for (unsigned i = 1; i <= 4; i++)
		put32(i);
	put32(minimum);
	close_record(at);
}

struct got {
	struct arena *a;
	struct dns_answer an;
	struct dns_packet_head head;
	struct mw_err err;
	enum mw_status st;
};

static void read_it(struct got *g, const char *name, uint16_t type,
                    bool recursive)
{
	*g = (struct got){.a = arena_new((size_t)16 << 20)};
	assert_true(dns_name_from(sv_str(name), &g->an.name));
	g->an.type = type;
	g->st = dns_packet_read(g->a, sv_of((char *)m.b, m.n), recursive,
	                        &g->an, &g->head, &g->err);
}

static void assert_name(const struct dns_name *n, const char *text)
{
	char room[DNS_NAME_TEXT];

	assert_string_equal(dns_name_text(n, room).p, text);
}

static void test_write(void **state)
{
	static const uint8_t want[] = "\x12\x34\x01\x10\0\1\0\0\0\0\0\1"
	                              "\7example\3org\0\0\20\0\1"
	                              "\0\0\x29\x04\xD0\0\0\x80\0\0";
	struct dns_packet_query q = {.id = 0x1234, .type = DNS_TXT,
	    .recurse = true, .cd = true, .edns = true, .dnssec = true};
	uint8_t out[DNS_PACKET_QUERY];

	(void)state;
	assert_true(dns_name_from(SV("example.org"), &q.name));
	assert_int_equal(dns_packet_write(&q, out), sizeof(want));
	assert_memory_equal(out, want, sizeof(want));
	q.edns = q.cd = q.recurse = false;
	assert_int_equal(dns_packet_write(&q, out), sizeof(want) - 11);
	assert_memory_equal(out, "\x12\x34\0\0\0\1\0\0\0\0\0\0", 12);
}

static void test_fits(void **state)
{
	struct dns_name name, other;
	sv s;

	(void)state;
	assert_true(dns_name_from(SV("example.org"), &name));
	assert_true(dns_name_from(SV("example.net"), &other));
	begin("Example.ORG", DNS_MX, 0);
	s = sv_of((char *)m.b, m.n);
	assert_true(dns_packet_fits(s, 0x1234, &name, DNS_MX));
	assert_false(dns_packet_fits(s, 0x1235, &name, DNS_MX));
	assert_false(dns_packet_fits(s, 0x1234, &other, DNS_MX));
	assert_false(dns_packet_fits(s, 0x1234, &name, DNS_A));
	assert_false(dns_packet_fits(sv_head(s, 11), 0x1234, &name, DNS_MX));
	assert_false(dns_packet_fits(sv_head(s, 20), 0x1234, &name, DNS_MX));
	m.b[2] = 0; /* a question itself */
	assert_false(dns_packet_fits(s, 0x1234, &name, DNS_MX));
	/* Without a question only a refusal is an answer. */
	begin("example.org", DNS_MX, 0);
	set16(4, 0);
	assert_false(dns_packet_fits(sv_head(s, 12), 0x1234, &name, DNS_MX));
	m.b[3] = 5;
	assert_true(dns_packet_fits(sv_head(s, 12), 0x1234, &name, DNS_MX));
}

/* Names in records are whole and in lower case, whatever the packet did. */
static void test_found(void **state)
{
	struct got g;
	struct dns_name host;
	unsigned pref;
	size_t at;

	(void)state;
	begin("example.org", DNS_MX, 0x0400);
	at = record(ANSWER, NULL, DNS_MX, 300);
	put16(10);
	put8(4);
	memcpy(m.b + m.n, "MAIL", 4);
	m.n += 4;
	put_pointer(12);
	close_record(at);
	put_ip("mail.example.org", 5, 0xC0000201);
	at = record(ANSWER, NULL, DNS_MX, 60);
	put16(20);
	put_pointer(12);
	close_record(at);
	read_it(&g, "example.org", DNS_MX, true);
	assert_int_equal(g.st, MW_OK);
	assert_int_equal(g.an.state, DNS_FOUND);
	assert_int_equal(g.an.n, 2);
	assert_int_equal(g.an.ttl, 60);
	assert_true(g.an.authoritative);
	assert_true(dns_mx(&g.an.rr[0], &pref, &host));
	assert_int_equal(pref, 10);
	assert_name(&host, "mail.example.org");
	assert_true(dns_mx(&g.an.rr[1], &pref, &host));
	assert_name(&host, "example.org");
	arena_free(g.a);
}

static void test_chain(void **state)
{
	struct got g;

	(void)state;
	/* In no order, with others between, and a TTL that is none. */
	begin("www.example.org", DNS_A, 0);
	put_ip("c.example.net", 100, 0xC0000201);
	put_ip("www2.example.org", 1, 0xC0000209);
	put_alias("b.example.org", DNS_CNAME, 50, "C.example.net");
	put_alias(NULL, DNS_CNAME, 70, "b.example.org");
	put_ip("c.example.net", 200, 0xC0000202);
	read_it(&g, "www.example.org", DNS_A, true);
	assert_int_equal(g.an.state, DNS_FOUND);
	assert_int_equal(g.an.n, 2);
	assert_int_equal(g.an.nchain, 2);
	assert_name(&g.an.chain[0], "b.example.org");
	assert_name(&g.an.chain[1], "c.example.net");
	assert_int_equal(g.an.ttl, 50);
	arena_free(g.a);
	/* The alias itself is asked for. */
	read_it(&g, "www.example.org", DNS_CNAME, true);
	assert_int_equal(g.an.n, 1);
	assert_int_equal(g.an.nchain, 0);
	arena_free(g.a);
	begin("a.example.org", DNS_A, 0);
	put_ip(NULL, 0x80000000, 0xC0000201);
	read_it(&g, "a.example.org", DNS_A, true);
	assert_int_equal(g.an.ttl, 0);
	assert_int_equal(g.an.rr[0].ttl, 0);
	arena_free(g.a);
}

static void test_dname(void **state)
{
	struct got g;

	(void)state;
	begin("a.b.old.example.org", DNS_A, 0);
	put_alias("old.example.org", DNS_DNAME, 30, "new.example.net");
	put_ip("a.b.new.example.net", 100, 0xC0000201);
	read_it(&g, "a.b.old.example.org", DNS_A, true);
	assert_int_equal(g.an.state, DNS_FOUND);
	assert_int_equal(g.an.nchain, 1);
	assert_int_equal(g.an.ttl, 30);
	arena_free(g.a);
	/* Its owner is not moved. */
	begin("old.example.org", DNS_A, 0x0400);
	put_alias(NULL, DNS_DNAME, 30, "new.example.net");
	read_it(&g, "old.example.org", DNS_A, true);
	assert_int_equal(g.an.state, DNS_NODATA);
	assert_int_equal(g.an.nchain, 0);
	arena_free(g.a);
}

static void test_absent(void **state)
{
	struct got g;

	(void)state;
	begin("a.example.org", DNS_TXT, 3);
	put_soa("example.org", 3600, 300);
	read_it(&g, "a.example.org", DNS_TXT, true);
	assert_int_equal(g.an.state, DNS_NXDOMAIN);
	assert_int_equal(g.an.ttl, 300);
	assert_int_equal(g.an.rcode, 3);
	assert_sv(g.an.zone, "example.org");
	arena_free(g.a);
	/* An alias to a name that is not there; TTL is the least of all. */
	begin("a.example.org", DNS_TXT, 3);
	put_alias(NULL, DNS_CNAME, 20, "b.example.net");
	put_soa("example.net", 200, 300);
	read_it(&g, "a.example.org", DNS_TXT, true);
	assert_int_equal(g.an.state, DNS_NXDOMAIN);
	assert_int_equal(g.an.nchain, 1);
	assert_int_equal(g.an.ttl, 20);
	arena_free(g.a);
	begin("a.example.org", DNS_TXT, 0);
	put_soa("example.org", 200, 300);
	read_it(&g, "a.example.org", DNS_TXT, false);
	assert_int_equal(g.an.state, DNS_NODATA);
	assert_int_equal(g.an.ttl, 200);
	arena_free(g.a);
	/* Without SOA it is not kept, and of no zone. */
	begin("a.example.org", DNS_TXT, 0x0400);
	read_it(&g, "a.example.org", DNS_TXT, false);
	assert_int_equal(g.an.state, DNS_NODATA);
	assert_int_equal(g.an.ttl, 0);
	assert_int_equal(g.an.zone.n, 0);
	arena_free(g.a);
}

static void test_referral(void **state)
{
	struct got g;
	size_t at;

	(void)state;
	begin("a.example.org", DNS_TXT, 0);
	at = record(AUTHORITY, "example.org", DNS_NS, 300);
	put_name("ns.example.org");
	close_record(at);
	for (int recursive = 0; recursive < 2; recursive++) {
		read_it(&g, "a.example.org", DNS_TXT, recursive);
		assert_int_equal(g.an.state, DNS_TEMPFAIL);
		assert_int_equal(sv_has(g.an.why, SV("does not hold")),
		                 !recursive);
		assert_int_equal(sv_has(g.an.why, SV("for others")),
		                 recursive);
		arena_free(g.a);
	}
}

static void test_rcodes(void **state)
{
	struct got g;
	size_t at;

	(void)state;
	begin("a.example.org", DNS_TXT, 2);
	count(EXTRA);
	put8(0);
	put16(41);
	put16(1232);
	put32(0);
	at = m.n;
	put16(0);
	put16(15);
	put16(2 + 5);
	put16(7);
	memcpy(m.b + m.n, "RRSIG", 5);
	m.n += 5;
	close_record(at);
	read_it(&g, "a.example.org", DNS_TXT, true);
	assert_int_equal(g.an.state, DNS_TEMPFAIL);
	assert_int_equal(g.an.rcode, 2);
	assert_true(g.head.edns && g.head.has_ede);
	assert_int_equal(g.head.ede, 7);
	assert_sv(g.an.why, "it failed (SERVFAIL): a DNSSEC signature has "
	                    "expired: RRSIG");
	arena_free(g.a);
	/* A text with controls is not passed on. */
	m.b[m.n - 1] = 27;
	read_it(&g, "a.example.org", DNS_TXT, true);
	assert_sv(g.an.why, "it failed (SERVFAIL): a DNSSEC signature has "
	                    "expired");
	arena_free(g.a);
	/* The upper bits are in EDNS: 16 + 0 is BADVERS. */
	m.b[3] = 0;
	m.b[at - 4] = 1;
	read_it(&g, "a.example.org", DNS_TXT, true);
	assert_int_equal(g.an.rcode, 16);
	assert_true(sv_has(g.an.why, SV("BADVERS")));
	arena_free(g.a);
}

/* Where a pointer of the owner leads, and whether that is a name. */
static void test_pointers(void **state)
{
	static const struct {
		size_t to;
		bool ok;
	} cases[] = {{12, true}, {29, false}, {31, false}, {400, false},
	             {16383, false}, {0, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g;

		begin("example.org", DNS_A, 0);
		assert_int_equal(m.n, 29);
		put_ip(NULL, 1, 1);
		set16(29, 0xC000 | (unsigned)cases[i].to);
		read_it(&g, "example.org", DNS_A, true);
		assert_int_equal(g.st, cases[i].ok ? MW_OK : MW_ESYNTAX);
		arena_free(g.a);
	}
}

/* Pointers that all lead backwards, one to the next, 3000 of them. */
static void test_many_pointers(void **state)
{
	struct got g;
	size_t at;

	(void)state;
	begin("example.org", DNS_TXT, 0);
	at = record(ANSWER, "x.example.org", 65280, 1);
	put_pointer(12);
	for (unsigned i = 0; i < 3000; i++)
		put_pointer(m.n - 2);
	close_record(at);
	count(ANSWER);
	put_pointer(m.n - 2);
	put16(DNS_TXT);
	put16(1);
	put32(1);
	put16(0);
	read_it(&g, "example.org", DNS_TXT, true);
	assert_int_equal(g.st, MW_ESYNTAX);
	arena_free(g.a);
}

static void test_aliases(void **state)
{
	struct got g;

	(void)state;
	begin("0.example.org", DNS_A, 0);
	for (unsigned i = 0; i < 100; i++) {
		char from[32], to[32];

		snprintf(from, sizeof(from), "%u.example.org", i);
		snprintf(to, sizeof(to), "%u.example.org", i + 1);
		put_alias(from, DNS_CNAME, 1, to);
	}
	read_it(&g, "0.example.org", DNS_A, true);
	assert_int_equal(g.an.state, DNS_TEMPFAIL);
	assert_true(sv_has(g.an.why, SV("circle")));
	assert_int_equal(g.an.nchain, DNS_CHAIN_MAX);
	arena_free(g.a);
	read_it(&g, "90.example.org", DNS_A, true);
	assert_int_equal(g.an.state, DNS_NODATA);
	assert_int_equal(g.an.nchain, 10);
	arena_free(g.a);
	begin("a.example.org", DNS_A, 0);
	put_alias(NULL, DNS_CNAME, 1, "a.example.org");
	read_it(&g, "a.example.org", DNS_A, true);
	assert_int_equal(g.an.state, DNS_TEMPFAIL);
	arena_free(g.a);
}

/* 64 KB of small records; the same as the longest names allow. */
static void test_large(void **state)
{
	struct got g;
	size_t n = 0;

	(void)state;
	begin("example.org", DNS_TXT, 0);
	for (; m.n < DNS_PACKET_MAX - 20; n++) {
		size_t at = record(ANSWER, NULL, DNS_TXT, 1);

		put8(1);
		put8('x');
		close_record(at);
	}
	read_it(&g, "example.org", DNS_TXT, true);
	assert_int_equal(g.an.state, DNS_FOUND);
	assert_int_equal(g.an.n, n);
	assert_true(n > 4000);
	arena_free(g.a);
}

/* Whatever is cut off, it is noticed unless it is what nobody needs. */
static void test_prefixes(void **state)
{
	size_t whole, needed;

	(void)state;
	begin("example.org", DNS_TXT, 3);
	put_alias(NULL, DNS_CNAME, 5, "a.example.org");
	put_soa("example.org", 1, 1);
	needed = m.n;
	(void)record(EXTRA, "example.org", DNS_A, 1);
	whole = m.n;
	for (m.n = 0; m.n <= whole; m.n++) {
		struct got g;

		read_it(&g, "example.org", DNS_TXT, true);
		assert_int_equal(g.st, m.n < needed ? MW_ESYNTAX : MW_OK);
		if (g.st == MW_ESYNTAX)
			assert_true(g.err.where <= m.n);
		arena_free(g.a);
	}
}

static void test_broken_rdata(void **state)
{
	static const struct {
		uint16_t type;
		const char *rdata;
		size_t n;
		bool ok;
	} cases[] = {
	    {DNS_MX, "\0", 1, false},
	    {DNS_MX, "\0\12", 2, false},
	    {DNS_MX, "\0\12\0", 3, true},
	    {DNS_MX, "\0\12\0x", 4, false},
	    {DNS_NS, "\xC0\x0C", 2, true},
	    {DNS_NS, "\xC0\x0Cx", 3, false},
	    {DNS_NS, "\3abc", 4, false},
	    {DNS_SRV, "\0\1\0\2\0\31\xC0\x0C", 8, true},
	    {DNS_SOA, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, true},
	    {DNS_SOA, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 21, false},
	    {DNS_TXT, "\5a", 2, true}, /* dns_txt() reads what there is */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g;
		size_t at;

		begin("example.org", cases[i].type, 0);
		at = record(ANSWER, NULL, cases[i].type, 1);
		memcpy(m.b + m.n, cases[i].rdata, cases[i].n);
		m.n += cases[i].n;
		close_record(at);
		put_ip(NULL, 1, 1); /* so that nothing ends the packet */
		read_it(&g, "example.org", cases[i].type, true);
		assert_int_equal(g.st, cases[i].ok ? MW_OK : MW_ESYNTAX);
		if (cases[i].ok)
			assert_int_equal(g.an.state, DNS_FOUND);
		arena_free(g.a);
	}
}

/* No memory is no broken packet, and nothing is filled in. */
static void test_memory(void **state)
{
	struct arena *a = arena_new(64);
	struct dns_answer an = {.type = DNS_A};
	struct mw_err err;

	(void)state;
	assert_true(dns_name_from(SV("example.org"), &an.name));
	begin("example.org", DNS_A, 0);
	for (unsigned i = 0; i < 100; i++)
		put_ip(NULL, 1, i);
	assert_int_equal(dns_packet_read(a, sv_of((char *)m.b, m.n), true, &an,
	                                 NULL, &err), MW_ENOMEM);
	assert_int_equal(an.state, DNS_PENDING);
	assert_int_equal(an.n, 0);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(test_write), cmocka_unit_test(test_fits),
          cmocka_unit_test(test_found), cmocka_unit_test(test_chain),
          cmocka_unit_test(test_dname), cmocka_unit_test(test_absent),
          cmocka_unit_test(test_referral), cmocka_unit_test(test_rcodes),
          cmocka_unit_test(test_pointers),
          cmocka_unit_test(test_many_pointers),
          cmocka_unit_test(test_aliases), cmocka_unit_test(test_large),
          cmocka_unit_test(test_prefixes), cmocka_unit_test(test_broken_rdata),
          cmocka_unit_test(test_memory))
