/* SPDX-License-Identifier: BSD-2-Clause */
/* The pseudonym of each value, made when it is first asked for. */
#include <arpa/inet.h>
#include <stdio.h>

#include "base/ascii.h"
#include "redact/redact.h"

sv redact_lower(sv s, char *room)
{
	s = sv_head(s, REDACT_WORD_MAX);
	for (size_t i = 0; i < s.n; i++)
		room[i] = to_lower(s.p[i]);
	return sv_of(room, s.n);
}

static bool taken(struct redactor *r, sv value)
{
	return redact_find(r, RK_TAKEN, value) != NULL;
}

/* The next of a row of names that stands nowhere in the input. */
static sv next_name(struct redactor *r, enum redact_kind kind, const char *head,
                    const char *tail)
{
	char room[64];

	for (;;) {
		size_t n = (size_t)snprintf(room, sizeof(room), "%s%u%s",
		                            head, ++r->made[kind], tail);

		if (!taken(r, sv_of(room, n)))
			return arena_dup(r->a, sv_of(room, n));
	}
}

sv redact_to_local(struct redactor *r, sv text)
{
	static const char *const roles[] = {"postmaster", "abuse", "root",
	                                    "mailer-daemon", "unknown", NULL};
	char room[REDACT_WORD_MAX];
	struct redact_entry *e;
	sv key = redact_lower(text, room);

	for (size_t i = 0; roles[i]; i++)
		if (sv_eq(key, sv_str(roles[i])))
			return text;
	e = redact_entry(r, RK_LOCAL, key);
	if (!e)
		return SV("someone");
	if (!e->to.n)
		e->to = next_name(r, RK_LOCAL, "user", "");
	return e->to;
}

static bool is_common(sv label)
{
	static const char *const common[] = {
	    "mail", "mx", "smtp", "www", "relay", "out", "in", "lists", "ns",
	    "imap", "pop", "web", "autodiscover", "ip", "static", "dyn", "dsl",
	    "dynamic", "dialup", "pool", "cpe", "ppp", "cable", "adsl", "rev",
	    "reverse", "_dmarc", "_domainkey", "_spf", "localhost", NULL};
	size_t n = label.n;

	while (n && (is_digit(label.p[n - 1]) || label.p[n - 1] == '-'))
		n--;
	if (label.n - n > 2)
		return false;
	for (size_t i = 0; common[i]; i++)
		if (sv_ieq(sv_head(label, n), sv_str(common[i])))
			return true;
	return false;
}

sv redact_to_label(struct redactor *r, sv text)
{
	char room[REDACT_WORD_MAX];
	struct redact_entry *e;
	sv key = redact_lower(text, room);

	if (is_common(key))
		return text;
	e = redact_entry(r, RK_LABEL, key);
	if (!e)
		return SV("host");
	if (!e->to.n)
		e->to = next_name(r, RK_LABEL, "host", "");
	return e->to;
}

static bool is_private_ending(sv tld)
{
	static const char *const list[] = {"local", "localdomain", "lan",
	                                   "internal", "home", "corp",
	                                   "intern", "invalid", "test", NULL};

	for (size_t i = 0; list[i]; i++)
		if (sv_ieq(tld, sv_str(list[i])))
			return true;
	return false;
}

/* The last label, or two of "co.uk", and one before it. */
sv redact_base(sv host)
{
	static const char *const second[] = {"co", "com", "org", "net", "ac",
	                                     "gov", "edu", "or", "ne", "go",
	                                     NULL};
	size_t tld = sv_rchr(host, '.'), dot;
	sv label;

	if (tld == SV_NPOS)
		return host;
	dot = sv_rchr(sv_head(host, tld), '.');
	if (dot == SV_NPOS)
		return host;
	label = sv_slice(host, dot + 1, tld);
	for (size_t i = 0; second[i] && host.n - tld == 3; i++) {
		if (!sv_eq(label, sv_str(second[i])))
			continue;
		dot = sv_rchr(sv_head(host, dot), '.');
		return dot == SV_NPOS ? host : sv_drop(host, dot + 1);
	}
	return sv_drop(host, dot + 1);
}

