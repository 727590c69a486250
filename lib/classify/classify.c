/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/classify.h"

#include <stdlib.h>

#include "base/ascii.h"

/* More texts than this in one reply and it is no reply. */
#define MAX_FOUND 96

/* Tells of the text what is asked later, as the text itself is far away. */
struct found {
	const struct text *text;
	uint16_t owner;
	uint8_t slots;
	struct pattern_match m;
};

struct set {
	const struct ruleset *rs;
	uint32_t *stamp; /* per text: the reply that it was tried on */
	uint32_t *wordless; /* rules that know only codes */
	size_t nwordless;
};

struct classifier {
	struct set sets[CLASSIFY_MAX_SETS];
	size_t nsets;
	uint32_t now;
	struct norm norm;
	uint16_t hits[NORM_MAX]; /* where the filter says yes */
	struct found found[MAX_FOUND];
	size_t nfound;
};

/* How strongly a rule holds; compared member by member. */
struct rank {
	bool user;
	uint8_t speaker; /* Provider and Host met */
	uint8_t status;
	uint16_t bytes;
	uint8_t met;  /* Stage, Form and Direction met */
	uint8_t open; /* asked for and not known: fewer are better */
	uint8_t slots;
};

struct best {
	const struct set *set;
	const struct rule *rule;
	const struct found *found; /* NULL for rules without words */
	struct rank rank;
};

struct job {
	struct classifier *c;
	const struct classify_in *in;
	struct classification *out;
	struct best best, second; /* second: the same rank, another cause */
};

static bool open_set(struct set *s, const struct ruleset *rs)
{
	s->rs = rs;
	s->stamp = calloc(rs->ntexts + 1u, sizeof(*s->stamp));
	s->wordless = calloc(rs->nrules + 1u, sizeof(*s->wordless));
	if (!s->stamp || !s->wordless)
		return false;
	for (uint32_t i = 0; i < rs->nrules; i++)
		if (!rs->rules[i].texts.n)
			s->wordless[s->nwordless++] = i;
	return true;
}

struct classifier *classifier_new(const struct ruleset *const *sets, size_t n)
{
	struct classifier *c = calloc(1, sizeof(*c));

	if (!c || n > CLASSIFY_MAX_SETS)
		goto fail;
	for (size_t i = 0; i < n; i++) {
		c->nsets++;
		if (!open_set(&c->sets[i], sets[i]))
			goto fail;
	}
	return c;
fail:
	classifier_free(c);
	return NULL;
}

void classifier_free(struct classifier *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nsets; i++) {
		free(c->sets[i].stamp);
		free(c->sets[i].wordless);
	}
	free(c);
}

static void keep(struct classifier *c, const struct set *s, uint32_t id,
                 uint16_t owner, uint8_t slots)
{
	struct found *f = &c->found[c->nfound++];

	s->stamp[id] = c->now;
	f->text = &s->rs->texts[id];
	f->owner = owner;
	f->slots = slots;
	if (owner < s->rs->nrules)
		__builtin_prefetch(&s->rs->rules[owner]);
}

static void try_text(struct classifier *c, const struct set *s, uint32_t id)
{
	const struct text *t = &s->rs->texts[id];

	if (s->stamp[id] == c->now || c->nfound == MAX_FOUND)
		return;
	s->stamp[id] = c->now;
	if (pattern_find(s->rs, t, &c->norm, &c->found[c->nfound].m))
		keep(c, s, id, t->owner, t->slots);
}

/* A text that is one literal: it stands here and no more is to be found. */
static bool whole_at(const struct norm *n, const struct gram *g, size_t at,
                     struct pattern_match *m)
{
	size_t end = at + g->len;

	if (!pattern_bounded(norm_sv(n), g->flags, at, end))
		return false;
	m->runs[0] = (struct span){(uint16_t)at, (uint16_t)end};
	m->nruns = 1;
	m->nvalues = 0;
	m->gapped = false;
	m->literal = g->len;
	return true;
}

