/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Java (Jakarta Mail, Spring) and .NET (System.Net.Mail, MailKit, Mono):
 * "package.ClassException: message", causes below or behind an arrow, and the
 * same error printed again as the cause of its wrapper.
 */
#include "base/ascii.h"
#include "paste/exception.h"

/* clang-format off */
struct package {
	sv name;
	sv writer;
};
static const struct package packages[] = {
	{SV_INIT("javax.mail."), SV_INIT("java")},
	{SV_INIT("jakarta.mail."), SV_INIT("java")},
	{SV_INIT("com.sun.mail."), SV_INIT("java")},
	{SV_INIT("org.eclipse.angus.mail."), SV_INIT("java")},
	{SV_INIT("org.springframework.mail."), SV_INIT("java")},
	{SV_INIT("org.apache.commons.mail."), SV_INIT("java")},
	{SV_INIT("SMTPSendFailedException"), SV_INIT("java")},
	{SV_INIT("SMTPAddressFailedException"), SV_INIT("java")},
	{SV_INIT("SMTPSenderFailedException"), SV_INIT("java")},
	{SV_INIT("SendFailedException"), SV_INIT("java")},
	{SV_INIT("AuthenticationFailedException"), SV_INIT("java")},
	{SV_INIT("MessagingException"), SV_INIT("java")},
	{SV_INIT("System.Net.Mail."), SV_INIT("dotnet")},
	{SV_INIT("MailKit."), SV_INIT("dotnet")},
	{SV_INIT("SmtpException"), SV_INIT("dotnet")},
	{SV_INIT("SmtpCommandException"), SV_INIT("dotnet")},
	{SV_INIT("SmtpProtocolException"), SV_INIT("dotnet")},
	{SV_INIT("SmtpFailedRecipient"), SV_INIT("dotnet")},
	{SV_INIT("Horde_Smtp_Exception"), SV_INIT("horde")},
};
/* Functions of both worlds, by their line in a trace. */
static const struct exc_mark frames[] = {
	{SV_INIT("SMTPTransport.rcptTo"), STAGE_RCPT},
	{SV_INIT("SMTPTransport.mailFrom"), STAGE_MAIL},
	{SV_INIT("SMTPTransport.data("), STAGE_DATA},
	{SV_INIT("SMTPTransport.finishData"), STAGE_END_OF_DATA},
	{SV_INIT("SMTPTransport.finishBdat"), STAGE_END_OF_DATA},
	{SV_INIT("SMTPTransport.authenticate"), STAGE_AUTH},
	{SV_INIT("SMTPTransport$"), STAGE_AUTH},
	{SV_INIT("SMTPTransport.startTLS"), STAGE_STARTTLS},
	{SV_INIT("SMTPTransport.ehlo"), STAGE_HELO},
	{SV_INIT("SMTPTransport.helo"), STAGE_HELO},
	{SV_INIT("SMTPTransport.openServer"), STAGE_CONNECT},
	{SV_INIT("DataStopCommand"), STAGE_END_OF_DATA},
	{SV_INIT("Mail.DataCommand"), STAGE_DATA},
	{SV_INIT("Mail.MailCommand"), STAGE_MAIL},
	{SV_INIT("Mail.RecipientCommand"), STAGE_RCPT},
	{SV_INIT("Mail.EHelloCommand"), STAGE_HELO},
	{SV_INIT("Mail.HelloCommand"), STAGE_HELO},
	{SV_INIT("Mail.StartTlsCommand"), STAGE_STARTTLS},
	{SV_INIT("ConnectAndHandshake"), STAGE_CONNECT},
	{SV_INIT("OnSenderNotAccepted"), STAGE_MAIL},
	{SV_INIT("SmtpClient.MailFrom"), STAGE_MAIL},
	{SV_INIT("OnRecipientNotAccepted"), STAGE_RCPT},
	{SV_INIT("SmtpClient.RcptTo"), STAGE_RCPT},
	{SV_INIT("SmtpClient.Data"), STAGE_END_OF_DATA},
	{SV_INIT("SmtpClient.Bdat"), STAGE_END_OF_DATA},
	{SV_INIT("SmtpClient.Authenticate"), STAGE_AUTH},
	{SV_INIT("SmtpClient.Connect"), STAGE_CONNECT},
	{SV_INIT("TcpClient..ctor"), STAGE_CONNECT},
	{SV_INIT("Socket.DoConnect"), STAGE_CONNECT},
	{{NULL, 0}, STAGE_UNKNOWN},
};
static const sv response = SV_INIT("The server response was: ");
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The package or class of mail in s; its offset or SV_NPOS. */
static size_t find_package(sv s, sv *writer)
{
	for (size_t i = 0; i < COUNT(packages); i++) {
		size_t at = sv_find(s, packages[i].name);

		if (at == SV_NPOS)
			continue;
		*writer = packages[i].writer;
		return at;
	}
	return SV_NPOS;
}

