/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "redact/redact.h"

#define BUCKETS ((size_t)1 << 16)

bool redact_init(struct redactor *r)
{
	*r = (struct redactor){0};
	r->a = arena_new(REDACT_MEMORY);
	r->names = arena_new(REDACT_MEMORY);
	r->buckets = r->a && r->names ? arena_alloc(r->names, BUCKETS,
	                                            sizeof(*r->buckets))
	                              : NULL;
	return r->buckets != NULL;
}

void redact_fini(struct redactor *r)
{
	arena_free(r->a);
	arena_free(r->names);
	free(r->list);
}

static size_t bucket(enum redact_kind kind, sv key)
{
	uint64_t h = 1469598103934665603u ^ (uint64_t)kind;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 1099511628211u;
	return (size_t)(h ^ h >> 32) % BUCKETS;
}

struct redact_entry *redact_find(const struct redactor *r,
                                 enum redact_kind kind, sv key)
{
	uint32_t i = r->buckets[bucket(kind, key)];

	for (; i; i = r->list[i - 1].next)
		if (r->list[i - 1].kind == kind &&
		    sv_eq(r->list[i - 1].key, key))
			return r->list + i - 1;
	return NULL;
}

/* The list never moves: pointers into it are held while others are added. */
struct redact_entry *redact_entry(struct redactor *r, enum redact_kind kind,
                                  sv key)
{
	struct redact_entry *e = redact_find(r, kind, key);
	size_t at = bucket(kind, key);
	sv copy;

	if (e)
		return e;
	if (!r->list)
		r->list = calloc(REDACT_VALUES_MAX, sizeof(*r->list));
	copy = arena_dup(r->n_names ? r->a : r->names, key);
	if (!r->list || r->n == REDACT_VALUES_MAX || (key.n && !copy.n)) {
		r->lost++;
		return NULL;
	}
	e = r->list + r->n++;
	*e = (struct redact_entry){.key = copy, .next = r->buckets[at],
	                           .kind = (uint8_t)kind};
	r->buckets[at] = (uint32_t)r->n;
	return e;
}

void redact_named(struct redactor *r)
{
	if (!r->n_names)
		r->n_names = r->n;
}

/* The last entry is the first of its bucket. */
void redact_forget(struct redactor *r)
{
	while (r->n > r->n_names) {
		const struct redact_entry *e = r->list + --r->n;

		r->buckets[bucket(e->kind, e->key)] = e->next;
	}
	arena_reset(r->a);
	memset(r->made, 0, sizeof(r->made));
	memset(r->nets, 0, sizeof(r->nets));
	r->domains = 0;
	r->loose = r->lost = 0;
}

void redact_keep(struct redactor *r, sv name)
{
	char room[REDACT_WORD_MAX];

	while (sv_starts(name, SV("*.")))
		name = sv_drop(name, 2);
	if (sv_chr(name, '.') != SV_NPOS && sv_chr(name, '*') == SV_NPOS)
		(void)redact_entry(r, RK_KEEP, redact_lower(name, room));
}

/* Words of letters: what people are called may be one as well. */
static void keep_ordinary(struct redactor *r, sv text)
{
	char room[REDACT_WORD_MAX];
	size_t n;

	for (size_t i = 0; i < text.n; i += n + 1) {
		for (n = 0; i + n < text.n && (is_alpha(text.p[i + n]) ||
		                               is_high(text.p[i + n]));)
			n++;
		if (n > 3)
			(void)redact_entry(
			    r, RK_WORD,
			    redact_lower(sv_slice(text, i, i + n), room));
	}
}

void redact_keep_words(struct redactor *r, sv text)
{
	struct redact_scan s = {.text = text};
	struct word w;

	while (redact_next(&s, &w)) {
		sv name = sv_slice(text, w.from, w.to);

		if ((w.kind == WORD_HOST || w.kind == WORD_ADDRESS) &&
		    !sv_has(name, SV("example")))
			redact_keep(r, name);
	}
	keep_ordinary(r, text);
}

