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

/* For one thread at a time. */
struct mw_redactor;
struct mw_ctx;

/* NULL if there is no memory. */
MW_API struct mw_redactor *mw_redactor_new(void);
/* NULL is accepted.  Texts that it returned end with it. */
MW_API void mw_redactor_free(struct mw_redactor *r);

/*
 * Names stay as well that the rules, providers and lists know which were added
 * to a context; those that are built in stay without it.  To be called before
 * the first text is added.
 *	MW_OK, MW_ENOMEM
 *	MW_EINVAL	no context, or a text was added already
 */
MW_API enum mw_status mw_redactor_keep(struct mw_redactor *r,
                                       struct mw_ctx *ctx, struct mw_err *err);

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

/*
 * Forget all texts and what became of them, but not the names that stay: as
 * good as a new redactor, and much faster.
 */
MW_API void mw_redactor_forget(struct mw_redactor *r);

/*
 * How many values were replaced by a fixed word, not by one of their own:
 * they were too many, or too long.  Nothing of them is left, but two of them
 * can no longer be told apart.
 */
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
