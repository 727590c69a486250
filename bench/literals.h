/* SPDX-License-Identifier: BSD-2-Clause */
/* literals.h - words of the rules and normalised replies, for other matchers */
#ifndef BENCH_LITERALS_H
#define BENCH_LITERALS_H

#include <stdbool.h>
#include <stddef.h>

struct literal_view {
	const char *p;
	size_t n;
};

struct literals {
	struct literal_view *words, *replies;
	size_t nwords, nreplies;
	char *text;
};

/* The longest literal of each text; replies normalised as rules see them. */
bool literals_make(struct literals *out);
void literals_free(struct literals *l);

#endif
