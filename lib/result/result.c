/* SPDX-License-Identifier: BSD-2-Clause */
#include "result/result.h"

struct rnode *rnode_new(struct arena *a, enum rnode_kind kind)
{
	struct rnode *n = arena_alloc(a, 1, sizeof(*n));

	if (n) {
		n->kind = kind;
		n->to = RDEPTH_TECHNICAL;
	}
	return n;
}

static struct rnode *member(struct arena *a, struct rnode *parent,
                            enum rnode_kind kind, sv key)
{
	struct rnode *n = parent ? rnode_new(a, kind) : NULL;

	if (!n)
		return NULL;
	n->key = key;
	if (parent->last)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
	return n;
}

struct rnode *rnode_object(struct arena *a, struct rnode *parent, sv key)
{
	return member(a, parent, RNODE_OBJECT, key);
}

struct rnode *rnode_list(struct arena *a, struct rnode *parent, sv key)
{
	return member(a, parent, RNODE_LIST, key);
}

struct rnode *rnode_string(struct arena *a, struct rnode *parent, sv key,
                           sv text)
{
	struct rnode *n = member(a, parent, RNODE_STRING, key);

	if (n)
		n->text = text;
	return n;
}

struct rnode *rnode_number(struct arena *a, struct rnode *parent, sv key,
                           int64_t number)
{
	struct rnode *n = member(a, parent, RNODE_NUMBER, key);

	if (n)
		n->number = number;
	return n;
}

struct rnode *rnode_bool(struct arena *a, struct rnode *parent, sv key,
                         bool flag)
{
	struct rnode *n = member(a, parent, RNODE_BOOL, key);

	if (n)
		n->flag = flag;
	return n;
}

struct rnode *rnode_prose(struct arena *a, struct rnode *parent,
                          enum rnode_kind kind, sv text)
{
	struct rnode *n = member(a, parent, kind, SV(""));

	if (n)
		n->text = text;
	return n;
}

struct rnode *rnode_row(struct arena *a, struct rnode *parent,
                        const char *label, sv text)
{
	struct rnode *n = rnode_prose(a, parent, RNODE_ROW, text);

	if (n)
		n->label = sv_str(label);
	return n;
}

void rnode_depth(struct rnode *n, enum rdepth from, enum rdepth to)
{
	if (n) {
		n->from = (uint8_t)from;
		n->to = (uint8_t)to;
	}
}

void rnode_only(struct rnode *n, enum ronly only)
{
	if (n)
		n->only = (uint8_t)only;
}

struct rnode *rnode_tree(struct arena *a, struct rnode *parent, sv title,
                         int64_t limit)
{
	struct rnode *n = rnode_prose(a, parent, RNODE_TREE, title);

	if (n)
		n->number = limit;
	return n;
}

struct rnode *rnode_branch(struct arena *a, struct rnode *tree,
                           unsigned level, enum rbranch state, sv label,
                           sv words, int64_t sum)
{
	struct rnode *n = rnode_prose(a, tree, RNODE_BRANCH, words);

	if (!n)
		return NULL;
	n->label = label;
	n->number = sum;
	n->level = level < UINT8_MAX ? (uint8_t)level : UINT8_MAX;
	n->state = (uint8_t)state;
	return n;
}

const struct rnode *rnode_get(const struct rnode *n, sv key)
{
	for (n = n ? n->first : NULL; n; n = n->next)
		if (sv_eq(n->key, key))
			return n;
	return NULL;
}
