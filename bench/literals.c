/* SPDX-License-Identifier: BSD-2-Clause */
#include "literals.h"

#include <stdlib.h>

#include "classify/builtin.h"
#include "classify/norm.h"
#include "replies.h"

#define REPLIES 20000

static void add_word(struct literals *out, const struct text *t)
{
	const struct ruleset *rs = &builtin_rules;
	struct literal_view best = {NULL, 0};

	for (uint32_t k = 0; k < t->elems.n; k++) {
		const struct elem *e = &rs->elems[t->elems.first + k];

		if (e->kind == ELEM_LITERAL && e->len > best.n)
			best = (struct literal_view){rs->words + e->at,
			                             e->len};
	}
	if (best.n)
		out->words[out->nwords++] = best;
}

bool literals_make(struct literals *out)
{
	const struct ruleset *rs = &builtin_rules;
	static struct norm n;
	struct replies r;
	size_t at = 0;

	*out = (struct literals){0};
	if (!replies_make(rs, REPLIES, &r))
		return false;
	out->words = calloc(rs->ntexts + 1u, sizeof(*out->words));
	out->replies = calloc(r.n, sizeof(*out->replies));
	out->text = malloc(r.n * 64 + r.bytes * 2);
	if (!out->words || !out->replies || !out->text)
		return false;
	for (uint32_t i = 0; i < rs->ntexts; i++)
		add_word(out, &rs->texts[i]);
	for (size_t i = 0; i < r.n; i++) {
		norm_reply(&n, r.v[i]);
		memcpy(out->text + at, n.p, n.n);
		out->replies[out->nreplies++] =
		    (struct literal_view){out->text + at, n.n};
		at += n.n;
	}
	replies_free(&r);
	return true;
}

void literals_free(struct literals *l)
{
	free(l->words);
	free(l->replies);
	free(l->text);
}
