/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendmail.c - lines of Sendmail 8
 *
 * "QUEUEID: to=<a>,<b>, delay=..., relay=host. [ip], dsn=5.1.1, reply=550 ...,
 * stat=User unknown".  reply= (since 8.14.5) holds what the remote host said,
 * stat= only Sendmail's own word for it.  dsn= decides about the outcome: it
 * stands before the two, whose text the remote host may choose.
 */
#include "base/ascii.h"
#include "logs/parts.h"

static const sv writer = SV_INIT("sendmail");

/* Where a field begins, at the start or behind ", "; SV_NPOS if nowhere. */
static size_t field_at(sv s, sv name)
{
	size_t at = 0, i;

	while ((i = sv_find(sv_drop(s, at), name)) != SV_NPOS) {
		at += i;
		if (!at || (at > 1 && s.p[at - 1] == ' ' && s.p[at - 2] == ','))
			return at;
		at += name.n;
	}
	return SV_NPOS;
}

/* The value of a field that ends at the next ", ". */
static sv field(sv s, sv name)
{
	size_t at = field_at(s, name);
	sv v = sv_drop(s, at == SV_NPOS ? s.n : at + name.n);

	return sv_head(v, sv_find(v, SV(", ")));
}

static void set_outcome(struct log_event *e, sv stat)
{
	unsigned class = e->at.status.class;

	if (sv_starts(stat, SV("queued")) || sv_starts(stat, SV("Queued"))) {
		e->kind = LOG_OTHER;
		return;
	}
	if (!class)
		class = sv_starts(stat, SV("Sent"))	  ? 2
			: sv_starts(stat, SV("Deferred")) ? 4
							  : 5;
	e->kind = class == 2 ? LOG_SENT : LOG_ATTEMPT;
	e->at.action = class == 2   ? ACTION_DELIVERED
		       : class == 4 ? ACTION_DELAYED
				    : ACTION_FAILED;
}

/* "Deferred: 452 text" and "Sent (text)" without the word in front. */
static sv stat_text(sv stat)
{
	if (sv_starts(stat, SV("Deferred: ")))
		return sv_drop(stat, 10);
	if (sv_starts(stat, SV("Sent (")) && sv_ends(stat, SV(")")))
		return sv_slice(stat, 6, stat.n - 1);
	return stat;
}

static bool has_code(sv s)
{
	uint16_t code;

	return s.n >= 4 && (s.p[3] == ' ' || s.p[3] == '-') &&
	       reply_code(sv_head(s, 3), &code);
}

static const sv own_words[] = {
	SV_INIT("Connection refused"),	SV_INIT("Connection timed out"),
	SV_INIT("Connection reset"),	SV_INIT("Host unknown"),
	SV_INIT("Name server"),		SV_INIT("host name lookup"),
	SV_INIT("Network is"),		SV_INIT("No route to host"),
	SV_INIT("Operation timed out"), SV_INIT("Broken pipe"),
	SV_INIT("local configuration"), SV_INIT("Local configuration"),
	SV_INIT("Too many hops"),	SV_INIT("TLS handshake"),
};

static void set_text(const struct line *l, sv reply, sv stat,
		     struct attempt *at)
{
	sv mailer = field(l->body, SV("mailer="));
	sv text = reply.n ? reply : stat_text(stat);

	at->text = line_part(l, text);
	if (has_code(text))
		return;
	if (!reply.n && !sv_istarts(mailer, SV("esmtp")) &&
	    !sv_istarts(mailer, SV("smtp")) &&
	    !sv_istarts(mailer, SV("relay")) && mailer.n) {
		at->spoke = SPOKE_OWN_MTA;
		return;
	}
	for (size_t i = 0; i < sizeof(own_words) / sizeof(own_words[0]); i++)
		if (sv_has(text, own_words[i])) {
			at->spoke = SPOKE_OWN_MTA;
			if (sv_starts(own_words[i], SV("Connection ")) ||
			    sv_starts(own_words[i], SV("Network is")))
				at->stage = STAGE_CONNECT;
		}
}

