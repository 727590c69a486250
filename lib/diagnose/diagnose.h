/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose.h - attempts, rules and knowledge joined to an answer (offline)
 *
 * Input is what paste/ found; output are diagnoses: what happened, who has to
 * act, whether waiting helps, the fix.  Strings live in the arena given, in
 * the input, or in static tables.
 */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include "base/err.h"
#include "classify/classify.h"
#include "kb/kb.h"
#include "paste/paste.h"

/* Whose fix steps come first. */
enum diag_role { ROLE_ANY, ROLE_SENDER, ROLE_ADMIN, ROLE_DEVELOPER, ROLE_LIST };

bool diag_role_from(sv name, enum diag_role *out);
const char *diag_role_name(enum diag_role role);

#define DIAG_MAX_OWN 32

struct diag_options {
	sv said_by;            /* provider's id or alias, or a host */
	enum smtp_stage stage; /* where the paste does not tell */
	enum ev_form form;     /* FORM_UNKNOWN: find out */
	enum diag_role role;
	sv own[DIAG_MAX_OWN];  /* own hosts, addresses, domains */
	size_t nown;
	/*
	 * For many mails and for programs: no steps, explanations, nearest
	 * rules or prose, which the cause leads to.
	 */
	bool brief;
	/* Not empty: a text to pass on instead of the prose. */
	sv forward;    /* its language */
	sv forward_to; /* an actor; empty: whoever must act */
};

struct diag_value {
	sv name, value;
};

#define DIAG_MAX_VALUES 64

/* A numbered step; records and commands belong to it. */
struct diag_step {
	sv text;
	const char *kind, *where; /* where may be empty */
	struct {
		sv op, name, type, value;
	} record;  /* op empty: none */
	sv command; /* empty: none */
	bool first; /* for the role that asks */
	bool spare; /* for a product of which the paste tells nothing */
};

#define DIAG_MAX_STEPS 32

/* A code of the provider's own that the reply carries, explained. */
struct diag_tag {
	sv text; /* as it stands in the reply */
	const char *provider, *meaning, *ref, *checked;
};

#define DIAG_MAX_TAGS 4

struct diag_evidence {
	sv text;
	size_t offset, length; /* bytes of the raw input */
	sv rule;
};

struct diag_alt {
	const struct kb_cause *cause;
	enum confidence confidence;
	sv question;
};

enum diag_claim { CLAIM_NONE, CLAIM_PERMANENT, CLAIM_TEMPORARY };

struct diagnosis {
	const struct attempt *at;
	const char *file; /* name of the input, or NULL */
	struct classification cl;
	const struct kb_cause *cause;
	enum confidence confidence;
	unsigned count; /* identical ones merged */
	/* The next one that differs only in the recipient; text shows one. */
	struct diagnosis *alike;
	bool follows; /* it is such a one */
	unsigned number; /* among those that people read; 0: the only one */

	sv verdict;
	sv explain[8], technical[4];
	size_t nexplain, ntechnical;
	sv actor, with[4];
	size_t nwith;
	enum ev_spoke spoke;
	enum ev_direction direction;
	enum ev_action action;
	bool expired; /* the queue time is over */
	enum smtp_stage stage;
	sv host, provider_id, provider_name;
	enum diag_claim claimed;
	sv actual; /* permanence */
	sv retry, retry_note;
	uint32_t retry_after_s;
	sv scope;
	struct reply reply; /* code, status and the text people read */
	struct diag_tag tags[DIAG_MAX_TAGS];
	size_t ntags;
	struct diag_value *values; /* at most DIAG_MAX_VALUES */
	size_t nvalues;
	struct diag_evidence evidence[PATTERN_MAX_RUNS];
	size_t nevidence;
	struct diag_alt alts[CLASSIFY_MAX_ALTS];
	size_t nalts;
	struct diag_step *fix, *verify; /* at most DIAG_MAX_STEPS each */
	size_t nfix, nverify;
	const char *refs[16];
	size_t nrefs;
	struct near_rule near[3]; /* where no rule knows the words */
	size_t nnear;
};

struct diagnoses {
	struct diagnosis **v;
	size_t n, cap;
	struct paste_seen seen;
	bool more; /* what found no room was left out */
};

/*
 * Explain a paste.
 *	MW_OK		*out is filled; nothing recognised gives out->n == 0
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status diagnose_paste(struct arena *a, struct classifier *c, sv input,
                              const struct diag_options *opt,
                              struct diagnoses *out, struct mw_err *err);

/*
 * The same for one attempt that was read elsewhere; input is what its offsets
 * are of.
 */
enum mw_status diagnose_attempt(struct arena *a, struct classifier *c, sv input,
                                const struct attempt *at,
                                const struct diag_options *opt,
                                struct diagnoses *out, struct mw_err *err);

/*
 * Append what "more" holds to *all; file is the name of its input, or NULL.
 * False where a is exhausted.
 */
bool diagnoses_append(struct arena *a, struct diagnoses *all,
                      const struct diagnoses *more, const char *file);

/* The value of that name, or an empty view. */
sv diag_value(const struct diagnosis *d, sv name);

/* A diagnosis that knows nothing but its cause; NULL where a is exhausted. */
struct diagnosis *diag_blank(struct arena *a, const struct kb_cause *cause);

/*
 * JSON and prose of diagnoses, as members of root (an object).  False if a
 * has no room for all of them: the last ones are left out.
 */
struct rnode;
bool diagnose_tree(struct arena *a, const struct diagnoses *ds,
                   const struct diag_options *opt, struct rnode *root);

/* All about a cause, as a member of list: what is known without a paste. */
enum mw_status diagnose_cause(struct arena *a, const struct kb_cause *cause,
                              struct rnode *list, struct mw_err *err);

#endif
