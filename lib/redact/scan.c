/* SPDX-License-Identifier: BSD-2-Clause */
/* Which words of a text are addresses, hosts, ids: one walk, no memory. */
#include <arpa/inet.h>

#include "base/ascii.h"
#include "redact/redact.h"

bool redact_in_list(sv word, const char *const *list)
{
	for (; *list; list++)
		if (sv_ieq(word, sv_str(*list)))
			return true;
	return false;
}

/* Endings that people register; those of two letters need no list. */
static const char *const endings[] = {
    "com", "net", "org", "info", "biz", "edu", "gov", "mil", "int", "arpa",
    "name", "pro", "mobi", "app", "dev", "online", "shop", "site", "xyz",
    "club", "top", "email", "cloud", "tech", "store", "blog", "live",
    "example", "test", "invalid", "local", "localdomain", "lan", "internal",
    "home", "corp", "intern", "aero", "coop", "museum", "travel", "jobs",
    "asia", "cat", "tel", "agency", "berlin", "hamburg", "koeln", "wien",
    "digital", "group", "hosting", "host", "solutions", "services",
    "systems", "support", "media", "network", "space", "website", "world",
    "work", "today", "life", "company", "consulting", "design", "one",
    "global", "swiss", "software", "onion", "space", "fun", "icu", "vip",
    "link", "click", "page", "news", "team", "legal", "health", "care",
    "school", "academy", "capital", "finance", "energy", NULL,
};

/* Endings of files that are countries too. */
static const char *const files[] = {
    "py", "js", "rb", "rs", "so", "sh", "pm", "cf", "md", "cs", "ts", "cc",
    "ps", "vb", "hs", NULL,
};

/* What begins with more is an address, not the version of a program. */
#define VERSION_MAX 30

static bool is_label_char(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || is_high(c);
}

static bool is_local_char(char c)
{
	return is_label_char(c) || c == '.' || c == '+' || c == '=' ||
	       c == '~' || c == '#' || c == '&' || c == '$' || c == '*';
}

static bool is_escape(sv s, size_t i)
{
	return i + 2 < s.n && s.p[i] == '%' && is_xdigit(s.p[i + 1]) &&
	       is_xdigit(s.p[i + 2]);
}

size_t redact_ip4(sv s, char sep, uint8_t ip[4])
{
	size_t i = 0;

	for (size_t k = 0; k < 4; k++) {
		unsigned v = 0;
		size_t from = i;

		if (k && (i >= s.n || s.p[i++] != sep))
			return 0;
		from = i;
		while (i < s.n && i < from + 3 && is_digit(s.p[i]))
			v = v * 10 + (unsigned)(s.p[i++] - '0');
		if (i == from || v > 255)
			return 0;
		ip[k] = (uint8_t)v;
	}
	return i < s.n && is_digit(s.p[i]) ? 0 : i;
}

/* A colon or its escape at i: how long. */
static size_t colon_at(sv s, size_t i)
{
	if (i < s.n && s.p[i] == ':')
		return 1;
	return is_escape(s, i) && s.p[i + 1] == '3' &&
	               to_lower(s.p[i + 2]) == 'a'
	           ? 3
	           : 0;
}

/* Hex digits and colons from s in room, and with them an IPv4 tail. */
static size_t ip6_text(sv s, char room[64], size_t *end, bool tail)
{
	size_t n = 0, i = 0;
	uint8_t ip[4];

	while (i < s.n && n < 48) {
		size_t skip = colon_at(s, i);
		size_t len = redact_ip4(sv_drop(s, i), '.', ip);

		if (tail && len && n && room[n - 1] == ':') {
			memcpy(room + n, s.p + i, len);
			n += len;
			i += len;
			break;
		}
		if (!skip && !is_xdigit(s.p[i]))
			break;
		room[n++] = skip ? ':' : s.p[i];
		i += skip ? skip : 1;
	}
	/* a colon of the sentence */
	if (n > 2 && room[n - 1] == ':' && room[n - 2] != ':') {
		n--;
		i -= i > 2 && s.p[i - 1] != ':' ? 3 : 1;
	}
	room[n] = '\0';
	*end = i;
	return n;
}

