/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Node.js: nodemailer, and what the console, JSON and Nest make of its errors.
 * The error is an object; properties tell more than the words.
 */
#include "base/ascii.h"
#include "paste/exception.h"
#include "paste/state.h"

/* clang-format off */
static const sv phrases[] = {
	SV_INIT("all recipients were rejected"), SV_INIT("Invalid login"),
	SV_INIT("Mail command failed"), SV_INIT("Recipient command failed"),
	SV_INIT("Data command failed"), SV_INIT("Message failed: "),
	SV_INIT("Invalid greeting"), SV_INIT("Greeting never received"),
	SV_INIT("Invalid HELO"), SV_INIT("Invalid EHLO"),
	SV_INIT("Connection closed unexpectedly"),
	SV_INIT("Error upgrading connection with STARTTLS"),
	SV_INIT("Missing credentials for"), SV_INIT("SMTP code:4"),
	SV_INIT("SMTP code:5"),
};
/* Words of sockets and TLS in front of a mail object. */
static const sv sockets[] = {
	SV_INIT("connect ECONNREFUSED"), SV_INIT("connect ETIMEDOUT"),
	SV_INIT("connect EHOSTUNREACH"), SV_INIT("connect ENETUNREACH"),
	SV_INIT("read ECONNRESET"), SV_INIT("write EPIPE"),
	SV_INIT("getaddrinfo "), SV_INIT("queryA "),
	SV_INIT("Client network socket disconnected"),
	SV_INIT("self-signed certificate"), SV_INIT("self signed certificate"),
	SV_INIT("certificate has expired"), SV_INIT("unable to verify the first"),
	SV_INIT("unable to get local issuer"), SV_INIT("ERR_TLS_CERT_ALTNAME"),
	SV_INIT("SSL routines"), SV_INIT("Timeout"), SV_INIT("socket hang up"),
	SV_INIT("Connection timeout"),
};
static const sv mail_codes[] = {
	SV_INIT("EAUTH"), SV_INIT("EENVELOPE"), SV_INIT("EMESSAGE"),
	SV_INIT("ESOCKET"), SV_INIT("EPROTOCOL"), SV_INIT("ETLS"),
	SV_INIT("ESTREAM"), SV_INIT("ECONNECTION"), SV_INIT("EDNS"),
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What the lines of one object told. */
struct object {
	bool mail;
	size_t response;      /* line with the reply, SIZE_MAX: none */
	size_t response_from; /* its string there, behind the quote */
	size_t end;           /* the first line behind the object */
	sv code, original, command;
	unsigned reply;
	size_t rejected; /* line, SIZE_MAX: none */
	size_t nested;   /* line of rejectedErrors, SIZE_MAX: none */
};

/*
 * The value of a property in s, quoted or not, "key: 'value'" and
 * "\"key\":\"value\""; offset of its first byte (a quote), or SV_NPOS.
 * Where first is not 0 the value begins with it.
 */
static size_t property_of(sv s, sv key, char first)
{
	size_t at = 0, i;

	while ((i = sv_find(sv_drop(s, at), key)) != SV_NPOS) {
		size_t from = at + i, to = from + key.n;

		at = to;
		if (from && (is_alnum(s.p[from - 1]) || s.p[from - 1] == '_'))
			continue;
		while (to < s.n && (s.p[to] == '"' || s.p[to] == '\\' ||
		                    s.p[to] == '\''))
			to++;
		if (to >= s.n || s.p[to] != ':')
			continue;
		for (to++; to < s.n && (is_blank(s.p[to]) || s.p[to] == '\\');)
			to++;
		if (to < s.n && (!first || s.p[to] == first))
			return to;
	}
	return SV_NPOS;
}

static size_t property(sv s, sv key)
{
	return property_of(s, key, '\0');
}

/* The value of a property without its quotes. */
static sv value(sv s, sv key)
{
	size_t at = property(s, key), end;

	if (at == SV_NPOS)
		return SV("");
	if (s.p[at] == '\'' || s.p[at] == '"') {
		end = sv_chr(sv_drop(s, at + 1), s.p[at]);
		end = end == SV_NPOS ? s.n : at + 1 + end;
		if (end > at + 1 && s.p[end - 1] == '\\')
			end--;
		return sv_slice(s, at + 1, end);
	}
	for (end = at; end < s.n && (is_alnum(s.p[end]) || s.p[end] == '-'); )
		end++;
	return sv_slice(s, at, end);
}

static bool has_any(sv s, const sv *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_has(s, list[i]))
			return true;
	return false;
}

