/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/slot.h"

#include "base/ascii.h"

/* clang-format off */
static const struct {
	const char *name, *value;
} kinds[SLOT_N] = {
	[SLOT_IP] = {"ip", "ip"},
	[SLOT_DOMAIN] = {"domain", "domain"},
	[SLOT_ADDRESS] = {"address", "address"},
	[SLOT_HOST] = {"host", "host"},
	[SLOT_URL] = {"url", "url"},
	[SLOT_SIZE] = {"size", "size"},
	[SLOT_DURATION] = {"duration", "duration"},
	[SLOT_NUMBER] = {"number", "number"},
	[SLOT_WORD] = {"word", ""},
	[SLOT_TOKEN] = {"token", ""},
	[SLOT_ZONE] = {"zone", "listed_by"},
	[SLOT_REPLY] = {"reply", ""},
};
/* clang-format on */

int slot_kind_from(sv name)
{
	for (int i = 0; i < SLOT_N; i++)
		if (sv_eq(name, sv_str(kinds[i].name)))
			return i;
	return -1;
}

const char *slot_kind_name(enum slot_kind kind)
{
	return kinds[kind].name;
}

const char *slot_default_name(enum slot_kind kind)
{
	return kinds[kind].value;
}

bool is_ipv4(sv s)
{
	uint32_t part;

	if (s.n && s.p[s.n - 1] == '.')
		return false;
	for (int i = 0; i < 4; i++) {
		sv p = sv_cut(&s, '.');

		if (p.n > 3 || !sv_u32(p, 255, &part))
			return false;
	}
	return !s.n;
}

bool is_ipv6(sv s)
{
	unsigned groups = 0, digits = 0;
	bool gap = false;

	if (s.n < 2 || s.n > 45)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (is_xdigit(s.p[i])) {
			groups += digits == 0;
			if (++digits > 4)
				return false;
		} else if (s.p[i] == ':') {
			if (i + 1 < s.n && s.p[i + 1] == ':') {
				if (gap)
					return false;
				gap = true;
				i++;
			} else if (!digits || i + 1 == s.n) {
				return false;
			}
			digits = 0;
		} else if (s.p[i] == '.') {
			size_t colon = sv_rchr(sv_head(s, i), ':');

			/* Its first number was counted as a group already. */
			return colon != SV_NPOS &&
			       (gap ? groups <= 6 : groups == 7) &&
			       is_ipv4(sv_drop(s, colon + 1));
		} else {
			return false;
		}
	}
	return gap ? groups <= 7 : groups == 8;
}

static bool label_char(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || is_high(c);
}

static bool is_labels(sv s, unsigned least)
{
	unsigned labels = 0;
	bool letter = false;

	if (!s.n || s.n > 255)
		return false;
	while (s.n) {
		sv l = sv_cut(&s, '.');

		if (!l.n || l.n > 63)
			return false;
		for (size_t i = 0; i < l.n; i++) {
			if (!label_char(l.p[i]))
				return false;
			letter |= !is_digit(l.p[i]) && l.p[i] != '-';
		}
		labels++;
	}
	return labels >= least && letter;
}

bool is_domain(sv s)
{
	return is_labels(s, 2);
}

bool is_mailbox(sv s)
{
	size_t at = sv_rchr(s, '@');

	if (at == SV_NPOS || !at || at > 255)
		return false;
	s = sv_drop(s, at + 1);
	/* "user@localhost" and "user@[192.0.2.1]" are addresses too. */
	return is_labels(s, 1) || (s.n > 2 && s.p[0] == '[');
}

/* What a value of the kind may be made of. */
static bool value_char(enum slot_kind kind, char c)
{
	switch (kind) {
	case SLOT_IP:
		return is_xdigit(c) || c == '.' || c == ':';
	case SLOT_DOMAIN:
	case SLOT_ZONE:
		return label_char(c) || c == '.';
	case SLOT_HOST:
		return label_char(c) || c == '.' || c == ':';
	case SLOT_ADDRESS:
		return (c > ' ' && c != '<' && c != '>' && c != ',' &&
		        c != ';' && c != '(' && c != ')' && c != '"') ||
		       is_high(c);
	case SLOT_URL:
		return (c > ' ' && c != '<' && c != '>' && c != '"') ||
		       is_high(c);
	case SLOT_NUMBER:
		return is_digit(c) || c == '.' || c == ',';
	case SLOT_WORD:
		return is_alnum(c) || c == '_' || c == '-' || is_high(c);
	case SLOT_TOKEN:
		return c > ' ' || is_high(c);
	default:
		return false;
	}
}

static const char *const size_units[] = {
    "bytes", "byte", "kbytes", "mbytes", "octets", "kib", "mib", "gib",
    "kb",    "mb",   "gb",     "ko",     "mo",     "k",   "m",   "b"};
