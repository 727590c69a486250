/* SPDX-License-Identifier: BSD-2-Clause */
/* Which words of a text are addresses, hosts, ids: one walk, no memory. */
#include "base/ascii.h"
#include "redact/redact.h"

static bool in_list(sv word, const char *const *list)
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

/* Length of the run of labels and dots; without dots at its end. */
static size_t host_run(sv s)
{
	size_t n = 0;

	while (n < s.n && (is_label_char(s.p[n]) || s.p[n] == '.')) {
		if (s.p[n] == '.' && n && s.p[n - 1] == '.')
			break;
		n++;
	}
	while (n && (s.p[n - 1] == '.' || s.p[n - 1] == '-' ||
	             s.p[n - 1] == '_'))
		n--;
	return n;
}

static bool ending_of_host(sv host, bool sure)
{
	size_t dot = sv_rchr(host, '.');
	sv last = sv_drop(host, dot + 1);

	if (last.n < 2 || (!is_alpha(last.p[0]) && !is_high(last.p[0])))
		return false;
	if (sv_istarts(last, SV("xn--")) || is_high(last.p[0]))
		return true;
	for (size_t i = 0; i < last.n; i++)
		if (!is_alpha(last.p[i]))
			return false;
	if (sure)
		return true;
	if (is_upper(last.p[0]) && is_lower(last.p[1]))
		return false; /* System.Net, a sentence without a space */
	if (in_list(last, files) && sv_chr(host, '.') == dot)
		return false;
	return last.n == 2 || in_list(last, endings);
}

static bool is_host(sv host, bool sure)
{
	size_t dot = sv_chr(host, '.');

	return dot != SV_NPOS && dot > 0 && host.n <= REDACT_WORD_MAX &&
	       ending_of_host(host, sure);
}

/* A domain behind an "@": a name, or an address in brackets. */
static size_t domain_run(sv s)
{
	size_t n;

	if (s.n && s.p[0] == '[') {
		n = sv_chr(sv_head(s, 64), ']');
		return n == SV_NPOS ? 0 : n + 1;
	}
	n = host_run(s);
	return n && is_label_char(s.p[0]) ? n : 0;
}

/* "bounce+anna=example.org" is one name, "user=anna" is two. */
static size_t local_from(sv run)
{
	size_t eq = sv_chr(run, '=');
	sv left = sv_head(run, eq), right;
	size_t last = sv_rchr(run, '=');

	if (eq == SV_NPOS)
		return 0;
	right = sv_drop(run, last + 1);
	for (size_t i = 0; i < left.n; i++)
		if (!is_alpha(left.p[i]) && left.p[i] != '_')
			return is_host(right, true) ||
			               sv_istarts(run, SV("srs"))
			           ? 0
			           : last + 1;
	return eq + 1;
}

static bool address_at(sv text, size_t i, size_t end, struct word *w)
{
	size_t at = end, skip = 1, n;

	if (end >= text.n)
		return false;
	if (sv_istarts(sv_drop(text, end), SV("%40")))
		skip = 3;
	else if (text.p[end] != '@')
		return false;
	n = domain_run(sv_drop(text, at + skip));
	if (!n || n > REDACT_WORD_MAX || end - i > REDACT_WORD_MAX)
		return false;
	w->kind = WORD_ADDRESS;
	w->from = i + local_from(sv_slice(text, i, end));
	if (w->from >= end)
		return false;
	w->local_end = end;
	w->domain = at + skip;
	w->to = w->domain + n;
	return true;
}

static size_t ip6_run(sv s)
{
	size_t n = 0, colons = 0, gap = 0, groups = 1;

	for (; n < s.n && n < 64 && (is_xdigit(s.p[n]) || s.p[n] == ':'); n++) {
		if (s.p[n] != ':')
			continue;
		colons++;
		groups++;
		if (n && s.p[n - 1] == ':')
			gap++;
	}
	if (n && s.p[n - 1] == ':' && !(n > 1 && s.p[n - 2] == ':')) {
		n--;
		colons--;
		groups--;
	}
	if (colons < 2 || gap > 1 || n < 4 || (!gap && groups != 8) ||
	    groups > 9)
		return 0;
	if (n < s.n && (is_label_char(s.p[n]) ||
	                (s.p[n] == '.' && n + 1 < s.n && is_digit(s.p[n + 1]))))
		return 0;
	return n;
}

