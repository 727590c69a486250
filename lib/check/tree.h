/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.h - findings as a result tree (doc/schema/check.json) */
#ifndef CHECK_TREE_H
#define CHECK_TREE_H

#include "check/findings.h"
#include "result/result.h"

/* What came of the run with the proposed records laid over the world. */
enum proof {
	PROOF_NONE,   /* nothing was proposed, or it was not tried */
	PROOF_HEALED, /* the finding is gone */
	PROOF_FAILED  /* it is there still: the proposal is not shown */
};

/* Which finding of the first run is gone in the second one. */
struct proofs {
	const struct check_run *again; /* NULL: no second run */
	size_t nagain;
};

/*
 * Add the list "findings" and the prose for people to root.  zone: the apex
 * of the domain's zone (text), for names as panels want them; may be empty.
 * *errors counts failures of severity error, *unknown what stayed unknown.
 */
void check_tree(struct arena *a, const struct findings *known,
                const struct check_run *runs, size_t n,
                const struct proofs *proofs, sv zone, struct rnode *root,
                size_t *errors, size_t *unknown);

/* The list "trees", and each for people; nothing where there are none. */
void check_drawings(struct arena *a, const struct check_run *runs, size_t n,
                    struct rnode *root);

/* The records of all findings as lines for an overlay; empty: none. */
sv check_proposals(struct arena *a, const struct findings *known,
                   const struct check_run *runs, size_t n);

/* `mailwhy checks`: all checks, or what is known about one or one finding. */
bool check_catalogue(struct arena *a, const struct findings *known, sv id,
                     struct rnode *root, struct rnode **items);

#endif
