/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_logs.c - log lines and what must hold for each
 *
 * Views lie in the line or in the arena, texts point into the line, and
 * whatever was read joins without harm.
 */
#include <stdlib.h>

#include "event/join.h"
#include "logs/logs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Reading each byte lets the sanitizer find a view that points astray. */
static void touch(sv v)
{
	volatile char c = 0;

	for (size_t i = 0; i < v.n; i++)
		c = v.p[i];
	(void)c;
}

static void touch_all(const struct attempt *at)
{
	const sv *views[] = {
		&at->writer,	  &at->host,	  &at->host_ip,
		&at->own_host,	  &at->own_ip,	  &at->client_ip,
		&at->client_host, &at->helo,	  &at->sender,
		&at->header_from, &at->recipient, &at->final_recipient,
		&at->account,	  &at->queue_id,  &at->message_id,
		&at->instance,	  &at->url,	  &at->port};

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		touch(*views[i]);
}

static void check_event(const struct log_event *e, size_t line)
{
	const struct mtext *t = &e->at.text;

	must(e->kind <= LOG_REMOVED);
	must(e->kind == LOG_NONE || e->at.form == FORM_LOG);
	must(e->at.stage < STAGE_N && e->at.spoke < SPOKE_N);
	must(e->at.code == 0 || (e->at.code >= 200 && e->at.code < 600));
	touch(mtext_sv(t));
	for (size_t i = 0; i < t->n; i++)
		must(t->src[i] < line || t->src[i] == MTEXT_NOWHERE);
	touch_all(&e->at);
	touch(e->time);
}

static void one_line(struct arena *a, struct join *j, sv line)
{
	struct log_event e[LOG_MAX_EVENTS];
	struct mtext t;
	size_t n;

	mtext_init(&t, a, line.n ? line.n : 1);
	mtext_add(&t, line, 0);
	n = log_read(a, &t, e, LOG_MAX_EVENTS);
	must(n >= 1 && n <= LOG_MAX_EVENTS);
	for (size_t i = 0; i < n; i++) {
		check_event(&e[i], line.n);
		if (e[i].kind == LOG_ARRIVAL)
			join_learn(j, &e[i].at);
		else if (e[i].kind == LOG_REMOVED)
			join_end(j, &e[i].at);
		else
			join_apply(j, &e[i].at);
		touch_all(&e[i].at);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 22);
	struct join *j = join_new(4);
	sv rest = sv_of((const char *)data, size);

	while (a && j && rest.n) {
		one_line(a, j, sv_line(&rest));
		arena_reset(a);
	}
	join_free(j);
	arena_free(a);
	return 0;
}
