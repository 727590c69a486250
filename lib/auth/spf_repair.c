/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_nets.h"
#include "auth/spf_respell.h"
#include "auth/spf_run.h"

#include <limits.h>
#include <stdlib.h>

#define TEXT_MAX (2 * SPF_RECORD_MAX)

static const char *const change_names[SPF_CHANGE_N] = {
    [SPF_CHANGE_MERGED] = "merged",
    [SPF_CHANGE_SPELLING] = "spelling",
    [SPF_CHANGE_UNREADABLE] = "unreadable",
    [SPF_CHANGE_AFTER_ALL] = "after-all",
    [SPF_CHANGE_REDIRECT_WITH_ALL] = "redirect-with-all",
    [SPF_CHANGE_DUPLICATE] = "duplicate",
    [SPF_CHANGE_COVERED] = "covered",
    [SPF_CHANGE_IN_INCLUDE] = "in-include",
    [SPF_CHANGE_VOID] = "void",
    [SPF_CHANGE_VOID_INCLUDE] = "void-include",
    [SPF_CHANGE_LOOP] = "loop",
    [SPF_CHANGE_PTR] = "ptr",
    [SPF_CHANGE_MOVED] = "moved",
    [SPF_CHANGE_FLATTENED] = "flattened",
};

static const char *const repair_names[SPF_REPAIR_N] = {
    "merge", "syntax", "drop", "order", "flatten"};

const char *spf_change_name(enum spf_change_id id)
{
	return (unsigned)id < SPF_CHANGE_N ? change_names[id] : "unknown";
}

const char *spf_repair_name(enum spf_repair_id id)
{
	return (unsigned)id < SPF_REPAIR_N ? repair_names[id] : "unknown";
}

/* The record as it stands after the steps so far. */
struct job {
	struct facts *f;
	struct arena *a;
	sv domain;
	const struct spf_request *rq;
	struct spf_repairs *out;
	struct spf_record *r;
	struct spf_worst worst; /* of r */
	bool wait;
	bool bold; /* terms may give way to dearer ones behind them */
};


/* ---- the end of a step ---- */

/* Parse and count the text; false: an answer is pending, or no memory. */
static bool count(struct job *j, sv text)
{
	j->r = spf_record_parse(j->a, text, NULL, 0);
	if (!j->r)
		return false;
	j->wait = spf_cost_of(j->f, j->a, j->domain, j->r, j->rq,
	                      &j->worst) == STEP_WAIT;
	return !j->wait && j->worst.top && j->worst.top->seen;
}

static bool step(struct job *j, enum spf_repair_id id, sv text,
                 const struct spf_changes *c, bool today)
{
	if (!text.n || !c->n)
		return true;
	if (!count(j, text))
		return false;
	j->out->step[j->out->n++] = (struct spf_repair){id, text, c->change,
	    c->n, j->worst.terms, j->worst.voids, j->worst.voids6, today};
	return true;
}

static sv finish(struct job *j, struct buf *b)
{
	sv out = buf_failed(b) ? SV("") : arena_dup(j->a, buf_sv(b));

	buf_fini(b);
	return out;
}

/* All terms of r but those that are gone. */
static sv without(struct job *j, const bool *gone)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < j->r->n; i++)
		if (!gone[i])
			buf_addf(&b, " %.*s", SV_FMT(j->r->term[i].text));
	return finish(j, &b);
}

/* ---- dropping ---- */

static bool is_mechanism(const struct spf_term *t)
{
	return t->kind <= SPF_EXISTS;
}

static bool is_address(const struct spf_term *t)
{
	return t->kind == SPF_IP4 || t->kind == SPF_IP6;
}

/*
 * Term i may go because term k lets all its addresses pass.  Where k comes
 * first that is plain.  Else they now meet what stands between: it must say
 * the same, and, unless no error is possible any more, ask nothing.
 */
static bool may_give_way(const struct job *j, size_t i, size_t k)
{
	const struct spf_record *r = j->r;

	/* Behind all, k goes itself. */
	if (r->term[i].qualifier != r->term[k].qualifier || k > r->all)
		return false;
	for (size_t m = i + 1; m <= k; m++)
		if (is_mechanism(&r->term[m]) &&
		    (r->term[m].qualifier != r->term[i].qualifier ||
		     (!j->bold && !is_address(&r->term[m]))))
			return false;
	return true;
}

static bool same_term(const struct spf_term *a, const struct spf_term *b)
{
	return a->kind == b->kind &&
	       sv_ieq(sv_drop(a->text, a->written), sv_drop(b->text, b->written));
}

