/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kumomta.c - log records of KumoMTA: one JSON object a line
 */
#include <jansson.h>

#include "logs/json.h"
#include "logs/parts.h"

static const sv writer = SV_INIT("kumomta");

static const struct {
	const char *type;
	enum log_kind kind;
	enum ev_action action;
	enum ev_direction direction;
} types[] = {
	{"Delivery", LOG_SENT, ACTION_DELIVERED, DIR_OUTBOUND},
	{"Bounce", LOG_ATTEMPT, ACTION_FAILED, DIR_OUTBOUND},
	{"OOB", LOG_ATTEMPT, ACTION_FAILED, DIR_OUTBOUND},
	{"AdminBounce", LOG_ATTEMPT, ACTION_FAILED, DIR_OUTBOUND},
	{"TransientFailure", LOG_ATTEMPT, ACTION_DELAYED, DIR_OUTBOUND},
	{"Expiration", LOG_EXPIRED, ACTION_FAILED, DIR_OUTBOUND},
	{"Rejection", LOG_REJECT, ACTION_FAILED, DIR_INBOUND},
	{"Reception", LOG_ARRIVAL, ACTION_NONE, DIR_UNKNOWN},
	{"Delayed", LOG_OTHER, ACTION_NONE, DIR_UNKNOWN},
	{"Feedback", LOG_OTHER, ACTION_NONE, DIR_UNKNOWN},
	{"AdminRebind", LOG_OTHER, ACTION_NONE, DIR_UNKNOWN},
	{"DeferredInjectionRebind", LOG_OTHER, ACTION_NONE, DIR_UNKNOWN},
	{"XferIn", LOG_OTHER, ACTION_NONE, DIR_UNKNOWN},
	{"XferOut", LOG_OTHER, ACTION_NONE, DIR_UNKNOWN},
};

/* A copy, as the JSON tree is freed before the caller looks. */
static sv text_of(struct line *l, const json_t *v)
{
	if (!json_is_string(v))
		return SV("");
	return arena_dup(l->a,
			 sv_of(json_string_value(v), json_string_length(v)));
}

static sv member(struct line *l, const json_t *o, const char *key)
{
	return text_of(l, json_object_get(o, key));
}

static uint16_t number(const json_t *o, const char *key, json_int_t max)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 && n <= max ? (uint16_t)n : 0;
}

/* The reply's text; the first "content" behind "response" is its. */
static struct mtext content(struct line *l, const json_t *response)
{
	size_t i = sv_find(l->all, SV("\"response\""));

	return json_place(l->a, l->m, i == SV_NPOS ? 0 : i, SV("\"content\""),
			  member(l, response, "content"));
}

static void set_response(struct line *l, const json_t *response,
			 struct attempt *at)
{
	static const sv internal = SV_INIT("KumoMTA internal: ");
	const json_t *e = json_object_get(response, "enhanced_code");
	struct estatus s = {number(e, "class", 5), number(e, "subject", 999),
			    number(e, "detail", 999)};
	uint16_t code = number(response, "code", 599);

	if (code >= 200)
		at->code = code;
	if (s.class == 2 || s.class >= 4)
		at->status = s;
	at->stage = smtp_stage_of_command(member(l, response, "command"));
	at->text = content(l, response);
	if (!sv_starts(mtext_sv(&at->text), internal))
		return;
	at->text.p += internal.n;
	at->text.src += internal.n;
	at->text.n -= internal.n;
	at->text.cap -= internal.n;
	/* Made up by the MTA, to say "temporary" or "permanent". */
	at->code = 0;
	at->spoke = SPOKE_OWN_MTA;
}

static void set_peer(struct line *l, const json_t *root, struct attempt *at)
{
	const json_t *peer = json_object_get(root, "peer_address");
	sv name = member(l, peer, "name"), ip = member(l, peer, "addr"),
	   host = SV(""), addr = SV(""), port;

	parts_host(name, &host, &addr, &port);
	if (parts_is_ip(ip))
		addr = ip;
	if (at->direction == DIR_OUTBOUND) {
		at->host = host;
		at->host_ip = addr;
	} else {
		at->helo = host;
		at->client_ip = addr;
	}
}

static sv source_ip(struct line *l, const json_t *root)
{
	const json_t *v = json_object_get(root, "source_address");
	sv s = json_is_string(v) ? text_of(l, v) : member(l, v, "address"), ip;
	size_t colon = sv_rchr(s, ':');

	if (parts_between(s, SV("["), SV("]"), &ip))
		return ip;
	ip = sv_head(s, colon);
	return parts_is_ip(ip) ? ip : SV("");
}

/* "recipient" is a string or, since 2025.12, a list. */
static size_t fan_out(struct line *l, const json_t *recipient)
{
	size_t n = 0, have = json_array_size(recipient);

	if (!json_is_array(recipient) || !have) {
		l->out[0].at.recipient = text_of(l, recipient);
		return 1;
	}
	for (; n < have && n < l->max && n < LOG_MAX_EVENTS; n++) {
		if (n)
			l->out[n] = l->out[0];
		l->out[n].at.recipient =
			text_of(l, json_array_get(recipient, n));
	}
	return n;
}

static void set_meta(struct line *l, const json_t *root, struct attempt *at)
{
	const json_t *meta = json_object_get(root, "meta"),
		     *headers = json_object_get(root, "headers");

	at->queue_id = member(l, root, "id");
	at->sender = member(l, root, "sender");
	at->account = member(l, meta, "authn_id");
	at->message_id = parts_bare(member(l, headers, "Message-ID"));
	at->own_ip = source_ip(l, root);
}

static size_t record(struct line *l, const json_t *root)
{
	const char *type = json_string_value(json_object_get(root, "type"));
	const json_t *response = json_object_get(root, "response");
	struct log_event *e;
	size_t i, n = sizeof(types) / sizeof(types[0]);

	for (i = 0; type && i < n; i++)
		if (!strcmp(type, types[i].type))
			break;
	if (!type || i == n || !json_object_get(root, "id"))
		return 0;
	e = line_event(l, types[i].kind, writer);
	e->at.action = types[i].action;
	e->at.direction = types[i].direction;
	e->at.expired = e->kind == LOG_EXPIRED;
	e->time = member(l, root, "event_time");
	set_meta(l, root, &e->at);
	set_peer(l, root, &e->at);
	if (e->kind != LOG_ARRIVAL)
		set_response(l, response, &e->at);
	if (e->kind == LOG_REJECT || e->kind == LOG_EXPIRED ||
	    !strcmp(type, "AdminBounce"))
		e->at.spoke = SPOKE_OWN_MTA;
	return fan_out(l, json_object_get(root, "recipient"));
}

size_t kumomta_read(struct line *l)
{
	sv s = sv_trim(l->all);
	json_t *root;
	size_t n;

	if (!s.n || s.p[s.n - 1] != '}')
		return 0;
	s = sv_drop(s, sv_chr(s, '{'));
	if (!sv_has(s, SV("\"type\"")) || !sv_has(s, SV("\"response\"")))
		return 0;
	root = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	if (!root)
		return 0;
	n = record(l, root);
	json_decref(root);
	return n;
}
