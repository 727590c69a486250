/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in, answers out. */
#include <dirent.h>
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

/* Replaced by rename: a reader sees the old file or the whole new one. */
static int write_file(const char *file, const char *text, size_t n)
{
	size_t len = strlen(file) + 8;
	char *tmp = malloc(len);
	FILE *f = NULL;
	int fd, rc = -1;

	if (!tmp)
		return -1;
	(void)snprintf(tmp, len, "%s.XXXXXX", file);
	fd = mkstemp(tmp);
	if (fd >= 0)
		f = fdopen(fd, "w");
	if (f) {
		mode_t mask = umask(0);

		(void)umask(mask);
		(void)fchmod(fd, 0666 & ~mask);
		if (fwrite(text, 1, n, f) == n && !fflush(f))
			rc = 0;
		if (fclose(f) || (!rc && rename(tmp, file)))
			rc = -1;
	}
	if (rc) {
		complain("%s: %s", file, strerror(errno));
		if (fd >= 0)
			(void)unlink(tmp);
	}
	free(tmp);
	return rc;
}

int print_answer(struct mw_answer *answer, int status)
{
	struct mw_render_options o = {.size = sizeof(o)};
	const char *text;
	size_t n;

	o.format = common.format && !strcmp(common.format, "json")
	               ? MW_FORMAT_JSON
	               : MW_FORMAT_TEXT;
	o.depth = common.technical ? MW_DEPTH_TECHNICAL
	          : common.plain   ? MW_DEPTH_PLAIN
	                           : MW_DEPTH_NORMAL;
	o.width = columns();
	o.colour = colours();
	if (mw_answer_render(answer, &o, &text, &n) != MW_OK) {
		complain("no memory for the answer");
		return EXIT_SOFTWARE;
	}
	if (common.output)
		return write_file(common.output, text, n) ? EXIT_CANTCREAT
		                                          : status;
	return write_stdout(text, n) ? EXIT_IO : status;
}

static void told(void *arg, const char *file, unsigned line, const char *text)
{
	(void)arg;
	(void)fprintf(stderr, "%s:%u: %s\n", file, line, text);
}

static int is_rules(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 6 &&
	       !strcmp(e->d_name + n - 6, ".rules");
}

static void add_file(struct mw_ctx *ctx, const char *path)
{
	struct mw_err err;
	struct bytes b;

	if (!read_all(path, &b))
		return;
	if (mw_ctx_add_rules(ctx, path, b.p, b.n, told, NULL, &err) != MW_OK)
		complain("%s", err.text);
	free(b.p);
}

/* All *.rules of a folder, sorted; only a folder that was asked for must be. */
static void add_folder(struct mw_ctx *ctx, const char *dir, bool must)
{
	struct dirent **list;
	int n = scandir(dir, &list, is_rules, alphasort);

	if (n < 0) {
		if (must)
			complain("%s: %s", dir, strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		char path[4096];

		if (snprintf(path, sizeof(path), "%s/%s", dir,
		             list[i]->d_name) < (int)sizeof(path))
			add_file(ctx, path);
		free(list[i]);
	}
	free(list);
}

static void add_home(struct mw_ctx *ctx)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char path[4096];
	int n = -1;

	if (config && *config)
		n = snprintf(path, sizeof(path), "%s/mailwhy/rules.d", config);
	else if (home && *home)
		n = snprintf(path, sizeof(path), "%s/.config/mailwhy/rules.d",
		             home);
	if (n > 0 && n < (int)sizeof(path))
		add_folder(ctx, path, false);
}

struct mw_ctx *context_new(void)
{
	struct mw_ctx *ctx = mw_ctx_new();

	if (!ctx) {
		complain("no memory");
		return NULL;
	}
	add_folder(ctx, MAILWHY_DATADIR, false);
	add_folder(ctx, MAILWHY_SYSCONFDIR "/rules.d", false);
	add_home(ctx);
	for (size_t i = 0; i < common.rules.n; i++)
		add_folder(ctx, common.rules.v[i], true);
	return ctx;
}
