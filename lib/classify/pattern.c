/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/pattern.h"

#include "base/ascii.h"
#include "classify/slot.h"

struct finder {
	const struct norm *norm;
	const struct ruleset *rs;
	const struct elem *e; /* of the text */
	size_t n;             /* elements */
	sv text;
	bool gaps;
	struct pattern_match *m;
};

static sv literal(const struct finder *f, size_t k)
{
	return sv_of(f->rs->words + f->e[k].at, f->e[k].len);
}

static bool bounded(const struct finder *f, size_t k, size_t from, size_t to)
{
	return pattern_bounded(f->text, f->e[k].flags, from, to);
}

static bool literal_here(const struct finder *f, size_t k, size_t i)
{
	sv l = literal(f, k);

	return i + l.n <= f->text.n && norm_same(f->text.p + i, l.p, l.n) &&
	       bounded(f, k, i, i + l.n);
}

/*
 * sv_find for literals.  memmem builds a table first; replies are so short
 * that this is most of its work, while four bytes at once find nearly all.
 */
static size_t words_find(sv text, size_t from, sv l)
{
	uint32_t head;

	if (l.n < 4) {
		size_t at = sv_find(sv_drop(text, from), l);

		return at == SV_NPOS ? at : from + at;
	}
	head = gram_load(l.p);
	for (size_t i = from; i + l.n <= text.n; i++)
		if (gram_load(text.p + i) == head &&
		    norm_same(text.p + i, l.p, l.n))
			return i;
	return SV_NPOS;
}

/* First place at or behind from where literal k stands. */
static size_t literal_find(const struct finder *f, size_t k, size_t from)
{
	sv l = literal(f, k);

	if (l.n >= 4 && !norm_may_hold(f->norm, l.p))
		return SV_NPOS;
	while (from + l.n <= f->text.n) {
		size_t at = words_find(f->text, from, l);

		if (at == SV_NPOS)
			return SV_NPOS;
		if (bounded(f, k, at, at + l.n))
			return at;
		from = at + 1;
	}
	return SV_NPOS;
}

static struct slot_want want_of(const struct elem *e)
{
	return (struct slot_want){(enum slot_kind)e->slot, e->lo, e->hi};
}

static void keep_value(struct finder *f, size_t k, size_t from, size_t to)
{
	struct pattern_match *m = f->m;

	if (m->nvalues == PATTERN_MAX_VALUES)
		return;
	m->values[m->nvalues++] = (struct value_span){
	    f->e[k].at, (uint16_t)k, {(uint16_t)from, (uint16_t)to},
	    f->e[k].slot};
}

/* End of the value at i such that what follows it in the run still fits. */
static size_t slot_end(const struct finder *f, size_t k, size_t i)
{
	struct slot_want want = want_of(&f->e[k]);
	size_t n, floor;

	if (i < f->text.n && f->text.p[i] == NORM_GAP)
		return i + 1;
	n = slot_longest(f->rs, want, f->text, i);
	if (k + 1 >= f->n || f->e[k + 1].kind != ELEM_LITERAL)
		return i + n;
	floor = n > 64 ? n - 64 : 1;
	for (size_t len = n; len && len >= floor; len--)
		if (literal_here(f, k + 1, i + len) &&
		    (len == n || slot_is(f->rs, want, f->text, i, i + len)))
			return i + len;
	return n && f->gaps ? i + n : i;
}

/* Does the literal before slot k, if there is one, end at i? */
static bool fits_before(const struct finder *f, size_t k, size_t i)
{
	size_t len;

	if (!k || f->e[k - 1].kind != ELEM_LITERAL)
		return true;
	len = f->e[k - 1].len;
	return i >= len && literal_here(f, k - 1, i - len);
}

/* Where a value that ends at "end" begins, or SV_NPOS. */
static size_t slot_begin(const struct finder *f, size_t k, size_t end,
                         size_t least)
{
	struct slot_want want = want_of(&f->e[k]);
	size_t from = end, best = SV_NPOS, tries = 0;
	bool spaced = want.kind == SLOT_SIZE || want.kind == SLOT_DURATION;

	if (end > least && f->text.p[end - 1] == NORM_GAP)
		return end - 1;
	while (from > least && end - from < SLOT_MAX) {
		char c = f->text.p[from - 1];

		if (c == NORM_GAP || (c == ' ' && !spaced) ||
		    (spaced && end - from > 24))
			break;
		from--;
	}
	/* The longest that is one: begin at the left, step over punctuation. */
	for (; from < end && tries < 24; from++, tries++) {
		if (fits_before(f, k, from) &&
		    slot_is(f->rs, want, f->text, from, end)) {
			best = from;
			break;
		}
		while (from + 1 < end && is_alnum(f->text.p[from]) &&
		       is_alnum(f->text.p[from + 1]))
			from++;
	}
	return best;
}

