/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_dmarc.c - DMARC, names and small records against public suites
 *
 * test_dmarc SHARED: reads corpus/auth below it.  What is known to differ is
 * told in disagreements.md beside this file.
 */
#include "json_world.h"

#include "auth/dmarc.h"
#include "auth/mtasts.h"
#include "auth/tlsrpt.h"

#define ARENA ((size_t)4 << 20)

static struct psl_list *psl;

/* ---- evaluation, both dialects ---- */

static size_t auths(const json_t *list, struct dmarc_auth out[16])
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < 16; i++) {
		out[i].domain = j_get(json_array_get(list, i), "domain");
		out[i].result = j_get(json_array_get(list, i), "result");
	}
	return n;
}

static void same(const char *id, const char *dialect, const json_t *want,
                 const char *key, sv got)
{
	const json_t *j = json_object_get(want, key);
	char text[512];

	if (!j)
		return;
	snprintf(text, sizeof(text), "%s: %s: \"%.*s\", not \"%.*s\"", dialect,
	         key, SV_FMT(got), SV_FMT(j_sv(j)));
	hold(sv_eq(got, j_sv(j)), "dmarc", id, text);
}

static sv name_or_none(const struct dns_name *name, char room[DNS_NAME_TEXT])
{
	return name && name->n ? dns_name_text(name, room) : (sv){0};
}

static void check_view(const char *id, const char *dialect, const json_t *want,
                       const struct dmarc_view *v)
{
	static const char *const by[] = {"p", "sp", "np"};
	char room[DNS_NAME_TEXT];
	const char *p = dmarc_policy_name(v->policy);
	const char *e = dmarc_policy_name(v->effective);

	same(id, dialect, want, "result", sv_str(dmarc_result_name(v->result)));
	same(id, dialect, want, "policy_domain",
	     name_or_none(v->place ? &v->place->name : NULL, room));
	same(id, dialect, want, "org_domain", name_or_none(&v->org, room));
	same(id, dialect, want, "policy", sv_str(p));
	same(id, dialect, want, "policy_tag", sv_str(by[v->by]));
	same(id, dialect, want, "effective_policy", sv_str(e));
	same(id, dialect, want, "spf_aligned",
	     v->spf ? v->spf->domain : (sv){0});
	same(id, dialect, want, "dkim_aligned",
	     v->dkim ? v->dkim->domain : (sv){0});
	if (json_object_get(want, "test_mode"))
		hold(json_is_true(json_object_get(want, "test_mode")) ==
		         v->test, "dmarc", id, "test_mode");
	if (json_object_get(want, "pct"))
		hold(json_integer_value(json_object_get(want, "pct")) ==
		         v->pct, "dmarc", id, "pct");
}

static void check_queries(const char *id, const json_t *want,
                          const struct facts *f)
{
	const json_t *list = json_object_get(want, "queries");
	size_t n = 0;

	for (size_t i = 0; i < facts_count(f); i++) {
		const struct dns_answer *q = facts_nth(f, i);
		char room[DNS_NAME_TEXT];
		sv name = dns_name_text(&q->name, room);
		bool found = false;

		if (q->type != DNS_TXT)
			continue;
		n++;
		for (size_t k = 0; k < json_array_size(list); k++)
			if (sv_eq(name, j_sv(json_array_get(list, k))))
				found = true;
		hold(found, "dmarc", id, name.p);
	}
	hold(n == json_array_size(list), "dmarc", id, "number of questions");
}

static void evaluate(const json_t *c, struct dmarc_request *req,
                     struct arena *a, struct facts *f, const char *dialect)
{
	const char *id = json_string_value(json_object_get(c, "id"));
	const json_t *new = json_object_get(c, "expect_rfc9989");
	const json_t *old = json_object_get(c, "expect_rfc7489");
	struct dmarc_outcome out;

