/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every prefix of every example and golden input, or of every mail of a
 * collection: a paste or mail may be cut anywhere.  Nothing may crash, fail
 * or take a second, evidence must point into the input, and answers are JSON
 * whose recipients hold no control characters.
 *
 *	test_prefixes [EVERY [FOLDER]]
 *
 * EVERY: each so many-th byte of the first 4 KiB.  FOLDER: mails in it,
 * instead of the examples; behind the first 4 KiB prefixes end where lines do.
 */
#include <ftw.h>
#include <glob.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "mailwhy/mailwhy.h"

/* Byte by byte up to here, then in steps; evidence is looked at less often. */
#define EACH_BYTE 4096
#define STEP 97
#define LOOK_STEP 13
/* Seconds of processor time that one answer may take, ours included. */
#define SECONDS 1
#define FOLDERS_OPEN 16
#define SKIPPED 77

static size_t passed, failed, every = 1;
static int is_mails; /* prefixes end where lines do */
static struct mw_ctx *ctx;
/* What a signal tells about. */
static const char *current = "";
static size_t current_n;

static void bad(const char *file, size_t n, const char *what)
{
	failed++;
	if (failed < 50)
		printf("FAIL: %s, first %zu bytes: %s\n", file, n, what);
}

static void tell(int sig)
{
	char line[512];
	int n = snprintf(line, sizeof(line),
	                 "FAIL: %s, first %zu bytes: signal %d\n%zu passed, "
	                 "1 failed\n", current, current_n, sig, passed);

	if (n > 0)
		(void)!write(STDOUT_FILENO, line, (size_t)n);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

/* SIGPROF comes where an answer takes too long. */
static void watch(const char *file, size_t n)
{
	static const struct itimerval limit = {{0, 0}, {SECONDS, 0}};

	current = file;
	current_n = n;
	(void)setitimer(ITIMER_PROF, &limit, NULL);
}

static int is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* Letters and digits of text stand in p in that order, perhaps with more. */
static int holds(const char *p, size_t n, const char *text)
{
	size_t at = 0;

	for (; *text; text++) {
		if (!is_plain(*text))
			continue;
		while (at < n && p[at] != *text)
			at++;
		if (at++ >= n)
			return 0;
	}
	return 1;
}

static void look_at_evidence(const char *file, const char *data, size_t n,
                             const json_t *e)
{
	json_int_t offset = json_integer_value(json_object_get(e, "offset"));
	json_int_t length = json_integer_value(json_object_get(e, "length"));
	const char *text = json_string_value(json_object_get(e, "text"));

	if (offset < 0 || length < 0 || (size_t)offset > n ||
	    (size_t)length > n - (size_t)offset)
		bad(file, n, "evidence outside the input");
	/* What is encoded looks different; Outlook's items have no places. */
	else if (text && !memmem(data, n, "base64", 6) &&
	         !memmem(data, n < 4 ? n : 4, "\xd0\xcf\x11\xe0", 4) &&
	         !holds(data + offset, (size_t)length, text))
		bad(file, n, text);
	else
		passed++;
}

/* A line feed or an escape in a recipient would be another line, or worse. */
static void look_at_recipient(const char *file, size_t n, const json_t *d)
{
	const char *to = json_string_value(json_object_get(d, "recipient"));

	for (; to && *to; to++)
		if ((unsigned char)*to < 0x20 || *to == 0x7f) {
			bad(file, n, "control character in a recipient");
			return;
		}
	passed++;
}

static void look(const char *file, const char *data, size_t n,
                 struct mw_answer *answer)
{
	static const struct mw_render_options opt = {
	    .size = sizeof(opt), .format = MW_FORMAT_JSON, .compact = 1};
	const char *text = NULL;
	size_t len = 0, i, k;
	json_t *root, *d, *e;

	if (mw_answer_render(answer, &opt, &text, &len) != MW_OK ||
	    !(root = json_loadb(text, len, 0, NULL))) {
		bad(file, n, "no JSON");
		return;
	}
	json_array_foreach(json_object_get(root, "diagnoses"), i, d) {
		look_at_recipient(file, n, d);
		json_array_foreach(json_object_get(d, "evidence"), k, e)
			look_at_evidence(file, data, n, e);
	}
	json_decref(root);
}

/* Each line of JSON Lines is an object; jansson wants valid UTF-8. */
static void look_at_lines(const char *file, size_t n,
                          struct mw_answer *answer)
{
	static const struct mw_render_options opt = {
	    .size = sizeof(opt), .format = MW_FORMAT_JSONL};
	const char *text = NULL, *end;
	size_t len = 0;

	if (mw_answer_render(answer, &opt, &text, &len) != MW_OK) {
		bad(file, n, "no JSON Lines");
		return;
	}
	for (; len; len -= (size_t)(end + 1 - text), text = end + 1) {
		json_t *o;

		end = memchr(text, '\n', len);
		o = end ? json_loadb(text, (size_t)(end - text), 0, NULL)
		        : NULL;
		if (!json_is_object(o)) {
			bad(file, n, "a line that is no object");
			return;
		}
		json_decref(o);
	}
	passed++;
}

/* A copy of its own, so that a sanitizer sees a read beyond the prefix. */
static void explain(const char *file, const char *data, size_t n,
                    int thorough)
{
	char *copy = malloc(n ? n : 1);
	struct mw_input in = {.name = file, .data = copy, .n = n};
	struct mw_answer *answer = NULL;

	if (!copy)
		abort();
	memcpy(copy, data, n);
	watch(file, n);
	if (mw_explain(ctx, &in, 1, NULL, &answer, NULL) != MW_OK)
		bad(file, n, "mw_explain failed");
	else
		passed++;
	if (answer && thorough) {
		look(file, copy, n, answer);
		look_at_lines(file, n, answer);
	}
	mw_answer_free(answer);
	free(copy);
}

/* Behind the first bytes: where lines end, or in steps. */
static int is_tried(const char *data, size_t n)
{
	if (n < EACH_BYTE)
		return n % every == 0;
	return is_mails ? data[n - 1] == '\n' && n / 2 % every == 0
	                : n % STEP == EACH_BYTE % STEP;
}

static void prefixes(const char *file)
{
	static char data[1 << 20];
	FILE *f = fopen(file, "rb");
	size_t size, n;

	if (!f) {
		bad(file, 0, "cannot be read");
		return;
	}
	size = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	for (n = 0; n < size; n++)
		if (is_tried(data, n))
			explain(file, data, n, n % LOOK_STEP == 0);
	explain(file, data, size, 1);
}

static void examples(void)
{
	static const char *const where[] = {
	    UNIT_SOURCE "/examples/*", UNIT_SOURCE "/tests/golden/*/input"};

	for (size_t i = 0; i < 2; i++) {
		glob_t found;

		if (glob(where[i], 0, NULL, &found)) {
			bad(where[i], 0, "not found");
			continue;
		}
		for (size_t k = 0; k < found.gl_pathc; k++)
			prefixes(found.gl_pathv[k]);
		globfree(&found);
	}
}

static int visit(const char *path, const struct stat *st, int type,
                 struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F)
		prefixes(path);
	return 0;
}

static int mails(const char *folder)
{
	is_mails = 1;
	if (access(folder, R_OK)) {
		printf("%s: not here\n0 passed, 0 failed, 1 skipped\n",
		       folder);
		return SKIPPED;
	}
	if (nftw(folder, visit, FOLDERS_OPEN, FTW_PHYS))
		bad(folder, 0, "cannot be walked");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct itimerval none;
	int rc = 0;

	if (argc > 1)
		every = strtoul(argv[1], NULL, 10);
	every = every ? every : 1;
	ctx = mw_ctx_new();
	if (!ctx)
		return 1;
	(void)signal(SIGPROF, tell);
	(void)signal(SIGABRT, tell);
	(void)signal(SIGSEGV, tell);
	if (argc > 2)
		rc = mails(argv[2]);
	else
		examples();
	(void)setitimer(ITIMER_PROF, &none, NULL);
	mw_ctx_free(ctx);
	if (rc == SKIPPED)
		return rc;
	printf("%zu passed, %zu failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
