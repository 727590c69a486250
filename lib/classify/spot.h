/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spot.h - values in running text, where no pattern says what to expect
 *
 * For what is written about replies: a rule should not spell values out, and
 * a reply that is shown to others should not hold them.  A guess: it finds
 * what looks like an address, a name, a link, a number.
 */
#ifndef CLASSIFY_SPOT_H
#define CLASSIFY_SPOT_H

#include "classify/slot.h"

struct spot {
	enum slot_kind kind; /* not SLOT_ZONE, SLOT_WORD, SLOT_REPLY */
	size_t from, to;
};

/*
 * The first value that begins at i or behind; false if there is none.  Names
 * of DNS lists (known to rs) and codes are no values.  Work is linear in the
 * text as long as words are.
 */
bool spot_next(const struct ruleset *rs, sv text, size_t i, struct spot *out);

#endif
