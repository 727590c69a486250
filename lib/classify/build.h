/* SPDX-License-Identifier: BSD-2-Clause */
/* build.h - what the parts of the rule compiler share */
#ifndef CLASSIFY_BUILD_H
#define CLASSIFY_BUILD_H

#include "base/stanza.h"
#include "classify/compile.h"

/* One growing array of the ruleset. */
#define BUILD_LIST(type)                                                      \
	struct {                                                              \
		type *v;                                                      \
		size_t n, cap;                                                \
	}

/* Slots of the table of strings; a clash only costs a second copy. */
#define INTERNED 4093

struct rules_builder {
	struct arena *a;
	rstr interned[INTERNED];
	rules_complain *complain;
	void *arg;
	const char *file; /* being read */
	rstr file_str;
	bool failed; /* memory or a limit */
	BUILD_LIST(char) pool;
	BUILD_LIST(char) words;
	BUILD_LIST(struct rule) rules;
	BUILD_LIST(struct text) texts;
	BUILD_LIST(struct elem) elems;
	BUILD_LIST(rstr) strs;
	BUILD_LIST(uint16_t) codes;
	BUILD_LIST(struct status_range) statuses;
	BUILD_LIST(struct rule_also) also;
	BUILD_LIST(struct rule_seen) seen;
	BUILD_LIST(struct provider) providers;
	BUILD_LIST(struct provider_key) names;
	BUILD_LIST(struct provider_key) hosts;
	BUILD_LIST(struct provider_step) steps;
	BUILD_LIST(struct provider_fact) facts;
	BUILD_LIST(struct zone) zones;
	BUILD_LIST(struct zone_code) zone_codes;
	BUILD_LIST(struct mark) marks;
};

/* Room for one more; false where memory or the limit is exhausted. */
#define BUILD_ROOM(b, list, max)                                              \
	build_room((b), (void **)&(b)->list.v, (b)->list.n, &(b)->list.cap,   \
	           sizeof(*(b)->list.v), (max))
bool build_room(struct rules_builder *b, void **v, size_t n, size_t *cap,
                size_t size, size_t max);

/* A terminated copy in the pool; 0 for an empty string. */
rstr build_str(struct rules_builder *b, sv s);

/* A literal's offset in the words. */
uint32_t build_word(struct rules_builder *b, sv s);

void build_complain(struct rules_builder *b, unsigned line, const char *fmt,
                    ...) __attribute__((format(printf, 3, 4)));

/*
 * Compile the pattern of a Text, Not or Mark field and append it to the
 * texts, owned by owner.  False (and complained) if it is broken.
 */
bool build_text(struct rules_builder *b, const struct field *f,
                uint16_t owner);

/* Every field's name must be one of names; complains about another. */
bool build_known(struct rules_builder *b, const struct stanza *s,
                 const char *const *names);

/* Compile one stanza; false (and complained) if it is broken. */
bool build_rule(struct rules_builder *b, const struct stanza *s);
bool build_provider(struct rules_builder *b, const struct stanza *s);
bool build_zone(struct rules_builder *b, const struct stanza *s);
bool build_marks(struct rules_builder *b, const struct stanza *s);

/* Fills in grams, buckets, gates and unindexed of rs. */
bool build_index(struct rules_builder *b, struct ruleset *rs);

/* Append the parts of "a | b | c" to strs, as a range. */
bool build_list(struct rules_builder *b, sv value, struct rrange *out);

#endif
