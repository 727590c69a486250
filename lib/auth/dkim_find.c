/* SPDX-License-Identifier: BSD-2-Clause */
/* dkim_find.c - the key of a selector, and what stands there instead of it */
#include "auth/dkim.h"

#include <idn2.h>

#include "base/ascii.h"

/* Longer texts are no keys: RSA of 16384 bits takes 2,800. */
#define TEXT_MAX 16384

/* RFC 8616 section 4: DNS is asked for A-labels. */
static sv ascii_domain(struct arena *a, sv domain)
{
	uint8_t *ascii = NULL;
	char *z;
	sv out = domain;
	size_t i = 0;

	while (i < domain.n && !is_high(domain.p[i]))
		i++;
	if (i == domain.n)
		return domain;
	z = sv_dupz(a, domain);
	if (z && idn2_lookup_u8((const uint8_t *)z, &ascii,
	                        IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) ==
	             IDN2_OK)
		out = arena_dup(a, sv_str((const char *)ascii));
	idn2_free(ascii);
	return out;
}

static sv rcode_name(const struct dns_answer *answer)
{
	static const char *const names[] = {
	    [1] = "formerr", [2] = "servfail", [4] = "notimp",
	    [5] = "refused"};

	if (answer->state == DNS_BOGUS)
		return SV("bogus");
	if (answer->rcode < sizeof(names) / sizeof(names[0]) &&
	    names[answer->rcode])
		return sv_str(names[answer->rcode]);
	/* Who made the answer may have told it in words only. */
	if (sv_has(answer->why, SV("SERVFAIL")))
		return SV("servfail");
	if (sv_has(answer->why, SV("REFUSED")))
		return SV("refused");
	return SV("timeout");
}

/* The only record that is a key, or the first that is none. */
static void read_records(struct arena *a, struct dkim_verdict *v)
{
	const struct dns_answer *answer = v->answer;
	struct dkim_key key;

	v->records = v->others = 0;
	for (size_t i = 0; i < answer->n && i < DKIM_RECORDS_MAX; i++) {
		sv text = sv_head(dns_txt(a, &answer->rr[i]), TEXT_MAX);

		dkim_key_read(a, text, &key);
		if (key.is_dkim ? !v->records : !v->records && !v->others)
			v->key = key;
		v->records += key.is_dkim;
		v->others += !key.is_dkim;
	}
	if (v->records > 1) {
		v->reason = DKIM_KEY_SEVERAL;
		return;
	}
	v->reason = v->key.fault;
	v->arg = v->key.arg;
}

/*
 * A panel that adds the zone to a name that has it already: the record is at
 * sel._domainkey.example.org.example.org.
 */
static enum step look_elsewhere(struct facts *f, struct arena *a, sv domain,
                                struct dkim_verdict *v)
{
	sv name = arena_printf(a, "%.*s.%.*s", SV_FMT(v->name),
	                       SV_FMT(domain));
	const struct dns_answer *answer = facts_text(f, name, DNS_TXT);
	struct dkim_key key;

	if (answer->state == DNS_PENDING)
		return STEP_WAIT;
	for (size_t i = 0; answer->state == DNS_FOUND && i < answer->n &&
	                   i < DKIM_RECORDS_MAX;
	     i++) {
		dkim_key_read(a, dns_txt(a, &answer->rr[i]), &key);
		if (key.is_dkim)
			v->elsewhere = name;
	}
	return STEP_DONE;
}

enum step dkim_find_key(struct facts *f, struct arena *a, sv selector,
                        sv domain, struct dkim_verdict *v)
{
	domain = ascii_domain(a, domain);
	if (!v->name.n)
		v->name = arena_printf(a, "%.*s._domainkey.%.*s",
		                       SV_FMT(selector), SV_FMT(domain));
	v->answer = facts_text(f, v->name, DNS_TXT);
	switch (v->answer->state) {
	case DNS_PENDING:
		return STEP_WAIT;
	case DNS_FOUND:
		if (!v->records && !v->others)
			read_records(a, v);
		return STEP_DONE;
	case DNS_NXDOMAIN:
	case DNS_NODATA:
		v->reason = DKIM_KEY_NOT_FOUND;
		v->arg = v->answer->state == DNS_NODATA ? SV("nodata")
		                                        : SV("nxdomain");
		return look_elsewhere(f, a, domain, v);
	default:
		v->reason = DKIM_KEY_DNS;
		v->arg = rcode_name(v->answer);
		return STEP_DONE;
	}
}
