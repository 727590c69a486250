/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "logs/logs.h"
#include "paste/frame.h"
#include "paste/state.h"
#include "paste/words.h"

/* Codes looked at in one line: "550-a 550-b" of joined replies has some. */
#define HEADS_MAX 16

/* Lines of one reply; Google's have 10, the longest seen 24. */
#define PARTS_MAX 64

/* Lines of a sentence around a reply that may belong to it. */
#define WRAP_PROSE 4

/* Words of a text are looked for so far. */
#define JUDGE_MAX 240

/* A line of at least so many bytes may have been wrapped. */
#define WRAP_WIDTH 36
/* What people wrap, they wrap at these columns. */
#define WRAP_FULL 60
#define WRAP_FULLEST 84

enum strength { NO_REPLY, WEAK, STRONG };

/* A part of a line that belongs to the reply. */
struct part {
	size_t line; /* ahead in the window */
	size_t from, to;
	bool head; /* begins with a code or status: a line of the reply */
};

struct found {
	struct head h;
	struct part parts[PARTS_MAX];
	size_t n;
	bool closed; /* the quote around it ends in its last line */
	size_t bytes;
};

static sv line_text(struct paste_ctx *ctx, size_t k)
{
	const struct pline *l = plines_at(ctx->lines, k);

	return l ? mtext_sv(&l->text) : SV("");
}

static bool has_word(sv s)
{
	size_t run = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (is_high(s.p[i]))
			return true;
		run = is_alpha(s.p[i]) ? run + 1 : 0;
		if (run == 2)
			return true;
	}
	return false;
}

static unsigned word_count(sv s)
{
	unsigned n = 0;

	while (n < 4 && sv_word(&s).n)
		n++;
	return n;
}

static bool has_high(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_high(s.p[i]))
			return true;
	return false;
}

/* Does the text name somebody: what tables and articles do not do. */
static bool is_specific(sv s)
{
	return sv_chr(s, '@') != SV_NPOS || sv_has(s, SV("http")) ||
	       sv_chr(s, '[') != SV_NPOS || sv_ihas(s, SV("gsmtp"));
}

static bool explains(const struct doc *d)
{
	return d->article || d->source || d->catalogue || d->config;
}

/* What the judgement of one head rests on. */
struct ground {
	const struct head *h;
	const struct doc *d;
	sv before;	/* the code */
	sv text;	/* behind the codes */
	unsigned words; /* of mail in it, at most 3 */
	bool status, text_there, brief, follows_prose, goes_on;
	bool apart; /* the line before is empty, a reply, or ends in ":" */
};

/* "error", "SMTP error:": the word proves that something failed. */
static bool ends_in_error(sv s)
{
	static const sv words[] = {SV_INIT("error"),  SV_INIT("errors"),
				   SV_INIT("fehler"), SV_INIT("fehlercode"),
				   SV_INIT("erreur"), SV_INIT("errore"),
				   SV_INIT("erro"),   SV_INIT("fout")};

	while (s.n && (is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == ':'))
		s.n--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sv_iends(s, words[i]) &&
		    (s.n == words[i].n || is_blank(s.p[s.n - words[i].n - 1])))
			return true;
	return false;
}

static enum strength judge_code_only(const struct ground *g)
{
	bool framed = g->h->frame == FRAME_COLON || g->h->frame == FRAME_ERROR;
	bool alone = !g->text.n || sv_eq(g->text, SV(".")) ||
		     sv_eq(g->text, SV("!"));

	if (g->h->frame == FRAME_START && g->d->lines <= 2 &&
	    (alone || g->status))
		return STRONG;
	if (!g->h->code || explains(g->d))
		return NO_REPLY;
	if (names_error(g->text) || (alone && ends_in_error(g->before)))
		return g->d->smtp ? STRONG : g->brief ? WEAK : NO_REPLY;
	if (framed && alone && g->d->smtp && g->d->lines <= 2)
		return STRONG;
	return framed && alone && (g->brief || g->d->smtp) ? WEAK : NO_REPLY;
}

