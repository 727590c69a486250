/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * classify.h - which rule knows this reply, and what it found in it
 *
 * Order of winning: doc/knowledge.md.  Rules with texts come first; where
 * none matches, rules that know only a status or code (a provider's own
 * codes, the registry of RFC 3463, the basic codes).  Nothing here knows what
 * a cause means.
 */
#ifndef CLASSIFY_CLASSIFY_H
#define CLASSIFY_CLASSIFY_H

#include "classify/pattern.h"
#include "classify/slot.h"

/* Built-in rules and one set of the user's. */
#define CLASSIFY_MAX_SETS 4
#define CLASSIFY_MAX_VALUES 24
#define CLASSIFY_MAX_ALTS 6
/* Replies inside replies: a gateway quoting a server quoting a filter. */
#define CLASSIFY_MAX_DEPTH 3

struct classifier;

/*
 * One per thread.  The sets, given in order of rank (the user's first), must
 * outlive it.  NULL if there is no memory.
 */
struct classifier *classifier_new(const struct ruleset *const *sets, size_t n);
void classifier_free(struct classifier *c);

/* What is known beside the words. */
struct classify_in {
	sv reply;             /* codes included */
	uint16_t code;        /* where the reply has none; 0: unknown */
	struct estatus status;
	enum smtp_stage stage;
	enum ev_form form;
	enum ev_direction direction;
	sv host;              /* who spoke */
	sv provider;          /* id or alias, as told */
};

enum classify_route {
	ROUTE_NONE,
	ROUTE_TEXT, /* the words */
	ROUTE_CODE  /* status or code alone */
};

struct classify_value {
	sv name; /* never empty */
	sv value; /* in the reply; empty if withheld */
	bool withheld;
};

struct classify_alt {
	sv cause, question; /* question may be empty */
	enum confidence confidence;
};

struct classification {
	enum classify_route route;
	const struct ruleset *rs; /* that the rule is of */
	const struct rule *rule;  /* NULL: ROUTE_NONE */
	sv cause;
	enum confidence confidence;
	uint16_t code;
	struct estatus status;
	const struct ruleset *provider_rs;
	const struct provider *provider; /* who spoke, or NULL */
	const struct zone *zone; /* the list that is named, or NULL */
	const struct ruleset *zone_rs; /* that the zone is of */
	const struct zone_code *zone_code; /* what answer the reply quotes */
	/* The reply ended too early for the words to be all there. */
	bool gapped;
	/* A rule of another cause that is exactly as strong, or NULL. */
	const struct ruleset *tie_rs;
	const struct rule *tie;
	size_t nevidence, nvalues, nalts;
	/* From here on only what these counts cover is filled in. */
	struct {
		size_t off, len;
	} evidence[PATTERN_MAX_RUNS]; /* where the words stand in the reply */
	struct classify_value values[CLASSIFY_MAX_VALUES];
	struct classify_alt alts[CLASSIFY_MAX_ALTS];
};

void classify(struct classifier *c, const struct classify_in *in,
              struct classification *out);

/* A rule that nearly matched, for a reply that no rule knows. */
struct near_rule {
	const struct ruleset *rs;
	const struct rule *rule;
	const struct text *text;
	unsigned percent; /* of the words of the text that are in the reply */
	sv missing;       /* the first words that are not */
};

/* The nearest rules, best first; returns how many (at most max). */
size_t classify_near(struct classifier *c, const struct classify_in *in,
                     struct near_rule *out, size_t max);

/*
 * The provider whose receiving or submission hosts match, or whose id or
 * alias is name; NULL if none.  *submission tells which hosts matched.
 */
const struct provider *provider_by_host(const struct ruleset *rs, sv host,
                                        bool *submission);
const struct provider *provider_by_name(const struct ruleset *rs, sv name);

/* A key for the tables that these two look into, number of provider given. */
struct provider_key provider_key_of(sv glob, enum provider_key_kind kind,
                                    rstr text, uint16_t provider);

/* Does "*.example.org" (or "example.org") cover name?  Case does not matter. */
bool host_matches(sv glob, sv name);

#endif
