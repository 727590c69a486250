/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/exception.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* Attempts before that may be copies of the same error. */
#define COPIES 6

/* So much must be equal in the texts of two copies of one error. */
#define COPY_HEAD 20

sv exc_line(struct paste_ctx *ctx, size_t k)
{
	const struct pline *l = plines_at(ctx->lines, k);

	return l ? mtext_sv(&l->text) : SV("");
}

size_t exc_find(struct paste_ctx *ctx, size_t k, sv needle)
{
	return sv_find(exc_line(ctx, k), needle);
}

size_t exc_behind(sv s, sv needle)
{
	size_t at = sv_find(s, needle);

	return at == SV_NPOS ? at : at + needle.n;
}

unsigned exc_code(sv s)
{
	uint16_t code;

	return reply_code(s, &code) && code >= 400 ? code : 0;
}

size_t exc_status(sv s)
{
	struct estatus e;

	return estatus_parse(s, &e);
}

/* clang-format off */
static const sv frame_begins[] = {
	SV_INIT("at "), SV_INIT("from "), SV_INIT("File \""), SV_INIT("... "),
	SV_INIT("^"), SV_INIT("~"), SV_INIT("--- End of"), SV_INIT("Stack trace:"),
	SV_INIT("[stacktrace]"), SV_INIT("thrown in "), SV_INIT("Trace begun"),
	SV_INIT("eval {"), SV_INIT("#0 "), SV_INIT("raise "),
	SV_INIT("return "),
};
static const sv frame_has[] = {
	SV_INIT(":in `"), SV_INIT(":in '"), SV_INIT(" called at "),
	SV_INIT(".php("), SV_INIT("{main}"),
};
/* clang-format on */

bool exc_is_frame(const struct pline *l)
{
	sv s = mtext_sv(&l->text);

	for (size_t i = 0; i < sizeof(frame_begins) / sizeof(sv); i++)
		if (sv_starts(s, frame_begins[i]))
			return true;
	for (size_t i = 0; i < sizeof(frame_has) / sizeof(sv); i++)
		if (sv_has(s, frame_has[i]))
			return true;
	return s.n > 1 && s.p[0] == '#' && is_digit(s.p[1]);
}

size_t exc_skip_frames(struct paste_ctx *ctx, size_t k)
{
	const struct pline *l;

	while (k < EXC_LINES && (l = plines_at(ctx->lines, k)) != NULL &&
	       exc_is_frame(l))
		k++;
	return k;
}

enum smtp_stage exc_stage(sv s, const struct exc_mark *marks)
{
	for (; marks->mark.n; marks++)
		if (sv_has(s, marks->mark))
			return marks->stage;
	return STAGE_UNKNOWN;
}

