/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/fault.h"

void fault_add(struct faults *f, struct arena *a, const char *id,
               enum fault_weight weight, size_t at, size_t n)
{
	struct fault *list;

	if (weight > f->worst)
		f->worst = weight;
	list = f->n < FAULTS_MAX ? arena_more(a, f->list, f->n, &f->cap,
	                                      sizeof(*list), FAULTS_MAX)
	                         : NULL;
	if (!list) {
		f->more++;
		return;
	}
	f->list = list;
	list[f->n++] = (struct fault){id, weight, at, n};
}

const struct fault *fault_find(const struct faults *f, const char *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->list[i].id, id))
			return &f->list[i];
	return NULL;
}
