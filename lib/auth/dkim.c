/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim.h"

#include "auth/dkim_check.h"
#include "auth/dkim_hash.h"
#include "auth/dkim_trial.h"

/* A body's hash serves all signatures with the same algorithms and length. */
struct body_hash {
	enum dkim_canon canon;
	enum crypto_hash kind;
	uint64_t l, size;
	bool has_l, ok;
	uint8_t hash[CRYPTO_HASH_MAX];
};

struct dkim_work {
	bool done;
	uint64_t budget; /* of trials */
	struct body_hash body[DKIM_SIGNATURES_MAX];
	size_t nbody;
};

struct checker {
	struct facts *f;
	struct arena *a;
	const struct dkim_mail *m;
	const struct dkim_options *opt;
	struct dkim_outcome *out;
};

const char *dkim_result_name(enum dkim_result result)
{
	static const char *const names[] = {
	    [DKIM_NONE] = "none",
	    [DKIM_PASS] = "pass",
	    [DKIM_FAIL] = "fail",
	    [DKIM_POLICY] = "policy",
	    [DKIM_NEUTRAL] = "neutral",
	    [DKIM_TEMPERROR] = "temperror",
	    [DKIM_PERMERROR] = "permerror"};

	return names[result];
}

static void note(struct dkim_verdict *v, enum dkim_note n)
{
	v->notes |= 1u << n;
}

static void settle(struct dkim_verdict *v, enum dkim_result result,
                   enum dkim_reason reason, sv arg)
{
	v->result = v->old = result;
	v->reason = reason;
	v->arg = arg;
}

/* ---- reading ---- */

/* RFC 5322 section 3.6: who does not say whom it is from signs nothing. */
static bool has_author(const struct dkim_mail *m)
{
	const struct dkim_field *f = dkim_first(m, "From");

	return f && sv_chr(f->value, '@') != SV_NPOS;
}

static void begin(struct checker *k)
{
	struct dkim_outcome *out = k->out;
	const struct dkim_mail *m = k->m;
	size_t n = dkim_count(m, "DKIM-Signature"), at = 0;
	uint32_t hash = dkim_name_hash(SV("DKIM-Signature"));

	out->work = arena_alloc(k->a, 1, sizeof(*out->work));
	if (n > DKIM_SIGNATURES_MAX) {
		out->more = n - DKIM_SIGNATURES_MAX;
		n = DKIM_SIGNATURES_MAX;
	}
	out->sig = n ? arena_alloc(k->a, n, sizeof(*out->sig)) : NULL;
	if (!out->work || (n && !out->sig))
		return;
	out->work->budget = DKIM_TRIAL_BYTES;
	for (size_t i = 0; i < m->n && out->n < n; i++) {
		if (!dkim_is_field(&m->field[i], SV("DKIM-Signature"), hash))
			continue;
		at = out->n++;
		dkim_sig_read(k->a, DKIM_SIGNATURE, &m->field[i],
		              &out->sig[at].sig);
	}
}

/* ---- judging ---- */

static const struct body_hash *body_of(struct checker *k,
                                       const struct dkim_sig *s)
{
	struct dkim_work *w = k->out->work;
	struct body_hash *b;

	for (size_t i = 0; i < w->nbody; i++) {
		b = &w->body[i];
		if (b->canon == s->body && b->kind == s->hash &&
		    b->has_l == s->has_l && b->l == s->l)
			return b;
	}
	b = &w->body[w->nbody++];
	b->canon = s->body;
	b->kind = s->hash;
	b->has_l = s->has_l;
	b->l = s->l;
	b->ok = dkim_hash_body(k->opt->crypto, s, k->m->body, b->hash,
	                       &b->size);
	return b;
}

enum dkim_match dkim_match_body(const struct dkim_sig *s, const uint8_t *hash,
                                uint64_t size)
{
	size_t n = crypto_hash_size(s->hash);

	return s->body_hash.n == n && !memcmp(s->body_hash.p, hash, n) &&
	               (!s->has_l || s->l <= size)
	           ? DKIM_MATCHES
	           : DKIM_DIFFERS;
}

static void check_body(struct checker *k, struct dkim_verdict *v)
{
	const struct dkim_sig *s = &v->sig;
	const struct body_hash *b = body_of(k, s);

	if (!b->ok)
		return;
	v->body_size = b->size;
	v->body = dkim_match_body(s, b->hash, b->size);
}