/* clang-format off */
static const struct exc_mark words[] = {
	{SV_INIT("SMTPRecipient"), STAGE_RCPT},
	{SV_INIT("SMTPSenderRefused"), STAGE_MAIL},
	{SV_INIT("SMTPDataError"), STAGE_END_OF_DATA},
	{SV_INIT("SMTPAuthenticationError"), STAGE_AUTH},
	{SV_INIT("SMTPHeloError"), STAGE_HELO},
	{SV_INIT("SMTPConnect"), STAGE_CONNECT},
	{SV_INIT("SMTPResponseException"), STAGE_STARTTLS},
	{SV_INIT("SMTP AUTH"), STAGE_AUTH},
	{SV_INIT("STARTTLS"), STAGE_STARTTLS},
	{SV_INIT("StartTls"), STAGE_STARTTLS},
	{SV_INIT("secure connections"), STAGE_STARTTLS},
	{SV_INIT("convert socket to TLS"), STAGE_STARTTLS},
	{SV_INIT("AuthenticationFailedException"), STAGE_AUTH},
	{SV_INIT("MailAuthenticationException"), STAGE_AUTH},
	{SV_INIT("MailKit.Security.AuthenticationException"), STAGE_AUTH},
	{SV_INIT("SMTPAddressFailedException"), STAGE_RCPT},
	{SV_INIT("SMTPSenderFailedException"), STAGE_MAIL},
	{SV_INIT("SmtpFailedRecipient"), STAGE_RCPT},
	{SV_INIT("FailedRecipientException"), STAGE_RCPT},
	{SV_INIT("recipients were rejected"), STAGE_RCPT},
	{SV_INIT("Recipient command failed"), STAGE_RCPT},
	{SV_INIT("Mail command failed"), STAGE_MAIL},
	{SV_INIT("Invalid login"), STAGE_AUTH},
	{SV_INIT("Data command failed"), STAGE_DATA},
	{SV_INIT("Message failed"), STAGE_END_OF_DATA},
	{SV_INIT("Invalid greeting"), STAGE_CONNECT},
	{SV_INIT("Greeting never received"), STAGE_CONNECT},
	{SV_INIT("Invalid HELO"), STAGE_HELO},
	{SV_INIT("MAIL FROM command failed"), STAGE_MAIL},
	{SV_INIT("From address failed"), STAGE_MAIL},
	{SV_INIT("RCPT TO command failed"), STAGE_RCPT},
	{SV_INIT("recipients failed"), STAGE_RCPT},
	{SV_INIT("DATA END command failed"), STAGE_END_OF_DATA},
	{SV_INIT("DATA command failed"), STAGE_DATA},
	{SV_INIT("Could not authenticate"), STAGE_AUTH},
	{SV_INIT("authenticate on SMTP server"), STAGE_AUTH},
	{SV_INIT("uthentication mechanism"), STAGE_AUTH},
	{SV_INIT("uthentication method"), STAGE_AUTH},
	{SV_INIT("authenticators"), STAGE_AUTH},
	{SV_INIT("authentication failed (method"), STAGE_AUTH},
	{SV_INIT("the server does not support authentication"), STAGE_AUTH},
	{SV_INIT("auth_failed"), STAGE_AUTH},
	{SV_INIT("Missing credentials"), STAGE_AUTH},
	{SV_INIT("Net::SMTPAuthenticationError"), STAGE_AUTH},
	{SV_INIT("failed AUTH"), STAGE_AUTH},
	{SV_INIT("auth failed"), STAGE_AUTH},
	{SV_INIT("failed after MAIL FROM"), STAGE_MAIL},
	{SV_INIT("error at after DATA"), STAGE_END_OF_DATA},
	{SV_INIT("error at during DATA"), STAGE_END_OF_DATA},
	{SV_INIT("error at DATA"), STAGE_DATA},
	{SV_INIT("starttls failed"), STAGE_STARTTLS},
	{SV_INIT("Expected response code \"220\""), STAGE_CONNECT},
	{SV_INIT("Expected response code 220"), STAGE_CONNECT},
	{SV_INIT("Expected response code \"235\""), STAGE_AUTH},
	{SV_INIT("Expected response code 235"), STAGE_AUTH},
	{SV_INIT("Expected response code \"334\""), STAGE_AUTH},
	{SV_INIT("Expected response code 334"), STAGE_AUTH},
	{SV_INIT("Expected response code \"354\""), STAGE_DATA},
	{SV_INIT("Expected response code 354"), STAGE_DATA},
	{SV_INIT("250/251/252"), STAGE_RCPT},
	{SV_INIT("initial OK message"), STAGE_CONNECT},
	{SV_INIT("EHLO or HELO"), STAGE_HELO},
	{SV_INIT("envelope from address"), STAGE_MAIL},
	{SV_INIT("msmtp: recipient address"), STAGE_RCPT},
	{SV_INIT("does not accept mail data"), STAGE_DATA},
	{SV_INIT("did not accept the mail"), STAGE_END_OF_DATA},
	{SV_INIT("MAIL failed:"), STAGE_MAIL},
	{SV_INIT("RCPT failed:"), STAGE_RCPT},
	{SV_INIT("DATA failed:"), STAGE_DATA},
	{SV_INIT("Login denied"), STAGE_AUTH},
	{SV_INIT("smtp-server response"), STAGE_CONNECT},
	{SV_INIT("onnection could not be established"), STAGE_CONNECT},
	{SV_INIT("ould not connect"), STAGE_CONNECT},
	{SV_INIT("ouldn't connect to host"), STAGE_CONNECT},
	{SV_INIT("annot connect to"), STAGE_CONNECT},
	{SV_INIT("Failed to connect to"), STAGE_CONNECT},
	{SV_INIT("unable to establish SMTP connection"), STAGE_CONNECT},
	{SV_INIT("onnection refused"), STAGE_CONNECT},
	{SV_INIT("onnectionRefused"), STAGE_CONNECT},
	{SV_INIT("ECONNREFUSED"), STAGE_CONNECT},
	{SV_INIT("Service not available, closing"), STAGE_CONNECT},
	{SV_INIT("Connection error:"), STAGE_CONNECT},
	{SV_INIT("dial tcp"), STAGE_CONNECT},
	{SV_INIT("unexpected TLS packet"), STAGE_CONNECT},
	{{NULL, 0}, STAGE_UNKNOWN},
};
/* clang-format on */

