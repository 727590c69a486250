/* SPDX-License-Identifier: BSD-2-Clause */
/* The pseudonym of a host: label by label, below the name of its domain. */
#include <stdio.h>

#include "base/ascii.h"
#include "redact/redact.h"

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

	while (r->domains < 3) {
		sv name = sv_str(first[r->domains++]);

		if (!redact_taken(r, name) && !redact_kept(r, name))
			return name;
	}
	return redact_next_name(r, RK_DOMAIN, "domain", ".example");
}

static sv to_domain(struct redactor *r, sv base)
{
	sv tld = sv_drop(base, sv_rchr(base, '.') + 1);
	struct redact_entry *e = redact_entry(r, RK_DOMAIN, base);

	if (!e)
		return SV(REDACT_HOST);
	if (!e->to.n && is_private_ending(tld)) {
		sv label = sv_head(base, base.n - tld.n - 1);

		if (!sv_eq(label, SV("localhost")))
			label = redact_next_name(r, RK_LABEL, "host", "");
		e->to = arena_printf(r->a, "%.*s.%.*s", SV_FMT(label),
		                     SV_FMT(tld));
	} else if (!e->to.n) {
		sv name = new_domain(r);

		e->to = name;
	}
	return e->to;
}

/* The labels before a part that stays or was replaced already. */
static void write_labels(struct buf *b, struct redactor *r, sv labels,
                         bool keep, bool list)
{
	uint8_t ip[4];
	size_t n;

	n = redact_write_nibbles(r, labels, b);
	if (n)
		buf_addc(b, '.');
	labels = sv_drop(labels, n + (n > 0));
	while (labels.n) {
		sv label;

		n = redact_ip4(labels, '.', ip);
		if (n && (n == labels.n || labels.p[n] == '.')) {
			redact_write_part(r, ip, '.', list, b);
			labels = sv_drop(labels, n + 1);
			buf_addc(b, '.');
			continue;
		}
		label = sv_cut(&labels, '.');
		if (redact_dashed(label, ip) != SV_NPOS)
			redact_write_dashed(r, label, b);
		else
			buf_add(b, keep ? label : redact_to_label(r, label));
		buf_addc(b, '.');
	}
}

/* "my-shop-example-net": the last so many dashes as dots. */
static sv with_dots(sv label, size_t dots, char *room)
{
	for (size_t i = label.n; i-- > 0;) {
		room[i] = label.p[i];
		if (label.p[i] == '-' && dots) {
			room[i] = '.';
			dots--;
		}
	}
	return sv_of(room, dots ? 0 : label.n);
}

/*
 * shop-example-net.mail.protection.outlook.com names a domain as well; so may
 * a label of other providers, if that domain stands in the input.
 */
static bool write_tenant(struct buf *b, struct redactor *r, sv host)
{
	sv label = sv_head(host, sv_chr(host, '.')), name = SV("");
	char room[REDACT_WORD_MAX];
	bool always = sv_iends(host, SV(".mail.protection.outlook.com"));

	for (size_t dots = 1; dots < 5 && !name.n; dots++) {
		name = with_dots(label, dots, room);
		if (name.n && !redact_find(r, RK_DOMAIN, name) &&
		    !redact_find(r, RK_DOMAIN, redact_base(name)))
			name.n = 0;
	}
	if (!name.n && always)
		name = with_dots(label, 1, room);
	if (!name.n || name.p[0] == '.')
		return false;
	name = redact_to_host(r, name);
	for (size_t i = 0; i < name.n; i++)
		buf_addc(b, name.p[i] == '.' ? '-' : name.p[i]);
	buf_add(b, sv_drop(host, label.n));
	return true;
}

static void write_host(struct buf *b, struct redactor *r, sv host)
{
	sv base = redact_base(host), head;
	bool kept = redact_kept(r, host);

	if (redact_write_arpa(r, host, b) ||
	    (kept && write_tenant(b, r, host)))
		return;
	if (kept)
		base = sv_drop(host, sv_rchr(host, '.') + 1);
	head = sv_head(host, host.n - base.n - (host.n > base.n));
	write_labels(b, r, head, kept, kept);
	buf_add(b, kept ? base : to_domain(r, base));
}

sv redact_to_host(struct redactor *r, sv text)
{
	char room[REDACT_WORD_MAX];
	struct redact_entry *e;
	struct buf b;
	sv key = redact_lower(text, room), to;

	if (text.n > REDACT_WORD_MAX) {
		r->lost++;
		return SV(REDACT_HOST);
	}
	if (sv_chr(key, '.') == SV_NPOS)
		return redact_to_label(r, text);
	e = redact_entry(r, RK_HOST, key);
	if (!e)
		return SV(REDACT_HOST);
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
