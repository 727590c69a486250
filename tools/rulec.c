/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rulec - compile the rules, providers and lists into tables
 *
 *	rulec [--lint] [--depfile FILE] [--output FILE] DATA
 *
 * DATA is the folder data/.  Every mistake, also a rule that does not win its
 * own Seen, is told with file and line; the status is then 1 and nothing is
 * written.  What is only weak is a warning; --lint shows each.  A thin main
 * over lib/classify, which does the same at run time.
 */
#include <inttypes.h>
#include <stdio.h>

#include "classify/compile.h"
#include "classify/lint.h"
#include "classify/proof.h"
#include "gen.h"

#define MEMORY ((size_t)1 << 30)
#define MAX_OUTPUT ((size_t)64 << 20)

struct options {
	const char *output, *depfile, *data;
	bool lint;
};

static void complain(void *arg, const char *file, unsigned line,
                     const char *text)
{
	size_t *bad = arg;

	(*bad)++;
	(void)fprintf(stderr, "%s:%u: %s\n", file, line, text);
}

/* The names of members, and how each element is printed. */
static void open_array(struct buf *b, const char *type, const char *name,
                       uint32_t n)
{
	/* ISO C has no empty arrays. */
	buf_addf(b, "static const %s %s[%u] = {\n", type, name, n ? n : 1);
}

static void close_array(struct buf *b, uint32_t n)
{
	buf_adds(b, n ? "};\n\n" : "{0}};\n\n");
}

static void range(struct buf *b, struct rrange r)
{
	buf_addf(b, "{%u,%u},", r.first, r.n);
}

static void emit_pool(struct buf *b, const char *name, const char *p,
                      uint32_t n)
{
	open_array(b, "char", name, n + 1);
	gen_bytes(b, sv_of(p, n));
	close_array(b, 1);
}

static void emit_rules(struct buf *b, const struct ruleset *rs)
{
	open_array(b, "struct rule", "rules", rs->nrules);
	for (uint32_t i = 0; i < rs->nrules; i++) {
		const struct rule *r = &rs->rules[i];

		buf_addf(b, "{%u,%u,", r->id, r->cause);
		range(b, r->providers);
		range(b, r->hosts);
		range(b, r->codes);
		range(b, r->statuses);
		range(b, r->texts);
		range(b, r->nots);
		buf_addf(b, "%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,", r->stages,
		         r->forms, r->direction, r->confidence, r->spoke,
		         r->actor, r->heals, r->retry, r->scope, r->fix);
		range(b, r->also);
		range(b, r->seen);
		range(b, r->refs);
		buf_addf(b, "%u,%u,%u,%u,%u},\n", r->since, r->checked,
		         r->file, r->line, r->called);
	}
	close_array(b, rs->nrules);
}

static void emit_texts(struct buf *b, const struct ruleset *rs)
{
	open_array(b, "struct text", "texts", rs->ntexts);
	for (uint32_t i = 0; i < rs->ntexts; i++) {
		const struct text *t = &rs->texts[i];

		buf_addc(b, '{');
		range(b, t->elems);
		buf_addf(b, "%u,%u,%u},\n", t->owner, t->bytes, t->slots);
	}
	close_array(b, rs->ntexts);
	open_array(b, "struct elem", "elems", rs->nelems);
	for (uint32_t i = 0; i < rs->nelems; i++) {
		const struct elem *e = &rs->elems[i];

		buf_addf(b, "{%u,%u,%u,%u,%u,%uu,%uu},\n", e->kind, e->slot,
		         e->flags, e->len, e->at, e->lo, e->hi);
	}
	close_array(b, rs->nelems);
}

static void emit_u32(struct buf *b, const char *name, const uint32_t *v,
                     uint32_t n)
{
	open_array(b, "uint32_t", name, n);
	for (uint32_t i = 0; i < n; i++)
		buf_addf(b, "%uu,%s", v[i], i % 12 == 11 ? "\n" : "");
	buf_adds(b, n ? "" : "0");
	close_array(b, 1);
}

static void emit_u16(struct buf *b, const char *name, const uint16_t *v,
                     uint32_t n)
{
	open_array(b, "uint16_t", name, n);
	for (uint32_t i = 0; i < n; i++)
		buf_addf(b, "%u,%s", v[i], i % 16 == 15 ? "\n" : "");
	buf_adds(b, n ? "" : "0");
	close_array(b, 1);
}

