/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "logs/logs.h"
#include "paste/state.h"

/*
 * A log line wrapped by a mail program or forum takes some 15 lines at 72
 * columns; more is no wrapping.
 */
#define WRAP_MAX 40

/* A final attempt follows its tries soon: a host has some ten addresses. */
#define SETTLE_MAX 512

/* Does a line begin as lines of logs do: with a time or a name and pid? */
static bool begins_entry(sv s)
{
	struct log_prefix px;

	log_prefix(s, &px);
	return px.end > 0;
}

/* Exim's marks and Postfix's fields begin no wrapped line. */
static bool begins_other(sv s)
{
	uint16_t code;

	return !s.n || sv_starts(s, SV("-- ")) || sv_starts(s, SV("From ")) ||
	       (reply_code(s, &code) && s.n > 3 && s.p[3] == '-' &&
		sv_has(s, SV(" 2.")));
}

/* Parentheses open at the end of s, "(" of smileys aside. */
static int open_parens(sv s)
{
	int n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '(')
			n++;
		else if (s.p[i] == ')' && n > 0)
			n--;
	}
	return n;
}

/* Words that only stand where something follows. */
static bool ends_open(sv s)
{
	static const sv ends[] = {
		SV_INIT(","),	  SV_INIT(":"),	    SV_INIT("="),
		SV_INIT(" =="),	  SV_INIT(" **"),   SV_INIT(" for"),
		SV_INIT(" from"), SV_INIT(" host"), SV_INIT(" remote"),
		SV_INIT(" mail"), SV_INIT(" to"),   SV_INIT(" after"),
		SV_INIT(" with"), SV_INIT("(host"), SV_INIT("-"),
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sv_ends(s, ends[i]))
			return true;
	return false;
}

/* qmail writes blanks as '_', so every wrap of its reports is in a word. */
static bool cut_in_word(sv text)
{
	return sv_has(text, SV("_said:_")) || sv_has(text, SV(": failure: ")) ||
	       sv_has(text, SV(": deferral: "));
}

/* OpenSMTPD in the foreground writes lines without time and program. */
static bool is_entry(struct paste_ctx *ctx, const struct pline *line)
{
	struct log_event ev;

	return log_read(ctx->st->scratch, &line->text, &ev, 1) &&
	       ev.kind != LOG_NONE;
}

/*
 * Is next a piece of the line first, of which text is what is known so far?
 * An indented line is one, and any that goes on where something is open.
 */
static bool is_piece(struct paste_ctx *ctx, const struct pline *first, sv text,
		     const struct pline *last, const struct pline *next)
{
	sv s = mtext_sv(&next->text);

	if (next->continues)
		return true;
	if (next->quote != first->quote || begins_other(s) || begins_entry(s))
		return false;
	if (open_parens(text) > 0 || ends_open(text))
		return true;
	if (cut_in_word(text))
		return text.p[text.n - 1] != '/';
	if (is_entry(ctx, next))
		return false;
	if (next->indent > first->indent + 1)
		return true;
	/* Cut in the middle of a word, at a column of terminals or mails. */
	return last->text.n >= 60 &&
	       (is_lower(s.p[0]) || s.p[0] == '<' || is_digit(s.p[0]) ||
		s.p[0] == '(' || s.p[0] == '[');
}

static void append(struct mtext *t, const struct pline *line, bool glue)
{
	const struct mtext *s = &line->text;

	if (!glue && !line->continues)
		mtext_space(t);
	for (size_t i = 0; i < s->n; i++)
		mtext_put(t, sv_of(s->p + i, 1), s->src[i]);
}

/* Cheap look whether anything is to be joined. */
static size_t count_pieces(struct paste_ctx *ctx)
{
	const struct pline *first = plines_at(ctx->lines, 0);
	const struct pline *next = plines_at(ctx->lines, 1);

	return next && next->text.n &&
			       is_piece(ctx, first, mtext_sv(&first->text),
					first, next)
		       ? 2
		       : 1;
}

/* At most so long is the line when all its pieces are joined. */
static size_t room_for(struct paste_ctx *ctx)
{
	const struct pline *l;
	size_t n = 0;

	for (size_t k = 0; k < WRAP_MAX && n < LOG_MAX_LINE; k++) {
		l = plines_at(ctx->lines, k);
		if (!l || !l->text.n)
			break;
		n += l->text.n + 1;
	}
	return n;
}

