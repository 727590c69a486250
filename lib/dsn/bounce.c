/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/bounce.h"

#include "base/ascii.h"
#include "dsn/guess.h"
#include "dsn/report.h"
#include "dsn/returned.h"
#include "dsn/sns.h"
#include "dsn/stage.h"
#include "dsn/words.h"
#include "dsn/wrap.h"
#include "mail/address.h"
#include "mail/part.h"

/* Text parts of one bounce that are read. */
#define TEXTS_MAX 4
/* So much of an answer's own words is kept. */
#define ANSWER_MAX 2000
/* The stage is looked for in so much text, for so many recipients. */
#define STAGE_TEXT_MAX 32768
#define STAGES_MAX 128
/* Attached mails that are looked into for a forwarded bounce. */
#define FORWARDED_MAX 8

struct found {
	uint32_t report, feedback, returned;
	uint32_t text[TEXTS_MAX];
	struct part_text *read[TEXTS_MAX]; /* once it was asked for */
	size_t ntext;
};

struct job {
	struct arena *a;
	const struct frame_set *set;
	const struct mail *m;
	struct bounce *out;
	struct attempts *list;
};

/* NULL where memory is exhausted. */
static struct part_text *decoded(const struct job *j, uint32_t i)
{
	struct part_text *t = arena_alloc(j->a, 1, sizeof(*t));

	return t && part_read(j->a, j->m, i, t) ? t : NULL;
}

/* Text k of the mail, or NULL; several readers look at the first one. */
static struct part_text *text_of(const struct job *j, struct found *f,
                                 size_t k)
{
	if (k < f->ntext && !f->read[k])
		f->read[k] = decoded(j, f->text[k]);
	return k < f->ntext ? f->read[k] : NULL;
}

/* ---- which part is what ---- */

/* Fields that only delivery reports begin with. */
static bool begins_report(sv body)
{
	static const char *const names[] = {
	    "Reporting-MTA:", "Final-Recipient:", "Original-Recipient:",
	    "Original-Envelope-Id:", "X-Postfix-Queue-ID:"};

	body = sv_trim(sv_head(body, 256));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_istarts(body, sv_str(names[i])))
			return true;
	return false;
}

static bool is_report(const struct mail_part *p)
{
	if (p->kind == MAIL_MULTIPART || p->kind == MAIL_MESSAGE ||
	    p->kind == MAIL_HEADERS || mail_is(p, "text", "html"))
		return false;
	return (mail_is(p, "message", NULL) &&
	        sv_iends(p->subtype, SV("delivery-status"))) ||
	       begins_report(p->body);
}

/* A multipart in which no part was found is what its bytes say. */
static bool is_text(const struct mail_part *p, uint32_t i)
{
	return p->kind == MAIL_TEXT ||
	       (p->kind == MAIL_MULTIPART && p->end == i + 1);
}

static void look_at(const struct job *j, uint32_t i, struct found *f)
{
	const struct mail_part *p = &j->m->parts[i];

	if (mail_is(p, "message", "feedback-report"))
		f->feedback = i;
	else if (is_report(p) && f->report == MAIL_NONE)
		f->report = i;
	else if ((p->kind == MAIL_MESSAGE || p->kind == MAIL_HEADERS) &&
	         f->returned == MAIL_NONE)
		f->returned = i;
	else if (is_text(p, i) && f->ntext < TEXTS_MAX &&
	         f->returned == MAIL_NONE)
		f->text[f->ntext++] = i;
}

/* The parts of the mail at root; what is inside returned mails is not its. */
static struct found find_parts(const struct job *j, uint32_t root)
{
	struct found f = {.report = MAIL_NONE, .feedback = MAIL_NONE,
	                  .returned = MAIL_NONE};
	uint32_t i = root, end = j->m->parts[root].end;

	while (i < end) {
		const struct mail_part *p = &j->m->parts[i];

		look_at(j, i, &f);
		i = i != root && (p->kind == MAIL_MESSAGE ||
		                  p->kind == MAIL_HEADERS) ? p->end : i + 1;
	}
	return f;
}

