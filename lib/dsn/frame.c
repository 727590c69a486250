/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/frame.h"

#include "base/ascii.h"
#include "dsn/item.h"
#include "dsn/match.h"
#include "dsn/stage.h"
#include "dsn/wrap.h"

/* Blank lines between "the response was:" and the response. */
#define WAIT_BLANKS 2

/* Lines of the returned message's header that are passed over. */
#define HEADER_LINES 120

/* How much a text is worth as the reason. */
enum { RANK_PROSE = 1, RANK_REPLY = 2, RANK_CODE = 4 };

struct piece {
	struct frame_line line;
	size_t from, to;
};

/* Shorter words beside an opening are no reason. */
#define WHOLE_LEAST 16
/* A joined line is searched so far for what announces a reply. */
#define WHOLE_MAX 1536
/* Fewer bytes of words announce nothing there. */
#define WHOLE_WORDS 12

/* Nor do they behind a lone recipient. */
#define LONE_WORDS 12

/* The text that lines are being added to. */
struct pending {
	struct piece v[FRAME_TEXT_LINES];
	size_t n;
	unsigned rank;
	const struct frame_pattern *by; /* what opened it, or NULL */
};

struct item {
	struct attempt at;
	unsigned rank; /* of at.text; 0: none */
	unsigned indent;
};

/* A group of fields (RFC 3464 section 2.3) that is being read. */
struct group {
	struct attempt at;
	bool open, has_recipient, has_action, has_status;
	unsigned rank;
};

struct reading {
	const struct frame_set *set;
	struct arena *a;
	struct item *items;
	size_t n, cap, cur; /* cur == n: none chosen */
	bool orphan;        /* item 0 had its reason before its recipient */
	struct attempt all; /* told once for all */
	struct group group;
	struct pending text;
	bool wait;          /* a reply is announced for the next lines */
	bool expect;        /* an item's own words may follow */
	bool dead;          /* no memory */
	unsigned blanks;
	enum ev_action action;
	struct frame_line first;
	struct frame_line whole; /* its opening words had more behind them */
	size_t whole_from, whole_to, whole_behind;
	const struct frame_pattern *begun[32]; /* that opened this bounce */
	size_t nbegun;
};

static sv keep(struct reading *r, sv s)
{
	return s.n ? arena_dup(r->a, s) : s;
}

static void fill(struct reading *r, sv *into, sv value)
{
	if (!into->n && value.n)
		*into = keep(r, value);
}

static sv line_text(const struct frame_line *l)
{
	return mtext_sv(l->text);
}

/* Joined lines of the pending text. */
static struct mtext joined(struct reading *r)
{
	struct mtext t;
	size_t size = 1;

	for (size_t i = 0; i < r->text.n; i++)
		size += r->text.v[i].to - r->text.v[i].from + 1;
	mtext_init(&t, r->a, size);
	for (size_t i = 0; i < r->text.n; i++) {
		const struct piece *p = &r->text.v[i];

		if (!p->line.continues)
			mtext_space(&t);
		mtext_join(&t, p->line.text, p->from, p->to);
	}
	return t;
}

static unsigned rank_of(const struct mtext *t, unsigned rank)
{
	uint16_t code;

	if (!t->n)
		return 0;
	/* "221 Bye": Sendmail gives the last reply it got as the reason. */
	return reply_code(mtext_sv(t), &code) && code >= 400
	           ? rank | RANK_CODE
	           : rank;
}

/*
 * Is a text of rank now better than the one that is known?  Sendmail cuts
 * the reason short and gives it in full in its transcript.
 */
static bool is_better(const struct mtext *now, unsigned now_rank,
                      const struct mtext *old, unsigned old_rank)
{
	if (now_rank != old_rank)
		return now_rank > old_rank;
	return now->n > old->n && old->n >= 3 &&
	       !memcmp(now->p, old->p, 3);
}

static struct item *add_item(struct reading *r)
{
	struct item *v = arena_more(r->a, r->items, r->n, &r->cap, sizeof(*v),
	                            FRAME_LINES);

	if (!v) {
		r->dead = arena_failed(r->a);
		return NULL;
	}
	r->items = v;
	r->cur = r->n++;
	v[r->cur] = (struct item){0};
	v[r->cur].at.offset = r->first.offset;
	v[r->cur].at.line = r->first.number;
	return &v[r->cur];
}

