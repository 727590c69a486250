/* SPDX-License-Identifier: BSD-2-Clause */
#include <jansson.h>
#include <stdlib.h>

#include "logs/exports.h"
#include "logs/json.h"
#include "logs/parts.h"

/* A path of members: "delivery-status.code". */
#define KEY_BYTES 48

/* What happened, in the words of each provider; what is not here is no row. */
enum { COMPLAINT = 1, OWN = 2 };

struct happened {
	const char *name;
	enum ev_action action;
	unsigned flags; /* OWN: the provider itself refused to send it */
};

static const struct happened bounced = {"", ACTION_FAILED, 0};

/* docs.sendgrid.com/for-developers/tracking-events/event */
static const struct happened sendgrid[] = {
	{"bounce", ACTION_FAILED, 0},
	{"dropped", ACTION_FAILED, OWN},
	{"deferred", ACTION_DELAYED, 0},
	{"delivered", ACTION_DELIVERED, 0},
	{"spamreport", ACTION_NONE, COMPLAINT},
	{NULL, ACTION_NONE, 0},
};

/* documentation.mailgun.com, events: event structure */
static const struct happened mailgun[] = {
	{"failed", ACTION_FAILED, 0},
	{"rejected", ACTION_FAILED, OWN},
	{"delivered", ACTION_DELIVERED, 0},
	{"complained", ACTION_NONE, COMPLAINT},
	{NULL, ACTION_NONE, 0},
};

/*
 * postmarkapp.com/developer/api/bounce-api, bounce types.  AutoResponder,
 * AddressChange, ChallengeVerification, Subscribe, ... are answers of people
 * and machines, no failures.
 */
static const struct happened postmark[] = {
	{"HardBounce", ACTION_FAILED, 0},
	{"SoftBounce", ACTION_FAILED, 0},
	{"Transient", ACTION_DELAYED, 0},
	{"DnsError", ACTION_FAILED, 0},
	{"Blocked", ACTION_FAILED, 0},
	{"SpamNotification", ACTION_FAILED, 0},
	{"BadEmailAddress", ACTION_FAILED, OWN},
	{"DMARCPolicy", ACTION_FAILED, 0},
	{"SMTPApiError", ACTION_FAILED, OWN},
	{"SpamComplaint", ACTION_NONE, COMPLAINT},
	{"Delivery", ACTION_DELIVERED, 0},
	{NULL, ACTION_NONE, 0},
};

/* developers.sparkpost.com/api/webhooks, event types */
static const struct happened sparkpost[] = {
	{"bounce", ACTION_FAILED, 0},
	{"out_of_band", ACTION_FAILED, 0},
	{"policy_rejection", ACTION_FAILED, OWN},
	{"generation_failure", ACTION_FAILED, OWN},
	{"generation_rejection", ACTION_FAILED, OWN},
	{"delay", ACTION_DELAYED, 0},
	{"delivery", ACTION_DELIVERED, 0},
	{"spam_complaint", ACTION_NONE, COMPLAINT},
	{NULL, ACTION_NONE, 0},
};

/* dev.mailjet.com, event API; blocked: not sent, it bounced before */
static const struct happened mailjet[] = {
	{"bounce", ACTION_FAILED, 0},
	{"blocked", ACTION_FAILED, OWN},
	{"sent", ACTION_DELIVERED, 0},
	{"spam", ACTION_NONE, COMPLAINT},
	{NULL, ACTION_NONE, 0},
};

/*
 * A form: the members that it alone has, and those that tell something.  Of
 * several the first that is not empty counts.
 */
struct form {
	const char *writer;
	const char *marks[3];
	const char *event; /* NULL: a list of what bounced */
	const struct happened *events;
	const char *temporary; /* says "temporary": it is tried again */
	const char *recipient[2], *text[3];
	const char *code, *status, *host, *host_ip, *own_ip, *sender;
	const char *message_id, *id, *time;
};

