/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tidy.h - a paste as it was before a forum or a mail program formed it
 *
 * Entities and tags of HTML, tags of BBCode, typographic quotes in what was
 * code, an empty line behind each line, and lines that were cut at a column.
 * Each is undone only where the whole paste shows it.
 */
#ifndef PASTE_TIDY_H
#define PASTE_TIDY_H

#include "base/sv.h"

/* Longer ones are logs, which nobody formed. */
#define TIDY_MAX ((size_t)256 << 10)

struct tidy {
	sv text;       /* the input, where nothing is to be undone */
	uint32_t *src; /* where each byte of text stood; NULL: the same */
	char *made;
};

/* false without memory */
bool tidy_text(sv in, struct tidy *out);
void tidy_fini(struct tidy *t);

/* Offset in the input of byte at of the text. */
size_t tidy_origin(const struct tidy *t, size_t at);

#endif
