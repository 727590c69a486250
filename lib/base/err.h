/* SPDX-License-Identifier: BSD-2-Clause */
/* err.h - filling in a struct mw_err */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "mailwhy/status.h"

#define MW_MUSTCHECK __attribute__((warn_unused_result))

void mw_err_set(struct mw_err *err, enum mw_status status, size_t where,
                const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Fill in err (which may be NULL) and be the status.  A macro that ends in
 * its constant, so that compilers see that it is never MW_OK.
 */
#define mw_fail_at(err, status, where, ...)                                   \
	(mw_err_set((err), (status), (where), __VA_ARGS__), (status))
#define mw_fail(err, status, ...) mw_fail_at(err, status, 0, __VA_ARGS__)

#endif
