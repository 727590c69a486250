/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/tree.h"

#include "check/records.h"
#include "kb/kb.h"

/* Lines of one fault that are shown with a mark under it. */
#define CARET_WIDTH 60

/* Findings whose changes are remembered, to show each change once. */
#define SHOWN_MAX 64

struct printer {
	struct arena *a;
	const struct findings *known;
	const struct check_run *runs;
	size_t n;
	const struct proofs *proofs;
	sv zone;
	struct rnode *list;
	const struct finding *shown[SHOWN_MAX];
	size_t nshown;
	unsigned number; /* of the last open finding */
	const char *group;
};

static sv value_of(const void *arg, sv name)
{
	const struct finding *f = arg;

	for (size_t i = 0; i < f->nvalues; i++)
		if (sv_eq(sv_str(f->values[i].name), name))
			return f->values[i].value;
	return SV("");
}

static sv fill(struct printer *p, const struct finding *f, const char *text,
               enum slots_mode mode)
{
	const struct slots values = {value_of, f};
	sv out = SV("");

	if (text)
		(void)slots_fill(p->a, &values, text, mode, &out);
	return out;
}

static bool same(const struct finding *x, const struct finding *y)
{
	return sv_eq(sv_str(x->id), sv_str(y->id)) &&
	       sv_ieq(x->about, y->about);
}

static bool has(const struct check_run *runs, size_t n,
                const struct finding *f)
{
	for (size_t i = 0; i < n; i++)
		for (const struct finding *g = runs[i].first; g; g = g->next)
			if (same(f, g))
				return true;
	return false;
}

/* Does g stop mail about the same thing, where nothing did before? */
static bool is_worse(const struct printer *p, const struct finding *f,
                     const struct finding *g)
{
	const struct finding_known *k = findings_get(p->known, sv_str(g->id));

	return k && k->state == CHECK_FAIL && k->severity == SEV_ERROR &&
	       !strcmp(f->check, g->check) && sv_ieq(f->about, g->about) &&
	       !has(p->runs, p->n, g);
}

/* Healed: it is gone, and nothing as bad came in its place. */
static enum proof proof_of(const struct printer *p, const struct finding *f)
{
	const struct proofs *proofs = p->proofs;

	if (!proofs || !proofs->again || !f->nrecords)
		return PROOF_NONE;
	if (has(proofs->again, proofs->nagain, f))
		return PROOF_FAILED;
	for (size_t i = 0; i < proofs->nagain; i++)
		for (const struct finding *g = proofs->again[i].first; g;
		     g = g->next)
			if (is_worse(p, f, g))
				return PROOF_FAILED;
	return PROOF_HEALED;
}

/* Was the same change shown for a finding before it? */
static bool shown_before(struct printer *p, const struct finding *f)
{
	for (size_t i = 0; i < p->nshown; i++) {
		const struct finding *g = p->shown[i];
		bool all = g->nrecords == f->nrecords;

		for (size_t r = 0; all && r < f->nrecords; r++)
			all = sv_eq(g->records[r].name, f->records[r].name) &&
			      sv_eq(g->records[r].value, f->records[r].value) &&
			      sv_eq(g->records[r].old, f->records[r].old);
		if (all)
			return true;
	}
	if (p->nshown < SHOWN_MAX)
		p->shown[p->nshown++] = f;
	return false;
}

/*
 * Nodes keep views, and the answer outlives the arenas of its checks: a copy
 * that lives as long.  NULL where memory is exhausted.
 */
static const struct finding *kept(struct arena *a, const struct finding *from)
{
	struct finding *f = arena_alloc(a, 1, sizeof(*f));

	if (!f)
		return NULL;
	*f = *from;
	f->about = arena_dup(a, f->about);
	for (size_t i = 0; i < f->nvalues; i++)
		f->values[i].value = arena_dup(a, f->values[i].value);
	for (size_t i = 0; i < f->nevidence; i++) {
		f->evidence[i].what = arena_dup(a, f->evidence[i].what);
		f->evidence[i].text = arena_dup(a, f->evidence[i].text);
	}
	for (size_t i = 0; i < f->nrecords; i++) {
		struct check_record *r = &f->records[i];

		r->name = arena_dup(a, r->name);
		r->type = arena_dup(a, r->type);
		r->value = arena_dup(a, r->value);
		r->old = arena_dup(a, r->old);
	}
	return f;
}