static void emit_conditions(struct buf *b, const struct ruleset *rs)
{
	emit_u32(b, "strs", rs->strs, rs->nstrs);
	emit_u16(b, "codes", rs->codes, rs->ncodes);
	open_array(b, "struct status_range", "statuses", rs->nstatuses);
	for (uint32_t i = 0; i < rs->nstatuses; i++) {
		const struct status_range *s = &rs->statuses[i];

		buf_addf(b, "{%u,%u,%u,%u,%u,%u},\n", s->class,
		         s->subject_lo, s->subject_hi, s->detail_lo,
		         s->detail_hi, s->rank);
	}
	close_array(b, rs->nstatuses);
	open_array(b, "struct rule_also", "also", rs->nalso);
	for (uint32_t i = 0; i < rs->nalso; i++)
		buf_addf(b, "{%u,%u,%u},\n", rs->also[i].cause,
		         rs->also[i].question, rs->also[i].confidence);
	close_array(b, rs->nalso);
	open_array(b, "struct rule_seen", "seen", rs->nseen);
	for (uint32_t i = 0; i < rs->nseen; i++) {
		const struct rule_seen *s = &rs->seen[i];

		buf_addf(b, "{%u,%u,%u,%u,%u,%u,%u,%u},\n", s->text, s->host,
		         s->provider, s->source, s->stage, s->form,
		         s->direction, s->line);
	}
	close_array(b, rs->nseen);
}

static void emit_keys(struct buf *b, const char *name,
                      const struct provider_key *keys, uint32_t n)
{
	open_array(b, "struct provider_key", name, n);
	for (uint32_t i = 0; i < n; i++)
		buf_addf(b, "{0x%" PRIx64 "u,0x%" PRIx64 "u,%u,%u,%u},\n",
		         keys[i].tail, keys[i].care, keys[i].text,
		         keys[i].provider, keys[i].kind);
	close_array(b, n);
}

static void emit_providers(struct buf *b, const struct ruleset *rs)
{
	open_array(b, "struct provider", "providers", rs->nproviders);
	for (uint32_t i = 0; i < rs->nproviders; i++) {
		const struct provider *p = &rs->providers[i];

		buf_addf(b, "{%u,%u,", p->id, p->name);
		range(b, p->aliases);
		range(b, p->hosts);
		range(b, p->submission);
		range(b, p->marks);
		range(b, p->steps);
		range(b, p->facts);
		buf_addf(b, "%u,%u,%u},\n", p->checked, p->rules, p->kind);
	}
	close_array(b, rs->nproviders);
	emit_keys(b, "names", rs->names, rs->nnames);
	emit_keys(b, "hosts", rs->hosts, rs->nhosts);
	open_array(b, "struct provider_step", "steps", rs->nsteps);
	for (uint32_t i = 0; i < rs->nsteps; i++)
		buf_addf(b, "{%u,%u,%u},\n", rs->steps[i].cause,
		         rs->steps[i].kind, rs->steps[i].text);
	close_array(b, rs->nsteps);
	open_array(b, "struct provider_fact", "facts", rs->nfacts);
	for (uint32_t i = 0; i < rs->nfacts; i++) {
		const struct provider_fact *f = &rs->facts[i];

		buf_addf(b, "{%u,%u,%u,%u,%u,%u,%u},\n", f->name, f->value,
		         f->text, f->ref, f->checked, f->pattern, f->kind);
	}
	close_array(b, rs->nfacts);
	open_array(b, "struct zone", "zones", rs->nzones);
	for (uint32_t i = 0; i < rs->nzones; i++) {
		const struct zone *z = &rs->zones[i];

		buf_addf(b, "{%u,%u,%u,%u,%u,%u,%u,%u,%u,{%u,%u}},\n", z->zone,
		         z->name, z->cause, z->also, z->scope, z->portal,
		         z->note, z->weight, z->checked, z->codes.first,
		         z->codes.n);
	}
	close_array(b, rs->nzones);
	open_array(b, "struct zone_code", "zone_codes", rs->nzone_codes);
	for (uint32_t i = 0; i < rs->nzone_codes; i++) {
		const struct zone_code *c = &rs->zone_codes[i];

		buf_addf(b, "{%uu,%uu,%u,%u},\n", c->from, c->to, c->cause,
		         c->text);
	}
	close_array(b, rs->nzone_codes);
	open_array(b, "struct mark", "marks", rs->nmarks);
	for (uint32_t i = 0; i < rs->nmarks; i++)
		buf_addf(b, "{%u,%u},\n", rs->marks[i].at, rs->marks[i].len);
	close_array(b, rs->nmarks);
	emit_u16(b, "mark_starts", rs->mark_starts, 257);
}

static void emit_index(struct buf *b, const struct ruleset *rs)
{
	open_array(b, "struct gram", "grams", rs->ngrams);
	for (uint32_t i = 0; i < rs->ngrams; i++)
		buf_addf(b, "{%uu,%u,%u,%u,%u,%u,%u,%u,%u},\n",
		         rs->grams[i].bytes, rs->grams[i].text,
		         rs->grams[i].elem, rs->grams[i].word,
		         rs->grams[i].at, rs->grams[i].len,
		         rs->grams[i].owner, rs->grams[i].flags,
		         rs->grams[i].whole);
	close_array(b, rs->ngrams);
	emit_u16(b, "buckets", rs->buckets, (1u << GRAM_BUCKET_BITS) + 1);
	open_array(b, "struct gate", "gates", 1u << GRAM_BUCKET_BITS);
	for (uint32_t i = 0; i < 1u << GRAM_BUCKET_BITS; i++)
		buf_addf(b, "{%u,%u},%s", rs->gates[i].bits,
		         rs->gates[i].care, i % 8 == 7 ? "\n" : "");
	close_array(b, 1);
	emit_u32(b, "unindexed", rs->unindexed, rs->nunindexed);
}