enum smtp_stage exc_stage_of_words(sv s)
{
	return exc_stage(s, words);
}

enum smtp_stage exc_stage_of_frames(struct paste_ctx *ctx, size_t from,
                                    size_t to, const struct exc_mark *marks)
{
	enum smtp_stage stage = STAGE_UNKNOWN;

	for (size_t k = from; k < to && stage == STAGE_UNKNOWN; k++)
		stage = exc_stage(exc_line(ctx, k), marks);
	return stage;
}

void exc_text(struct exc *x, size_t from, size_t to, size_t extra)
{
	size_t cap = extra + 16;

	for (size_t k = from; k < to && cap < MTEXT_MAX; k++) {
		if (!plines_at(x->ctx->lines, k))
			break;
		cap += exc_line(x->ctx, k).n + 1;
	}
	mtext_init(&x->text, x->ctx->a, cap);
}

void exc_copy(struct exc *x, size_t k, size_t from, size_t to)
{
	const struct pline *l = plines_at(x->ctx->lines, k);

	for (size_t i = from; l && i < to && i < l->text.n; i++)
		mtext_put(&x->text, sv_of(l->text.p + i, 1), l->text.src[i]);
}

static unsigned hex(sv s, size_t from, size_t n)
{
	unsigned v = 0;

	for (size_t i = from; i < from + n; i++) {
		if (i >= s.n || !is_xdigit(s.p[i]))
			return 0;
		v = v * 16 + (is_digit(s.p[i])
		                  ? (unsigned)(s.p[i] - '0')
		                  : (unsigned)(to_lower(s.p[i]) - 'a') + 10);
	}
	return v;
}

/* What the escape at i (a backslash) stands for; the bytes it takes. */
static size_t escape(struct mtext *t, sv s, size_t i, size_t src)
{
	char c = i + 1 < s.n ? s.p[i + 1] : '\\';
	size_t n = c == 'x' ? 2 : c == 'u' ? 4 : 0;
	unsigned v = n ? hex(s, i + 2, n) : 0;
	char enc[4];

	if (c == '\\' && i + 2 < s.n && s.p[i + 2] == 'n')
		return 1; /* escaped twice, as JSON in a log is */
	if (c == 'n')
		mtext_put(t, SV("\n"), src);
	else if (c == 't')
		mtext_put(t, SV(" "), src);
	else if (v >= 0x20)
		mtext_put(t, sv_of(enc, utf8_encode(v, enc)), src);
	else if (c != 'r' && !n)
		mtext_put(t, sv_of(&c, 1), src);
	return 2 + n;
}

size_t exc_unescape(struct exc *x, size_t k, size_t from, size_t to,
                    char quote)
{
	const struct pline *l = plines_at(x->ctx->lines, k);
	size_t i = from;
	sv s;

	if (!l)
		return to;
	s = sv_head(mtext_sv(&l->text), to);
	while (i < s.n && s.p[i] != quote) {
		if (s.p[i] == '\\') {
			i += escape(&x->text, s, i, l->text.src[i]);
			continue;
		}
		mtext_put(&x->text, sv_of(s.p + i, 1), l->text.src[i]);
		i++;
	}
	return i < s.n ? i + 1 : s.n;
}

