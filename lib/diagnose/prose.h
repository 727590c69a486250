/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DIAGNOSE_PROSE_H
#define DIAGNOSE_PROSE_H

#include "diagnose/diagnose.h"
#include "result/result.h"

/* The prose of one diagnosis, as members of its object n. */
void diag_prose(struct arena *a, struct rnode *n, const struct diagnosis *d);

/* The prose of a cause without a paste. */
void diag_prose_cause(struct arena *a, struct rnode *n,
                      const struct diagnosis *d);

/* One line that sums up several diagnoses; nothing for one. */
void diag_prose_summary(struct arena *a, struct rnode *root,
                        const struct diagnoses *ds);

#endif
