/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/address.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* Words that are put before an address: "mailto:", "rfc822;". */
static const sv prefixes[] = {
	SV_INIT("mailto"),  SV_INIT("smtp"),   SV_INIT("rfc822"),
	SV_INIT("rfc/822"), SV_INIT("utf-8"),  SV_INIT("internet"),
	SV_INIT("email"),   SV_INIT("e-mail"), SV_INIT("to"),
	SV_INIT("for"),
};

/* One element of a list while it is read. */
struct element {
	struct address_list *list;
	sv s;	       /* from its begin to the end of the value */
	sv angle;      /* what stands in < > */
	size_t phrase; /* how long the words before it are */
	sv comment;
	bool has_angle;
	unsigned defects;
};

/* May a quoted string end before c? */
static bool ends_quote(sv s, size_t i)
{
	static const char after[] = " \t\r\n,;:<>@.()";

	return i >= s.n || memchr(after, s.p[i], sizeof(after) - 1);
}

/*
 * The length of a quoted string at the begin of s; 0 if it has no end.  A
 * quote in front of a letter is one inside ("Joe "Doe" X").
 */
static size_t quoted_len(struct address_list *l, sv s)
{
	size_t i = 1, inner = 0;

	if (l->no_quote && s.p < l->no_quote)
		return 0;
	for (; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n) {
			i++;
			continue;
		}
		if (s.p[i] != '"')
			continue;
		if (ends_quote(s, i + 1))
			break;
		inner = i;
	}
	if (i >= s.n) {
		l->no_quote = s.p + s.n;
		return 0;
	}
	/* A quote too many, and whole addresses in what it would swallow. */
	if (inner && sv_chr(sv_head(s, i), '<') != SV_NPOS) {
		l->no_quote = s.p + inner; /* that one may be a begin */
		return 0;
	}
	return i + 1;
}

/* The length of a comment at the begin of s, with those in it. */
static size_t comment_len(struct address_list *l, sv s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.n && !l->no_comment; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && !--depth)
			return i + 1;
	}
	l->no_comment = true;
	return 0;
}

/* Where the > is that belongs to a < at the begin of s; 0: there is none. */
static size_t angle_end(struct address_list *l, sv s)
{
	size_t i = 1, n;

	if (l->no_angle && s.p < l->no_angle)
		return 0;
	while (i < s.n && s.p[i] != '>' && s.p[i] != '<') {
		n = s.p[i] == '"' ? quoted_len(l, sv_drop(s, i)) : 0;
		i += n ? n : 1;
	}
	if (i < s.n && s.p[i] == '>')
		return i;
	l->no_angle = s.p + i;
	return 0;
}

/* The < at i: what stands in it, and where to go on. */
static size_t read_angle(struct element *e, size_t i)
{
	sv s = e->s;
	size_t end, n;

	e->has_angle = true;
	e->phrase = i;
	while (i + 1 < s.n && s.p[i + 1] == '<')
		i++; /* <<a@b>> */
	end = angle_end(e->list, sv_drop(s, i));
	if (end) {
		e->angle = sv_slice(s, i + 1, i + end);
		i += end + 1;
		while (i < s.n && s.p[i] == '>')
			i++;
		return i;
	}
	e->defects |= ADDRESS_OPEN;
	for (n = i + 1; n < s.n && s.p[n] != ',' && s.p[n] != ';' &&
			s.p[n] != '<' && s.p[n] != '\n' && s.p[n] != '\r';
	     n++)
		;
	e->angle = sv_slice(s, i + 1, n);
	return n;
}

/* Is what stands before a colon a word that only introduces an address? */
static bool is_prefix(sv s)
{
	s = sv_trim(s);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (sv_ieq(s, prefixes[i]))
			return true;
	return false;
}

static void start_at(struct element *e, size_t i)
{
	e->s = sv_drop(e->s, i);
	e->comment = SV("");
}

/* A colon at i: the end of a group's name, or of an address in a text. */
static bool at_colon(struct element *e, size_t *i, bool at)
{
	sv before = sv_head(e->s, *i);

	if (at)
		return true;
	if (is_prefix(before))
		e->defects |= ADDRESS_PREFIX;
	else
		e->list->group = sv_trim(before);
	start_at(e, *i + 1);
	*i = 0;
	return false;
}

