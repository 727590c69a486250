/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_key.h"

#include "auth/dkim_der.h"
#include "base/ascii.h"

struct reader {
	struct arena *a;
	struct dkim_key *k;
	struct taglist tags;
};

/* The first fault that makes it unusable is the one to tell. */
static void fault(struct reader *r, enum dkim_reason why, sv arg, size_t at,
                  size_t n)
{
	if (r->k->fault == DKIM_FINE) {
		r->k->fault = why;
		r->k->arg = arg;
	}
	fault_add(&r->k->faults, r->a, dkim_reason_name(why), FAULT_BROKEN, at,
	          n);
}

static void note(struct reader *r, const char *id, size_t at, size_t n)
{
	fault_add(&r->k->faults, r->a, id, FAULT_WRONG, at, n);
}

static bool list_has(sv list, const char *want)
{
	sv item;

	while (taglist_item(&list, &item))
		if (sv_ieq(item, sv_str(want)))
			return true;
	return false;
}

/* ---- p= ---- */

static void take_rsa(struct reader *r, struct crypto_public key)
{
	struct dkim_key *k = r->k;

	k->key = key;
	k->bits = der_bits(key.n);
	k->has_public = k->bits <= CRYPTO_RSA_MAX &&
	                key.e.n <= CRYPTO_EXPONENT_BYTES;
	k->small = k->bits < DKIM_RSA_MIN;
}

static void read_rsa(struct reader *r, sv der, const struct tag *p,
                     bool cut)
{
	struct crypto_public key;
	bool bare;
	size_t at;
	enum der_flaw flaw = der_public(der, &key, &bare, &at);

	if (flaw == DER_CUT || (flaw == DER_WRONG && !der.n)) {
		fault(r, DKIM_KEY_TRUNCATED, SV(""),
		      p->value_at + p->value.n, 0);
		return;
	}
	if (flaw == DER_WRONG || key.type != CRYPTO_RSA) {
		fault(r, DKIM_KEY_DER, SV(""), p->value_at, p->value.n);
		return;
	}
	if (flaw == DER_MORE)
		note(r, "key_bytes_behind", p->value_at, p->value.n);
	if (cut)
		note(r, "key_no_padding", p->value_at + p->value.n, 0);
	r->k->traits |= bare ? DKIM_KEY_IS_PKCS1 : 0u;
	take_rsa(r, key);
	if (!r->k->has_public)
		fault(r, DKIM_KEY_LARGE,
		      arena_printf(r->a, "%u", r->k->bits), p->value_at,
		      p->value.n);
}

static void read_ed25519(struct reader *r, sv raw, const struct tag *p)
{
	struct crypto_public key = {.type = CRYPTO_ED25519, .raw = raw};
	bool bare;
	size_t at;

	if (raw.n != CRYPTO_ED25519_BYTES) {
		fault(r, DKIM_KEY_ED25519, SV(""), p->value_at, p->value.n);
		if (der_public(raw, &key, &bare, &at) != DER_FINE ||
		    key.type != CRYPTO_ED25519)
			return;
		r->k->traits |= DKIM_KEY_IS_WRAPPED;
	}
	r->k->key = key;
	r->k->bits = 256;
	r->k->has_public = true;
}

static void read_p(struct reader *r, const struct tag *p)
{
	size_t at;
	sv raw;
	enum base64_flaw flaw;
	bool ed = sv_ieq(r->k->type, SV("ed25519"));

	if (!p->value.n) {
		fault(r, DKIM_KEY_REVOKED, SV(""), p->at, p->n);
		return;
	}
	flaw = base64_decode(r->a, p->value, &raw, &at);
	if (flaw == BASE64_BAD_SIGN || flaw == BASE64_AFTER) {
		bool quote = p->value.p[at] == '"';

		r->k->traits |= quote ? DKIM_KEY_HAS_QUOTES : 0u;
		fault(r, quote ? DKIM_KEY_QUOTES : DKIM_KEY_BASE64, SV(""),
		      p->value_at + at, 1);
		return;
	}
	if (ed)
		read_ed25519(r, raw, p);
	else if (sv_ieq(r->k->type, SV("rsa")))
		read_rsa(r, raw, p, flaw == BASE64_CUT);
}