static const char *const time_units[] = {
    "seconds", "second", "secs", "sec",  "minutes", "minute", "mins",
    "min",     "hours",  "hour", "hrs",  "hr",      "days",   "day",
    "weeks",   "week",   "s",    "m",    "h",       "d"};

/* Length of the unit at the start of s that ends at a word boundary. */
static size_t unit_at(const char *const *units, size_t n, sv s)
{
	for (size_t i = 0; i < n; i++) {
		sv u = sv_str(units[i]);

		if (sv_starts(s, u) && (s.n == u.n || !is_alnum(s.p[u.n])))
			return u.n;
	}
	return 0;
}

/* "10", "10.5 mb", "1:30:00", "5m30s"; the number alone is a value too. */
static size_t quantity(sv text, size_t i, const char *const *units, size_t n)
{
	size_t at = i, unit, gap, end;

	while (at < text.n && (is_digit(text.p[at]) ||
	                       (at > i && (text.p[at] == '.' ||
	                                   text.p[at] == ',' ||
	                                   text.p[at] == ':'))))
		at++;
	while (at > i && !is_digit(text.p[at - 1]))
		at--;
	if (at == i)
		return 0;
	end = at;
	gap = at < text.n && text.p[at] == ' ';
	unit = unit_at(units, n, sv_drop(text, at + gap));
	if (unit)
		end = at + gap + unit;
	return end - i;
}

static bool in_range(struct slot_want want, sv v)
{
	uint32_t number;

	if (!want.hi)
		return v.n && is_digit(v.p[0]) && is_digit(v.p[v.n - 1]);
	return sv_u32(v, want.hi, &number) && number >= want.lo;
}

static bool plausible_url(sv v)
{
	return v.n > 10 &&
	       (sv_starts(v, SV("http://")) || sv_starts(v, SV("https://")) ||
	        sv_starts(v, SV("www.")));
}

static bool is_value(const struct ruleset *rs, struct slot_want want, sv v)
{
	switch (want.kind) {
	case SLOT_IP:
		return is_ipv4(v) || is_ipv6(v);
	case SLOT_DOMAIN:
		return is_domain(v);
	case SLOT_HOST:
		return is_labels(v, 1) || is_ipv4(v) || is_ipv6(v);
	case SLOT_ADDRESS:
		return is_mailbox(v);
	case SLOT_URL:
		return plausible_url(v);
	case SLOT_NUMBER:
		return in_range(want, v);
	case SLOT_ZONE:
		return zone_find(rs, v, NULL) != NULL;
	default:
		return v.n > 0;
	}
}

static bool may_be_hidden(enum slot_kind kind)
{
	return kind != SLOT_ZONE && kind != SLOT_REPLY && kind != SLOT_SIZE &&
	       kind != SLOT_DURATION;
}

/* "x.xx.xx.xx", "192.0.2.xxx", "***@example.org": x or * hide characters. */
static bool is_masked(enum slot_kind kind, sv v)
{
	bool mask = false, only = true;

	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		if (c == '*' || c == '#')
			mask = true;
		else if (c == 'x' || c == '.' || c == ':')
			;
		else
			only = false;
		if (kind == SLOT_IP && !is_digit(c) && c != 'x' && c != '*' &&
		    c != '.' && c != ':' && c != '#')
			return false;
	}
	if (kind == SLOT_IP)
		return v.n && (mask || sv_chr(v, 'x') != SV_NPOS);
	return mask || (only && sv_chr(v, 'x') != SV_NPOS);
}

static sv mark_sv(const struct ruleset *rs, uint32_t i)
{
	return sv_of(rs->pool + rs->marks[i].at, rs->marks[i].len);
}

/* The marks that begin with this byte: from *i to the returned one. */
static uint32_t marks_with(const struct ruleset *rs, char first, uint32_t *i)
{
	unsigned char c = (unsigned char)first;

	*i = 0;
	if (!rs->nmarks)
		return 0;
	*i = rs->mark_starts[c];
	return rs->mark_starts[c + 1];
}

bool slot_withheld(const struct ruleset *rs, enum slot_kind kind, sv v)
{
	uint32_t i, end;

	if (!v.n || !may_be_hidden(kind))
		return false;
	if (v.p[0] == '\x01')
		return true;
	for (end = marks_with(rs, v.p[0], &i); i < end; i++)
		if (sv_eq(v, mark_sv(rs, i)))
			return true;
	return (kind == SLOT_IP || kind == SLOT_DOMAIN || kind == SLOT_HOST ||
	        kind == SLOT_ADDRESS) &&
	       is_masked(kind, v);
}