/* One event for each address in "<a>,<b>,c...". */
static size_t fan_out(struct line *l, sv to)
{
	size_t n = 0;

	while (to.n && n < l->max && n < LOG_MAX_EVENTS) {
		sv one = to;
		size_t len;

		if (to.p[0] == '<')
			len = parts_angle(to);
		else
			len = sv_head(to, sv_chr(to, ',')).n;
		one = parts_bare(sv_head(to, len));
		to = sv_drop(to, len);
		while (to.n && (to.p[0] == ',' || is_blank(to.p[0])))
			to = sv_drop(to, 1);
		/* A list that was too long is cut with "...". */
		if (!one.n || sv_starts(one, SV("...")))
			continue;
		if (n)
			l->out[n] = l->out[0];
		l->out[n++].at.recipient = one;
	}
	return n ? n : 1;
}

/* The list of recipients: to the ", name=" that follows it. */
static sv recipients(sv s)
{
	size_t i = 0;

	while (i < s.n) {
		size_t k;

		if (s.p[i] == '<') {
			i += parts_angle(sv_drop(s, i));
			continue;
		}
		if (s.p[i] != ',' || i + 1 >= s.n || s.p[i + 1] != ' ') {
			i++;
			continue;
		}
		for (k = i + 2; k < s.n && is_alpha(s.p[k]); k++)
			;
		if (k < s.n && s.p[k] == '=')
			break;
		i += 2;
	}
	return sv_head(s, i);
}

static size_t delivery(struct line *l, sv id, sv body)
{
	struct log_event *e;
	struct attempt *at;
	sv to = recipients(sv_drop(body, 3)), rest, head, stat, reply, skip;
	size_t i = parts_rfind(body, SV(", stat=")), k;

	if (i == SV_NPOS)
		return 0;
	e = line_event(l, LOG_ATTEMPT, writer);
	at = &e->at;
	at->queue_id = id;
	at->direction = DIR_OUTBOUND;
	rest = sv_drop(body, 3 + to.n);
	stat = sv_drop(body, i + 7);
	head = sv_head(rest, i - 3 - to.n);
	k = field_at(head, SV("reply="));
	reply = sv_drop(head, k == SV_NPOS ? head.n : k + 6);
	head = sv_head(head, k);
	parts_status(field(head, SV("dsn=")), &at->status);
	set_outcome(e, stat);
	parts_host(field(head, SV("relay=")), &at->host, &at->host_ip, &skip);
	set_text(l, sv_trim(reply), sv_trim(stat), at);
	return fan_out(l, to);
}

/* "from=<a>, size=1, nrcpts=1, msgid=<x>, proto=ESMTP, relay=h [ip]" */
static size_t arrival(struct line *l, sv id, sv body)
{
	struct attempt *at = &line_event(l, LOG_ARRIVAL, writer)->at;
	sv port;

	at->queue_id = id;
	at->sender = parts_value(body, SV("from"));
	at->message_id = parts_bare(field(body, SV("msgid=")));
	at->account = field(body, SV("authid="));
	parts_host(field(body, SV("relay=")), &at->client_host, &at->client_ip,
		   &port);
	return 1;
}

static void rule_args(sv head, struct attempt *at)
{
	sv rule = field(head, SV("ruleset=")), arg1 = field(head, SV("arg1="));

	if (sv_eq(rule, SV("check_rcpt")) || sv_eq(rule, SV("check_compat"))) {
		at->stage = STAGE_RCPT;
		at->recipient = parts_bare(arg1);
	} else if (sv_eq(rule, SV("check_mail"))) {
		at->stage = STAGE_MAIL;
		at->sender = parts_bare(arg1);
	} else if (sv_eq(rule, SV("check_relay"))) {
		at->stage = STAGE_CONNECT;
	} else if (sv_eq(rule, SV("check_eoh")) ||
		   sv_eq(rule, SV("check_eom"))) {
		at->stage = STAGE_END_OF_DATA;
	}
}

/* What a milter refused: "Milter: to=<a>, reject=550 ...". */
static void milter_args(sv head, struct attempt *at)
{
	head = sv_trim(sv_drop(head, 7));
	if (sv_starts(head, SV("to="))) {
		at->stage = STAGE_RCPT;
		at->recipient = parts_value(head, SV("to"));
	} else if (sv_starts(head, SV("from="))) {
		at->stage = STAGE_MAIL;
		at->sender = parts_value(head, SV("from"));
	} else if (sv_starts(head, SV("data"))) {
		at->stage = STAGE_END_OF_DATA;
	} else if (sv_starts(head, SV("connect"))) {
		at->stage = STAGE_CONNECT;
	} else if (sv_starts(head, SV("helo"))) {
		at->stage = STAGE_HELO;
		at->helo = parts_value(head, SV("helo"));
	}
}

