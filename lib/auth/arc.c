/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/arc.h"

#include "auth/dkim_check.h"
#include "auth/dkim_hash.h"

enum part { RESULTS, MESSAGE, SEAL, PARTS };

static const char *const part_names[PARTS] = {"ARC-Authentication-Results",
                                              "ARC-Message-Signature",
                                              "ARC-Seal"};

/* The hash of a body in each form, where no l= says how much of it. */
struct known_body {
	bool ok;
	uint8_t hash[CRYPTO_HASH_MAX];
	uint64_t size;
};

struct checker {
	struct facts *f;
	struct arena *a;
	const struct dkim_mail *m;
	const struct dkim_options *opt;
	struct arc_outcome *out;
	struct known_body body[2];
};

const char *arc_result_name(enum arc_result result)
{
	static const char *const names[] = {"none", "pass", "fail",
	                                    "temperror", "neutral"};

	return names[result];
}

const char *arc_fault_id(enum arc_fault fault)
{
	static const char *const ids[ARC_FAULT_N] = {
	    [ARC_FINE] = "",
	    [ARC_TOO_MANY] = "arc.too-many",
	    [ARC_INSTANCE] = "arc.instance",
	    [ARC_TWICE] = "arc.twice",
	    [ARC_GAP] = "arc.gap",
	    [ARC_CV] = "arc.cv",
	    [ARC_CV_FAIL] = "arc.cv-fail",
	    [ARC_SIGNS_SEAL] = "arc.signs-seal",
	    [ARC_BAD_MESSAGE] = "arc.bad-message",
	    [ARC_BAD_SEAL] = "arc.bad-seal"};

	return ids[fault];
}

/* The first fault is the one to tell; all is looked at. */
static void fault(struct arc_outcome *o, enum arc_fault what, unsigned at)
{
	if (o->fault != ARC_FINE)
		return;
	o->result = ARC_FAIL;
	o->fault = what;
	o->at = at;
}

static void fault_of(struct arc_outcome *o, enum arc_fault what, unsigned at,
                     const struct dkim_verdict *v)
{
	if (o->fault != ARC_FINE)
		return;
	fault(o, what, at);
	o->reason = v->reason;
	o->arg = v->arg;
}

/* ---- sets ---- */

/* "i=1; mx.example.org; spf=pass": the number must come first. */
static unsigned read_results(const struct dkim_field *f, sv *authserv)
{
	struct tag t;
	size_t at = 0;
	uint32_t v = 0;

	if (!taglist_next(f->value, &at, &t) || !sv_eq(t.name, SV("i")) ||
	    !sv_u32(t.value, ARC_SETS_MAX, &v))
		return 0;
	*authserv = sv_trim(sv_head(sv_drop(f->value, at),
	                            sv_chr(sv_drop(f->value, at), ';')));
	return v;
}

static void add_results(struct arc_outcome *o, const struct dkim_field *f)
{
	sv authserv = SV("");
	unsigned i = read_results(f, &authserv);

	if (!i) {
		fault(o, ARC_INSTANCE, 0);
		return;
	}
	if (o->set[i - 1].results)
		fault(o, ARC_TWICE, i);
	o->set[i - 1].results = f;
	o->set[i - 1].authserv = authserv;
	o->n = i > o->n ? i : o->n;
}

static void add_signature(struct checker *k, enum part part,
                          const struct dkim_field *f)
{
	struct arc_outcome *o = k->out;
	struct dkim_verdict *v;
	struct dkim_sig s;

	dkim_sig_read(k->a, part == SEAL ? DKIM_ARC_SEAL : DKIM_ARC_MESSAGE, f,
	              &s);
	if (!s.instance) {
		fault(o, ARC_INSTANCE, 0);
		return;
	}
	v = part == SEAL ? &o->set[s.instance - 1].seal
	                 : &o->set[s.instance - 1].message;
	if (v->sig.field)
		fault(o, ARC_TWICE, s.instance);
	v->sig = s;
	o->n = s.instance > o->n ? s.instance : o->n;
}

