/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "api/api.h"
#include "base/stanza.h"
#include "classify/builtin.h"
#include "classify/lint.h"
#include "classify/proof.h"

/* Rules of a user: some hundred at most, and their texts. */
#define USER_RULES_MEMORY ((size_t)64 << 20)

const char *mw_version(void)
{
	return MAILWHY_VERSION;
}

static void later(const char **newest, const char *month)
{
	if (strcmp(month, *newest) > 0)
		*newest = month;
}

static void about_builtin(struct mw_about *out)
{
	const struct ruleset *rs = &builtin_rules;
	struct mw_about about = {0};
	const char *newest = "";

	for (uint32_t i = 0; i < rs->nrules; i++)
		later(&newest, rs->pool + rs->rules[i].checked);
	about.rules = rs->nrules;
	about.causes = kb_ncauses;
	about.checked = newest;
	about.providers = rs->nproviders;
	about.lists = rs->nzones;
	about.providers_checked = about.lists_checked = "";
	for (uint32_t i = 0; i < rs->nproviders; i++)
		later(&about.providers_checked,
		      rs->pool + rs->providers[i].checked);
	for (uint32_t i = 0; i < rs->nzones; i++)
		later(&about.lists_checked, rs->pool + rs->zones[i].checked);
	about.user_checked = "";
	*out = about;
}

void mw_about(struct mw_about *out)
{
	struct mw_about about;

	about_builtin(&about);
	sized_out(out, &about, sizeof(about));
}

static void about_receivers(struct arena *a, const struct live_file *f,
                            struct mw_about *about)
{
	struct stanza_reader in = stanza_open(f->text);
	struct stanza s;
	enum mw_status st;

	while ((st = stanza_next(&in, a, &s, NULL)) != MW_ENOENT) {
		const char *month;

		if (st == MW_ENOMEM)
			return;
		if (st != MW_OK || !sv_eq(s.fields[0].name, SV("Receiver")))
			continue;
		month = sv_dupz(a, stanza_get(&s, "Checked"));
		about->user_receivers++;
		if (month)
			later(&about->user_checked, month);
	}
}

enum mw_status mw_ctx_about(struct mw_ctx *ctx, struct mw_about *out,
                            struct mw_err *err)
{
	struct mw_about about;
	const struct ruleset *rs;
	enum mw_status st;

	if (!ctx || !out)
		return mw_fail(err, MW_EINVAL, "no context");
	st = ctx_ready(ctx, err);
	if (st != MW_OK)
		return st;
	about_builtin(&about);
	rs = &ctx->user;
	about.user_providers = rs->nproviders;
	about.user_lists = rs->nzones;
	for (uint32_t i = 0; i < rs->nproviders; i++)
		later(&about.user_checked,
		      rs->pool + rs->providers[i].checked);
	for (uint32_t i = 0; i < rs->nzones; i++)
		later(&about.user_checked, rs->pool + rs->zones[i].checked);
	(void)pthread_mutex_lock(&ctx->lock);
	for (size_t i = 0; i < ctx->nfiles; i++)
		if (ctx->files[i].receivers)
			about_receivers(ctx->a, &ctx->files[i], &about);
	(void)pthread_mutex_unlock(&ctx->lock);
	sized_out(out, &about, sizeof(about));
	return MW_OK;
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
	struct mw_ctx *ctx = calloc(1, sizeof(*ctx));

	if (ctx && pthread_mutex_init(&ctx->lock, NULL)) {
		free(ctx);
		return NULL;
	}
	return ctx;
}

