/* SPDX-License-Identifier: BSD-2-Clause */
/* What people read of a diagnosis: sentences and rows. */
#include "diagnose/prose.h"

#include "base/buf.h"
#include "diagnose/taxonomy.h"

#define SENTENCE_MAX 4096

/* A sentence put together in b, kept in the arena. */
static sv kept(struct arena *a, struct buf *b)
{
	sv out = buf_failed(b) ? SV("") : arena_dup(a, buf_sv(b));

	buf_fini(b);
	return out;
}

/* Where the own server refused, "you" are the receiver. */
static const char *inbound_actor(sv id)
{
	if (sv_eq(id, SV("sender-user")))
		return "the person who sent the mail";
	if (sv_eq(id, SV("sender-admin")))
		return "the administrator of the server that sends";
	if (sv_eq(id, SV("recipient-admin")))
		return "you, as the administrator of the server that refused";
	return kb_actor_words(id);
}

/* Who sends cannot be helped by "you" where that is another person. */
static const char *helper(const struct diagnosis *d, sv id)
{
	if (d->direction == DIR_INBOUND)
		return inbound_actor(id);
	if (!sv_starts(d->actor, SV("sender-")))
		return kb_actor_words(id);
	if (sv_eq(id, SV("sender-admin")))
		return "the administrator of the sending server";
	return sv_eq(id, SV("sender-user")) ? "who sent the mail"
	                                    : kb_actor_words(id);
}

static sv who_acts(struct arena *a, const struct diagnosis *d)
{
	struct buf b;

	buf_init(&b, SENTENCE_MAX);
	if (sv_eq(d->actor, SV("nobody")) &&
	    sv_eq(d->actual, SV("not-a-failure")))
		buf_adds(&b, "nobody: nothing has failed");
	else
		buf_adds(&b, d->direction == DIR_INBOUND
		                 ? inbound_actor(d->actor)
		                 : kb_actor_words(d->actor));
	for (size_t i = 0; i < d->nwith; i++) {
		buf_adds(&b, i ? ", " : "; helped by ");
		buf_adds(&b, helper(d, d->with[i]));
	}
	return kept(a, &b);
}

/* In short where the knowledge base has a sentence of its own about waiting. */
static const char *heals(const struct diagnosis *d, bool brief)
{
	if (sv_eq(d->actual, SV("permanent")))
		return brief ? "never"
		             : "never: this message will not reach this "
		               "recipient";
	if (sv_eq(d->actual, SV("until-fixed"))) {
		if (brief)
			return "no";
		return d->claimed == CLAIM_TEMPORARY
		           ? "no, although the code says \"try again "
		             "later\": something must be changed first"
		           : "no: something must be changed first";
	}
	if (sv_eq(d->actual, SV("temporary")))
		return d->claimed == CLAIM_PERMANENT
		           ? "yes, although the code says that it is final"
		           : "yes, by itself";
	if (sv_eq(d->actual, SV("not-a-failure")))
		return "there is nothing to heal";
	return "unknown: the reply gives no ground to say";
}

static void add_duration(struct buf *b, uint32_t s)
{
	if (s >= 2 * 86400)
		buf_addf(b, "%u days", s / 86400);
	else if (s >= 2 * 3600)
		buf_addf(b, "%u hours", s / 3600);
	else if (s >= 120)
		buf_addf(b, "%u minutes", s / 60);
	else
		buf_addf(b, "%u seconds", s);
}

static sv will_heal(struct arena *a, const struct diagnosis *d)
{
	struct buf b;

	buf_init(&b, SENTENCE_MAX);
	buf_adds(&b, heals(d, d->retry_note.n > 0));
	if (sv_eq(d->retry, SV("harmful")))
		buf_adds(&b, ". Sending it again makes it worse");
	if (d->retry_after_s) {
		buf_adds(&b, ". Try again after ");
		add_duration(&b, d->retry_after_s);
	}
	buf_adds(&b, ".");
	if (d->retry_note.n) {
		buf_addc(&b, ' ');
		buf_add(&b, d->retry_note);
	}
	return kept(a, &b);
}