static bool resume_literal(struct finder *f, size_t k, size_t skip, size_t i,
                           size_t *next)
{
	sv l = literal(f, k), rest = sv_drop(f->text, i);

	/* At a word of the literal: its tail must fit up to text or gap end. */
	for (size_t o = skip; o + 3 < l.n; o++) {
		sv tail = sv_drop(l, o);
		size_t n = 0;

		if (o && is_alnum(l.p[o - 1]))
			continue;
		while (n < tail.n && n < rest.n && tail.p[n] == rest.p[n])
			n++;
		if (n == tail.n ||
		    (n >= 6 && (n == rest.n || rest.p[n] == NORM_GAP))) {
			f->m->literal = (uint16_t)(f->m->literal + n);
			*next = i + n;
			return true;
		}
	}
	return false;
}

/*
 * The text has a gap at i; elements from k on are open, literal k is matched
 * up to skip.  Finds the element and place behind the gap to go on with.
 */
static bool resume(struct finder *f, size_t *k, size_t skip, size_t *i)
{
	size_t at = *i + 1, next;

	f->m->gapped = true;
	while (at < f->text.n && f->text.p[at] == ' ')
		at++;
	for (size_t j = *k; j < f->n && f->e[j].kind != ELEM_STAR; j++) {
		if (f->e[j].kind != ELEM_LITERAL)
			continue;
		if (at < f->text.n &&
		    resume_literal(f, j, j == *k ? skip : 0, at, &next)) {
			*k = j + 1;
			*i = next;
			return true;
		}
	}
	/* Nothing of this run is left behind the gap: it all fell in. */
	while (*k < f->n && f->e[*k].kind != ELEM_STAR)
		(*k)++;
	*i = *i + 1;
	return true;
}

static size_t common(sv a, sv b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	return n;
}

/*
 * Match elements from k on, beginning exactly at *i, up to the end of the
 * run.  *k and *i are moved to what follows.
 */
static bool match_ahead(struct finder *f, size_t *k, size_t *i)
{
	while (*k < f->n && f->e[*k].kind != ELEM_STAR) {
		size_t end = *i, got = 0;

		if (f->e[*k].kind == ELEM_SLOT) {
			end = *i < f->text.n ? slot_end(f, *k, *i) : *i;
			if (end > *i) {
				keep_value(f, *k, *i, end);
				*i = end;
				(*k)++;
				continue;
			}
		} else if (literal_here(f, *k, *i)) {
			f->m->literal =
			    (uint16_t)(f->m->literal + f->e[*k].len);
			*i += f->e[*k].len;
			(*k)++;
			continue;
		} else {
			got = common(literal(f, *k), sv_drop(f->text, *i));
		}
		if (!f->gaps || *i + got >= f->text.n ||
		    f->text.p[*i + got] != NORM_GAP)
			return false;
		f->m->literal = (uint16_t)(f->m->literal + got);
		*i += got;
		if (!resume(f, k, got, i))
			return false;
	}
	return true;
}

/* Match elements first..k (excluded) so that they end at "end". */
static size_t match_back(struct finder *f, size_t first, size_t k, size_t end,
                         size_t least)
{
	while (k > first) {
		k--;
		if (f->e[k].kind == ELEM_SLOT) {
			size_t from = slot_begin(f, k, end, least);

			if (from == SV_NPOS)
				return SV_NPOS;
			keep_value(f, k, from, end);
			end = from;
		} else {
			size_t len = f->e[k].len;

			if (end < len + least || !literal_here(f, k, end - len))
				return SV_NPOS;
			f->m->literal = (uint16_t)(f->m->literal + len);
			end -= len;
		}
	}
	return end;
}

/* The longest literal of the run: what is searched for. */
static size_t anchor_of(const struct finder *f, size_t first)
{
	size_t best = SV_NPOS;

	for (size_t k = first; k < f->n && f->e[k].kind != ELEM_STAR; k++)
		if (f->e[k].kind == ELEM_LITERAL &&
		    (best == SV_NPOS || f->e[k].len > f->e[best].len))
			best = k;
	return best;
}

static bool run_at(struct finder *f, size_t *k, size_t *i, struct span *out)
{
	size_t anchor = anchor_of(f, *k), at = *i, tries = 0;
	uint8_t nvalues = f->m->nvalues;
	uint16_t found = f->m->literal;

	/* A place where the words fit but the values do not is passed over. */
	while (anchor != SV_NPOS && tries++ < 16 &&
	       (at = literal_find(f, anchor, at)) != SV_NPOS) {
		size_t kk = anchor, ii = at;
		size_t from = match_back(f, *k, anchor, at, *i);

		if (from != SV_NPOS && match_ahead(f, &kk, &ii)) {
			*out = (struct span){(uint16_t)from, (uint16_t)ii};
			*k = kk;
			*i = ii;
			return true;
		}
		f->m->nvalues = nvalues;
		f->m->literal = found;
		at++;
	}
	return false;
}

