/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Anonymous memory of one paste: at most 64 MiB beside the input.
 *
 * Each pattern of 32 MiB is explained and rendered in a child.  The input is
 * in a shared mapping, which is touched before; so what the peak of resident
 * memory (getrusage) grows by from there on is what the library took.  Pages
 * of the program that are touched for the first time count too: the figure
 * is no less than the truth.  Under a sanitizer, whose own memory would be
 * measured, the pastes are shorter and the figure is not looked at.
 *
 * The command reads up to 32 MiB of what it is given, however much it is.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile/patterns.h"
#include "mailwhy/mailwhy.h"

#define MIB ((size_t)1 << 20)
#define ALLOWED (64 * MIB)
/* Text and tables of the program, of libc, and the first pages of its heap. */
#define PROGRAM (12 * MIB)
#define FED (100 * MIB)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Those that take most of something; "all" as second argument: every one. */
static const char *const usual[] = {
	"lines-of-one-byte", "one-long-line", "postfix", "replies",
	"quotes", "parentheses", "braces", "base64", "nul", "utf-16",
	"utf-16-wide", "lone-cr", "bytes-literals", "transcript", "dsn",
};

static const size_t paste_size = SANITIZED ? MIB : 32 * MIB;
static unsigned passed, failed;

static void result(const char *name, int ok, size_t bytes)
{
	if (ok)
		passed++;
	else
		failed++;
	if (!ok)
		(void)printf("FAILED %s: %zu MiB\n", name, bytes / MIB);
}

static size_t resident(void)
{
	unsigned long all = 0, here = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f || fscanf(f, "%lu %lu", &all, &here) != 2)
		here = 0;
	if (f)
		(void)fclose(f);
	return here * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t peak(int who)
{
	struct rusage u;

	return getrusage(who, &u) ? SIZE_MAX : (size_t)u.ru_maxrss * 1024;
}

/* Returns 0 if the library explained it. */
static int explain(const char *text, size_t n)
{
	struct mw_input in = {.data = text, .n = n};
	struct mw_render_options o = {.size = sizeof(o)};
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_answer *answer;
	const char *out;
	size_t len;
	int bad;

	if (!ctx || mw_explain(ctx, &in, 1, NULL, &answer, NULL) != MW_OK)
		return 1;
	bad = mw_answer_render(answer, &o, &out, &len) != MW_OK;
	o.format = MW_FORMAT_JSON;
	bad |= mw_answer_render(answer, &o, &out, &len) != MW_OK;
	mw_answer_free(answer);
	mw_ctx_free(ctx);
	return bad;
}

/* In the child: what it took goes to the parent through *took. */
static void child(const struct pattern *p, char *text, size_t *took)
{
	size_t before;

	pattern_fill(p, text, paste_size);
	before = resident();
	if (!before || explain(text, paste_size))
		_exit(1);
	*took = peak(RUSAGE_SELF);
	*took = *took > before ? *took - before : 0;
	_exit(0);
}

static void library(const struct pattern *p, char *text, size_t *took)
{
	int status = 1;
	pid_t pid;

	*took = SIZE_MAX;
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		child(p, text, took);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		status = 1;
	result(p->name, !status && (SANITIZED || *took <= ALLOWED), *took);
}

static void feed(int fd)
{
	static char block[1 << 16];
	const struct pattern *p = &patterns[0];

	for (size_t i = 0; i < npatterns; i++)
		if (!strcmp(patterns[i].name, "postfix"))
			p = &patterns[i];
	pattern_fill(p, block, sizeof(block));
	for (size_t n = 0; n < FED; n += sizeof(block))
		if (write(fd, block, sizeof(block)) < 0)
			break; /* it has read enough */
	(void)close(fd);
}

static void become(char *program, int in)
{
	char *argv[] = {program, NULL};

	(void)dup2(in, STDIN_FILENO);
	(void)close(in);
	if (!freopen("/dev/null", "w", stdout))
		_exit(127);
	(void)execv(program, argv);
	_exit(127);
}

static void command(char *program)
{
	struct rusage u = {0};
	int fds[2], status = 1;
	size_t bytes;
	pid_t pid;

	if (pipe(fds))
		exit(1);
	(void)signal(SIGPIPE, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		(void)close(fds[1]);
		become(program, fds[0]);
	}
	(void)close(fds[0]);
	feed(fds[1]);
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid)
		status = 1;
	bytes = (size_t)u.ru_maxrss * 1024;
	result("100 MB to the command",
	       WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	           (SANITIZED || bytes <= MW_PASTE_MAX + ALLOWED + PROGRAM),
	       bytes);
}

static int is_usual(const char *name)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (!strcmp(name, usual[i]))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	char *text = mmap(NULL, paste_size + sizeof(size_t),
	                  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                  -1, 0);

	if (text == MAP_FAILED)
		return 1;
	/* First: later this process itself is larger than what it starts. */
	if (argc > 1)
		command(argv[1]);
	for (size_t i = 0; i < npatterns; i++)
		if (argc > 2 || is_usual(patterns[i].name))
			library(&patterns[i], text,
			        (size_t *)(void *)(text + paste_size));
	(void)printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
