/* SPDX-License-Identifier: BSD-2-Clause */
/* The prober on the network: memory of results, and queues for mail hosts. */
#include "probe/probe.h"

#include "base/ascii.h"
#include "dns/loop.h"
#include "probe/cert.h"
#include "probe/https.h"
#include "probe/smtp.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* All results of one run; a chain of certificates takes 10 KB. */
#define NET_BYTES ((size_t)512 << 20)
/* Connections at once in all: below the usual limit of 1024 files. */
#define OPEN_MAX_AT_ONCE 128
#define CONNECT_MS 5000
#define TALK_MS 15000
#define TABLE 4096 /* a power of two */

struct mail {
	struct smtp_probe r;
	struct mail *next;  /* of the same hash */
	struct mail *after; /* in the queue, in the order asked */
	struct smtp_talk *talk;
	bool queued, open;
};

struct file {
	struct https_probe r;
	struct ip ips[HTTPS_IPS_MAX];
	size_t nips;
	struct file *next;
	struct https_fetch *fetch;
};

struct net {
	struct prober p;
	struct probe_options opt;
	struct dns_loop *loop;
	struct arena *a;
	X509_STORE *store;
	SSL_CTX *ctx;
	BIO_METHOD *method;
	struct https_multi *multi;
	bool ready, freeing, running;
	sv over; /* why nobody new is connected to; empty: they are */
	struct mail *mails[TABLE], *queue, *last;
	struct file *files[TABLE];
	size_t n, pending, open;
	struct smtp_probe full_smtp;
	struct https_probe full_https;
};

static uint64_t hash_sv(uint64_t h, sv s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)to_lower(s.p[i])) * 0x100000001b3ULL;
	return (h ^ 0xff) * 0x100000001b3ULL;
}

static void note(struct net *n, const struct ip *ip, unsigned port, sv host,
                 const char *why)
{
	char text[512], ip_room[IP_TEXT];

	if (!n->opt.note)
		return;
	snprintf(text, sizeof(text), "connects to %s port %u (%.*s): %s",
	         ip_text(ip, ip_room).p, port, SV_FMT(sv_head(host, 255)),
	         why);
	n->opt.note(n->opt.arg, text);
}

/* ---- mail servers ---- */

static bool is_same_mail(const struct smtp_probe *r, const struct smtp_ask *ask)
{
	if (!sv_ieq(r->host, ask->host) || !ip_eq(&r->ip, &ask->ip) ||
	    r->nrcpt != ask->nrcpt)
		return false;
	for (size_t i = 0; i < r->nrcpt; i++)
		if (!sv_eq(r->rcpt[i].address, ask->rcpt[i]))
			return false;
	return true;
}

static void on_mail_done(struct smtp_probe *r, void *arg)
{
	struct net *n = arg;

	(void)r;
	n->pending--;
}

static size_t bucket(sv host)
{
	return hash_sv(0xcbf29ce484222325ULL, host) & (TABLE - 1);
}

static bool is_host_busy(const struct net *n, const struct mail *m)
{
	for (const struct mail *o = n->mails[bucket(m->r.host)]; o; o = o->next)
		if (o->open && sv_ieq(o->r.host, m->r.host))
			return true;
	return false;
}

static void begin_mail(struct net *n, struct mail *m);

/* What is open or waits stays in the queue; the rest is taken out. */
static void run_queue(struct net *n)
{
	struct mail **at = &n->queue;

	/* A talk that ends at once comes back here. */
	if (n->running || n->freeing)
		return;
	n->running = true;
	n->last = NULL;
	while (*at) {
		struct mail *m = *at;

		if (m->queued && n->open < OPEN_MAX_AT_ONCE &&
		    !is_host_busy(n, m))
			begin_mail(n, m);
		if (m->queued || m->open) {
			n->last = m;
			at = &m->after;
		} else {
			*at = m->after;
		}
	}
	n->running = false;
}

static void on_mail_gone(struct smtp_probe *r, void *arg)
{
	struct mail *m = (struct mail *)r; /* its first member */
	struct net *n = arg;

	m->open = false;
	m->talk = NULL;
	n->open--;
	run_queue(n);
}

