/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill.h - slots and conditions of the knowledge base, for a diagnosis
 */
#ifndef DIAGNOSE_FILL_H
#define DIAGNOSE_FILL_H

#include "diagnose/diagnose.h"
#include "kb/slots.h"

/*
 * The text with its slots filled in.  False where a slot without words of its
 * own has no value: the step is then left out.
 */
bool fill_text(struct arena *a, const struct diagnosis *d, const char *text,
               enum slots_mode mode, sv *out);

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
