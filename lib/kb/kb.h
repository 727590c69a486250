/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kb.h - the knowledge base: look-up in tables generated from data/kb
 *
 * A cause is a list of items in the order of its file (doc/knowledge.md).
 * All strings are terminated, static and never NULL; an empty string is "not
 * told".  Slots in sentences are filled in by diagnose/.  Read-only data:
 * safe from any number of threads.
 */
#ifndef KB_KB_H
#define KB_KB_H

#include "base/sv.h"

enum kb_field {
	KB_VERDICT,
	KB_EXPLAIN,
	KB_TECHNICAL,
	KB_ACTOR,
	KB_WITH,
	KB_PERMANENCE,
	KB_RETRY,
	KB_RETRY_NOTE,
	KB_SCOPE,
	KB_FIX,
	KB_VERIFY,
	KB_RECORD,  /* belongs to the KB_FIX or KB_VERIFY before it */
	KB_COMMAND, /* likewise */
	KB_NOT_WHEN,
	KB_ASK,
	KB_REF,
	KB_FIELD_N
};

/* What conditions in square brackets may ask for. */
enum kb_var {
	KB_VAR_SPOKE,
	KB_VAR_DIRECTION,
	KB_VAR_STAGE,
	KB_VAR_CODE,
	KB_VAR_FORM,
	KB_VAR_PROVIDER,
	KB_VAR_FAMILY,
	KB_VAR_ROLE,
	KB_VAR_HAS,
	KB_VAR_N
};

struct kb_cond {
	uint8_t var; /* enum kb_var */
	bool negated;
	const char *values; /* "a|b|c" */
};

/*
 * A string of an item, as its place in the pool: pointers would have to be
 * relocated at each start of the program, some fifteen thousand of them.
 */
typedef uint32_t kb_str_at;

struct kb_item {
	uint8_t field; /* enum kb_field */
	uint16_t cond, nconds; /* in kb_conds */
	/*
	 * VERDICT, EXPLAIN, TECHNICAL, RETRY_NOTE, REF: the text
	 * ACTOR, PERMANENCE, SCOPE: the id; WITH: ids separated by ','
	 * RETRY: yes, no, harmful, unknown; .number is after= in seconds or 0
	 * FIX, VERIFY: the text; .kind and .where beside it
	 * RECORD: the text "OP NAME TYPE VALUE"; COMMAND: the command
	 * NOT_WHEN: the question; .where is the neighbour's id
	 * ASK: a question about the world, where the words do not tell
	 */
	kb_str_at text;
	kb_str_at kind;
	kb_str_at where;
	uint32_t number;
};

struct kb_cause {
	const char *id, *title;
	const char *sisimai, *kumomta, *sparkpost, *rfc3463;
	uint32_t item, nitems; /* in kb_items */
};

extern const struct kb_cause kb_causes[]; /* sorted by id */
extern const size_t kb_ncauses;
extern const struct kb_item kb_items[];
extern const char kb_pool[];

static inline const char *kb_str(kb_str_at at)
{
	return kb_pool + at;
}

extern const struct kb_cond kb_conds[];

/* The cause of that id, or NULL. */
const struct kb_cause *kb_cause(sv id);

/* Is value one of the parts of "a|b|c"? */
bool kb_value_in(const char *values, sv value);

/*
 * Fixed vocabularies of PRODUCT.md, for checks of data files: true if id is
 * an actor, a permanence, a scope, a retry advice, a step's kind.
 */
bool kb_is_actor(sv id);
bool kb_is_permanence(sv id);
bool kb_is_scope(sv id);
bool kb_is_retry(sv id);
bool kb_is_step_kind(sv id);
/* Index in the names of enum kb_var, or -1. */
int kb_var_from(sv name);

/*
 * The words people read for an actor: "you, as the administrator of ...";
 * for an id that is none, those of "unknown".
 */
const char *kb_actor_words(sv id);

#endif
