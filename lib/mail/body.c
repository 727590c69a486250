/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/body.h"

static struct charset_anchor *keep(struct arena *a,
				   const struct charset_anchor *v, size_t n)
{
	struct charset_anchor *p = arena_alloc(a, n, sizeof(*v));

	if (p)
		memcpy(p, v, n * sizeof(*v));
	return p;
}

/* Undo the encoding; the result is in the tools. */
static bool decode(struct arena *a, struct recode_tools *tools,
		   struct body_text *t, sv *middle)
{
	struct sink *s = &tools->decoded;

	if (!sink_begin(s, t->raw.n, BODY_MAX))
		return false;
	t->defects |= transfer_decode(t->transfer, t->raw, s);
	if (s->cut)
		t->defects |= BODY_CUT;
	t->decoded = s->failed ? NULL : keep(a, s->v, s->nv);
	t->decoded_n = s->nv;
	*middle = sv_of(s->p, s->n);
	return t->decoded != NULL;
}

static bool read_part(struct arena *a, struct recode_tools *tools, sv charset,
		      bool html, struct body_text *t)
{
	sv middle = t->raw;
	struct recoded r;

	if (t->transfer != TRANSFER_NONE && t->raw.n &&
	    !decode(a, tools, t, &middle))
		return false;
	r = recode(tools, middle, sv_trim(charset), html);
	if (r.failed)
		return false;
	t->charset = r.charset;
	t->defects |= r.defects;
	t->single = r.single;
	t->middle_n = middle.n;
	if (r.n) {
		t->made = keep(a, r.anchors, r.n);
		t->made_n = r.n;
	}
	/* What is a view of raw stays one. */
	t->text = r.n || t->decoded_n ? arena_dup(a, r.text) : r.text;
	return !arena_failed(a);
}

static enum transfer kind_of(sv raw, sv encoding, unsigned *defects)
{
	enum transfer kind = transfer_named(encoding);

	if (kind == TRANSFER_YENC ||
	    (kind == TRANSFER_NONE && sv_starts(raw, SV("=ybegin ")))) {
		*defects |= BODY_YENC;
		return TRANSFER_NONE;
	}
	if (kind == TRANSFER_UNKNOWN) {
		*defects |= BODY_UNKNOWN_ENCODING;
		return TRANSFER_NONE;
	}
	if (kind == TRANSFER_NONE && transfer_is_uu(raw))
		return TRANSFER_UU;
	return kind;
}

enum mw_status body_text_with(struct arena *a, struct recode_tools *tools,
			      sv raw, sv encoding, sv charset, bool html,
			      struct body_text *out)
{
	struct recode_tools own = {0};
	struct body_text t = {.raw = raw};
	bool ok;

	t.transfer = kind_of(raw, encoding, &t.defects);
	ok = read_part(a, tools ? tools : &own, charset, html, &t);
	if (!tools)
		recode_tools_fini(&own);
	*out = ok ? t : (struct body_text){.charset = "US-ASCII"};
	return ok ? MW_OK : MW_ENOMEM;
}

enum mw_status body_text(struct arena *a, sv raw, sv encoding, sv charset,
			 bool html, struct body_text *out)
{
	return body_text_with(a, NULL, raw, encoding, charset, html, out);
}

size_t body_origin(const struct body_text *t, size_t at)
{
	if (t->made_n)
		at = recode_origin(t->text, t->made, t->made_n, t->single,
				   t->middle_n, at);
	if (t->decoded_n)
		at = transfer_origin(t->transfer, t->raw, t->decoded,
				     t->decoded_n, at);
	return at;
}
