/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exim.c - main and reject log of Exim 4
 *
 * Message ids are 6-6-2 before 4.97 and 6-11-4 since.  The marker behind it
 * ("**", "==", "=>") tells what happened; lines without an id are refusals of
 * incoming mail.  Log texts escape line ends as "\n".
 */
#include "base/ascii.h"
#include "logs/parts.h"

static const sv writer = SV_INIT("exim");

/* Length of a message id at the start of s, 0 if there is none. */
static size_t id_len(sv s)
{
	static const unsigned char shapes[2][3] = {{6, 6, 2}, {6, 11, 4}};

	for (unsigned i = 0; i < 2; i++) {
		size_t at = 0, part, k = 0;

		for (part = 0; part < 3; part++) {
			for (k = 0; k < shapes[i][part] && at < s.n &&
				    is_alnum(s.p[at]);
			     k++)
				at++;
			if (k < shapes[i][part])
				break;
			if (part < 2 && (at >= s.n || s.p[at++] != '-'))
				break;
		}
		if (part == 3 && (at == s.n || is_blank(s.p[at])))
			return at;
	}
	return 0;
}

/* A text with its line ends: "\n", or "\\n" where it was quoted again. */
static struct mtext unescaped(const struct line *l, sv s)
{
	struct mtext t;

	if (sv_find(s, SV("\\n")) == SV_NPOS)
		return line_part(l, s);
	t = line_text(l, s.n);
	for (size_t i = 0; i < s.n; i++) {
		size_t k = i;

		while (k < s.n && k < i + 3 && s.p[k] == '\\')
			k++;
		if (k > i && k < s.n && s.p[k] == 'n' &&
		    (k == i + 1 || (k + 1 < s.n && is_digit(s.p[k + 1])))) {
			line_put(l, &t, '\n', s.p + i);
			i = k;
		} else {
			line_put(l, &t, s.p[i], s.p + i);
		}
	}
	return t;
}

/* Offset of the text: behind the first ": " that is not quoted. */
static size_t text_at(sv s)
{
	bool quoted = false;

	for (size_t i = 0; i + 1 < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == ':' && s.p[i + 1] == ' ' && !quoted)
			return i + 2;
	}
	return SV_NPOS;
}

/* " H=name (helo) [ip]:port" of a head; port of the peer only if asked. */
static sv host_of(sv head, sv *helo)
{
	size_t i = sv_find(head, SV(" H=")), open;
	sv s = sv_drop(head, i == SV_NPOS ? head.n : i + 3), in;

	if (i == SV_NPOS && sv_starts(head, SV("H=")))
		s = sv_drop(head, 2);
	i = sv_chr(s, ']');
	if (i != SV_NPOS) {
		i++;
		while (i < s.n && (s.p[i] == ':' || is_digit(s.p[i])))
			i++;
		if (s.p[i - 1] == ':')
			i--;
	}
	s = sv_head(s, i);
	open = sv_chr(s, '(');
	if (open == SV_NPOS || !parts_between(s, SV("("), SV(") "), &in))
		return s;
	*helo = in;
	/* Only "(helo) [ip]" is left; the address is what counts. */
	return open ? s : sv_drop(s, in.n + 2);
}

static void set_peer(sv head, sv *host, sv *ip, sv *port, sv *helo)
{
	sv spec = host_of(head, helo), name;
	size_t open = sv_find(spec, SV(" ("));

	parts_host(spec, &name, ip, port);
	*host = name;
	if (open != SV_NPOS) {
		sv rest;

		parts_host(sv_head(spec, open), host, &rest, &rest);
	}
}

/* ----- deliveries ----- */

/*
 * "after RCPT TO:<a>: 550 no" behind "SMTP error from remote mail server ":
 * the stage, and where the reply begins.
 */
static sv after_stage(sv s, enum smtp_stage *stage)
{
	size_t colon, close;
	sv what;

	if (sv_starts(s, SV("after ")))
		s = sv_drop(s, 6);
	else if (sv_starts(s, SV("in response to ")))
		s = sv_drop(s, 15);
	what = s;
	if (sv_starts(what, SV("pipelined ")))
		what = sv_drop(what, 10);
	if (sv_starts(what, SV("sending ")))
		what = sv_drop(what, 8);
	*stage = smtp_stage_of_command(what);
	colon = sv_find(s, SV(": "));
	close = sv_find(s, SV(">: "));
	/* The address may hold ": ", but then it is in <>. */
	if (close != SV_NPOS && sv_chr(sv_head(s, colon), '<') != SV_NPOS)
		colon = close + 1;
	return colon == SV_NPOS ? SV("") : sv_drop(s, colon + 2);
}

