/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_respell.h"

#include "base/ascii.h"
#include "base/buf.h"

/* Times a record is written anew: a term may have more than one fault. */
#define ROUNDS 4
/* A record that grows beyond this was none. */
#define TEXT_MAX (2 * SPF_RECORD_MAX)

static const struct {
	sv wrong, right;
} names[] = {
    {SV_INIT("ipv4"), SV_INIT("ip4")},
    {SV_INIT("ipv6"), SV_INIT("ip6")},
    {SV_INIT("ip-4"), SV_INIT("ip4")},
    {SV_INIT("ip-6"), SV_INIT("ip6")},
    {SV_INIT("inlcude"), SV_INIT("include")},
    {SV_INIT("incldue"), SV_INIT("include")},
    {SV_INIT("includes"), SV_INIT("include")},
    {SV_INIT("inc"), SV_INIT("include")},
    {SV_INIT("prt"), SV_INIT("ptr")},
    {SV_INIT("exist"), SV_INIT("exists")},
    {SV_INIT("redirct"), SV_INIT("redirect")},
    {SV_INIT("host"), SV_INIT("a")},
    {SV_INIT("all."), SV_INIT("all")},
};

void spf_changes_add(struct spf_changes *c, enum spf_change_id id, sv was,
                     sv now, sv by)
{
	struct spf_change *list = arena_more(c->a, c->change, c->n, &c->cap,
	                                     sizeof(*list), SPF_CHANGES_MAX);

	if (!list)
		return;
	c->change = list;
	list[c->n++] = (struct spf_change){id, was, now, by};
}

static bool is_address(sv s, struct ip *out)
{
	return ip_parse(sv_head(s, sv_chr(s, '/')), out);
}

/* Bytes that do not belong there as blanks, dashes of typography as "-". */
static sv plain(struct arena *a, sv s)
{
	char *p = arena_alloc(a, s.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++) {
		if (s.p[i] == '"')
			continue;
		if (!is_high(s.p[i])) {
			p[n++] = s.p[i] < ' ' || s.p[i] == 0x7F ? ' ' : s.p[i];
			continue;
		}
		/* U+2010 to U+2015 and U+2212; else nothing is left. */
		if (i + 2 < s.n && s.p[i] == '\xE2' &&
		    ((s.p[i + 1] == '\x80' && s.p[i + 2] >= '\x90' &&
		      s.p[i + 2] <= '\x95') ||
		     (s.p[i + 1] == '\x88' && s.p[i + 2] == '\x92')))
			p[n++] = '-';
		while (i + 1 < s.n && is_high(s.p[i + 1]) &&
		       (unsigned char)s.p[i + 1] < 0xC0)
			i++;
	}
	return sv_of(p, p ? n : 0);
}

static sv without_semicolons(sv s)
{
	while (sv_ends(s, SV(";")) || sv_ends(s, SV(",")))
		s.n--;
	return s;
}

static sv signed_term(struct arena *a, const struct spf_term *t, sv name,
                      char sign, sv rest)
{
	return arena_printf(a, "%.*s%.*s%c%.*s", (int)t->written,
	                    t->text.p ? t->text.p : "", SV_FMT(name), sign,
	                    SV_FMT(rest));
}

/* What stands behind the first ":" or "=". */
static sv argument_of(const struct spf_term *t)
{
	sv s = sv_drop(t->text, t->written);
	size_t i = 0;

	while (i < s.n && s.p[i] != ':' && s.p[i] != '=')
		i++;
	return sv_drop(s, i + 1);
}

/* "ipv4:x", "inlcude:x", "192.0.2.1", "ip:x"; empty: nobody knows. */
static sv known_name(struct arena *a, const struct spf_term *t)
{
	sv s = sv_drop(t->text, t->written), argument = argument_of(t);
	struct ip ip;

	if (is_address(s, &ip))
		return signed_term(a, t, ip.bytes == 4 ? SV("ip4") : SV("ip6"),
		                   ':', s);
	if (sv_ieq(t->name, SV("ip")) && is_address(argument, &ip))
		return signed_term(a, t, ip.bytes == 4 ? SV("ip4") : SV("ip6"),
		                   ':', argument);
	if (sv_ieq(s, SV("all.")))
		return arena_printf(a, "%.*sall", (int)t->written, t->text.p);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (argument.n && sv_ieq(t->name, names[i].wrong))
			return signed_term(a, t, names[i].right,
			    sv_eq(names[i].right, SV("redirect")) ? '=' : ':',
			    argument);
	return SV("");
}

