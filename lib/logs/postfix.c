/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * postfix.c - lines of Postfix 2.3 to 3.11
 *
 * The daemon's name helps where it is there, but the shape of the text
 * decides: people cut off the front of a line.
 */
#include "base/ascii.h"
#include "logs/parts.h"

static const sv writer = SV_INIT("postfix");

/* "QUEUEID: " or "NOQUEUE: " cut off; false where there is none. */
static bool cut_id(sv *s, sv *id)
{
	size_t colon = sv_chr(sv_head(*s, 34), ':');

	if (colon == SV_NPOS || !parts_is_id(sv_head(*s, colon)) ||
	    colon + 1 >= s->n || s->p[colon + 1] != ' ')
		return false;
	*id = sv_head(*s, colon);
	*s = sv_drop(*s, colon + 2);
	if (sv_eq(*id, SV("NOQUEUE")))
		*id = SV("");
	return true;
}

static sv daemon_of(const struct line *l)
{
	sv tag = l->prefix.tag;
	size_t slash = sv_rchr(tag, '/');

	return slash == SV_NPOS ? SV("") : sv_drop(tag, slash + 1);
}

static bool is_postfix(const struct line *l)
{
	static const char *const daemons[] = {
		"smtp",		  "smtpd",	"lmtp",	    "local",
		"virtual",	  "pipe",	"error",    "bounce",
		"cleanup",	  "qmgr",	"pickup",   "discard",
		"anvil",	  "postscreen", "tlsproxy", "scache",
		"verify",	  "proxymap",	"master",   "retry",
		"oqmgr",	  "nqmgr",	"defer",    "trace",
		"trivial-rewrite"};
	sv d = daemon_of(l);

	if (sv_starts(l->prefix.tag, writer))
		return true;
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		if (sv_eq(d, sv_str(daemons[i])))
			return true;
	return false;
}

/* ----- deliveries: "to=<a>, relay=..., dsn=..., status=S (text)" ----- */

static const struct {
	sv name;
	enum log_kind kind;
	enum ev_action action;
} statuses[] = {
	{SV_INIT("sent"), LOG_SENT, ACTION_DELIVERED},
	{SV_INIT("bounced"), LOG_ATTEMPT, ACTION_FAILED},
	{SV_INIT("deferred"), LOG_ATTEMPT, ACTION_DELAYED},
	{SV_INIT("SOFTBOUNCE"), LOG_ATTEMPT, ACTION_DELAYED},
	{SV_INIT("expired"), LOG_EXPIRED, ACTION_FAILED},
	{SV_INIT("force-expired"), LOG_EXPIRED, ACTION_FAILED},
	/* An address probe: no mail was lost. */
	{SV_INIT("undeliverable"), LOG_ATTEMPT, ACTION_NONE},
	{SV_INIT("deliverable"), LOG_OTHER, ACTION_NONE},
};

/* "(text)" behind the status; its end may be missing. */
static sv status_text(sv rest)
{
	rest = sv_trim(rest);
	if (rest.n && rest.p[0] == ',')
		return sv_trim(sv_drop(rest, 1));
	if (!rest.n || rest.p[0] != '(')
		return rest;
	rest = sv_drop(rest, 1);
	if (rest.n && rest.p[rest.n - 1] == ')')
		rest.n--;
	return rest;
}

static bool set_status(sv name, struct log_event *e)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (sv_eq(name, statuses[i].name)) {
			e->kind = statuses[i].kind;
			e->at.action = statuses[i].action;
			e->at.expired = e->kind == LOG_EXPIRED;
			return true;
		}
	return false;
}

static void set_field(struct attempt *at, sv name, sv value, sv *relay)
{
	if (sv_eq(name, SV("to")))
		at->recipient = value;
	else if (sv_eq(name, SV("orig_to")))
		at->final_recipient = value;
	else if (sv_eq(name, SV("from")))
		at->sender = value;
	else if (sv_eq(name, SV("relay")))
		*relay = value;
	else if (sv_eq(name, SV("dsn")))
		parts_status(value, &at->status);
}