/* Join the pieces of the line; returns how many lines they are. */
static size_t unwrap(struct paste_ctx *ctx, struct mtext *t)
{
	const struct pline *first = plines_at(ctx->lines, 0), *last = first;
	const struct pline *next;
	size_t n = 1;

	append(t, first, false);
	while (n < WRAP_MAX && !t->cut) {
		next = plines_at(ctx->lines, n);
		if (!next || !next->text.n ||
		    !is_piece(ctx, first, mtext_sv(t), last, next))
			break;
		append(t, next, cut_in_word(mtext_sv(t)));
		last = next;
		n++;
	}
	return n;
}

static void keep(struct paste_ctx *ctx, sv *v)
{
	*v = paste_keep(ctx, *v);
}

static void keep_text(struct paste_ctx *ctx, struct mtext *t)
{
	struct mtext copy;

	mtext_init(&copy, ctx->a, t->n ? t->n : 1);
	for (size_t i = 0; i < t->n; i++)
		mtext_put(&copy, sv_of(t->p + i, 1), t->src[i]);
	copy.cut = t->cut;
	*t = copy;
}

/* What a line told lives in scratch memory: copy what is kept. */
static void keep_all(struct paste_ctx *ctx, struct attempt *at)
{
	sv *views[] = {
		&at->writer,	  &at->host,	  &at->host_ip,
		&at->own_host,	  &at->own_ip,	  &at->client_ip,
		&at->client_host, &at->helo,	  &at->sender,
		&at->header_from, &at->recipient, &at->final_recipient,
		&at->account,	  &at->queue_id,  &at->message_id,
		&at->instance,	  &at->url,	  &at->port,
	};

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		keep(ctx, views[i]);
	keep_text(ctx, &at->text);
}

static void note_try(struct paste_state *st, size_t index)
{
	if (st->ntries < TRIES_MAX)
		st->tries[st->ntries++] = (uint32_t)index;
}

static void add(struct paste_ctx *ctx, const struct pline *line,
		const struct log_event *ev)
{
	struct attempt *at = paste_add(ctx, line, FORM_LOG);

	if (!at)
		return;
	*at = ev->at;
	at->form = FORM_LOG;
	at->offset = line->offset;
	at->line = line->number;
	at->count = 1;
	if (ctx->opt->stage != STAGE_UNKNOWN && at->stage == STAGE_UNKNOWN)
		at->stage = ctx->opt->stage;
	if (ctx->st->join)
		join_apply(ctx->st->join, at);
	keep_all(ctx, at);
	if (ev->kind == LOG_TRY)
		note_try(ctx->st, ctx->out->n - 1);
	if (ev->kind == LOG_EXPIRED)
		at->expired = true;
}

static void handle(struct paste_ctx *ctx, const struct pline *line,
		   const struct log_event *ev)
{
	switch (ev->kind) {
	case LOG_ATTEMPT:
	case LOG_REJECT:
	case LOG_EXPIRED:
	case LOG_TRY:
		add(ctx, line, ev);
		break;
	case LOG_SENT:
		ctx->seen->delivered = true;
		break;
	case LOG_ARRIVAL:
		if (ctx->st->join)
			join_learn(ctx->st->join, &ev->at);
		break;
	case LOG_REMOVED:
		if (ctx->st->join)
			join_end(ctx->st->join, &ev->at);
		break;
	case LOG_NONE:
	case LOG_OTHER:
		break;
	}
}

/* Read t; the events and how many there are, 0 for no line of a log. */
static size_t read_one(struct paste_ctx *ctx, const struct mtext *t,
		       struct log_event *ev)
{
	size_t n = log_read(ctx->st->scratch, t, ev, LOG_MAX_EVENTS);

	return n && ev[0].kind != LOG_NONE ? n : 0;
}

/* Worth joining with what follows, though alone it tells nothing? */
static bool may_be_wrapped(const struct pline *line)
{
	return !line->continues && begins_entry(mtext_sv(&line->text));
}

/* The text of a line without the process id that "exim -d" puts before. */
static struct mtext body_of(const struct pline *line)
{
	struct mtext t = line->text;
	size_t n = 0;

	while (n < t.n && is_digit(t.p[n]))
		n++;
	if (!n || n > 7)
		return t;
	while (n < t.n && t.p[n] == ' ')
		n++;
	if (n + 3 < t.n &&
	    (!memcmp(t.p + n, "== ", 3) || !memcmp(t.p + n, "** ", 3))) {
		t.p += n;
		t.src += n;
		t.n -= n;
		t.cap -= n;
	}
	return t;
}

