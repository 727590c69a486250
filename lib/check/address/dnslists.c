/* SPDX-License-Identifier: BSD-2-Clause */
/* Is a sending address on a DNS list of addresses (RFC 5782)? */
#include "check/checks.h"
#include "check/lists.h"

/* By what is listed (the range, the reverse name, the address) and weight. */
static const char *listed(const struct zone_known *z, const char *cause)
{
	static const char *const policy[] = {
	    "dnslists.policy", "dnslists.policy", "dnslists.policy-some",
	    "dnslists.policy-few", "dnslists.policy-few"};
	static const char *const address[] = {
	    "dnslists.listed", "dnslists.listed", "dnslists.listed-some",
	    "dnslists.listed-few", "dnslists.listed-few"};
	size_t w = z->weight <= ZONE_INFO ? z->weight : ZONE_INFO;

	if (z->scope && (sv_eq(sv_str(z->scope), SV("range")) ||
	                 sv_eq(sv_str(z->scope), SV("asn"))))
		return "dnslists.range";
	if (cause && sv_eq(sv_str(cause), SV("reputation.dynamic-ip")))
		return policy[w];
	if (cause && sv_starts(sv_str(cause), SV("identity.ptr-")))
		return "dnslists.reverse-name";
	return address[w];
}

static enum step check_it(struct check_run *run)
{
	static const struct lists_kind kind = {"lists of addresses",
	                                       "dnslists.ok", listed};
	const struct check_target *t = run->target;
	struct lists_subject s[CHECK_LIST_MAX];
	size_t n = 0;

	if (!t->lists)
		return STEP_DONE;
	for (size_t i = 0; i < t->nips; i++) {
		struct lists_subject one = {.ip = t->ips[i]};

		one.about = check_ip(run, &t->ips[i]);
		ip_unmap(&one.ip);
		if (ip_is_private(&one.ip))
			found_value(run, found(run, "dnslists.private",
			                       one.about), "ip", one.about);
		else
			s[n++] = one;
	}
	return lists_check(run, s, n, &kind);
}

const struct check check_dnslists = {
    "dnslists", "address",
    "whether a sending address is on lists that receivers ask (DNSBL)",
    check_it,
};