static const char *const speakers[SPOKE_N] = {
    [SPOKE_UNKNOWN] = "a server on the way",
    [SPOKE_OWN_MTA] = "your own mail server",
    [SPOKE_OWN_PROVIDER] = "the server that you submit your mail to",
    [SPOKE_GATEWAY] = "a filter in front of the recipient's server",
    [SPOKE_MAILBOX_PROVIDER] = "the receiver's server",
    [SPOKE_RECIPIENT_RULE] = "a rule of the recipient or their "
                             "organisation",
    [SPOKE_CLIENT_LIBRARY] = "the program or library that sends, not a "
                             "mail server",
};

static const char *const stages[STAGE_N] = {
    [STAGE_CONNECT] = "on connecting, before it saw anything of the mail",
    [STAGE_HELO] = "at the greeting (HELO)",
    [STAGE_STARTTLS] = "when encryption was to begin (STARTTLS)",
    [STAGE_AUTH] = "at login (AUTH)",
    [STAGE_MAIL] = "when it was told the sender (MAIL FROM)",
    [STAGE_RCPT] = "when it was told the recipient (RCPT TO), before it "
                   "saw the message",
    [STAGE_DATA] = "when the message was announced (DATA)",
    [STAGE_END_OF_DATA] = "after it had the whole message",
    [STAGE_DELIVERY] = "on delivery to the mailbox",
};

static const char *speaker(const struct diagnosis *d)
{
	bool client = d->at->form == FORM_EXCEPTION ||
	              d->at->form == FORM_TRANSCRIPT;

	if (d->spoke == SPOKE_UNKNOWN && client)
		return "the server that the program talked to";
	return speakers[d->spoke < SPOKE_N ? d->spoke : 0];
}

static sv said_by(struct arena *a, const struct diagnosis *d)
{
	const char *stage = d->stage < STAGE_N ? stages[d->stage] : NULL;
	sv host = d->host;
	bool named = d->provider_name.n > 0;
	struct buf b;

	buf_init(&b, SENTENCE_MAX);
	buf_adds(&b, speaker(d));
	if (!d->spoke && !named && !host.n)
		buf_adds(&b, stage ? " (the text does not tell which)"
		                   : "; the text does not tell which");
	if (named)
		buf_addf(&b, " (%.*s", SV_FMT(d->provider_name));
	if (host.n)
		buf_addf(&b, "%s%.*s", named ? ", " : " (", SV_FMT(host));
	if (named || host.n)
		buf_addc(&b, ')');
	if (stage)
		buf_addf(&b, ", %s", stage);
	return kept(a, &b);
}

static void add_record(struct arena *a, struct rnode *step,
                       const struct diag_step *s)
{
	const char *op = sv_eq(s->record.op, SV("-")) ? "remove: " : "";

	(void)rnode_prose(a, step, RNODE_CODE,
	                  arena_printf(a, "%s%.*s %.*s %.*s", op,
	                               SV_FMT(s->record.name),
	                               SV_FMT(s->record.type),
	                               SV_FMT(s->record.value)));
}

static void add_steps(struct arena *a, struct rnode *n, const char *label,
                      const struct diag_step *s, size_t count)
{
	struct rnode *row = count ? rnode_row(a, n, label, SV("")) : NULL;

	for (size_t i = 0; i < count; i++) {
		sv t = s[i].where[0] ? arena_printf(a, "%s: %.*s", s[i].where,
		                                    SV_FMT(s[i].text))
		                     : s[i].text;
		struct rnode *step = rnode_prose(a, row, RNODE_STEP, t);

		if (s[i].record.op.n)
			add_record(a, step, &s[i]);
		if (s[i].command.n)
			(void)rnode_prose(a, step, RNODE_CODE, s[i].command);
	}
}

