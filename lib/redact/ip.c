/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of computers: a network for a network, a host for a host. */
#include <arpa/inet.h>
#include <stdio.h>

#include "base/ascii.h"
#include "redact/redact.h"

/* Networks /24 to take from; an address of a private one stays private. */
static const struct pool {
	uint8_t a, b, mask; /* of the second byte */
	uint32_t nets;
} pools[REDACT_POOLS] = {
    {0, 0, 0, 3 + 512}, /* documentation, then 198.18.0.0/15 */
    {10, 0, 0x00, 65536},
    {192, 168, 0xff, 256},
    {172, 16, 0xf0, 4096},
    {100, 64, 0xc0, 16384},
};

static bool new_net(struct redactor *r, const uint8_t ip[4], uint8_t net[3])
{
	static const uint8_t doc[3][3] = {
	    {192, 0, 2}, {198, 51, 100}, {203, 0, 113}};
	size_t at = REDACT_POOLS;
	char room[20];

	while (--at)
		if (ip[0] == pools[at].a &&
		    (ip[1] & pools[at].mask) == pools[at].b)
			break;
	while (r->nets[at] < pools[at].nets) {
		uint32_t k = r->nets[at]++;
		int n;

		net[0] = at ? pools[at].a : 198;
		if (!at)
			k += 18 * 256 - 3;
		net[1] = (uint8_t)(pools[at].b + (k >> 8));
		net[2] = (uint8_t)k;
		if (!at && k < 18 * 256)
			memcpy(net, doc[k + 3 - 18 * 256], 3);
		n = snprintf(room, sizeof(room), "%d.%d.%d", net[0], net[1],
		             net[2]);
		if (!redact_taken(r, sv_of(room, (size_t)n)))
			return true;
	}
	return false;
}

/* Loopback, link-local, and what names no machine stay. */
static bool stays4(const uint8_t ip[4])
{
	return ip[0] == 127 || ip[0] == 0 || ip[0] >= 224 ||
	       (ip[0] == 169 && ip[1] == 254);
}

/* The pseudonym of its network, or an empty view. */
static sv to_net4(struct redactor *r, const uint8_t ip[4], uint32_t *host)
{
	struct redact_entry *of;
	uint8_t net[3];
	char room[20];
	int n = snprintf(room, sizeof(room), "%d.%d.%d", ip[0], ip[1], ip[2]);

	of = redact_entry(r, RK_NET4, sv_of(room, (size_t)n));
	if (!of)
		return SV("");
	if (!of->to.n && new_net(r, ip, net))
		of->to = arena_printf(r->a, "%d.%d.%d", net[0], net[1],
		                      net[2]);
	/* 254 others at most: each host has a number of its own */
	*host = ip[3] == 0 || ip[3] == 255 ? ip[3] : 1 + of->count++ % 254;
	return of->to;
}

sv redact_to_ip4(struct redactor *r, const uint8_t ip[4])
{
	char room[20];
	uint32_t host = 0;
	size_t n = (size_t)snprintf(room, sizeof(room), "%d.%d.%d.%d", ip[0],
	                            ip[1], ip[2], ip[3]);
	struct redact_entry *e = redact_entry(r, RK_IP4, sv_of(room, n));
	sv net;

	if (!e)
		return SV(REDACT_IP4);
	if (e->to.n)
		return e->to;
	if (stays4(ip))
		return e->to = e->key;
	net = to_net4(r, ip, &host);
	if (net.n)
		return e->to = arena_printf(r->a, "%.*s.%u", SV_FMT(net), host);
	r->lost++;
	return e->to = SV(REDACT_IP4);
}

static void write_ip4(struct redactor *r, const uint8_t ip[4], char sep,
                      bool back, struct buf *out)
{
	uint8_t o[4];

	if (!redact_ip4(redact_to_ip4(r, ip), '.', o))
		buf_addf(out, "x%cx%cx%cx", sep, sep, sep);
	else if (back)
		buf_addf(out, "%d%c%d%c%d%c%d", o[3], sep, o[2], sep, o[1], sep,
		         o[0]);
	else
		buf_addf(out, "%d%c%d%c%d%c%d", o[0], sep, o[1], sep, o[2], sep,
		         o[3]);
}

/* Which way round it is: as it stands in the input, else as the zone says. */
void redact_write_part(struct redactor *r, const uint8_t ip[4], char sep,
                       bool list, struct buf *out)
{
	uint8_t back[4] = {ip[3], ip[2], ip[1], ip[0]};

	if (list || (!redact_seen_ip4(r, ip) &&
	             (redact_seen_ip4(r, back) || stays4(ip))))
		write_ip4(r, back, sep, true, out);
	else
		write_ip4(r, ip, sep, false, out);
}

