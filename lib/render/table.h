/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - a table of a result tree in aligned columns */
#ifndef RENDER_TABLE_H
#define RENDER_TABLE_H

#include "render/flow.h"
#include "result/result.h"

/* More than this never fits a terminal; further cells join the last column. */
#define TABLE_MAX_COLUMNS 16

/*
 * Show the RNODE_TABLE n from column indent on.  The first row is the head.
 * Columns of digits stand to the right.  The last column wraps; a cell that
 * is longer than its column moves the next one to a new line.
 */
void table_show(struct flow *f, unsigned indent, const struct rnode *n);

#endif
