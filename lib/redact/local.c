/* SPDX-License-Identifier: BSD-2-Clause */
/* Local parts that hold more than a name: SRS, BATV, VERP, "anna+list". */
#include "base/ascii.h"
#include "redact/redact.h"

/* Places where the name in "bounce-17-anna=example.org" may begin. */
#define SPLITS_MAX 16

/* Words of programs in front of a name. */
static bool is_program(sv s)
{
	static const char *const words[] = {
	    "b",       "bounce",  "bounces", "bounce_", "return",  "returns",
	    "owner",   "list",    "lists",   "request", "verp",    "err",
	    "error",   "errors",  "mailer",  "noreply", "reply",   "confirm",
	    "news",    "sender",  "unsub",   "unsubscribe", "msprvs1", "prvs",
	    "rp",      "fbl",     "mail",    "admin",   NULL};

	return redact_in_list(s, words);
}

static void write_piece(struct redactor *r, sv piece, struct buf *out)
{
	bool digits = false;

	for (size_t i = 0; i < piece.n; i++)
		digits = digits || is_digit(piece.p[i]);
	if (!piece.n || is_program(piece))
		buf_add(out, piece);
	else if (digits)
		buf_add(out, redact_to_token(r, piece));
	else
		buf_add(out, redact_to_local(r, piece));
}

/* "bounces+17-abc-": word by word. */
static void write_pieces(struct redactor *r, sv s, struct buf *out)
{
	size_t n;

	for (size_t i = 0; i < s.n; i += n + 1) {
		for (n = 0; i + n < s.n && !strchr("+-=.%", s.p[i + n]);)
			n++;
		write_piece(r, sv_slice(s, i, i + n), out);
		if (i + n < s.n)
			buf_addc(out, s.p[i + n]);
	}
}

/* Up to an "=" as a token, and the "=". */
static void write_tag(struct redactor *r, sv *s, struct buf *out)
{
	size_t eq = sv_chr(*s, '=');

	if (eq == SV_NPOS)
		return;
	/* two letters are the day */
	if (eq > 2)
		write_piece(r, sv_head(*s, eq), out);
	else
		buf_add(out, sv_head(*s, eq));
	buf_addc(out, '=');
	*s = sv_drop(*s, eq + 1);
}

static void write_host_of(struct redactor *r, sv *s, struct buf *out)
{
	size_t eq = sv_chr(*s, '=');

	if (eq == SV_NPOS)
		return;
	buf_add(out, redact_to_host(r, sv_head(*s, eq)));
	buf_addc(out, '=');
	*s = sv_drop(*s, eq + 1);
}

/* SRS0=hash=tt=domain=local, SRS1=hash=forwarder==hash=tt=domain=local */
static bool write_srs(struct redactor *r, sv s, struct buf *out)
{
	bool twice = sv_istarts(s, SV("srs1"));

	if ((!twice && !sv_istarts(s, SV("srs0"))) || s.n < 6 ||
	    s.p[4] == '\0' || !strchr("=+-", s.p[4]))
		return false;
	buf_add(out, sv_head(s, 5));
	s = sv_drop(s, 5);
	write_tag(r, &s, out);
	if (twice) {
		write_host_of(r, &s, out);
		if (s.n && strchr("=+-", s.p[0]) && s.p[0]) {
			buf_addc(out, s.p[0]);
			s = sv_drop(s, 1);
		}
		write_tag(r, &s, out);
	}
	write_tag(r, &s, out);
	write_host_of(r, &s, out);
	buf_add(out, redact_to_local(r, s));
	return true;
}

/* prvs=0123abc=anna, btv1==0123==anna */
static bool write_batv(struct redactor *r, sv s, struct buf *out)
{
	sv rest = sv_drop(s, sv_chr(s, '=') + 1);
	size_t last = sv_rchr(rest, '=');

	if (!sv_istarts(s, SV("prvs=")) && !sv_istarts(s, SV("btv1=")) &&
	    !sv_istarts(s, SV("msprvs1=")))
		return false;
	buf_add(out, sv_head(s, s.n - rest.n));
	if (last != SV_NPOS)
		write_pieces(r, sv_head(rest, last + 1), out);
	buf_add(out, redact_to_local(r, sv_drop(rest, last + 1)));
	return true;
}

static bool seen(const struct redactor *r, sv local, sv host)
{
	char room[REDACT_WORD_MAX * 2 + 1];
	sv lower = redact_lower(local, room);

	room[lower.n] = '@';
	host = redact_lower(host, room + lower.n + 1);
	return redact_find(r, RK_SEEN,
	                   sv_of(room, lower.n + 1 + host.n)) != NULL;
}

/* Where the name begins: as an address of the input says, else a guess. */
static size_t name_from(const struct redactor *r, sv left, sv host)
{
	size_t plus = sv_rchr(left, '+'), minus = sv_rchr(left, '-');
	size_t splits = 0;

	for (size_t i = 0; i < left.n && splits < SPLITS_MAX; i++) {
		if (i && !strchr("+-=", left.p[i - 1]))
			continue;
		splits++;
		if (seen(r, sv_drop(left, i), host))
			return i;
	}
	if (plus != SV_NPOS)
		return plus + 1;
	return minus == SV_NPOS ? 0 : minus + 1;
}

/* bounce-17+anna=example.org, anna%example.org */
static bool write_verp(struct redactor *r, sv s, struct buf *out)
{
	size_t eq = sv_rchr(s, '='), from;
	sv host, left;

	if (eq == SV_NPOS)
		eq = sv_rchr(s, '%');
	if (eq == SV_NPOS || !eq)
		return false;
	host = sv_drop(s, eq + 1);
	left = sv_head(s, eq);
	if (!redact_is_host(host))
		return false;
	from = name_from(r, left, host);
	write_pieces(r, sv_head(left, from), out);
	buf_add(out, redact_to_local(r, sv_drop(left, from)));
	buf_addc(out, s.p[eq]);
	buf_add(out, redact_to_host(r, host));
	return true;
}

void redact_write_local(struct redactor *r, sv local, struct buf *out)
{
	size_t plus = sv_chr(local, '+');

	bool quoted = local.n > 2 && local.p[0] == '"' &&
	              local.p[local.n - 1] == '"';

	if (local.n > REDACT_WORD_MAX) {
		r->lost++;
		buf_adds(out, "someone");
	} else if (quoted) {
		buf_addc(out, '"');
		buf_add(out, redact_to_local(r, sv_slice(local, 1,
		                                         local.n - 1)));
		buf_addc(out, '"');
	} else if (write_srs(r, local, out) || write_batv(r, local, out) ||
	           write_verp(r, local, out)) {
		return;
	} else if (plus != SV_NPOS && plus && plus + 1 < local.n) {
		buf_add(out, redact_to_local(r, sv_head(local, plus)));
		buf_addc(out, '+');
		buf_add(out, redact_to_local(r, sv_drop(local, plus + 1)));
	} else {
		buf_add(out, redact_to_local(r, local));
	}
}
