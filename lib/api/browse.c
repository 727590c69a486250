/* SPDX-License-Identifier: BSD-2-Clause */
/* `causes` and `rules`: the knowledge itself as answers. */
#include "api/api.h"
#include "classify/builtin.h"
#include "diagnose/diagnose.h"

/* All rules with their texts and examples make some MiB. */
#define BROWSE_MEMORY ((size_t)64 << 20)

static struct mw_answer *browse_new(const char *command)
{
	struct mw_answer *x = answer_new(BROWSE_MEMORY, command);

	if (x)
		x->items = rnode_list(x->a, x->root, sv_str(command));
	return x;
}

static enum mw_status done(struct mw_answer *x, struct mw_answer **out,
                           struct mw_err *err)
{
	if (arena_failed(x->a)) {
		mw_answer_free(x);
		return mw_fail(err, MW_ENOMEM, "no memory for the answer");
	}
	*out = x;
	return MW_OK;
}

static void put(struct mw_answer *x, struct rnode *n, const char *key, sv v)
{
	if (v.n)
		(void)rnode_string(x->a, n, sv_str(key), v);
}

static void cell(struct mw_answer *x, struct rnode *row, sv text)
{
	(void)rnode_string(x->a, row, SV(""), text);
}

static struct rnode *table(struct mw_answer *x, const char *const *head)
{
	struct rnode *t = rnode_prose(x->a, x->root, RNODE_TABLE, SV(""));
	struct rnode *row = rnode_list(x->a, t, SV(""));

	for (; *head; head++)
		cell(x, row, sv_str(*head));
	return t;
}

static void list_causes(struct mw_answer *x)
{
	static const char *const head[] = {"cause", "what it is", NULL};
	struct rnode *t = table(x, head);

	for (size_t i = 0; i < kb_ncauses; i++) {
		const struct kb_cause *c = &kb_causes[i];
		struct rnode *o = rnode_object(x->a, x->items, SV(""));
		struct rnode *row = rnode_list(x->a, t, SV(""));

		put(x, o, "cause", sv_str(c->id));
		put(x, o, "title", sv_str(c->title));
		put(x, o, "sisimai", sv_str(c->sisimai));
		put(x, o, "kumomta", sv_str(c->kumomta));
		put(x, o, "sparkpost", sv_str(c->sparkpost));
		put(x, o, "rfc3463", sv_str(c->rfc3463));
		cell(x, row, sv_str(c->id));
		cell(x, row, sv_str(c->title));
	}
}

enum mw_status mw_causes(struct mw_ctx *ctx, const char *id,
                         struct mw_answer **out, struct mw_err *err)
{
	struct mw_answer *x;
	const struct kb_cause *cause = id ? kb_cause(sv_str(id)) : NULL;
	enum mw_status st = MW_OK;

	if (!ctx || !out)
		return mw_fail(err, MW_EINVAL, "no context");
	if (id && !cause)
		return mw_fail(err, MW_ENOENT, "there is no cause \"%.60s\"",
		               id);
	x = browse_new("causes");
	if (!x)
		return mw_fail(err, MW_ENOMEM, "no memory");
	if (cause)
		st = diagnose_cause(x->a, cause, x->items, err);
	else
		list_causes(x);
	if (st != MW_OK) {
		mw_answer_free(x);
		return st;
	}
	return done(x, out, err);
}

/* A text as it is written in a rules file. */
static sv pattern_of(struct mw_answer *x, const struct ruleset *rs,
                     const struct text *t)
{
	struct buf b;
	sv out;

	buf_init(&b, 65536);
	for (uint32_t i = 0; i < t->elems.n; i++) {
		const struct elem *e = &rs->elems[t->elems.first + i];
		sv name = rs_str(rs, e->at);
		const char *kind;

		if (e->kind == ELEM_LITERAL) {
			buf_add(&b, sv_of(rs->words + e->at, e->len));
			continue;
		}
		if (e->kind == ELEM_STAR) {
			buf_addc(&b, '*');
			continue;
		}
		kind = slot_kind_name((enum slot_kind)e->slot);
		buf_addf(&b, "{%s", kind);
		if (e->hi)
			buf_addf(&b, ":%u-%u", e->lo, e->hi);
		if (name.n && !sv_eq(name, sv_str(slot_default_name(
		                               (enum slot_kind)e->slot))))
			buf_addf(&b, ":%.*s", SV_FMT(name));
		buf_addc(&b, '}');
	}
	out = buf_failed(&b) ? SV("") : arena_dup(x->a, buf_sv(&b));
	buf_fini(&b);
	return out;
}

static void strings(struct mw_answer *x, struct rnode *o, const char *key,
                    const char *label, const struct ruleset *rs,
                    struct rrange r)
{
	struct rnode *list, *row;

	if (!r.n)
		return;
	list = rnode_list(x->a, o, sv_str(key));
	row = rnode_row(x->a, o, label, SV(""));
	for (uint32_t i = 0; i < r.n; i++) {
		sv s = rs_str(rs, rs->strs[r.first + i]);

		cell(x, list, s);
		(void)rnode_prose(x->a, row, RNODE_PARAGRAPH, s);
	}
}

