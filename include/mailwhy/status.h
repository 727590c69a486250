/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.h - how a call of libmailwhy ended
 *
 * These are failures of our own operation.  What the world did (a rejection,
 * a broken header) is data in the results and never a status.
 */
#ifndef MAILWHY_STATUS_H
#define MAILWHY_STATUS_H

#include <stddef.h>

#if defined(__GNUC__)
#define MW_API __attribute__((visibility("default")))
#else
#define MW_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum mw_status {
	MW_OK = 0,
	/* memory is exhausted, or an arena's limit is reached */
	MW_ENOMEM = -1,
	/* the input ends too early */
	MW_EMORE = -2,
	/* the input is not of the form that was asked for */
	MW_ESYNTAX = -3,
	/* a named limit was exceeded */
	MW_ELIMIT = -4,
	/* reading or writing failed; see .sys */
	MW_EIO = -5,
	/* documented misuse of a function */
	MW_EINVAL = -6,
	/* what was asked for does not exist */
	MW_ENOENT = -7
};

#define MW_ERR_TEXT 160

/* Owned by the caller; the library only fills it in. */
struct mw_err {
	enum mw_status status;
	/* errno where the system said no, else 0 */
	int sys;
	/* byte offset in the input, or line number for data files; else 0 */
	size_t where;
	char text[MW_ERR_TEXT];
};

/* The name of a status ("MW_ESYNTAX"), never NULL. */
MW_API const char *mw_status_name(enum mw_status status);

#ifdef __cplusplus
}
#endif

#endif
