/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/lint.h"

#include <stdio.h>

#include "classify/pattern.h"
#include "classify/spot.h"

/* Percent of the reply that words of the text make; 0: it does not match. */
static unsigned share(const struct ruleset *rs, const struct text *t,
                      const struct norm *n)
{
	struct pattern_match m;

	if (!n->n || !pattern_find(rs, t, n, &m) || m.gapped)
		return 0;
	return (unsigned)(100 * (size_t)m.literal / n->n);
}

static bool is_narrow(const struct ruleset *rs, const struct rule *r,
                      const struct norm *n, unsigned *percent)
{
	for (uint32_t i = 0; i < r->texts.n; i++) {
		const struct text *t = &rs->texts[r->texts.first + i];

		if (t->bytes <= LINT_TEXT_LEAST)
			continue;
		*percent = share(rs, t, n);
		if (*percent > LINT_PERCENT_MAX)
			return true;
	}
	return false;
}

size_t rules_lint(const struct ruleset *rs, rules_complain *complain,
                  void *arg)
{
	size_t found = 0;

	for (uint32_t i = 0; i < rs->nrules; i++) {
		const struct rule *r = &rs->rules[i];

		for (uint32_t k = 0; k < r->seen.n; k++) {
			const struct rule_seen *s =
			    &rs->seen[r->seen.first + k];
			struct norm n;
			struct spot spot;
			unsigned percent;
			char text[160];

			norm_reply(&n, rs_str(rs, s->text));
			if (!is_narrow(rs, r, &n, &percent) ||
			    !spot_next(rs, norm_sv(&n), 0, &spot))
				continue;
			found++;
			(void)snprintf(text, sizeof(text),
			               "warning: words of the Text make %u %% "
			               "of this Seen; leave out what varies",
			               percent);
			if (complain)
				complain(arg, rs->pool + r->file, s->line,
				         text);
		}
	}
	return found;
}