static enum strength judge_start(const struct ground *g)
{
	const struct doc *d = g->d;
	bool named = is_specific(g->text);

	if (g->follows_prose && !g->brief)
		return NO_REPLY;
	if (!named && (d->catalogue || d->source || (d->article && !g->status)))
		return NO_REPLY;
	if (!g->h->code) {
		if (g->words >= 2 && (g->goes_on || g->brief))
			return STRONG;
		if (g->words && d->lines <= 2)
			return STRONG;
		return g->brief && g->words ? WEAK : NO_REPLY;
	}
	if (g->words >= 2 || (g->words && (g->brief || g->status)))
		return STRONG;
	/* Languages whose words are not in the lists. */
	if (g->status && (g->brief || has_high(g->text)))
		return STRONG;
	if (g->brief)
		return WEAK;
	return g->words && g->apart ? STRONG : NO_REPLY;
}

static enum strength judge_framed(const struct ground *g)
{
	bool named = is_specific(g->text);
	bool doubt = g->d->source || (explains(g->d) && !named);

	switch (g->h->frame) {
	case FRAME_COLON:
	case FRAME_KEY:
		if (g->status || g->words)
			return (g->d->source || g->d->catalogue) && !named
				       ? NO_REPLY
				       : STRONG;
		return (g->brief || g->d->smtp) && !doubt ? WEAK : NO_REPLY;
	case FRAME_ERROR:
		if (doubt)
			return NO_REPLY;
		if (g->status || g->words)
			return STRONG;
		return g->brief || g->h->opener ? WEAK : NO_REPLY;
	case FRAME_VERB:
		if (doubt || (!g->status && !g->h->opener))
			return NO_REPLY;
		return g->words || (g->status && has_high(g->text)) ? STRONG
								    : WEAK;
	default:
		return g->brief && g->status && g->words && !doubt ? STRONG
								   : NO_REPLY;
	}
}

/* What follows shows that the code was named in a sentence or a record. */
static bool only_named(sv text)
{
	static const sv joins[] = {
		SV_INIT("and"),	   SV_INIT("or"),  SV_INIT("und"),
		SV_INIT("oder"),   SV_INIT("et"),  SV_INIT("ou"),
		SV_INIT("y"),	   SV_INIT("was"), SV_INIT("is"),
		SV_INIT("means"),  SV_INIT("EUR"), SV_INIT("USD"),
		SV_INIT("GBP"),	   SV_INIT("CHF"), SV_INIT("MB"),
		SV_INIT("GB"),	   SV_INIT("kB"),  SV_INIT("KB"),
		SV_INIT("MHz"),	   SV_INIT("kg"),  SV_INIT("g"),
		SV_INIT("km"),	   SV_INIT("m"),   SV_INIT("ms"),
		SV_INIT("\u20ac"), SV_INIT("$")};
	sv rest = text, word = sv_word(&rest);
	size_t eq = sv_chr(word, '=');

	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++)
		if (sv_eq(word, joins[i]))
			return true;
	/* "code=550 email=x", not "554 IP=192.0.2.7 - ..." */
	if (eq != SV_NPOS && eq > 0 && is_lower(word.p[0]))
		return true;
	if (names_error(text))
		return true;
	return text.n &&
	       (text.p[0] == ',' || text.p[0] == '.' || text.p[0] == ')' ||
		text.p[0] == '?' || text.p[0] == '!' || text.p[0] == ';' ||
		text.p[0] == '/' || text.p[0] == '=' || text.p[0] == '%');
}

/* The line behind repeats the code or status at its start. */
static bool repeated(struct paste_ctx *ctx, const struct head *h)
{
	sv s = line_text(ctx, 1);
	struct estatus e;
	uint16_t code;

	if (h->code)
		return reply_code(s, &code) && code == h->code;
	return estatus_parse(s, &e) && e.class == h->status.class &&
	       e.subject == h->status.subject && e.detail == h->status.detail;
}

/* "The response was:" */
static bool announced(const struct paste_state *st)
{
	return st->lead_n && st->lead[st->lead_n - 1] == ':';
}

