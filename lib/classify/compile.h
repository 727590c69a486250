/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.h - from stanzas (data/rules, data/providers, data/dnsbl) to a
 * struct ruleset
 *
 * Used at build time by tools/rulec and at run time for a user's rules.  A
 * broken stanza is reported with file and line and left out; the others are
 * compiled all the same.  The file formats are described in doc/knowledge.md.
 */
#ifndef CLASSIFY_COMPILE_H
#define CLASSIFY_COMPILE_H

#include "base/err.h"
#include "classify/ruleset.h"

/* Four times what all known replies need; also keeps indexes in 16 bits. */
#define RULES_MAX 8192
#define RULE_TEXTS_MAX 32768
#define RULE_ELEMS_MAX 262144
/* A data file larger than this is something else. */
#define RULES_FILE_MAX ((size_t)4 << 20)

/* Called for each mistake: file:line: text. */
typedef void rules_complain(void *arg, const char *file, unsigned line,
                            const char *text);

struct rules_builder;

/* All memory comes from a.  NULL where it is exhausted. */
struct rules_builder *rules_new(struct arena *a, rules_complain *complain,
                                void *arg);

/*
 * Compile a file of stanzas; each begins with the field that says what it is:
 * Rule, Provider, Zone or Marks.  file is the name for messages.  text must
 * live as long as the builder.  Returns the number of stanzas left out.
 */
size_t rules_add(struct rules_builder *b, const char *file, sv text);

/*
 * Finish: resolves names, builds the filter.  known is a ruleset whose
 * providers may be named too (the built-in one, or NULL).
 *	MW_OK		*out is filled; it lives in the arena
 *	MW_ENOMEM	the arena is exhausted
 *	MW_ELIMIT	more rules, texts or elements than the limits
 */
enum mw_status rules_finish(struct rules_builder *b,
                            const struct ruleset *known, struct ruleset *out,
                            struct mw_err *err);

#endif
