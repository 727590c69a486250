/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker - redact one text after the other, for tests
 *
 * Standard input: a byte, a length of four bytes (the lowest first) and a
 * text, any number of times.  For each, standard output gets frames (length
 * and bytes): the redacted text, the map, the number of values beyond a limit;
 * where the byte is 'E', also the diagnoses of the text and of the redacted
 * one, a line "cause actor permanence" for each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailwhy/mailwhy.h"

static void frame(const char *p, size_t n)
{
	for (size_t i = 0; i < 4; i++)
		(void)putchar((int)(n >> 8 * i & 0xff));
	(void)fwrite(p, 1, n, stdout);
}

static void add(char *room, size_t size, const char *word, char end)
{
	size_t n = strlen(room);

	(void)snprintf(room + n, size - n, "%s%c", word ? word : "-", end);
}

static int diagnoses(struct mw_ctx *ctx, const char *text, size_t n)
{
	struct mw_input in = {.data = text, .n = n};
	struct mw_answer *answer;
	size_t size, count;
	char *room;

	if (mw_explain(ctx, &in, 1, NULL, &answer, NULL) != MW_OK)
		return 1;
	count = mw_answer_count(answer);
	size = 128 * count + 1;
	room = calloc(size, 1);
	for (size_t i = 0; room && i < count; i++) {
		add(room, size, mw_answer_get(answer, i, "cause"), ' ');
		add(room, size, mw_answer_get(answer, i, "actor"), ' ');
		add(room, size, mw_answer_get(answer, i, "permanence.actual"),
		    '\n');
	}
	if (room)
		frame(room, strlen(room));
	free(room);
	mw_answer_free(answer);
	return room ? 0 : 1;
}

static int redact(struct mw_ctx *ctx, struct mw_redactor *r, int mode,
                  const char *text, size_t n)
{
	const char *out, *map;
	char *copy = NULL;
	char lost[32];
	size_t len, nmap;
	int bad = 1;

	mw_redactor_forget(r);
	if (mw_redactor_add(r, text, n, NULL) == MW_OK &&
	    mw_redactor_text(r, text, n, &out, &len, NULL) == MW_OK) {
		frame(out, len);
		copy = malloc(len + 1);
		if (copy)
			memcpy(copy, out, len);
	}
	if (copy && mw_redactor_map(r, &map, &nmap, NULL) == MW_OK) {
		frame(map, nmap);
		(void)snprintf(lost, sizeof(lost), "%zu", mw_redactor_lost(r));
		frame(lost, strlen(lost));
		bad = mode == 'E' && (diagnoses(ctx, text, n) ||
		                      diagnoses(ctx, copy, len));
	}
	free(copy);
	return bad;
}

int main(void)
{
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_redactor *r = mw_redactor_new();
	int mode, bad = !ctx || !r;

	while (!bad && (mode = getchar()) != EOF) {
		unsigned char b[4];
		char *text = NULL;
		size_t n = 0;

		bad = fread(b, 1, 4, stdin) != 4;
		for (size_t i = 4; i-- > 0;)
			n = n << 8 | b[i];
		if (!bad)
			text = malloc(n + 1);
		bad = !text || fread(text, 1, n, stdin) != n ||
		      redact(ctx, r, mode, text, n);
		free(text);
		(void)fflush(stdout);
	}
	mw_redactor_free(r);
	mw_ctx_free(ctx);
	return bad;
}
