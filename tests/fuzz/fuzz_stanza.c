/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_stanza.c - properties of reading any bytes as a data file
 *
 * It comes to an end, lines count up, values are trimmed and within their
 * limit.
 */
#include "base/stanza.h"
#include "must.h"

static void check(const struct stanza *s)
{
	unsigned line = s->line;

	must(s->n >= 1 && s->n <= STANZA_MAX_FIELDS);
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];

		must(f->line >= line);
		line = f->line;
		must(f->name.n && f->value.n <= STANZA_MAX_VALUE);
		must(!f->value.n || (f->value.p[0] != ' ' &&
		                     f->value.p[f->value.n - 1] != ' '));
		touch(f->name);
		touch(f->value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stanza_reader r = stanza_open(fuzz_input(data, size));
	struct arena *a = arena_new((size_t)8 << 20);
	struct mw_err err;
	struct stanza s;
	enum mw_status st;
	size_t left;

	must(a != NULL);
	do {
		left = r.rest.n;
		st = stanza_next(&r, a, &s, &err);
		if (st == MW_OK)
			check(&s);
		must(st == MW_ENOENT || st == MW_ENOMEM || r.rest.n < left);
	} while (st != MW_ENOENT && st != MW_ENOMEM);
	arena_free(a);
	return 0;
}
