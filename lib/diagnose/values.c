/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of a diagnosis: taken from the text, from the form, worked out. */
#include "diagnose/values.h"

#include "base/ascii.h"

sv diag_value(const struct diagnosis *d, sv name)
{
	for (size_t i = 0; i < d->nvalues; i++)
		if (sv_eq(d->values[i].name, name))
			return d->values[i].value;
	return SV("");
}

/*
 * Readers of broken texts, and codes that are repeated inside of one, leave
 * line ends in what should be one word: that is no value of anything.
 */
static bool is_whole(sv value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
			return false;
	return true;
}

/* The first value of a name stays. */
static void put(struct diagnosis *d, const char *name, sv value)
{
	sv key;

	if (!value.n || !is_whole(value) || d->nvalues == DIAG_MAX_VALUES)
		return;
	key = sv_str(name);
	if (diag_value(d, key).n)
		return;
	d->values[d->nvalues++] = (struct diag_value){key, value};
}

static sv domain_of(sv address)
{
	size_t at = sv_rchr(address, '@');

	return at == SV_NPOS ? SV("") : sv_drop(address, at + 1);
}

/*
 * Nobody can reach "the administrator" of these.  Their own servers are known
 * as providers; this is for texts that name only the recipient.
 */
static bool is_public_domain(sv domain)
{
	/* clang-format off */
	static const sv names[] = {
		SV_INIT("gmail.com"), SV_INIT("googlemail.com"),
		SV_INIT("outlook.com"), SV_INIT("hotmail.com"),
		SV_INIT("live.com"), SV_INIT("msn.com"), SV_INIT("yahoo.com"),
		SV_INIT("ymail.com"), SV_INIT("aol.com"), SV_INIT("icloud.com"),
		SV_INIT("me.com"), SV_INIT("mac.com"), SV_INIT("gmx.de"),
		SV_INIT("gmx.net"), SV_INIT("gmx.com"), SV_INIT("web.de"),
		SV_INIT("t-online.de"), SV_INIT("mail.com"), SV_INIT("mail.ru"),
		SV_INIT("yandex.ru"), SV_INIT("yandex.com"), SV_INIT("qq.com"),
		SV_INIT("163.com"), SV_INIT("126.com"), SV_INIT("orange.fr"),
		SV_INIT("wanadoo.fr"), SV_INIT("free.fr"),
		SV_INIT("laposte.net"), SV_INIT("comcast.net"),
		SV_INIT("att.net"), SV_INIT("verizon.net"),
		SV_INIT("proton.me"), SV_INIT("protonmail.com"),
		SV_INIT("naver.com"), SV_INIT("libero.it"), SV_INIT("zoho.com")};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_ieq(domain, names[i]))
			return true;
	return sv_istarts(domain, SV("yahoo.")) ||
	       sv_istarts(domain, SV("hotmail.")) ||
	       sv_istarts(domain, SV("live.")) ||
	       sv_istarts(domain, SV("outlook."));
}

/* The recipient's domain where it has an administrator that one can ask. */
static sv recipient_org(const struct diagnosis *d)
{
	sv domain = diag_value(d, SV("recipient_domain"));
	bool company = sv_eq(d->provider_id, SV("microsoft365")) ||
	               !d->cl.provider ||
	               d->cl.provider->kind != PROVIDER_MAILBOX;

	return company && !is_public_domain(domain) ? domain : SV("");
}

static sv reversed_v4(struct arena *a, sv ip)
{
	sv p[4];

	for (int i = 0; i < 4; i++)
		p[i] = sv_cut(&ip, '.');
	return arena_printf(a, "%.*s.%.*s.%.*s.%.*s", SV_FMT(p[3]),
	                    SV_FMT(p[2]), SV_FMT(p[1]), SV_FMT(p[0]));
}