static struct item *current(struct reading *r)
{
	return r->cur < r->n ? &r->items[r->cur] : NULL;
}

/* End the pending text: give it to the item or group it belongs to. */
static void close_text(struct reading *r)
{
	struct attempt facts = {0};
	struct mtext t;
	unsigned rank;
	struct item *it;

	if (!r->text.n)
		return;
	t = joined(r);
	wrap_take_off(r->set, r->a, &t, &facts);
	rank = rank_of(&t, r->text.rank);
	r->text.n = 0;
	if (r->group.open) {
		if (is_better(&t, rank, &r->group.at.text, r->group.rank)) {
			r->group.at.text = t;
			r->group.rank = rank;
		}
		r->group.at.expired |= facts.expired;
		if (r->group.at.stage == STAGE_UNKNOWN)
			r->group.at.stage = facts.stage;
		fill(r, &r->group.at.host, facts.host);
		fill(r, &r->group.at.host_ip, facts.host_ip);
		return;
	}
	it = current(r);
	if (!it) {
		it = add_item(r);
		r->orphan = r->n == 1;
	}
	if (!it)
		return;
	if (!is_better(&t, rank, &it->at.text, it->rank)) {
		/* The same once more, where the dialogue is shown. */
		if (it->at.stage == STAGE_UNKNOWN &&
		    sv_eq(mtext_sv(&t), mtext_sv(&it->at.text)))
			it->at.stage = r->all.stage;
		return;
	}
	it->at.text = t;
	it->rank = rank;
	it->at.expired |= facts.expired;
	if (facts.host.n)
		it->at.host = facts.host;
	if (facts.host_ip.n)
		it->at.host_ip = facts.host_ip;
	if (facts.stage != STAGE_UNKNOWN)
		it->at.stage = facts.stage;
	else if (it->at.stage == STAGE_UNKNOWN)
		it->at.stage = r->all.stage;
	if (!estatus_is_set(it->at.status))
		it->at.status = facts.status;
	fill(r, &it->at.own_host, facts.own_host);
}

static void add_piece(struct reading *r, const struct frame_line *l,
                      size_t from, size_t to)
{
	while (from < to && is_blank(l->text->p[from]))
		from++;
	if (r->text.n < FRAME_TEXT_LINES && from < to)
		r->text.v[r->text.n++] =
		    (struct piece){.line = *l, .from = from, .to = to};
}

static void start_text(struct reading *r, const struct frame_line *l,
                       size_t from, size_t to, unsigned rank,
                       const struct frame_pattern *by)
{
	close_text(r);
	r->text.rank = rank;
	r->text.by = by;
	add_piece(r, l, from, to);
	r->expect = false;
	r->wait = false;
}

static struct item *find_item(struct reading *r, sv address)
{
	for (size_t i = 0; i < r->n; i++)
		if (sv_ieq(r->items[i].at.recipient, address) ||
		    sv_ieq(r->items[i].at.final_recipient, address))
			return &r->items[i];
	return NULL;
}

/* Choose the item of that recipient; a new one where there is none. */
static struct item *choose(struct reading *r, const struct frame_line *l,
                           sv address)
{
	struct item *it = find_item(r, address);

	if (it) {
		r->cur = (size_t)(it - r->items);
		return it;
	}
	if (r->n == 1 && !r->items[0].at.recipient.n) {
		it = &r->items[0];
		r->cur = 0;
	} else {
		it = add_item(r);
	}
	if (!it)
		return NULL;
	it->at.recipient = keep(r, address);
	it->at.offset = l->offset;
	it->at.line = l->number;
	it->indent = l->indent;
	return it;
}

static void set_original(struct reading *r, struct attempt *at, sv original)
{
	if (!original.n || sv_ieq(original, at->recipient))
		return;
	at->final_recipient = at->recipient;
	at->recipient = keep(r, original);
}

/* ---- groups of fields ---- */

static struct item *group_item(struct reading *r)
{
	const struct attempt *g = &r->group.at;
	struct item *it = NULL;