/* Does the line s go on with the reply whose first line is first? */
static bool goes_on(sv first, sv s)
{
	unsigned code = exc_code(first);
	size_t n = code ? (first.n > 3 ? 4 : 3) : 0, status;

	if (!s.n)
		return false;
	if (code && exc_code(s) == code)
		return first.n == 3 || first.p[3] == '-' ||
		       (s.n > 3 && s.p[3] == '-');
	status = exc_status(sv_drop(first, n));
	if (status)
		return sv_starts(s, sv_slice(first, n, n + status));
	/* "550" alone, its text on the next line. */
	return code && sv_trim(sv_drop(first, 3)).n == 0 && exc_status(s);
}

size_t exc_take_reply(struct exc *x, size_t k, size_t from, size_t to)
{
	sv first = sv_slice(exc_line(x->ctx, k), from, to);
	bool whole = to >= exc_line(x->ctx, k).n;
	size_t end = k + 1;

	while (whole && end < k + EXC_REPLY_LINES &&
	       goes_on(first, exc_line(x->ctx, end)))
		end++;
	exc_text(x, k, end, 8);
	exc_copy(x, k, from, to);
	for (size_t i = k + 1; i < end; i++) {
		mtext_put(&x->text, SV("\n"), MTEXT_NOWHERE);
		exc_copy(x, i, 0, MTEXT_MAX);
	}
	return end;
}

size_t exc_take_until(struct exc *x, size_t k, size_t from, sv end)
{
	size_t last = k, at = SV_NPOS;

	for (; last < k + EXC_REPLY_LINES; last++) {
		sv s = exc_line(x->ctx, last);
		size_t skip = last == k ? from : 0;

		/* A reply may end in a line end, but has no paragraphs. */
		if (!s.n && !sv_starts(exc_line(x->ctx, last + 1), end))
			break;
		at = sv_find(sv_drop(s, skip), end);
		if (at != SV_NPOS) {
			at += skip;
			break;
		}
	}
	if (at == SV_NPOS)
		return 0;
	exc_text(x, k, last + 1, 24);
	for (size_t i = k; i <= last; i++) {
		if (i > k)
			mtext_put(&x->text, SV("\n"), MTEXT_NOWHERE);
		exc_copy(x, i, i == k ? from : 0, i == last ? at : MTEXT_MAX);
	}
	return last + 1;
}

sv exc_keep(struct exc *x, size_t k, size_t from, size_t to)
{
	return paste_keep(x->ctx, sv_slice(exc_line(x->ctx, k), from, to));
}

void exc_host_port(struct exc *x, size_t k, size_t from)
{
	sv s = exc_line(x->ctx, k);
	size_t end = from, port;
	bool letters = false;

	for (; end < s.n && (is_alnum(s.p[end]) || s.p[end] == '.' ||
	                     s.p[end] == '-' || s.p[end] == '_'); end++)
		letters = letters || is_alpha(s.p[end]);
	if (end == from || sv_chr(sv_slice(s, from, end), '.') == SV_NPOS)
		return;
	if (letters)
		x->host = exc_keep(x, k, from, end);
	else
		x->ip = exc_keep(x, k, from, end);
	for (port = end + 1; port < s.n && is_digit(s.p[port]); port++)
		;
	if (end < s.n && s.p[end] == ':' && port > end + 1)
		x->port = exc_keep(x, k, end + 1, port);
}

/*
 * "<user@example.net>: Recipient address rejected": servers put the address
 * in front that they speak of.
 */
static void address_in_text(struct exc *x)
{
	sv s = mtext_sv(&x->text);
	size_t open = sv_chr(s, '<'), end;
	sv address, rest;

	if (open == SV_NPOS || open > 16)
		return;
	end = sv_chr(sv_drop(s, open), '>');
	if (end == SV_NPOS || end < 3)
		return;
	address = sv_slice(s, open + 1, open + end);
	rest = sv_drop(s, open + end + 1);
	if (!sv_starts(rest, SV(": ")) || sv_chr(address, '@') == SV_NPOS)
		return;
	if (sv_starts(rest, SV(": Sender"))) {
		if (!x->sender.n)
			x->sender = paste_keep(x->ctx, address);
	} else if (!x->recipient.n && (x->stage == STAGE_RCPT ||
	                               x->stage == STAGE_UNKNOWN)) {
		x->recipient = paste_keep(x->ctx, address);
	}
}

