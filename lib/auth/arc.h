/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arc.h - does a chain of forwarders vouch for the message? (RFC 8617)
 *
 * A chain that passes says that these domains handled the message in this
 * order, and what the first ones saw.  Whether they are believed is a matter
 * of who receives it.  All input is hostile; work is linear in the header, and
 * the body is hashed once, but again for each set with another form or l=.
 */
#ifndef AUTH_ARC_H
#define AUTH_ARC_H

#include "auth/dkim.h"

/* RFC 8617 section 5.2 step 1. */
#define ARC_SETS_MAX 50

enum arc_result {
	ARC_NONE,
	ARC_PASS,
	ARC_FAIL,
	ARC_TEMPERROR, /* a key could not be had now: nothing is known */
	ARC_NEUTRAL    /* we lacked memory */
};

const char *arc_result_name(enum arc_result result);

enum arc_fault {
	ARC_FINE,
	ARC_TOO_MANY,     /* sets */
	ARC_INSTANCE,     /* a field without i=1..50 that can be read */
	ARC_TWICE,        /* a field of a set is there more than once */
	ARC_GAP,          /* a field of a set is not there */
	ARC_CV,           /* cv= is none but for the first, pass after it */
	ARC_CV_FAIL,      /* a forwarder found it broken */
	ARC_SIGNS_SEAL,   /* h= names ARC-Seal (section 4.1.2) */
	ARC_BAD_MESSAGE,  /* the last ARC-Message-Signature; reason tells more */
	ARC_BAD_SEAL,     /* an ARC-Seal; reason tells more */
	ARC_FAULT_N
};

/* "arc.bad-seal" */
const char *arc_fault_id(enum arc_fault fault);

struct arc_set {
	const struct dkim_field *results; /* ARC-Authentication-Results */
	sv authserv; /* of it: what follows "i=1;" up to the next ';' */
	/* Of both: sig, key, name, header, body, reason; result. */
	struct dkim_verdict message, seal;
};

struct arc_outcome {
	enum arc_result result;
	enum arc_fault fault;
	unsigned at;       /* number of the set that has it; 0: none */
	enum dkim_reason reason; /* of it */
	sv arg;
	struct arc_set *set; /* set[0] has i=1 */
	unsigned n;          /* the highest number that was seen */
	/*
	 * The first set whose message signature, and all later ones, is good;
	 * 0: all are (section 5.2 step 5).  Only where the result is pass.
	 */
	unsigned oldest_pass;
	bool read; /* between calls */
};

/*
 * *out is zeroed before the first call and left alone between calls; it is
 * right once this is STEP_DONE.
 */
enum step arc_validate(struct facts *f, struct arena *a,
                       const struct dkim_mail *m,
                       const struct dkim_options *opt,
                       struct arc_outcome *out);

struct arc_sign {
	struct crypto *crypto;
	const struct crypto_private *key;
	sv domain, selector;
	sv authserv;       /* whose Authentication-Results are passed on */
	sv names;          /* of fields: "from:to"; empty: the usual ones */
	int64_t t;         /* now */
	bool one_piece;    /* b= without folds: what the public suite wants */
	const struct arc_outcome *chain; /* what arc_validate() found */
};

/*
 * The three fields of a new set, to be put before the message; empty where
 * none may be added: a seal says already that the chain is broken (section
 * 5.1), it is full or could not be checked, or nobody of that name has left
 * results.
 *	MW_OK
 *	MW_EINVAL	too many names, or no domain and selector
 *	MW_ENOMEM
 */
enum mw_status arc_sign(struct arena *a, const struct dkim_mail *m,
                        const struct arc_sign *with, sv *out,
                        struct mw_err *err);

#endif
