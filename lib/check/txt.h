/* SPDX-License-Identifier: BSD-2-Clause */
/* txt.h - the one TXT record of its kind at a name, for several checks */
#ifndef CHECK_TXT_H
#define CHECK_TXT_H

#include "auth/fault.h"
#include "check/check.h"

struct txt_found {
	const struct dns_answer *answer;
	struct dns_name name;
	sv at;   /* the name as text */
	sv text; /* of the first one that is of the kind */
	size_t n; /* how many are */
};

/*
 * labels are put before the domain; is_it() tells whether a text is of the
 * kind.  answer is PENDING, or has no answer, or what was found stands.
 */
enum step txt_find(struct check_run *run, sv labels, bool (*is_it)(sv text),
                   struct txt_found *out);

/* Each fault that weighs so much, with its place in the text. */
void txt_show(struct check_run *run, struct finding *f, sv text,
              const struct faults *faults, enum fault_weight least);

/* Propose to have only the first of several. */
void txt_keep_one(struct check_run *run, struct finding *f,
                  const struct txt_found *t, bool (*is_it)(sv text));

#endif
