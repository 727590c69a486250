/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/steps.h"

#include "classify/facts.h"
#include "diagnose/fill.h"
#include "diagnose/suits.h"

/*
 * More steps than this nobody reads to the end: those for products that the
 * paste does not name give way.
 */
#define ENOUGH_STEPS 8

static sv rule_str(const struct diagnosis *d, rstr s)
{
	return d->cl.rule ? rs_str(d->cl.rs, s) : SV("");
}

#define OVERRIDE(d, member)                                                   \
	rule_str((d), (d)->cl.rule ? (d)->cl.rule->member : 0)

static sv text_of(struct arena *a, const struct diagnosis *d,
                  const struct kb_item *it)
{
	sv out = SV("");

	if (it)
		(void)fill_text(a, d, kb_str(it->text), SLOTS_PROSE, &out);
	return out;
}

static sv first_text(struct arena *a, const struct diagnosis *d,
                     enum kb_field field)
{
	size_t at = 0;

	return text_of(a, d, fill_next(d, d->cause, field, &at));
}

static size_t all_texts(struct arena *a, const struct diagnosis *d,
                        enum kb_field field, sv *out, size_t max)
{
	const struct kb_item *it;
	size_t at = 0, n = 0;

	while (n < max && (it = fill_next(d, d->cause, field, &at))) {
		sv t = text_of(a, d, it);

		if (t.n)
			out[n++] = t;
	}
	return n;
}

static sv first_id(const struct diagnosis *d, enum kb_field field, sv over)
{
	size_t at = 0;
	const struct kb_item *it;

	if (over.n)
		return over;
	it = fill_next(d, d->cause, field, &at);
	return it ? sv_str(kb_str(it->text)) : SV("");
}

static void take_helpers(struct diagnosis *d)
{
	size_t at = 0;
	const struct kb_item *it = fill_next(d, d->cause, KB_WITH, &at);
	sv rest = it ? sv_str(kb_str(it->text)) : SV("");

	while (rest.n && d->nwith < 4) {
		sv id = sv_trim(sv_cut(&rest, ','));

		if (id.n && !sv_eq(id, d->actor))
			d->with[d->nwith++] = id;
	}
}

static void take_retry(struct arena *a, struct diagnosis *d)
{
	sv over = OVERRIDE(d, retry), word;
	size_t at = 0;
	const struct kb_item *it;

	d->retry_note = first_text(a, d, KB_RETRY_NOTE);
	if (!over.n) {
		it = fill_next(d, d->cause, KB_RETRY, &at);
		if (it) {
			d->retry = sv_str(kb_str(it->text));
			d->retry_after_s = it->number;
		}
		return;
	}
	d->retry = sv_word(&over);
	word = sv_word(&over);
	if (sv_starts(word, SV("after=")))
		(void)sv_u32(sv_drop(word, 6), UINT32_MAX, &d->retry_after_s);
}

static bool for_role(const struct kb_item *it, enum diag_role role)
{
	for (unsigned i = 0; role != ROLE_ANY && i < it->nconds; i++) {
		const struct kb_cond *c = &kb_conds[it->cond + i];

		if (c->var == KB_VAR_ROLE &&
		    kb_value_in(c->values, sv_str(diag_role_name(role))))
			return true;
	}
	return false;
}

/* "OP NAME TYPE VALUE" with slots; false if one has no value. */
static bool set_record(struct arena *a, const struct diagnosis *d,
                       const char *text, struct diag_step *s)
{
	sv rest;

	if (!fill_text(a, d, text, SLOTS_PROSE, &rest))
		return false;
	s->record.op = sv_word(&rest);
	s->record.name = sv_word(&rest);
	s->record.type = sv_word(&rest);
	s->record.value = sv_trim(rest);
	return s->record.value.n > 0;
}

static bool make_step(struct arena *a, const struct diagnosis *d,
                      const struct kb_cause *cause, uint32_t i,
                      struct diag_step *s)
{
	const struct kb_item *it = &kb_items[cause->item + i];

	*s = (struct diag_step){.kind = kb_str(it->kind),
	                        .where = kb_str(it->where)};
	if (!fill_text(a, d, kb_str(it->text), SLOTS_PROSE, &s->text))
		return false;
	for (i++; i < cause->nitems; i++) {
		const struct kb_item *sub = &kb_items[cause->item + i];

		if (sub->field == KB_RECORD &&
		    !set_record(a, d, kb_str(sub->text), s))
			return false;
		if (sub->field == KB_COMMAND &&
		    !fill_text(a, d, kb_str(sub->text), SLOTS_COMMAND,
		               &s->command))
			return false;
		if (sub->field != KB_RECORD && sub->field != KB_COMMAND)
			break;
	}
	return true;
}