/* ---- the other tags ---- */

static void read_version(struct reader *r)
{
	const struct tag *v = taglist_find(&r->tags, "v");

	if (!v) {
		r->k->traits |= DKIM_KEY_NO_VERSION;
		return;
	}
	if (!sv_eq(v->value, SV("DKIM1")))
		fault(r, DKIM_KEY_VERSION, SV(""), v->value_at, v->value.n);
	else if (v != r->tags.tag)
		fault(r, DKIM_KEY_VERSION_PLACE, SV(""), v->at, v->n);
}

static void read_flags(struct reader *r)
{
	struct dkim_key *k = r->k;

	k->testing = list_has(k->flags, "y");
	k->strict = list_has(k->flags, "s");
	k->sha1 = !taglist_find(&r->tags, "h") || list_has(k->hashes, "sha1");
	k->sha256 = !taglist_find(&r->tags, "h") || list_has(k->hashes, "sha256");
}

static void read_service(struct reader *r)
{
	const struct tag *s = taglist_find(&r->tags, "s");

	if (s && !list_has(s->value, "*") && !list_has(s->value, "email"))
		fault(r, DKIM_KEY_SERVICE, SV(""), s->at, s->n);
}

static void read_type(struct reader *r)
{
	const struct tag *t = taglist_find(&r->tags, "k");

	r->k->type = t ? t->value : SV("rsa");
	if (!sv_ieq(r->k->type, SV("rsa")) &&
	    !sv_ieq(r->k->type, SV("ed25519")))
		fault(r, DKIM_KEY_TYPE, SV(""), t ? t->at : 0, t ? t->n : 0);
}

/* Section 3.6.1: the list as a whole must be one. */
static void read_list(struct reader *r)
{
	const struct tag *w = &r->tags.where;

	switch (r->tags.flaw) {
	case TAG_FINE:
		return;
	case TAG_TWICE:
		fault(r, DKIM_KEY_DUPLICATE_TAG, w->name, w->at, w->n);
		return;
	default:
		fault(r, DKIM_KEY_SYNTAX, SV(""), w->at, w->n);
	}
}

/*
 * Is it meant to be a key?  Records of SPF and others stand at selectors where
 * a wildcard covers all names.
 */
static bool looks_so(const struct taglist *t)
{
	sv v = taglist_get(t, "v");

	if (v.n)
		return sv_istarts(v, SV("dkim"));
	return taglist_find(t, "p") != NULL;
}

static void read_all(struct reader *r)
{
	struct dkim_key *k = r->k;
	const struct tag *p = taglist_find(&r->tags, "p");

	k->p = taglist_get(&r->tags, "p");
	k->notes = taglist_get(&r->tags, "n");
	k->services = taglist_get(&r->tags, "s");
	k->flags = taglist_get(&r->tags, "t");
	k->hashes = taglist_get(&r->tags, "h");
	k->granularity = taglist_get(&r->tags, "g");
	if (taglist_find(&r->tags, "g"))
		k->traits |= DKIM_KEY_HAS_GRANULARITY;
	if (r->tags.flaw == TAG_TWICE)
		read_list(r); /* which of them holds cannot be said */
	read_version(r);
	read_type(r);
	if (p)
		read_p(r, p);
	else
		fault(r, DKIM_KEY_MISSING_P, SV(""), r->tags.text.n, 0);
	if (r->tags.flaw != TAG_TWICE)
		read_list(r);
	read_flags(r);
	read_service(r);
}

void dkim_key_read(struct arena *a, sv text, struct dkim_key *out)
{
	struct reader r;
	sv inner = sv_trim(text);
	size_t quote;

	*out = (struct dkim_key){.text = text};
	r.a = a;
	r.k = out;
	quote = sv_chr(sv_head(inner, 1), '"');
	if (quote != SV_NPOS) {
		out->traits |= DKIM_KEY_HAS_QUOTES;
		fault(&r, DKIM_KEY_QUOTES, SV(""), (size_t)(inner.p - text.p),
		      1);
		inner = sv_drop(inner, 1);
		if (sv_ends(inner, SV("\"")))
			inner.n--;
	}
	(void)taglist_read(inner, &r.tags);
	out->is_dkim = looks_so(&r.tags);
	if (!out->is_dkim) {
		out->fault = DKIM_KEY_OTHER;
		fault_add(&out->faults, a, dkim_reason_name(DKIM_KEY_OTHER),
		          FAULT_BROKEN, 0, text.n);
		return;
	}
	read_all(&r);
	/* Places are told in the whole text. */
	for (size_t i = quote == SV_NPOS ? out->faults.n : 1;
	     i < out->faults.n; i++)
		out->faults.list[i].at += (size_t)(inner.p - text.p);
}

