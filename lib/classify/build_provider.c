/* SPDX-License-Identifier: BSD-2-Clause */
/* "Provider:" stanzas: who it is, its steps, and facts with references. */
#include "base/ascii.h"
#include "classify/build.h"
#include "classify/classify.h"
#include "classify/facts.h"
#include "classify/slot.h"
#include "kb/kb.h"

static bool provider_kind(struct rules_builder *b, const struct stanza *s,
                          struct provider *p)
{
	static const char *const names[] = {"mailbox", "gateway", "sending",
	                                    "software"};
	sv kind = stanza_get(s, "Kind");

	for (unsigned i = 0; i < 4; i++)
		if (sv_eq(kind, sv_str(names[i]))) {
			p->kind = (uint8_t)i;
			return true;
		}
	build_complain(b, s->line, "unknown Kind \"%.*s\"", SV_FMT(kind));
	return false;
}

/* A cause, or an area followed by ".*". */
static bool is_cause(sv id)
{
	if (kb_cause(id))
		return true;
	for (size_t i = 0; sv_ends(id, SV(".*")) && i < kb_ncauses; i++)
		if (cause_covers(id, sv_str(kb_causes[i].id)))
			return true;
	return false;
}

/* "CAUSE | KIND | text" */
static bool add_step(struct rules_builder *b, const struct field *f)
{
	sv text = f->value, cause = sv_trim(sv_cut(&text, '|'));
	sv kind = sv_trim(sv_cut(&text, '|'));
	struct provider_step st;

	text = sv_trim(text);
	if (!is_cause(cause) || !kb_is_step_kind(kind) || !text.n) {
		build_complain(b, f->line, "Step is CAUSE | KIND | text");
		return false;
	}
	st.cause = build_str(b, cause);
	st.kind = build_str(b, kind);
	st.text = build_str(b, text);
	if (!BUILD_ROOM(b, steps, RULE_TEXTS_MAX))
		return false;
	b->steps.v[b->steps.n++] = st;
	return true;
}

/* "PATTERN | what it means"; the pattern is one like a Text. */
static bool tag(struct rules_builder *b, const struct field *f,
                struct provider_fact *out)
{
	sv text = f->value;
	struct field pattern = *f;

	pattern.value = sv_trim(sv_cut(&text, '|'));
	text = sv_trim(text);
	if (!pattern.value.n || !text.n) {
		build_complain(b, f->line, "Tag is PATTERN | what it means");
		return false;
	}
	out->kind = FACT_TAG;
	out->text = build_str(b, text);
	out->pattern = (uint32_t)b->texts.n;
	return build_text(b, &pattern, 0);
}

/* "10", "0.3" or "25M", so that programs can compare. */
static bool is_amount(sv v)
{
	size_t points = 0;

	if (sv_ends(v, SV("M")))
		v.n--;
	for (size_t i = 0; i < v.n; i++) {
		if (!is_digit(v.p[i]) && v.p[i] != '.')
			return false;
		points += v.p[i] == '.';
	}
	return v.n > points && points < 2;
}

/* "NAME | AMOUNT | sentence" */
static bool limit(struct rules_builder *b, const struct field *f,
                  struct provider_fact *out)
{
	sv text = f->value, name = sv_trim(sv_cut(&text, '|'));
	sv value = sv_trim(sv_cut(&text, '|'));

	text = sv_trim(text);
	if (!limit_causes(name) || !is_amount(value) || !text.n) {
		build_complain(b, f->line,
		               "Limit is NAME | AMOUNT | sentence");
		return false;
	}
	out->kind = FACT_LIMIT;
	out->name = build_str(b, name);
	out->value = build_str(b, value);
	out->text = build_str(b, text);
	return true;
}

/* "CAUSE, CAUSE | where | what one does there" */
static bool portal(struct rules_builder *b, const struct field *f,
                   struct provider_fact *out)
{
	sv text = f->value, causes = sv_trim(sv_cut(&text, '|'));
	sv where = sv_trim(sv_cut(&text, '|')), rest = causes;
	bool ok = causes.n > 0;

	text = sv_trim(text);
	while (rest.n)
		ok &= is_cause(sv_trim(sv_cut(&rest, ',')));
	if (!ok || !text.n ||
	    (!sv_starts(where, SV("https://")) &&
	     !sv_starts(where, SV("http://")) && !is_mailbox(where))) {
		build_complain(b, f->line, "Portal is CAUSES | link or address "
		               "| what one does there");
		return false;
	}
	out->kind = FACT_PORTAL;
	out->name = build_str(b, causes);
	out->value = build_str(b, where);
	out->text = build_str(b, text);
	return true;
}

/* The first field of that name below the i-th, else of the stanza. */
static sv below(const struct stanza *s, size_t i, const char *name)
{
	for (; i < s->n; i++)
		if (sv_eq(s->fields[i].name, sv_str(name)))
			return s->fields[i].value;
	return SV("");
}

