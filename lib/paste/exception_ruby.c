/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ruby: Net::SMTP, the mail gem, and what Rails, Sidekiq and Active Job make
 * of their exceptions.
 */
#include "base/ascii.h"
#include "paste/exception.h"

/* clang-format off */
static const sv smtp_class = SV_INIT("Net::SMTP");

/* Classes of sockets and TLS, about mail only where the frames show it. */
static const sv others[] = {
	SV_INIT("(EOFError)"), SV_INIT("(Errno::"), SV_INIT("(SocketError)"),
	SV_INIT("(OpenSSL::SSL::SSLError)"), SV_INIT("(Net::OpenTimeout)"),
	SV_INIT("(Net::ReadTimeout)"), SV_INIT("(IOError)"),
	SV_INIT("(Timeout::Error)"), SV_INIT("(Socket::ResolutionError)"),
	SV_INIT("(ArgumentError)"),
};
static const sv fronts[] = {
	SV_INIT("EOFError:"), SV_INIT("Errno::"), SV_INIT("SocketError:"),
	SV_INIT("OpenSSL::SSL::SSLError"), SV_INIT("Net::OpenTimeout"),
	SV_INIT("Net::ReadTimeout"), SV_INIT("SSL_connect returned="),
};
static const sv mail_files[] = {
	SV_INIT("net/smtp.rb"), SV_INIT("net-smtp"),
	SV_INIT("mail/network/delivery_methods"),
	SV_INIT("action_mailer"), SV_INIT("actionmailer"),
};
static const struct exc_mark frames[] = {
	{SV_INIT("auth"), STAGE_AUTH},
	{SV_INIT("rcptto'"), STAGE_RCPT},
	{SV_INIT("#rcptto"), STAGE_RCPT},
	{SV_INIT("mailfrom"), STAGE_MAIL},
	{SV_INIT("data'"), STAGE_END_OF_DATA},
	{SV_INIT("starttls"), STAGE_STARTTLS},
	{SV_INIT("do_helo"), STAGE_HELO},
	{SV_INIT("ehlo"), STAGE_HELO},
	{SV_INIT("helo'"), STAGE_HELO},
	{SV_INIT("tcp_socket"), STAGE_CONNECT},
	{SV_INIT("do_start'"), STAGE_CONNECT},
	{{NULL, 0}, STAGE_UNKNOWN},
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A line of a Ruby trace, below the error. */
static bool is_ruby_frame(const struct pline *l)
{
	sv s = mtext_sv(&l->text);

	return exc_is_frame(l) || sv_has(s, SV(".rb:"));
}

/*
 * The end of the trace whose frames begin near line k; k if there is none.
 * No more than max lines are looked at.
 */
static size_t trace_end(struct paste_ctx *ctx, size_t k, size_t max)
{
	const struct pline *l;
	size_t end = k;

	for (size_t i = k; i < max && i < end + 3; i++) {
		l = plines_at(ctx->lines, i);
		if (!l)
			break;
		if (is_ruby_frame(l))
			end = i + 1;
	}
	return end;
}

static bool is_mail(struct paste_ctx *ctx, size_t from, size_t to)
{
	for (size_t k = from; k < to; k++)
		for (size_t i = 0; i < COUNT(mail_files); i++)
			if (exc_find(ctx, k, mail_files[i]) != SV_NPOS)
				return true;
	return false;
}

/* "`rcptto'" at the start of s, with the quote that ends it. */
static sv function(sv s)
{
	size_t end = sv_chr(sv_drop(s, 1), '\'');

	return end == SV_NPOS ? SV("") : sv_head(s, end + 2);
}

static enum smtp_stage frame_stage(struct paste_ctx *ctx, size_t from,
                                   size_t to)
{
	enum smtp_stage stage = STAGE_UNKNOWN;

	for (size_t k = from; k < to && stage == STAGE_UNKNOWN; k++) {
		sv s = exc_line(ctx, k);
		size_t in = exc_behind(s, SV(":in "));

		if (in != SV_NPOS && (sv_has(s, SV("smtp.rb")) ||
		                      sv_has(s, SV("net-smtp"))))
			stage = exc_stage(function(sv_drop(s, in)), frames);
	}
	return stage;
}

/* Where the class at at ends. */
static size_t class_end(sv s, size_t at)
{
	while (at < s.n && (is_alnum(s.p[at]) || s.p[at] == ':')) {
		if (s.p[at] == ':' && (at + 1 >= s.n || s.p[at + 1] != ':'))
			break;
		at += s.p[at] == ':' ? 2 : 1;
	}
	return at < s.n ? at : s.n;
}

/* The words before " (Class)": behind "in `check_response': ". */
static size_t words_before(sv s, size_t end)
{
	size_t from = exc_behind(sv_head(s, end), SV("': "));

	if (from == SV_NPOS)
		from = exc_behind(sv_head(s, end), SV("ERROR -- : "));
	return from == SV_NPOS ? 0 : from;
}

/* "error (Class)"; the line behind, or 0. */
static size_t take_before(struct exc *x, size_t open)
{
	sv s = exc_line(x->ctx, 0);
	size_t from = words_before(s, open), to = open;

	while (to > from && is_blank(s.p[to - 1]))
		to--;
	if (to <= from)
		return 0;
	x->server = exc_code(sv_drop(s, from)) != 0;
	(void)exc_take_reply(x, 0, from, to);
	return 1;
}

/* "Class: error", "Class (error\n):"; the line behind, or 0. */
static size_t take_after(struct exc *x, size_t at)
{
	sv s = exc_line(x->ctx, 0);
	size_t from = class_end(s, at), next, to = s.n;
	bool paren = sv_starts(sv_drop(s, from), SV(" ("));
	sv rest;

	if (!paren && !sv_starts(sv_drop(s, from), SV(": ")))
		return 0;
	from += 2;
	rest = sv_drop(s, from);
	/* "#<Net::SMTPFatalError: Net::SMTPFatalError>": the reason is gone. */
	if (sv_starts(rest, smtp_class)) {
		to = class_end(s, from);
		x->server = false;
		return exc_take_reply(x, 0, from, to);
	}
	if (at > 1 && s.p[at - 1] == '<' && sv_ends(s, SV(">")))
		to--;
	x->server = exc_code(rest) || exc_status(rest);
	if (paren && sv_ends(s, SV(")")))
		to--;
	else if (paren && sv_ends(s, SV("):")))
		to -= 2;
	next = exc_take_reply(x, 0, from, to);
	while (paren && next < 16 &&
	       sv_starts(exc_line(x->ctx, next), SV("):")))
		next++;
	return next;
}

/* "SSL_connect returned=1 errno=0 peeraddr=192.0.2.25:587 state=..." */
static void take_peer(struct exc *x)
{
	sv s = exc_line(x->ctx, 0);
	size_t at = exc_behind(s, SV("peeraddr="));

	if (at == SV_NPOS)
		at = exc_behind(s, SV("connect(2) for "));
	if (at == SV_NPOS)
		return;
	if (at < s.n && s.p[at] == '"')
		at++;
	exc_host_port(x, 0, at);
}

static size_t find_other(sv s, bool *front)
{
	size_t at;

	*front = false;
	for (size_t i = 0; i < COUNT(others); i++) {
		at = sv_find(s, others[i]);
		if (at != SV_NPOS)
			return at;
	}
	*front = true;
	for (size_t i = 0; i < COUNT(fronts); i++) {
		at = sv_find(s, fronts[i]);
		if (at != SV_NPOS)
			return at;
	}
	return SV_NPOS;
}

static size_t finish(struct exc *x, size_t next)
{
	size_t end = trace_end(x->ctx, next, EXC_LINES);

	if (!x->server && sv_has(mtext_sv(&x->text), SV("STARTTLS")))
		x->stage = STAGE_STARTTLS;
	if (x->stage == STAGE_UNKNOWN)
		x->stage = frame_stage(x->ctx, 0, end);
	if (x->stage == STAGE_UNKNOWN)
		x->stage = exc_stage_of_words(exc_line(x->ctx, 0));
	exc_emit(x, 0);
	return end > next ? end : next;
}

static size_t read_other(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("ruby")};
	sv s = exc_line(ctx, 0);
	bool front;
	size_t at = find_other(s, &front), next;
	bool ssl = sv_has(s, SV("SSL_connect returned="));

	if (at == SV_NPOS)
		return 0;
	x.weak = !is_mail(ctx, 0, trace_end(ctx, 1, EXC_NEAR));
	if (x.weak && !ssl)
		return 0;
	if (ssl && front) {
		at = sv_find(s, SV("SSL_connect returned="));
		next = exc_take_reply(&x, 0, at, s.n);
	} else {
		next = front ? take_after(&x, at) : take_before(&x, at);
	}
	if (!next)
		return 0;
	take_peer(&x);
	x.server = false;
	return finish(&x, next);
}

size_t exc_ruby(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("ruby")};
	sv s = exc_line(ctx, 0);
	size_t at = sv_find(s, smtp_class), next;

	if (sv_starts(s, SV("from ")))
		return 0;
	/* The API of a provider that sends by SMTP and HTTP. */
	if (at == SV_NPOS && sv_has(s, SV("<Postmark::"))) {
		next = take_after(&x, sv_find(s, SV("Postmark::")));
		return next ? finish(&x, next) : 0;
	}
	if (at == SV_NPOS)
		return sv_has(s, SV("rror")) || sv_has(s, SV("Errno")) ||
		               sv_has(s, SV("SSL")) || sv_has(s, SV("Timeout"))
		           ? read_other(ctx)
		           : 0;
	/* Perl has a Net::SMTP too; Ruby's classes go on with a name. */
	if (at + smtp_class.n >= s.n || !is_upper(s.p[at + smtp_class.n]))
		return 0;
	if (at && s.p[at - 1] == '(')
		next = take_before(&x, at - 1);
	else
		next = take_after(&x, at);
	return next ? finish(&x, next) : 0;
}