size_t redact_ip6(sv s, uint8_t ip[16])
{
	char room[64];
	size_t end, n;

	if (!s.n || (!is_xdigit(s.p[0]) && !colon_at(s, 0)))
		return 0;
	for (int tail = 1; tail >= 0; tail--) {
		size_t sure = 0; /* a digit, or three colons */

		n = ip6_text(s, room, &end, tail);
		if (n < 3 || sv_chr(sv_of(room, n), ':') == SV_NPOS)
			return 0;
		for (size_t i = 0; i < n; i++)
			sure += is_digit(room[i]) ? 3 : room[i] == ':';
		if (sure > 2 && inet_pton(AF_INET6, room, ip) == 1 &&
		    !(end < s.n && is_alnum(s.p[end])))
			return end;
	}
	return 0;
}

size_t redact_dashed(sv label, uint8_t ip[4])
{
	for (size_t i = 0; i < label.n; i++)
		if (is_digit(label.p[i]) &&
		    !(i && is_digit(label.p[i - 1])) &&
		    redact_ip4(sv_drop(label, i), '-', ip))
			return i;
	return SV_NPOS;
}

bool redact_seen_ip4(const struct redactor *r, const uint8_t ip[4])
{
	return r && redact_find(r, RK_SEEN, sv_of((const char *)ip, 4));
}

/*
 * Signs that are no letters in UTF-8: U+0080 to U+00BF, U+2000 to U+2FFF,
 * U+3000 to U+303F, U+FF00 to U+FF7F.  How long.
 */
static size_t sign_at(sv s, size_t i)
{
	unsigned char c = (unsigned char)s.p[i];
	unsigned char d = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
	size_t n = c == 0xc2                                 ? 2
	           : c == 0xe2 || (c == 0xe3 && d == 0x80) ||
	                     (c == 0xef && (d == 0xbc || d == 0xbd))
	               ? 3
	               : 0;

	return i + n <= s.n ? n : s.n - i;
}

/* Length of the run of labels and dots. */
static size_t host_run(sv s)
{
	size_t n = 0;

	while (n < s.n && (is_label_char(s.p[n]) || s.p[n] == '.')) {
		if ((s.p[n] == '.' && n && s.p[n - 1] == '.') ||
		    sign_at(s, n))
			break;
		n++;
	}
	return n;
}

/* Without what ends a sentence, and without "example.org" + other letters. */
static size_t host_trim(sv s)
{
	size_t n = s.n, last;

	while (n && (s.p[n - 1] == '.' || s.p[n - 1] == '-' ||
	             s.p[n - 1] == '_'))
		n--;
	last = sv_rchr(sv_head(s, n), '.');
	if (last == SV_NPOS)
		return n;
	for (size_t i = last + 1; i < n; i++)
		if (is_high(s.p[i]) && i > last + 2 && is_alpha(s.p[i - 1]))
			return i;
	return n;
}

/* TITLE: System.Net, or Example.Com */
enum ending {
	ENDING_NONE,
	ENDING_FILE, /* with two labels before it */
	ENDING_TITLE,
	ENDING_NAME,
	ENDING_SURE
};

/* What the last label says: "sure" where only hosts stand. */
static enum ending ending_of(sv last, bool sure)
{
	if (last.n < 2 || last.n > 63 ||
	    (!is_alpha(last.p[0]) && !is_high(last.p[0])))
		return ENDING_NONE;
	if (sv_istarts(last, SV("xn--")) || is_high(last.p[0]))
		return ENDING_SURE;
	for (size_t i = 0; i < last.n; i++)
		if (!is_alpha(last.p[i]))
			return ENDING_NONE;
	if (sure)
		return ENDING_SURE;
	if (is_upper(last.p[0]) && is_lower(last.p[1]))
		return redact_in_list(last, endings) ? ENDING_TITLE
		       : last.n == 2                 ? ENDING_FILE
		                                     : ENDING_NONE;
	if (redact_in_list(last, files))
		return ENDING_FILE;
	return last.n == 2 || redact_in_list(last, endings) ? ENDING_NAME
	                                                    : ENDING_NONE;
}

static bool is_host(sv host, bool sure)
{
	size_t first = sv_chr(host, '.'), dot = sv_rchr(host, '.');
	enum ending e;

	if (first == SV_NPOS || !first || host.n > REDACT_WORD_MAX)
		return false;
	e = ending_of(sv_drop(host, dot + 1), sure);
	if (e == ENDING_TITLE)
		return !sv_istarts(host, SV("system."));
	return e > ENDING_FILE || (e == ENDING_FILE && first != dot);
}