/* The text's literal stands at byte "at". */
static void try_at(struct classifier *c, const struct set *s,
                   const struct gram *g, size_t at)
{
	const struct text *t = &s->rs->texts[g->text];
	struct found *f = &c->found[c->nfound];

	if (c->norm.gaps) {
		try_text(c, s, g->text);
		return;
	}
	/* Tried again at the literal's next place if it fails here. */
	if (s->stamp[g->text] == c->now || c->nfound == MAX_FOUND)
		return;
	if (g->whole) {
		if (whole_at(&c->norm, g, at, &f->m))
			keep(c, s, g->text, g->owner, 0);
	} else if (pattern_find_at(s->rs, t, &c->norm, g->elem, at, &f->m)) {
		keep(c, s, g->text, g->owner, t->slots);
	}
}

static void try_bucket(struct classifier *c, const struct set *s, size_t at,
                       uint32_t bytes)
{
	const struct ruleset *rs = s->rs;
	uint32_t h = gram_bucket(gram_hash(bytes));

	for (uint32_t k = rs->buckets[h]; k < rs->buckets[h + 1]; k++) {
		const struct gram *g = &rs->grams[k];

		if (g->bytes != bytes || at < g->at ||
		    at - g->at + g->len > c->norm.n)
			continue;
		if (norm_same(c->norm.p + at - g->at, rs->words + g->word,
		              g->len))
			try_at(c, s, g, at - g->at);
	}
}

/*
 * Where a run of four bytes of one of the set's texts may be.  Zeroes stand
 * behind the text, so the last run may be of three bytes.  Without branches: a
 * reply has few places and they cannot be guessed.
 */
static size_t filter_text(const struct norm *n, const struct gate *gates,
                          uint16_t hits[NORM_MAX])
{
	const char *p = n->p;
	size_t nhits = 0, end = n->n < 3 ? 0 : n->n - 2;

	for (size_t i = 0; i < end; i++) {
		uint32_t h = gram_hash(gram_load(p + i));
		struct gate g = gates[gram_bucket(h)];

		hits[nhits] = (uint16_t)i;
		nhits += ((gram_sign(h) ^ g.bits) & g.care) == 0;
	}
	return nhits;
}

/* Texts up to here are searched for single words without an index. */
#define SHORT_TEXT 256

static uint32_t first_gram(const struct ruleset *rs, const struct norm *n,
                           size_t at)
{
	return rs->buckets[gram_bucket(gram_hash(gram_load(n->p + at)))];
}

/*
 * Ask for what the hits lead to before it is needed.  The tables do not fit
 * the first-level cache, and one after the other each would be waited for.
 */
static void fetch(const struct classifier *c, const struct set *s, size_t n)
{
	const struct ruleset *rs = s->rs;

	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(
		    &rs->grams[first_gram(rs, &c->norm, c->hits[i])]);
	for (size_t i = 0; i < n; i++) {
		uint32_t k = first_gram(rs, &c->norm, c->hits[i]);

		if (k == rs->ngrams)
			continue; /* behind the last: its bucket is empty */
		__builtin_prefetch(rs->words + rs->grams[k].word);
		__builtin_prefetch(&s->stamp[rs->grams[k].text]);
	}
}

/* All texts of a set that stand in the normalised reply. */
static void scan(struct classifier *c, const struct set *s)
{
	const struct ruleset *rs = s->rs;
	size_t n = filter_text(&c->norm, rs->gates, c->hits);

	if (c->norm.n > SHORT_TEXT)
		norm_index(&c->norm);
	fetch(c, s, n);
	for (size_t i = 0; i < n; i++)
		try_bucket(c, s, c->hits[i],
		           gram_load(c->norm.p + c->hits[i]));
	for (uint32_t i = 0; i < rs->nunindexed; i++)
		try_text(c, s, rs->unindexed[i]);
}

/* Does a literal begin or end in the text?  Without that it cannot match. */
static bool may_be_gapped(const struct ruleset *rs, const struct norm *n,
                          uint32_t id)
{
	const struct text *t = &rs->texts[id];

	for (uint32_t k = 0; k < t->elems.n; k++) {
		const struct elem *e = &rs->elems[t->elems.first + k];
		const char *p = rs->words + e->at;

		if (e->kind == ELEM_LITERAL && e->len >= 4 &&
		    (norm_may_hold(n, p) || norm_may_hold(n, p + e->len - 4)))
			return true;
	}
	return false;
}

