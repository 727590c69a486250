/* SPDX-License-Identifier: BSD-2-Clause */
/* Folders with rules: of the system, the user, and those asked for. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static void told(void *arg, const char *file, unsigned line, const char *text)
{
	(void)arg;
	(void)fprintf(stderr, "%s:%u: %s\n", file, line, text);
}

static int is_rules(const struct dirent *e)
{
	static const char *const kinds[] = {".rules", ".zones", ".providers",
	                                    ".receiver"};
	const char *dot = strrchr(e->d_name, '.');
	size_t n = sizeof(kinds) / sizeof(kinds[0]);

	for (size_t i = 0; dot && dot != e->d_name && i < n; i++)
		if (e->d_name[0] != '.' && !strcmp(dot, kinds[i]))
			return 1;
	return 0;
}

static bool add_file(struct mw_ctx *ctx, const char *path, mw_complain *tell,
                     void *arg)
{
	struct mw_err err;
	struct bytes b;
	bool ok;

	if (!read_all(path, &b))
		return false;
	ok = mw_ctx_add_rules(ctx, path, b.p, b.n, tell, arg, &err) == MW_OK;
	if (!ok)
		complain("%s", err.text);
	free(b.p);
	return ok;
}

bool rules_add_dir(struct mw_ctx *ctx, const char *dir, bool must,
                   mw_complain *tell, void *arg)
{
	struct dirent **list;
	int n = scandir(dir, &list, is_rules, alphasort);
	bool ok = true;

	if (n < 0 && errno == ENOTDIR)
		return add_file(ctx, dir, tell, arg);
	if (n < 0) {
		if (must)
			complain("%s: %s", dir, strerror(errno));
		return !must;
	}
	for (int i = 0; i < n; i++) {
		char path[4096];

		if (snprintf(path, sizeof(path), "%s/%s", dir,
		             list[i]->d_name) < (int)sizeof(path))
			ok &= add_file(ctx, path, tell, arg);
		free(list[i]);
	}
	free(list);
	return ok;
}

/* Rules and the data that they use: lists and providers. */
static const char *const folders[] = {"data.d", "rules.d"};

static void add_home(struct mw_ctx *ctx, const char *folder)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char path[4096];
	int n = -1;

	if (config && *config)
		n = snprintf(path, sizeof(path), "%s/mailwhy/%s", config,
		             folder);
	else if (home && *home)
		n = snprintf(path, sizeof(path), "%s/.config/mailwhy/%s",
		             home, folder);
	if (n > 0 && n < (int)sizeof(path))
		(void)rules_add_dir(ctx, path, false, told, NULL);
}

struct mw_ctx *context_new(void)
{
	struct mw_ctx *ctx = mw_ctx_new();

	if (!ctx) {
		complain("no memory");
		return NULL;
	}
	(void)rules_add_dir(ctx, MAILWHY_DATADIR, false, told, NULL);
	(void)rules_add_dir(ctx, MAILWHY_SYSCONFDIR "/data.d", false, told,
	                    NULL);
	(void)rules_add_dir(ctx, MAILWHY_SYSCONFDIR "/rules.d", false, told,
	                    NULL);
	for (size_t i = 0; i < 2; i++)
		add_home(ctx, folders[i]);
	for (size_t i = 0; i < common.rules.n; i++)
		(void)rules_add_dir(ctx, common.rules.v[i], true, told, NULL);
	return ctx;
}