static const struct form forms[] = {
	{.writer = "sendgrid", .marks = {"sg_event_id", "email"},
	 .event = "event", .events = sendgrid, .recipient = {"email"},
	 .text = {"reason", "response"}, .code = "status",
	 .status = "status", .own_ip = "ip",
	 .message_id = "smtp-id", .id = "sg_message_id", .time = "timestamp"},
	{.writer = "sendgrid", .marks = {"email", "reason", "created"},
	 .recipient = {"email"}, .text = {"reason"}, .code = "status",
	 .status = "status",
	 .time = "created"},
	{.writer = "mailgun", .marks = {"event", "recipient", "timestamp"},
	 .event = "event", .events = mailgun, .temporary = "severity",
	 .recipient = {"recipient"},
	 .text = {"delivery-status.message", "delivery-status.description",
	          "reject.reason"},
	 .code = "delivery-status.code",
	 .status = "delivery-status.enhanced-code",
	 .host = "delivery-status.mx-host", .own_ip = "envelope.sending-ip",
	 .sender = "envelope.sender",
	 .message_id = "message.headers.message-id", .id = "id",
	 .time = "timestamp"},
	{.writer = "mailgun", .marks = {"address", "error", "created_at"},
	 .recipient = {"address"}, .text = {"error"}, .code = "code",
	 .time = "created_at"},
	{.writer = "postmark", .marks = {"Type", "Email", "BouncedAt"},
	 .event = "Type", .events = postmark, .recipient = {"Email"},
	 .text = {"Details", "Description"}, .sender = "From",
	 .id = "MessageID", .time = "BouncedAt"},
	{.writer = "postmark", .marks = {"RecordType", "Recipient",
	                                 "DeliveredAt"},
	 .event = "RecordType", .events = postmark, .recipient = {"Recipient"},
	 .text = {"Details"}, .id = "MessageID", .time = "DeliveredAt"},
	{.writer = "sparkpost", .marks = {"type", "rcpt_to"},
	 .event = "type", .events = sparkpost,
	 .recipient = {"raw_rcpt_to", "rcpt_to"},
	 .text = {"raw_reason", "reason"}, .code = "error_code",
	 .host_ip = "ip_address", .own_ip = "sending_ip", .sender = "msg_from",
	 .id = "message_id", .time = "timestamp"},
	{.writer = "mailjet", .marks = {"event", "email", "time"},
	 .event = "event", .events = mailjet, .recipient = {"email"},
	 .text = {"comment", "error", "smtp_reply"}, .id = "MessageID",
	 .time = "time"},
};

/* One value on its way to rows. */
struct reading {
	struct exports *e;
	struct arena *a;
	struct mtext whole; /* the value's bytes, if they are not too many */
	size_t begin;
	json_t *opened; /* values that stood in strings */
};

static const json_t *get(const json_t *o, const char *path)
{
	while (path && o) {
		const char *dot = strchr(path, '.');
		size_t n = dot ? (size_t)(dot - path) : strlen(path);
		char key[KEY_BYTES];

		if (n >= sizeof(key))
			return NULL;
		memcpy(key, path, n);
		key[n] = '\0';
		o = json_object_get(o, key);
		path = dot ? dot + 1 : NULL;
	}
	return o;
}

/* A string or a number; the JSON tree is freed before the caller looks. */
static sv text_of(struct reading *r, const json_t *v)
{
	if (json_is_string(v))
		return arena_dup(r->a, sv_of(json_string_value(v),
		                             json_string_length(v)));
	if (json_is_integer(v))
		return arena_printf(r->a, "%lld",
		                    (long long)json_integer_value(v));
	if (json_is_real(v))
		return arena_printf(r->a, "%.3f", json_real_value(v));
	return SV("");
}

static sv member(struct reading *r, const json_t *o, const char *path)
{
	return path ? text_of(r, get(o, path)) : SV("");
}

/* "smtp; 550 ...", as a DSN has it, without the type. */
static sv without_type(sv s)
{
	if (sv_istarts(s, SV("smtp;")))
		s = sv_drop(s, 5);
	return sv_trim(s);
}

/* The reply that stands at path, with its place if it is found again. */
static void set_text(struct reading *r, struct attempt *at, const json_t *o,
                     const char *path)
{
	sv want = sv_head(member(r, o, path), MTEXT_MAX), bare;
	const char *dot = strrchr(path, '.');
	sv key = arena_printf(r->a, "\"%s\"", dot ? dot + 1 : path);
	size_t front;

	at->text = json_place(r->a, &r->whole, 0, key, want);
	bare = without_type(mtext_sv(&at->text));
	if (!at->text.n || !bare.n) {
		at->text.n = 0;
		return;
	}
	front = (size_t)(bare.p - at->text.p);
	at->text.p += front;
	at->text.src += front;
	at->text.cap -= front;
	at->text.n = bare.n;
}