static void look_at(struct object *o, sv s, size_t k)
{
	size_t at = property(s, SV("response"));
	sv v;

	if (at != SV_NPOS && (s.p[at] == '\'' || s.p[at] == '"' ||
	                      s.p[at] == '`') &&
	    exc_code(sv_drop(s, at + 1)) && o->response == SIZE_MAX) {
		o->response = k;
		o->response_from = at + 1;
	}
	v = value(s, SV("responseCode"));
	if (exc_code(v) && !o->reply)
		o->reply = exc_code(v);
	v = value(s, SV("code"));
	if (v.n && !o->code.n)
		o->code = v;
	v = value(s, SV("originalCode"));
	if (v.n && !o->original.n)
		o->original = v;
	v = value(s, SV("command"));
	if (v.n && !o->command.n)
		o->command = v;
	if (o->rejected == SIZE_MAX &&
	    property_of(s, SV("rejected"), '[') != SV_NPOS)
		o->rejected = k;
	if (o->nested == SIZE_MAX &&
	    property_of(s, SV("rejectedErrors"), '[') != SV_NPOS)
		o->nested = k;
	if (sv_has(s, SV("nodemailer/lib")) ||
	    sv_has(s, SV("nodemailer\\lib")) ||
	    sv_has(s, SV("SMTPConnection.")))
		o->mail = true;
}

/* May the line belong to an object or to the frames above it? */
static bool belongs(const struct pline *l, const struct pline *first)
{
	sv s = mtext_sv(&l->text);

	if (!s.n)
		return false;
	return l->indent > first->indent || exc_is_frame(l) ||
	       s.p[0] == '}' || s.p[0] == ']' || s.p[0] == '{' ||
	       s.p[0] == '\'' || s.p[0] == '"' ||
	       sv_has(s, SV("SMTPConnection")) ||
	       property(s, SV("code")) != SV_NPOS ||
	       property(s, SV("response")) != SV_NPOS ||
	       property(s, SV("responseCode")) != SV_NPOS ||
	       property(s, SV("command")) != SV_NPOS ||
	       property(s, SV("errno")) != SV_NPOS;
}

static bool is_mail(const struct object *o)
{
	return o->mail || o->response != SIZE_MAX || o->reply ||
	       has_any(o->code, mail_codes, COUNT(mail_codes)) ||
	       sv_eq(o->command, SV("CONN"));
}

/* Lines from k on; lines that wrapped are passed over, a few at a time. */
static void look_at_all(struct paste_ctx *ctx, size_t k, struct object *o)
{
	const struct pline *first = plines_at(ctx->lines, 0), *l;
	size_t strange = 0, near = k + EXC_NEAR;

	look_at(o, exc_line(ctx, 0), 0);
	o->end = k;
	for (; k < EXC_LINES && (l = plines_at(ctx->lines, k)) != NULL; k++) {
		sv s = mtext_sv(&l->text);

		if (k == near && !is_mail(o))
			return;

		if (belongs(l, first)) {
			look_at(o, s, k);
			o->end = k + 1;
			strange = 0;
			if (s.p[0] == '}' && l->indent <= first->indent)
				return;
		} else if (!s.n || ++strange > 2) {
			return;
		}
	}
}

/* "'550-first\n' +" and the strings on the lines behind it. */
static void take_response(struct exc *x, const struct object *o)
{
	size_t k = o->response, from = o->response_from;

	exc_text(x, k, k + EXC_REPLY_LINES, 8);
	while (k < o->response + EXC_REPLY_LINES) {
		sv s = exc_line(x->ctx, k);
		char quote = s.p[from - 1];
		size_t end = exc_unescape(x, k, from, s.n, quote);

		s = sv_trim(sv_drop(s, end));
		if (!sv_eq(s, SV("+")))
			return;
		s = exc_line(x->ctx, ++k);
		if (!s.n || (s.p[0] != '\'' && s.p[0] != '"'))
			return;
		from = 1;
	}
}

