/* SPDX-License-Identifier: BSD-2-Clause */
/* cc explain.c $(pkg-config --cflags --libs mailwhy); C17 or C++17 */
#include <mailwhy/mailwhy.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *reply = argc > 1 ? argv[1] : "552 5.2.2 Mailbox full";
	struct mw_input in = {"reply", reply, strlen(reply)};
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_answer *answer = NULL;
	struct mw_err err;

	if (!ctx || mw_explain(ctx, &in, 1, NULL, &answer, &err) != MW_OK)
		return 1;
	for (size_t i = 0; i < mw_answer_count(answer); i++)
		printf("%s: %s must act\n", mw_answer_get(answer, i, "cause"),
		       mw_answer_get(answer, i, "actor"));
	mw_answer_free(answer);
	mw_ctx_free(ctx);
	return 0;
}
