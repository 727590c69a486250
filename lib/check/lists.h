/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lists.h - asking DNS lists, and believing them only where they prove sound
 *
 * Every list is asked for its own test points too (RFC 5782 section 5): what
 * must be listed has to be, and what must not be has to be absent.  A refusal,
 * an answer outside of 127.0.0.0/8, a list that knows everything or nothing,
 * silence and a code that nobody knows are no listing and no "not listed":
 * they are found as what they are.  Dead lists are never asked.
 */
#ifndef CHECK_LISTS_H
#define CHECK_LISTS_H

#include "check/check.h"
#include "check/zones.h"

/* Names and addresses in one run. */
#define LISTS_SUBJECTS_MAX (2 * CHECK_LIST_MAX)

struct lists_subject {
	sv about;     /* as people know it */
	sv role;      /* of a name: "the name in HELO"; else empty */
	struct ip ip; /* bytes is 0: it is a name */
	struct dns_name name;
	struct dns_name domain; /* the registered one; n is 0: not known */
};

/* What differs between lists of addresses and of names. */
struct lists_kind {
	const char *about; /* of what is wrong with lists: "lists of names" */
	const char *ok;    /* the finding that nothing is listed */
	/* The finding for a listing of that cause. */
	const char *(*listed)(const struct zone_known *z, const char *cause);
};

enum step lists_check(struct check_run *run, const struct lists_subject *s,
                      size_t n, const struct lists_kind *kind);

/* Is that list asked at all, with the keys that there are? */
bool lists_asked(const struct check_target *t, const struct zone_known *z);

/*
 * The name as a subject, where it is one that is known outside: the lists
 * learn no names of private networks.
 */
bool lists_name(struct check_run *run, sv text, const char *role,
                struct lists_subject *out);

#endif
