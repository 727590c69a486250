/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_sig.h"

#include "base/ascii.h"

struct reader {
	struct arena *a;
	struct dkim_sig *s;
	struct taglist tags;
};

static void fault(struct reader *r, enum dkim_reason why, sv arg,
                  const struct tag *where)
{
	struct dkim_sig *s = r->s;

	if (s->fault != DKIM_FINE)
		return;
	s->fault = why;
	s->arg = arg;
	if (where) {
		s->at = where->at;
		s->len = where->n;
	}
}

/* The value of a tag that must be there, and must say something. */
static sv need(struct reader *r, const char *name)
{
	const struct tag *t = taglist_find(&r->tags, name);

	if (!t || !t->value.n)
		fault(r, DKIM_MISSING_TAG, sv_str(name), t);
	return t ? t->value : SV("");
}

/* ---- single tags ---- */

static void read_algorithm(struct reader *r)
{
	static const struct {
		const char *name;
		enum crypto_type type;
		enum crypto_hash hash;
	} known[] = {{"rsa-sha256", CRYPTO_RSA, CRYPTO_SHA256},
	             {"rsa-sha1", CRYPTO_RSA, CRYPTO_SHA1},
	             {"ed25519-sha256", CRYPTO_ED25519, CRYPTO_SHA256}};
	struct dkim_sig *s = r->s;

	s->a = need(r, "a");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (sv_ieq(s->a, sv_str(known[i].name))) {
			s->type = known[i].type;
			s->hash = known[i].hash;
			return;
		}
	fault(r, DKIM_ALGORITHM, SV(""), taglist_find(&r->tags, "a"));
}

static bool read_canon(sv word, enum dkim_canon *out)
{
	if (!sv_ieq(word, SV("simple")) && !sv_ieq(word, SV("relaxed")))
		return false;
	*out = sv_ieq(word, SV("relaxed")) ? DKIM_RELAXED : DKIM_SIMPLE;
	return true;
}

/* "relaxed/simple"; "relaxed" alone leaves the body simple. */
static void read_canons(struct reader *r)
{
	struct dkim_sig *s = r->s;
	sv rest = taglist_get(&r->tags, "c"), head;

	s->c = rest;
	if (!taglist_find(&r->tags, "c"))
		return;
	head = sv_trim(sv_cut(&rest, '/'));
	if (!read_canon(head, &s->header) ||
	    (head.n < s->c.n && !read_canon(sv_trim(rest), &s->body)))
		fault(r, DKIM_CANONICALIZATION, SV(""),
		      taglist_find(&r->tags, "c"));
}

/* Digits; what no 64 bits hold is "for ever" (section 3.5, x=). */
static bool read_number(struct reader *r, const char *name, uint64_t max,
                        uint64_t *out)
{
	const struct tag *t = taglist_find(&r->tags, name);
	uint64_t v = 0;

	if (!t)
		return false;
	for (size_t i = 0; i < t->value.n; i++) {
		char c = t->value.p[i];

		if (!is_digit(c)) {
			fault(r, DKIM_BAD_VALUE, sv_str(name), t);
			return false;
		}
		v = v > (max - 9) / 10 ? max : v * 10 + (unsigned)(c - '0');
	}
	if (!t->value.n)
		fault(r, DKIM_BAD_VALUE, sv_str(name), t);
	*out = v;
	return t->value.n != 0;
}

static void read_numbers(struct reader *r)
{
	struct dkim_sig *s = r->s;
	uint64_t v = 0;

	s->has_t = read_number(r, "t", INT64_MAX, &v);
	s->t = (int64_t)v;
	s->has_x = read_number(r, "x", INT64_MAX, &v);
	s->x = s->has_x ? (int64_t)v : 0;
	s->has_l = read_number(r, "l", UINT64_MAX - 1, &s->l);
}

