/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.h - many answers counted: what failed how often, and what to do first
 *
 * A tally is of fixed size whatever is counted: causes are known, providers
 * and days have limits, what does not fit is counted as "other".  One tally a
 * thread; tally_merge() joins them.
 */
#ifndef TALLY_TALLY_H
#define TALLY_TALLY_H

#include "event/attempt.h"
#include "kb/kb.h"
#include "result/result.h"

/* What to do with the address, or the message. */
enum tally_action {
	TALLY_SUPPRESS, /* write to this address no more */
	TALLY_FIX,      /* mend it, then send again */
	TALLY_RETRY,    /* it heals by itself */
	TALLY_KEEP,     /* the address is good, others must act */
	TALLY_NOTHING,  /* nothing has failed */
	TALLY_ACTIONS
};

const char *tally_action_name(enum tally_action a);

/* One answer. */
struct tally_row {
	const struct kb_cause *cause;
	sv actor, permanence; /* ids */
	enum ev_action action;
	enum ev_notice notice;
	bool expired;
	sv class;    /* in another vocabulary; may be empty */
	sv provider; /* who refused; may be empty */
	sv day;      /* "2026-11-24"; may be empty */
};

/*
 * Suppress only where the address itself is at fault and the failure final:
 * never for what the sender, a list or a full disk is the reason of.
 */
enum tally_action tally_action_of(const struct tally_row *row);

/* More providers than there are rules for nobody meets. */
#define TALLY_PROVIDERS 256
/* There are about as many causes. */
#define TALLY_CLASSES 256
/* Three years of days. */
#define TALLY_DAYS 1100
#define TALLY_NAME 64

struct tally;

/* NULL if there is no memory. */
struct tally *tally_new(void);
void tally_free(struct tally *t);

void tally_add(struct tally *t, const struct tally_row *row);
/* Mails read, and those of them that tell of no delivery. */
void tally_mail(struct tally *t, bool told);
/* An input that could not be read, or not wholly. */
void tally_problem(struct tally *t);
void tally_merge(struct tally *into, const struct tally *from);

uint64_t tally_failures(const struct tally *t);

/*
 * The summary as members of root (an object), data and prose.  vocabulary is
 * what people call the one of the classes; NULL: none were counted.
 */
void tally_tree(struct arena *a, const struct tally *t,
                const char *vocabulary, struct rnode *root);

#endif
