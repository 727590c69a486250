/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill.h - slots and conditions of the knowledge base
 *
 * "{ip}", "{ip|the sending address}", "[[ from {ip}]]": see doc/knowledge.md.
 * Values come from hostile input: in commands they are quoted for the shell,
 * or left out where they cannot be.
 */
#ifndef DIAGNOSE_FILL_H
#define DIAGNOSE_FILL_H

#include "diagnose/diagnose.h"

enum fill_mode { FILL_PROSE, FILL_COMMAND };

/*
 * The text with its slots filled in.  False where a slot without words of its
 * own has no value: the step is then left out.
 */
bool fill_text(struct arena *a, const struct diagnosis *d, const char *text,
               enum fill_mode mode, sv *out);

/* Do all conditions of the item hold? */
bool fill_holds(const struct diagnosis *d, const struct kb_item *item);

/*
 * The first item of that field whose conditions hold, at or behind *at (which
 * moves behind it); NULL if there is none.
 */
const struct kb_item *fill_next(const struct diagnosis *d,
                                const struct kb_cause *cause,
                                enum kb_field field, size_t *at);

#endif