/* The text of a term before i that says the same; empty: none. */
static sv duplicate_of(const struct spf_record *r, const bool *gone, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!gone[k] && same_term(&r->term[k], &r->term[i]))
			return r->term[k].text;
	return SV("");
}

/* There are further questions, and none found anything. */
static bool others_void(const struct spf_seen *s)
{
	for (size_t i = 0; i < s->nmore; i++)
		if (!spf_is_void(s->more[i]))
			return false;
	return s->nmore > 0;
}

/* mx without hosts that have addresses, a without A and AAAA ... */
static bool finds_nothing(const struct job *j, const struct spf_term *t,
                          const struct spf_seen *s)
{
	bool empty;

	if (t->macros || s->depends || !s->answer || j->worst.cut)
		return false;
	empty = spf_is_void(s->answer);
	return t->kind == SPF_MX    ? empty || others_void(s)
	       : t->kind == SPF_A   ? empty && others_void(s)
	       : t->kind == SPF_EXISTS && empty;
}

/* An included domain that has no record, for certain. */
static bool includes_none(const struct spf_term *t, const struct spf_seen *s)
{
	return t->kind == SPF_INCLUDE && s->inner &&
	       (s->inner->why == SPF_WHY_NO_RECORD ||
	        s->inner->why == SPF_WHY_NO_DOMAIN);
}

/*
 * Does a record let everything pass that "what" does?  Only where nothing
 * before it says otherwise.
 */
static bool includes(const struct spf_trace *t, const struct dns_answer *what)
{
	const struct spf_record *r = t ? t->record : NULL;

	if (!r || !t->seen)
		return false;
	if (t->txt == what)
		return true;
	for (size_t i = 0; i < r->n && i < r->all; i++) {
		const struct spf_term *m = &r->term[i];

		if (!is_mechanism(m))
			continue;
		if (m->qualifier != '+')
			return false;
		if (m->kind == SPF_INCLUDE && includes(t->seen[i].inner, what))
			return true;
	}
	return false;
}

static sv inside_of(struct job *j, const bool *gone, size_t i)
{
	const struct spf_seen *seen = j->worst.top->seen;
	const struct spf_record *r = j->r;

	for (size_t k = 0; k < r->n; k++)
		if (k != i && !gone[k] && r->term[k].kind == SPF_INCLUDE &&
		    r->term[k].qualifier == '+' && seen[i].answer &&
		    may_give_way(j, i, k) &&
		    includes(seen[k].inner, seen[i].answer))
			return r->term[k].text;
	return SV("");
}

static bool inside_nets(const struct spf_nets *outer,
                        const struct spf_nets *inner)
{
	for (size_t i = 0; i < inner->n; i++)
		if (!spf_nets_cover(outer, &inner->net[i]))
			return false;
	return inner->n > 0;
}

/* A term of addresses that has all those of term i. */
static sv covered_by(struct job *j, const bool *gone, size_t i)
{
	const struct spf_record *r = j->r;
	struct spf_nets mine = {0};

	if (!is_mechanism(&r->term[i]) || r->term[i].kind == SPF_INCLUDE ||
	    !spf_nets_of(j->a, &r->term[i], &j->worst.top->seen[i], &mine))
		return SV("");
	for (size_t k = 0; k < r->n; k++) {
		const struct spf_term *t = &r->term[k];
		struct spf_net net = {t->ip, t->kind == SPF_IP4 ? t->bits4
		                                                : t->bits6};
		struct spf_nets one = {.net = &net, .n = 1};

		/* Of two that are the same the first stays. */
		if (k != i && !gone[k] && !same_term(t, &r->term[i]) &&
		    is_address(t) && may_give_way(j, i, k) && inside_nets(&one, &mine))
			return t->text;
	}
	return SV("");
}

/* Why term i may go; false: it stays. */
static bool needless(struct job *j, const bool *gone, size_t i,
                     enum spf_change_id *id, sv *by, bool *today)
{
	const struct spf_record *r = j->r;
	const struct spf_term *t = &r->term[i];
	const struct spf_seen *s = &j->worst.top->seen[i];

