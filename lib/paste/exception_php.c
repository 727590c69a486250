/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PHP: PHPMailer's ErrorInfo and exceptions, Symfony Mailer and Swift Mailer
 * with Laravel's log, Zend Mail.
 */
#include "base/ascii.h"
#include "paste/exception.h"

/* clang-format off */
static const struct exc_mark frames[] = {
	{SV_INIT("doMailFromCommand"), STAGE_MAIL},
	{SV_INIT("doRcptToCommand"), STAGE_RCPT},
	{SV_INIT("executeCommand('RCPT"), STAGE_RCPT},
	{SV_INIT("executeCommand('MAIL"), STAGE_MAIL},
	{SV_INIT("executeCommand('DATA"), STAGE_DATA},
	{SV_INIT("handleAuth"), STAGE_AUTH},
	{SV_INIT("startTLS"), STAGE_STARTTLS},
	{SV_INIT("doEhloCommand"), STAGE_HELO},
	{SV_INIT("doHeloCommand"), STAGE_HELO},
	{SV_INIT("readGreeting"), STAGE_CONNECT},
	{SV_INIT("::start("), STAGE_CONNECT},
	{SV_INIT("->start("), STAGE_CONNECT},
	{{NULL, 0}, STAGE_UNKNOWN},
};
/* Sentences of these libraries that hold no reply. */
static const sv sentences[] = {
	SV_INIT("Connection could not be established with host"),
	SV_INIT("Unable to connect with STARTTLS"),
	SV_INIT("Failed to authenticate on SMTP server"),
	SV_INIT("SMTP connect() failed"), SV_INIT("SMTP Error: Could not"),
	SV_INIT("SMTP Error: data not accepted"),
	SV_INIT("SMTP server error: "), SV_INIT("Could not instantiate mail"),
	SV_INIT("The following From address failed"),
	SV_INIT("Failed to connect to mailserver at"),
	SV_INIT("Failed to connect to server: "),
	SV_INIT("Failed to connect to server. Error number"),
};
/* Words that stand in front of the sentence of a library. */
static const sv fronts[] = {
	SV_INIT("Mailer Error: "), SV_INIT("Mailer error: "),
	SV_INIT("Exception: "), SV_INIT("ERROR: "), SV_INIT("CRITICAL: "),
};
static const sv expected = SV_INIT("xpected response code ");
static const sv with_message = SV_INIT("with message \"");
static const sv detail = SV_INIT(" Detail: ");
static const sv smtp_code = SV_INIT("SMTP code: ");
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The end of the PHP trace behind line k. */
static size_t trace_end(struct paste_ctx *ctx, size_t k)
{
	const struct pline *l;
	size_t end = k;

	for (size_t i = k; i < EXC_LINES && i < end + 2; i++) {
		l = plines_at(ctx->lines, i);
		if (!l)
			break;
		if (exc_is_frame(l) || sv_starts(mtext_sv(&l->text), SV("in ")))
			end = i + 1;
		else if (sv_eq(mtext_sv(&l->text), SV("\"}")))
			return i + 1;
	}
	return end;
}

/* A number in or without quotes behind a mark. */
static unsigned code_behind(sv s, sv mark)
{
	size_t at = exc_behind(s, mark);

	if (at == SV_NPOS)
		return 0;
	if (at < s.n && s.p[at] == '"')
		at++;
	return exc_code(sv_drop(s, at));
}

static void put_code(struct exc *x, unsigned code)
{
	char text[4] = {(char)('0' + code / 100), (char)('0' + code / 10 % 10),
	                (char)('0' + code % 10), ' '};

	mtext_put(&x->text, sv_of(text, 4), MTEXT_NOWHERE);
}

/*
 * 'Expected response code "250" but got code "550", with message "550 no".':
 * the reply in quotes, over several lines; then perhaps a second one.
 */
static size_t take_expected(struct exc *x)
{
	sv s = exc_line(x->ctx, 0);
	size_t k = 0, at, next = 0;
	unsigned code = code_behind(s, SV("but got code "));

	if (!code)
		code = code_behind(s, SV("got code "));
	for (; k < 3 && !next; k++) {
		at = exc_behind(exc_line(x->ctx, k), with_message);
		/* Wrapped in the middle of the words. */
		if (at == SV_NPOS || (k && sv_has(exc_line(x->ctx, k), expected)))
			continue;
		next = exc_take_until(x, k, at, SV("\""));
		if (!next)
			next = exc_take_reply(x, k, at,
			                      exc_line(x->ctx, k).n);
	}
	x->server = next != 0;
	if (next && x->text.n)
		return next;
	exc_text(x, 0, 1, 8);
	at = sv_find(s, expected);
	if (code) {
		put_code(x, code);
		x->server = true;
		return next ? next : 1;
	}
	exc_copy(x, 0, at ? at - 1 : 0, s.n);
	x->server = false;
	return next ? next : 1;
}