static enum strength judge(struct paste_ctx *ctx, sv s, const struct head *h)
{
	const struct doc *d = &ctx->st->doc;
	size_t end = h->opener ? quote_end(s, h->text, h->opener) : SV_NPOS;
	struct ground g = {.h = h, .d = d};

	if (h->frame == FRAME_OTHER || (d->other && !d->smtp))
		return NO_REPLY;
	g.before = sv_head(s, h->at);
	g.text = sv_slice(s, h->text, end < s.n ? end : s.n);
	if (!g.text.n && (repeated(ctx, h) || end == s.n))
		g.text = line_text(ctx, 1);
	g.text = sv_head(g.text, JUDGE_MAX);
	g.status = estatus_is_set(h->status);
	g.brief = doc_is_short(d) || ctx->opt->form == FORM_REPLY;
	g.goes_on = repeated(ctx, h);
	g.follows_prose =
		end < s.n && has_word(sv_drop(s, end)) && h->opener != '(';
	g.apart = ctx->st->blank || ctx->st->lead_reply || announced(ctx->st);
	/* "421 mx7 ME" and the words in the line behind. */
	if (h->frame == FRAME_START && word_count(g.text) < 3 && !h->opener &&
	    (g.text.n || g.status) && has_word(line_text(ctx, 1)))
		g.text = sv_head(line_text(ctx, 1), JUDGE_MAX);
	g.words = words_of_mail(g.text, 3);
	g.text_there = has_word(g.text) &&
		       (!only_named(g.text) ||
			(d->lines <= 2 && g.words && g.text.p[0] == ','));
	if (!g.text_there)
		return judge_code_only(&g);
	return h->frame == FRAME_START ? judge_start(&g) : judge_framed(&g);
}

static void add_part(struct found *f, size_t line, size_t from, size_t to,
		     bool head)
{
	if (f->n == PARTS_MAX || from > to)
		return;
	f->parts[f->n++] = (struct part){line, from, to, head};
	f->bytes += to - from + 1;
}

/* A reply in quotes that run over lines; false if they do not end. */
static bool take_quoted(struct paste_ctx *ctx, struct found *f)
{
	const struct pline *first = plines_at(ctx->lines, 0), *l;
	size_t end = quote_end(mtext_sv(&first->text), f->h.text, f->h.opener);

	if (end != SV_NPOS) {
		add_part(f, 0, f->h.at, end, true);
		return f->closed = true;
	}
	for (size_t k = 1; k < 20; k++) {
		l = plines_at(ctx->lines, k);
		if (!l || !l->text.n || l->quote != first->quote)
			return false;
		end = quote_end(mtext_sv(&l->text), 0, f->h.opener);
		if (end == SV_NPOS)
			continue;
		add_part(f, 0, f->h.at, first->text.n, true);
		for (size_t i = 1; i < k; i++)
			add_part(f, i, 0, line_text(ctx, i).n, false);
		add_part(f, k, 0, end, false);
		return f->closed = true;
	}
	return false;
}

/* "Serveur : x", "Subject: x": a field, no continued sentence. */
static bool is_field(sv s)
{
	size_t n = 0;

	while (n < s.n && n < 24 && (is_alpha(s.p[n]) || s.p[n] == '-'))
		n++;
	if (n < 2 || !is_upper(s.p[0]) || sv_istarts(s, SV("http")))
		return false;
	if (n < s.n && s.p[n] == ' ')
		n++;
	return n < s.n && s.p[n] == ':';
}

static bool ends_sentence(sv s)
{
	char c = s.n ? s.p[s.n - 1] : '.';

	return c == '.' || c == '!' || c == '?' || c == ')' || c == ']' ||
	       c == ';' || sv_ends(s, SV("\u2026"));
}