/* "ip-198-51-100-7": the words around its address go. */
void redact_write_dashed(struct redactor *r, sv label, struct buf *out)
{
	uint8_t ip[4];
	size_t from = redact_dashed(label, ip);

	if (from == SV_NPOS)
		return;
	if (from)
		buf_adds(out, redact_common_label(sv_head(label, from - 1))
		                  ? "ip-"
		                  : "host-");
	redact_write_part(r, ip, '-', false, out);
}

/* ::1, fe80::/10, ff00::/8, and the pseudonym for what is too much */
static bool stays6(const uint8_t ip[16])
{
	static const uint8_t none[16] = {0x20, 0x01, 0x0d, 0xb8};
	size_t zeros = 0;

	while (zeros < 15 && !ip[zeros])
		zeros++;
	return zeros > 12 || (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) ||
	       ip[0] == 0xff || !memcmp(ip, none, 16);
}

/* ::ffff:192.0.2.1, ::192.0.2.1, 64:ff9b::192.0.2.1: what stands before. */
static const char *around_ip4(const uint8_t ip[16])
{
	static const uint8_t heads[3][12] = {
	    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff},
	    {0},
	    {0, 0x64, 0xff, 0x9b}};
	static const char *const texts[] = {"::ffff:", "::", "64:ff9b::"};

	for (size_t i = 0; i < 3; i++)
		if (!memcmp(ip, heads[i], 12))
			return texts[i];
	return NULL;
}

/* The pseudonym of a /48, or an empty view. */
static struct redact_entry *to_site(struct redactor *r, const uint8_t ip[16])
{
	char room[48];
	bool local = (ip[0] & 0xfe) == 0xfc;
	uint32_t *made = r->made + (local ? RK_IP6 : RK_NET6);
	struct redact_entry *of;
	int n = snprintf(room, sizeof(room), "%x:%x:%x", ip[0] << 8 | ip[1],
	                 ip[2] << 8 | ip[3], ip[4] << 8 | ip[5]);

	of = redact_entry(r, RK_NET6, sv_of(room, (size_t)n));
	while (of && !of->to.n && *made < 0xffff) {
		n = snprintf(room, sizeof(room), "%s:%x",
		             local ? "fd00:0" : "2001:db8", ++*made);
		if (!redact_taken(r, sv_of(room, (size_t)n)))
			of->to = arena_dup(r->a, sv_of(room, (size_t)n));
	}
	return of && of->to.n ? of : NULL;
}

/* The pseudonym of a /64, or an empty view; its hosts are counted. */
static sv to_net6(struct redactor *r, const uint8_t ip[16], uint32_t *host)
{
	char room[48];
	struct redact_entry *of, *site;
	int n = snprintf(room, sizeof(room), "%x:%x:%x:%x",
	                 ip[0] << 8 | ip[1], ip[2] << 8 | ip[3],
	                 ip[4] << 8 | ip[5], ip[6] << 8 | ip[7]);

	of = redact_entry(r, RK_NET6, sv_of(room, (size_t)n));
	site = of ? to_site(r, ip) : NULL;
	if (!site)
		return SV("");
	if (!of->to.n && site->count > 0xffff)
		return SV("");
	if (!of->to.n && site->count)
		of->to = arena_printf(r->a, "%.*s:%x", SV_FMT(site->to),
		                      site->count);
	else if (!of->to.n)
		of->to = site->to;
	site->count += !of->count;
	*host = ++of->count;
	return of->to;
}

sv redact_to_ip6(struct redactor *r, const uint8_t ip[16])
{
	char room[INET6_ADDRSTRLEN + 1];
	const char *around = around_ip4(ip);
	struct redact_entry *e;
	uint32_t host = 0;
	sv net;

	if (stays6(ip))
		return SV("");
	(void)inet_ntop(AF_INET6, ip, room, sizeof(room));
	e = redact_entry(r, RK_IP6, sv_str(room));
	if (!e)
		return SV("2001:db8::");
	if (e->to.n)
		return e->to;
	if (around) {
		net = redact_to_ip4(r, ip + 12);
		return e->to = sv_eq(net, SV(REDACT_IP4))
		                   ? net
		                   : arena_printf(r->a, "%s%.*s", around,
		                                  SV_FMT(net));
	}
	net = to_net6(r, ip, &host);
	if (net.n && host > 0xffff)
		return e->to = arena_printf(r->a, "%.*s::%x:%x", SV_FMT(net),
		                            host >> 16, host & 0xffff);
	if (net.n)
		return e->to = arena_printf(r->a, "%.*s::%x", SV_FMT(net), host);
	r->lost++;
	return e->to = SV("2001:db8::");
}