/* An address of the other version. */
static sv other_address(struct arena *a, const struct spf_term *t)
{
	struct ip ip;

	if (!is_address(t->domain, &ip))
		return SV("");
	return signed_term(a, t, ip.bytes == 4 ? SV("ip4") : SV("ip6"), ':',
	                   t->domain);
}

/* The term without that fault; empty: it cannot be told what was meant. */
static sv respelt(struct arena *a, const struct spf_record *r,
                  const struct spf_fault *f)
{
	const struct spf_term *t = &r->term[f->term];
	size_t at = f->at - t->at;

	switch (f->id) {
	case SPF_FAULT_QUOTES:
	case SPF_FAULT_NON_ASCII:
	case SPF_FAULT_CONTROL_CHAR:
		return plain(a, t->text);
	case SPF_FAULT_SEMICOLON:
		return without_semicolons(t->text);
	case SPF_FAULT_UNKNOWN_MECHANISM:
		return known_name(a, t);
	case SPF_FAULT_BAD_ADDRESS:
		return other_address(a, t);
	case SPF_FAULT_EQUALS_MECHANISM:
		return signed_term(a, t, t->name, ':', argument_of(t));
	case SPF_FAULT_COLON_MODIFIER:
		return signed_term(a, t, t->name, '=', argument_of(t));
	case SPF_FAULT_GLUED:
		return arena_printf(a, "%.*s %.*s", SV_FMT(sv_head(t->text, at)),
		                    SV_FMT(sv_drop(t->text, at)));
	default:
		return SV("");
	}
}

static bool is_handled(enum spf_fault_id id)
{
	return spf_fault_fatal(id) || id == SPF_FAULT_EQUALS_MECHANISM ||
	       id == SPF_FAULT_SECOND_VERSION;
}

/* The fault of term i to do something about, or NULL. */
static const struct spf_fault *fault_of(const struct spf_record *r, size_t i)
{
	for (size_t k = 0; k < r->nfaults; k++)
		if (r->fault[k].term == i && is_handled(r->fault[k].id))
			return &r->fault[k];
	return NULL;
}

/* Term i as it was meant, with a blank before it; *i moves on. */
static void put_term(struct arena *a, const struct spf_record *r, size_t *i,
                     struct spf_changes *c, struct buf *b)
{
	const struct spf_term *t = &r->term[*i];
	const struct spf_fault *f = fault_of(r, *i);
	sv was = t->text, now;

	/* A fault that was not kept has its turn in the next round. */
	if (!f) {
		buf_addf(b, " %.*s", SV_FMT(t->text));
		return;
	}
	if (f && f->id == SPF_FAULT_BLANK_BEHIND_COLON) {
		const struct spf_term *next = &r->term[++*i];

		was = sv_slice(r->text, t->at, next->at + next->text.n);
		now = arena_printf(a, "%.*s%.*s", SV_FMT(t->text),
		                   SV_FMT(next->text));
	} else {
		now = sv_trim(respelt(a, r, f));
	}
	if (sv_eq(now, t->text))
		now = SV("");
	spf_changes_add(c, now.n ? SPF_CHANGE_SPELLING : SPF_CHANGE_UNREADABLE,
	                was, now, SV(""));
	if (now.n)
		buf_addf(b, " %.*s", SV_FMT(now));
}

static bool needs(const struct spf_record *r)
{
	bool yes = r->broken;

	for (size_t k = 0; k < r->nfaults; k++)
		yes |= is_handled(r->fault[k].id);
	return yes;
}

static sv once(struct arena *a, const struct spf_record *r,
               struct spf_changes *c)
{
	struct buf b;
	sv out;

	buf_init(&b, TEXT_MAX);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < r->n; i++)
		put_term(a, r, &i, c, &b);
	out = arena_dup(a, buf_sv(&b));
	if (buf_failed(&b))
		out = SV("");
	buf_fini(&b);
	return out;
}