static sv new_domain(struct redactor *r)
{
	static const char *const first[] = {"example.org", "example.com",
	                                    "example.net"};

	while (r->nets[3] < 3) {
		sv name = sv_str(first[r->nets[3]++]);

		if (!taken(r, name))
			return name;
	}
	return next_name(r, RK_DOMAIN, "domain", ".example");
}

static sv to_domain(struct redactor *r, sv base)
{
	sv tld = sv_drop(base, sv_rchr(base, '.') + 1);
	struct redact_entry *e = redact_entry(r, RK_DOMAIN, base);

	if (!e)
		return SV("redacted.example");
	if (!e->to.n && is_private_ending(tld)) {
		sv label = redact_to_label(
		    r, sv_head(base, base.n - tld.n - 1));

		e = redact_find(r, RK_DOMAIN, base);
		e->to = arena_printf(r->a, "%.*s.%.*s", SV_FMT(label),
		                     SV_FMT(tld));
	} else if (!e->to.n) {
		sv name = new_domain(r);

		e->to = name;
	}
	return e->to;
}

static void write_ip(struct buf *b, struct redactor *r, const uint8_t ip[4],
                     char sep, bool back)
{
	uint8_t o[4];
	sv to = redact_to_ip4(r, ip);

	if (!redact_ip4(to, '.', o))
		return;
	if (back)
		buf_addf(b, "%d%c%d%c%d%c%d", o[3], sep, o[2], sep, o[1], sep,
		         o[0]);
	else
		buf_addf(b, "%d%c%d%c%d%c%d", o[0], sep, o[1], sep, o[2], sep,
		         o[3]);
}

/* Which way round it is: as it stands in the input, else as the zone says. */
static void write_part(struct buf *b, struct redactor *r, const uint8_t ip[4],
                       char sep, bool list)
{
	char room[20];
	uint8_t back[4] = {ip[3], ip[2], ip[1], ip[0]};
	sv text = sv_of(room, (size_t)snprintf(room, sizeof(room),
	                                       "%d.%d.%d.%d", ip[0], ip[1],
	                                       ip[2], ip[3]));
	bool forth = redact_find(r, RK_IP4, text) != NULL;

	text = sv_of(room, (size_t)snprintf(room, sizeof(room), "%d.%d.%d.%d",
	                                    ip[3], ip[2], ip[1], ip[0]));
	if (list || (!forth && redact_find(r, RK_IP4, text)))
		write_ip(b, r, back, sep, true);
	else
		write_ip(b, r, ip, sep, false);
}

/* "ip-198-51-100-7": its address; false if the label holds none. */
static bool write_dashed(struct buf *b, struct redactor *r, sv label)
{
	uint8_t ip[4];

	for (size_t i = 0; i < label.n; i++) {
		size_t n;

		if (!is_digit(label.p[i]) || (i && is_digit(label.p[i - 1])))
			continue;
		n = redact_ip4(sv_drop(label, i), '-', ip);
		if (!n)
			continue;
		if (i)
			buf_adds(b, is_common(sv_head(label, i - 1)) ? "ip-"
			                                             : "host-");
		write_part(b, r, ip, '-', false);
		return true;
	}
	return false;
}

/* The labels before a part that stays or was replaced already. */
static void write_labels(struct buf *b, struct redactor *r, sv labels,
                         bool keep, bool list)
{
	uint8_t ip[4];
	size_t n;

	while (labels.n) {
		sv label;

		n = redact_ip4(labels, '.', ip);
		if (n && (n == labels.n || labels.p[n] == '.')) {
			write_part(b, r, ip, '.', list);
			labels = sv_drop(labels, n + 1);
			buf_addc(b, '.');
			continue;
		}
		label = sv_cut(&labels, '.');
		if (!write_dashed(b, r, label))
			buf_add(b, keep ? label : redact_to_label(r, label));
		buf_addc(b, '.');
	}
}