/* ---- reports in fields ---- */

/* "552-5.7.0 This message": Sendmail's field has only the first line. */
static bool is_cut(sv s, const struct reply *head)
{
	struct reply r = *head;

	for (size_t i = 1; head->more && i < s.n; i++)
		if (is_space(s.p[i - 1]) && reply_repeat(s, i, &r) && !r.more)
			return false;
	return head->more;
}

static unsigned worth(const struct mtext *t)
{
	struct reply head = {0};
	sv s = mtext_sv(t);

	if (!t->n)
		return 0;
	(void)reply_open(s, &head);
	if (!head.code)
		return 1;
	/* "221 Bye" is no reason; Sendmail gives the last reply it got. */
	if (head.code < 400)
		return 0;
	return is_cut(s, &head) ? 1 : 2;
}

/* Is it a reply with another code than this one, which has a code? */
static bool is_another(const struct mtext *t, const struct mtext *of)
{
	uint16_t code, other;

	return reply_code(mtext_sv(of), &other) &&
	       (!reply_code(mtext_sv(t), &code) || code != other);
}

static bool is_about(const struct attempt *w, const struct attempt *at)
{
	return w->recipient.n &&
	       (sv_ieq(w->recipient, at->recipient) ||
	        sv_ieq(w->recipient, at->final_recipient) ||
	        (w->final_recipient.n &&
	         sv_ieq(w->final_recipient, at->final_recipient)));
}

/* The attempt of the words that is about the same recipient. */
static const struct attempt *same_in_words(const struct attempts *words,
                                           const struct attempt *at, bool only)
{
	for (size_t k = 0; k < words->n; k++)
		if (is_about(&words->v[k], at))
			return &words->v[k];
	return only && words->n == 1 ? &words->v[0] : NULL;
}

static void fill(sv *into, sv value)
{
	if (!into->n)
		*into = value;
}

/* What the words say and the fields leave out. */
static void join_words(struct attempt *at, const struct attempt *w)
{
	unsigned had = worth(&at->text);

	if (worth(&w->text) > had && !(had && is_another(&w->text, &at->text))) {
		at->text = w->text;
		at->code = w->code;
	}
	if (at->stage == STAGE_UNKNOWN)
		at->stage = w->stage;
	at->expired |= w->expired;
	fill(&at->host, w->host);
	fill(&at->host_ip, w->host_ip);
	fill(&at->own_host, w->own_host);
	fill(&at->sender, w->sender);
	if (!estatus_is_set(at->status))
		at->status = w->status;
	fill(&at->writer, w->writer);
	fill(&at->recipient, w->recipient);
}

/* A file, a route or a program is no recipient that anybody wrote to. */
static bool has_at(sv address)
{
	size_t at = sv_chr(address, '@');

	return at != SV_NPOS && at > 0;
}

static void set_recipient(struct attempt *at, const struct report_recipient *r)
{
	at->recipient = has_at(r->original) ? r->original : r->final;
	if (r->final.n && !sv_ieq(r->final, at->recipient))
		at->final_recipient = r->final;
	if (!has_at(at->recipient)) {
		at->final_recipient = at->recipient;
		at->recipient = SV("");
	}
}

static void report_attempt(struct job *j, const struct report_recipient *r,
                           const struct report *rep, struct part_text *t)
{
	struct attempt *at = attempts_add(j->list, j->a);

	if (!at)
		return;
	at->form = FORM_NDR;
	at->direction = DIR_OUTBOUND;
	set_recipient(at, r);
	at->action = r->action ? r->action : ACTION_FAILED;
	at->status = r->status;
	at->host = r->host;
	at->host_ip = r->host_ip;
	at->own_host = rep->reporting_mta;
	at->sender = rep->sender;
	at->queue_id = rep->queue_id;
	at->offset = t->base + r->at;
	at->text = report_reply(j->a, r->diagnostic, t->text);
	mtext_map(&at->text, part_origin, t);
	at->expired |= wrap_is_expired(at->status);
	wrap_take_off(j->set, j->a, &at->text, at);
	if (report_is_local(r->diagnostic))
		at->stage = STAGE_DELIVERY;
	at->expired |= r->expired;
	/* Postfix keeps the status of the last, temporary refusal. */
	if (rep->queue_id.n && at->action == ACTION_FAILED &&
	    at->status.class == 4)
		at->expired = true;
}