static void add_verify(struct arena *a, struct rnode *n,
                       const struct diagnosis *d)
{
	struct rnode *row = d->nverify ? rnode_row(a, n, "Verify", SV(""))
	                               : NULL;

	for (size_t i = 0; i < d->nverify; i++) {
		(void)rnode_prose(a, row, RNODE_PARAGRAPH, d->verify[i].text);
		if (d->verify[i].record.op.n)
			add_record(a, row, &d->verify[i]);
		if (d->verify[i].command.n)
			(void)rnode_prose(a, row, RNODE_CODE,
			                  d->verify[i].command);
	}
}

static sv by_which_rule(struct arena *a, const struct diagnosis *d)
{
	const char *c = confidence_name(d->confidence);

	if (d->cl.route == ROUTE_TEXT)
		return arena_printf(a, "rule %s, %s",
		                    d->cl.rs->pool + d->cl.rule->id, c);
	if (d->cl.route == ROUTE_CODE)
		return arena_printf(a, "no rule knows these words; the code "
		                       "alone says so (rule %s, %s)",
		                    d->cl.rs->pool + d->cl.rule->id, c);
	if (d->reply.text.n)
		return SV("no rule knows these words, and there is no code");
	return SV("");
}

static void add_why(struct arena *a, struct rnode *n,
                    const struct diagnosis *d)
{
	sv rule = by_which_rule(a, d);
	struct rnode *row = rule.n || d->nevidence
	                        ? rnode_row(a, n, "Why we say so", SV(""))
	                        : NULL;

	for (size_t i = 0; i < d->nevidence; i++)
		(void)rnode_prose(a, row, RNODE_QUOTE, d->evidence[i].text);
	if (!d->nevidence && d->reply.text.n)
		(void)rnode_prose(a, row, RNODE_QUOTE,
		                  mtext_sv(&d->reply.text));
	if (rule.n)
		(void)rnode_prose(a, row, RNODE_PARAGRAPH, rule);
	if (d->cl.gapped)
		(void)rnode_prose(a, row, RNODE_PARAGRAPH,
		                  SV("Part of the reply is cut off; the whole "
		                     "of it could change this answer."));
}

/* Codes of the provider's own, which only its pages explain. */
static void add_tags(struct arena *a, struct rnode *n,
                     const struct diagnosis *d)
{
	struct rnode *row = d->ntags ? rnode_row(a, n, "What the code means",
	                                         SV(""))
	                             : NULL;

	for (size_t i = 0; i < d->ntags; i++)
		(void)rnode_prose(a, row, RNODE_PARAGRAPH,
		                  arena_printf(a, "%.*s: %s (%s, as of %s)",
		                               SV_FMT(d->tags[i].text),
		                               d->tags[i].meaning,
		                               d->tags[i].provider,
		                               d->tags[i].checked));
}

static void add_alts(struct arena *a, struct rnode *n,
                     const struct diagnosis *d)
{
	struct rnode *row = d->nalts ? rnode_row(a, n, "It may also be",
	                                         SV(""))
	                             : NULL;

	for (size_t i = 0; i < d->nalts; i++) {
		const struct diag_alt *x = &d->alts[i];
		sv t = arena_printf(a, "%s (%s%s%s).%s%.*s%s", x->cause->title,
		                    x->cause->id, ", ",
		                    confidence_name(x->confidence),
		                    x->question.n ? " " : "",
		                    SV_FMT(x->question),
		                    x->question.n ? " Then it is this." : "");

		(void)rnode_prose(a, row, RNODE_PARAGRAPH, t);
	}
}

