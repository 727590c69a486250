/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_redact.c - properties of redacting any bytes
 *
 * The same text twice gives the same, also after all was forgotten, and each
 * pseudonym can be read.
 */
#include "must.h"
#include "redact/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redactor r;
	struct buf one, two;
	sv in = fuzz_input(data, size);

	must(redact_init(&r));
	redact_keep(&r, SV("google.com"));
	redact_named(&r);
	redact_collect(&r, in);
	buf_init(&one, (size_t)64 << 20);
	buf_init(&two, (size_t)64 << 20);
	redact_write(&r, in, &one);
	redact_write(&r, in, &two);
	must(sv_eq(buf_sv(&one), buf_sv(&two)));
	for (size_t i = 0; i < r.n; i++)
		touch(r.list[i].to);
	redact_forget(&r);
	redact_collect(&r, in);
	buf_reset(&two);
	redact_write(&r, in, &two);
	must(sv_eq(buf_sv(&one), buf_sv(&two)));
	buf_fini(&one);
	buf_fini(&two);
	redact_fini(&r);
	return 0;
}
