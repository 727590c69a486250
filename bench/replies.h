/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replies.h - replies to measure with: the rules' own examples, with values
 * that vary from line to line
 */
#ifndef BENCH_REPLIES_H
#define BENCH_REPLIES_H

#include "classify/ruleset.h"

struct replies {
	sv *v;
	size_t n, bytes;
	char *text; /* owned */
};

/* n replies; false if there is no memory. */
bool replies_make(const struct ruleset *rs, size_t n, struct replies *out);
void replies_free(struct replies *r);

#endif
