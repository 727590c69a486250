/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ip.h"

#include <arpa/inet.h>

bool ip_parse(sv text, struct ip *out)
{
	char z[IP_TEXT];
	bool v6 = sv_chr(text, ':') != SV_NPOS;

	*out = (struct ip){0};
	/* inet_pton() would end at a NUL. */
	if (!text.n || text.n >= sizeof(z) || sv_chr(text, '\0') != SV_NPOS)
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	if (inet_pton(v6 ? AF_INET6 : AF_INET, z, out->at) != 1)
		return false;
	out->bytes = v6 ? 16 : 4;
	return true;
}

sv ip_text(const struct ip *ip, char out[IP_TEXT])
{
	if (!ip->bytes || !inet_ntop(ip->bytes == 4 ? AF_INET : AF_INET6,
	                             ip->at, out, IP_TEXT))
		out[0] = '\0';
	return sv_str(out);
}

bool ip_eq(const struct ip *a, const struct ip *b)
{
	return a->bytes == b->bytes && !memcmp(a->at, b->at, a->bytes);
}

bool ip_in(const struct ip *a, const struct ip *range, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xFF00 >> rest);

	if (!a->bytes || a->bytes != range->bytes || bits > a->bytes * 8U ||
	    memcmp(a->at, range->at, whole) != 0)
		return false;
	return !rest || !((a->at[whole] ^ range->at[whole]) & mask);
}

void ip_unmap(struct ip *ip)
{
	static const uint8_t prefix[12] = {[10] = 0xFF, [11] = 0xFF};

	if (ip->bytes != 16 || memcmp(ip->at, prefix, sizeof(prefix)) != 0)
		return;
	memmove(ip->at, ip->at + 12, 4);
	memset(ip->at + 4, 0, 12);
	ip->bytes = 4;
}

bool ip_is_private(const struct ip *ip)
{
	static const struct {
		struct ip range;
		unsigned bits;
	} ranges[] = {
	    {{4, {0}}, 8},        {{4, {10}}, 8},        {{4, {100, 64}}, 10},
	    {{4, {127}}, 8},      {{4, {169, 254}}, 16}, {{4, {172, 16}}, 12},
	    {{4, {192, 168}}, 16}, {{16, {[15] = 1}}, 128},
	    {{16, {0xFC}}, 7},    {{16, {0xFE, 0x80}}, 10},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (ip_in(ip, &ranges[i].range, ranges[i].bits))
			return true;
	return false;
}
