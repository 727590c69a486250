/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "api/api.h"

/* A size beyond this was never set. */
#define SIZE_LIMIT 4096

bool sized_in(void *to, size_t n, const void *from)
{
	const char *p = from;
	size_t size;

	memcpy(&size, from, sizeof(size));
	if (size < sizeof(size) || size > SIZE_LIMIT)
		return false;
	for (size_t i = n; i < size; i++)
		if (p[i])
			return false;
	memset(to, 0, n);
	memcpy(to, from, size < n ? size : n);
	return true;
}

void sized_out(void *to, const void *from, size_t n)
{
	size_t size, head = sizeof(size);

	memcpy(&size, to, head);
	if (size > head)
		memcpy((char *)to + head, (const char *)from + head,
		       (size < n ? size : n) - head);
}

enum mw_status sized_options(const struct mw_explain_options **opt,
                             struct mw_explain_options *copy,
                             struct mw_err *err)
{
	if (!*opt)
		return MW_OK;
	if (!sized_in(copy, sizeof(*copy), *opt))
		return mw_fail(err, MW_EINVAL,
		               "options with no or an unknown .size");
	*opt = copy;
	return MW_OK;
}