bool redact_is_host(sv host)
{
	return is_host(host, false);
}

/* "7.26", which is neither a name nor an address. */
static bool is_number(sv s)
{
	uint8_t ip[4];

	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && s.p[i] != '.')
			return false;
	return s.n && redact_ip4(s, '.', ip) != s.n;
}

/* A domain behind an "@": a name, or an address in brackets. */
static size_t domain_run(sv s)
{
	size_t n;

	if (s.n && s.p[0] == '[') {
		n = sv_chr(sv_head(s, 80), ']');
		for (size_t i = 0; n != SV_NPOS && i < n; i++)
			if ((unsigned char)s.p[i] < ' ')
				return 0;
		return n == SV_NPOS ? 0 : n + 1;
	}
	if (!s.n || !is_label_char(s.p[0]))
		return 0;
	n = host_trim(sv_head(s, host_run(s)));
	return is_number(sv_head(s, n)) ? 0 : n;
}

/* What stands for an "@" at the start of s, and where a domain follows. */
static size_t at_mark(sv s, size_t *domain)
{
	static const sv marks[] = {
	    SV_INIT("%40"),   SV_INIT("%2540"),    SV_INIT("=40"),
	    SV_INIT("+40"),   SV_INIT("&#64;"),    SV_INIT("&#x40;"),
	    SV_INIT("&commat;"), SV_INIT("\\u0040"), SV_INIT("\\x40"),
	    SV_INIT("(at)"),  SV_INIT("[at]"),     SV_INIT("{at}")};

	if (s.p[0] == '@') {
		*domain = domain_run(sv_drop(s, 1));
		return *domain ? 1 : 0;
	}
	if (!strchr("%=+&\\([{", s.p[0]))
		return 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		sv rest = sv_drop(s, marks[i].n);

		if (!sv_istarts(s, marks[i]))
			continue;
		*domain = domain_run(rest);
		if (*domain && (rest.p[0] == '[' || s.p[0] == '%' ||
		                is_host(sv_head(rest, *domain), false)))
			return marks[i].n;
	}
	return 0;
}

/* An escape of what may stand in a local part; those of signs end it. */
static bool is_local_escape(sv hex)
{
	static const char *const signs[] = {"2b", "2d", "2e", NULL};
	static const char *const ends[] = {"40", "5b", "5d", "7b", "7d", NULL};

	return redact_in_list(hex, signs) ||
	       (hex.p[0] >= '4' && !redact_in_list(hex, ends));
}

/* In a local part: "%2B" and its kin, "a%b", "o'brien". */
static size_t odd_local(sv s, size_t i)
{
	if (is_escape(s, i))
		return is_local_escape(sv_slice(s, i + 1, i + 3)) ? 3 : 0;
	if (!i || i + 1 >= s.n || (s.p[i] != '%' && s.p[i] != '\''))
		return 0;
	return is_alnum(s.p[i - 1]) && is_alnum(s.p[i + 1]) ? 1 : 0;
}

/* What begins at pos: how far a local part, how far a host could go. */
static void measure(struct redact_scan *s)
{
	size_t i = s->pos;
	sv text = s->text;

	if (i >= s->run_end) {
		s->mark = 0;
		while (i < text.n && !s->mark) {
			size_t odd = 0;

			s->mark = at_mark(sv_drop(text, i), &s->domain);
			if (s->mark || sign_at(text, i))
				break;
			if (!is_local_char(text.p[i]))
				odd = odd_local(text, i);
			if (!odd && !is_local_char(text.p[i]))
				break;
			i += odd ? odd : 1;
		}
		s->run_end = i;
	}
	i = s->pos;
	if (i >= s->host_raw) {
		sv run = sv_head(sv_drop(text, i), host_run(sv_drop(text, i)));

		s->host_raw = i + run.n;
		run = sv_head(run, host_trim(run));
		s->host_end = i + run.n;
		s->dot = sv_rchr(run, '.');
		s->dot_before = s->dot == SV_NPOS || !s->dot
		                    ? SV_NPOS
		                    : sv_rchr(sv_head(run, s->dot), '.');
		s->dot += s->dot == SV_NPOS ? 0 : i;
		s->dot_before += s->dot_before == SV_NPOS ? 0 : i;
	}
}

