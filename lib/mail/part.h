/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * part.h - the text that people read of one part of a message
 *
 * Its encoding and charset are undone, of a page only the text is left; every
 * byte leads back to the message.
 */
#ifndef MAIL_PART_H
#define MAIL_PART_H

#include "mail/body.h"
#include "mail/html.h"
#include "mail/message.h"

struct part_text {
	sv text;
	/* What part_origin needs. */
	struct body_text body;
	struct html_text page;
	bool is_page;
	size_t base;
};

/*
 * The text of part i of m, in a or a view of the message.  False where a is
 * exhausted.
 */
bool part_read(struct arena *a, const struct mail *m, uint32_t i,
               struct part_text *out);

/*
 * Offset in the message of byte at (at most text.n) of the text; t is a
 * struct part_text.
 */
size_t part_origin(void *t, size_t at);

#endif
