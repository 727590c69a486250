/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf_respell.h - a record as it was meant, and several as one
 *
 * Text only: the DNS is not asked.
 */
#ifndef AUTH_SPF_RESPELL_H
#define AUTH_SPF_RESPELL_H

#include "auth/spf_repair.h"

/* The changes of one step, as they come. */
struct spf_changes {
	struct arena *a;
	struct spf_change *change;
	size_t n, cap;
};

void spf_changes_add(struct spf_changes *c, enum spf_change_id id, sv was,
                     sv now, sv by);

/*
 * The text of r without its fatal faults; r's own text where it has none.
 * What cannot be understood goes.  Empty where memory is exhausted.
 */
sv spf_respell(struct arena *a, const struct spf_record *r,
               struct spf_changes *c);

/* A text that was no record, as one; empty where it cannot be told. */
sv spf_respell_near(struct arena *a, sv near, struct spf_changes *c);

/* All records of a name in one. */
sv spf_merge(struct arena *a, const struct spf_set *set,
             struct spf_changes *c);

#endif
