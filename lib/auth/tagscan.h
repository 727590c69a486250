/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tagscan.h - the pieces of "name = value; name = value", one by one
 *
 * For readers that tell every fault of a record (RFC 6376 section 3.2, and
 * the like of RFC 8461, 8460).  Views into the text; nothing is allocated, and
 * work is linear.
 */
#ifndef AUTH_TAGSCAN_H
#define AUTH_TAGSCAN_H

#include "base/sv.h"

struct tag_piece {
	sv name, value;      /* without white space around */
	size_t at, value_at; /* of both, in the text */
	size_t n;            /* bytes from at up to the end of the value */
	bool no_equals;      /* a word that is no tag: all of it is in name */
};

/*
 * Start with *at = 0.  False at the end.  What stands between two semicolons
 * and is empty comes as a tag without name, except at the end of the text.
 */
bool tagscan_next(sv text, size_t *at, struct tag_piece *out);

/* ALPHA *(ALPHA / DIGIT / "_"). */
bool tagscan_name(sv name);

#endif