/* "host mx.example.net [192.0.2.1]: 550 no", as Exim before 4.89 wrote it. */
static sv cut_host(sv s, struct attempt *at)
{
	sv spec = sv_head(sv_drop(s, 5), sv_find(sv_drop(s, 5), SV("]: "))),
	   host = SV(""), ip = SV(""), port = SV("");

	if (!sv_starts(s, SV("host ")) || spec.n + 8 > s.n ||
	    sv_chr(spec, '[') == SV_NPOS)
		return s;
	spec.n++;
	parts_host(spec, &host, &ip, &port);
	at->host = host;
	at->host_ip = ip;
	return sv_drop(s, 5 + spec.n + 2);
}

static const struct {
	sv begins;
	bool reply; /* a remote reply follows behind the stage */
} wrappers[] = {
	{SV_INIT("SMTP error from remote mail server "), true},
	{SV_INIT("SMTP error from remote mailer "), true},
	{SV_INIT("LMTP error "), true},
	{SV_INIT("SMTP timeout "), false},
	{SV_INIT("SMTP timeout while connected to "), false},
	{SV_INIT("Remote host closed connection "), false},
};

static void unwrap(const struct line *l, sv text, struct attempt *at)
{
	size_t i, n = sizeof(wrappers) / sizeof(wrappers[0]);
	sv rest = text;

	for (i = 0; i < n; i++)
		if (sv_starts(text, wrappers[i].begins))
			break;
	if (i < n)
		rest = after_stage(sv_drop(text, wrappers[i].begins.n),
				   &at->stage);
	if (i < n && wrappers[i].reply && rest.n) {
		at->text = unescaped(l, cut_host(rest, at));
		return;
	}
	if (sv_starts(text, SV("Remote host ")) &&
	    parts_between(text, SV(" closed connection in response to "),
			  SV(""), &rest))
		at->stage = smtp_stage_of_command(rest);
	rest = cut_host(text, at);
	at->text = unescaped(l, rest);
	if (rest.p == text.p)
		at->spoke = SPOKE_OWN_MTA;
}

/*
 * The address that Exim delivered to and the one that it came from:
 * "new <old>", "|/bin/x <old>" or the address alone.
 */
static sv cut_address(sv s, struct attempt *at)
{
	static const sv ends[] = {
		SV_INIT(" F=<"),     SV_INIT(" P=<"), SV_INIT(" R="),
		SV_INIT(" T="),	     SV_INIT(" H="),  SV_INIT(" routing defer"),
		SV_INIT(" defer ("), SV_INIT(": ")};
	size_t n = s.n, open;
	sv who;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t k = sv_find(s, ends[i]);

		if (k < n)
			n = k;
	}
	who = sv_trim(sv_head(s, n));
	open = parts_rfind(who, SV(" <"));
	if (open != SV_NPOS) {
		at->recipient = parts_bare(sv_drop(who, open + 1));
		at->final_recipient = sv_trim(sv_head(who, open));
		/* "a@b (parent) <root>" */
		open = sv_find(at->final_recipient, SV(" ("));
		at->final_recipient = sv_head(at->final_recipient, open);
	} else {
		/* "a@b (ultimately generated from c@d)" */
		at->recipient =
			parts_bare(sv_head(who, sv_find(who, SV(" ("))));
	}
	return sv_drop(s, n);
}

/* Exim's own numbers (macros.h) and the system's, behind "defer (". */
static void errno_stage(sv head, struct attempt *at)
{
	static const struct {
		sv number;
		enum smtp_stage stage;
	} known[] = {{SV_INIT("-44"), STAGE_RCPT},
		     {SV_INIT("-45"), STAGE_MAIL},
		     {SV_INIT("-46"), STAGE_DATA},
		     {SV_INIT("-43"), STAGE_CONNECT},
		     {SV_INIT("-37"), STAGE_STARTTLS},
		     {SV_INIT("-38"), STAGE_STARTTLS},
		     {SV_INIT("-42"), STAGE_AUTH},
		     {SV_INIT("101"), STAGE_CONNECT},
		     {SV_INIT("110"), STAGE_CONNECT},
		     {SV_INIT("111"), STAGE_CONNECT},
		     {SV_INIT("113"), STAGE_CONNECT}};
	sv number;

	if (at->stage != STAGE_UNKNOWN ||
	    !parts_between(head, SV("defer ("), SV(")"), &number))
		return;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (sv_eq(number, known[i].number))
			at->stage = known[i].stage;
}

