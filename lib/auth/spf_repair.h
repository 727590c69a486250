/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf_repair.h - the SPF record that a domain should publish instead
 *
 * Steps, each on top of the one before, gentlest first; what is not needed is
 * left out.  Nothing is taken away that lets mail pass today, but what is said
 * in the step's changes; ptr, and a term that could not be read, are such.
 * Whoever shows a step proves it: judge again with its record laid over the
 * world.
 *
 * Not seen from here, and gentler than flattening: which of the included
 * services still send, and whether one can have a MAIL FROM domain of its own.
 */
#ifndef AUTH_SPF_REPAIR_H
#define AUTH_SPF_REPAIR_H

#include "auth/spf.h"

/* Address ranges that flattening may put into a record. */
#define SPF_NETS_MAX 1024
/* Changes of one step that are told. */
#define SPF_CHANGES_MAX 1024

enum spf_change_id {
	SPF_CHANGE_MERGED,    /* stands in another record of the domain */
	SPF_CHANGE_SPELLING,  /* written as it was meant */
	SPF_CHANGE_UNREADABLE, /* dropped: nobody can tell what it means */
	SPF_CHANGE_AFTER_ALL,
	SPF_CHANGE_REDIRECT_WITH_ALL,
	SPF_CHANGE_DUPLICATE,
	SPF_CHANGE_COVERED,   /* all its addresses are those of "by" */
	SPF_CHANGE_IN_INCLUDE, /* included by "by" as well */
	SPF_CHANGE_VOID,      /* its name has no such records */
	SPF_CHANGE_VOID_INCLUDE, /* no record there: an error for everybody */
	SPF_CHANGE_LOOP,      /* includes the domain itself */
	SPF_CHANGE_PTR,
	SPF_CHANGE_MOVED,     /* what costs nothing stands first */
	SPF_CHANGE_FLATTENED, /* its addresses of today instead */
	SPF_CHANGE_N
};

/* "merged", "void-include" ...; never renamed. */
const char *spf_change_name(enum spf_change_id id);

struct spf_change {
	enum spf_change_id id;
	sv was; /* the term */
	sv now; /* what stands there instead; empty: dropped, or moved */
	sv by;  /* the term that makes it needless */
};

enum spf_repair_id {
	SPF_REPAIR_MERGE,
	SPF_REPAIR_SYNTAX,
	SPF_REPAIR_DROP,
	SPF_REPAIR_ORDER,
	SPF_REPAIR_FLATTEN,
	SPF_REPAIR_N
};

const char *spf_repair_name(enum spf_repair_id id);

struct spf_repair {
	enum spf_repair_id id;
	sv record; /* the whole text, this step and those before done */
	struct spf_change *change;
	size_t n;
	unsigned terms, voids, voids6; /* the worst case of it */
	bool today; /* true of today's DNS only: look again now and then */
};

struct spf_repairs {
	struct spf_repair step[SPF_REPAIR_N];
	size_t n;       /* 0: nothing to do, or nothing that could be done */
	bool over;      /* more than ten terms are left all the same */
	bool unknown;   /* a question had no answer: nothing was dropped for it */
};

/* rq as for spf_cost(). */
enum step spf_repair(struct facts *f, struct arena *a, sv domain,
                     const struct spf_request *rq, struct spf_repairs *out);

#endif
