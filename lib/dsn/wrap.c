/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/wrap.h"

#include "base/ascii.h"

/* Wrappers around wrappers: a gateway's, the MTA's, the provider's. */
#define UNWRAP_MAX 6

static void fill(struct arena *a, sv *into, sv value)
{
	if (!into->n && value.n)
		*into = arena_dup(a, value);
}

void wrap_learn(struct arena *a, struct attempt *at,
                const struct frame_match *m)
{
	struct estatus e;

	fill(a, &at->host, m->slot[SLOT_HOST]);
	fill(a, &at->host_ip, m->slot[SLOT_IP]);
	fill(a, &at->own_host, m->slot[SLOT_OWN]);
	fill(a, &at->sender, m->slot[SLOT_SENDER]);
	if (at->stage == STAGE_UNKNOWN)
		at->stage = smtp_stage_of_command(m->slot[SLOT_COMMAND]);
	if (at->stage == STAGE_UNKNOWN)
		at->stage = m->stage;
	if (m->slot[SLOT_STATUS].n && !estatus_is_set(at->status) &&
	    estatus_parse(m->slot[SLOT_STATUS], &e))
		at->status = e;
}

static void cut(struct mtext *t, size_t from, size_t to)
{
	while (from < to && is_blank(t->p[from]))
		from++;
	while (to > from && is_blank(t->p[to - 1]))
		to--;
	t->p += from;
	t->src += from;
	t->n = to - from;
	t->cap = t->n;
}

/* A closing mark whose opening one was taken off with the wrapper. */
static void cut_unbalanced(struct mtext *t)
{
	size_t open = 0, close = 0;

	for (size_t i = 0; i < t->n; i++) {
		open += t->p[i] == '(';
		close += t->p[i] == ')';
	}
	if (close > open && t->p[t->n - 1] == ')')
		cut(t, 0, t->n - 1);
}

void wrap_take_off(const struct frame_set *set, struct arena *a,
                   struct mtext *t, struct attempt *at)
{
	struct frame_text ft = frame_text_of(mtext_sv(t));
	struct frame_match m;

	at->expired |= frame_expired(set, &ft);
	for (int i = 0; i < UNWRAP_MAX && t->n; i++) {
		size_t from;
		sv inner;

		ft.s = mtext_sv(t);
		if (!frame_best(set, 1u << FRAME_WRAP, &ft, 0, &m))
			break;
		wrap_learn(a, at, &m);
		inner = m.slot[SLOT_REPLY];
		if (!inner.p || inner.n == t->n)
			break;
		from = m.at[SLOT_REPLY];
		cut(t, from, from + inner.n);
	}
	if (t->n)
		cut_unbalanced(t);
	/* The edge of a table's cell. */
	if (t->n && t->p[t->n - 1] == '|')
		cut(t, 0, t->n - 1);
}

bool wrap_is_expired(struct estatus e)
{
	return e.class && e.subject == 4 && e.detail == 7;
}

void wrap_settle(const struct frame_set *set, struct attempt *at)
{
	struct frame_text t;

	if (at->action != ACTION_DELAYED)
		return;
	/* OpenSMTPD calls it a delay, Exchange gives 4.4.7 for a mere delay. */
	t = frame_text_of(mtext_sv(&at->text));
	at->expired = frame_expired(set, &t);
	if (at->expired)
		at->action = ACTION_FAILED;
}
