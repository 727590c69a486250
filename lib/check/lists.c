/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/lists.h"

#include "dns/keyed.h"

#include <libpsl.h>

/* Lists that a sentence names; the others are a number. */
#define NAMED_MAX 6
/* Reasons (TXT) of one listing. */
#define REASONS_MAX 3

/* Why a list could not be believed. */
enum trouble {
	T_REFUSED,
	T_SILENT,
	T_OUTSIDE,
	T_WILDCARD,
	T_EMPTY,
	T_STRANGE,
	T_MINOR, /* any of these, of a list that few receivers ask */
	T_N
};

static const char *const trouble_ids[T_N] = {
    "dnslists.refused",  "dnslists.no-answer", "dnslists.parked",
    "dnslists.wildcard", "dnslists.empty",     "dnslists.strange",
    "dnslists.minor",
};

struct troubles {
	struct finding *f;
	const struct zone_known *last;
	sv names;
	size_t n;
};

struct lists {
	struct check_run *run;
	const struct lists_kind *kind;
	const struct lists_subject *s;
	size_t n;
	/* Lists that do not have it; their zones. */
	size_t clear[LISTS_SUBJECTS_MAX];
	sv zones[LISTS_SUBJECTS_MAX];
	bool listed[LISTS_SUBJECTS_MAX];
	struct troubles t[T_N];
	enum step step;
};

/* ---- what could not be found out ---- */

/* One finding for all lists of one trouble, each list once. */
static void trouble(struct lists *l, enum trouble what,
                    const struct zone_known *z, sv why)
{
	struct troubles *t = &l->t[z->weight > ZONE_MEDIUM ? T_MINOR : what];

	if (t->last == z)
		return;
	if (!t->f)
		t->f = found(l->run, trouble_ids[t - l->t],
		             sv_str(l->kind->about));
	t->last = z;
	if (t->n++ < NAMED_MAX)
		t->names = arena_printf(l->run->a, "%.*s%s%s",
		                        SV_FMT(t->names), t->n > 1 ? ", " : "",
		                        z->name);
	found_seen(l->run, t->f, z->zone, why);
}

static void end_troubles(struct lists *l)
{
	for (int i = 0; i < T_N; i++) {
		struct troubles *t = &l->t[i];
		struct arena *a = l->run->a;

		if (!t->f)
			continue;
		if (t->n > NAMED_MAX)
			t->names = arena_printf(a, "%.*s and %zu more",
			                        SV_FMT(t->names),
			                        t->n - NAMED_MAX);
		found_value(l->run, t->f, "lists", t->names);
		found_number(l->run, t->f, "number", (long long)t->n);
	}
}

static sv with_meaning(struct lists *l, const struct ip *ip,
                       const struct zone_says *says)
{
	sv text = check_ip(l->run, ip);

	return says->text.n ? arena_printf(l->run->a, "%.*s: %.*s",
	                                   SV_FMT(text), SV_FMT(says->text))
	                    : text;
}

static bool is_silent(struct lists *l, const struct zone_known *z,
                      const struct dns_answer *an)
{
	sv server = an->server.n ? an->server : SV("the list's servers");

	if (an->state != DNS_TEMPFAIL && an->state != DNS_BOGUS)
		return false;
	trouble(l, T_SILENT, z, arena_printf(l->run->a, "%.*s: %.*s",
	                                     SV_FMT(server),
	                                     SV_FMT(an->why)));
	return true;
}

/* No usable answer: none at all, or one that is no answer of a list. */
static bool is_useless(struct lists *l, const struct zone_known *z,
                       const struct dns_answer *an)
{
	struct ip ip;

	if (is_silent(l, z, an))
		return true;
	for (size_t i = 0; i < an->n; i++) {
		struct zone_says says;

		if (!dns_ip(&an->rr[i], &ip))
			continue;
		says = zone_says(l->run->a, z, &ip);
		if (says.word != ZONE_OUTSIDE && says.word != ZONE_REFUSED)
			continue;
		trouble(l, says.word == ZONE_OUTSIDE ? T_OUTSIDE : T_REFUSED,
		        z, with_meaning(l, &ip, &says));
		return true;
	}
	return false;
}