static bool is_for_inbound(const struct kb_item *it)
{
	for (unsigned i = 0; i < it->nconds; i++) {
		const struct kb_cond *c = &kb_conds[it->cond + i];

		if (c->var == KB_VAR_DIRECTION &&
		    kb_value_in(c->values, SV("inbound")))
			return true;
	}
	return false;
}

/*
 * Where the own server refused, most steps are for whoever sends: they come
 * last and say so.  A server's settings about logins and relaying are its own.
 */
static void turn_inbound(struct arena *a, const struct diagnosis *d,
                         const struct kb_item *it, struct diag_step *s)
{
	sv id = sv_str(d->cause->id);
	bool own = sv_starts(id, SV("login.")) ||
	           sv_starts(id, SV("relay.")) ||
	           sv_starts(id, SV("local.")) ||
	           sv_starts(id, SV("notice.")) ||
	           sv_starts(id, SV("unknown."));

	if (d->direction != DIR_INBOUND || it->field != KB_FIX)
		return;
	if (is_for_inbound(it)) {
		s->first = true;
		return;
	}
	if (!own)
		s->text = arena_printf(a, "(for the sending side) %.*s",
		                       SV_FMT(s->text));
}

/* Steps of that field; all: also those that the paste speaks against. */
static size_t take_steps(struct arena *a, const struct diagnosis *d,
                         const struct kb_cause *cause, enum kb_field field,
                         enum diag_role role, bool all, struct diag_step *out)
{
	size_t n = 0;

	for (uint32_t i = 0; i < cause->nitems && n < DIAG_MAX_STEPS; i++) {
		const struct kb_item *it = &kb_items[cause->item + i];
		enum suits suits;

		if (it->field != field || !fill_holds(d, it))
			continue;
		suits = suits_paste(d, kb_str(it->where),
		                    for_role(it, ROLE_DEVELOPER), role);
		if ((suits == SUITS_NOT && !all) ||
		    !make_step(a, d, cause, i, &out[n]))
			continue;
		out[n].spare = suits == SUITS_MAYBE;
		out[n].first = for_role(it, role);
		turn_inbound(a, d, it, &out[n++]);
	}
	return n;
}

/* Where nearly nothing suits, advice for others is better than none. */
static size_t suiting_steps(struct arena *a, const struct diagnosis *d,
                            const struct kb_cause *cause, enum kb_field field,
                            enum diag_role role, struct diag_step *out)
{
	size_t least = field == KB_FIX ? 2 : 1;
	size_t n = take_steps(a, d, cause, field, role, false, out);

	return n < least ? take_steps(a, d, cause, field, role, true, out) : n;
}

/* The last spare steps give way until there are not too many. */
static void drop_spare(struct diagnosis *d)
{
	/* Pages of a cause alone show everything. */
	if (!d->at->form)
		return;
	for (size_t i = d->nfix; i-- && d->nfix > ENOUGH_STEPS;) {
		if (!d->fix[i].spare || d->fix[i].first)
			continue;
		memmove(&d->fix[i], &d->fix[i + 1],
		        (d->nfix - i - 1) * sizeof(d->fix[0]));
		d->nfix--;
	}
}

/* Steps for the role that asks move to the front, in their order. */
static void order_steps(struct diag_step *s, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		struct diag_step x = s[i];

		if (!x.first)
			continue;
		memmove(&s[to + 1], &s[to], (i - to) * sizeof(*s));
		s[to++] = x;
	}
}

static void add_step(struct diagnosis *d, const char *kind, sv text)
{
	if (d->nfix == DIAG_MAX_STEPS || !text.n)
		return;
	d->fix[d->nfix++] =
	    (struct diag_step){.text = text, .kind = kind, .where = ""};
}

static bool stands_in(const struct diagnosis *d, sv v)
{
	if (sv_ihas(d->verdict, v))
		return true;
	for (size_t i = 0; i < d->nfix; i++)
		if (sv_ihas(d->fix[i].text, v) ||
		    sv_ihas(d->fix[i].command, v) ||
		    sv_ihas(d->fix[i].record.value, v))
			return true;
	return false;
}

