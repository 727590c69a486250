/* SPDX-License-Identifier: BSD-2-Clause */
/* A "Rule:" stanza, field by field. */
#include "base/ascii.h"
#include "classify/build.h"
#include "kb/kb.h"

const char *confidence_name(enum confidence c)
{
	static const char *const names[] = {"none", "possible", "likely",
	                                    "certain"};

	return names[c <= CONF_CERTAIN ? c : 0];
}

enum confidence confidence_from(sv name)
{
	for (unsigned c = CONF_POSSIBLE; c <= CONF_CERTAIN; c++)
		if (sv_eq(name, sv_str(confidence_name((enum confidence)c))))
			return (enum confidence)c;
	return CONF_NONE;
}

struct ctx {
	struct rules_builder *b;
	struct rule *r;
	const struct field *f;
};

static bool bad(struct ctx *c, const char *what)
{
	build_complain(c->b, c->f->line, "%s: unknown %s \"%.*s\"",
	               c->f->name.n ? "field" : "", what,
	               SV_FMT(c->f->value));
	return false;
}

static bool set_id(struct ctx *c)
{
	sv id = c->f->value;
	size_t dot = sv_chr(id, '.');

	for (size_t i = 0; i < id.n; i++)
		if (!is_lower(id.p[i]) && !is_digit(id.p[i]) &&
		    id.p[i] != '.' && id.p[i] != '-')
			return bad(c, "rule id (a-z 0-9 . -)");
	if (dot == SV_NPOS || !dot || dot + 1 == id.n)
		return bad(c, "rule id (area.name)");
	c->r->id = build_str(c->b, id);
	return true;
}

static bool set_providers(struct ctx *c)
{
	return build_list(c->b, c->f->value, &c->r->providers);
}

static bool set_hosts(struct ctx *c)
{
	return build_list(c->b, c->f->value, &c->r->hosts);
}

static bool set_stage(struct ctx *c)
{
	sv rest = c->f->value;
	enum smtp_stage s;

	while (rest.n) {
		if (!smtp_stage_from(sv_trim(sv_cut(&rest, '|')), &s))
			return bad(c, "stage");
		c->r->stages |= (uint16_t)(1u << s);
	}
	return true;
}

static bool set_form(struct ctx *c)
{
	sv rest = c->f->value;
	enum ev_form f;

	while (rest.n) {
		if (!ev_form_from(sv_trim(sv_cut(&rest, '|')), &f))
			return bad(c, "form");
		c->r->forms |= (uint16_t)(1u << f);
	}
	return true;
}

static bool set_direction(struct ctx *c)
{
	enum ev_direction d;

	if (!ev_direction_from(c->f->value, &d))
		return bad(c, "direction");
	c->r->direction = (uint8_t)d;
	return true;
}

/* A code, or its class as 400 and 500 ("4xx", "5xx") with bit 15. */
static bool set_reply(struct ctx *c)
{
	struct rules_builder *b = c->b;
	sv rest = c->f->value;

	c->r->codes.first = (uint32_t)b->codes.n;
	while (rest.n) {
		sv part = sv_trim(sv_cut(&rest, '|'));
		uint32_t v;

		if (sv_eq(part, SV("4xx")) || sv_eq(part, SV("5xx")))
			v = 0x8000u | (uint32_t)(part.p[0] - '0');
		else if (!sv_u32(part, 599, &v) || v < 200)
			return bad(c, "reply code");
		if (!BUILD_ROOM(b, codes, RULE_TEXTS_MAX))
			return false;
		b->codes.v[b->codes.n++] = (uint16_t)v;
		c->r->codes.n++;
	}
	return true;
}

/* One of the three numbers of a status; "x" is any. */
static bool status_part(sv s, uint16_t *lo, uint16_t *hi, bool *any)
{
	uint32_t v;

	*any = sv_eq(s, SV("x"));
	if (*any) {
		*lo = 0;
		*hi = 999;
		return true;
	}
	if (!sv_u32(s, 999, &v))
		return false;
	*lo = *hi = (uint16_t)v;
	return true;
}

