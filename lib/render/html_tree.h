/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * html_tree.h - a RNODE_TREE on a page: a drawing, and the same as a list
 *
 * The drawing is for eyes and cuts long names; the list is for who reads with
 * the ears, copies, or wants all of a name.  For the renderer of pages only.
 */
#ifndef RENDER_HTML_TREE_H
#define RENDER_HTML_TREE_H

#include "base/buf.h"
#include "result/result.h"

void html_tree(struct buf *out, const struct rnode *tree);

/* Of html.c: text in which nothing is markup. */
void html_escaped(struct buf *out, sv s);

#endif
