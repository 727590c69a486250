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
/* What stands for values beyond a limit: never a value of the input. */
#define REDACT_HOST "redacted.example"
#define REDACT_IP4 "x.x.x.x" /* a mark that the rules accept */
/* Ranges that addresses are taken from: public ones, and private ones. */
#define REDACT_POOLS 5

enum redact_kind {
	RK_KEEP,  /* name that stays, with all below it */
	RK_WORD,  /* ordinary: replaced only where it is labelled */
	RK_TAKEN, /* stands in the input: no pseudonym */
	RK_SEEN,  /* address of a mailbox or a computer in the input */
	RK_LOOSE, /* to be replaced wherever it stands; count: what it is */
	RK_LOCAL,
	RK_LABEL,
	RK_DOMAIN,
	RK_NET4,
	RK_NET6, /* a /48 or a /64 */
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
	struct arena *a, *names; /* of what stays: .n_names entries */
	size_t n_names;
	struct redact_entry *list;
	size_t n, cap;
	uint32_t *buckets;
	uint32_t made[RK_N]; /* numbers used up */
	uint32_t nets[REDACT_POOLS];
	uint32_t domains; /* of the first names used up */
	size_t loose;
	size_t lost; /* replaced by a fixed pseudonym: beyond a limit */
};

/* False where memory is exhausted; redact_fini() is due in any case. */
bool redact_init(struct redactor *r);
void redact_fini(struct redactor *r);

/* Host or domain that stays.  Keep all names before the first text. */
void redact_keep(struct redactor *r, sv name);
/* Words of a rule: its hosts stay, the others are no logins. */
void redact_keep_words(struct redactor *r, sv text);
/* Names are complete; what comes now can be forgotten. */
void redact_named(struct redactor *r);
void redact_forget(struct redactor *r);
void redact_collect(struct redactor *r, sv text);
void redact_write(struct redactor *r, sv text, struct buf *out);

/* --- between the files of this folder --- */

enum word_kind {
	WORD_NONE,
	WORD_ADDRESS,
	WORD_HOST,
	WORD_IP4,
	WORD_IP6,
	WORD_TOKEN,
	WORD_LOGIN,
	WORD_LABEL,  /* host without a dot */
	WORD_DASHED, /* "ip-192-0-2-1" without a domain */
	WORD_ENCODED /* RFC 2047 */
};

struct word {
	enum word_kind kind;
	size_t from, to;
	size_t local_end, domain; /* of an address */
};

/* A walk over a text.  Runs are measured once, so that it is linear. */
struct redact_scan {
	const struct redactor *r; /* NULL: nothing is known */
	sv text;
	size_t pos;
	size_t run_end;            /* characters of a local part */
	size_t mark, domain;       /* length of what follows them, or 0 */
	size_t host_raw, host_end; /* labels and dots; without dots at the end */
	size_t dot, dot_before;    /* the last two, or SV_NPOS */
	bool inner;                /* in an encoded word */
};

/* The next word that is not prose; false at the end. */
bool redact_next(struct redact_scan *s, struct word *w);

/* a.b.c.d at the start of s: how long, 0 for none. */
size_t redact_ip4(sv s, char sep, uint8_t ip[4]);
/* An IPv6 address, its colons percent-encoded perhaps: the same. */
size_t redact_ip6(sv s, uint8_t ip[16]);
/* "ip-192-0-2-1": where its address begins, or SV_NPOS. */
size_t redact_dashed(sv label, uint8_t ip[4]);
bool redact_is_host(sv host);
bool redact_seen_ip4(const struct redactor *r, const uint8_t ip[4]);
bool redact_in_list(sv word, const char *const *list);

/* "=?charset?B?text?=" at the start of s: its length, 0 for none. */
size_t redact_encoded(sv s);
/* The bytes of an encoded word, at most REDACT_WORD_MAX, in room. */
sv redact_decode(sv word, char *room);
/* The same charset and encoding around other bytes. */
void redact_encode(sv word, sv bytes, struct buf *out);

/* All bytes of base64; line ends are left out. */
void redact_decode64(sv s, struct buf *out);
void redact_encode64(sv s, struct buf *out);
/* The next readable body in base64 from *pos on: *pos to *end. */
bool redact_next_body(sv text, size_t *pos, size_t *end);
/* The same kind of lines around another text. */
void redact_write_body(sv was, sv text, struct buf *out);
/* Words that quoted-printable broke over two lines joined, in room if any. */
sv redact_join(sv text, struct buf *room);

struct redact_entry *redact_find(const struct redactor *r,
                                 enum redact_kind kind, sv key);
/* Found or new (with an empty .to); NULL beyond the limit. */
struct redact_entry *redact_entry(struct redactor *r, enum redact_kind kind,
                                  sv key);
bool redact_taken(const struct redactor *r, sv value);
bool redact_kept(const struct redactor *r, sv host);
sv redact_lower(sv s, char *room);
/* The part of a host that somebody registers. */
sv redact_base(sv host);
/* The next of a row of names that stands nowhere in the input. */
sv redact_next_name(struct redactor *r, enum redact_kind kind,
                    const char *head, const char *tail);

sv redact_to_ip4(struct redactor *r, const uint8_t ip[4]);
/* Empty: it stays. */
sv redact_to_ip6(struct redactor *r, const uint8_t ip[16]);
/* The address in a label. */
void redact_write_dashed(struct redactor *r, sv label, struct buf *out);
/* One in a host; in a query to a list it is written backwards. */
void redact_write_part(struct redactor *r, const uint8_t ip[4], char sep,
                       bool list, struct buf *out);
/* 32 nibbles of a reversed IPv6 address at the start: their length, or 0. */
size_t redact_write_nibbles(struct redactor *r, sv labels, struct buf *out);
/* A name below in-addr.arpa or ip6.arpa; false: it is none. */
bool redact_write_arpa(struct redactor *r, sv host, struct buf *out);
sv redact_to_local(struct redactor *r, sv text);
/* A local part that may hold another address: VERP, SRS, BATV. */
void redact_write_local(struct redactor *r, sv local, struct buf *out);
sv redact_to_label(struct redactor *r, sv text);
bool redact_common_label(sv label);
sv redact_to_host(struct redactor *r, sv text);
sv redact_to_token(struct redactor *r, sv text);

#endif
