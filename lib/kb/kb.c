/* SPDX-License-Identifier: BSD-2-Clause */
#include "kb/kb.h"

const struct kb_cause *kb_cause(sv id)
{
	size_t lo = 0, hi = kb_ncauses;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = sv_cmp(id, sv_str(kb_causes[mid].id));

		if (!c)
			return &kb_causes[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}