static void read_base64(struct reader *r, const char *name, sv *out)
{
	const struct tag *t = taglist_find(&r->tags, name);
	size_t at;
	sv text = need(r, name);

	if (!text.n)
		return;
	if (base64_decode(r->a, text, out, &at) == BASE64_FINE)
		return;
	if (r->s->fault == DKIM_FINE) {
		fault(r, DKIM_SIGNATURE_BASE64, sv_str(name), t);
		r->s->at = t->value_at + at;
		r->s->len = at < text.n ? 1 : 0;
	}
}

/*
 * All between "b=" and the next ';' is left out, white space around the value
 * included (section 3.7).
 */
static void find_cut(struct reader *r)
{
	const struct tag *b = taglist_find(&r->tags, "b");
	sv text = r->tags.text, rest;

	r->s->cut = sv_of(text.p + text.n, 0);
	if (!b)
		return;
	rest = sv_drop(text, b->at);
	rest = sv_drop(rest, sv_chr(rest, '=') + 1);
	r->s->cut = sv_head(rest, sv_chr(rest, ';'));
}

static void read_names(struct reader *r)
{
	struct dkim_sig *s = r->s;
	const struct tag *t = taglist_find(&r->tags, "h");
	sv rest = need(r, "h"), item;
	size_t most = 1, from = 0;

	s->h = rest;
	for (size_t i = 0; i < rest.n; i++)
		most += rest.p[i] == ':';
	if (most > DKIM_NAMES_MAX) {
		fault(r, DKIM_BAD_VALUE, SV("h"), t);
		most = DKIM_NAMES_MAX;
	}
	s->name = arena_alloc(r->a, most, sizeof(*s->name));
	while (s->name && s->names < most && taglist_item(&rest, &item)) {
		from += sv_ieq(item, SV("From"));
		if (!item.n)
			fault(r, DKIM_BAD_VALUE, SV("h"), t);
		else
			s->name[s->names++] = item;
	}
	s->signs_from = from > 0;
	s->oversigns_from = from > 1;
}

/* ---- names of domains ---- */

bool dkim_domain_under(sv name, sv domain)
{
	if (!sv_iends(name, domain) || !domain.n)
		return false;
	return name.n == domain.n || name.p[name.n - domain.n - 1] == '.';
}

sv dkim_sig_identity(const struct dkim_sig *s)
{
	size_t at = sv_rchr(s->i, '@');

	return !s->has_i ? s->d : at == SV_NPOS ? SV("") : sv_drop(s->i, at + 1);
}

sv dkim_unquote(struct arena *a, sv s)
{
	char *p = arena_alloc(a, s.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++) {
		static const char hex[] = "0123456789ABCDEF";
		const char *h, *l;

		if (is_space(s.p[i]))
			continue;
		if (s.p[i] == '=' && i + 2 < s.n && s.p[i + 1] && s.p[i + 2] &&
		    (h = strchr(hex, s.p[i + 1])) &&
		    (l = strchr(hex, s.p[i + 2]))) {
			p[n++] = (char)((h - hex) << 4 | (l - hex));
			i += 2;
			continue;
		}
		p[n++] = s.p[i];
	}
	return p ? sv_of(p, n) : SV("");
}

/* Labels of letters, digits, '-' and '_'; U-labels in d= (RFC 8616). */
static bool is_domain(sv s, bool high)
{
	size_t label = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.') {
			if (!label)
				return false;
			label = 0;
		} else if (is_alnum(c) || c == '-' || c == '_' ||
		           (high && is_high(c))) {
			label++;
		} else {
			return false;
		}
	}
	return label > 0;
}