static void add_near(struct arena *a, struct rnode *n,
                     const struct diagnosis *d)
{
	struct rnode *row;

	if (d->cl.route == ROUTE_TEXT || !d->reply.text.n)
		return;
	row = rnode_row(a, n, "Nearest rules", SV(""));
	for (size_t i = 0; i < d->nnear; i++) {
		const struct near_rule *r = &d->near[i];

		(void)rnode_prose(
		    a, row, RNODE_PARAGRAPH,
		    arena_printf(a, "%s (%s): %u %% of its words%s%.*s%s",
		                 r->rs->pool + r->rule->id,
		                 r->rs->pool + r->rule->cause, r->percent,
		                 r->missing.n ? "; missing \"" : "",
		                 SV_FMT(r->missing), r->missing.n ? "\"" : ""));
	}
	(void)rnode_prose(a, row, RNODE_PARAGRAPH,
	                  SV("Know better? This writes a rule to contribute, "
	                     "with addresses replaced:"));
	(void)rnode_prose(a, row, RNODE_CODE, SV("mailwhy rules --draft FILE"));
}

static void add_depths(struct arena *a, struct rnode *n,
                       const struct diagnosis *d)
{
	for (size_t i = 0; i < d->nexplain; i++) {
		struct rnode *p =
		    rnode_prose(a, n, RNODE_PARAGRAPH, d->explain[i]);

		/* The short answer of an expert leaves it out. */
		if (d->cl.route == ROUTE_TEXT)
			rnode_depth(p, RDEPTH_PLAIN, RDEPTH_PLAIN);
	}
}

/* What the message that came back says of itself. */
static sv returned_words(struct arena *a, const struct ev_returned *r)
{
	sv client = SV(""), dkim = SV("");

	if (r->client_ip.n)
		client = arena_printf(a, "; handed to %.*s by %.*s%s[%.*s]",
		                      SV_FMT(r->client_by),
		                      SV_FMT(r->client_helo),
		                      r->client_helo.n ? " " : "",
		                      SV_FMT(r->client_ip));
	if (r->dkim.n)
		dkim = arena_printf(a, ", DKIM d=%.*s", SV_FMT(r->dkim));
	return arena_printf(a, "%zu bytes%s%.*s%.*s%.*s", r->size,
	                    r->from.n ? ", from " : "", SV_FMT(r->from),
	                    SV_FMT(dkim), SV_FMT(client));
}