/* The message behind "Error: " in line 0. */
static size_t message(sv s)
{
	size_t at = exc_behind(s, SV("Error: ")), more;

	if (at == SV_NPOS)
		at = exc_behind(s, SV("]: "));
	if (at == SV_NPOS)
		return 0;
	/* "Error sending mail: Error: Invalid login" */
	more = exc_behind(sv_drop(s, at), SV("Error: "));
	return more != SV_NPOS && more < 32 ? at + more : at;
}

/* The reply in the words: "Invalid login: 535 5.7.8 ...". */
static size_t reply_in_words(sv s, size_t from)
{
	size_t msg = exc_behind(s, SV(" msg:"));

	/* "SMTP code:530 msg:530 no" of the package sendmail */
	if (msg != SV_NPOS && exc_code(sv_drop(s, msg)))
		return msg;
	for (size_t i = from; i + 5 < s.n; i++)
		if ((s.p[i] == ' ' || s.p[i] == ',' || s.p[i] == '=') &&
		    exc_code(sv_drop(s, i + 1)) &&
		    (s.p[i + 4] == ' ' || s.p[i + 4] == '-'))
			return i + 1;
	return SV_NPOS;
}

/* The end of the reply: what was written twice is taken once. */
static size_t reply_end(sv s, size_t from)
{
	size_t n = s.n - from, half = (n - 2) / 2;

	/* "response=421 busy: 421 busy" */
	if (n > 8 && n % 2 == 0 &&
	    sv_eq(sv_slice(s, from, from + half),
	          sv_drop(s, from + half + 2)))
		return from + half;
	/* The mark that closes what was opened before the words. */
	for (size_t i = n; i > 8 && i + 3 > n; i--)
		if (s.p[from + i - 1] == '`' || s.p[from + i - 1] == '"')
			n = i - 1;
	return from + n;
}

static void take_address(struct exc *x, sv s)
{
	sv v = value(s, SV("address"));

	if (v.n)
		x->ip = paste_keep(x->ctx, v);
	v = value(s, SV("hostname"));
	if (!v.n)
		v = value(s, SV("host"));
	if (v.n && sv_chr(v, '.') != SV_NPOS)
		x->host = paste_keep(x->ctx, v);
	v = value(s, SV("port"));
	if (v.n && is_digit(v.p[0]))
		x->port = paste_keep(x->ctx, v);
}

static void set_stage(struct exc *x, const struct object *o, sv words)
{
	sv code = o->code;

	x->stage = exc_stage_of_words(words);
	if (o->command.n && !sv_eq(o->command, SV("CONN")))
		x->stage = smtp_stage_of_command(o->command);
	if (sv_eq(code, SV("EAUTH")) || sv_starts(o->command, SV("AUTH")))
		x->stage = STAGE_AUTH;
	else if (sv_eq(code, SV("EMESSAGE")))
		x->stage = STAGE_END_OF_DATA;
	else if (sv_eq(code, SV("ETLS")))
		x->stage = STAGE_STARTTLS;
	else if (x->stage == STAGE_UNKNOWN && o->command.n)
		x->stage = smtp_stage_of_command(o->command);
}

/* The names in "rejected: [ 'a', 'b' ]" and the lines below it. */
static size_t emit_rejected(struct exc *x, const struct object *o, size_t line)
{
	size_t n = 0;

	for (size_t k = o->rejected; k < o->end && k < o->rejected + 64; k++) {
		sv s = exc_line(x->ctx, k);

		if (k == o->rejected) {
			size_t at = property_of(s, SV("rejected"), '[');

			s = sv_drop(s, at == SV_NPOS ? 0 : at);
		}
		sv list = s;

		list.n = sv_chr(s, ']') == SV_NPOS ? s.n : sv_chr(s, ']');
		while (list.n && n < EXC_RECIPIENTS) {
			sv item = sv_cut(&list, ',');

			while (item.n && !is_alnum(item.p[0]))
				item = sv_drop(item, 1);
			while (item.n && !is_alnum(item.p[item.n - 1]))
				item.n--;
			if (sv_chr(item, '@') == SV_NPOS)
				continue;
			x->recipient = paste_keep(x->ctx, item);
			exc_emit(x, line);
			n++;
		}
		if (sv_chr(s, ']') != SV_NPOS)
			break;
	}
	return n;
}

/*
 * rejectedErrors has an error for each recipient: response and recipient
 * below it.  Several of them may differ.
 */