static void read_domains(struct reader *r)
{
	struct dkim_sig *s = r->s;
	const struct tag *i = taglist_find(&r->tags, "i");

	s->d = need(r, "d");
	s->s = need(r, "s");
	if (s->d.n && !is_domain(s->d, true))
		fault(r, DKIM_BAD_VALUE, SV("d"), taglist_find(&r->tags, "d"));
	if (s->s.n && !is_domain(s->s, false))
		fault(r, DKIM_BAD_VALUE, SV("s"), taglist_find(&r->tags, "s"));
	if (s->kind != DKIM_SIGNATURE || !i)
		return;
	s->has_i = true;
	s->i = dkim_unquote(r->a, i->value);
	if (!dkim_domain_under(dkim_sig_identity(s), s->d))
		fault(r, DKIM_IDENTITY, SV(""), i);
}

/* ---- each kind ---- */

static void read_query(struct reader *r)
{
	const struct tag *q = taglist_find(&r->tags, "q");
	sv rest, item;

	if (!q)
		return;
	r->s->q = rest = q->value;
	while (taglist_item(&rest, &item))
		if (sv_ieq(item, SV("dns/txt")) || sv_ieq(item, SV("dns")))
			return;
	fault(r, DKIM_QUERY, SV(""), q);
}

static void read_instance(struct reader *r)
{
	const struct tag *i = taglist_find(&r->tags, "i");
	uint32_t v = 0;

	if (!need(r, "i").n)
		return;
	if (!sv_u32(i->value, 50, &v) || !v)
		fault(r, DKIM_BAD_VALUE, SV("i"), i);
	else
		r->s->instance = v;
}

static void read_version(struct reader *r)
{
	r->s->v = need(r, "v");
	if (r->s->v.n && !sv_eq(r->s->v, SV("1")))
		fault(r, DKIM_VERSION, SV(""), taglist_find(&r->tags, "v"));
}

static void read_hash_tags(struct reader *r)
{
	struct dkim_sig *s = r->s;

	read_canons(r);
	read_names(r);
	read_base64(r, "bh", &s->body_hash);
	if (s->fault == DKIM_FINE &&
	    s->body_hash.n != crypto_hash_size(s->hash))
		fault(r, DKIM_BAD_VALUE, SV("bh"), taglist_find(&r->tags, "bh"));
}

static void read_seal(struct reader *r)
{
	r->s->cv = need(r, "cv");
	/* RFC 8617 section 4.1.3: both bytes and place of it are fixed. */
	if (taglist_find(&r->tags, "h"))
		fault(r, DKIM_BAD_VALUE, SV("h"), taglist_find(&r->tags, "h"));
	r->s->header = DKIM_RELAXED;
}

static void read_list(struct reader *r)
{
	const struct tag *w = &r->tags.where;

	r->s->odd_twice = r->tags.flaw == TAG_TWICE;
	if (r->tags.flaw == TAG_TWICE)
		fault(r, DKIM_DUPLICATE_TAG, w->name, w);
	else if (r->tags.flaw != TAG_FINE)
		fault(r, DKIM_SYNTAX, SV(""), w);
}

void dkim_sig_read(struct arena *a, enum dkim_kind kind,
                   const struct dkim_field *f, struct dkim_sig *out)
{
	struct reader r;

	*out = (struct dkim_sig){.kind = kind, .field = f};
	r.a = a;
	r.s = out;
	(void)taglist_read(f->value, &r.tags);
	if (f->value.n > DKIM_FIELD_MAX)
		fault(&r, DKIM_SYNTAX, SV(""), NULL);
	read_list(&r);
	if (kind == DKIM_SIGNATURE)
		read_version(&r);
	else
		read_instance(&r);
	read_algorithm(&r);
	read_domains(&r);
	if (kind == DKIM_SIGNATURE)
		read_query(&r);
	if (kind == DKIM_ARC_SEAL)
		read_seal(&r);
	else
		read_hash_tags(&r);
	read_base64(&r, "b", &out->signature);
	read_numbers(&r);
	out->z = taglist_get(&r.tags, "z");
	find_cut(&r);
	if (kind == DKIM_SIGNATURE && !out->signs_from)
		fault(&r, DKIM_FROM_UNSIGNED, SV(""), taglist_find(&r.tags, "h"));
}
