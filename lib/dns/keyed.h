/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keyed.h - questions to lists that want a key in the name
 *
 * Some DNS lists answer only to names such as 2.0.0.127.KEY.list.example.org.
 * The key is a password of its owner, so all the program works with, shows and
 * records is the name with DNS_KEY_LABEL in its place.  This layer puts the
 * key in just before the question goes out, and masks it in what comes back.
 *
 * Text form of the keys, one a line: the zone, or one above several, and the
 * key; the longest zone that fits counts.
 *
 *	# comment
 *	dq.example.net 1234567890abcdef
 */
#ifndef DNS_KEYED_H
#define DNS_KEYED_H

#include "dns/dns.h"

#define DNS_KEY_LABEL "_key"
/* Keys of one file. */
#define DNS_KEYS_MAX 64
/* Real ones have some thirty signs; fewer would be found by chance. */
#define DNS_KEY_MIN 8

struct dns_keys;

/*
 * Read a text of keys into a.  What is wrong is never quoted: it may be a key.
 *	MW_ESYNTAX	err->where is the line
 *	MW_ELIMIT	more than DNS_KEYS_MAX
 *	MW_ENOMEM	no memory
 */
enum mw_status dns_keys_read(struct arena *a, sv text, struct dns_keys **out,
                             struct mw_err *err);

/* Is there a key for that zone?  keys may be NULL. */
bool dns_keys_has(const struct dns_keys *keys, const struct dns_name *zone);

/*
 * A resolver that asks below with the keys put in.  Both are borrowed.  Free
 * it once no question is under way.  NULL if there is no memory.
 */
struct dns_resolver *dns_keyed_resolver(const struct dns_keys *keys,
                                        struct dns_resolver *below);

#endif