/* ---- repair ---- */

/* The base64 of p= without what does not belong there. */
static size_t clean_p(char *to, sv p)
{
	static const char pem[] = "-----";
	size_t n = 0;

	while (p.n) {
		char c = *p.p;

		if (sv_starts(p, SV(pem))) {
			size_t end = sv_find(sv_drop(p, 5), SV(pem));

			p = sv_drop(p, end == SV_NPOS ? 5 : end + 10);
			continue;
		}
		if (is_alnum(c) || c == '+' || c == '/' || c == '=')
			to[n++] = c;
		p = sv_drop(p, 1);
	}
	return n;
}

static void put(char **to, sv s)
{
	memcpy(*to, s.p, s.n);
	*to += s.n;
}

static void add_tag(char **to, sv name, sv value)
{
	if (!value.n)
		return;
	put(to, name);
	put(to, value);
	put(to, SV("; "));
}

static sv without_junk(struct arena *a, sv text)
{
	char *p = arena_alloc(a, text.n + 1, 1);
	size_t n = 0;

	if (!p)
		return SV("");
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '"' && text.p[i] != '\\')
			p[n++] = text.p[i];
	return sv_of(p, n);
}

static bool is_mendable(enum dkim_reason why)
{
	switch (why) {
	case DKIM_KEY_QUOTES:
	case DKIM_KEY_VERSION:
	case DKIM_KEY_VERSION_PLACE:
	case DKIM_KEY_SYNTAX:
	case DKIM_KEY_BASE64:
	case DKIM_KEY_ED25519:
	case DKIM_KEY_MISSING_P:
	case DKIM_KEY_OTHER:
		return true;
	default:
		return false;
	}
}

/* A text from the parts that are there, in the usual order. */
static sv write_record(struct arena *a, const struct taglist *t, sv p)
{
	char *room = arena_alloc(a, t->text.n + p.n + 64, 1), *to = room;

	if (!room)
		return SV("");
	add_tag(&to, SV("v="), SV("DKIM1"));
	add_tag(&to, SV("k="), taglist_get(t, "k"));
	add_tag(&to, SV("h="), taglist_get(t, "h"));
	add_tag(&to, SV("s="), taglist_get(t, "s"));
	add_tag(&to, SV("t="), taglist_get(t, "t"));
	put(&to, SV("p="));
	return sv_of(room, (size_t)(to - room) + clean_p(to, p));
}

sv dkim_key_repair(struct arena *a, const struct dkim_key *key)
{
	struct taglist tags;
	struct dkim_key again;
	sv p, text, bare;

	if (!is_mendable(key->fault))
		return SV("");
	(void)taglist_read(without_junk(a, key->text), &tags);
	p = taglist_get(&tags, "p");
	if (key->traits & DKIM_KEY_IS_WRAPPED)
		p = base64_encode(a, key->key.raw);
	bare = sv_trim(tags.text);
	if (!p.n && !taglist_find(&tags, "v") &&
	    (sv_starts(bare, SV("-----BEGIN")) || sv_starts(bare, SV("MI"))))
		p = tags.text; /* the key alone */
	if (!p.n)
		return SV("");
	text = write_record(a, &tags, p);
	dkim_key_read(a, text, &again);
	return again.fault == DKIM_FINE ? text : SV("");
}

sv dkim_key_text(struct arena *a, const struct crypto_public *key)
{
	return base64_encode(a, key->type == CRYPTO_RSA ? der_rsa(a, key)
	                                                : key->raw);
}

bool dkim_key_same(const struct crypto_public *a,
                   const struct crypto_public *b)
{
	return a->type == b->type && sv_eq(a->n, b->n) && sv_eq(a->e, b->e) &&
	       sv_eq(a->raw, b->raw);
}
