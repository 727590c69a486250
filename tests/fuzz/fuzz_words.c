/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_words.c - properties of reading any header value
 *
 * Text is UTF-8 without line ends made of folds; it is never missing where
 * there are letters; every parameter is a view of the value.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "mail/words.h"
#include "must.h"

static bool inside(sv part, sv whole)
{
	return !part.n ||
	       (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct recode_tools tools = {0};
	sv in = fuzz_input(data, size), rest = in;
	struct words_param p;
	struct words w;

	must(a != NULL);
	must(words_text(a, &tools, in, &w) == MW_OK);
	must(utf8_valid(w.text) && w.text.n <= WORDS_MAX + in.n);
	while (words_next_param(&rest, &p)) {
		must(inside(p.name, in) && inside(p.value, in));
		touch(p.value);
	}
	must(!rest.n);
	if (words_param(a, &tools, in, SV("name"), &w) == MW_OK)
		must(utf8_valid(w.text));
	must(!arena_failed(a));
	recode_tools_fini(&tools);
	arena_free(a);
	return 0;
}
