/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/diagnose.h"

#include "classify/facts.h"
#include "diagnose/fill.h"
#include "diagnose/read.h"
#include "diagnose/steps.h"
#include "diagnose/values.h"

static const char *const role_names[] = {"any", "sender", "admin",
                                         "developer", "list"};

bool diag_role_from(sv name, enum diag_role *out)
{
	for (unsigned i = 1; i < 5; i++)
		if (sv_eq(name, sv_str(role_names[i]))) {
			*out = (enum diag_role)i;
			return true;
		}
	return false;
}

const char *diag_role_name(enum diag_role role)
{
	return role_names[role <= ROLE_LIST ? role : 0];
}

struct job {
	struct arena *a;
	struct classifier *c;
	sv input;
	const struct diag_options *opt;
	bool alone; /* the paste holds this one attempt */
	/* What a diagnosis is put together in, before it is known to stay. */
	struct diag_value values[DIAG_MAX_VALUES];
	struct diag_step fix[DIAG_MAX_STEPS], verify[DIAG_MAX_STEPS];
};

static bool is_own(const struct diag_options *opt, sv name)
{
	for (size_t i = 0; name.n && i < opt->nown; i++) {
		sv own = opt->own[i];

		if (sv_ieq(own, name) ||
		    (name.n > own.n && sv_iends(name, own) &&
		     name.p[name.n - own.n - 1] == '.'))
			return true;
	}
	return false;
}

static struct classify_in question(const struct job *j,
                                   const struct attempt *at)
{
	struct classify_in in = {
	    .reply = mtext_sv(&at->text),
	    .code = at->code,
	    .status = at->status,
	    .stage = at->stage ? at->stage : j->opt->stage,
	    .form = at->form,
	    .direction = at->direction,
	    .host = at->host,
	    .provider = j->opt->said_by,
	};

	/* --said-by may be a host name as well as a provider's. */
	if (sv_chr(j->opt->said_by, '.') != SV_NPOS) {
		in.host = j->opt->said_by;
		in.provider = SV("");
	}
	return in;
}

/*
 * Words that nothing proves to be a rejection count only where a rule is sure
 * of them; in a long text only where it is certain.
 */
static bool accepted(const struct job *j, const struct attempt *at,
                     const struct classification *cl)
{
	if (!at->weak)
		return true;
	if (cl->route != ROUTE_TEXT || (cl->gapped && !j->alone))
		return false;
	return cl->confidence >= (j->alone ? CONF_POSSIBLE : CONF_LIKELY);
}

static enum ev_spoke spoke_by_provider(const struct classification *cl,
                                       const struct attempt *at)
{
	bool submission = false;

	if (!cl->provider)
		return SPOKE_UNKNOWN;
	if (at->host.n)
		(void)provider_by_host(cl->provider_rs, at->host, &submission);
	if (submission || cl->provider->kind == PROVIDER_SENDING)
		return SPOKE_OWN_PROVIDER;
	if (cl->provider->kind == PROVIDER_GATEWAY)
		return SPOKE_GATEWAY;
	return cl->provider->kind == PROVIDER_MAILBOX ? SPOKE_MAILBOX_PROVIDER
	                                              : SPOKE_UNKNOWN;
}

static enum ev_spoke who_spoke(const struct job *j, const struct diagnosis *d)
{
	const struct attempt *at = d->at;
	enum ev_spoke s;

	if (d->cl.rule && d->cl.rule->spoke)
		return (enum ev_spoke)d->cl.rule->spoke;
	/* A library has no code of its own: some server gave it. */
	if (at->spoke && !(at->spoke == SPOKE_CLIENT_LIBRARY && d->cl.code))
		return at->spoke;
	if (d->direction == DIR_INBOUND || is_own(j->opt, at->host))
		return SPOKE_OWN_MTA;
	s = spoke_by_provider(&d->cl, at);
	/* A login is asked for by the server that one submits to. */
	if (d->stage == STAGE_AUTH && s != SPOKE_GATEWAY)
		return SPOKE_OWN_PROVIDER;
	if (s)
		return s;
	/* Logs and bounces name the server that the mail was going to. */
	return (at->form == FORM_LOG || at->form == FORM_NDR) &&
	               (at->host.n || at->host_ip.n)
	           ? SPOKE_MAILBOX_PROVIDER
	           : SPOKE_UNKNOWN;
}