/* A semicolon at i: the end of a group, or "rfc822; a@b". */
static bool at_semicolon(struct element *e, size_t *i)
{
	if (!is_prefix(sv_head(e->s, *i)))
		return true;
	e->defects |= ADDRESS_PREFIX;
	start_at(e, *i + 1);
	*i = 0;
	return false;
}

/* The length of a [literal] at i of s; 1 if it is none. */
static size_t literal_len(sv s, size_t i)
{
	size_t n = 1;

	while (i + n < s.n && n < 64 && s.p[i + n] != ']' &&
	       !is_space(s.p[i + n]) && s.p[i + n] != ',')
		n++;
	return i + n < s.n && s.p[i + n] == ']' ? n + 1 : 1;
}

/* Read up to the end of the element; returns its length. */
static size_t read_element(struct element *e)
{
	bool at = false;
	size_t i = 0, n;

	while (i < e->s.n) {
		sv rest = sv_drop(e->s, i);

		switch (rest.p[0]) {
		case '"':
			n = quoted_len(e->list, rest);
			e->defects |= n ? 0 : ADDRESS_OPEN;
			i += n ? n : 1;
			continue;
		case '(':
			n = comment_len(e->list, rest);
			e->defects |= n ? 0 : ADDRESS_OPEN;
			if (n && !e->comment.n)
				e->comment = sv_slice(rest, 1, n - 1);
			i += n ? n : 1;
			continue;
		case '<':
			return read_angle(e, i);
		case '@':
			at = true;
			break;
		case '[':
			i += at ? literal_len(e->s, i) : 1;
			continue;
		case '>':
		case ',':
			return i;
		case ';':
			if (at_semicolon(e, &i))
				return i;
			continue;
		case ':':
			if (at_colon(e, &i, at))
				return i;
			continue;
		default:
			break;
		}
		i++;
	}
	return i;
}

/* Blanks and comments from i on. */
static size_t skip_space(struct address_list *l, sv s, size_t i, bool *split)
{
	for (;;) {
		size_t n = 0;

		if (i < s.n && is_space(s.p[i]))
			n = 1;
		else if (i < s.n && s.p[i] == '(')
			n = comment_len(l, sv_drop(s, i));
		if (!n)
			return i;
		*split = true;
		i += n;
	}
}

/* Signs that end a word of an address. */
static bool ends_word(char c)
{
	return is_space(c) || c == '@' || c == '(' || c == '"' || c == ',' ||
	       c == ';' || c == ':' || c == '<' || c == '>';
}

/*
 * A dotted sequence of words, from i on: atoms, quoted strings, with blanks
 * and comments around the dots (RFC 5322 section 4.4).  Returns its end.
 */
static size_t sequence(struct address_list *l, sv s, size_t i, bool *split)
{
	bool gap = false, joined = true;
	size_t end = i;

	while (i < s.n) {
		size_t n = 0, next;

		while (i + n < s.n && !ends_word(s.p[i + n]))
			n++;
		if (!n && i < s.n && s.p[i] == '"')
			n = quoted_len(l, sv_drop(s, i));
		if (!n && i < s.n && s.p[i] == '"')
			n = 1;
		if (!n || !(joined || s.p[i] == '.'))
			break;
		*split |= gap;
		gap = false;
		end = i + n;
		next = skip_space(l, s, end, &gap);
		/* With a gap the next word must hang on a dot. */
		joined = !gap || s.p[end - 1] == '.';
		i = next;
	}
	return end;
}

/*
 * The first local part and domain in s that stand around an @.  Words before
 * and behind them are no part of it.
 */
