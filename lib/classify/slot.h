/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slot.h - the kinds of values that stand between the words of a reply
 *
 * Works on normalised text.  A redaction mark ("x.x.x.x", "[redacted]",
 * "user@***", a list in data/redactions) stands for any value of a kind that
 * people hide: it matches, and the value is withheld.
 */
#ifndef CLASSIFY_SLOT_H
#define CLASSIFY_SLOT_H

#include "classify/ruleset.h"

/* The longest value; RFC 5321 limits paths to 256, URLs are longer. */
#define SLOT_MAX 512

struct slot_want {
	enum slot_kind kind;
	uint32_t lo, hi; /* SLOT_NUMBER */
};

/* The longest extent of such a value that begins at i; 0 if there is none. */
size_t slot_longest(const struct ruleset *rs, struct slot_want want, sv text,
                    size_t i);

/* Do exactly the bytes from..to make such a value? */
bool slot_is(const struct ruleset *rs, struct slot_want want, sv text,
             size_t from, size_t to);

/* Is this value a redaction mark, its content withheld? */
bool slot_withheld(const struct ruleset *rs, enum slot_kind kind, sv value);

/*
 * The address at the start of *s ("127.0.0.2") as a number, *s moved behind it;
 * 0 where there is none.
 */
uint32_t zone_answer(sv *s);

/*
 * The list that this name is, or is a private copy of; NULL if none.  *of
 * (may be NULL) is the set whose strings it uses.
 */
const struct zone *zone_find(const struct ruleset *rs, sv name,
                             const struct ruleset **of);

/* "ip", "domain", ...; -1 if there is no such kind. */
int slot_kind_from(sv name);

/* "ip" and so on. */
const char *slot_kind_name(enum slot_kind kind);

/* Name under which a slot's value is kept if the rule gives none; may be "" */
const char *slot_default_name(enum slot_kind kind);

/* Checks of single values, also for what is not normalised. */
bool is_ipv4(sv s);
bool is_ipv6(sv s);
bool is_domain(sv s);
bool is_mailbox(sv s);

#endif