/* A note of the queue, no attempt: the reason stands in an earlier line. */
static bool only_waiting(sv head, sv text)
{
	sv number;
	uint32_t n;

	if (sv_starts(text, SV("retry time not reached")))
		return true;
	return parts_between(head, SV("defer (-"), SV(")"), &number) &&
	       sv_u32(number, 99, &n) && n >= 51 && n <= 57;
}

static size_t failed(struct line *l, sv id, sv s, bool final)
{
	struct log_event *e = line_event(l, LOG_ATTEMPT, writer);
	struct attempt *at = &e->at;
	sv head, text, f;
	size_t colon;

	at->queue_id = id;
	at->direction = DIR_OUTBOUND;
	at->action = final ? ACTION_FAILED : ACTION_DELAYED;
	s = cut_address(s, at);
	colon = text_at(s);
	head = colon == SV_NPOS ? s : sv_head(s, colon - 2);
	text = colon == SV_NPOS ? SV("") : sv_trim(sv_drop(s, colon));
	if (parts_between(head, SV(" F=<"), SV(">"), &f) ||
	    parts_between(head, SV(" P=<"), SV(">"), &f))
		at->sender = f;
	set_peer(head, &at->host, &at->host_ip, &at->port, &f);
	if (text.n)
		unwrap(l, text, at);
	errno_stage(head, at);
	at->expired = final && sv_has(text, SV("retry timeout exceeded"));
	if (!final && only_waiting(head, text)) {
		e->kind = LOG_OTHER;
		at->weak = true;
	}
	return 1;
}

static size_t sent(struct line *l, sv id, sv s)
{
	struct log_event *e = line_event(l, LOG_SENT, writer);
	struct attempt *at = &e->at;
	sv reply, f;
	size_t end;

	at->queue_id = id;
	at->direction = DIR_OUTBOUND;
	at->action = ACTION_DELIVERED;
	s = cut_address(s, at);
	if (parts_between(s, SV(" C=\""), SV(""), &reply)) {
		s = sv_head(s, (size_t)(reply.p - s.p));
		end = parts_rfind(reply, SV("\""));
		at->text = unescaped(l, sv_head(reply, end));
	}
	set_peer(s, &at->host, &at->host_ip, &at->port, &f);
	if (parts_between(s, SV(" F=<"), SV(">"), &f))
		at->sender = f;
	return 1;
}

/* "<= a@b H=h (helo) [ip] P=esmtpsa A=plain:user S=1 id=x@y" */
static size_t arrival(struct line *l, sv id, sv s)
{
	struct attempt *at = &line_event(l, LOG_ARRIVAL, writer)->at;
	sv sender = sv_head(s, sv_chr(s, ' ')), v, port;

	at->queue_id = id;
	at->sender = parts_bare(sender);
	s = sv_drop(s, sender.n);
	set_peer(s, &at->client_host, &at->client_ip, &port, &at->helo);
	if (parts_between(s, SV(" id="), SV(" "), &v))
		at->message_id = v;
	if (parts_between(s, SV(" A="), SV(" "), &v)) {
		size_t colon = sv_chr(v, ':');

		at->account = sv_drop(v, colon == SV_NPOS ? v.n : colon + 1);
	} else if (parts_between(s, SV(" U="), SV(" "), &v)) {
		at->account = v;
	}
	return 1;
}

