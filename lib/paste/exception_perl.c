/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Perl: Net::SMTP by the words of the scripts that use it, Email::Sender.
 * Both drop the code of a reply or invent one where the server said nothing.
 */
#include "base/ascii.h"
#include "paste/exception.h"

/* clang-format off */
static const struct exc_mark begins[] = {
	{SV_INIT("failed AUTH: "), STAGE_AUTH},
	{SV_INIT("auth failed: "), STAGE_AUTH},
	{SV_INIT("failed after MAIL FROM: "), STAGE_MAIL},
	{SV_INIT("failed after RCPT TO: "), STAGE_RCPT},
	{SV_INIT("error at after DATA: "), STAGE_END_OF_DATA},
	{SV_INIT("error at during DATA: "), STAGE_END_OF_DATA},
	{SV_INIT("error at DATA start: "), STAGE_DATA},
	{SV_INIT("can't STARTTLS: "), STAGE_STARTTLS},
	{SV_INIT("starttls failed: "), STAGE_STARTTLS},
	{SV_INIT("message failed: "), STAGE_END_OF_DATA},
	{SV_INIT("mail failed: "), STAGE_MAIL},
	{SV_INIT("unable to establish SMTP connection to "), STAGE_CONNECT},
	{SV_INIT(" failed: "), STAGE_UNKNOWN},
	{SV_INIT("cannot connect to "), STAGE_CONNECT},
	{{NULL, 0}, STAGE_UNKNOWN},
};
/* What Net::Cmd puts where no reply came, with a code of its own. */
static const sv invented[] = {
	SV_INIT("421 [Net::SMTP]"), SV_INIT("500 Command unknown: '"),
	SV_INIT("599 "), SV_INIT("000 "),
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A trace of Email::Sender behind line k: the first line behind, or 0. */
static size_t trace_behind(struct paste_ctx *ctx, size_t k)
{
	size_t n = k;

	while (n < k + 4 && !exc_line(ctx, n).n)
		n++;
	if (!sv_starts(exc_line(ctx, n), SV("Trace begun at ")))
		return 0;
	return exc_skip_frames(ctx, n);
}

static const struct exc_mark *find_begin(sv s)
{
	for (const struct exc_mark *m = begins; m->mark.n; m++) {
		size_t at = sv_find(s, m->mark);

		/* "Send email failed: " is nobody's in particular. */
		if (at != SV_NPOS && (!at || s.p[at - 1] == ' ' ||
		                      !is_alnum(m->mark.p[0]) ||
		                      !is_alnum(s.p[at - 1])))
			return m;
	}
	return NULL;
}

/* Is this what a mail library says, rather than anybody else? */
static bool is_mail(struct paste_ctx *ctx, sv s, const struct exc_mark *m)
{
	sv rest = sv_drop(s, exc_behind(s, m->mark));

	if (sv_has(s, SV("Net::SMTP")) || sv_has(s, SV("SMTP connection")) ||
	    m->stage == STAGE_STARTTLS || sv_has(m->mark, SV("DATA")) ||
	    sv_has(m->mark, SV(" FROM")) || trace_behind(ctx, 1))
		return true;
	if (m->stage == STAGE_CONNECT)
		return sv_has(rest, SV(".pl line ")) ||
		       sv_has(rest, SV(".pm line "));
	if (m->stage == STAGE_UNKNOWN)
		return sv_starts(s, SV("recipient ")) && exc_code(rest);
	return exc_code(rest) || exc_status(rest) ||
	       sv_starts(rest, SV("Command unknown"));
}

/* Offset of the words of the reply behind a mark, past invented codes. */
static size_t words_at(struct exc *x, size_t from)
{
	sv s = exc_line(x->ctx, 0);

	for (size_t i = 0; i < COUNT(invented); i++)
		if (sv_starts(sv_drop(s, from), invented[i])) {
			x->server = false;
			return from + 4;
		}
	x->server = exc_code(sv_drop(s, from)) || exc_status(sv_drop(s, from));
	return from;
}

/* " at /srv/app/send.pl line 7." behind the words. */
static size_t words_end(sv s, size_t from)
{
	size_t at = sv_find(sv_drop(s, from), SV(" at /"));

	if (at == SV_NPOS || !sv_has(sv_drop(s, from + at), SV(" line ")))
		return s.n;
	return from + at;
}

static void take_names(struct exc *x, const struct exc_mark *m)
{
	sv s = exc_line(x->ctx, 0), rest, word;
	size_t at = exc_behind(s, SV("connection to ("));

	if (at == SV_NPOS)
		at = exc_behind(s, SV("cannot connect to "));
	if (at != SV_NPOS)
		exc_host_port(x, 0, at);
	at = exc_behind(s, SV(") port "));
	if (at != SV_NPOS) {
		rest = sv_drop(s, at);
		x->port = paste_keep(x->ctx, sv_word(&rest));
	}
	if (m->stage == STAGE_MAIL || m->stage == STAGE_UNKNOWN) {
		/* The word right before the mark, or before " failed". */
		rest = sv_head(s, sv_find(s, m->mark));
		rest = sv_trim(rest);
		at = sv_rchr(rest, ' ');
		word = at == SV_NPOS ? rest : sv_drop(rest, at + 1);
		if (sv_chr(word, '@') == SV_NPOS)
			return;
		if (m->stage == STAGE_MAIL)
			x->sender = paste_keep(x->ctx, word);
		else
			x->recipient = paste_keep(x->ctx, word);
	}
}

static size_t finish(struct exc *x, size_t next)
{
	size_t end = trace_behind(x->ctx, next);

	exc_emit(x, 0);
	return end ? end : next;
}

/* Email::Sender with several recipients prints the reply alone. */
static size_t bare_reply(struct paste_ctx *ctx, sv s)
{
	struct exc x = {.ctx = ctx, .writer = SV("perl"), .server = true};
	size_t from = sv_starts(s, SV("mail not sent: ")) ? 15 : 0;
	size_t next = 1;

	if (!exc_status(sv_drop(s, from)))
		return 0;
	if (!from && !trace_behind(ctx, 1))
		return 0;
	next = exc_take_reply(&x, 0, from, s.n);
	return finish(&x, next);
}

size_t exc_perl(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("perl")};
	sv s = exc_line(ctx, 0), rest;
	const struct exc_mark *m = find_begin(s);
	size_t from, next, net;

	/* The module's own protocol log is a dialogue. */
	if (exc_is_frame(plines_at(ctx->lines, 0)) ||
	    sv_has(s, SV("Net::SMTP=GLOB")))
		return 0;
	if (!m || !is_mail(ctx, s, m))
		return bare_reply(ctx, s);
	x.stage = m->stage == STAGE_UNKNOWN ? STAGE_RCPT : m->stage;
	from = exc_behind(s, m->mark);
	if (m->stage == STAGE_CONNECT) {
		rest = sv_drop(s, from);
		net = exc_behind(rest, SV("Net::SMTP: "));
		from = net != SV_NPOS ? from + net : sv_find(s, m->mark);
	}
	while (from < s.n && is_blank(s.p[from]))
		from++;
	from = words_at(&x, from);
	next = exc_take_reply(&x, 0, from, words_end(s, from));
	take_names(&x, m);
	return finish(&x, next);
}