/* ---- data ---- */

static void put_evidence(struct printer *p, struct rnode *n,
                         const struct finding *f)
{
	struct rnode *list = rnode_list(p->a, n, SV("evidence"));

	for (size_t i = 0; i < f->nevidence; i++) {
		const struct check_evidence *e = &f->evidence[i];
		struct rnode *o = rnode_object(p->a, list, SV(""));

		(void)rnode_string(p->a, o, SV("what"), e->what);
		(void)rnode_string(p->a, o, SV("text"), e->text);
		if (!e->len)
			continue;
		(void)rnode_number(p->a, o, SV("offset"), (int64_t)e->at);
		(void)rnode_number(p->a, o, SV("length"), (int64_t)e->len);
	}
}

static void put_record(struct printer *p, struct rnode *list,
                       const struct check_record *r)
{
	struct rnode *o = rnode_object(p->a, list, SV(""));
	sv strings = record_strings(p->a, r);

	(void)rnode_string(p->a, o, SV("op"),
	                   !r->value.n ? SV("delete")
	                   : r->old.n  ? SV("replace") : SV("add"));
	(void)rnode_string(p->a, o, SV("name"), r->name);
	(void)rnode_string(p->a, o, SV("type"), r->type);
	if (r->value.n) {
		(void)rnode_string(p->a, o, SV("value"), r->value);
		(void)rnode_string(p->a, o, SV("zone_line"),
		                   record_zone_line(p->a, r));
	}
	if (r->old.n)
		(void)rnode_string(p->a, o, SV("old"), r->old);
	if (p->zone.n)
		(void)rnode_string(p->a, o, SV("panel_name"),
		                   record_relative(p->a, r->name, p->zone));
	if (strings.n)
		(void)rnode_string(p->a, o, SV("strings"), strings);
}

static void put_steps(struct printer *p, struct rnode *n, const char *key,
                      const struct finding *f, const struct finding_step *s,
                      size_t count)
{
	struct rnode *list = count ? rnode_list(p->a, n, sv_str(key)) : NULL;

	for (size_t i = 0; i < count; i++) {
		sv text = fill(p, f, s[i].text, SLOTS_PROSE);
		sv command = fill(p, f, s[i].command, SLOTS_COMMAND);
		struct rnode *o;

		if (!text.n)
			continue;
		o = rnode_object(p->a, list, SV(""));
		(void)rnode_string(p->a, o, SV("text"), text);
		(void)rnode_string(p->a, o, SV("kind"), sv_str(s[i].kind));
		if (s[i].where && *s[i].where)
			(void)rnode_string(p->a, o, SV("where"),
			                   sv_str(s[i].where));
		if (command.n)
			(void)rnode_string(p->a, o, SV("command"), command);
	}
}

static void put_strings(struct printer *p, struct rnode *n, const char *key,
                        const char *const *v, size_t count)
{
	struct rnode *list = count ? rnode_list(p->a, n, sv_str(key)) : NULL;

	for (size_t i = 0; i < count; i++)
		(void)rnode_string(p->a, list, SV(""), sv_str(v[i]));
}

/* What is not known (of a finding of the catalogue) is left out. */
static void put_string(struct printer *p, struct rnode *n, const char *key,
                       sv value)
{
	if (value.n)
		(void)rnode_string(p->a, n, sv_str(key), value);
}

static void put_data(struct printer *p, struct rnode *n,
                     const struct finding *f, const struct finding_known *k,
                     enum proof proof)
{
	struct rnode *list;

