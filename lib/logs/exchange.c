/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange.c - message tracking log of Exchange (MSGTRK*.LOG, CSV)
 *
 * The columns are known by their place: the ones up to message-id are the same
 * since 2007, and network-message-id came in with 2013.  Whether it is there
 * shows in the line, so no "#Fields:" line has to be remembered.
 */
#include "base/ascii.h"
#include "logs/parts.h"

static const sv writer = SV_INIT("exchange");

/* Columns that are read; a record has about 30. */
#define MAX_CELLS 24

enum {
	CELL_TIME,
	CELL_CLIENT_IP,
	CELL_CLIENT_NAME,
	CELL_SERVER_IP,
	CELL_SERVER_NAME,
	CELL_CONTEXT,
	CELL_CONNECTOR,
	CELL_SOURCE,
	CELL_EVENT,
	CELL_INTERNAL_ID,
	CELL_MESSAGE_ID,
	CELL_RECIPIENTS, /* from here on behind network-message-id */
	CELL_STATUSES,
	CELL_BYTES,
	CELL_COUNT,
	CELL_RELATED,
	CELL_REFERENCE,
	CELL_SUBJECT,
	CELL_SENDER
};

static const struct {
	sv name;
	enum log_kind kind;
	enum ev_action action;
} events[] = {
	{SV_INIT("SEND"), LOG_SENT, ACTION_DELIVERED},
	{SV_INIT("SENDEXTERNAL"), LOG_SENT, ACTION_DELIVERED},
	{SV_INIT("DELIVER"), LOG_SENT, ACTION_DELIVERED},
	{SV_INIT("FAIL"), LOG_ATTEMPT, ACTION_FAILED},
	{SV_INIT("BADMAIL"), LOG_ATTEMPT, ACTION_FAILED},
	{SV_INIT("POISONMESSAGE"), LOG_ATTEMPT, ACTION_FAILED},
	{SV_INIT("DEFER"), LOG_ATTEMPT, ACTION_DELAYED},
	{SV_INIT("RECEIVE"), LOG_ARRIVAL, ACTION_NONE},
};

/* Cut the next cell off, quotes and all. */
static sv cut_cell(sv *s)
{
	size_t i = 0;
	bool quoted = false;
	sv cell;

	for (; i < s->n && (quoted || s->p[i] != ','); i++)
		if (s->p[i] == '"')
			quoted = !quoted;
	cell = sv_head(*s, i);
	*s = sv_drop(*s, i + 1);
	return cell;
}

/* A cell as mapped text, without quotes. */
static struct mtext cell_text(const struct line *l, sv cell)
{
	struct mtext t;

	if (!cell.n || cell.p[0] != '"')
		return line_part(l, cell);
	cell = sv_drop(cell, 1);
	if (cell.n && cell.p[cell.n - 1] == '"')
		cell.n--;
	if (sv_chr(cell, '"') == SV_NPOS)
		return line_part(l, cell);
	t = line_text(l, cell.n);
	for (size_t i = 0; i < cell.n; i++) {
		line_put(l, &t, cell.p[i], cell.p + i);
		if (cell.p[i] == '"' && i + 1 < cell.n && cell.p[i + 1] == '"')
			i++;
	}
	return t;
}

static sv cell_sv(const struct line *l, sv cell)
{
	struct mtext t = cell_text(l, cell);

	return mtext_sv(&t);
}

static struct mtext part(const struct mtext *t, size_t from, size_t to)
{
	if (from >= to || to > t->n)
		return (struct mtext){0};
	return (struct mtext){.p = t->p + from,
			      .src = t->src + from,
			      .n = to - from,
			      .cap = to - from};
}

/* "8-4-4-4-12" hexadecimal digits: network-message-id. */
static bool is_guid(sv s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.p[i] != '-' : !is_xdigit(s.p[i]))
			return false;
	}
	return true;
}

/* It may be blotted out; then the recipients show behind it. */
static bool is_network_id(sv cell, sv rest)
{
	return is_guid(cell) || (sv_chr(cell, '@') == SV_NPOS &&
				 sv_chr(cut_cell(&rest), '@') != SV_NPOS);
}

static bool is_time(sv s)
{
	return s.n >= 20 && s.n <= 30 && s.p[4] == '-' && s.p[7] == '-' &&
	       s.p[10] == 'T' && s.p[13] == ':' && is_digit(s.p[0]);
}

static bool is_word(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_upper(s.p[i]))
			return false;
	return s.n >= 3 && s.n <= 24;
}

/* Cells of a record; false if it is none. */
static bool cut_cells(sv s, sv *cells)
{
	sv first = sv_head(s, sv_chr(s, ','));
	size_t n = 0;
	bool skipped = false;

	if (!is_time(first))
		return false;
	while (n < MAX_CELLS && s.n) {
		sv cell = cut_cell(&s);

		if (n == CELL_RECIPIENTS && !skipped &&
		    is_network_id(cell, s)) {
			skipped = true;
			continue;
		}
		cells[n++] = cell;
	}
	return n > CELL_EVENT && is_word(cells[CELL_SOURCE]) &&
	       is_word(cells[CELL_EVENT]);
}

/* "{LED=...}" of a status; the value may hold braces that are balanced. */
static bool item(const struct mtext *status, sv name, struct mtext *out)
{
	sv s = mtext_sv(status);
	size_t at = sv_find(s, name), depth = 1, i;

	if (at == SV_NPOS)
		return false;
	at += name.n;
	for (i = at; i < s.n && depth; i++) {
		if (s.p[i] == '{')
			depth++;
		else if (s.p[i] == '}')
			depth--;
	}
	*out = part(status, at, depth ? i : i - 1);
	return true;
}

