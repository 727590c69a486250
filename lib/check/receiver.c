/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/receiver.h"

#include "base/stanza.h"

#include <stdlib.h>

/* Findings of one judgement. */
#define JUDGED_BYTES ((size_t)4 << 20)

struct receivers {
	struct receiver *v;
	size_t n, cap;
};

/* ---- the data ---- */

/* The id of one that a user's file replaces, and of no receiver. */
static const char replaced[] = "";

struct reader {
	struct arena *a;
	struct receivers *k;
	struct receiver *of;
	struct receiver_rule *rule;
	const struct field *f;
	struct mw_err *err;
};

static enum mw_status wrong(struct reader *r, const char *what)
{
	return mw_fail_at(r->err, MW_ESYNTAX, r->f->line, "%.*s: %s",
	                  SV_FMT(r->f->name), what);
}

static enum mw_status one(struct reader *r, const char **into)
{
	if (*into)
		return wrong(r, "given twice");
	*into = sv_dupz(r->a, r->f->value);
	return *into && **into ? MW_OK : wrong(r, "empty");
}

static int word_in(sv word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (sv_eq(word, sv_str(words[i])))
			return i;
	return -1;
}

static enum mw_status read_scope(struct reader *r)
{
	static const char *const words[] = {"all", "bulk", "forwarder"};
	int i = word_in(r->f->value, words, 3);

	if (i < 0)
		return wrong(r, "not all, bulk or forwarder");
	r->rule->scope = (enum receiver_scope)i;
	return MW_OK;
}

/* "reject | 550 5.7.25", "junk" */
static enum mw_status read_effect(struct reader *r)
{
	static const char *const words[] = {"reject", "junk", "none"};
	sv rest = r->f->value, word = sv_trim(sv_cut(&rest, '|'));
	int i = word_in(word, words, 3);

	if (i < 0)
		return wrong(r, "not reject, junk or none");
	r->rule->effect = (enum receiver_effect)i;
	rest = sv_trim(rest);
	r->rule->replies = rest.n ? sv_dupz(r->a, rest) : NULL;
	return MW_OK;
}

static enum mw_status read_proof(struct reader *r, const char **list,
                                 size_t *n)
{
	if (*n == RECEIVER_PROOFS_MAX)
		return wrong(r, "too many");
	list[*n] = NULL;
	return one(r, &list[(*n)++]);
}

static enum mw_status read_choice(struct reader *r, const char **into,
                                  const char *const *words, int n)
{
	return word_in(r->f->value, words, n) < 0 ? wrong(r, "no such word")
	                                          : one(r, into);
}

static enum mw_status read_rule_field(struct reader *r)
{
	static const char *const when[] = {"ipv4", "ipv6"};
	static const char *const needs[] = {"ip", "helo", "message"};
	struct receiver_rule *x = r->rule;
	sv name = r->f->name;

	if (sv_eq(name, SV("Rule")))
		return one(r, &x->id);
	if (sv_eq(name, SV("Demand")))
		return one(r, &x->demand);
	if (sv_eq(name, SV("Scope")))
		return read_scope(r);
	if (sv_eq(name, SV("Effect")))
		return read_effect(r);
	if (sv_eq(name, SV("When")))
		return read_choice(r, &x->when, when, 2);
	if (sv_eq(name, SV("Needs")))
		return read_choice(r, &x->needs, needs, 3);
	if (sv_eq(name, SV("See")))
		return one(r, &x->see);
	if (sv_eq(name, SV("Broken")))
		return read_proof(r, x->broken, &x->nbroken);
	if (sv_eq(name, SV("Kept")))
		return read_proof(r, x->kept, &x->nkept);
	return sv_eq(name, SV("Ref")) ? MW_OK : wrong(r, "unknown field");
}

static enum mw_status read_receiver_field(struct reader *r)
{
	struct receiver *x = r->of;
	sv name = r->f->name;