/* "shop-example-net.mail.protection.outlook.com": names a domain as well. */
static bool write_tenant(struct buf *b, struct redactor *r, sv host)
{
	size_t dot = sv_chr(host, '.');
	char room[REDACT_WORD_MAX];
	sv name;

	for (size_t i = 0; i < dot; i++)
		room[i] = host.p[i] == '-' ? '.' : host.p[i];
	name = sv_of(room, dot);
	if (sv_chr(name, '.') == SV_NPOS ||
	    !redact_find(r, RK_DOMAIN, redact_base(name)))
		return false;
	name = redact_to_host(r, name);
	for (size_t i = 0; i < name.n; i++)
		buf_addc(b, name.p[i] == '.' ? '-' : name.p[i]);
	buf_add(b, sv_drop(host, dot));
	return true;
}

static void write_host(struct buf *b, struct redactor *r, sv host)
{
	sv base = redact_base(host), head;
	bool kept = redact_kept(r, host);

	if (sv_iends(host, SV(".in-addr.arpa")))
		base = sv_drop(host, host.n - strlen("in-addr.arpa"));
	else if (kept && write_tenant(b, r, host))
		return;
	else if (kept)
		base = sv_drop(host, sv_rchr(host, '.') + 1);
	head = sv_head(host, host.n - base.n - (host.n > base.n));
	kept = kept || sv_eq(base, SV("in-addr.arpa"));
	write_labels(b, r, head, kept, kept);
	buf_add(b, kept ? base : to_domain(r, base));
}

sv redact_to_host(struct redactor *r, sv text)
{
	char room[REDACT_WORD_MAX];
	struct redact_entry *e;
	struct buf b;
	sv key = redact_lower(text, room), to;

	if (sv_chr(key, '.') == SV_NPOS)
		return redact_to_label(r, text);
	e = redact_entry(r, RK_HOST, key);
	if (!e)
		return SV("redacted.example");
	if (e->to.n)
		return sv_ieq(e->to, key) ? text : e->to;
	buf_init(&b, 8 * REDACT_WORD_MAX);
	write_host(&b, r, key);
	to = arena_dup(r->a, buf_sv(&b));
	buf_fini(&b);
	e = redact_find(r, RK_HOST, key);
	e->to = to;
	return sv_ieq(to, key) ? text : to;
}

/* Networks to take from; an address of a private one stays private. */
static bool new_net(struct redactor *r, const uint8_t ip[4], char room[20])
{
	static const uint8_t doc[3][3] = {
	    {192, 0, 2}, {198, 51, 100}, {203, 0, 113}};
	uint32_t *at = r->nets + (ip[0] == 10 ? 1 : ip[0] == 192 &&
	                                            ip[1] == 168 ? 2 : 0);

	for (;;) {
		uint32_t k = (*at)++;
		int n;

		if (at != r->nets && k > 255)
			return false;
		if (at == r->nets + 1)
			n = snprintf(room, 20, "10.0.%u", k);
		else if (at == r->nets + 2)
			n = snprintf(room, 20, "192.168.%u", k);
		else if (k < 3)
			n = snprintf(room, 20, "%d.%d.%d", doc[k][0],
			             doc[k][1], doc[k][2]);
		else if (k < 3 + 512)
			n = snprintf(room, 20, "198.%u.%u", 18 + (k - 3) / 256,
			             (k - 3) % 256);
		else
			return false;
		if (!taken(r, sv_of(room, (size_t)n)))
			return true;
	}
}

/* Loopback, link-local, and what names no machine stay. */
static bool stays4(const uint8_t ip[4])
{
	return ip[0] == 127 || ip[0] == 0 || ip[0] >= 224 ||
	       (ip[0] == 169 && ip[1] == 254) ||
	       (ip[0] == 172 && (ip[1] & 0xf0) == 16) ||
	       (ip[0] == 100 && (ip[1] & 0xc0) == 64);
}