enum dkim_reason dkim_misfit(const struct dkim_verdict *v)
{
	const struct dkim_key *k = &v->key;

	if (k->key.type != v->sig.type)
		return DKIM_KEY_MISMATCH;
	if (v->sig.hash == CRYPTO_SHA1 ? !k->sha1 : !k->sha256)
		return DKIM_KEY_HASH;
	if (k->strict && v->sig.has_i &&
	    !sv_ieq(dkim_sig_identity(&v->sig), v->sig.d))
		return DKIM_KEY_STRICT;
	return DKIM_FINE;
}

struct hashes {
	uint8_t is[CRYPTO_HASH_MAX], was[CRYPTO_HASH_MAX];
	bool known; /* was is */
	enum crypto_verdict verdict;
};

static bool check_header(struct checker *k, struct dkim_verdict *v,
                         const struct crypto_public *key, struct hashes *h)
{
	h->known = false;
	if (!dkim_hash_header(k->opt->crypto, k->a, k->m, &v->sig, h->is))
		return false;
	h->verdict = crypto_verify(k->opt->crypto, key, v->sig.hash, h->is,
	                           v->sig.signature, h->was, &h->known);
	return true;
}

static void look_for_change(struct checker *k, struct dkim_verdict *v,
                            const struct hashes *h)
{
	struct dkim_trial t = {
	    .crypto = k->opt->crypto, .a = k->a, .mail = k->m, .sig = &v->sig,
	    .key = &v->key.key, .was = h->known ? h->was : NULL,
	    .budget = &k->out->work->budget};

	if (v->body == DKIM_DIFFERS) {
		v->body_change.what = DKIM_BODY_CHANGED;
		if (v->sig.has_l && v->sig.l > v->body_size) {
			v->body_change.what = DKIM_BODY_LENGTH;
			v->body_change.proved = true;
		} else if (!k->opt->no_trials) {
			dkim_trial_body(&t, &v->body_change);
		}
	}
	if (h->verdict == CRYPTO_FOREIGN) {
		v->header_change.what = DKIM_WRONG_KEY;
	} else if (v->header == DKIM_DIFFERS) {
		v->header_change.what = DKIM_HEADER_CHANGED;
		if (!k->opt->no_trials)
			dkim_trial_header(&t, &v->header_change);
	}
}

/* Good hashes are not all: times, and what RFC 8301 wants. */
static void judge_rest(struct checker *k, struct dkim_verdict *v)
{
	int64_t now = facts_now(k->f);
	const struct dkim_sig *s = &v->sig;

	if (s->has_x && (s->x < now || (s->has_t && s->x < s->t))) {
		settle(v, DKIM_PERMERROR, DKIM_EXPIRED, SV(""));
		return;
	}
	settle(v, DKIM_PASS, DKIM_FINE, SV(""));
	if (s->has_t && s->t > now) {
		v->reason = DKIM_FUTURE;
		note(v, DKIM_NOTE_FUTURE);
	}
	if (v->key.testing)
		note(v, DKIM_NOTE_TESTING);
}

/* g= of RFC 4871 section 3.6.1: the local part of i=, with one "*". */
static bool is_granted(const struct dkim_verdict *v)
{
	sv want = v->key.granularity, local = v->sig.i, tail;
	size_t star = sv_chr(want, '*'), at = sv_rchr(local, '@');

	if (!(v->key.traits & DKIM_KEY_HAS_GRANULARITY))
		return true;
	local = at == SV_NPOS ? SV("") : sv_head(local, at);
	if (star == SV_NPOS)
		return sv_eq(local, want);
	tail = sv_drop(want, star + 1);
	return local.n >= want.n - 1 && sv_starts(local, sv_head(want, star)) &&
	       sv_ends(local, tail);
}

/* RFC 8301 sections 3.1 and 3.2: not valid, whatever else is true of it. */
static void judge_age(struct checker *k, struct dkim_verdict *v)
{
	bool sha1 = v->sig.hash == CRYPTO_SHA1;

	if (v->old == DKIM_PASS && !is_granted(v))
		v->old = DKIM_PERMERROR;
	if (!sha1 && !v->key.small)
		return;
	v->result = DKIM_PERMERROR;
	if (v->old != DKIM_PASS)
		return;
	v->reason = sha1 ? DKIM_RSA_SHA1 : DKIM_KEY_SMALL;
	v->arg = sha1 ? SV("") : arena_printf(k->a, "%u", v->key.bits);
}