/* Names of fields, not of people. */
static bool is_key(sv s)
{
	static const char *const keys[] = {"to", "from", "user", "mail",
	                                   "email", "rcpt", "orig_to",
	                                   "username", "sender", NULL};

	return redact_in_list(s, keys);
}

/* "bounce+anna=example.org" is one name, "user=anna" is two. */
static size_t local_from(sv run)
{
	static const char *const whole[] = {"srs0", "srs1", "prvs", "btv1",
	                                    "msprvs1", "imceaex-_o", NULL};
	size_t eq, last, amp = sv_rchr(run, '&'), from = 0;
	sv left, right;

	if (amp != SV_NPOS && sv_chr(sv_drop(run, amp), '=') != SV_NPOS) {
		from = amp + 1; /* "a=1&to=anna" */
		run = sv_drop(run, from);
	}
	eq = sv_chr(run, '=');
	last = sv_rchr(run, '=');
	left = sv_head(run, eq);
	if (eq == SV_NPOS || redact_in_list(left, whole) ||
	    sv_istarts(run, SV("srs0+")) || sv_istarts(run, SV("srs0-")))
		return from;
	right = sv_drop(run, last + 1);
	if (sv_istarts(sv_drop(run, eq + 1), SV("3D")))
		return from + eq + 3; /* quoted-printable */
	if (is_key(left))
		return from + eq + 1;
	if (is_host(right, false))
		return from;
	for (size_t i = 0; i < left.n; i++)
		if (!is_alpha(left.p[i]) && left.p[i] != '_')
			return from + last + 1;
	return from + eq + 1;
}

static bool address_at(struct redact_scan *s, struct word *w)
{
	size_t i = s->pos, end = s->run_end;

	if (!s->mark || i >= end)
		return false;
	w->kind = WORD_ADDRESS;
	w->from = i + local_from(sv_slice(s->text, i, end));
	w->local_end = end;
	w->domain = end + s->mark;
	w->to = w->domain + s->domain;
	if (w->from < end)
		return true;
	s->mark = 0; /* "user=@example.org" */
	return false;
}

/* "anna maria"@example.org */
static bool quoted_at(const struct redact_scan *s, struct word *w)
{
	sv rest = sv_slice(s->text, s->pos + 1, s->pos + 66);
	size_t n, end;

	if (s->text.p[s->pos] != '"')
		return false;
	n = sv_chr(rest, '"');
	end = s->pos + n + 2;
	if (n == SV_NPOS || !n || end >= s->text.n || s->text.p[end] != '@')
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)rest.p[i] < ' ')
			return false; /* tabs and line ends part the map */
	w->kind = WORD_ADDRESS;
	w->from = s->pos;
	w->local_end = end;
	w->domain = end + 1;
	w->to = w->domain + domain_run(sv_drop(s->text, end + 1));
	return w->to > w->domain;
}

/* "version 15.20.42.3", "Exim/4.96.0.1"; but not an address of the text. */
static bool is_version(const struct redact_scan *s, const uint8_t ip[4])
{
	size_t i = s->pos;
	sv before = sv_slice(s->text, i > 9 ? i - 9 : 0, i);

	if (redact_seen_ip4(s->r, ip) || ip[0] == 10 ||
	    ((ip[0] > VERSION_MAX || ip[2] > 99 || ip[3] > 99) &&
	     (ip[2] || ip[3])))
		return false;
	if (i > 1 && before.p[before.n - 1] == '/')
		return is_alpha(before.p[before.n - 2]) &&
		       !sv_ihas(before, SV("ip/"));
	while (before.n && (before.p[before.n - 1] == ' ' ||
	                    before.p[before.n - 1] == '=' ||
	                    before.p[before.n - 1] == ':'))
		before.n--;
	return sv_iends(before, SV("version"));
}

/* What stands behind a.b.c.d says that it is a name, or part of a number. */
static bool goes_on(const struct redact_scan *s, sv rest, size_t n,
                    const uint8_t ip[4])
{
	char c = n < rest.n ? rest.p[n] : ' ';
	char d = n + 1 < rest.n ? rest.p[n + 1] : ' ';
	size_t end;

	if (is_alnum(c))
		return true;
	if (c == '.' && is_digit(d)) /* 1.2.3.4.5 */
		return !redact_seen_ip4(s->r, ip);
	if (c != '-' && !(c == '.' && is_label_char(d)))
		return false;
	/* qmail writes "_" for a blank. */
	end = host_run(sv_head(rest, REDACT_WORD_MAX));
	return is_host(sv_head(rest, host_trim(sv_head(rest, end))), false);
}

