/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs/parts.h"

#include "base/ascii.h"

struct log_event *line_event(struct line *l, enum log_kind kind, sv writer)
{
	struct log_event *e = &l->out[0];
	sv tag = l->prefix.tag;

	*e = (struct log_event){.kind = kind};
	e->at.form = FORM_LOG;
	e->at.count = 1;
	e->at.writer = writer;
	e->at.own_host = l->prefix.host;
	/* "postfix-out2/submission/smtpd" is the instance postfix-out2. */
	if (sv_chr(tag, '/') != SV_NPOS)
		e->at.instance = sv_head(tag, sv_chr(tag, '/'));
	e->time = l->prefix.time;
	return e;
}

struct mtext line_part(const struct line *l, sv v)
{
	size_t from;

	if (!v.n)
		return (struct mtext){0};
	from = (size_t)(v.p - l->m->p);
	return (struct mtext){.p = l->m->p + from,
			      .src = l->m->src + from,
			      .n = v.n,
			      .cap = v.n};
}

struct mtext line_text(const struct line *l, size_t n)
{
	struct mtext t;

	mtext_init(&t, l->a, n ? n : 1);
	return t;
}

void line_put(const struct line *l, struct mtext *t, char c, const char *at)
{
	mtext_put(t, sv_of(&c, 1), l->m->src[at - l->m->p]);
}

void line_copy(const struct line *l, struct mtext *t, sv v)
{
	for (size_t i = 0; i < v.n; i++)
		line_put(l, t, v.p[i], v.p + i);
}

size_t parts_rfind(sv s, sv needle)
{
	size_t last = SV_NPOS, at = 0, i;

	while ((i = sv_find(sv_drop(s, at), needle)) != SV_NPOS) {
		last = at + i;
		at = last + needle.n;
	}
	return last;
}

bool parts_between(sv s, sv before, sv after, sv *out)
{
	size_t i = sv_find(s, before);

	if (i == SV_NPOS)
		return false;
	s = sv_drop(s, i + before.n);
	*out = after.n ? sv_head(s, sv_find(s, after)) : s;
	return true;
}

sv parts_bare(sv s)
{
	s = sv_trim(s);
	if (s.n && s.p[0] == '<')
		s = sv_drop(s, 1);
	if (s.n && s.p[s.n - 1] == '>')
		s.n--;
	return s;
}

bool parts_is_reply(sv s)
{
	uint16_t code;

	return s.n >= 3 && reply_code(sv_head(s, 3), &code);
}

bool parts_is_ip(sv s)
{
	size_t dots = 0, colons = 0;

	if (sv_istarts(s, SV("IPv6:")))
		s = sv_drop(s, 5);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			dots++;
		else if (s.p[i] == ':')
			colons++;
		else if (!is_xdigit(s.p[i]) ||
			 (!colons && !is_digit(s.p[i]) && dots))
			return false;
	}
	return dots + colons < s.n && s.n <= 45 && !sv_has(s, SV(":::")) &&
	       (dots == 3 || colons >= 2);
}

static sv host_name(sv s)
{
	s = sv_trim(s);
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (sv_ieq(s, SV("unknown")) || sv_ieq(s, SV("none")) ||
	    sv_ieq(s, SV("<unknown>")) || sv_chr(s, '*') != SV_NPOS ||
	    sv_chr(s, '[') != SV_NPOS)
		return SV("");
	return s;
}

void parts_host(sv spec, sv *host, sv *ip, sv *port)
{
	/* The last bracket: "mx.[redacted][x.x.x.x]" names no host. */
	size_t open = sv_rchr(spec, '['), close = sv_rchr(spec, ']');
	sv inner, tail;
	uint32_t n;

	*host = *ip = *port = SV("");
	if (open == SV_NPOS) {
		inner = sv_trim(spec);
		if (parts_is_ip(inner))
			*ip = inner;
		else
			*host = host_name(spec);
		return;
	}
	if (close == SV_NPOS || close < open)
		close = spec.n;
	inner = sv_slice(spec, open + 1, close);
	tail = sv_drop(spec, close + 1);
	if (sv_istarts(inner, SV("IPv6:")))
		inner = sv_drop(inner, 5);
	*host = host_name(sv_head(spec, open));
	if (parts_is_ip(inner))
		*ip = inner;
	if (tail.n > 1 && tail.p[0] == ':' &&
	    sv_u32(sv_drop(tail, 1), 65535, &n))
		*port = sv_drop(tail, 1);
}

bool parts_is_socket(sv spec)
{
	return sv_has(spec, SV("[/")) || sv_has(spec, SV("[private/")) ||
	       sv_has(spec, SV("[public/"));
}

bool parts_is_id(sv s)
{
	if (s.n < 5 || s.n > 32)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '*')
			return false;
	return true;
}

static bool is_sep(char c)
{
	return c == ',' || c == ';' || is_blank(c);
}

size_t parts_angle(sv s)
{
	bool quoted = false;
	size_t plain = 0;

	for (size_t i = 1; i < s.n; i++) {
		bool end =
			s.p[i] == '>' && (i + 1 == s.n || is_sep(s.p[i + 1]) ||
					  s.p[i + 1] == ':');

		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"' && (quoted || i == 1))
			quoted = !quoted;
		else if (end && !quoted)
			return i + 1;
		if (end && !plain)
			plain = i + 1;
	}
	return plain ? plain : s.n;
}

static size_t value_len(sv s)
{
	size_t i = 0;

	if (s.n && s.p[0] == '<')
		return parts_angle(s);
	if (s.n && s.p[0] == '"') {
		size_t end = sv_chr(sv_drop(s, 1), '"');

		return end == SV_NPOS ? s.n : end + 2;
	}
	while (i < s.n && !is_sep(s.p[i]))
		i++;
	return i;
}

static size_t name_len(sv s)
{
	size_t i = 0;

	while (i < s.n && (is_alnum(s.p[i]) || s.p[i] == '_' || s.p[i] == '-'))
		i++;
	return i && i < s.n && s.p[i] == '=' ? i : 0;
}

bool parts_field(sv *rest, sv *name, sv *value)
{
	sv s = *rest;

	for (;;) {
		size_t n;

		while (s.n && is_sep(s.p[0]))
			s = sv_drop(s, 1);
		if (!s.n) {
			*rest = s;
			return false;
		}
		n = name_len(s);
		if (n) {
			*name = sv_head(s, n);
			s = sv_drop(s, n + 1);
			n = value_len(s);
			*value = sv_head(s, n);
			*rest = sv_drop(s, n);
			if (n && s.p[0] == '"')
				*value = sv_slice(*value, 1, n - 1);
			else
				*value = parts_bare(*value);
			return true;
		}
		while (s.n && !is_sep(s.p[0]))
			s = sv_drop(s, 1);
	}
}

sv parts_value(sv fields, sv name)
{
	sv n, v;

	while (parts_field(&fields, &n, &v))
		if (sv_eq(n, name))
			return v;
	return SV("");
}

void parts_status(sv s, struct estatus *out)
{
	struct estatus e;

	s = sv_trim(s);
	if (s.n && estatus_parse(s, &e) == s.n)
		*out = e;
}