	if (g->recipient.n)
		it = find_item(r, g->recipient);
	if (!it && g->final_recipient.n)
		it = find_item(r, g->final_recipient);
	if (!it && r->n == 1 &&
	    (!g->recipient.n || !r->items[0].at.recipient.n))
		it = &r->items[0];
	if (!it)
		it = add_item(r);
	return it;
}

static void close_group(struct reading *r)
{
	struct group *g = &r->group;
	struct item *it;

	if (!g->open)
		return;
	close_text(r);
	g->open = false;
	if (!g->has_recipient && !g->has_action && !g->has_status && !g->rank)
		return;
	it = group_item(r);
	if (!it)
		return;
	if (!it->at.recipient.n || g->at.final_recipient.n) {
		it->at.recipient = g->at.recipient;
		it->at.final_recipient = g->at.final_recipient;
	}
	if (is_better(&g->at.text, g->rank, &it->at.text, it->rank)) {
		it->at.text = g->at.text;
		it->rank = g->rank;
	}
	if (g->has_action)
		it->at.action = g->at.action;
	it->at.expired |= g->at.expired;
	if (it->at.stage == STAGE_UNKNOWN)
		it->at.stage = g->at.stage;
	if (!estatus_is_set(it->at.status))
		it->at.status = g->at.status;
	fill(r, &it->at.host, g->at.host);
	fill(r, &it->at.host_ip, g->at.host_ip);
	r->cur = (size_t)(it - r->items);
}

static void set_action(struct attempt *at, sv name)
{
	for (unsigned i = 0; i < ACTION_N; i++)
		if (sv_ieq(name, sv_str(ev_action_name((enum ev_action)i))))
			at->action = (enum ev_action)i;
}

static void read_field(struct reading *r, const struct frame_line *l,
                       const struct frame_match *m)
{
	struct group *g = &r->group;

	close_text(r);
	if (g->open && ((m->slot[SLOT_RECIPIENT].n && g->has_recipient) ||
	                (m->slot[SLOT_ACTION].n && g->has_action)))
		close_group(r);
	if (!g->open)
		*g = (struct group){.open = true};
	if (m->slot[SLOT_RECIPIENT].n) {
		g->has_recipient = true;
		/* Original-Recipient stands before or behind. */
		if (g->at.recipient.n &&
		    !sv_ieq(g->at.recipient, m->slot[SLOT_RECIPIENT]))
			g->at.final_recipient =
			    keep(r, m->slot[SLOT_RECIPIENT]);
		else
			fill(r, &g->at.recipient, m->slot[SLOT_RECIPIENT]);
	}
	if (m->slot[SLOT_ORIGINAL].n && g->at.recipient.n)
		set_original(r, &g->at, m->slot[SLOT_ORIGINAL]);
	else
		fill(r, &g->at.recipient, m->slot[SLOT_ORIGINAL]);
	if (m->slot[SLOT_ACTION].n) {
		g->has_action = true;
		set_action(&g->at, m->slot[SLOT_ACTION]);
	}
	wrap_learn(r->a, m->slot[SLOT_OWN].n ? &r->all : &g->at, m);
	g->has_status |= estatus_is_set(g->at.status);
	if (m->slot[SLOT_REPLY].p)
		start_text(r, l, m->at[SLOT_REPLY],
		           m->at[SLOT_REPLY] + m->slot[SLOT_REPLY].n,
		           RANK_REPLY, m->pattern);
}

/* ---- lines ---- */

static bool is_same_reply(const struct pending *t, sv next)
{
	const struct piece *p = &t->v[0];

	return p->to - p->from >= 3 && next.n >= 3 &&
	       !memcmp(p->line.text->p + p->from, next.p, 3);
}

/* What was refused "at DATA" may have been the recipient. */
static void correct_stage(const struct reading *r, struct item *it, sv reply)
{
	if (r->all.stage == STAGE_DATA && it->at.stage == STAGE_DATA &&
	    stage_is_earlier(reply))
		it->at.stage = STAGE_RCPT;
}

