/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack.h - the members of an archive, one after the other
 *
 * libarchive does the work.  It is loaded when it is first needed: linking it
 * would cost every start of the program 2.6 ms.  Only what it does itself is
 * used, no programs that it would start.
 */
#ifndef INPUT_UNPACK_H
#define INPUT_UNPACK_H

#include "input/window.h"

/* libarchive: zeroed at first.  One thread at a time. */
struct unpacker {
	void *handle;
	const struct unpack_calls *calls;
};

void unpacker_fini(struct unpacker *u);

struct unpack;

struct unpack_limits {
	uint64_t total;    /* bytes unpacked */
	unsigned ratio;    /* bytes unpacked for one packed */
	uint64_t from;     /* ... looked at from so many on */
	const uint64_t *packed; /* counts the bytes that were read */
};

/*
 * Unpack the bytes first, then what from gives.  first and from must outlive
 * it.  NULL with *err filled in: MW_ENOENT where there is no libarchive,
 * MW_ENOMEM, MW_ESYNTAX.
 */
struct unpack *unpack_new(struct unpacker *u, sv first, struct stream from,
                          const struct unpack_limits *limits,
                          struct mw_err *err);
void unpack_free(struct unpack *p);

/*
 * Go to the next member that is a file: 1, and *name is its name until the
 * next call; empty where the format has no names (a file in gzip).  0 at the
 * end.  -1 with *err filled in: nothing can be read behind it.
 */
int unpack_next(struct unpack *p, sv *name, struct mw_err *err);

/* Bytes of the member: see struct stream. */
ssize_t unpack_read(void *p, char *to, size_t n, struct mw_err *err);

#endif
