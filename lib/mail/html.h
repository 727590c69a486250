/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * html.h - the text that a page shows, with the way back
 *
 * For bounces that are only HTML.  No tree is built: tags are read one after
 * the other, whatever was left open, so work is linear and nothing nests.
 * Lines come from block elements and <br>; cells of a table are told apart by
 * a tab; scripts, styles, titles and comments are left out.  A mailto: link
 * whose text does not have the address gets it behind it.  What is no tag
 * ("<a@example.org>", "a < b") is text.  A page without any tag keeps its
 * lines.
 */
#ifndef MAIL_HTML_H
#define MAIL_HTML_H

#include "base/err.h"
#include "mail/recode.h"

#define HTML_OPEN 1u /* a tag, comment, script or style without end */
#define HTML_CUT 2u  /* the text ends at HTML_MAX */
#define HTML_NONE 4u /* no markup: text */

/* The text of a page is no longer than this. */
#define HTML_MAX ((size_t)8 << 20)

struct html_text {
	sv text;
	unsigned defects;
	/* What html_origin needs. */
	sv page;
	struct charset_anchor *anchors;
	size_t n;
};

/*
 * The text of page, which is UTF-8 (as body_text() gives it), in the arena.
 * tools may be NULL.  MW_OK, or MW_ENOMEM; then *out is empty.
 */
enum mw_status html_text(struct arena *a, struct recode_tools *tools, sv page,
			 struct html_text *out);

/*
 * Offset in the page of byte at (less than text.n) of the text: exact; a line
 * end or tab leads to what made it or what follows it.
 */
size_t html_origin(const struct html_text *t, size_t at);

#endif
