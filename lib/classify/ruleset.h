/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ruleset.h - compiled rules, providers and DNS lists
 *
 * The same structs come from two places: tables generated at build time
 * (read-only data, nothing is built at start) and files of a user compiled at
 * run time.  Lists are ranges {first, n} of the arrays below; strings are
 * offsets in .pool, 0 being the empty string.
 */
#ifndef CLASSIFY_RULESET_H
#define CLASSIFY_RULESET_H

#include "event/attempt.h"

typedef uint32_t rstr; /* offset in the pool of a terminated string */

struct rrange {
	uint32_t first, n;
};

enum elem_kind { ELEM_LITERAL, ELEM_SLOT, ELEM_STAR };

/* Edges of a literal that must be word boundaries. */
#define ELEM_BOUND_LEFT 1u
#define ELEM_BOUND_RIGHT 2u

enum slot_kind {
	SLOT_IP,
	SLOT_DOMAIN,
	SLOT_ADDRESS,
	SLOT_HOST,
	SLOT_URL,
	SLOT_SIZE,
	SLOT_DURATION,
	SLOT_NUMBER,
	SLOT_WORD,
	SLOT_TOKEN,
	SLOT_ZONE,
	SLOT_REPLY,
	SLOT_N
};

/* One piece of a pattern. */
struct elem {
	uint8_t kind; /* enum elem_kind */
	uint8_t slot; /* enum slot_kind */
	uint8_t flags;
	uint16_t len;  /* of a literal */
	uint32_t at; /* literal, in .words; or name of the slot's value */
	uint32_t lo, hi; /* range of SLOT_NUMBER */
};

/* One alternative text of a rule, or a mark of a provider. */
struct text {
	struct rrange elems;
	uint16_t owner; /* rule, or nrules + provider */
	uint16_t bytes; /* of all literals */
	uint8_t slots;
};

/* "5.7.26", "x.7.26", "5.7.606-5.7.649", "x.7.x", "4.x.x" */
enum { STATUS_ANY_CLASS = 0 };
struct status_range {
	uint16_t class; /* STATUS_ANY_CLASS or 2, 4, 5 */
	uint16_t subject_lo, subject_hi, detail_lo, detail_hi;
	uint8_t rank; /* enum status_rank */
};

/* How well a status is met; more is better. */
enum status_rank {
	RANK_NONE,
	RANK_CODE,
	RANK_CLASS,
	RANK_SUBJECT,
	RANK_RANGE,
	RANK_EXACT
};

enum confidence { CONF_NONE, CONF_POSSIBLE, CONF_LIKELY, CONF_CERTAIN };

/* "certain" and so on. */
const char *confidence_name(enum confidence c);
enum confidence confidence_from(sv name);

struct rule_also {
	rstr cause, question;
	uint8_t confidence;
};

/* A real reply that the rule must win, with what was known beside it. */
struct rule_seen {
	rstr text;
	rstr host, provider, source;
	uint8_t stage, form, direction;
	uint32_t line;
};

struct rule {
	rstr id, cause;
	/* conditions; empty ones ask nothing */
	struct rrange providers, hosts; /* of strs */
	struct rrange codes, statuses;
	struct rrange texts, nots;      /* of texts */
	uint16_t stages, forms;         /* bits 1 << enum; 0: any */
	uint8_t direction;              /* enum ev_direction; unknown: any */
	/* overrides; empty ones leave the cause's own */
	uint8_t confidence;
	uint8_t spoke;
	rstr actor, heals, retry, scope, fix;
	struct rrange also, seen, refs;
	rstr since, checked, file;
	uint32_t line;
	uint16_t called; /* provider that the id begins with, plus 1; or 0 */
};

enum provider_kind {
	PROVIDER_MAILBOX,  /* hosts mailboxes, and may be submitted to */
	PROVIDER_GATEWAY,  /* filters in front of mailboxes */
	PROVIDER_SENDING,  /* only ever the sender's own provider */
	PROVIDER_SOFTWARE  /* a server program; says nothing on who runs it */
};

struct provider {
	rstr id, name;
	struct rrange aliases, hosts, submission; /* of strs; hosts are globs */
	struct rrange marks; /* of texts */
	struct rrange steps, facts;
	rstr checked; /* "2026-11" */
	rstr rules;   /* whose rules `check --receiver` knows; 0: nobody's */
	uint8_t kind;
};

