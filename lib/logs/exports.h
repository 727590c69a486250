/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exports.h - what providers tell about mails as JSON, to attempts
 *
 * Bodies of webhooks that were saved, answers of their APIs: Amazon SES
 * (alone, in SNS, in Records), SendGrid, Mailgun, Postmark, SparkPost,
 * Mailjet, and log records of KumoMTA.  One value, a list of them, or one
 * after the other; they may be of several providers.
 *
 * What is opened, clicked, processed or unsubscribed is no delivery and gives
 * no row.  The input is hostile; work is linear, and one value of a list is in
 * memory at a time.
 */
#ifndef LOGS_EXPORTS_H
#define LOGS_EXPORTS_H

#include "base/err.h"
#include "event/attempt.h"

/* Lists in lists in objects: a saved SNS record of a Lambda needs six. */
#define EXPORT_DEPTH_MAX 16

/* Rows of one value: an API's answer has up to 1,000 events. */
#define EXPORT_ROWS_MAX 65536

struct export_row {
	struct attempt at; /* .offset, .line: where its value begins */
	sv time;           /* as written: a date, or seconds since 1970 */
	bool complaint;    /* the recipient called it spam; no failure */
};

struct exports {
	sv text;
	size_t at;
	size_t line, line_at; /* where byte line_at is, 1 first */
	struct export_row *rows;
	size_t n, cap;
};

/* text must outlive it. */
void exports_init(struct exports *e, sv text);

/*
 * The next value; its rows are e->rows[0 .. n - 1], in a, as all they hold.
 *	MW_OK		e->n is 0 where nothing in it tells of a delivery
 *	MW_ENOENT	the end
 *	MW_ESYNTAX	bytes at err->where were passed over: no JSON
 *	MW_ENOMEM	a is exhausted
 * err may be NULL.
 */
enum mw_status exports_next(struct exports *e, struct arena *a,
                            struct mw_err *err);

#endif
