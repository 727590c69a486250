/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.h - what is wrong with a record, each fault with its place
 *
 * Readers of records keep going and collect.  A fault is an id (prose and
 * severity are data), the bytes it is about, and what receivers make of it.
 */
#ifndef AUTH_FAULT_H
#define AUTH_FAULT_H

#include "base/arena.h"

enum fault_weight {
	FAULT_NOTE,   /* legal, or without effect */
	FAULT_WRONG,  /* against the standard, read past by receivers */
	FAULT_BROKEN  /* makes the record, or a part that counts, void */
};

/* Kept of one record; the rest is counted. */
#define FAULTS_MAX 256

struct fault {
	const char *id; /* "dmarc.tag-twice" */
	enum fault_weight weight;
	size_t at, n;   /* bytes of the record's text */
};

struct faults {
	struct fault *list;
	size_t n, cap;
	size_t more; /* not kept */
	enum fault_weight worst; /* FAULT_NOTE without any */
};

void fault_add(struct faults *f, struct arena *a, const char *id,
               enum fault_weight weight, size_t at, size_t n);

/* The first of that id; NULL if there is none. */
const struct fault *fault_find(const struct faults *f, const char *id);

#endif
