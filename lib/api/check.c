/* SPDX-License-Identifier: BSD-2-Clause */
/* `check`: done by a second library, which is loaded at the first call. */
#include "api/api.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "live/live.h"

/* One domain's findings and their evidence. */
#define CHECK_MEMORY ((size_t)256 << 20)

/* There where everything is linked into one program. */
extern const struct live *mailwhy_live(void) __attribute__((weak));

/* Beside this library first: an installation may stand anywhere. */
static void *open_beside(void)
{
	char path[4096];
	Dl_info here;
	const char *slash;
	int n;

	if (!dladdr((void *)(uintptr_t)mw_check, &here) || !here.dli_fname)
		return NULL;
	slash = strrchr(here.dli_fname, '/');
	if (!slash)
		return NULL;
	n = snprintf(path, sizeof(path), "%.*s/" MAILWHY_LIVE,
	             (int)(slash - here.dli_fname), here.dli_fname);
	if (n < 0 || (size_t)n >= sizeof(path))
		return NULL;
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static const struct live *load(struct mw_err *err)
{
	const struct live *(*enter)(void) = mailwhy_live;
	const struct live *live;
	void *handle;

	if (!enter) {
		handle = open_beside();
		if (!handle)
			handle = dlopen(MAILWHY_LIVE, RTLD_NOW | RTLD_LOCAL);
		/* It stays: several threads may be in it. */
		if (handle)
			*(void **)&enter = dlsym(handle, "mailwhy_live");
	}
	live = enter ? enter() : NULL;
	if (!live || strcmp(live->release, mw_version()) != 0) {
		(void)mw_fail(err, MW_ENOENT, "%s is %s", MAILWHY_LIVE,
		              live ? "of another release" : "not installed");
		return NULL;
	}
	return live;
}

static enum mw_status give(struct mw_answer *x, enum mw_status st,
                           const struct live_result *r,
                           struct mw_answer **out)
{
	if (st != MW_OK) {
		mw_answer_free(x);
		return st;
	}
	x->items = r->items;
	x->errors = r->errors;
	x->unknown = r->unknown;
	*out = x;
	return MW_OK;
}

enum mw_status mw_check(struct mw_ctx *ctx, const struct mw_check_options *opt,
                        struct mw_answer **out, struct mw_err *err)
{
	struct mw_check_options o = {0};
	struct live_files files;
	struct live_result r = {0};
	const struct live *live;
	struct mw_answer *x;
	enum mw_status st;

	if (!ctx || !opt || !out || !sized_in(&o, sizeof(o), opt))
		return mw_fail(err, MW_EINVAL, "no options, or of a newer "
		                               "release");
	/* From here on no file is added. */
	st = ctx_ready(ctx, err);
	if (st != MW_OK)
		return st;
	files = (struct live_files){ctx->files, ctx->nfiles};
	live = load(err);
	if (!live)
		return MW_ENOENT;
	x = answer_new(CHECK_MEMORY, "check");
	if (!x)
		return mw_fail(err, MW_ENOMEM, "no memory");
	if (o.subject)
		(void)rnode_string(x->a, x->root, SV("input"),
		                   sv_str(o.subject));
	return give(x, live->check(x->a, &o, &files, x->root, &r, err), &r,
	            out);
}

enum mw_status mw_checks(struct mw_ctx *ctx, const char *id,
                         struct mw_answer **out, struct mw_err *err)
{
	struct live_result r = {0};
	const struct live *live;
	struct mw_answer *x;

	if (!ctx || !out)
		return mw_fail(err, MW_EINVAL, "no context");
	live = load(err);
	if (!live)
		return MW_ENOENT;
	x = answer_new(CHECK_MEMORY, "checks");
	if (!x)
		return mw_fail(err, MW_ENOMEM, "no memory");
	return give(x, live->checks(x->a, id, x->root, &r, err), &r, out);
}

size_t mw_answer_errors(const struct mw_answer *x)
{
	return x ? x->errors : 0;
}

size_t mw_answer_unknown(const struct mw_answer *x)
{
	return x ? x->unknown : 0;
}