/* A frame of a stack trace, a command, an entry of a log. */
static bool begins_anew(const struct found *f, const struct pline *first, sv s)
{
	sv head = mtext_sv(&first->text), rest = s;
	size_t same = 0, upper = 0, pos = 0;
	struct head h;
	struct log_prefix px;

	/* "<b@example.org>: 552 mailbox full" */
	if (head_next(s, &pos, SV(""), &h) && h.code &&
	    h.frame == FRAME_COLON && (h.code != f->h.code || s.p[0] == '<'))
		return true;
	if (sv_starts(s, SV("at ")) || sv_starts(s, SV("File \"")))
		return true;
	while (upper < s.n && is_upper(s.p[upper]))
		upper++;
	if (upper == 4 && sv_word(&rest).n == 4)
		return true;
	log_prefix(s, &px);
	if (px.end)
		return true;
	/* Lines of a program that begin alike are entries of its log. */
	while (same < s.n && same < head.n && s.p[same] == head.p[same])
		same++;
	return same >= 6 && f->h.at >= same;
}

/* Is next the rest of a wrapped line of a reply whose last part is last? */
static bool is_wrapped(const struct found *f, const struct pline *first,
		       sv last, const struct pline *next, bool dash)
{
	sv s = mtext_sv(&next->text);
	bool open = last.n &&
		    (last.p[last.n - 1] == ',' || last.p[last.n - 1] == ':');
	bool small = is_lower(s.p[0]) || is_digit(s.p[0]) || s.p[0] == '<' ||
		     s.p[0] == '(' || s.p[0] == '[' ||
		     sv_istarts(s, SV("http"));

	if (next->continues)
		return true;
	if (next->item || is_field(s) || begins_anew(f, first, s))
		return false;
	if (f->n == 1 && !f->h.bracketed &&
	    word_count(sv_drop(last, f->h.text)) < 3)
		return f->h.frame == FRAME_START || small;
	if (next->indent > first->indent + 1)
		return true;
	if (open || (small && (last.n >= WRAP_WIDTH || dash)))
		return true;
	/* "... For explanation visit" and the link: it is long and wraps. */
	if (sv_istarts(s, SV("http")) && !ends_sentence(last))
		return true;
	return last.n >= WRAP_FULL && last.n <= WRAP_FULLEST &&
	       !ends_sentence(last);
}

/* 1 a line of the same reply, -1 one of another, 0 none that has a code. */
static int line_kind(const struct found *f, sv s, bool *dash)
{
	struct estatus e;
	uint16_t code;

	if (reply_code(s, &code)) {
		bool more = s.n > 3 && s.p[3] == '-';

		if (code != f->h.code || (!*dash && !more))
			return -1;
		*dash = more;
		return 1;
	}
	if (!estatus_parse(s, &e))
		return 0;
	return estatus_is_set(f->h.status) && e.class == f->h.status.class &&
			       e.subject == f->h.status.subject &&
			       e.detail == f->h.status.detail
		       ? 1
		       : -1;
}

/* The lines behind the first that belong to the reply. */
static void take_lines(struct paste_ctx *ctx, struct found *f)
{
	const struct pline *first = plines_at(ctx->lines, 0);
	size_t wraps = f->h.frame == FRAME_START ? PARTS_MAX : WRAP_PROSE;
	sv last = mtext_sv(&first->text);
	bool dash = f->h.dash;

	add_part(f, 0, f->h.at, last.n, true);
	for (size_t k = 1; k < PARTS_MAX && wraps; k++) {
		const struct pline *next = plines_at(ctx->lines, k);
		int kind;

		if (!next || !next->text.n || next->quote != first->quote)
			return;
		kind = line_kind(f, mtext_sv(&next->text), &dash);
		if (kind < 0 ||
		    (!kind && !is_wrapped(f, first, last, next, dash)))
			return;
		wraps -= !kind;
		last = mtext_sv(&next->text);
		add_part(f, k, 0, last.n, kind > 0);
	}
}