static void set_codes(struct attempt *at, sv code, sv status)
{
	uint32_t n;

	if (sv_u32(sv_trim(code), 599, &n) && n >= 200)
		at->code = (uint16_t)n;
	(void)estatus_parse(sv_trim(status), &at->status);
}

/* A new row; NULL without memory. */
static struct export_row *add(struct reading *r, const char *writer,
                              const struct happened *h)
{
	struct exports *e = r->e;
	struct export_row *row, *list;

	list = arena_more(r->a, e->rows, e->n, &e->cap, sizeof(*list),
	                  EXPORT_ROWS_MAX);
	if (!list)
		return NULL;
	e->rows = list;
	row = &list[e->n++];
	*row = (struct export_row){.complaint = h->flags & COMPLAINT};
	row->at.form = FORM_LOG;
	row->at.direction = DIR_OUTBOUND;
	row->at.action = h->action;
	row->at.writer = sv_str(writer);
	row->at.spoke = h->flags & OWN ? SPOKE_OWN_PROVIDER : SPOKE_UNKNOWN;
	row->at.count = 1;
	row->at.offset = r->begin;
	row->at.line = (unsigned)e->line;
	return row;
}

static const struct happened *happened(struct reading *r, const struct form *f,
                                       const json_t *o)
{
	sv name = member(r, o, f->event);

	if (!f->event)
		return &bounced;
	for (const struct happened *h = f->events; h->name; h++)
		if (sv_eq(name, sv_str(h->name)))
			return h;
	return NULL;
}

/*
 * Bounce classes that are none (support.sparkpost.com, bounce classification
 * codes): auto-reply, subscribe, unsubscribe, challenge.
 */
static bool is_answer(struct reading *r, const json_t *o)
{
	sv class = member(r, o, "bounce_class");

	return sv_eq(class, SV("60")) || sv_eq(class, SV("80")) ||
	       sv_eq(class, SV("90")) || sv_eq(class, SV("100"));
}

static void set_peers(struct reading *r, const struct form *f, const json_t *o,
                      struct attempt *at)
{
	sv ip;

	at->host = member(r, o, f->host);
	ip = member(r, o, f->host_ip);
	if (parts_is_ip(ip))
		at->host_ip = ip;
	ip = member(r, o, f->own_ip);
	if (parts_is_ip(ip))
		at->own_ip = ip;
	at->sender = parts_bare(member(r, o, f->sender));
	at->message_id = parts_bare(member(r, o, f->message_id));
	at->queue_id = member(r, o, f->id);
}

static void fill(struct reading *r, const struct form *f, const json_t *o,
                 struct export_row *row)
{
	struct attempt *at = &row->at;

	for (size_t i = 0; i < 2 && f->recipient[i] && !at->recipient.n; i++)
		at->recipient = parts_bare(member(r, o, f->recipient[i]));
	for (size_t i = 0; i < 3 && f->text[i] && !at->text.n; i++)
		set_text(r, at, o, f->text[i]);
	set_codes(at, member(r, o, f->code), member(r, o, f->status));
	set_peers(r, f, o, at);
	row->time = member(r, o, f->time);
	if (f->temporary && at->action == ACTION_FAILED &&
	    sv_eq(member(r, o, f->temporary), SV("temporary")))
		at->action = ACTION_DELAYED;
}

static bool has_marks(const struct form *f, const json_t *o)
{
	for (size_t i = 0; i < 3 && f->marks[i]; i++)
		if (!get(o, f->marks[i]))
			return false;
	return true;
}