sv spf_respell(struct arena *a, const struct spf_record *r,
               struct spf_changes *c)
{
	sv text = r->text;

	for (int i = 0; r && i < ROUNDS && needs(r); i++) {
		text = once(a, r, c);
		r = text.n ? spf_record_parse(a, text, NULL, 0) : NULL;
	}
	return r && !needs(r) ? text : SV("");
}

sv spf_respell_near(struct arena *a, sv near, struct spf_changes *c)
{
	struct spf_record *r;
	sv s = sv_trim(plain(a, near)), text;

	while (s.n && (s.p[0] == '\'' || s.p[0] == '\\' || s.p[0] == '='))
		s = sv_drop(s, 1);
	while (sv_ends(s, SV("'")) || sv_ends(s, SV("\\")))
		s.n--;
	if (sv_istarts(s, SV("spf1 ")))
		s = sv_drop(s, 4);
	else if (sv_istarts(s, SV("v=spf1")) && s.n > 6 &&
	         (is_blank(s.p[6]) || strchr(";,", s.p[6])))
		s = sv_drop(s, 7);
	else
		return SV("");
	text = arena_printf(a, "v=spf1 %.*s", SV_FMT(sv_trim(s)));
	spf_changes_add(c, SPF_CHANGE_SPELLING, near, text, SV(""));
	r = spf_record_parse(a, text, NULL, 0);
	return r ? spf_respell(a, r, c) : SV("");
}

/* ---- several in one ---- */

/* The gentlest "all" wins: a host that one record lets pass must not fail. */
static const struct spf_term *gentlest(const struct spf_record *const *r,
                                       size_t n)
{
	static const char order[] = "-~?";
	const struct spf_term *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct spf_term *t;

		if (r[i]->all == SIZE_MAX)
			continue;
		t = &r[i]->term[r[i]->all];
		/* "+all" is what nobody means. */
		if (!best || best->qualifier == '+' ||
		    (t->qualifier != '+' &&
		     strchr(order, t->qualifier) >
		         strchr(order, best->qualifier)))
			best = t;
	}
	return best;
}

static bool has_term(const struct spf_record *r, const struct spf_term *t)
{
	for (size_t i = 0; i < r->n; i++)
		if (sv_ieq(sv_drop(r->term[i].text, r->term[i].written),
		           sv_drop(t->text, t->written)))
			return true;
	return false;
}

/* redirect has no room beside all, but include does the same for a pass. */
static void put_merged(struct arena *a, const struct spf_term *t, bool all,
                       bool other, struct spf_changes *c, struct buf *b)
{
	sv text = t->text;

	if (t->kind == SPF_ALL || (t->kind == SPF_EXP && other))
		return;
	if (t->kind == SPF_REDIRECT && (all || other)) {
		text = arena_printf(a, "include:%.*s", SV_FMT(t->domain));
		spf_changes_add(c, SPF_CHANGE_SPELLING, t->text, text, SV(""));
	} else if (other) {
		spf_changes_add(c, SPF_CHANGE_MERGED, text, text, SV(""));
	}
	buf_addf(b, " %.*s", SV_FMT(text));
}

sv spf_merge(struct arena *a, const struct spf_set *set,
             struct spf_changes *c)
{
	const struct spf_record *const *r = set->record;
	const struct spf_term *all = gentlest(r, set->n);
	struct buf b;
	sv out;

	for (size_t i = 0; i < set->n; i++)
		if (r[i]->n > SPF_COMPARED_MAX)
			return SV("");
	buf_init(&b, TEXT_MAX);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < set->n; i++)
		for (size_t k = 0; k < r[i]->n; k++) {
			const struct spf_term *t = &r[i]->term[k];
			bool there = k > r[i]->all;

			for (size_t j = 0; j < i && !there; j++)
				there = has_term(r[j], t);
			if (!there)
				put_merged(a, t, all != NULL, i > 0, c, &b);
		}
	if (all)
		buf_addf(&b, " %.*s", SV_FMT(all->text));
	out = buf_failed(&b) ? SV("") : arena_dup(a, buf_sv(&b));
	buf_fini(&b);
	return out;
}
