/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "base/ascii.h"
#include "redact/redact.h"

#define BUCKETS ((size_t)1 << 16)

bool redact_init(struct redactor *r)
{
	*r = (struct redactor){0};
	r->a = arena_new(REDACT_MEMORY);
	r->buckets = r->a ? arena_alloc(r->a, BUCKETS, sizeof(*r->buckets))
	                  : NULL;
	return r->buckets != NULL;
}

void redact_fini(struct redactor *r)
{
	arena_free(r->a);
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
	copy = arena_dup(r->a, key);
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

void redact_keep(struct redactor *r, sv name)
{
	char room[REDACT_WORD_MAX];

	while (sv_starts(name, SV("*.")))
		name = sv_drop(name, 2);
	if (sv_chr(name, '.') != SV_NPOS && sv_chr(name, '*') == SV_NPOS &&
	    !sv_has(name, SV("example")))
		(void)redact_entry(r, RK_KEEP, redact_lower(name, room));
}

void redact_keep_hosts(struct redactor *r, sv text)
{
	struct word w;
	size_t pos = 0;

	while (redact_next(text, &pos, &w))
		if (w.kind == WORD_HOST || w.kind == WORD_ADDRESS)
			redact_keep(r, sv_slice(text, w.from, w.to));
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

static void take(struct redactor *r, sv value)
{
	char room[REDACT_WORD_MAX];

	(void)redact_entry(r, RK_TAKEN, redact_lower(value, room));
}

static void take_host(struct redactor *r, sv text)
{
	char room[REDACT_WORD_MAX];
	sv host = redact_lower(text, room);

	take(r, redact_base(host));
	if (!redact_kept(r, host))
		(void)redact_entry(r, RK_DOMAIN, redact_base(host));
	while (host.n)
		take(r, sv_cut(&host, '.'));
}

static void take_ip4(struct redactor *r, sv text)
{
	take(r, sv_head(text, sv_rchr(text, '.')));
	(void)redact_entry(r, RK_IP4, text);
}

/* 2001:db8:5::1 stands in the way of 2001:db8:5::. */
static void take_ip6(struct redactor *r, sv text)
{
	size_t at = 0;

	for (size_t colons = 0; at < text.n; at++)
		if (text.p[at] == ':' && ++colons == 3)
			break;
	take(r, sv_head(text, at));
}

static void collect(struct redactor *r, sv text, const struct word *w)
{
	sv s = sv_slice(text, w->from, w->to);

	switch (w->kind) {
	case WORD_ADDRESS:
		take(r, sv_slice(text, w->from, w->local_end));
		s = sv_slice(text, w->domain, w->to);
		if (s.p[0] != '[')
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
		(void)redact_entry(r, RK_TAKEN, s);
		break;
	default:
		take(r, s);
	}
}

void redact_collect(struct redactor *r, sv text)
{
	struct word w;
	size_t pos = 0;

	while (redact_next(text, &pos, &w))
		collect(r, text, &w);
}

static void write_literal(struct redactor *r, sv s, struct buf *out)
{
	struct word w;
	size_t pos = 0;

	if (redact_next(s, &pos, &w) && w.kind == WORD_IP4) {
		uint8_t ip[4];

		(void)redact_ip4(sv_drop(s, w.from), '.', ip);
		buf_add(out, sv_head(s, w.from));
		buf_add(out, redact_to_ip4(r, ip));
		buf_add(out, sv_drop(s, w.to));
	} else if (pos && w.kind == WORD_IP6) {
		buf_add(out, sv_head(s, w.from));
		buf_add(out, redact_to_ip6(r, sv_slice(s, w.from, w.to)));
		buf_add(out, sv_drop(s, w.to));
	} else {
		buf_adds(out, "[redacted]");
	}
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
	buf_add(out, redact_to_local(r, local));
	buf_add(out, sv_slice(text, w->local_end, w->domain));
	if (host.p[0] == '[')
		write_literal(r, host, out);
	else
		buf_add(out, redact_to_host(r, host));
	lower = redact_lower(local, room);
	room[lower.n] = '@';
	(void)redact_lower(host, room + lower.n + 1);
	e = redact_entry(r, RK_ADDRESS,
	                 sv_of(room, lower.n + 1 + host.n));
	to = sv_drop(buf_sv(out), from);
	if (e && !e->to.n && w->domain == w->local_end + 1)
		e->to = arena_dup(r->a, to);
}

static void write_word(struct redactor *r, sv text, const struct word *w,
                       struct buf *out)
{
	sv s = sv_slice(text, w->from, w->to), to;
	struct redact_entry *e;
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
		buf_add(out, redact_to_ip6(r, s));
		break;
	case WORD_TOKEN:
		buf_add(out, redact_to_token(r, s));
		break;
	default:
		to = w->kind == WORD_LOGIN ? redact_to_local(r, s)
		                           : redact_to_label(r, s);
		buf_add(out, to);
		e = redact_entry(r, RK_LOGIN, s);
		if (e && !e->to.n)
			e->to = to;
	}
}

void redact_write(struct redactor *r, sv text, struct buf *out)
{
	struct word w;
	size_t pos = 0, done = 0;

	while (redact_next(text, &pos, &w)) {
		buf_add(out, sv_slice(text, done, w.from));
		write_word(r, text, &w, out);
		done = w.to;
	}
	buf_add(out, sv_drop(text, done));
}
