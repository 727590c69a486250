/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linear - how long pastes that were made to be slow take
 *
 *	linear [NAME...]	("mails": all mails)
 *
 * Each pattern is explained and rendered, and then each is redacted, at 1, 2,
 * 4 and 8 MB; then mails are explained.  Printed are seconds for each size and
 * the growth over the last doublings; about 2 is linear work, 4 is quadratic.
 * Nothing is judged here: a machine that is busy makes any figure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hostile/mails.h"
#include "hostile/patterns.h"
#include "mailwhy/mailwhy.h"

#define MB ((size_t)1000 * 1000)
#define SIZES 4

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds of one explanation; negative if it failed. */
static double explain(struct mw_ctx *ctx, const char *text, size_t n)
{
	struct mw_input in = {.data = text, .n = n};
	struct mw_render_options o = {.size = sizeof(o)};
	struct mw_answer *answer;
	const char *out;
	double start = now();
	size_t len;

	if (mw_explain(ctx, &in, 1, NULL, &answer, NULL) != MW_OK)
		return -1;
	(void)mw_answer_render(answer, &o, &out, &len);
	o.format = MW_FORMAT_JSON;
	(void)mw_answer_render(answer, &o, &out, &len);
	mw_answer_free(answer);
	return now() - start;
}

/* Seconds to redact and to list what became what; negative if it failed. */
static double redact(struct mw_ctx *ctx, const char *text, size_t n)
{
	struct mw_redactor *r = mw_redactor_new();
	const char *out;
	double start = now();
	size_t len;
	int bad;

	(void)ctx;
	bad = !r || mw_redactor_add(r, text, n, NULL) != MW_OK ||
	      mw_redactor_text(r, text, n, &out, &len, NULL) != MW_OK ||
	      mw_redactor_map(r, &out, &len, NULL) != MW_OK;
	mw_redactor_free(r);
	return bad ? -1 : now() - start;
}

typedef double work(struct mw_ctx *ctx, const char *text, size_t n);

/* Pastes and mails are made the same way. */
typedef void fill(const void *pattern, char *out, size_t size);

static void fill_paste(const void *pattern, char *out, size_t size)
{
	pattern_fill(pattern, out, size);
}

static void fill_mail(const void *pattern, char *out, size_t size)
{
	mail_pattern_fill(pattern, out, size);
}

static void measure(work *f, struct mw_ctx *ctx, const char *name, fill *make,
                    const void *pattern, char *text)
{
	double s[SIZES];
	size_t n = MB;

	for (size_t i = 0; i < SIZES; i++, n *= 2) {
		make(pattern, text, n);
		s[i] = f(ctx, text, n);
	}
	(void)printf("%-20s", name);
	for (size_t i = 0; i < SIZES; i++)
		(void)printf(" %8.3f", s[i]);
	(void)printf("   x%.1f x%.1f\n", s[2] / s[1], s[3] / s[2]);
	(void)fflush(stdout);
}

static int wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(name, argv[i]))
			return 1;
	return argc < 2;
}

static void title(const char *words)
{
	(void)printf("%-20s %8s %8s %8s %8s   growth\n", words, "1 MB",
	             "2 MB", "4 MB", "8 MB");
}

static void pastes(const char *words, work *f, struct mw_ctx *ctx, char *text,
                   int argc, char **argv)
{
	title(words);
	for (size_t i = 0; i < npatterns; i++)
		if (wanted(patterns[i].name, argc, argv))
			measure(f, ctx, patterns[i].name, fill_paste,
			        &patterns[i], text);
}

static void mails(struct mw_ctx *ctx, char *text, int argc, char **argv)
{
	title("seconds for mails");
	for (size_t i = 0; i < nmail_patterns; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "mail-%s",
		               mail_patterns[i].name);
		if (wanted(name, argc, argv) || wanted("mails", argc, argv))
			measure(explain, ctx, name, fill_mail,
			        &mail_patterns[i], text);
	}
}

int main(int argc, char **argv)
{
	struct mw_ctx *ctx = mw_ctx_new();
	char *text = malloc(MB << (SIZES - 1));

	if (!ctx || !text)
		return 1;
	pastes("seconds to explain", explain, ctx, text, argc, argv);
	pastes("seconds to redact", redact, ctx, text, argc, argv);
	mails(ctx, text, argc, argv);
	free(text);
	mw_ctx_free(ctx);
	return 0;
}
