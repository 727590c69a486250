/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_mtasts.c - properties of reading any policy file of MTA-STS
 *
 * Faults and patterns lie in the text, a valid policy has all that senders
 * need, and a pattern without wildcard matches itself.
 */
#include "auth/mtasts.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv text = fuzz_input(data, size);
	struct arena *a = arena_new(8 << 20);
	struct mtasts_policy p;

	if (!a)
		return 0;
	if (mtasts_policy_parse(a, text, &p) == MW_OK) {
		must(p.faults.n <= FAULTS_MAX && p.nmx <= MTASTS_MX_MAX);
		for (size_t i = 0; i < p.faults.n; i++)
			must(p.faults.list[i].at <= text.n &&
			     p.faults.list[i].n <=
			         text.n - p.faults.list[i].at);
		for (size_t i = 0; i < p.nmx; i++) {
			touch(p.mx[i]);
			if (p.valid && !sv_starts(p.mx[i], SV("*.")))
				must(mtasts_allows(&p, p.mx[i]) != NULL);
		}
		must(!p.valid || (mtasts_mode_name(p.mode) && p.has_max_age));
		must(!p.valid || p.nmx || p.mode == MTASTS_NONE);
		must(mtasts_expires(&p, 0) <= MTASTS_AGE_MAX);
	}
	arena_free(a);
	return 0;
}
