/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/dns.h"

#include "base/ascii.h"

#include <stdio.h>

static const struct {
	uint16_t type;
	const char *name;
} types[] = {
    {DNS_A, "A"},         {DNS_NS, "NS"},       {DNS_CNAME, "CNAME"},
    {DNS_SOA, "SOA"},     {DNS_PTR, "PTR"},     {DNS_MX, "MX"},
    {DNS_TXT, "TXT"},     {DNS_AAAA, "AAAA"},   {DNS_SRV, "SRV"},
    {DNS_DNAME, "DNAME"}, {DNS_DS, "DS"},       {DNS_DNSKEY, "DNSKEY"},
    {DNS_TLSA, "TLSA"},   {DNS_CAA, "CAA"},     {DNS_SPF, "SPF"},
};

const char *dns_type_name(uint16_t type, char room[10])
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return types[i].name;
	snprintf(room, 10, "TYPE%u", type);
	return room;
}

uint16_t dns_type_from(sv name)
{
	uint32_t n;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (sv_ieq(name, sv_str(types[i].name)))
			return types[i].type;
	if (sv_istarts(name, SV("TYPE")) &&
	    sv_u32(sv_drop(name, 4), UINT16_MAX, &n))
		return (uint16_t)n;
	return 0;
}

const char *dns_state_name(enum dns_state state)
{
	static const char *const names[DNS_STATE_N] = {
	    "pending", "found", "nodata", "nxdomain", "tempfail", "bogus"};

	return (unsigned)state < DNS_STATE_N ? names[state] : "unknown";
}

void dns_fail(struct dns_query *q, enum dns_state state, sv server, sv why)
{
	q->answer->state = state;
	q->answer->server = server;
	q->answer->why = why;
	q->done(q);
}

/* ---- what records say ---- */

bool dns_txt_next(const struct dns_rr *rr, size_t *at, sv *string)
{
	size_t n;

	if (*at >= rr->rdata.n)
		return false;
	n = (unsigned char)rr->rdata.p[*at];
	if (n > rr->rdata.n - *at - 1)
		n = rr->rdata.n - *at - 1;
	*string = sv_of(rr->rdata.p + *at + 1, n);
	*at += n + 1;
	return true;
}

sv dns_txt(struct arena *a, const struct dns_rr *rr)
{
	size_t at = 0, n = 0;
	sv string;
	char *p;

	/* Nearly all have one string. */
	if (dns_txt_next(rr, &at, &string) && at == rr->rdata.n)
		return string;
	p = arena_alloc(a, rr->rdata.n + 1, 1);
	if (!p)
		return (sv){0};
	for (at = 0; dns_txt_next(rr, &at, &string); n += string.n)
		memcpy(p + n, string.p, string.n);
	return sv_of(p, n);
}

bool dns_ip(const struct dns_rr *rr, struct ip *out)
{
	*out = (struct ip){0};
	if (rr->rdata.n != 4 && rr->rdata.n != 16)
		return false;
	out->bytes = (uint8_t)rr->rdata.n;
	memcpy(out->at, rr->rdata.p, rr->rdata.n);
	return true;
}

/* The name at the start of s; how long it is, or 0. */
static size_t read_name(sv s, struct dns_name *out)
{
	size_t n = 0;

	out->n = 0;
	while (n < s.n && s.p[n]) {
		size_t len = (unsigned char)s.p[n];

		if (len > DNS_LABEL_MAX || n + len + 2 > DNS_NAME_MAX)
			return 0;
		n += len + 1;
	}
	if (n >= s.n)
		return 0;
	for (size_t i = 0; i <= n; i++)
		out->w[i] = (uint8_t)to_lower(s.p[i]);
	out->n = (uint8_t)(n + 1);
	return n + 1;
}

static unsigned number(sv s, size_t at, size_t bytes)
{
	unsigned v = 0;

	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | (unsigned char)s.p[at + i];
	return v;
}

bool dns_target(const struct dns_rr *rr, struct dns_name *out)
{
	return rr->rdata.n && read_name(rr->rdata, out) == rr->rdata.n;
}

bool dns_mx(const struct dns_rr *rr, unsigned *preference,
            struct dns_name *host)
{
	sv rest = sv_drop(rr->rdata, 2);

	if (rr->rdata.n < 3 || read_name(rest, host) != rest.n)
		return false;
	*preference = number(rr->rdata, 0, 2);
	return true;
}

bool dns_soa(const struct dns_rr *rr, struct dns_soa *out)
{
	sv s = rr->rdata;
	size_t n = read_name(s, &out->mname), m;

	s = sv_drop(s, n);
	m = n ? read_name(s, &out->rname) : 0;
	s = sv_drop(s, m);
	if (!m || s.n != 20)
		return false;
	out->serial = number(s, 0, 4);
	out->refresh = number(s, 4, 4);
	out->retry = number(s, 8, 4);
	out->expire = number(s, 12, 4);
	out->minimum = number(s, 16, 4);
	return true;
}

bool dns_tlsa(const struct dns_rr *rr, struct dns_tlsa *out)
{
	if (rr->rdata.n < 4)
		return false;
	out->usage = (uint8_t)rr->rdata.p[0];
	out->selector = (uint8_t)rr->rdata.p[1];
	out->matching = (uint8_t)rr->rdata.p[2];
	out->data = sv_drop(rr->rdata, 3);
	return true;
}
