/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/render.h"

#include "render/flow.h"
#include "render/table.h"

enum {
	WIDTH_MIN = 40,
	WIDTH_MAX = 200, /* longer lines are hard to read */
	WIDTH_NARROW = 60,
	ROW_INDENT = 2,
	NARROW_INDENT = 4,
	LABEL_GAP = 2,
	BRANCH_INDENT = 2,
	BRANCH_LEVELS = 12, /* deeper ones stand below each other */
	BRANCH_COLUMN = 40, /* of what is said, unless the branch is longer */
	/* a label column must leave this much of a line for its text */
	TEXT_MIN = 30
};

/* A node whose members are being shown. */
struct frame {
	const struct rnode *next;
	unsigned indent;
	unsigned numw;   /* columns for the numbers of steps; 0: no numbers */
	unsigned number; /* of the last step */
	bool inner;      /* in a row or a step: no empty lines */
};

struct text {
	struct flow flow;
	enum rdepth depth;
	bool narrow;
	unsigned label_column; /* where texts begin, from the row's indent */
	bool after_steps;      /* the row before this one held steps */
	size_t depth_used;
	struct frame stack[RENDER_MAX_DEPTH];
};

static bool is_container(const struct rnode *n)
{
	return n->kind == RNODE_OBJECT || n->kind == RNODE_LIST;
}

static bool shown(const struct text *t, const struct rnode *n)
{
	return n->from <= t->depth && t->depth <= n->to &&
	       n->only != RONLY_PAGE &&
	       (is_container(n) ||
	        (n->kind >= RNODE_HEADLINE && n->kind < RNODE_SERIES));
}

static unsigned count(const struct text *t, const struct rnode *n,
                      enum rnode_kind kind)
{
	unsigned k = 0;

	for (n = n->first; n; n = n->next)
		k += n->kind == kind && shown(t, n);
	return k;
}

/* A row or step of which this depth leaves nothing but the label. */
static bool hollow(const struct text *t, const struct rnode *n)
{
	if (n->text.n)
		return false;
	for (n = n->first; n; n = n->next)
		if (shown(t, n))
			return false;
	return true;
}

static void push(struct text *t, const struct rnode *n, unsigned indent,
                 bool inner)
{
	struct frame f = {.next = n->first, .indent = indent, .inner = inner};
	unsigned steps = count(t, n, RNODE_STEP);

	if (t->depth_used == RENDER_MAX_DEPTH)
		return;
	/* A step that is alone needs no number. */
	if (steps > 1)
		for (f.numw = 2; steps; steps /= 10)
			f.numw++;
	t->stack[t->depth_used++] = f;
}

/*
 * The next node of the walk, or NULL at its end.  *f is the frame in which it
 * stands.  Frames that are done end their line.
 */
static const struct rnode *advance(struct text *t, struct frame **f)
{
	while (t->depth_used) {
		const struct rnode *n;

		*f = &t->stack[t->depth_used - 1];
		n = (*f)->next;
		if (!n) {
			flow_end(&t->flow);
			t->depth_used--;
			continue;
		}
		(*f)->next = n->next;
		if (shown(t, n))
			return n;
	}
	return NULL;
}

/* All labels of an answer share one column, so it is measured first. */
static void measure_labels(struct text *t, const struct rnode *root)
{
	const struct rnode *n;
	struct frame *f;
	unsigned longest = 0;

	push(t, root, 0, false);
	while ((n = advance(t, &f))) {
		unsigned w = 0;

		if (n->kind == RNODE_ROW && !hollow(t, n))
			w = flow_measure(n->label);
		if (w > longest && w + LABEL_GAP + TEXT_MIN < t->flow.width)
			longest = w;
		if (is_container(n))
			push(t, n, 0, false);
	}
	t->label_column = longest + LABEL_GAP;
}

static void show_row(struct text *t, const struct frame *f,
                     const struct rnode *n)
{
	unsigned indent = f->indent + ROW_INDENT, column;
	bool steps = count(t, n, RNODE_STEP) > 0;

	if (hollow(t, n))
		return;
	if (steps && !t->after_steps)
		flow_blank(&t->flow);
	t->after_steps = steps;
	if (n->label.n) {
		flow_style(&t->flow, FLOW_DIM);
		flow_put(&t->flow, indent, n->label);
		flow_style(&t->flow, FLOW_PLAIN);
	}
	column = indent + t->label_column;
	if (t->narrow) {
		flow_end(&t->flow);
		column = f->indent + NARROW_INDENT;
	}
	flow_words(&t->flow, column, n->text);
	if (n->text.n)
		flow_end(&t->flow);
	push(t, n, column, true);
}

