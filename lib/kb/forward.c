/* SPDX-License-Identifier: BSD-2-Clause */
#include "kb/forward.h"

bool forward_has_lang(sv lang)
{
	for (size_t i = 0; i < forward_ntexts; i++)
		if (sv_eq(lang, sv_str(forward_texts[i].lang)))
			return true;
	return false;
}

/* 3: names the cause, 2: names its area, 1: for all, 0: for others. */
static unsigned fits(sv causes, sv cause)
{
	unsigned best = causes.n ? 0 : 1;

	while (causes.n) {
		sv one = sv_cut(&causes, '|');

		if (sv_eq(one, cause))
			return 3;
		if (sv_ends(one, SV(".*")) &&
		    sv_starts(cause, sv_head(one, one.n - 1)))
			best = 2;
	}
	return best;
}

const struct forward_text *forward_find(sv lang, sv to, sv cause)
{
	const struct forward_text *found = NULL;
	unsigned best = 0;

	for (size_t i = 0; i < forward_ntexts; i++) {
		const struct forward_text *t = &forward_texts[i];
		unsigned f;

		if (!sv_eq(lang, sv_str(t->lang)) || !sv_eq(to, sv_str(t->to)))
			continue;
		f = fits(sv_str(t->causes), cause);
		if (f > best) {
			best = f;
			found = t;
		}
	}
	return found;
}