static bool is_name(char c)
{
	return is_alnum(c) || c == '.' || c == '_' || c == '$';
}

/* The message of the class whose name holds at: behind "Name: ". */
static size_t message_at(sv s, size_t at)
{
	while (at < s.n && is_name(s.p[at]))
		at++;
	if (at + 1 < s.n && s.p[at] == ' ' && s.p[at + 1] == '(') {
		/* "SocketException (111): Connection refused" */
		while (at < s.n && s.p[at] != ':')
			at++;
	}
	if (at >= s.n || s.p[at] != ':')
		return SV_NPOS;
	return at + 1 < s.n && s.p[at + 1] == ' ' ? at + 2 : at + 1;
}

/* A code as these libraries write it: "550 ", "550-", "535: ". */
static unsigned code_at(sv s)
{
	return s.n > 4 && (s.p[3] == ' ' || s.p[3] == '-' || s.p[3] == ':')
	           ? exc_code(s)
	           : 0;
}

/*
 * The last error in a line of nested ones: "Failed messages: com.sun.mail.
 * smtp.SMTPSendFailedException: 553 no".  Offset of its message.
 */
static size_t last_message(sv s, size_t from)
{
	size_t best = from;

	for (size_t at = from; at < s.n;) {
		size_t i = exc_behind(sv_drop(s, at), SV("Exception")), skip;

		if (i == SV_NPOS)
			break;
		at += i;
		i = message_at(s, at);
		if (i == SV_NPOS || i == at + 1)
			continue;
		at = i;
		best = at;
		/* Words in bold around the reply. */
		for (skip = 0; at + skip < s.n && s.p[at + skip] == '*'; skip++)
			;
		best += skip;
	}
	return best;
}

/* Does the line belong to the trace that began before? */
static bool belongs(const struct pline *l, const struct pline *first)
{
	sv s = mtext_sv(&l->text);

	return exc_is_frame(l) || l->indent > first->indent ||
	       sv_starts(s, SV("Caused by:")) ||
	       sv_starts(s, SV("nested exception is")) ||
	       sv_starts(s, SV("---> ")) || sv_starts(s, SV("--->")) ||
	       sv_starts(s, SV("; message exceptions")) ||
	       sv_starts(s, SV("Failed message ")) ||
	       sv_starts(s, SV("[ERROR] FATAL UNHANDLED")) ||
	       sv_eq(s, SV(";"));
}

/* What was found in the lines of one trace. */
struct trace {
	size_t end;
	size_t reply, reply_from; /* line and offset; SIZE_MAX: none */
	size_t cause, cause_from; /* innermost error before frames begin */
};

