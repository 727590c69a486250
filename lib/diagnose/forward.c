/* SPDX-License-Identifier: BSD-2-Clause */
/* The text to pass on: wording from data/forward, facts from the diagnosis. */
#include "diagnose/forward.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "diagnose/fill.h"
#include "kb/forward.h"

#define BODY_MAX ((size_t)64 << 10)
/* More of a reply than this tells nobody anything. */
#define QUOTE_MAX 2000

struct writer {
	struct arena *a;
	struct rnode *n;
	struct buf body; /* the same as one string, for data */
	const char *lang; /* of what stands in data/forward */
	bool facts;      /* the last lines were facts: no gap between them */
};

static void gap(struct writer *w, bool fact)
{
	if (w->body.n)
		buf_adds(&w->body, fact && w->facts ? "\n" : "\n\n");
	w->facts = fact;
}

static void paragraph(struct writer *w, sv text, const char *lang)
{
	struct rnode *n;

	gap(w, false);
	buf_add(&w->body, text);
	n = rnode_prose(w->a, w->n, RNODE_PARAGRAPH, text);
	if (n)
		n->lang = lang;
}

static void code(struct writer *w, sv text)
{
	gap(w, false);
	buf_adds(&w->body, "    ");
	buf_add(&w->body, text);
	(void)rnode_prose(w->a, w->n, RNODE_CODE, text);
}

/* "label | value" */
static void fact(struct writer *w, const struct diagnosis *d, const char *text)
{
	sv value = sv_str(text), label = sv_trim(sv_cut(&value, '|')), out;
	char *z = sv_dupz(w->a, sv_trim(value));

	if (!z || !fill_text(w->a, d, z, SLOTS_PROSE, &out))
		return;
	gap(w, true);
	out = arena_printf(w->a, "%.*s: %.*s", SV_FMT(label), SV_FMT(out));
	buf_add(&w->body, out);
	(void)rnode_prose(w->a, w->n, RNODE_CODE, out);
}

static bool in_local_part(char c)
{
	return is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

/* Who wrote to whom is nobody's business who need not know. */
static sv masked(struct arena *a, sv s)
{
	struct buf b;
	sv out;

	buf_init(&b, QUOTE_MAX * 4);
	for (size_t i = 0; i < s.n; i++) {
		size_t from = b.n;

		if (s.p[i] == '@') {
			while (from && in_local_part(b.p[from - 1]))
				from--;
			if (from < b.n) {
				b.n = from;
				buf_adds(&b, "...");
			}
		}
		buf_addc(&b, s.p[i]);
	}
	out = buf_failed(&b) ? SV("") : arena_dup(a, buf_sv(&b));
	buf_fini(&b);
	return out;
}

static void quote(struct writer *w, const struct diagnosis *d, bool mask)
{
	char status[ESTATUS_TEXT];
	bool set = estatus_is_set(d->reply.status);
	sv text = sv_head(mtext_sv(&d->reply.text), QUOTE_MAX);

	if (d->reply.code)
		text = arena_printf(w->a, "%u%s%s %.*s", d->reply.code,
		                    set ? " " : "",
		                    set ? estatus_format(d->reply.status, status)
		                        : "",
		                    SV_FMT(text));
	if (text.n)
		code(w, mask ? masked(w->a, text) : text);
}

static void steps(struct writer *w, const struct diagnosis *d)
{
	for (size_t i = 0; i < d->nfix; i++) {
		const struct diag_step *s = &d->fix[i];

		paragraph(w,
		          arena_printf(w->a, "%zu. %s%s%.*s", i + 1, s->where,
		                       s->where[0] ? ": " : "",
		                       SV_FMT(s->text)),
		          NULL);
		if (s->record.op.n)
			code(w, arena_printf(w->a, "%.*s %.*s %.*s",
			                     SV_FMT(s->record.name),
			                     SV_FMT(s->record.type),
			                     SV_FMT(s->record.value)));
		if (s->command.n)
			code(w, s->command);
	}
}

static void item(struct writer *w, const struct diagnosis *d,
                 const struct forward_item *it)
{
	sv text;

	switch ((enum forward_kind)it->kind) {
	case FORWARD_TEXT:
		if (fill_text(w->a, d, it->text, SLOTS_PROSE, &text))
			paragraph(w, text, w->lang);
		break;
	case FORWARD_FACT:
		fact(w, d, it->text);
		break;
	case FORWARD_QUOTE:
	case FORWARD_MASKED:
		quote(w, d, it->kind == FORWARD_MASKED);
		break;
	case FORWARD_VERDICT:
		paragraph(w, d->verdict, NULL);
		break;
	case FORWARD_STEPS:
		steps(w, d);
		break;
	default:
		break;
	}
}

/*
 * At a provider for everybody no administrator reads mail about one
 * recipient: there is a form, or nothing.
 */
static sv reader_of(const struct diagnosis *d, sv to)
{
	bool mailbox = d->cl.provider &&
	               d->cl.provider->kind == PROVIDER_MAILBOX;

	if (!to.n)
		to = d->actor;
	if (!sv_eq(to, SV("recipient-admin")) ||
	    diag_value(d, SV("recipient_org")).n)
		return to;
	return mailbox || diag_value(d, SV("recipient_domain")).n
	           ? SV("provider-form")
	           : to;
}

/* Slots that only these texts have. */
static struct diagnosis with_words(struct arena *a, const struct diagnosis *d)
{
	struct diagnosis x = *d;

	x.values = arena_alloc(a, DIAG_MAX_VALUES + 1, sizeof(*x.values));
	if (!x.values)
		return *d;
	for (size_t i = 0; i < d->nvalues; i++)
		x.values[i] = d->values[i];
	x.values[x.nvalues++] =
	    (struct diag_value){SV("title"), sv_str(d->cause->title)};
	return x;
}

void diag_forward(struct arena *a, struct rnode *n, const struct diagnosis *d,
                  sv lang, sv to)
{
	sv reader = reader_of(d, to), subject = SV("");
	const struct forward_text *t =
	    forward_find(lang, reader, sv_str(d->cause->id));
	struct writer w = {.a = a, .n = n};
	struct diagnosis x;
	struct rnode *o;

	if (!t || !n)
		return;
	w.lang = t->lang;
	x = with_words(a, d);
	if (!fill_text(a, &x, t->subject, SLOTS_PROSE, &subject))
		subject = sv_str(d->cause->title);
	(void)rnode_row(a, n, "To",
	                sv_eq(reader, SV("provider-form"))
	                    ? SV("the provider's contact form")
	                    : sv_str(kb_actor_words(reader)));
	o = rnode_row(a, n, "Subject", subject);
	if (o)
		o->lang = t->lang;
	buf_init(&w.body, BODY_MAX);
	for (uint32_t i = 0; i < t->nitems; i++)
		item(&w, &x, &forward_items[t->item + i]);
	o = rnode_object(a, n, SV("forward"));
	(void)rnode_string(a, o, SV("to"), reader);
	(void)rnode_string(a, o, SV("lang"), lang);
	(void)rnode_string(a, o, SV("subject"), subject);
	(void)rnode_string(a, o, SV("body"),
	                   arena_dup(a, buf_sv(&w.body)));
	buf_fini(&w.body);
}