static void read_words(struct job *j, struct found *f, struct attempts *words)
{
	for (size_t i = 0; i < f->ntext && !words->n; i++) {
		struct part_text *t = text_of(j, f, i);

		if (t)
			(void)words_read(j->set, j->a, t->text,
			                 part_origin, t, words);
	}
}

static void add_attempt(struct job *j, const struct attempt *from)
{
	struct attempt *at = attempts_add(j->list, j->a);

	if (at)
		*at = *from;
}

static void take_words(struct job *j, const struct attempts *words)
{
	for (size_t i = 0; i < words->n; i++)
		add_attempt(j, &words->v[i]);
}

static void read_fields(struct job *j, const struct found *f,
                        struct report *rep)
{
	struct part_text *t = decoded(j, f->report);

	if (!t || !report_read(j->a, t->text, rep))
		return;
	for (size_t i = 0; i < rep->n; i++)
		if (rep->v[i].final.n || rep->v[i].original.n ||
		    rep->v[i].diagnostic.n)
			report_attempt(j, &rep->v[i], rep, t);
	j->list->more |= rep->more;
}

/* Do the fields give the server's reply for each recipient? */
static bool is_complete(const struct job *j, size_t had)
{
	for (size_t i = had; i < j->list->n; i++)
		if (worth(&j->list->v[i].text) < 2 ||
		    !j->list->v[i].recipient.n)
			return false;
	return j->list->n > had;
}

static void read_stages(struct job *j, struct found *f, size_t had)
{
	const struct part_text *t = text_of(j, f, 0);
	sv text;

	if (!t)
		return;
	text = sv_head(t->text, STAGE_TEXT_MAX);
	for (size_t i = had; i < j->list->n && i - had < STAGES_MAX; i++) {
		struct attempt *at = &j->list->v[i];
		sv name = at->final_recipient.n ? at->final_recipient
		                                : at->recipient;

		if (at->stage != STAGE_UNKNOWN)
			continue;
		/* The only recipient may be called otherwise in the words. */
		if (j->list->n == had + 1 && !sv_has(text, name))
			name = SV("<");
		at->stage = stage_in_words(text, name, mtext_sv(&at->text));
	}
}

static void join_all_words(struct job *j, const struct attempts *words,
                           size_t had)
{
	bool only = j->list->n == had + 1;

	for (size_t i = had; i < j->list->n; i++) {
		struct attempt *at = &j->list->v[i];
		const struct attempt *w = same_in_words(words, at, only);

		if (w)
			join_words(at, w);
	}
}

/*
 * The fields say who and whether.  The words are read for what the fields
 * leave out: mostly the stage alone, for some programs the whole reason.
 */
static void read_report(struct job *j, struct found *f)
{
	size_t had = j->list->n;
	struct attempts words = {0};
	struct report rep = {0};

	read_fields(j, f, &rep);
	if (is_complete(j, had)) {
		read_stages(j, f, had);
	} else {
		read_words(j, f, &words);
		join_all_words(j, &words, had);
	}
	for (size_t i = had; i < j->list->n; i++)
		wrap_settle(j->set, &j->list->v[i]);
	if (j->list->n == had)
		take_words(j, &words);
}

/* ---- complaints ---- */

static void notice(struct job *j, enum ev_notice what, sv recipient,
                   const struct mtext *text)
{
	struct attempt *at = attempts_add(j->list, j->a);

	if (!at)
		return;
	at->form = FORM_NDR;
	at->direction = DIR_OUTBOUND;
	at->notice = what;
	at->recipient = recipient;
	if (text)
		at->text = *text;
}