enum provider_key_kind {
	KEY_NAME,  /* id or name, no glob */
	KEY_ALIAS,
	KEY_SUBMISSION,
	KEY_HOST
};

/*
 * What leads to a provider, with its last eight letters: few globs are tried
 * for a name.  Keys stand in the order of their providers.
 */
struct provider_key {
	uint64_t tail, care; /* care: ones where the tail has letters */
	rstr text;
	uint16_t provider;
	uint8_t kind;
};

/* What a provider adds to a cause: a step of its own. */
struct provider_step {
	rstr cause; /* id, or an area followed by ".*" */
	rstr kind, text;
};

enum fact_kind {
	FACT_TAG,   /* a code of the provider's own, and what it means */
	FACT_LIMIT, /* a figure that the provider publishes */
	FACT_PORTAL /* where to turn to, in the order of approach */
};

/* What a provider tells about itself, with its source. */
struct provider_fact {
	rstr name;  /* limit: which; portal: causes, by commas */
	rstr value; /* limit: a number, "M" behind it: MB; portal: where */
	rstr text;
	rstr ref, checked;
	uint32_t pattern; /* tag: of texts */
	uint8_t kind;     /* enum fact_kind */
};

/* What people write instead of a value that they hide. */
struct mark {
	rstr at; /* in the pool, normalised */
	uint16_t len;
};

/* What an answer of a list means; addresses as numbers, both included. */
struct zone_code {
	uint32_t from, to;
	rstr cause; /* 0: no listing */
	rstr text;
};

struct zone {
	rstr zone, name, cause, also, scope, portal, note, weight, checked;
	struct rrange codes; /* zone_codes */
};

/*
 * Entry of the literal filter: where a rare run of four bytes leads.  What is
 * known of the literal stands here too: most texts are nothing else.
 */
struct gram {
	uint32_t bytes;
	uint32_t text;
	uint32_t elem; /* the literal that holds it */
	uint32_t word; /* its bytes, in .words */
	uint16_t at;   /* offset in the literal */
	uint16_t len;  /* of the literal */
	uint16_t owner; /* of the text */
	uint8_t flags; /* of the literal */
	bool whole;    /* the text is this literal */
};

/*
 * In front of each bucket of grams: the bits of their hashes that they have in
 * common.  Nearly all buckets have one run or none, so hardly a run passes
 * that is not one of the bucket's.
 */
struct gate {
	uint8_t bits, care;
};

#define GRAM_BUCKET_BITS 13

static inline uint32_t gram_bucket(uint32_t hash)
{
	return hash >> (32 - GRAM_BUCKET_BITS);
}

/* The bits below those that chose the bucket. */
static inline uint8_t gram_sign(uint32_t hash)
{
	return (uint8_t)(hash >> (32 - GRAM_BUCKET_BITS - 8));
}

struct ruleset {
	const char *pool;
	/* Literals, normalised, apart from the rest: they are read often. */
	const char *words;
	const struct rule *rules;
	const struct text *texts;
	const struct elem *elems;
	const rstr *strs;
	const uint16_t *codes;
	const struct status_range *statuses;
	const struct rule_also *also;
	const struct rule_seen *seen;
	const struct provider *providers;
	const struct provider_key *names, *hosts;
	const struct provider_step *steps;
	const struct provider_fact *facts;
	const struct zone *zones; /* sorted by zone */
	const struct zone_code *zone_codes;
	const struct mark *marks; /* by first byte, then longest first */
	const uint16_t *mark_starts; /* 257: by first byte, starts in marks */
	const struct gram *grams; /* sorted by bucket */
	const uint16_t *buckets;  /* 2^GRAM_BUCKET_BITS + 1 starts in grams */
	const struct gate *gates; /* 2^GRAM_BUCKET_BITS */
	const uint32_t *unindexed; /* texts without four bytes in a row */
	uint32_t nrules, ntexts, nelems, nstrs, ncodes, nstatuses, nalso, nseen,
	    nproviders, nnames, nhosts, nsteps, nfacts, nzones, nzone_codes, nmarks, ngrams,
	    nunindexed, npool, nwords;
	bool user; /* from rules.d: wins over built-in rules */
	/*
	 * Where lists are looked up, in this order, so that users can say more
	 * or other things about them; both NULL: in this set.
	 */
	const struct ruleset *zone_sets[2];
};

static inline sv rs_str(const struct ruleset *rs, rstr s)
{
	return sv_str(rs->pool + s);
}

#endif
