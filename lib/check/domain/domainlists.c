/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Are the names that a receiver sees on a DNS list of names (RFC 5782 section
 * 2.3)?  The domain, HELO, both senders, and the reverse names.
 */
#include "check/checks.h"
#include "check/lists.h"

struct names {
	struct check_run *run;
	struct lists_subject s[LISTS_SUBJECTS_MAX];
	size_t n;
};

static const char *listed(const struct zone_known *z, const char *cause)
{
	static const char *const ids[] = {
	    "domainlists.listed", "domainlists.listed",
	    "domainlists.listed-some", "domainlists.listed-few",
	    "domainlists.listed-few"};

	(void)cause;
	return ids[z->weight <= ZONE_INFO ? z->weight : ZONE_INFO];
}

/* Each name once: in its first part. */
static void add(struct names *l, sv name, const char *role)
{
	struct lists_subject *s = &l->s[l->n];

	if (l->n == LISTS_SUBJECTS_MAX ||
	    !lists_name(l->run, name, role, s))
		return;
	for (size_t i = 0; i < l->n; i++)
		if (dns_name_eq(&l->s[i].name, &s->name))
			return;
	l->n++;
}

/* What stands behind the last @ of an address, brackets or none. */
static sv domain_of(sv address)
{
	size_t at = sv_rchr(address, '@');
	sv domain = at == SV_NPOS ? SV("") : sv_drop(address, at + 1);

	return sv_trim(sv_head(domain, sv_chr(domain, '>')));
}

/* The reverse name is what many receivers look up first. */
static enum step add_reverse(struct names *l, const struct ip *ip)
{
	const struct dns_answer *an = facts_ptr(l->run->facts, ip);
	char text[DNS_NAME_TEXT];
	struct dns_name name;

	if (an->state == DNS_PENDING)
		return STEP_WAIT;
	if (an->n && dns_target(&an->rr[0], &name))
		add(l, dns_name_text(&name, text),
		    "the reverse name of the address");
	return STEP_DONE;
}

static enum step check_it(struct check_run *run)
{
	static const struct lists_kind kind = {"lists of names",
	                                       "domainlists.ok", listed};
	const struct check_target *t = run->target;
	struct names *l = arena_alloc(run->a, 1, sizeof(*l));
	enum step step = STEP_DONE;

	if (!t->lists || !l)
		return STEP_DONE;
	l->run = run;
	add(l, t->domain, "the domain");
	add(l, domain_of(t->mail_from), "the domain of the envelope sender");
	add(l, domain_of(t->header_from), "the domain in From");
	add(l, t->helo, "the name in HELO");
	for (size_t i = 0; i < t->nips; i++)
		if (add_reverse(l, &t->ips[i]) == STEP_WAIT)
			step = STEP_WAIT;
	return lists_check(run, l->s, l->n, &kind) == STEP_WAIT ? STEP_WAIT
	                                                        : step;
}

const struct check check_domainlists = {
    "domainlists", "domain",
    "whether the names that receivers see are on lists (DBL, SURBL, URIBL)",
    check_it,
};