static void read_feedback(struct job *j, const struct found *f)
{
	const struct part_text *t = decoded(j, f->feedback);
	size_t had = j->list->n;
	sv rest, name, value;
	bool blank;

	if (!t)
		return;
	rest = t->text;
	while (report_field(&rest, &name, &value, &blank)) {
		if (sv_ieq(name, SV("Feedback-Type")))
			j->out->feedback = value;
		if ((sv_ieq(name, SV("Original-Rcpt-To")) ||
		     sv_ieq(name, SV("Removal-Recipient"))) &&
		    has_at(report_address(value)))
			notice(j, NOTICE_COMPLAINT, report_address(value), NULL);
	}
	if (j->list->n == had)
		notice(j, NOTICE_COMPLAINT, j->out->returned.to, NULL);
	/* RFC 6591: who evaluates DMARC writes this, no reader. */
	for (size_t i = had; sv_ieq(j->out->feedback, SV("auth-failure")) &&
	                     i < j->list->n; i++)
		j->list->v[i].notice = NOTICE_REPORT;
	j->out->kind = BOUNCE_COMPLAINT;
}

/* Hotmail's complaints (JMRP) have no report, only the mail. */
static bool read_jmrp(struct job *j, uint32_t root, const struct found *f)
{
	sv subject = mail_get(j->m, root, "Subject"), to = SV("");

	if (f->returned == MAIL_NONE ||
	    f->returned + 1 >= j->m->parts[f->returned].end ||
	    !sv_istarts(subject, SV("complaint about message from")))
		return false;
	to = mail_get(j->m, f->returned + 1, "X-HmXmrOriginalRecipient");
	notice(j, NOTICE_COMPLAINT, to.n ? address_spec(to)
	                                 : j->out->returned.to, NULL);
	j->out->feedback = SV("abuse");
	j->out->kind = BOUNCE_COMPLAINT;
	return true;
}

/* Notifications of Amazon SES: JSON as the text of a mail. */
static bool read_sns(struct job *j, struct found *f)
{
	struct part_text *t = text_of(j, f, 0);
	struct report_recipient r = {0};
	struct report rep = {0};
	struct sns_recipient one;
	size_t had = j->list->n;
	sv rest, type;

	if (!t || !sns_begins(t->text, &type) || sv_eq(type, SV("Delivery")))
		return false;
	rest = t->text;
	while (sns_recipient(&rest, &one)) {
		if (sv_eq(type, SV("Complaint"))) {
			notice(j, NOTICE_COMPLAINT, one.address, NULL);
			continue;
		}
		r = (struct report_recipient){.final = one.address,
		                              .diagnostic = one.diagnostic};
		(void)estatus_parse(one.status, &r.status);
		report_attempt(j, &r, &rep, t);
	}
	if (j->list->n == had)
		return false; /* it names nobody */
	j->out->kind = sv_eq(type, SV("Complaint")) ? BOUNCE_COMPLAINT
	                                            : BOUNCE_REPORT;
	return true;
}

/* Apple Mail asks in its user's name to be taken off the list. */
static bool read_unsubscribe(struct job *j, uint32_t root)
{
	if (!mail_get(j->m, root, "X-Apple-Unsubscribe").n)
		return false;
	notice(j, NOTICE_COMPLAINT,
	       address_spec(mail_get(j->m, root, "From")), NULL);
	j->out->feedback = SV("opt-out");
	j->out->kind = BOUNCE_COMPLAINT;
	return true;
}

/* ---- automatic answers ---- */

