/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kbc - compile data/kb into lib/kb's tables
 *
 *	kbc [--partial] [--depfile FILE] --output FILE DIR
 *
 * DIR holds CAUSES (the ids, one a line) and one <id>.kb for each of them;
 * with --partial a missing one is only warned of.  The depfile also names
 * DIR, so that a new file is noticed without configuring again.
 */
#include "kbc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "gen.h"

/* The tables of 1 MB of data. */
#define MAX_OUTPUT ((size_t)64 << 20)

struct options {
	const char *output, *depfile, *dir;
	bool partial;
};

void kbc_wrong(struct kbc *k, const char *file, unsigned line, const char *fmt,
	       ...)
{
	va_list ap;

	(void)fprintf(stderr, "%s:%u: ", file, line);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	k->errors++;
}

bool kbc_known_id(const struct kbc *k, sv id)
{
	for (size_t i = 0; i < k->nids; i++)
		if (sv_eq(k->ids[i], id))
			return true;
	return false;
}

static bool read_file(struct kbc *k, const char *file, sv *text)
{
	if (gen_read(k->a, file, text))
		return true;
	k->errors++; /* gen_read has told it */
	return false;
}

static void add_id(struct kbc *k, const char *file, unsigned line, sv id)
{
	sv *ids = arena_more(k->a, k->ids, k->nids, &k->ids_cap, sizeof(*ids),
			     KBC_MAX_CAUSES);
	unsigned *lines = arena_more(k->a, k->id_lines, k->nids, &k->lines_cap,
				     sizeof(*lines), KBC_MAX_CAUSES);

	if (kbc_known_id(k, id))
		kbc_wrong(k, file, line, "'%.*s' a second time", SV_FMT(id));
	if (!ids || !lines) {
		kbc_wrong(k, file, line, "over %d causes", KBC_MAX_CAUSES);
		return;
	}
	k->ids = ids;
	k->id_lines = lines;
	k->ids[k->nids] = id;
	k->id_lines[k->nids++] = line;
}

static void read_ids(struct kbc *k)
{
	const char *file = k->list;
	unsigned line = 0;
	sv text;

	if (!read_file(k, file, &text))
		return;
	while (text.n) {
		sv id = sv_trim(sv_line(&text));

		line++;
		if (id.n && id.p[0] != '#')
			add_id(k, file, line, id);
	}
}

/* DIR/id.kb */
static sv id_of(const struct kbc *k, const char *file)
{
	sv s = sv_drop(sv_str(file), strlen(k->dir) + 1);

	return sv_head(s, s.n - 3);
}

static void read_causes(struct kbc *k, const struct gen_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const char *file = files->path[i];
		sv id = id_of(k, file), text;

		if (!kbc_known_id(k, id))
			kbc_wrong(k, file, 1, "'%.*s' is not in CAUSES",
				  SV_FMT(id));
		if (read_file(k, file, &text))
			kbc_parse(k, file, id, text);
	}
}

static bool has_file(const struct kbc *k, const struct gen_files *files, sv id)
{
	for (size_t i = 0; i < files->n; i++)
		if (sv_eq(id_of(k, files->path[i]), id))
			return true;
	return false;
}

static void find_missing(struct kbc *k, const struct gen_files *files)
{
	const char *file = k->list;

	for (size_t i = 0; i < k->nids; i++) {
		if (has_file(k, files, k->ids[i]))
			continue;
		if (k->partial)
			(void)fprintf(stderr, "%s:%u: warning: no %.*s.kb\n",
				      file, k->id_lines[i], SV_FMT(k->ids[i]));
		else
			kbc_wrong(k, file, k->id_lines[i], "no %.*s.kb",
				  SV_FMT(k->ids[i]));
	}
}

static int by_id(const void *a, const void *b)
{
	const struct cause *const *x = a, *const *y = b;

	return sv_cmp((*x)->single[KBC_CAUSE], (*y)->single[KBC_CAUSE]);
}

static void write_tables(struct kbc *k, const struct options *o)
{
	struct buf b;

	buf_init(&b, MAX_OUTPUT);
	kbc_emit(k, &b);
	if (buf_failed(&b))
		kbc_wrong(k, o->output, 0, "too much for the tables");
	else if (!gen_write(o->output, buf_sv(&b)))
		k->errors++;
	buf_fini(&b);
}

static void compile(struct kbc *k, const struct options *o)
{
	struct gen_files files = {0};
	sv list = arena_printf(k->a, "%s/CAUSES", k->dir);

	k->list = list.n ? list.p : ""; /* arena_printf terminates */
	read_ids(k);
	if (!gen_list(k->a, k->dir, ".kb", &files))
		k->errors++;
	read_causes(k, &files);
	find_missing(k, &files);
	if (k->n && !arena_failed(k->a))
		qsort(k->causes, k->n, sizeof(*k->causes), by_id);
	kbc_lint(k);
	if (arena_failed(k->a))
		kbc_wrong(k, k->dir, 0, "out of memory");
	if (k->errors)
		return;
	write_tables(k, o);
	if (o->depfile && !(gen_add(k->a, &files, list) &&
			    gen_depfile(o->depfile, o->output, &files)))
		k->errors++;
}

static bool parse_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		sv arg = sv_str(argv[i]);

		if (sv_eq(arg, SV("--partial")))
			o->partial = true;
		else if (sv_eq(arg, SV("--output")) && i + 1 < argc)
			o->output = argv[++i];
		else if (sv_eq(arg, SV("--depfile")) && i + 1 < argc)
			o->depfile = argv[++i];
		else if (!sv_starts(arg, SV("-")) && !o->dir)
			o->dir = argv[i];
		else
			return false;
	}
	return o->output && o->dir;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct kbc k = {0};
	unsigned errors;

	if (!parse_options(argc, argv, &o)) {
		(void)fputs("usage: kbc [--partial] [--depfile FILE] "
			    "--output FILE DIR\n",
			    stderr);
		return 2;
	}
	k.a = arena_new(KBC_MEMORY);
	if (!k.a)
		return 1;
	k.dir = o.dir;
	k.partial = o.partial;
	compile(&k, &o);
	errors = k.errors;
	arena_free(k.a);
	return errors ? 1 : 0;
}
