/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patterns.h - pastes made to cost as much time or memory as they can
 *
 * Each is a few bytes, repeated up to any size.  Used by the test of memory
 * and by bench/linear.
 */
#ifndef TESTS_HOSTILE_PATTERNS_H
#define TESTS_HOSTILE_PATTERNS_H

#include <stddef.h>

struct pattern {
	const char *name;
	const char *first; /* stands once before the repetition, or NULL */
	/* '%' becomes a number of eight digits that counts up. */
	const char *unit;
	size_t n; /* of unit; 0: up to its NUL */
};

extern const struct pattern patterns[];
extern const size_t npatterns;

/* Fill out with size bytes of the pattern. */
void pattern_fill(const struct pattern *p, char *out, size_t size);

#endif
