/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static struct {
	const char *map;
} opts;

/* clang-format off */
static const struct opt options[] = {
	{"map", 0, OPT_STRING, &opts.map, "FILE",
		"write what became what to a file that only you can read",
		NULL},
	OPT_END
};
/* clang-format on */

/* A redacted copy takes the place of the input. */
static bool replace(struct mw_redactor *r, struct inputs *in, size_t i)
{
	struct mw_input *v = in->v + i;
	struct mw_err err;
	const char *text;
	char *copy;
	size_t n;

	if (mw_redactor_text(r, v->data, v->n, &text, &n, &err) != MW_OK) {
		complain("%s", err.text);
		return false;
	}
	copy = malloc(n + 1);
	if (!copy) {
		complain("no memory");
		return false;
	}
	memcpy(copy, text, n + 1);
	free(in->owned[i]);
	in->owned[i] = copy;
	v->data = copy;
	v->n = n;
	return true;
}

struct mw_redactor *inputs_redact(struct inputs *in, struct mw_ctx *ctx)
{
	struct mw_redactor *r = mw_redactor_new();
	struct mw_err err = {.text = "no memory"};
	bool ok = r && mw_redactor_keep(r, ctx, &err) == MW_OK;

	if (!ok)
		complain("%s", err.text);
	for (size_t i = 0; ok && i < in->n; i++) {
		if (in->v[i].n > MW_PASTE_MAX)
			in->v[i].n = MW_PASTE_MAX;
		ok = mw_redactor_add(r, in->v[i].data, in->v[i].n, NULL) ==
		     MW_OK;
	}
	for (size_t i = 0; ok && i < in->n; i++)
		ok = replace(r, in, i);
	if (ok && mw_redactor_lost(r))
		complain("too many values, or too long ones: %zu became a "
		         "fixed word, so that they cannot be told apart",
		         mw_redactor_lost(r));
	if (!ok) {
		mw_redactor_free(r);
		return NULL;
	}
	return r;
}

static int write_map(struct mw_redactor *r)
{
	const char *text;
	size_t n;

	if (mw_redactor_map(r, &text, &n, NULL) != MW_OK) {
		complain("no memory");
		return EXIT_SOFTWARE;
	}
	return write_private(opts.map, text, n) ? EXIT_DONE : EXIT_CANTCREAT;
}

static int print_all(const struct inputs *in)
{
	size_t n = 0, at = 0;
	char *all;
	int status;

	for (size_t i = 0; i < in->n; i++)
		n += in->v[i].n;
	all = malloc(n + 1);
	if (!all) {
		complain("no memory");
		return EXIT_SOFTWARE;
	}
	for (size_t i = 0; i < in->n; i++) {
		memcpy(all + at, in->v[i].data, in->v[i].n);
		at += in->v[i].n;
	}
	status = print_text(all, n, EXIT_DONE);
	free(all);
	return status;
}

static int redact(struct inputs *in)
{
	struct mw_ctx *ctx = context_new();
	struct mw_redactor *r = ctx ? inputs_redact(in, ctx) : NULL;
	int status;

	mw_ctx_free(ctx);
	if (!r)
		return EXIT_SOFTWARE;
	status = opts.map ? write_map(r) : EXIT_DONE;
	if (status == EXIT_DONE)
		status = print_all(in);
	if (status == EXIT_DONE)
		complain("names of people, subjects and prose are as they "
		         "were; read the text before you give it away");
	mw_redactor_free(r);
	return status;
}

static int run(int argc, char **argv)
{
	struct inputs in;
	int status = EXIT_SOFTWARE;

	if (inputs_gather(&in, argc, argv))
		status = in.n ? redact(&in) : EXIT_NOINPUT;
	return inputs_done(&in, status);
}

const struct cmd cmd_redact = {
    "redact", NULL, "\"TEXT\" | FILE... | -",
    "replace addresses, hosts and ids, so that a text can be shown",
    options, run, "mailwhy-redact",
};
