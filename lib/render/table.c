/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/table.h"

#define COLUMN_GAP 2
/* Where columns have to be cut, this much is left of each. */
#define COLUMN_MIN 8

struct column {
	unsigned at, width;
	bool digits, used; /* digits: all cells below the head are numbers */
};

struct table {
	struct column col[TABLE_MAX_COLUMNS];
	size_t n;
};

static bool is_digits(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static size_t column_of(size_t cell)
{
	return cell < TABLE_MAX_COLUMNS ? cell : TABLE_MAX_COLUMNS - 1;
}

static void measure_row(struct table *t, const struct rnode *row, bool head)
{
	size_t k = 0;

	for (const struct rnode *c = row->first; c; c = c->next, k++) {
		struct column *col = &t->col[column_of(k)];
		unsigned w = flow_measure(c->text);

		if (w > col->width)
			col->width = w;
		if (!head) {
			col->digits = is_digits(c->text) &&
			              (col->digits || !col->used);
			col->used = true;
		}
	}
	if (k > t->n)
		t->n = column_of(k - 1) + 1;
}

/* Long columns are cut, save the last one, only where the room is short. */
static void place(struct table *t, unsigned indent, unsigned width)
{
	unsigned total = indent, most, at = indent;

	for (size_t i = 0; i < t->n; i++)
		total += t->col[i].width + (i ? COLUMN_GAP : 0);
	most = (width - indent) / (unsigned)t->n;
	if (most < COLUMN_MIN)
		most = COLUMN_MIN;
	for (size_t i = 0; i < t->n; i++) {
		struct column *col = &t->col[i];

		if (total > width && col->width > most)
			col->width = most;
		col->at = at;
		at += col->width + COLUMN_GAP;
	}
}

static void show_row(struct flow *f, const struct table *t,
                     const struct rnode *row)
{
	size_t k = 0;

	for (const struct rnode *c = row->first; c; c = c->next, k++) {
		const struct column *col = &t->col[column_of(k)];
		unsigned at = col->at, w = flow_measure(c->text);

		if (col->digits && w < col->width)
			at += col->width - w;
		/* Two cells with less than the gap between read as one. */
		if (f->open && f->col + COLUMN_GAP > at)
			flow_end(f);
		flow_words(f, at, c->text);
	}
	flow_end(f);
}

void table_show(struct flow *f, unsigned indent, const struct rnode *n)
{
	struct table t = {.n = 0};
	const struct rnode *row;

	for (row = n->first; row; row = row->next)
		measure_row(&t, row, row == n->first);
	if (!t.n || indent >= f->width)
		return;
	place(&t, indent, f->width);
	flow_style(f, FLOW_DIM);
	for (row = n->first; row; row = row->next) {
		show_row(f, &t, row);
		flow_style(f, FLOW_PLAIN);
	}
}