/* The 32 nibbles of an address; false for one with an IPv4 tail. */
static bool nibbles(sv ip, char out[32])
{
	size_t gap = sv_find(ip, SV("::")), n = 0;
	sv head = sv_head(ip, gap == SV_NPOS ? ip.n : gap);
	sv tail = gap == SV_NPOS ? SV("") : sv_drop(ip, gap + 2);
	sv part[2] = {head, tail};
	char got[2][32];
	size_t len[2] = {0, 0};

	for (int k = 0; k < 2; k++)
		while (part[k].n) {
			sv g = sv_cut(&part[k], ':');

			if (g.n > 4 || sv_chr(g, '.') != SV_NPOS ||
			    len[k] + 4 > 32)
				return false;
			for (size_t i = 0; i < 4; i++)
				got[k][len[k]++] =
				    i + g.n < 4 ? '0'
				                : to_lower(g.p[i + g.n - 4]);
		}
	if (len[0] + len[1] > 32)
		return false;
	memcpy(out, got[0], len[0]);
	for (n = len[0]; n < 32 - len[1]; n++)
		out[n] = '0';
	memcpy(out + n, got[1], len[1]);
	return true;
}

static sv reversed_v6(struct arena *a, sv ip)
{
	char digits[32], out[63];

	if (!nibbles(ip, digits))
		return SV("");
	for (size_t i = 0; i < 32; i++) {
		out[2 * i] = digits[31 - i];
		if (i < 31)
			out[2 * i + 1] = '.';
	}
	return arena_dup(a, sv_of(out, sizeof(out)));
}

static void put_reversed(struct arena *a, struct diagnosis *d)
{
	sv ip = diag_value(d, SV("ip")), rev;
	bool four = is_ipv4(ip);

	if (!four && !is_ipv6(ip))
		return;
	rev = four ? reversed_v4(a, ip) : reversed_v6(a, ip);
	if (!rev.n)
		return;
	put(d, "ip_reversed", rev);
	put(d, "ip_arpa", arena_printf(a, "%.*s.%s", SV_FMT(rev),
	                               four ? "in-addr.arpa" : "ip6.arpa"));
}

static void put_from_text(struct arena *a, struct diagnosis *d)
{
	const struct classification *c = &d->cl;

	for (size_t i = 0; i < c->nvalues; i++) {
		char *name = sv_dupz(a, c->values[i].name);

		if (name && !c->values[i].withheld)
			put(d, name, c->values[i].value);
	}
}

static void put_from_form(struct diagnosis *d)
{
	const struct attempt *at = d->at;

	put(d, "ip", d->direction == DIR_INBOUND ? at->client_ip : at->own_ip);
	put(d, "host", d->direction == DIR_INBOUND ? at->own_host : at->host);
	put(d, "helo", at->helo);
	put(d, "mail_from", at->sender);
	put(d, "header_from", at->header_from);
	put(d, "recipient", at->recipient);
	put(d, "account", at->account);
	put(d, "queue_id", at->queue_id);
	/* The name of a log's line is often short: nobody else knows it. */
	if (sv_chr(at->own_host, '.') != SV_NPOS)
		put(d, "own_host", at->own_host);
	put(d, "port", at->port);
	put(d, "url", at->url);
}

/* One word of the reply without the punctuation around it. */
static sv bare_word(sv w)
{
	while (w.n && strchr("<[(\"'{;,:", w.p[0]))
		w = sv_drop(w, 1);
	while (w.n && strchr(">])\"'};,:.!?", w.p[w.n - 1]))
		w.n--;
	return w;
}

/* "RFC5321", "TLS12": everybody's words, no provider's. */
static bool is_standard(sv w)
{
	static const char *const names[] = {"rfc", "utf", "iso", "tls", "http",
	                                    "ipv", "smtp", "sha", "ssl"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_istarts(w, sv_str(names[i])))
			return true;
	return false;
}

/*
 * A provider's own code: letters, then digits, perhaps with a mark between
 * them ("TSS04", "IB108", "OFR_417", "LPN007_402"), or anything short that
 * stands in brackets ("[BL21]", "(G1F)", "(DIAL)").
 */
static bool is_tag(sv w, bool bracketed)
{
	size_t letters = 0, digits = 0, upper = 0;

	if (w.n < 2 || w.n > 16)
		return false;
	for (size_t i = 0; i < w.n; i++) {
		if (is_alpha(w.p[i]) && digits && !bracketed)
			return false;
		letters += is_alpha(w.p[i]);
		upper += is_upper(w.p[i]);
		digits += is_digit(w.p[i]);
		if (!is_alnum(w.p[i]) && w.p[i] != '_' && w.p[i] != '#')
			return false;
	}
	if (bracketed)
		return (digits == 3 || (upper == letters && upper >= 1 &&
		                        (digits || upper >= 3))) &&
		       !is_standard(w);
	return letters >= 2 && digits >= 2 &&
	       (upper == letters || sv_chr(w, '_') != SV_NPOS) &&
	       !is_standard(w);
}