static bool status_one(sv s, struct status_range *out)
{
	sv class = sv_cut(&s, '.'), subject = sv_cut(&s, '.');
	uint16_t lo, hi;
	bool any_class, any_subject, any_detail;

	if (!status_part(class, &lo, &hi, &any_class) ||
	    !status_part(subject, &out->subject_lo, &out->subject_hi,
	                 &any_subject) ||
	    !status_part(s, &out->detail_lo, &out->detail_hi, &any_detail))
		return false;
	if (!any_class && lo != 2 && lo != 4 && lo != 5)
		return false;
	out->class = any_class ? STATUS_ANY_CLASS : lo;
	out->rank = any_subject ? RANK_CLASS
	            : any_detail ? RANK_SUBJECT
	                         : RANK_EXACT;
	return (!any_class || !any_subject) && (!any_subject || any_detail);
}

static bool status_range(sv s, struct status_range *out)
{
	sv hi = s, lo = sv_cut(&hi, '-');
	struct status_range end;

	if (!status_one(lo, out))
		return false;
	if (!hi.n)
		return true;
	if (!status_one(hi, &end) || out->rank != RANK_EXACT ||
	    end.rank != RANK_EXACT ||
	    end.class != out->class || end.subject_lo != out->subject_lo ||
	    end.detail_lo < out->detail_lo)
		return false;
	out->detail_hi = end.detail_lo;
	out->rank = RANK_RANGE;
	return true;
}

static bool set_status(struct ctx *c)
{
	struct rules_builder *b = c->b;
	sv rest = c->f->value;

	c->r->statuses.first = (uint32_t)b->statuses.n;
	while (rest.n) {
		struct status_range r = {0};

		if (!status_range(sv_trim(sv_cut(&rest, '|')), &r))
			return bad(c, "status");
		if (!BUILD_ROOM(b, statuses, RULE_TEXTS_MAX))
			return false;
		b->statuses.v[b->statuses.n++] = r;
		c->r->statuses.n++;
	}
	return true;
}

static bool set_cause(struct ctx *c)
{
	if (!kb_cause(c->f->value))
		return bad(c, "cause");
	c->r->cause = build_str(c->b, c->f->value);
	return true;
}

static bool set_confidence(struct ctx *c)
{
	c->r->confidence = (uint8_t)confidence_from(c->f->value);
	return c->r->confidence || bad(c, "confidence");
}

/* "CAUSE CONFIDENCE: question" */
static bool set_also(struct ctx *c)
{
	struct rules_builder *b = c->b;
	sv question = c->f->value, head = sv_cut(&question, ':');
	sv cause = sv_word(&head);
	struct rule_also a = {0};

	a.confidence = (uint8_t)confidence_from(sv_trim(head));
	if (!kb_cause(cause))
		return bad(c, "cause");
	if (!a.confidence)
		return bad(c, "confidence");
	a.cause = build_str(b, cause);
	a.question = build_str(b, sv_trim(question));
	if (!BUILD_ROOM(b, also, RULE_TEXTS_MAX))
		return false;
	if (!c->r->also.n)
		c->r->also.first = (uint32_t)b->also.n;
	b->also.v[b->also.n++] = a;
	c->r->also.n++;
	return true;
}

static bool set_actor(struct ctx *c)
{
	c->r->actor = build_str(c->b, c->f->value);
	return kb_is_actor(c->f->value) || bad(c, "actor");
}

static bool set_heals(struct ctx *c)
{
	c->r->heals = build_str(c->b, c->f->value);
	return kb_is_permanence(c->f->value) || bad(c, "permanence");
}

