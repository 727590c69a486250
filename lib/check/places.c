/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/places.h"

enum step zone_of(struct facts *f, const struct dns_name *name,
                  struct dns_name *zone)
{
	struct dns_name up = *name;

	zone->n = 0;
	do {
		const struct dns_answer *an = facts_dns(f, &up, DNS_SOA);

		if (an->state == DNS_PENDING)
			return STEP_WAIT;
		if (an->state == DNS_FOUND && !an->nchain) {
			*zone = up;
			return STEP_DONE;
		}
		if (an->zone.n && dns_name_from(an->zone, zone))
			return STEP_DONE;
	} while (dns_name_up(&up) && dns_name_labels(&up) > 1);
	return STEP_DONE;
}

struct choice {
	unsigned preference;
	struct dns_name name;
};

/* Into its place by preference; one that is there already is not added. */
static void add_host(struct choice *list, size_t *n, const struct choice *c)
{
	size_t at = *n;

	for (size_t i = 0; i < *n; i++)
		if (dns_name_eq(&list[i].name, &c->name))
			return;
	if (*n == MAIL_HOSTS_MAX)
		return;
	while (at && list[at - 1].preference > c->preference) {
		list[at] = list[at - 1];
		at--;
	}
	list[at] = *c;
	(*n)++;
}

enum step mail_hosts(struct check_run *run, struct mail_hosts *out)
{
	const struct dns_answer *mx =
	    facts_dns(run->facts, &run->target->name, DNS_MX);
	struct choice *found = arena_alloc(run->a, MAIL_HOSTS_MAX,
	                                   sizeof(*found)), c;

	*out = (struct mail_hosts){.mx = mx};
	if (mx->state == DNS_PENDING)
		return STEP_WAIT;
	out->list = arena_alloc(run->a, MAIL_HOSTS_MAX, sizeof(*out->list));
	if (!found || !out->list)
		return STEP_DONE;
	for (size_t i = 0; i < mx->n; i++) {
		if (!dns_mx(&mx->rr[i], &c.preference, &c.name))
			continue;
		if (c.name.n == 1)
			out->refused = true;
		else
			add_host(found, &out->n, &c);
	}
	for (size_t i = 0; i < out->n; i++)
		out->list[i] = found[i].name;
	if (mx->state == DNS_NODATA) {
		out->implicit = true;
		out->list[out->n++] = run->target->name;
	}
	return STEP_DONE;
}

static void add_ips(const struct dns_answer *an, struct host_ips *out)
{
	for (size_t i = 0; i < an->n && out->n < HOST_IPS_MAX; i++)
		if (dns_ip(&an->rr[i], &out->list[out->n]))
			out->n++;
}

enum step host_ips(struct facts *f, const struct dns_name *host,
                   struct host_ips *out)
{
	*out = (struct host_ips){.v4 = facts_dns(f, host, DNS_A),
	                         .v6 = facts_dns(f, host, DNS_AAAA)};
	if (out->v4->state == DNS_PENDING || out->v6->state == DNS_PENDING)
		return STEP_WAIT;
	add_ips(out->v4, out);
	add_ips(out->v6, out);
	return STEP_DONE;
}

bool is_own(const struct check_target *t, sv name)
{
	struct dns_name host, own;

	if (!dns_name_plain(name, &host))
		return false;
	for (size_t i = 0; i < t->nown; i++)
		if (dns_name_plain(t->own[i], &own) && own.n > 1 &&
		    dns_name_under(&host, &own))
			return true;
	return false;
}