/*
 * The words that the filter looks for may have fallen into a gap: try every
 * text.  Dear, so only where nothing else was found.
 */
static void scan_gapped(struct classifier *c, const struct set *s)
{
	const struct ruleset *rs = s->rs;

	norm_index(&c->norm);
	for (uint32_t r = 0; r < rs->nrules; r++)
		for (uint32_t k = 0; k < rs->rules[r].texts.n; k++)
			if (may_be_gapped(rs, &c->norm,
			                  rs->rules[r].texts.first + k))
				try_text(c, s, rs->rules[r].texts.first + k);
}

static bool is_mark(const struct ruleset *rs, const struct found *f)
{
	return f->owner >= rs->nrules;
}

static bool of_set(const struct set *s, const struct text *t)
{
	return t >= s->rs->texts && t < s->rs->texts + s->rs->ntexts;
}

static void find_provider(struct job *j)
{
	struct classification *out = j->out;
	bool submission;

	for (size_t i = 0; i < j->c->nsets && !out->provider; i++) {
		const struct ruleset *rs = j->c->sets[i].rs;

		out->provider = provider_by_name(rs, j->in->provider);
		if (!out->provider)
			out->provider =
			    provider_by_host(rs, j->in->host, &submission);
		out->provider_rs = rs;
	}
}

/* Words that only one provider writes tell who spoke. */
static void provider_by_mark(struct job *j, const struct set *s)
{
	for (size_t i = 0; i < j->c->nfound && !j->out->provider; i++) {
		const struct found *f = &j->c->found[i];

		if (!of_set(s, f->text) || !is_mark(s->rs, f))
			continue;
		j->out->provider = &s->rs->providers[f->owner - s->rs->nrules];
		j->out->provider_rs = s->rs;
	}
}

/* Known and different; nothing asked; asked and not known; met. */
enum { EXCLUDED, FREE, OPEN, MET };

static int provider_met(const struct ruleset *rs, const struct rule *r,
                        const struct job *j)
{
	const struct provider *p = j->out->provider;
	sv id;

	if (!r->providers.n)
		return FREE;
	if (!p)
		return OPEN;
	id = rs_str(j->out->provider_rs, p->id);
	for (uint32_t i = 0; i < r->providers.n; i++)
		if (sv_eq(rs_str(rs, rs->strs[r->providers.first + i]), id))
			return MET;
	return p->kind == PROVIDER_SOFTWARE ? OPEN : EXCLUDED;
}

static int host_met(const struct ruleset *rs, const struct rule *r, sv host)
{
	if (!r->hosts.n)
		return FREE;
	if (!host.n)
		return OPEN;
	for (uint32_t i = 0; i < r->hosts.n; i++)
		if (host_matches(rs_str(rs, rs->strs[r->hosts.first + i]),
		                 host))
			return MET;
	return EXCLUDED;
}

static int bit_met(uint16_t mask, unsigned value)
{
	if (!mask)
		return FREE;
	if (!value)
		return OPEN;
	return mask & 1u << value ? MET : EXCLUDED;
}

static int direction_met(const struct rule *r, enum ev_direction d)
{
	if (!r->direction)
		return FREE;
	if (!d)
		return OPEN;
	return r->direction == d ? MET : EXCLUDED;
}

/* Count one condition; false if it excludes the rule. */
static inline bool count_met(int got, uint8_t *count, uint8_t *open)
{
	*count = (uint8_t)(*count + (got == MET));
	*open = (uint8_t)(*open + (got == OPEN));
	return got != EXCLUDED;
}

static bool conditions(const struct ruleset *rs, const struct rule *r,
                       const struct job *j, struct rank *rank)
{
	const struct classify_in *in = j->in;
	uint8_t *open = &rank->open;

	/* Most rules ask for none of it. */
	if (!(r->providers.n | r->hosts.n | r->stages | r->forms |
	      r->direction))
		return true;
	return count_met(provider_met(rs, r, j), &rank->speaker, open) &&
	       count_met(host_met(rs, r, in->host), &rank->speaker, open) &&
	       count_met(bit_met(r->stages, in->stage), &rank->met, open) &&
	       count_met(bit_met(r->forms, in->form), &rank->met, open) &&
	       count_met(direction_met(r, in->direction), &rank->met, open);
}

