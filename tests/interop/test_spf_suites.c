/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_spf_suites.c - the public SPF suites
 *
 * test_spf_suites SHARED [-d]: reads corpus/auth/spf below it.  A case holds where
 * the result is one of those allowed and the explanation is the one wanted.
 * Those of mail-auth that are marked disputed are run and told, not counted.
 * Every case is also judged with answers that come one by one, which must not
 * change anything, and its cost is counted.  -d prints each as a line of JSON
 * for spf_compare.py.  Without the files: 77, or 1 where CI=true.
 */
#include <stdlib.h>

#include "auth/spf.h"
#include "slow.h"
#include "spf_world.h"

static const char *const suites[] = {"rfc7208", "rfc4408", "pyspf-adhoc",
                                     "mail-auth-rs"};

static size_t ran, wrong, disputed, first_choice;
static bool dump;

struct judged {
	struct arena *a;
	struct facts *f;
	struct dns_resolver *r;
	struct spf_outcome out;
	struct spf_worst worst;
	size_t waits, questions;
};

static sv member(struct arena *a, const json_t *o, const char *key)
{
	const json_t *s = json_object_get(o, key);

	return json_is_string(s) ? world_bytes(a, s) : SV("");
}

static void judge(struct judged *j, const json_t *t, struct dns_resolver *r,
                  struct spf_cache *cache)
{
	struct facts_options opt = {.resolver = r, .now = 1800000000};
	struct spf_request rq = {.cache = cache};

	*j = (struct judged){.a = arena_new((size_t)64 << 20), .r = r};
	j->f = facts_new(&opt);
	rq.helo = member(j->a, t, "helo");
	rq.mail_from = member(j->a, t, "mailfrom");
	rq.receiver = member(j->a, t, "receiver");
	(void)ip_parse(member(j->a, t, "ip"), &rq.ip);
	while (spf_check(j->f, j->a, &rq, &j->out) == STEP_WAIT) {
		j->waits++;
		slow_wait(r);
	}
	j->questions = facts_count(j->f);
	while (spf_cost(j->f, j->a, j->out.domain, &rq, &j->worst) ==
	       STEP_WAIT)
		slow_wait(r);
}

static void forget(struct judged *j)
{
	facts_free(j->f);
	dns_resolver_free(j->r);
	arena_free(j->a);
}

static bool allowed(const json_t *t, const struct spf_outcome *out)
{
	const json_t *results = json_object_get(t, "result"), *want;
	size_t i;
	json_t *r;

	json_array_foreach(results, i, r) {
		if (strcmp(json_string_value(r), spf_result_name(out->result)))
			continue;
		first_choice += !i;
		want = json_object_get(t, "explanation");
		if (!json_is_string(want) || out->result != SPF_FAIL)
			return true;
		if (!strcmp(json_string_value(want), "DEFAULT"))
			return !out->has_explanation;
		return out->has_explanation &&
		       sv_eq(out->explanation,
		             sv_str(json_string_value(want)));
	}
	return false;
}

static bool same(const struct judged *a, const struct judged *b)
{
	return a->out.result == b->out.result && a->out.why == b->out.why &&
	       a->out.terms == b->out.terms && a->out.voids == b->out.voids &&
	       a->questions == b->questions &&
	       sv_eq(a->out.explanation, b->out.explanation) &&
	       a->worst.terms == b->worst.terms &&
	       a->worst.voids == b->worst.voids;
}

static void print(const char *suite, size_t scenario, const json_t *t,
                  const struct spf_outcome *out)
{
	json_t *o = json_pack("{ss sI sO ss ss sI sI}", "suite", suite,
	    "scenario", (json_int_t)scenario, "id", json_object_get(t, "id"),
	    "result", spf_result_name(out->result), "why",
	    spf_why_name(out->why), "terms", (json_int_t)out->terms, "voids",
	    (json_int_t)out->voids);

	(void)json_dumpf(o, stdout, JSON_COMPACT);
	(void)putchar('\n');
	json_decref(o);
}

static void tell(const char *suite, const json_t *t, const char *what,
                 const struct spf_outcome *out)
{
	char *want;

	if (dump)
		return;
	want = json_dumps(json_object_get(t, "result"), JSON_COMPACT);
	printf("%s %s: %s: %s (%s) \"%.*s\", wanted %s\n", suite,
	       json_string_value(json_object_get(t, "id")), what,
	       spf_result_name(out->result), spf_why_name(out->why),
	       SV_FMT(out->explanation), want);
	free(want);
}

static void run(const char *suite, size_t scenario, const struct dns_zone *z,
                const json_t *t)
{
	struct spf_cache *cache = spf_cache_new();
	struct judged j, slow;
	bool ok, in_dispute = json_object_get(t, "disputed") != NULL;

	judge(&j, t, dns_zone_resolver(z), NULL);
	judge(&slow, t, slow_resolver(z), cache);
	ok = allowed(t, &j.out);
	if (dump)
		print(suite, scenario, t, &j.out);
	if (in_dispute) {
		disputed++;
		tell(suite, t, ok ? "disputed, and so here"
		                  : "disputed, and not so here", &j.out);
	} else {
		ran++;
		wrong += !ok;
		if (!ok)
			tell(suite, t, "wrong", &j.out);
	}
	if (!same(&j, &slow) || (j.questions && !slow.waits)) {
		wrong++;
		tell(suite, t, "another with slow answers", &slow.out);
	}
	forget(&j);
	forget(&slow);
	spf_cache_free(cache);
}

static bool run_suite(const char *dir, const char *suite)
{
	char path[4096];
	json_t *all, *s, *t;
	size_t i, k, before = ran, bad = wrong;

	(void)snprintf(path, sizeof(path), "%s/corpus/auth/spf/%s.dev.json",
	               dir, suite);
	all = json_load_file(path, JSON_ALLOW_NUL, NULL);
	if (!all)
		return false;
	json_array_foreach(json_object_get(all, "scenarios"), i, s) {
		struct dns_zone *z = dns_zone_new();

		wrong += !world_read(z, json_object_get(s, "zones"));
		json_array_foreach(json_object_get(s, "tests"), k, t)
			run(suite, i, z, t);
		dns_zone_free(z);
	}
	json_decref(all);
	if (!dump)
		printf("%s: %zu cases, %zu wrong\n", suite, ran - before,
		       wrong - bad);
	return true;
}

int main(int argc, char **argv)
{
	const char *ci = getenv("CI");
	size_t missing = 0;

	if (argc < 2)
		return 2;
	dump = argc > 2;
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		missing += !run_suite(argv[1], suites[i]);
	if (!dump)
		printf("%zu cases, %zu wrong, %zu with the first choice, "
		       "%zu disputed, %zu files missing\n", ran, wrong,
		       first_choice, disputed, missing);
	if (wrong || (missing && ci && !strcmp(ci, "true")))
		return 1;
	return missing ? 77 : 0;
}
