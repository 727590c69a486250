/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_transcript.c - paste_read told that the bytes are of this form */
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
	must(at->form == FORM_TRANSCRIPT);
	must(at->action != ACTION_NONE && at->action < ACTION_N);
	must(at->stage < STAGE_N);
	must(at->offset < size);
	must(at->text.n <= MTEXT_MAX);
	for (size_t i = 0; i < at->text.n; i++)
		must(at->text.src[i] == MTEXT_NOWHERE ||
		     at->text.src[i] < size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct paste_options opt = {.form = FORM_TRANSCRIPT};
	struct arena *a = arena_new((size_t)64 << 20);
	struct attempts out = {0};
	struct paste_seen seen = {0};
	enum mw_status st;

	must(a != NULL);
	st = paste_read(a, sv_of((const char *)data, size), &opt, &out, &seen,
			NULL);
	must(st == MW_OK || st == MW_ENOMEM);
	for (size_t i = 0; i < out.n; i++)
		look_at(&out.v[i], size);
	arena_free(a);
	return 0;
}