/* No literal of the run stands whole: it may begin or end in a gap. */
static bool run_gapped(struct finder *f, size_t *k, size_t *i,
                       struct span *out)
{
	uint8_t nvalues = f->m->nvalues;
	uint16_t found = f->m->literal;

	for (size_t g = *i; g < f->text.n; g++) {
		size_t kk = *k, ii = g, got;

		if (f->text.p[g] == NORM_GAP) {
			if (!resume(f, &kk, 0, &ii))
				continue;
		} else if (f->e[kk].kind != ELEM_LITERAL ||
		           (got = common(literal(f, kk),
		                         sv_drop(f->text, g))) < 6 ||
		           g + got >= f->text.n ||
		           f->text.p[g + got] != NORM_GAP ||
		           (g && is_alnum(f->text.p[g - 1]))) {
			continue;
		}
		if (match_ahead(f, &kk, &ii) &&
		    f->m->literal >= found + PATTERN_GAP_LEAST) {
			*out = (struct span){(uint16_t)g, (uint16_t)ii};
			*k = kk;
			*i = ii;
			return true;
		}
		f->m->nvalues = nvalues;
		f->m->literal = found;
	}
	return false;
}

static bool gap_behind(const struct finder *f, size_t i)
{
	return sv_chr(sv_drop(f->text, i ? i - 1 : 0), NORM_GAP) != SV_NPOS;
}

static struct finder finder_of(const struct ruleset *rs, const struct text *t,
                               const struct norm *n, struct pattern_match *m)
{
	m->nruns = m->nvalues = 0;
	m->gapped = false;
	m->literal = 0;
	return (struct finder){.norm = n, .rs = rs,
	                       .e = rs->elems + t->elems.first,
	                       .n = t->elems.n, .text = norm_sv(n),
	                       .gaps = n->gaps, .m = m};
}

static void keep_run(struct pattern_match *m, struct span s)
{
	if (m->nruns < PATTERN_MAX_RUNS)
		m->runs[m->nruns++] = s;
}

bool pattern_find(const struct ruleset *rs, const struct text *t,
                  const struct norm *n, struct pattern_match *m)
{
	struct finder f = finder_of(rs, t, n, m);
	size_t k = 0, i = 0;

	while (k < f.n) {
		struct span s;

		if (f.e[k].kind == ELEM_STAR) {
			k++;
			continue;
		}
		if (!run_at(&f, &k, &i, &s) &&
		    !(f.gaps && run_gapped(&f, &k, &i, &s))) {
			/* The rest was cut off at the end. */
			if (f.gaps && m->literal >= PATTERN_GAP_LEAST &&
			    gap_behind(&f, i)) {
				m->gapped = true;
				break;
			}
			return false;
		}
		keep_run(m, s);
	}
	return m->nruns > 0 && (!m->gapped || m->literal >= PATTERN_GAP_LEAST);
}

/* Runs from element k to end (excluded), searched from i on. */
static bool runs_between(struct finder *f, size_t k, size_t end, size_t *i)
{
	while (k < end) {
		struct span s;

		if (f->e[k].kind == ELEM_STAR) {
			k++;
			continue;
		}
		if (!run_at(f, &k, i, &s))
			return false;
		keep_run(f->m, s);
	}
	return true;
}

bool pattern_find_at(const struct ruleset *rs, const struct text *t,
                     const struct norm *n, uint32_t elem, size_t at,
                     struct pattern_match *m)
{
	struct finder f = finder_of(rs, t, n, m);
	size_t anchor = elem - t->elems.first, first = anchor, k = anchor + 1;
	size_t i = at + f.e[anchor].len, from, before = 0;
	struct span pinned;

	if (!bounded(&f, anchor, at, i))
		return false;
	m->literal = f.e[anchor].len;
	while (first && f.e[first - 1].kind != ELEM_STAR)
		first--;
	from = match_back(&f, first, anchor, at, 0);
	if (from == SV_NPOS || !match_ahead(&f, &k, &i))
		return false;
	pinned = (struct span){(uint16_t)from, (uint16_t)i};
	if (first && (!runs_between(&f, 0, first, &before) || before > from))
		return false;
	keep_run(m, pinned);
	return k == f.n || runs_between(&f, k, f.n, &i);
}
