/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/facts.h"

#include "classify/pattern.h"

const char *limit_causes(sv name)
{
	static const char *const limits[][2] = {
	    {"message-size", "message.too-large"},
	    {"recipients-per-message", "rate.too-many-recipients"},
	    {"recipients-per-day", "rate.quota"},
	    {"recipients-per-hour", "rate.quota"},
	    {"messages-per-day", "rate.quota"},
	    {"messages-per-hour", "rate.quota|rate.too-many-messages"},
	    {"messages-per-connection", "rate.too-many-messages"},
	    {"connections", "rate.too-many-connections"},
	    {"bulk-threshold", "auth.dmarc-missing|auth.unauthenticated|"
	                       "auth.alignment"},
	    {"spam-percent", "content.spam|reputation.*|rate.warm-up|"
	                     "rate.too-many-messages"},
	    {"block-hours", "reputation.*|rate.too-many-failures"},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (sv_eq(name, sv_str(limits[i][0])))
			return limits[i][1];
	return NULL;
}

bool cause_covers(sv pattern, sv cause)
{
	if (sv_ends(pattern, SV(".*")))
		return sv_starts(cause, sv_head(pattern, pattern.n - 1));
	return sv_eq(pattern, cause);
}

static bool one_covers(sv list, char separator, sv cause)
{
	while (list.n)
		if (cause_covers(sv_trim(sv_cut(&list, separator)), cause))
			return true;
	return false;
}

bool fact_concerns(const struct ruleset *rs, const struct provider_fact *f,
                   sv cause)
{
	if (f->kind == FACT_PORTAL)
		return one_covers(rs_str(rs, f->name), ',', cause);
	return f->kind == FACT_LIMIT &&
	       one_covers(sv_str(limit_causes(rs_str(rs, f->name))), '|',
	                  cause);
}

/* From so many on it pays to note first which words a reply may hold. */
#define MANY_FACTS 4

/* Codes are short: what is longer has words between its parts. */
#define TAG_MAX 40

/* The bytes of the reply that the code stands in. */
static sv as_written(const struct norm *n, sv reply,
                     const struct pattern_match *m)
{
	struct span s = m->runs[0];
	size_t off, len;

	if (!m->nruns || s.from >= s.to)
		return SV("");
	if (m->runs[m->nruns - 1].to - s.from <= TAG_MAX)
		s.to = m->runs[m->nruns - 1].to;
	norm_origin(n, reply, s.from, s.to, &off, &len);
	return sv_slice(reply, off, off + len);
}

size_t find_tags(const struct ruleset *rs, const struct provider *p, sv reply,
                 struct found_tag *out, size_t max)
{
	struct pattern_match m;
	struct norm n;
	size_t found = 0;

	norm_reply(&n, reply);
	if (p->facts.n >= MANY_FACTS)
		norm_index(&n);
	for (uint32_t i = 0; i < p->facts.n && found < max; i++) {
		const struct provider_fact *f = &rs->facts[p->facts.first + i];

		if (f->kind != FACT_TAG ||
		    !pattern_find(rs, &rs->texts[f->pattern], &n, &m) ||
		    m.gapped)
			continue;
		out[found].fact = f;
		out[found].text = as_written(&n, reply, &m);
		found += out[found].text.n > 0;
	}
	return found;
}
