/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/received.h"

#include <arpa/inet.h>

#include "base/ascii.h"

/* Words and comments of a field that are looked at. */
#define PIECES_MAX 32
/* The longest name or address: RFC 1035 section 2.3.4 has 255. */
#define NAME_BYTES 255

/* The next word, or the inside of the next comment. */
static bool next_piece(sv *s, sv *piece, bool *comment)
{
	size_t n = 0, depth = 0;

	while (s->n && is_space(s->p[0]))
		*s = sv_drop(*s, 1);
	*comment = sv_starts(*s, SV("("));
	if (!s->n || s->p[0] == ';')
		return false;
	if (!*comment) {
		while (n < s->n && !is_space(s->p[n]) && s->p[n] != '(' &&
		       s->p[n] != ';')
			n++;
		*piece = sv_head(*s, n);
		*s = sv_drop(*s, n);
		return true;
	}
	for (; n < s->n; n++) {
		depth += s->p[n] == '(';
		if (s->p[n] == ')' && !--depth)
			break;
	}
	*piece = sv_trim(sv_slice(*s, 1, n));
	*s = sv_drop(*s, n + 1);
	return true;
}

static bool is_ip(sv s)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (!s.n || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET, text, bytes) == 1 ||
	       inet_pton(AF_INET6, text, bytes) == 1;
}

/* "IPv6:2001:db8::1", "::ffff:192.0.2.1", "192.0.2.1" */
static sv ip_of(sv s)
{
	if (sv_istarts(s, SV("IPv6:")))
		s = sv_drop(s, 5);
	if (sv_istarts(s, SV("::ffff:")) && sv_has(s, SV(".")))
		s = sv_drop(s, 7);
	return is_ip(s) ? s : SV("");
}

/* A name as servers write it; "unknown" is none. */
static sv name_of(sv s)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (!s.n || s.n > NAME_BYTES || sv_ieq(s, SV("unknown")) ||
	    sv_ieq(s, SV("<unknown>")) || sv_starts(s, SV("[")))
		return SV("");
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && !is_high(s.p[i]) &&
		    s.p[i] != '.' && s.p[i] != '-' && s.p[i] != '_')
			return SV("");
	return s;
}

/* A client may call itself by an address: "[192.0.2.1]". */
static sv helo_of(sv s)
{
	sv name = name_of(s);

	return name.n || !sv_starts(s, SV("[")) ? name : s;
}

/* The address in brackets, and the words before them. */
static sv bracketed(sv s, sv *before)
{
	size_t open = sv_chr(s, '['), close = sv_chr(s, ']');

	*before = s;
	if (open == SV_NPOS || close == SV_NPOS || close < open)
		return SV("");
	*before = sv_trim(sv_head(s, open));
	return ip_of(sv_slice(s, open + 1, close));
}

/* What a comment behind "from" tells. */
struct client {
	sv helo, host, ip;
};

/* "HELO name", Exim's "helo=name"; *c is what stands before that. */
static bool helo_said(sv *c, sv *helo)
{
	size_t at = sv_find(*c, SV("helo="));
	sv name;

	if (sv_istarts(*c, SV("HELO ")) || sv_istarts(*c, SV("EHLO ")))
		at = 0;
	if (at == SV_NPOS)
		return false;
	name = sv_drop(*c, at + 5);
	*helo = helo_of(sv_word(&name));
	*c = sv_head(*c, at);
	return true;
}

static void read_comment(sv c, struct client *out)
{
	bool explicit = helo_said(&c, &out->helo);
	sv before, ip = bracketed(c, &before), rest;
	size_t at;

	if (ip.n && !out->ip.n) {
		out->ip = ip;
		if (!explicit)
			out->host = name_of(before);
		return;
	}
	/* "192.0.2.1", qmail's "ident@192.0.2.1", "192.0.2.1:25" */
	rest = c;
	c = sv_word(&rest);
	at = sv_rchr(c, '@');
	if (at != SV_NPOS)
		c = sv_drop(c, at + 1);
	if (!out->ip.n)
		out->ip = ip_of(c);
}

/* A host's address in the place of its name is no name. */
static sv no_ip(sv name)
{
	return is_ip(name) ? SV("") : name;
}

static void read_from(sv word, const struct client *c, struct received *out)
{
	sv before, ip = bracketed(word, &before);

	out->ip = c->ip.n ? c->ip : ip;
	if (c->helo.n) {
		/* The word is what was found in DNS. */
		out->helo = c->helo;
		out->host = no_ip(name_of(word));
		return;
	}
	out->host = no_ip(c->host);
	out->helo = ip.n && !c->ip.n ? SV("") : helo_of(word);
}

void received_read(sv value, struct received *out)
{
	enum { NOWHERE, FROM, BY } in = NOWHERE;
	struct client c = {0};
	sv piece, from = SV("");
	bool comment;

	*out = (struct received){0};
	for (int i = 0; i < PIECES_MAX && next_piece(&value, &piece, &comment);
	     i++) {
		if (comment) {
			if (in == FROM)
				read_comment(piece, &c);
		} else if (in == BY) {
			out->by = name_of(piece);
			break;
		} else if (in == FROM && !from.n) {
			from = piece;
		} else if (sv_ieq(piece, SV("by"))) {
			in = BY;
		} else if (!i && sv_ieq(piece, SV("from"))) {
			in = FROM;
		}
	}
	read_from(from, &c, out);
}

bool received_is_loopback(sv ip)
{
	return sv_starts(ip, SV("127.")) || sv_eq(ip, SV("::1"));
}