	while (dmarc_check(f, a, req, &out) == STEP_WAIT)
		facts_wait(f);
	if (!req->no_9989)
		check_view(id, dialect, new, &out.view[DMARC_9989]);
	if (!req->no_7489)
		check_view(id, dialect, old, &out.view[DMARC_7489]);
	if (req->no_7489)
		check_queries(id, new, f);
	if (req->no_7489 || req->no_9989)
		return;
	hold(json_is_true(json_object_get(c, "rules_differ")) ==
	         ((out.differ & DMARC_DIFFER_RULES) != 0),
	     "dmarc", id, "rules_differ");
	hold(!(out.differ & DMARC_DIFFER_RULES) || out.nreasons, "dmarc", id,
	     "no reason for the difference");
	if (getenv("VERBOSE"))
		printf("%s: %s%s%s\n", id, out.view[DMARC_9989].sentence,
		       out.nreasons ? ", differ: " : "",
		       out.nreasons ? out.reasons[0] : "");
}

static void run_case(const json_t *c, bool no_9989, bool no_7489, bool ahead)
{
	struct dmarc_auth spf[16], dkim[16];
	struct arena *a = arena_new(ARENA);
	struct dns_zone *z = j_world(a, json_object_get(c, "zone"));
	struct facts_options opt = {.resolver = dns_zone_resolver(z)};
	struct facts *f = facts_new(&opt);
	struct dmarc_request req = {
	    .header_from = j_get(c, "author_domain"),
	    .spf = spf,
	    .dkim = dkim,
	    .nspf = auths(json_object_get(c, "spf"), spf),
	    .ndkim = auths(json_object_get(c, "dkim"), dkim),
	    .psl = psl,
	    .no_9989 = no_9989,
	    .no_7489 = no_7489,
	    .ahead = ahead};

	evaluate(c, &req, a, f,
	         no_7489 ? "9989" : no_9989 ? "7489" : ahead ? "ahead" : "both");
	facts_free(f);
	dns_resolver_free(opt.resolver);
	dns_zone_free(z);
	arena_free(a);
}

static void run_dmarc(const char *suite, json_t *cases)
{
	const json_t *c;
	size_t i;

	json_array_foreach(cases, i, c) {
		run_case(c, false, true, false);
		run_case(c, true, false, false);
		run_case(c, false, false, false);
		run_case(c, false, false, true);
	}
	printf("%s: %zu cases\n", suite, json_array_size(cases));
}

/* ---- records ---- */

static void check_tags(const char *text, const json_t *want,
                       const struct dmarc_record *r)
{
	const char *key;
	const json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)(uintptr_t)want, key, value) {
		bool found = false;

		for (size_t i = 0; i < r->ntags; i++)
			if (sv_ieq(r->tags[i].name, sv_str(key)))
				found = sv_eq(r->tags[i].value, j_sv(value));
		hold(found, "dmarc_record", text, key);
		n++;
	}
	hold(!want || json_is_null(want) || n + 1 == r->ntags, "dmarc_record",
	     text, "number of tags");
}

static void check_policy(const char *text, const json_t *want, const char *key,
                         enum dmarc_policy got)
{
	hold(sv_eq(j_get(want, key), sv_str(dmarc_policy_name(got))),
	     "dmarc_record", text, key);
}

static void run_record(const char *suite, json_t *cases)
{
	struct arena *a = arena_new(ARENA);
	const json_t *c;
	size_t i;

	json_array_foreach(cases, i, c) {
		const json_t *new = json_object_get(c, "rfc9989");
		const json_t *use = json_object_get(new, "effective");
		sv text = j_get(c, "record");
		struct dmarc_record r = {0};

		hold(dmarc_record_parse(a, text, &r) == MW_OK, suite, text.p,
		     "memory");
		hold(dmarc_record_strict(&r) ==
		         json_is_true(json_object_get(c, "valid")),
		     suite, text.p, "valid");
		hold(r.is_dmarc == json_is_true(json_object_get(new,
		         "is_dmarc")), suite, text.p, "is_dmarc");
		hold(r.usable == json_is_true(json_object_get(new, "usable")),
		     suite, text.p, "usable");
		if (r.is_dmarc)
			check_tags(text.p, json_object_get(new, "tags"), &r);
		if (json_is_object(use)) {
			check_policy(text.p, use, "p", r.use_p);
			check_policy(text.p, use, "sp", r.use_sp);
			check_policy(text.p, use, "np", r.use_np);
		}
	}
	printf("%s: %zu cases\n", suite, json_array_size(cases));
	arena_free(a);
}