static bool find_spec(struct address_list *l, sv s, struct address *out)
{
	size_t i = 0, end, at, domain;
	bool split = false, gap = false;

	while (i < s.n) {
		i = skip_space(l, s, i, &gap);
		if (i >= s.n)
			break;
		split = false;
		end = sequence(l, s, i, &split);
		at = skip_space(l, s, end, &split);
		if (at < s.n && s.p[at] == '@' && end > i)
			break;
		i = end > i ? end : i + 1;
	}
	if (i >= s.n)
		return false;
	/* "a@b@c": the last one counts. */
	for (;;) {
		domain = skip_space(l, s, at + 1, &split);
		if (domain < s.n && s.p[domain] == '[')
			end = domain + literal_len(s, domain);
		else
			end = sequence(l, s, domain, &split);
		if (end >= s.n || s.p[end] != '@' || end == domain)
			break;
		out->defects |= ADDRESS_ODD_LOCAL;
		at = end;
	}
	out->local = sv_trim(sv_slice(s, i, at));
	out->domain = sv_slice(s, domain, end);
	if (split)
		out->defects |= ADDRESS_SPLIT;
	else
		out->spec = sv_slice(s, i, end);
	return true;
}

/* "@a,@b:user@c" without what stands before the user. */
static sv drop_route(sv s, unsigned *defects)
{
	size_t colon;

	s = sv_trim(s);
	if (!s.n || s.p[0] != '@')
		return s;
	colon = sv_chr(s, ':');
	if (colon == SV_NPOS)
		return s;
	*defects |= ADDRESS_ROUTE;
	return sv_trim(sv_drop(s, colon + 1));
}

static sv drop_prefix(sv s, unsigned *defects)
{
	size_t colon = sv_chr(sv_head(s, 16), ':');

	if (colon == SV_NPOS || !is_prefix(sv_head(s, colon)))
		return s;
	*defects |= ADDRESS_PREFIX;
	return sv_trim(sv_drop(s, colon + 1));
}

/* What stands in < >: taken by its last @ where the grammar does not fit. */
static void read_path(struct address_list *l, sv s, struct address *out)
{
	size_t at;

	s = drop_route(drop_prefix(sv_trim(s), &out->defects), &out->defects);
	if (!s.n) {
		out->defects |= ADDRESS_NULL;
		return;
	}
	at = sv_rchr(s, '@');
	if (find_spec(l, s, out) && out->local.p == s.p)
		return;
	out->defects &= ~ADDRESS_SPLIT;
	out->local = at == SV_NPOS ? s : sv_trim(sv_head(s, at));
	out->domain = at == SV_NPOS ? SV("") : sv_trim(sv_drop(s, at + 1));
	out->spec = s;
	if (at != SV_NPOS)
		out->defects |= ADDRESS_ODD_LOCAL;
}

/* An address without brackets, maybe with words around. */
static void read_bare(struct address_list *l, sv s, struct address *out)
{
	struct address_list inner = {.rest = s};

	s = sv_trim(s);
	if (find_spec(l, s, out)) {
		if (!out->name.n)
			out->name = sv_trim(
				sv_of(s.p, (size_t)(out->local.p - s.p)));
		return;
	}
	/* "'a@b'" and "\"a@b\"": all of it in quotes. */
	if (s.n > 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' &&
	    find_spec(&inner, sv_slice(s, 1, s.n - 1), out)) {
		out->defects |= ADDRESS_ODD_LOCAL;
		return;
	}
	if (sv_chr(s, ' ') == SV_NPOS && sv_chr(s, '\t') == SV_NPOS) {
		if (s.p[0] == '@')
			out->domain = sv_drop(s, 1);
		else
			out->local = s;
		out->spec = out->local;
		return;
	}
	out->name = s;
	out->defects |= ADDRESS_UNREADABLE;
}

/* Single quotes around the whole, and a last dot, are no part of it. */
static void strip(struct address *a)
{
	size_t was = a->domain.n;

	if (a->local.n > 1 && a->local.p[0] == '\'' && a->domain.n &&
	    a->domain.p[a->domain.n - 1] == '\'') {
		a->local = sv_drop(a->local, 1);
		a->spec = sv_drop(a->spec, a->spec.n ? 1 : 0);
		a->domain.n--;
	}
	while (a->domain.n && (a->domain.p[a->domain.n - 1] == '.' ||
			       a->domain.p[a->domain.n - 1] == ')'))
		a->domain.n--;
	if (a->spec.n && a->spec.n > was - a->domain.n)
		a->spec.n -= was - a->domain.n;
}

static bool odd_dots(sv local)
{
	return sv_starts(local, SV(".")) || sv_ends(local, SV(".")) ||
	       (local.p[0] != '"' && sv_has(local, SV("..")));
}

