/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void mw_err_set(struct mw_err *err, enum mw_status status, size_t where,
                const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	err->status = status;
	err->sys = status == MW_EIO ? errno : 0;
	err->where = where;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
}
