/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leaveout.c - classify replies as if some rules had never been written
 *
 * Reads records of three fields, provider, ids of rules (each followed by a
 * blank) and reply, each ended by a NUL.  Prints for each the route (text,
 * status, code, none), rule, cause, confidence and the alternatives.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify/builtin.h"
#include "classify/classify.h"

/* A form that no reply has: a rule that asks for it is out. */
#define NO_FORM (1U << 15)

static ssize_t field(char **buf, size_t *size)
{
	ssize_t n = getdelim(buf, size, '\0', stdin);

	return n <= 0 || (*buf)[n - 1] != '\0' ? -1 : n - 1;
}

/* Is id one of the ids, each of which a blank follows? */
static bool among(sv id, const char *ids)
{
	for (const char *end; (end = strchr(ids, ' ')); ids = end + 1)
		if ((size_t)(end - ids) == id.n &&
		    memcmp(ids, id.p, id.n) == 0)
			return true;
	return false;
}

static void leave_out(struct rule *rules, const char *ids)
{
	const struct ruleset *rs = &builtin_rules;

	memcpy(rules, rs->rules, rs->nrules * sizeof(*rules));
	for (uint32_t i = 0; *ids && i < rs->nrules; i++)
		if (among(rs_str(rs, rules[i].id), ids))
			rules[i].forms = NO_FORM;
}

static const char *route(const struct classification *k)
{
	if (k->route == ROUTE_NONE)
		return "none";
	if (k->route == ROUTE_TEXT)
		return "text";
	return k->rule->statuses.n ? "status" : "code";
}

static void print(const struct classification *k)
{
	sv id = {0};

	if (k->rule)
		id = rs_str(k->rs, k->rule->id);
	printf("%s\t%.*s\t%.*s\t%s\t", route(k), (int)id.n, id.n ? id.p : "",
	       (int)k->cause.n, k->cause.n ? k->cause.p : "",
	       confidence_name(k->confidence));
	for (size_t i = 0; i < k->nalts; i++)
		printf("%.*s ", (int)k->alts[i].cause.n, k->alts[i].cause.p);
	putchar('\n');
}

int main(void)
{
	char *by = NULL, *ids = NULL, *text = NULL;
	size_t nby = 0, nids = 0, ntext = 0;
	struct rule *rules = calloc(builtin_rules.nrules, sizeof(*rules));
	struct ruleset rs = builtin_rules;
	const struct ruleset *sets[] = {&rs};
	struct classifier *c;
	ssize_t n;

	if (!rules)
		return 2;
	rs.rules = rules;
	leave_out(rules, "");
	c = classifier_new(sets, 1);
	if (!c)
		return 2;
	while (field(&by, &nby) >= 0 && field(&ids, &nids) >= 0 &&
	       (n = field(&text, &ntext)) >= 0) {
		struct classify_in in = {
			.reply = sv_of(text, (size_t)n),
			.form = FORM_REPLY,
			.provider = sv_of(by, strlen(by)),
		};
		struct classification out;

		leave_out(rules, ids);
		classify(c, &in, &out);
		print(&out);
	}
	classifier_free(c);
	free(rules);
	free(by);
	free(ids);
	free(text);
	return 0;
}
