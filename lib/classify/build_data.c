/* SPDX-License-Identifier: BSD-2-Clause */
/* "Zone:" and "Marks:" stanzas, and what all kinds share. */
#include "base/ascii.h"
#include "classify/build.h"
#include "classify/norm.h"
#include "classify/slot.h"
#include "kb/kb.h"

bool build_known(struct rules_builder *b, const struct stanza *s,
                 const char *const *names)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t k = 0;

		while (names[k] && !sv_eq(s->fields[i].name, sv_str(names[k])))
			k++;
		if (!names[k]) {
			build_complain(b, s->fields[i].line,
			               "unknown field \"%.*s\"",
			               SV_FMT(s->fields[i].name));
			return false;
		}
	}
	return true;
}

static bool zone_causes(struct rules_builder *b, const struct stanza *s)
{
	sv cause = stanza_get(s, "Cause"), also = stanza_get(s, "Also");
	sv scope = stanza_get(s, "Scope");

	if (kb_cause(cause) && (!also.n || kb_cause(also)) &&
	    (!scope.n || kb_is_scope(scope)))
		return true;
	build_complain(b, s->line, "unknown Cause, Also or Scope");
	return false;
}

/* "FIRST[-LAST] | CAUSE or - | what it means" */
static bool add_code(struct rules_builder *b, const struct field *f)
{
	sv text = f->value, range = sv_trim(sv_cut(&text, '|'));
	sv cause = sv_trim(sv_cut(&text, '|'));
	struct zone_code c = {.from = zone_answer(&range)};

	c.to = c.from;
	if (sv_starts(range, SV("-"))) {
		range = sv_drop(range, 1);
		c.to = zone_answer(&range);
	}
	text = sv_trim(text);
	if (range.n || !c.from || c.from >> 24 != 127 || c.to < c.from ||
	    !text.n || (!kb_cause(cause) && !sv_eq(cause, SV("-")))) {
		build_complain(b, f->line, "Code is 127.x.y.z[-127.x.y.z] | "
		               "CAUSE or - | what it means");
		return false;
	}
	c.cause = kb_cause(cause) ? build_str(b, cause) : 0;
	c.text = build_str(b, text);
	if (!BUILD_ROOM(b, zone_codes, RULE_TEXTS_MAX))
		return false;
	b->zone_codes.v[b->zone_codes.n++] = c;
	return true;
}

static bool add_codes(struct rules_builder *b, const struct stanza *s,
                      struct zone *z)
{
	z->codes.first = (uint32_t)b->zone_codes.n;
	for (size_t i = 0; i < s->n; i++)
		if (sv_eq(s->fields[i].name, SV("Code")) &&
		    !add_code(b, &s->fields[i]))
			return false;
	z->codes.n = (uint32_t)b->zone_codes.n - z->codes.first;
	return true;
}

static bool zone_weight(struct rules_builder *b, const struct stanza *s)
{
	sv w = stanza_get(s, "Weight");

	if (!w.n || kb_value_in("critical|high|medium|low|info|good|none", w))
		return true;
	build_complain(b, s->line, "unknown Weight \"%.*s\"", SV_FMT(w));
	return false;
}

bool build_zone(struct rules_builder *b, const struct stanza *s)
{
	static const char *const names[] = {"Zone",    "Name",   "Cause",
	                                    "Also",    "Scope",  "Portal",
	                                    "Note",    "Checked", "Ref",
	                                    "Weight",  "Dead",   "Code",
	                                    "Bit",     "Asks",   "Test",
	                                    "Key",     "Same",
	                                    NULL};
	struct zone z = {0};

	if (!build_known(b, s, names) || !zone_causes(b, s) ||
	    !zone_weight(b, s))
		return false;
	z.zone = build_str(b, s->fields[0].value);
	z.name = build_str(b, stanza_get(s, "Name"));
	z.cause = build_str(b, stanza_get(s, "Cause"));
	z.also = build_str(b, stanza_get(s, "Also"));
	z.scope = build_str(b, stanza_get(s, "Scope"));
	z.portal = build_str(b, stanza_get(s, "Portal"));
	z.note = build_str(b, stanza_get(s, "Note"));
	z.checked = build_str(b, stanza_get(s, "Checked"));
	z.weight = build_str(b, stanza_get(s, "Weight"));
	if (!add_codes(b, s, &z))
		return false;
	if (!BUILD_ROOM(b, zones, RULES_MAX))
		return false;
	b->zones.v[b->zones.n++] = z;
	return true;
}

bool build_marks(struct rules_builder *b, const struct stanza *s)
{
	for (size_t i = 0; i < s->n; i++) {
		sv rest = s->fields[i].value;

		while (rest.n) {
			struct norm n;

			norm_words(&n, sv_trim(sv_cut(&rest, '|')));
			if (!n.n)
				continue;
			if (!BUILD_ROOM(b, marks, RULE_TEXTS_MAX))
				return false;
			b->marks.v[b->marks.n] = (struct mark){
			    build_str(b, norm_sv(&n)), (uint16_t)n.n};
			b->marks.n++;
		}
	}
	return true;
}