	if (sv_eq(name, SV("Receiver")))
		return one(r, &x->id);
	if (sv_eq(name, SV("Name")))
		return one(r, &x->name);
	if (sv_eq(name, SV("Domains")))
		return one(r, &x->domains);
	if (sv_eq(name, SV("Bulk")))
		return one(r, &x->bulk);
	if (sv_eq(name, SV("Ref")))
		return x->ref ? MW_OK : one(r, &x->ref);
	return sv_eq(name, SV("Checked")) || sv_eq(name, SV("Since"))
	           ? MW_OK : wrong(r, "unknown field");
}

/* Ids are the receiver's id, a dot and a word, each once. */
static enum mw_status rule_done(struct reader *r)
{
	const struct receiver_rule *x = r->rule;
	sv id = sv_str(x->id), of = sv_str(r->of->id);

	if (!x->id || !x->demand)
		return wrong(r, "Rule or Demand is missing");
	if (!sv_starts(id, of) || id.n <= of.n + 1 || id.p[of.n] != '.')
		return wrong(r, "not the receiver, a dot and a word");
	for (const struct receiver_rule *o = r->of->rule; o != x; o++)
		if (sv_eq(sv_str(o->id), id))
			return wrong(r, "this rule is there already");
	if (!x->nbroken != !x->nkept)
		return wrong(r, "Broken without Kept, or the other way round");
	if (!x->nbroken && !x->see)
		return wrong(r, "neither Broken and Kept nor See");
	return MW_OK;
}

static enum mw_status read_rule(struct reader *r, const struct stanza *s)
{
	enum mw_status st = MW_OK;

	r->f = s->fields;
	if (!r->of || r->of->nrule == RECEIVER_RULES_MAX)
		return wrong(r, "no receiver before it, or too many");
	r->rule = &r->of->rule[r->of->nrule++];
	for (size_t i = 0; i < s->n && st == MW_OK; i++) {
		r->f = &s->fields[i];
		st = read_rule_field(r);
	}
	if (st != MW_OK)
		return st;
	r->f = s->fields;
	if (!stanza_get(s, "Scope").n || !stanza_get(s, "Effect").n ||
	    !stanza_get(s, "Ref").n)
		return wrong(r, "Scope, Effect or Ref is missing");
	return rule_done(r);
}

static enum mw_status read_receiver(struct reader *r, const struct stanza *s)
{
	struct receivers *k = r->k;
	enum mw_status st = MW_OK;
	struct receiver *v;

	r->f = s->fields;
	v = arena_more(r->a, k->v, k->n, &k->cap, sizeof(*k->v),
	               RECEIVERS_MAX);
	if (!v)
		return wrong(r, "too many");
	k->v = v;
	r->of = &k->v[k->n];
	*r->of = (struct receiver){0};
	for (size_t i = 0; i < s->n && st == MW_OK; i++) {
		r->f = &s->fields[i];
		st = read_receiver_field(r);
	}
	if (st != MW_OK)
		return st;
	r->f = s->fields;
	if (!r->of->id || !r->of->name || !stanza_get(s, "Checked").n)
		return wrong(r, "Receiver, Name or Checked is missing");
	if (receivers_get(k, sv_str(r->of->id)))
		return wrong(r, "it is there already");
	k->n++;
	return MW_OK;
}

enum mw_status receivers_read(struct arena *a, sv text, struct receivers **out,
                              struct mw_err *err)
{
	struct receivers *k = arena_alloc(a, 1, sizeof(*k));
	struct stanza_reader in = stanza_open(text);
	struct reader r = {.a = a, .k = k, .err = err};
	enum mw_status st = MW_OK;
	struct stanza s;

	if (!k)
		return mw_fail(err, MW_ENOMEM, "no memory");
	while (st == MW_OK && (st = stanza_next(&in, a, &s, err)) == MW_OK)
		st = sv_eq(s.fields[0].name, SV("Receiver"))
		         ? read_receiver(&r, &s) : read_rule(&r, &s);
	if (arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory");
	*out = k;
	return st == MW_ENOENT ? MW_OK : st;
}

/* Its rules are those that follow; where it is broken, nobody's. */
static enum mw_status replace(struct reader *r, const struct stanza *s)
{
	struct receivers *k = r->k;
	const char *id = NULL;
	enum mw_status st;
	size_t i;

