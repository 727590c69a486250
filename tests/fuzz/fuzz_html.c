/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_html.c - properties of the text of any page
 *
 * The text of UTF-8 is UTF-8, no longer than the page but for one line end;
 * origins lie in the page, and letters and digits lead back to themselves or
 * to the reference they were written as.
 */
#include "base/arena.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/body.h"
#include "mail/html.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct recode_tools tools = {0};
	struct body_text body;
	struct html_text t;

	must(a != NULL);
	must(body_text_with(a, &tools, fuzz_input(data, size), SV(""), SV(""),
	                    true, &body) == MW_OK);
	must(html_text(a, &tools, body.text, &t) == MW_OK);
	must(utf8_valid(t.text) && t.text.n <= body.text.n + 2);
	for (size_t i = 0; i < t.text.n; i++) {
		size_t at = html_origin(&t, i);

		must(at < body.text.n);
		if (is_alnum(t.text.p[i]))
			must(body.text.p[at] == t.text.p[i] ||
			     body.text.p[at] == '&');
	}
	recode_tools_fini(&tools);
	arena_free(a);
	return 0;
}