static size_t emit_nested(struct exc *x, const struct object *o, size_t line)
{
	struct object one = {.response = SIZE_MAX};
	size_t n = 0;

	for (size_t k = o->nested + 1; k < o->end; k++) {
		sv s = exc_line(x->ctx, k), v;
		size_t at = property(s, SV("response"));

		if (at != SV_NPOS && exc_code(sv_drop(s, at + 1))) {
			one.response = k;
			one.response_from = at + 1;
		}
		v = value(s, SV("recipient"));
		if (!v.n || one.response == SIZE_MAX || n >= EXC_RECIPIENTS)
			continue;
		take_response(x, &one);
		x->server = true;
		x->stage = STAGE_RCPT;
		x->recipient = paste_keep(x->ctx, v);
		exc_emit(x, line);
		n++;
	}
	return n;
}

static void emit(struct exc *x, const struct object *o)
{
	if (o->nested != SIZE_MAX && emit_nested(x, o, 0))
		return;
	if (o->rejected != SIZE_MAX && x->stage != STAGE_END_OF_DATA &&
	    emit_rejected(x, o, 0))
		return;
	exc_emit(x, 0);
}

/* The words of line 0 as the text, with the code that failed. */
static void take_words(struct exc *x, const struct object *o, size_t from,
                       size_t to)
{
	exc_text(x, 0, 1, o->original.n + 48);
	if (o->reply) {
		char code[4] = {(char)('0' + o->reply / 100),
		                (char)('0' + o->reply / 10 % 10),
		                (char)('0' + o->reply % 10), ' '};

		mtext_put(&x->text, sv_of(code, 4), MTEXT_NOWHERE);
	}
	exc_copy(x, 0, from, to);
}

/*
 * "550: Message failed: 550 no": a server that hands mail on while it takes
 * it gives its client's words as its own reply.
 */
static bool repeats(sv s)
{
	size_t at = sv_find(s, SV(": Message failed: "));

	return at != SV_NPOS && at >= 3 && exc_code(sv_drop(s, at - 3)) &&
	       exc_code(sv_drop(s, at + 18));
}

/* An error whose words or properties are those of nodemailer. */
size_t exc_node(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("nodemailer")};
	struct object o = {.response = SIZE_MAX, .rejected = SIZE_MAX,
	                   .nested = SIZE_MAX};
	sv s = exc_line(ctx, 0);
	bool phrase = has_any(s, phrases, COUNT(phrases));
	bool props = property(s, SV("response")) != SV_NPOS ||
	             property(s, SV("responseCode")) != SV_NPOS ||
	             value(s, SV("command")).n || sv_starts(s, SV("{")) ||
	             sv_starts(s, SV("\"code")) || sv_starts(s, SV("code:"));
	size_t from = message(s), at = SV_NPOS, next = 1;
	bool error = from != 0;
	bool socket = error && has_any(s, sockets, COUNT(sockets));

	if (sv_has(s, SV("new Error(")))
		return 0; /* the line of the source that node prints first */
	if (!phrase && !props && !socket)
		return 0;
	if (phrase || error)
		at = reply_in_words(s, from);
	if (at != SV_NPOS) {
		next = exc_take_reply(&x, 0, at, reply_end(s, at));
		x.server = true;
	}
	look_at_all(ctx, next, &o);
	if (!phrase && !is_mail(&o) && !error)
		return 0;
	if (!phrase && !is_mail(&o) && sv_ihas(s, SV("http")))
		return 0;
	if (!phrase && !is_mail(&o) && !(ctx->st->doc.smtp && socket) &&
	    !(error && (sv_has(s, SV("SSL routines")) ||
	                sv_has(s, SV("ERR_TLS_CERT")) ||
	                sv_has(s, SV("self")))))
		return 0;
	x.plain = !error && repeats(s);
	x.weak = !is_mail(&o) && !(phrase && x.server);
	set_stage(&x, &o, s);
	if (o.response != SIZE_MAX) {
		take_response(&x, &o);
		x.server = true;
	} else if (!x.server) {
		if (!error && !o.reply && !phrase)
			from = 0;
		take_words(&x, &o, from, s.n);
		x.server = o.reply != 0;
	}
	for (size_t k = 0; k < o.end; k++)
		take_address(&x, exc_line(ctx, k));
	emit(&x, &o);
	return o.end ? o.end : 1;
}