static void check_set(struct arc_outcome *o, unsigned i)
{
	const struct arc_set *set = &o->set[i - 1];
	sv cv = set->seal.sig.cv;

	if (!set->results || !set->message.sig.field ||
	    !set->seal.sig.field) {
		fault(o, ARC_GAP, i);
		return;
	}
	if (sv_ieq(cv, SV("fail")))
		fault(o, ARC_CV_FAIL, i);
	else if (!sv_ieq(cv, i == 1 ? SV("none") : SV("pass")))
		fault(o, ARC_CV, i);
	for (size_t j = 0; j < set->message.sig.names; j++)
		if (sv_ieq(set->message.sig.name[j], SV("ARC-Seal")))
			fault(o, ARC_SIGNS_SEAL, i);
}

static void read_sets(struct checker *k)
{
	struct arc_outcome *o = k->out;
	const struct dkim_mail *m = k->m;

	for (int part = 0; part < PARTS; part++)
		if (dkim_count(m, part_names[part]) > ARC_SETS_MAX)
			fault(o, ARC_TOO_MANY, 0);
	if (o->fault != ARC_FINE)
		return;
	for (size_t i = 0; i < m->n; i++)
		for (int part = 0; part < PARTS; part++) {
			if (!sv_ieq(m->field[i].name, sv_str(part_names[part])))
				continue;
			if (part == RESULTS)
				add_results(o, &m->field[i]);
			else
				add_signature(k, (enum part)part, &m->field[i]);
		}
	/* What the last one says of it counts first (section 5.2 step 2). */
	for (unsigned i = o->n; i; i--)
		check_set(o, i);
}

/* ---- signatures ---- */

/* What is wrong with key or field before anything is hashed. */
static bool is_usable(struct dkim_verdict *v)
{
	if (v->sig.fault != DKIM_FINE) {
		v->reason = v->sig.fault;
		v->arg = v->sig.arg;
	} else if (v->reason == DKIM_FINE) {
		v->reason = dkim_misfit(v);
		if (v->reason == DKIM_FINE && v->sig.hash == CRYPTO_SHA1)
			v->reason = DKIM_RSA_SHA1;
		if (v->reason == DKIM_FINE && v->key.small)
			v->reason = DKIM_KEY_SMALL;
	}
	if (v->reason == DKIM_FINE)
		return true;
	v->result = v->reason == DKIM_KEY_DNS ? DKIM_TEMPERROR
	                                      : DKIM_PERMERROR;
	return false;
}

static void settle(struct dkim_verdict *v, enum crypto_verdict c)
{
	v->header = c == CRYPTO_GOOD ? DKIM_MATCHES : DKIM_DIFFERS;
	if (c == CRYPTO_FOREIGN)
		v->reason = DKIM_WRONG_KEY;
	else if (c == CRYPTO_UNUSABLE)
		v->reason = DKIM_KEY_UNUSABLE;
	else if (c == CRYPTO_BAD)
		v->reason = DKIM_HEADER_CHANGED;
	if (v->body == DKIM_DIFFERS)
		v->reason = DKIM_BODY_CHANGED;
	v->result = v->reason == DKIM_FINE ? DKIM_PASS : DKIM_FAIL;
}

static bool check_body(struct checker *k, struct dkim_verdict *v)
{
	struct known_body other = {.ok = false};
	struct known_body *b = v->sig.has_l ? &other : &k->body[v->sig.body];

	if (!b->ok)
		b->ok = dkim_hash_body(k->opt->crypto, &v->sig, k->m->body,
		                       b->hash, &b->size);
	if (b->ok) {
		v->body_size = b->size;
		v->body = dkim_match_body(&v->sig, b->hash, b->size);
	}
	return b->ok;
}

static void check_message(struct checker *k, struct dkim_verdict *v)
{
	uint8_t hash[CRYPTO_HASH_MAX];
	struct crypto *c = k->opt->crypto;

	if (!is_usable(v))
		return;
	if (!check_body(k, v) ||
	    !dkim_hash_header(c, k->a, k->m, &v->sig, hash)) {
		v->result = DKIM_NEUTRAL;
		return;
	}
	settle(v, crypto_verify(c, &v->key.key, v->sig.hash, hash,
	                        v->sig.signature, NULL, NULL));
}