static bool ip_at(const struct redact_scan *s, struct word *w)
{
	sv rest = sv_drop(s->text, s->pos);
	uint8_t ip[16];
	size_t n = redact_ip4(rest, '.', ip);

	w->from = s->pos;
	if (n && !goes_on(s, rest, n, ip) && !is_version(s, ip)) {
		w->kind = WORD_IP4;
		w->to = w->from + n;
		return true;
	}
	if (colon_at(rest, 0) && !colon_at(rest, colon_at(rest, 0)))
		return false;
	n = redact_ip6(rest, ip);
	w->kind = WORD_IP6;
	w->to = w->from + n;
	return n > 0;
}

/* Letters and digits among each other: "4f8a2b", not "auth-535-google". */
static bool is_mixed(sv s)
{
	size_t turns = 0, digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		digits += is_digit(s.p[i]);
		turns += i && is_digit(s.p[i]) != is_digit(s.p[i - 1]);
	}
	return s.n >= 6 && (turns > 1 || (turns && digits > 2 && s.n >= 10));
}

/* Opaque: long, with letters and digits among each other. */
static bool is_token(sv s)
{
	size_t digits = 0, letters = 0, gaps = 0, from = 0;
	bool mixed = false;

	if (s.n < 16)
		return false;
	for (size_t i = 0; i <= s.n && gaps < 3; i++) {
		if (i < s.n && is_alnum(s.p[i])) {
			digits += is_digit(s.p[i]);
			letters += is_alpha(s.p[i]);
			continue;
		}
		gaps += i < s.n && s.p[i] == '_';
		mixed = mixed || is_mixed(sv_slice(s, from, i));
		from = i + 1;
	}
	/* a_sentence_of_qmail is none */
	return mixed && digits >= 3 && letters >= (s.n < 20 ? 3 : 1) &&
	       gaps < 3;
}

/* Exim: 1abcDE-0001Xy-2z, and longer ones since 4.97. */
static bool is_exim_id(sv s)
{
	sv a = sv_cut(&s, '-'), b = sv_cut(&s, '-');

	return a.n == 6 && ((b.n == 6 && s.n == 2) || (b.n == 11 && s.n == 4));
}

static bool is_queue_id(sv text, size_t i, sv s)
{
	sv before = sv_slice(text, i > 12 ? i - 12 : 0, i);
	size_t digits = 0, end = i + s.n;

	if (s.n < 6 || s.n > 24 || sv_chr(s, '.') != SV_NPOS)
		return false;
	for (size_t k = 0; k < s.n; k++)
		digits += is_digit(s.p[k]);
	if (is_exim_id(s))
		return true;
	if (digits < 2)
		return false;
	if (sv_iends(before, SV("queued as ")) || sv_iends(before, SV(" id ")) ||
	    sv_iends(before, SV(" id=")) || sv_iends(before, SV("evpid=")))
		return true;
	return sv_ends(before, SV("]: ")) && end < text.n && text.p[end] == ':';
}

/* The name of the field whose value begins at i; quotes are left out. */
static sv field_before(sv text, size_t i)
{
	sv before = sv_slice(text, i > 32 ? i - 32 : 0, i);
	bool quoted = false;
	size_t from;

	while (before.n && strchr("<\"'", before.p[before.n - 1]) &&
	       before.p[before.n - 1]) {
		quoted = true;
		before.n--;
	}
	if (before.n && before.p[before.n - 1] == '=') {
		before.n--;
	} else if (quoted) {
		before = sv_trim(before);
		if (!before.n || before.p[before.n - 1] != ':')
			return SV("");
		before.n--;
		if (before.n && strchr("\"'", before.p[before.n - 1]) &&
		    before.p[before.n - 1])
			before.n--;
	} else {
		return SV("");
	}
	from = before.n;
	while (from && (is_alpha(before.p[from - 1]) ||
	                before.p[from - 1] == '_' || before.p[from - 1] == '-'))
		from--;
	return sv_drop(before, from);
}