/* --- reversed: 7.100.51.198.in-addr.arpa, 1.0.0....ip6.arpa --- */

static int nibble(sv label)
{
	if (label.n != 1 || !is_xdigit(label.p[0]))
		return -1;
	return is_digit(label.p[0]) ? label.p[0] - '0'
	                            : to_lower(label.p[0]) - 'a' + 10;
}

/* The bytes of the pseudonym; those of the address where it stays. */
static void bytes_of(struct redactor *r, const uint8_t ip[16], uint8_t to[16])
{
	char room[INET6_ADDRSTRLEN + 1];
	sv s = redact_to_ip6(r, ip);

	memcpy(to, ip, 16);
	if (!s.n || s.n >= sizeof(room))
		return;
	memcpy(room, s.p, s.n);
	room[s.n] = '\0';
	if (inet_pton(AF_INET6, room, to) != 1)
		memset(to, 0, 16);
}

/* The last (for a network: not all) nibbles, the last one first. */
static void write_reversed(const uint8_t ip[16], size_t n, struct buf *out)
{
	while (n-- > 0)
		buf_addf(out, "%x%s", n % 2 ? ip[n / 2] & 15 : ip[n / 2] >> 4,
		         n ? "." : "");
}

size_t redact_write_nibbles(struct redactor *r, sv labels, struct buf *out)
{
	uint8_t ip[16] = {0}, to[16];
	sv rest = labels;

	for (size_t i = 32; i-- > 0;) {
		int v = nibble(sv_cut(&rest, '.'));

		if (v < 0)
			return 0;
		ip[i / 2] |= (uint8_t)(i % 2 ? v : v << 4);
	}
	bytes_of(r, ip, to);
	write_reversed(to, 32, out);
	return labels.n - rest.n - (rest.n > 0);
}

/* Cut the last label off. */
static sv cut_last(sv *labels)
{
	size_t dot = sv_rchr(*labels, '.');
	sv last = sv_drop(*labels, dot + 1);

	labels->n = dot == SV_NPOS ? 0 : dot;
	return last;
}

static void write_before(struct redactor *r, sv labels, struct buf *out)
{
	while (labels.n) {
		buf_add(out, redact_to_label(r, sv_cut(&labels, '.')));
		buf_addc(out, '.');
	}
}

static void write_arpa6(struct redactor *r, sv labels, struct buf *out)
{
	uint8_t ip[16] = {0}, to[16];
	size_t n = 0;
	sv rest = labels;

	while (rest.n && n < 32) {
		int v = nibble(cut_last(&rest));

		if (v < 0)
			break;
		ip[n / 2] |= (uint8_t)(n % 2 ? v : v << 4);
		labels = rest;
		n++;
	}
	bytes_of(r, ip, to);
	write_before(r, labels, out);
	write_reversed(to, n, out);
}

static void write_arpa4(struct redactor *r, sv labels, struct buf *out)
{
	uint8_t ip[4] = {0}, to[4];
	size_t n = 0;
	sv rest = labels;
	uint32_t v;
	bool all;

	while (rest.n && n < 4 && sv_u32(cut_last(&rest), 255, &v)) {
		ip[n++] = (uint8_t)v;
		labels = rest;
	}
	all = n > 1; /* 10.in-addr.arpa says nothing */
	if (all && !redact_ip4(redact_to_ip4(r, ip), '.', to))
		all = false;
	write_before(r, labels, out);
	for (size_t i = n; i-- > 0;)
		if (all || n == 1)
			buf_addf(out, "%d%s", all ? to[i] : ip[i], i ? "." : "");
		else
			buf_adds(out, i ? "x." : "x");
}

bool redact_write_arpa(struct redactor *r, sv host, struct buf *out)
{
	static const sv v4 = SV_INIT(".in-addr.arpa");
	static const sv v6 = SV_INIT(".ip6.arpa");

	if (sv_iends(host, v4)) {
		write_arpa4(r, sv_head(host, host.n - v4.n), out);
		buf_add(out, v4);
		return true;
	}
	if (sv_iends(host, v6)) {
		write_arpa6(r, sv_head(host, host.n - v6.n), out);
		buf_add(out, v6);
		return true;
	}
	return false;
}
