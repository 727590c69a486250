/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "classify/build.h"
#include "classify/classify.h"

bool build_room(struct rules_builder *b, void **v, size_t n, size_t *cap,
                size_t size, size_t max)
{
	void *p = arena_more(b->a, *v, n, cap, size, max);

	if (!p) {
		b->failed = true;
		return false;
	}
	*v = p;
	return true;
}

/* Strings of all rules; some hundred bytes for each rule. */
#define POOL_MAX ((size_t)16 << 20)

/* Strings that come again and again (causes, names) stand once. */
static rstr *interned(struct rules_builder *b, sv s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return &b->interned[h % INTERNED];
}

rstr build_str(struct rules_builder *b, sv s)
{
	size_t at = b->pool.n;
	rstr *known = interned(b, s);

	if (!s.n)
		return 0;
	if (*known && sv_eq(sv_str(b->pool.v + *known), s))
		return *known;
	*known = (rstr)at;
	for (size_t i = 0; i <= s.n; i++) {
		if (!BUILD_ROOM(b, pool, POOL_MAX))
			return 0;
		b->pool.v[b->pool.n++] = i < s.n ? s.p[i] : '\0';
	}
	return (rstr)at;
}

uint32_t build_word(struct rules_builder *b, sv s)
{
	size_t at = b->words.n;

	for (size_t i = 0; i < s.n; i++) {
		if (!BUILD_ROOM(b, words, POOL_MAX))
			return 0;
		b->words.v[b->words.n++] = s.p[i];
	}
	return (uint32_t)at;
}