static void emit_set(struct buf *b, const struct ruleset *rs)
{
	buf_adds(b, "const struct ruleset builtin_rules = {\n"
	            "pool, words, rules, texts, elems, strs, codes, statuses, "
	            "also, seen,\nproviders, names, hosts, steps, facts, zones, zone_codes, "
	            "marks,\n");
	buf_adds(b, "mark_starts, grams, buckets, gates, unindexed,\n");
	buf_addf(b,
	         "%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,"
	         "%u,%u,\n"
	         "false, {0}};\n",
	         rs->nrules, rs->ntexts, rs->nelems, rs->nstrs, rs->ncodes,
	         rs->nstatuses, rs->nalso, rs->nseen, rs->nproviders,
	         rs->nnames, rs->nhosts, rs->nsteps, rs->nfacts, rs->nzones, rs->nzone_codes,
	         rs->nmarks, rs->ngrams, rs->nunindexed, rs->npool,
	         rs->nwords);
}

static bool emit(const char *path, const struct ruleset *rs)
{
	struct buf b;
	bool ok;

	buf_init(&b, MAX_OUTPUT);
	buf_adds(&b, "/* Generated by rulec from data/; do not edit. */\n"
	             "#include \"classify/builtin.h\"\n\n");
	emit_pool(&b, "pool", rs->pool, rs->npool);
	emit_pool(&b, "words", rs->words, rs->nwords);
	emit_rules(&b, rs);
	emit_texts(&b, rs);
	emit_conditions(&b, rs);
	emit_providers(&b, rs);
	emit_index(&b, rs);
	emit_set(&b, rs);
	ok = !buf_failed(&b) && gen_write(path, buf_sv(&b));
	buf_fini(&b);
	return ok;
}

static bool list_all(struct arena *a, const char *data, struct gen_files *out)
{
	static const char *const parts[][2] = {
	    {"redactions", ".marks"}, {"dnsbl", ".zones"},
	    {"providers", ".providers"}, {"status", ".rules"},
	    {"rules", ".rules"},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		sv dir = arena_printf(a, "%s/%s", data, parts[i][0]);

		if (!dir.n || !gen_list(a, dir.p, parts[i][1], out))
			return false;
	}
	return true;
}

/* Messages and `mailwhy rules` name files as contributors know them. */
static const char *short_name(const char *data, const char *path)
{
	return path + strlen(data) + 1;
}

static void warn(void *arg, const char *file, unsigned line, const char *text)
{
	(void)arg;
	(void)fprintf(stderr, "%s:%u: %s\n", file, line, text);
}

static void lint(const struct ruleset *rs, bool each)
{
	size_t n = rules_lint(rs, each ? warn : NULL, NULL);

	if (n)
		(void)fprintf(stderr, "rulec: %zu warnings%s\n", n,
		              each ? "" : "; --lint shows them");
}

static int compile(struct arena *a, const struct options *o)
{
	struct gen_files files = {0};
	size_t bad = 0;
	struct rules_builder *b = rules_new(a, complain, &bad);
	struct ruleset rs;
	struct mw_err err;

	if (!b || !list_all(a, o->data, &files))
		return 1;
	for (size_t i = 0; i < files.n; i++) {
		sv text;

		if (!gen_read(a, files.path[i], &text))
			return 1;
		(void)rules_add(b, short_name(o->data, files.path[i]), text);
	}
	if (rules_finish(b, NULL, &rs, &err) != MW_OK) {
		(void)fprintf(stderr, "rulec: %s\n", err.text);
		return 1;
	}
	(void)rules_prove(&rs, NULL, true, complain, &bad);
	if (bad) {
		(void)fprintf(stderr, "rulec: %zu mistakes in %u rules\n", bad,
		              rs.nrules);
		return 1;
	}
	lint(&rs, o->lint);
	if (o->output && !emit(o->output, &rs))
		return 1;
	if (o->depfile && !gen_depfile(o->depfile, o->output, &files))
		return 1;
	return 0;
}

static bool parse_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		sv arg = sv_str(argv[i]);

		if (sv_eq(arg, SV("--output")) && i + 1 < argc)
			o->output = argv[++i];
		else if (sv_eq(arg, SV("--depfile")) && i + 1 < argc)
			o->depfile = argv[++i];
		else if (sv_eq(arg, SV("--lint")))
			o->lint = true;
		else if (!sv_starts(arg, SV("-")) && !o->data)
			o->data = argv[i];
		else
			return false;
	}
	return o->data && (o->output || !o->depfile);
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct arena *a;
	int rc;

	if (!parse_options(argc, argv, &o)) {
		(void)fputs("usage: rulec [--lint] [--depfile FILE] [--output "
		            "FILE] DATA\n", stderr);
		return 2;
	}
	a = arena_new(MEMORY);
	rc = a ? compile(a, &o) : 1;
	arena_free(a);
	return rc;
}