/* A line that a pattern of a frame knows. */
static void read_mark(struct reading *r, const struct frame_line *l,
                      const struct frame_match *m)
{
	const struct frame *f = &r->set->frames[m->pattern->frame];
	sv reply = m->slot[SLOT_REPLY], prose = m->slot[SLOT_PROSE];
	struct item *it;

	if (f->fields) {
		read_field(r, l, m);
		return;
	}
	/* Wrappers run over lines; "<<<" lines of one reply repeat its code. */
	if (r->text.n && reply.n &&
	    (m->line || (r->text.by == m->pattern &&
	                 !m->slot[SLOT_RECIPIENT].n &&
	                 is_same_reply(&r->text, reply)))) {
		add_piece(r, l, m->at[SLOT_REPLY],
		          m->at[SLOT_REPLY] + reply.n);
		return;
	}
	close_text(r);
	close_group(r);
	if (m->slot[SLOT_RECIPIENT].n) {
		r->wait = false;
		(void)choose(r, l, m->slot[SLOT_RECIPIENT]);
		r->expect = true;
	}
	it = current(r);
	if (it)
		correct_stage(r, it, reply);
	if (it && m->slot[SLOT_ORIGINAL].n)
		set_original(r, &it->at, m->slot[SLOT_ORIGINAL]);
	if (it)
		wrap_learn(r->a, &it->at, m);
	if (m->slot[SLOT_HOST].n)
		r->all.host = (sv){0};
	if (m->slot[SLOT_COMMAND].p)
		r->all.stage = STAGE_UNKNOWN;
	wrap_learn(r->a, &r->all, m);
	if (reply.p) {
		start_text(r, l, m->at[SLOT_REPLY],
		           m->at[SLOT_REPLY] + reply.n, RANK_REPLY,
		           m->pattern);
		r->wait = !r->text.n;
		r->blanks = 0;
	} else if (prose.p) {
		start_text(r, l, m->at[SLOT_PROSE],
		           m->at[SLOT_PROSE] + prose.n, RANK_PROSE,
		           m->pattern);
	}
	if (m->slot[SLOT_LAST].p && r->text.n)
		close_text(r); /* the pattern says that no more follows */
}

/* Where several were expanded from one, that one is what was written to. */
static void read_expanded(struct reading *r, struct item *it, sv s)
{
	size_t at = sv_ifind(s, SV("(expanded from"));
	sv inner;

	if (at == SV_NPOS)
		return;
	s = sv_drop(s, at + 14);
	while (s.n && (is_blank(s.p[0]) || s.p[0] == ':'))
		s = sv_drop(s, 1);
	if (match_address(s, &inner))
		set_original(r, &it->at, inner);
}

static bool read_item(struct reading *r, const struct frame_line *l,
                      size_t from)
{
	sv s = sv_drop(line_text(l), from), address;
	struct item *it = current(r);
	size_t behind;

	if (!item_read(s, &address, &behind))
		return false;
	/*
	 * Wrapped replies hold lines that look alike: "550\n <a>: unknown".
	 * They are indented, or about the recipient that is being read.
	 */
	if (r->text.n && it &&
	    (l->indent > it->indent || sv_ieq(address, it->at.recipient) ||
	     sv_ieq(address, it->at.final_recipient)))
		return false;
	close_text(r);
	close_group(r);
	it = choose(r, l, address);
	if (!it)
		return true;
	read_expanded(r, it, sv_head(s, behind));
	r->wait = false;
	r->expect = true;
	if (behind < s.n)
		start_text(r, l, from + behind, from + s.n, RANK_PROSE, NULL);
	return true;
}

/* ">>> RCPT To:<a>" of Sendmail's transcript: the next reply belongs to it. */
static bool read_command(struct reading *r, const struct frame_line *l)
{
	sv s = line_text(l), address;
	size_t at;
	struct item *it;

	if (sv_starts(s, SV(">>> ")))
		s = sv_drop(s, 4);
	else if (l->quote < 3)
		return false;
	if (smtp_stage_of_command(s) == STAGE_UNKNOWN)
		return false;
	close_text(r);
	r->all.stage = smtp_stage_of_command(s);
	at = sv_chr(s, '<');
	if (r->all.stage == STAGE_RCPT && at != SV_NPOS &&
	    match_address(sv_drop(s, at), &address)) {
		it = find_item(r, address);
		if (it)
			r->cur = (size_t)(it - r->items);
		else if (!r->n)
			(void)choose(r, l, address);
	}
	return true;
}

