/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_notes.h"

#include "auth/spf_run.h"

struct notes {
	struct spf_note *note;
	size_t n;
	unsigned host_voids; /* hosts of mx without an address */
};

/* Each once. */
static void add(struct notes *o, const char *id, const char *engine,
                enum spf_result result)
{
	for (size_t i = 0; i < o->n; i++)
		if (!strcmp(o->note[i].id, id))
			return;
	if (o->n < SPF_NOTES_MAX)
		o->note[o->n++] = (struct spf_note){id, engine, result};
}

/* Faults that libspf2 does not see: it takes any text for a domain. */
static bool is_overlooked(const struct spf_record *r,
                          const struct spf_fault *f)
{
	const struct spf_term *t = f->term < r->n ? &r->term[f->term] : NULL;

	switch (f->id) {
	case SPF_FAULT_BAD_DOMAIN:
	case SPF_FAULT_MODIFIER_TWICE:
	case SPF_FAULT_COLON_MODIFIER:
		return true;
	case SPF_FAULT_NO_ARGUMENT:
		return t && sv_ends(t->text, SV(":"));
	case SPF_FAULT_BAD_CIDR: /* "/032" */
		return f->n > 1 && r->text.p[f->at] == '0';
	default:
		return false;
	}
}

static void about_faults(struct notes *o, const struct spf_record *r)
{
	bool seen = false, overlooked = false;

	for (size_t i = 0; i < r->nfaults; i++) {
		const struct spf_fault *f = &r->fault[i];

		if (!spf_fault_fatal(f->id))
			continue;
		if (is_overlooked(r, f))
			overlooked = true;
		else
			seen = true;
	}
	if (seen)
		add(o, "syntax-is-none", "libspf2", SPF_NONE);
	else if (overlooked)
		add(o, "syntax-overlooked", "libspf2", SPF_RESULT_N);
}

static void about_terms(struct notes *o, const struct spf_trace *t)
{
	const struct spf_record *r = t->record;
	size_t behind = t->matched != SIZE_MAX ? t->matched : r->n;

	for (size_t i = 0; i < r->n; i++) {
		const struct spf_term *m = &r->term[i];

		if ((m->has_bits4 && !m->bits4) || (m->has_bits6 && !m->bits6))
			add(o, "cidr-zero-is-syntax", "libspf2", SPF_NONE);
		if (m->kind == SPF_OTHER && sv_chr(m->name, '.') != SV_NPOS)
			add(o, "modifier-dot-is-syntax", "libspf2", SPF_NONE);
	}
	/* What stands behind it is not read any more, all neither. */
	if (r->redirect < behind && t->matched != SIZE_MAX)
		add(o, "redirect-at-its-place", "libspf2", SPF_RESULT_N);
	for (size_t i = 0; i < r->nfaults; i++)
		if (r->fault[i].id == SPF_FAULT_DUPLICATE &&
		    spf_kind_counts(r->term[r->fault[i].term].kind))
			add(o, "duplicates-count-once", "checkdmarc",
			    SPF_RESULT_N);
}

static void about_seen(struct notes *o, const struct spf_term *t,
                       const struct spf_seen *s)
{
	if (s->state == SPF_ERROR && s->why == SPF_WHY_TOO_MANY_VOIDS)
		add(o, "no-void-limit", "libspf2", SPF_RESULT_N);
	if (s->state == SPF_ERROR && s->why == SPF_WHY_TOO_MANY_TERMS &&
	    t->kind == SPF_INCLUDE)
		add(o, "include-over-limit", "libspf2", SPF_RESULT_N);
	if (s->state == SPF_ERROR && s->why == SPF_WHY_TOO_MANY_MX)
		add(o, "mx-over-limit", "libspf2", SPF_RESULT_N);
	if (t->kind == SPF_PTR && s->answer && s->answer->n > SPF_PTR_LIMIT)
		add(o, "ptr-over-limit", "libspf2", SPF_PERMERROR);
	for (size_t i = 0; t->kind == SPF_MX && i < s->nmore; i++)
		o->host_voids += spf_is_void(s->more[i]);
}

static void about(struct notes *o, const struct spf_trace *t)
{
	if (!t->record)
		return;
	if (t->why == SPF_WHY_SYNTAX)
		about_faults(o, t->record);
	if (!t->seen)
		return;
	about_terms(o, t);
	for (size_t i = 0; i < t->record->n; i++) {
		about_seen(o, &t->record->term[i], &t->seen[i]);
		if (t->seen[i].inner)
			about(o, t->seen[i].inner);
	}
}

size_t spf_notes(const struct spf_outcome *out,
                 struct spf_note notes[SPF_NOTES_MAX])
{
	struct notes o = {.note = notes};
	struct dns_name name;

	if (out->why == SPF_WHY_NO_DOMAIN &&
	    dns_name_plain(out->domain, &name) && dns_name_labels(&name) == 1)
		add(&o, "one-label-is-judged", "pyspf, libspf2", SPF_RESULT_N);
	if (out->top)
		about(&o, out->top);
	if (out->voids <= SPF_VOIDS_LIMIT &&
	    out->voids + o.host_voids > SPF_VOIDS_LIMIT)
		add(&o, "hosts-count-as-void", "pyspf", SPF_PERMERROR);
	return o.n;
}