/* Amazon SES: docs.aws.amazon.com/ses, notification-contents.html */
static const struct {
	const char *type;
	const char *part;       /* member that tells about it */
	const char *recipients; /* objects or strings */
	const char *text;       /* in the recipient, else in part */
	struct happened is;
} ses[] = {
	{"Bounce", "bounce", "bounce.bouncedRecipients", "diagnosticCode",
	 {"", ACTION_FAILED, 0}},
	{"Complaint", "complaint", "complaint.complainedRecipients", "",
	 {"", ACTION_NONE, COMPLAINT}},
	{"Delivery", "delivery", "delivery.recipients", "smtpResponse",
	 {"", ACTION_DELIVERED, 0}},
	{"DeliveryDelay", "deliveryDelay", "deliveryDelay.delayedRecipients",
	 "diagnosticCode", {"", ACTION_DELAYED, 0}},
	{"Reject", "reject", "mail.destination", "reason",
	 {"", ACTION_FAILED, OWN}},
	{"Rendering Failure", "failure", "mail.destination", "errorMessage",
	 {"", ACTION_FAILED, OWN}},
};

static void ses_recipient(struct reading *r, const json_t *o, size_t i,
                          const json_t *who)
{
	const json_t *part = get(o, ses[i].part);
	struct export_row *row = add(r, "ses", &ses[i].is);
	sv action = member(r, who, "action"), ip;

	if (!row)
		return;
	row->at.recipient = json_is_string(who)
	                            ? text_of(r, who)
	                            : member(r, who, "emailAddress");
	row->at.recipient = parts_bare(row->at.recipient);
	set_text(r, &row->at, who, ses[i].text);
	if (!row->at.text.n)
		set_text(r, &row->at, part, ses[i].text);
	/* "OnAccountSuppressionList": all that is told where nobody replied. */
	if (!row->at.text.n)
		set_text(r, &row->at, part, "bounceSubType");
	set_codes(&row->at, SV(""), member(r, who, "status"));
	if (ses[i].is.action == ACTION_FAILED &&
	    sv_ieq(action, sv_str(ev_action_name(ACTION_DELAYED))))
		row->at.action = ACTION_DELAYED;
	ip = member(r, part, "remoteMtaIp");
	row->at.host_ip = parts_is_ip(ip) ? ip : SV("");
	row->at.sender = parts_bare(member(r, o, "mail.source"));
	row->at.queue_id = member(r, o, "mail.messageId");
	row->at.message_id =
		parts_bare(member(r, o, "mail.commonHeaders.messageId"));
	row->time = member(r, part, "timestamp");
	if (!row->time.n)
		row->time = member(r, o, "mail.timestamp");
}

static bool ses_read(struct reading *r, const json_t *o)
{
	sv type = member(r, o, "notificationType");

	if (!type.n)
		type = member(r, o, "eventType");
	if (!type.n || !get(o, "mail"))
		return false;
	for (size_t i = 0; i < sizeof(ses) / sizeof(ses[0]); i++) {
		const json_t *list = get(o, ses[i].recipients);

		if (!sv_eq(type, sv_str(ses[i].type)))
			continue;
		for (size_t k = 0; k < json_array_size(list); k++)
			ses_recipient(r, o, i, json_array_get(list, k));
	}
	return true;
}

/* A record of KumoMTA is what lib/logs reads as a line. */
static bool kumomta_record(struct reading *r, const json_t *o)
{
	struct log_event out[LOG_MAX_EVENTS];
	struct mtext line;
	char *text;
	size_t n;

	if (!get(o, "type") || !get(o, "response") || !get(o, "id"))
		return false;
	text = json_dumps(o, JSON_COMPACT);
	if (!text)
		return true;
	mtext_init(&line, r->a, strlen(text) < MTEXT_MAX ? strlen(text)
	                                                 : MTEXT_MAX);
	mtext_put(&line, sv_str(text), r->begin);
	n = log_read(r->a, &line, out, LOG_MAX_EVENTS);
	free(text);
	for (size_t i = 0; i < n; i++) {
		struct export_row *row;

		if (out[i].kind != LOG_ATTEMPT && out[i].kind != LOG_SENT &&
		    out[i].kind != LOG_EXPIRED && out[i].kind != LOG_REJECT)
			continue;
		row = add(r, "kumomta", &bounced);
		if (!row)
			return true;
		row->at = out[i].at;
		row->at.count = 1;
		row->at.offset = r->begin;
		row->at.line = (unsigned)r->e->line;
		row->time = out[i].time;
	}
	return true;
}

static void record(struct reading *r, const json_t *o)
{
	if (ses_read(r, o) || kumomta_record(r, o))
		return;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *f = &forms[i];
		const struct happened *h;
		struct export_row *row;

		if (!has_marks(f, o))
			continue;
		h = happened(r, f, o);
		if (!h || (f->events == sparkpost && is_answer(r, o)))
			return;
		row = add(r, f->writer, h);
		if (row)
			fill(r, f, o, row);
		return;
	}
}

