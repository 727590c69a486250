/* SPDX-License-Identifier: BSD-2-Clause */
/* explain for mailboxes, folders and archives */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "mailwhy/bulk.h"

/* The signal that ends the reading; 0: none came. */
static volatile int stop;

static void on_signal(int sig)
{
	stop = sig;
}

struct run {
	FILE *out;
	bool failed;   /* an input could not be read */
	bool terminal; /* progress is shown */
	struct timespec begun;
};

static int put(void *arg, const char *text, size_t n)
{
	struct run *r = arg;

	return fwrite(text, 1, n, r->out) != n;
}

static void clear_line(const struct run *r)
{
	if (r->terminal)
		(void)fputs("\r\033[K", stderr);
}

static void problem(void *arg, const char *name, const char *text)
{
	struct run *r = arg;

	r->failed = true;
	clear_line(r);
	complain("%s: %s", name, text);
}

static void progress(void *arg, uint64_t done, uint64_t total, uint64_t mails)
{
	struct run *r = arg;
	struct timespec now;
	double s;

	if (!r->terminal || clock_gettime(CLOCK_MONOTONIC, &now))
		return;
	s = (double)(now.tv_sec - r->begun.tv_sec) +
	    (double)(now.tv_nsec - r->begun.tv_nsec) / 1e9;
	if (s < 0.5)
		return;
	clear_line(r);
	(void)fprintf(stderr, "%" PRIu64 " mails, %.0f/s", mails,
	              (double)mails / s);
	if (total && done)
		(void)fprintf(stderr, ", %.0f %%, %.0f s left",
		              100.0 * (double)done / (double)total,
		              s * (double)(total - done) / (double)done);
	(void)fflush(stderr);
}

bool bulk_wanted(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "-") && mw_is_mailbox(argv[i]))
			return true;
	return false;
}

/* Ctrl-C ends the reading; what was done so far is told. */
static void catch_signals(void)
{
	struct sigaction sa = {0};

	sa.sa_handler = on_signal;
	/*
	 * The second time it kills.  Restart: an answer that is being written
	 * is written to its end.
	 */
	sa.sa_flags = (int)SA_RESETHAND | SA_RESTART;
	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
}

static FILE *open_output(void)
{
	FILE *f = common.output ? fopen(common.output, "we") : stdout;

	if (!f)
		complain("%s: %s", common.output, strerror(errno));
	return f;
}

static int close_output(struct run *r, int status)
{
	bool bad = fflush(r->out) || ferror(r->out);

	if (r->out != stdout && fclose(r->out))
		bad = true;
	if (!bad)
		return status;
	complain("%s: %s", common.output ? common.output : "standard output",
	         strerror(errno));
	return common.output ? EXIT_CANTCREAT : EXIT_IO;
}

static int explain_all(struct mw_ctx *ctx, int argc, char **argv,
                       const struct mw_explain_options *explain,
                       const struct bulk_wishes *want, struct run *r)
{
	static const char *const standard_input[] = {"-"};
	struct mw_render_options render = render_options();
	struct mw_bulk_options o = {
	    .size = sizeof(o),
	    .names = argc ? (const char *const *)argv : standard_input,
	    .n = argc ? (size_t)argc : 1,
	    .workers = want->workers,
	    .container = want->container,
	    .columns = want->columns->v,
	    .ncolumns = want->columns->n,
	    .explain = explain,
	    .render = want->summary ? NULL : &render,
	    .suppress = want->suppress,
	    .out = put,
	    .problem = problem,
	    .progress = progress,
	    .arg = r,
	    .stop = &stop,
	};
	struct mw_answer *summary;
	struct mw_err err;
	enum mw_status st;
	int status = EXIT_DONE;

	st = mw_bulk(ctx, &o, &summary, &err);
	clear_line(r);
	if (st != MW_OK && st != MW_EIO) {
		(void)close_output(r, status);
		return no_answer(NULL, &err);
	}
	status = close_output(r, r->failed ? EXIT_NOINPUT : EXIT_DONE);
	if (stop)
		complain("stopped: what was read so far is the answer");
	if (stop && status == EXIT_DONE)
		status = 128 + stop;
	if (want->summary || render.format == MW_FORMAT_HTML)
		return print_answer(NULL, summary, status);
	mw_answer_free(summary);
	return status;
}

int explain_bulk(int argc, char **argv,
                 const struct mw_explain_options *explain,
                 const struct bulk_wishes *want)
{
	struct run r = {.terminal = isatty(STDERR_FILENO) == 1};
	struct mw_ctx *ctx = context_new();
	int status;

	if (!ctx)
		return EXIT_SOFTWARE;
	/* The summary is printed in the end, as any answer. */
	r.out = want->summary ? stdout : open_output();
	if (!r.out) {
		mw_ctx_free(ctx);
		return EXIT_CANTCREAT;
	}
	catch_signals();
	(void)clock_gettime(CLOCK_MONOTONIC, &r.begun);
	status = explain_all(ctx, argc, argv, explain, want, &r);
	mw_ctx_free(ctx);
	return status;
}
