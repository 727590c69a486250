/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

static int run(int argc, char **argv)
{
	struct mw_ctx *ctx;
	struct mw_answer *answer;
	struct mw_err err;

	if (argc > 1) {
		complain("causes: one id at a time");
		return EXIT_USAGE;
	}
	ctx = context_new();
	if (!ctx)
		return EXIT_SOFTWARE;
	if (mw_causes(ctx, argc ? argv[0] : NULL, &answer, &err) != MW_OK)
		return no_answer(ctx, &err);
	return argc ? print_answer(ctx, answer, EXIT_DONE)
	            : print_table(ctx, answer, EXIT_DONE);
}

const struct cmd cmd_causes = {
    "causes", NULL, "[ID]",
    "list the causes that mailwhy knows, or show all about one",
    NULL, run, "mailwhy-causes",
};