/* The value of that name where no step has used it yet. */
static sv unused(const struct diagnosis *d, const char *name)
{
	sv v = diag_value(d, sv_str(name));

	return v.n && v.n < 256 && !stands_in(d, v) ? v : SV("");
}

/* Most addresses in replies are the sender's or the recipient's. */
static bool is_contact(sv address)
{
	static const char *const words[] = {
	    "postmaster", "abuse",  "list",    "block",  "support", "remov",
	    "admin",      "help",   "noc",     "spam",   "tosa",    "contact",
	    "feedback",   "report", "security"};
	sv local = sv_head(address, sv_chr(address, '@'));

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sv_ihas(local, sv_str(words[i])))
			return true;
	return false;
}

/* The last two labels of a link's host: enough to tell two pages apart. */
static sv site_of(sv url)
{
	size_t at = sv_find(url, SV("://"));

	url = at == SV_NPOS ? url : sv_drop(url, at + 3);
	url = sv_head(url, sv_chr(url, '/'));
	at = sv_rchr(url, '.');
	if (at == SV_NPOS)
		return url;
	at = sv_rchr(sv_head(url, at), '.');
	return at == SV_NPOS ? url : sv_drop(url, at + 1);
}

/* Does the page of the list that a step names stand on the same site? */
static bool same_place(const struct diagnosis *d, sv url)
{
	const struct zone *z = d->cl.zone;
	sv portal = z && z->portal ? rs_str(d->cl.zone_rs, z->portal) : SV("");

	return portal.n && sv_ieq(site_of(portal), site_of(url));
}

/* Gmail's link to sign in goes over several lines and leads nowhere cut. */
static bool broken_link(sv url)
{
	return sv_istarts(url, SV("https://accounts.google.com/"));
}

/* "... or contact toda@example.net": the words say what it is for. */
static bool offered(const struct diagnosis *d, sv who)
{
	sv text = mtext_sv(&d->reply.text);
	size_t at = sv_find(text, who);
	sv before = sv_head(text, at);

	if (at == SV_NPOS)
		return false;
	before = sv_drop(before, before.n > 16 ? before.n - 16 : 0);
	return sv_ihas(before, SV("contact"));
}

/* What the reply itself names, and no step has used. */
static void add_named_steps(struct arena *a, struct diagnosis *d)
{
	sv list = unused(d, "listed_by"), url = unused(d, "url");
	sv who = unused(d, "address"), tag = unused(d, "tag");

	/* The list's own page was named already. */
	if (list.n && !(d->cl.zone && d->cl.zone->portal))
		add_step(d, "contact",
		         arena_printf(a, "The list that the reply names is "
		                         "%.*s: look yourself up there, after "
		                         "its cause is mended.",
		                      SV_FMT(list)));
	if (url.n && !same_place(d, url) && !broken_link(url))
		add_step(d, "contact",
		         arena_printf(a, "The reply itself points to %.*s",
		                      SV_FMT(url)));
	if (who.n && (is_contact(who) || offered(d, who)) &&
	    sv_istarts(d->actor, SV("sender-admin")))
		add_step(d, "contact",
		         arena_printf(a, "The reply names %.*s as a contact: "
		                         "write there once the cause is "
		                         "mended.",
		                      SV_FMT(who)));
	if (tag.n)
		add_step(d, "contact",
		         arena_printf(a, "When you write to anybody about "
		                         "this, quote %.*s: it is the "
		                         "receiver's own code for this case.",
		                      SV_FMT(tag)));
}

static void add_ref(struct diagnosis *d, const char *ref)
{
	for (size_t i = 0; i < d->nrefs; i++)
		if (!strcmp(d->refs[i], ref))
			return;
	if (d->nrefs < 16)
		d->refs[d->nrefs++] = ref;
}

static void add_fact(struct arena *a, struct diagnosis *d,
                     const struct provider_fact *f)
{
	const struct ruleset *rs = d->cl.provider_rs;
	sv who = rs_str(rs, d->cl.provider->name);
	sv text = rs_str(rs, f->text), where = rs_str(rs, f->value);

	if (stands_in(d, f->kind == FACT_PORTAL ? where : text))
		return;
	if (f->kind == FACT_PORTAL)
		add_step(d, "contact",
		         arena_printf(a, "At %.*s: %.*s: %.*s", SV_FMT(who),
		                      SV_FMT(text), SV_FMT(where)));
	else
		add_step(d, "setting", arena_printf(a, "At %.*s: %.*s",
		                                    SV_FMT(who), SV_FMT(text)));
	add_ref(d, rs->pool + f->ref);
}

