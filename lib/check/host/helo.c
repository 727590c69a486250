/* SPDX-License-Identifier: BSD-2-Clause */
/* The name a server calls itself by (RFC 5321 section 4.1.1.1 and 4.1.3). */
#include "check/checks.h"

/* Ends of names that are not known outside a network (RFC 6761, RFC 8375). */
static bool is_local(sv name)
{
	static const char *const ends[] = {
	    ".local", ".lan", ".internal", ".localdomain", ".home", ".corp",
	    ".home.arpa", ".invalid", ".test", ".intranet", ".private",
	};

	if (sv_ieq(name, SV("localhost")) || sv_chr(name, '.') == SV_NPOS)
		return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sv_iends(name, sv_str(ends[i])))
			return true;
	return false;
}

static struct finding *about(struct check_run *run, const char *id)
{
	struct finding *f = found(run, id, run->target->helo);

	found_value(run, f, "helo", run->target->helo);
	if (run->target->nips)
		found_value(run, f, "ip",
		            check_ip(run, &run->target->ips[0]));
	return f;
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]" */
static void judge_literal(struct check_run *run, sv helo)
{
	sv inner = sv_slice(helo, 1, helo.n - 1);
	struct ip ip;

	if (sv_istarts(inner, SV("IPv6:")))
		inner = sv_drop(inner, 5);
	if (sv_ends(helo, SV("]")) && ip_parse(inner, &ip))
		(void)about(run, "helo.literal");
	else
		(void)about(run, "helo.invalid");
}

static bool has(const struct dns_answer *an, const struct ip *ip)
{
	struct ip one;

	for (size_t i = 0; i < an->n; i++)
		if (dns_ip(&an->rr[i], &one) && ip_eq(&one, ip))
			return true;
	return false;
}

static void judge_name(struct check_run *run, const struct dns_answer *v4,
                       const struct dns_answer *v6)
{
	const struct check_target *t = run->target;
	size_t missing = 0;
	struct finding *f;

	if (!v4->n && !v6->n) {
		f = about(run, "helo.unresolvable");
		found_answer(run, f, v4);
		found_answer(run, f, v6);
		return;
	}
	for (size_t i = 0; i < t->nips; i++) {
		if (has(t->ips[i].bytes == 4 ? v4 : v6, &t->ips[i]))
			continue;
		missing++;
		f = found(run, "helo.other-address", t->helo);
		found_value(run, f, "helo", t->helo);
		found_value(run, f, "ip", check_ip(run, &t->ips[i]));
		found_answer(run, f, t->ips[i].bytes == 4 ? v4 : v6);
	}
	if (!missing)
		(void)about(run, "helo.ok");
}

static enum step check_it(struct check_run *run)
{
	const struct dns_answer *v4, *v6;
	sv helo = run->target->helo;
	struct dns_name name;
	bool unsure;

	if (helo.p[0] == '[') {
		judge_literal(run, helo);
		return STEP_DONE;
	}
	if (!dns_name_plain(helo, &name)) {
		(void)about(run, "helo.invalid");
		return STEP_DONE;
	}
	if (is_local(helo)) {
		(void)about(run, "helo.local");
		return STEP_DONE;
	}
	v4 = facts_dns(run->facts, &name, DNS_A);
	v6 = facts_dns(run->facts, &name, DNS_AAAA);
	if (v4->state == DNS_PENDING || v6->state == DNS_PENDING)
		return STEP_WAIT;
	unsure = found_no_answer(run, v4);
	unsure |= found_no_answer(run, v6);
	if (!unsure)
		judge_name(run, v4, v6);
	return STEP_DONE;
}

const struct check check_helo = {
    "helo", "host", "the name that the server calls itself by (HELO, EHLO)",
    check_it,
};
