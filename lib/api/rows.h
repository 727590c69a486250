/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows.h - attempts out of a table or of JSON, one after the other
 *
 * For items of kind INPUT_CSV and INPUT_JSON.  A part of a table is as good
 * as all of it: the item knows the columns.
 */
#ifndef API_ROWS_H
#define API_ROWS_H

#include "input/input.h"
#include "logs/exports.h"

struct rows {
	const struct input_item *item;
	struct csv csv;
	struct exports exports;
	size_t i;    /* row of .exports that is next */
	bool header; /* is still to be passed over */
};

/* item must outlive it. */
void rows_init(struct rows *r, const struct input_item *item);

/*
 * The next attempt.  Offsets are those in item->raw, lines those of the file.
 * What *out tells lies in the item or in a, which the caller may reset between
 * calls where rows_may_reset() says so.
 *	MW_OK		*out is filled in
 *	MW_ENOENT	the end
 *	MW_ESYNTAX	err tells which bytes were passed over: go on
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status rows_next(struct rows *r, struct arena *a,
                         struct export_row *out, struct mw_err *err);

/* May a be reset before the next call?  Not between rows of one value. */
bool rows_may_reset(const struct rows *r);

#endif