static void look_at(struct trace *t, sv s, size_t k, bool framed)
{
	size_t at = exc_behind(s, response), from;

	if (at == SV_NPOS)
		at = exc_behind(s, SV(", response: "));
	if (at != SV_NPOS && t->reply == SIZE_MAX) {
		t->reply = k;
		t->reply_from = at;
		return;
	}
	from = last_message(s, 0);
	if (!from)
		return;
	if (t->reply == SIZE_MAX && (code_at(sv_drop(s, from)) ||
	                             exc_status(sv_drop(s, from)))) {
		t->reply = k;
		t->reply_from = from;
	} else if (!framed && k) {
		t->cause = k;
		t->cause_from = from;
	}
}

/* Lines from k on; blank ones only where the trace goes on behind. */
static void look_at_all(struct paste_ctx *ctx, size_t k, struct trace *t)
{
	const struct pline *first = plines_at(ctx->lines, 0), *l;
	size_t strange = 0;
	bool framed = false;

	t->end = k;
	for (; k < EXC_LINES && (l = plines_at(ctx->lines, k)) != NULL; k++) {
		sv s = mtext_sv(&l->text);

		if (!belongs(l, first) && !code_at(s)) {
			/* MailKit's advice, wrapped lines, replies. */
			if (++strange > 12 || (framed && s.n))
				return;
			if (framed && strange > 2)
				return;
			look_at(t, s, k, true);
			if (t->reply == k)
				t->end = k + 1;
			continue;
		}
		strange = 0;
		framed = framed || sv_starts(s, SV("at "));
		look_at(t, s, k, framed);
		t->end = k + 1;
	}
}

/* The reply at line k from on, its code put in front in the usual way. */
static size_t take_server(struct exc *x, size_t k, size_t from)
{
	sv s = exc_line(x->ctx, k);
	size_t to = s.n, at;
	unsigned code = code_at(sv_drop(s, from));

	/* " (StatusCode MailboxNameNotAllowed)", " at Class.Method(...)" */
	at = sv_find(sv_drop(s, from), SV(" (StatusCode"));
	if (at == SV_NPOS)
		at = sv_find(sv_drop(s, from), SV(" ---> "));
	if (at != SV_NPOS)
		to = from + at;
	at = sv_find(sv_slice(s, from, to), SV(" at "));
	if (at != SV_NPOS && sv_has(sv_slice(s, from + at, to), SV("(")) &&
	    sv_has(sv_slice(s, from + at, to), SV(" in ")))
		to = from + at;
	while (to > from && s.p[to - 1] == '*')
		to--;
	x->server = true;
	if (code && s.p[from + 3] == ':') {
		/* "535: 5.7.8 ..." of MailKit */
		exc_text(x, k, k + 1, 8);
		exc_copy(x, k, from, from + 3);
		exc_copy(x, k, from + 4, to);
		return k + 1;
	}
	return exc_take_reply(x, k, from, to);
}

/* The library's words: those of the wrapper and those of the cause. */
static void take_words(struct exc *x, const struct trace *t, size_t from)
{
	sv s = exc_line(x->ctx, 0);
	size_t to = s.n, at = sv_find(s, SV(" (StatusCode"));

	if (at != SV_NPOS && at > from)
		to = at;
	exc_text(x, 0, 1, t->cause != SIZE_MAX
	                      ? exc_line(x->ctx, t->cause).n + 32 : 8);
	exc_copy(x, 0, from, to);
	if (t->cause == SIZE_MAX)
		return;
	mtext_space(&x->text);
	/* The class of the cause names what failed: SSLHandshakeException. */
	s = exc_line(x->ctx, t->cause);
	at = t->cause_from;
	while (at && (is_name(s.p[at - 1]) || s.p[at - 1] == ' ' ||
	              s.p[at - 1] == ':'))
		at--;
	exc_copy(x, t->cause, at, s.n);
}

