/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * https.h - one file from a policy host, by libcurl on the loop
 *
 * HTTPS only, to the addresses given, certificate verified, no redirect
 * followed (RFC 8461 section 3.3), no proxy, no cookies, no names looked up.
 */
#ifndef PROBE_HTTPS_H
#define PROBE_HTTPS_H

#include "probe/probe.h"

#include <openssl/ssl.h>

struct event_base;
struct https_multi;
struct https_fetch;

struct https_env {
	struct event_base *base;
	struct arena *a;
	X509_STORE *store; /* authorities; may be NULL */
	int64_t now;
	const struct probe_options *opt; /* its times and ports are set */
	/* The result stands, the fetch is gone. */
	void (*done)(struct https_probe *r, void *arg);
	void *arg;
};

/* NULL if there is no memory.  env is copied. */
struct https_multi *https_multi_new(const struct https_env *env);
/* Fetches under way are forgotten. */
void https_multi_free(struct https_multi *m);

/*
 * Begin; r->host and r->path are set.  done() is called once, maybe from
 * within.  NULL where it is over already.
 */
struct https_fetch *https_start(struct https_multi *m, struct https_probe *r,
                                const struct ip *ips, size_t n);
void https_stop(struct https_fetch *f, enum probe_fail fail, sv why);

#endif