static void set_relay(struct attempt *at, sv relay)
{
	sv host = SV(""), ip = SV(""), port = SV("");

	if (sv_chr(relay, '[') == SV_NPOS)
		return;
	parts_host(relay, &host, &ip, &port);
	if (!at->host.n && !at->host_ip.n) {
		at->host = host;
		at->host_ip = ip;
	}
	if (parts_is_socket(relay))
		at->spoke = SPOKE_OWN_MTA;
	if (!at->port.n && sv_eq(at->host_ip, ip))
		at->port = port;
}

static bool is_local(sv daemon)
{
	return sv_eq(daemon, SV("local")) || sv_eq(daemon, SV("virtual")) ||
	       sv_eq(daemon, SV("pipe"));
}

static size_t delivery(struct line *l, sv id, sv body)
{
	struct log_event *e = line_event(l, LOG_OTHER, writer);
	struct attempt *at = &e->at;
	sv rest = body, name, value, relay = SV(""), text;
	bool found = false;

	while (!found && parts_field(&rest, &name, &value)) {
		if (sv_eq(name, SV("status")))
			found = set_status(value, e);
		else
			set_field(at, name, value, &relay);
	}
	if (!found)
		return 0;
	at->queue_id = id;
	at->direction = DIR_OUTBOUND;
	if (at->final_recipient.n) {
		value = at->recipient;
		at->recipient = at->final_recipient;
		at->final_recipient = value;
	}
	text = status_text(rest);
	if (e->kind == LOG_SENT) {
		at->text = line_part(l, text);
	} else if (e->kind == LOG_EXPIRED) {
		/* "returned to sender" is no reason. */
		at->spoke = SPOKE_OWN_MTA;
	} else if (text.n) {
		parts_unwrap(l, text, at);
	}
	set_relay(at, relay);
	if (is_local(daemon_of(l)))
		at->spoke = SPOKE_OWN_MTA;
	return 1;
}

/* ----- inbound: what this server refused ----- */

static enum smtp_stage reject_stage(sv what)
{
	if (sv_starts(what, SV("END-OF-MESSAGE")) ||
	    sv_starts(what, SV("header")) || sv_starts(what, SV("body")) ||
	    sv_starts(what, SV("mime")) || sv_starts(what, SV("nested")) ||
	    sv_starts(what, SV("content")))
		return STAGE_END_OF_DATA;
	return smtp_stage_of_command(what);
}

static void envelope(struct attempt *at, sv fields)
{
	sv name, value;

	while (parts_field(&fields, &name, &value)) {
		if (sv_eq(name, SV("from")))
			at->sender = value;
		else if (sv_eq(name, SV("to")))
			at->recipient = value;
		else if (sv_eq(name, SV("sasl_username")))
			at->account = value;
		if (!sv_eq(name, SV("helo")))
			continue;
		/* The client's own words, and last: may hold anything. */
		if (value.n)
			value.n = (size_t)(fields.p + fields.n - value.p);
		at->helo = parts_bare(value);
		return;
	}
}

/*
 * Where the envelope begins.  The text may begin with the refused address,
 * and that may hold anything.
 */
static size_t envelope_at(sv s)
{
	static const sv begins[] = {SV_INIT("; from=<"), SV_INIT("; to=<"),
				    SV_INIT("; proto=")};
	size_t skip = 0, i, best = s.n;

	i = sv_chr(s, '<');
	if (i != SV_NPOS && i < 12) {
		skip = sv_find(s, SV(">: "));
		if (skip == SV_NPOS || skip > 330)
			skip = 0;
	}
	for (size_t k = 0; k < sizeof(begins) / sizeof(begins[0]); k++) {
		i = sv_find(sv_drop(s, skip), begins[k]);
		if (i != SV_NPOS && skip + i < best)
			best = skip + i;
	}
	return best;
}

/* Where "RCPT from host[ip]" ends; a client of IPv6 holds colons, too. */
static size_t reject_head(sv body, size_t from)
{
	size_t colon = sv_find(body, SV(": ")), end;

	if (colon == SV_NPOS)
		return body.n;
	if (from > colon)
		return colon;
	end = sv_find(sv_drop(body, from), SV("]"));
	if (end == SV_NPOS)
		return colon;
	end += from;
	colon = sv_find(sv_drop(body, end), SV(": "));
	return colon == SV_NPOS ? body.n : end + colon;
}

