/* SPDX-License-Identifier: BSD-2-Clause */
/* `rules --draft`: a rule for a reply, ready to be checked and sent in. */
#include "api/draft.h"

#include "api/api.h"
#include "base/ascii.h"
#include "classify/builtin.h"
#include "classify/proof.h"

/* As for one explained paste, and the small ruleset of the proof. */
#define DRAFT_MEMORY ((size_t)64 << 20)
#define PROOF_MEMORY ((size_t)8 << 20)

struct draft {
	struct mw_answer *x;
	const struct diagnosis *d;
	const char *month;
	struct draft_text t;
	sv cause;
	struct buf stanza;
};

static bool is_month(const char *m)
{
	return m && strlen(m) == 7 && is_digit(m[0]) && is_digit(m[1]) &&
	       is_digit(m[2]) && is_digit(m[3]) && m[4] == '-' &&
	       is_digit(m[5]) && is_digit(m[6]);
}

/* The first that failed, or is about to, and has words. */
static const struct diagnosis *first_refusal(const struct diagnoses *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		if (ds->v[i]->reply.text.n &&
		    (ds->v[i]->action == ACTION_FAILED ||
		     ds->v[i]->action == ACTION_DELAYED))
			return ds->v[i];
	return NULL;
}

static void add_causes(struct draft *f)
{
	const struct diagnosis *d = f->d;
	struct buf *b = &f->stanza;

	if (d->cl.route == ROUTE_TEXT) {
		buf_addf(b, "# The rule %s knows this reply already.\n",
		         d->cl.rs->pool + d->cl.rule->id);
		return;
	}
	buf_addf(b, "# No rule knows these words. Is the Cause right? "
	            "'mailwhy causes' lists them%s",
	         d->nnear ? "; near are:" : ".");
	for (size_t i = 0; i < d->nnear; i++)
		buf_addf(b, "%s %s", i ? "," : "",
		         d->near[i].rs->pool + d->near[i].rule->cause);
	buf_addc(b, '\n');
}

static void add_seen(struct draft *f)
{
	const struct reply *r = &f->d->reply;
	char status[ESTATUS_TEXT];
	struct buf *b = &f->stanza;

	buf_adds(b, "Seen: ");
	if (r->code)
		buf_addf(b, "%u ", r->code);
	if (estatus_is_set(r->status))
		buf_addf(b, "%s ", estatus_format(r->status, status));
	buf_add(b, f->t.seen);
	buf_addc(b, '\n');
}

static void add_fields(struct draft *f)
{
	const struct reply *r = &f->d->reply;
	char status[ESTATUS_TEXT];
	struct buf *b = &f->stanza;

	if (f->t.words.n)
		buf_addf(b, "Rule: local.%.*s\n", SV_FMT(f->t.words));
	else
		buf_addf(b, "Rule: local.reply-%u\n", r->code);
	if (r->code)
		buf_addf(b, "Reply: %u\n", r->code);
	if (estatus_is_set(r->status))
		buf_addf(b, "Status: %s\n", estatus_format(r->status, status));
	buf_addf(b, "Text: %.*s\nCause: %.*s\nChecked: %s\n",
	         SV_FMT(f->t.text), SV_FMT(f->cause), f->month);
	add_seen(f);
}

static void count(void *arg, const char *file, unsigned line,
                  const char *text)
{
	size_t *bad = arg;

	(void)file;
	(void)line;
	(void)text;
	(*bad)++;
}

/* Does the stanza, as a file, hold what it promises? */
static bool proven(sv stanza)
{
	struct arena *a = arena_new(PROOF_MEMORY);
	size_t bad = 0;
	struct rules_builder *b = a ? rules_new(a, count, &bad) : NULL;
	struct ruleset rs;
	struct mw_err err;
	bool ok = b && !rules_add(b, "draft", stanza) &&
	          rules_finish(b, &builtin_rules, &rs, &err) == MW_OK;

	if (ok) {
		rs.user = true;
		ok = rs.nrules == 1 &&
		     !rules_prove(&rs, &builtin_rules, false, count, &bad);
	}
	arena_free(a);
	return ok && !bad;
}