/* "ID H=mx [ip] Connection refused", "ID SMTP error from ...: host ...". */
static size_t try_next(struct line *l, sv id, sv s)
{
	struct attempt *at;
	size_t end = sv_chr(s, ']'), i;
	sv text = s, f;
	bool host = sv_starts(s, SV("H=")) && end != SV_NPOS;

	for (i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (sv_starts(s, wrappers[i].begins))
			break;
	if (!host && i == sizeof(wrappers) / sizeof(wrappers[0]))
		return 0;
	at = &line_event(l, LOG_TRY, writer)->at;
	at->queue_id = id;
	at->direction = DIR_OUTBOUND;
	at->action = ACTION_DELAYED;
	if (host) {
		set_peer(s, &at->host, &at->host_ip, &at->port, &f);
		text = sv_drop(s, end + 1);
		while (text.n && (text.p[0] == ':' || is_digit(text.p[0])))
			text = sv_drop(text, 1);
		text = sv_trim(text);
	}
	unwrap(l, text, at);
	if (sv_starts(text, SV("Connection ")) ||
	    sv_starts(text, SV("Network is ")) ||
	    sv_starts(text, SV("No route ")))
		at->stage = STAGE_CONNECT;
	if (sv_has(text, SV("TLS")) && at->stage == STAGE_UNKNOWN)
		at->stage = STAGE_STARTTLS;
	return 1;
}

/* ----- refusals of incoming mail ----- */

static const struct {
	sv what;
	enum smtp_stage stage;
} refusals[] = {
	{SV_INIT("rejected RCPT "), STAGE_RCPT},
	{SV_INIT("rejected MAIL "), STAGE_MAIL},
	{SV_INIT("rejected EHLO or HELO "), STAGE_HELO},
	{SV_INIT("rejected after DATA"), STAGE_END_OF_DATA},
	{SV_INIT("rejected DATA"), STAGE_DATA},
	{SV_INIT("rejected during MIME ACL checks"), STAGE_END_OF_DATA},
	{SV_INIT("rejected by local_scan()"), STAGE_END_OF_DATA},
	{SV_INIT("rejected AUTH "), STAGE_AUTH},
	{SV_INIT("rejected STARTTLS"), STAGE_STARTTLS},
	{SV_INIT("rejected connection in "), STAGE_CONNECT},
	{SV_INIT("rejected from "), STAGE_END_OF_DATA},
	{SV_INIT("rejected VRFY "), STAGE_UNKNOWN},
};

/* Where the refusal begins: behind what the client said (F=<...>). */
static size_t refusal_at(sv s, size_t *which)
{
	size_t best = SV_NPOS, skip = sv_find(s, SV(" F=<"));

	if (skip == SV_NPOS)
		skip = 0;
	else
		skip += 3 + parts_angle(sv_drop(s, skip + 3));
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		size_t k = sv_find(sv_drop(s, skip), refusals[i].what);

		if (k != SV_NPOS && skip + k < best) {
			best = skip + k;
			*which = i;
		}
	}
	return best;
}

static void refused_address(sv what, struct attempt *at)
{
	sv addr = sv_trim(what);

	if (at->stage == STAGE_HELO)
		at->helo = addr;
	else if (at->stage == STAGE_RCPT)
		at->recipient = parts_bare(addr);
	else if (at->stage == STAGE_MAIL)
		at->sender = parts_bare(addr);
}

/* Where the text begins behind "rejected RCPT <a@b>: ". */
static size_t refused_text(sv s)
{
	size_t colon = sv_find(s, SV(": ")), close;

	if (sv_starts(s, SV("<"))) {
		close = sv_find(s, SV(">: "));
		if (close != SV_NPOS)
			colon = close + 1;
	}
	return colon;
}

static size_t refused(struct line *l, sv id, sv s)
{
	struct log_event *e;
	struct attempt *at;
	size_t which = 0, at_what = refusal_at(s, &which), colon;
	sv head, rest, v, port;

	if (at_what == SV_NPOS || (!sv_starts(s, SV("H=")) && at_what > 12 &&
				   !sv_has(sv_head(s, at_what), SV(" H="))))
		return 0;
	e = line_event(l, LOG_REJECT, writer);
	at = &e->at;
	head = sv_head(s, at_what);
	rest = sv_drop(s, at_what + refusals[which].what.n);
	at->queue_id = id;
	at->direction = DIR_INBOUND;
	at->spoke = SPOKE_OWN_MTA;
	at->stage = refusals[which].stage;
	at->action = sv_has(head, SV("temporarily ")) ? ACTION_DELAYED
						      : ACTION_FAILED;
	set_peer(head, &at->client_host, &at->client_ip, &port, &at->helo);
	if (parts_between(head, SV(" F=<"), SV("> "), &v))
		at->sender = v;
	if (parts_between(head, SV(" A="), SV(" "), &v))
		at->account = sv_drop(v, sv_chr(v, ':') == SV_NPOS
						 ? v.n
						 : sv_chr(v, ':') + 1);
	colon = refused_text(rest);
	refused_address(sv_head(rest, colon), at);
	if (colon != SV_NPOS)
		at->text = unescaped(l, sv_trim(sv_drop(rest, colon + 2)));
	return 1;
}

