/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_explain.c - the whole way: any bytes explained, and both renderings
 *
 * There is always an answer, it is terminated UTF-8, the text holds no
 * control characters, and the JSON can be read and says what the text is of.
 */
#include <string.h>

#include <jansson.h>

#include "base/utf8.h"
#include "mailwhy/mailwhy.h"
#include "must.h"

static struct mw_ctx *made(void)
{
	static struct mw_ctx *ctx;

	if (!ctx)
		ctx = mw_ctx_new();
	must(ctx != NULL);
	return ctx;
}

static sv rendered(struct mw_answer *x, enum mw_format format,
                   enum mw_depth depth, unsigned width)
{
	struct mw_render_options o = {.size = sizeof(o),
	                              .format = format,
	                              .depth = depth,
	                              .width = width};
	const char *text;
	size_t n;

	must(mw_answer_render(x, &o, &text, &n) == MW_OK);
	must(n > 0 && text[n] == '\0' && strlen(text) == n);
	must(utf8_valid(sv_of(text, n)));
	return sv_of(text, n);
}

/* A terminal shows it: nothing in it may command one. */
static void check_text(sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		must((c >= 0x20 && c != 0x7f) || c == '\n');
		/* C1 controls, of which some terminals make escapes. */
		must(c != 0xc2 || (unsigned char)text.p[i + 1] >= 0xa0);
	}
}

/* Evidence points at bytes of the paste. */
static void check_evidence(const json_t *diagnosis, size_t size)
{
	size_t i;
	json_t *e;

	json_array_foreach(json_object_get(diagnosis, "evidence"), i, e) {
		json_int_t off = json_integer_value(json_object_get(e,
		                                                    "offset"));
		json_int_t len = json_integer_value(json_object_get(e,
		                                                    "length"));

		must(off >= 0 && len > 0 && (size_t)(off + len) <= size);
	}
}

static void check_json(sv text, size_t count, size_t size)
{
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES,
	                          NULL);
	json_t *list = json_object_get(root, "diagnoses"), *d;
	size_t i;

	must(root != NULL && json_array_size(list) == count);
	json_array_foreach(list, i, d) {
		must(json_is_string(json_object_get(d, "cause")));
		must(json_is_string(json_object_get(d, "actor")));
		check_evidence(d, size);
	}
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_input in = {.data = data ? (const void *)data : "",
	                      .n = size};
	struct mw_answer *x = NULL;

	must(mw_explain(made(), &in, 1, NULL, &x, NULL) == MW_OK);
	check_text(rendered(x, MW_FORMAT_TEXT, MW_DEPTH_PLAIN, 20));
	check_text(rendered(x, MW_FORMAT_TEXT, MW_DEPTH_TECHNICAL, 0));
	check_json(rendered(x, MW_FORMAT_JSON, MW_DEPTH_NORMAL, 0),
	           mw_answer_count(x), size);
	mw_answer_free(x);
	return 0;
}