static int code_met(const struct ruleset *rs, const struct rule *r,
                    uint16_t code)
{
	if (!r->codes.n || !code)
		return OPEN;
	for (uint32_t i = 0; i < r->codes.n; i++) {
		uint16_t c = rs->codes[r->codes.first + i];

		if (c == code || (c & 0x8000u && (c & 0xFu) == code / 100u))
			return MET;
	}
	return EXCLUDED;
}

static bool in_status(const struct status_range *r, struct estatus s)
{
	return (r->class == STATUS_ANY_CLASS || r->class == s.class) &&
	       s.subject >= r->subject_lo && s.subject <= r->subject_hi &&
	       s.detail >= r->detail_lo && s.detail <= r->detail_hi;
}

/* How well Reply and Status are met; false if one of them excludes. */
static bool codes(const struct ruleset *rs, const struct rule *r,
                  const struct classification *out, uint8_t *rank)
{
	int code = code_met(rs, r, out->code);
	bool met = false;

	*rank = code == MET ? RANK_CODE : RANK_NONE;
	if (code == EXCLUDED)
		return false;
	if (!r->statuses.n || !estatus_is_set(out->status))
		return true;
	for (uint32_t i = 0; i < r->statuses.n; i++) {
		const struct status_range *s =
		    &rs->statuses[r->statuses.first + i];

		if (!in_status(s, out->status))
			continue;
		met = true;
		if (s->rank > *rank)
			*rank = s->rank;
	}
	return met;
}

static bool denied(const struct ruleset *rs, const struct rule *r,
                   const struct norm *n)
{
	struct pattern_match m;

	for (uint32_t i = 0; i < r->nots.n; i++)
		if (pattern_find(rs, &rs->texts[r->nots.first + i], n, &m) &&
		    !m.gapped)
			return true;
	return false;
}

/* More than 0: a is stronger.  Ids are compared by the caller. */
static int rank_cmp(const struct rank *a, const struct rank *b)
{
	if (a->user != b->user)
		return a->user ? 1 : -1;
	if (a->speaker != b->speaker)
		return a->speaker > b->speaker ? 1 : -1;
	if (a->status != b->status)
		return a->status > b->status ? 1 : -1;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? 1 : -1;
	if (a->met != b->met)
		return a->met > b->met ? 1 : -1;
	if (a->open != b->open)
		return a->open < b->open ? 1 : -1;
	if (a->slots != b->slots)
		return a->slots < b->slots ? 1 : -1;
	return 0;
}

static sv cause_of(const struct best *b)
{
	return rs_str(b->set->rs, b->rule->cause);
}

/* x is not weaker than the best so far. */
static void consider(struct job *j, const struct best *x)
{
	struct best *b = &j->best;
	int c = b->rule ? rank_cmp(&x->rank, &b->rank) : 1;

	if (x->rule == b->rule) {
		if (c > 0)
			*b = *x;
		return;
	}
	if (c > 0) {
		j->second = (struct best){0};
		*b = *x;
		return;
	}
	/* A tie matters only where the rules mean different things. */
	if ((x->set == b->set && x->rule->cause == b->rule->cause) ||
	    sv_eq(cause_of(x), cause_of(b)))
		return;
	/* The lower id wins, the other stays as an alternative. */
	if (sv_cmp(rs_str(x->set->rs, x->rule->id),
	           rs_str(b->set->rs, b->rule->id)) < 0) {
		j->second = *b;
		*b = *x;
	} else {
		j->second = *x;
	}
}

static void weigh(struct job *j, const struct set *s, const struct rule *r,
                  const struct found *f)
{
	struct best x = {.set = s, .rule = r, .found = f};

	if (!codes(s->rs, r, j->out, &x.rank.status) ||
	    !conditions(s->rs, r, j, &x.rank))
		return;
	x.rank.user = s->rs->user;
	if (f) {
		x.rank.bytes = f->m.literal;
		x.rank.slots = f->slots;
	} else if (!x.rank.status) {
		return; /* a rule of codes, and no code is known */
	}
	/* What loses anyway need not be searched for the words of Not. */
	if ((j->best.rule && rank_cmp(&x.rank, &j->best.rank) < 0) ||
	    denied(s->rs, r, &j->c->norm))
		return;
	consider(j, &x);
}

