/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/guess.h"

#include "base/ascii.h"
#include "mail/address.h"
#include "mail/part.h"

/* Lines of a text that are looked at for an address. */
#define GUESS_LINES 120
/* Addresses in it that are looked at, and of each header that names ours. */
#define GUESS_ADDRESSES 1000
#define GUESS_HEADER 8192

/* Who wrote the bounce, and who got it, did not refuse it. */
static const char *const ours_names[] = {
    "From", "To", "Reply-To", "Sender", "Return-Path", "Delivered-To"};
#define NOURS (sizeof(ours_names) / sizeof(ours_names[0]))

/* Addresses in a text that may be the recipient. */
struct seen {
	sv ours[NOURS];
	sv told;   /* behind "RCPT TO:" */
	sv only;
	bool many; /* several different ones */
	unsigned n; /* looked at */
};

static bool is_ours(const struct seen *g, sv address)
{
	for (size_t i = 0; i < NOURS; i++)
		if (sv_ihas(g->ours[i], address))
			return true;
	return sv_istarts(address, SV("postmaster@")) ||
	       sv_istarts(address, SV("mailer-daemon@"));
}

static bool in_address(char c)
{
	return is_alnum(c) || is_high(c) ||
	       (c && strchr("!#$%&*+-/=?^_`{|}~.", c));
}

/* The address around the '@' at offset at; empty if it is none. */
static sv address_around(sv s, size_t at)
{
	size_t from = at, to = at + 1;

	while (from && in_address(s.p[from - 1]))
		from--;
	while (to < s.n && (is_alnum(s.p[to]) || s.p[to] == '-' ||
	                    s.p[to] == '.'))
		to++;
	while (to > at + 1 && (s.p[to - 1] == '.' || s.p[to - 1] == '-'))
		to--;
	return from < at && sv_chr(sv_slice(s, at, to), '.') != SV_NPOS
	           ? sv_slice(s, from, to)
	           : SV("");
}

static void look_at(struct seen *g, sv line)
{
	bool told = sv_ihas(line, SV("rcpt to"));
	size_t i = 0, at;

	while ((at = sv_chr(sv_drop(line, i), '@')) != SV_NPOS) {
		sv found = address_around(line, i + at);

		if (g->n >= GUESS_ADDRESSES) {
			g->many = true;
			return;
		}
		g->n++;
		i += at + 1;
		if (!found.n || is_ours(g, found))
			continue;
		if (told && !g->told.n)
			g->told = found;
		if (!g->only.n)
			g->only = found;
		else if (!sv_ieq(g->only, found))
			g->many = true;
	}
}

/* Headers of the returned message hold addresses of all kinds. */
static bool is_over(sv line)
{
	return sv_istarts(line, SV("Received: ")) ||
	       sv_istarts(line, SV("Message-ID: ")) ||
	       sv_ihas(line, SV("original message follows"));
}

static void look_through(struct seen *g, sv text)
{
	for (unsigned i = 0; i < GUESS_LINES && text.n; i++) {
		sv line = sv_trim(sv_line(&text));

		if (is_over(line))
			return;
		look_at(g, line);
	}
}

sv guess_recipient(struct arena *a, const struct mail *m, sv to)
{
	sv failed = mail_get(m, 0, "X-Failed-Recipients");
	struct seen g = {0};

	if (failed.n)
		return address_spec(failed);
	for (size_t i = 0; i < NOURS; i++)
		g.ours[i] = sv_head(mail_get(m, 0, ours_names[i]),
		                    GUESS_HEADER);
	for (uint32_t i = 0; i < m->nparts && !g.only.n; i++) {
		const struct mail_part *p = &m->parts[i];
		struct part_text t;

		if (p->kind == MAIL_MESSAGE || p->kind == MAIL_HEADERS)
			break;
		if (p->kind == MAIL_TEXT && part_read(a, m, i, &t))
			look_through(&g, t.text);
	}
	if (g.told.n)
		return g.told;
	if (g.only.n && !g.many)
		return g.only;
	return to;
}
