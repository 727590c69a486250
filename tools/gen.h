/* SPDX-License-Identifier: BSD-2-Clause */
/* gen.h - what the generators share: data files in, C source out */
#ifndef TOOLS_GEN_H
#define TOOLS_GEN_H

#include "base/arena.h"
#include "base/buf.h"

/* Data files are some ten KB; this ends a runaway read. */
#define GEN_MAX_FILE ((size_t)4 << 20)
#define GEN_MAX_FILES 4096

struct gen_files {
	const char **path; /* sorted within each folder */
	size_t n, cap;
	const char *folders[16]; /* for the depfile: a new file is noticed */
	size_t nfolders;
};

/*
 * Append the files of a folder whose names end in suffix.  False, said on
 * standard error, if the folder cannot be read; a missing one is empty.
 */
bool gen_list(struct arena *a, const char *folder, const char *suffix,
              struct gen_files *out);

/* Append one file.  False if memory or GEN_MAX_FILES is exhausted. */
bool gen_add(struct arena *a, struct gen_files *out, sv path);

/* The content of a file; false, said on standard error, if it has none. */
bool gen_read(struct arena *a, const char *path, sv *out);

/* Write a file; a part of it is removed again.  False: said. */
bool gen_write(const char *path, sv text);

/* Write a make rule that says that output depends on files and folders. */
bool gen_depfile(const char *path, const char *output,
                 const struct gen_files *files);

/* A C string literal. */
void gen_literal(struct buf *out, sv s);

/* The initialisers of an array of char, for what is too long for a literal. */
void gen_bytes(struct buf *out, sv s);

#endif