static void begin_mail(struct net *n, struct mail *m)
{
	struct smtp_env env = {
	    .base = dns_loop_base(n->loop), .a = n->a, .ctx = n->ctx,
	    .method = n->method, .store = n->store, .now = n->opt.now, .opt = &n->opt,
	    .done = on_mail_done, .gone = on_mail_gone, .arg = n};
	struct smtp_talk *t;

	m->queued = false;
	m->open = true;
	n->open++;
	t = smtp_start(&env, &m->r);
	if (m->open)
		m->talk = t;
}

/* What all connections need; made when the first one is. */
static void make_ready(struct net *n)
{
	if (n->ready)
		return;
	n->ready = true;
	n->store = cert_store_new(n->opt.ca_file);
	n->ctx = smtp_tls_new();
	n->method = socket_method_new();
}

static struct mail *add_mail(struct net *n, const struct smtp_ask *ask)
{
	struct mail *m = n->n < PROBES_MAX ? arena_alloc(n->a, 1, sizeof(*m))
	                                   : NULL;

	if (!m)
		return NULL;
	n->n++;
	m->r.host = arena_dup(n->a, ask->host);
	m->r.ip = ask->ip;
	m->r.stage = "connect";
	for (size_t i = 0; i < ask->nrcpt && i < SMTP_RCPT_MAX; i++)
		m->r.rcpt[m->r.nrcpt++].address =
		    arena_dup(n->a, ask->rcpt[i]);
	return m;
}

static const struct smtp_probe *ask_smtp(struct prober *p,
                                         const struct smtp_ask *ask)
{
	struct net *n = (struct net *)p;
	size_t h = bucket(ask->host);
	struct mail *m = n->mails[h];

	while (m && !is_same_mail(&m->r, ask))
		m = m->next;
	if (m)
		return &m->r;
	m = add_mail(n, ask);
	if (!m)
		return &n->full_smtp;
	m->next = n->mails[h];
	n->mails[h] = m;
	if (n->over.n) {
		m->r.state = PROBE_FAILED;
		m->r.fail = PROBE_STOPPED;
		m->r.why = n->over;
		return &m->r;
	}
	note(n, &ask->ip, n->opt.smtp_port, ask->host,
	     ask->nrcpt ? "SMTP, asks whether it takes mail for postmaster"
	                : "SMTP");
	make_ready(n);
	n->pending++;
	m->queued = true;
	if (n->last)
		n->last->after = m;
	else
		n->queue = m;
	n->last = m;
	run_queue(n);
	return &m->r;
}

/* ---- policy hosts ---- */

static void on_file_done(struct https_probe *r, void *arg)
{
	struct file *f = (struct file *)r; /* its first member */
	struct net *n = arg;

	f->fetch = NULL;
	n->pending--;
}

static bool is_same_file(const struct file *f, const struct https_ask *ask)
{
	if (!sv_ieq(f->r.host, ask->host) || !sv_eq(f->r.path, ask->path) ||
	    f->nips != (ask->nips < HTTPS_IPS_MAX ? ask->nips
	                                          : HTTPS_IPS_MAX))
		return false;
	for (size_t i = 0; i < f->nips; i++)
		if (!ip_eq(&f->ips[i], &ask->ips[i]))
			return false;
	return true;
}

static struct file *add_file(struct net *n, const struct https_ask *ask)
{
	struct file *f = n->n < PROBES_MAX ? arena_alloc(n->a, 1, sizeof(*f))
	                                   : NULL;

	if (!f)
		return NULL;
	n->n++;
	f->r.host = arena_dup(n->a, ask->host);
	f->r.path = arena_dup(n->a, ask->path);
	for (size_t i = 0; i < ask->nips && i < HTTPS_IPS_MAX; i++)
		f->ips[f->nips++] = ask->ips[i];
	return f;
}

static void fetch(struct net *n, struct file *f)
{
	struct https_env env = {.base = dns_loop_base(n->loop), .a = n->a,
	                        .now = n->opt.now, .opt = &n->opt,
	                        .done = on_file_done, .arg = n};

	make_ready(n);
	env.store = n->store;
	if (!n->multi)
		n->multi = https_multi_new(&env);
	if (!n->multi) {
		f->r.state = PROBE_FAILED;
		f->r.fail = PROBE_STOPPED;
		f->r.why = SV("no memory to fetch it");
		return;
	}
	n->pending++;
	f->fetch = https_start(n->multi, &f->r, f->ips, f->nips);
}