static void weigh_texts(struct job *j, const struct set *s, size_t from)
{
	for (size_t i = from; i < j->c->nfound; i++) {
		const struct found *f = &j->c->found[i];

		if (!is_mark(s->rs, f))
			weigh(j, s, &s->rs->rules[f->owner], f);
	}
}

static void by_text(struct job *j, bool gapped)
{
	for (size_t i = 0; i < j->c->nsets; i++) {
		struct set *s = &j->c->sets[i];

		j->c->nfound = 0;
		if (gapped)
			scan_gapped(j->c, s);
		else
			scan(j->c, s);
		provider_by_mark(j, s);
		weigh_texts(j, s, 0);
		/* What was found is overwritten by the next set's. */
		if (j->best.rule)
			break;
	}
}

static void by_code(struct job *j)
{
	for (size_t i = 0; i < j->c->nsets; i++) {
		const struct set *s = &j->c->sets[i];

		for (size_t k = 0; k < s->nwordless; k++)
			weigh(j, s, &s->rs->rules[s->wordless[k]], NULL);
	}
}

static void take_values(struct job *j, const struct found *f)
{
	const struct ruleset *rs = j->best.set->rs;
	const struct norm *n = &j->c->norm;
	struct classification *out = j->out;
	size_t off, len;

	for (size_t i = 0; i < f->m.nvalues; i++) {
		const struct value_span *v = &f->m.values[i];
		sv norm = sv_slice(norm_sv(n), v->at.from, v->at.to);
		struct classify_value *to;

		if (v->slot == SLOT_ZONE)
			out->zone = zone_find(rs, norm, &out->zone_rs);
		if (!v->name || out->nvalues == CLASSIFY_MAX_VALUES ||
		    v->at.from >= v->at.to)
			continue;
		to = &out->values[out->nvalues++];
		to->name = rs_str(rs, v->name);
		to->withheld =
		    slot_withheld(rs, (enum slot_kind)v->slot, norm);
		norm_origin(n, j->in->reply, v->at.from, v->at.to, &off, &len);
		to->value = sv_slice(j->in->reply, off, off + len);
		if (to->withheld)
			to->value = SV("");
	}
	for (size_t i = 0; i < f->m.nruns; i++) {
		struct span s = f->m.runs[i];

		if (s.from >= s.to)
			continue;
		norm_origin(n, j->in->reply, s.from, s.to, &off, &len);
		out->evidence[out->nevidence].off = off;
		out->evidence[out->nevidence++].len = len;
	}
}

static void add_alt(struct classification *out, sv cause, enum confidence c,
                    sv question)
{
	if (!cause.n || sv_eq(cause, out->cause) ||
	    out->nalts == CLASSIFY_MAX_ALTS)
		return;
	for (size_t i = 0; i < out->nalts; i++)
		if (sv_eq(out->alts[i].cause, cause))
			return;
	out->alts[out->nalts++] = (struct classify_alt){cause, question, c};
}

/* "[127.0.0.1]" is how a host writes its own address. */
#define LOOPBACK UINT32_C(0x7F000001)

/* The answer of a list at text.p[at]; 0: it is part of something else. */
static uint32_t answer_at(sv text, size_t at)
{
	sv rest = sv_drop(text, at);
	uint32_t v = zone_answer(&rest);
	char before = at ? text.p[at - 1] : ' ';

	if (is_alnum(before) || before == '.' ||
	    (rest.n > 1 && rest.p[0] == '.' && is_digit(rest.p[1])) ||
	    (v == LOOPBACK && before == '['))
		return 0;
	return v;
}

static const struct zone_code *code_of(const struct ruleset *rs,
                                       const struct zone *z, uint32_t v)
{
	for (uint32_t i = 0; v && i < z->codes.n; i++) {
		const struct zone_code *c = &rs->zone_codes[z->codes.first + i];

		if (v >= c->from && v <= c->to)
			return c;
	}
	return NULL;
}