/* "plain authenticator failed for (x) [ip]: 535 text (set_id=user)" */
static size_t login_refused(struct line *l, sv s)
{
	static const sv mark = SV_INIT(" authenticator failed for ");
	size_t i = sv_find(s, mark), colon;
	struct attempt *at;
	sv peer, port, helo, v;

	if (i == SV_NPOS || i > 40)
		return 0;
	at = &line_event(l, LOG_REJECT, writer)->at;
	at->direction = DIR_INBOUND;
	at->action = ACTION_FAILED;
	at->spoke = SPOKE_OWN_MTA;
	at->stage = STAGE_AUTH;
	s = sv_drop(s, i + mark.n);
	colon = sv_find(s, SV("]: "));
	if (colon == SV_NPOS)
		colon = sv_find(s, SV(": "));
	else
		colon++;
	peer = sv_head(s, colon);
	parts_host(peer, &v, &at->client_ip, &port);
	if (parts_between(peer, SV("("), SV(")"), &helo))
		at->helo = helo;
	s = colon == SV_NPOS ? SV("") : sv_drop(s, colon + 2);
	if (parts_between(s, SV("(set_id="), SV(")"), &v))
		at->account = v;
	at->text = line_part(l, sv_trim(s));
	return 1;
}

/* ----- the line ----- */

static size_t plain(struct line *l, enum log_kind kind, sv id)
{
	line_event(l, kind, writer)->at.queue_id = id;
	return 1;
}

static size_t marked(struct line *l, sv id, sv s)
{
	sv rest = sv_trim(sv_drop(s, 3));

	if (s.n < 4 || s.p[2] != ' ')
		return 0;
	if (sv_starts(s, SV("**")))
		return failed(l, id, rest, true);
	if (sv_starts(s, SV("==")))
		return failed(l, id, rest, false);
	if (!id.n)
		return 0;
	if (sv_starts(s, SV("<=")))
		return arrival(l, id, rest);
	if (sv_starts(s, SV("=>")) || sv_starts(s, SV("->")) ||
	    sv_starts(s, SV(">>")))
		return sent(l, id, rest);
	return sv_starts(s, SV("*>")) ? plain(l, LOG_OTHER, id) : 0;
}

static size_t with_id(struct line *l, sv id, sv s)
{
	size_t n = marked(l, id, s);

	if (n)
		return n;
	if (sv_eq(s, SV("Completed")) || sv_starts(s, SV("Completed ")))
		return plain(l, LOG_REMOVED, id);
	n = refused(l, id, s);
	if (!n)
		n = try_next(l, id, s);
	return n ? n : plain(l, LOG_OTHER, id);
}

size_t exim_read(struct line *l)
{
	sv s = l->body, id;
	size_t n = id_len(s);

	if (n) {
		id = sv_head(s, n);
		s = sv_trim(sv_drop(s, n));
		if (sv_starts(s, SV("[")) && sv_chr(s, ']') < 10)
			s = sv_trim(sv_drop(s, sv_chr(s, ']') + 1));
		return with_id(l, id, s);
	}
	/* "277   == a@b": the process number of exim -d. */
	for (n = 0; n < s.n && (is_digit(s.p[n]) || is_blank(s.p[n])); n++)
		;
	if (n < 16 && sv_starts(sv_drop(s, n), SV("== ")))
		s = sv_drop(s, n);
	/* A list in prose begins with "** ", too; Exim's words must follow. */
	if ((sv_starts(s, SV("== ")) || sv_starts(s, SV("** "))) &&
	    (sv_has(s, SV(" R=")) || sv_has(s, SV(" defer ("))) &&
	    sv_has(s, SV(": ")))
		return marked(l, SV(""), s);
	if (sv_starts(s, SV("H=")) && sv_has(s, SV("rejected ")))
		return refused(l, SV(""), s);
	return login_refused(l, s);
}
