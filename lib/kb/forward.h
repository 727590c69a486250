/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forward.h - texts to pass on, generated from data/forward
 *
 * One text per language and reader, some for a cause or an area of causes
 * only (doc/knowledge.md).  Read-only data; strings are static.
 */
#ifndef KB_FORWARD_H
#define KB_FORWARD_H

#include "base/sv.h"

enum forward_kind {
	FORWARD_TEXT,    /* a paragraph with slots */
	FORWARD_FACT,    /* "label | value": a line with slots */
	FORWARD_QUOTE,   /* the reply as it is */
	FORWARD_MASKED,  /* the reply without the names of its addresses */
	FORWARD_VERDICT, /* what happened, in the words of the answer */
	FORWARD_STEPS,   /* what to do, in the words of the answer */
	FORWARD_KIND_N
};

struct forward_item {
	uint8_t kind; /* enum forward_kind */
	const char *text;
};

struct forward_text {
	const char *lang, *to; /* BCP 47 tag; actor, or "provider-form" */
	const char *causes;    /* "id|area.*"; empty: all others */
	const char *subject;
	uint32_t item, nitems; /* in forward_items */
};

extern const struct forward_text forward_texts[];
extern const size_t forward_ntexts;
extern const struct forward_item forward_items[];

/* Is there any text in that language? */
bool forward_has_lang(sv lang);

/* The text that fits the cause best, or NULL. */
const struct forward_text *forward_find(sv lang, sv to, sv cause);

#endif