	for (i = 0; i < k->n; i++)
		if (sv_ieq(sv_str(k->v[i].id), s->fields[0].value))
			break;
	if (i < k->n) {
		id = k->v[i].id;
		k->v[i].id = replaced;
	}
	st = read_receiver(r, s);
	if (st == MW_OK)
		return MW_OK;
	r->of = NULL;
	if (id)
		k->v[i].id = id;
	return st;
}

static enum mw_status add_stanza(struct reader *r, const struct stanza *s)
{
	size_t before = r->of ? r->of->nrule : 0;
	enum mw_status st;

	if (sv_eq(s->fields[0].name, SV("Receiver")))
		return replace(r, s);
	st = read_rule(r, s);
	if (st != MW_OK && r->of && r->of->nrule > before) {
		r->of->nrule = before;
		r->of->rule[before] = (struct receiver_rule){0};
	}
	return st;
}

/* What was replaced is there no longer. */
static void close_up(struct receivers *k)
{
	size_t to = 0;

	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].id != replaced)
			k->v[to++] = k->v[i];
	k->n = to;
}

enum mw_status receivers_add(struct arena *a, struct receivers *k, sv text,
                             receivers_wrong *tell, void *arg)
{
	struct stanza_reader in = stanza_open(text);
	struct mw_err err;
	struct reader r = {.a = a, .k = k, .err = &err};
	struct stanza s;
	enum mw_status st;

	while ((st = stanza_next(&in, a, &s, &err)) != MW_ENOENT) {
		if (st == MW_OK)
			st = add_stanza(&r, &s);
		if (st == MW_ENOMEM || arena_failed(a))
			return MW_ENOMEM;
		if (st != MW_OK)
			tell(arg, &err);
	}
	close_up(k);
	return MW_OK;
}

/* "gmail.com", or "yahoo.*" for all its countries. */
static bool takes(const struct receiver *r, sv domain)
{
	sv rest = sv_str(r->domains), word;

	while ((word = sv_word(&rest)).n)
		if (sv_ieq(word, domain) ||
		    (sv_ends(word, SV(".*")) &&
		     sv_istarts(domain, sv_head(word, word.n - 1))))
			return true;
	return false;
}

const struct receiver *receivers_get(const struct receivers *k, sv name)
{
	for (size_t i = 0; i < k->n; i++)
		if (sv_ieq(sv_str(k->v[i].id), name) || takes(&k->v[i], name))
			return &k->v[i];
	return NULL;
}

size_t receivers_count(const struct receivers *k)
{
	return k->n;
}

const struct receiver *receivers_nth(const struct receivers *k, size_t i)
{
	return &k->v[i];
}

/* ---- over findings ---- */

struct court {
	const struct findings *known;
	const struct check_run *runs;
	size_t n;
	const struct check_target *target;
	struct check_run *out;
};

enum outcome {
	O_BROKEN,
	O_KEPT,
	O_UNKNOWN, /* looked at, without a result */
	O_UNTOLD,  /* what it is about was not given */
	O_UNSEEN,  /* nobody sees it from here */
	O_OTHER    /* it does not concern this mail */
};

/* Does the finding name that DNS list, or one below it? */
static bool is_of(const struct finding *f, sv list)
{
	for (size_t i = 0; i < f->nvalues; i++) {
		sv rest = f->values[i].value, zone;

		if (strcmp(f->values[i].name, "zone") != 0)
			continue;
		while ((zone = sv_word(&rest)).n)
			if (sv_ends(zone, list) &&
			    (zone.n == list.n ||
			     zone.p[zone.n - list.n - 1] == '.'))
				return true;
	}
	return false;
}

/*
 * An id stands for itself, however bad it is in general, "id@list" for what
 * that DNS list says; "spf.*" for all that passes, or for all that is wrong
 * with SPF and stops mail.
 */
