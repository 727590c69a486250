/* SPDX-License-Identifier: BSD-2-Clause */
#include "gen.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void unreadable(const char *path)
{
	(void)fprintf(stderr, "%s:0: %s\n", path, strerror(errno));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool gen_add(struct arena *a, struct gen_files *out, sv path)
{
	const char **list = arena_more(a, out->path, out->n, &out->cap,
	                               sizeof(*list), GEN_MAX_FILES);
	const char *copy = sv_dupz(a, path);

	if (!list || !copy)
		return false;
	out->path = list;
	out->path[out->n++] = copy;
	return true;
}

bool gen_list(struct arena *a, const char *folder, const char *suffix,
              struct gen_files *out)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t first = out->n;
	bool all = true;

	if (!d && errno == ENOENT)
		return true;
	if (!d || out->nfolders == 16) {
		unreadable(folder);
		return false;
	}
	out->folders[out->nfolders++] = folder;
	while (all && (e = readdir(d))) {
		/* Hidden ones are what editors keep for themselves. */
		if (!sv_ends(sv_str(e->d_name), sv_str(suffix)) ||
		    e->d_name[0] == '.')
			continue;
		all = gen_add(a, out, arena_printf(a, "%s/%s", folder,
		                                   e->d_name));
	}
	(void)closedir(d);
	if (out->n > first)
		qsort(out->path + first, out->n - first, sizeof(*out->path),
		      by_name);
	if (!all)
		(void)fprintf(stderr, "%s:0: too many files\n", folder);
	return all;
}

bool gen_read(struct arena *a, const char *path, sv *out)
{
	FILE *f = fopen(path, "rb");
	long size = -1;
	char *p = NULL;
	bool ok = false;

	if (!f) {
		unreadable(path);
		return false;
	}
	if (!fseek(f, 0, SEEK_END))
		size = ftell(f);
	if (size >= 0 && (size_t)size <= GEN_MAX_FILE)
		p = arena_alloc(a, (size_t)size + 1, 1);
	if (p) {
		rewind(f);
		*out = sv_of(p, (size_t)size);
		ok = fread(p, 1, out->n, f) == out->n;
	}
	if (!ok)
		(void)fprintf(stderr, "%s:0: not a file of at most %zu bytes\n",
		              path, GEN_MAX_FILE);
	(void)fclose(f);
	return ok;
}

bool gen_write(const char *path, sv text)
{
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(text.p, 1, text.n, f) == text.n;

	if (f && fclose(f))
		ok = false;
	if (!ok) {
		unreadable(path);
		(void)remove(path);
	}
	return ok;
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

bool gen_depfile(const char *path, const char *output,
                 const struct gen_files *files)
{
	struct buf b;
	bool ok;

	buf_init(&b, GEN_MAX_FILE);
	add_path(&b, output);
	buf_adds(&b, ":");
	for (size_t i = 0; i < files->nfolders; i++) {
		buf_adds(&b, " \\\n ");
		add_path(&b, files->folders[i]);
	}
	for (size_t i = 0; i < files->n; i++) {
		buf_adds(&b, " \\\n ");
		add_path(&b, files->path[i]);
	}
	buf_addc(&b, '\n');
	ok = !buf_failed(&b) && gen_write(path, buf_sv(&b));
	buf_fini(&b);
	return ok;
}

/*
 * Bytes outside of ASCII become octal, which ends after three digits whatever
 * follows; '?' is escaped because of trigraphs.
 */
void gen_literal(struct buf *out, sv s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\' || c == '?')
			buf_addc(out, '\\');
		if (c < 0x20 || c >= 0x7f)
			buf_addf(out, "\\%03o", c);
		else
			buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}

/* Literals of 4095 bytes are what C promises; numbers have no limit. */
void gen_bytes(struct buf *out, sv s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_addf(out, "%d,%s", s.p[i], i % 32 == 31 ? "\n" : "");
}
