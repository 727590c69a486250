/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * draft.h - from a reply to the Text and Seen of a rule that knows it
 *
 * Values become slots in the Text, and documentation values in the Seen: the
 * same value is replaced by the same one everywhere, and a name below another
 * stays below it.
 */
#ifndef API_DRAFT_H
#define API_DRAFT_H

#include "base/arena.h"
#include "classify/ruleset.h"

/* What stands for values in the Text. */
enum draft_slots {
	DRAFT_SLOTS, /* slots of their kind */
	DRAFT_STARS, /* '*': the way out where slots do not match again */
	DRAFT_NONE   /* nothing: the longest row of words without values */
};

struct draft_text {
	sv text;  /* pattern, in the syntax of rules files */
	sv seen;  /* without codes */
	sv words; /* "message-size-exceeds": for the rule's id; may be empty */
};

/*
 * reply is without codes; it may hold anything.  Both parts live in a, where
 * errors are sticky.  False where the reply holds no words.
 */
bool draft_text(struct arena *a, const struct ruleset *rs, sv reply,
                enum draft_slots how, struct draft_text *out);

#endif