/* What this provider adds: steps, then limits and portals in its order. */
static void add_provider_steps(struct arena *a, struct diagnosis *d)
{
	const struct ruleset *rs = d->cl.provider_rs;
	const struct provider *p = d->cl.provider;
	sv id = sv_str(d->cause->id);

	for (uint32_t i = 0; i < p->steps.n; i++) {
		const struct provider_step *st = &rs->steps[p->steps.first + i];

		if (!cause_covers(rs_str(rs, st->cause), id))
			continue;
		add_step(d, rs->pool + st->kind,
		         arena_printf(a, "At %.*s: %.*s",
		                      SV_FMT(rs_str(rs, p->name)),
		                      SV_FMT(rs_str(rs, st->text))));
	}
	for (uint32_t i = 0; i < p->facts.n; i++) {
		const struct provider_fact *f = &rs->facts[p->facts.first + i];

		if (fact_concerns(rs, f, id))
			add_fact(a, d, f);
	}
}

/* What the list that is named, and the provider, add of their own. */
static void add_local_steps(struct arena *a, struct diagnosis *d)
{
	const struct zone *z = d->cl.zone;
	const struct zone_code *code = d->cl.zone_code;

	/* Who is not on the list has nothing to be removed there. */
	if (z && z->portal && (!code || code->cause) &&
	    !stands_in(d, rs_str(d->cl.zone_rs, z->portal))) {
		sv portal = rs_str(d->cl.zone_rs, z->portal);
		sv name = rs_str(d->cl.zone_rs, z->name);

		add_step(d, "contact",
		         arena_printf(a, "Once the cause is mended, look the "
		                         "address up and ask for removal at "
		                         "%.*s: %.*s",
		                      SV_FMT(name), SV_FMT(portal)));
	}
	if (code)
		add_step(d, "wait",
		         arena_printf(a, "The list's answer means: %.*s.",
		                      SV_FMT(rs_str(d->cl.zone_rs,
		                                    code->text))));
	if (z && z->note)
		add_step(d, "wait", rs_str(d->cl.zone_rs, z->note));
	if (d->cl.provider)
		add_provider_steps(a, d);
}

static void take_refs(struct diagnosis *d)
{
	const struct rule *r = d->cl.rule;
	size_t at = 0;
	const struct kb_item *it;

	for (uint32_t i = 0; r && i < r->refs.n; i++)
		add_ref(d, d->cl.rs->pool +
		               d->cl.rs->strs[r->refs.first + i]);
	while ((it = fill_next(d, d->cause, KB_REF, &at)))
		add_ref(d, kb_str(it->text));
}

static void take_scope(struct diagnosis *d)
{
	d->scope = first_id(d, KB_SCOPE, OVERRIDE(d, scope));
	if (d->cl.zone && d->cl.zone->scope &&
	    d->cause == kb_cause(rs_str(d->cl.zone_rs, d->cl.zone->cause)))
		d->scope = rs_str(d->cl.zone_rs, d->cl.zone->scope);
}

static void take_long(struct arena *a, struct diagnosis *d,
                      const struct diag_options *opt)
{
	sv fix = OVERRIDE(d, fix);
	const struct kb_cause *steps = fix.n ? kb_cause(fix) : d->cause;

	d->nexplain = all_texts(a, d, KB_EXPLAIN, d->explain, 8);
	d->ntechnical = all_texts(a, d, KB_TECHNICAL, d->technical, 4);
	if (!steps)
		steps = d->cause;
	d->nfix = suiting_steps(a, d, steps, KB_FIX, opt->role, d->fix);
	order_steps(d->fix, d->nfix);
	d->nverify = suiting_steps(a, d, steps, KB_VERIFY, opt->role,
	                           d->verify);
	take_refs(d);
	add_local_steps(a, d);
	add_named_steps(a, d);
	drop_spare(d);
}

void diag_knowledge(struct arena *a, struct diagnosis *d,
                    const struct diag_options *opt)
{
	d->verdict = first_text(a, d, KB_VERDICT);
	d->actor = first_id(d, KB_ACTOR, OVERRIDE(d, actor));
	take_helpers(d);
	d->actual = first_id(d, KB_PERMANENCE, OVERRIDE(d, heals));
	take_retry(a, d);
	take_scope(d);
	if (!opt->brief)
		take_long(a, d, opt);
}
