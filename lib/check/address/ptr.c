/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of a sending address and the way back from it: what receivers call
 * reverse DNS and forward confirmation (RFC 1912 section 2.1).
 */
#include "check/checks.h"

#include "base/ascii.h"

/* Names of one address that are followed; more are a fault of their own. */
#define NAMES_MAX 10

/* Words in names that providers give to lines, not to servers. */
static bool has_generic_word(sv name)
{
	static const char *const words[] = {
	    "dyn",  "dynamic", "dsl",    "adsl",   "pool",       "dhcp",
	    "cable", "ppp",    "dial",   "client", "cust",       "dialup",
	    "broadband", "unassigned", "static-ip", "customer",  "ip",
	};

	while (name.n) {
		size_t n = 0;
		sv word;

		while (n < name.n && is_alpha(name.p[n]))
			n++;
		word = sv_head(name, n);
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (sv_ieq(word, sv_str(words[i])))
				return true;
		name = sv_drop(name, n ? n : 1);
	}
	return false;
}

/* How many of an address's four numbers the name holds as numbers. */
static unsigned octets_in(const struct ip *ip, sv name)
{
	unsigned hits = 0;
	bool had[4] = {false};

	while (name.n) {
		size_t n = 0;
		uint32_t v;

		while (n < name.n && is_digit(name.p[n]))
			n++;
		for (unsigned i = 0; n && i < 4; i++)
			if (!had[i] && sv_u32(sv_head(name, n), 255, &v) &&
			    v == ip->at[i]) {
				had[i] = true;
				hits++;
				break;
			}
		name = sv_drop(name, n ? n : 1);
	}
	return hits;
}

static bool has_hex(const struct ip *ip, sv name)
{
	static const char hex[] = "0123456789abcdef";
	char text[8];

	/* The four bytes, or the last four of IPv6. */
	for (size_t i = 0; i < 4; i++) {
		text[2 * i] = hex[ip->at[ip->bytes - 4U + i] >> 4];
		text[2 * i + 1] = hex[ip->at[ip->bytes - 4U + i] & 15];
	}
	return sv_ihas(name, sv_of(text, sizeof(text)));
}

/* Does the name look like one that a provider gave to a line? */
static bool is_generic(const struct ip *ip, sv name)
{
	sv host = sv_head(name, sv_rchr(name, '.'));

	if (ip->bytes == 4 && octets_in(ip, name) >= 3)
		return true;
	if (has_hex(ip, name))
		return true;
	return has_generic_word(host) &&
	       (ip->bytes != 4 || octets_in(ip, name) >= 2);
}

/* Does name lead back to the address? */
static enum step leads_back(struct check_run *run, const struct dns_name *name,
                            const struct ip *ip, bool *back, bool *unsure)
{
	const struct dns_answer *an = facts_dns(
	    run->facts, name, ip->bytes == 4 ? DNS_A : DNS_AAAA);
	struct ip one;

	if (an->state == DNS_PENDING)
		return STEP_WAIT;
	*unsure |= found_no_answer(run, an);
	for (size_t i = 0; i < an->n; i++)
		*back |= dns_ip(&an->rr[i], &one) && ip_eq(&one, ip);
	return STEP_DONE;
}

static struct finding *about_ip(struct check_run *run, const char *id,
                                const struct ip *ip, sv name)
{
	sv text = check_ip(run, ip);
	struct finding *f = found(run, id, text);
	struct dns_name reverse;

	dns_name_of_ip(ip, &reverse);
	found_value(run, f, "ip", text);
	found_value(run, f, "ip_arpa", check_name(run, &reverse));
	found_value(run, f, "name", name);
	found_value(run, f, "helo", run->target->helo.n ? run->target->helo
	                                                : name);
	found_value(run, f, "type", ip->bytes == 4 ? SV("A") : SV("AAAA"));
	return f;
}

static void judge_names(struct check_run *run, const struct ip *ip,
                        const struct dns_answer *ptr, bool back, bool unsure)
{
	struct dns_name name;
	struct finding *f;
	sv text = SV("");

	if (dns_target(&ptr->rr[0], &name))
		text = check_name(run, &name);
	if (!back && !unsure) {
		f = about_ip(run, "ptr.not-confirmed", ip, text);
		found_answer(run, f, ptr);
	}
	if (ptr->n > 1) {
		f = about_ip(run, "ptr.several", ip, text);
		found_number(run, f, "number", (long long)ptr->n);
		found_answer(run, f, ptr);
	}
	if (is_generic(ip, text))
		(void)about_ip(run, "ptr.generic", ip, text);
	else if (back && ptr->n == 1)
		(void)about_ip(run, "ptr.ok", ip, text);
}

static enum step check_one(struct check_run *run, const struct ip *ip)
{
	const struct dns_answer *ptr;
	bool back = false, unsure = false;
	enum step step = STEP_DONE;
	struct dns_name name;

	if (ip_is_private(ip)) {
		(void)about_ip(run, "ptr.private", ip, SV(""));
		return STEP_DONE;
	}
	ptr = facts_ptr(run->facts, ip);
	if (ptr->state == DNS_PENDING)
		return STEP_WAIT;
	if (found_no_answer(run, ptr))
		return STEP_DONE;
	if (!ptr->n) {
		struct finding *f = about_ip(run, "ptr.missing", ip, SV(""));

		found_answer(run, f, ptr);
		found_value(run, f, "zone", ptr->zone);
		return STEP_DONE;
	}
	for (size_t i = 0; i < ptr->n && i < NAMES_MAX; i++)
		if (dns_target(&ptr->rr[i], &name) &&
		    leads_back(run, &name, ip, &back, &unsure) == STEP_WAIT)
			step = STEP_WAIT;
	if (step == STEP_DONE)
		judge_names(run, ip, ptr, back, unsure);
	return step;
}

static enum step check_it(struct check_run *run)
{
	enum step step = STEP_DONE;

	for (size_t i = 0; i < run->target->nips; i++)
		if (check_one(run, &run->target->ips[i]) == STEP_WAIT)
			step = STEP_WAIT;
	return step;
}

const struct check check_ptr = {
    "ptr", "address",
    "the name of each sending address, and the way back from it (PTR)",
    check_it,
};
