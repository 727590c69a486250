/* SPDX-License-Identifier: BSD-2-Clause */
#include "kbc.h"

#include <stdlib.h>

/* Shown when nothing but the cause is known? */
static bool is_sure_step(const struct item *it)
{
	for (size_t i = 0; i < it->nconds; i++)
		if (it->conds[i].var != KB_VAR_ROLE)
			return false;
	return it->field == KB_FIX && !kbc_bare_slot(it->text);
}

/* Looks at what one cause has in all. */
static void lint_cause(struct kbc *k, const struct cause *c)
{
	unsigned steps = 0;
	bool slot = false, in_fix = false;

	for (size_t i = 0; i < c->n; i++) {
		const struct item *it = &c->items[i];
		bool below = it->field == KB_RECORD || it->field == KB_COMMAND;

		if (!below)
			in_fix = it->field == KB_FIX;
		steps += is_sure_step(it);
		if (it->field == KB_VERDICT || in_fix)
			slot = slot || kbc_any_slot(it->text);
	}
	if (steps < 2)
		kbc_wrong(k, c->file, c->line,
			  "%u Fix steps that show without any value or "
			  "condition, 2 at least",
			  steps);
	if (!slot)
		kbc_wrong(k, c->file, c->line, "no slot in a Verdict or Fix");
}

struct sentence {
	const struct cause *cause;
	const struct item *item;
};

static int by_text(const void *a, const void *b)
{
	const struct sentence *x = a, *y = b;
	int c = sv_cmp(x->item->text, y->item->text);

	/* Causes are sorted; equal texts stay in the order of their files. */
	return c ? c : strcmp(x->cause->file, y->cause->file);
}

static bool is_prose(const struct item *it)
{
	switch (it->field) {
	case KB_VERDICT:
	case KB_EXPLAIN:
	case KB_FIX:
	case KB_VERIFY:
	case KB_NOT_WHEN:
	case KB_ASK:
	case KB_RETRY_NOTE:
		return true;
	default:
		return false;
	}
}

static void lint_shared(struct kbc *k)
{
	struct sentence *all;
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++)
		n += k->causes[i]->n;
	all = arena_alloc(k->a, n + 1, sizeof(*all));
	if (!all)
		return;
	n = 0;
	for (size_t i = 0; i < k->n; i++)
		for (size_t j = 0; j < k->causes[i]->n; j++)
			if (is_prose(&k->causes[i]->items[j]))
				all[n++] = (struct sentence){
					k->causes[i], &k->causes[i]->items[j]};
	if (n)
		qsort(all, n, sizeof(*all), by_text);
	for (size_t i = 1; i < n; i++)
		if (all[i].cause != all[i - 1].cause &&
		    sv_eq(all[i].item->text, all[i - 1].item->text))
			kbc_wrong(k, all[i].cause->file, all[i].item->line,
				  "the same %s stands in %s:%u",
				  kbc_field_name(all[i].item->field),
				  all[i - 1].cause->file,
				  all[i - 1].item->line);
}

void kbc_lint(struct kbc *k)
{
	for (size_t i = 0; i < k->n; i++)
		lint_cause(k, k->causes[i]);
	lint_shared(k);
}
