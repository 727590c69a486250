/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/api.h"
#include "diagnose/diagnose.h"
#include "diagnose/taxonomy.h"
#include "kb/forward.h"

/*
 * For one answer: 64 MiB are promised for any one paste, the input not
 * counted; several inputs get as many times a part of it.
 */
#define EXPLAIN_MEMORY ((size_t)40 << 20)

static enum mw_status bad_option(struct mw_err *err, const char *what,
                                 const char *value)
{
	return mw_fail(err, MW_EINVAL, "unknown %s \"%.60s\"", what, value);
}

static enum mw_status take_own(const struct mw_explain_options *opt,
                               struct diag_options *out, struct mw_err *err)
{
	if (opt->nown > DIAG_MAX_OWN)
		return mw_fail(err, MW_EINVAL, "over %d own names",
		               DIAG_MAX_OWN);
	for (size_t i = 0; i < opt->nown; i++)
		out->own[out->nown++] = sv_str(opt->own[i]);
	return MW_OK;
}

enum mw_status explain_options(const struct mw_explain_options *opt,
                               struct diag_options *out, struct mw_err *err)
{
	enum taxonomy t;

	*out = (struct diag_options){0};
	if (!opt)
		return MW_OK;
	if (opt->taxonomy && !taxonomy_from(sv_str(opt->taxonomy), &t))
		return bad_option(err, "taxonomy", opt->taxonomy);
	out->said_by = sv_str(opt->said_by);
	if (opt->stage && !smtp_stage_from(sv_str(opt->stage), &out->stage))
		return bad_option(err, "stage", opt->stage);
	if (opt->form && !ev_form_from(sv_str(opt->form), &out->form))
		return bad_option(err, "form", opt->form);
	if (opt->role && !diag_role_from(sv_str(opt->role), &out->role))
		return bad_option(err, "role", opt->role);
	if (opt->forward && !forward_has_lang(sv_str(opt->forward)))
		return bad_option(err, "language", opt->forward);
	if (opt->forward_to && !kb_is_actor(sv_str(opt->forward_to)))
		return bad_option(err, "reader", opt->forward_to);
	out->forward = sv_str(opt->forward);
	out->forward_to = sv_str(opt->forward_to);
	return take_own(opt, out, err);
}

const char *class_path(const char *taxonomy)
{
	static const char *const paths[] = {
	    [TAXONOMY_MAILWHY] = "cause",
	    [TAXONOMY_SISIMAI] = "taxonomy.sisimai",
	    [TAXONOMY_KUMOMTA] = "taxonomy.kumomta",
	    [TAXONOMY_SPARKPOST] = "taxonomy.sparkpost",
	    [TAXONOMY_RFC3463] = "taxonomy.rfc3463",
	};
	enum taxonomy t;

	return taxonomy && taxonomy_from(sv_str(taxonomy), &t) ? paths[t]
	                                                       : NULL;
}

void classes_said(struct arena *a, const struct rnode *items, const char *name)
{
	const char *path = class_path(name);
	enum taxonomy t;

	if (!path || !items || !taxonomy_from(sv_str(name), &t))
		return;
	for (struct rnode *o = items->first; o; o = o->next) {
		const struct rnode *v = o;
		sv rest = sv_str(path);

		while (v && rest.n)
			v = rnode_get(v, sv_cut(&rest, '.'));
		if (v && o->kind == RNODE_OBJECT)
			(void)rnode_row(a, o, "Class",
			                arena_printf(a, "%s: %.*s",
			                             taxonomy_title(t),
			                             SV_FMT(v->text)));
	}
}

static void nothing_said(struct mw_answer *x, const struct diagnoses *ds)
{
	sv text = ds->seen.binary
	              ? SV("This is no text: no rejection can be read in it.")
	              : SV("No rejection was recognised here. Paste the line "
	                   "with the code (\"550 5.7.1 ...\"), the log line, "
	                   "or the whole bounce.");

	(void)rnode_prose(x->a, x->root, RNODE_PARAGRAPH, text);
	if (ds->seen.dialogue)
		(void)rnode_prose(x->a, x->root, RNODE_PARAGRAPH,
		                  SV("The SMTP dialogue in it shows no "
		                     "refusal."));
}

