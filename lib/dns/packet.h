/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.h - DNS messages: a question written, an answer read
 *
 * RFC 1035 section 4, RFC 6891 (EDNS), RFC 6672 (DNAME), RFC 2308 (absence),
 * RFC 8914 (extended errors).  What comes in is hostile: names that point
 * forward or in circles, sections cut short, thousands of records.  Work is
 * linear in the packet's length: a name takes at most DNS_HOPS_MAX jumps, a
 * chain of aliases at most DNS_CHAIN_MAX walks over the records.
 */
#ifndef DNS_PACKET_H
#define DNS_PACKET_H

#include "dns/dns.h"

/* Length is a number of 16 bits, over TCP too. */
#define DNS_PACKET_MAX 65535
/* Head, name, type and class, EDNS. */
#define DNS_PACKET_QUERY (12 + DNS_NAME_MAX + 4 + 11)
/* What is sent in one piece on nearly all paths (DNS flag day 2020). */
#define DNS_PACKET_UDP 1232
/* Jumps within one name; a name has at most 127 labels. */
#define DNS_HOPS_MAX 128

struct dns_packet_query {
	uint16_t id;
	struct dns_name name;
	uint16_t type;
	bool recurse; /* RD */
	bool cd;      /* checking disabled: tell it even where it is forged */
	bool edns;
	bool dnssec;  /* DO; needs edns */
};

/* Write a question; how long it is. */
size_t dns_packet_write(const struct dns_packet_query *q,
                        uint8_t out[DNS_PACKET_QUERY]);

/* What stands before the records. */
struct dns_packet_head {
	uint16_t id;
	bool answer;        /* QR */
	bool authoritative; /* AA */
	bool truncated;     /* TC */
	bool recursion;     /* RA */
	bool edns;
	uint16_t rcode;     /* with the bits of EDNS */
	/* Extended error, and its text as far as it is UTF-8 without controls. */
	bool has_ede;
	uint16_t ede;
	sv ede_text;        /* a view into the packet; may be empty */
};

/*
 * Is it an answer to that question?  Only then anything else of it is worth
 * reading.  A server that refuses may leave the question out.
 */
bool dns_packet_fits(sv packet, uint16_t id, const struct dns_name *name,
                     uint16_t type);

/*
 * Read what the packet answers to out->name and out->type.  recursive: asked
 * was a resolver, so a referral is no answer; otherwise it is one server, and a
 * referral says that it does not hold the name.  Aliases are followed as far
 * as the packet leads; where it ends before the target, the answer is
 * DNS_NODATA with a chain and an empty zone.
 *
 * state, rr, chain, ttl, zone, rcode, authoritative and (of DNS_TEMPFAIL) why
 * are filled in, in memory of a; trust and server are left alone.
 *
 *	MW_ESYNTAX	cut short or broken; err->where is the offset
 *	MW_ENOMEM	a is exhausted
 *
 * Then out is untouched; head may be NULL.
 */
enum mw_status dns_packet_read(struct arena *a, sv packet, bool recursive,
                               struct dns_answer *out,
                               struct dns_packet_head *head,
                               struct mw_err *err);

/* "SERVFAIL"; "RCODE23" needs the room. */
const char *dns_rcode_name(uint16_t rcode, char room[12]);

/*
 * For people: what the server said in place of an answer ("the server failed
 * (SERVFAIL): signature expired").
 */
sv dns_rcode_why(struct arena *a, const struct dns_packet_head *head);

#endif
