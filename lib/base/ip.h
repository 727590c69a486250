/* SPDX-License-Identifier: BSD-2-Clause */
/* ip.h - addresses of version 4 and 6, and ranges of them */
#ifndef BASE_IP_H
#define BASE_IP_H

#include "base/sv.h"

struct ip {
	uint8_t bytes;  /* 4 or 16; 0: not set */
	uint8_t at[16]; /* in network order, the first "bytes" of them */
};

/* Room for any address as text, its end included. */
#define IP_TEXT 46

/* "192.0.2.1", "2001:db8::1"; no zone, no brackets, no port. */
bool ip_parse(sv text, struct ip *out);

/* As RFC 5952 wants it; a view into out. */
sv ip_text(const struct ip *ip, char out[IP_TEXT]);

bool ip_eq(const struct ip *a, const struct ip *b);

/* Are the first "bits" of both the same?  Never for different versions. */
bool ip_in(const struct ip *a, const struct ip *range, unsigned bits);

/* ::ffff:192.0.2.1 becomes 192.0.2.1 (RFC 7208 section 5). */
void ip_unmap(struct ip *ip);

/*
 * Can nobody outside of a network reach it: private, loopback, link-local,
 * shared (RFC 6890)?  Documentation addresses count as public ones.
 */
bool ip_is_private(const struct ip *ip);

#endif
