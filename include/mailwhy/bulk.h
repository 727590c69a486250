/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulk.h - mailboxes, folders and archives, explained mail by mail
 *
 * Here alone the library reads files: those whose names it is given.  Memory
 * does not grow with the mailbox: one mail at a time for each worker.
 */
#ifndef MAILWHY_BULK_H
#define MAILWHY_BULK_H

#include "mailwhy/mailwhy.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * These come from the thread that called mw_bulk(), in the order of the input.
 * out: text to write, n bytes; anything but 0 ends the reading.  problem: an
 * input that could not be read, or not wholly.  progress: bytes read of total
 * (0: unknown), and mails; about ten times a second.  A mail whose recipients
 * or bytes are more than is read is explained and a problem.
 */
typedef int mw_bulk_out(void *arg, const char *text, size_t n);
typedef void mw_bulk_problem(void *arg, const char *name, const char *text);
typedef void mw_bulk_progress(void *arg, uint64_t done, uint64_t total,
                              uint64_t mails);

/* All members but size and names may be NULL or 0. */
struct mw_bulk_options {
	size_t size;
	const char *const *names; /* files, folders, "-": standard input */
	size_t n;
	/* Threads that explain; 0: one for each processor. */
	unsigned workers;
	const struct mw_explain_options *explain;
	/*
	 * How each mail is written.  CSV has one head.  With JSON the answers
	 * are members of one list, the summary stands behind it.  NULL, or
	 * HTML: nothing is written for each mail.
	 */
	const struct mw_render_options *render;
	/*
	 * Write addresses instead, one a line (or CSV, where render says so):
	 * those to which nobody should write any more, because they do not
	 * exist or were given up; in the sender's spelling, each once.
	 */
	int suppress;
	mw_bulk_out *out;
	mw_bulk_problem *problem;
	mw_bulk_progress *progress;
	void *arg;
	/* Set by a signal handler: what was done so far is the answer. */
	const volatile int *stop;
	/*
	 * What the input is, where that is not to be found out: "mail" (one
	 * for each file), "mbox"; "csv" and "json" are always found out.
	 */
	const char *container;
	/*
	 * What columns of tables tell, where their names do not: each is
	 * "reply=HEADER" or "reply=2", the number of the column, 1 first; for
	 * reply stands recipient, reply, code, status, action, host, sender,
	 * time (or date) or id.  The inputs are tables then; one that has no
	 * such column is a problem.
	 */
	const char *const *columns;
	size_t ncolumns;
};

/*
 * Explain all mails.  *summary tells how many failed of what, what to do
 * first, by provider and by day; free it with mw_answer_free().
 *	MW_OK		read to the end, or until it was stopped
 *	MW_EIO		out() asked to end
 *	MW_EINVAL	options; err says which
 *	MW_ENOMEM	no memory
 */
MW_API enum mw_status mw_bulk(struct mw_ctx *ctx,
                              const struct mw_bulk_options *opt,
                              struct mw_answer **summary, struct mw_err *err);

/*
 * Is that file, by what it holds, a mailbox, a table, or packed?  Also 1
 * for folders.  0 for a single mail, a paste, and what cannot be read.
 */
MW_API int mw_is_mailbox(const char *name);

#ifdef __cplusplus
}
#endif

#endif