static void add_technical(struct arena *a, struct rnode *n,
                          const struct diagnosis *d)
{
	struct rnode *row;
	char status[ESTATUS_TEXT];

	for (size_t i = 0; i < d->nexplain && d->cl.route == ROUTE_TEXT; i++)
		rnode_depth(rnode_row(a, n, i ? "" : "Background",
		                      d->explain[i]),
		            RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	for (size_t i = 0; i < d->ntechnical; i++)
		rnode_depth(rnode_row(a, n, i ? "" : "Technically",
		                      d->technical[i]),
		            RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	row = !d->at->form ? NULL : rnode_row(a, n, "Reply",
	                arena_printf(a, "%u %s %.*s", d->reply.code,
	                             estatus_format(d->reply.status, status),
	                             SV_FMT(mtext_sv(&d->reply.text))));
	rnode_depth(row, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	row = rnode_row(a, n, "Cause",
	                arena_printf(a, "%s (Sisimai: %s; KumoMTA: %s; "
	                                "SparkPost: %s; RFC 3463: %s)",
	                             d->cause->id, taxonomy_sisimai(d),
	                             d->cause->kumomta, d->cause->sparkpost,
	                             d->cause->rfc3463));
	rnode_depth(row, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	row = d->at->returned
	          ? rnode_row(a, n, "Returned",
	                      returned_words(a, d->at->returned))
	          : NULL;
	rnode_depth(row, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	row = d->nrefs ? rnode_row(a, n, "Read more", SV("")) : NULL;
	for (size_t i = 0; i < d->nrefs; i++)
		(void)rnode_prose(a, row, RNODE_PARAGRAPH, sv_str(d->refs[i]));
	rnode_depth(row, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
}

/* Mail to more recipients is counted, not listed. */
#define WHOM_MAX 20

/* The others who got the same refusal. */
static void add_others(struct buf *b, const struct diagnosis *d)
{
	unsigned n = 1, left = 0;

	for (d = d->alike; d; d = d->alike, n++) {
		if (n < WHOM_MAX)
			buf_addf(b, ", %.*s", SV_FMT(d->at->recipient));
		else
			left++;
		if (n < WHOM_MAX && d->count > 1)
			buf_addf(b, " %u times", d->count);
	}
	if (left)
		buf_addf(b, " and %u more", left);
}

static void add_whom(struct arena *a, struct rnode *n,
                     const struct diagnosis *d)
{
	struct buf b;

	if (!d->at->recipient.n && d->count < 2)
		return;
	buf_init(&b, SENTENCE_MAX);
	buf_add(&b, d->at->recipient.n ? d->at->recipient
	                               : SV("the same refusal"));
	if (d->at->final_recipient.n &&
	    !sv_ieq(d->at->final_recipient, d->at->recipient))
		buf_addf(&b, " (expanded to %.*s)",
		         SV_FMT(d->at->final_recipient));
	if (d->count > 1)
		buf_addf(&b, ", %u times", d->count);
	add_others(&b, d);
	if (d->expired)
		buf_adds(&b, "; the queue time is over: it was given up");
	(void)rnode_row(a, n, "Mail to", kept(a, &b));
}

void diag_prose(struct arena *a, struct rnode *n, const struct diagnosis *d)
{
	(void)rnode_prose(a, n, RNODE_HEADLINE, d->verdict);
	add_depths(a, n, d);
	add_whom(a, n, d);
	(void)rnode_row(a, n, "Who must act", who_acts(a, d));
	(void)rnode_row(a, n, "Will it heal", will_heal(a, d));
	if ((d->at->form && !d->at->notice) || d->spoke)
		(void)rnode_row(a, n, "Said by", said_by(a, d));
	add_steps(a, n, "Fix", d->fix, d->nfix);
	add_verify(a, n, d);
	add_alts(a, n, d);
	add_tags(a, n, d);
	add_why(a, n, d);
	add_near(a, n, d);
	add_technical(a, n, d);
}

void diag_prose_cause(struct arena *a, struct rnode *n,
                      const struct diagnosis *d)
{
	(void)rnode_prose(a, n, RNODE_HEADLINE,
	                  arena_printf(a, "%s: %s", d->cause->id,
	                               d->cause->title));
	(void)rnode_prose(a, n, RNODE_PARAGRAPH, d->verdict);
	for (size_t i = 0; i < d->nexplain; i++)
		(void)rnode_prose(a, n, RNODE_PARAGRAPH, d->explain[i]);
	(void)rnode_row(a, n, "Who must act", who_acts(a, d));
	(void)rnode_row(a, n, "Will it heal", will_heal(a, d));
	add_steps(a, n, "Fix", d->fix, d->nfix);
	add_verify(a, n, d);
	add_technical(a, n, d);
}

/* One line: how many, and of which causes. */
void diag_prose_summary(struct arena *a, struct rnode *root,
                        const struct diagnoses *ds)
{
	struct buf b;
	unsigned total = 0, kinds = 0;
	size_t different = 0;

	if (ds->n < 2)
		return;
	for (size_t i = 0; i < ds->n; i++) {
		total += ds->v[i]->count;
		different += !ds->v[i]->follows;
	}
	buf_init(&b, SENTENCE_MAX);
	buf_addf(&b, "%u refusals or notices, %zu different:", total,
	         different);
	for (size_t i = 0; i < ds->n && kinds < 5; i++) {
		unsigned n = 0;
		bool earlier = false;

		for (size_t k = 0; k < ds->n; k++) {
			if (ds->v[k]->cause != ds->v[i]->cause)
				continue;
			earlier |= k < i;
			n += ds->v[k]->count;
		}
		if (earlier)
			continue;
		buf_addf(&b, "%s %u x %s (%s)", kinds++ ? ";" : "", n,
		         ds->v[i]->cause->title, ds->v[i]->cause->id);
	}
	buf_adds(&b, ".");
	(void)rnode_prose(a, root, RNODE_PARAGRAPH, kept(a, &b));
	(void)rnode_prose(a, root, RNODE_RULE, SV(""));
}