static const struct https_probe *ask_https(struct prober *p,
                                           const struct https_ask *ask)
{
	struct net *n = (struct net *)p;
	uint64_t h = hash_sv(hash_sv(0xcbf29ce484222325ULL, ask->host),
	                     ask->path) & (TABLE - 1);
	struct file *f = n->files[h];

	while (f && !is_same_file(f, ask))
		f = f->next;
	if (f)
		return &f->r;
	f = add_file(n, ask);
	if (!f)
		return &n->full_https;
	f->next = n->files[h];
	n->files[h] = f;
	if (n->over.n) {
		f->r.state = PROBE_FAILED;
		f->r.fail = PROBE_STOPPED;
		f->r.why = n->over;
		return &f->r;
	}
	for (size_t i = 0; i < f->nips; i++)
		note(n, &f->ips[i], n->opt.https_port, ask->host, "HTTPS");
	fetch(n, f);
	return &f->r;
}

/* ---- all of it ---- */

static size_t pending(const struct prober *p)
{
	return ((const struct net *)p)->pending;
}

static void stop_mail(struct net *n, struct mail *m, sv why)
{
	if (m->talk) {
		smtp_stop(m->talk, PROBE_STOPPED, why);
	} else if (m->queued) {
		m->queued = false;
		m->r.state = PROBE_FAILED;
		m->r.fail = PROBE_STOPPED;
		m->r.why = why;
		n->pending--;
	}
}

static void stop(struct prober *p, sv why)
{
	struct net *n = (struct net *)p;
	bool was = n->freeing;

	if (n->over.n)
		return;
	n->freeing = true; /* nobody in the queue begins now */
	n->over = why = arena_dup(n->a, why);
	for (struct mail *m = n->queue; m; m = m->after)
		stop_mail(n, m, why);
	n->queue = n->last = NULL;
	for (size_t i = 0; i < TABLE; i++)
		for (struct file *f = n->files[i]; f; f = f->next)
			if (f->fetch)
				https_stop(f->fetch, PROBE_STOPPED, why);
	n->freeing = was;
}

static void net_free(struct prober *p)
{
	struct net *n = (struct net *)p;

	n->freeing = true;
	stop(p, SV("interrupted"));
	https_multi_free(n->multi);
	SSL_CTX_free(n->ctx);
	BIO_meth_free(n->method);
	X509_STORE_free(n->store);
	arena_free(n->a);
	free(n);
}

static void set_defaults(struct net *n, const struct probe_options *opt)
{
	n->opt = *opt;
	if (!n->opt.now)
		n->opt.now = time(NULL);
	if (!n->opt.smtp_port)
		n->opt.smtp_port = 25;
	if (!n->opt.https_port)
		n->opt.https_port = 443;
	if (!n->opt.connect_ms)
		n->opt.connect_ms = CONNECT_MS;
	if (!n->opt.talk_ms)
		n->opt.talk_ms = TALK_MS;
}

struct prober *probe_net_new(struct dns_loop *loop,
                             const struct probe_options *opt)
{
	struct net *n = calloc(1, sizeof(*n));
	sv full = SV("no more connections are made in one run");

	if (!n)
		return NULL;
	n->a = arena_new(NET_BYTES);
	if (!n->a) {
		free(n);
		return NULL;
	}
	n->p = (struct prober){ask_smtp, ask_https, pending, stop, net_free};
	n->loop = loop;
	set_defaults(n, opt);
	n->full_smtp = (struct smtp_probe){.state = PROBE_FAILED,
	    .fail = PROBE_NOT_TRIED, .stage = "connect", .why = full};
	n->full_https = (struct https_probe){.state = PROBE_FAILED,
	    .fail = PROBE_NOT_TRIED, .why = full};
	return &n->p;
}

const char *probe_fail_name(enum probe_fail fail)
{
	static const char *const names[PROBE_FAIL_N] = {
	    "ok",     "not-tried", "refused", "timeout",     "unreachable",
	    "forbidden", "closed", "slow",    "tls",         "certificate",
	    "too-large", "protocol", "stopped"};

	return (unsigned)fail < PROBE_FAIL_N ? names[fail] : "unknown";
}
