/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command is given to read: words, files, standard input. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"

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

bool inputs_gather(struct inputs *in, int argc, char **argv)
{
	size_t max = argc > 0 ? (size_t)argc : 1;

	*in = (struct inputs){0};
	in->v = calloc(max, sizeof(*in->v));
	in->owned = calloc(max, sizeof(*in->owned));
	if (!in->v || !in->owned) {
		complain("no memory");
		return false;
	}
	gather(in, argc, argv);
	return true;
}

int inputs_done(struct inputs *in, int status)
{
	for (size_t i = 0; i < in->n; i++)
		free(in->owned[i]);
	free(in->owned);
	free(in->v);
	/* All others were done; now say that one could not be read. */
	return in->failed && status <= EXIT_FINDING ? EXIT_NOINPUT : status;
}
