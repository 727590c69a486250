/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_unit.h - small rule sets for tests, compiled from their text
 *
 * So that what is tested does not depend on the rules that are built in.
 */
#ifndef TESTS_RULES_UNIT_H
#define TESTS_RULES_UNIT_H

#include "classify/compile.h"
#include "unit.h"

/* A rule; the fields that matter stand in body, each with its line end. */
#define RULE(id, cause, body)                                                 \
	"Rule: " id "\n" body "Cause: " cause                                 \
	"\nChecked: 2026-11\nSeen: 550 seen\n\n"

#define UNIT_TOLD_MAX 8

struct unit_told {
	char text[UNIT_TOLD_MAX][MW_ERR_TEXT];
	unsigned line[UNIT_TOLD_MAX];
	size_t n;
};

static inline void unit_tell(void *arg, const char *file, unsigned line,
                             const char *text)
{
	struct unit_told *t = arg;

	assert_string_equal(file, "unit.rules");
	if (t->n == UNIT_TOLD_MAX)
		return;
	(void)memcpy(t->text[t->n], text, strnlen(text, MW_ERR_TEXT - 1));
	t->line[t->n++] = line;
}

struct unit_rules {
	struct arena *a;
	struct unit_told told;
	size_t bad; /* stanzas left out */
	struct ruleset rs;
};

/* Compile; mistakes are left for the test to look at. */
static inline void unit_rules_try(struct unit_rules *u, const char *text,
                                  const struct ruleset *known)
{
	struct rules_builder *b;

	*u = (struct unit_rules){.a = arena_new((size_t)8 << 20)};
	b = rules_new(u->a, unit_tell, &u->told);
	assert_non_null(b);
	u->bad = rules_add(b, "unit.rules", sv_str(text));
	assert_int_equal(rules_finish(b, known, &u->rs, NULL), MW_OK);
}

/* The same for rules without mistakes. */
static inline void unit_rules(struct unit_rules *u, const char *text)
{
	unit_rules_try(u, text, NULL);
	if (u->told.n)
		fail_msg("line %u: %s", u->told.line[0], u->told.text[0]);
	assert_int_equal(u->bad, 0);
}

static inline void unit_rules_free(struct unit_rules *u)
{
	arena_free(u->a);
}

#endif