static void trim(struct mtext *t)
{
	size_t n = 0;

	while (t->n && is_space(t->p[t->n - 1]))
		t->n--;
	while (n < t->n && is_space(t->p[n]))
		n++;
	t->p += n;
	t->src += n;
	t->n -= n;
	t->cap -= n;
}

/* Do two texts begin alike, or is one a part of the other's beginning? */
static bool alike(const struct attempt *at, const struct exc *x)
{
	sv a = mtext_sv(&at->text), b = mtext_sv(&x->text);
	size_t n = a.n < b.n ? a.n : b.n, i = 0, k = 0, same = 0;

	if (a.n && b.n && sv_eq(sv_head(a, n), sv_head(b, n)))
		return n >= COPY_HEAD || a.n == b.n;
	/* The map of a line end differs: a blank, or a line end. */
	while (i < a.n && k < b.n) {
		if (is_space(a.p[i]) && is_space(b.p[k])) {
			while (i < a.n && is_space(a.p[i]))
				i++;
			while (k < b.n && is_space(b.p[k]))
				k++;
			continue;
		}
		if (a.p[i] != b.p[k])
			break;
		i++, k++, same++;
	}
	if (i == a.n || k == b.n)
		return same >= COPY_HEAD || (i == a.n && k == b.n);
	return same >= COPY_HEAD && at->recipient.n &&
	       sv_eq(at->recipient, x->recipient);
}

static struct attempt *find_copy(struct exc *x)
{
	struct attempts *out = x->ctx->out;

	for (size_t i = 0; i < COPIES && i < out->n; i++) {
		struct attempt *at = &out->v[out->n - 1 - i];

		if (at->recipient.n && x->recipient.n &&
		    !sv_eq(at->recipient, x->recipient))
			continue;
		if (at->form != FORM_LOG && alike(at, x))
			return at;
	}
	return NULL;
}

static void fill_view(sv *to, sv from)
{
	if (!to->n)
		*to = from;
}

void exc_emit(struct exc *x, size_t k)
{
	const struct pline *line = plines_at(x->ctx->lines, k);
	struct attempt *at;

	trim(&x->text);
	if (x->stage == STAGE_UNKNOWN &&
	    sv_has(mtext_sv(&x->text), SV("Recipient address rejected")))
		x->stage = STAGE_RCPT;
	address_in_text(x);
	at = find_copy(x);
	if (!at && line) {
		at = paste_add(x->ctx, line,
		               x->plain ? FORM_REPLY : FORM_EXCEPTION);
		if (!at)
			return;
		at->weak = x->weak;
		at->text = x->text;
		if (!x->server && !x->plain)
			at->spoke = SPOKE_CLIENT_LIBRARY;
	}
	if (!at)
		return;
	if (x->text.n > at->text.n)
		at->text = x->text;
	at->weak = at->weak && x->weak;
	if (at->stage == STAGE_UNKNOWN)
		at->stage = x->stage;
	fill_view(&at->writer, x->writer);
	fill_view(&at->recipient, x->recipient);
	fill_view(&at->sender, x->sender);
	fill_view(&at->host, x->host);
	fill_view(&at->host_ip, x->ip);
	fill_view(&at->port, x->port);
	fill_view(&at->account, x->account);
	if (x->ctx->opt->stage != STAGE_UNKNOWN)
		at->stage = x->ctx->opt->stage;
}

/* The order matters where a line has the marks of several. */
static size_t (*const families[])(struct paste_ctx *ctx) = {
    exc_python, exc_node, exc_ruby, exc_php, exc_class, exc_tool,
};

size_t paste_read_exception(struct paste_ctx *ctx)
{
	sv s = exc_line(ctx, 0);

	if (s.n < 4)
		return 0;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t n = families[i](ctx);

		if (n)
			return n;
	}
	return 0;
}
