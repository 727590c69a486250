/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <time.h>

#include "cmd.h"

static struct {
	const char *check;
	bool draft;
} opts;

/* clang-format off */
static const struct opt options[] = {
	{"check", 0, OPT_STRING, &opts.check, "DIR",
		"hold the *.rules files of DIR to their own Seen lines", NULL},
	{"draft", 0, OPT_FLAG, &opts.draft, NULL,
		"write a rule for the first refusal of a paste", NULL},
	OPT_END
};
/* clang-format on */

static int show(const char *id)
{
	struct mw_ctx *ctx = context_new();
	struct mw_answer *answer;
	struct mw_err err;

	if (!ctx)
		return EXIT_SOFTWARE;
	if (mw_rules(ctx, id, &answer, &err) != MW_OK)
		return no_answer(ctx, &err);
	return print_table(ctx, answer, EXIT_DONE);
}

static int draft_of(const struct mw_input *in)
{
	struct mw_ctx *ctx = context_new();
	time_t now = time(NULL);
	struct mw_answer *answer;
	struct mw_err err;
	struct tm tm;
	char month[8];

	if (!ctx)
		return EXIT_SOFTWARE;
	if (!gmtime_r(&now, &tm) ||
	    !strftime(month, sizeof(month), "%Y-%m", &tm))
		month[0] = '\0';
	if (mw_rules_draft(ctx, in, NULL, month, &answer, &err) != MW_OK)
		return no_answer(ctx, &err);
	return print_table(ctx, answer, EXIT_DONE);
}

static int draft(int argc, char **argv)
{
	struct inputs in;
	int status = EXIT_SOFTWARE;

	if (inputs_gather(&in, argc, argv)) {
		if (in.n > 1)
			complain("rules --draft: only the first of %zu inputs "
			         "is used", in.n);
		status = in.n ? draft_of(&in.v[0]) : EXIT_NOINPUT;
	}
	return inputs_done(&in, status);
}

static int run(int argc, char **argv)
{
	if (opts.draft && !opts.check)
		return draft(argc, argv);
	if (argc > 1 || (opts.check && (argc || opts.draft))) {
		complain("rules: one ID, --check DIR, or --draft with a paste");
		return EXIT_USAGE;
	}
	if (opts.check)
		return rules_check(opts.check);
	return show(argc ? argv[0] : NULL);
}

const struct cmd cmd_rules = {
    "rules", NULL, "[ID] | --check DIR | --draft [\"TEXT\" | FILE | -]",
    "list the rules, show one, check your own, or draft a new one",
    options, run, "mailwhy-rules",
};