static bool proves(const struct finding *f, const struct finding_known *k,
                   sv pattern, enum check_state state)
{
	sv list = pattern, id = sv_cut(&list, '@');

	if (!sv_ends(id, SV(".*")))
		return sv_eq(sv_str(k->id), id) && (!list.n || is_of(f, list));
	return k->state == state &&
	       sv_starts(sv_str(k->id), sv_head(id, id.n - 1)) &&
	       (state == CHECK_PASS || k->severity == SEV_ERROR);
}

static bool is_there(const struct court *c, sv pattern, enum check_state state)
{
	for (size_t i = 0; i < c->n; i++)
		for (const struct finding *f = c->runs[i].first; f;
		     f = f->next) {
			const struct finding_known *k =
			    findings_get(c->known, sv_str(f->id));

			if (k && proves(f, k, pattern, state))
				return true;
		}
	return false;
}

static bool holds(const struct court *c, const char *const *lines, size_t n,
                  enum check_state state)
{
	for (size_t i = 0; i < n; i++) {
		sv rest = sv_str(lines[i]), word;
		bool all = true;

		while (all && (word = sv_word(&rest)).n)
			all = is_there(c, word, state);
		if (all)
			return true;
	}
	return false;
}

static bool has_family(const struct check_target *t, unsigned bytes)
{
	for (size_t i = 0; i < t->nips; i++)
		if (t->ips[i].bytes == bytes)
			return true;
	return false;
}

static bool is_given(const struct check_target *t, const char *needs)
{
	sv what = sv_str(needs);

	if (sv_eq(what, SV("ip")))
		return t->nips != 0;
	if (sv_eq(what, SV("helo")))
		return t->helo.n != 0;
	return !sv_eq(what, SV("message")) || t->message.p;
}

static enum outcome outcome_of(const struct court *c,
                               const struct receiver_rule *r)
{
	if (r->when && !has_family(c->target,
	                           sv_eq(sv_str(r->when), SV("ipv6")) ? 16
	                                                              : 4))
		return O_OTHER;
	if (holds(c, r->broken, r->nbroken, CHECK_FAIL))
		return O_BROKEN;
	if (holds(c, r->kept, r->nkept, CHECK_PASS))
		return O_KEPT;
	if (!r->nbroken)
		return O_UNSEEN;
	return is_given(c->target, r->needs) ? O_UNKNOWN : O_UNTOLD;
}

struct sums {
	size_t kept, unknown, unseen;      /* of all */
	size_t reject, junk, bulk;         /* broken */
	const struct receiver_rule *worst; /* the first that is broken */
};

static void add_up(struct sums *s, const struct receiver_rule *r,
                   enum outcome o)
{
	bool all = r->scope == RECEIVER_ALL;

	if (r->scope == RECEIVER_FORWARDER)
		return;
	s->kept += o == O_KEPT;
	s->unknown += o == O_UNKNOWN && all;
	s->unseen += o == O_UNSEEN || o == O_UNTOLD ||
	             (o == O_UNKNOWN && !all);
	if (o != O_BROKEN || r->effect == RECEIVER_NONE)
		return;
	if (!all)
		s->bulk++;
	else if (r->effect == RECEIVER_REJECT)
		s->reject++;
	else
		s->junk++;
	/* What is refused comes before what is filed as junk, or of bulk. */
	if (!s->worst || (all && (s->worst->scope != RECEIVER_ALL ||
	                          r->effect < s->worst->effect)))
		s->worst = r;
}

static const char *verdict(const struct sums *s)
{
	if (s->reject)
		return "receiver.reject";
	if (s->junk)
		return "receiver.junk";
	if (s->bulk)
		return "receiver.reject-bulk";
	return s->unknown || !s->kept ? "receiver.unknown"
	                              : "receiver.accept";
}

