/* SPDX-License-Identifier: BSD-2-Clause */
/* Diagnoses as a result tree: the data members.  Prose is in prose.c. */
#include "diagnose/forward.h"
#include "diagnose/prose.h"
#include "diagnose/taxonomy.h"

static void text(struct arena *a, struct rnode *n, const char *key, sv value)
{
	if (value.n)
		(void)rnode_string(a, n, sv_str(key), value);
}

static void words(struct arena *a, struct rnode *n, const char *key,
                  const char *value)
{
	text(a, n, key, sv_str(value));
}

static void source(struct arena *a, struct rnode *n, const struct diagnosis *d)
{
	struct rnode *s = rnode_object(a, n, SV("source"));

	if (d->file)
		words(a, s, "file", d->file);
	if (d->at->line) {
		(void)rnode_number(a, s, SV("offset"), (int64_t)d->at->offset);
		(void)rnode_number(a, s, SV("line"), d->at->line);
	}
	text(a, s, "message_id", d->at->message_id);
	text(a, s, "queue_id", d->at->queue_id);
	(void)rnode_number(a, s, SV("count"), d->count);
	words(a, s, "form", ev_form_name(d->at->form));
	text(a, s, "writer", d->at->writer);
}

static void alternatives(struct arena *a, struct rnode *n,
                         const struct diagnosis *d)
{
	struct rnode *list = d->nalts
	                         ? rnode_list(a, n, SV("alternatives"))
	                         : NULL;

	for (size_t i = 0; i < d->nalts; i++) {
		struct rnode *o = rnode_object(a, list, SV(""));

		words(a, o, "cause", d->alts[i].cause->id);
		words(a, o, "confidence",
		      confidence_name(d->alts[i].confidence));
		text(a, o, "question", d->alts[i].question);
	}
}

static void spoke(struct arena *a, struct rnode *n, const struct diagnosis *d)
{
	struct rnode *s = rnode_object(a, n, SV("spoke"));

	words(a, s, "who", ev_spoke_name(d->spoke));
	text(a, s, "host", d->host);
	text(a, s, "provider", d->provider_id);
}

static void actors(struct arena *a, struct rnode *n, const struct diagnosis *d)
{
	struct rnode *list;

	text(a, n, "actor", d->actor);
	list = d->nwith ? rnode_list(a, n, SV("with")) : NULL;
	for (size_t i = 0; i < d->nwith; i++)
		(void)rnode_string(a, list, SV(""), d->with[i]);
}

static void healing(struct arena *a, struct rnode *n,
                    const struct diagnosis *d)
{
	static const char *const claims[] = {"none", "permanent",
	                                     "temporary"};
	struct rnode *o = rnode_object(a, n, SV("permanence"));

	words(a, o, "claimed", claims[d->claimed]);
	text(a, o, "actual", d->actual);
	o = rnode_object(a, n, SV("retry"));
	text(a, o, "helps", d->retry);
	if (d->retry_after_s)
		(void)rnode_number(a, o, SV("after_s"), d->retry_after_s);
	text(a, o, "note", d->retry_note);
	text(a, n, "scope", d->scope);
}

static void values(struct arena *a, struct rnode *n, const struct diagnosis *d)
{
	struct rnode *o = rnode_object(a, n, SV("values"));

	for (size_t i = 0; i < d->nvalues; i++)
		(void)rnode_string(a, o, d->values[i].name,
		                   d->values[i].value);
}

static void evidence(struct arena *a, struct rnode *n,
                     const struct diagnosis *d)
{
	struct rnode *list = rnode_list(a, n, SV("evidence"));

	for (size_t i = 0; i < d->nevidence; i++) {
		const struct diag_evidence *e = &d->evidence[i];
		struct rnode *o = rnode_object(a, list, SV(""));

		text(a, o, "text", e->text);
		(void)rnode_number(a, o, SV("offset"), (int64_t)e->offset);
		(void)rnode_number(a, o, SV("length"), (int64_t)e->length);
		text(a, o, "rule", e->rule);
	}
}

static void reply(struct arena *a, struct rnode *n, const struct diagnosis *d)
{
	struct rnode *o = rnode_object(a, n, SV("reply"));
	char status[ESTATUS_TEXT];

	if (d->reply.code)
		(void)rnode_number(a, o, SV("code"), d->reply.code);
	if (estatus_is_set(d->reply.status))
		text(a, o, "status",
		     arena_dup(a, sv_str(estatus_format(d->reply.status,
		                                        status))));
	text(a, o, "text", mtext_sv(&d->reply.text));
	words(a, o, "stage", smtp_stage_name(d->stage));
}

