/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_address.c - properties of reading any list of addresses
 *
 * All parts are views of the value; reading goes on; an address that is told
 * as readable has something in it.
 */
#include "base/arena.h"
#include "mail/address.h"
#include "must.h"

static void inside(sv part, sv whole)
{
	must(!part.n || (part.p >= whole.p &&
	                 part.p + part.n <= whole.p + whole.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	sv in = fuzz_input(data, size), spec;
	struct address_list l = {.rest = in};
	struct address one;
	size_t left = in.n + 1;

	must(a != NULL);
	while (address_next(&l, &one)) {
		must(l.rest.n < left);
		left = l.rest.n;
		inside(one.raw, in);
		inside(one.name, in);
		inside(one.local, in);
		inside(one.domain, in);
		inside(one.spec, in);
		inside(one.group, in);
		must(one.raw.n > 0);
		must(one.local.n || one.domain.n || one.defects);
		spec = address_spec_text(a, &one);
		touch(spec);
		if (one.defects & ADDRESS_SPLIT)
			must(spec.n <= one.local.n + one.domain.n + 1);
	}
	spec = address_spec(in);
	inside(spec, in);
	arena_free(a);
	return 0;
}
