/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smtp.h - one dialogue with a mail server, as far as EHLO inside of TLS
 *
 * Connect, greeting, EHLO, STARTTLS and EHLO again where it is offered
 * (RFC 5321, RFC 3207), RCPT only where asked for, QUIT.
 */
#ifndef PROBE_SMTP_H
#define PROBE_SMTP_H

#include "probe/probe.h"

#include <openssl/ssl.h>

struct event_base;
struct smtp_talk;

/* What all dialogues of one prober share. */
struct smtp_env {
	struct event_base *base;
	struct arena *a;   /* for what is kept */
	SSL_CTX *ctx;      /* NULL: STARTTLS is not tried */
	const BIO_METHOD *method; /* of socket_method_new() */
	X509_STORE *store; /* authorities; may be NULL */
	int64_t now;
	const struct probe_options *opt; /* its times and ports are set */
	/* The result stands. */
	void (*done)(struct smtp_probe *r, void *arg);
	/* The connection is closed, the talk freed. */
	void (*gone)(struct smtp_probe *r, void *arg);
	void *arg;
};

/* Settings that see old servers too, instead of failing with them. */
SSL_CTX *smtp_tls_new(void);

/*
 * Begin; r->host, r->ip and r->rcpt are set.  done() and gone() are called
 * once each, maybe from within.  NULL where it is over already.
 */
struct smtp_talk *smtp_start(const struct smtp_env *env, struct smtp_probe *r);

/* End it: where the result does not stand yet it fails for that reason. */
void smtp_stop(struct smtp_talk *t, enum probe_fail fail, sv why);

#endif
