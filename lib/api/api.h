/* SPDX-License-Identifier: BSD-2-Clause */
/* api.h - what the files of the public interface share */
#ifndef API_API_H
#define API_API_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "classify/classify.h"
#include "classify/compile.h"
#include "diagnose/diagnose.h"
#include "live/live.h"
#include "mailwhy/mailwhy.h"
#include "result/result.h"

/* Classifiers that wait for the next call: as many as run at once, mostly. */
#define CTX_IDLE 16

/*
 * Rules are compiled once, under the lock, and only read from then on.  What
 * a call writes while it classifies is in a classifier, which it borrows.
 */
struct mw_ctx {
	pthread_mutex_t lock; /* of all members but ready and idle */
	atomic_bool ready; /* sets are there, for good */
	struct arena *a; /* user's rules */
	struct rules_builder *b; /* NULL: none added */
	struct ruleset user, builtin; /* two that know of each other */
	const struct ruleset *sets[2];
	size_t nsets;
	struct live_file *files; /* the user's, for the second library */
	size_t nfiles, files_cap;
	_Atomic(struct classifier *) idle[CTX_IDLE];
	/* who is told of mistakes while rules are added */
	mw_complain *complain;
	void *arg;
};

struct mw_answer {
	struct arena *a;
	struct rnode *root;
	struct rnode *items; /* the list that is counted */
	const char *class_path; /* of one more column of CSV; NULL: none */
	struct buf text;
	/* of checks */
	size_t errors, unknown;
};

/* Compile the user's rules, once. */
enum mw_status ctx_ready(struct mw_ctx *ctx, struct mw_err *err);

/* ctx_ready(), and a classifier for this call; NULL: st tells why. */
struct classifier *ctx_take(struct mw_ctx *ctx, enum mw_status *st,
                            struct mw_err *err);
/* Give it back. */
void ctx_give(struct mw_ctx *ctx, struct classifier *c);

/*
 * Structs of callers who were compiled with another header.  Copies the n
 * bytes that we know, what the caller does not have as zeroes; false if .size
 * is not set, or if the caller uses members that we do not know.
 */
bool sized_in(void *to, size_t n, const void *from);
/* Copies what both know; .size stays that of the caller. */
void sized_out(void *to, const void *from, size_t n);

/* Make *opt point to a whole copy, if there is any. */
enum mw_status sized_options(const struct mw_explain_options **opt,
                             struct mw_explain_options *copy,
                             struct mw_err *err);

/* The same options as the library's parts take them; opt may be NULL. */
enum mw_status explain_options(const struct mw_explain_options *opt,
                               struct diag_options *out, struct mw_err *err);

/*
 * An answer with schema, tool and command filled in.  NULL if there is no
 * memory.
 */
struct mw_answer *answer_new(size_t limit, const char *command);

/*
 * CSV of diagnoses, with or without its head; the class in a vocabulary is the
 * last column, where class_path() tells it (NULL: there is none).
 */
void answer_csv(const struct rnode *items, const char *path, bool head,
                struct buf *out);
/* Where a diagnosis has its class in that vocabulary; NULL is accepted. */
const char *class_path(const char *taxonomy);
/* A row with the class in each item; JSON has all of them anyway. */
void classes_said(struct arena *a, const struct rnode *items,
                  const char *taxonomy);

/* Give the diagnoses numbers that marks in the input lead to. */
void source_numbers(struct mw_answer *x, const struct diagnoses *ds);
/* Show the input around the evidence of its n diagnoses. */
void source_said(struct mw_answer *x, const struct mw_input *in,
                 struct diagnosis *const *d, size_t n);

#endif
