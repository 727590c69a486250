/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dmarc_report.h"

static bool failed(const struct dns_answer *answer)
{
	return answer->state == DNS_TEMPFAIL || answer->state == DNS_BOGUS;
}

static bool same_org(const struct psl_list *psl, const struct dns_name *a,
                     const struct dns_name *b)
{
	struct dns_name x, y;

	return dns_name_under(a, b) ||
	       (psl_list_org(psl, a, &x) && psl_list_org(psl, b, &y) &&
	        dns_name_eq(&x, &y));
}

/* "v=DMARC1" is all that a permission needs (RFC 7489 section 7.1 step 5). */
static bool permits(struct arena *a, const struct dns_answer *answer)
{
	enum dmarc_psd psd;

	for (size_t i = 0; i < answer->n; i++)
		if (dmarc_record_glance(dns_txt(a, &answer->rr[i]), &psd))
			return true;
	return false;
}

static enum step permission(struct facts *f, struct arena *a,
                            const struct dns_name *at,
                            struct dmarc_recipient *to)
{
	struct dns_name report, name;
	char room[DNS_NAME_TEXT];

	to->permit = DMARC_PERMIT_MISSING;
	if (!dns_name_below(SV("_report._dmarc"), &to->domain, &report) ||
	    !dns_name_below(dns_name_text(at, room), &report, &name))
		return STEP_DONE; /* a name that long cannot be published */
	to->permission = facts_dns(f, &name, DNS_TXT);
	if (to->permission->state == DNS_PENDING)
		return STEP_WAIT;
	if (failed(to->permission))
		to->permit = DMARC_PERMIT_UNKNOWN;
	else if (permits(a, to->permission))
		to->permit = DMARC_PERMIT_GIVEN;
	return STEP_DONE;
}

static enum step mail_by_address(struct facts *f, struct dmarc_recipient *to)
{
	const struct dns_answer *v4 = facts_dns(f, &to->domain, DNS_A);
	const struct dns_answer *v6 = facts_dns(f, &to->domain, DNS_AAAA);

	if (v4->state == DNS_PENDING || v6->state == DNS_PENDING)
		return STEP_WAIT;
	if (v4->n || v6->n)
		to->mail = DMARC_MAIL_ADDRESS;
	else
		to->mail = failed(v4) || failed(v6) ? DMARC_MAIL_UNKNOWN
		                                    : DMARC_MAIL_NONE;
	return STEP_DONE;
}

static enum step mail(struct facts *f, struct dmarc_recipient *to)
{
	struct dns_name host;
	unsigned preference;

	to->mx = facts_dns(f, &to->domain, DNS_MX);
	if (to->mx->state == DNS_PENDING)
		return STEP_WAIT;
	to->mail = DMARC_MAIL_UNKNOWN;
	if (failed(to->mx))
		return STEP_DONE;
	if (!to->mx->n)
		return mail_by_address(f, to);
	to->mail = to->mx->n == 1 &&
	                   dns_mx(&to->mx->rr[0], &preference, &host) &&
	                   !dns_name_labels(&host)
	               ? DMARC_MAIL_NULL_MX
	               : DMARC_MAIL_MX;
	return STEP_DONE;
}

static enum step recipient(struct facts *f, struct arena *a,
                           const struct psl_list *psl,
                           const struct dns_name *at,
                           struct dmarc_recipient *to)
{
	enum step one, two = STEP_DONE;

	if (!psl_name(to->uri->domain, &to->domain)) {
		to->domain.n = 0;
		return STEP_DONE;
	}
	/* Both at once. */
	one = mail(f, to);
	if (!same_org(psl, &to->domain, at))
		two = permission(f, a, at, to);
	return one == STEP_WAIT ? one : two;
}

enum step dmarc_recipients(struct facts *f, struct arena *a,
                           const struct psl_list *psl,
                           const struct dns_name *at,
                           const struct dmarc_record *record,
                           struct dmarc_recipients *out)
{
	struct dmarc_recipients o = {.n = record->rua.n + record->ruf.n};
	enum step step = STEP_DONE;

	o.list = arena_alloc(a, o.n ? o.n : 1, sizeof(*o.list));
	if (!o.list)
		o.n = 0;
	for (size_t i = 0; i < o.n; i++) {
		struct dmarc_recipient *to = &o.list[i];

		to->failure = i >= record->rua.n;
		to->uri = to->failure ? &record->ruf.list[i - record->rua.n]
		                      : &record->rua.list[i];
		if (recipient(f, a, psl, at, to) == STEP_WAIT)
			step = STEP_WAIT;
	}
	if (step == STEP_DONE)
		*out = o;
	return step;
}

/* ---- records in a wrong place ---- */

static void stray(struct arena *a, const char *id,
                  const struct dns_answer *answer, struct dmarc_strays *out)
{
	out->unknown = out->unknown || failed(answer);
	for (size_t i = 0; i < answer->n; i++) {
		sv text = dns_txt(a, &answer->rr[i]);
		enum dmarc_psd psd;

		if (out->n == DMARC_STRAYS_MAX ||
		    !dmarc_record_glance(text, &psd))
			continue;
		out->list[out->n++] =
		    (struct dmarc_stray){id, answer->name, text};
	}
}

enum step dmarc_strays(struct facts *f, struct arena *a,
                       const struct dns_name *domain,
                       struct dmarc_strays *out)
{
	static const struct {
		const char *id, *labels;
		bool twice;
	} places[] = {{"apex", NULL, false},
	              {"no-underscore", "dmarc", false},
	              {"zone-twice", "_dmarc", true},
	              {"label-twice", "_dmarc._dmarc", false}};
	const struct dns_answer *answers[sizeof(places) / sizeof(places[0])];
	struct dmarc_strays o = {.n = 0};
	enum step step = STEP_DONE;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct dns_name name = *domain;
		char room[DNS_NAME_TEXT];
		bool ok = !places[i].twice ||
		          dns_name_below(dns_name_text(domain, room), domain,
		                         &name);

		answers[i] = NULL;
		if (!ok || (places[i].labels &&
		            !dns_name_below(sv_str(places[i].labels), &name,
		                            &name)))
			continue;
		answers[i] = facts_dns(f, &name, DNS_TXT);
		if (answers[i]->state == DNS_PENDING)
			step = STEP_WAIT;
	}
	for (size_t i = 0; step == STEP_DONE && i < sizeof(places) /
	                                                sizeof(places[0]); i++)
		if (answers[i])
			stray(a, places[i].id, answers[i], &o);
	if (step == STEP_DONE)
		*out = o;
	return step;
}
