/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_paste.c - properties of paste_read on any bytes
 *
 * Every origin and offset lies inside the input, attempts of this layer stand
 * in its order, and no more memory is taken than was allowed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "paste/paste.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void look_at(const struct attempt *at, size_t size)
{
	const struct mtext *t = &at->text;

	must(at->count >= 1);
	must(at->offset < size);
	must(at->line >= 1);
	must(t->n <= MTEXT_MAX);
	for (size_t i = 0; i < t->n; i++)
		must(t->src[i] == MTEXT_NOWHERE || t->src[i] < size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct attempts out = {0};
	struct paste_seen seen = {0};
	enum mw_status st;

	must(a != NULL);
	st = paste_read(a, sv_of((const char *)data, size), NULL, &out, &seen,
			NULL);
	must(st == MW_OK || st == MW_ENOMEM);
	must(out.n <= ATTEMPTS_MAX);
	for (size_t i = 0; i < out.n; i++)
		look_at(&out.v[i], size);
	arena_free(a);
	return 0;
}
