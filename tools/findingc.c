/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * findingc - proves data/findings and builds them in
 *
 * findingc OUT.c FILE.findings... FILE.selectors...
 */
#include "base/stanza.h"
#include "check/findings.h"
#include "base/buf.h"
#include "gen.h"
#include "kb/kb.h"

#include <stdio.h>

#define ARENA_MAX ((size_t)64 << 20)
#define OUTPUT_MAX ((size_t)8 << 20)

static unsigned check_causes(const struct findings *k, const char *file)
{
	unsigned mistakes = 0;

	for (size_t i = 0; i < findings_count(k); i++) {
		const struct finding_known *f = findings_nth(k, i);

		for (size_t c = 0; c < f->ncause; c++)
			if (!kb_cause(sv_str(f->cause[c]))) {
				fprintf(stderr, "%s: %s: unknown cause %s\n",
				        file, f->id, f->cause[c]);
				mistakes++;
			}
	}
	return mistakes;
}

/* Each file by itself, for its line numbers. */
static unsigned prove(struct arena *a, const char *file, sv text)
{
	struct findings *k;
	struct mw_err err;

	if (findings_read(a, text, &k, &err) != MW_OK) {
		fprintf(stderr, "%s:%zu: %s\n", file, err.where, err.text);
		return 1;
	}
	return check_causes(k, file);
}

static void emit(struct buf *b, sv text)
{
	buf_adds(b, "#include \"check/findings.h\"\n\n"
	            "const char findings_builtin[] = {\n");
	gen_bytes(b, text);
	buf_addf(b, "};\nconst size_t findings_builtin_n = %zu;\n", text.n);
}

static bool ends(const char *file, const char *suffix)
{
	return sv_ends(sv_str(file), sv_str(suffix));
}

/* "Selector: NAME" of each stanza, as a list in C; false: said why. */
static bool add_selectors(struct arena *a, const char *file, struct buf *out)
{
	struct stanza_reader in;
	struct stanza s;
	struct mw_err err;
	enum mw_status st;
	sv text;

	if (!gen_read(a, file, &text))
		return false;
	in = stanza_open(text);
	while ((st = stanza_next(&in, a, &s, &err)) == MW_OK) {
		sv name = stanza_get(&s, "Selector");

		if (!name.n || !stanza_get(&s, "Checked").n) {
			fprintf(stderr, "%s:%u: Selector or Checked is "
			        "missing\n", file, s.line);
			return false;
		}
		buf_addc(out, '\t');
		gen_literal(out, name);
		buf_adds(out, ",\n");
	}
	return st == MW_ENOENT;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct buf all, out, selectors;
	unsigned mistakes = 0;
	sv text;

	buf_init(&all, OUTPUT_MAX);
	buf_init(&out, OUTPUT_MAX);
	buf_init(&selectors, OUTPUT_MAX);
	for (int i = 2; i < argc && a; i++) {
		if (ends(argv[i], ".selectors")) {
			if (!add_selectors(a, argv[i], &selectors))
				return 1;
			continue;
		}
		if (!gen_read(a, argv[i], &text))
			return 1;
		mistakes += prove(a, argv[i], text);
		buf_add(&all, text);
		buf_addc(&all, '\n');
	}
	/* Together: no id twice. */
	if (!mistakes)
		mistakes += prove(a, "data/findings", buf_sv(&all));
	if (mistakes || argc < 3)
		return 1;
	emit(&out, buf_sv(&all));
	buf_adds(&out, "const char *const check_selectors[] = {\n");
	buf_add(&out, buf_sv(&selectors));
	buf_adds(&out, "\tNULL,\n};\n");
	mistakes = !gen_write(argv[1], buf_sv(&out));
	buf_fini(&all);
	buf_fini(&out);
	buf_fini(&selectors);
	arena_free(a);
	return mistakes ? 1 : 0;
}