/* One byte of a line, escapes of strings undone; the number of bytes read. */
static size_t take_byte(struct mtext *t, const struct mtext *s, size_t i,
			size_t to, bool quoted)
{
	char c = s->p[i], e = i + 1 < to ? s->p[i + 1] : '\0';
	char then = i + 2 < to ? s->p[i + 2] : ' ';

	if (c == '\\' && e == '\\' && i + 2 < to &&
	    (then == 'n' || then == 'r'))
		return 1;
	if (c == '\\' && (e == 'n' || e == 'r') && i + 2 >= to)
		return 2;
	if (c == '\\' && e == 'r' && (then == '\\' || is_digit(then)))
		return 2;
	if (c == '\\' && e == 'n' && (quoted || is_digit(then))) {
		mtext_put(t, SV("\n"), s->src[i]);
		return 2;
	}
	if (c == '\\' && quoted && (e == '"' || e == '\'')) {
		mtext_put(t, sv_of(s->p + i + 1, 1), s->src[i + 1]);
		return 2;
	}
	mtext_put(t, sv_of(s->p + i, 1), s->src[i]);
	return 1;
}

static void take_part(struct paste_ctx *ctx, struct mtext *t,
		      const struct part *p, bool quoted)
{
	const struct pline *l = plines_at(ctx->lines, p->line);

	if (t->n && p->head && t->n < t->cap)
		mtext_put(t, SV("\n"), MTEXT_NOWHERE);
	else if (!l->continues)
		mtext_space(t);
	for (size_t i = p->from; i < p->to;)
		i += take_byte(t, &l->text, i, p->to, quoted);
}

/* Tags of a page that was pasted as source. */
static bool trim_tag(struct mtext *t)
{
	static const sv tags[] = {SV_INIT("<br>"),    SV_INIT("<br/>"),
				  SV_INIT("<br />"),  SV_INIT("</p>"),
				  SV_INIT("</pre>"),  SV_INIT("</td>"),
				  SV_INIT("</code>"), SV_INIT("</div>")};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (sv_iends(mtext_sv(t), tags[i])) {
			t->n -= tags[i].n;
			return true;
		}
	return false;
}

/* Closing marks whose partner is not in the text. */
static void trim_tail(struct mtext *t)
{
	while (t->n) {
		sv s = mtext_sv(t);
		char c = s.p[s.n - 1];
		bool lone = c == '`' || c == ',' || is_space(c) ||
			    (c == '"' && sv_chr(s, '"') == s.n - 1) ||
			    (c == '\'' && sv_chr(s, '\'') == s.n - 1) ||
			    (c == '>' && sv_chr(s, '<') == SV_NPOS) ||
			    (c == ')' && sv_chr(s, '(') == SV_NPOS);

		if (trim_tag(t))
			continue;
		if (!lone)
			return;
		t->n--;
	}
}

/* "(in reply to RCPT TO command)" behind a reply is not a part of it. */
static void take_stage(struct mtext *t, struct attempt *at)
{
	static const sv mark = SV_INIT("(in reply to ");
	size_t i = sv_find(mtext_sv(t), mark);

	if (i == SV_NPOS)
		return;
	at->stage = smtp_stage_of_command(sv_drop(mtext_sv(t), i + mark.n));
	t->n = i;
}

/* "<a@example.org>: 550 ...": the address, or nothing. */
static sv address_before(sv before)
{
	sv s = sv_trim(before);
	size_t open;

	if (!sv_ends(s, SV(">:")))
		return SV("");
	s.n -= 2;
	open = sv_rchr(s, '<');
	s = open == SV_NPOS ? SV("") : sv_drop(s, open + 1);
	return sv_chr(s, '@') != SV_NPOS ? s : SV("");
}

/* What the words before the reply tell: after which command, by whom. */
static void read_before(struct paste_ctx *ctx, sv before, struct attempt *at)
{
	size_t rcpt = sv_ifind(before, SV("RCPT TO"));
	size_t host = sv_find(before, SV("host "));
	sv rest;

	at->recipient = paste_keep(ctx, address_before(before));
	if (rcpt != SV_NPOS) {
		at->stage = STAGE_RCPT;
		rest = sv_drop(before, rcpt);
		if (sv_chr(rest, '<') != SV_NPOS &&
		    sv_chr(rest, '>') != SV_NPOS) {
			(void)sv_cut(&rest, '<');
			at->recipient = paste_keep(ctx, sv_cut(&rest, '>'));
		}
	} else if (sv_ihas(before, SV("MAIL FROM"))) {
		at->stage = STAGE_MAIL;
	} else if (sv_ihas(before, SV("end of data"))) {
		at->stage = STAGE_END_OF_DATA;
	} else if (sv_has(before, SV("DATA"))) {
		at->stage = STAGE_DATA;
	}
	if (host == SV_NPOS || !sv_has(before, SV(" said")))
		return;
	rest = sv_drop(before, host + 5);
	rest = sv_word(&rest);
	at->host = paste_keep(ctx, sv_cut(&rest, '['));
	at->host_ip = paste_keep(ctx, sv_cut(&rest, ']'));
}

