/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "api/api.h"
#include "base/err.h"
#include "classify/builtin.h"
#include "mail/msg.h"
#include "redact/redact.h"

/* A word grows by its pseudonym, seldom by much. */
#define REDACTED_MAX (4 * MW_PASTE_MAX)
/* For the mail that an Outlook file is turned into, and the file's tables. */
#define MADE_MAX ((size_t)32 << 20)

struct mw_redactor {
	struct redactor r;
	struct buf out;
	bool added, began;
};

static void keep_names(struct redactor *r, const struct ruleset *rs,
                       struct rrange names)
{
	for (uint32_t i = names.first; i < names.first + names.n; i++)
		redact_keep(r, sv_str(rs->pool + rs->strs[i]));
}

/* Hosts, addresses and ordinary words in texts. */
static void keep_words(struct redactor *r, const struct ruleset *rs,
                       struct rrange texts)
{
	for (uint32_t i = texts.first; i < texts.first + texts.n; i++) {
		const struct elem *e = rs->elems + rs->texts[i].elems.first;

		for (uint32_t k = 0; k < rs->texts[i].elems.n; k++)
			if (e[k].kind == ELEM_LITERAL)
				redact_keep_words(r, sv_of(rs->words + e[k].at,
				                           e[k].len));
	}
}

/* Names that rules look for stay too: the diagnosis depends on them. */
static void keep_all(struct redactor *r, const struct ruleset *rs)
{
	for (uint32_t i = 0; i < rs->nproviders; i++) {
		const struct provider *p = rs->providers + i;
		const struct provider_step *step = rs->steps + p->steps.first;

		keep_names(r, rs, p->aliases);
		keep_names(r, rs, p->hosts);
		keep_names(r, rs, p->submission);
		keep_words(r, rs, p->marks);
		for (uint32_t k = 0; k < p->steps.n; k++)
			redact_keep_words(r, sv_str(rs->pool + step[k].text));
	}
	for (uint32_t i = 0; i < rs->nzones; i++) {
		redact_keep(r, sv_str(rs->pool + rs->zones[i].zone));
		redact_keep_words(r, sv_str(rs->pool + rs->zones[i].portal));
	}
	for (uint32_t i = 0; i < rs->nrules; i++) {
		keep_names(r, rs, rs->rules[i].hosts);
		keep_words(r, rs, rs->rules[i].texts);
	}
}

struct mw_redactor *mw_redactor_new(void)
{
	struct mw_redactor *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	buf_init(&r->out, REDACTED_MAX);
	if (!redact_init(&r->r)) {
		mw_redactor_free(r);
		return NULL;
	}
	keep_all(&r->r, &builtin_rules);
	return r;
}

void mw_redactor_free(struct mw_redactor *r)
{
	if (!r)
		return;
	redact_fini(&r->r);
	buf_fini(&r->out);
	free(r);
}

enum mw_status mw_redactor_keep(struct mw_redactor *r, struct mw_ctx *ctx,
                                struct mw_err *err)
{
	enum mw_status st;

	if (!r || r->r.n_names)
		return mw_fail(err, MW_EINVAL, "names are kept first");
	st = ctx_ready(ctx, err);
	if (st == MW_OK && ctx->b)
		keep_all(&r->r, &ctx->user);
	return st;
}

/*
 * Names in an Outlook file are no bytes that could be replaced there: the
 * mail that it stands for is what is redacted.  *a is to be freed.
 */
static enum mw_status as_text(sv *s, struct arena **a, struct mw_err *err)
{
	struct msg made;
	enum mw_status st;

	*a = NULL;
	if (!msg_begins(*s))
		return MW_OK;
	*a = arena_new(MADE_MAX);
	st = *a ? msg_read(*a, *s, &made, err)
	        : mw_fail(err, MW_ENOMEM, "no memory to redact");
	if (st == MW_OK)
		*s = made.text;
	return st == MW_ESYNTAX ? MW_OK : st;
}

enum mw_status mw_redactor_add(struct mw_redactor *r, const void *data,
                               size_t n, struct mw_err *err)
{
	sv s = sv_of(data, n);
	struct arena *a;
	enum mw_status st;

	if (!r || (!data && n) || r->began)
		return mw_fail(err, MW_EINVAL, "texts are added first");
	st = as_text(&s, &a, err);
	if (st == MW_OK) {
		r->added = true;
		redact_named(&r->r);
		redact_collect(&r->r, s);
	}
	arena_free(a);
	return st;
}

static enum mw_status give(struct mw_redactor *r, const char **text,
                           size_t *len, struct mw_err *err)
{
	size_t n = r->out.n;

	buf_addc(&r->out, '\0');
	if (buf_failed(&r->out) || arena_failed(r->r.a) ||
	    arena_failed(r->r.names))
		return mw_fail(err, MW_ENOMEM, "no memory to redact");
	*text = r->out.p;
	*len = n;
	return MW_OK;
}

enum mw_status mw_redactor_text(struct mw_redactor *r, const void *data,
                                size_t n, const char **text, size_t *len,
                                struct mw_err *err)
{
	sv s = sv_of(data, n);
	struct arena *a;
	enum mw_status st;

	if (!r || (!data && n) || !text || !len)
		return mw_fail(err, MW_EINVAL, "no text to redact");
	st = as_text(&s, &a, err);
	if (st == MW_OK) {
		r->began = true;
		redact_named(&r->r);
		buf_reset(&r->out);
		redact_write(&r->r, s, &r->out);
		st = give(r, text, len, err);
	}
	arena_free(a);
	return st;
}

void mw_redactor_forget(struct mw_redactor *r)
{
	if (!r)
		return;
	redact_named(&r->r);
	redact_forget(&r->r);
	r->added = r->began = false;
}

size_t mw_redactor_lost(const struct mw_redactor *r)
{
	return r ? r->r.lost : 0;
}

enum mw_status mw_redactor_map(struct mw_redactor *r, const char **text,
                               size_t *len, struct mw_err *err)
{
	static const char *const names[RK_N] = {
	    [RK_ADDRESS] = "address", [RK_HOST] = "host", [RK_IP4] = "ip",
	    [RK_IP6] = "ip", [RK_TOKEN] = "id", [RK_LOGIN] = "login",
	};

	if (!r || !text || !len)
		return mw_fail(err, MW_EINVAL, "no redactor");
	buf_reset(&r->out);
	for (size_t i = 0; i < r->r.n; i++) {
		const struct redact_entry *e = r->r.list + i;

		if (names[e->kind] && e->to.n && !sv_eq(e->key, e->to))
			buf_addf(&r->out, "%s\t%.*s\t%.*s\n", names[e->kind],
			         SV_FMT(e->key), SV_FMT(e->to));
	}
	return give(r, text, len, err);
}
