/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern.h - does one text of a rule stand in a reply, and where
 *
 * A text is a row of runs separated by '*'; inside a run literals and slots
 * stand directly beside each other.  Runs are searched from left to right,
 * each behind the one before; nothing is tried twice, so work is bounded by
 * the length of the reply times the length of the text.
 *
 * A NORM_GAP in the reply stands for anything that was cut there: a literal
 * may end at it and go on behind it.
 */
#ifndef CLASSIFY_PATTERN_H
#define CLASSIFY_PATTERN_H

#include "base/ascii.h"
#include "classify/norm.h"
#include "classify/ruleset.h"

#define PATTERN_MAX_RUNS 8
#define PATTERN_MAX_VALUES 16
/* Elements of one text; the longest real one has 17. */
#define PATTERN_MAX_ELEMS 48

/*
 * Literal bytes that must be there although the reply has gaps: less could be
 * any sentence.
 */
#define PATTERN_GAP_LEAST 12

struct span {
	uint16_t from, to;
};

struct value_span {
	rstr name; /* 0 where the rule gives none */
	uint16_t elem;
	struct span at;
	uint8_t slot;
};

struct pattern_match {
	struct span runs[PATTERN_MAX_RUNS];
	struct value_span values[PATTERN_MAX_VALUES];
	uint8_t nruns, nvalues;
	bool gapped; /* part of the text fell into a gap */
	uint16_t literal; /* bytes of literals found */
};

/* Do the bytes from..to begin and end a word where a literal has to? */
static inline bool pattern_bounded(sv text, unsigned flags, size_t from,
                                   size_t to)
{
	if ((flags & ELEM_BOUND_LEFT) && from && is_alnum(text.p[from - 1]))
		return false;
	return !((flags & ELEM_BOUND_RIGHT) && to < text.n &&
	         is_alnum(text.p[to]));
}

/* False if t does not stand in n; *m is then undefined. */
bool pattern_find(const struct ruleset *rs, const struct text *t,
                  const struct norm *n, struct pattern_match *m);

/*
 * The same for a reply without gaps in which literal elem (an index of
 * rs->elems) was found at byte "at": only matches that use it there count.
 */
bool pattern_find_at(const struct ruleset *rs, const struct text *t,
                     const struct norm *n, uint32_t elem, size_t at,
                     struct pattern_match *m);

#endif
