/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/spot.h"

#include "base/ascii.h"

/* Ids of queues and sessions are longer than the tags of providers. */
#define ID_LEAST 12
#define ID_DIGITS 3
/* A number with its unit. */
#define QUANTITY_MAX 40

static bool starts_word(sv t, size_t i)
{
	char before = i ? t.p[i - 1] : ' ';

	return (is_alnum(t.p[i]) || t.p[i] == '_') && !is_alnum(before) &&
	       !is_high(before) && before != '_' && before != '-' &&
	       before != '.';
}

static sv lower(sv s, char *out, size_t max)
{
	s = sv_head(s, max);
	for (size_t i = 0; i < s.n; i++)
		out[i] = to_lower(s.p[i]);
	return sv_of(out, s.n);
}

static size_t url_at(sv s)
{
	size_t n = 0;

	if (!sv_istarts(s, SV("http://")) && !sv_istarts(s, SV("https://")) &&
	    !sv_istarts(s, SV("www.")))
		return 0;
	while (n < s.n && n < SLOT_MAX && (s.p[n] > ' ' || is_high(s.p[n])) &&
	       s.p[n] != '<' && s.p[n] != '>' && s.p[n] != '"')
		n++;
	while (n && sv_chr(SV(".,:;)'!?]"), s.p[n - 1]) != SV_NPOS)
		n--;
	return n > 10 ? n : 0;
}

/* Forwarders and lists put other addresses into local parts. */
static bool is_rewritten(sv local)
{
	return sv_istarts(local, SV("srs")) || sv_istarts(local, SV("prvs")) ||
	       sv_istarts(local, SV("bounce"));
}

/* How much of a word may be the domain at its start. */
static size_t domain_end(sv s)
{
	size_t n = 0;

	if (s.n && s.p[0] == '[')
		return sv_chr(s, ']') < s.n ? sv_chr(s, ']') + 1 : 0;
	while (n < s.n && (is_alnum(s.p[n]) || is_high(s.p[n]) ||
	                   s.p[n] == '.' || s.p[n] == '-' || s.p[n] == '_'))
		n++;
	while (n && !is_alnum(s.p[n - 1]) && !is_high(s.p[n - 1]))
		n--;
	return n;
}

static size_t address_at(sv t, size_t i)
{
	sv s = sv_head(sv_drop(t, i), SLOT_MAX), v, local;
	size_t n = 0, at;

	while (n < s.n && (s.p[n] > ' ' || is_high(s.p[n])) &&
	       sv_chr(SV("<>(),;\""), s.p[n]) == SV_NPOS)
		n++;
	at = sv_rchr(sv_head(s, n), '@');
	if (at == SV_NPOS)
		return 0;
	n = at + 1 + domain_end(sv_slice(s, at + 1, n));
	v = sv_head(s, n);
	local = sv_head(v, at);
	if (!is_mailbox(v))
		return 0;
	for (size_t k = 0; k < local.n; k++) {
		char c = local.p[k];

		if (is_alnum(c) || is_high(c) || c == '.' || c == '_' ||
		    c == '+' || c == '-')
			continue;
		if (!is_rewritten(local))
			return 0;
	}
	return n;
}

static size_t ip_at(const struct ruleset *rs, sv t, size_t i)
{
	struct slot_want want = {.kind = SLOT_IP};
	size_t n = slot_longest(rs, want, t, i);
	sv v = sv_of(t.p + i, n), rest = sv_drop(t, i + n);

	/* The beginning of a name: "192.0.2.1.example.org". */
	if (!n || (rest.n && (is_alnum(rest.p[0]) || rest.p[0] == '-')) ||
	    (rest.n > 1 && rest.p[0] == '.' && is_alnum(rest.p[1])))
		return 0;
	if (is_ipv4(v) || is_ipv6(v))
		return n;
	/* "x.x.x.x": hidden, but certainly an address */
	return sv_chr(v, '.') != SV_NPOS && slot_withheld(rs, SLOT_IP, v) ? n
	                                                                  : 0;
}

