/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listc - proves data/dnsbl or data/receivers and builds the text in
 *
 * listc zones OUT.c FILE.zones...
 * listc receivers OUT.c FILE.receiver... FILE.findings...
 *
 * Ids of findings in the rules of receivers must be there.
 */
#include "check/receiver.h"
#include "check/zones.h"
#include "gen.h"

#include <stdio.h>

#define ARENA_MAX ((size_t)64 << 20)
#define OUTPUT_MAX ((size_t)8 << 20)

struct work {
	struct arena *a;
	bool zones;
	struct findings *known;
	unsigned mistakes;
};

static void complain(struct work *w, const char *file, const struct mw_err *e)
{
	fprintf(stderr, "%s:%zu: %s\n", file, e->where, e->text);
	w->mistakes++;
}

/* Is there a finding of that id, or one that the wildcard stands for? */
static bool is_known(const struct findings *k, sv id)
{
	sv area = sv_ends(id, SV(".*")) ? sv_head(id, id.n - 1) : id;

	for (size_t i = 0; i < findings_count(k); i++) {
		sv one = sv_str(findings_nth(k, i)->id);

		if (area.n < id.n ? sv_starts(one, area) : sv_eq(one, id))
			return true;
	}
	return false;
}

static void prove_ids(struct work *w, const struct receiver_rule *r,
                      const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sv rest = sv_str(lines[i]), id;

		while ((id = sv_word(&rest)).n) {
			id = sv_cut(&id, '@');
			if (is_known(w->known, id))
				continue;
			fprintf(stderr, "%s: no finding %.*s\n", r->id,
			        SV_FMT(id));
			w->mistakes++;
		}
	}
}

static void prove_zones(struct work *w, const char *file, sv text)
{
	struct zones *k;
	struct mw_err err;

	if (zones_read(w->a, text, &k, &err) != MW_OK)
		complain(w, file, &err);
}

static void prove_receivers(struct work *w, const char *file, sv text)
{
	struct receivers *k;
	struct mw_err err;

	if (receivers_read(w->a, text, &k, &err) != MW_OK) {
		complain(w, file, &err);
		return;
	}
	for (size_t i = 0; w->known && i < receivers_count(k); i++) {
		const struct receiver *r = receivers_nth(k, i);

		for (size_t x = 0; x < r->nrule; x++) {
			prove_ids(w, &r->rule[x], r->rule[x].broken,
			          r->rule[x].nbroken);
			prove_ids(w, &r->rule[x], r->rule[x].kept,
			          r->rule[x].nkept);
		}
	}
}

static void prove(struct work *w, const char *file, sv text)
{
	if (w->zones)
		prove_zones(w, file, text);
	else
		prove_receivers(w, file, text);
}

static void emit(struct buf *b, bool zones, sv text)
{
	const char *name = zones ? "zones" : "receivers";

	buf_addf(b, "#include \"check/%s.h\"\n\nconst char %s_builtin[] = {\n",
	         zones ? "zones" : "receiver", name);
	gen_bytes(b, text);
	buf_addf(b, "};\nconst size_t %s_builtin_n = %zu;\n", name, text.n);
}

/* What else belongs to findings is passed over. */
static bool is_ours(const struct work *w, const char *file)
{
	return sv_ends(sv_str(file), w->zones ? SV(".zones")
	                                      : SV(".receiver"));
}

/* Each file by itself, for its line numbers. */
static bool read_files(struct work *w, char **files, int n, struct buf *all,
                       struct buf *findings)
{
	for (int i = 0; i < n; i++) {
		struct buf *to = all;
		sv text;

		if (!gen_read(w->a, files[i], &text))
			return false;
		if (sv_ends(sv_str(files[i]), SV(".findings")))
			to = findings;
		else if (is_ours(w, files[i]))
			prove(w, files[i], text);
		else
			continue;
		buf_add(to, text);
		buf_addc(to, '\n');
	}
	return true;
}

static bool run(struct work *w, const char *to, char **files, int n,
                struct buf *all, struct buf *out, struct buf *findings)
{
	struct mw_err err;

	if (!read_files(w, files, n, all, findings))
		return false;
	if (findings->n && findings_read(w->a, buf_sv(findings), &w->known,
	                                 &err) != MW_OK)
		complain(w, "data/findings", &err);
	/* Together: nothing twice, and the ids of findings. */
	if (!w->mistakes)
		prove(w, w->zones ? "data/dnsbl" : "data/receivers",
		      buf_sv(all));
	if (w->mistakes)
		return false;
	emit(out, w->zones, buf_sv(all));
	return !buf_failed(out) && gen_write(to, buf_sv(out));
}

int main(int argc, char **argv)
{
	struct work w = {.a = arena_new(ARENA_MAX)};
	struct buf all, out, findings;
	bool ok;

	if (argc < 4 || !w.a)
		return 1;
	w.zones = sv_eq(sv_str(argv[1]), SV("zones"));
	buf_init(&all, OUTPUT_MAX);
	buf_init(&out, OUTPUT_MAX);
	buf_init(&findings, OUTPUT_MAX);
	ok = run(&w, argv[2], argv + 3, argc - 3, &all, &out, &findings);
	buf_fini(&all);
	buf_fini(&out);
	buf_fini(&findings);
	arena_free(w.a);
	return ok ? 0 : 1;
}