/*
 * The answer of the list that the reply quotes, where the list explains it.
 * Of several the first that is a listing: one is enough for a refusal.
 */
static const struct zone_code *quoted_answer(const struct job *j)
{
	const struct zone *z = j->out->zone;
	const struct zone_code *first = NULL;
	sv text = norm_sv(&j->c->norm);
	size_t at = 0, n;

	if (!z || !z->codes.n)
		return NULL;
	while ((n = sv_find(sv_drop(text, at), SV("127."))) != SV_NPOS) {
		const struct zone_code *c =
		    code_of(j->out->zone_rs, z, answer_at(text, at + n));

		if (c && c->cause)
			return c;
		if (c && !first)
			first = c;
		at += n + 4;
	}
	return first;
}

/*
 * What a list is for, and what its answer means, decides what being on it
 * means.  False where the answer means that nobody is listed: whoever refuses
 * mail for it reads the list wrongly.
 */
static bool cause_by_list(struct job *j)
{
	struct classification *out = j->out;
	const struct zone_code *code = quoted_answer(j);

	out->zone_code = code;
	if (!out->zone || !sv_starts(out->cause, SV("reputation.")))
		return true;
	if (code && !code->cause) {
		out->cause = SV("remote.config");
		if (out->confidence == CONF_CERTAIN)
			out->confidence = CONF_LIKELY;
		return false;
	}
	if (code) {
		out->cause = rs_str(out->zone_rs, code->cause);
	} else if (!sv_eq(out->cause, SV("reputation.resolver-refused"))) {
		out->cause = rs_str(out->zone_rs, out->zone->cause);
		add_alt(out, rs_str(out->zone_rs, out->zone->also),
		        CONF_POSSIBLE, SV(""));
	}
	return true;
}

static void take_cause(struct job *j)
{
	const struct ruleset *rs = j->best.set->rs;
	const struct rule *r = j->best.rule;
	struct classification *out = j->out;
	bool listed;

	out->rs = rs;
	out->rule = r;
	out->cause = rs_str(rs, r->cause);
	out->confidence = (enum confidence)r->confidence;
	listed = cause_by_list(j);
	for (uint32_t i = 0; i < r->also.n; i++) {
		const struct rule_also *a = &rs->also[r->also.first + i];
		sv also = rs_str(rs, a->cause);

		if (!listed && sv_starts(also, SV("reputation.")))
			continue;
		add_alt(out, also,
		        (enum confidence)a->confidence,
		        rs_str(rs, a->question));
	}
	if (j->second.rule) {
		out->tie_rs = j->second.set->rs;
		out->tie = j->second.rule;
		add_alt(out, cause_of(&j->second), CONF_POSSIBLE, SV(""));
	}
	if (out->gapped && out->confidence == CONF_CERTAIN)
		out->confidence = CONF_LIKELY;
}

static void classify_once(struct classifier *c, const struct classify_in *in,
                          struct classification *out)
{
	struct job j = {.c = c, .in = in, .out = out};

	/* What the counts do not cover is left alone: it is a kilobyte. */
	memset(out, 0, offsetof(struct classification, evidence));
	c->now++;
	norm_reply(&c->norm, in->reply);
	out->code = c->norm.head.code ? c->norm.head.code : in->code;
	out->status = estatus_is_set(c->norm.head.status)
	                  ? c->norm.head.status
	                  : in->status;
	find_provider(&j);
	by_text(&j, false);
	if (!j.best.rule && c->norm.gaps) {
		c->now++;
		by_text(&j, true);
	}
	out->route = j.best.rule ? ROUTE_TEXT : ROUTE_NONE;
	if (!j.best.rule) {
		by_code(&j);
		if (!j.best.rule)
			return;
		out->route = ROUTE_CODE;
	}
	if (j.best.found) {
		out->gapped = j.best.found->m.gapped;
		take_values(&j, j.best.found);
	}
	take_cause(&j);
}

