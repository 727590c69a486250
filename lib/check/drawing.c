/* SPDX-License-Identifier: BSD-2-Clause */
/* The drawing of a check: kept, and shown. */
#include "check/check.h"
#include "check/tree.h"

void found_drawing(struct check_run *run, sv title, unsigned limit)
{
	run->drawing = (struct check_drawing){
	    .title = arena_dup(run->a, title), .limit = limit};
}

void found_branch(struct check_run *run, const struct check_branch *from)
{
	struct check_drawing *d = &run->drawing;
	struct check_branch *b = d->n < CHECK_BRANCHES_MAX
	                             ? arena_alloc(run->a, 1, sizeof(*b))
	                             : NULL;

	if (!b) {
		d->more++;
		return;
	}
	*b = *from;
	b->label = arena_dup(run->a, from->label);
	b->words = arena_dup(run->a, from->words);
	b->next = NULL;
	if (d->last)
		d->last->next = b;
	else
		d->first = b;
	d->last = b;
	d->n++;
}

static void put_branch(struct arena *a, struct rnode *list,
                       struct rnode *tree, const struct check_branch *b)
{
	/* Never renamed. */
	static const char *const names[] = {
	    [RBRANCH_PLAIN] = "plain", [RBRANCH_FAINT] = "unused",
	    [RBRANCH_TAKEN] = "taken", [RBRANCH_FAULT] = "fault"};
	struct rnode *o = rnode_object(a, list, SV(""));
	sv label = arena_dup(a, b->label), words = arena_dup(a, b->words);

	(void)rnode_number(a, o, SV("level"), b->level);
	(void)rnode_string(a, o, SV("label"), label);
	(void)rnode_string(a, o, SV("words"), words);
	(void)rnode_string(a, o, SV("state"), sv_str(names[b->state]));
	(void)rnode_number(a, o, SV("weight"), b->weight);
	(void)rnode_number(a, o, SV("sum"), b->sum);
	(void)rnode_branch(a, tree, b->level, b->state, label, words, b->sum);
}

static void put_drawing(struct arena *a, struct rnode *root,
                        struct rnode *trees, const struct check_run *run)
{
	const struct check_drawing *d = &run->drawing;
	sv title = arena_dup(a, d->title);
	struct rnode *o = rnode_object(a, trees, SV(""));
	struct rnode *tree = rnode_tree(a, root, title, d->limit), *list, *n;

	rnode_depth(tree, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	(void)rnode_string(a, o, SV("check"), sv_str(run->check->name));
	(void)rnode_string(a, o, SV("title"), title);
	(void)rnode_number(a, o, SV("limit"), d->limit);
	(void)rnode_number(a, o, SV("left_out"), (int64_t)d->more);
	list = rnode_list(a, o, SV("branches"));
	for (const struct check_branch *b = d->first; b; b = b->next)
		put_branch(a, list, tree, b);
	if (!d->more)
		return;
	n = rnode_prose(a, root, RNODE_PARAGRAPH,
	                arena_printf(a, "%zu more branches are left out here; "
	                                "they are counted in the sum.",
	                             d->more));
	rnode_depth(n, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	rnode_only(n, RONLY_TEXT);
	n = rnode_prose(a, root, RNODE_PARAGRAPH, n ? n->text : SV(""));
	rnode_only(n, RONLY_PAGE);
}

void check_drawings(struct arena *a, const struct check_run *runs, size_t n,
                    struct rnode *root)
{
	struct rnode *trees = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!runs[i].drawing.first)
			continue;
		if (!trees)
			trees = rnode_list(a, root, SV("trees"));
		put_drawing(a, root, trees, &runs[i]);
	}
}