/* Text stands last; returns the envelope, *head is what was refused. */
static sv header_reject(struct line *l, sv body, struct attempt *at, sv *head)
{
	size_t end = parts_rfind(body, SV("; from=<")), text;
	sv rest = sv_drop(body, end == SV_NPOS ? body.n : end + 2);

	*head = sv_head(body, end);
	text = parts_rfind(rest, SV(">: "));
	if (text != SV_NPOS)
		at->text = line_part(l, sv_drop(rest, text + 3));
	return text == SV_NPOS ? rest : sv_head(rest, text + 1);
}

/*
 * smtpd: "RCPT from host[ip]: 554 5.7.1 text; from=<> to=<> proto= helo=<>".
 * cleanup with header checks: "header Subject: x from host[ip]; from=<>
 * to=<> proto= helo=<>: text".
 */
static size_t reject(struct line *l, sv id, sv body)
{
	struct log_event *e = line_event(l, LOG_REJECT, writer);
	struct attempt *at = &e->at;
	bool header =
		sv_starts(body, SV("header ")) || sv_starts(body, SV("body "));
	sv head, rest, skipped;
	size_t from = sv_find(body, SV(" from ")), end;

	at->direction = DIR_INBOUND;
	at->action = ACTION_FAILED;
	at->spoke = SPOKE_OWN_MTA;
	at->queue_id = id;
	at->stage = reject_stage(body);
	if (header) {
		rest = header_reject(l, body, at, &head);
		from = parts_rfind(head, SV(" from "));
	} else {
		end = reject_head(body, from);
		head = sv_head(body, end);
		rest = sv_drop(body, end + 2);
		end = envelope_at(rest);
		at->text = line_part(l, sv_trim(sv_head(rest, end)));
		rest = sv_drop(rest, end);
	}
	envelope(at, rest);
	if (from != SV_NPOS && from < head.n)
		parts_host(sv_drop(head, from + 6), &at->client_host,
			   &at->client_ip, &skipped);
	return 1;
}

/* "warning: h[ip]: SASL LOGIN authentication failed: text" */
static size_t login_refused(struct line *l, sv body)
{
	struct log_event *e;
	size_t i = sv_find(body, SV("]: SASL "));
	sv text = sv_drop(body, i == SV_NPOS ? body.n : i + 3), port;

	if (i == SV_NPOS || !sv_has(text, SV("authentication failed")))
		return 0;
	e = line_event(l, LOG_REJECT, writer);
	e->at.direction = DIR_INBOUND;
	e->at.action = ACTION_FAILED;
	e->at.spoke = SPOKE_OWN_MTA;
	e->at.stage = STAGE_AUTH;
	parts_host(sv_head(body, i + 1), &e->at.client_host, &e->at.client_ip,
		   &port);
	i = sv_find(text, SV(", sasl_username="));
	if (i != SV_NPOS)
		e->at.account = sv_drop(text, i + 16);
	e->at.text = line_part(l, sv_head(text, i));
	return 1;
}

/* ----- the rest ----- */

static size_t other(struct line *l, sv id)
{
	line_event(l, LOG_OTHER, writer)->at.queue_id = id;
	return 1;
}

/* A line that tells why, without being a rejection by itself. */
static size_t reason(struct line *l, sv id, sv text)
{
	struct log_event *e = line_event(l, LOG_OTHER, writer);

	/* "warning: A1B2C3D4: queue file size limit exceeded" */
	if (!id.n)
		(void)cut_id(&text, &id);
	e->at.queue_id = id;
	e->at.spoke = SPOKE_OWN_MTA;
	e->at.text = line_part(l, text);
	e->at.weak = true;
	return 1;
}

static size_t try_next(struct line *l, sv id, sv text)
{
	struct log_event *e = line_event(l, LOG_TRY, writer);

	e->at.queue_id = id;
	e->at.direction = DIR_OUTBOUND;
	e->at.action = ACTION_DELAYED;
	parts_unwrap(l, text, &e->at);
	return 1;
}

