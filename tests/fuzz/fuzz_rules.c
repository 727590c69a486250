/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_rules.c - any bytes as a rules file of a user
 *
 * It is compiled within its arena or refused; what was compiled can be proved
 * and used.
 */
#include "classify/builtin.h"
#include "classify/compile.h"
#include "classify/proof.h"
#include "must.h"

#define MEMORY ((size_t)16 << 20)

static void told(void *arg, const char *file, unsigned line, const char *text)
{
	unsigned *n = arg;

	must(file && text);
	touch(sv_str(text));
	(void)line;
	(*n)++;
}

static void use(const struct ruleset *rs, sv text)
{
	const struct ruleset *sets[] = {rs, &builtin_rules};
	struct classifier *c = classifier_new(sets, 2);
	struct classify_in in = {.reply = sv_head(text, 2048)};
	struct classification x;

	must(c != NULL);
	classify(c, &in, &x);
	for (size_t i = 0; i < x.nvalues; i++)
		touch(x.values[i].value);
	classifier_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(MEMORY);
	sv text = fuzz_input(data, size);
	unsigned mistakes = 0;
	struct rules_builder *b;
	struct ruleset rs = {0};
	size_t out;

	must(a != NULL);
	b = rules_new(a, told, &mistakes);
	must(b != NULL);
	out = rules_add(b, "fuzz.rules", text);
	must(!out || mistakes);
	if (rules_finish(b, &builtin_rules, &rs, NULL) == MW_OK) {
		rs.user = true;
		(void)rules_prove(&rs, &builtin_rules, false, told, &mistakes);
		use(&rs, text);
	}
	arena_free(a);
	return 0;
}