/*
 * The words that a person has to look at stand above the stanza.  Where slots
 * do not find their values again, '*' does; where that fails too, words alone.
 */
static bool write_stanza(struct draft *f)
{
	sv reply = mtext_sv(&f->d->reply.text);
	bool ok = false;

	for (int how = DRAFT_SLOTS; !ok && how <= DRAFT_NONE; how++) {
		buf_reset(&f->stanza);
		if (!draft_text(f->x->a, &builtin_rules, reply,
		                (enum draft_slots)how, &f->t))
			return false;
		buf_adds(&f->stanza,
		         "# A draft: leave out of Text what varies from mail "
		         "to mail, and look\n"
		         "# whether Seen still names somebody. Then: mailwhy "
		         "rules --check DIR\n");
		add_causes(f);
		add_fields(f);
		ok = !buf_failed(&f->stanza) && proven(buf_sv(&f->stanza));
	}
	return ok;
}

static void show_stanza(struct draft *f)
{
	struct arena *a = f->x->a;
	struct rnode *o = rnode_object(a, f->x->items, SV(""));
	sv all = arena_dup(a, buf_sv(&f->stanza)), rest = all;

	(void)rnode_string(a, o, SV("cause"), f->cause);
	(void)rnode_string(a, o, SV("text"), f->t.text);
	(void)rnode_string(a, o, SV("seen"), f->t.seen);
	(void)rnode_string(a, o, SV("stanza"), all);
	while (rest.n)
		(void)rnode_prose(a, f->x->root, RNODE_CODE, sv_line(&rest));
}

static enum mw_status draft(struct draft *f, struct classifier *c, sv input,
                            const struct diag_options *opt,
                            struct mw_err *err)
{
	struct diagnoses ds;
	enum mw_status st =
	    diagnose_paste(f->x->a, c, input, opt, &ds, err);

	if (st != MW_OK)
		return st;
	f->d = first_refusal(&ds);
	if (!f->d)
		return mw_fail(err, MW_ENOENT,
		               "no rejection with words was recognised");
	f->cause = f->d->cl.route == ROUTE_NONE ? SV("unknown.reason-missing")
	                                        : sv_str(f->d->cause->id);
	if (!write_stanza(f))
		return arena_failed(f->x->a)
		           ? mw_fail(err, MW_ENOMEM, "no memory for a draft")
		           : mw_fail(err, MW_ENOENT,
		                     "the rejection has no words "
		                     "that a rule could know");
	show_stanza(f);
	if (arena_failed(f->x->a))
		return mw_fail(err, MW_ENOMEM, "no memory for a draft");
	return MW_OK;
}

enum mw_status mw_rules_draft(struct mw_ctx *ctx, const struct mw_input *input,
                              const struct mw_explain_options *opt,
                              const char *month, struct mw_answer **out,
                              struct mw_err *err)
{
	struct draft f = {.month = month};
	struct mw_explain_options copy;
	struct diag_options o;
	struct classifier *c;
	enum mw_status st = sized_options(&opt, &copy, err);

	if (st == MW_OK)
		st = explain_options(opt, &o, err);
	if (st != MW_OK)
		return st;
	if (!input || !out || !is_month(month))
		return mw_fail(err, MW_EINVAL, "no input, or no month");
	f.x = answer_new(DRAFT_MEMORY, "rules");
	if (!f.x)
		return mw_fail(err, MW_ENOMEM, "no memory");
	f.x->items = rnode_list(f.x->a, f.x->root, SV("drafts"));
	buf_init(&f.stanza, 65536);
	c = ctx_take(ctx, &st, err);
	if (c)
		st = draft(&f, c, sv_of(input->data, input->n), &o, err);
	ctx_give(ctx, c);
	buf_fini(&f.stanza);
	if (st != MW_OK)
		mw_answer_free(f.x);
	else
		*out = f.x;
	return st;
}
