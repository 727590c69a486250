/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_macro.h"

#include "base/ascii.h"

#include <stdio.h>

/* No value has more parts that could be kept. */
#define PARTS_MAX 128

struct macro {
	char letter; /* lower case; '%', '_', '-' for those three */
	bool escape; /* the letter was upper case */
	bool reverse;
	unsigned keep; /* parts from the right; 0: all */
	sv delimiters;
};

static bool is_delimiter(char c)
{
	return c && strchr(".-+,/_=", c) != NULL;
}

/* The macro at the start of s; how long it is, or 0 where it is none. */
static size_t read_macro(sv s, struct macro *m)
{
	size_t i = 2, from;
	bool digits = false;

	*m = (struct macro){0};
	if (s.n < 2)
		return 0;
	if (s.p[1] == '%' || s.p[1] == '_' || s.p[1] == '-') {
		m->letter = s.p[1];
		return 2;
	}
	if (s.p[1] != '{' || s.n < 4)
		return 0;
	m->letter = to_lower(s.p[i]);
	m->escape = is_upper(s.p[i++]);
	if (!is_alpha(m->letter) || !strchr("slodiphcrtv", m->letter))
		return 0;
	for (; i < s.n && is_digit(s.p[i]); i++) {
		digits = true;
		if (m->keep < PARTS_MAX)
			m->keep = m->keep * 10 + (unsigned)(s.p[i] - '0');
	}
	if (digits && !m->keep)
		return 0; /* section 7.1: at least one */
	if (i < s.n && (s.p[i] == 'r' || s.p[i] == 'R')) {
		m->reverse = true;
		i++;
	}
	for (from = i; i < s.n && is_delimiter(s.p[i]); i++)
		;
	m->delimiters = sv_slice(s, from, i);
	return i < s.n && s.p[i] == '}' ? i + 1 : 0;
}

/* Not only digits, and no hyphen at its ends (section 7.1, toplabel). */
static bool is_toplabel(sv s)
{
	bool other = false;

	if (!s.n || !is_alnum(s.p[0]) || !is_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
		other |= !is_digit(s.p[i]);
	}
	return other;
}

/* from: where the text behind the last macro begins. */
static bool ends_as_domain(sv text, size_t from)
{
	sv tail = sv_drop(text, from);
	size_t dot;

	if (text.n && from == text.n)
		return true;
	if (sv_ends(tail, SV(".")))
		tail.n--;
	dot = sv_rchr(tail, '.');
	return dot != SV_NPOS && is_toplabel(sv_drop(tail, dot + 1));
}

enum spf_syntax spf_macro_check(sv text, enum spf_place place, size_t *at,
                                size_t *n, bool *macros)
{
	size_t behind = 0, i = 0;
	struct macro m;

	*macros = false;
	*at = 0;
	*n = text.n;
	while (i < text.n) {
		unsigned char c = (unsigned char)text.p[i];
		size_t len = c == '%' ? read_macro(sv_drop(text, i), &m) : 1;

		*at = i;
		*n = len ? len : text.n - i < 2 ? text.n - i : 2;
		if (!len)
			return SPF_SYNTAX_MACRO;
		if (c != '%' && (c < ' ' || c > 0x7E ||
		                 (c == ' ' && place != SPF_IN_EXPLANATION)))
			return SPF_SYNTAX_CHAR;
		if (c == '%' && place == SPF_IN_DOMAIN && m.letter &&
		    strchr("crt", m.letter))
			return SPF_SYNTAX_EXP_ONLY;
		i += len;
		if (c == '%') {
			*macros = true;
			behind = i;
		}
	}
	*at = 0;
	*n = text.n;
	return place == SPF_IN_DOMAIN && !ends_as_domain(text, behind)
	           ? SPF_SYNTAX_DOMAIN : SPF_SYNTAX_OK;
}

bool spf_macro_uses(sv text, char letter)
{
	struct macro m;

	for (size_t i = 0; i < text.n;) {
		size_t len = 1;

		if (text.p[i] == '%')
			len = read_macro(sv_drop(text, i), &m);
		if (!len)
			return false;
		if (text.p[i] == '%' && m.letter == letter)
			return true;
		i += len;
	}
	return false;
}

/* ---- expansion ---- */

struct writer {
	struct spf_expanded *out;
	bool name; /* of a name the end counts, of other text the begin */
	bool escape;
};

static void add_raw(struct writer *w, char c)
{
	struct spf_expanded *out = w->out;

	if (out->n == sizeof(out->p)) {
		out->cut = true;
		if (!w->name)
			return;
		out->n /= 2;
		memmove(out->p, out->p + out->n, sizeof(out->p) - out->n);
	}
	out->p[out->n++] = c;
}

