/* SPDX-License-Identifier: BSD-2-Clause */
#include "replies.h"

#include <stdlib.h>

#include "base/ascii.h"

static uint32_t state = 1;

/* xorshift: the same replies in every run */
static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/*
 * Digits behind a dot, colon or bracket belong to addresses, sizes and ids;
 * codes at the start of the reply stay.  Letters of local parts vary too.
 */
static void vary(char *p, size_t n)
{
	for (size_t i = 12; i < n; i++) {
		if (is_digit(p[i]) && (p[i - 1] == '.' || p[i - 1] == ':') &&
		    (i + 1 == n || !is_digit(p[i + 1])))
			p[i] = (char)('1' + next() % 9);
		else if (i + 1 < n && p[i + 1] == '@' && is_lower(p[i]))
			p[i] = (char)('a' + next() % 26);
	}
}

/* The next example, in a scattered order, of a rule that goes by words. */
static sv example(const struct ruleset *rs, size_t *at)
{
	for (;;) {
		const struct rule *r = &rs->rules[*at * 7919 % rs->nrules];
		size_t k = *at / rs->nrules;

		(*at)++;
		if (r->texts.n && r->seen.n)
			return rs_str(rs, rs->seen[r->seen.first +
			                           k % r->seen.n].text);
	}
}

bool replies_make(const struct ruleset *rs, size_t n, struct replies *out)
{
	size_t total = 0, at = 0, next_at = 0;

	for (size_t i = 0; i < n; i++)
		total += example(rs, &next_at).n;
	*out = (struct replies){.n = n, .bytes = total};
	out->v = calloc(n, sizeof(*out->v));
	out->text = malloc(total + 1);
	if (!out->v || !out->text) {
		replies_free(out);
		return false;
	}
	next_at = 0;
	for (size_t i = 0; i < n; i++) {
		sv s = example(rs, &next_at);

		memcpy(out->text + at, s.p, s.n);
		vary(out->text + at, s.n);
		out->v[i] = sv_of(out->text + at, s.n);
		at += s.n;
	}
	return true;
}

void replies_free(struct replies *r)
{
	free(r->v);
	free(r->text);
	*r = (struct replies){0};
}