	(void)rnode_string(p->a, n, SV("id"), sv_str(f->id));
	put_string(p, n, "check", sv_str(f->check));
	(void)rnode_string(p->a, n, SV("state"),
	                   sv_str(check_state_name(k->state)));
	(void)rnode_string(p->a, n, SV("severity"),
	                   sv_str(severity_name(k->severity)));
	put_string(p, n, "about", f->about);
	(void)rnode_string(p->a, n, SV("title"), sv_str(k->title));
	put_string(p, n, "verdict", fill(p, f, k->verdict, SLOTS_PROSE));
	if (k->actor)
		(void)rnode_string(p->a, n, SV("actor"), sv_str(k->actor));
	put_strings(p, n, "with", k->with, k->nwith);
	put_evidence(p, n, f);
	put_steps(p, n, "fix", f, k->fix, k->nfix);
	if (f->nrecords && proof != PROOF_FAILED) {
		list = rnode_list(p->a, n, SV("records"));
		for (size_t i = 0; i < f->nrecords; i++)
			put_record(p, list, &f->records[i]);
		(void)rnode_bool(p->a, n, SV("proven"),
		                 proof == PROOF_HEALED);
	}
	put_steps(p, n, "verify", f, k->verify, k->nverify);
	put_strings(p, n, "causes", k->cause, k->ncause);
	put_strings(p, n, "refs", k->ref, k->nref);
}

/* ---- prose ---- */

/* The part of a long record around a fault, and a mark below it. */
static void say_fault(struct printer *p, struct rnode *row,
                      const struct check_evidence *e)
{
	size_t from = e->at > CARET_WIDTH / 2 ? e->at - CARET_WIDTH / 2 : 0;
	size_t len = e->len < CARET_WIDTH ? e->len : CARET_WIDTH;
	sv part = sv_slice(e->text, from, from + CARET_WIDTH + len);
	char mark[CARET_WIDTH + 1];

	memset(mark, '^', len);
	mark[len] = '\0';
	(void)rnode_prose(p->a, row, RNODE_CODE, part);
	(void)rnode_prose(p->a, row, RNODE_CODE,
	                  arena_printf(p->a, "%*s%s", (int)(e->at - from), "",
	                               mark));
}

static void say_evidence(struct printer *p, struct rnode *n,
                         const struct finding *f)
{
	struct rnode *row = f->nevidence ? rnode_row(p->a, n, "Seen", SV(""))
	                                 : NULL;

	for (size_t i = 0; i < f->nevidence; i++) {
		const struct check_evidence *e = &f->evidence[i];

		if (e->len) {
			(void)rnode_prose(p->a, row, RNODE_PARAGRAPH, e->what);
			say_fault(p, row, e);
			continue;
		}
		(void)rnode_prose(p->a, row, RNODE_PARAGRAPH,
		                  arena_printf(p->a, "%.*s: %.*s",
		                               SV_FMT(e->what),
		                               SV_FMT(e->text)));
	}
}

/* On a page, what is copied into a field or a file. */
static void say_form(struct printer *p, struct rnode *step, sv words, sv form)
{
	struct rnode *n;

	rnode_only(rnode_prose(p->a, step, RNODE_PARAGRAPH, words),
	           RONLY_PAGE);
	n = rnode_prose(p->a, step, RNODE_CODE, form);
	rnode_only(n, RONLY_PAGE);
	if (n)
		n->flag = true;
}

static void say_forms(struct printer *p, struct rnode *step,
                      const struct check_record *r, sv panel, sv strings)
{
	say_form(p, step, SV("For a zone file:"), record_zone_line(p->a, r));
	say_form(p, step,
	         arena_printf(p->a, "For a web panel%s%.*s: name %.*s, type "
	                            "%.*s, and this value:",
	                      p->zone.n ? " of the zone " : "",
	                      SV_FMT(p->zone), SV_FMT(panel), SV_FMT(r->type)),
	         r->value);
	if (strings.n)
		say_form(p, step, SV("Cut into strings of at most 255 octets, "
		                     "where a panel wants that:"), strings);
}