/* Is one of its records of that kind? */
static bool says_so(struct lists *l, const struct zone_known *z,
                    const struct dns_answer *an, enum zone_word word)
{
	struct ip ip;

	for (size_t i = 0; i < an->n; i++)
		if (dns_ip(&an->rr[i], &ip) &&
		    zone_says(l->run->a, z, &ip).word == word)
			return true;
	return false;
}

/* ---- questions ---- */

/* Names below: labels of first, then those of the list and its key. */
static bool below(const struct zone_known *z, const struct dns_name *first,
                  struct dns_name *out)
{
	struct dns_name base = z->at;

	if (z->key && !dns_name_below(SV(DNS_KEY_LABEL), &z->at, &base))
		return false;
	if (first->n - 1U + base.n > DNS_NAME_MAX)
		return false;
	memcpy(out->w, first->w, first->n - 1U);
	memcpy(out->w + first->n - 1, base.w, base.n);
	out->n = (uint8_t)(first->n - 1 + base.n);
	return true;
}

static bool below_ip(const struct zone_known *z, const struct ip *ip,
                     struct dns_name *out)
{
	struct dns_name root = {1, {0}}, labels;

	return dns_name_of_ip_below(ip, &root, &labels) &&
	       below(z, &labels, out);
}

static bool below_text(const struct zone_known *z, sv text,
                       struct dns_name *out)
{
	struct dns_name name;

	return dns_name_plain(text, &name) && below(z, &name, out);
}

/* NULL where the question cannot be put. */
static const struct dns_answer *ask(struct lists *l, bool ok,
                                    const struct dns_name *name)
{
	const struct dns_answer *an =
	    ok ? facts_recursive(l->run->facts, name, DNS_A) : NULL;

	if (an && an->state == DNS_PENDING)
		l->step = STEP_WAIT;
	return an;
}

/* ---- is the list sound? ---- */

struct test {
	const struct dns_answer *listed, *clear;
};

/* RFC 5782 section 5: 127.0.0.2 and .1, their IPv6 forms, TEST and INVALID. */
static struct test test_points(struct lists *l, const struct zone_known *z,
                               unsigned family)
{
	struct dns_name listed, clear;
	struct ip yes, no;
	bool ok;

	if (family == ZONE_ASKS_NAME) {
		ok = below_text(z, sv_str(z->listed ? z->listed : "test"),
		                &listed) &&
		     below_text(z, sv_str(z->clear ? z->clear : "invalid"),
		                &clear);
	} else {
		bool v4 = family == ZONE_ASKS_V4;

		ok = ip_parse(v4 ? SV("127.0.0.2") : SV("::ffff:7f00:2"),
		              &yes) &&
		     ip_parse(v4 ? SV("127.0.0.1") : SV("::ffff:7f00:1"),
		              &no) &&
		     below_ip(z, &yes, &listed) && below_ip(z, &no, &clear);
	}
	return (struct test){ask(l, ok, &listed), ask(l, ok, &clear)};
}

static bool is_sound(struct lists *l, const struct zone_known *z,
                     const struct test *t)
{
	if (is_useless(l, z, t->listed) || is_useless(l, z, t->clear))
		return false;
	if (says_so(l, z, t->clear, ZONE_LISTED) ||
	    says_so(l, z, t->clear, ZONE_STRANGE)) {
		trouble(l, T_WILDCARD, z,
		        SV("lists what no list may ever list"));
		return false;
	}
	if (!says_so(l, z, t->listed, ZONE_LISTED)) {
		trouble(l, T_EMPTY, z,
		        SV("does not list the entry that every list has for "
		           "tests"));
		return false;
	}
	return true;
}

/* ---- one answer ---- */

/* The reason in the list's own words; false: not there yet. */
static bool put_reasons(struct lists *l, struct finding *f,
                        const struct dns_name *name)
{
	const struct dns_answer *an =
	    facts_recursive(l->run->facts, name, DNS_TXT);

	if (an->state == DNS_PENDING)
		return false;
	for (size_t i = 0; i < an->n && i < REASONS_MAX; i++) {
		sv text = dns_txt(l->run->a, &an->rr[i]);

		if (!i)
			found_value(l->run, f, "reason", text);
		found_seen(l->run, f, "the list says", text);
	}
	return true;
}