/* "x.xx.xx.xx": somebody has hidden it already. */
static bool is_hidden(sv host)
{
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] != 'x' && host.p[i] != 'X' && host.p[i] != '.')
			return false;
	return true;
}

bool redact_kept(const struct redactor *r, sv host)
{
	if (is_hidden(host))
		return true;
	for (;;) {
		if (redact_find(r, RK_KEEP, host))
			return true;
		if (sv_chr(host, '.') == SV_NPOS)
			return false;
		(void)sv_cut(&host, '.');
	}
}

bool redact_taken(const struct redactor *r, sv value)
{
	return redact_find(r, RK_TAKEN, value) != NULL;
}

static void take(struct redactor *r, sv value)
{
	char room[REDACT_WORD_MAX];

	(void)redact_entry(r, RK_TAKEN, redact_lower(value, room));
}

static void take_host(struct redactor *r, sv text)
{
	char room[REDACT_WORD_MAX];
	sv host = redact_lower(text, room), base = redact_base(host);
	size_t high = base.n;

	take(r, base);
	while (high && !is_high(base.p[high - 1]))
		high--;
	if (high)
		take(r, sv_drop(base, high)); /* glued to other words */
	high = base.n;
	while (high && is_digit(base.p[high - 1]))
		high--;
	take(r, sv_head(base, high)); /* and to a number */
	if (!redact_kept(r, host) && sv_chr(host, '.') != SV_NPOS)
		(void)redact_entry(r, RK_DOMAIN, redact_base(host));
	while (host.n)
		take(r, sv_cut(&host, '.'));
}

static void take_ip4(struct redactor *r, sv text)
{
	uint8_t ip[4];
	char room[20];
	int n;

	if (!redact_ip4(text, '.', ip))
		return;
	n = snprintf(room, sizeof(room), "%d.%d.%d", ip[0], ip[1], ip[2]);
	take(r, sv_of(room, (size_t)n));
	(void)redact_entry(r, RK_SEEN, sv_of((const char *)ip, 4));
}

/* 2001:db8:5::1 stands in the way of 2001:db8:5::. */
static void take_ip6(struct redactor *r, sv text)
{
	uint8_t ip[16];
	char room[20];
	int n;

	if (!redact_ip6(text, ip))
		return;
	n = snprintf(room, sizeof(room), "%x:%x:%x", ip[0] << 8 | ip[1],
	             ip[2] << 8 | ip[3], ip[4] << 8 | ip[5]);
	take(r, sv_of(room, (size_t)n));
}

/* Pieces of a local part may be names and hosts of their own. */
static void take_local(struct redactor *r, sv local)
{
	size_t n;

	take(r, local);
	for (size_t i = 0; i < local.n; i += n + 1) {
		sv piece;

		for (n = 0; i + n < local.n && !strchr("=+%-", local.p[i + n]);)
			n++;
		piece = sv_slice(local, i, i + n);
		if (piece.n == local.n)
			break;
		take(r, piece);
	}
	for (size_t i = 0; i < local.n; i += n + 1) {
		for (n = 0; i + n < local.n && !strchr("=%", local.p[i + n]);)
			n++;
		if (redact_is_host(sv_slice(local, i, i + n)))
			take_host(r, sv_slice(local, i, i + n));
	}
}

/* Names of mailboxes, users and programs that say nothing. */
static bool is_role(sv name)
{
	static const char *const roles[] = {
	    "root", "admin", "user", "users", "test", "mail", "info", "www-data",
	    "postfix", "exim", "dovecot", "sendmail", "apache", "nginx", "nobody",
	    "daemon", "system", "office", "sales", "support", "contact", "news",
	    "postmaster", "abuse", "mailer-daemon", "unknown", "login", "smtp",
	    "noreply", "no-reply", "webmaster", "hostmaster", "server", "client",
	    "localhost", "true", "false", "null", "none", NULL};

	return redact_in_list(name, roles);
}