void mw_ctx_free(struct mw_ctx *ctx)
{
	if (!ctx)
		return;
	for (size_t i = 0; i < CTX_IDLE; i++)
		classifier_free(atomic_load(&ctx->idle[i]));
	arena_free(ctx->a);
	(void)pthread_mutex_destroy(&ctx->lock);
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

/* More files than this are in no folder of anybody. */
#define USER_FILES_MAX 4096

/* Rules of receivers begin with "Rule:" as well, so the name tells. */
static bool is_receivers(const char *file)
{
	return sv_ends(sv_str(file), SV(".receiver"));
}

static enum mw_status keep_file(struct mw_ctx *ctx, const char *name, sv text,
                                struct mw_err *err)
{
	ctx->files = arena_more(ctx->a, ctx->files, ctx->nfiles,
	                        &ctx->files_cap, sizeof(*ctx->files),
	                        USER_FILES_MAX);
	if (!ctx->files)
		return mw_fail(err, MW_ENOMEM, "no memory for rules");
	ctx->files[ctx->nfiles++] =
	    (struct live_file){name, text, is_receivers(name)};
	return MW_OK;
}

static enum mw_status add_locked(struct mw_ctx *ctx, const char *file, sv text,
                                 struct mw_err *err)
{
	sv copy;
	char *name;

	if (atomic_load(&ctx->ready))
		return mw_fail(err, MW_EINVAL, "the context is in use");
	if (!builder_ready(ctx))
		return mw_fail(err, MW_ENOMEM, "no memory for rules");
	name = sv_dupz(ctx->a, sv_str(file));
	copy = arena_dup(ctx->a, text);
	if (!name || (text.n && !copy.n))
		return mw_fail(err, MW_ENOMEM, "no memory for rules");
	if (!is_receivers(name))
		(void)rules_add(ctx->b, name, copy);
	return keep_file(ctx, name, copy, err);
}

static void lock(struct mw_ctx *ctx, mw_complain *complain, void *arg)
{
	(void)pthread_mutex_lock(&ctx->lock);
	ctx->complain = complain;
	ctx->arg = arg;
}

static void unlock(struct mw_ctx *ctx)
{
	ctx->complain = NULL;
	(void)pthread_mutex_unlock(&ctx->lock);
}

enum mw_status mw_ctx_add_rules(struct mw_ctx *ctx, const char *file,
                                const char *text, size_t n,
                                mw_complain *complain, void *arg,
                                struct mw_err *err)
{
	enum mw_status st;

	if (!ctx || !file || (!text && n))
		return mw_fail(err, MW_EINVAL, "no context, file or text");
	if (n > RULES_FILE_MAX)
		return mw_fail(err, MW_ELIMIT, "%s: over %zu bytes", file,
		               RULES_FILE_MAX);
	lock(ctx, complain, arg);
	st = add_locked(ctx, file, sv_of(text, n), err);
	unlock(ctx);
	return st;
}

static enum mw_status prepare_locked(struct mw_ctx *ctx, struct mw_err *err)
{
	enum mw_status st = MW_OK;

	/* Another thread may have been faster. */
	if (atomic_load(&ctx->ready))
		return MW_OK;
	if (ctx->b)
		st = rules_finish(ctx->b, &builtin_rules, &ctx->user, err);
	if (st != MW_OK)
		return st;
	ctx->builtin = builtin_rules;
	if (ctx->b) {
		ctx->user.user = true;
		ctx->sets[ctx->nsets++] = &ctx->user;
		ctx->user.zone_sets[0] = &ctx->user;
		ctx->user.zone_sets[1] = &ctx->builtin;
		ctx->builtin.zone_sets[0] = &ctx->user;
		ctx->builtin.zone_sets[1] = &ctx->builtin;
	}
	ctx->sets[ctx->nsets++] = &ctx->builtin;
	atomic_store(&ctx->ready, true);
	return MW_OK;
}

static enum mw_status prepare(struct mw_ctx *ctx, mw_complain *complain,
                              void *arg, struct mw_err *err)
{
	enum mw_status st;

	if (atomic_load(&ctx->ready))
		return MW_OK;
	lock(ctx, complain, arg);
	st = prepare_locked(ctx, err);
	unlock(ctx);
	return st;
}

enum mw_status ctx_ready(struct mw_ctx *ctx, struct mw_err *err)
{
	if (!ctx)
		return mw_fail(err, MW_EINVAL, "no context");
	return prepare(ctx, NULL, NULL, err);
}

struct classifier *ctx_take(struct mw_ctx *ctx, enum mw_status *st,
                            struct mw_err *err)
{
	struct classifier *c = NULL;

	*st = ctx_ready(ctx, err);
	if (*st != MW_OK)
		return NULL;
	for (size_t i = 0; i < CTX_IDLE && !c; i++)
		c = atomic_exchange(&ctx->idle[i], NULL);
	if (!c)
		c = classifier_new(ctx->sets, ctx->nsets);
	if (!c)
		*st = mw_fail(err, MW_ENOMEM, "no memory for the rules");
	return c;
}

void ctx_give(struct mw_ctx *ctx, struct classifier *c)
{
	for (size_t i = 0; i < CTX_IDLE && c; i++) {
		struct classifier *none = NULL;

		if (atomic_compare_exchange_strong(&ctx->idle[i], &none, c))
			return;
	}
	classifier_free(c);
}

size_t mw_ctx_prove_rules(struct mw_ctx *ctx, mw_complain *complain,
                          void *arg)
{
	size_t bad;

	if (!ctx || !complain || prepare(ctx, complain, arg, NULL) != MW_OK)
		return 1;
	if (!ctx->b)
		return 0;
	bad = rules_prove(&ctx->user, &builtin_rules, false, complain, arg);
	(void)rules_lint(&ctx->user, complain, arg);
	return bad;
}