static void texts(struct mw_answer *x, struct rnode *o,
                  const struct ruleset *rs, const struct rule *r)
{
	struct rnode *list = rnode_list(x->a, o, SV("texts"));
	struct rnode *row = rnode_row(x->a, o, "Text", SV(""));

	for (uint32_t i = 0; i < r->texts.n; i++) {
		sv p = pattern_of(x, rs, &rs->texts[r->texts.first + i]);

		cell(x, list, p);
		(void)rnode_prose(x->a, row, RNODE_CODE, p);
	}
}

static void seen(struct mw_answer *x, struct rnode *o,
                 const struct ruleset *rs, const struct rule *r)
{
	struct rnode *list = rnode_list(x->a, o, SV("seen"));
	struct rnode *row = rnode_row(x->a, o, "Seen", SV(""));

	for (uint32_t i = 0; i < r->seen.n; i++) {
		sv s = rs_str(rs, rs->seen[r->seen.first + i].text);

		cell(x, list, s);
		(void)rnode_prose(x->a, row, RNODE_QUOTE, s);
	}
}

static void one_rule(struct mw_answer *x, const struct ruleset *rs,
                     const struct rule *r)
{
	struct rnode *o = rnode_object(x->a, x->items, SV(""));
	const struct kb_cause *cause = kb_cause(rs_str(rs, r->cause));
	sv file = arena_printf(x->a, "%s:%u", rs->pool + r->file, r->line);

	put(x, o, "rule", rs_str(rs, r->id));
	put(x, o, "cause", rs_str(rs, r->cause));
	put(x, o, "confidence",
	    sv_str(confidence_name((enum confidence)r->confidence)));
	put(x, o, "file", file);
	put(x, o, "since", rs_str(rs, r->since));
	put(x, o, "checked", rs_str(rs, r->checked));
	(void)rnode_prose(x->a, o, RNODE_HEADLINE, rs_str(rs, r->id));
	(void)rnode_row(x->a, o, "Cause",
	                arena_printf(x->a, "%s (%s), %s", cause->title,
	                             cause->id,
	                             confidence_name(
	                                 (enum confidence)r->confidence)));
	strings(x, o, "providers", "Provider", rs, r->providers);
	strings(x, o, "hosts", "Host", rs, r->hosts);
	texts(x, o, rs, r);
	seen(x, o, rs, r);
	strings(x, o, "refs", "Reference", rs, r->refs);
	(void)rnode_row(x->a, o, "File", file);
	(void)rnode_row(x->a, o, "Checked", rs_str(rs, r->checked));
}

static void list_rules(struct mw_answer *x, const struct ruleset *rs,
                       struct rnode *t)
{
	for (uint32_t i = 0; i < rs->nrules; i++) {
		const struct rule *r = &rs->rules[i];
		struct rnode *o = rnode_object(x->a, x->items, SV(""));
		struct rnode *row = rnode_list(x->a, t, SV(""));

		put(x, o, "rule", rs_str(rs, r->id));
		put(x, o, "cause", rs_str(rs, r->cause));
		put(x, o, "file", rs_str(rs, r->file));
		cell(x, row, rs_str(rs, r->id));
		cell(x, row, rs_str(rs, r->cause));
	}
}

static const struct rule *find_rule(const struct ruleset *rs, sv id)
{
	for (uint32_t i = 0; i < rs->nrules; i++)
		if (sv_eq(rs_str(rs, rs->rules[i].id), id))
			return &rs->rules[i];
	return NULL;
}

static enum mw_status fill_rules(struct mw_ctx *ctx, const char *id,
                                 struct mw_answer *x, struct mw_err *err)
{
	static const char *const head[] = {"rule", "cause", NULL};
	const struct ruleset *sets[] = {&ctx->user, &builtin_rules};
	struct rnode *t = id ? NULL : table(x, head);

	for (size_t i = 0; i < 2; i++) {
		const struct rule *r =
		    id ? find_rule(sets[i], sv_str(id)) : NULL;

		if (r) {
			one_rule(x, sets[i], r);
			return MW_OK;
		}
		if (!id)
			list_rules(x, sets[i], t);
	}
	return id ? mw_fail(err, MW_ENOENT, "there is no rule \"%.60s\"", id)
	          : MW_OK;
}

enum mw_status mw_rules(struct mw_ctx *ctx, const char *id,
                        struct mw_answer **out, struct mw_err *err)
{
	struct mw_answer *x;
	enum mw_status st = ctx_ready(ctx, err);

	if (st != MW_OK)
		return st;
	x = browse_new("rules");
	if (!x)
		return mw_fail(err, MW_ENOMEM, "no memory");
	st = fill_rules(ctx, id, x, err);
	if (st != MW_OK) {
		mw_answer_free(x);
		return st;
	}
	return done(x, out, err);
}
