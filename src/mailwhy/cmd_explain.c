/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"

static struct {
	const char *said_by, *stage, *role, *form;
	struct opt_list own;
} opts;

/* clang-format off */
static const struct opt options[] = {
	{"said-by", 0, OPT_STRING, &opts.said_by, "NAME",
		"provider or host that said it, where the text does not tell",
		NULL},
	{"stage", 0, OPT_CHOICE, &opts.stage, "STAGE",
		"when it was said",
		"connect|helo|starttls|auth|mail|rcpt|data|end-of-data|delivery"},
	{"own", 0, OPT_LIST, &opts.own, "NAME",
		"a host, address or domain that is yours; may be repeated",
		NULL},
	{"as-role", 0, OPT_CHOICE, &opts.role, "ROLE",
		"whose fixes come first", "sender|admin|developer|list"},
	{"input-format", 0, OPT_CHOICE, &opts.form, "FORM",
		"what the input is, if the guess is wrong",
		"reply|log|exception|transcript|ndr|text"},
	OPT_END
};
/* clang-format on */

struct inputs {
	struct mw_input *v;
	char **owned; /* to be freed */
	size_t n;
	bool failed; /* one could not be read */
};

static bool is_file(const char *arg)
{
	struct stat st;

	return !strcmp(arg, "-") || !stat(arg, &st);
}

static void add(struct inputs *in, const char *name, char *data, size_t n)
{
	in->v[in->n] = (struct mw_input){name, data, n};
	in->owned[in->n++] = data;
}

static void add_file(struct inputs *in, const char *file)
{
	struct bytes b;

	if (read_all(file, &b))
		add(in, file, b.p, b.n);
	else
		in->failed = true;
}

/* Words that are no files are the paste itself, quoted or not. */
static void add_words(struct inputs *in, int argc, char **argv)
{
	size_t n = 0, at = 0;
	char *text;

	for (int i = 0; i < argc; i++)
		n += strlen(argv[i]) + 1;
	text = malloc(n + 1);
	if (!text) {
		in->failed = true;
		return;
	}
	for (int i = 0; i < argc; i++) {
		size_t len = strlen(argv[i]);

		memcpy(text + at, argv[i], len);
		at += len;
		text[at++] = ' ';
	}
	text[at ? --at : 0] = '\0';
	add(in, NULL, text, at);
}

/* A name with a slash or a usual ending was meant as a file. */
static bool looks_like_file(const char *arg)
{
	return strchr(arg, '/') != NULL && strpbrk(arg, " \n<@") == NULL &&
	       strncmp(arg, "http", 4) != 0;
}

static void gather(struct inputs *in, int argc, char **argv)
{
	bool files = false;

	if (argc == 0) {
		add_file(in, "-");
		return;
	}
	for (int i = 0; i < argc; i++)
		files |= is_file(argv[i]) || looks_like_file(argv[i]);
	if (!files) {
		add_words(in, argc, argv);
		return;
	}
	for (int i = 0; i < argc; i++) {
		if (is_file(argv[i]) || !strpbrk(argv[i], " \t\n"))
			add_file(in, argv[i]);
		else
			add_words(in, 1, argv + i);
	}
}

static int explain(struct inputs *in)
{
	struct mw_explain_options o = {
	    .size = sizeof(o),
	    .said_by = opts.said_by,
	    .stage = opts.stage,
	    .form = opts.form,
	    .role = opts.role,
	    .own = opts.own.v,
	    .nown = opts.own.n,
	};
	struct mw_ctx *ctx = context_new();
	struct mw_answer *answer;
	struct mw_err err;
	int status;

	if (!ctx)
		return EXIT_SOFTWARE;
	if (mw_explain(ctx, in->v, in->n, &o, &answer, &err) != MW_OK) {
		complain("%s", err.text);
		mw_ctx_free(ctx);
		return err.status == MW_EINVAL ? EXIT_USAGE : EXIT_SOFTWARE;
	}
	status = mw_answer_count(answer) ? EXIT_DONE : EXIT_FINDING;
	status = print_answer(answer, status);
	mw_answer_free(answer);
	mw_ctx_free(ctx);
	return status;
}

static int run(int argc, char **argv)
{
	struct inputs in = {0};
	size_t max = argc > 0 ? (size_t)argc : 1;
	int status = EXIT_SOFTWARE;

	in.v = calloc(max, sizeof(*in.v));
	in.owned = calloc(max, sizeof(*in.owned));
	if (in.v && in.owned) {
		gather(&in, argc, argv);
		status = in.n ? explain(&in) : EXIT_NOINPUT;
	}
	if (in.failed && status <= EXIT_FINDING)
		status = EXIT_NOINPUT;
	for (size_t i = 0; i < in.n; i++)
		free(in.owned[i]);
	free(in.owned);
	free(in.v);
	return status;
}

const struct cmd cmd_explain = {
    "explain", "why", "\"TEXT\" | FILE... | -",
    "explain a reply, log lines, an exception, a dialogue or a bounce",
    options, run,
};