/* Reply and stage of Symfony and Swift. */
static size_t read_expected(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("symfony")};
	sv s = exc_line(ctx, 0);
	size_t next, end, at = exc_behind(s, SV("with username \""));

	if (sv_has(s, SV("Swift_")))
		x.writer = SV("swiftmailer");
	next = take_expected(&x);
	end = trace_end(ctx, next);
	if (at != SV_NPOS) {
		size_t n = sv_chr(sv_drop(s, at), '"');

		if (n != SV_NPOS)
			x.account = exc_keep(&x, 0, at, at + n);
	}
	/* The rest of a list of authenticators, up to the trace. */
	while (end == next && next < 12 && end < EXC_LINES &&
	       (sv_has(exc_line(ctx, next), SV("uthenticator")) ||
	        sv_starts(exc_line(ctx, next), SV("\"")) ||
	        (sv_has(s, SV("uthenticator")) &&
	         exc_code(exc_line(ctx, next))))) {
		next++;
		end = trace_end(ctx, next);
	}
	x.stage = exc_stage_of_frames(ctx, 0, end, frames);
	if (x.stage == STAGE_UNKNOWN || sv_has(s, SV("uthenticator")))
		x.stage = exc_stage_of_words(s);
	exc_emit(&x, 0);
	return end > next ? end : next;
}

/*
 * "SMTP server error: X command failed Detail: words SMTP code: 550
 * Additional SMTP info: 5.7.1": codes behind the words come in front.
 */
static size_t read_detail(struct paste_ctx *ctx, size_t from, sv recipient)
{
	struct exc x = {.ctx = ctx, .writer = SV("phpmailer"), .server = true,
	                .recipient = recipient};
	size_t next = exc_take_until(&x, 0, from, smtp_code), at, info;
	struct mtext words;
	sv s;

	if (!next)
		return 0;
	words = x.text;
	s = exc_line(ctx, next - 1);
	/* The one that ended the words is the first at or behind from. */
	at = next == 1 ? from + exc_behind(sv_drop(s, from), smtp_code)
	               : exc_behind(s, smtp_code);
	if (!exc_code(sv_drop(s, at)))
		return 0;
	exc_text(&x, 0, 0, words.n + 32);
	exc_copy(&x, next - 1, at, at + 3);
	mtext_space(&x.text);
	info = exc_behind(sv_drop(s, at), SV("Additional SMTP info: "));
	if (info != SV_NPOS) {
		size_t from_info = at + info, n = from_info;

		/* Glued to what follows: "5.5.1SMTP server error". */
		while (n < s.n && (is_digit(s.p[n]) || s.p[n] == '.'))
			n++;
		exc_copy(&x, next - 1, from_info, n);
		mtext_space(&x.text);
	}
	for (size_t i = 0; i < words.n; i++) {
		/* Line ends, where all of it stands in a JSON string. */
		if (words.p[i] == '\\' && i + 1 < words.n &&
		    (words.p[i + 1] == 'r' || words.p[i + 1] == 'n')) {
			i++;
			continue;
		}
		mtext_put(&x.text, sv_of(words.p + i, 1), words.src[i]);
	}
	x.stage = exc_stage_of_words(exc_line(ctx, 0));
	at = exc_behind(exc_line(ctx, 0), SV("From address failed: "));
	if (at != SV_NPOS) {
		size_t n = sv_find(sv_drop(exc_line(ctx, 0), at), SV(" :"));

		if (n != SV_NPOS)
			x.sender = exc_keep(&x, 0, at, at + n);
	}
	/* The same is said up to three times. */
	while (next < EXC_REPLY_LINES &&
	       (sv_has(exc_line(ctx, next), smtp_code) ||
	        sv_starts(exc_line(ctx, next), SV("Additional SMTP info"))))
		next++;
	exc_emit(&x, 0);
	return trace_end(ctx, next);
}

