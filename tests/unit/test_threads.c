/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Eight threads use one context at the same time, from its first call on, and
 * each gets the answers that one thread alone gets.  A build with
 * -Db_sanitize=thread (make tsan) also shows that no memory is written by two
 * of them.
 *
 * usage: test_threads FILE...
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailwhy/mailwhy.h"

#define THREADS 8
#define ROUNDS 6
#define MAX_PASTES 64
#define PASTE_SIZE 65536

static const char rules[] = "Rule: mine.purple\n"
			    "Text: no purple elephants\n"
			    "Cause: remote.busy\n"
			    "Confidence: likely\n"
			    "Ref: https://example.org/\n"
			    "Checked: 2026-11\n"
			    "Seen: 550 no purple elephants\n";

static struct paste {
	char *data;
	size_t n;
	char *want; /* the answer to it */
} pastes[MAX_PASTES];
static size_t npastes;
static struct mw_ctx *shared;
static pthread_barrier_t start;
static atomic_size_t passed, failed;

static void hold(bool good, const char *what)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	fprintf(stderr, "FAIL: %s\n", what);
}

static void complain(void *arg, const char *file, unsigned line,
                     const char *text)
{
	(void)arg;
	if (strncmp(text, "warning: ", 9)) {
		failed++;
		fprintf(stderr, "FAIL: %s:%u: %s\n", file, line, text);
	}
}

static struct mw_ctx *context(void)
{
	struct mw_ctx *ctx = mw_ctx_new();

	if (!ctx || mw_ctx_add_rules(ctx, "mine", rules, strlen(rules),
	                             complain, NULL, NULL) != MW_OK)
		abort();
	return ctx;
}

static char *json_of(struct mw_answer *answer)
{
	struct mw_render_options o = {.size = sizeof(o),
	                              .format = MW_FORMAT_JSON};
	const char *text;
	char *copy;
	size_t n;

	if (mw_answer_render(answer, &o, &text, &n) != MW_OK)
		abort();
	copy = strdup(text);
	mw_answer_free(answer);
	return copy;
}

static char *explain(struct mw_ctx *ctx, const struct paste *p)
{
	struct mw_input in = {"paste", p->data, p->n};
	struct mw_answer *answer;

	if (mw_explain(ctx, &in, 1, NULL, &answer, NULL) != MW_OK)
		abort();
	return json_of(answer);
}

static void other_calls(const struct paste *p)
{
	struct mw_input in = {"paste", p->data, p->n};
	struct mw_answer *answer;
	struct mw_about about = {.size = sizeof(about)};
	enum mw_status st;

	mw_about(&about);
	hold(about.rules > 0, "mw_about");
	st = mw_rules(shared, "mine.purple", &answer, NULL);
	hold(st == MW_OK, "mw_rules");
	free(st == MW_OK ? json_of(answer) : NULL);
	st = mw_causes(shared, "remote.busy", &answer, NULL);
	hold(st == MW_OK, "mw_causes");
	free(st == MW_OK ? json_of(answer) : NULL);
	st = mw_rules_draft(shared, &in, NULL, "2026-11", &answer, NULL);
	hold(st == MW_OK || st == MW_ENOENT, "mw_rules_draft");
	free(st == MW_OK ? json_of(answer) : NULL);
	hold(mw_ctx_prove_rules(shared, complain, NULL) == 0, "prove");
	hold(mw_ctx_add_rules(shared, "late", rules, strlen(rules), NULL,
	                      NULL, NULL) == MW_EINVAL, "rules too late");
}

static void *run(void *arg)
{
	size_t me = *(const size_t *)arg;

	(void)pthread_barrier_wait(&start);
	for (size_t k = 0; k < ROUNDS * npastes; k++) {
		const struct paste *p = &pastes[(k + 3 * me) % npastes];
		char *got = explain(shared, p);

		hold(!strcmp(got, p->want), "another answer than alone");
		free(got);
		if (k % npastes == me)
			other_calls(p);
	}
	return NULL;
}

static void add(const char *data, size_t n)
{
	struct paste *p = &pastes[npastes];

	p->data = malloc(n + 1);
	if (!p->data)
		abort();
	memcpy(p->data, data, n);
	p->n = n;
	npastes++;
}

static void read_files(char **names, int n)
{
	static char data[PASTE_SIZE];

	for (int i = 0; i < n && npastes < MAX_PASTES; i++) {
		FILE *f = fopen(names[i], "rb");

		if (!f) {
			hold(false, names[i]);
			continue;
		}
		add(data, fread(data, 1, sizeof(data), f));
		fclose(f);
	}
}

static void alone(void)
{
	struct mw_ctx *ctx = context();

	for (size_t i = 0; i < npastes; i++)
		pastes[i].want = explain(ctx, &pastes[i]);
	hold(strstr(pastes[0].want, "mine.purple") != NULL, "own rule");
	mw_ctx_free(ctx);
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	size_t number[THREADS];

	add("550 no purple elephants", 23);
	read_files(argv + 1, argc - 1);
	alone();
	shared = context();
	(void)pthread_barrier_init(&start, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++) {
		number[i] = i;
		if (pthread_create(&threads[i], NULL, run, &number[i]))
			abort();
	}
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	mw_ctx_free(shared);
	for (size_t i = 0; i < npastes; i++) {
		free(pastes[i].data);
		free(pastes[i].want);
	}
	printf("%zu passed, %zu failed, 0 skipped\n", (size_t)passed,
	       (size_t)failed);
	return failed || npastes < 5;
}
