/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/dialogue.h"

#include "base/ascii.h"

/* A dialogue shows both sides within so many lines, or it is none. */
#define SHOW_WITHIN 24

/* Lines of something else within a dialogue: remarks; certificates. */
#define GAP_MAX 8
#define GAP_TLS 120

/* Commands sent ahead of their replies (RFC 2920). */
#define QUEUE_MAX 64

/* Refused replies that one dialogue is read for. */
#define REFUSED_MAX 64

/* Lines of one reply; more are left out. */
#define REPLY_LINES 64

struct said {
	const struct pline *line;
	size_t from, to;
};

struct command {
	enum talk_verb verb;
	sv argument;
	bool ehlo;
};

/* Whether a refusal counts depends on what later did succeed. */
enum keep { KEEP, IF_NO_HELO, IF_NO_AUTH, IF_NO_MAIL, IF_NOTHING };

struct session {
	struct paste_ctx *ctx;
	struct command queue[QUEUE_MAX];
	size_t head, n;
	struct said reply[REPLY_LINES]; /* lines of the reply being read */
	size_t nreply;
	uint16_t code;
	bool reply_open; /* more lines of it follow */
	bool failing;    /* the reply last read may run on in unmarked lines */
	bool content;    /* between 354 and "." */
	bool login;      /* a user name may be the next line */
	bool quit, closed;
	bool peer; /* it was told to whom the connection goes */
	bool inbound;
	size_t commands, replies;
	enum smtp_stage stage; /* of the command last answered */
	struct attempt facts;
	size_t accepted, refused_rcpt;
	bool delivered;
	/* Attempts are kept back: what comes later may show that it went on. */
	struct attempt found[REFUSED_MAX];
	enum keep when[REFUSED_MAX];
	size_t nfound;
	bool helo_ok, auth_ok, mail_ok;
};

static sv text_of(const struct said *s)
{
	return sv_slice(mtext_sv(&s->line->text), s->from, s->to);
}

static struct mtext join(struct session *s)
{
	struct mtext t;
	size_t size = 1;

	for (size_t i = 0; i < s->nreply; i++)
		size += s->reply[i].to - s->reply[i].from + 1;
	mtext_init(&t, s->ctx->a, size);
	for (size_t i = 0; i < s->nreply; i++)
		paste_take(&t, s->reply[i].line, s->reply[i].from,
		           s->reply[i].to);
	return t;
}

static struct command *front(struct session *s)
{
	return s->n ? &s->queue[s->head] : NULL;
}

static void pop(struct session *s)
{
	if (s->n) {
		s->head = (s->head + 1) % QUEUE_MAX;
		s->n--;
	}
}

static enum smtp_stage stage_of(const struct session *s,
                                const struct command *c)
{
	static const enum smtp_stage stages[] = {
	    [VERB_NONE] = STAGE_UNKNOWN, [VERB_HELO] = STAGE_HELO,
	    [VERB_STARTTLS] = STAGE_STARTTLS, [VERB_AUTH] = STAGE_AUTH,
	    [VERB_MAIL] = STAGE_MAIL, [VERB_RCPT] = STAGE_RCPT,
	    [VERB_DATA] = STAGE_DATA, [VERB_BDAT] = STAGE_END_OF_DATA,
	    [VERB_END] = STAGE_END_OF_DATA, [VERB_QUIT] = STAGE_UNKNOWN,
	    [VERB_OTHER] = STAGE_UNKNOWN,
	};

	if (c)
		return stages[c->verb];
	if (s->commands)
		return STAGE_UNKNOWN;
	/* What a greeting may be, where nothing tells that it is one. */
	return s->peer || s->code == 220 || s->code == 421 || s->code == 554
	           ? STAGE_CONNECT : STAGE_UNKNOWN;
}

/* Keep a refusal; when says what later on makes it of no account. */
static void refuse(struct session *s, const struct said *first,
                   const struct mtext *text, enum smtp_stage stage,
                   const struct command *c, enum keep when)
{
	struct attempt *at;

	if (s->nfound == REFUSED_MAX)
		return;
	/* Of several log-ins that fail only the last one counts. */
	if (when == IF_NO_AUTH && s->nfound &&
	    s->when[s->nfound - 1] == IF_NO_AUTH)
		s->nfound--;
	s->when[s->nfound] = when;
	at = &s->found[s->nfound++];
	*at = s->facts;
	at->form = FORM_TRANSCRIPT;
	at->action = ACTION_FAILED;
	at->direction = s->inbound ? DIR_INBOUND : DIR_OUTBOUND;
	at->stage = stage;
	at->text = *text;
	at->offset = first->line->offset;
	at->line = first->line->number;
	if (c && c->verb == VERB_RCPT)
		at->recipient = c->argument;
	if (stage == STAGE_MAIL)
		at->recipient = (sv){0};
}

