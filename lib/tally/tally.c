/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/tally.h"

#include <inttypes.h>
#include <stdlib.h>

struct named {
	char name[TALLY_NAME];
	uint64_t failures;
};

struct cell {
	uint64_t n[TALLY_ACTIONS];
};

struct class {
	char name[TALLY_NAME];
	struct cell by;
};

struct tally {
	uint64_t mails, untold, problems;
	struct named providers[TALLY_PROVIDERS];
	struct named days[TALLY_DAYS];
	struct class classes[TALLY_CLASSES];
	size_t nproviders, ndays, nclasses;
	uint64_t other_providers, other_days, other_classes;
	struct cell causes[]; /* in the order of kb_causes */
};

static const char *const action_names[] = {
    [TALLY_SUPPRESS] = "suppress", [TALLY_FIX] = "fix",
    [TALLY_RETRY] = "retry",       [TALLY_KEEP] = "keep",
    [TALLY_NOTHING] = "nothing",
};

const char *tally_action_name(enum tally_action a)
{
	return action_names[a < TALLY_ACTIONS ? a : TALLY_NOTHING];
}

/* The address does not work, whoever writes to it. */
static bool is_dead(const char *cause)
{
	static const char *const dead[] = {
	    "recipient.unknown",        "recipient.disabled",
	    "recipient.moved",          "recipient.owner-changed",
	    "recipient.domain-unknown", "recipient.null-mx",
	    "recipient.bad-address"};

	for (size_t i = 0; i < sizeof(dead) / sizeof(dead[0]); i++)
		if (!strcmp(cause, dead[i]))
			return true;
	return false;
}

enum tally_action tally_action_of(const struct tally_row *row)
{
	bool failed = row->action == ACTION_FAILED ||
	              row->action == ACTION_NONE;

	if (row->notice || sv_eq(row->permanence, SV("not-a-failure")))
		return TALLY_NOTHING;
	if (is_dead(row->cause->id))
		return failed ? TALLY_SUPPRESS : TALLY_RETRY;
	if (sv_eq(row->permanence, SV("temporary")))
		return TALLY_RETRY;
	if (sv_starts(row->actor, SV("sender-")) ||
	    sv_eq(row->actor, SV("app-developer")) ||
	    sv_eq(row->actor, SV("list-admin")) ||
	    sv_eq(row->actor, SV("sending-provider")) ||
	    sv_eq(row->actor, SV("hosting-provider")))
		return TALLY_FIX;
	return TALLY_KEEP;
}

struct tally *tally_new(void)
{
	return calloc(1, sizeof(struct tally) +
	                     kb_ncauses * sizeof(struct cell));
}

void tally_free(struct tally *t)
{
	free(t);
}

/* Count name in a list of at most max; false where it has no room. */
static bool count(struct named *list, size_t *n, size_t max, sv name,
                  uint64_t by)
{
	size_t i;

	name = sv_head(name, TALLY_NAME - 1);
	for (i = 0; i < *n; i++)
		if (!list[i].name[name.n] &&
		    !memcmp(list[i].name, name.p, name.n))
			break;
	if (i == *n) {
		if (*n == max)
			return false;
		memcpy(list[i].name, name.p, name.n);
		list[i].name[name.n] = '\0';
		(*n)++;
	}
	list[i].failures += by;
	return true;
}

static void count_class(struct tally *t, sv name, size_t action, uint64_t by)
{
	size_t i;

	name = sv_head(name, TALLY_NAME - 1);
	for (i = 0; i < t->nclasses; i++)
		if (sv_eq(sv_str(t->classes[i].name), name))
			break;
	if (i == TALLY_CLASSES) {
		t->other_classes += by;
		return;
	}
	if (i == t->nclasses) {
		memcpy(t->classes[i].name, name.p, name.n);
		t->nclasses++;
	}
	t->classes[i].by.n[action] += by;
}

void tally_add(struct tally *t, const struct tally_row *row)
{
	size_t cause = (size_t)(row->cause - kb_causes);
	enum tally_action action = tally_action_of(row);

	t->causes[cause].n[action]++;
	if (row->class.n)
		count_class(t, row->class, action, 1);
	if (action == TALLY_NOTHING)
		return;
	if (row->provider.n && !count(t->providers, &t->nproviders,
	                              TALLY_PROVIDERS, row->provider, 1))
		t->other_providers++;
	if (row->day.n &&
	    !count(t->days, &t->ndays, TALLY_DAYS, row->day, 1))
		t->other_days++;
}

void tally_mail(struct tally *t, bool told)
{
	t->mails++;
	t->untold += !told;
}

void tally_problem(struct tally *t)
{
	t->problems++;
}