static bool is_domain(sv d)
{
	if (d.n > 1 && d.p[0] == '[')
		return d.p[d.n - 1] == ']';
	for (size_t i = 0; i < d.n; i++)
		if (!is_alnum(d.p[i]) && !is_high(d.p[i]) && d.p[i] != '-' &&
		    d.p[i] != '.' && d.p[i] != '_' && !is_space(d.p[i]))
			return false;
	return d.p[0] != '.' && !sv_has(d, SV(".."));
}

/* What can be said of the address itself. */
static void judge(struct address *a)
{
	sv all;
	bool high = false;

	if (!a->local.n)
		a->spec = SV("");
	if (a->defects & (ADDRESS_NULL | ADDRESS_UNREADABLE))
		return;
	if (!a->domain.n)
		a->defects |= ADDRESS_NO_DOMAIN;
	else if (!(a->defects & ADDRESS_SPLIT) && !is_domain(a->domain))
		a->defects |= ADDRESS_ODD_DOMAIN;
	if (!a->local.n || odd_dots(a->local))
		a->defects |= ADDRESS_ODD_LOCAL;
	all = a->spec.n ? a->spec : a->raw;
	for (size_t i = 0; i < all.n; i++) {
		high |= is_high(all.p[i]);
		if ((unsigned char)all.p[i] < ' ' && !is_space(all.p[i]))
			a->defects |= ADDRESS_BYTES;
	}
	if (high)
		a->defects |= utf8_valid(all) ? ADDRESS_UTF8 : ADDRESS_BYTES;
}

/* Commas, and semicolons, which end a group, before the next element. */
static void skip_commas(struct address_list *l)
{
	size_t i = 0;

	for (; i < l->rest.n; i++) {
		char c = l->rest.p[i];

		if (c == ';')
			l->group = SV("");
		else if (c != ',' && c != '>' && !is_space(c))
			break;
	}
	l->rest = sv_drop(l->rest, i);
}

bool address_next(struct address_list *list, struct address *out)
{
	for (;;) {
		struct element e = {.list = list};
		struct address a = {0};
		size_t n;

		skip_commas(list);
		if (!list->rest.n)
			return false;
		e.s = list->rest;
		n = read_element(&e);
		list->rest = sv_drop(e.s, n);
		a.raw = sv_trim(sv_head(e.s, n));
		if (!a.raw.n)
			continue; /* an empty group, or a prefix of nothing */
		a.group = list->group;
		a.defects = e.defects;
		a.name = e.comment;
		if (e.has_angle) {
			if (sv_trim(sv_head(e.s, e.phrase)).n)
				a.name = sv_trim(sv_head(e.s, e.phrase));
			read_path(list, e.angle, &a);
		} else {
			read_bare(list, a.raw, &a);
		}
		strip(&a);
		judge(&a);
		*out = a;
		return true;
	}
}

sv address_spec(sv value)
{
	struct address_list l = {.rest = value};
	struct address a;
	sv first = SV("");

	while (address_next(&l, &a)) {
		if (a.local.n && a.domain.n && a.spec.n)
			return a.spec;
		if (!first.n && a.local.n && a.raw.p[0] == '<')
			first = a.spec;
	}
	return first;
}

/* A part without its blanks and comments. */
static size_t put_part(char *to, sv part)
{
	struct address_list l = {0};
	size_t n = 0, i = 0, len;
	bool split;

	while (i < part.n) {
		i = skip_space(&l, part, i, &split);
		if (i >= part.n)
			break;
		len = part.p[i] == '"' ? quoted_len(&l, sv_drop(part, i)) : 0;
		len = len ? len : 1;
		memcpy(to + n, part.p + i, len);
		n += len;
		i += len;
	}
	return n;
}

sv address_spec_text(struct arena *a, const struct address *address)
{
	size_t n;
	char *p;

	if (!(address->defects & ADDRESS_SPLIT))
		return address->spec;
	p = arena_alloc(a, address->local.n + address->domain.n + 1, 1);
	if (!p)
		return SV("");
	n = put_part(p, address->local);
	p[n++] = '@';
	n += put_part(p + n, address->domain);
	return sv_of(p, n);
}
