/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redact.h - other values in place of addresses, hosts and ids
 *
 * What is private in a paste is replaced by values that are reserved for
 * documentation; names of providers and lists stay, and so does what the
 * diagnosis depends on.  The same value becomes the same everywhere.  Prose,
 * subjects and names of people are not touched.
 */
#ifndef MAILWHY_REDACT_H
#define MAILWHY_REDACT_H

#include <stddef.h>

#include "mailwhy/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For one thread at a time; needs no context. */
struct mw_redactor;

/* NULL if there is no memory. */
MW_API struct mw_redactor *mw_redactor_new(void);
/* NULL is accepted.  Texts that it returned end with it. */
MW_API void mw_redactor_free(struct mw_redactor *r);

/*
 * Show a text that will be redacted, so that no value of it is used in place
 * of another.  To be called for all texts before the first is redacted.
 *	MW_OK
 *	MW_EINVAL	no text, or one was redacted already
 */
MW_API enum mw_status mw_redactor_add(struct mw_redactor *r, const void *data,
                                      size_t n, struct mw_err *err);

/*
 * *text is the redacted text, *len its length; it lives until the next call
 * for this redactor.
 *	MW_OK, MW_ENOMEM, MW_EINVAL
 */
MW_API enum mw_status mw_redactor_text(struct mw_redactor *r, const void *data,
                                       size_t n, const char **text,
                                       size_t *len, struct mw_err *err);

/* Values that were too many: all of a kind got one fixed pseudonym. */
MW_API size_t mw_redactor_lost(const struct mw_redactor *r);

/*
 * What became what, a line each: kind, original, pseudonym, with tabs between
 * them.  It tells what was hidden: keep it to yourself.
 *	MW_OK, MW_ENOMEM, MW_EINVAL
 */
MW_API enum mw_status mw_redactor_map(struct mw_redactor *r, const char **text,
                                      size_t *len, struct mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
