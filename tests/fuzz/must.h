/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * must.h - what the fuzz targets share
 *
 * A target is a file with LLVMFuzzerTestOneInput: properties that hold for any
 * bytes.  A property that does not hold aborts.
 */
#ifndef TESTS_FUZZ_MUST_H
#define TESTS_FUZZ_MUST_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/sv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool ok)
{
	if (!ok)
		abort();
}

/* Reading each byte lets the sanitizer find a view that points astray. */
static inline void touch(sv v)
{
	volatile char c = 0;

	for (size_t i = 0; i < v.n; i++)
		c = v.p[i];
	(void)c;
}

static inline sv fuzz_input(const uint8_t *data, size_t size)
{
	return sv_of((const char *)data, size);
}

#endif
