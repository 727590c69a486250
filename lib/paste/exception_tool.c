/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs and libraries that print a line or two: msmtp, curl, Go (net/smtp,
 * gomail), Rust (lettre), Elixir (gen_smtp, Swoosh), Zend.
 */
#include "base/ascii.h"
#include "paste/exception.h"

/* clang-format off */
static const sv server_message = SV_INIT("msmtp: server message: ");
static const sv go_words[] = {
	SV_INIT("dial tcp"), SV_INIT("read tcp"), SV_INIT("write tcp"),
	SV_INIT("x509: "), SV_INIT("remote error: tls"), SV_INIT("tls: "),
	SV_INIT("lookup "), SV_INIT("smtp: "), SV_INIT("EOF"),
	SV_INIT("unencrypted connection"),
};
static const sv mail_ports[] = {
	SV_INIT(":25"), SV_INIT(":465"), SV_INIT(":587"), SV_INIT(":2525"),
	SV_INIT("port 25"), SV_INIT("port 465"), SV_INIT("port 587"),
};
/* What curl says of SMTP alone. */
static const sv curl_words[] = {
	SV_INIT("Login denied"), SV_INIT("MAIL failed"),
	SV_INIT("RCPT failed"), SV_INIT("DATA failed"), SV_INIT("STARTTLS"),
	SV_INIT("smtp-server"), SV_INIT("Command failed"),
	SV_INIT("Cannot APPEND"), SV_INIT("Send failure"),
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool has_mail_port(sv s)
{
	for (size_t i = 0; i < COUNT(mail_ports); i++) {
		size_t at = exc_behind(s, mail_ports[i]);

		if (at != SV_NPOS && (at == s.n || !is_digit(s.p[at])))
			return true;
	}
	return false;
}

static bool speaks_of_mail(sv s)
{
	return sv_ihas(s, SV("mail")) || sv_ihas(s, SV("smtp"));
}

/* All of line 0 from on as the library's words. */
static void take_words(struct exc *x, size_t from)
{
	exc_text(x, 0, 1, 8);
	exc_copy(x, 0, from, MTEXT_MAX);
}

/* "cannot connect to mail.example.org, port 587: Connection refused" */
static void take_host(struct exc *x)
{
	sv s = exc_line(x->ctx, 0);
	size_t at = exc_behind(s, SV("connect to ")), end;

	if (at == SV_NPOS)
		at = exc_behind(s, SV("dial tcp "));
	if (at == SV_NPOS)
		return;
	exc_host_port(x, 0, at);
	at = exc_behind(s, SV("port "));
	if (at == SV_NPOS)
		return;
	for (end = at; end < s.n && is_digit(s.p[end]); end++)
		;
	if (end > at)
		x->port = exc_keep(x, 0, at, end);
}

/* The word behind a mark in line k: an address. */
static sv word_behind(struct exc *x, size_t k, sv mark)
{
	sv s = exc_line(x->ctx, k), word;
	size_t at = exc_behind(s, mark);

	if (at == SV_NPOS)
		return SV("");
	s = sv_drop(s, at);
	word = sv_word(&s);
	return sv_chr(word, '@') == SV_NPOS ? SV("")
	                                    : paste_keep(x->ctx, word);
}

/* "msmtp: what failed", "msmtp: server message: ..." for each line of it. */
static size_t msmtp(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("msmtp")};
	sv s = exc_line(ctx, 0);
	size_t k = 1;

	if (!sv_starts(s, SV("msmtp: ")))
		return 0;
	if (sv_starts(s, SV("msmtp: could not send mail")))
		return 1;
	if (sv_starts(s, server_message))
		k = 0;
	x.stage = exc_stage_of_words(s);
	x.recipient = word_behind(&x, 0, SV("recipient address "));
	x.sender = word_behind(&x, 0, SV("from address "));
	take_host(&x);
	exc_text(&x, 0, k + EXC_REPLY_LINES, 8);
	for (; k < EXC_REPLY_LINES; k++) {
		if (!sv_starts(exc_line(ctx, k), server_message))
			break;
		if (x.text.n)
			mtext_put(&x.text, SV("\n"), MTEXT_NOWHERE);
		exc_copy(&x, k, server_message.n, MTEXT_MAX);
		x.server = true;
	}
	if (!x.server)
		take_words(&x, 7);
	if (sv_starts(exc_line(ctx, k), SV("msmtp: could not send mail")))
		k++;
	exc_emit(&x, 0);
	return k;
}

