/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts.h - what providers tell about themselves (data/providers)
 */
#ifndef CLASSIFY_FACTS_H
#define CLASSIFY_FACTS_H

#include "classify/norm.h"
#include "classify/ruleset.h"

/*
 * The causes (or "area.*") that a published limit of that name concerns,
 * separated by '|'; NULL where no limit is called so.
 */
const char *limit_causes(sv name);

/* Does "auth.*" or "auth.spf-fail" cover the cause? */
bool cause_covers(sv pattern, sv cause);

/* Does the fact help with that cause?  Tags concern replies, not causes. */
bool fact_concerns(const struct ruleset *rs, const struct provider_fact *f,
                   sv cause);

/* A code of the provider's own that stands in a reply. */
struct found_tag {
	const struct provider_fact *fact;
	sv text; /* as it stands in the reply */
};

/* Those of p, of the same set, in the order of the data; at most max. */
size_t find_tags(const struct ruleset *rs, const struct provider *p, sv reply,
                 struct found_tag *out, size_t max);

#endif