static bool is_coded(sv s)
{
	uint16_t code;

	return s.n > 3 && (s.p[0] == '4' || s.p[0] == '5') &&
	       reply_code(s, &code) &&
	       (s.p[3] == ' ' || s.p[3] == '-' || s.p[3] == '#');
}

/* A line that no pattern knows; true if it was of use. */
static bool read_other(struct reading *r, const struct frame_line *l)
{
	sv s = line_text(l);
	bool transcript = r->text.n && r->text.by &&
	                  sv_starts(sv_str(r->text.by->text), SV("<<<"));

	if (read_command(r, l) || read_item(r, l, 0))
		return true;
	if (r->group.open && !l->indent && item_is_header(s)) {
		close_text(r);
		return true;
	}
	if (is_coded(s) && (!r->text.n || transcript)) {
		start_text(r, l, 0, s.n, r->wait ? RANK_REPLY : RANK_PROSE,
		           NULL);
		return true;
	}
	if (r->text.n && !transcript) {
		add_piece(r, l, 0, s.n);
		return true;
	}
	if (r->wait || r->expect) {
		start_text(r, l, 0, s.n, r->wait ? RANK_REPLY : RANK_PROSE,
		           NULL);
		return true;
	}
	close_text(r);
	return false;
}

static void read_blank(struct reading *r)
{
	close_text(r);
	close_group(r);
	r->expect = false;
	if (r->wait && ++r->blanks > WAIT_BLANKS)
		r->wait = false;
}

/* ---- frames ---- */

/* False if the pattern has begun this bounce already: it is another one. */
static bool note_begin(struct reading *r, const struct frame_match *m)
{
	const struct frame *f = &r->set->frames[m->pattern->frame];

	for (size_t i = 0; i < r->nbegun; i++)
		if (r->begun[i] == m->pattern)
			return !r->n;
	if (r->nbegun < sizeof(r->begun) / sizeof(r->begun[0]))
		r->begun[r->nbegun++] = m->pattern;
	if (!r->all.writer.n)
		r->all.writer = sv_str(f->writer);
	if (f->action != ACTION_NONE &&
	    (r->action == ACTION_NONE || f->action != ACTION_FAILED))
		r->action = f->action;
	return true;
}

/* Items in the middle of a line: whole bounces pasted as one paragraph. */
static void read_inline(struct reading *r, const struct frame_line *l)
{
	sv s = line_text(l);

	for (size_t i = 0; i + 3 < s.n; i++)
		if (s.p[i] == '<' && (!i || is_blank(s.p[i - 1])) &&
		    sv_chr(sv_head(sv_drop(s, i), MATCH_ADDRESS_MAX), ':') !=
		        SV_NPOS && read_item(r, l, i))
			return;
}

/* Where the pattern begins in s, and in *end where it has been read to. */
static size_t opening_at(sv s, const struct frame_match *m, size_t *end)
{
	sv words = sv_str(m->pattern->text);
	size_t open = sv_chr(words, '{'), close = sv_rchr(words, '}');
	sv first = sv_trim(sv_head(words, open == SV_NPOS ? words.n : open));
	sv last = close == SV_NPOS ? first : sv_trim(sv_drop(words, close + 1));
	size_t at = first.n ? sv_ifind(s, first) : SV_NPOS, behind;

	if (at == SV_NPOS)
		return at;
	*end = at + first.n;
	for (size_t i = 0; i < SLOTS; i++)
		if (m->slot[i].p && m->slot[i].n < s.n &&
		    m->at[i] + m->slot[i].n > *end)
			*end = m->at[i] + m->slot[i].n;
	behind = last.n ? sv_ifind(sv_drop(s, at), last) : SV_NPOS;
	if (behind != SV_NPOS && at + behind + last.n > *end)
		*end = at + behind + last.n;
	return at;
}

/*
 * Tools join the lines of a bounce: then the reason stands behind the opening
 * words, or before them, in no place that could be told.
 */
static void note_whole(struct reading *r, const struct frame_line *l,
                       const struct frame_match *m)
{
	sv s = line_text(l);
	size_t from, to;

	if (r->whole.text)
		return;
	from = opening_at(s, m, &to);
	if (from == SV_NPOS || (from < WHOLE_LEAST && s.n < to + WHOLE_LEAST))
		return;
	r->whole = *l;
	r->whole_behind = to;
	r->whole_from = from < WHOLE_LEAST ? to : 0;
	r->whole_to = from >= WHOLE_LEAST && s.n < to + WHOLE_LEAST ? from
	                                                            : s.n;
}

