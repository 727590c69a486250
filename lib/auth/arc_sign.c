/* SPDX-License-Identifier: BSD-2-Clause */
/* arc_sign.c - a new set: results, message signature, seal, in that order */
#include "auth/arc.h"

#include "auth/dkim_hash.h"
#include "auth/dkim_sign.h"

struct signer {
	struct arena *a;
	const struct dkim_mail *m;
	const struct arc_sign *with;
	unsigned instance;
	const char *cv;
	sv names;
	struct dkim_field results, message; /* of the new set */
};

/* ---- results ---- */

/* "mx.example.org 1; ..." or "mx.example.org; ...": what follows the name. */
static bool is_of(sv value, sv authserv, sv *rest)
{
	sv text = sv_trim(value), name = sv_trim(sv_cut(&text, ';'));

	*rest = text;
	return sv_ieq(sv_word(&name), authserv);
}

/* All results of that name in one, as they are, each on a line. */
static sv collect(struct signer *s)
{
	uint32_t hash = dkim_name_hash(SV("Authentication-Results"));
	sv out = SV(""), rest;

	for (size_t i = 0; i < s->m->n; i++) {
		const struct dkim_field *f = &s->m->field[i];

		if (!dkim_is_field(f, SV("Authentication-Results"), hash) ||
		    !is_of(f->value, s->with->authserv, &rest))
			continue;
		while (rest.n) {
			sv one = sv_trim(sv_cut(&rest, ';'));

			if (one.n)
				out = arena_printf(s->a, "%.*s;\r\n\t%.*s",
				                   SV_FMT(out), SV_FMT(one));
		}
	}
	return out;
}

static void take_field(struct dkim_field *f, sv raw)
{
	size_t colon = sv_chr(raw, ':');

	f->raw = raw;
	f->name = sv_head(raw, colon);
	f->value = sv_slice(raw, colon + 1, raw.n - 2);
}

/* ---- signatures ---- */

static const char *algorithm(const struct signer *s)
{
	return crypto_private_type(s->with->key) == CRYPTO_RSA
	           ? "rsa-sha256"
	           : "ed25519-sha256";
}

/*
 * Tags in the order of the alphabet, as the public suite wants them.  A space,
 * no tab, goes before i=, and something behind: dkimpy 1.1.4 searches for
 * " i=1;" in the field as it is, and breaks down where that is not found.
 */
static sv sign_message(struct signer *s)
{
	const struct arc_sign *with = s->with;
	struct dkim_sig sig = {.kind = DKIM_ARC_MESSAGE,
	                       .hash = CRYPTO_SHA256,
	                       .header = DKIM_RELAXED,
	                       .body = DKIM_RELAXED};
	uint8_t hash[CRYPTO_HASH_MAX];
	uint64_t size;
	struct dkim_field f;
	sv before = arena_printf(s->a,
	                         "ARC-Message-Signature: a=%s;\r\n\tb=",
	                         algorithm(s)), after, bh;

	if (!dkim_hash_body(with->crypto, &sig, s->m->body, hash, &size))
		return SV("");
	bh = base64_encode(s->a, sv_of((char *)hash, 32));
	after = arena_printf(s->a,
	                     ";\r\n\tbh=%.*s; c=relaxed/relaxed;\r\n\td=%.*s;"
	                     " h=%.*s;\r\n i=%u; s=%.*s; t=%lld", SV_FMT(bh),
	                     SV_FMT(with->domain), SV_FMT(s->names),
	                     s->instance, SV_FMT(with->selector),
	                     (long long)with->t);
	if (!dkim_sign_begin(s->a, before, after, s->names, &f, &sig) ||
	    !dkim_hash_header(with->crypto, s->a, s->m, &sig, hash))
		return SV("");
	return dkim_sign_end(s->a, before, after, !with->one_piece,
	                     crypto_sign(with->crypto, s->a, with->key,
	                                 CRYPTO_SHA256, hash));
}