/* A value in msmtp's log: smtpmsg='550 ...' or host=mail.example.org. */
static sv log_value(struct exc *x, sv key)
{
	sv s = exc_line(x->ctx, 0);
	size_t at = exc_behind(s, key);

	if (at == SV_NPOS)
		return SV("");
	s = sv_drop(s, at);
	return paste_keep(x->ctx, sv_cut(&s, ' '));
}

static size_t msmtp_log(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("msmtp"), .server = true};
	sv s = exc_line(ctx, 0), many;
	size_t at = exc_behind(s, SV(" smtpmsg='")), words;

	words = exc_behind(s, SV(" errormsg='"));
	if (words == SV_NPOS || !sv_has(s, SV("exitcode=EX_")))
		return 0;
	if (at == SV_NPOS)
		x.server = false;
	exc_text(&x, 0, 1, 0);
	(void)exc_unescape(&x, 0, at == SV_NPOS ? words : at, s.n, '\'');
	x.stage = exc_stage_of_words(sv_drop(s, words));
	if (sv_starts(sv_drop(s, words), SV("recipient address")))
		x.stage = STAGE_RCPT;
	x.host = log_value(&x, SV("host="));
	x.sender = log_value(&x, SV(" from="));
	x.account = log_value(&x, SV(" user="));
	many = log_value(&x, SV(" recipients="));
	x.recipient = word_behind(&x, 0, SV("errormsg='recipient address "));
	if (!x.recipient.n && sv_chr(many, ',') == SV_NPOS)
		x.recipient = many;
	exc_emit(&x, 0);
	return 1;
}

/* "ssmtp: Cannot open smtp.example.org:587", in a shell or a system log */
static size_t ssmtp(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("ssmtp")};
	sv s = exc_line(ctx, 0);
	size_t at = sv_find(s, SV("Cannot open ")), from;

	if (at == SV_NPOS)
		return 0;
	from = sv_ifind(sv_head(s, at), SV("ssmtp"));
	if (from == SV_NPOS)
		return 0;
	take_words(&x, from);
	x.stage = STAGE_CONNECT;
	exc_host_port(&x, 0, at + 12);
	exc_emit(&x, 0);
	return 1;
}

static size_t curl(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("curl")};
	sv s = exc_line(ctx, 0);
	size_t at = exc_behind(s, SV(") ")), code;
	bool known = has_mail_port(s);

	if (!sv_starts(s, SV("curl: (")) || at == SV_NPOS)
		return 0;
	for (size_t i = 0; i < COUNT(curl_words); i++)
		known = known || sv_has(s, curl_words[i]);
	if (!known)
		return 0;
	/* Under -v the dialogue above has told it with its words. */
	if (ctx->out->n &&
	    ctx->out->v[ctx->out->n - 1].form == FORM_TRANSCRIPT)
		return 1;
	x.stage = exc_stage_of_words(s);
	code = s.n < 3 ? 0 : s.n - 3;
	if (code > at && exc_code(sv_drop(s, code)) && s.p[code - 1] == ' ') {
		/* "RCPT failed: 550": the code is all that it kept. */
		exc_text(&x, 0, 1, 0);
		exc_copy(&x, 0, code, s.n);
		x.server = true;
	} else {
		take_words(&x, at);
	}
	take_host(&x);
	exc_emit(&x, 0);
	return 1;
}

/* The end of "2026/11/24 05:44:20 " at the start of s, or 0. */
static size_t go_date(sv s)
{
	static const char form[] = "dddd/dd/dd dd:dd:dd ";

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		if (i >= s.n)
			return 0;
		if (form[i] == 'd' ? !is_digit(s.p[i]) : s.p[i] != form[i])
			return 0;
	}
	return s.n > 20 && s.p[20] == '[' ? 0 : sizeof(form) - 1;
}