static void show_step(struct text *t, struct frame *f, const struct rnode *n)
{
	unsigned indent = f->indent;

	if (hollow(t, n))
		return;
	if (f->numw) {
		char digits[16];
		unsigned k = ++f->number, len = 0;
		sv number;

		digits[sizeof(digits) - ++len] = '.';
		for (; k; k /= 10)
			digits[sizeof(digits) - ++len] = (char)('0' + k % 10);
		number = sv_of(digits + sizeof(digits) - len, len);
		/* Numbers end in one column: " 9." above "10." */
		flow_put(&t->flow, indent + f->numw - 1 - len, number);
		indent += f->numw;
	}
	flow_words(&t->flow, indent, n->text);
	if (n->text.n)
		flow_end(&t->flow);
	push(t, n, indent, true);
}

static void show_code(struct text *t, unsigned indent, sv code)
{
	while (code.n) {
		flow_put(&t->flow, indent, sv_line(&code));
		flow_end(&t->flow);
	}
}

static void show_quote(struct text *t, unsigned indent, sv words)
{
	struct buf quoted;

	words = sv_trim(words);
	buf_init(&quoted, words.n + 2);
	buf_addc(&quoted, '"');
	buf_add(&quoted, words);
	buf_addc(&quoted, '"');
	if (buf_failed(&quoted))
		t->flow.out->failed = true;
	else
		flow_words(&t->flow, indent, buf_sv(&quoted));
	buf_fini(&quoted);
	flow_end(&t->flow);
}

static void show_line(struct text *t)
{
	char dashes[WIDTH_MAX];

	memset(dashes, '-', sizeof(dashes));
	flow_style(&t->flow, FLOW_DIM);
	flow_put(&t->flow, 0, sv_of(dashes, t->flow.width));
	flow_end(&t->flow);
	flow_style(&t->flow, FLOW_PLAIN);
}

/* What stands for itself, with an empty line above and below. */
static void show_block(struct text *t, const struct frame *f,
                       const struct rnode *n)
{
	if (!f->inner || !n->text.n)
		flow_blank(&t->flow);
	if (n->kind == RNODE_HEADLINE)
		flow_style(&t->flow, FLOW_BOLD);
	if (n->kind == RNODE_TABLE)
		table_show(&t->flow, f->indent, n);
	else if (n->kind == RNODE_RULE)
		show_line(t);
	else
		flow_words(&t->flow, f->indent, n->text);
	flow_end(&t->flow);
	flow_style(&t->flow, FLOW_PLAIN);
	if (!f->inner)
		flow_blank(&t->flow);
}

static void show_branch(struct text *t, unsigned indent, const struct rnode *n)
{
	static const char *const marks[] = {"-", "-", ">", "!"};
	unsigned level = n->level < BRANCH_LEVELS ? n->level : BRANCH_LEVELS;
	unsigned column = indent + BRANCH_COLUMN;

	indent += level * BRANCH_INDENT;
	if (t->narrow || column < indent + NARROW_INDENT)
		column = indent + NARROW_INDENT;
	flow_put(&t->flow, indent, sv_str(marks[n->state]));
	flow_put(&t->flow, indent + 2, n->label);
	flow_words(&t->flow, column, n->text);
	flow_end(&t->flow);
}

static void show_tree(struct text *t, unsigned indent, const struct rnode *n)
{
	flow_blank(&t->flow);
	flow_style(&t->flow, FLOW_BOLD);
	flow_words(&t->flow, indent, n->text);
	flow_end(&t->flow);
	flow_style(&t->flow, FLOW_PLAIN);
	flow_blank(&t->flow);
	for (n = n->first; n; n = n->next)
		show_branch(t, indent + ROW_INDENT, n);
	flow_blank(&t->flow);
}

static void show(struct text *t, struct frame *f, const struct rnode *n)
{
	if (n->kind != RNODE_ROW && !f->inner)
		t->after_steps = false;
	switch (n->kind) {
	case RNODE_ROW:
		show_row(t, f, n);
		break;
	case RNODE_STEP:
		show_step(t, f, n);
		break;
	case RNODE_CODE:
		show_code(t, f->indent, n->text);
		break;
	case RNODE_TREE:
		show_tree(t, f->indent, n);
		break;
	case RNODE_QUOTE:
		show_quote(t, f->indent, n->text);
		break;
	case RNODE_OBJECT:
	case RNODE_LIST:
		push(t, n, f->indent, f->inner);
		break;
	default:
		show_block(t, f, n);
		break;
	}
}

static unsigned clamp(unsigned width)
{
	return width < WIDTH_MIN ? WIDTH_MIN
	     : width > WIDTH_MAX ? WIDTH_MAX
	                         : width;
}

void render_text(const struct rnode *root, const struct render_options *opt,
                 struct buf *out)
{
	struct text t = {.depth = opt->depth};
	/* The root may be one piece of prose: it is shown as a member is. */
	struct rnode top = {.kind = RNODE_LIST}, copy;
	const struct rnode *n;
	struct frame *f;

	if (!root)
		return;
	copy = *root;
	copy.next = NULL;
	top.first = &copy;
	flow_init(&t.flow, out, clamp(opt->width), opt->colour);
	t.narrow = t.flow.width < WIDTH_NARROW;
	measure_labels(&t, &top);
	push(&t, &top, 0, false);
	while ((n = advance(&t, &f)))
		show(&t, f, n);
}
