/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DIAGNOSE_FORWARD_H
#define DIAGNOSE_FORWARD_H

#include "diagnose/diagnose.h"
#include "result/result.h"

/*
 * The text to pass on to "to" (an actor; empty: whoever must act), in a
 * language that forward_has_lang() knows: member "forward" of n, and prose.
 */
void diag_forward(struct arena *a, struct rnode *n, const struct diagnosis *d,
                  sv lang, sv to);

#endif