/* What an object is only the wrapping of; NULL: nothing. */
static const json_t *wrapped(struct reading *r, const json_t *o)
{
	static const char *const keys[] = {"event-data", "items", "Bounces",
	                                   "results", "Records", "Sns"};
	const json_t *v = json_object_get(o, "msys");
	json_t *inner;

	/* {"msys": {"message_event": {...}}} */
	if (json_is_object(v))
		return json_object_iter_value(
			json_object_iter((json_t *)(uintptr_t)v));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		v = json_object_get(o, keys[i]);
		if (json_is_object(v) || json_is_array(v))
			return v;
	}
	/* SNS: the notification is a string. */
	v = json_object_get(o, "Message");
	if (!json_is_string(v) || !json_object_get(o, "Type"))
		return NULL;
	inner = json_loadb(json_string_value(v), json_string_length(v), 0,
	                   NULL);
	if (!inner || json_array_append_new(r->opened, inner))
		return NULL;
	return inner;
}

struct open_value {
	const json_t *v;
	size_t i; /* of a list: the next element */
};

/* The next value in what is on top, which is left where there is none. */
static const json_t *next_in(struct reading *r, struct open_value *top,
                             size_t *depth)
{
	const json_t *next = NULL;

	if (json_is_array(top->v)) {
		next = json_array_get(top->v, top->i++);
		if (!next)
			--*depth;
		return next;
	}
	--*depth;
	if (json_is_object(top->v)) {
		next = wrapped(r, top->v);
		if (!next)
			record(r, top->v);
	}
	return next;
}

/* All records in the value, in order, without recursion. */
static void walk(struct reading *r, const json_t *root)
{
	struct open_value stack[EXPORT_DEPTH_MAX] = {{root, 0}};
	size_t depth = 1;

	while (depth) {
		const json_t *next = next_in(r, &stack[depth - 1], &depth);

		if (next && depth < EXPORT_DEPTH_MAX)
			stack[depth++] = (struct open_value){next, 0};
	}
}

void exports_init(struct exports *e, sv text)
{
	*e = (struct exports){.text = text, .line = 1};
	if (sv_starts(text, SV("\xef\xbb\xbf")))
		e->at = 3;
}

/* The brackets and commas of the list around all are no matter. */
static void skip(struct exports *e)
{
	while (e->at < e->text.n && strchr(" \t\r\n[],", e->text.p[e->at]) &&
	       e->text.p[e->at])
		e->at++;
	for (; e->line_at < e->at; e->line_at++)
		e->line += e->text.p[e->line_at] == '\n';
}

enum mw_status exports_next(struct exports *e, struct arena *a,
                            struct mw_err *err)
{
	struct reading r = {.e = e, .a = a};
	json_error_t why;
	json_t *root;
	sv rest;

	e->n = e->cap = 0;
	e->rows = NULL;
	skip(e);
	rest = sv_drop(e->text, e->at);
	if (!rest.n)
		return MW_ENOENT;
	r.begin = e->at;
	root = json_loadb(rest.p, rest.n, JSON_DISABLE_EOF_CHECK |
	                  JSON_DECODE_ANY, &why);
	if (!root) {
		/* At least to where it went wrong: nothing is read twice. */
		size_t n = why.position > 0 ? (size_t)why.position : 0, line;

		line = sv_chr(sv_drop(rest, n), '\n');
		e->at = line == SV_NPOS ? e->text.n : e->at + n + line + 1;
		return mw_fail_at(err, MW_ESYNTAX, r.begin,
		                  "is no JSON from byte %zu on", r.begin);
	}
	e->at += (size_t)why.position;
	rest = sv_head(rest, (size_t)why.position);
	mtext_init(&r.whole, a, rest.n < MTEXT_MAX ? rest.n : MTEXT_MAX);
	mtext_add(&r.whole, rest, r.begin);
	r.opened = json_array();
	walk(&r, root);
	json_decref(r.opened);
	json_decref(root);
	return arena_failed(a) ? mw_fail(err, MW_ENOMEM, "too many events")
	                       : MW_OK;
}
