/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof.h - rules held to the replies that they carry as their own tests
 *
 * For each Seen: its rule wins it; it does so with other values in the slots,
 * and with the tail behind the last word of its text cut off; and no other
 * rule of another cause is as strong.
 */
#ifndef CLASSIFY_PROOF_H
#define CLASSIFY_PROOF_H

#include "classify/classify.h"
#include "classify/compile.h"

/*
 * Returns the number of mistakes, each told to complain.  ties tells whether
 * ties are mistakes: among built-in rules they are.  base is consulted behind
 * rs, as at run time (NULL: rs alone).
 */
size_t rules_prove(const struct ruleset *rs, const struct ruleset *base,
                   bool ties, rules_complain *complain, void *arg);

#endif
