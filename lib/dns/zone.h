/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zone.h - a world of names in memory: for tests, recordings and "what if"
 *
 * Text form, one record a line as in a zone file, every name absolute:
 *
 *	# comment
 *	example.org TXT "v=spf1 -all"
 *	example.org 300 MX 10 mail.example.org
 *	_dmarc.example.org !SERVFAIL
 *	slow.example.org !TIMEOUT TXT
 *
 * "!" gives an answer without records for one type, or all: NXDOMAIN, NODATA,
 * SERVFAIL, REFUSED, TIMEOUT, BOGUS.  A name that is not there does not exist,
 * unless names below it do (RFC 8020).  "*" as first label is a wildcard
 * (RFC 4592).
 */
#ifndef DNS_ZONE_H
#define DNS_ZONE_H

#include "dns/dns.h"

struct dns_zone;

/* NULL if there is no memory. */
struct dns_zone *dns_zone_new(void);
void dns_zone_free(struct dns_zone *z);

/*
 * Add what a text says.  MW_ESYNTAX: err->where is the line, nothing behind it
 * was read.
 */
enum mw_status dns_zone_read(struct dns_zone *z, sv text, struct mw_err *err);

/* Add one record, or (rdata.p NULL) the name alone. */
enum mw_status dns_zone_add(struct dns_zone *z, const struct dns_name *name,
                            uint16_t type, uint32_t ttl, sv rdata);
/* The answer to questions of that type (0: any) is a failure or absence. */
enum mw_status dns_zone_state(struct dns_zone *z, const struct dns_name *name,
                              uint16_t type, enum dns_state state, sv why);

/*
 * What is not there does not exist, or (from this call on) is not known: who
 * failed to tell, and why.  Both must outlive the zone.
 */
void dns_zone_unknown(struct dns_zone *z, sv who, sv why);

/* A resolver over z, which must outlive it.  NULL if there is no memory. */
struct dns_resolver *dns_zone_resolver(const struct dns_zone *z);

#endif