static void limits_said(struct mw_answer *x, const struct diagnoses *ds)
{
	if (ds->seen.damage.n)
		(void)rnode_prose(x->a, x->root, RNODE_PARAGRAPH,
		                  arena_printf(x->a, "As an Outlook file it could "
		                               "not be read wholly: %.*s.",
		                               SV_FMT(ds->seen.damage)));
	if (ds->seen.cut)
		(void)rnode_prose(x->a, x->root, RNODE_PARAGRAPH,
		                  SV("Only the beginning was read: one paste "
		                     "may have 32 MiB, or 24 MiB once it is turned "
		                     "into UTF-8."));
	if (ds->more)
		(void)rnode_prose(x->a, x->root, RNODE_PARAGRAPH,
		                  SV("There are more refusals than are shown "
		                     "here."));
}

static void input_said(struct mw_answer *x, struct rnode *list,
                       const struct mw_input *in, const struct diagnoses *ds)
{
	struct rnode *o = rnode_object(x->a, list, SV(""));

	if (in->name)
		(void)rnode_string(x->a, o, SV("name"), sv_str(in->name));
	(void)rnode_number(x->a, o, SV("size"), (int64_t)in->n);
	(void)rnode_number(x->a, o, SV("diagnoses"), (int64_t)ds->n);
	(void)rnode_bool(x->a, o, SV("cut"), ds->seen.cut || ds->more ||
	                                         ds->seen.damage.n > 0);
	if (ds->seen.damage.n)
		(void)rnode_string(x->a, o, SV("damage"), ds->seen.damage);
}

/* ends[i]: where the diagnoses of input i end. */
static void sources_said(struct mw_answer *x, const struct mw_input *in,
                         size_t n, const struct diagnoses *all,
                         const size_t *ends)
{
	source_numbers(x, all);
	for (size_t i = 0, from = 0; i < n; from = ends[i++])
		source_said(x, &in[i], all->v + from, ends[i] - from);
}

static enum mw_status explain_all(struct classifier *c, struct mw_answer *x,
                                  const struct mw_input *in, size_t n,
                                  const struct diag_options *opt,
                                  struct mw_err *err)
{
	struct rnode *list = rnode_list(x->a, x->root, SV("input"));
	struct diagnoses all = {0};
	size_t *ends = arena_alloc(x->a, n, sizeof(*ends));
	enum mw_status st;

	for (size_t i = 0; i < n; i++) {
		struct diagnoses ds;

		st = diagnose_paste(x->a, c, sv_of(in[i].data, in[i].n),
		                    opt, &ds, err);
		if (st != MW_OK)
			return st;
		input_said(x, list, &in[i], &ds);
		if (!diagnoses_append(x->a, &all, &ds, in[i].name))
			return mw_fail(err, MW_ENOMEM, "too much at once");
		if (ends)
			ends[i] = all.n;
	}
	if (!all.n)
		nothing_said(x, &all);
	if (!diagnose_tree(x->a, &all, opt, x->root))
		all.more = true;
	limits_said(x, &all);
	for (struct rnode *m = x->root->first; m; m = m->next)
		if (sv_eq(m->key, SV("diagnoses")))
			x->items = m;
	/* Whoever a text is passed on to need not see the rest of the input. */
	if (ends && all.n && !opt->forward.n)
		sources_said(x, in, n, &all, ends);
	if (arena_failed(x->a))
		return mw_fail(err, MW_ENOMEM, "no memory for the answer");
	return MW_OK;
}

enum mw_status mw_explain(struct mw_ctx *ctx, const struct mw_input *inputs,
                          size_t n, const struct mw_explain_options *opt,
                          struct mw_answer **out, struct mw_err *err)
{
	struct mw_explain_options copy;
	struct diag_options o;
	struct mw_answer *x;
	struct classifier *c;
	enum mw_status st = sized_options(&opt, &copy, err);

	if (st == MW_OK)
		st = explain_options(opt, &o, err);
	if (st != MW_OK)
		return st;
	if (!inputs || !n || !out)
		return mw_fail(err, MW_EINVAL, "no input");
	c = ctx_take(ctx, &st, err);
	if (!c)
		return st;
	x = answer_new(EXPLAIN_MEMORY * (n < 16 ? n : 16), "explain");
	st = x ? explain_all(c, x, inputs, n, &o, err)
	       : mw_fail(err, MW_ENOMEM, "no memory");
	ctx_give(ctx, c);
	if (st == MW_OK && opt && opt->taxonomy) {
		x->class_path = class_path(opt->taxonomy);
		classes_said(x->a, x->items, opt->taxonomy);
	}
	if (st != MW_OK) {
		mw_answer_free(x);
		return st;
	}
	*out = x;
	return MW_OK;
}
