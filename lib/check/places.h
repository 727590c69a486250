/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * places.h - where a domain lives: its zone, its mail hosts, their addresses
 *
 * What several checks need; each asks through the facts, so it costs once.
 */
#ifndef CHECK_PLACES_H
#define CHECK_PLACES_H

#include "check/check.h"

/* Mail hosts, and addresses of one host, that are looked at. */
#define MAIL_HOSTS_MAX 32
#define HOST_IPS_MAX 16

/* The apex of the zone that a name is in; n is 0 where nobody says. */
enum step zone_of(struct facts *f, const struct dns_name *name,
                  struct dns_name *zone);

struct mail_hosts {
	const struct dns_answer *mx; /* the answer that named them */
	struct dns_name *list; /* each once, in the order of preference */
	size_t n;
	bool implicit;  /* no MX: the domain itself (RFC 5321 section 5.1) */
	bool refused;   /* a null MX (RFC 7505) */
};

/* n is 0 where there are none, or where mx tells why nobody knows. */
enum step mail_hosts(struct check_run *run, struct mail_hosts *out);

struct host_ips {
	const struct dns_answer *v4, *v6;
	struct ip list[HOST_IPS_MAX];
	size_t n;
};

enum step host_ips(struct facts *f, const struct dns_name *host,
                   struct host_ips *out);

/* Is the domain, or what it is below, named as the user's own? */
bool is_own(const struct check_target *t, sv name);

#endif
