/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "api/api.h"
#include "render/render.h"

/* Of the JSON shapes; grows only when a shape stops being additive. */
#define SCHEMA 1
/* One paste makes at most some MiB; rules and causes about one. */
#define ANSWER_TEXT_MAX ((size_t)512 << 20)

struct mw_answer *answer_new(size_t limit, const char *command)
{
	struct mw_answer *x = calloc(1, sizeof(*x));
	struct rnode *tool;

	if (!x)
		return NULL;
	buf_init(&x->text, ANSWER_TEXT_MAX);
	x->a = arena_new(limit);
	x->root = x->a ? rnode_new(x->a, RNODE_OBJECT) : NULL;
	if (!x->root) {
		mw_answer_free(x);
		return NULL;
	}
	(void)rnode_number(x->a, x->root, SV("schema"), SCHEMA);
	tool = rnode_object(x->a, x->root, SV("tool"));
	(void)rnode_string(x->a, tool, SV("name"), SV("mailwhy"));
	(void)rnode_string(x->a, tool, SV("version"), sv_str(mw_version()));
	(void)rnode_string(x->a, x->root, SV("command"), sv_str(command));
	return x;
}

void mw_answer_free(struct mw_answer *x)
{
	if (!x)
		return;
	buf_fini(&x->text);
	arena_free(x->a);
	free(x);
}

static bool is_item(const struct rnode *n)
{
	return n->kind == RNODE_OBJECT;
}

size_t mw_answer_count(const struct mw_answer *x)
{
	size_t n = 0;

	if (!x || !x->items)
		return 0;
	for (const struct rnode *i = x->items->first; i; i = i->next)
		n += is_item(i);
	return n;
}

static const struct rnode *item_at(const struct mw_answer *x, size_t i)
{
	const struct rnode *n = x && x->items ? x->items->first : NULL;

	for (; n; n = n->next)
		if (is_item(n) && !i--)
			return n;
	return NULL;
}

const char *mw_answer_get(const struct mw_answer *x, size_t i,
                          const char *path)
{
	const struct rnode *n = item_at(x, i);
	sv rest = sv_str(path);

	while (n && rest.n)
		n = rnode_get(n, sv_cut(&rest, '.'));
	if (!n || n->kind != RNODE_STRING)
		return NULL;
	return sv_dupz(x->a, n->text);
}

void answer_csv(const struct rnode *items, const char *path, bool head,
                struct buf *out)
{
	const struct render_column diagnoses[] = {
	    {"file", "source.file"},
	    {"recipient", "recipient"},
	    {"action", "action"},
	    {"cause", "cause"},
	    {"confidence", "confidence"},
	    {"actor", "actor"},
	    {"permanence_claimed", "permanence.claimed"},
	    {"permanence_actual", "permanence.actual"},
	    {"retry", "retry.helps"},
	    {"provider", "spoke.provider"},
	    {"host", "spoke.host"},
	    {"code", "reply.code"},
	    {"status", "reply.status"},
	    {"tag", "values.tag"},
	    {"text", "reply.text"},
	    {"class", path},
	};

	render_csv(items, diagnoses,
	           sizeof(diagnoses) / sizeof(*diagnoses) - !path, head, out);
}

static void csv(const struct mw_answer *x, struct buf *out)
{
	static const struct render_column causes[] = {
	    {"cause", "cause"},         {"title", "title"},
	    {"sisimai", "sisimai"},     {"kumomta", "kumomta"},
	    {"sparkpost", "sparkpost"}, {"rfc3463", "rfc3463"},
	};
	static const struct render_column sums[] = {
	    {"count", "count"},
	    {"action", "action"},
	    {"cause", "cause"},
	    {"title", "title"},
	};
	static const struct render_column classes[] = {
	    {"count", "count"},
	    {"action", "action"},
	    {"class", "class"},
	};
	static const struct render_column rules[] = {
	    {"rule", "rule"},
	    {"cause", "cause"},
	};
	const struct rnode *command = rnode_get(x->root, SV("command"));
	sv name = command ? command->text : SV("");

#define CSV(cols)                                                              \
	render_csv(x->items, cols, sizeof(cols) / sizeof(*cols), true, out)
	if (sv_eq(name, SV("causes")))
		CSV(causes);
	else if (sv_eq(name, SV("rules")))
		CSV(rules);
	else if (sv_eq(name, SV("summary")) && x->class_path)
		CSV(classes);
	else if (sv_eq(name, SV("summary")))
		CSV(sums);
	else
		answer_csv(x->items, x->class_path, true, out);
#undef CSV
}

/* Programs that read many lines look these up by the cause. */
static const sv long_members[] = {SV_INIT("explain"), SV_INIT("fix"),
                                  SV_INIT("verify"), SV_INIT("refs"),
                                  SV_INIT("")};

/* What one answer says tells its page from others. */
static sv page_title(const struct mw_answer *x)
{
	const struct rnode *o = item_at(x, 0);
	const struct rnode *n = o && !item_at(x, 1) ? o->first : NULL;

	while (n && n->kind != RNODE_HEADLINE)
		n = n->next;
	return n ? n->text : SV("mailwhy");
}

static void render(struct mw_answer *x, const struct mw_render_options *opt,
                   const struct render_options *r)
{
	switch (opt ? opt->format : MW_FORMAT_TEXT) {
	case MW_FORMAT_JSON:
		render_json(x->root, opt->compact ? 0 : 2, &x->text);
		break;
	case MW_FORMAT_JSONL:
		render_jsonl(x->items, opt->full ? NULL : long_members,
		             &x->text);
		break;
	case MW_FORMAT_CSV:
		csv(x, &x->text);
		break;
	case MW_FORMAT_HTML:
		render_html(x->root, SV("mailwhy"), page_title(x), r->depth,
		            &x->text);
		break;
	default:
		render_text(x->root, r, &x->text);
		break;
	}
}

enum mw_status mw_answer_render(struct mw_answer *x,
                                const struct mw_render_options *opt,
                                const char **text, size_t *n)
{
	struct render_options r = {RDEPTH_NORMAL, 80, false};
	struct mw_render_options copy;

	if (!x || !text || !n)
		return MW_EINVAL;
	if (opt) {
		if (!sized_in(&copy, sizeof(copy), opt))
			return MW_EINVAL;
		opt = &copy;
		r.depth = (enum rdepth)opt->depth;
		r.width = opt->width ? opt->width : 80;
		r.colour = opt->colour != 0;
	}
	buf_reset(&x->text);
	render(x, opt, &r);
	*n = x->text.n;
	buf_addc(&x->text, '\0');
	if (buf_failed(&x->text))
		return MW_ENOMEM;
	*text = x->text.p;
	return MW_OK;
}