static bool is_login(sv text, size_t i)
{
	sv field = field_before(text, i);
	sv before = sv_slice(text, i > 12 ? i - 12 : 0, i);

	return sv_iends(field, SV("username")) || sv_iends(field, SV("user")) ||
	       sv_iends(field, SV("login")) || sv_iends(field, SV("authid")) ||
	       sv_iends(before, SV(" A=plain:")) ||
	       sv_iends(before, SV(" A=login:"));
}

static bool is_base64(char c)
{
	return is_alnum(c) || c == '+' || c == '/';
}

/* What a client sends behind AUTH, or as the answer to a 334. */
static size_t credentials(sv text, size_t i)
{
	static const sv verbs[] = {SV_INIT("AUTH PLAIN "),
	                           SV_INIT("AUTH LOGIN "),
	                           SV_INIT("AUTH XOAUTH2 "),
	                           SV_INIT("AUTH CRAM-MD5 ")};
	sv before = sv_slice(text, i > 160 ? i - 160 : 0, i);
	size_t n = i, nl = sv_rchr(before, '\n'), prev;
	bool mixed = false, sent = false;

	while (n < text.n && is_base64(text.p[n]) && n - i < 16384) {
		mixed = mixed || is_upper(text.p[n]) || is_digit(text.p[n]);
		n++;
	}
	for (size_t k = 0; k < 2 && n < text.n && text.p[n] == '='; k++)
		n++;
	if (n - i < 4 || (n - i) % 4 || !mixed ||
	    (n < text.n && (is_local_char(text.p[n]) || text.p[n] == '@')))
		return 0;
	for (size_t k = 0; k < 4; k++)
		if (n - i >= 8 && sv_iends(before, verbs[k]))
			return n - i;
	if (nl == SV_NPOS || before.n - nl > 8 ||
	    (n < text.n && text.p[n] != '\n' && text.p[n] != '\r'))
		return 0;
	for (size_t k = nl + 1; k < before.n; k++)
		sent = before.p[k] == '>' || before.p[k] == ':';
	prev = sv_rchr(sv_head(before, nl), '\n');
	before = sv_slice(before, prev == SV_NPOS ? 0 : prev + 1, nl);
	return sv_has(before, SV("334 ")) && (sent || nl + 1 == i) ? n - i : 0;
}

static bool secret_at(const struct redact_scan *s, struct word *w)
{
	static const char *const fields[] = {
	    "password", "passwd", "pass", "pwd", "secret", "token", "api_key",
	    "apikey", "api-key", "access_token", "refresh_token",
	    "client_secret", "auth_pass", "smtp_password", "smtp_pass", NULL};
	static const char *const none[] = {"undefined", "null", "none", "true",
	                                   "false", "yes", "no", NULL};
	size_t i = s->pos, n = 0, alnum = 0;
	sv text = s->text;
	char c = i ? text.p[i - 1] : '\n';

	if (!strchr("=\"' >\n", c) || !c || text.p[i] == c)
		return false;
	w->kind = WORD_TOKEN;
	w->from = i;
	w->to = i + credentials(text, i);
	if (w->to > i)
		return true;
	if (!redact_in_list(field_before(text, i), fields))
		return false;
	while (i + n < text.n && n < REDACT_WORD_MAX &&
	       !strchr(" \t\r\n\"'`,;&<>()[]{}", text.p[i + n]))
		alnum += is_alnum(text.p[i + n++]);
	w->to = i + n;
	return alnum && !redact_in_list(sv_slice(text, i, w->to), none);
}

/* The host of a line of syslog: "Nov 24 10:11:12 HOST ", "...T10:11:12Z ". */
static bool is_log_host(sv text, size_t i)
{
	size_t from = i > 40 ? i - 40 : 0, line, n;
	sv s;

	if (i < 16 || text.p[i - 1] != ' ')
		return false;
	line = sv_rchr(sv_slice(text, from, i), '\n');
	s = sv_slice(text, line == SV_NPOS ? from : from + line + 1, i - 1);
	if (line == SV_NPOS && from)
		return false;
	n = s.n;
	if (n == 15)
		return s.p[3] == ' ' && s.p[6] == ' ' && s.p[9] == ':' &&
		       s.p[12] == ':' && is_alpha(s.p[0]);
	return n >= 19 && is_digit(s.p[0]) && s.p[4] == '-' && s.p[10] == 'T' &&
	       s.p[13] == ':' && sv_chr(s, ' ') == SV_NPOS;
}

