/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/read.h"

#include "dsn/bounce.h"
#include "dsn/guess.h"
#include "mail/part.h"
#include "mail/msg.h"

static bool may_be_mail(const struct paste_options *opt)
{
	return opt->form == FORM_UNKNOWN || opt->form == FORM_NDR;
}

/* The text that people read of a mail: its first part of text. */
static uint32_t text_part(const struct mail *m)
{
	for (uint32_t i = 0; i < m->nparts; i++)
		if (m->parts[i].kind == MAIL_TEXT)
			return i;
	return MAIL_NONE;
}

/* The decoded text of a mail that no frame knows, read like a paste. */
static enum mw_status read_text(struct arena *a, const struct mail *m,
                                const struct paste_options *opt,
                                struct attempts *out, struct paste_seen *seen,
                                struct mw_err *err)
{
	uint32_t i = text_part(m);
	size_t had = out->n;
	struct part_text t;
	enum mw_status st;

	if (i == MAIL_NONE || !part_read(a, m, i, &t))
		return MW_OK;
	/* As it stands there it is read with its header, which tells more. */
	if (t.text.p == m->parts[i].body.p)
		return MW_OK;
	st = paste_read(a, t.text, opt, out, seen, err);
	for (size_t k = had; k < out->n; k++)
		attempt_map(&out->v[k], part_origin, &t);
	return st;
}

static enum mw_status read_mail(struct arena *a, sv input,
                                const struct paste_options *opt,
                                struct attempts *out, struct paste_seen *seen,
                                struct mw_err *err)
{
	struct bounce b;
	struct mail m;
	enum mw_status st;

	seen->cut |= input.n > PASTE_MAX;
	st = mail_parse(a, sv_head(input, PASTE_MAX), &m, err);
	if (st == MW_OK)
		st = bounce_read(a, &frames_builtin, &m, out, &b, err);
	if (st == MW_OK && !out->n)
		st = read_text(a, &m, opt, out, seen, err);
	if (st == MW_OK && !out->n)
		st = paste_read(a, input, opt, out, seen, err);
	if (st == MW_OK && out->n == 1 && !out->v[0].recipient.n &&
	    !out->v[0].notice)
		out->v[0].recipient = guess_recipient(a, &m, b.returned.to);
	return st;
}

/* What is made of a file has no place in it but its begin. */
static void at_begin(struct attempt *at)
{
	at->offset = 0;
	at->line = at->line ? 1 : 0;
	for (size_t i = 0; i < at->text.n; i++)
		if (at->text.src[i] != MTEXT_NOWHERE)
			at->text.src[i] = 0;
}

static enum mw_status read_outlook(struct arena *a, sv input,
                                   const struct paste_options *opt,
                                   struct attempts *out,
                                   struct paste_seen *seen,
                                   struct mw_err *err)
{
	size_t had = out->n;
	struct mw_err why = {0};
	struct msg made;
	enum mw_status st = msg_read(a, input, &made, &why);

	/* Other files look so too: tables, texts, databases. */
	if (st == MW_ESYNTAX) {
		st = paste_read(a, input, opt, out, seen, err);
		seen->damage = arena_dup(a, sv_str(why.text));
		return st;
	}
	if (st != MW_OK)
		return mw_fail(err, st, "%s", why.text);
	st = read_mail(a, made.text, opt, out, seen, err);
	seen->damage = msg_losses(a, &made);
	for (size_t i = had; i < out->n; i++)
		at_begin(&out->v[i]);
	return st;
}

enum mw_status diag_read(struct arena *a, sv input,
                         const struct paste_options *opt,
                         struct attempts *out, struct paste_seen *seen,
                         struct mw_err *err)
{
	if (may_be_mail(opt) && msg_begins(input))
		return read_outlook(a, input, opt, out, seen, err);
	if (may_be_mail(opt) && mail_begins(sv_head(input, PASTE_MAX)))
		return read_mail(a, input, opt, out, seen, err);
	return paste_read(a, input, opt, out, seen, err);
}