/* "recipients failed: a@example.net: words", also of several recipients. */
static size_t read_recipients(struct paste_ctx *ctx, size_t from)
{
	sv s = exc_line(ctx, 0);
	size_t n = 0, end;

	while (from < s.n && n < EXC_RECIPIENTS) {
		struct exc x = {.ctx = ctx, .writer = SV("phpmailer"),
		                .stage = STAGE_RCPT};
		size_t colon = sv_find(sv_drop(s, from), SV(": ")), to = s.n;
		size_t comma;

		/* Without words behind, only names separated by commas. */
		if (colon == SV_NPOS ||
		    sv_chr(sv_slice(s, from, from + colon), '@') == SV_NPOS) {
			comma = sv_chr(sv_drop(s, from), ',');
			to = comma == SV_NPOS ? s.n : from + comma;
			exc_text(&x, 0, 1, 8);
			exc_copy(&x, 0, sv_find(s, SV("SMTP Error: ")), s.n);
			x.recipient = exc_keep(&x, 0, from, to);
			exc_emit(&x, 0);
			from = to + 1;
			while (from < s.n && is_blank(s.p[from]))
				from++;
			n++;
			continue;
		}
		x.recipient = exc_keep(&x, 0, from, from + colon);
		from += colon + 2;
		if (sv_has(sv_drop(s, from), smtp_code)) {
			end = read_detail(ctx, from, x.recipient);
			if (end)
				return end;
		}
		end = sv_find(sv_drop(s, from), SV(" in /"));
		if (end != SV_NPOS)
			to = from + end;
		end = sv_find(sv_drop(s, from), SV("SMTP server error:"));
		if (end != SV_NPOS)
			to = from + end;
		x.server = true;
		(void)exc_take_reply(&x, 0, from, to);
		exc_emit(&x, 0);
		break;
	}
	return trace_end(ctx, 1);
}

/* Words in which the server says nothing. */
static size_t read_sentence(struct paste_ctx *ctx, size_t at, sv writer)
{
	struct exc x = {.ctx = ctx, .writer = writer};
	sv s = exc_line(ctx, 0);
	size_t next = 1, to = sv_find(s, SV(" in /")), host;

	if (to == SV_NPOS)
		to = sv_find(s, SV(" {\"exception\""));
	if (to == SV_NPOS)
		to = s.n;
	while (to > at && (s.p[to - 1] == '"' || s.p[to - 1] == ','))
		to--;
	exc_text(&x, 0, 3, 8);
	exc_copy(&x, 0, at, to);
	/* OpenSSL's own line stands on the next. */
	if (sv_has(s, SV("OpenSSL Error messages:"))) {
		sv more = exc_line(ctx, 1);

		to = sv_find(more, SV(" in /"));
		if (to == SV_NPOS)
			to = sv_find(more, SV(" {\"exception\""));
		mtext_space(&x.text);
		exc_copy(&x, 1, 0, to);
		next = 2;
	}
	host = exc_behind(s, SV("with host \""));
	if (host == SV_NPOS)
		host = exc_behind(s, SV("Connection to \""));
	if (host != SV_NPOS) {
		size_t scheme = exc_behind(sv_drop(s, host), SV("://"));

		exc_host_port(&x, 0, scheme != SV_NPOS && scheme < 8
		                         ? host + scheme : host);
	}
	x.stage = exc_stage_of_words(s);
	next = trace_end(ctx, next);
	if (x.stage == STAGE_UNKNOWN)
		x.stage = exc_stage_of_frames(ctx, 0, next, frames);
	exc_emit(&x, 0);
	return next;
}

static size_t skip_front(sv s)
{
	size_t from = 0;

	for (size_t i = 0; i < COUNT(fronts); i++) {
		size_t at = exc_behind(s, fronts[i]);

		if (at != SV_NPOS && at > from && at < 120)
			from = at;
	}
	return from;
}

static bool is_closed_stream(sv s)
{
	return sv_has(s, SV("Connection to \"")) &&
	       (sv_has(s, SV("has been closed unexpectedly")) ||
	        sv_has(s, SV("\" timed out")));
}

size_t exc_php(struct paste_ctx *ctx)
{
	sv s = exc_line(ctx, 0);
	size_t at, n;

	if (sv_starts(s, SV("#")) && s.n > 1 && is_digit(s.p[1]))
		return 0;
	if (sv_has(s, expected) && sv_has(s, SV("code")))
		return read_expected(ctx);
	at = exc_behind(s, detail);
	if (at != SV_NPOS && sv_has(s, SV("command failed"))) {
		n = read_detail(ctx, at, SV(""));
		if (n)
			return n;
	}
	/* "From address failed: a : MAIL FROM command failed,words" above it */
	if (sv_has(s, SV("From address failed: ")) &&
	    exc_behind(exc_line(ctx, 1), detail) != SV_NPOS) {
		at = exc_behind(s, SV("command failed,"));
		n = at == SV_NPOS ? 0 : read_detail(ctx, at, SV(""));
		if (n)
			return n;
	}
	at = exc_behind(s, SV("recipients failed: "));
	if (at != SV_NPOS && at < s.n)
		return read_recipients(ctx, at);
	for (size_t i = 0; i < COUNT(sentences); i++) {
		at = sv_find(s, sentences[i]);
		if (at == SV_NPOS)
			continue;
		return read_sentence(ctx, at, i < 3 ? SV("symfony")
		                                    : SV("phpmailer"));
	}
	if (is_closed_stream(s))
		return read_sentence(ctx, skip_front(s), SV("symfony"));
	return 0;
}
