/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"
#include "mailwhy/check.h"

static int run(int argc, char **argv)
{
	struct mw_ctx *ctx;
	struct mw_answer *answer;
	struct mw_err err;

	if (argc > 1) {
		complain("checks: one id at a time");
		return EXIT_USAGE;
	}
	ctx = context_new();
	if (!ctx)
		return EXIT_SOFTWARE;
	if (mw_checks(ctx, argc ? argv[0] : NULL, &answer, &err) != MW_OK) {
		mw_ctx_free(ctx);
		return no_answer(NULL, &err);
	}
	return argc ? print_answer(ctx, answer, EXIT_DONE)
	            : print_table(ctx, answer, EXIT_DONE);
}

const struct cmd cmd_checks = {
    "checks", NULL, "[ID]",
    "list the checks, or show what is known about a check or finding",
    NULL, run, "mailwhy-check",
};