static enum keep when_of(const struct session *s, const struct command *c,
                   enum smtp_stage stage)
{
	if (s->code == 421)
		return KEEP;
	switch (stage) {
	case STAGE_HELO:
		return c && c->ehlo ? IF_NO_HELO : KEEP;
	case STAGE_AUTH:
		return IF_NO_AUTH;
	case STAGE_STARTTLS:
		return IF_NO_MAIL;
	case STAGE_UNKNOWN:
		return IF_NOTHING;
	default:
		return KEEP;
	}
}

static void failed(struct session *s, const struct command *c,
                   enum smtp_stage stage)
{
	struct mtext text;

	if (stage == STAGE_RCPT)
		s->refused_rcpt++;
	/* "554 no valid recipients" only repeats what was said before. */
	if (stage == STAGE_DATA && s->refused_rcpt && !s->accepted)
		return;
	if (c && (c->verb == VERB_QUIT || c->verb == VERB_OTHER))
		return;
	text = join(s);
	refuse(s, &s->reply[0], &text, stage, c, when_of(s, c, stage));
	s->failing = true;
}

/* The name in a greeting: "220 mx.example.org ESMTP". */
static void greeted(struct session *s)
{
	sv t = text_of(&s->reply[0]), name;

	t = sv_drop(t, 4);
	name = sv_word(&t);
	if (!s->facts.host.n && sv_chr(name, '.') != SV_NPOS &&
	    sv_chr(name, '*') == SV_NPOS && is_alnum(name.p[0]))
		s->facts.host = paste_keep(s->ctx, name);
}

static void succeeded(struct session *s, const struct command *c,
                      enum smtp_stage stage)
{
	if (stage == STAGE_CONNECT && s->code == 220)
		greeted(s);
	if (stage == STAGE_HELO)
		s->helo_ok = true;
	if (stage == STAGE_AUTH && s->code == 235)
		s->auth_ok = s->facts.auth_seen = true;
	if (stage == STAGE_MAIL)
		s->mail_ok = true;
	if (stage == STAGE_RCPT) {
		s->accepted++;
		if (c && s->accepted == 1)
			s->facts.recipient = c->argument;
	}
	if (stage == STAGE_END_OF_DATA && s->accepted)
		s->delivered = true;
}

/* Does a later line of this reply list tell that log-in is possible? */
static void look_offer(struct session *s)
{
	for (size_t i = 0; i < s->nreply; i++) {
		sv t = sv_drop(text_of(&s->reply[i]), 4);

		if (sv_istarts(t, SV("auth ")) || sv_istarts(t, SV("auth=")))
			s->facts.auth_offered = true;
	}
}

/* A reply is complete. */
static void answered(struct session *s)
{
	struct command c, *f = front(s);
	enum smtp_stage stage;

	s->reply_open = false;
	s->replies++;
	if (f)
		c = *f;
	stage = stage_of(s, f);
	if (stage == STAGE_UNKNOWN && !f && s->code != 421)
		stage = s->content ? STAGE_END_OF_DATA : STAGE_UNKNOWN;
	if (s->code == 334) {
		s->login = true;
		return;
	}
	if (s->code == 354) {
		s->content = true;
		pop(s);
		return;
	}
	if (s->code == 221) {
		s->closed = true;
		s->n = 0;
		return;
	}
	pop(s);
	s->content = false;
	s->login = false;
	if (s->code == 421 && stage == STAGE_UNKNOWN)
		stage = s->stage;
	s->stage = stage;
	if (stage == STAGE_HELO)
		look_offer(s);
	if (s->code >= 400) {
		if (!(s->code == 421 && s->quit))
			failed(s, f ? &c : NULL, stage);
	} else {
		succeeded(s, f ? &c : NULL, stage);
	}
}

/*
 * Are there fewer replies before the next command than commands that wait?
 * Then lines were left out, and the reply is that to the last command.
 */
static bool is_short(struct session *s, size_t k)
{
	size_t replies = 1;

	if (s->n < 2)
		return false;
	for (size_t i = k + 1; i < k + QUEUE_MAX; i++) {
		const struct pline *l = plines_at(s->ctx->lines, i);
		struct talk t;

		if (!l)
			break;
		talk_look(l, 0, l->text.n, &t);
		if (t.who == TALK_CLIENT && t.verb != VERB_END)
			break;
		replies += t.who == TALK_SERVER && !t.more;
	}
	return replies < s->n;
}

