/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_charset.c - properties of decoding any bytes
 *
 * What was converted is UTF-8, and origins lie inside the input and never go
 * back further than a step.
 */
#include "base/utf8.h"
#include "mail/charset.h"
#include "must.h"

/* Looking up each byte costs a step; long inputs are looked up in part. */
#define LOOKED_UP 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv in = fuzz_input(data, size);
	struct charset_text t;
	size_t before = 0;

	must(charset_to_utf8(in, &t));
	must(t.name != NULL);
	if (!t.converted)
		must(t.text.p == in.p && t.text.n == in.n);
	else
		must(utf8_valid(t.text) && t.text.n <= CHARSET_MAX + 64);
	for (size_t i = 0; i < t.text.n && i < LOOKED_UP; i++) {
		size_t at = charset_origin(&t, i);

		must(at < in.n);
		must(at + CHARSET_STEP >= before);
		before = at;
	}
	charset_fini(&t);
	return 0;
}