void tally_merge(struct tally *into, const struct tally *from)
{
	into->mails += from->mails;
	into->untold += from->untold;
	into->problems += from->problems;
	into->other_providers += from->other_providers;
	into->other_days += from->other_days;
	for (size_t i = 0; i < kb_ncauses; i++)
		for (size_t k = 0; k < TALLY_ACTIONS; k++)
			into->causes[i].n[k] += from->causes[i].n[k];
	into->other_classes += from->other_classes;
	for (size_t i = 0; i < from->nclasses; i++)
		for (size_t k = 0; k < TALLY_ACTIONS; k++)
			if (from->classes[i].by.n[k])
				count_class(into,
				            sv_str(from->classes[i].name), k,
				            from->classes[i].by.n[k]);
	for (size_t i = 0; i < from->nproviders; i++)
		if (!count(into->providers, &into->nproviders,
		           TALLY_PROVIDERS, sv_str(from->providers[i].name),
		           from->providers[i].failures))
			into->other_providers += from->providers[i].failures;
	for (size_t i = 0; i < from->ndays; i++)
		if (!count(into->days, &into->ndays, TALLY_DAYS,
		           sv_str(from->days[i].name),
		           from->days[i].failures))
			into->other_days += from->days[i].failures;
}

static uint64_t of_action(const struct tally *t, size_t action)
{
	uint64_t n = 0;

	for (size_t i = 0; i < kb_ncauses; i++)
		n += t->causes[i].n[action];
	return n;
}

uint64_t tally_failures(const struct tally *t)
{
	uint64_t n = 0;

	for (size_t k = 0; k < TALLY_NOTHING; k++)
		n += of_action(t, k);
	return n;
}

/* ---- the tree ---- */

struct line {
	const struct kb_cause *cause;
	enum tally_action action;
	uint64_t n;
};

static int by_count(const void *x, const void *y)
{
	const struct line *a = x, *b = y;

	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	if (a->cause != b->cause)
		return a->cause < b->cause ? -1 : 1;
	return (int)a->action - (int)b->action;
}

static int by_failures(const void *x, const void *y)
{
	const struct named *a = x, *b = y;

	if (a->failures != b->failures)
		return a->failures < b->failures ? 1 : -1;
	return strcmp(a->name, b->name);
}

static int by_name(const void *x, const void *y)
{
	return strcmp(((const struct named *)x)->name,
	              ((const struct named *)y)->name);
}

static size_t lines_of(struct arena *a, const struct tally *t,
                       struct line **out)
{
	struct line *v = arena_alloc(a, kb_ncauses * TALLY_ACTIONS, sizeof(*v));
	size_t n = 0;

	*out = v;
	for (size_t i = 0; v && i < kb_ncauses; i++)
		for (size_t k = 0; k < TALLY_ACTIONS; k++)
			if (t->causes[i].n[k])
				v[n++] = (struct line){&kb_causes[i],
				                       (enum tally_action)k,
				                       t->causes[i].n[k]};
	if (n)
		qsort(v, n, sizeof(*v), by_count);
	return n;
}

static void cell(struct arena *a, struct rnode *row, const char *text)
{
	(void)rnode_string(a, row, SV(""), sv_str(text));
}

static void number_cell(struct arena *a, struct rnode *row, uint64_t n)
{
	(void)rnode_string(a, row, SV(""), arena_printf(a, "%" PRIu64, n));
}

static struct rnode *table(struct arena *a, struct rnode *root,
                           const char *label, const char *const *head,
                           size_t n)
{
	struct rnode *row = rnode_row(a, root, label, SV(""));
	struct rnode *t = rnode_prose(a, row, RNODE_TABLE, SV(""));
	struct rnode *first = rnode_list(a, t, SV(""));

	for (size_t i = 0; i < n; i++)
		cell(a, first, head[i]);
	return t;
}

static void causes_tree(struct arena *a, struct rnode *root,
                        const struct line *v, size_t n)
{
	static const char *const head[] = {"count", "what to do", "cause", ""};
	struct rnode *list = rnode_list(a, root, SV("causes"));
	struct rnode *t = n ? table(a, root, "By cause", head, 4) : NULL;

	for (size_t i = 0; i < n; i++) {
		struct rnode *o = rnode_object(a, list, SV(""));
		struct rnode *row = rnode_list(a, t, SV(""));

		(void)rnode_string(a, o, SV("cause"), sv_str(v[i].cause->id));
		(void)rnode_string(a, o, SV("title"),
		                   sv_str(v[i].cause->title));
		(void)rnode_string(a, o, SV("action"),
		                   sv_str(tally_action_name(v[i].action)));
		(void)rnode_number(a, o, SV("count"), (int64_t)v[i].n);
		number_cell(a, row, v[i].n);
		cell(a, row, tally_action_name(v[i].action));
		cell(a, row, v[i].cause->id);
		cell(a, row, v[i].cause->title);
	}
}