/* Seen where it was labelled: replaced elsewhere too, if it is no word. */
static void take_loose(struct redactor *r, sv text, enum word_kind kind)
{
	char room[REDACT_WORD_MAX];
	struct redact_entry *e;
	sv key = redact_lower(text, room);
	bool letters = true;

	for (size_t i = 0; i < key.n; i++)
		letters = letters && !is_digit(key.p[i]) &&
		          !strchr("._-", key.p[i]);
	if (key.n < 4 || is_role(key) || redact_find(r, RK_WORD, key) ||
	    (letters && kind != WORD_LOGIN) || redact_common_label(key))
		return;
	if (kind == WORD_TOKEN)
		key = text;
	if (kind == WORD_TOKEN && key.n < 6)
		return;
	e = redact_entry(r, RK_LOOSE, key);
	if (e && !e->count)
		e->count = kind == WORD_ADDRESS ? WORD_LOGIN : kind;
	r->loose += e != NULL;
}

/* anna@example.org: what becomes of it is asked for by "anna=example.org". */
static void take_address(struct redactor *r, sv local, sv host)
{
	char room[REDACT_WORD_MAX * 2 + 1];
	sv lower = redact_lower(local, room);

	room[lower.n] = '@';
	host = redact_lower(host, room + lower.n + 1);
	(void)redact_entry(r, RK_SEEN, sv_of(room, lower.n + 1 + host.n));
	take_local(r, local);
	take_loose(r, local, WORD_ADDRESS);
}

static void take_word(struct redactor *r, sv text, const struct word *w)
{
	sv s = sv_slice(text, w->from, w->to);
	uint8_t ip[4];

	switch (w->kind) {
	case WORD_ADDRESS:
		take_address(r, sv_slice(text, w->from, w->local_end),
		             sv_slice(text, w->domain, w->to));
		s = sv_slice(text, w->domain, w->to);
		if (redact_ip4(s, '.', ip) == s.n)
			take_ip4(r, s);
		else if (s.p[0] != '[')
			take_host(r, s);
		break;
	case WORD_HOST:
		take_host(r, s);
		break;
	case WORD_IP4:
		take_ip4(r, s);
		break;
	case WORD_IP6:
		take_ip6(r, s);
		break;
	case WORD_TOKEN:
		(void)redact_entry(r, RK_TAKEN, sv_head(s, REDACT_WORD_MAX));
		take_loose(r, s, WORD_TOKEN);
		break;
	default:
		s = sv_drop(s, sv_chr(s, '\\') + 1); /* of "DOMAIN\anna" */
		take(r, s);
		take_loose(r, s, w->kind);
	}
}

static void collect(struct redactor *r, struct redact_scan *s)
{
	struct word w;

	while (redact_next(s, &w))
		if (w.kind != WORD_ENCODED)
			take_word(r, s->text, &w);
}

static void collect_text(struct redactor *r, sv text)
{
	struct redact_scan s = {.r = r, .text = text};
	char room[REDACT_WORD_MAX];
	struct word w;

	while (redact_next(&s, &w)) {
		struct redact_scan inner = {.r = r, .inner = true};

		if (w.kind != WORD_ENCODED) {
			take_word(r, text, &w);
			continue;
		}
		inner.text = redact_decode(sv_slice(text, w.from, w.to), room);
		collect(r, &inner);
	}
}

void redact_collect(struct redactor *r, sv text)
{
	size_t pos = 0, end, done = 0;
	struct buf joined, body;

	buf_init(&joined, text.n + 1);
	buf_init(&body, text.n + 1);
	text = redact_join(text, &joined);
	while (redact_next_body(text, &pos, &end)) {
		buf_reset(&body);
		redact_decode64(sv_slice(text, pos, end), &body);
		collect_text(r, sv_slice(text, done, pos));
		collect_text(r, buf_sv(&body));
		done = pos = end;
	}
	collect_text(r, sv_drop(text, done));
	buf_fini(&body);
	buf_fini(&joined);
}

