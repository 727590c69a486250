/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opensmtpd.c - lines of OpenSMTPD, from 5.9 ("relay: PermFail for ...") to
 * now ("SESSION mta delivery evpid=... result="PermFail" stat="...")
 */
#include "base/ascii.h"
#include "logs/parts.h"

static const sv writer = SV_INIT("opensmtpd");

/* stat is last and its text may hold quotes and commas. */
static sv stat_of(sv s, sv *head)
{
	size_t i = sv_find(s, SV(" stat=")), n;
	sv v = sv_drop(s, i == SV_NPOS ? s.n : i + 6);

	*head = sv_head(s, i);
	if (!v.n || v.p[0] != '"')
		return v;
	v = sv_drop(v, 1);
	n = sv_rchr(v, '"');
	return sv_head(v, n);
}

static void set_result(struct log_event *e, sv result)
{
	static const struct {
		sv name;
		enum log_kind kind;
		enum ev_action action;
	} results[] = {
		{SV_INIT("Ok"), LOG_SENT, ACTION_DELIVERED},
		{SV_INIT("TempFail"), LOG_ATTEMPT, ACTION_DELAYED},
		{SV_INIT("PermFail"), LOG_ATTEMPT, ACTION_FAILED},
		{SV_INIT("LoopDetected"), LOG_ATTEMPT, ACTION_FAILED},
		{SV_INIT("Loop"), LOG_ATTEMPT, ACTION_FAILED},
		{SV_INIT("Expire"), LOG_EXPIRED, ACTION_FAILED},
		{SV_INIT("Expired"), LOG_EXPIRED, ACTION_FAILED},
	};

	e->kind = LOG_OTHER;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (sv_eq(result, results[i].name)) {
			e->kind = results[i].kind;
			e->at.action = results[i].action;
		}
	e->at.expired = e->kind == LOG_EXPIRED;
}

/* "192.0.2.1 (mx.example.net)"; the name may repeat the address. */
static void set_relay(sv relay, struct attempt *at)
{
	sv ip = sv_head(relay, sv_find(relay, SV(" ("))), name;

	if (sv_starts(ip, SV("[")))
		ip = sv_slice(ip, 1, sv_chr(ip, ']'));
	if (sv_istarts(ip, SV("IPv6:")))
		ip = sv_drop(ip, 5);
	if (parts_is_ip(ip))
		at->host_ip = ip;
	if (parts_between(relay, SV("("), SV(")"), &name) &&
	    !parts_is_ip(name) && !sv_eq(name, SV("<unknown>")))
		at->host = name;
	else if (!parts_is_ip(ip))
		at->host = ip;
}

/*
 * OpenSMTPD joins the lines of a reply without anything between them:
 * "550-5.7.26 one.5.7.26 two".  A blank goes in front of the repeated status.
 */
static struct mtext spaced(const struct line *l, sv s)
{
	struct estatus e;
	size_t n = s.n > 4 ? estatus_parse(sv_drop(s, 4), &e) : 0, i, end;
	sv code = sv_slice(s, 4, 4 + n + 1);
	struct mtext t;

	if (!n || !sv_ends(code, SV(" ")) || !parts_is_reply(s))
		return line_part(l, s);
	t = line_text(l, s.n + s.n / 4);
	for (i = 0; i < s.n; i = end) {
		end = sv_find(sv_drop(s, i + 5), code);
		end = end == SV_NPOS ? s.n : i + 5 + end;
		line_copy(l, &t, sv_slice(s, i, end));
		if (end < s.n)
			mtext_space(&t);
	}
	return t;
}

/*
 * fields hold "from=<> to=<> rcpt=<> source= relay=", separated by blanks or
 * by commas.
 */
static size_t delivery(struct line *l, sv id, sv result, sv fields)
{
	struct log_event *e = line_event(l, LOG_OTHER, writer);
	struct attempt *at = &e->at;
	sv head, stat = stat_of(fields, &head), rcpt, relay;

	if (!id.n)
		id = parts_value(head, SV("evpid"));
	if (!result.n)
		result = parts_value(head, SV("result"));
	set_result(e, result);
	at->queue_id = id;
	at->direction = DIR_OUTBOUND;
	at->sender = parts_value(head, SV("from"));
	at->recipient = parts_value(head, SV("to"));
	rcpt = parts_value(head, SV("rcpt"));
	/* The address before an alias was followed; "-" if it is the same. */
	if (rcpt.n && !sv_eq(rcpt, SV("-")) && !sv_eq(rcpt, at->recipient)) {
		at->final_recipient = at->recipient;
		at->recipient = rcpt;
	}
	if (parts_between(head, SV("relay=\""), SV("\""), &relay) ||
	    parts_between(head, SV("relay="), SV(", "), &relay))
		set_relay(relay, at);
	rcpt = parts_value(head, SV("source"));
	if (parts_is_ip(rcpt))
		at->own_ip = rcpt;
	at->text = spaced(l, stat);
	if ((e->kind == LOG_ATTEMPT || e->kind == LOG_EXPIRED) &&
	    !parts_is_reply(stat))
		at->spoke = SPOKE_OWN_MTA;
	return 1;
}

/* "RCPT TO:<a>" and the reply to it, said to a client. */
static size_t refused(struct line *l, sv command, sv reply)
{
	struct attempt *at = &line_event(l, LOG_REJECT, writer)->at;
	size_t open = sv_chr(command, '<');
	sv addr = parts_bare(
		sv_drop(command, open == SV_NPOS ? command.n : open));

	at->direction = DIR_INBOUND;
	at->action = ACTION_FAILED;
	at->spoke = SPOKE_OWN_MTA;
	at->stage = smtp_stage_of_command(command);
	at->text = line_part(l, reply);
	addr = sv_head(addr, sv_find(addr, SV("> ")));
	if (at->stage == STAGE_RCPT)
		at->recipient = addr;
	else if (at->stage == STAGE_MAIL)
		at->sender = addr;
	return 1;
}

/* smtp failed-command command="RCPT TO:<a>" result="550 Invalid" */
static size_t failed_command(struct line *l, sv s)
{
	size_t i = parts_rfind(s, SV(" result=\""));
	sv command = SV(""), reply;

	if (i == SV_NPOS)
		return 0;
	reply = sv_drop(s, i + 9);
	if (reply.n && reply.p[reply.n - 1] == '"')
		reply.n--;
	if (parts_between(sv_head(s, i), SV("command=\""), SV(""), &command) &&
	    command.n && command.p[command.n - 1] == '"')
		command.n--;
	return refused(l, command, reply);
}

/* A session with a remote host that ended before any delivery. */
static size_t session_error(struct line *l, sv text)
{
	struct attempt *at = &line_event(l, LOG_TRY, writer)->at;

	at->direction = DIR_OUTBOUND;
	at->action = ACTION_DELAYED;
	at->text = line_part(l, text);
	if (!parts_is_reply(text))
		at->spoke = SPOKE_OWN_MTA;
	if (sv_has(text, SV("Connection refused")) ||
	    sv_has(text, SV("Connection failed")))
		at->stage = STAGE_CONNECT;
	return 1;
}

static size_t reason(struct line *l, sv text)
{
	struct attempt *at = &line_event(l, LOG_OTHER, writer)->at;

	at->spoke = SPOKE_OWN_MTA;
	at->text = line_part(l, text);
	at->weak = true;
	return 1;
}

static size_t envelope(struct line *l, sv s)
{
	struct attempt *at = &line_event(l, LOG_ARRIVAL, writer)->at;

	at->queue_id = parts_value(s, SV("evpid"));
	at->sender = parts_value(s, SV("from"));
	at->recipient = parts_value(s, SV("to"));
	return 1;
}

static bool is_session(sv s)
{
	if (s.n < 17 || s.p[16] != ' ')
		return false;
	for (size_t i = 0; i < 16; i++)
		if (!is_xdigit(s.p[i]))
			return false;
	return true;
}

/* Behind the session: "mta delivery ...", "smtp envelope ...". */
static size_t session(struct line *l, sv s)
{
	sv v;

	if (sv_starts(s, SV("mta delivery ")) ||
	    sv_starts(s, SV("mda delivery ")))
		return delivery(l, SV(""), SV(""), sv_drop(s, 12));
	if (sv_starts(s, SV("mta event=delivery ")) ||
	    sv_starts(s, SV("mda event=delivery ")))
		return delivery(l, SV(""), SV(""), sv_drop(s, 18));
	if (sv_starts(s, SV("smtp envelope ")) ||
	    sv_starts(s, SV("smtp event=envelope ")))
		return envelope(l, s);
	if (sv_starts(s, SV("smtp failed-command ")) ||
	    sv_starts(s, SV("smtp event=failed-command ")) ||
	    sv_starts(s, SV("smtp bad-input ")))
		return failed_command(l, s);
	if ((sv_starts(s, SV("mta error ")) ||
	     sv_starts(s, SV("mta event=error "))) &&
	    parts_between(s, SV("reason="), SV(""), &v))
		return session_error(l, sv_trim(v));
	if (sv_starts(s, SV("mta ")) || sv_starts(s, SV("mda ")) ||
	    sv_starts(s, SV("smtp "))) {
		(void)line_event(l, LOG_OTHER, writer);
		return 1;
	}
	return 0;
}

/* "relay: PermFail for EVPID: session=, from=<>, to=<>, ..., stat=text" */
static size_t old_delivery(struct line *l, sv s)
{
	size_t i = sv_find(s, SV(" for ")), colon;
	sv head = sv_head(s, i), id;

	if (i == SV_NPOS)
		return 0;
	s = sv_drop(s, i + 5);
	/* A mail program may have wrapped a line behind the id. */
	colon = sv_chr(s, ':');
	if (colon == SV_NPOS || colon > 20)
		return 0;
	id = sv_head(s, colon);
	i = sv_chr(head, ' ');
	return delivery(l, id, sv_drop(head, i == SV_NPOS ? head.n : i + 1),
			sv_drop(s, colon + 1));
}

static size_t old_style(struct line *l, sv s)
{
	static const sv error = SV_INIT("smtp-out: Error on session ");
	static const sv command =
		SV_INIT("smtp-in: Failed command on session ");
	sv v;
	size_t i;

	if (sv_starts(s, SV("relay: ")) || sv_starts(s, SV("delivery: ")))
		return old_delivery(l, s);
	if (sv_starts(s, error) &&
	    parts_between(sv_drop(s, error.n), SV(": "), SV(""), &v))
		return session_error(l, v);
	i = parts_rfind(s, SV("\" => "));
	if (sv_starts(s, command) && i != SV_NPOS &&
	    parts_between(sv_head(s, i), SV(": \""), SV(""), &v))
		return refused(l, v, sv_drop(s, i + 5));
	if (sv_starts(s, SV("smtp-out: Failed to resolve MX for ")) &&
	    parts_between(s, SV("]: "), SV(""), &v))
		return reason(l, v);
	if (sv_starts(s, SV("smtp-out: ")) || sv_starts(s, SV("smtp-in: "))) {
		(void)line_event(l, LOG_OTHER, writer);
		return 1;
	}
	return 0;
}

size_t opensmtpd_read(struct line *l)
{
	if (is_session(l->body))
		return session(l, sv_drop(l->body, 17));
	return old_style(l, l->body);
}