static void steps(struct arena *a, struct rnode *n, const char *key,
                  const struct diag_step *s, size_t count)
{
	struct rnode *list = rnode_list(a, n, sv_str(key));

	for (size_t i = 0; i < count; i++) {
		struct rnode *o = rnode_object(a, list, SV("")), *r;

		text(a, o, "text", s[i].text);
		words(a, o, "kind", s[i].kind);
		words(a, o, "where", s[i].where);
		if (s[i].record.op.n) {
			r = rnode_object(a, o, SV("record"));
			text(a, r, "op", s[i].record.op);
			text(a, r, "name", s[i].record.name);
			text(a, r, "type", s[i].record.type);
			text(a, r, "value", s[i].record.value);
		}
		text(a, o, "command", s[i].command);
	}
}

static void explain(struct arena *a, struct rnode *n,
                    const struct diagnosis *d)
{
	struct rnode *list = rnode_list(a, n, SV("explain"));

	for (size_t i = 0; i < d->nexplain; i++)
		(void)rnode_string(a, list, SV(""), d->explain[i]);
	list = rnode_list(a, n, SV("refs"));
	for (size_t i = 0; i < d->nrefs; i++)
		(void)rnode_string(a, list, SV(""), sv_str(d->refs[i]));
}

static void tags(struct arena *a, struct rnode *n, const struct diagnosis *d)
{
	struct rnode *list = d->ntags ? rnode_list(a, n, SV("tags")) : NULL;

	for (size_t i = 0; i < d->ntags; i++) {
		struct rnode *o = rnode_object(a, list, SV(""));

		text(a, o, "text", d->tags[i].text);
		words(a, o, "provider", d->tags[i].provider);
		words(a, o, "meaning", d->tags[i].meaning);
		words(a, o, "ref", d->tags[i].ref);
		words(a, o, "checked", d->tags[i].checked);
	}
}

static void taxonomy(struct arena *a, struct rnode *n,
                     const struct diagnosis *d)
{
	struct rnode *o = rnode_object(a, n, SV("taxonomy"));

	words(a, o, "sisimai", taxonomy_sisimai(d));
	words(a, o, "kumomta", d->cause->kumomta);
	words(a, o, "sparkpost", d->cause->sparkpost);
	words(a, o, "rfc3463", d->cause->rfc3463);
}

/* Whatever its sender and the reporting host wrote: for checks, no proof. */
static void returned(struct arena *a, struct rnode *n,
                     const struct diagnosis *d)
{
	const struct ev_returned *r = d->at->returned;
	struct rnode *o, *c;

	if (!r)
		return;
	o = rnode_object(a, n, SV("returned"));
	(void)rnode_number(a, o, SV("size"), (int64_t)r->size);
	text(a, o, "from", r->from);
	text(a, o, "sender", r->sender);
	text(a, o, "message_id", r->message_id);
	text(a, o, "dkim_domain", r->dkim);
	if (!r->client_ip.n)
		return;
	c = rnode_object(a, o, SV("client"));
	text(a, c, "helo", r->client_helo);
	text(a, c, "host", r->client_host);
	text(a, c, "ip", r->client_ip);
	text(a, c, "by", r->client_by);
}

static void near_rules(struct arena *a, struct rnode *n,
                       const struct diagnosis *d)
{
	struct rnode *list = d->nnear ? rnode_list(a, n, SV("near")) : NULL;

	for (size_t i = 0; i < d->nnear; i++) {
		const struct near_rule *r = &d->near[i];
		struct rnode *o = rnode_object(a, list, SV(""));

		text(a, o, "rule", rs_str(r->rs, r->rule->id));
		text(a, o, "cause", rs_str(r->rs, r->rule->cause));
		(void)rnode_number(a, o, SV("percent"), r->percent);
		text(a, o, "missing", r->missing);
	}
}

static const char *route(const struct diagnosis *d)
{
	return d->cl.route == ROUTE_TEXT   ? "text"
	       : d->cl.route == ROUTE_CODE ? "code"
	                                   : "none";
}

static void one(struct arena *a, struct rnode *list, const struct diagnosis *d,
                const struct diag_options *opt)
{
	struct rnode *n = rnode_object(a, list, SV(""));

	source(a, n, d);
	text(a, n, "recipient", diag_value(d, SV("recipient")));
	text(a, n, "final_recipient", d->at->final_recipient);
	words(a, n, "action", ev_action_name(d->action));
	(void)rnode_bool(a, n, SV("expired"), d->expired);
	words(a, n, "cause", d->cause->id);
	words(a, n, "title", d->cause->title);
	words(a, n, "confidence", confidence_name(d->confidence));
	words(a, n, "route", route(d));
	alternatives(a, n, d);
	text(a, n, "verdict", d->verdict);
	actors(a, n, d);
	spoke(a, n, d);
	words(a, n, "direction", ev_direction_name(d->direction));
	healing(a, n, d);
	values(a, n, d);
	evidence(a, n, d);
	reply(a, n, d);
	tags(a, n, d);
	returned(a, n, d);
	taxonomy(a, n, d);
	if (opt->brief)
		return;
	steps(a, n, "fix", d->fix, d->nfix);
	steps(a, n, "verify", d->verify, d->nverify);
	explain(a, n, d);
	near_rules(a, n, d);
	if (opt->forward.n)
		diag_forward(a, n, d, opt->forward, opt->forward_to);
	else if (!d->follows)
		diag_prose(a, n, d);
}