static void say_record(struct printer *p, struct rnode *step,
                       const struct check_record *r)
{
	sv panel = record_relative(p->a, r->name, p->zone);
	sv strings = record_strings(p->a, r);
	struct rnode *n;

	if (r->old.n)
		(void)rnode_prose(p->a, step, RNODE_CODE,
		                  arena_printf(p->a, "- %.*s %.*s %.*s",
		                               SV_FMT(r->name),
		                               SV_FMT(r->type),
		                               SV_FMT(r->old)));
	if (!r->value.n)
		return;
	(void)rnode_prose(p->a, step, RNODE_CODE,
	                  arena_printf(p->a, "+ %.*s %.*s %.*s",
	                               SV_FMT(r->name), SV_FMT(r->type),
	                               SV_FMT(r->value)));
	if (p->zone.n && !sv_eq(panel, r->name))
		rnode_only(rnode_prose(p->a, step, RNODE_PARAGRAPH,
		    arena_printf(p->a, "In a web panel of the zone %.*s, the "
		                       "name is %.*s.", SV_FMT(p->zone),
		                 SV_FMT(panel))), RONLY_TEXT);
	n = rnode_prose(p->a, step, RNODE_CODE, record_zone_line(p->a, r));
	rnode_depth(n, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	rnode_only(n, RONLY_TEXT);
	if (strings.n)
		rnode_only(rnode_prose(p->a, step, RNODE_PARAGRAPH,
		    SV("It is longer than 255 characters: a zone file needs "
		       "it in several strings (see --technical); most panels "
		       "cut it themselves.")), RONLY_TEXT);
	say_forms(p, step, r, panel, strings);
}

static void say_records(struct printer *p, struct rnode *step,
                        const struct finding *f)
{
	if (shown_before(p, f)) {
		(void)rnode_prose(p->a, step, RNODE_PARAGRAPH,
		                  SV("(the change that is shown above)"));
		return;
	}
	for (size_t r = 0; r < f->nrecords; r++)
		say_record(p, step, &f->records[r]);
}

static void say_fix(struct printer *p, struct rnode *n,
                    const struct finding *f, const struct finding_known *k,
                    enum proof proof)
{
	struct rnode *row = k->nfix ? rnode_row(p->a, n, "Fix", SV("")) : NULL;

	for (size_t i = 0; i < k->nfix; i++) {
		const struct finding_step *s = &k->fix[i];
		sv text = fill(p, f, s->text, SLOTS_PROSE);
		sv command = fill(p, f, s->command, SLOTS_COMMAND);
		sv record = fill(p, f, s->record, SLOTS_PROSE);
		struct rnode *step;

		if (!text.n)
			continue;
		if (s->where && *s->where)
			text = arena_printf(p->a, "%s: %.*s", s->where,
			                    SV_FMT(text));
		step = rnode_prose(p->a, row, RNODE_STEP, text);
		if (!i && f->nrecords && proof != PROOF_FAILED)
			say_records(p, step, f);
		if (record.n && (!f->nrecords || proof == PROOF_FAILED))
			(void)rnode_prose(p->a, step, RNODE_CODE, record);
		if (command.n)
			(void)rnode_prose(p->a, step, RNODE_CODE, command);
	}
	if (proof == PROOF_HEALED)
		(void)rnode_row(p->a, n, "Proven",
		    SV("with this change laid over today's DNS, the fault is "
		       "gone"));
}

static void say_verify(struct printer *p, struct rnode *n,
                       const struct finding *f, const struct finding_known *k)
{
	struct rnode *row = k->nverify ? rnode_row(p->a, n, "Verify", SV(""))
	                               : NULL;

	for (size_t i = 0; i < k->nverify; i++) {
		sv text = fill(p, f, k->verify[i].text, SLOTS_PROSE);
		sv command = fill(p, f, k->verify[i].command, SLOTS_COMMAND);

		if (text.n)
			(void)rnode_prose(p->a, row, RNODE_PARAGRAPH, text);
		if (command.n)
			(void)rnode_prose(p->a, row, RNODE_CODE, command);
	}
}

static void say_actor(struct printer *p, struct rnode *n,
                      const struct finding_known *k)
{
	sv who = sv_str(k->actor ? kb_actor_words(sv_str(k->actor)) : "");

	for (size_t i = 0; i < k->nwith; i++)
		who = arena_printf(p->a, "%.*s%s%s", SV_FMT(who),
		                   i ? ", " : "; helped by ",
		                   kb_actor_words(sv_str(k->with[i])));
	if (who.n)
		(void)rnode_row(p->a, n, "Who must act", who);
}

static void say(struct printer *p, struct rnode *n, const struct finding *f,
                const struct finding_known *k, enum proof proof)
{
	static const char *const marks[] = {"", "Warning: ", "Notice: ", ""};
	sv verdict = fill(p, f, k->verdict, SLOTS_PROSE);

	(void)rnode_prose(p->a, n, RNODE_HEADLINE,
	                  arena_printf(p->a, "%s%.*s",
	                               k->state == CHECK_UNKNOWN
	                                   ? "Not known: "
	                                   : marks[k->severity],
	                               SV_FMT(verdict)));
	if (k->explain)
		(void)rnode_prose(p->a, n, RNODE_PARAGRAPH,
		                  fill(p, f, k->explain, SLOTS_PROSE));
	say_actor(p, n, k);
	say_fix(p, n, f, k, proof);
	say_verify(p, n, f, k);
	say_evidence(p, n, f);
	for (size_t i = 0; i < k->nref; i++)
		rnode_depth(rnode_row(p->a, n, i ? "" : "Read more",
		                      sv_str(k->ref[i])),
		            RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
}

/* ---- all ---- */

static bool is_open(const struct finding_known *k)
{
	return k->state == CHECK_FAIL || k->state == CHECK_UNKNOWN;
}

static const char *group_of(const struct finding_known *k)
{
	static const char *const fails[SEV_N] = {
	    [SEV_ERROR] = "What stops mail now",
	    [SEV_WARNING] = "What costs mail at some receivers",
	    [SEV_NOTICE] = "Good to know",
	    [SEV_INFO] = "Also seen",
	};

	return k->state == CHECK_UNKNOWN ? "What could not be found out"
	                                 : fails[k->severity];
}

/* On a page, a heading over all of a kind; false: it stands there. */
static bool put_group(struct printer *p, const char *group)
{
	if (p->group == group)
		return false;
	p->group = group;
	(void)rnode_prose(p->a, p->list, RNODE_GROUP, sv_str(group));
	return true;
}

static void put(struct printer *p, const struct finding *f,
                const struct finding_known *k, bool first)
{
	enum proof proof = proof_of(p, f);
	struct rnode *n;

	n = first ? NULL : rnode_prose(p->a, p->list, RNODE_RULE, SV(""));
	if (put_group(p, group_of(k)))
		rnode_only(n, RONLY_TEXT);
	n = rnode_object(p->a, p->list, SV(""));
	if (n)
		n->mark = ++p->number;
	put_data(p, n, f, k, proof);
	say(p, n, f, k, proof);
}

/* What passed: one line each, behind all else. */
static void put_passed(struct printer *p, const struct finding *f,
                       const struct finding_known *k, bool first,
                       bool any_open)
{
	sv verdict = fill(p, f, k->verdict, SLOTS_PROSE);
	struct rnode *n;

	if (first && any_open)
		rnode_only(rnode_prose(p->a, p->list, RNODE_RULE, SV("")),
		           RONLY_TEXT);
	(void)put_group(p, "What is fine");
	n = rnode_object(p->a, p->list, SV(""));
	put_data(p, n, f, k, PROOF_NONE);
	rnode_only(rnode_row(p->a, n, first ? "Fine" : "", verdict),
	           RONLY_TEXT);
	rnode_only(rnode_row(p->a, n, "", verdict), RONLY_PAGE);
}

struct counts {
	size_t by[SEV_N], unknown, passed;
};

static sv counted(struct arena *a, const struct counts *c)
{
	return arena_printf(a, "%zu %s mail now or soon, %zu warning%s, "
	                       "%zu notice%s%s.",
	                    c->by[SEV_ERROR],
	                    c->by[SEV_ERROR] == 1 ? "fault stops"
	                                          : "faults stop",
	                    c->by[SEV_WARNING],
	                    c->by[SEV_WARNING] == 1 ? "" : "s",
	                    c->by[SEV_NOTICE],
	                    c->by[SEV_NOTICE] == 1 ? "" : "s",
	                    c->unknown ? "; something could not be found out"
	                               : "");
}

static void say_sum(struct arena *a, struct rnode *root,
                    const struct counts *c)
{
	size_t all = c->by[SEV_ERROR] + c->by[SEV_WARNING] +
	             c->by[SEV_NOTICE] + c->by[SEV_INFO] + c->unknown;

	(void)rnode_prose(a, root, RNODE_HEADLINE,
	                  all ? counted(a, c)
	                      : SV("Nothing is wrong with what was "
	                           "examined."));
}

static sv listed(struct arena *a, sv list, sv more)
{
	if (!more.n)
		return list;
	return arena_printf(a, "%.*s%s%.*s", SV_FMT(list), list.n ? ", " : "",
	                    SV_FMT(more));
}

/* A page goes to others: it has to say what it is about. */
static void say_target(struct arena *a, struct rnode *root,
                       const struct check_run *runs, size_t n)
{
	const struct check_target *t = n ? runs[0].target : NULL;
	sv list = t ? listed(a, SV(""), t->domain) : SV("");
	char z[IP_TEXT];

	for (size_t i = 0; t && i < t->nips; i++)
		list = listed(a, list, ip_text(&t->ips[i], z));
	if (t)
		list = listed(a, list, t->helo);
	if (list.n)
		rnode_only(rnode_prose(a, root, RNODE_PARAGRAPH,
		                       arena_printf(a, "Examined: %.*s",
		                                    SV_FMT(list))),
		           RONLY_PAGE);
}

static void count(const struct findings *known, const struct check_run *runs,
                  size_t n, struct counts *c)
{
	*c = (struct counts){0};
	for (size_t i = 0; i < n; i++)
		for (const struct finding *f = runs[i].first; f; f = f->next) {
			const struct finding_known *k =
			    findings_get(known, sv_str(f->id));

			if (!k)
				continue;
			c->passed += k->state == CHECK_PASS;
			c->unknown += k->state == CHECK_UNKNOWN;
			c->by[k->severity] += k->state == CHECK_FAIL;
		}
}

/* A finding that people read, and what is known of its kind. */
struct shown {
	const struct finding *f;
	const struct finding_known *k;
};

/* Open ones come first, by severity; of each what failed, then the unknown. */
static unsigned rank(const struct finding_known *k)
{
	return is_open(k) ? 2U * k->severity + (k->state == CHECK_UNKNOWN)
	                  : 2U * SEV_N;
}

static size_t add_ranked(struct printer *p, unsigned wanted, struct shown *v)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		for (const struct finding *f = p->runs[i].first; f;
		     f = f->next) {
			const struct finding_known *k =
			    findings_get(p->known, sv_str(f->id));

			if (k && rank(k) == wanted)
				v[n++] = (struct shown){f, k};
		}
	return n;
}

/* All of them in their order; how many. */
static size_t in_order(struct printer *p, struct shown **out)
{
	size_t n = 0, max = 1;

	for (size_t i = 0; i < p->n; i++)
		max += p->runs[i].n;
	*out = arena_alloc(p->a, max, sizeof(**out));
	for (unsigned r = 0; *out && r <= 2U * SEV_N; r++)
		n += add_ranked(p, r, *out + n);
	return n;
}

static void put_all(struct printer *p, const struct shown *v, size_t n)
{
	bool first = true, passed = true;

	for (size_t i = 0; i < n; i++) {
		const struct finding *own = kept(p->a, v[i].f);

		if (is_open(v[i].k)) {
			if (own)
				put(p, own, v[i].k, first);
			first = false;
		} else {
			if (own)
				put_passed(p, own, v[i].k, passed, !first);
			passed = false;
		}
	}
}

/* On a page: what is open, and who acts, with links; in the same order. */
static void put_contents(struct printer *p, const struct shown *v, size_t n,
                         struct rnode *root)
{
	struct rnode *row = rnode_row(p->a, root, "In short, and who must act",
	                              SV(""));

	rnode_only(row, RONLY_PAGE);
	for (size_t i = 0; i < n && is_open(v[i].k); i++) {
		const struct finding_known *k = v[i].k;
		const char *who = k->actor ? kb_actor_words(sv_str(k->actor))
		                           : "";
		struct rnode *step = rnode_prose(p->a, row, RNODE_STEP,
		    arena_printf(p->a, "%.*s: %s%s%s", SV_FMT(v[i].f->about),
		                 k->title, *who ? " \u2014 " : "", who));

		if (step)
			step->mark = (unsigned)i + 1;
	}
}

void check_tree(struct arena *a, const struct findings *known,
                const struct check_run *runs, size_t n,
                const struct proofs *proofs, sv zone, struct rnode *root,
                size_t *errors, size_t *unknown)
{
	struct printer p = {.a = a, .known = known, .runs = runs, .n = n,
	                    .proofs = proofs, .zone = zone};
	struct counts c;
	struct shown *v;
	size_t nv = in_order(&p, &v);

	count(known, runs, n, &c);
	say_target(a, root, runs, n);
	say_sum(a, root, &c);
	put_contents(&p, v, nv, root);
	p.list = rnode_list(a, root, SV("findings"));
	put_all(&p, v, nv);
	check_drawings(a, runs, n, root);
	*errors = c.by[SEV_ERROR];
	*unknown = c.unknown;
}

/* Several findings may propose the same: it is published once. */
static void add_proposal(struct arena *a, sv *all, const struct finding *f)
{
	for (size_t r = 0; r < f->nrecords; r++) {
		sv lines = record_overlay(a, &f->records[r]);

		if (lines.n && !sv_has(*all, lines))
			*all = arena_printf(a, "%.*s%.*s", SV_FMT(*all),
			                    SV_FMT(lines));
	}
}

sv check_proposals(struct arena *a, const struct findings *known,
                   const struct check_run *runs, size_t n)
{
	sv all = SV("");

	for (size_t i = 0; i < n; i++)
		for (const struct finding *f = runs[i].first; f; f = f->next) {
			const struct finding_known *k =
			    findings_get(known, sv_str(f->id));

			if (k && k->state == CHECK_FAIL)
				add_proposal(a, &all, f);
		}
	return all;
}

/* ---- the catalogue ---- */

static void put_check(struct arena *a, struct rnode *list,
                      struct rnode *table, const struct check *c)
{
	struct rnode *o = rnode_object(a, list, SV(""));
	struct rnode *row = rnode_list(a, table, SV(""));

	(void)rnode_string(a, row, SV(""), sv_str(c->name));
	(void)rnode_string(a, row, SV(""), sv_str(c->title));

	(void)rnode_string(a, o, SV("check"), sv_str(c->name));
	(void)rnode_string(a, o, SV("subject"), sv_str(c->subject));
	(void)rnode_string(a, o, SV("title"), sv_str(c->title));
}

static void put_checks(struct arena *a, struct rnode *root,
                       struct rnode *list)
{
	struct rnode *t = rnode_prose(a, root, RNODE_TABLE, SV(""));
	struct rnode *head = rnode_list(a, t, SV(""));

	(void)rnode_string(a, head, SV(""), SV("check"));
	(void)rnode_string(a, head, SV(""), SV("what it looks at"));
	for (size_t i = 0; checks[i]; i++)
		put_check(a, list, t, checks[i]);
}

static void put_known(struct printer *p, const struct finding_known *k)
{
	struct finding none = {.id = k->id, .check = ""};
	struct rnode *o = rnode_object(p->a, p->list, SV(""));

	put_data(p, o, &none, k, PROOF_NONE);
	(void)rnode_prose(p->a, o, RNODE_HEADLINE, sv_str(k->title));
	(void)rnode_row(p->a, o, "Id", arena_printf(p->a, "%s (%s)", k->id,
	    k->state == CHECK_FAIL ? severity_name(k->severity)
	                           : check_state_name(k->state)));
	if (k->explain)
		(void)rnode_prose(p->a, o, RNODE_PARAGRAPH,
		                  fill(p, &none, k->explain, SLOTS_PROSE));
	say_actor(p, o, k);
	say_fix(p, o, &none, k, PROOF_NONE);
}

/* "spf." for "spf": the findings of a check begin with its name. */
static bool belongs(const struct finding_known *k, sv check)
{
	sv id = sv_str(k->id);

	return sv_starts(id, check) && id.n > check.n &&
	       id.p[check.n] == '.';
}

bool check_catalogue(struct arena *a, const struct findings *known, sv id,
                     struct rnode *root, struct rnode **items)
{
	struct printer p = {.a = a, .known = known};
	const struct finding_known *one = findings_get(known, id);

	*items = p.list =
	    rnode_list(a, root, id.n ? SV("findings") : SV("checks"));
	if (!id.n)
		put_checks(a, root, p.list);
	else if (one)
		put_known(&p, one);
	else
		for (size_t i = 0; i < findings_count(known); i++)
			if (belongs(findings_nth(known, i), id))
				put_known(&p, findings_nth(known, i));
	return p.list && p.list->first;
}