	*by = SV("");
	if (t->kind == SPF_REDIRECT) {
		*id = SPF_CHANGE_REDIRECT_WITH_ALL;
		return r->all != SIZE_MAX;
	}
	if (!is_mechanism(t))
		return false;
	if (i > r->all) {
		*id = SPF_CHANGE_AFTER_ALL;
		return true;
	}
	*id = SPF_CHANGE_PTR;
	if (t->kind == SPF_PTR)
		return true;
	*by = duplicate_of(r, gone, i);
	*id = SPF_CHANGE_DUPLICATE;
	if (by->n)
		return true;
	*id = SPF_CHANGE_LOOP;
	if (s->loop)
		return true;
	*today = !is_address(t);
	*id = includes_none(t, s) ? SPF_CHANGE_VOID_INCLUDE : SPF_CHANGE_VOID;
	if (*id == SPF_CHANGE_VOID_INCLUDE || finds_nothing(j, t, s))
		return true;
	*by = t->kind == SPF_INCLUDE ? inside_of(j, gone, i)
	                             : covered_by(j, gone, i);
	*id = t->kind == SPF_INCLUDE ? SPF_CHANGE_IN_INCLUDE
	                             : SPF_CHANGE_COVERED;
	return by->n > 0;
}

static sv dropped(struct job *j, bool bold, struct spf_changes *c, bool *today)
{
	bool *gone = arena_alloc(j->a, j->r->n + 1, 1);

	*c = (struct spf_changes){.a = j->a};
	*today = false;
	j->bold = bold;
	/* Each with each: a record of thousands is a flattened one. */
	if (!gone || j->r->n > SPF_COMPARED_MAX)
		return SV("");
	for (size_t i = 0; i < j->r->n; i++) {
		enum spf_change_id id;
		bool now = false;
		sv by;

		gone[i] = needless(j, gone, i, &id, &by, &now);
		if (!gone[i])
			continue;
		*today |= now;
		spf_changes_add(c, id, j->r->term[i].text, SV(""), by);
	}
	return c->n ? without(j, gone) : SV("");
}

/* Terms that may be void for some senders; UINT_MAX: errors are possible. */
static unsigned risks(const struct spf_trace *t)
{
	unsigned n = 0;

	if (!t->record || !t->seen || t->why != SPF_WHY_NO_MATCH)
		return UINT_MAX;
	for (size_t i = 0; i < t->record->n; i++) {
		const struct spf_seen *s = &t->seen[i];
		unsigned in = s->inner ? risks(s->inner) : s->depends;

		if (in == UINT_MAX ||
		    (s->answer && s->answer->type == DNS_MX &&
		     s->answer->n > SPF_MX_LIMIT))
			return UINT_MAX;
		n += in;
	}
	return n;
}

/* Can no sender meet an error? */
static bool is_clean(const struct spf_worst *w)
{
	unsigned n = risks(w->top);

	return n != UINT_MAX && w->terms <= SPF_TERMS_LIMIT &&
	       w->voids + n <= SPF_VOIDS_LIMIT &&
	       w->voids6 + n <= SPF_VOIDS_LIMIT && !w->loop && !w->cut &&
	       !w->depends && !w->unknown;
}

/* First all that can go; where that leaves errors, with more care. */
static bool drop(struct job *j)
{
	struct job before = *j;
	struct spf_changes c;
	bool today;
	sv text = dropped(j, true, &c, &today);

	if (!text.n)
		return true;
	if (!count(j, text))
		return false;
	if (!is_clean(&j->worst)) {
		j->r = before.r;
		j->worst = before.worst;
		text = dropped(j, false, &c, &today);
	}
	return step(j, SPF_REPAIR_DROP, text, &c, today);
}

/* ---- order ---- */

struct place {
	size_t i;
	unsigned run, rank;
};

static int by_rank(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->i < b->i ? -1 : 1;
}

/*
 * Addresses first, before neighbours that say the same: for no sender does
 * that ask more than before.
 */
static bool order(struct job *j)
{
	struct spf_changes c = {.a = j->a};
	struct place *p = arena_alloc(j->a, j->r->n + 1, sizeof(*p));
	const struct spf_record *r = j->r;
	size_t n = 0;
	unsigned run = 0;
	struct buf b;

	if (!p)
		return true;
	for (size_t i = 0; i < r->n; i++) {
		const struct spf_term *t = &r->term[i];

		if (n && (t->qualifier != r->term[p[n - 1].i].qualifier ||
		          t->kind == SPF_ALL || !is_mechanism(t)))
			run++;
		p[n++] = (struct place){i, run, !is_address(t)};
		if (t->kind == SPF_ALL || !is_mechanism(t))
			run++;
	}
	qsort(p, n, sizeof(*p), by_rank);
	buf_init(&b, TEXT_MAX);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < n; i++) {
		sv text = r->term[p[i].i].text;

		buf_addf(&b, " %.*s", SV_FMT(text));
		if (p[i].i > i)
			spf_changes_add(&c, SPF_CHANGE_MOVED, text, SV(""),
			                SV(""));
	}
	return step(j, SPF_REPAIR_ORDER, finish(j, &b), &c, false);
}