static void put_rule(struct check_run *run, struct finding *f,
                     const struct receiver_rule *r, enum outcome o)
{
	static const char *const words[] = {
	    "broken", "kept", "not known", "not known (tell more)", "cannot be seen from here"};
	static const char *const scopes[] = {"", ", for bulk mail",
	                                     ", for forwarders"};
	sv text, what;

	if (o == O_OTHER)
		return;
	what = arena_printf(run->a, "%s%s", words[o], scopes[r->scope]);
	text = arena_printf(run->a, "%s%s%s%s%s%s%s (%s)", r->demand,
	                    o == O_BROKEN && r->replies ? "; reply " : "",
	                    o == O_BROKEN && r->replies ? r->replies : "",
	                    o == O_UNTOLD ? "; needs --" : "",
	                    o == O_UNTOLD ? r->needs : "",
	                    o == O_UNSEEN ? "; see " : "",
	                    o == O_UNSEEN ? r->see : "", r->id);
	found_seen(run, f, sv_dupz(run->a, what), text);
}

static void judge(struct court *c, const struct receiver *r)
{
	enum outcome o[RECEIVER_RULES_MAX];
	struct sums s = {0};
	struct finding *f;

	for (size_t i = 0; i < r->nrule; i++) {
		o[i] = outcome_of(c, &r->rule[i]);
		add_up(&s, &r->rule[i], o[i]);
	}
	f = found(c->out, verdict(&s), sv_str(r->id));
	found_value(c->out, f, "receiver", sv_str(r->name));
	found_value(c->out, f, "bulk", sv_str(r->bulk));
	found_value(c->out, f, "ref", sv_str(r->ref));
	if (s.worst)
		found_value(c->out, f, "demand", sv_str(s.worst->demand));
	if (s.worst)
		found_value(c->out, f, "replies", sv_str(s.worst->replies));
	if (s.reject + s.junk + s.bulk > 1)
		found_number(c->out, f, "more",
		             (long long)(s.reject + s.junk + s.bulk - 1));
	found_number(c->out, f, "kept", (long long)s.kept);
	found_number(c->out, f, "unseen", (long long)(s.unseen + s.unknown));
	/* What is broken first. */
	for (int pass = O_BROKEN; pass < O_OTHER; pass++)
		for (size_t i = 0; i < r->nrule; i++)
			if ((int)o[i] == pass)
				put_rule(c->out, f, &r->rule[i], o[i]);
}

/* All, or each that is named, in its order. */
static const struct receiver *next_named(const struct receivers *k, bool all,
                                         sv *names, size_t *i, sv *name)
{
	if (all)
		return *i < k->n ? &k->v[(*i)++] : NULL;
	*name = sv_trim(sv_cut(names, ','));
	return name->n ? receivers_get(k, *name) : NULL;
}

static bool is_all(sv names)
{
	return sv_ieq(sv_trim(names), SV("all"));
}

enum mw_status receivers_named(const struct receivers *k, sv names,
                               struct mw_err *err)
{
	size_t i = 0;
	sv name;

	while (!is_all(names) && names.n)
		if (!next_named(k, false, &names, &i, &name))
			return mw_fail(err, MW_EINVAL, "no rules of a receiver "
			               "\"%.*s\" are known", SV_FMT(name));
	return MW_OK;
}

enum mw_status receivers_judge(const struct receivers *k, sv names,
                               const struct findings *known,
                               const struct check_run *runs, size_t n,
                               const struct check_target *target,
                               struct check_run *out, struct mw_err *err)
{
	static const struct check self = {
	    "receiver", "", "the rules that a receiver has published", NULL};
	struct court c = {known, runs, n, target, out};
	bool all = is_all(names);
	const struct receiver *r;
	size_t i = 0;
	sv name;

	*out = (struct check_run){.target = target, .check = &self,
	                          .a = arena_new(JUDGED_BYTES), .done = true};
	if (!out->a)
		return mw_fail(err, MW_ENOMEM, "no memory");
	while (all ? i < k->n : names.n) {
		r = next_named(k, all, &names, &i, &name);
		if (r)
			judge(&c, r);
	}
	if (!arena_failed(out->a))
		return MW_OK;
	arena_free(out->a);
	*out = (struct check_run){0};
	return mw_fail(err, MW_ENOMEM, "no memory");
}