/* The reply of another server inside this one, if the rule says so. */
static bool inner_reply(const struct classifier *c,
                        const struct classify_in *in,
                        const struct classification *out, sv *inner)
{
	for (size_t i = 0; i < c->nfound; i++) {
		const struct found *f = &c->found[i];
		size_t off, len;

		if (!out->rs || f->text < out->rs->texts ||
		    f->text >= out->rs->texts + out->rs->ntexts ||
		    &out->rs->rules[f->owner] != out->rule)
			continue;
		for (size_t k = 0; k < f->m.nvalues; k++) {
			struct span s = f->m.values[k].at;

			if (f->m.values[k].slot != SLOT_REPLY ||
			    s.from >= s.to)
				continue;
			norm_origin(&c->norm, in->reply, s.from, s.to, &off,
			            &len);
			*inner = sv_slice(in->reply, off, off + len);
			return true;
		}
	}
	return false;
}

/* The inner answer in the place of the outer one. */
static void take_inner(struct classification *out, struct classification *in,
                       size_t shift)
{
	for (size_t i = 0; i < in->nevidence; i++)
		in->evidence[i].off += shift;
	for (size_t i = 0; i < out->nvalues; i++)
		if (in->nvalues < CLASSIFY_MAX_VALUES)
			in->values[in->nvalues++] = out->values[i];
	if (!in->code)
		in->code = out->code;
	if (!estatus_is_set(in->status))
		in->status = out->status;
	*out = *in;
}

void classify(struct classifier *c, const struct classify_in *in,
              struct classification *out)
{
	struct classify_in at = *in;
	struct classification inner;
	sv text;

	classify_once(c, &at, out);
	for (int depth = 1; depth < CLASSIFY_MAX_DEPTH; depth++) {
		if (out->route != ROUTE_TEXT ||
		    !inner_reply(c, &at, out, &text))
			return;
		at.reply = text;
		at.host = SV(""); /* another server speaks */
		classify_once(c, &at, &inner);
		if (inner.route != ROUTE_TEXT)
			return;
		take_inner(out, &inner, (size_t)(text.p - in->reply.p));
	}
}

/* How much of a text's words is in the reply, and the first that is not. */
static unsigned share(const struct ruleset *rs, const struct text *t, sv text,
                      sv *missing)
{
	size_t there = 0, all = 0;

	*missing = SV("");
	for (uint32_t k = 0; k < t->elems.n; k++) {
		const struct elem *e = &rs->elems[t->elems.first + k];
		sv rest = sv_of(rs->words + e->at, e->len), word;

		if (e->kind != ELEM_LITERAL)
			continue;
		while ((word = sv_word(&rest)).n) {
			bool has = sv_has(text, word);

			all += word.n;
			there += has ? word.n : 0;
			if (!has && !missing->n)
				*missing = word;
		}
	}
	return all ? (unsigned)(100 * there / all) : 0;
}

static void keep_near(struct near_rule *out, size_t *n, size_t max,
                      struct near_rule x)
{
	size_t at;

	/* One place for a rule, with the nearest of its texts. */
	for (size_t i = 0; i < *n; i++)
		if (out[i].rule == x.rule) {
			if (out[i].percent < x.percent)
				out[i] = x;
			return;
		}
	for (at = *n; at && out[at - 1].percent < x.percent; at--)
		if (at < max)
			out[at] = out[at - 1];
	if (at < max)
		out[at] = x;
	if (*n < max)
		(*n)++;
}

size_t classify_near(struct classifier *c, const struct classify_in *in,
                     struct near_rule *out, size_t max)
{
	size_t n = 0;

	norm_reply(&c->norm, in->reply);
	for (size_t s = 0; s < c->nsets; s++) {
		const struct ruleset *rs = c->sets[s].rs;

		for (uint32_t i = 0; i < rs->nrules; i++) {
			const struct rule *r = &rs->rules[i];

			for (uint32_t k = 0; k < r->texts.n; k++) {
				struct near_rule x = {rs, r,
				    &rs->texts[r->texts.first + k], 0,
				    SV("")};

				x.percent = share(rs, x.text,
				                  norm_sv(&c->norm),
				                  &x.missing);
				if (x.percent >= 34)
					keep_near(out, &n, max, x);
			}
		}
	}
	return n;
}
