/* SPDX-License-Identifier: BSD-2-Clause */
/* lint.h - what makes a rule weak without making it wrong */
#ifndef CLASSIFY_LINT_H
#define CLASSIFY_LINT_H

#include "classify/compile.h"

/* Texts with fewer bytes of words are short enough to be a family's core. */
#define LINT_TEXT_LEAST 60
/* Of a Seen that holds values: more words than this, and nothing varies. */
#define LINT_PERCENT_MAX 70

/*
 * Tell of texts over LINT_TEXT_LEAST bytes whose words make more than
 * LINT_PERCENT_MAX percent of a Seen that holds values; each message begins
 * with "warning: ".  Returns how many.  complain may be NULL.
 */
size_t rules_lint(const struct ruleset *rs, rules_complain *complain,
                  void *arg);

#endif
