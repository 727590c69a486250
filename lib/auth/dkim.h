/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim.h - are the signatures of a message good, and if not, why?
 *
 * RFC 6376 with RFC 8301 (no SHA-1, RSA of 1024 bits at least) and RFC 8463
 * (Ed25519); beside it what a verifier says that knows RFC 6376 only.  Message
 * and records are hostile: signatures, names, and the work of finding out what
 * changed are limited.
 */
#ifndef AUTH_DKIM_H
#define AUTH_DKIM_H

#include "auth/dkim_key.h"
#include "auth/dkim_note.h"
#include "auth/dkim_sig.h"
#include "facts/facts.h"

/* Signatures of one message that are looked at; lists add one each. */
#define DKIM_SIGNATURES_MAX 16
/* Texts at a selector that are read. */
#define DKIM_RECORDS_MAX 16

/* RFC 8601 section 2.7.1. */
enum dkim_result {
	DKIM_NONE,
	DKIM_PASS,
	DKIM_FAIL,
	DKIM_POLICY,    /* not looked at: there are too many */
	DKIM_NEUTRAL,   /* not checked: we lacked memory */
	DKIM_TEMPERROR, /* the key could not be had now */
	DKIM_PERMERROR,
	DKIM_RESULT_N
};

const char *dkim_result_name(enum dkim_result result);

enum dkim_match { DKIM_UNTESTED, DKIM_MATCHES, DKIM_DIFFERS };

/* What happened to the header or the body, as far as it can be proved. */
struct dkim_change {
	enum dkim_reason what; /* DKIM_FINE: nothing */
	sv arg;                /* "subject", "appended" */
	bool proved;           /* undone, the signature is good */
	bool has_at;
	size_t at;             /* line of the body, from 1 */
};

struct dkim_verdict {
	struct dkim_sig sig;
	enum dkim_result result;
	enum dkim_result old;    /* of who knows nothing of RFC 8301 */
	enum dkim_reason reason; /* may be told of one that passes too */
	sv arg;
	enum dkim_match header, body; /* the two hashes */
	uint64_t body_size;           /* canonical; sig.l may cover less */
	struct dkim_change header_change, body_change;
	/* The key: its question, answer, and the record that was taken. */
	sv name; /* "sel._domainkey.example.org" */
	const struct dns_answer *answer;
	size_t records, others; /* that are keys; that are something else */
	struct dkim_key key;
	sv elsewhere; /* where the key is that is not at name; else empty */
	/* The record as it was meant, and whether it makes this one good. */
	sv repaired;
	bool repair_helps;
	uint32_t notes; /* bit 1 << enum dkim_note */
};

struct dkim_outcome {
	enum dkim_result result; /* the best of all; DKIM_NONE: no signature */
	enum dkim_result old;
	struct dkim_verdict *sig; /* in the order of their fields */
	size_t n;
	size_t more; /* not looked at */
	struct dkim_work *work; /* between calls */
};

struct dkim_options {
	struct crypto *crypto; /* borrowed */
	bool no_trials;        /* do not look for what changed */
};

/*
 * Check all signatures.  *out is zeroed before the first call and left alone
 * between calls; it is right once this is STEP_DONE.  m, a and f outlive it.
 */
enum step dkim_verify(struct facts *f, struct arena *a,
                      const struct dkim_mail *m,
                      const struct dkim_options *opt,
                      struct dkim_outcome *out);

/* "body_changed:appended"; empty where there is nothing to tell. */
sv dkim_label(struct arena *a, const struct dkim_verdict *v);

/*
 * The key at selector and domain, without a message: fills in name, answer,
 * records, others, key, elsewhere; repaired; reason.  *out is zeroed before.
 */
enum step dkim_find_key(struct facts *f, struct arena *a, sv selector,
                        sv domain, struct dkim_verdict *out);

/* Does a private key belong to that one? */
bool dkim_key_matches(struct arena *a, const struct crypto_private *k,
                      const struct dkim_key *key);

#endif