sv redact_to_ip4(struct redactor *r, const uint8_t ip[4])
{
	char room[20], net[20];
	struct redact_entry *e, *of;
	size_t n = (size_t)snprintf(room, sizeof(room), "%d.%d.%d.%d", ip[0],
	                            ip[1], ip[2], ip[3]);
	uint32_t host;

	e = redact_entry(r, RK_IP4, sv_of(room, n));
	if (e && e->to.n)
		return e->to;
	if (e && stays4(ip))
		return e->to = e->key;
	n = (size_t)snprintf(room, sizeof(room), "%d.%d.%d", ip[0], ip[1],
	                     ip[2]);
	of = e ? redact_entry(r, RK_NET4, sv_of(room, n)) : NULL;
	if (!of)
		return SV("192.0.2.0");
	if (!of->to.n && !new_net(r, ip, net)) {
		r->lost++;
		of->to = SV("192.0.2");
	} else if (!of->to.n) {
		of->to = arena_dup(r->a, sv_str(net));
	}
	host = ip[3] == 0 || ip[3] == 255 ? ip[3] : 1 + of->count++ % 254;
	(void)snprintf(room, sizeof(room), "%d.%d.%d.%d", ip[0], ip[1], ip[2],
	               ip[3]);
	e = redact_find(r, RK_IP4, sv_str(room));
	return e->to = arena_printf(r->a, "%.*s.%u", SV_FMT(of->to), host);
}

sv redact_to_ip6(struct redactor *r, sv text)
{
	char room[INET6_ADDRSTRLEN + 1], net[40];
	struct in6_addr in;
	struct redact_entry *e, *of;
	uint32_t host;
	sv key;

	if (text.n >= sizeof(room))
		return text;
	memcpy(room, text.p, text.n);
	room[text.n] = '\0';
	if (inet_pton(AF_INET6, room, &in) != 1)
		return text;
	/* local kinds stay: ::1, fe80::/10, fc00::/7 */
	if (!in.s6_addr[0] || in.s6_addr[0] == 0xfe ||
	    (in.s6_addr[0] & 0xfe) == 0xfc)
		return text;
	(void)inet_ntop(AF_INET6, &in, room, sizeof(room));
	key = sv_str(room);
	e = redact_entry(r, RK_IP6, key);
	if (e && e->to.n)
		return e->to;
	memset(in.s6_addr + 8, 0, 8);
	(void)inet_ntop(AF_INET6, &in, net, sizeof(net));
	of = e ? redact_entry(r, RK_NET6, sv_str(net)) : NULL;
	if (!of)
		return SV("2001:db8::");
	while (!of->to.n) {
		(void)snprintf(net, sizeof(net), "2001:db8:%x",
		               ++r->made[RK_NET6] & 0xffff);
		if (r->made[RK_NET6] > 0xffff || !taken(r, sv_str(net)))
			of->to = arena_dup(r->a, sv_str(net));
	}
	host = ++of->count;
	e = redact_find(r, RK_IP6, key);
	return e->to = arena_printf(r->a, "%.*s::%x", SV_FMT(of->to), host);
}

/* The same shape: letters for letters, digits for digits. */
sv redact_to_token(struct redactor *r, sv text)
{
	struct redact_entry *e = redact_entry(r, RK_TOKEN, text);
	char room[REDACT_WORD_MAX];
	size_t tries = 0;

	if (!e)
		return SV("ID");
	if (e->to.n)
		return e->to;
	do {
		uint32_t k = ++r->made[RK_TOKEN];

		for (size_t i = text.n; i-- > 0;) {
			char c = text.p[i];
			uint32_t base = is_digit(c) ? 10 : is_alpha(c) ? 6 : 1;

			room[i] = is_digit(c)   ? (char)('0' + k % 10)
			          : is_lower(c) ? (char)('a' + k % 6)
			          : is_upper(c) ? (char)('A' + k % 6)
			                        : c;
			k /= base;
		}
	} while (taken(r, sv_of(room, text.n)) && ++tries < 1000);
	return e->to = arena_dup(r->a, sv_of(room, text.n));
}
