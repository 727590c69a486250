/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay.h - "what if": changed records above any resolver
 *
 * Text form, one change a line:
 *
 *	example.org TXT "v=spf1 -all"	in place of the records of its kind
 *	+example.org MX 20 mx2.example.org	besides those there are
 *	-example.org MX 10 old.example.org	without that one
 *	-example.org TXT			without any of that type
 *
 * TTL and "IN" may stand before the type.  Records of the same kind: for TXT
 * those of the same purpose (SPF, DMARC, DKIM key, MTA-STS, TLS-RPT, BIMI; any
 * other text replaces only its own like), for other types the whole set.  All
 * lines of one kind at one name replace together.  Deletions concern what is
 * published, not what other lines add.
 *
 * A name that gets records exists, and so do those above it; one that loses all
 * keeps existing.  Records added at an alias (CNAME) take its place for their
 * type.  "*" as first label is a wildcard (RFC 4592).  Aliases, added ones and
 * published ones, are followed through the changes at each step.
 *
 * Not modelled: a published wildcard still answers for the other types of a name
 * that is added beside it; an added DNAME is a record and leads nowhere.
 *
 * Answers in which a change had a part are marked hypothetical.  Their trust is
 * that of what is published there now: a signed zone will sign them too.
 */
#ifndef DNS_OVERLAY_H
#define DNS_OVERLAY_H

#include "dns/dns.h"

struct dns_overlay;

/* Changes in all; a user writes a handful, a program some thousand. */
#define DNS_OVERLAY_MAX 65536
#define DNS_OVERLAY_NAME 1024 /* of one name */

/* NULL if there is no memory. */
struct dns_overlay *dns_overlay_new(void);
void dns_overlay_free(struct dns_overlay *o);

/*
 * Add what a text says.  MW_ESYNTAX: err->where is the line, and nothing from
 * it on was read; MW_ELIMIT; MW_ENOMEM.
 */
enum mw_status dns_overlay_read(struct dns_overlay *o, sv text,
                                struct mw_err *err);

size_t dns_overlay_count(const struct dns_overlay *o);

/*
 * A resolver that asks below and lays o over its answers.  Both are borrowed.
 * Free it once no question is under way.  NULL if there is no memory.
 */
struct dns_resolver *dns_overlay_resolver(const struct dns_overlay *o,
                                          struct dns_resolver *below);

#endif
