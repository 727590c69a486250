/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "api/api.h"
#include "classify/builtin.h"
#include "classify/lint.h"
#include "classify/proof.h"

/* Rules of a user: some hundred at most, and their texts. */
#define USER_RULES_MEMORY ((size_t)64 << 20)

const char *mw_version(void)
{
	return MAILWHY_VERSION;
}

void mw_about(struct mw_about *out)
{
	const struct ruleset *rs = &builtin_rules;
	const char *newest = "";

	for (uint32_t i = 0; i < rs->nrules; i++) {
		const char *checked = rs->pool + rs->rules[i].checked;

		if (strcmp(checked, newest) > 0)
			newest = checked;
	}
	out->rules = rs->nrules;
	out->causes = kb_ncauses;
	out->checked = newest;
}

const char *mw_status_name(enum mw_status status)
{
	static const char *const names[] = {
	    "MW_OK",  "MW_ENOMEM", "MW_EMORE",  "MW_ESYNTAX", "MW_ELIMIT",
	    "MW_EIO", "MW_EINVAL", "MW_ENOENT",
	};
	unsigned i = (unsigned)-(int)status;

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : "unknown";
}

struct mw_ctx *mw_ctx_new(void)
{
	return calloc(1, sizeof(struct mw_ctx));
}

void mw_ctx_free(struct mw_ctx *ctx)
{
	if (!ctx)
		return;
	classifier_free(ctx->c);
	arena_free(ctx->a);
	free(ctx);
}

static void forward(void *arg, const char *file, unsigned line,
                    const char *text)
{
	const struct mw_ctx *ctx = arg;

	if (ctx->complain)
		ctx->complain(ctx->arg, file, line, text);
}

static bool builder_ready(struct mw_ctx *ctx)
{
	if (!ctx->a)
		ctx->a = arena_new(USER_RULES_MEMORY);
	if (ctx->a && !ctx->b)
		ctx->b = rules_new(ctx->a, forward, ctx);
	return ctx->b != NULL;
}

enum mw_status mw_ctx_add_rules(struct mw_ctx *ctx, const char *file,
                                const char *text, size_t n,
                                mw_complain *complain, void *arg,
                                struct mw_err *err)
{
	sv copy;
	char *name;

	if (!ctx || !file || (!text && n))
		return mw_fail(err, MW_EINVAL, "no context, file or text");
	if (ctx->c)
		return mw_fail(err, MW_EINVAL, "the context is in use");
	if (n > RULES_FILE_MAX)
		return mw_fail(err, MW_ELIMIT, "%s: over %zu bytes", file,
		               RULES_FILE_MAX);
	if (!builder_ready(ctx))
		return mw_fail(err, MW_ENOMEM, "no memory for rules");
	name = sv_dupz(ctx->a, sv_str(file));
	copy = arena_dup(ctx->a, sv_of(text, n));
	if (!name || (n && !copy.n))
		return mw_fail(err, MW_ENOMEM, "no memory for rules");
	ctx->complain = complain;
	ctx->arg = arg;
	(void)rules_add(ctx->b, name, copy);
	ctx->complain = NULL;
	return MW_OK;
}

enum mw_status ctx_ready(struct mw_ctx *ctx, struct mw_err *err)
{
	const struct ruleset *sets[2];
	enum mw_status st;
	size_t n = 0;

	if (!ctx)
		return mw_fail(err, MW_EINVAL, "no context");
	if (ctx->c)
		return MW_OK;
	if (ctx->b) {
		st = rules_finish(ctx->b, &builtin_rules, &ctx->user, err);
		if (st != MW_OK)
			return st;
		ctx->user.user = true;
		sets[n++] = &ctx->user;
	}
	sets[n++] = &builtin_rules;
	ctx->c = classifier_new(sets, n);
	if (!ctx->c)
		return mw_fail(err, MW_ENOMEM, "no memory for the rules");
	return MW_OK;
}

size_t mw_ctx_prove_rules(struct mw_ctx *ctx, mw_complain *complain,
                          void *arg)
{
	size_t bad;

	if (!ctx || !complain)
		return 1;
	ctx->complain = complain;
	ctx->arg = arg;
	if (ctx_ready(ctx, NULL) != MW_OK)
		return 1;
	bad = ctx->b ? rules_prove(&ctx->user, &builtin_rules, false, complain,
	                           arg)
	             : 0;
	if (ctx->b)
		(void)rules_lint(&ctx->user, complain, arg);
	ctx->complain = NULL;
	return bad;
}
