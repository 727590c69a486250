/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.h - the files that names stand for, one after the other
 *
 * See input.h for what is read of folders and in which order.  A folder is
 * opened once and read through its descriptor, so nobody can swap it for
 * another meanwhile.
 */
#ifndef INPUT_WALK_H
#define INPUT_WALK_H

#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"

/* Folders in folders; deeper ones are reported.  Each costs a descriptor. */
#define WALK_DEPTH_MAX 32

/* Names of one folder that are in memory and in order at a time. */
#define WALK_SORT_MAX 65536

/* A path is cut off behind so many bytes, for people to read. */
#define WALK_PATH_MAX 65536

struct walk_file {
	int fd;          /* for the caller to close, unless it is stdin */
	bool is_stdin, in_maildir;
	struct stat st;
};

enum walk_step { WALK_FILE, WALK_PROBLEM, WALK_END };

struct walk;

/* The names must outlive it.  NULL if there is no memory. */
struct walk *walk_new(const char *const *names, size_t n);
void walk_free(struct walk *w);

/* WALK_FILE: *out is filled in; WALK_PROBLEM: *err is.  See walk_path(). */
enum walk_step walk_next(struct walk *w, struct walk_file *out,
                         struct mw_err *err);

/* What the last file or problem is called, until the next call. */
sv walk_path(const struct walk *w);

#endif
