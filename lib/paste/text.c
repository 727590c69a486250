/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "logs/logs.h"
#include "paste/state.h"
#include "paste/words.h"

/* Lines of prose that are handed on to the rules. */
#define TEXT_MAX 200

/* A line of at least so many bytes may go on in the next. */
#define WRAP_WIDTH 56

/* So few lines are one text. */
#define ONE_TEXT 2

/* Texts whose words speak of refusals without being one. */
static bool is_about_something_else(const struct doc *d)
{
	return (d->other && !d->smtp) || d->report || d->complaint ||
	       d->config || d->source || d->catalogue || d->article ||
	       d->headers || d->arrived;
}

static struct attempt *add_text(struct paste_ctx *ctx, const struct pline *line,
				size_t cap)
{
	struct attempt *at = paste_add(ctx, line, FORM_TEXT);

	if (!at)
		return NULL;
	at->weak = true;
	at->stage = ctx->opt->stage;
	mtext_init(&at->text, ctx->a, cap);
	return at;
}

/* "Would I get a 454 if ...?": nothing has happened yet. */
static bool is_question(sv s)
{
	return sv_ihas(s, SV("would ")) && sv_ihas(s, SV(" if ")) &&
	       sv_chr(s, '?') != SV_NPOS;
}

/* Next to a delivery that succeeded, one word is not enough. */
static bool tells_trouble(sv s, const struct doc *d)
{
	if (is_question(s))
		return false;
	if (d->delivered)
		return words_count(s, WORDS_EVENT, 2) == 2;
	/* Who pastes one line asks about that line, whatever it says. */
	if (d->lines <= ONE_TEXT)
		return true;
	if (!words_of_mail(s, 1))
		return false;
	return words_count(s, WORDS_EVENT, 1) ||
	       words_count(s, WORDS_REFUSAL, 1);
}

/* Lines of logs were read as such, whatever came of it. */
static bool is_log(struct paste_ctx *ctx, const struct pline *l)
{
	struct log_event ev;
	struct log_prefix px;

	log_prefix(mtext_sv(&l->text), &px);
	if (!px.end)
		return false;
	arena_reset(ctx->st->scratch);
	return log_read(ctx->st->scratch, &l->text, &ev, 1) &&
	       ev.kind != LOG_NONE;
}

/*
 * "<a@example.org> (expanded from <b@example.org>)" alone: a bounce's line
 * about whom it is for; the reason stood behind it and was not copied.
 */
static bool lost_its_reason(sv s)
{
	return sv_ihas(s, SV("(expanded from <")) ||
	       sv_ihas(s, SV("(ultimately generated from "));
}

/* All lines of a short paste as one text. */
static void whole(struct paste_ctx *ctx)
{
	const struct pline *l = plines_at(ctx->lines, 0);
	struct attempt *at = NULL;

	for (; l; l = plines_at(ctx->lines, 0)) {
		if (l->text.n && !at)
			at = add_text(ctx, l, ctx->size + 64);
		if (at)
			paste_take(&at->text, l, 0, l->text.n);
		plines_skip(ctx->lines, 1);
	}
	if (at && lost_its_reason(mtext_sv(&at->text))) {
		at->form = FORM_NDR;
		at->weak = false;
		at->text.n = 0;
	} else if (at && !tells_trouble(mtext_sv(&at->text), &ctx->st->doc)) {
		ctx->out->n--;
	}
}

/*
 * Was the line at offset read already, as a part of one of the n attempts of
 * this paste?  They stand in order, and so do the lines that are asked for:
 * *from moves on.
 */
static bool is_taken(const struct attempts *out, size_t n, size_t *from,
		     size_t offset)
{
	size_t first, len;

	for (; *from < n; ++*from) {
		const struct attempt *at = &out->v[*from];

		if (offset < at->offset)
			return false;
		if (offset == at->offset ||
		    (at->text.n &&
		     mtext_origin(&at->text, 0, at->text.n, &first, &len) &&
		     offset < first + len))
			return true;
	}
	return false;
}

static bool tells_failure(sv s)
{
	return s.n > 12 && words_count(s, WORDS_EVENT, 1) &&
	       words_count(s, WORDS_MAIL, 1);
}

/* Lines that speak of mail and of a failure, each with its wrapped rest. */
static void sentences(struct paste_ctx *ctx)
{
	size_t before = ctx->out->n, n = 0, from = 0;
	const struct pline *l, *next;

	for (; n < TEXT_MAX && (l = plines_at(ctx->lines, 0)) != NULL;
	     plines_skip(ctx->lines, 1)) {
		struct attempt *at;

		if (!tells_failure(mtext_sv(&l->text)) ||
		    is_taken(ctx->out, before, &from, l->offset) ||
		    is_log(ctx, l))
			continue;
		next = plines_at(ctx->lines, 1);
		if (next &&
		    (l->text.n < WRAP_WIDTH || !next->text.n ||
		     !is_lower(next->text.p[0]) || next->quote != l->quote))
			next = NULL;
		at = add_text(ctx, l,
			      l->text.n + (next ? next->text.n : 0) + 2);
		if (!at)
			return;
		paste_take(&at->text, l, 0, l->text.n);
		if (next)
			paste_take(&at->text, next, 0, next->text.n);
		n++;
	}
}

void paste_read_text(struct paste_ctx *ctx)
{
	const struct doc *d = &ctx->st->doc;
	enum ev_form form = ctx->opt->form;

	if (form != FORM_UNKNOWN && form != FORM_TEXT && form != FORM_REPLY)
		return;
	if (form == FORM_UNKNOWN && is_about_something_else(d))
		return;
	if (form == FORM_UNKNOWN && d->delivered && !doc_is_short(d))
		return;
	if (form == FORM_UNKNOWN && !doc_is_short(d))
		sentences(ctx);
	else if (ctx->out->n == 0 || form == FORM_TEXT)
		whole(ctx);
	else
		sentences(ctx);
}
