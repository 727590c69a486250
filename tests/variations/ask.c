/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask.c - the cause of many texts, one process for all
 *
 * Reads records of four fields, said-by, stage, form and text, each ended by a
 * NUL; prints for each record the cause and confidence of the first diagnosis.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailwhy/mailwhy.h"

/* One field; the length without its NUL, or -1 at the end. */
static ssize_t field(char **buf, size_t *size)
{
	ssize_t n = getdelim(buf, size, '\0', stdin);

	if (n <= 0 || (*buf)[n - 1] != '\0')
		return -1;
	return n - 1;
}

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

static int ask(struct mw_ctx *ctx, const char *by, const char *stage,
               const char *form, const char *text, size_t n)
{
	struct mw_explain_options opt = {
		.size = sizeof(opt),
		.said_by = *by ? by : NULL,
		.stage = *stage ? stage : NULL,
		.form = *form ? form : NULL,
	};
	struct mw_input in = {.name = "-", .data = text, .n = n};
	struct mw_answer *answer;
	struct mw_err err = {0};

	if (mw_explain(ctx, &in, 1, &opt, &answer, &err) != MW_OK) {
		fprintf(stderr, "cannot be explained: %s\n", text);
		return 1;
	}
	printf("%s %s\n", or_dash(mw_answer_get(answer, 0, "cause")),
	       or_dash(mw_answer_get(answer, 0, "confidence")));
	mw_answer_free(answer);
	return 0;
}

int main(void)
{
	char *by = NULL, *stage = NULL, *form = NULL, *text = NULL;
	size_t nby = 0, nstage = 0, nform = 0, ntext = 0;
	struct mw_ctx *ctx = mw_ctx_new();
	int status = 0;

	if (!ctx)
		return 2;
	while (!status && field(&by, &nby) >= 0 &&
	       field(&stage, &nstage) >= 0 && field(&form, &nform) >= 0) {
		ssize_t n = field(&text, &ntext);

		if (n < 0)
			break;
		status = ask(ctx, by, stage, form, text, (size_t)n);
	}
	mw_ctx_free(ctx);
	free(by);
	free(stage);
	free(form);
	free(text);
	return status;
}
