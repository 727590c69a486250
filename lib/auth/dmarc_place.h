/* SPDX-License-Identifier: BSD-2-Clause */
/* dmarc_place.h - one name's DMARC records, and the walk up the tree */
#ifndef AUTH_DMARC_PLACE_H
#define AUTH_DMARC_PLACE_H

#include "auth/dmarc.h"

struct dmarc_walk_step {
	struct dns_name name;
	const struct dns_answer *answer;
	size_t nvalid;
	enum dmarc_psd psd; /* of the only valid one */
};

struct dmarc_walk {
	struct dmarc_walk_step step[DMARC_WALK_MAX];
	size_t n;
	bool failed; /* a question got no answer: org is a guess */
	struct dns_name org;
	const struct dmarc_walk_step *at_org, *psd; /* NULL: none there */
};

/* TXT at _dmarc.<name>; NULL where the name is too long for one. */
const struct dns_answer *dmarc_ask(struct facts *f,
                                   const struct dns_name *name);

/* Look at one name; STEP_WAIT where the answer is not there. */
enum step dmarc_look(struct facts *f, const struct dns_name *name,
                     struct dmarc_walk_step *out);

/* RFC 9989 sections 4.10 and 4.10.2. */
enum step dmarc_walk(struct facts *f, const struct dns_name *start,
                     struct dmarc_walk *out);

/* Ask all names of a walk at once. */
void dmarc_walk_ahead(struct facts *f, const struct dns_name *start);

/* Parse what is there.  MW_OK or MW_ENOMEM. */
enum mw_status dmarc_place_read(struct arena *a,
                                const struct dmarc_walk_step *step,
                                struct dmarc_place *out);

#endif