/*
 * Seals sign all sets up to their own, in order (section 5.1.1), relaxed
 * whatever c= of the others says.  "so_far" holds those before it.
 */
static void check_seal(struct checker *k, struct arc_set *set,
                       struct hash *so_far)
{
	struct dkim_verdict *v = &set->seal;
	uint8_t hash[CRYPTO_HASH_MAX];
	struct hash own;

	hash_add(so_far, dkim_canon_field(k->a, DKIM_RELAXED, set->results));
	hash_add(so_far, dkim_canon_field(k->a, DKIM_RELAXED,
	                                  set->message.sig.field));
	hash_fork(so_far, &own);
	hash_add(&own, dkim_canon_own(k->a, DKIM_RELAXED, v->sig.field,
	                              v->sig.cut));
	hash_add(so_far, dkim_canon_field(k->a, DKIM_RELAXED, v->sig.field));
	if (!hash_end(&own, hash) || arena_failed(k->a))
		v->result = DKIM_NEUTRAL;
	else if (is_usable(v))
		settle(v, crypto_verify(k->opt->crypto, &v->key.key,
		                        CRYPTO_SHA256, hash,
		                        v->sig.signature, NULL, NULL));
}

static bool find_keys(struct checker *k)
{
	bool wait = false;

	for (unsigned i = 0; i < k->out->n; i++) {
		struct dkim_verdict *v[] = {&k->out->set[i].message,
		                            &k->out->set[i].seal};

		for (int j = 0; j < 2; j++)
			if (v[j]->sig.fault == DKIM_FINE &&
			    dkim_find_key(k->f, k->a, v[j]->sig.s,
			                  v[j]->sig.d, v[j]) == STEP_WAIT)
				wait = true;
	}
	return !wait;
}

static void judge(struct arc_outcome *o, enum arc_fault what, unsigned i,
                  const struct dkim_verdict *v, bool *unsure)
{
	if (v->result == DKIM_TEMPERROR || v->result == DKIM_NEUTRAL)
		*unsure = true;
	else if (v->result != DKIM_PASS)
		fault_of(o, what, i, v);
}

static void find_oldest(struct arc_outcome *o)
{
	unsigned i = o->n;

	while (i && o->set[i - 1].message.result == DKIM_PASS)
		i--;
	o->oldest_pass = i ? i + 1 : 0;
}

static void check_all(struct checker *k)
{
	struct arc_outcome *o = k->out;
	uint8_t unused[CRYPTO_HASH_MAX];
	struct hash so_far;
	bool unsure = false;

	hash_begin(k->opt->crypto, CRYPTO_SHA256, &so_far);
	for (unsigned i = 0; i < o->n; i++) {
		check_message(k, &o->set[i].message);
		check_seal(k, &o->set[i], &so_far);
	}
	(void)hash_end(&so_far, unused);
	judge(o, ARC_BAD_MESSAGE, o->n, &o->set[o->n - 1].message, &unsure);
	for (unsigned i = o->n; i; i--)
		judge(o, ARC_BAD_SEAL, i, &o->set[i - 1].seal, &unsure);
	if (o->fault != ARC_FINE)
		return;
	o->result = arena_failed(k->a) ? ARC_NEUTRAL
	            : unsure           ? ARC_TEMPERROR
	                               : ARC_PASS;
	if (o->result == ARC_PASS)
		find_oldest(o);
}

enum step arc_validate(struct facts *f, struct arena *a,
                       const struct dkim_mail *m,
                       const struct dkim_options *opt,
                       struct arc_outcome *out)
{
	struct checker k = {.f = f, .a = a, .m = m, .opt = opt, .out = out};

	if (!out->set) {
		out->set = arena_alloc(a, ARC_SETS_MAX, sizeof(struct arc_set));
		if (!out->set) {
			out->result = ARC_NEUTRAL;
			return STEP_DONE;
		}
		read_sets(&k);
	}
	if (out->fault != ARC_FINE || !out->n || out->read)
		return STEP_DONE;
	if (!find_keys(&k))
		return STEP_WAIT;
	check_all(&k);
	out->read = true;
	return STEP_DONE;
}
