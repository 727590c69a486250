/* SPDX-License-Identifier: BSD-2-Clause */
/* api.h - what the files of the public interface share */
#ifndef API_API_H
#define API_API_H

#include "base/buf.h"
#include "classify/classify.h"
#include "classify/compile.h"
#include "diagnose/diagnose.h"
#include "mailwhy/mailwhy.h"
#include "result/result.h"

struct mw_ctx {
	struct arena *a; /* user's rules */
	struct rules_builder *b; /* NULL: none added */
	struct ruleset user;
	struct classifier *c; /* NULL: not used yet */
	/* who is told of mistakes while rules are added */
	mw_complain *complain;
	void *arg;
};

struct mw_answer {
	struct arena *a;
	struct rnode *root;
	struct rnode *items; /* the list that is counted */
	struct buf text;
};

/* Compile the user's rules and make the classifier, once. */
enum mw_status ctx_ready(struct mw_ctx *ctx, struct mw_err *err);

/* The same options as the library's parts take them; opt may be NULL. */
enum mw_status explain_options(const struct mw_explain_options *opt,
                               struct diag_options *out, struct mw_err *err);

/*
 * An answer with schema, tool and command filled in.  NULL if there is no
 * memory.
 */
struct mw_answer *answer_new(size_t limit, const char *command);

#endif