static void write_ip6(struct redactor *r, sv text, struct buf *out)
{
	bool colons = sv_chr(text, ':') != SV_NPOS;
	uint8_t ip[16];
	sv to;

	if (!redact_ip6(text, ip))
		return;
	to = redact_to_ip6(r, ip);
	if (!to.n)
		to = text; /* stays */
	for (size_t i = 0; i < to.n; i++)
		if (to.p[i] == ':' && !colons)
			buf_adds(out, "%3A");
		else
			buf_addc(out, to.p[i]);
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]" behind an "@". */
static void write_literal(struct redactor *r, sv s, struct buf *out)
{
	struct redact_scan scan = {.r = r, .text = s, .inner = true};
	struct word w;
	uint8_t ip[4];
	bool any = redact_next(&scan, &w);

	if (!any || (w.kind != WORD_IP4 && w.kind != WORD_IP6)) {
		buf_adds(out, "[redacted]");
		return;
	}
	buf_add(out, sv_head(s, w.from));
	if (w.kind == WORD_IP4 &&
	    redact_ip4(sv_drop(s, w.from), '.', ip))
		buf_add(out, redact_to_ip4(r, ip));
	else
		write_ip6(r, sv_slice(s, w.from, w.to), out);
	buf_addc(out, ']');
}

static void write_domain(struct redactor *r, sv host, struct buf *out)
{
	uint8_t ip[4];

	if (host.p[0] == '[')
		write_literal(r, host, out);
	else if (redact_ip4(host, '.', ip) == host.n)
		buf_add(out, redact_to_ip4(r, ip));
	else
		buf_add(out, redact_to_host(r, host));
}

static void write_address(struct redactor *r, sv text, const struct word *w,
                          struct buf *out)
{
	char room[REDACT_WORD_MAX * 2 + 1];
	sv local = sv_slice(text, w->from, w->local_end), to, lower;
	sv host = sv_slice(text, w->domain, w->to);
	struct redact_entry *e;
	size_t from = out->n;

	/* An address that a rule knows: the diagnosis depends on it. */
	lower = redact_lower(sv_slice(text, w->from, w->to), room);
	if (redact_find(r, RK_KEEP, lower)) {
		buf_add(out, sv_slice(text, w->from, w->to));
		return;
	}
	/* "unknown user@example.org" is read as it stands */
	if (sv_ieq(local, SV("user")) &&
	    !redact_kept(r, redact_lower(host, room)))
		buf_add(out, local);
	else
		redact_write_local(r, local, out);
	buf_add(out, sv_slice(text, w->local_end, w->domain));
	write_domain(r, host, out);
	if (w->domain != w->local_end + 1 || local.n > REDACT_WORD_MAX ||
	    host.n > REDACT_WORD_MAX)
		return;
	lower = redact_lower(local, room);
	room[lower.n] = '@';
	(void)redact_lower(host, room + lower.n + 1);
	e = redact_entry(r, RK_ADDRESS,
	                 sv_of(room, lower.n + 1 + host.n));
	to = sv_drop(buf_sv(out), from);
	if (e && !e->to.n)
		e->to = arena_dup(r->a, to);
}

static void write_login(struct redactor *r, sv login, struct buf *out)
{
	size_t slash = sv_chr(login, '\\');
	struct redact_entry *e;
	sv to;

	if (slash != SV_NPOS) {
		buf_add(out, redact_to_label(r, sv_head(login, slash)));
		buf_addc(out, '\\');
		login = sv_drop(login, slash + 1);
	}
	to = redact_to_local(r, login);
	buf_add(out, to);
	e = redact_entry(r, RK_LOGIN, sv_head(login, REDACT_WORD_MAX));
	/* What stays is a view of the input, or of what was decoded of it. */
	if (e && !e->to.n)
		e->to = arena_dup(r->a, to);
}

