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

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

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

static void unreadable(struct kbc *k, const char *file)
{
	kbc_wrong(k, file, 0, "%s", strerror(errno));
}

static const char *path_of(struct kbc *k, const char *name)
{
	sv p = arena_printf(k->a, "%s/%s", k->dir, name);

	return p.n ? p.p : ""; /* arena_printf terminates */
}

static bool read_file(struct kbc *k, const char *file, sv *text)
{
	FILE *f = fopen(file, "rb");
	char *p = NULL;
	long size = -1;
	bool ok = false;

	if (!f) {
		unreadable(k, file);
		return false;
	}
	if (!fseek(f, 0, SEEK_END))
		size = ftell(f);
	if (size < 0 || (size_t)size > KBC_MAX_FILE) {
		kbc_wrong(k, file, 0, "not a file of at most %zu bytes",
			  KBC_MAX_FILE);
		goto out;
	}
	rewind(f);
	p = arena_alloc(k->a, (size_t)size + 1, 1);
	if (!p)
		goto out;
	*text = sv_of(p, (size_t)size);
	ok = fread(p, 1, text->n, f) == text->n;
	if (!ok)
		unreadable(k, file);
out:
	(void)fclose(f);
	return ok;
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
	const char *file = path_of(k, "CAUSES");
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

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_files(struct kbc *k)
{
	DIR *d = opendir(k->dir);
	struct dirent *e;

	if (!d) {
		unreadable(k, k->dir);
		return;
	}
	while ((e = readdir(d))) {
		const char **list;

		/* Hidden ones are what editors keep for themselves. */
		if (!sv_ends(sv_str(e->d_name), SV(".kb")) ||
		    e->d_name[0] == '.')
			continue;
		list = arena_more(k->a, k->files, k->nfiles, &k->files_cap,
				  sizeof(*list), KBC_MAX_CAUSES);
		if (!list)
			break;
		k->files = list;
		k->files[k->nfiles++] = sv_dupz(k->a, sv_str(e->d_name));
	}
	(void)closedir(d);
	if (k->nfiles && !arena_failed(k->a))
		qsort(k->files, k->nfiles, sizeof(*k->files), by_name);
}

static sv id_of(const char *name)
{
	sv s = sv_str(name);

	return sv_head(s, s.n - 3); /* ".kb" */
}

static void read_causes(struct kbc *k)
{
	for (size_t i = 0; i < k->nfiles; i++) {
		const char *file = path_of(k, k->files[i]);
		sv id = id_of(k->files[i]), text;

		if (!kbc_known_id(k, id))
			kbc_wrong(k, file, 1, "'%.*s' is not in CAUSES",
				  SV_FMT(id));
		if (read_file(k, file, &text))
			kbc_parse(k, file, id, text);
	}
}

static bool has_file(const struct kbc *k, sv id)
{
	for (size_t i = 0; i < k->nfiles; i++)
		if (sv_eq(id_of(k->files[i]), id))
			return true;
	return false;
}

static void find_missing(struct kbc *k)
{
	const char *file = path_of(k, "CAUSES");

	for (size_t i = 0; i < k->nids; i++) {
		if (has_file(k, k->ids[i]))
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

static void write_file(struct kbc *k, const char *file, sv text)
{
	FILE *f = fopen(file, "wb");
	bool ok = f && fwrite(text.p, 1, text.n, f) == text.n;

	if (f && fclose(f))
		ok = false;
	if (!ok) {
		unreadable(k, file);
		(void)remove(file);
	}
}

/* In the syntax of make, where blanks are escaped. */
static void add_path(struct buf *b, const char *path)
{
	for (; *path; path++) {
		if (*path == ' ' || *path == '#' || *path == '\\')
			buf_addc(b, '\\');
		if (*path == '$')
			buf_addc(b, '$');
		buf_addc(b, *path);
	}
}

static void write_depfile(struct kbc *k, const struct options *o)
{
	struct buf b;

	buf_init(&b, MAX_OUTPUT);
	add_path(&b, o->output);
	buf_adds(&b, ": ");
	add_path(&b, k->dir);
	buf_addc(&b, ' ');
	add_path(&b, path_of(k, "CAUSES"));
	for (size_t i = 0; i < k->nfiles; i++) {
		buf_adds(&b, " \\\n ");
		add_path(&b, path_of(k, k->files[i]));
	}
	buf_addc(&b, '\n');
	write_file(k, o->depfile, buf_sv(&b));
	buf_fini(&b);
}

static void write_tables(struct kbc *k, const struct options *o)
{
	struct buf b;

	buf_init(&b, MAX_OUTPUT);
	kbc_emit(k, &b);
	if (buf_failed(&b))
		kbc_wrong(k, o->output, 0, "too much for the tables");
	else
		write_file(k, o->output, buf_sv(&b));
	buf_fini(&b);
}

static void compile(struct kbc *k, const struct options *o)
{
	read_ids(k);
	list_files(k);
	read_causes(k);
	find_missing(k);
	if (k->n && !arena_failed(k->a))
		qsort(k->causes, k->n, sizeof(*k->causes), by_id);
	kbc_lint(k);
	if (arena_failed(k->a))
		kbc_wrong(k, k->dir, 0, "out of memory");
	if (k->errors)
		return;
	write_tables(k, o);
	if (o->depfile)
		write_depfile(k, o);
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