static void add_set(struct signer *s, struct hash *h,
                    const struct dkim_field *results,
                    const struct dkim_field *message,
                    const struct dkim_field *seal)
{
	hash_add(h, dkim_canon_field(s->a, DKIM_RELAXED, results));
	hash_add(h, dkim_canon_field(s->a, DKIM_RELAXED, message));
	if (seal)
		hash_add(h, dkim_canon_field(s->a, DKIM_RELAXED, seal));
}

/*
 * Section 5.1.1; of a chain that is broken only the new set is signed, for
 * nobody could say which fields the old ones are (5.1.2).
 */
static sv seal(struct signer *s)
{
	const struct arc_sign *with = s->with;
	const struct arc_outcome *chain = with->chain;
	struct dkim_sig sig = {.kind = DKIM_ARC_SEAL};
	uint8_t hash[CRYPTO_HASH_MAX];
	struct hash h;
	struct dkim_field f;
	sv before = arena_printf(s->a, "ARC-Seal: a=%s;\r\n\tb=",
	                         algorithm(s));
	sv after = arena_printf(s->a, "; cv=%s;\r\n\td=%.*s; i=%u; s=%.*s;"
	                        " t=%lld", s->cv, SV_FMT(with->domain),
	                        s->instance, SV_FMT(with->selector),
	                        (long long)with->t);

	if (!dkim_sign_begin(s->a, before, after, SV(""), &f, &sig))
		return SV("");
	hash_begin(with->crypto, CRYPTO_SHA256, &h);
	for (unsigned i = 0; chain->result == ARC_PASS && i < chain->n; i++)
		add_set(s, &h, chain->set[i].results,
		        chain->set[i].message.sig.field,
		        chain->set[i].seal.sig.field);
	add_set(s, &h, &s->results, &s->message, NULL);
	hash_add(&h, dkim_canon_own(s->a, DKIM_RELAXED, &f, sig.cut));
	if (!hash_end(&h, hash))
		return SV("");
	return dkim_sign_end(s->a, before, after, !with->one_piece,
	                     crypto_sign(with->crypto, s->a, with->key,
	                                 CRYPTO_SHA256, hash));
}

/*
 * Nobody may go on where a seal says fail already, or is the fiftieth; or say
 * anything of a chain that could not be checked.
 */
static bool is_closed(const struct arc_outcome *chain)
{
	if (chain->result == ARC_TEMPERROR || chain->result == ARC_NEUTRAL)
		return true;
	return chain->n >= ARC_SETS_MAX || chain->fault == ARC_TOO_MANY ||
	       (chain->fault == ARC_CV_FAIL && chain->at == chain->n);
}

enum mw_status arc_sign(struct arena *a, const struct dkim_mail *m,
                        const struct arc_sign *with, sv *out,
                        struct mw_err *err)
{
	struct signer s = {.a = a, .m = m, .with = with,
	                   .instance = with->chain->n + 1};
	sv found, message, sealed;

	if (!with->key || !with->domain.n || !with->selector.n)
		return mw_fail(err, MW_EINVAL, "nothing to sign with");
	*out = SV("");
	if (is_closed(with->chain))
		return MW_OK;
	found = collect(&s);
	if (!found.n)
		return MW_OK;
	s.cv = arc_result_name(with->chain->result);
	if (with->names.n)
		s.names = with->names;
	else if (!dkim_sign_names(a, m, sv_str(dkim_usual_names), SV("From"),
	                          &s.names))
		return mw_fail(err, MW_EINVAL, "too many fields to sign");
	take_field(&s.results,
	           arena_printf(a, "ARC-Authentication-Results: i=%u; %.*s"
	                        "%.*s\r\n", s.instance,
	                        SV_FMT(with->authserv), SV_FMT(found)));
	message = sign_message(&s);
	if (!message.n)
		return mw_fail(err, MW_ENOMEM, "no memory to sign");
	take_field(&s.message, message);
	sealed = seal(&s);
	if (!sealed.n || arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory to sign");
	*out = arena_printf(a, "%.*s%.*s%.*s", SV_FMT(sealed), SV_FMT(message),
	                    SV_FMT(s.results.raw));
	return MW_OK;
}