static bool set_retry(struct ctx *c)
{
	sv rest = c->f->value;

	c->r->retry = build_str(c->b, c->f->value);
	return kb_is_retry(sv_word(&rest)) || bad(c, "retry");
}

static bool set_scope(struct ctx *c)
{
	c->r->scope = build_str(c->b, c->f->value);
	return kb_is_scope(c->f->value) || bad(c, "scope");
}

static bool set_spoke(struct ctx *c)
{
	enum ev_spoke s;

	if (!ev_spoke_from(c->f->value, &s))
		return bad(c, "speaker");
	c->r->spoke = (uint8_t)s;
	return true;
}

static bool set_fix(struct ctx *c)
{
	c->r->fix = build_str(c->b, c->f->value);
	return kb_cause(c->f->value) || bad(c, "cause");
}

static bool set_since(struct ctx *c)
{
	c->r->since = build_str(c->b, c->f->value);
	return true;
}

static bool set_checked(struct ctx *c)
{
	sv v = c->f->value;

	c->r->checked = build_str(c->b, v);
	return (v.n >= 7 && v.p[4] == '-' && is_digit(v.p[0])) ||
	       bad(c, "date (YYYY-MM)");
}

static bool set_seen(struct ctx *c)
{
	struct rules_builder *b = c->b;
	struct rule_seen s = {.line = c->f->line};

	s.text = build_str(b, c->f->value);
	if (!BUILD_ROOM(b, seen, RULE_TEXTS_MAX))
		return false;
	if (!c->r->seen.n)
		c->r->seen.first = (uint32_t)b->seen.n;
	b->seen.v[b->seen.n++] = s;
	c->r->seen.n++;
	return true;
}

static struct rule_seen *last_seen(struct ctx *c)
{
	if (c->r->seen.n)
		return &c->b->seen.v[c->b->seen.n - 1];
	build_complain(c->b, c->f->line, "%.*s without a Seen before it",
	               SV_FMT(c->f->name));
	return NULL;
}

static bool set_source(struct ctx *c)
{
	struct rule_seen *s = last_seen(c);

	if (s)
		s->source = build_str(c->b, c->f->value);
	return s != NULL;
}

static bool with_one(struct ctx *c, struct rule_seen *s, sv key, sv value)
{
	enum smtp_stage stage;
	enum ev_form form;
	enum ev_direction direction;

	if (sv_eq(key, SV("host")))
		s->host = build_str(c->b, value);
	else if (sv_eq(key, SV("provider")))
		s->provider = build_str(c->b, value);
	else if (sv_eq(key, SV("stage")) && smtp_stage_from(value, &stage))
		s->stage = (uint8_t)stage;
	else if (sv_eq(key, SV("form")) && ev_form_from(value, &form))
		s->form = (uint8_t)form;
	else if (sv_eq(key, SV("direction")) &&
	         ev_direction_from(value, &direction))
		s->direction = (uint8_t)direction;
	else
		return bad(c, "With");
	return true;
}

static bool set_with(struct ctx *c)
{
	struct rule_seen *s = last_seen(c);
	sv rest = c->f->value, word;

	while (s && (word = sv_word(&rest)).n) {
		sv value = word, key = sv_cut(&value, '=');

		if (!with_one(c, s, key, value))
			return false;
	}
	return s != NULL;
}

static bool set_ref(struct ctx *c)
{
	struct rules_builder *b = c->b;

	if (!BUILD_ROOM(b, strs, RULE_TEXTS_MAX))
		return false;
	b->strs.v[b->strs.n] = build_str(b, c->f->value);
	if (!c->r->refs.n)
		c->r->refs.first = (uint32_t)b->strs.n;
	b->strs.n++;
	c->r->refs.n++;
	return true;
}

static bool set_text(struct ctx *c)
{
	(void)c; /* texts and nots are gathered apart: see below */
	return true;
}

