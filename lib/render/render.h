/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * render.h - a result tree as text, JSON, CSV or a page
 *
 * Renderers know nothing of mail.  All strings of a tree are untrusted: text
 * goes to a terminal without its control characters, JSON is valid UTF-8
 * (bytes that are none become U+FFFD).
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "base/buf.h"
#include "result/result.h"

struct render_options {
	enum rdepth depth;
	unsigned width; /* columns; taken as 40 at least and 200 at most */
	bool colour;
};

/*
 * Data members only, and a line end.  On one line where indent is 0, else
 * indented by so many spaces.  A root that is NULL or prose gives null.  A
 * tree deeper than RENDER_MAX_DEPTH is cut there.
 */
#define RENDER_MAX_DEPTH 32
void render_json(const struct rnode *root, unsigned indent, struct buf *out);

/*
 * JSON Lines: each object of the list on a line.  Members whose key is in
 * the list skip, which ends with an empty one, are left out.
 */
void render_jsonl(const struct rnode *items, const sv *skip, struct buf *out);

/* A column of CSV: its head, and where it is in an item ("reply.code"). */
struct render_column {
	const char *name, *path;
};

/*
 * CSV (RFC 4180): a head if wanted, and a row for each object of the list.  A string
 * that a spreadsheet would take for a formula gets an apostrophe in front.
 */
void render_csv(const struct rnode *items, const struct render_column *cols,
                size_t ncols, bool head, struct buf *out);

/*
 * The prose as one HTML file that loads nothing and runs nothing.  Web
 * addresses in sentences become links; everything else is escaped.  The name
 * of the program stands at the top, the title in the window's.
 */
void render_html(const struct rnode *root, sv name, sv title,
                 enum rdepth depth, struct buf *out);

/*
 * Prose only, wrapped to the width: headline, rows with their labels in one
 * column (below 60 columns: the label on a line of its own), numbered steps,
 * code that is never wrapped (it must be typed as it stands).  An empty
 * paragraph is an empty line.  A row or step of which the depth shows nothing
 * is left out.  A step that is alone among its neighbours has no number.
 */
void render_text(const struct rnode *root, const struct render_options *opt,
                 struct buf *out);

#endif