static bool same_steps(const struct diagnosis *x, const struct diagnosis *y)
{
	if (x->nfix != y->nfix)
		return false;
	for (size_t i = 0; i < x->nfix; i++)
		if (!sv_eq(x->fix[i].text, y->fix[i].text) ||
		    !sv_eq(x->fix[i].command, y->fix[i].command) ||
		    !sv_eq(x->fix[i].record.value, y->fix[i].record.value))
			return false;
	return true;
}

/* People would read the same words twice: only the recipient differs. */
static bool read_alike(const struct diagnosis *x, const struct diagnosis *y)
{
	return x->cause == y->cause && x->cl.rule == y->cl.rule &&
	       x->confidence == y->confidence && x->spoke == y->spoke &&
	       x->stage == y->stage && x->file == y->file &&
	       x->expired == y->expired && x->action == y->action &&
	       x->at->recipient.n && y->at->recipient.n &&
	       sv_eq(x->host, y->host) && sv_eq(x->verdict, y->verdict) &&
	       same_steps(x, y);
}

/* How far back an equal one is looked for. */
#define ALIKE_BACK 64

static void link_alike(const struct diagnoses *ds)
{
	for (size_t i = 1; i < ds->n; i++)
		for (size_t k = i; k && i - k < ALIKE_BACK; k--) {
			struct diagnosis *x = ds->v[k - 1];

			if (x->alike || !read_alike(x, ds->v[i]))
				continue;
			x->alike = ds->v[i];
			ds->v[i]->follows = true;
			break;
		}
}

/* Room for a diagnosis whose texts are as long as texts may be. */
#define TREE_SLACK ((size_t)512 << 10)

bool diagnose_tree(struct arena *a, const struct diagnoses *ds,
                   const struct diag_options *opt, struct rnode *root)
{
	struct rnode *list;

	if (!opt->brief)
		link_alike(ds);
	if (!opt->forward.n && !opt->brief)
		diag_prose_summary(a, root, ds);
	list = rnode_list(a, root, SV("diagnoses"));
	for (size_t i = 0; i < ds->n; i++) {
		if (i && arena_left(a) < TREE_SLACK)
			return false;
		if (i && (!ds->v[i]->follows || opt->forward.n))
			(void)rnode_prose(a, list, RNODE_RULE, SV(""));
		one(a, list, ds->v[i], opt);
	}
	return true;
}

static void confused_with(struct arena *a, struct rnode *n,
                          const struct kb_cause *cause)
{
	struct rnode *list = rnode_list(a, n, SV("not_when"));
	struct rnode *row = rnode_row(a, n, "Not when", SV(""));

	for (uint32_t i = 0; i < cause->nitems; i++) {
		const struct kb_item *it = &kb_items[cause->item + i];
		struct rnode *o;

		if (it->field != KB_NOT_WHEN)
			continue;
		o = rnode_object(a, list, SV(""));
		words(a, o, "cause", kb_str(it->where));
		words(a, o, "question", kb_str(it->text));
		(void)rnode_prose(a, row, RNODE_PARAGRAPH,
		                  arena_printf(a, "%s (then it is %s)",
		                               kb_str(it->text),
		                               kb_str(it->where)));
	}
}

enum mw_status diagnose_cause(struct arena *a, const struct kb_cause *cause,
                              struct rnode *list, struct mw_err *err)
{
	struct diagnosis *d = diag_blank(a, cause);
	struct rnode *n = d ? rnode_object(a, list, SV("")) : NULL;

	if (!n)
		return mw_fail(err, MW_ENOMEM, "no memory");
	words(a, n, "cause", cause->id);
	words(a, n, "title", cause->title);
	text(a, n, "verdict", d->verdict);
	actors(a, n, d);
	healing(a, n, d);
	steps(a, n, "fix", d->fix, d->nfix);
	steps(a, n, "verify", d->verify, d->nverify);
	explain(a, n, d);
	taxonomy(a, n, d);
	diag_prose_cause(a, n, d);
	confused_with(a, n, cause);
	return MW_OK;
}
