/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_exception.c - properties of the readers of exceptions on any bytes
 *
 * Only they read here.  Every origin lies inside the input, each attempt names
 * who wrote it, and no name or address is longer than the paste.
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
	const sv views[] = {at->host, at->host_ip, at->port, at->sender,
	                    at->recipient, at->account};
	const struct mtext *t = &at->text;

	/* What a webmail or a server passes on counts as a reply. */
	must((at->form == FORM_EXCEPTION || at->form == FORM_REPLY) &&
	     at->writer.n);
	must(at->offset < size && at->line >= 1);
	must(t->n <= MTEXT_MAX);
	for (size_t i = 0; i < t->n; i++)
		must(t->src[i] == MTEXT_NOWHERE || t->src[i] < size);
	/* A byte of windows-1252 becomes up to three. */
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		must(views[i].n <= 3 * size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct paste_options only = {.form = FORM_EXCEPTION};
	struct arena *a = arena_new((size_t)64 << 20);
	struct attempts out = {0};
	struct paste_seen seen = {0};
	enum mw_status st;

	must(a != NULL);
	st = paste_read(a, sv_of((const char *)data, size), &only, &out, &seen,
	                NULL);
	must(st == MW_OK || st == MW_ENOMEM);
	must(out.n <= ATTEMPTS_MAX);
	for (size_t i = 0; i < out.n; i++)
		look_at(&out.v[i], size);
	arena_free(a);
	return 0;
}