/* "<a@example.org>:" of the line before. */
static sv recipient_before(const struct paste_state *st)
{
	sv s = sv_of(st->lead, st->lead_n);

	if (!sv_starts(s, SV("<")) || !sv_ends(s, SV(">:")))
		return SV("");
	return sv_slice(s, 1, s.n - 2);
}

/*
 * The reason in a bounce of qmail-rspawn's children that reached the mail
 * with the underscores of the log: "192.0.2.1_does_not_like_recipient./
 * Remote_host_said:_550_no/Giving_up_on_192.0.2.1./", wrapped in words.
 */
static size_t read_underscored(struct paste_ctx *ctx, struct log_event *ev)
{
	const struct pline *first = plines_at(ctx->lines, 0), *l;
	struct mtext t;
	size_t n = 0, took = 0;

	if (!sv_has(mtext_sv(&first->text), SV("_said:_")))
		return 0;
	mtext_init(&t, ctx->st->scratch, room_for(ctx) + 32);
	mtext_put(&t, SV("delivery 1: failure: "), MTEXT_NOWHERE);
	while (took < WRAP_MAX && (l = plines_at(ctx->lines, took)) != NULL &&
	       l->text.n && l->quote == first->quote) {
		append(&t, l, true);
		took++;
		if (t.p[t.n - 1] == '/')
			break;
	}
	n = read_one(ctx, &t, ev);
	for (size_t i = 0; i < n; i++) {
		ev[i].at.queue_id = SV("");
		ev[i].at.recipient = recipient_before(ctx->st);
		handle(ctx, first, &ev[i]);
	}
	return n ? took : 0;
}

size_t paste_read_log(struct paste_ctx *ctx)
{
	const struct pline *line = plines_at(ctx->lines, 0);
	struct log_event *ev;
	struct mtext joined, body;
	size_t n, took;

	arena_reset(ctx->st->scratch);
	ev = arena_alloc(ctx->st->scratch, LOG_MAX_EVENTS, sizeof(*ev));
	if (!ev || !line->text.n)
		return 0;
	body = body_of(line);
	n = read_one(ctx, &body, ev);
	if (!n && !may_be_wrapped(line))
		return read_underscored(ctx, ev);
	took = count_pieces(ctx);
	if (took > 1) {
		mtext_init(&joined, ctx->st->scratch, room_for(ctx));
		took = unwrap(ctx, &joined);
		n = read_one(ctx, &joined, ev);
		if (!n) {
			took = 1;
			n = read_one(ctx, &body, ev);
		}
	}
	for (size_t i = 0; i < n; i++)
		handle(ctx, line, &ev[i]);
	return n ? took : 0;
}

/* Does final end the story of the message and recipient of a try? */
static bool settles(const struct attempt *final, const struct attempt *try)
{
	if (final->form != FORM_LOG || final->direction == DIR_INBOUND)
		return false;
	if (try->queue_id.n && final->queue_id.n &&
	    !sv_ieq(try->queue_id, final->queue_id))
		return false;
	if (try->host.n && final->host.n && !try->queue_id.n &&
	    sv_ieq(try->host, final->host))
		return true;
	return !try->recipient.n || !final->recipient.n ||
	       sv_ieq(try->recipient, final->recipient);
}

static bool is_try(const struct paste_state *st, size_t i)
{
	size_t lo = 0, hi = st->ntries;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (st->tries[mid] < i)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < st->ntries && st->tries[lo] == i;
}

static bool is_settled(const struct paste_ctx *ctx, size_t i)
{
	const struct attempts *list = ctx->out;

	for (size_t k = i + 1; k < list->n && k < i + SETTLE_MAX; k++)
		if (!is_try(ctx->st, k) && settles(&list->v[k], &list->v[i]))
			return true;
	return false;
}

void paste_end_log(struct paste_ctx *ctx)
{
	struct attempts *list = ctx->out;
	uint8_t *drop;
	size_t n = 0;

	if (!ctx->st->ntries)
		return;
	arena_reset(ctx->st->scratch);
	drop = arena_alloc(ctx->st->scratch, list->n, 1);
	if (!drop)
		return;
	for (size_t i = 0; i < ctx->st->ntries; i++)
		drop[ctx->st->tries[i]] = is_settled(ctx, ctx->st->tries[i]);
	for (size_t i = 0; i < list->n; i++)
		if (!drop[i])
			list->v[n++] = list->v[i];
	list->n = n;
}
