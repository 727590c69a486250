/* SPDX-License-Identifier: BSD-2-Clause */
/* Is the domain signed, and does the signature hold (RFC 4035 section 4.3)? */
#include "check/checks.h"
#include "check/places.h"

static struct finding *about(struct check_run *run, const char *id,
                             const struct dns_name *zone)
{
	struct finding *f = found(run, id, check_name(run, zone));

	found_value(run, f, "zone", check_name(run, zone));
	return f;
}

/* Whoever was asked did not say: does the parent know a key of the zone? */
static void judge_unproven(struct check_run *run, const struct dns_name *zone,
                           const struct dns_answer *ds)
{
	struct finding *f;

	if (found_no_answer(run, ds))
		return;
	f = about(run, ds->n ? "dnssec.unproven" : "dnssec.unsigned", zone);
	found_answer(run, f, ds);
}

static enum step check_it(struct check_run *run)
{
	const struct dns_answer *soa, *ds;
	struct dns_name zone;
	struct finding *f;

	if (zone_of(run->facts, &run->target->name, &zone) == STEP_WAIT)
		return STEP_WAIT;
	if (!zone.n) {
		/* It may be that nobody says because it is proven wrong. */
		soa = facts_dns(run->facts, &run->target->name, DNS_SOA);
		(void)found_no_answer(run, soa);
		return STEP_DONE;
	}
	ds = facts_dns(run->facts, &zone, DNS_DS);
	soa = facts_dns(run->facts, &zone, DNS_SOA);
	if (ds->state == DNS_PENDING || soa->state == DNS_PENDING)
		return STEP_WAIT;
	if (found_no_answer(run, soa))
		return STEP_DONE;
	switch (soa->trust) {
	case DNS_TRUST_SECURE:
		(void)about(run, "dnssec.ok", &zone);
		break;
	case DNS_TRUST_INSECURE:
		f = about(run, ds->n ? "dnssec.unusable" : "dnssec.unsigned",
		          &zone);
		found_answer(run, f, ds);
		break;
	default:
		judge_unproven(run, &zone, ds);
	}
	return STEP_DONE;
}

const struct check check_dnssec = {
    "dnssec", "domain", "whether the domain is signed, and the signature holds",
    check_it,
};