/* ---- flattening ---- */

struct flat {
	size_t i;
	unsigned saves;
	struct spf_nets nets;
};

/* Fewest ranges for each term that is saved. */
static int by_price(const void *x, const void *y)
{
	const struct flat *a = x, *b = y;
	size_t p = a->nets.n * b->saves, q = b->nets.n * a->saves;

	if (p != q)
		return p < q ? -1 : 1;
	return a->i < b->i ? -1 : 1;
}

static size_t find_flat(struct job *j, struct flat *list)
{
	const struct spf_record *r = j->r;
	size_t n = 0;

	for (size_t i = 0; i < r->n && i < r->all; i++) {
		const struct spf_seen *s = &j->worst.top->seen[i];
		struct flat f = {.i = i, .saves = s->terms};

		if (!is_mechanism(&r->term[i]) || !f.saves ||
		    !spf_nets_of(j->a, &r->term[i], s, &f.nets))
			continue;
		spf_nets_tidy(&f.nets);
		list[n++] = f;
	}
	qsort(list, n, sizeof(*list), by_price);
	return n;
}

/* The record with the first n of the list as addresses. */
static sv flattened(struct job *j, const struct flat *list, size_t n,
                    struct spf_changes *c)
{
	const struct spf_record *r = j->r;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < r->n; i++) {
		size_t k = 0, from = b.n;

		while (k < n && list[k].i != i)
			k++;
		if (k == n) {
			buf_addf(&b, " %.*s", SV_FMT(r->term[i].text));
			continue;
		}
		spf_nets_put(&list[k].nets, r->term[i].qualifier, &b);
		spf_changes_add(c, SPF_CHANGE_FLATTENED, r->term[i].text,
		    sv_trim(arena_dup(j->a, sv_drop(buf_sv(&b), from))),
		    SV(""));
	}
	return finish(j, &b);
}

static bool flatten(struct job *j)
{
	struct spf_changes c = {.a = j->a};
	struct flat *list = arena_alloc(j->a, j->r->n + 1, sizeof(*list));
	unsigned left = j->worst.terms;
	size_t n, take = 0;

	if (!list || left <= SPF_TERMS_LIMIT)
		return true;
	n = find_flat(j, list);
	while (take < n && left > SPF_TERMS_LIMIT)
		left -= list[take++].saves;
	if (left > SPF_TERMS_LIMIT)
		return true; /* it would not help */
	return step(j, SPF_REPAIR_FLATTEN, flattened(j, list, take, &c), &c,
	            true);
}

/* ---- all ---- */

/* One record that can be read; false: there is none, or it waits. */
static bool begin(struct job *j, const struct spf_set *set)
{
	struct spf_changes merge = {.a = j->a}, spell = {.a = j->a};
	sv text;

	if (set->all > 1) {
		text = spf_merge(j->a, set, &merge);
		/* Equal ones leave nothing to tell but that. */
		if (text.n && !merge.n)
			spf_changes_add(&merge, SPF_CHANGE_DUPLICATE,
			                set->record[1]->text, SV(""),
			                set->record[0]->text);
		if (!text.n || !step(j, SPF_REPAIR_MERGE, text, &merge, false))
			return false;
	} else if (set->all) {
		if (!count(j, set->record[0]->text))
			return false;
	} else {
		text = set->nearly ? spf_respell_near(j->a, set->near, &spell)
		                   : SV("");
		return text.n &&
		       step(j, SPF_REPAIR_SYNTAX, text, &spell, false);
	}
	text = spf_respell(j->a, set->all > 1 ? j->r : set->record[0], &spell);
	if (!text.n)
		return false;
	return step(j, SPF_REPAIR_SYNTAX, text, &spell, false);
}

enum step spf_repair(struct facts *f, struct arena *a, sv domain,
                     const struct spf_request *rq, struct spf_repairs *out)
{
	struct job j = {.f = f, .a = a, .domain = domain, .rq = rq,
	                .out = out};
	struct spf_worst worst;

	*out = (struct spf_repairs){0};
	if (spf_cost(f, a, domain, rq, &worst) == STEP_WAIT)
		return STEP_WAIT;
	if (!worst.top || !worst.top->set)
		return STEP_DONE;
	if (begin(&j, worst.top->set) && drop(&j) && order(&j) && flatten(&j))
		out->over = j.worst.terms > SPF_TERMS_LIMIT;
	if (j.wait)
		return STEP_WAIT;
	out->unknown = worst.unknown || j.worst.unknown || worst.cut;
	if (arena_failed(a))
		*out = (struct spf_repairs){.unknown = true};
	return STEP_DONE;
}