static bool is_file_ending(sv s)
{
	static const char *const endings[] = {
	    "bat", "cf",  "cfg", "conf", "css", "doc", "docx", "exe", "htm",
	    "html", "js", "log", "pdf",  "php", "pl",  "py",   "rar", "txt",
	    "vbs", "xls", "xml", "zip"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (sv_ieq(s, sv_str(endings[i])))
			return true;
	return false;
}

/* "e.g", "main.cf" and "rejected.Please" are no names of hosts. */
static bool plausible_name(sv v)
{
	sv last = sv_drop(v, sv_rchr(v, '.') + 1);
	bool idn = sv_istarts(last, SV("xn--"));

	if (!is_domain(v) || last.n < 2 || is_file_ending(last))
		return false;
	for (size_t i = 0; i < last.n && !idn; i++)
		if (!is_alpha(last.p[i]) && !is_high(last.p[i]))
			return false;
	return !(is_upper(last.p[0]) && is_lower(last.p[1]));
}

static size_t name_at(const struct ruleset *rs, sv t, size_t i,
                      enum slot_kind *kind)
{
	struct slot_want want = {.kind = SLOT_DOMAIN};
	size_t n = slot_longest(rs, want, t, i);
	sv v = sv_of(t.p + i, n);
	unsigned dots = 0;

	if (!n || !plausible_name(v))
		return 0;
	for (size_t k = 0; k < v.n; k++)
		dots += v.p[k] == '.';
	*kind = dots > 1 ? SLOT_HOST : SLOT_DOMAIN;
	return n;
}

/* A name that means a list is a word of the reply, not a value of it. */
static bool is_zone(const struct ruleset *rs, sv name)
{
	char low[256];
	sv v = lower(name, low, sizeof(low));
	const struct ruleset *of;
	const struct zone *z = zone_find(rs, v, &of);

	return z && sv_eq(rs_str(of, z->zone), v);
}

static size_t id_at(sv t, size_t i)
{
	sv s = sv_drop(t, i);
	size_t n = 0, digits = 0, letters = 0;

	while (n < s.n && n < SLOT_MAX &&
	       (is_alnum(s.p[n]) || sv_chr(SV("-_.:"), s.p[n]) != SV_NPOS))
		n++;
	while (n && !is_alnum(s.p[n - 1]))
		n--;
	for (size_t k = 0; k < n; k++) {
		digits += is_digit(s.p[k]);
		letters += is_alpha(s.p[k]);
	}
	return n >= ID_LEAST && digits >= ID_DIGITS && letters ? n : 0;
}

/* "5.7.1" */
static bool is_status(sv v)
{
	struct estatus s;
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++)
		n += v.p[i] == '.';
	return n == 2 && estatus_parse(v, &s) == v.n;
}

/* "said: 550", "RFC 5321": these digits mean something. */
static bool is_code(sv t, size_t i, sv v)
{
	sv before = sv_trim(sv_head(t, i));
	uint16_t code;
	char last = before.n ? before.p[before.n - 1] : '(';

	if (is_status(v) || sv_iends(before, SV("rfc")))
		return true;
	return v.n == 3 && reply_code(v, &code) &&
	       (last == ':' || last == '(' || last == '[');
}

static size_t number_at(const struct ruleset *rs, sv t, size_t i,
                        enum slot_kind *kind)
{
	char low[QUANTITY_MAX];
	sv near = lower(sv_drop(t, i), low, sizeof(low)), v;
	struct slot_want want = {.kind = SLOT_SIZE};
	size_t n = 0, size, time;

	while (n < near.n && (is_digit(near.p[n]) || near.p[n] == '.' ||
	                      near.p[n] == ','))
		n++;
	while (n && !is_digit(near.p[n - 1]))
		n--;
	v = sv_head(near, n);
	if (!n || is_code(t, i, v))
		return 0;
	size = slot_longest(rs, want, near, 0);
	want.kind = SLOT_DURATION;
	time = slot_longest(rs, want, near, 0);
	*kind = size > n ? SLOT_SIZE : time > n ? SLOT_DURATION : SLOT_NUMBER;
	n = size > n ? size : time > n ? time : n;
	/* Part of a word: "4th", "2024-05-03". */
	if (n < near.n && (is_alnum(near.p[n]) || near.p[n] == '-' ||
	                   near.p[n] == '_' || near.p[n] == ':'))
		return 0;
	return n;
}

static bool spot_at(const struct ruleset *rs, sv t, size_t i,
                    struct spot *out)
{
	size_t n;

	out->from = i;
	if ((n = url_at(sv_drop(t, i))))
		out->kind = SLOT_URL;
	else if ((n = address_at(t, i)))
		out->kind = SLOT_ADDRESS;
	else if ((n = ip_at(rs, t, i)))
		out->kind = SLOT_IP;
	else if (!(n = name_at(rs, t, i, &out->kind)) &&
	         !(n = number_at(rs, t, i, &out->kind)) &&
	         (n = id_at(t, i)))
		out->kind = SLOT_TOKEN;
	out->to = i + n;
	return n > 0;
}

bool spot_next(const struct ruleset *rs, sv text, size_t i, struct spot *out)
{
	while (i < text.n) {
		if (!starts_word(text, i) || !spot_at(rs, text, i, out)) {
			i++;
			continue;
		}
		if (!is_zone(rs, sv_slice(text, out->from, out->to)))
			return true;
		i = out->to;
	}
	return false;
}