static void server_line(struct session *s, const struct pline *l,
                        const struct talk *t, size_t k)
{
	if (!s->reply_open || t->code != s->code) {
		s->nreply = 0;
		s->code = t->code;
		if (is_short(s, k))
			while (s->n > 1)
				pop(s);
	}
	if (s->nreply < REPLY_LINES)
		s->reply[s->nreply++] = (struct said){l, t->from, t->to};
	s->failing = false;
	s->reply_open = t->more;
	if (!t->more)
		answered(s);
}

/*
 * Is the end of the content still to come?  Lines before it that begin with a
 * number are no replies, where nothing marks who speaks.
 */
static bool is_content(struct session *s, size_t k)
{
	const struct pline *l;

	if (!s->content || s->n)
		return false;
	while ((l = plines_at(s->ctx->lines, ++k)) != NULL) {
		struct talk t;

		talk_look(l, 0, l->text.n, &t);
		if (t.verb == VERB_END)
			return true;
		if (t.verb == VERB_MAIL || t.verb == VERB_HELO)
			return false;
	}
	return false;
}

static void read_auth(struct session *s, sv command)
{
	sv method, token;

	(void)sv_word(&command);
	method = sv_word(&command);
	token = sv_word(&command);
	if (token.n && !s->facts.account.n)
		s->facts.account = talk_account(s->ctx->a, token,
		                                sv_ieq(method, SV("PLAIN")));
}

static void client_line(struct session *s, const struct pline *l,
                        const struct talk *t)
{
	sv text = sv_slice(mtext_sv(&l->text), t->from, t->to);
	struct command *c;

	s->failing = false;
	if (s->content && t->verb != VERB_END && t->verb != VERB_QUIT)
		return;
	if (s->reply_open)
		answered(s); /* its last line was left out */
	if (t->verb == VERB_NONE)
		return;
	s->commands++;
	s->quit |= t->verb == VERB_QUIT;
	if (s->n == QUEUE_MAX)
		return;
	c = &s->queue[(s->head + s->n++) % QUEUE_MAX];
	*c = (struct command){.verb = t->verb,
	                      .ehlo = sv_istarts(text, SV("ehlo"))};
	if (t->verb == VERB_MAIL || t->verb == VERB_RCPT ||
	    t->verb == VERB_HELO)
		c->argument = paste_keep(s->ctx, talk_argument(t->verb, text));
	if (t->verb == VERB_HELO && c->argument.n)
		s->facts.helo = c->argument;
	if (t->verb == VERB_MAIL) {
		s->facts.sender = c->argument;
		s->facts.recipient = (sv){0};
		s->accepted = s->refused_rcpt = 0;
	}
	if (t->verb == VERB_AUTH)
		read_auth(s, text);
}

/* The user name that answers "334 VXNlcm5hbWU6". */
static void read_login(struct session *s, sv text)
{
	s->login = false;
	if (!s->facts.account.n && s->nreply &&
	    sv_ihas(text_of(&s->reply[0]), SV("334 VXNlcm5hbWU6")))
		s->facts.account = talk_account(s->ctx->a, text, false);
}

/* Is what follows this machine itself: "telnet localhost 25"? */
static bool is_local(sv t)
{
	static const sv names[] = {SV_INIT("localhost"), SV_INIT("127.0.0.1"),
	                           SV_INIT("::1"), SV_INIT("[::1]")};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sv rest = sv_drop(t, names[i].n);

		if (sv_starts(t, names[i]) &&
		    (!rest.n || !is_alnum(rest.p[0])))
			return true;
	}
	return false;
}

/* "=== Trying mail.example.org:587...", "Connected to mx.example.org." */
static void read_peer(struct session *s, sv t)
{
	static const sv words[] = {SV_INIT("Trying "),
	                           SV_INIT("Connected to ")};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t at = sv_find(t, words[i]), n = 0;
		sv name;

		if (at == SV_NPOS)
			continue;
		t = sv_drop(t, at + words[i].n);
		if (is_local(t))
			s->facts.spoke = SPOKE_OWN_MTA;
		while (n < t.n && (is_alnum(t.p[n]) || t.p[n] == '.' ||
		                   t.p[n] == '-'))
			n++;
		name = sv_head(t, n);
		while (name.n && name.p[name.n - 1] == '.')
			name.n--;
		s->peer = true;
		if (!name.n || sv_chr(name, '.') == SV_NPOS)
			return;
		if (is_digit(name.p[name.n - 1]))
			s->facts.host_ip = paste_keep(s->ctx, name);
		else
			s->facts.host = paste_keep(s->ctx, name);
		if (n < t.n && t.p[n] == ':' && !s->facts.port.n) {
			size_t from = n + 1, to = from;

			while (to < t.n && to < from + 5 && is_digit(t.p[to]))
				to++;
			s->facts.port = paste_keep(s->ctx,
			                           sv_slice(t, from, to));
		}
		return;
	}
}

