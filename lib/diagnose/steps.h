/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DIAGNOSE_STEPS_H
#define DIAGNOSE_STEPS_H

#include "diagnose/diagnose.h"

/*
 * Fill in what the knowledge base and the overrides of the rule say: verdict,
 * explanation, actor, permanence, retry, scope, fix, verify, references.
 * Needs cause, values, spoke, direction, stage and reply of d.
 */
void diag_knowledge(struct arena *a, struct diagnosis *d,
                    const struct diag_options *opt);

#endif
