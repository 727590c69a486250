/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dns.h - one question to the DNS and its answer, whoever is asked
 *
 * A resolver is one of: libunbound (unbound.h), one given server (stub.h), a
 * zone in memory or a recording (zone.h), or a layer above another one that
 * changes the world for "what if" (overlay.h).
 *
 * Five things that can come of a question stay different all the way to the
 * user: records; a name without records of that type; no such name; no answer
 * (and who failed, and how); an answer that DNSSEC proves forged.
 */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include "base/arena.h"
#include "base/err.h"
#include "dns/name.h"

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_DNAME = 39,
	DNS_DS = 43,
	DNS_DNSKEY = 48,
	DNS_TLSA = 52,
	DNS_CAA = 257,
	DNS_SPF = 99
};

/* "TXT"; "TYPE65280" (RFC 3597) needs a buffer of 10. */
const char *dns_type_name(uint16_t type, char room[10]);
/* 0 where it is none. */
uint16_t dns_type_from(sv name);

enum dns_state {
	DNS_PENDING,  /* asked, not answered yet */
	DNS_FOUND,
	DNS_NODATA,   /* the name is there, records of this type are not */
	DNS_NXDOMAIN, /* RFC 8020: nothing below it either */
	DNS_TEMPFAIL, /* no usable answer: why and server tell more */
	DNS_BOGUS,    /* DNSSEC proves it wrong: why tells more */
	DNS_STATE_N
};

/* "found", "nodata" ... */
const char *dns_state_name(enum dns_state state);

enum dns_trust {
	DNS_TRUST_UNKNOWN, /* nobody validated */
	DNS_TRUST_INSECURE,
	DNS_TRUST_SECURE
};

/* Records of one answer; a bigger set is no mail record. */
#define DNS_RRS_MAX 16384
/* CNAMEs that are followed (RFC 1034 sets no limit; resolvers stop at 8-20). */
#define DNS_CHAIN_MAX 16

struct dns_rr {
	uint32_t ttl; /* seconds */
	sv rdata;     /* wire form; names in it are not compressed */
};

/* Lives in the arena that was given with the question. */
struct dns_answer {
	struct dns_name name; /* that was asked for */
	uint16_t type;
	enum dns_state state;
	enum dns_trust trust;
	bool hypothetical;    /* an overlay had a part in it */
	bool authoritative;   /* AA: one server's answer out of its own zone */
	const struct dns_rr *rr; /* of the type asked for, in the order they came */
	size_t n;
	/* Names that CNAME led through, the last one owns the records. */
	const struct dns_name *chain;
	size_t nchain;
	/*
	 * Seconds it may be kept: the least of its records, or what SOA says
	 * of absence (RFC 2308 section 5).
	 */
	uint32_t ttl;
	sv zone;   /* owner of the SOA record that came with absence, as text */
	sv server; /* who gave it, or failed to; empty: not known */
	sv why;    /* of tempfail and bogus, for people; else empty */
	uint16_t rcode; /* as it came (RFC 6895); of tempfail */
	int64_t at;     /* Unix time when it came */
};

/*
 * One question under way.  Made by who asks; the resolver fills in answer and
 * calls done() once: from within ask() or from the event loop, never later
 * than deadline and never after cancel().
 */
struct dns_query {
	struct dns_name name;
	uint16_t type;
	/* Ask this server only, without recursion; not set: the resolver. */
	struct ip server;
	uint16_t port; /* 0: 53 */
	bool no_edns, tcp; /* how, for a given server */
	int64_t deadline_ms; /* of the loop's clock (loop.h) */
	struct arena *a;     /* for the answer */
	struct dns_answer *answer;
	void (*done)(struct dns_query *q);
	void *arg;   /* of who asks */
	void *inner; /* of the resolver that works on it */
};

struct dns_resolver {
	/*
	 * Start work on q.  Failures are answers, so nothing is returned; q
	 * may be done when this returns.
	 */
	void (*ask)(struct dns_resolver *r, struct dns_query *q);
	/* q is no longer wanted; done() will not be called. */
	void (*cancel)(struct dns_resolver *r, struct dns_query *q);
	/* Not from within done(). */
	void (*free)(struct dns_resolver *r);
	/* For people: "the servers of this network", "192.0.2.53 port 5300". */
	sv (*name)(const struct dns_resolver *r);
};

static inline void dns_resolver_free(struct dns_resolver *r)
{
	if (r)
		r->free(r);
}

/*
 * Give q the answer "no usable answer" or bogus and say that it is done.  The
 * texts are kept by reference.
 */
void dns_fail(struct dns_query *q, enum dns_state state, sv server, sv why);

/* ---- what records say; false or 0 where the bytes are none of that type ---- */

/* A TXT record's strings joined (RFC 7208 3.3, RFC 6376 3.6.2.2). */
sv dns_txt(struct arena *a, const struct dns_rr *rr);
/* Its strings one by one: start with *at = 0; false at the end. */
bool dns_txt_next(const struct dns_rr *rr, size_t *at, sv *string);

bool dns_ip(const struct dns_rr *rr, struct ip *out);
bool dns_mx(const struct dns_rr *rr, unsigned *preference,
            struct dns_name *host);
/* The name in NS, CNAME, PTR, DNAME. */
bool dns_target(const struct dns_rr *rr, struct dns_name *out);

struct dns_soa {
	struct dns_name mname, rname;
	uint32_t serial, refresh, retry, expire, minimum; /* seconds */
};
bool dns_soa(const struct dns_rr *rr, struct dns_soa *out);

struct dns_tlsa {
	uint8_t usage, selector, matching;
	sv data;
};
bool dns_tlsa(const struct dns_rr *rr, struct dns_tlsa *out);

/*
 * Text as in a zone file ("10 mail.example.org."), "\# 4 C0000201" (RFC 3597)
 * for types not known here.
 */
sv dns_rdata_text(struct arena *a, uint16_t type, sv rdata);
/*
 * The other way.  MW_ESYNTAX and the offset of the fault; MW_ENOMEM.  A TXT
 * value without quotation marks is one string up to its end, however long: it
 * is cut into strings of 255 octets.
 */
enum mw_status dns_rdata_from(struct arena *a, uint16_t type, sv text,
                              sv *out, struct mw_err *err);

#endif