/*
 * "*** <tab>IO::Socket: connect: Connection refused": swaks tells in a line of
 * its own why it could not connect.
 */
static bool goes_on(const struct session *s, sv t)
{
	return s->nfound && s->nreply && s->nreply < REPLY_LINES &&
	       s->found[s->nfound - 1].stage == STAGE_CONNECT &&
	       sv_starts(t, SV("*** ")) && t.n > 5 && is_blank(t.p[4]) &&
	       sv_starts(text_of(&s->reply[0]), SV("Error connecting"));
}

/* After a STARTTLS that was granted: then it was TLS that failed. */
static bool broke_in_tls(const struct session *s, sv t)
{
	return s->stage == STAGE_STARTTLS && s->code == 220 && !s->n &&
	       sv_istarts(t, SV("SMTP Error: Could not connect"));
}

static void add_trouble(struct session *s, const struct said *said,
                        enum smtp_stage stage)
{
	struct mtext text;

	s->nreply = 1;
	s->reply[0] = *said;
	text = join(s);
	refuse(s, said, &text, stage, front(s), KEEP);
}

/* What a client says about a connection that broke or never was. */
static void read_trouble(struct session *s, const struct pline *l, sv t)
{
	static const sv troubles[] = {
	    SV_INIT("Connection closed by foreign host"),
	    SV_INIT("telnet: "), SV_INIT("*** Error connecting"),
	    SV_INIT("*** Remote host closed connection"),
	    SV_INIT("*** TLS startup failed"),
	};
	struct said said = {l, 0, t.n};

	if (goes_on(s, t)) {
		said.from = 4;
		s->reply[s->nreply++] = said;
		s->found[s->nfound - 1].text = join(s);
		return;
	}
	if (broke_in_tls(s, t)) {
		add_trouble(s, &said, STAGE_STARTTLS);
		return;
	}
	if (s->closed || s->quit || (s->nfound && !s->n))
		return;
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
		if (sv_starts(t, troubles[i])) {
			if (!i && !s->n && s->commands)
				return;
			said.from = sv_starts(t, SV("*** ")) ? 4 : 0;
			add_trouble(s, &said, stage_of(s, front(s)));
			return;
		}
}

/* Lines of a reply that a terminal or a mail program wrapped. */
static bool read_rest(struct session *s, const struct pline *l,
                      const struct talk *t)
{
	struct attempt *at;

	if (!s->failing || !s->nfound || !l->text.n || !l->indent ||
	    s->nreply == REPLY_LINES)
		return false;
	s->reply[s->nreply++] = (struct said){l, t->from, t->to};
	at = &s->found[s->nfound - 1];
	at->text = join(s);
	return true;
}

/* One line; false if it has nothing to do with the dialogue. */
static bool read_line(struct session *s, const struct pline *l, size_t from,
                      size_t to, size_t k)
{
	sv text = sv_slice(mtext_sv(&l->text), from, to);
	struct talk t;

	talk_look(l, from, to, &t);
	s->inbound |= t.inbound;
	switch (t.who) {
	case TALK_SERVER:
		if (!t.marked && is_content(s, k))
			return true;
		server_line(s, l, &t, k);
		return true;
	case TALK_CLIENT:
		if (t.verb == VERB_NONE && s->login) {
			read_login(s, sv_slice(mtext_sv(&l->text), t.from,
			                       t.to));
			return true;
		}
		client_line(s, l, &t);
		return true;
	case TALK_INFO:
		s->failing = false;
		read_peer(s, text);
		read_trouble(s, l, text);
		return true;
	default:
		break;
	}
	if (s->login && text.n) {
		read_login(s, text);
		return true;
	}
	if (read_rest(s, l, &t))
		return true;
	s->failing = false;
	return false;
}

/* A dialogue as a list of strings: ["220 x","HELO y","550 z"]. */
static bool read_list(struct session *s, const struct pline *l)
{
	sv t = mtext_sv(&l->text);
	size_t from = sv_find(t, SV("[\"220"));

	if (from == SV_NPOS || !sv_has(t, SV("\",\"")))
		return false;
	from += 2;
	while (from < t.n) {
		size_t n = sv_find(sv_drop(t, from), SV("\",\""));
		size_t end = n == SV_NPOS ? sv_find(sv_drop(t, from), SV("\""))
		                          : n;

		if (end == SV_NPOS)
			break;
		(void)read_line(s, l, from, from + end, PLINES_AHEAD);
		if (n == SV_NPOS)
			break;
		from += n + 3;
	}
	return true;
}

