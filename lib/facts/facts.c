/* SPDX-License-Identifier: BSD-2-Clause */
#include "facts/facts.h"

#include "dns/loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* All answers of one run. */
#define FACTS_BYTES ((size_t)1 << 30)
#define QUESTION_MS 5000
#define ALL_MS 30000
/* How long nobody looks whether the user has had enough. */
#define LOOK_MS 100
/* By the resolver that starts at the root; beside the FACTS_ bits. */
#define RECURSIVE 4U

struct fact {
	struct dns_answer answer;
	struct dns_query query;
	unsigned how;               /* FACTS_ and RECURSIVE bits */
	struct fact *next;          /* of the same hash */
	struct fact *before, *after; /* of the pending ones */
};

struct facts {
	struct facts_options opt;
	struct arena *a;
	struct fact **table, **all;
	size_t size, n, cap;
	struct fact pending; /* head of a ring */
	size_t npending;
	int64_t deadline_ms; /* 0: not begun */
	struct dns_answer none, full;
	volatile sig_atomic_t stop;
};

struct facts *facts_new(const struct facts_options *opt)
{
	struct facts *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->opt = *opt;
	if (!f->opt.question_ms)
		f->opt.question_ms = QUESTION_MS;
	if (!f->opt.all_ms)
		f->opt.all_ms = ALL_MS;
	if (!f->opt.now)
		f->opt.now = time(NULL);
	f->deadline_ms = f->opt.until_ms;
	f->a = arena_new(FACTS_BYTES);
	f->size = 256;
	f->table = calloc(f->size, sizeof(struct fact *));
	if (!f->a || !f->table) {
		facts_free(f);
		return NULL;
	}
	f->pending.before = f->pending.after = &f->pending;
	f->none = (struct dns_answer){.state = DNS_NXDOMAIN};
	f->full = (struct dns_answer){
	    .state = DNS_TEMPFAIL,
	    .why = SV("no more questions are asked in one run")};
	return f;
}

static struct dns_resolver *resolver_of(struct facts *f, const struct fact *p)
{
	if (p->query.server.bytes)
		return f->opt.direct;
	return p->how & RECURSIVE && f->opt.recursive ? f->opt.recursive
	                                              : f->opt.resolver;
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	for (struct fact *p = f->pending.after; p && p != &f->pending;
	     p = p->after) {
		struct dns_resolver *r = resolver_of(f, p);

		r->cancel(r, &p->query);
	}
	free(f->table);
	free(f->all);
	arena_free(f->a);
	free(f);
}

int64_t facts_now(const struct facts *f)
{
	return f->opt.now;
}

