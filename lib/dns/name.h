/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.h - domain names, in wire form and lower case (RFC 1035 section 3.1)
 *
 * A label may hold any byte; in text what is no letter, digit, hyphen or
 * underscore is escaped as in zone files ("\." and "\255").
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/ip.h"

#define DNS_NAME_MAX 255
#define DNS_LABEL_MAX 63
/* Four signs for each byte, and the end. */
#define DNS_NAME_TEXT 1021

struct dns_name {
	uint8_t n; /* bytes of w, the root's label included; 0: not set */
	uint8_t w[DNS_NAME_MAX];
};

/*
 * From text, escapes resolved, with or without the last dot.  False where a
 * label is empty or over 63 bytes, or the whole over 255.
 */
bool dns_name_from(sv text, struct dns_name *out);

/* From text in which only the dot is special: names in SPF and mail. */
bool dns_name_plain(sv text, struct dns_name *out);

/* Without the last dot ("." for the root); a view into out. */
sv dns_name_text(const struct dns_name *name, char out[DNS_NAME_TEXT]);

bool dns_name_eq(const struct dns_name *a, const struct dns_name *b);
uint64_t dns_name_hash(const struct dns_name *name);

/* Is it that name or one below it? */
bool dns_name_under(const struct dns_name *name, const struct dns_name *top);

/* Labels, the root's not counted. */
unsigned dns_name_labels(const struct dns_name *name);

/* Take the first label off; false at the root. */
bool dns_name_up(struct dns_name *name);

/* Put labels (text as for dns_name_plain) before a name. */
bool dns_name_below(sv labels, const struct dns_name *name,
                    struct dns_name *out);

/* 7.2.0.192.in-addr.arpa and its kin (RFC 1035 3.5, RFC 3596 2.5). */
void dns_name_of_ip(const struct ip *ip, struct dns_name *out);

/* The same labels below another name than in-addr.arpa: DNS lists. */
bool dns_name_of_ip_below(const struct ip *ip, const struct dns_name *zone,
                          struct dns_name *out);

#endif