/* ---- names ---- */

static void run_psl(const char *suite, json_t *cases)
{
	const json_t *c;
	size_t i;

	json_array_foreach(cases, i, c) {
		sv in = j_get(c, "input"), want = j_get(c, "registrable");
		struct dns_name name, org, wanted;
		/* A dot in front makes it no name. */
		bool found = !sv_starts(in, SV(".")) && psl_name(in, &name) &&
		             psl_list_org(psl, &name, &org);

		hold(found == (want.n > 0), suite, in.p, "found");
		if (found && want.n)
			hold(psl_name(want, &wanted) &&
			         dns_name_eq(&wanted, &org),
			     suite, in.p, "registrable");
	}
	printf("%s: %zu cases\n", suite, json_array_size(cases));
}

static void run_alignment(const char *suite, json_t *cases)
{
	const json_t *c;
	size_t i;

	json_array_foreach(cases, i, c)
		hold(dmarc_aligned_7489(psl, j_get(c, "a"), j_get(c, "b"),
		                        sv_eq(j_get(c, "mode"), SV("strict"))) ==
		         json_is_true(json_object_get(c, "aligned")),
		     suite, j_get(c, "a").p, "aligned");
	printf("%s: %zu cases\n", suite, json_array_size(cases));
}

static void run_from(const char *suite, json_t *cases)
{
	const json_t *c;
	size_t i;

	json_array_foreach(cases, i, c) {
		sv domain = {0};

		(void)dmarc_author(j_get(c, "value"), &domain);
		hold(sv_ieq(domain, j_get(c, "domain")), suite,
		     j_get(c, "value").p, domain.n ? domain.p : "none");
	}
	printf("%s: %zu cases\n", suite, json_array_size(cases));
}

/* ---- MTA-STS and TLS-RPT ---- */

static bool mtasts_record_valid(struct arena *a, sv text)
{
	struct mtasts_record r;

	return mtasts_record_parse(a, text, &r) == MW_OK && r.valid;
}

static bool mtasts_policy_valid(struct arena *a, sv text)
{
	struct mtasts_policy p;

	return mtasts_policy_parse(a, text, &p) == MW_OK && p.valid;
}

static bool tlsrpt_record_valid(struct arena *a, sv text)
{
	struct tlsrpt_record r;

	return tlsrpt_record_parse(a, text, &r) == MW_OK && r.valid;
}

static void run_valid(const char *suite, json_t *cases)
{
	static const struct {
		const char *suite;
		bool (*valid)(struct arena *a, sv text);
	} readers[] = {{"mtasts_record", mtasts_record_valid},
	               {"mtasts_policy", mtasts_policy_valid},
	               {"tlsrpt_record", tlsrpt_record_valid}};
	struct arena *a = arena_new(ARENA);
	const json_t *c;
	size_t i, k = 0;

	while (strcmp(readers[k].suite, suite))
		k++;
	json_array_foreach(cases, i, c)
		hold(readers[k].valid(a, j_get(c, "text")) ==
		         json_is_true(json_object_get(c, "valid")),
		     suite, j_get(c, "text").p, "valid");
	printf("%s: %zu cases\n", suite, json_array_size(cases));
	arena_free(a);
}

int main(int argc, char **argv)
{
	const char *shared = argc > 1 ? argv[1] : "";

	psl = psl_list_new(NULL);
	hold(psl != NULL, "psl", "libpsl", "no list");
	j_each(shared, "dmarc", "cases", run_dmarc);
	j_each(shared, "parse", "dmarc_record", run_record);
	j_each(shared, "parse", "alignment_psl", run_alignment);
	j_each(shared, "parse", "from_domain", run_from);
	j_each(shared, "psl", "psl", run_psl);
	j_each(shared, "parse", "mtasts_record", run_valid);
	j_each(shared, "parse", "mtasts_policy", run_valid);
	j_each(shared, "parse", "tlsrpt_record", run_valid);
	psl_list_free(psl);
	return j_end();
}
