/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/html_tree.h"

#include <inttypes.h>

#include "base/utf8.h"

/*
 * Units are those of the screen, so that letters stay readable on a phone: a
 * drawing that is scaled down is not.
 */
enum {
	WIDTH = 345, /* of a phone, without the margins of the page */
	ROW = 42,
	ROW_SHORT = 25, /* of which nothing is said */
	GAUGE = 34,
	PAGE = 700, /* browsers cut a higher drawing off in print */
	LEFT = 8,
	STEP = 14,
	LEVELS = 9,     /* deeper ones are drawn below each other */
	ROWS_MAX = 200, /* those beyond are told as a number */
	LISTS_MAX = 24, /* inside each other */
	LABEL_LETTER = 75, /* tenths of the width of one */
	WORDS_LETTER = 57
};

static const char *const states[] = {"", "faint", "taken", "fault"};

static unsigned clamped(const struct rnode *n)
{
	return n->level < LEVELS ? n->level : LEVELS;
}

/* What fits into so many units; a cut one ends in dots. */
static void put_cut(struct buf *out, sv s, unsigned units, unsigned letter)
{
	unsigned room = units * 10 / letter, used = 0;
	size_t at = 0, fits = 0, len;

	while (at < s.n && used <= room) {
		uint32_t c = utf8_decode(sv_drop(s, at), &len);
		unsigned w = utf8_width(c);

		used += w ? w : 1;
		if (used < room)
			fits = at + len;
		at += len;
	}
	html_escaped(out, used > room ? sv_head(s, fits) : s);
	if (used > room)
		buf_adds(out, "\xE2\x80\xA6");
}

/* A bar of the sum, and where the limit is. */
static void put_gauge(struct buf *out, int64_t sum, int64_t limit)
{
	int64_t most = sum > limit ? sum : limit;

	buf_adds(out, "<rect class=\"room\" y=\"4\" width=\"100%\" "
	              "height=\"12\"/>\n");
	buf_addf(out, "<rect class=\"%s\" y=\"4\" width=\"%" PRId64
	         "%%\" height=\"12\"/>\n", sum > limit ? "fault" : "used",
	         sum * 100 / most);
	if (sum > limit)
		buf_addf(out, "<rect class=\"limit\" x=\"%" PRId64 "%%\" "
		         "y=\"0\" width=\"3\" height=\"20\"/>\n",
		         limit * 100 / most);
	buf_addf(out, "<text class=\"say\" y=\"29\">%" PRId64
	         ", at most %" PRId64 "</text>\n", sum, limit);
}

static void put_dot(struct buf *out, const struct rnode *n, unsigned x,
                    unsigned y)
{
	/* A fault has a form of its own: colours are not for everybody. */
	if (n->state == RBRANCH_FAULT)
		buf_addf(out, "<rect class=\"fault\" x=\"%u\" y=\"%u\" "
		         "width=\"11\" height=\"11\"/>", x - 5, y - 5);
	else
		buf_addf(out, "<circle class=\"%s\" cx=\"%u\" cy=\"%u\" "
		         "r=\"5\"/>", states[n->state], x, y);
}

static void put_row(struct buf *out, const struct rnode *n, unsigned y,
                    unsigned *above)
{
	unsigned level = clamped(n), x = LEFT + level * STEP;

	if (level)
		buf_addf(out, "<path d=\"M%u %uV%uH%u\"/>", x - STEP,
		         above[level - 1] + 6, y, x - 5);
	/* Where levels are left out, the line begins at what was drawn last. */
	for (unsigned i = level; i <= LEVELS; i++)
		above[i] = y;
	put_dot(out, n, x, y);
	buf_addf(out, "<text class=\"%s\" x=\"%u\" y=\"%u\">",
	         states[n->state], x + 11, y + 4);
	put_cut(out, n->label, WIDTH - x - 11, LABEL_LETTER);
	buf_adds(out, "</text>");
	if (n->text.n) {
		buf_addf(out, "<text class=\"say\" x=\"%u\" y=\"%u\">",
		         x + 11, y + 19);
		put_cut(out, n->text, WIDTH - x - 11, WORDS_LETTER);
		buf_adds(out, "</text>");
	}
	buf_addc(out, '\n');
}

static unsigned height(const struct rnode *n)
{
	return n->text.n ? ROW : ROW_SHORT;
}

static void put_drawing(struct buf *out, const struct rnode *tree,
                        unsigned rows)
{
	unsigned top = tree->number > 0 && tree->first ? GAUGE : 0;
	unsigned above[LEVELS + 1] = {0};
	unsigned y = top, i = 0;

	for (const struct rnode *n = tree->first; n && i < rows;
	     n = n->next, i++)
		y += height(n);
	buf_addf(out, "<svg class=\"tree%s\" role=\"img\" width=\"%d\" "
	         "height=\"%u\" aria-label=\"", y > PAGE ? " tall" : "", WIDTH, y);
	html_escaped(out, tree->text);
	buf_adds(out, " (the list behind it says the same)\">\n");
	if (top)
		put_gauge(out, tree->first->number, tree->number);
	y = top;
	for (const struct rnode *n = tree->first; i; n = n->next, i--) {
		put_row(out, n, y + 14, above);
		y += height(n);
	}
	buf_adds(out, "</svg>\n");
}

static void put_item(struct buf *out, const struct rnode *n)
{
	buf_adds(out, "<li>");
	if (n->state == RBRANCH_TAKEN || n->state == RBRANCH_FAULT)
		buf_adds(out, "<strong>");
	buf_adds(out, "<code translate=\"no\">");
	html_escaped(out, n->label);
	buf_adds(out, "</code>");
	if (n->state == RBRANCH_TAKEN || n->state == RBRANCH_FAULT)
		buf_adds(out, "</strong>");
	if (n->text.n)
		buf_adds(out, ": ");
	html_escaped(out, n->text);
}

/* Lists inside each other; a level that is left out is none. */
static void put_list(struct buf *out, const struct rnode *tree, unsigned rows)
{
	unsigned open = 0;

	buf_adds(out, "<details open>\n<summary>The same as a list, with all names "
	              "in full</summary>\n");
	for (const struct rnode *n = tree->first; n && rows; n = n->next) {
		unsigned want = n->level < LISTS_MAX
		                    ? n->level + 1U : LISTS_MAX;

		rows--;
		if (want > open) {
			buf_adds(out, "\n<ul>\n");
			open++;
		} else {
			for (; open > want; open--)
				buf_adds(out, "</li>\n</ul>\n");
			buf_adds(out, "</li>\n");
		}
		put_item(out, n);
	}
	for (; open; open--)
		buf_adds(out, "</li>\n</ul>\n");
	buf_adds(out, "</details>\n");
}

void html_tree(struct buf *out, const struct rnode *tree)
{
	unsigned all = 0, rows;

	for (const struct rnode *n = tree->first; n; n = n->next)
		all++;
	if (!all)
		return;
	rows = all < ROWS_MAX ? all : ROWS_MAX;
	put_drawing(out, tree, rows);
	if (all > rows)
		buf_addf(out, "<p>%u more are not shown here.</p>\n",
		         all - rows);
	put_list(out, tree, rows);
}