static void judge_hashes(struct checker *k, struct dkim_verdict *v)
{
	struct hashes h;
	const struct dkim_change *c;

	check_body(k, v);
	if (v->body == DKIM_UNTESTED ||
	    !check_header(k, v, &v->key.key, &h)) {
		settle(v, DKIM_NEUTRAL, DKIM_NO_MEMORY, SV(""));
		return;
	}
	if (h.verdict == CRYPTO_UNUSABLE) {
		settle(v, DKIM_PERMERROR, DKIM_KEY_UNUSABLE, SV(""));
		return;
	}
	v->header = h.verdict == CRYPTO_GOOD ? DKIM_MATCHES : DKIM_DIFFERS;
	if (v->body == DKIM_MATCHES && v->header == DKIM_MATCHES) {
		judge_rest(k, v);
	} else {
		look_for_change(k, v, &h);
		c = v->body == DKIM_DIFFERS ? &v->body_change
		                            : &v->header_change;
		settle(v, DKIM_FAIL, c->what, c->arg);
	}
	judge_age(k, v);
}

/* A record with faults: would it be good as it was meant? */
static void try_repair(struct checker *k, struct dkim_verdict *v)
{
	struct dkim_key again;
	struct hashes h;

	v->repaired = dkim_key_repair(k->a, &v->key);
	if (!v->repaired.n)
		return;
	dkim_key_read(k->a, v->repaired, &again);
	v->repair_helps = v->body == DKIM_MATCHES && again.has_public &&
	                  again.key.type == v->sig.type &&
	                  check_header(k, v, &again.key, &h) &&
	                  h.verdict == CRYPTO_GOOD;
}

static void judge(struct checker *k, struct dkim_verdict *v)
{
	enum dkim_reason why;

	if (v->sig.fault != DKIM_FINE) {
		settle(v, DKIM_PERMERROR, v->sig.fault, v->sig.arg);
		return;
	}
	if (!has_author(k->m)) {
		settle(v, DKIM_PERMERROR, DKIM_FROM_MISSING, SV(""));
		return;
	}
	if (v->reason == DKIM_KEY_DNS) {
		settle(v, DKIM_TEMPERROR, v->reason, v->arg);
		return;
	}
	if (v->reason != DKIM_FINE) {
		settle(v, DKIM_PERMERROR, v->reason, v->arg);
		check_body(k, v);
		try_repair(k, v);
		return;
	}
	why = dkim_misfit(v);
	if (why == DKIM_FINE) {
		judge_hashes(k, v);
		return;
	}
	settle(v, DKIM_PERMERROR, why, SV(""));
	check_body(k, v);
}

/* ---- notes ---- */

static void note_signature(struct checker *k, struct dkim_verdict *v)
{
	const struct dkim_sig *s = &v->sig;
	static const struct {
		enum dkim_reason why;
		enum dkim_note note;
	} of[] = {{DKIM_IDENTITY, DKIM_NOTE_IDENTITY},
	          {DKIM_QUERY, DKIM_NOTE_QUERY},
	          {DKIM_FROM_UNSIGNED, DKIM_NOTE_FROM},
	          {DKIM_VERSION, DKIM_NOTE_VERSION},
	          {DKIM_DUPLICATE_TAG, DKIM_NOTE_DUPLICATE},
	          {DKIM_KEY_STRICT, DKIM_NOTE_STRICT},
	          {DKIM_KEY_HASH, DKIM_NOTE_KEY_HASH},
	          {DKIM_KEY_MISMATCH, DKIM_NOTE_KEY_TYPE},
	          {DKIM_KEY_VERSION, DKIM_NOTE_KEY_VERSION},
	          {DKIM_KEY_VERSION_PLACE, DKIM_NOTE_VERSION_PLACE},
	          {DKIM_KEY_SEVERAL, DKIM_NOTE_KEYS},
	          {DKIM_KEY_SMALL, DKIM_NOTE_SMALL_KEY}};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (v->reason == of[i].why || s->fault == of[i].why)
			note(v, of[i].note);
	if (s->fault == DKIM_MISSING_TAG && sv_eq(s->arg, SV("bh")))
		note(v, DKIM_NOTE_NO_BODY_HASH);
	if (sv_ieq(s->a, SV("rsa-sha1")))
		note(v, DKIM_NOTE_SHA1);
	if (sv_ieq(s->a, SV("ed25519-sha256")))
		note(v, DKIM_NOTE_ED25519);
	if (s->has_x && s->has_t && s->x < s->t)
		note(v, DKIM_NOTE_EXPIRES_FIRST);
	if (s->has_l)
		note(v, DKIM_NOTE_LENGTH);
	if (s->signs_from && !s->oversigns_from)
		note(v, DKIM_NOTE_NOT_OVERSIGNED);
	if (s->header == DKIM_SIMPLE)
		note(v, DKIM_NOTE_SIMPLE);
	if (k->m->bare_lf)
		note(v, DKIM_NOTE_BARE_LF);
	if (v->body == DKIM_DIFFERS)
		note(v, DKIM_NOTE_BODY);
}

