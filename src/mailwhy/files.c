/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in, answers out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

/* One byte more than is used, so that the library sees that it was more. */
#define READ_MAX (MW_PASTE_MAX + 1)
/* Columns for rows that programs read; the renderer's own maximum. */
#define WIDTH_OF_ROWS 200

static bool grow(struct bytes *b, size_t *cap)
{
	size_t want = *cap ? *cap * 2 : 65536;
	char *p;

	if (want > READ_MAX)
		want = READ_MAX;
	p = realloc(b->p, want);
	if (!p)
		return false;
	b->p = p;
	*cap = want;
	return true;
}

static bool read_fd(int fd, struct bytes *out)
{
	size_t cap = 0;

	*out = (struct bytes){0};
	for (;;) {
		ssize_t n;

		if (out->n == cap && (cap == READ_MAX || !grow(out, &cap)))
			break;
		n = read(fd, out->p + out->n, cap - out->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(out->p);
			return false;
		}
		if (n == 0)
			break;
		out->n += (size_t)n;
	}
	return out->p != NULL;
}

bool read_all(const char *file, struct bytes *out)
{
	bool std = !strcmp(file, "-");
	int fd = std ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0) {
		complain("%s: %s", file, strerror(errno));
		return false;
	}
	ok = read_fd(fd, out);
	if (!ok)
		complain("%s: %s", std ? "standard input" : file,
		         strerror(errno));
	if (!std)
		(void)close(fd);
	return ok;
}

static unsigned columns(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize ws;
	long n = env ? strtol(env, NULL, 10) : 0;

	if (n >= 20 && n <= 1000)
		return (unsigned)n;
	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) &&
	    ws.ws_col)
		return ws.ws_col;
	return 80;
}

static bool colours(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !common.output && !(no && *no) &&
	       !(term && !strcmp(term, "dumb"));
}

static int write_stdout(const char *text, size_t n)
{
	if (fwrite(text, 1, n, stdout) == n)
		return 0;
	complain("cannot write the answer: %s", strerror(errno));
	return -1;
}

static int told_errno(const char *file)
{
	complain("%s: %s", file, strerror(errno));
	return -1;
}

/* A device, a pipe: nothing that may be replaced. */
static int write_in_place(const char *file, const char *text, size_t n)
{
	FILE *f = fopen(file, "w");
	bool ok = f && fwrite(text, 1, n, f) == n;

	if (f && fclose(f))
		ok = false;
	return ok ? 0 : told_errno(file);
}

/* A new file with a name of its own: no link is followed. */
static FILE *open_temporary(char *tmp, bool secret)
{
	int fd = mkstemp(tmp);
	mode_t mask = umask(0);

	(void)umask(mask);
	if (fd < 0)
		return NULL;
	(void)fchmod(fd, secret ? 0600 : 0666 & ~mask);
	return fdopen(fd, "w");
}

/* Replaced by rename: a reader sees the old file or the whole new one. */
static int write_beside(const char *file, const char *text, size_t n,
                        bool secret)
{
	size_t len = strlen(file) + 8;
	char *tmp = malloc(len);
	FILE *f;
	bool ok;

	if (!tmp)
		return told_errno(file);
	(void)snprintf(tmp, len, "%s.XXXXXX", file);
	f = open_temporary(tmp, secret);
	ok = f && fwrite(text, 1, n, f) == n;
	if (ok && secret && (fflush(f) || fsync(fileno(f))))
		ok = false;
	if (f && fclose(f))
		ok = false;
	if (!ok || rename(tmp, file)) {
		(void)told_errno(file);
		if (f)
			(void)unlink(tmp);
		ok = false;
	}
	free(tmp);
	return ok ? 0 : -1;
}

static int write_file(const char *file, const char *text, size_t n)
{
	struct stat st;

	if (!stat(file, &st) && !S_ISREG(st.st_mode))
		return write_in_place(file, text, n);
	return write_beside(file, text, n, false);
}

bool write_private(const char *file, const char *text, size_t n)
{
	struct stat st;

	if (!*file) {
		complain("no name for a file");
		return false;
	}
	/* "/dev/stderr" is a link to the terminal, which is asked for */
	if (!stat(file, &st) && !S_ISREG(st.st_mode)) {
		if (S_ISDIR(st.st_mode)) {
			complain("%s: is a folder, not a file", file);
			return false;
		}
		return !write_in_place(file, text, n);
	}
	return !write_beside(file, text, n, true);
}

static enum mw_format wanted_format(void)
{
	static const char *const names[] = {
	    [MW_FORMAT_TEXT] = "text",   [MW_FORMAT_JSON] = "json",
	    [MW_FORMAT_JSONL] = "jsonl", [MW_FORMAT_CSV] = "csv",
	    [MW_FORMAT_HTML] = "html",
	};
	size_t i = sizeof(names) / sizeof(names[0]);

	while (common.format && i--)
		if (!strcmp(common.format, names[i]))
			return (enum mw_format)i;
	return MW_FORMAT_TEXT;
}

struct mw_render_options render_options(void)
{
	struct mw_render_options o = {.size = sizeof(o)};

	o.format = wanted_format();
	o.full = common.full;
	o.depth = common.technical ? MW_DEPTH_TECHNICAL
	          : common.plain   ? MW_DEPTH_PLAIN
	                           : MW_DEPTH_NORMAL;
	o.width = columns();
	o.colour = colours();
	return o;
}

static int print(struct mw_answer *answer, int status, unsigned width)
{
	struct mw_render_options o = render_options();
	const char *text;
	size_t n;

	o.width = width;
	if (mw_answer_render(answer, &o, &text, &n) != MW_OK) {
		complain("no memory for the answer");
		return EXIT_SOFTWARE;
	}
	return print_text(text, n, status);
}

static int done(struct mw_ctx *ctx, struct mw_answer *answer, int status)
{
	mw_answer_free(answer);
	mw_ctx_free(ctx);
	return status;
}

int print_answer(struct mw_ctx *ctx, struct mw_answer *answer, int status)
{
	return done(ctx, answer, print(answer, status, columns()));
}

int print_table(struct mw_ctx *ctx, struct mw_answer *answer, int status)
{
	bool person = isatty(STDOUT_FILENO) && !common.output;
	unsigned width = person ? columns() : WIDTH_OF_ROWS;

	return done(ctx, answer, print(answer, status, width));
}

int no_answer(struct mw_ctx *ctx, const struct mw_err *err)
{
	complain("%s", err->text);
	return done(ctx, NULL,
	            err->status == MW_ENOENT   ? EXIT_FINDING
	            : err->status == MW_EINVAL ? EXIT_USAGE
	                                       : EXIT_SOFTWARE);
}

int print_text(const char *text, size_t n, int status)
{
	if (common.output)
		return write_file(common.output, text, n) ? EXIT_CANTCREAT
		                                          : status;
	return write_stdout(text, n) ? EXIT_IO : status;
}