void build_complain(struct rules_builder *b, unsigned line, const char *fmt,
                    ...)
{
	char text[MW_ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (b->complain)
		b->complain(b->arg, b->file, line, text);
}

bool build_list(struct rules_builder *b, sv value, struct rrange *out)
{
	out->first = (uint32_t)b->strs.n;
	while (value.n) {
		sv part = sv_trim(sv_cut(&value, '|'));

		if (!part.n)
			continue;
		if (!BUILD_ROOM(b, strs, RULE_TEXTS_MAX))
			return false;
		b->strs.v[b->strs.n] = build_str(b, part);
		b->strs.n++;
	}
	out->n = (uint32_t)b->strs.n - out->first;
	return true;
}

struct rules_builder *rules_new(struct arena *a, rules_complain *complain,
                                void *arg)
{
	struct rules_builder *b = arena_alloc(a, 1, sizeof(*b));

	if (!b)
		return NULL;
	b->a = a;
	b->complain = complain;
	b->arg = arg;
	/* Offset 0 is the empty string. */
	if (!BUILD_ROOM(b, pool, POOL_MAX))
		return NULL;
	b->pool.v[b->pool.n++] = '\0';
	return b;
}

static bool build_stanza(struct rules_builder *b, const struct stanza *s)
{
	static const struct {
		const char *first;
		bool (*build)(struct rules_builder *, const struct stanza *);
	} kinds[] = {
	    {"Rule", build_rule},
	    {"Provider", build_provider},
	    {"Zone", build_zone},
	    {"Marks", build_marks},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (sv_eq(s->fields[0].name, sv_str(kinds[i].first)))
			return kinds[i].build(b, s);
	build_complain(b, s->line,
	               "a stanza begins with Rule, Provider, Zone or Marks");
	return false;
}

size_t rules_add(struct rules_builder *b, const char *file, sv text)
{
	struct stanza_reader r = stanza_open(text);
	struct stanza s;
	struct mw_err err;
	size_t bad = 0;
	enum mw_status st;

	b->file = file;
	b->file_str = build_str(b, sv_str(file));
	while ((st = stanza_next(&r, b->a, &s, &err)) != MW_ENOENT) {
		if (st == MW_OK) {
			bad += !build_stanza(b, &s);
			continue;
		}
		build_complain(b, (unsigned)err.where, "%s", err.text);
		bad++;
		if (st == MW_ENOMEM) {
			b->failed = true;
			break;
		}
	}
	return bad;
}

static int by_zone(const void *x, const void *y, void *pool)
{
	const struct zone *a = x, *b = y;

	return strcmp((char *)pool + a->zone, (char *)pool + b->zone);
}

static int by_mark(const void *x, const void *y, void *pool)
{
	const struct mark *a = x, *b = y;
	unsigned char first_a = (unsigned char)((char *)pool)[a->at];
	unsigned char first_b = (unsigned char)((char *)pool)[b->at];

	if (first_a != first_b)
		return first_a < first_b ? -1 : 1;
	return a->len < b->len ? 1 : a->len > b->len ? -1 : 0;
}

/* A provider that a rule names must exist. */
static void check_provider(struct rules_builder *b,
                           const struct ruleset *known, const struct rule *r,
                           sv id)
{
	for (size_t i = 0; i < b->providers.n; i++)
		if (sv_eq(sv_str(b->pool.v + b->providers.v[i].id), id))
			return;
	for (size_t i = 0; known && i < known->nproviders; i++)
		if (sv_eq(rs_str(known, known->providers[i].id), id))
			return;
	b->file = b->pool.v + r->file;
	build_complain(b, r->line, "unknown provider \"%.*s\"", SV_FMT(id));
}

static void check_names(struct rules_builder *b, const struct ruleset *known)
{
	for (size_t i = 0; i < b->rules.n; i++) {
		const struct rule *r = &b->rules.v[i];

		for (uint32_t k = 0; k < r->providers.n; k++)
			check_provider(b, known, r,
			               sv_str(b->pool.v +
			                      b->strs.v[r->providers.first +
			                                k]));
		for (size_t k = 0; k < i; k++)
			if (!strcmp(b->pool.v + r->id,
			            b->pool.v + b->rules.v[k].id)) {
				b->file = b->pool.v + r->file;
				build_complain(b, r->line,
				               "rule id used twice: %s",
				               b->pool.v + r->id);
			}
	}
}

/* Marks of providers follow the rules in the numbering of text owners. */
static void own_marks(struct rules_builder *b)
{
	for (size_t i = 0; i < b->providers.n; i++) {
		struct rrange m = b->providers.v[i].marks;

		for (uint32_t k = 0; k < m.n; k++)
			b->texts.v[m.first + k].owner =
			    (uint16_t)(b->rules.n + i);
	}
}

/* The provider that each rule is called after. */
static void name_rules(struct rules_builder *b, const struct ruleset *rs)
{
	for (size_t i = 0; i < b->rules.n; i++) {
		sv id = rs_str(rs, b->rules.v[i].id);
		const struct provider *p =
		    provider_by_name(rs, sv_head(id, sv_chr(id, '.')));

		b->rules.v[i].called =
		    p ? (uint16_t)(p - rs->providers + 1) : 0;
	}
}

/* Where the marks that begin with each byte are. */
static bool index_marks(struct rules_builder *b, struct ruleset *rs)
{
	uint16_t *starts = arena_alloc(b->a, 257, sizeof(*starts));

	if (!starts || b->marks.n > UINT16_MAX)
		return false;
	for (size_t i = 0; i < b->marks.n; i++)
		starts[(unsigned char)b->pool.v[b->marks.v[i].at] + 1]++;
	for (size_t c = 0; c < 256; c++)
		starts[c + 1] = (uint16_t)(starts[c + 1] + starts[c]);
	rs->mark_starts = starts;
	return true;
}

enum mw_status rules_finish(struct rules_builder *b,
                            const struct ruleset *known, struct ruleset *out,
                            struct mw_err *err)
{
	struct ruleset rs = {0};

	check_names(b, known);
	own_marks(b);
	if (b->zones.n)
		qsort_r(b->zones.v, b->zones.n, sizeof(*b->zones.v), by_zone,
		        b->pool.v);
	if (b->marks.n)
		qsort_r(b->marks.v, b->marks.n, sizeof(*b->marks.v), by_mark,
		        b->pool.v);
	if (b->failed || b->rules.n + b->providers.n > UINT16_MAX)
		return mw_fail(err, arena_failed(b->a) ? MW_ENOMEM : MW_ELIMIT,
		               "too many rules, or out of memory");
#define TAKE(member, list)                                                    \
	(rs.member = b->list.v, rs.n##member = (uint32_t)b->list.n)
	TAKE(rules, rules);
	TAKE(texts, texts);
	TAKE(elems, elems);
	TAKE(strs, strs);
	TAKE(codes, codes);
	TAKE(statuses, statuses);
	TAKE(also, also);
	TAKE(seen, seen);
	TAKE(providers, providers);
	TAKE(names, names);
	TAKE(hosts, hosts);
	TAKE(steps, steps);
	TAKE(facts, facts);
	TAKE(zones, zones);
	TAKE(zone_codes, zone_codes);
	TAKE(marks, marks);
	TAKE(pool, pool);
	TAKE(words, words);
#undef TAKE
	name_rules(b, &rs);
	if (!index_marks(b, &rs) || !build_index(b, &rs))
		return mw_fail(err, MW_ENOMEM, "no memory for the filter");
	rs.npool = (uint32_t)b->pool.n;
	rs.pool = b->pool.v;
	*out = rs;
	return MW_OK;
}