/* RFC 3463: x.0.0 says nothing where a report's field has more of a class. */
static bool says_less(struct estatus text, struct estatus field)
{
	return text.class == field.class && !text.subject && !text.detail &&
	       (field.subject || field.detail);
}

static void take_context(const struct job *j, struct diagnosis *d)
{
	const struct classification *cl = &d->cl;
	const struct attempt *at = d->at;

	d->direction = at->direction ? at->direction
	               : cl->rule && cl->rule->direction
	                   ? (enum ev_direction)cl->rule->direction
	                   : DIR_OUTBOUND;
	d->stage = at->stage ? at->stage : j->opt->stage;
	d->host = at->host;
	if (cl->provider) {
		d->provider_id = rs_str(cl->provider_rs, cl->provider->id);
		d->provider_name = rs_str(cl->provider_rs, cl->provider->name);
		if (cl->provider->kind == PROVIDER_SOFTWARE)
			d->provider_name = SV("");
	}
	d->spoke = who_spoke(j, d);
	/* Where our own side spoke, the other host is what it spoke about. */
	if ((d->spoke == SPOKE_OWN_MTA || d->spoke == SPOKE_CLIENT_LIBRARY) &&
	    !is_own(j->opt, at->host))
		d->host = at->own_host;
	reply_parse(j->a, &at->text, &d->reply);
	if (!d->reply.code)
		d->reply.code = cl->code;
	if (!estatus_is_set(d->reply.status) ||
	    says_less(d->reply.status, at->status))
		d->reply.status = estatus_is_set(at->status) ? at->status
		                                             : cl->status;
}

static void take_claim(struct diagnosis *d)
{
	unsigned class = d->reply.code ? d->reply.code / 100u
	                               : d->reply.status.class;

	d->claimed = class == 5   ? CLAIM_PERMANENT
	             : class == 4 ? CLAIM_TEMPORARY
	                          : CLAIM_NONE;
	d->expired = d->at->expired;
	d->action = d->at->action;
	if (d->action != ACTION_NONE)
		return;
	if (d->claimed == CLAIM_TEMPORARY ||
	    !strcmp(d->cause->id, "notice.delayed"))
		d->action = ACTION_DELAYED;
	else if (strncmp(d->cause->id, "notice.", 7) != 0)
		d->action = ACTION_FAILED;
}

/* What a report says by itself where it gives no reason. */
static sv cause_of_action(enum ev_action action)
{
	switch (action) {
	case ACTION_DELAYED:
		return SV("notice.delayed");
	case ACTION_DELIVERED:
	case ACTION_RELAYED:
		return SV("notice.delivered");
	case ACTION_EXPANDED:
		return SV("notice.expanded");
	default:
		return SV("unknown.reason-missing");
	}
}

/* "554" and nothing behind it. */
static bool is_bare_code(const struct attempt *at)
{
	sv s = sv_trim(mtext_sv(&at->text));
	uint16_t code;

	return reply_code(s, &code) && sv_trim(sv_drop(s, 3)).n == 0;
}

/* An answer may say in its words that nobody reads there any more. */
static const struct kb_cause *cause_of_notice(const struct diagnosis *d)
{
	if (d->at->notice == NOTICE_COMPLAINT)
		return kb_cause(SV("notice.complaint"));
	if (d->at->notice == NOTICE_REPORT)
		return kb_cause(SV("notice.not-a-bounce"));
	if (d->cl.route == ROUTE_TEXT && d->cl.confidence >= CONF_LIKELY &&
	    sv_starts(d->cl.cause, SV("recipient.")))
		return kb_cause(d->cl.cause);
	return kb_cause(SV("notice.auto-reply"));
}