/* Section 7.3: all but the unreserved of RFC 3986 is written "%2F". */
static void add(struct writer *w, char c)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char u = (unsigned char)c;

	if (!w->escape || is_alnum(c) || (c && strchr("-._~", c))) {
		add_raw(w, c);
		return;
	}
	add_raw(w, '%');
	add_raw(w, hex[u >> 4]);
	add_raw(w, hex[u & 15]);
}

static void add_all(struct writer *w, sv s)
{
	for (size_t i = 0; i < s.n; i++)
		add(w, s.p[i]);
}

/* The next part of s up to a delimiter; false at the end. */
static bool next_part(sv s, sv delimiters, size_t *at, sv *part)
{
	size_t from = *at, i = from;

	if (from > s.n)
		return false;
	while (i < s.n && sv_chr(delimiters, s.p[i]) == SV_NPOS)
		i++;
	*part = sv_slice(s, from, i);
	*at = i + 1;
	return true;
}

/*
 * Parts are few in what is honest.  Of more than PARTS_MAX those at the right
 * end count: what stands before them would be cut off a name anyway.
 */
static void add_parts(struct writer *w, const struct macro *m, sv value)
{
	sv ring[PARTS_MAX], part;
	sv delimiters = m->delimiters.n ? m->delimiters : SV(".");
	size_t at = 0, n = 0, have, keep;

	/* Turned round, the first are the right end. */
	while (next_part(value, delimiters, &at, &part)) {
		if (m->reverse && n == PARTS_MAX)
			break;
		ring[n++ % PARTS_MAX] = part;
	}
	have = n < PARTS_MAX ? n : PARTS_MAX;
	keep = m->keep && m->keep < have ? m->keep : have;
	for (size_t i = 0; i < keep; i++) {
		/* i-th of what is kept, from the left. */
		size_t k = m->reverse ? keep - 1 - i : n - keep + i;

		if (i)
			add(w, '.');
		add_all(w, ring[k % PARTS_MAX]);
	}
}

static sv dotted(const struct ip *ip, char room[64])
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	if (ip->bytes != 16)
		return ip_text(ip, room);
	for (size_t i = 0; i < 16; i++) {
		room[n++] = hex[ip->at[i] >> 4];
		room[n++] = '.';
		room[n++] = hex[ip->at[i] & 15];
		room[n++] = '.';
	}
	return sv_of(room, n - 1);
}

static sv value_of(const struct spf_values *v, char letter, char room[64])
{
	switch (letter) {
	case 's':
		return v->sender;
	case 'l':
		return v->local;
	case 'o':
		return v->sender_domain;
	case 'd':
		return v->domain;
	case 'i':
		return dotted(&v->ip, room);
	case 'p':
		return v->validated.n ? v->validated : SV("unknown");
	case 'v':
		return v->ip.bytes == 16 ? SV("ip6") : SV("in-addr");
	case 'h':
		return v->helo;
	case 'c':
		return ip_text(&v->ip, room);
	case 'r':
		return v->receiver.n ? v->receiver : SV("unknown");
	default:
		return sv_of(room, (size_t)snprintf(room, 64, "%lld",
		                                    (long long)v->time));
	}
}

static sv short_value(sv s)
{
	return s.n > SPF_VALUE_MAX ? sv_drop(s, s.n - SPF_VALUE_MAX) : s;
}

static void add_macro(struct writer *w, const struct macro *m,
                      const struct spf_values *v)
{
	char room[64];
	sv value;

	if (m->letter == '%' || m->letter == '_') {
		add(w, m->letter == '%' ? '%' : ' ');
		return;
	}
	if (m->letter == '-') {
		add_all(w, SV("%20"));
		return;
	}
	value = short_value(value_of(v, m->letter, room));
	w->escape = m->escape;
	if (m->keep || m->reverse || m->delimiters.n)
		add_parts(w, m, value);
	else
		add_all(w, value);
	w->escape = false;
}

/* Section 7.3: labels go from the left until the name is not too long. */
static void shorten(struct spf_expanded *out)
{
	size_t skip = 0;

	if (out->n && out->p[out->n - 1] == '.')
		out->n--;
	while (out->n - skip > SPF_NAME_MAX) {
		sv rest = sv_of(out->p + skip, out->n - skip);
		size_t dot = sv_chr(rest, '.');

		if (dot == SV_NPOS)
			break;
		skip += dot + 1;
		out->cut = true;
	}
	memmove(out->p, out->p + skip, out->n - skip);
	out->n -= skip;
}

void spf_macro_expand(sv text, enum spf_place place,
                      const struct spf_values *v, struct spf_expanded *out)
{
	struct writer w = {.out = out, .name = place == SPF_IN_DOMAIN};
	struct macro m;

	out->n = 0;
	out->cut = false;
	for (size_t i = 0; i < text.n;) {
		size_t len = 0;

		if (text.p[i] == '%')
			len = read_macro(sv_drop(text, i), &m);
		if (len)
			add_macro(&w, &m, v);
		else
			add(&w, text.p[i]);
		i += len ? len : 1;
	}
	if (w.name)
		shorten(out);
}
