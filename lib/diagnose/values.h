/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DIAGNOSE_VALUES_H
#define DIAGNOSE_VALUES_H

#include "diagnose/diagnose.h"

/*
 * Fill in d->values from the classification and the attempt, and what can be
 * worked out from them.  Needs direction, reply and provider of d.
 */
void diag_values(struct arena *a, struct diagnosis *d);

#endif