static const struct kb_cause *cause_of(const struct diagnosis *d)
{
	enum ev_action action = d->at->action;
	bool done = action == ACTION_DELIVERED || action == ACTION_RELAYED ||
	            action == ACTION_EXPANDED;

	if (d->at->notice)
		return cause_of_notice(d);
	/* A bare code: the server gave its reason, and it was not pasted. */
	if (!done && d->cl.route == ROUTE_CODE && is_bare_code(d->at) &&
	    sv_eq(d->cl.cause, SV("remote.refused")))
		return kb_cause(SV("unknown.reason-missing"));
	/* Success needs no reason, whatever words stand beside it. */
	if (d->cl.rule && !done)
		return kb_cause(d->cl.cause);
	if (!d->at->text.n && !done && d->at->expired)
		return kb_cause(SV("route.expired"));
	if (!d->at->text.n || done)
		return kb_cause(cause_of_action(action));
	return kb_cause(SV("unknown.reason-missing"));
}

static void take_evidence(const struct job *j, struct diagnosis *d)
{
	const struct classification *cl = &d->cl;

	for (size_t i = 0; i < cl->nevidence; i++) {
		struct diag_evidence *e = &d->evidence[d->nevidence];
		size_t from = cl->evidence[i].off;
		size_t to = from + cl->evidence[i].len;

		if (to > d->at->text.n || from >= to ||
		    !mtext_origin(&d->at->text, from, to, &e->offset,
		                  &e->length))
			continue;
		if (e->offset + e->length > j->input.n)
			continue;
		e->text = sv_slice(mtext_sv(&d->at->text), from, to);
		e->rule = rs_str(cl->rs, cl->rule->id);
		d->nevidence++;
	}
}

/* The question of one cause's Not-when that names the other. */
static sv not_when(const struct kb_cause *of, const char *neighbour)
{
	for (uint32_t i = 0; i < of->nitems; i++) {
		const struct kb_item *it = &kb_items[of->item + i];

		if (it->field == KB_NOT_WHEN &&
		    !strcmp(kb_str(it->where), neighbour))
			return sv_str(kb_str(it->text));
	}
	return SV("");
}

/* What to look at, beside the words, to know whether it is that cause. */
static sv ask(const struct kb_cause *cause)
{
	for (uint32_t i = 0; i < cause->nitems; i++)
		if (kb_items[cause->item + i].field == KB_ASK)
			return sv_str(kb_str(kb_items[cause->item + i].text));
	return SV("");
}

/*
 * Not-when asks about the words, mostly: of no use where there are none that
 * a rule knows.
 */
static sv question_of(const struct diagnosis *d, const struct kb_cause *alt)
{
	sv words = not_when(d->cause, alt->id), world = ask(alt);
	bool wordless = d->cl.route != ROUTE_TEXT ||
	                d->confidence == CONF_POSSIBLE;

	return world.n && (wordless || !words.n) ? world : words;
}

static void take_alts(struct diagnosis *d)
{
	const struct classification *cl = &d->cl;

	for (size_t i = 0; i < cl->nalts; i++) {
		struct diag_alt *alt = &d->alts[d->nalts];

		alt->cause = kb_cause(cl->alts[i].cause);
		if (!alt->cause || alt->cause == d->cause)
			continue;
		alt->confidence = cl->alts[i].confidence;
		alt->question = cl->alts[i].question;
		if (!alt->question.n)
			alt->question = question_of(d, alt->cause);
		d->nalts++;
	}
}

static void know(struct job *j, struct diagnosis *d)
{
	d->values = j->values;
	d->fix = j->fix;
	d->verify = j->verify;
	diag_values(j->a, d);
	diag_knowledge(j->a, d, j->opt);
}

