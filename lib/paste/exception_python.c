/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Python: smtplib, aiosmtplib, and what Django, Celery and logging make of
 * their exceptions.  Replies stand in tuples (550, b'5.1.1 text'), for
 * recipients in a dict {'user@example.net': (550, b'...')}.
 */
#include "base/ascii.h"
#include "paste/exception.h"

/* clang-format off */
static const sv classes[] = {
	SV_INIT("SMTPRecipientsRefused"), SV_INIT("SMTPRecipientRefused"),
	SV_INIT("SMTPSenderRefused"), SV_INIT("SMTPDataError"),
	SV_INIT("SMTPAuthenticationError"), SV_INIT("SMTPHeloError"),
	SV_INIT("SMTPConnectError"), SV_INIT("SMTPConnectTimeoutError"),
	SV_INIT("SMTPConnectResponseError"), SV_INIT("SMTPReadTimeoutError"),
	SV_INIT("SMTPTimeoutError"), SV_INIT("SMTPServerDisconnected"),
	SV_INIT("SMTPNotSupportedError"), SV_INIT("SMTPNotSupported"),
	SV_INIT("SMTPResponseException"), SV_INIT("SMTPException"),
};
/* Errors of sockets and TLS: about mail only where the trace shows it. */
static const sv others[] = {
	SV_INIT("ConnectionRefusedError"), SV_INIT("ConnectionResetError"),
	SV_INIT("ConnectionAbortedError"), SV_INIT("BrokenPipeError"),
	SV_INIT("TimeoutError"), SV_INIT("socket.timeout"),
	SV_INIT("socket.gaierror"), SV_INIT("socket.error"),
	SV_INIT("gaierror"), SV_INIT("OSError"),
	SV_INIT("ssl.SSLError"), SV_INIT("ssl.SSLCertVerificationError"),
	SV_INIT("ssl.CertificateError"), SV_INIT("ssl.SSLZeroReturnError"),
	SV_INIT("ssl.SSLEOFError"), SV_INIT("SSLError"),
	SV_INIT("SSLCertVerificationError"), SV_INIT("SSLZeroReturnError"),
	SV_INIT("SSLEOFError"), SV_INIT("UnicodeEncodeError"),
};
static const sv mail_files[] = {
	SV_INIT("smtplib.py\""), SV_INIT("aiosmtplib"),
	SV_INIT("django/core/mail"), SV_INIT("django\\core\\mail"),
	SV_INIT("flask_mail"), SV_INIT("fastapi_mail"),
};
/* Functions of both libraries, by their line in a trace. */
static const struct exc_mark frames[] = {
	{SV_INIT(", in data"), STAGE_DATA},
	{SV_INIT(", in execute_data_command"), STAGE_END_OF_DATA},
	{SV_INIT(", in rcpt"), STAGE_RCPT},
	{SV_INIT(", in mail"), STAGE_MAIL},
	{SV_INIT(", in login"), STAGE_AUTH},
	{SV_INIT(", in auth"), STAGE_AUTH},
	{SV_INIT(", in starttls"), STAGE_STARTTLS},
	{SV_INIT(", in start_tls"), STAGE_STARTTLS},
	{SV_INIT(", in _maybe_start_tls"), STAGE_STARTTLS},
	{SV_INIT(", in ehlo"), STAGE_HELO},
	{SV_INIT(", in helo"), STAGE_HELO},
	{SV_INIT(", in connect"), STAGE_CONNECT},
	{SV_INIT(", in _get_socket"), STAGE_CONNECT},
	{SV_INIT(", in _create_connection"), STAGE_CONNECT},
	{{NULL, 0}, STAGE_UNKNOWN},
};
static const sv chains[] = {
	SV_INIT("During handling of the above exception"),
	SV_INIT("The above exception was the direct cause"),
	SV_INIT("Traceback (most recent call last)"),
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A tuple (code, 'text') in a line. */
struct tuple {
	size_t open;  /* of the parenthesis */
	size_t text;  /* of the string, behind its quote */
	size_t code;
	char quote;
	bool bytes;   /* b'...' */
};

static bool tuple_at(sv s, size_t open, struct tuple *t)
{
	size_t i = open + 1;

	if (!exc_code(sv_drop(s, i)) || i + 3 >= s.n || s.p[i + 3] != ',')
		return false;
	*t = (struct tuple){.open = open, .code = i};
	i += 4;
	i += sv_blanks(sv_drop(s, i));
	if (i < s.n && (s.p[i] == 'b' || s.p[i] == 'u' || s.p[i] == 'B')) {
		t->bytes = s.p[i] != 'u';
		i++;
	}
	if (i >= s.n || (s.p[i] != '\'' && s.p[i] != '"'))
		return false;
	t->quote = s.p[i];
	t->text = i + 1;
	return true;
}

static bool next_tuple(sv s, size_t *pos, struct tuple *t)
{
	for (; *pos < s.n; ++*pos)
		if (s.p[*pos] == '(' && tuple_at(s, *pos, t))
			return true;
	return false;
}

/* The string that ends right before ": " at end: a key of a dict. */
static sv key_before(sv s, size_t end)
{
	size_t i = end, from;

	while (i && is_blank(s.p[i - 1]))
		i--;
	if (i < 3 || s.p[i - 1] != ':')
		return SV("");
	i--;
	if (s.p[i - 1] != '\'' && s.p[i - 1] != '"')
		return SV("");
	for (from = i - 1; from && s.p[from - 1] != s.p[i - 1]; from--)
		if (is_blank(s.p[from - 1]) && end - from > 254)
			return SV("");
	return sv_slice(s, from, i - 1);
}

/* The string behind a tuple's text: ", 'user@example.net')". */
static sv string_after(sv s, size_t i)
{
	char quote;
	size_t end;

	i += sv_blanks(sv_drop(s, i));
	if (i >= s.n || s.p[i] != ',')
		return SV("");
	i++;
	i += sv_blanks(sv_drop(s, i));
	if (i >= s.n || (s.p[i] != '\'' && s.p[i] != '"'))
		return SV("");
	quote = s.p[i++];
	end = sv_chr(sv_drop(s, i), quote);
	return end == SV_NPOS ? SV("") : sv_slice(s, i, i + end);
}

/* The name of one of the classes in s; *behind is the offset behind it. */
static sv find_class(sv s, size_t *behind)
{
	size_t at = 0;

	while (true) {
		size_t i = sv_find(sv_drop(s, at), SV("SMTP"));
		size_t end;
		sv name;

		if (i == SV_NPOS)
			return SV("");
		at += i;
		for (end = at; end < s.n && is_alnum(s.p[end]); end++)
			;
		name = sv_slice(s, at, end);
		for (i = 0; i < COUNT(classes); i++)
			if (sv_eq(name, classes[i]) &&
			    (!at || (s.p[at - 1] != ':' &&
			             !is_alnum(s.p[at - 1])))) {
				*behind = end;
				return name;
			}
		at = end;
	}
}

static sv find_other(sv s, size_t *behind)
{
	for (size_t i = 0; i < COUNT(others); i++)
		if (sv_starts(s, others[i]) && s.n > others[i].n &&
		    (s.p[others[i].n] == ':' || s.p[others[i].n] == '(')) {
			*behind = others[i].n;
			return others[i];
		}
	return SV("");
}

/* What is wrong in general: no mail about it. */
static bool is_foreign(sv s)
{
	return sv_ihas(s, SV("http")) || sv_ihas(s, SV("ftp")) ||
	       sv_ihas(s, SV("redis")) || sv_ihas(s, SV("imap"));
}

static void take_tuple(struct exc *x, size_t k, const struct tuple *t)
{
	sv s = exc_line(x->ctx, k), key, after;
	size_t end, status;

	exc_text(x, k, k + 1, 8);
	exc_copy(x, k, t->code, t->code + 3);
	mtext_space(&x->text);
	end = exc_unescape(x, k, t->text, s.n, t->quote);
	key = key_before(s, t->open);
	after = string_after(s, end);
	status = exc_status(sv_drop(s, t->text));
	x->server = true;
	x->weak = x->stage == STAGE_UNKNOWN && !t->bytes && !key.n && !status;
	x->recipient = x->sender = SV("");
	if (key.n) {
		x->recipient = paste_keep(x->ctx, key);
		x->stage = STAGE_RCPT;
	} else if (sv_chr(after, '@') != SV_NPOS) {
		if (sv_ends(sv_head(s, t->open), SV("RecipientRefused")))
			x->recipient = paste_keep(x->ctx, after);
		else
			x->sender = paste_keep(x->ctx, after);
	}
	if (x->sender.n && x->stage == STAGE_UNKNOWN)
		x->stage = STAGE_MAIL;
}

/* All tuples of line k; the number of them. */
static size_t take_tuples(struct exc *x, size_t k, bool mail)
{
	sv s = exc_line(x->ctx, k);
	size_t pos = 0, n = 0;
	struct tuple t;

	while (n < EXC_RECIPIENTS && next_tuple(s, &pos, &t)) {
		sv text = sv_drop(s, t.text);

		pos = t.text;
		if (!mail && !t.bytes && !exc_status(text) &&
		    sv_chr(key_before(s, t.open), '@') == SV_NPOS)
			continue;
		take_tuple(x, k, &t);
		exc_emit(x, k);
		n++;
	}
	return n;
}

/* Where the words behind a class begin and end; false if there are none. */
static bool message_of(sv s, size_t behind, size_t *from, size_t *to,
                       char *quote)
{
	size_t i = behind;

	*quote = '\0';
	*to = s.n;
	if (i + 1 < s.n && s.p[i] == '(') {
		size_t comma = sv_find(sv_drop(s, i), SV(", "));

		/* OSError(111, 'Connection refused') */
		if (is_digit(s.p[i + 1]) && comma != SV_NPOS)
			i += comma + 1;
		i++;
		if (i >= s.n || (s.p[i] != '\'' && s.p[i] != '"'))
			return false;
		*quote = s.p[i];
		*from = i + 1;
		return true;
	}
	if (i >= s.n || s.p[i] != ':')
		return false;
	i++;
	*from = i + sv_blanks(sv_drop(s, i));
	return *from < s.n;
}

/* "Error connecting to mail.example.org on port 587: ..." */
static void take_host(struct exc *x, size_t k)
{
	sv s = exc_line(x->ctx, k);
	size_t at = exc_behind(s, SV("connecting to ")), on;

	if (at == SV_NPOS)
		return;
	exc_host_port(x, k, at);
	on = exc_behind(sv_drop(s, at), SV(" on port "));
	if (on != SV_NPOS) {
		size_t end = at + on;

		while (end < s.n && is_digit(s.p[end]))
			end++;
		x->port = exc_keep(x, k, at + on, end);
	}
}

/* Words without a tuple behind a class; the next line, or 0. */
static size_t take_words(struct exc *x, size_t k, sv class, size_t behind)
{
	sv s = exc_line(x->ctx, k);
	size_t from, to, next = k + 1;
	char quote;

	if (!message_of(s, behind, &from, &to, &quote))
		return 0;
	x->server = exc_code(sv_drop(s, from)) != 0;
	if (s.p[from] == '{' || s.p[from] == '[') {
		/* The reason is missing; the class is all there is. */
		from = behind - class.n;
		quote = '\0';
	}
	take_host(x, k);
	if (quote) {
		exc_text(x, k, k + 1, 8);
		(void)exc_unescape(x, k, from, to, quote);
	} else {
		next = exc_take_reply(x, k, from, to);
	}
	exc_emit(x, k);
	return next;
}

/* A line that ends a trace, or stands alone; the next line, or 0. */
static size_t error_line(struct paste_ctx *ctx, size_t k, bool mail,
                         enum smtp_stage stage)
{
	struct exc x = {.ctx = ctx, .writer = SV("python")};
	sv s = exc_line(ctx, k), class;
	size_t behind = 0;

	class = find_class(s, &behind);
	x.stage = class.n ? exc_stage_of_words(class) : STAGE_UNKNOWN;
	/* data() raises this itself where the command is refused. */
	if (sv_eq(class, SV("SMTPDataError")) && stage == STAGE_DATA)
		x.stage = STAGE_DATA;
	else if (x.stage == STAGE_UNKNOWN)
		x.stage = stage == STAGE_DATA ? STAGE_END_OF_DATA : stage;
	if (take_tuples(&x, k, class.n || mail))
		return k + 1;
	if (class.n) {
		if (x.stage == STAGE_UNKNOWN)
			x.stage = exc_stage_of_words(s);
		return take_words(&x, k, class, behind);
	}
	class = find_other(s, &behind);
	if (!class.n || (!mail && is_foreign(s)))
		return 0;
	x.weak = !mail;
	if (x.stage == STAGE_UNKNOWN)
		x.stage = exc_stage_of_words(s);
	return take_words(&x, k, class, behind);
}

static bool is_chain(sv s)
{
	for (size_t i = 0; i < COUNT(chains); i++)
		if (sv_starts(s, chains[i]))
			return true;
	return false;
}

static bool is_mail_file(sv s)
{
	for (size_t i = 0; i < COUNT(mail_files); i++)
		if (sv_has(s, mail_files[i]))
			return true;
	return false;
}

/* What the frames before a trace's error line show. */
struct frames {
	bool mail;
	enum smtp_stage stage;
};

/* The error line of the trace whose header is line k, or 0. */
static size_t find_error(struct paste_ctx *ctx, size_t k, struct frames *f)
{
	unsigned indent = plines_at(ctx->lines, k)->indent;

	*f = (struct frames){0};
	for (size_t i = k + 1; i < EXC_LINES; i++) {
		const struct pline *l = plines_at(ctx->lines, i);
		sv s = l ? mtext_sv(&l->text) : SV("");

		if (!s.n)
			return 0;
		if (!sv_starts(s, SV("File \""))) {
			if (l->indent <= indent)
				return i;
			continue;
		}
		if (is_mail_file(s)) {
			enum smtp_stage here = exc_stage(s, frames);

			f->mail = true;
			if (here != STAGE_UNKNOWN)
				f->stage = here;
		}
	}
	return 0;
}

/* The first line behind blank ones from k on, if a trace goes on there. */
static size_t next_header(struct paste_ctx *ctx, size_t k)
{
	for (size_t i = k; i < k + 6; i++) {
		sv s = exc_line(ctx, i);

		if (s.n && !is_chain(s))
			return 0;
		if (sv_starts(s, SV("Traceback")))
			return i;
	}
	return 0;
}

/*
 * A wrapper around the cause tells nothing more than the cause, but perhaps
 * where it was.
 */
static void drop_wrappers(struct attempts *out, size_t first)
{
	while (out->n > first + 1 &&
	       out->v[out->n - 1].spoke == SPOKE_CLIENT_LIBRARY) {
		struct attempt *at = &out->v[first], *w = &out->v[--out->n];

		if (at->stage == STAGE_UNKNOWN)
			at->stage = w->stage;
		if (sv_has(mtext_sv(&w->text), mtext_sv(&at->text)))
			at->text = w->text;
	}
}

/*
 * A trace may hold several exceptions, each the cause of the next.  Each one
 * is read; exc_emit() merges those that say the same.
 */
static size_t read_trace(struct paste_ctx *ctx)
{
	size_t before = ctx->out->n, k = 0, end = 0;
	struct frames f;

	while (true) {
		size_t error = find_error(ctx, k, &f), next;

		if (!error)
			break;
		next = error_line(ctx, error, f.mail, f.stage);
		if (next)
			end = next;
		k = next_header(ctx, next ? next : error + 1);
		if (!k)
			break;
	}
	drop_wrappers(ctx->out, before);
	return end;
}

/* asyncio's complaint about the error before: not another one. */
static size_t never_retrieved(struct paste_ctx *ctx)
{
	size_t k = 1;

	while (k < 4 && !exc_is_frame(plines_at(ctx->lines, k)
	                                  ? plines_at(ctx->lines, k)
	                                  : plines_at(ctx->lines, 0)) &&
	       sv_has(exc_line(ctx, k), SV("SMTP")))
		k++;
	return k;
}

size_t exc_python(struct paste_ctx *ctx)
{
	sv s = exc_line(ctx, 0);
	size_t behind;

	if (sv_starts(s, SV("Future exception was never retrieved")) &&
	    ctx->out->n)
		return never_retrieved(ctx);
	if (sv_starts(s, SV("Traceback (most recent call last)")))
		return read_trace(ctx);
	if (sv_starts(s, SV("raise ")) || sv_starts(s, SV("except ")))
		return 0;
	if (!find_class(s, &behind).n && !find_other(s, &behind).n &&
	    !sv_has(s, SV(": (")) && !sv_has(s, SV("{'")) &&
	    !sv_has(s, SV("{u'")) && sv_chr(s, '(') == SV_NPOS)
		return 0;
	return error_line(ctx, 0, false, STAGE_UNKNOWN);
}