/* What announces a reply in the middle of a joined line. */
static bool take_announced(struct reading *r)
{
	sv s = sv_head(line_text(&r->whole), WHOLE_MAX);
	struct frame_text t = frame_text_of(s);
	struct frame_match m;

	for (size_t i = r->whole_from; i < s.n; i++) {
		bool word = !i || is_blank(s.p[i - 1]);

		if (!word || is_blank(s.p[i]) ||
		    !frame_best(r->set, 1u << FRAME_OPEN | 1u << FRAME_LINE,
		                &t, i, &m) ||
		    m.literal < WHOLE_WORDS ||
		    m.slot[SLOT_REPLY].n < WHOLE_LEAST || m.line ||
		    r->set->frames[m.pattern->frame].fields)
			continue;
		start_text(r, &r->whole, m.at[SLOT_REPLY], r->whole_to,
		           RANK_REPLY, m.pattern);
		return true;
	}
	return false;
}

/* ": anna@example.org 550 ...": behind the opening stands who it is about. */
static void take_behind(struct reading *r)
{
	sv s = line_text(&r->whole), address;
	size_t i = r->whole_behind, from = r->whole_from, n;

	while (i < s.n && (s.p[i] == ':' || s.p[i] == '.' || is_blank(s.p[i])))
		i++;
	n = match_address(sv_drop(s, i), &address);
	if (n && sv_chr(address, '@') != SV_NPOS) {
		fill(r, &r->items[0].at.recipient, address);
		i += i + n + WHOLE_LEAST <= s.n ? n : 0;
	}
	start_text(r, &r->whole, from ? i : from, r->whole_to, RANK_PROSE,
	           NULL);
}

/* Where no reason was found, the joined line is what there is. */
static void take_whole(struct reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].rank)
			return;
	if (!r->whole.text || !r->n)
		return;
	r->cur = 0;
	r->text.n = 0;
	if (!take_announced(r))
		take_behind(r);
	close_text(r);
}

enum verdict { LINE_NOTHING, LINE_USED, LINE_OVER, LINE_ANOTHER };

static enum verdict read_line(struct reading *r, const struct frame_line *l)
{
	struct frame_text t;
	struct frame_match m;

	if (!l->text->n) {
		read_blank(r);
		return LINE_NOTHING;
	}
	t = frame_text_of(line_text(l));
	if (frame_anywhere(r->set, &t, &m)) {
		if (!note_begin(r, &m))
			return LINE_ANOTHER;
		read_mark(r, l, &m);
		r->expect = m.slot[SLOT_RECIPIENT].n != 0;
		read_inline(r, l);
		note_whole(r, l, &m);
		return LINE_USED;
	}
	if (frame_best(r->set,
	               1u << FRAME_OPEN | 1u << FRAME_LINE | 1u << FRAME_SKIP |
	                   1u << FRAME_END, &t, 0, &m)) {
		if (m.pattern->kind == FRAME_END)
			return LINE_OVER;
		read_mark(r, l, &m);
		return LINE_USED;
	}
	return read_other(r, l) ? LINE_USED : LINE_NOTHING;
}

/* Lines of the header behind line k that belong to the returned message. */
static size_t header_lines(frame_get *get, void *arg, size_t k)
{
	struct frame_line l;
	size_t n = 0;
	bool any = false;

	for (; n < HEADER_LINES && get(arg, k + n, &l); n++) {
		sv s = line_text(&l);

		if (!s.n && any)
			break;
		if (s.n && !item_is_header(s) && !l.indent)
			break;
		any |= s.n != 0;
	}
	return any ? n : 0;
}

/* ---- results ---- */

static void complete(struct reading *r, struct item *it)
{
	struct attempt *at = &it->at;

	at->form = FORM_NDR;
	at->direction = DIR_OUTBOUND;
	at->count = 1;
	if (at->action == ACTION_NONE)
		at->action = r->action != ACTION_NONE ? r->action
		                                      : ACTION_FAILED;
	at->writer = r->all.writer;
	if (!at->host.n && !at->host_ip.n) {
		at->host = r->all.host;
		at->host_ip = r->all.host_ip;
	}
	if (!at->own_host.n)
		at->own_host = r->all.own_host;
	if (!at->sender.n)
		at->sender = r->all.sender;
	at->expired |= wrap_is_expired(at->status);
	wrap_settle(r->set, at);
}