static size_t tags_of(struct diagnosis *d, const struct ruleset *rs,
                      const struct provider *p, sv reply)
{
	struct found_tag found[DIAG_MAX_TAGS];
	size_t n = p ? find_tags(rs, p, reply, found, DIAG_MAX_TAGS) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct provider_fact *f = found[i].fact;

		d->tags[i] = (struct diag_tag){
		    found[i].text, rs->pool + p->name, rs->pool + f->text,
		    rs->pool + f->ref, rs->pool + f->checked};
	}
	return n;
}

/*
 * Codes of who spoke; else of the provider that the rule is called after: a
 * gateway or nobody may be all that the text names.
 */
static void take_tags(struct diagnosis *d, sv reply)
{
	const struct classification *cl = &d->cl;
	const struct rule *r = cl->rule;

	d->ntags = tags_of(d, cl->provider_rs, cl->provider, reply);
	if (!d->ntags && r && r->called)
		d->ntags = tags_of(d, cl->rs,
		                   &cl->rs->providers[r->called - 1], reply);
}

static void explain_one(struct job *j, struct diagnosis *d)
{
	d->cause = cause_of(d);
	d->confidence = d->cl.rule ? d->cl.confidence : CONF_CERTAIN;
	take_context(j, d);
	take_claim(d);
	know(j, d);
	if (d->cl.rule && d->cause == kb_cause(d->cl.cause))
		take_evidence(j, d);
	take_alts(d);
}

static bool same(const struct diagnosis *x, const struct diagnosis *y)
{
	return x->cause == y->cause && x->cl.rule == y->cl.rule &&
	       sv_eq(x->at->recipient, y->at->recipient) &&
	       x->reply.code == y->reply.code &&
	       sv_eq(mtext_sv(&x->reply.text), mtext_sv(&y->reply.text));
}

/* Identical ones are one diagnosis with a count; looked for among the last. */
#define MERGE_BACK 64

static bool merged(struct diagnoses *out, const struct diagnosis *d)
{
	size_t n = out->n;

	for (size_t i = n; i && n - i < MERGE_BACK; i--)
		if (same(out->v[i - 1], d)) {
			out->v[i - 1]->count += d->count;
			return true;
		}
	return false;
}

static void *keep(struct arena *a, const void *v, size_t n, size_t size)
{
	void *p = n ? arena_alloc(a, n, size) : NULL;

	return p ? memcpy(p, v, n * size) : NULL;
}

static enum mw_status add(struct diagnoses *out, struct arena *a,
                          const struct diagnosis *d)
{
	struct diagnosis **v = arena_more(a, out->v, out->n, &out->cap,
	                                  sizeof(*v), ATTEMPTS_MAX);
	struct diagnosis *x = keep(a, d, 1, sizeof(*d));

	if (!v || !x)
		return MW_ENOMEM;
	x->values = keep(a, d->values, d->nvalues, sizeof(*d->values));
	x->fix = keep(a, d->fix, d->nfix, sizeof(*d->fix));
	x->verify = keep(a, d->verify, d->nverify, sizeof(*d->verify));
	out->v = v;
	out->v[out->n++] = x;
	return arena_failed(a) ? MW_ENOMEM : MW_OK;
}

/*
 * "Expired" tells only that the queue gave up.  Where the paste also holds the
 * last refusal of the same mail, that is the cause, and it expired.
 */
static bool is_expiry_of(const struct diagnosis *d, struct diagnosis *earlier)
{
	const struct attempt *x = d->at, *y = earlier->at;

	/* Postfix's line of expiry is for all recipients that are left. */
	return x->queue_id.n && sv_eq(x->queue_id, y->queue_id) &&
	       (!x->recipient.n || sv_ieq(x->recipient, y->recipient)) &&
	       y->text.n;
}

/* Does x tell why the mail failed whose reason d could not show? */
static bool tells_hidden(const struct diagnosis *d, const struct diagnosis *x)
{
	bool tells = x->reply.code >= 400 ||
	             (x->at->form == FORM_EXCEPTION && x->cl.rule &&
	              x->cause != d->cause);

	return d != x && tells && x->at->form != FORM_LOG &&
	       (!d->at->recipient.n || !x->at->recipient.n ||
	        sv_ieq(d->at->recipient, x->at->recipient));
}