static bool is_version(sv text, size_t i)
{
	sv before = sv_slice(text, i > 9 ? i - 9 : 0, i);

	return sv_ihas(before, SV("version")) ||
	       (i > 1 && text.p[i - 1] == '/' && is_alpha(text.p[i - 2]) &&
	        !sv_ihas(before, SV("ip/")));
}

static bool ip_at(sv text, size_t i, struct word *w)
{
	sv s = sv_drop(text, i);
	uint8_t ip[4];
	size_t n = redact_ip4(s, '.', ip);

	w->from = i;
	/* qmail writes "_" for a blank. */
	if (n && n < s.n && ((is_label_char(s.p[n]) && s.p[n] != '_') ||
	                     (s.p[n] == '.' && n + 1 < s.n &&
	                      is_label_char(s.p[n + 1]))))
		n = 0; /* 1.2.3.4.5, 4.3.2.1.zone: a name */
	if (n && !is_version(text, i)) {
		w->kind = WORD_IP4;
		w->to = i + n;
		return true;
	}
	if (i < text.n && !is_xdigit(text.p[i]) && text.p[i] != ':')
		return false;
	n = ip6_run(s);
	w->kind = WORD_IP6;
	w->to = i + n;
	return n > 0;
}

/* Opaque: long, with letters and digits among each other. */
static bool is_token(sv s)
{
	size_t digits = 0, letters = 0, gaps = 0;

	if (s.n < 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		digits += is_digit(s.p[i]);
		letters += is_alpha(s.p[i]);
		gaps += s.p[i] == '_';
	}
	/* a_sentence_of_qmail is none */
	return digits >= 3 && letters >= 3 && gaps < 3;
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
	    sv_iends(before, SV(" id=")))
		return true;
	return sv_ends(before, SV("]: ")) && end < text.n && text.p[end] == ':';
}

static bool is_login(sv text, size_t i)
{
	sv before = sv_slice(text, i > 16 ? i - 16 : 0, i);

	while (before.n && (before.p[before.n - 1] == '<' ||
	                    before.p[before.n - 1] == '"' ||
	                    before.p[before.n - 1] == '\''))
		before.n--;
	return sv_iends(before, SV("username=")) ||
	       sv_iends(before, SV("user=")) || sv_iends(before, SV("login=")) ||
	       sv_iends(before, SV("authid="));
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
	       (in_list(last, files) || sv_eq(last, SV("pl")));
}

static bool word_at(sv text, size_t i, size_t end, struct word *w)
{
	sv run = sv_slice(text, i, end), s;
	bool sure;
	size_t n;

	w->from = i;
	n = host_run(sv_drop(text, i));
	s = sv_slice(text, i, i + n);
	w->to = i + n;
	sure = (i > 2 && sv_eq(sv_slice(text, i - 3, i), SV("://"))) ||
	       (w->to + 1 < text.n && text.p[w->to] == '[' &&
	        is_digit(text.p[w->to + 1]));
	w->kind = WORD_NONE;
	if (!n || n > REDACT_WORD_MAX)
		return false;
	if (is_login(text, i) && n == run.n)
		w->kind = WORD_LOGIN;
	else if (is_host(s, sure) && !is_path(text, i, s))
		w->kind = WORD_HOST;
	else if (is_log_host(text, i))
		w->kind = WORD_LABEL;
	else if (is_queue_id(text, i, s) || is_token(s))
		w->kind = WORD_TOKEN;
	return w->kind != WORD_NONE;
}

/* A word may begin here: what stands before it belongs to no word. */
bool redact_next(sv text, size_t *pos, struct word *w)
{
	size_t i = *pos;

	while (i < text.n) {
		size_t end = i;

		if (is_escape(text, i)) {
			i += 3;
			continue;
		}
		if (ip_at(text, i, w)) {
			*pos = w->to;
			return true;
		}
		if (!is_label_char(text.p[i])) {
			i++;
			continue;
		}
		while (end < text.n && end - i <= REDACT_WORD_MAX &&
		       is_local_char(text.p[end]))
			end++;
		if (address_at(text, i, end, w) || word_at(text, i, end, w)) {
			*pos = w->to;
			return true;
		}
		while (i < end && is_label_char(text.p[i]))
			if (text.p[i++] == '_' && i < end && is_digit(text.p[i]))
				break;
		if (i < end && is_label_char(text.p[i]))
			continue; /* "_203.0.113.5" */
		/* digits and dots of a version are one word */
		while (i < end && text.p[i] == '.' && i + 1 < end)
			do
				i++;
			while (i < end && is_label_char(text.p[i]));
	}
	*pos = i;
	return false;
}
