/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * charset.h - a pasted or uploaded text as UTF-8, with the way back
 *
 * A text that is UTF-8, or a mixture in which single bytes are not, stays as
 * it is: such bytes are looked at where they stand (cp1252.h).  Only what
 * cannot be read otherwise is converted: UTF-16, and charsets that the text
 * itself names or shows.  The input is hostile; work is linear.
 */
#ifndef MAIL_CHARSET_H
#define MAIL_CHARSET_H

#include "base/sv.h"

/* A byte of the text and the byte of the input that it comes from. */
struct charset_anchor {
	uint32_t text, in;
};

struct charset_text {
	sv text;	  /* the input, or its conversion */
	bool converted;	  /* text is no view of the input */
	const char *name; /* what it was taken for */
	sv in;
	bool big_endian, wide; /* wide: UTF-16 */
	bool cut; /* the conversion ends at CHARSET_MAX */
	char *made;
	struct charset_anchor *anchors;
	size_t n, cap;
};

/*
 * A conversion is no longer than this: it is kept beside the input, and one
 * paste has 64 MiB for all that is made of it.
 */
#define CHARSET_MAX ((size_t)24 << 20)

/* An origin is kept for each such run of the text: an eighth more memory. */
#define CHARSET_STEP 64

/*
 * Decode in (shorter than 4 GiB, it must outlive *out).  False, and nothing
 * to free, if there is no memory.
 */
bool charset_to_utf8(sv in, struct charset_text *out);
void charset_fini(struct charset_text *t);

/*
 * Offset in the input of byte at of the text.  Exact for UTF-16 and for runs
 * of ASCII; elsewhere less than CHARSET_STEP bytes beside it.
 */
size_t charset_origin(const struct charset_text *t, size_t at);

#endif