static bool is_try(sv s)
{
	static const sv begins[] = {SV_INIT("host "),
				    SV_INIT("lost connection with "),
				    SV_INIT("conversation with "),
				    SV_INIT("connect to "),
				    SV_INIT("Cannot start TLS: "),
				    SV_INIT("SSL_connect error to "),
				    SV_INIT("TLS is required, but "),
				    SV_INIT("Server certificate not "),
				    SV_INIT("SASL authentication failed")};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (sv_starts(s, begins[i]))
			return i || sv_has(s, SV(" said: ")) ||
			       sv_has(s, SV(" refused to talk to me: "));
	return false;
}

static void learn(struct attempt *at, sv name, sv value)
{
	sv port;

	if (sv_eq(name, SV("client")))
		parts_host(value, &at->client_host, &at->client_ip, &port);
	else if (sv_eq(name, SV("sasl_username")))
		at->account = value;
	else if (sv_eq(name, SV("message-id")))
		at->message_id = value;
	else if (sv_eq(name, SV("from")))
		at->sender = value;
}

/* "client=h[ip], sasl_username=u", "uid=0 from=<u>", "message-id=<x>" */
static size_t arrival(struct line *l, sv id, sv body)
{
	struct log_event *e;
	sv rest = body, name, value;

	if (!sv_starts(body, SV("client=")) && !sv_starts(body, SV("uid=")) &&
	    !sv_starts(body, SV("message-id=")) &&
	    !(sv_starts(body, SV("from=<")) && sv_has(body, SV(", size="))))
		return 0;
	e = line_event(l, LOG_ARRIVAL, writer);
	e->at.queue_id = id;
	while (parts_field(&rest, &name, &value))
		learn(&e->at, name, value);
	return 1;
}

static bool cut_action(sv *body)
{
	static const sv actions[] = {SV_INIT("reject: "),
				     SV_INIT("milter-reject: "),
				     SV_INIT("proxy-reject: ")};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (sv_starts(*body, actions[i])) {
			*body = sv_drop(*body, actions[i].n);
			return true;
		}
	return false;
}

static size_t with_id(struct line *l, sv id, sv body)
{
	sv text = body;
	size_t n;

	if (cut_action(&text))
		return reject(l, id, text);
	if (sv_eq(body, SV("removed")) || sv_eq(body, SV("canceled"))) {
		line_event(l, LOG_REMOVED, writer)->at.queue_id = id;
		return 1;
	}
	if (is_try(body))
		return try_next(l, id, body);
	n = arrival(l, id, body);
	if (!n && (sv_has(body, SV("status="))))
		n = delivery(l, id, body);
	return n;
}

static size_t without_id(struct line *l, sv body)
{
	sv text = body;
	size_t n = 0;

	if (sv_starts(body, SV("connect to ")) && sv_has(body, SV("]:")))
		return try_next(l, SV(""), body);
	if (sv_has(body, SV("status=")) &&
	    (sv_has(body, SV("to=<")) || sv_has(body, SV("dsn="))))
		n = delivery(l, SV(""), body);
	if (n || !is_postfix(l))
		return n;
	if (is_try(body))
		return try_next(l, SV(""), body);
	if (cut_action(&text))
		return reject(l, SV(""), text);
	for (unsigned i = 0; i < 2; i++) {
		static const sv levels[] = {SV_INIT("warning: "),
					    SV_INIT("fatal: ")};

		if (!sv_starts(body, levels[i]))
			continue;
		body = sv_drop(body, levels[i].n);
		n = login_refused(l, body);
		return n ? n : reason(l, SV(""), body);
	}
	return 0;
}

size_t postfix_read(struct line *l)
{
	sv body = l->body, id;
	bool ours = is_postfix(l);
	size_t n;

	/* Nobody else's lines, as far as the tag is one of Postfix's. */
	if (!ours && l->prefix.tag.n && sv_chr(l->prefix.tag, '/') == SV_NPOS &&
	    !sv_has(body, SV("status=")))
		return 0;
	if (sv_starts(body, SV("warning: ")) || !cut_id(&body, &id)) {
		n = without_id(l, l->body);
		return n || !ours ? n : other(l, SV(""));
	}
	n = with_id(l, id, body);
	if (n || !ours)
		return n;
	if (sv_starts(body, SV("warning: ")))
		return reason(l, id, sv_drop(body, 9));
	return other(l, id);
}