static bool in_brackets(sv raw)
{
	return raw.n > 2 && ((raw.p[0] == '[' && sv_has(raw, SV("]"))) ||
	                     (raw.p[0] == '(' && sv_has(raw, SV(")"))));
}

/* A list that we know, or a name behind "blocked using". */
static bool names_list(const struct diagnosis *d, sv before, sv w)
{
	if (!is_domain(w))
		return false;
	return sv_ieq(before, SV("using")) ||
	       (d->cl.rs && zone_find(d->cl.rs, w, NULL) != NULL);
}

/*
 * What the rule's slots left out: an address of ours that is shown behind the
 * words that count, a link.  The speaker's own address is not meant.
 */
static void put_from_words(struct diagnosis *d)
{
	sv rest = mtext_sv(&d->reply.text), word, last = SV("");

	for (; (word = sv_word(&rest)).n; last = word) {
		sv w = bare_word(word);

		/* 127.0.0.2 is what a list answered, no sender. */
		if ((is_ipv4(w) || is_ipv6(w)) && !sv_eq(w, d->at->host_ip) &&
		    !sv_starts(w, SV("127.")))
			put(d, "ip", w);
		else if (names_list(d, last, w))
			put(d, "listed_by", w);
		else if (is_mailbox(w) && sv_chr(w, '/') == SV_NPOS)
			put(d, "address", w);
		else if (sv_starts(w, SV("https://")) ||
		         sv_starts(w, SV("http://")))
			put(d, "url", w);
		else if (is_tag(w, in_brackets(word)))
			put(d, "tag", w);
	}
}

static void put_codes(struct arena *a, struct diagnosis *d)
{
	char text[ESTATUS_TEXT];

	if (d->reply.code)
		put(d, "code", arena_printf(a, "%u", d->reply.code));
	if (estatus_is_set(d->reply.status))
		put(d, "status",
		    arena_printf(a, "%s",
		                 estatus_format(d->reply.status, text)));
}

static sv first_of(sv a, sv b, sv c)
{
	return a.n ? a : b.n ? b : c;
}

void diag_values(struct arena *a, struct diagnosis *d)
{
	put_from_text(a, d);
	put_from_form(d);
	put_from_words(d);
	/* These speak of the sender's address, and of no other. */
	if (!strcmp(d->cause->id, "sender.unverifiable") ||
	    !strcmp(d->cause->id, "sender.domain-unresolvable"))
		put(d, "mail_from", diag_value(d, SV("address")));
	/* An address that is refused as one is whom the mail was for. */
	if (d->stage == STAGE_RCPT ||
	    !strncmp(d->cause->id, "recipient.", strlen("recipient.")))
		put(d, "recipient", diag_value(d, SV("address")));
	if (d->cl.zone && d->cl.zone->portal)
		put(d, "portal", rs_str(d->cl.zone_rs, d->cl.zone->portal));
	if (d->cl.zone_code && !d->cl.zone_code->cause)
		put(d, "no_listing",
		    rs_str(d->cl.zone_rs, d->cl.zone_code->text));
	put_codes(a, d);
	put_reversed(a, d);
	put(d, "recipient_domain", domain_of(diag_value(d, SV("recipient"))));
	put(d, "recipient_org", recipient_org(d));
	put(d, "sender_domain",
	    first_of(domain_of(diag_value(d, SV("mail_from"))),
	             domain_of(diag_value(d, SV("header_from"))),
	             diag_value(d, SV("header_from"))));
	put(d, "sender_domain", diag_value(d, SV("domain")));
	put(d, "domain", diag_value(d, SV("sender_domain")));
	put(d, "receiver", d->provider_name);
	if (d->cl.provider)
		put(d, "receiver_rules",
		    rs_str(d->cl.provider_rs, d->cl.provider->rules));
	put(d, "receiver", diag_value(d, SV("host")));
}
