/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every prefix of every example and golden input: a paste may be cut anywhere.
 * Nothing may crash or fail, and evidence must point into the input.
 */
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailwhy/mailwhy.h"

/* Byte by byte up to here, then in steps; evidence is looked at less often. */
#define EACH_BYTE 4096
#define STEP 97
#define LOOK_STEP 13

static size_t passed, failed;

static void bad(const char *file, size_t n, const char *what)
{
	failed++;
	if (failed < 50)
		printf("FAIL: %s, first %zu bytes: %s\n", file, n, what);
}

static int is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* Letters and digits of text stand in p in that order, perhaps with more. */
static int holds(const char *p, size_t n, const char *text)
{
	size_t at = 0;

	for (; *text; text++) {
		if (!is_plain(*text))
			continue;
		while (at < n && p[at] != *text)
			at++;
		if (at++ >= n)
			return 0;
	}
	return 1;
}

static void look_at_evidence(const char *file, const char *data, size_t n,
                             const json_t *e)
{
	json_int_t offset = json_integer_value(json_object_get(e, "offset"));
	json_int_t length = json_integer_value(json_object_get(e, "length"));
	const char *text = json_string_value(json_object_get(e, "text"));

	if (offset < 0 || length < 0 || (size_t)offset > n ||
	    (size_t)length > n - (size_t)offset)
		bad(file, n, "evidence outside the input");
	else if (text && !holds(data + offset, (size_t)length, text))
		bad(file, n, text);
	else
		passed++;
}

static void look(const char *file, const char *data, size_t n,
                 struct mw_answer *answer)
{
	static const struct mw_render_options opt = {
	    .size = sizeof(opt), .format = MW_FORMAT_JSON, .compact = 1};
	const char *text = NULL;
	size_t len = 0, i, k;
	json_t *root, *d, *e;

	if (mw_answer_render(answer, &opt, &text, &len) != MW_OK ||
	    !(root = json_loadb(text, len, 0, NULL))) {
		bad(file, n, "no JSON");
		return;
	}
	json_array_foreach(json_object_get(root, "diagnoses"), i, d)
		json_array_foreach(json_object_get(d, "evidence"), k, e)
			look_at_evidence(file, data, n, e);
	json_decref(root);
}

/* A copy of its own, so that a sanitizer sees a read beyond the prefix. */
static void explain(struct mw_ctx *ctx, const char *file, const char *data,
                    size_t n, int thorough)
{
	char *copy = malloc(n ? n : 1);
	struct mw_input in = {.name = file, .data = copy, .n = n};
	struct mw_answer *answer = NULL;

	if (!copy)
		abort();
	memcpy(copy, data, n);
	if (mw_explain(ctx, &in, 1, NULL, &answer, NULL) != MW_OK)
		bad(file, n, "mw_explain failed");
	else
		passed++;
	if (answer && thorough)
		look(file, copy, n, answer);
	mw_answer_free(answer);
	free(copy);
}

static void prefixes(struct mw_ctx *ctx, const char *file, size_t every)
{
	static char data[1 << 20];
	FILE *f = fopen(file, "rb");
	size_t size, n;

	if (!f) {
		bad(file, 0, "cannot be read");
		return;
	}
	size = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	for (n = 0; n < size; n += n < EACH_BYTE ? every : STEP)
		explain(ctx, file, data, n, n % LOOK_STEP == 0);
	explain(ctx, file, data, size, 1);
}

/* usage: test_prefixes [EVERY]: every EVERYth byte of the first ones. */
int main(int argc, char **argv)
{
	static const char *const where[] = {
	    UNIT_SOURCE "/examples/*", UNIT_SOURCE "/tests/golden/*/input"};
	size_t every = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	struct mw_ctx *ctx = mw_ctx_new();
	size_t i, k;

	for (i = 0; ctx && i < 2; i++) {
		glob_t found;

		if (glob(where[i], 0, NULL, &found)) {
			bad(where[i], 0, "not found");
			continue;
		}
		for (k = 0; k < found.gl_pathc; k++)
			prefixes(ctx, found.gl_pathv[k], every ? every : 1);
		globfree(&found);
	}
	mw_ctx_free(ctx);
	printf("%zu passed, %zu failed, 0 skipped\n", passed, failed);
	return failed || !ctx;
}
