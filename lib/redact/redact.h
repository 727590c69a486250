/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redact.h - other values in place of addresses, hosts and ids
 *
 * Two passes: redact_collect() on each text, so that no pseudonym is a value
 * that stands in one of them, then redact_write().  Linear in the input.
 */
#ifndef REDACT_REDACT_H
#define REDACT_REDACT_H

#include "base/arena.h"
#include "base/buf.h"

/* Values that one redactor remembers; those beyond get a fixed pseudonym. */
#define REDACT_VALUES_MAX ((size_t)1 << 18)
#define REDACT_MEMORY ((size_t)128 << 20)
/* Longer words are no names, hosts or ids. */
#define REDACT_WORD_MAX 320

enum redact_kind {
	RK_KEEP,  /* name that stays, with all below it */
	RK_TAKEN, /* stands in the input: no pseudonym */
	RK_LOCAL,
	RK_LABEL,
	RK_DOMAIN,
	RK_NET4,
	RK_NET6,
	/* those of the map */
	RK_ADDRESS,
	RK_HOST,
	RK_IP4,
	RK_IP6,
	RK_TOKEN,
	RK_LOGIN,
	RK_N
};

struct redact_entry {
	sv key, to;
	uint32_t next; /* in its bucket, 1 + index; 0: none */
	uint32_t count;
	uint8_t kind;
};

struct redactor {
	struct arena *a;
	struct redact_entry *list;
	size_t n, cap;
	uint32_t *buckets;
	uint32_t made[RK_N]; /* numbers used up */
	uint32_t nets[4];
	size_t lost; /* values beyond the limit */
};

/* False where memory is exhausted; redact_fini() is due in any case. */
bool redact_init(struct redactor *r);
void redact_fini(struct redactor *r);

/* Host or domain that stays.  Keep all names before the first text. */
void redact_keep(struct redactor *r, sv name);
/* Keep each host name that stands in a text. */
void redact_keep_hosts(struct redactor *r, sv text);
void redact_collect(struct redactor *r, sv text);
void redact_write(struct redactor *r, sv text, struct buf *out);

/* --- between the files of this folder --- */

enum word_kind {
	WORD_NONE,
	WORD_ADDRESS, /* at: where the domain begins */
	WORD_HOST,
	WORD_IP4,
	WORD_IP6,
	WORD_TOKEN,
	WORD_LOGIN,
	WORD_LABEL /* host without a dot */
};

struct word {
	enum word_kind kind;
	size_t from, to;
	size_t local_end, domain; /* of an address */
};

/* The next word from *pos on that is not prose; false at the end. */
bool redact_next(sv text, size_t *pos, struct word *w);

/* a.b.c.d at the start of s: how long, 0 for none. */
size_t redact_ip4(sv s, char sep, uint8_t ip[4]);

struct redact_entry *redact_find(const struct redactor *r,
                                 enum redact_kind kind, sv key);
/* Found or new (with an empty .to); NULL beyond the limit. */
struct redact_entry *redact_entry(struct redactor *r, enum redact_kind kind,
                                  sv key);
bool redact_kept(const struct redactor *r, sv host);
sv redact_lower(sv s, char *room);
/* The part of a host that somebody registers. */
sv redact_base(sv host);

sv redact_to_ip4(struct redactor *r, const uint8_t ip[4]);
sv redact_to_ip6(struct redactor *r, sv text);
sv redact_to_local(struct redactor *r, sv text);
sv redact_to_label(struct redactor *r, sv text);
sv redact_to_host(struct redactor *r, sv text);
sv redact_to_token(struct redactor *r, sv text);

#endif