/* "&textproto.Error{Code:550, Msg:"5.1.1 no"}" */
static size_t textproto(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("go"), .server = true};
	sv s = exc_line(ctx, 0);
	size_t code = exc_behind(s, SV("textproto.Error{Code:"));
	size_t msg = exc_behind(s, SV("Msg:\""));

	if (code == SV_NPOS || msg == SV_NPOS || !exc_code(sv_drop(s, code)))
		return 0;
	exc_text(&x, 0, 1, 8);
	exc_copy(&x, 0, code, code + 3);
	mtext_space(&x.text);
	(void)exc_unescape(&x, 0, msg, s.n, '"');
	exc_emit(&x, 0);
	return 1;
}

/* The code of a reply behind ": " or "panic: ", with a status or mail word. */
static size_t go_reply(sv s, size_t from)
{
	for (size_t i = from; i + 4 < s.n; i++)
		if (i >= 2 && s.p[i - 1] == ' ' && s.p[i - 2] == ':' &&
		    exc_code(sv_drop(s, i)) && s.p[i + 3] == ' ' &&
		    (exc_status(sv_drop(s, i + 4)) ||
		     speaks_of_mail(sv_slice(s, from, i))))
			return i;
	return SV_NPOS;
}

static size_t go_error(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("go")};
	sv s = exc_line(ctx, 0);
	size_t from = go_date(s), at, next = 1;
	bool gomail = sv_has(s, SV("gomail: "));

	if (!from && !gomail && !sv_starts(s, SV("panic: ")))
		return 0;
	at = go_reply(s, from);
	if (at != SV_NPOS) {
		x.server = true;
		next = exc_take_reply(&x, 0, at, s.n);
		exc_emit(&x, 0);
		return next;
	}
	if (!gomail && !speaks_of_mail(s) && !has_mail_port(s))
		return 0;
	for (size_t i = 0; i < COUNT(go_words) && at == SV_NPOS; i++)
		at = sv_find(s, go_words[i]);
	if (at == SV_NPOS && !gomail)
		return 0;
	take_words(&x, at == SV_NPOS ? sv_find(s, SV("gomail: ")) : at);
	x.stage = exc_stage_of_words(s);
	take_host(&x);
	exc_emit(&x, 0);
	return 1;
}

/* "permanent error (550): text", or the code alone. */
static size_t lettre_error(struct paste_ctx *ctx, size_t at)
{
	struct exc x = {.ctx = ctx, .writer = SV("lettre"), .server = true};
	sv s = exc_line(ctx, 0);

	if (!exc_code(sv_drop(s, at)))
		return 0;
	exc_text(&x, 0, 1, 8);
	exc_copy(&x, 0, at, at + 3);
	if (sv_starts(sv_drop(s, at + 3), SV("): "))) {
		mtext_space(&x.text);
		exc_copy(&x, 0, at + 6, s.n);
	}
	exc_emit(&x, 0);
	return 1;
}

/* A digit of a code as Rust's debug output writes it. */
static char digit_named(sv s, sv key, const char *const *names, size_t n)
{
	size_t at = exc_behind(s, key);

	if (at == SV_NPOS)
		return '\0';
	for (size_t i = 0; i < n; i++)
		if (names[i] && sv_starts(sv_drop(s, at), sv_str(names[i])))
			return (char)('0' + i);
	return '\0';
}

/* "Code { severity: Permanent..., category: MailSystem, detail: Four }" */
static bool put_named_code(struct exc *x, sv s)
{
	static const char *const severity[] = {
	    NULL, NULL, NULL, NULL, "Transient", "Permanent"};
	static const char *const category[] = {
	    "Syntax", "Information", "Connections",
	    "Unspecified3", "Unspecified4", "MailSystem"};
	static const char *const detail[] = {"Zero", "One", "Two", "Three",
	                                     "Four", "Five", "Six", "Seven",
	                                     "Eight", "Nine"};
	char code[3] = {digit_named(s, SV("severity: "), severity, 6),
	                digit_named(s, SV("category: "), category, 6),
	                digit_named(s, SV("detail: "), detail, 10)};

	if (!code[0] || !code[1] || !code[2])
		return false;
	mtext_put(&x->text, sv_of(code, 3), MTEXT_NOWHERE);
	return true;
}

