/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

/* explain is first: what names no command is for it. */
const struct cmd *const commands[] = {
    &cmd_explain, &cmd_check, &cmd_checks, &cmd_causes, &cmd_rules, &cmd_redact, &cmd_completion,
    NULL,
};

const struct cmd *cmd_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(name, commands[i]->name) ||
		    (commands[i]->alias && !strcmp(name, commands[i]->alias)))
			return commands[i];
	return NULL;
}

/* A word that can be neither a paste nor a file is a mistyped command. */
static bool is_lone_word(int argc, char **argv)
{
	struct stat st;

	if (argc != 1 || argv[0][0] == '-' || !stat(argv[0], &st))
		return false;
	for (const char *p = argv[0]; *p; p++)
		if ((*p >= '0' && *p <= '9') || strchr("./ \t\n:<[", *p) ||
		    (unsigned char)*p >= 0x80)
			return false;
	return argv[0][0] != '\0';
}

/*
 * A domain, or an address of IPv4 or IPv6, and no file: there is nothing to
 * explain in it, but to examine.
 */
static bool is_bare_name(int argc, char **argv)
{
	size_t n = argc == 1 ? strlen(argv[0]) : 0;
	struct stat st;
	bool dot;

	if (n < 3 || n > 253 || argv[0][0] == '-' || !stat(argv[0], &st))
		return false;
	dot = strchr(argv[0], '.') || strchr(argv[0], ':');
	return dot && strspn(argv[0], "abcdefghijklmnopqrstuvwxyz"
	                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "0123456789.-_:") == n;
}

static int point_to_check(const char *name)
{
	complain("to examine a domain or an address: mailwhy check %s", name);
	return EXIT_USAGE;
}

/* How many letters must change to make one word of the other. */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b);

	if (n >= 64)
		return 64;
	for (size_t k = 0; k <= n; k++)
		row[k] = k;
	for (size_t i = 1; *a; a++, i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= n; k++) {
			size_t up = row[k], best = diagonal + (*a != b[k - 1]);

			if (up + 1 < best)
				best = up + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			diagonal = up;
			row[k] = best;
		}
	}
	return row[n];
}

static int unknown_command(const char *word)
{
	const char *near = NULL;
	size_t best = 3;

	for (size_t i = 0; commands[i]; i++) {
		const char *name = commands[i]->name;
		bool begun = word[0] && !strncmp(word, name, strlen(word));
		size_t d = begun ? 0 : distance(word, name);

		if (d < best) {
			best = d;
			near = name;
		}
	}
	if (near)
		complain("unknown command '%s'; did you mean '%s'?", word,
		         near);
	else
		complain("unknown command '%s'; 'mailwhy --help' lists them",
		         word);
	return EXIT_USAGE;
}

static int run(const struct cmd *cmd, int argc, char **argv)
{
	int n = opt_parse(cmd, argc, argv);

	if (n < 0)
		return EXIT_USAGE;
	if (common.help) {
		help_command(cmd);
		return EXIT_DONE;
	}
	return cmd->run(n, argv);
}

/* Output that could not be written is an error, not a success. */
static int flushed(int status)
{
	if (status == EXIT_IO)
		return status; /* said already */
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write the answer: %s", strerror(errno));
		return EXIT_IO;
	}
	return status;
}

static int help(int argc, char **argv)
{
	const struct cmd *cmd = argc > 1 ? cmd_find(argv[1]) : NULL;

	if (argc > 1 && !cmd)
		return unknown_command(argv[1]);
	if (cmd)
		help_command(cmd);
	else
		help_program();
	return EXIT_DONE;
}

static int version(void)
{
	struct mw_about about = {.size = sizeof(about)};
	struct mw_ctx *ctx = context_new();

	mw_about(&about);
	if (ctx)
		(void)mw_ctx_about(ctx, &about, NULL);
	(void)printf("mailwhy %s\n"
	             "%zu rules, last confirmed %s; %zu causes\n"
	             "%zu providers, last confirmed %s; %zu block lists, "
	             "last confirmed %s\n",
	             mw_version(), about.rules, about.checked, about.causes,
	             about.providers, about.providers_checked, about.lists,
	             about.lists_checked);
	if (about.user_providers + about.user_lists + about.user_receivers)
		(void)printf("your own: %zu providers, %zu block lists, "
		             "%zu receivers, last confirmed %s\n",
		             about.user_providers, about.user_lists,
		             about.user_receivers, about.user_checked);
	mw_ctx_free(ctx);
	return EXIT_DONE;
}

static int dispatch(int argc, char **argv)
{
	const struct cmd *cmd;

	if (argc == 0 && isatty(STDIN_FILENO)) {
		help_program();
		return EXIT_USAGE;
	}
	if (argc > 0 && (!strcmp(argv[0], "--version") ||
	                 !strcmp(argv[0], "-V"))) {
		return version();
	}
	if (argc > 0 && !strcmp(argv[0], "help"))
		return help(argc, argv);
	if (argc == 1 && (!strcmp(argv[0], "--help") ||
	                  !strcmp(argv[0], "-h"))) {
		help_program();
		return EXIT_DONE;
	}
	cmd = argc > 0 ? cmd_find(argv[0]) : NULL;
	if (cmd)
		return run(cmd, argc - 1, argv + 1);
	if (is_lone_word(argc, argv))
		return unknown_command(argv[0]);
	if (is_bare_name(argc, argv))
		return point_to_check(argv[0]);
	return run(&cmd_explain, argc, argv);
}

int main(int argc, char **argv)
{
	/* A reader that went away is no error, whoever started us. */
	(void)signal(SIGPIPE, SIG_DFL);
	return flushed(dispatch(argc - 1, argv + 1));
}
