/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_norm.c - properties of normalising on any bytes
 *
 * Whatever is in it came from the reply, white space is folded, and zeroes
 * follow the text.
 */
#include "classify/norm.h"
#include "must.h"

static void check(const struct norm *n, sv in)
{
	bool gaps = false;
	size_t off, len;

	must(n->n <= NORM_MAX);
	for (size_t i = 0; i < n->n; i++) {
		norm_origin(n, in, i, i + 1, &off, &len);
		must(off <= in.n && len <= in.n - off);
		must(n->p[i] != '\n' && n->p[i] != '\t' && n->p[i] != '\r');
		must(i == 0 || n->p[i] != ' ' || n->p[i - 1] != ' ');
		gaps = gaps || n->p[i] == NORM_GAP;
	}
	must(gaps == n->gaps);
	for (size_t i = n->n; i < n->n + 8; i++)
		must(n->p[i] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct norm n;
	sv in = fuzz_input(data, size);

	norm_reply(&n, in);
	check(&n, in);
	must(n.head.code == 0 || (n.head.code >= 200 && n.head.code < 600));
	norm_words(&n, in);
	check(&n, in);
	return 0;
}
