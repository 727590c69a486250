/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_exports.c - JSON of providers, or any bytes: values get on, and what
 * rows tell lies in the text or in the arena
 */
#include "logs/exports.h"
#include "must.h"

static void check(const struct export_row *row, size_t size)
{
	const struct attempt *at = &row->at;

	must(at->action < ACTION_N && at->spoke < SPOKE_N);
	must(at->direction == DIR_OUTBOUND || sv_eq(at->writer, SV("kumomta")));
	must(at->offset < size && at->line > 0);
	must(at->text.n <= MTEXT_MAX);
	for (size_t i = 0; i < at->text.n; i++)
		must(at->text.src[i] == MTEXT_NOWHERE ||
		     at->text.src[i] < size);
	touch(mtext_sv(&at->text));
	touch(at->recipient);
	touch(at->sender);
	touch(row->time);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct exports e;
	enum mw_status st;
	size_t before = 0;

	must(a != NULL);
	exports_init(&e, fuzz_input(data, size));
	while ((st = exports_next(&e, a, NULL)) != MW_ENOENT &&
	       st != MW_ENOMEM) {
		must(e.at > before && e.at <= size);
		before = e.at;
		for (size_t i = 0; i < e.n; i++)
			check(&e.rows[i], size);
		arena_reset(a);
	}
	arena_free(a);
	return 0;
}
