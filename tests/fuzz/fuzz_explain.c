/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_explain.c - the whole way: any bytes explained, and all renderings
 *
 * There is always an answer, it is terminated UTF-8, the text holds no
 * control characters, and the JSON can be read and says what the text is of.
 * JSON Lines and CSV have a line for each diagnosis; the page has no element
 * that is not ours.
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
	                              .width = width,
	                              .full = 1};
	const char *text;
	size_t n;

	must(mw_answer_render(x, &o, &text, &n) == MW_OK);
	must(n > 0 || format == MW_FORMAT_JSONL);
	must(text[n] == '\0' && strlen(text) == n);
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

/* A line feed or an escape in it would be another line, or a command. */
static void check_recipient(const json_t *diagnosis)
{
	const char *to = json_string_value(json_object_get(diagnosis,
	                                                   "recipient"));

	for (; to && *to; to++)
		must((unsigned char)*to >= 0x20 && *to != 0x7f);
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
		check_recipient(d);
		check_evidence(d, size);
	}
	json_decref(root);
}

static void check_jsonl(sv text, size_t count)
{
	size_t n = 0;

	for (; text.n; n++) {
		sv line = sv_cut(&text, '\n');
		json_t *d = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES,
		                       NULL);

		must(json_is_string(json_object_get(d, "cause")));
		must(json_is_array(json_object_get(d, "fix")));
		json_decref(d);
	}
	must(n == count);
}

/* A head and a row for each; line ends only where rows end. */
static void check_csv(sv text, size_t count)
{
	size_t n = 0;
	bool inside = false;

	for (size_t i = 0; i < text.n; i++) {
		inside ^= text.p[i] == '"';
		must(text.p[i] != '\n' || !inside);
		n += text.p[i] == '\n';
	}
	must(!inside && n == count + 1);
}

/* All elements that a page may have; no other "<" stands in it. */
static void check_html(sv text)
{
	static const char tags[] =
	    " !DOCTYPE html head meta title style body main h1 h2 h3 p a ol li "
	    "pre code blockquote hr section mark sup span table tr th td wbr ";

	while (text.n) {
		char tag[16] = " ";
		size_t n = 1;

		(void)sv_cut(&text, '<');
		if (sv_starts(text, SV("/")))
			text = sv_drop(text, 1);
		for (; n < 14 && n <= text.n && text.p[n - 1] > ' ' &&
		       text.p[n - 1] != '>'; n++)
			tag[n] = text.p[n - 1];
		tag[n] = ' ';
		must(!text.n || strstr(tags, tag));
	}
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
	check_jsonl(rendered(x, MW_FORMAT_JSONL, MW_DEPTH_NORMAL, 0),
	            mw_answer_count(x));
	check_csv(rendered(x, MW_FORMAT_CSV, MW_DEPTH_NORMAL, 0),
	          mw_answer_count(x));
	check_html(rendered(x, MW_FORMAT_HTML, MW_DEPTH_TECHNICAL, 0));
	mw_answer_free(x);
	return 0;
}