/*
 * A library often prints its log, which holds the reply, and then an exception
 * that hides it.
 */
static bool is_hidden_reply(const struct diagnoses *out,
                            const struct diagnosis *d)
{
	return d->at->form == FORM_EXCEPTION && !d->reply.code && out->n &&
	       !strcmp(d->cause->id, "unknown.reason-missing") &&
	       tells_hidden(d, out->v[out->n - 1]);
}

/* An exception that hides the reply is of no use beside one that has it. */
static void drop_hidden(struct diagnoses *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < out->n; i++) {
		const struct diagnosis *d = out->v[i];
		bool told = false;

		if (d->at->form == FORM_EXCEPTION && !d->reply.code &&
		    !strcmp(d->cause->id, "unknown.reason-missing"))
			for (size_t k = i + 1; k < out->n && k <= i + 4; k++)
				told = told || tells_hidden(d, out->v[k]);
		if (!told)
			out->v[kept++] = out->v[i];
	}
	out->n = kept;
}

static bool explained_before(struct diagnoses *out, const struct diagnosis *d)
{
	bool found = false;

	if (is_hidden_reply(out, d))
		return true;
	if (strcmp(d->cause->id, "route.expired"))
		return false;
	for (size_t i = out->n; i && out->n - i < MERGE_BACK; i--) {
		struct diagnosis *e = out->v[i - 1];

		if (!is_expiry_of(d, e))
			continue;
		e->expired = true;
		e->action = ACTION_FAILED;
		if (d->at->recipient.n)
			return true;
		found = true;
	}
	return found;
}

static enum mw_status one_attempt(struct job *j, const struct attempt *at,
                                  struct diagnoses *out)
{
	struct classify_in in = question(j, at);
	struct diagnosis d = {.at = at, .count = at->count};

	classify(j->c, &in, &d.cl);
	if (!accepted(j, at, &d.cl))
		return MW_OK;
	take_tags(&d, in.reply);
	explain_one(j, &d);
	if (merged(out, &d) || explained_before(out, &d))
		return MW_OK;
	if (d.cl.route != ROUTE_TEXT && d.reply.text.n && !j->opt->brief)
		d.nnear = classify_near(j->c, &in, d.near, 3);
	return add(out, j->a, &d);
}

struct diagnosis *diag_blank(struct arena *a, const struct kb_cause *cause)
{
	static const struct diag_options none;
	struct job *j = arena_alloc(a, 1, sizeof(*j));
	struct attempt *at = arena_alloc(a, 1, sizeof(*at));
	struct diagnosis *d = arena_alloc(a, 1, sizeof(*d));

	if (!j || !at || !d)
		return NULL;
	j->a = a;
	j->opt = &none;
	mtext_init(&at->text, a, 1);
	at->count = 1;
	d->at = at;
	d->count = 1;
	d->cause = cause;
	d->confidence = CONF_LIKELY;
	take_context(j, d);
	know(j, d);
	return d;
}

/* A mail was seen, and it is no failure: say so instead of nothing. */
static enum mw_status add_notice(struct job *j, struct diagnoses *out,
                                 const char *id)
{
	const struct kb_cause *cause = kb_cause(sv_str(id));
	struct diagnosis *d = cause ? diag_blank(j->a, cause) : NULL;

	return d ? add(out, j->a, d) : MW_ENOMEM;
}

/* "250 2.0.0 OK": the whole paste is a reply that takes the mail. */
static bool is_success(sv input)
{
	uint16_t code;
	sv s = sv_trim(input);

	return s.n < 1024 && reply_code(s, &code) && code / 10 == 25;
}

/*
 * The tree of one diagnosis takes about this much, and comes later: so much
 * is left for each.  Those that find no room are left out, which is told.
 */