/* RFC 3834 section 5, and what programs wrote before it. */
static bool is_answer(const struct mail *m, uint32_t root)
{
	static const char *const subjects[] = {
	    "auto:", "auto reply", "autoreply", "auto-reply",
	    "automatic reply", "automatic response", "out of office",
	    "out of the office", "abwesenheit", "automatische antwort",
	    "r\xc3\xa9ponse automatique", "respuesta autom\xc3\xa1tica"};
	sv auto_submitted = mail_get(m, root, "Auto-Submitted");
	sv subject = mail_get(m, root, "Subject");

	if (sv_istarts(auto_submitted, SV("auto-replied")) ||
	    sv_ieq(mail_get(m, root, "Precedence"), SV("auto_reply")) ||
	    mail_get(m, root, "X-Autoreply").n ||
	    mail_get(m, root, "X-Autorespond").n ||
	    sv_ihas(mail_get(m, root, "X-Apple-Action"), SV("vacation")))
		return true;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (sv_istarts(subject, sv_str(subjects[i])))
			return true;
	return false;
}

/* Programs that report failures are not the recipient's. */
static bool is_daemon(sv address)
{
	return sv_istarts(address, SV("mailer-daemon@")) ||
	       sv_istarts(address, SV("postmaster@")) ||
	       sv_istarts(address, SV("root@"));
}

/* An answer's own words, as one line. */
static void answer_words(struct part_text *t, struct mtext *out)
{
	sv rest = sv_head(t->text, ANSWER_MAX - 64);

	while (rest.n) {
		sv line = sv_trim(sv_line(&rest));

		mtext_space(out);
		if (line.n)
			mtext_add(out, line, (size_t)(line.p - t->text.p));
	}
	mtext_map(out, part_origin, t);
}

static bool read_answer(struct job *j, uint32_t root, struct found *f)
{
	sv from = address_spec(mail_get(j->m, root, "From"));
	struct part_text *t;
	struct mtext words;

	if (!is_answer(j->m, root) || is_daemon(from))
		return false;
	mtext_init(&words, j->a, ANSWER_MAX);
	t = text_of(j, f, 0);
	if (t)
		answer_words(t, &words);
	notice(j, NOTICE_AUTO_REPLY, from, &words);
	j->out->kind = BOUNCE_ANSWER;
	return true;
}

/* ---- the whole ---- */

/* "(#5.1.1)", "said: 5.2.2 <x>": a status further behind in the words. */
static bool status_within(sv s, unsigned class, struct estatus *out)
{
	for (size_t i = 1; i + 4 < s.n; i++) {
		char before = s.p[i - 1];

		if ((s.p[i] != '4' && s.p[i] != '5') || s.p[i + 1] != '.' ||
		    is_alnum(before) || before == '.' || before == '-' ||
		    before == '@')
			continue;
		if (estatus_parse(sv_drop(s, i), out) && out->subject < 8 &&
		    (!class || out->class == class))
			return true;
	}
	return false;
}

/*
 * RFC 3463: x.0.0 says nothing.  Where the field has no more, or is missing,
 * the words may.
 */
static void refine_status(struct attempt *at)
{
	sv s = mtext_sv(&at->text);
	struct estatus e, first;
	struct reply head = {0};

	if (at->status.subject || at->status.detail)
		return;
	(void)reply_open(s, &head);
	first = head.status;
	if (estatus_is_set(first) && (first.subject || first.detail))
		return;
	if (status_within(s, head.code / 100u, &e))
		at->status = e;
}

/*
 * Up to the first control character: a fold or an escape in what a broken
 * field gives as a name would be another line, or a command.
 */
static sv printable(sv s)
{
	size_t n = 0;

	while (n < s.n && (unsigned char)s.p[n] >= ' ' && s.p[n] != 0x7f)
		n++;
	return n < s.n ? sv_trim(sv_head(s, n)) : s;
}

/* Programs that read the answers take no NUL either. */
static void make_printable(struct attempt *at)
{
	sv *const names[] = {
	    &at->recipient,  &at->final_recipient, &at->sender,
	    &at->message_id, &at->header_from,     &at->queue_id,
	    &at->host,       &at->host_ip,         &at->own_host};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		*names[i] = printable(*names[i]);
	for (size_t i = 0; i < at->text.n; i++)
		if (!at->text.p[i])
			at->text.p[i] = ' ';
}