/* clang-format off */
static const struct {
	const char *name;
	bool (*set)(struct ctx *);
	bool many;
} fields[] = {
	{"Rule", set_id, false}, {"Provider", set_providers, false},
	{"Host", set_hosts, false}, {"Stage", set_stage, false},
	{"Form", set_form, false}, {"Direction", set_direction, false},
	{"Reply", set_reply, false}, {"Status", set_status, false},
	{"Text", set_text, true}, {"Not", set_text, true},
	{"Cause", set_cause, false}, {"Confidence", set_confidence, false},
	{"Also", set_also, true}, {"Actor", set_actor, false},
	{"Heals", set_heals, false}, {"Retry", set_retry, false},
	{"Scope", set_scope, false}, {"Spoke", set_spoke, false},
	{"Fix", set_fix, false}, {"Since", set_since, false},
	{"Checked", set_checked, false}, {"Seen", set_seen, true},
	{"With", set_with, true}, {"Source", set_source, true},
	{"Ref", set_ref, true},
};
/* clang-format on */

#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

static bool set_field(struct ctx *c, unsigned *had)
{
	for (size_t i = 0; i < NFIELDS; i++) {
		if (!sv_eq(c->f->name, sv_str(fields[i].name)))
			continue;
		if (!fields[i].many && *had & 1u << i) {
			build_complain(c->b, c->f->line, "%s given twice",
			               fields[i].name);
			return false;
		}
		*had |= 1u << i;
		if (!c->f->value.n) {
			build_complain(c->b, c->f->line, "%s is empty",
			               fields[i].name);
			return false;
		}
		return fields[i].set(c);
	}
	build_complain(c->b, c->f->line, "unknown field \"%.*s\"",
	               SV_FMT(c->f->name));
	return false;
}

/* All fields of one name, in a row of texts. */
static bool gather(struct rules_builder *b, const struct stanza *s,
                   const char *name, uint16_t owner, struct rrange *out)
{
	bool ok = true;

	out->first = (uint32_t)b->texts.n;
	for (size_t i = 0; i < s->n; i++)
		if (s->fields[i].value.n &&
		    sv_eq(s->fields[i].name, sv_str(name)))
			ok &= build_text(b, &s->fields[i], owner);
	out->n = (uint32_t)b->texts.n - out->first;
	return ok;
}

static bool complete(struct rules_builder *b, const struct stanza *s,
                     const struct rule *r)
{
	const char *missing = !r->cause     ? "Cause"
	                      : !r->checked ? "Checked"
	                      : !r->seen.n  ? "Seen"
	                      : !r->texts.n && !r->codes.n && !r->statuses.n
	                          ? "Text"
	                          : NULL;

	if (missing)
		build_complain(b, s->line, "rule without %s", missing);
	return !missing;
}

bool build_rule(struct rules_builder *b, const struct stanza *s)
{
	struct rule r = {.line = s->line, .file = b->file_str,
	                 .confidence = CONF_CERTAIN};
	struct ctx c = {b, &r, NULL};
	uint16_t owner = (uint16_t)b->rules.n;
	unsigned had = 0;
	bool ok = true;

	/* Ref may stand several times, but in one row of strings. */
	for (size_t i = 0; i < s->n; i++) {
		c.f = &s->fields[i];
		if (sv_eq(c.f->name, SV("Ref")))
			continue;
		ok &= set_field(&c, &had);
	}
	for (size_t i = 0; i < s->n; i++) {
		c.f = &s->fields[i];
		if (sv_eq(c.f->name, SV("Ref")))
			ok &= set_ref(&c);
	}
	ok &= gather(b, s, "Text", owner, &r.texts);
	ok &= gather(b, s, "Not", owner, &r.nots);
	if (!ok || !complete(b, s, &r) || !BUILD_ROOM(b, rules, RULES_MAX)) {
		/* Texts of a rule that is left out must not match. */
		b->texts.n = r.texts.first;
		return false;
	}
	b->rules.v[b->rules.n++] = r;
	return true;
}
