/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_trial.h - what changed after signing?
 *
 * A hash tells only that something did.  So what mailing lists, gateways and
 * mail programs are known to do is undone, one at a time, until the hash is
 * right: that proves it.  An RSA signature holds the hash that was signed, so
 * trials cost a hash each; with Ed25519 each costs a verification, and fewer
 * are made.
 */
#ifndef AUTH_DKIM_TRIAL_H
#define AUTH_DKIM_TRIAL_H

#include "auth/dkim.h"

/* Bytes that are hashed for trials of one message: about 20 ms. */
#define DKIM_TRIAL_BYTES ((uint64_t)32 << 20)
/* What a step costs beside its bytes, and a verification, in such bytes. */
#define DKIM_TRIAL_STEP 512
#define DKIM_TRIAL_VERIFY 200000
/* A larger body is not looked into. */
#define DKIM_TRIAL_BODY ((size_t)8 << 20)

struct dkim_trial {
	struct crypto *crypto;
	struct arena *a;        /* for what is told; memory for trials is own */
	const struct dkim_mail *mail;
	const struct dkim_sig *sig;
	const struct crypto_public *key;
	const uint8_t *was;     /* the header's hash that was signed; or NULL */
	uint64_t *budget;       /* bytes left of DKIM_TRIAL_BYTES */
};

/* body is all the message has; .what is DKIM_BODY_CHANGED at least. */
void dkim_trial_body(const struct dkim_trial *t, struct dkim_change *out);

/* .what is DKIM_HEADER_CHANGED at least. */
void dkim_trial_header(const struct dkim_trial *t, struct dkim_change *out);

#endif