/* What it is listed for; the list of own-fault causes goes before policy. */
static const char *cause_of(struct lists *l, const struct zone_known *z,
                            const struct dns_answer *an, sv *meaning)
{
	const char *cause = NULL;
	struct ip ip;

	*meaning = SV("");
	for (size_t i = 0; i < an->n; i++) {
		struct zone_says says;

		if (!dns_ip(&an->rr[i], &ip))
			continue;
		says = zone_says(l->run->a, z, &ip);
		if (says.word != ZONE_LISTED)
			continue;
		if (!cause || strcmp(cause, "reputation.dynamic-ip") == 0)
			cause = says.cause;
		if (!sv_has(*meaning, says.text))
			*meaning = arena_printf(l->run->a, "%.*s%s%.*s",
			                        SV_FMT(*meaning),
			                        meaning->n ? "; " : "",
			                        SV_FMT(says.text));
	}
	return cause;
}

static void put_listing(struct lists *l, const struct zone_known *z,
                        const struct lists_subject *s,
                        const struct dns_answer *an)
{
	struct check_run *run = l->run;
	char type[DNS_NAME_TEXT];
	struct finding *f;
	const char *cause;
	struct ip ip;
	sv meaning;

	cause = cause_of(l, z, an, &meaning);
	f = found(run, l->kind->listed(z, cause), s->about);
	found_value(run, f, s->ip.bytes ? "ip" : "name", s->about);
	found_value(run, f, "role", s->role);
	found_value(run, f, "list", sv_str(z->name));
	found_value(run, f, "zone", sv_str(z->zone));
	found_value(run, f, "meaning", meaning);
	found_value(run, f, "portal", sv_str(z->portal));
	found_value(run, f, "note", sv_str(z->note));
	for (size_t i = 0; i < an->n; i++) {
		struct zone_says says;

		if (!dns_ip(&an->rr[i], &ip))
			continue;
		says = zone_says(run->a, z, &ip);
		found_seen(run, f, dns_name_text(&an->name, type).p,
		           with_meaning(l, &ip, &says));
	}
	if (!put_reasons(l, f, &an->name))
		l->step = STEP_WAIT;
}

static void judge(struct lists *l, const struct zone_known *z, size_t i,
                  const struct dns_answer *an)
{
	struct ip ip;

	if (is_useless(l, z, an))
		return;
	if (says_so(l, z, an, ZONE_LISTED)) {
		l->listed[i] = true;
		put_listing(l, z, &l->s[i], an);
		return;
	}
	if (!says_so(l, z, an, ZONE_STRANGE)) {
		l->zones[i] = arena_printf(l->run->a, "%.*s%s%s",
		                           SV_FMT(l->zones[i]),
		                           l->clear[i]++ ? " " : "", z->zone);
		return;
	}
	for (size_t k = 0; k < an->n; k++)
		if (dns_ip(&an->rr[k], &ip))
			trouble(l, T_STRANGE, z, check_ip(l->run, &ip));
}

/* ---- all ---- */

/* The same domain once, whichever names led to it. */
static bool is_again(const struct lists *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (dns_name_eq(&l->s[k].domain, &l->s[i].domain))
			return true;
	return false;
}

static const struct dns_answer *ask_about(struct lists *l,
                                          const struct zone_known *z,
                                          unsigned family, size_t i)
{
	const struct lists_subject *s = &l->s[i];
	struct dns_name name;

	if (family != ZONE_ASKS_NAME)
		return s->ip.bytes == (family == ZONE_ASKS_V4 ? 4 : 16)
		           ? ask(l, below_ip(z, &s->ip, &name), &name) : NULL;
	if (s->ip.bytes)
		return NULL;
	if (z->asks & ZONE_ASKS_NAME)
		return ask(l, below(z, &s->name, &name), &name);
	if (!s->domain.n || is_again(l, i))
		return NULL;
	return ask(l, below(z, &s->domain, &name), &name);
}