static void host_items(const struct mtext *status, struct attempt *at)
{
	struct mtext t;

	if (item(status, SV("{FQDN="), &t) && t.n)
		at->host = mtext_sv(&t);
	if (item(status, SV("{IP="), &t) && parts_is_ip(mtext_sv(&t)))
		at->host_ip = mtext_sv(&t);
}

/* One recipient's status: a reply, or items in [{}]. */
static void set_status(const struct mtext *status, struct log_event *e)
{
	struct attempt *at = &e->at;
	struct mtext led = {0}, msg = {0};
	sv s = mtext_sv(status);

	at->text = *status;
	if (sv_starts(s, SV("[{"))) {
		(void)item(status, SV("{LED="), &led);
		if (item(status, SV("{MSG="), &msg) && msg.n &&
		    !parts_is_reply(mtext_sv(&led))) {
			/* The last error is only a code here. */
			parts_status(mtext_sv(&led), &at->status);
			if (estatus_is_set(at->status) || !led.n)
				led = msg;
		}
		at->text = led;
		host_items(status, at);
	}
	s = mtext_sv(&at->text);
	if (e->kind == LOG_ATTEMPT && !parts_is_reply(s))
		at->spoke = SPOKE_OWN_MTA;
}

/* Where the i-th status ends: at a ';' that is outside of brackets. */
static size_t status_end(sv s, size_t from)
{
	size_t depth = 0;

	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] == '[' || s.p[i] == '{')
			depth++;
		else if ((s.p[i] == ']' || s.p[i] == '}') && depth)
			depth--;
		else if (s.p[i] == ';' && !depth)
			return i;
	}
	return s.n;
}

static size_t count(sv s, char c)
{
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

static size_t count_statuses(sv s)
{
	size_t n = 1, at = 0;

	while ((at = status_end(s, at)) < s.n) {
		n++;
		at++;
	}
	return n;
}

/* One event per recipient; statuses stand in the same order. */
static size_t fan_out(struct line *l, sv recipients,
		      const struct mtext *statuses)
{
	sv s = mtext_sv(statuses);
	bool each = count(recipients, ';') > 1 &&
		    count(recipients, ';') == count_statuses(s);
	struct log_event first = l->out[0];
	size_t n = 0, at = 0;

	do {
		sv one = sv_trim(sv_cut(&recipients, ';'));
		size_t end = each ? status_end(s, at) : s.n;
		struct mtext status = part(statuses, at, end);

		l->out[n] = first;
		l->out[n].at.recipient = one;
		if (first.kind != LOG_ARRIVAL)
			set_status(&status, &l->out[n]);
		if (each)
			at = end + 1;
		n++;
	} while (recipients.n && n < l->max && n < LOG_MAX_EVENTS);
	return n;
}

static void set_ends(struct line *l, const sv *cells, struct attempt *at,
		     bool arrival)
{
	sv *name = arrival ? &at->client_host : &at->host;
	sv *ip = arrival ? &at->client_ip : &at->host_ip;
	sv far_name = cells[arrival ? CELL_CLIENT_NAME : CELL_SERVER_NAME];
	sv far_ip = cells[arrival ? CELL_CLIENT_IP : CELL_SERVER_IP];

	/* Of other sources both ends are our own. */
	if (sv_eq(cells[CELL_SOURCE], SV("SMTP"))) {
		*name = cell_sv(l, far_name);
		if (parts_is_ip(far_ip))
			*ip = far_ip;
	}
	at->own_host = cell_sv(
		l, cells[arrival ? CELL_SERVER_NAME : CELL_CLIENT_NAME]);
	if (!arrival && parts_is_ip(cells[CELL_CLIENT_IP]))
		at->own_ip = cells[CELL_CLIENT_IP];
}

static size_t record(struct line *l, const sv *cells)
{
	struct log_event *e = line_event(l, LOG_OTHER, writer);
	struct attempt *at = &e->at;
	struct mtext statuses = cell_text(l, cells[CELL_STATUSES]);

	e->time = cells[CELL_TIME];
	at->queue_id = cells[CELL_INTERNAL_ID];
	at->message_id = parts_bare(cell_sv(l, cells[CELL_MESSAGE_ID]));
	at->sender = parts_bare(cell_sv(l, cells[CELL_SENDER]));
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (sv_eq(cells[CELL_EVENT], events[i].name)) {
			e->kind = events[i].kind;
			at->action = events[i].action;
		}
	if (e->kind == LOG_OTHER)
		return 1;
	if (e->kind != LOG_ARRIVAL)
		at->direction = DIR_OUTBOUND;
	set_ends(l, cells, at, e->kind == LOG_ARRIVAL);
	return fan_out(l, cell_sv(l, cells[CELL_RECIPIENTS]), &statuses);
}

size_t exchange_read(struct line *l)
{
	sv cells[MAX_CELLS] = {{0}}, s = sv_trim(l->all);

	if (sv_starts(s, SV("#Fields: date-time,client-ip,")) ||
	    sv_starts(s, SV("#Log-type: Message Tracking Log"))) {
		(void)line_event(l, LOG_OTHER, writer);
		return 1;
	}
	return cut_cells(s, cells) ? record(l, cells) : 0;
}
