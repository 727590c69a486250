/* SPDX-License-Identifier: BSD-2-Clause */
/* Name servers that differ, are lame, fail or are silent; signed zones. */
#include "check_unit.h"

#define HEAD                                                                  \
	"example.org SOA ns1.example.org h.example.org 7 2 3 4 5\n"           \
	"example.org NS ns1.example.org\n"                                    \
	"example.org NS ns2.example.org\n"                                    \
	"ns1.example.org A 192.0.2.1\n"                                       \
	"ns2.example.org A 192.0.2.2\n"
#define TXT "example.org TXT \"v=spf1 -all\"\n"
#define MX "example.org MX 10 mail.example.org\n"
#define DMARC "_dmarc.example.org TXT \"v=DMARC1; p=none\"\n"
#define GOOD HEAD TXT MX DMARC

static void expect(const char *zone, const struct unit_server *list, size_t n,
                   const char *want)
{
	unit_begin(zone, "example.org");
	unit_set_servers(list, n);
	assert_sv(unit_run(&check_servers), want);
	unit_end();
}

static void test_fine(void **state)
{
	const struct unit_server same[] = {{.ip = "192.0.2.1", .zone = GOOD},
	                                   {.ip = "192.0.2.2", .zone = GOOD}};

	(void)state;
	expect(GOOD, same, 2, "servers.ok:example.org");
	/* Nobody to ask one by one: nothing is said. */
	unit_begin(GOOD, "example.org");
	assert_sv(unit_run(&check_servers), "");
	unit_end();
}

static const struct {
	const char *zone;
	bool lame, no_tcp;
	const char *want;
} seconds[] = {
    {GOOD, true, false, "servers.lame:192.0.2.2"},
    {"other.example TXT x\n", false, false, "servers.lame:192.0.2.2"},
    {"example.org !REFUSED\n", false, false, "servers.lame:192.0.2.2"},
    {"example.org !SERVFAIL\n", false, false, "servers.servfail:192.0.2.2"},
    {"example.org !TIMEOUT\n", false, false, "servers.silent:192.0.2.2"},
    {GOOD, false, true, "servers.no-tcp:192.0.2.2"},
    {HEAD TXT MX "_dmarc.example.org !SERVFAIL\n", false, false,
     "servers.part:192.0.2.2"},
    {HEAD MX DMARC "example.org TXT \"v=spf1 ~all\"\n", false, false,
     "servers.differ:example.org TXT"},
    {HEAD TXT DMARC "example.org MX 20 mail.example.org\n", false, false,
     "servers.differ:example.org MX"},
    {HEAD TXT MX, false, false, "servers.differ:_dmarc.example.org TXT"},
    {"example.org SOA ns1.example.org h.example.org 6 2 3 4 5\n" TXT MX DMARC,
     false, false, "servers.serial:example.org"},
};

static void test_second(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		const struct unit_server list[] = {
		    {.ip = "192.0.2.1", .zone = GOOD},
		    {.ip = "192.0.2.2", .zone = seconds[i].zone,
		     .lame = seconds[i].lame, .no_tcp = seconds[i].no_tcp}};

		expect(GOOD, list, 2, seconds[i].want);
	}
}

/* The order of records is no difference. */
static void test_order(void **state)
{
	const struct unit_server list[] = {
	    {.ip = "192.0.2.1", .zone = GOOD "example.org TXT second\n"},
	    {.ip = "192.0.2.2",
	     .zone = HEAD "example.org TXT second\n" TXT MX DMARC}};

	(void)state;
	expect(GOOD, list, 2, "servers.ok:example.org");
}

static void test_few(void **state)
{
	const struct unit_server lame[] = {
	    {.ip = "192.0.2.1", .zone = GOOD, .lame = true}};
	const struct unit_server one[] = {{.ip = "192.0.2.1", .zone = GOOD}};

	(void)state;
	expect(GOOD, lame, 1, "servers.lame:192.0.2.1 servers.silent:192.0.2.2 "
	                      "servers.none:example.org");
	expect("example.org SOA ns1.example.org h.example.org 7 2 3 4 5\n"
	       "example.org NS ns1.example.org\n"
	       "ns1.example.org A 192.0.2.1\n" TXT MX DMARC, one, 1,
	       "servers.single:example.org");
	expect("example.org SOA ns1.example.org h.example.org 7 2 3 4 5\n"
	       "example.org NS ns1.example.org\n"
	       "example.org NS gone.example.org\n"
	       "ns1.example.org A 192.0.2.1\n" TXT MX DMARC, one, 1,
	       "servers.no-address:gone.example.org servers.ok:example.org");
	/* A name that could not be looked up is not without an address. */
	expect("example.org SOA ns1.example.org h.example.org 7 2 3 4 5\n"
	       "example.org NS ns1.example.org\n"
	       "example.org NS slow.example.org\n"
	       "slow.example.org !SERVFAIL\n"
	       "ns1.example.org A 192.0.2.1\n" TXT MX DMARC, one, 1,
	       "dns.tempfail:slow.example.org");
}

/* Without IPv6 here, servers of version 6 are not to blame. */
static void test_ipv6(void **state)
{
	const struct unit_server v4[] = {{.ip = "192.0.2.1", .zone = GOOD},
	                                 {.ip = "192.0.2.2", .zone = GOOD}};
	const struct unit_server both[] = {
	    {.ip = "192.0.2.1", .zone = GOOD},
	    {.ip = "192.0.2.2", .zone = GOOD},
	    {.ip = "2001:db8::1", .zone = GOOD}};
	static const char zone[] = GOOD "ns1.example.org AAAA 2001:db8::1\n"
	                                "ns2.example.org AAAA 2001:db8::2\n";

	(void)state;
	expect(zone, v4, 2,
	       "servers.no-ipv6:example.org servers.ok:example.org");
	expect(zone, both, 3, "servers.silent:2001:db8::2");
}

#define DS                                                                    \
	"example.org DS 1 13 2 "                                              \
	"00000000000000000000000000000000000000000000000000000000000000\n"

static const struct {
	const char *zone;
	enum dns_trust trust;
	const char *want;
} signed_ones[] = {
    {GOOD, DNS_TRUST_UNKNOWN, "dnssec.unsigned:example.org"},
    {GOOD, DNS_TRUST_INSECURE, "dnssec.unsigned:example.org"},
    {GOOD DS, DNS_TRUST_SECURE, "dnssec.ok:example.org"},
    {GOOD DS, DNS_TRUST_INSECURE, "dnssec.unusable:example.org"},
    {GOOD DS, DNS_TRUST_UNKNOWN, "dnssec.unproven:example.org"},
    {GOOD "example.org !SERVFAIL DS\n", DNS_TRUST_UNKNOWN,
     "dns.tempfail:example.org"},
    {"example.org !BOGUS\norg !BOGUS\n", DNS_TRUST_UNKNOWN,
     "dns.bogus:example.org"},
};

static void test_dnssec(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(signed_ones) / sizeof(signed_ones[0]);
	     i++) {
		unit_begin(signed_ones[i].zone, "example.org");
		unit.trust = signed_ones[i].trust;
		assert_sv(unit_run(&check_dnssec), signed_ones[i].want);
		unit_end();
	}
}

UNIT_MAIN(cmocka_unit_test(test_fine), cmocka_unit_test(test_second),
          cmocka_unit_test(test_order), cmocka_unit_test(test_few),
          cmocka_unit_test(test_ipv6), cmocka_unit_test(test_dnssec))
