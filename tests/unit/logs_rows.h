/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logs_rows.h - tables of log lines and what must be read from them
 *
 * What a row leaves out of kind .. text must be empty in the event; what it
 * leaves out behind that is not looked at.
 */
#ifndef TESTS_LOGS_ROWS_H
#define TESTS_LOGS_ROWS_H

#include "logs/logs.h"
#include "unit.h"

struct log_row {
	const char *line;
	enum log_kind kind;
	enum ev_action action;
	enum smtp_stage stage;
	enum ev_spoke spoke;
	unsigned code; /* of the text, or told beside it */
	const char *status;
	const char *recipient, *host, *ip, *text;
	const char *client_ip;

	const char *sender, *queue_id, *final_recipient, *client_host, *helo;
	const char *account, *message_id, *own_host, *port, *instance;
	const char *time;
	size_t events; /* where more than one */
	bool expired;
};

static inline void log_row_optional(sv got, const char *want)
{
	if (want)
		assert_sv(got, want);
}

static inline void log_row_told(const struct attempt *at,
				const struct log_row *w)
{
	log_row_optional(at->sender, w->sender);
	log_row_optional(at->queue_id, w->queue_id);
	log_row_optional(at->final_recipient, w->final_recipient);
	log_row_optional(at->client_host, w->client_host);
	log_row_optional(at->helo, w->helo);
	log_row_optional(at->account, w->account);
	log_row_optional(at->message_id, w->message_id);
	log_row_optional(at->own_host, w->own_host);
	log_row_optional(at->port, w->port);
	log_row_optional(at->instance, w->instance);
	assert_int_equal(at->expired, w->expired);
}

static inline void log_row_check(const struct log_row *w)
{
	struct arena *a = arena_new(1 << 22);
	struct mtext in = unit_mtext(a, sv_str(w->line));
	struct log_event e[LOG_MAX_EVENTS];
	const struct attempt *at = &e[0].at;
	char buf[ESTATUS_TEXT];
	struct estatus status;
	struct reply r;
	size_t n = log_read(a, &in, e, LOG_MAX_EVENTS);

	reply_parse(a, &at->text, &r);
	status = estatus_is_set(at->status) ? at->status : r.status;
	assert_int_equal(n, w->events ? w->events : 1);
	assert_int_equal(e[0].kind, w->kind);
	assert_int_equal(at->action, w->action);
	assert_int_equal(at->stage, w->stage);
	assert_int_equal(at->spoke, w->spoke);
	assert_int_equal(at->code ? at->code : r.code, w->code);
	assert_string_equal(estatus_format(status, buf),
			    w->status ? w->status : "");
	assert_sv(at->recipient, w->recipient ? w->recipient : "");
	assert_sv(at->host, w->host ? w->host : "");
	assert_sv(at->host_ip, w->ip ? w->ip : "");
	assert_sv(mtext_sv(&at->text), w->text ? w->text : "");
	assert_sv(at->client_ip, w->client_ip ? w->client_ip : "");
	log_row_told(at, w);
	log_row_optional(e[0].time, w->time);
	arena_free(a);
}

#define LOG_ROWS_CHECK(rows)                                            \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) { \
		print_message("%.110s\n", (rows)[i].line);              \
		log_row_check(&(rows)[i]);                              \
	}

/* Every beginning of every line must be survived. */
#define LOG_ROWS_CUT(rows)                                            \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
	log_row_cut(sv_str((rows)[i].line))

static inline void log_row_cut(sv line)
{
	for (size_t n = 0; n <= line.n; n++) {
		struct arena *a = arena_new(1 << 22);
		struct log_event e[LOG_MAX_EVENTS];
		struct mtext in = unit_mtext(a, sv_head(line, n));

		assert_in_range(log_read(a, &in, e, LOG_MAX_EVENTS), 1,
				LOG_MAX_EVENTS);
		assert_false(arena_failed(a));
		arena_free(a);
	}
}

#endif