static size_t gap_allowed(const struct session *s)
{
	if (s->content)
		return PLINES_AHEAD;
	if (s->stage == STAGE_STARTTLS || !s->commands)
		return GAP_TLS;
	return GAP_MAX;
}

/* Does another connection begin in this line? */
static bool is_another(const struct session *s, const struct pline *l)
{
	sv t = mtext_sv(&l->text);
	struct talk talk;

	if (!s->commands || s->content)
		return false;
	if (sv_starts(t, SV("=== Trying")) || sv_starts(t, SV("Trying ")))
		return true;
	talk_look(l, 0, t.n, &talk);
	return s->closed && talk.who == TALK_SERVER && talk.code == 220;
}

/*
 * Read as far as the dialogue goes; the number of lines that belong to it.
 * Content may be longer than the window: its lines are skipped here.
 */
static size_t read_session(struct session *s)
{
	size_t used = 0, gap = 0;
	const struct pline *l;

	for (size_t k = 0; (l = plines_at(s->ctx->lines, k)) != NULL; k++) {
		if (s->content && k >= PLINES_AHEAD / 2) {
			plines_skip(s->ctx->lines, k);
			k = used = gap = 0;
		}
		if (is_another(s, l))
			break;
		if (read_list(s, l) || read_line(s, l, 0, l->text.n, k)) {
			used = k + 1;
			gap = 0;
		} else if (l->text.n && ++gap > gap_allowed(s)) {
			break;
		}
		if (k >= SHOW_WITHIN && (!s->commands || !s->replies) &&
		    s->stage != STAGE_STARTTLS)
			break;
	}
	if (s->reply_open)
		answered(s);
	return used;
}

static bool counts(const struct session *s, size_t i)
{
	switch (s->when[i]) {
	case IF_NO_HELO:
		return !s->helo_ok;
	case IF_NO_AUTH:
		return !s->auth_ok;
	case IF_NO_MAIL:
		return !s->mail_ok;
	case IF_NOTHING:
		return !s->delivered && s->nfound == 1;
	default:
		return true;
	}
}

/* Could a dialogue begin here?  Cheap: asked for every line of a paste. */
static bool may_begin(const struct pline *l)
{
	sv s = mtext_sv(&l->text);
	struct talk t;

	if (!s.n || l->continues)
		return false;
	if (sv_has(sv_head(s, 256), SV("[\"220")))
		return true;
	talk_look(l, 0, s.n, &t);
	switch (t.who) {
	case TALK_SERVER:
		return t.marked || t.code == 220;
	case TALK_CLIENT:
		return t.verb >= VERB_HELO && t.verb <= VERB_DATA;
	case TALK_INFO:
		return sv_starts(s, SV("=== Trying")) ||
		       sv_starts(s, SV("Trying ")) ||
		       sv_starts(s, SV("*** ")) ||
		       sv_starts(s, SV("DEBUG SMTP")) ||
		       sv_starts(s, SV("connect: (")) ||
		       sv_starts(s, SV("telnet")) || sv_starts(s, SV("$ "));
	default:
		return false;
	}
}

/*
 * Both sides must have spoken.  A connection that fails before the client
 * says a word is one where it was told to whom it goes.
 */
static bool is_dialogue(const struct session *s)
{
	if (s->commands)
		return s->replies || s->nfound;
	return s->nfound == 1 && s->replies <= 1 &&
	       s->found[0].stage == STAGE_CONNECT &&
	       (s->peer || !s->replies);
}

size_t paste_read_transcript(struct paste_ctx *ctx)
{
	const struct pline *l = plines_at(ctx->lines, 0);
	struct session session = {.ctx = ctx}, *s = &session;
	size_t used;

	if (!l || !may_begin(l))
		return 0;
	used = read_session(s);
	if (!is_dialogue(s))
		return 0;
	ctx->seen->dialogue = true;
	ctx->seen->delivered |= s->delivered;
	for (size_t i = 0; i < s->nfound; i++) {
		struct attempt *at;

		if (!counts(s, i))
			continue;
		at = attempts_add(ctx->out, ctx->a);
		if (!at)
			break;
		s->found[i].count = 1;
		/* Told in lines that came later, or known only then. */
		if (!s->found[i].host.n)
			s->found[i].host = s->facts.host;
		*at = s->found[i];
	}
	return used;
}
