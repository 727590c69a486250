/* SPDX-License-Identifier: BSD-2-Clause */
/* spf_nets.h - sets of address ranges, for repairs of SPF records */
#ifndef AUTH_SPF_NETS_H
#define AUTH_SPF_NETS_H

#include "auth/spf_repair.h"
#include "base/buf.h"

struct spf_net {
	struct ip ip; /* bits behind "bits" are 0 */
	uint8_t bits;
};

struct spf_nets {
	struct spf_net *net;
	size_t n, cap;
	bool full; /* SPF_NETS_MAX was not enough */
};

void spf_nets_add(struct arena *a, struct spf_nets *s, const struct ip *ip,
                  unsigned bits);

/* Addresses of an answer, each with bits behind it. */
void spf_nets_answer(struct arena *a, struct spf_nets *s,
                     const struct dns_answer *an, const struct spf_term *t);

/* Ordered, none inside another, halves of a range as the range. */
void spf_nets_tidy(struct spf_nets *s);

/* Is the range inside one of s? */
bool spf_nets_cover(const struct spf_nets *s, const struct spf_net *net);

/* " ip4:192.0.2.0/24 ip6:2001:db8::1" */
void spf_nets_put(const struct spf_nets *s, char qualifier, struct buf *out);

/*
 * All addresses that pass by a term of spf_cost()'s trace.  False where that
 * cannot be told: macros, ptr, terms of another kind than pass, no answers.
 */
bool spf_nets_of(struct arena *a, const struct spf_term *t,
                 const struct spf_seen *s, struct spf_nets *out);

#endif