/* "/srv/app/send.pl" is a file, "https://send.pl" is not. */
static bool is_path(sv text, size_t i, sv host)
{
	sv last = sv_drop(host, sv_rchr(host, '.') + 1);

	return i > 1 && text.p[i - 1] == '/' && text.p[i - 2] != '/' &&
	       (redact_in_list(last, files) || sv_eq(last, SV("pl")));
}

/* As it stands elsewhere in the input, where it was plain what it is. */
static bool known_host(const struct redactor *r, sv host)
{
	char room[REDACT_WORD_MAX];

	return r && host.n <= sizeof(room) &&
	       redact_find(r, RK_DOMAIN, redact_base(redact_lower(host, room)));
}

/* A name from pos on; its ending was measured with the run. */
static bool host_at(const struct redact_scan *s, bool sure)
{
	size_t i = s->pos;
	sv host = sv_slice(s->text, i, s->host_end);
	enum ending e;

	if (s->dot == SV_NPOS || s->dot <= i || host.p[0] == '.')
		return false;
	e = ending_of(sv_slice(s->text, s->dot + 1, s->host_end), sure);
	if (e == ENDING_FILE && (s->dot_before == SV_NPOS || s->dot_before < i))
		e = ENDING_NONE;
	if (e == ENDING_TITLE && sv_istarts(host, SV("system.")))
		e = ENDING_NONE;
	if (e != ENDING_NONE && is_path(s->text, i, host))
		e = ENDING_NONE;
	return e != ENDING_NONE || known_host(s->r, host);
}

/* "DOMAIN\anna" is one login; "anna\nreason" holds the end of a line. */
static size_t login_end(const struct redact_scan *s)
{
	size_t end = s->host_end, n;
	sv rest = sv_slice(s->text, end, end + REDACT_WORD_MAX);

	if (rest.n < 2 || rest.p[0] != '\\' || !is_label_char(rest.p[1]))
		return end;
	if (strchr("nrt", rest.p[1]) && is_lower(s->text.p[end - 1]))
		return end;
	n = host_run(sv_drop(rest, 1));
	return end + 1 + host_trim(sv_slice(rest, 1, 1 + n));
}

/* A value that was labelled elsewhere. */
static enum word_kind loose(const struct redact_scan *s, sv word)
{
	char room[REDACT_WORD_MAX];
	const struct redact_entry *e;

	if (!s->r || !s->r->loose || word.n < 4 || word.n > REDACT_WORD_MAX)
		return WORD_NONE;
	e = redact_find(s->r, RK_LOOSE, word);
	if (!e)
		e = redact_find(s->r, RK_LOOSE, redact_lower(word, room));
	return e ? (enum word_kind)e->count : WORD_NONE;
}

/* "example.org.html", where example.org stands in the input. */
static bool host_in(const struct redact_scan *s, struct word *w)
{
	sv host = sv_slice(s->text, s->pos, s->host_end);

	if (!s->r || host.n > REDACT_WORD_MAX)
		return false;
	/* letters of another script behind it */
	for (size_t i = 0; i < host.n; i++) {
		if (!is_high(host.p[i]))
			continue;
		w->kind = WORD_HOST;
		w->to = s->pos + i;
		if (is_host(sv_head(host, i), false) ||
		    (sv_chr(sv_head(host, i), '.') != SV_NPOS &&
		     known_host(s->r, sv_head(host, i))))
			return true;
		break;
	}
	for (size_t k = 0; k < 3; k++) {
		size_t dot = sv_rchr(host, '.');

		if (dot == SV_NPOS || !dot)
			return false;
		host.n = dot;
		w->kind = WORD_HOST;
		w->to = s->pos + dot;
		if (sv_chr(host, '.') != SV_NPOS && known_host(s->r, host))
			return true;
	}
	return false;
}

static bool loose_at(const struct redact_scan *s, struct word *w)
{
	size_t end = s->pos;
	uint8_t ip[4];
	sv label;

	w->kind = loose(s, sv_slice(s->text, w->from, w->to));
	if (w->kind != WORD_NONE)
		return true;
	while (end < s->host_end && s->text.p[end] != '.' &&
	       end - s->pos <= REDACT_WORD_MAX)
		end++;
	label = sv_slice(s->text, s->pos, end);
	w->to = end;
	w->kind = loose(s, label);
	if (w->kind == WORD_NONE && redact_dashed(sv_head(label, 64), ip) !=
	                                SV_NPOS &&
	    (is_alpha(label.p[0]) || redact_seen_ip4(s->r, ip)))
		w->kind = WORD_DASHED;
	return w->kind != WORD_NONE;
}