static void write_label(struct redactor *r, sv label, struct buf *out)
{
	uint8_t ip[4];
	sv to;
	struct redact_entry *e;

	if (redact_dashed(label, ip) != SV_NPOS) {
		redact_write_dashed(r, label, out);
		return;
	}
	to = redact_to_label(r, label);
	buf_add(out, to);
	e = redact_entry(r, RK_LOGIN, sv_head(label, REDACT_WORD_MAX));
	if (e && !e->to.n)
		e->to = arena_dup(r->a, to);
}

static void write_word(struct redactor *r, sv text, const struct word *w,
                       struct buf *out)
{
	sv s = sv_slice(text, w->from, w->to);
	uint8_t ip[4];

	switch (w->kind) {
	case WORD_ADDRESS:
		write_address(r, text, w, out);
		break;
	case WORD_HOST:
		buf_add(out, redact_to_host(r, s));
		break;
	case WORD_IP4:
		(void)redact_ip4(s, '.', ip);
		buf_add(out, redact_to_ip4(r, ip));
		break;
	case WORD_IP6:
		write_ip6(r, s, out);
		break;
	case WORD_TOKEN:
		buf_add(out, redact_to_token(r, s));
		break;
	case WORD_LOGIN:
		write_login(r, s, out);
		break;
	default:
		write_label(r, s, out);
	}
}

static bool write_words(struct redactor *r, struct redact_scan *s,
                        struct buf *out)
{
	struct word w;
	size_t done = 0;

	while (redact_next(s, &w)) {
		buf_add(out, sv_slice(s->text, done, w.from));
		write_word(r, s->text, &w, out);
		done = w.to;
	}
	buf_add(out, sv_drop(s->text, done));
	return done > 0;
}

/* =?utf-8?B?...?=: the same around other values, or as it stands. */
static void write_encoded(struct redactor *r, sv word, struct buf *out)
{
	char room[REDACT_WORD_MAX];
	struct redact_scan s = {.r = r, .inner = true};
	struct buf b;

	buf_init(&b, 16 * REDACT_WORD_MAX);
	s.text = redact_decode(word, room);
	if (write_words(r, &s, &b))
		redact_encode(word, buf_sv(&b), out);
	else
		buf_add(out, word);
	buf_fini(&b);
}

/* False: it holds nothing to replace. */
static bool write_text(struct redactor *r, sv text, struct buf *out)
{
	struct redact_scan s = {.r = r, .text = text};
	struct word w;
	size_t done = 0;

	while (redact_next(&s, &w)) {
		buf_add(out, sv_slice(text, done, w.from));
		if (w.kind == WORD_ENCODED)
			write_encoded(r, sv_slice(text, w.from, w.to), out);
		else
			write_word(r, text, &w, out);
		done = w.to;
	}
	buf_add(out, sv_drop(text, done));
	return done > 0;
}

/* A body in base64, or as it stands. */
static bool write_body(struct redactor *r, sv text, struct buf *out)
{
	struct buf was, is;
	bool ok;

	buf_init(&was, text.n + 1);
	buf_init(&is, 8 * text.n + 8 * REDACT_WORD_MAX);
	redact_decode64(text, &was);
	if (write_text(r, buf_sv(&was), &is))
		redact_write_body(text, buf_sv(&is), out);
	else
		buf_add(out, text);
	ok = !buf_failed(&was) && !buf_failed(&is);
	buf_fini(&is);
	buf_fini(&was);
	return ok;
}

void redact_write(struct redactor *r, sv text, struct buf *out)
{
	size_t pos = 0, end, done = 0;
	struct buf joined;
	bool ok = true;

	buf_init(&joined, text.n + 1);
	text = redact_join(text, &joined);
	while (redact_next_body(text, &pos, &end)) {
		(void)write_text(r, sv_slice(text, done, pos), out);
		ok = write_body(r, sv_slice(text, pos, end), out) && ok;
		done = pos = end;
	}
	(void)write_text(r, sv_drop(text, done), out);
	if (!ok || buf_failed(&joined))
		out->failed = true;
	buf_fini(&joined);
}