static bool is_needed(const struct lists *l, unsigned family)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->s[i].ip.bytes == (family == ZONE_ASKS_V4   ? 4
		                         : family == ZONE_ASKS_V6 ? 16 : 0))
			return true;
	return false;
}

/* All questions first, so that they are under way together. */
static void check_family(struct lists *l, const struct zone_known *z,
                         unsigned family)
{
	const struct dns_answer *an[LISTS_SUBJECTS_MAX];
	struct test t;

	if (!is_needed(l, family))
		return;
	t = test_points(l, z, family);
	for (size_t i = 0; i < l->n; i++)
		an[i] = ask_about(l, z, family, i);
	if (!t.listed || !t.clear || t.listed->state == DNS_PENDING ||
	    t.clear->state == DNS_PENDING || !is_sound(l, z, &t))
		return;
	for (size_t i = 0; i < l->n; i++)
		if (an[i] && an[i]->state != DNS_PENDING)
			judge(l, z, i, an[i]);
}

/* With a key a list of the same data is asked in place of the open one. */
bool lists_asked(const struct check_target *t, const struct zone_known *z)
{
	if (!z->asks || z->weight > ZONE_INFO)
		return false;
	if (z->key)
		return dns_keys_has(t->keys, &z->at);
	for (size_t i = 0; i < zones_count(t->lists); i++) {
		const struct zone_known *o = zones_nth(t->lists, i);

		if (o->same && sv_eq(sv_str(o->same), sv_str(z->zone)) &&
		    o->key && dns_keys_has(t->keys, &o->at))
			return false;
	}
	return true;
}

static void put_ok(struct lists *l, size_t i)
{
	struct finding *f;

	if (l->listed[i] || !l->clear[i])
		return;
	f = found(l->run, l->kind->ok, l->s[i].about);
	found_value(l->run, f, l->s[i].ip.bytes ? "ip" : "name",
	            l->s[i].about);
	found_value(l->run, f, "role", l->s[i].role);
	found_number(l->run, f, "number", (long long)l->clear[i]);
	found_value(l->run, f, "zone", l->zones[i]);
	found_seen(l->run, f, "asked", l->zones[i]);
}

enum step lists_check(struct check_run *run, const struct lists_subject *s,
                      size_t n, const struct lists_kind *kind)
{
	struct lists l = {.run = run, .kind = kind, .s = s, .n = n,
	                  .step = STEP_DONE};
	const struct zones *known = run->target->lists;

	for (size_t i = 0; known && i < zones_count(known); i++) {
		const struct zone_known *z = zones_nth(known, i);

		if (!lists_asked(run->target, z))
			continue;
		if (z->asks & ZONE_ASKS_V4)
			check_family(&l, z, ZONE_ASKS_V4);
		if (z->asks & ZONE_ASKS_V6)
			check_family(&l, z, ZONE_ASKS_V6);
		if (z->asks & (ZONE_ASKS_NAME | ZONE_ASKS_DOMAIN))
			check_family(&l, z, ZONE_ASKS_NAME);
	}
	if (l.step == STEP_WAIT)
		return STEP_WAIT;
	end_troubles(&l);
	for (size_t i = 0; i < n; i++)
		put_ok(&l, i);
	return STEP_DONE;
}

/* ---- names ---- */

/* Is the last label one under which names are registered? */
static bool is_public(const char *z)
{
	const char *last = strrchr(z, '.');

	return last && psl_is_public_suffix2(
	                   psl_builtin(), last + 1,
	                   PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}

bool lists_name(struct check_run *run, sv text, const char *role,
                struct lists_subject *out)
{
	char z[DNS_NAME_TEXT];
	const char *domain;

	*out = (struct lists_subject){.role = sv_str(role)};
	if (!text.n || !dns_name_plain(text, &out->name))
		return false;
	(void)dns_name_text(&out->name, z);
	if (strchr(z, '\\') || !is_public(z))
		return false;
	domain = psl_registrable_domain(psl_builtin(), z);
	if (!domain || !dns_name_plain(sv_str(domain), &out->domain))
		out->domain.n = 0;
	out->about = check_name(run, &out->name);
	return true;
}