/* "Couldn't connect to host, port: mail.example.org, 587; timeout 2000" */
static void take_host(struct exc *x)
{
	sv s = exc_line(x->ctx, 0);
	size_t at = exc_behind(s, SV("host, port: ")), end;

	if (at == SV_NPOS)
		at = exc_behind(s, SV("SMTP host: "));
	if (at == SV_NPOS)
		return;
	exc_host_port(x, 0, at);
	at += exc_behind(sv_drop(s, at), SV(", "));
	if (at < s.n && sv_starts(sv_drop(s, at), SV("port: ")))
		at += 6;
	for (end = at; end < s.n && is_digit(s.p[end]); end++)
		;
	if (end > at && at < s.n)
		x->port = exc_keep(x, 0, at, end);
}

/* Does this line hold an error, rather than a frame or a sentence about? */
static size_t error_message(sv s, sv *writer)
{
	size_t at = find_package(s, writer), from;

	if (at == SV_NPOS || sv_starts(s, SV("at ")) ||
	    sv_starts(s, SV("import ")) || sv_starts(s, SV("catch ")) ||
	    sv_starts(s, SV("throw ")))
		return 0;
	from = message_at(s, at);
	if (from == SV_NPOS || from >= s.n)
		return 0;
	if (!sv_ends(sv_head(s, from), SV("Exception: ")) &&
	    !sv_has(sv_slice(s, at, from), SV("Exception")))
		return 0;
	return from;
}

/* .NET's own words when it says nothing else. */
static bool is_bare(sv s)
{
	return sv_starts(s, SV("Failure sending mail.")) && s.n < 40;
}

static void set_stage(struct exc *x, const struct trace *t)
{
	sv first = exc_line(x->ctx, 0), text = mtext_sv(&x->text);

	if (t->reply != SIZE_MAX && t->reply > 0)
		x->stage = exc_stage_of_words(exc_line(x->ctx, t->reply));
	/* Connecting comes before; the words know more than its frames. */
	if (!x->server && exc_stage_of_words(first) == STAGE_STARTTLS)
		x->stage = STAGE_STARTTLS;
	if (x->stage == STAGE_UNKNOWN)
		x->stage = exc_stage_of_frames(x->ctx, 0, t->end, frames);
	if (x->stage == STAGE_UNKNOWN)
		x->stage = exc_stage_of_words(first);
	if (x->stage == STAGE_UNKNOWN)
		x->stage = exc_stage_of_words(text);
	/* Refusals after RCPT have a class of their own in Java. */
	if (x->stage == STAGE_UNKNOWN && sv_eq(x->writer, SV("java")) &&
	    sv_has(text, SV("Sender address rejected")))
		x->stage = STAGE_MAIL;
	if (x->stage == STAGE_UNKNOWN && sv_has(first, SV("bad greeting")))
		x->stage = STAGE_CONNECT;
}

size_t exc_class(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("dotnet")};
	struct trace t = {.reply = SIZE_MAX, .cause = SIZE_MAX};
	sv s = exc_line(ctx, 0);
	size_t from = error_message(s, &x.writer), next = 1;

	if (!from && is_bare(s)) {
		exc_text(&x, 0, 1, 0);
		exc_copy(&x, 0, 0, s.n);
		exc_emit(&x, 0);
		return 1;
	}
	if (!from && sv_starts(s, SV("System.NotSupportedException: The SMTP")))
		from = exc_behind(s, SV("Exception: "));
	if (!from)
		return 0;
	look_at(&t, s, 0, false);
	if (t.reply == 0)
		next = take_server(&x, 0, t.reply_from);
	look_at_all(ctx, next, &t);
	if (t.reply != SIZE_MAX && t.reply > 0) {
		next = take_server(&x, t.reply, t.reply_from);
		if (next > t.end)
			t.end = next;
	} else if (t.reply == SIZE_MAX) {
		take_words(&x, &t, from);
	}
	take_host(&x);
	set_stage(&x, &t);
	/* A webmail: whoever writes in it runs no application. */
	x.plain = sv_eq(x.writer, SV("horde"));
	exc_emit(&x, 0);
	return t.end > next ? t.end : next;
}