static void emit(struct paste_ctx *ctx, struct found *f, enum strength how)
{
	const struct pline *line = plines_at(ctx->lines, 0);
	struct attempt *at = paste_add(ctx, line, FORM_REPLY);

	if (!at)
		return;
	at->weak = how == WEAK;
	mtext_init(&at->text, ctx->a, f->bytes);
	for (size_t i = 0; i < f->n; i++)
		take_part(ctx, &at->text, &f->parts[i], f->h.opener != 0);
	read_before(ctx, sv_head(mtext_sv(&line->text), f->h.at), at);
	take_stage(&at->text, at);
	trim_tail(&at->text);
	if (f->h.bracketed) {
		at->code = f->h.code;
		at->status = f->h.status;
	}
	if (ctx->opt->stage != STAGE_UNKNOWN)
		at->stage = ctx->opt->stage;
}

/* Take in what h begins; the last part tells where it ends. */
static void extend(struct paste_ctx *ctx, const struct head *h, struct found *f)
{
	sv s = line_text(ctx, 0);

	*f = (struct found){.h = *h};
	if (names_error(sv_drop(s, h->text)) ||
	    (sv_trim(sv_drop(s, h->text)).n < 2 && h->frame != FRAME_START)) {
		/* The code alone, in the words of a person. */
		add_part(f, 0, h->at, h->at + 3, true);
		f->closed = true;
		return;
	}
	if (h->bracketed) {
		/* "[554] 5.7.1 text": the text alone, its codes told apart. */
		f->h.at = h->text;
		take_lines(ctx, f);
		return;
	}
	if (!h->opener || !take_quoted(ctx, f)) {
		f->h.opener = 0;
		take_lines(ctx, f);
	}
}

/*
 * "Error: 550" above "Response: 550 no such user", or below: a code that is
 * told with its text elsewhere.
 */
static bool told_again(struct paste_ctx *ctx, const struct head *h, sv s)
{
	const struct attempts *out = ctx->out;
	sv code = sv_slice(s, h->at, h->at + 3), last = SV("");

	if (!h->code || h->frame == FRAME_START ||
	    (has_word(sv_drop(s, h->text)) &&
	     !names_error(sv_drop(s, h->text))))
		return false;
	if (out->n)
		last = mtext_sv(&out->v[out->n - 1].text);
	return sv_has(line_text(ctx, 1), code) || sv_starts(last, code);
}

size_t paste_read_reply(struct paste_ctx *ctx)
{
	const struct pline *line = plines_at(ctx->lines, 0);
	sv s = mtext_sv(&line->text);
	sv lead = sv_of(ctx->st->lead, ctx->st->lead_n);
	size_t pos = 0, took = 0;
	struct head h;
	struct found f;

	for (unsigned i = 0; i < HEADS_MAX && head_next(s, &pos, lead, &h);
	     i++) {
		enum strength how = judge(ctx, s, &h);

		if (how == NO_REPLY || told_again(ctx, &h, s))
			continue;
		extend(ctx, &h, &f);
		emit(ctx, &f, how);
		took = f.n ? f.parts[f.n - 1].line + 1 : 1;
		if (!f.closed || took > 1)
			break;
		pos = f.parts[f.n - 1].to;
	}
	if (!took && doc_is_short(&ctx->st->doc) && ocr_head(s, &h) &&
	    judge(ctx, s, &h) == STRONG) {
		extend(ctx, &h, &f);
		emit(ctx, &f, STRONG);
		took = f.parts[f.n - 1].line + 1;
	}
	return took;
}
