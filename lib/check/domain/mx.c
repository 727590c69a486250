/* SPDX-License-Identifier: BSD-2-Clause */
/* Where mail for a domain goes (RFC 5321 section 5, RFC 7505). */
#include "check/checks.h"

/* More hosts than this are a mistake (and SPF's mx gives up at 10). */
#define HOSTS_MANY 10
#define HOSTS_MAX 64

struct host {
	unsigned preference;
	struct dns_name name;
};

/* Addresses of one kind; false where the answer is not there yet. */
static bool look_at(struct check_run *run, const struct dns_answer *an,
                    const struct dns_name *host, bool *any, bool *unsure)
{
	struct ip ip;

	if (an->state == DNS_PENDING)
		return false;
	*unsure |= found_no_answer(run, an);
	for (size_t i = 0; i < an->n; i++) {
		struct finding *f;

		if (!dns_ip(&an->rr[i], &ip))
			continue;
		*any = true;
		if (!ip_is_private(&ip))
			continue;
		f = found(run, "mx.private", check_name(run, host));
		found_value(run, f, "host", check_name(run, host));
		found_value(run, f, "ip", check_ip(run, &ip));
	}
	return true;
}

static enum step check_host(struct check_run *run, const struct host *h)
{
	const struct dns_answer *v4 = facts_dns(run->facts, &h->name, DNS_A);
	const struct dns_answer *v6 = facts_dns(run->facts, &h->name,
	                                        DNS_AAAA);
	bool any = false, unsure = false;
	struct finding *f;

	if (!look_at(run, v4, &h->name, &any, &unsure) ||
	    !look_at(run, v6, &h->name, &any, &unsure))
		return STEP_WAIT;
	if (v4->nchain) {
		f = found(run, "mx.alias", check_name(run, &h->name));
		found_value(run, f, "host", check_name(run, &h->name));
		found_value(run, f, "target",
		            check_name(run, &v4->chain[v4->nchain - 1]));
	}
	if (any || unsure)
		return STEP_DONE;
	f = found(run, "mx.no-address", check_name(run, &h->name));
	found_value(run, f, "host", check_name(run, &h->name));
	found_answer(run, f, v4);
	found_answer(run, f, v6);
	return STEP_DONE;
}

/* A domain without MX is its own mail server, if it has an address. */
static enum step check_implicit(struct check_run *run,
                                const struct dns_answer *mx)
{
	const struct check_target *t = run->target;
	const struct dns_answer *v4 = facts_dns(run->facts, &t->name, DNS_A);
	const struct dns_answer *v6 = facts_dns(run->facts, &t->name,
	                                        DNS_AAAA);
	struct finding *f;
	bool unsure;

	if (v4->state == DNS_PENDING || v6->state == DNS_PENDING)
		return STEP_WAIT;
	unsure = found_no_answer(run, v4);
	unsure |= found_no_answer(run, v6);
	if (unsure)
		return STEP_DONE;
	f = found(run, mx->state == DNS_NXDOMAIN ? "domain.missing"
	               : v4->n + v6->n ? "mx.implicit" : "mx.missing",
	          t->domain);
	found_value(run, f, "domain", t->domain);
	found_answer(run, f, mx);
	return STEP_DONE;
}

static size_t read_hosts(struct check_run *run, const struct dns_answer *mx,
                         struct host hosts[HOSTS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < mx->n; i++) {
		struct host *h = &hosts[n];
		struct finding *f;

		if (n == HOSTS_MAX)
			break;
		if (!dns_mx(&mx->rr[i], &h->preference, &h->name))
			continue;
		n++;
		for (size_t k = 0; k + 1 < n; k++)
			if (dns_name_eq(&hosts[k].name, &h->name)) {
				f = found(run, "mx.twice",
				          check_name(run, &h->name));
				found_value(run, f, "host",
				            check_name(run, &h->name));
				n--;
				break;
			}
	}
	return n;
}

static void found_null(struct check_run *run, size_t n)
{
	struct finding *f = found(run, n == 1 ? "mx.null" : "mx.null-mixed",
	                          run->target->domain);

	found_value(run, f, "domain", run->target->domain);
}

static enum step check_hosts(struct check_run *run,
                             const struct dns_answer *mx)
{
	struct host *hosts = arena_alloc(run->a, HOSTS_MAX, sizeof(*hosts));
	size_t n = hosts ? read_hosts(run, mx, hosts) : 0, before;
	enum step step = STEP_DONE;
	struct finding *f;

	for (size_t i = 0; i < n; i++)
		if (hosts[i].name.n == 1) {
			found_null(run, n);
			return STEP_DONE;
		}
	before = run->n;
	for (size_t i = 0; i < n; i++)
		if (check_host(run, &hosts[i]) == STEP_WAIT)
			step = STEP_WAIT;
	if (step == STEP_WAIT)
		return step;
	if (n > HOSTS_MANY) {
		f = found(run, "mx.many", run->target->domain);
		found_value(run, f, "domain", run->target->domain);
		found_number(run, f, "number", (long long)n);
	}
	if (run->n > before)
		return STEP_DONE;
	f = found(run, "mx.ok", run->target->domain);
	found_value(run, f, "domain", run->target->domain);
	found_value(run, f, "host", check_name(run, &hosts[0].name));
	found_number(run, f, "number", (long long)n);
	found_answer(run, f, mx);
	return STEP_DONE;
}

static enum step check_it(struct check_run *run)
{
	const struct dns_answer *mx =
	    facts_dns(run->facts, &run->target->name, DNS_MX);

	if (mx->state == DNS_PENDING)
		return STEP_WAIT;
	if (found_no_answer(run, mx))
		return STEP_DONE;
	return mx->n ? check_hosts(run, mx) : check_implicit(run, mx);
}

const struct check check_mx = {
    "mx", "domain", "the servers that take mail for the domain (MX)",
    check_it,
};
