/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_unit.h - one check over a world in memory; ids are what is asserted
 *
 * Each name server, mail server and policy host is a row of the test's own.
 */
#ifndef TESTS_CHECK_UNIT_H
#define TESTS_CHECK_UNIT_H

#include "unit.h"

#include "check/checks.h"
#include "dns/zone.h"

/* How one name server answers. */
struct unit_server {
	const char *ip, *zone;
	bool lame;   /* without AA */
	bool no_tcp;
};

struct unit_world {
	struct facts_options opt;
	struct dns_zone *zone, *zones[8];
	struct dns_resolver direct, *inner[8];
	struct dns_resolver proven, *plain; /* proven: with the trust below */
	enum dns_trust trust;
	const struct unit_server *servers;
	size_t nservers;
	struct prober prober;
	const struct smtp_probe *smtp;
	size_t nsmtp;
	const struct https_probe *https;
	size_t nhttps, asked;
	struct facts *facts;
	struct check_target target;
	struct arena *a;
	sv ids; /* " id:about id:about" */
};

static struct unit_world unit;

static struct dns_zone *unit_zone(const char *text)
{
	struct dns_zone *z = dns_zone_new();
	struct mw_err err = {0};

	assert_non_null(z);
	if (dns_zone_read(z, sv_str(text), &err) != MW_OK)
		fail_msg("line %zu of the zone is wrong", err.where);
	return z;
}

static void unit_inner_done(struct dns_query *q)
{
	(void)q;
}

static void unit_direct(struct dns_resolver *r, struct dns_query *q)
{
	struct dns_query copy = *q;
	char text[IP_TEXT];
	sv ip = ip_text(&q->server, text);

	(void)r;
	for (size_t i = 0; i < unit.nservers; i++) {
		const struct unit_server *s = &unit.servers[i];

		if (!sv_eq(ip, sv_str(s->ip)) || (q->tcp && s->no_tcp))
			continue;
		copy.done = unit_inner_done;
		unit.inner[i]->ask(unit.inner[i], &copy);
		/* What comes in a packet, and not of a zone in memory. */
		q->answer->authoritative = !s->lame;
		if (sv_has(q->answer->why, SV("(SERVFAIL)")))
			q->answer->rcode = 2;
		if (sv_has(q->answer->why, SV("(REFUSED)")))
			q->answer->rcode = 5;
		q->done(q);
		return;
	}
	dns_fail(q, DNS_TEMPFAIL, SV(""), SV("no answer"));
}

/* As a validating resolver: all of the zone has the same trust. */
static void unit_proven(struct dns_resolver *r, struct dns_query *q)
{
	struct dns_query copy = *q;

	(void)r;
	copy.done = unit_inner_done;
	unit.plain->ask(unit.plain, &copy);
	if (q->answer->state != DNS_TEMPFAIL && q->answer->state != DNS_BOGUS)
		q->answer->trust = unit.trust;
	q->done(q);
}

static const struct smtp_probe *unit_smtp(struct prober *p,
                                          const struct smtp_ask *ask)
{
	static const struct smtp_probe none = {
	    .state = PROBE_FAILED, .fail = PROBE_TIMEOUT, .stage = "connect",
	    .why = SV_INIT("no answer")};

	(void)p;
	unit.asked++;
	for (size_t i = 0; i < unit.nsmtp; i++)
		if (sv_eq(unit.smtp[i].host, ask->host) &&
		    (!unit.smtp[i].ip.bytes ||
		     ip_eq(&unit.smtp[i].ip, &ask->ip)))
			return &unit.smtp[i];
	return &none;
}

static const struct https_probe *unit_https(struct prober *p,
                                            const struct https_ask *ask)
{
	static const struct https_probe none = {
	    .state = PROBE_FAILED, .fail = PROBE_TIMEOUT,
	    .why = SV_INIT("no answer")};

	(void)p;
	unit.asked++;
	for (size_t i = 0; i < unit.nhttps; i++)
		if (sv_eq(unit.https[i].host, ask->host))
			return &unit.https[i];
	return &none;
}

static size_t unit_pending(const struct prober *p)
{
	(void)p;
	return 0;
}

static inline void unit_set_servers(const struct unit_server *list, size_t n)
{
	unit.servers = list;
	unit.nservers = n;
	for (size_t i = 0; i < n; i++) {
		unit.zones[i] = unit_zone(list[i].zone);
		unit.inner[i] = dns_zone_resolver(unit.zones[i]);
		assert_non_null(unit.inner[i]);
	}
	unit.direct.ask = unit_direct;
	unit.opt.direct = &unit.direct;
}

/* Before unit_run(); target and probes may be set behind it. */
static void unit_begin(const char *zone, const char *domain)
{
	unit = (struct unit_world){0};
	unit.zone = unit_zone(zone);
	unit.plain = dns_zone_resolver(unit.zone);
	assert_non_null(unit.plain);
	unit.proven.ask = unit_proven;
	unit.opt.resolver = &unit.proven;
	unit.opt.now = 1700000000;
	unit.prober = (struct prober){.smtp = unit_smtp, .https = unit_https,
	                              .pending = unit_pending};
	unit.opt.prober = &unit.prober;
	unit.target.domain = sv_str(domain);
	assert_true(dns_name_plain(unit.target.domain, &unit.target.name));
	unit.a = arena_new((size_t)1 << 20);
	assert_non_null(unit.a);
}

/* Run one check; what it found, as " id:about ..." in its order. */
static sv unit_run(const struct check *c)
{
	struct check_run run = {.target = &unit.target, .check = c};

	run.facts = facts_new(&unit.opt);
	run.a = arena_new((size_t)32 << 20);
	assert_non_null(run.facts);
	assert_non_null(run.a);
	assert_int_equal(c->run(&run), STEP_DONE);
	unit.ids = SV("");
	for (const struct finding *f = run.first; f; f = f->next)
		unit.ids = arena_printf(unit.a, "%.*s%s%s:%.*s",
		                        SV_FMT(unit.ids), unit.ids.n ? " " : "",
		                        f->id, SV_FMT(f->about));
	arena_free(run.a);
	facts_free(run.facts);
	return unit.ids;
}

static void unit_end(void)
{
	for (size_t i = 0; i < unit.nservers; i++) {
		dns_resolver_free(unit.inner[i]);
		dns_zone_free(unit.zones[i]);
	}
	dns_resolver_free(unit.plain);
	dns_zone_free(unit.zone);
	arena_free(unit.a);
}

#endif