/* Length of a redaction mark that stands at i and ends there. */
static size_t mark_at(const struct ruleset *rs, enum slot_kind kind, sv text,
                      size_t i)
{
	sv rest = sv_drop(text, i);
	size_t n = 0;
	uint32_t k, end;

	if (!may_be_hidden(kind) || !rest.n)
		return 0;
	for (end = marks_with(rs, rest.p[0], &k); k < end; k++) {
		sv m = mark_sv(rs, k);

		if (!sv_starts(rest, m))
			continue;
		if (rest.n > m.n && is_alnum(m.p[m.n - 1]) &&
		    is_alnum(rest.p[m.n]))
			continue;
		return m.n;
	}
	if (kind != SLOT_IP && kind != SLOT_DOMAIN && kind != SLOT_HOST &&
	    kind != SLOT_ADDRESS)
		return 0;
	while (n < rest.n && n < SLOT_MAX &&
	       (value_char(kind, rest.p[n]) || rest.p[n] == '*' ||
	        rest.p[n] == 'x' || rest.p[n] == '#'))
		n++;
	while (n && (rest.p[n - 1] == '.' || rest.p[n - 1] == ':'))
		n--;
	return is_masked(kind, sv_head(rest, n)) ? n : 0;
}

static size_t trim_end(enum slot_kind kind, sv text, size_t i, size_t n)
{
	/* Punctuation of the sentence belongs to no value but a token. */
	while (n && kind != SLOT_TOKEN && kind != SLOT_WORD) {
		char c = text.p[i + n - 1];

		if (c != '.' && c != ',' && c != ':' && c != ';' && c != ')' &&
		    c != '\'' && c != ']' && c != '!' && c != '?')
			break;
		if (c == ':' && n > 1 && text.p[i + n - 2] == ':')
			break; /* "2001:db8::" */
		if (c == ']' && kind == SLOT_ADDRESS &&
		    sv_chr(sv_of(text.p + i, n), '[') != SV_NPOS)
			break; /* "user@[192.0.2.1]" */
		n--;
	}
	return n;
}

size_t slot_longest(const struct ruleset *rs, struct slot_want want, sv text,
                    size_t i)
{
	size_t n = 0, mark;

	if (want.kind == SLOT_REPLY)
		return text.n - i;
	if (want.kind == SLOT_SIZE)
		return quantity(text, i, size_units,
		                sizeof(size_units) / sizeof(size_units[0]));
	if (want.kind == SLOT_DURATION)
		return quantity(text, i, time_units,
		                sizeof(time_units) / sizeof(time_units[0]));
	while (i + n < text.n && n < SLOT_MAX &&
	       value_char(want.kind, text.p[i + n]))
		n++;
	n = trim_end(want.kind, text, i, n);
	if (n && is_value(rs, want, sv_of(text.p + i, n)))
		return n;
	mark = mark_at(rs, want.kind, text, i);
	return mark;
}

bool slot_is(const struct ruleset *rs, struct slot_want want, sv text,
             size_t from, size_t to)
{
	sv v = sv_slice(text, from, to);

	if (!v.n || v.n > SLOT_MAX)
		return false;
	if (want.kind == SLOT_SIZE || want.kind == SLOT_DURATION)
		return slot_longest(rs, want, sv_head(text, to), from) == v.n;
	if (slot_withheld(rs, want.kind, v))
		return true;
	for (size_t i = 0; i < v.n; i++)
		if (!value_char(want.kind, v.p[i]))
			return false;
	return is_value(rs, want, v);
}

uint32_t zone_answer(sv *s)
{
	uint32_t v = 0;

	for (unsigned k = 0; k < 4; k++) {
		uint32_t octet;
		size_t n = 0;

		while (n < s->n && is_digit(s->p[n]))
			n++;
		if (!sv_u32(sv_head(*s, n), 255, &octet))
			return 0;
		v = v << 8 | octet;
		*s = sv_drop(*s, n);
		if (k < 3 && !sv_starts(*s, SV(".")))
			return 0;
		*s = sv_drop(*s, k < 3 ? 1 : 0);
	}
	return v;
}

static const struct zone *zone_in(const struct ruleset *rs, sv name)
{
	size_t lo = 0, hi = rs->nzones;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = sv_cmp(name, rs_str(rs, rs->zones[mid].zone));

		if (!c)
			return &rs->zones[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const struct zone *zone_find(const struct ruleset *rs, sv name,
                             const struct ruleset **of)
{
	const struct ruleset *sets[2] = {rs->zone_sets[0], rs->zone_sets[1]};

	if (!sets[0])
		sets[0] = rs;
	while (name.n) {
		for (size_t i = 0; i < 2 && sets[i]; i++) {
			const struct zone *z = zone_in(sets[i], name);

			if (z && of)
				*of = sets[i];
			if (z)
				return z;
		}
		if (sv_chr(name, '.') == SV_NPOS)
			break;
		(void)sv_cut(&name, '.');
	}
	return NULL;
}