/* A reason that stood before its recipients is that of all of them. */
static void share_orphan(struct reading *r)
{
	const struct item *from = r->items;

	if (!r->orphan)
		return;
	for (size_t i = 1; i < r->n; i++) {
		struct item *it = &r->items[i];

		if (it->rank)
			continue;
		it->rank = from->rank;
		/* Its own copy: callers map the offsets of each text. */
		mtext_init(&it->at.text, r->a, from->at.text.n);
		mtext_join(&it->at.text, &from->at.text, 0,
		           from->at.text.n);
		it->at.expired |= from->at.expired;
		it->at.stage = from->at.stage;
		it->at.host = from->at.host;
		it->at.host_ip = from->at.host_ip;
	}
}

static void deliver(struct reading *r, struct attempts *out)
{
	if (!r->n && r->nbegun && r->action != ACTION_NONE)
		(void)add_item(r);
	take_whole(r);
	share_orphan(r);
	for (size_t i = 0; i < r->n && !r->dead; i++) {
		struct attempt *at = attempts_add(out, r->a);

		if (!at)
			return;
		complete(r, &r->items[i]);
		*at = r->items[i].at;
	}
}

/*
 * A recipient whose reason follows, behind the colon or in the next line, in
 * words that only bounces use: what people paste without the rest.
 */
static bool is_lone_item(const struct frame_set *set,
                         const struct frame_text *t, frame_get *get, void *arg)
{
	const unsigned kinds = 1u << FRAME_WRAP | 1u << FRAME_OPEN;
	struct frame_match m;
	struct frame_line next;
	struct frame_text below;
	sv address;
	size_t behind;

	if (sv_chr(t->s, '@') == SV_NPOS || !item_read(t->s, &address, &behind))
		return false;
	if (behind < t->s.n)
		return frame_best(set, kinds, t, behind, &m) &&
		       m.literal >= LONE_WORDS;
	if (!get(arg, 1, &next))
		return false;
	below = frame_text_of(line_text(&next));
	return frame_best(set, kinds, &below, 0, &m) && m.literal >= LONE_WORDS;
}

static bool has_anything(const struct reading *r)
{
	const struct group *g = &r->group;

	return r->n || r->nbegun || r->text.n || r->wait ||
	       (g->open && (g->has_recipient || g->has_action ||
	                    g->has_status || g->rank));
}

static bool begins(const struct frame_set *set, sv s, frame_get *get,
                   void *arg)
{
	struct frame_text t = frame_text_of(s);
	struct frame_match m;

	return frame_anywhere(set, &t, &m) ||
	       frame_best(set, 1u << FRAME_OPEN, &t, 0, &m) ||
	       is_lone_item(set, &t, get, arg);
}

size_t frame_read(const struct frame_set *set, struct arena *a, frame_get *get,
                  void *arg, struct attempts *out)
{
	struct reading r;
	struct frame_line l;
	size_t used = 0, gap = 0, had = out->n;

	if (out->more || !get(arg, 0, &l) ||
	    !begins(set, line_text(&l), get, arg))
		return 0;
	/* Most lines begin nothing; it is large. */
	r = (struct reading){.set = set, .a = a};
	r.first = l;
	for (size_t k = 0; k < FRAME_LINES && gap < FRAME_GAP && !r.dead &&
	                   get(arg, k, &l); k++) {
		enum verdict v = read_line(&r, &l);

		gap = v == LINE_USED ? 0 : gap + 1;
		if (v == LINE_USED)
			used = k + 1;
		if (v == LINE_OVER)
			used = k + 1 + header_lines(get, arg, k + 1);
		if (v == LINE_OVER || v == LINE_ANOTHER)
			break;
		if (k >= FRAME_SHOW && !has_anything(&r))
			break;
	}
	close_text(&r);
	close_group(&r);
	deliver(&r, out);
	return out->n > had ? used : 0;
}