#define TREE_EACH ((size_t)40 << 10)

static bool has_room(const struct job *j, const struct diagnoses *out)
{
	return arena_left(j->a) / TREE_EACH > out->n + 32;
}

static enum mw_status explain_all(struct job *j, const struct attempts *list,
                                  struct diagnoses *out)
{
	enum mw_status st = MW_OK;
	size_t strong = 0;

	/* Its reasons are made up: none is to be acted upon. */
	if (out->seen.forged)
		return add_notice(j, out, "notice.backscatter");
	for (size_t i = 0; i < list->n; i++)
		strong += !list->v[i].weak;
	j->alone = list->n == 1;
	for (size_t i = 0; st == MW_OK && i < list->n; i++) {
		/* Guesses are not needed where the paste holds proof. */
		if (list->v[i].weak && strong)
			continue;
		if (!has_room(j, out)) {
			out->more = true;
			break;
		}
		st = one_attempt(j, &list->v[i], out);
	}
	drop_hidden(out);
	if (st != MW_OK || out->n)
		return st;
	if (out->seen.delivered || is_success(j->input))
		return add_notice(j, out, "notice.delivered");
	if (out->seen.not_a_bounce)
		return add_notice(j, out,
				  out->seen.notice ? out->seen.notice
						   : "notice.not-a-bounce");
	return MW_OK;
}

static enum mw_status explain_list(struct arena *a, struct classifier *c,
                                   sv input, const struct attempts *list,
                                   const struct diag_options *opt,
                                   struct diagnoses *out)
{
	struct job j;
	enum mw_status st;

	/* Its large arrays are filled as they are needed. */
	j.a = a;
	j.c = c;
	j.input = input;
	j.opt = opt;
	j.alone = false;
	st = explain_all(&j, list, out);
	return arena_failed(a) ? MW_ENOMEM : st;
}

enum mw_status diagnose_paste(struct arena *a, struct classifier *c, sv input,
                              const struct diag_options *opt,
                              struct diagnoses *out, struct mw_err *err)
{
	struct paste_options popt = {opt->form, opt->stage};
	struct attempts list = {0};
	enum mw_status st;

	*out = (struct diagnoses){0};
	st = diag_read(a, input, &popt, &list, &out->seen, err);
	if (st != MW_OK)
		return st;
	out->more = list.more;
	return explain_list(a, c, input, &list, opt, out) == MW_OK
	           ? MW_OK
	           : mw_fail(err, MW_ENOMEM, "the paste holds too much");
}

enum mw_status diagnose_attempt(struct arena *a, struct classifier *c, sv input,
                                const struct attempt *at,
                                const struct diag_options *opt,
                                struct diagnoses *out, struct mw_err *err)
{
	/* The diagnosis points to it. */
	struct attempt *one = arena_alloc(a, 1, sizeof(*one));
	struct attempts list = {.v = one, .n = 1, .cap = 1};

	*out = (struct diagnoses){0};
	if (!one)
		return mw_fail(err, MW_ENOMEM, "no memory for the row");
	*one = *at;
	return explain_list(a, c, input, &list, opt, out) == MW_OK
	           ? MW_OK
	           : mw_fail(err, MW_ENOMEM, "the row holds too much");
}

bool diagnoses_append(struct arena *a, struct diagnoses *all,
                      const struct diagnoses *more, const char *file)
{
	for (size_t i = 0; i < more->n; i++) {
		struct diagnosis **v = arena_more(a, all->v, all->n, &all->cap,
		                                  sizeof(*v), SIZE_MAX / 2);

		if (!v)
			return false;
		more->v[i]->file = file;
		all->v = v;
		all->v[all->n++] = more->v[i];
	}
	all->more |= more->more;
	all->seen.cut |= more->seen.cut;
	if (!all->seen.damage.n)
		all->seen.damage = more->seen.damage;
	all->seen.binary |= more->seen.binary;
	all->seen.dialogue |= more->seen.dialogue;
	return true;
}