struct class_line {
	char name[TALLY_NAME];
	enum tally_action action;
	uint64_t n;
};

static int by_class_count(const void *x, const void *y)
{
	const struct class_line *a = x, *b = y;
	int names = strcmp(a->name, b->name);

	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	return names ? names : (int)a->action - (int)b->action;
}

static size_t class_lines(struct arena *a, const struct tally *t,
                          struct class_line **out)
{
	struct class_line *v =
	    arena_alloc(a, t->nclasses * TALLY_ACTIONS + 1, sizeof(*v));
	size_t n = 0;

	*out = v;
	for (size_t i = 0; v && i < t->nclasses; i++)
		for (size_t k = 0; k < TALLY_ACTIONS; k++)
			if (t->classes[i].by.n[k]) {
				v[n].action = (enum tally_action)k;
				v[n].n = t->classes[i].by.n[k];
				memcpy(v[n++].name, t->classes[i].name,
				       TALLY_NAME);
			}
	if (n)
		qsort(v, n, sizeof(*v), by_class_count);
	return n;
}

static void classes_tree(struct arena *a, struct rnode *root,
                         const struct tally *t, const char *vocabulary)
{
	const char *const head[] = {"count", "what to do", vocabulary};
	struct rnode *list = rnode_list(a, root, SV("classes"));
	struct class_line *v;
	size_t n = class_lines(a, t, &v);
	struct rnode *rows = n ? table(a, root, "By class", head, 3) : NULL;

	for (size_t i = 0; i < n; i++) {
		struct rnode *o = rnode_object(a, list, SV(""));
		struct rnode *row = rnode_list(a, rows, SV(""));

		(void)rnode_string(a, o, SV("class"), sv_str(v[i].name));
		(void)rnode_string(a, o, SV("action"),
		                   sv_str(tally_action_name(v[i].action)));
		(void)rnode_number(a, o, SV("count"), (int64_t)v[i].n);
		number_cell(a, row, v[i].n);
		cell(a, row, tally_action_name(v[i].action));
		cell(a, row, v[i].name);
	}
}

/* What mends most, if it is mended. */
#define TOP_FIXES 5

static const char *first_fix(const struct kb_cause *cause)
{
	for (uint32_t i = 0; i < cause->nitems; i++) {
		const struct kb_item *it = &kb_items[cause->item + i];

		/* Steps with values or for one product say little here. */
		if (it->field == KB_FIX && !it->nconds &&
		    !kb_str(it->where)[0] &&
		    !strchr(kb_str(it->text), '{'))
			return kb_str(it->text);
	}
	return NULL;
}

static void fixes_tree(struct arena *a, struct rnode *root,
                       const struct line *v, size_t n)
{
	struct rnode *list = rnode_list(a, root, SV("fixes")), *row = NULL;
	size_t shown = 0;

	for (size_t i = 0; i < n && shown < TOP_FIXES; i++) {
		const char *fix = first_fix(v[i].cause);
		struct rnode *o;

		if (v[i].action != TALLY_FIX)
			continue;
		if (!shown++)
			row = rnode_row(a, root, "Fix first", SV(""));
		o = rnode_object(a, list, SV(""));
		(void)rnode_string(a, o, SV("cause"), sv_str(v[i].cause->id));
		(void)rnode_number(a, o, SV("recovers"), (int64_t)v[i].n);
		if (fix)
			(void)rnode_string(a, o, SV("text"), sv_str(fix));
		(void)rnode_prose(
		    a, row, RNODE_STEP,
		    arena_printf(a, "%s (%" PRIu64 " mails).%s%s",
		                 v[i].cause->title, v[i].n, fix ? " " : "",
		                 fix ? fix : ""));
	}
	if (shown)
		(void)rnode_prose(a, row, RNODE_PARAGRAPH,
		                  SV("`mailwhy causes CAUSE` tells all about "
		                     "one."));
}

/* The same as a chart. */
static void series(struct arena *a, struct rnode *root, const char *label,
                   const struct named *v, size_t n)
{
	struct rnode *row = rnode_row(a, root, label, SV(""));
	struct rnode *s = rnode_prose(a, row, RNODE_SERIES, sv_str(label));

	for (size_t i = 0; i < n; i++) {
		struct rnode *x = rnode_number(a, s, SV(""),
		                               (int64_t)v[i].failures);

		if (x)
			x->label = sv_str(v[i].name);
	}
}