static size_t refused(struct line *l, sv id, sv body)
{
	size_t i = sv_find(body, SV("reject="));
	struct attempt *at;
	sv head, port;

	if (i == SV_NPOS || i < 2)
		return 0;
	head = sv_head(body, i - 2);
	at = &line_event(l, LOG_REJECT, writer)->at;
	at->queue_id = id;
	at->direction = DIR_INBOUND;
	at->action = ACTION_FAILED;
	at->spoke = SPOKE_OWN_MTA;
	at->text = line_part(l, sv_trim(sv_drop(body, i + 7)));
	if (sv_starts(body, SV("Milter:")))
		milter_args(head, at);
	else
		rule_args(head, at);
	parts_host(field(head, SV("relay=")), &at->client_host, &at->client_ip,
		   &port);
	return 1;
}

/* "<a@example.org>... User unknown": said to a client. */
static size_t said(struct line *l, sv id, sv body)
{
	struct attempt *at;
	size_t n = parts_angle(body);

	if (!sv_starts(sv_drop(body, n), SV("... ")))
		n = sv_find(body, SV(">... ")) + 1;
	if (!n || n > body.n)
		return 0;
	at = &line_event(l, LOG_REJECT, writer)->at;
	at->queue_id = id;
	at->direction = DIR_INBOUND;
	at->action = ACTION_FAILED;
	at->spoke = SPOKE_OWN_MTA;
	at->stage = STAGE_RCPT;
	at->recipient = parts_bare(sv_head(body, n));
	at->text = line_part(l, sv_trim(sv_drop(body, n + 4)));
	return 1;
}

static size_t other(struct line *l, enum log_kind kind, sv id)
{
	struct log_event *e = line_event(l, kind, writer);

	e->at.queue_id = id;
	e->at.expired = kind == LOG_EXPIRED;
	if (kind == LOG_EXPIRED) {
		e->at.action = ACTION_FAILED;
		e->at.spoke = SPOKE_OWN_MTA;
	}
	return 1;
}

/* "QUEUEID: ": 8.12 and later have 14 characters, before it was 8. */
static bool cut_id(sv *s, sv *id)
{
	size_t colon = sv_chr(sv_head(*s, 24), ':');

	if (colon == SV_NPOS || !parts_is_id(sv_head(*s, colon)) ||
	    colon + 1 >= s->n || s->p[colon + 1] != ' ')
		return false;
	*id = sv_head(*s, colon);
	*s = sv_drop(*s, colon + 2);
	return true;
}

static size_t with_id(struct line *l, sv id, sv body, bool ours)
{
	if (sv_starts(body, SV("to=")))
		return delivery(l, id, body);
	if (sv_starts(body, SV("from=")) && sv_has(body, SV(", nrcpts=")))
		return arrival(l, id, body);
	if (sv_starts(body, SV("ruleset=")) || sv_starts(body, SV("Milter: ")))
		return refused(l, id, body);
	if (!ours)
		return 0;
	if (sv_starts(body, SV("<")) && sv_has(body, SV(">... ")))
		return said(l, id, body);
	if (sv_has(body, SV(": return to sender: Cannot send message ")))
		return other(l, LOG_EXPIRED, id);
	return other(l, LOG_OTHER, id);
}

size_t sendmail_read(struct line *l)
{
	sv tag = l->prefix.tag, body = l->body, id = SV("");
	bool ours = sv_starts(tag, writer) || sv_starts(tag, SV("sm-"));
	size_t n = 0;

	if (cut_id(&body, &id))
		n = with_id(l, id, body, ours);
	else if (sv_starts(body, SV("ruleset=")))
		n = refused(l, id, body);
	else if (sv_starts(body, SV("to=")))
		n = delivery(l, id, body);
	if (!n && ours)
		n = other(l, LOG_OTHER, id);
	return n;
}