/* "lettre::transport::smtp::Error { kind: ..., source: "..." }" */
static size_t lettre_debug(struct paste_ctx *ctx, size_t at)
{
	struct exc x = {.ctx = ctx, .writer = SV("lettre")};
	sv s = exc_line(ctx, 0);
	size_t source = exc_behind(s, SV("source: \""));

	exc_text(&x, 0, 1, 8);
	x.server = sv_has(s, SV("severity: "));
	if (x.server && source != SV_NPOS)
		(void)exc_unescape(&x, 0, source, s.n, '"');
	else if (!x.server || !put_named_code(&x, s))
		exc_copy(&x, 0, at, s.n);
	if (!x.server)
		x.stage = exc_stage_of_words(s);
	exc_emit(&x, 0);
	return 1;
}

static size_t lettre(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("lettre")};
	sv s = exc_line(ctx, 0);
	size_t at = exc_behind(s, SV("permanent error ("));

	if (at == SV_NPOS)
		at = exc_behind(s, SV("transient error ("));
	if (at != SV_NPOS)
		return lettre_error(ctx, at);
	at = sv_find(s, SV("lettre::transport::smtp::Error {"));
	if (at != SV_NPOS)
		return lettre_debug(ctx, at);
	at = exc_behind(s, SV("internal client error: "));
	if (at == SV_NPOS && speaks_of_mail(s)) {
		at = sv_find(s, SV("Connection error: "));
		if (at == SV_NPOS)
			at = sv_find(s, SV("response error: "));
	}
	if (at == SV_NPOS)
		return 0;
	take_words(&x, at);
	x.stage = exc_stage_of_words(s);
	x.weak = x.stage == STAGE_UNKNOWN;
	exc_emit(&x, 0);
	return 1;
}

/* {:permanent_failure, ~c"mail.example.org", "550 no\r\n"} */
static size_t elixir(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("gen_smtp")};
	sv s = exc_line(ctx, 0);
	size_t at = exc_behind(s, SV("permanent_failure, ")), host, next;

	if (at == SV_NPOS)
		at = exc_behind(s, SV("temporary_failure, "));
	if (at == SV_NPOS)
		return 0;
	host = exc_behind(sv_drop(s, at), SV("\""));
	if (host == SV_NPOS)
		host = exc_behind(sv_drop(s, at), SV("'"));
	if (host == SV_NPOS || host > 4)
		return 0;
	exc_host_port(&x, 0, at + host);
	next = exc_behind(sv_drop(s, at), SV(", "));
	if (next == SV_NPOS)
		return 0;
	at += next;
	exc_text(&x, 0, 1, 8);
	next = exc_behind(sv_head(sv_drop(s, at), 6), SV("\""));
	x.server = next != SV_NPOS;
	if (x.server)
		(void)exc_unescape(&x, 0, at + next, s.n, '"');
	else
		exc_copy(&x, 0, at, at + sv_chr(sv_drop(s, at), '}'));
	if (!x.server)
		x.stage = exc_stage_of_words(s);
	exc_emit(&x, 0);
	return 1;
}

/* Zend and Magento: "MailException(code: 0): 5.7.0 words" */
static size_t zend(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("zend"), .server = true};
	sv s = exc_line(ctx, 0);
	size_t at = exc_behind(s, SV("MailException(code: ")), from, end;

	if (at == SV_NPOS)
		at = exc_behind(s, SV("Zend\\\\Mail\\\\Protocol"));
	if (at == SV_NPOS)
		return 0;
	from = exc_behind(sv_drop(s, at), SV("): "));
	if (from == SV_NPOS || (!exc_status(sv_drop(s, at + from)) &&
	                        !exc_code(sv_drop(s, at + from))))
		return 0;
	end = sv_find(sv_drop(s, at + from), SV(" at /"));
	(void)exc_take_reply(&x, 0, at + from,
	                     end == SV_NPOS ? s.n : at + from + end);
	exc_emit(&x, 0);
	return 1;
}

size_t exc_tool(struct paste_ctx *ctx)
{
	static size_t (*const readers[])(struct paste_ctx *ctx) = {
	    msmtp, msmtp_log, ssmtp, curl, textproto, go_error, lettre, elixir, zend,
	    exc_level, exc_perl,
	};

	for (size_t i = 0; i < COUNT(readers); i++) {
		size_t n = readers[i](ctx);

		if (n)
			return n;
	}
	return 0;
}