static const struct ev_returned *keep_returned(struct job *j)
{
	struct ev_returned *r = arena_alloc(j->a, 1, sizeof(*r));

	if (!r)
		return NULL;
	*r = j->out->returned;
	r->from = printable(r->from);
	r->sender = printable(r->sender);
	r->message_id = printable(r->message_id);
	r->dkim = printable(r->dkim);
	return r;
}

/* The message that came back, for the attempts behind had. */
static void set_returned(struct job *j, uint32_t root, uint32_t part,
                         size_t had)
{
	struct ev_returned *r = &j->out->returned;
	const struct ev_returned *kept = NULL;

	if (r->size && j->list->n > had) {
		returned_client(j->m, root, part, j->list->v[had].own_host, r);
		kept = keep_returned(j);
	}
	for (size_t i = had; i < j->list->n; i++) {
		struct attempt *at = &j->list->v[i];

		refine_status(at);
		at->returned = kept;
		fill(&at->message_id, r->message_id);
		fill(&at->header_from, r->from);
		fill(&at->sender, r->sender);
		make_printable(at);
	}
}

/* Do all these attempts lack a reason and a recipient? */
static bool is_hollow(const struct attempts *list, size_t from)
{
	for (size_t i = from; i < list->n; i++)
		if (list->v[i].text.n || list->v[i].recipient.n)
			return false;
	return true;
}

static bool read_root(struct job *j, uint32_t root)
{
	struct found f = find_parts(j, root);
	struct attempts words = {0};
	size_t had = j->list->n;

	(void)returned_read(j->m, f.returned, &j->out->returned);
	if (f.feedback != MAIL_NONE) {
		read_feedback(j, &f);
	} else if (!read_jmrp(j, root, &f) && !read_unsubscribe(j, root) &&
	           !read_sns(j, &f)) {
		if (f.report != MAIL_NONE) {
			read_report(j, &f);
		} else {
			read_words(j, &f, &words);
			take_words(j, &words);
		}
		if (j->list->n > had)
			j->out->kind = BOUNCE_REPORT;
		else
			(void)read_answer(j, root, &f);
	}
	set_returned(j, root, f.returned, had);
	return j->list->n > had;
}

/* A bounce that somebody forwarded as an attachment. */
static bool read_forwarded(struct job *j)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < j->m->nparts && n < FORWARDED_MAX; i++) {
		const struct mail_part *p = &j->m->parts[i];

		if (p->kind != MAIL_MESSAGE || i + 1 >= p->end)
			continue;
		n++;
		j->out->returned = (struct ev_returned){0};
		if (read_root(j, i + 1))
			return true;
	}
	return false;
}

/* A wrapper around a bounce may look like one, and tell nothing. */
static void read_all(struct job *j)
{
	size_t had = j->list->n, hollow;
	struct bounce first;

	if (read_root(j, 0) && !is_hollow(j->list, had))
		return;
	first = *j->out;
	hollow = j->list->n - had;
	if (!read_forwarded(j)) {
		*j->out = first;
		return;
	}
	memmove(&j->list->v[had], &j->list->v[had + hollow],
	        (j->list->n - had - hollow) * sizeof(*j->list->v));
	j->list->n -= hollow;
}

enum mw_status bounce_read(struct arena *a, const struct frame_set *set,
                           const struct mail *m, struct attempts *list,
                           struct bounce *out, struct mw_err *err)
{
	struct job j = {.a = a, .set = set, .m = m, .out = out, .list = list};
	size_t had = list->n;

	*out = (struct bounce){0};
	read_all(&j);
	if (list->n == had + 1 && !list->v[had].recipient.n)
		list->v[had].recipient =
		    printable(guess_recipient(a, m, out->returned.to));
	if (arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory for a bounce");
	return MW_OK;
}