/* A fact's reference and date stand below it; facts may share them. */
static bool add_fact(struct rules_builder *b, const struct stanza *s, size_t i,
                     bool (*parse)(struct rules_builder *,
                                   const struct field *,
                                   struct provider_fact *))
{
	struct provider_fact fact = {0};
	sv ref = below(s, i, "Ref"), checked = below(s, i, "Checked");

	if (!parse(b, &s->fields[i], &fact))
		return false;
	if (!ref.n || !checked.n) {
		build_complain(b, s->fields[i].line,
		               "no Ref and Checked below this fact");
		return false;
	}
	fact.ref = build_str(b, ref);
	fact.checked = build_str(b, checked);
	if (!BUILD_ROOM(b, facts, RULE_TEXTS_MAX))
		return false;
	b->facts.v[b->facts.n++] = fact;
	return true;
}

static bool add_one(struct rules_builder *b, const struct stanza *s, size_t i)
{
	const struct field *f = &s->fields[i];

	if (sv_eq(f->name, SV("Step")))
		return add_step(b, f);
	if (sv_eq(f->name, SV("Tag")))
		return add_fact(b, s, i, tag);
	if (sv_eq(f->name, SV("Limit")))
		return add_fact(b, s, i, limit);
	if (sv_eq(f->name, SV("Portal")))
		return add_fact(b, s, i, portal);
	return true;
}

static bool add_repeated(struct rules_builder *b, const struct stanza *s,
                         struct provider *p)
{
	/* Marks stand together: the patterns of tags are texts, too. */
	p->marks.first = (uint32_t)b->texts.n;
	for (size_t i = 0; i < s->n; i++)
		if (sv_eq(s->fields[i].name, SV("Mark")) &&
		    !build_text(b, &s->fields[i], 0))
			return false;
	p->marks.n = (uint32_t)b->texts.n - p->marks.first;
	p->steps.first = (uint32_t)b->steps.n;
	p->facts.first = (uint32_t)b->facts.n;
	for (size_t i = 0; i < s->n; i++)
		if (!add_one(b, s, i))
			return false;
	p->steps.n = (uint32_t)b->steps.n - p->steps.first;
	p->facts.n = (uint32_t)b->facts.n - p->facts.first;
	return true;
}

static struct provider_key key_of(const struct rules_builder *b, rstr text,
                                  enum provider_key_kind kind)
{
	return provider_key_of(sv_str(b->pool.v + text), kind, text,
	                       (uint16_t)b->providers.n);
}

static bool add_name(struct rules_builder *b, rstr text,
                     enum provider_key_kind kind)
{
	if (!BUILD_ROOM(b, names, RULE_TEXTS_MAX))
		return false;
	b->names.v[b->names.n++] = key_of(b, text, kind);
	return true;
}

static bool add_hosts(struct rules_builder *b, struct rrange list,
                      enum provider_key_kind kind)
{
	for (uint32_t i = 0; i < list.n; i++) {
		if (!BUILD_ROOM(b, hosts, RULE_TEXTS_MAX))
			return false;
		b->hosts.v[b->hosts.n++] =
		    key_of(b, b->strs.v[list.first + i], kind);
	}
	return true;
}

static bool add_keys(struct rules_builder *b, const struct provider *p)
{
	if (!add_name(b, p->id, KEY_NAME) || !add_name(b, p->name, KEY_NAME))
		return false;
	for (uint32_t i = 0; i < p->aliases.n; i++)
		if (!add_name(b, b->strs.v[p->aliases.first + i], KEY_ALIAS))
			return false;
	return add_hosts(b, p->submission, KEY_SUBMISSION) &&
	       add_hosts(b, p->hosts, KEY_HOST);
}

bool build_provider(struct rules_builder *b, const struct stanza *s)
{
	static const char *const names[] = {
	    "Provider",   "Name", "Kind", "Alias",   "Host",
	    "Submission", "Mark", "Step", "Checked", "Ref",
	    "Since",      "Note", "Tag",  "Limit",   "Portal",
	    "Rules",      NULL};
	struct provider p = {0};

	if (!build_known(b, s, names) || !provider_kind(b, s, &p))
		return false;
	p.id = build_str(b, s->fields[0].value);
	p.checked = build_str(b, stanza_get(s, "Checked"));
	p.rules = build_str(b, stanza_get(s, "Rules"));
	p.name = build_str(b, stanza_get(s, "Name"));
	if (!p.name || !stanza_get(s, "Checked").n) {
		build_complain(b, s->line, "provider without Name or Checked");
		return false;
	}
	if (!build_list(b, stanza_get(s, "Alias"), &p.aliases) ||
	    !build_list(b, stanza_get(s, "Host"), &p.hosts) ||
	    !build_list(b, stanza_get(s, "Submission"), &p.submission) ||
	    !add_repeated(b, s, &p) || !add_keys(b, &p) ||
	    !BUILD_ROOM(b, providers, RULES_MAX))
		return false;
	b->providers.v[b->providers.n++] = p;
	return true;
}