static uint64_t hash_of(const struct dns_name *name, uint16_t type,
                        const struct ip *server)
{
	uint64_t h = dns_name_hash(name) ^ (type * 0x9E3779B97F4A7C15ULL);

	for (size_t i = 0; i < server->bytes; i++)
		h = (h ^ server->at[i]) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

static bool grow(struct facts *f)
{
	size_t size = f->size * 2;
	struct fact **t = calloc(size, sizeof(struct fact *));

	if (!t)
		return false;
	for (size_t i = 0; i < f->n; i++) {
		const struct dns_query *q = &f->all[i]->query;
		struct fact **at = &t[hash_of(&q->name, q->type, &q->server) &
		                      (size - 1)];

		f->all[i]->next = *at;
		*at = f->all[i];
	}
	free(f->table);
	f->table = t;
	f->size = size;
	return true;
}

static void unlink_pending(struct facts *f, struct fact *p)
{
	if (!p->after)
		return;
	p->before->after = p->after;
	p->after->before = p->before;
	p->before = p->after = NULL;
	f->npending--;
}

static void on_done(struct dns_query *q)
{
	struct facts *f = q->arg;
	struct fact *p =
	    (struct fact *)((char *)q - offsetof(struct fact, query));

	p->answer.at = f->opt.now;
	unlink_pending(f, p);
}

/* A new question in the table and the list of all; NULL: no room. */
static struct fact *add(struct facts *f, const struct dns_name *name,
                        uint16_t type, const struct ip *server, unsigned how)
{
	struct fact *p, **all;

	if (f->n == FACTS_MAX || (f->n >= f->size && !grow(f)))
		return NULL;
	if (f->n == f->cap) {
		all = realloc(f->all, (f->cap * 2 + 64) * sizeof(struct fact *));
		if (!all)
			return NULL;
		f->all = all;
		f->cap = f->cap * 2 + 64;
	}
	p = arena_alloc(f->a, 1, sizeof(*p));
	if (!p)
		return NULL;
	p->query = (struct dns_query){.name = *name, .type = type,
	    .a = f->a, .answer = &p->answer, .done = on_done, .arg = f};
	p->query.server = *server;
	p->how = how;
	p->query.tcp = how & FACTS_TCP;
	p->query.no_edns = how & FACTS_NO_EDNS;
	p->answer.name = *name;
	p->answer.type = type;
	f->all[f->n++] = p;
	return p;
}

static bool is_stopped(const struct facts *f)
{
	return f->stop || (f->opt.stop && *f->opt.stop);
}

static void start(struct facts *f, struct fact *p)
{
	struct dns_resolver *r = resolver_of(f, p);
	int64_t now = f->opt.loop ? dns_loop_ms() : 0;

	if (!f->deadline_ms)
		f->deadline_ms = now + f->opt.all_ms;
	p->query.deadline_ms = now + f->opt.question_ms;
	if (p->query.deadline_ms > f->deadline_ms)
		p->query.deadline_ms = f->deadline_ms;
	p->before = &f->pending;
	p->after = f->pending.after;
	p->before->after = p->after->before = p;
	f->npending++;
	/* Who is left no time does not ask, and a recording tells of it. */
	if (is_stopped(f))
		p->query.deadline_ms = now;
	if (!r)
		dns_fail(&p->query, DNS_TEMPFAIL, SV(""),
		         SV("no way to ask a server of one's choice"));
	else
		r->ask(r, &p->query);
}

/* server has no bytes where the resolver is to be asked. */
static const struct dns_answer *get(struct facts *f,
                                    const struct dns_name *name, uint16_t type,
                                    const struct ip *server, unsigned how)
{
	uint64_t h = hash_of(name, type, server);
	struct fact *p = f->table[h & (f->size - 1)];

	while (p && (p->query.type != type || !dns_name_eq(&p->query.name, name)
	             || !ip_eq(&p->query.server, server)
	             || p->how != how))
		p = p->next;
	if (p)
		return &p->answer;
	p = add(f, name, type, server, how);
	if (!p)
		return &f->full;
	p->next = f->table[h & (f->size - 1)];
	f->table[h & (f->size - 1)] = p;
	start(f, p);
	return &p->answer;
}

static const struct ip nobody;

const struct dns_answer *facts_dns(struct facts *f,
                                   const struct dns_name *name, uint16_t type)
{
	return get(f, name, type, &nobody, 0);
}

const struct dns_answer *facts_text(struct facts *f, sv name, uint16_t type)
{
	struct dns_name n;

	return dns_name_plain(name, &n) ? get(f, &n, type, &nobody, 0)
	                                : &f->none;
}

const struct dns_answer *facts_ptr(struct facts *f, const struct ip *ip)
{
	struct dns_name n;

	dns_name_of_ip(ip, &n);
	return get(f, &n, DNS_PTR, &nobody, 0);
}

const struct dns_answer *facts_at(struct facts *f, const struct ip *server,
                                  const struct dns_name *name, uint16_t type)
{
	return get(f, name, type, server, 0);
}

const struct dns_answer *facts_at_by(struct facts *f, const struct ip *server,
                                     const struct dns_name *name,
                                     uint16_t type, unsigned how)
{
	return get(f, name, type, server, how);
}

const struct dns_answer *facts_recursive(struct facts *f,
                                         const struct dns_name *name,
                                         uint16_t type)
{
	return get(f, name, type, &nobody, f->opt.recursive ? RECURSIVE : 0);
}

bool facts_has_direct(const struct facts *f)
{
	return f->opt.direct != NULL;
}

/* The time of all runs from the first question or connection on. */
static void begin(struct facts *f)
{
	if (!f->deadline_ms)
		f->deadline_ms = (f->opt.loop ? dns_loop_ms() : 0) +
		                 f->opt.all_ms;
}

/* Who was told to stop connects to nobody new; what it knows it still tells. */
static void begin_probe(struct facts *f)
{
	begin(f);
	if (!f->opt.prober)
		return;
	if (is_stopped(f))
		f->opt.prober->stop(f->opt.prober, SV("interrupted"));
	else if (f->opt.loop && dns_loop_ms() >= f->deadline_ms)
		f->opt.prober->stop(f->opt.prober, SV("no answer in time"));
}

const struct smtp_probe *facts_smtp(struct facts *f,
                                    const struct smtp_ask *ask)
{
	static const struct smtp_probe none = {
	    .state = PROBE_FAILED, .fail = PROBE_NOT_TRIED,
	    .stage = "connect",
	    .why = SV_INIT("nobody is connected to in this run")};

	begin_probe(f);
	return f->opt.prober
	           ? f->opt.prober->smtp(f->opt.prober, ask) : &none;
}

const struct https_probe *facts_https(struct facts *f,
                                      const struct https_ask *ask)
{
	static const struct https_probe none = {
	    .state = PROBE_FAILED, .fail = PROBE_NOT_TRIED,
	    .why = SV_INIT("nobody is connected to in this run")};

	begin_probe(f);
	return f->opt.prober
	           ? f->opt.prober->https(f->opt.prober, ask) : &none;
}

static size_t probes(const struct facts *f)
{
	return f->opt.prober ? f->opt.prober->pending(f->opt.prober) : 0;
}

size_t facts_pending(const struct facts *f)
{
	return f->npending + probes(f);
}

size_t facts_count(const struct facts *f)
{
	return f->n;
}

const struct dns_answer *facts_nth(const struct facts *f, size_t i)
{
	return &f->all[i]->answer;
}

/* What is over its time, or all of it, fails. */
static void expire(struct facts *f, int64_t now, bool all, sv why)
{
	for (struct fact *p = f->pending.after, *next; p != &f->pending;
	     p = next) {
		struct dns_resolver *r = resolver_of(f, p);

		next = p->after;
		if (!all && p->query.deadline_ms > now)
			continue;
		r->cancel(r, &p->query);
		dns_fail(&p->query, DNS_TEMPFAIL, r->name(r), why);
	}
	/* What is known stays, and nobody new is connected to. */
	if (all && f->opt.prober)
		f->opt.prober->stop(f->opt.prober, why);
}

static int64_t next_deadline(const struct facts *f)
{
	int64_t first = f->deadline_ms;

	for (const struct fact *p = f->pending.after; p != &f->pending;
	     p = p->after)
		if (p->query.deadline_ms < first)
			first = p->query.deadline_ms;
	return first;
}

void facts_wait(struct facts *f)
{
	size_t had = facts_pending(f);

	while (facts_pending(f) && facts_pending(f) >= had) {
		int64_t now = f->opt.loop ? dns_loop_ms() : 0;
		int64_t until = next_deadline(f);

		if (is_stopped(f) || !f->opt.loop) {
			expire(f, now, true, SV("interrupted"));
		} else if (until <= now) {
			expire(f, now, until == f->deadline_ms,
			       SV("no answer in time"));
		} else {
			until -= now;
			if (f->opt.stop && until > LOOK_MS)
				until = LOOK_MS;
			dns_loop_run(f->opt.loop, (unsigned)until);
		}
	}
}

void facts_stop(struct facts *f)
{
	f->stop = 1;
	if (f->opt.loop)
		dns_loop_wake(f->opt.loop);
}