static void note_key(struct dkim_verdict *v)
{
	if (v->key.traits & DKIM_KEY_IS_PKCS1)
		note(v, DKIM_NOTE_PKCS1);
	if (v->key.traits & DKIM_KEY_IS_WRAPPED)
		note(v, DKIM_NOTE_WRAPPED);
	if (v->key.traits & DKIM_KEY_HAS_QUOTES)
		note(v, DKIM_NOTE_QUOTES);
	if (v->key.has_public && v->key.key.type == CRYPTO_RSA &&
	    v->key.bits >= DKIM_RSA_MIN && v->key.bits < 2048)
		note(v, DKIM_NOTE_KEY_1024);
	if (v->records && v->others)
		note(v, DKIM_NOTE_OTHER_TXT);
}

/* ---- all of them ---- */

/* All are asked for before any is waited for. */
static bool find_keys(struct checker *k)
{
	bool wait = false;

	for (size_t i = 0; i < k->out->n; i++) {
		struct dkim_verdict *v = &k->out->sig[i];

		if (v->sig.fault == DKIM_FINE &&
		    dkim_find_key(k->f, k->a, v->sig.s, v->sig.d, v) ==
		        STEP_WAIT)
			wait = true;
	}
	return !wait;
}

/* A pass makes all others irrelevant; then what may become one. */
static enum dkim_result better(enum dkim_result a, enum dkim_result b)
{
	static const unsigned char rank[DKIM_RESULT_N] = {
	    [DKIM_NONE] = 0,    [DKIM_POLICY] = 1, [DKIM_NEUTRAL] = 2,
	    [DKIM_PERMERROR] = 3, [DKIM_FAIL] = 4, [DKIM_TEMPERROR] = 5,
	    [DKIM_PASS] = 6};

	return rank[b] > rank[a] ? b : a;
}

enum step dkim_verify(struct facts *f, struct arena *a,
                      const struct dkim_mail *m,
                      const struct dkim_options *opt,
                      struct dkim_outcome *out)
{
	struct checker k = {f, a, m, opt, out};

	if (!out->work)
		begin(&k);
	if (!out->work || arena_failed(a)) {
		out->result = out->old = DKIM_NEUTRAL;
		return STEP_DONE;
	}
	if (out->work->done)
		return STEP_DONE;
	if (!find_keys(&k))
		return STEP_WAIT;
	for (size_t i = 0; i < out->n; i++) {
		struct dkim_verdict *v = &out->sig[i];

		judge(&k, v);
		note_signature(&k, v);
		note_key(v);
		out->result = better(out->result, v->result);
		out->old = better(out->old, v->old);
	}
	out->work->done = true;
	return STEP_DONE;
}

sv dkim_label(struct arena *a, const struct dkim_verdict *v)
{
	return dkim_reason_label(a, v->reason, v->arg);
}

bool dkim_key_matches(struct arena *a, const struct crypto_private *k,
                      const struct dkim_key *key)
{
	struct crypto_public half;

	return key->has_public && crypto_private_public(a, k, &half) &&
	       dkim_key_same(&half, &key->key);
}