static void named_tree(struct arena *a, struct rnode *root, const char *key,
                       const char *label, const struct named *from, size_t n,
                       bool days, size_t max)
{
	const char *const head[] = {"count", days ? "day" : "provider"};
	struct rnode *list = rnode_list(a, root, sv_str(key)), *t;
	struct named *v = arena_alloc(a, n ? n : 1, sizeof(*v));

	if (!n || !v)
		return;
	memcpy(v, from, n * sizeof(*v));
	qsort(v, n, sizeof(*v), days ? by_name : by_failures);
	series(a, root, days ? "Failures by day" : "Failures by provider", v,
	       n < max ? n : max);
	t = table(a, root, label, head, 2);
	for (size_t i = 0; i < n; i++) {
		struct rnode *o = rnode_object(a, list, SV("")), *row;

		(void)rnode_string(a, o, days ? SV("day") : SV("provider"),
		                   sv_str(v[i].name));
		(void)rnode_number(a, o, SV("count"), (int64_t)v[i].failures);
		if (i >= max)
			continue;
		row = rnode_list(a, t, SV(""));
		number_cell(a, row, v[i].failures);
		cell(a, row, v[i].name);
	}
}

static void totals_tree(struct arena *a, const struct tally *t,
                        struct rnode *root)
{
	uint64_t failures = tally_failures(t);
	struct rnode *o = rnode_object(a, root, SV("actions"));

	(void)rnode_number(a, root, SV("mails"), (int64_t)t->mails);
	(void)rnode_number(a, root, SV("failures"), (int64_t)failures);
	(void)rnode_number(a, root, SV("nothing_told"), (int64_t)t->untold);
	(void)rnode_number(a, root, SV("problems"), (int64_t)t->problems);
	for (size_t k = 0; k < TALLY_ACTIONS; k++)
		(void)rnode_number(a, o,
		                   sv_str(tally_action_name((enum tally_action)k)),
		                   (int64_t)of_action(t, k));
	(void)rnode_prose(
	    a, root, RNODE_HEADLINE,
	    arena_printf(a,
	                 "%" PRIu64 " mails read, %" PRIu64
	                 " failed deliveries: %" PRIu64
	                 " addresses to take off, %" PRIu64
	                 " to fix and send again, %" PRIu64
	                 " that heal by themselves, %" PRIu64
	                 " that others must mend.",
	                 t->mails, failures, of_action(t, TALLY_SUPPRESS),
	                 of_action(t, TALLY_FIX), of_action(t, TALLY_RETRY),
	                 of_action(t, TALLY_KEEP)));
	if (t->untold)
		(void)rnode_prose(a, root, RNODE_PARAGRAPH,
		                  arena_printf(a, "%" PRIu64 " of the mails tell "
		                               "of no delivery.", t->untold));
	if (t->problems)
		(void)rnode_prose(a, root, RNODE_PARAGRAPH,
		                  arena_printf(a, "%" PRIu64 " inputs could not be "
		                               "read, or not wholly.",
		                               t->problems));
}

#define SHOWN_PROVIDERS 15
#define SHOWN_DAYS 60

/* What had no room in the lists. */
static void others_tree(struct arena *a, const struct tally *t,
                        struct rnode *root)
{
	struct rnode *o;

	if (!t->other_classes && !t->other_providers && !t->other_days)
		return;
	o = rnode_object(a, root, SV("left_out"));
	(void)rnode_number(a, o, SV("classes"), (int64_t)t->other_classes);
	(void)rnode_number(a, o, SV("providers"), (int64_t)t->other_providers);
	(void)rnode_number(a, o, SV("days"), (int64_t)t->other_days);
	(void)rnode_prose(
	    a, root, RNODE_PARAGRAPH,
	    arena_printf(a, "Not listed: %" PRIu64 " failures at more than %d "
	                 "providers, %" PRIu64 " of more than %d days.",
	                 t->other_providers, TALLY_PROVIDERS, t->other_days,
	                 TALLY_DAYS));
}

void tally_tree(struct arena *a, const struct tally *t,
                const char *vocabulary, struct rnode *root)
{
	struct line *v;
	size_t n = lines_of(a, t, &v);

	totals_tree(a, t, root);
	fixes_tree(a, root, v, n);
	causes_tree(a, root, v, n);
	if (vocabulary)
		classes_tree(a, root, t, vocabulary);
	named_tree(a, root, "providers", "By provider", t->providers,
	           t->nproviders, false, SHOWN_PROVIDERS);
	named_tree(a, root, "days", "By day", t->days, t->ndays, true,
	           SHOWN_DAYS);
	others_tree(a, t, root);
}
