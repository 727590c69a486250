/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * receiver.h - what large receivers demand: data/receivers, over findings
 *
 * A rule says which findings prove it broken and which prove it kept; nothing
 * is asked here.  What no finding tells stays not known, and some demands
 * (complaints, the look of a message) nobody can see from outside.
 * doc/findings.md tells the format.
 */
#ifndef CHECK_RECEIVER_H
#define CHECK_RECEIVER_H

#include "check/findings.h"

#define RECEIVERS_MAX 64
#define RECEIVER_RULES_MAX 24
/* Lines of Broken and of Kept in one rule. */
#define RECEIVER_PROOFS_MAX 16

enum receiver_scope {
	RECEIVER_ALL,      /* every mail */
	RECEIVER_BULK,     /* of who sends much */
	RECEIVER_FORWARDER /* of who passes on the mail of others */
};

enum receiver_effect { RECEIVER_REJECT, RECEIVER_JUNK, RECEIVER_NONE };

struct receiver_rule {
	const char *id, *demand;
	enum receiver_scope scope;
	enum receiver_effect effect;
	const char *replies; /* "550 5.7.25"; NULL: not known */
	const char *when;    /* "ipv6": where such an address sends */
	const char *needs;   /* "ip", "helo", "message": what it is about */
	const char *see;     /* where one sees what is not seen from here */
	/*
	 * Ids, "area.*" or "id@list", separated by blanks: all of a line, any
	 * line.
	 */
	const char *broken[RECEIVER_PROOFS_MAX], *kept[RECEIVER_PROOFS_MAX];
	size_t nbroken, nkept;
};

struct receiver {
	const char *id, *name, *domains, *bulk, *ref;
	struct receiver_rule rule[RECEIVER_RULES_MAX];
	size_t nrule;
};

struct receivers;

/*
 * Read text (files one behind the other) into a.
 *	MW_ESYNTAX	err->where is the line, err->text what is wrong
 *	MW_ENOMEM	no memory
 */
enum mw_status receivers_read(struct arena *a, sv text, struct receivers **out,
                              struct mw_err *err);

/* Told of each stanza that is left out: ->where is its line. */
typedef void receivers_wrong(void *arg, const struct mw_err *err);

/*
 * Add a file of the user: a receiver takes the place of the one of that id
 * that is there, with all its rules.  Mistakes are told.  MW_ENOMEM.
 */
enum mw_status receivers_add(struct arena *a, struct receivers *k, sv text,
                             receivers_wrong *tell, void *arg);

/* By its id, or a domain that it takes mail for; NULL: not known. */
const struct receiver *receivers_get(const struct receivers *k, sv name);
size_t receivers_count(const struct receivers *k);
const struct receiver *receivers_nth(const struct receivers *k, size_t i);

/* MW_EINVAL where names tells one that is not known. */
enum mw_status receivers_named(const struct receivers *k, sv names,
                               struct mw_err *err);

/*
 * One finding for each receiver that names tells ("google, yahoo"; "all"),
 * from those in runs[0..n).  *out is a run of its own, whose arena the
 * caller frees, as checks_end() does.  Names that are not known are passed
 * over.  MW_ENOMEM.
 */
enum mw_status receivers_judge(const struct receivers *k, sv names,
                               const struct findings *known,
                               const struct check_run *runs, size_t n,
                               const struct check_target *target,
                               struct check_run *out, struct mw_err *err);

/* Those that are built in: the text, of all files. */
extern const char receivers_builtin[];
extern const size_t receivers_builtin_n;

#endif