static bool word_at(const struct redact_scan *s, struct word *w)
{
	size_t i = s->pos;
	sv text = s->text, word;
	bool sure;

	if (i >= s->host_end)
		return false;
	w->from = i;
	w->to = s->host_end;
	w->kind = WORD_NONE;
	word = sv_slice(text, i, w->to);
	sure = (i > 2 && sv_eq(sv_slice(text, i - 3, i), SV("://"))) ||
	       (w->to + 1 < text.n && text.p[w->to] == '[' &&
	        is_digit(text.p[w->to + 1]));
	if (is_login(text, i)) {
		w->kind = WORD_LOGIN;
		w->to = login_end(s);
	} else if (host_at(s, sure)) {
		w->kind = WORD_HOST;
	} else if (is_log_host(text, i)) {
		w->kind = WORD_LABEL;
	} else if (is_queue_id(text, i, word) || is_token(word)) {
		w->kind = WORD_TOKEN;
	}
	return w->kind != WORD_NONE || loose_at(s, w) || host_in(s, w);
}

/* An address is glued to a word: "_203.0.113.5", "client-203.0.113.5". */
static bool glued(sv text, size_t i)
{
	uint8_t ip[16];
	char before = text.p[i - 1];

	if (is_high(before) && redact_ip6(sv_drop(text, i), ip))
		return true;
	if (!is_digit(text.p[i]))
		return false;
	if (before == '_')
		return true;
	if (before != '-' && before != '.' && !is_high(before))
		return false;
	if (!redact_ip4(sv_drop(text, i), '.', ip))
		return false;
	return before != '.' || !is_digit(text.p[i - 2]);
}

/* Over a word that stays. */
static void skip(struct redact_scan *s)
{
	sv text = s->text;
	size_t i = s->pos, end = s->run_end;

	/* a..example.org are two */
	if (s->host_raw > i && s->host_raw < end)
		end = s->host_raw;
	/* digits and dots of a version are one word */
	do {
		i++;
		while (i < end && is_label_char(text.p[i]) && !glued(text, i))
			i++;
	} while (i + 1 < end && text.p[i] == '.' && !glued(text, i + 1));
	s->pos = i;
}

/* What is written for another character: no word begins in it. */
static size_t escape_at(sv text, size_t i)
{
	sv s = sv_slice(text, i, i + 6);

	if (is_escape(text, i))
		return 3;
	if (s.n < 2 || s.p[0] != '\\')
		return 0;
	if (s.p[1] == 'u' && s.n == 6 && s.p[2] == '0' && s.p[3] == '0')
		return 6;
	if (s.p[1] == 'x' && s.n > 3 && is_xdigit(s.p[2]) && is_xdigit(s.p[3]))
		return 4;
	return s.p[1] == 'n' || s.p[1] == 'r' || s.p[1] == 't' ? 2 : 0;
}

static bool encoded_at(const struct redact_scan *s, struct word *w)
{
	size_t n = s->inner ? 0 : redact_encoded(sv_drop(s->text, s->pos));

	w->kind = WORD_ENCODED;
	w->from = s->pos;
	w->to = s->pos + n;
	return n > 0;
}

static bool begins(struct redact_scan *s, struct word *w)
{
	if (encoded_at(s, w) || quoted_at(s, w) || secret_at(s, w) ||
	    ip_at(s, w))
		return true;
	if (sign_at(s->text, s->pos)) {
		s->pos += sign_at(s->text, s->pos);
		return false;
	}
	/* "--boundary" is the boundary of the header */
	if (!is_label_char(s->text.p[s->pos]) || s->text.p[s->pos] == '-') {
		s->pos++;
		return false;
	}
	measure(s);
	if (address_at(s, w) || word_at(s, w))
		return true;
	skip(s);
	return false;
}

bool redact_next(struct redact_scan *s, struct word *w)
{
	while (s->pos < s->text.n) {
		size_t n = escape_at(s->text, s->pos);

		if (n) {
			s->pos += n;
		} else if (begins(s, w)) {
			s->pos = w->to;
			return true;
		}
	}
	return false;
}
