/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What 20 libraries printed, tests/fixtures/exceptions, is read as it says in
 * expected.tsv there.  Files that are not read right stand with the reason in
 * misses.txt; one that is read right must not stand there.
 */
#include "paste_unit.h"

#include <stdio.h>

#define DIR_ UNIT_SOURCE "/tests/fixtures/exceptions/"
#define ARENA ((size_t)64 << 20)

static sv load(struct arena *a, const char *path)
{
	static char buffer[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(buffer, 1, sizeof(buffer), f) : 0;

	if (f)
		(void)fclose(f);
	return arena_dup(a, sv_of(buffer, n));
}

/* A dialogue is read by the reader of dialogues. */
static bool is_dialogue(sv file)
{
	return sv_has(file, SV(".debug.")) || sv_starts(file, SV("swaks/")) ||
	       sv_starts(file, SV("openssl/")) ||
	       sv_has(file, SV("mailkit-end-554-log"));
}

struct expected {
	sv file, code, stage, recipient;
};

static bool next_row(sv *table, struct expected *e)
{
	while (table->n) {
		sv row = sv_line(table);

		if (!row.n || row.p[0] == '#')
			continue;
		e->file = sv_cut(&row, '\t');
		(void)sv_cut(&row, '\t');
		e->code = sv_cut(&row, '\t');
		e->stage = sv_cut(&row, '\t');
		e->recipient = row;
		return true;
	}
	return false;
}

static unsigned code_of(struct arena *a, const struct attempt *at)
{
	struct reply r;

	if (at->code)
		return at->code;
	reply_parse(a, &at->text, &r);
	return r.code;
}

/* What is wrong with the attempt, NULL if nothing. */
static const char *wrong(struct arena *a, const struct expected *e,
                         const struct attempts *out)
{
	const struct attempt *at = out->v;
	char code[16];

	if (!out->n)
		return "nothing found";
	(void)snprintf(code, sizeof(code), "%u", code_of(a, at));
	if (!sv_eq(e->code, sv_str(code_of(a, at) ? code : "-")))
		return "code";
	if (!sv_eq(e->stage, SV("unknown")) &&
	    !sv_eq(e->stage, sv_str(smtp_stage_name(at->stage))))
		return "stage";
	if (!sv_eq(e->recipient, SV("-")) &&
	    !sv_eq(e->recipient, at->recipient))
		return "recipient";
	return out->n > 1 ? "more than one" : NULL;
}

static const char *check(const struct expected *e)
{
	struct arena *a = arena_new(ARENA);
	struct attempts out = {0};
	struct paste_seen seen = {0};
	char path[512];
	const char *why;

	(void)snprintf(path, sizeof(path), DIR_ "%.*s", SV_FMT(e->file));
	(void)paste_read(a, load(a, path), NULL, &out, &seen, NULL);
	why = wrong(a, e, &out);
	if (getenv("EXCEPTION_SHOW") &&
	    (why || strcmp(getenv("EXCEPTION_SHOW"), "all") == 0)) {
		printf("%.*s: %s (want %.*s %.*s %.*s)\n", SV_FMT(e->file),
		       why ? why : "ok", SV_FMT(e->code), SV_FMT(e->stage),
		       SV_FMT(e->recipient));
		for (size_t i = 0; i < out.n; i++)
			printf("    %s %.*s%s spoke=%s stage=%s rcpt=%.*s "
			       "from=%.*s host=%.*s %.*s %.*s\n      |%.*s|\n",
			       ev_form_name(out.v[i].form),
			       SV_FMT(out.v[i].writer),
			       out.v[i].weak ? " weak" : "",
			       ev_spoke_name(out.v[i].spoke),
			       smtp_stage_name(out.v[i].stage),
			       SV_FMT(out.v[i].recipient),
			       SV_FMT(out.v[i].sender), SV_FMT(out.v[i].host),
			       SV_FMT(out.v[i].host_ip), SV_FMT(out.v[i].port),
			       SV_FMT(mtext_sv(&out.v[i].text)));
	}
	arena_free(a);
	return why;
}

static bool is_known_miss(sv misses, sv file)
{
	while (misses.n) {
		sv row = sv_line(&misses);

		if (sv_eq(sv_cut(&row, '\t'), file))
			return true;
	}
	return false;
}

static void fixtures_are_read(void **state)
{
	struct arena *a = arena_new(ARENA);
	sv table = load(a, DIR_ "expected.tsv");
	sv misses = load(a, DIR_ "misses.txt");
	unsigned n = 0, good = 0, bad = 0;
	struct expected e;

	(void)state;
	while (next_row(&table, &e)) {
		const char *why;
		bool known = is_known_miss(misses, e.file);

		if (is_dialogue(e.file))
			continue;
		why = check(&e);
		n++;
		good += !why;
		if (!why == known) {
			print_error("%.*s: %s\n", SV_FMT(e.file),
			            why ? why : "read right, but a known miss");
			bad++;
		}
	}
	print_message("%u of %u files are read as expected\n", good, n);
	assert_true(n > 500);
	assert_int_equal(bad, 0);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(fixtures_are_read))
