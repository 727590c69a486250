/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zones.h - what is known about DNS lists: data/dnsbl, read at run time
 *
 * The same reader serves the build, which proves the files, and the library,
 * which has them built in.  doc/knowledge.md tells the format.
 */
#ifndef CHECK_ZONES_H
#define CHECK_ZONES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/ip.h"
#include "dns/name.h"

enum zone_weight {
	ZONE_CRITICAL, /* most receivers refuse mail for it */
	ZONE_HIGH,
	ZONE_MEDIUM,
	ZONE_LOW,
	ZONE_INFO, /* nearly nobody does */
	ZONE_GOOD, /* a list of good senders */
	ZONE_NONE, /* dead, or nothing is known */
	ZONE_WEIGHT_N
};

/* What a list is asked about; none of them: it is not asked. */
enum zone_asks {
	ZONE_ASKS_V4 = 1,
	ZONE_ASKS_V6 = 2,
	ZONE_ASKS_NAME = 4,  /* the name as it is */
	ZONE_ASKS_DOMAIN = 8 /* the domain that was registered */
};

#define ZONES_MAX 512
#define ZONE_CODES_MAX 24

/* What an answer means.  Numbers are addresses in host order. */
struct zone_code {
	uint32_t from, to;
	uint32_t bit;      /* of the last number of 127.0.0.x; 0: from and to */
	const char *cause; /* NULL: it is no listing */
	const char *text;
};

struct zone_known {
	const char *zone, *name, *cause, *scope, *portal, *note;
	struct dns_name at;
	enum zone_weight weight;
	unsigned asks;          /* ZONE_ASKS_ bits */
	bool key;               /* answers only where a key is in the name */
	const char *same;       /* a zone of the same data; NULL: none */
	const char *listed, *clear; /* what it tests itself by; NULL: RFC 5782 */
	struct zone_code code[ZONE_CODES_MAX];
	size_t ncode;
};

struct zones;

/*
 * Read text (files one behind the other) into a.
 *	MW_ESYNTAX	err->where is the line, err->text what is wrong
 *	MW_ENOMEM	no memory
 */
enum mw_status zones_read(struct arena *a, sv text, struct zones **out,
                          struct mw_err *err);

/* Told of each stanza that is left out: ->where is its line. */
typedef void zones_wrong(void *arg, const struct mw_err *err);

/*
 * Add a file of the user: a list takes the place of the one of that name that
 * is there, wholly, so one without Asks is asked no longer.  Stanzas of other
 * kinds are passed over, mistakes told.  MW_ENOMEM.
 */
enum mw_status zones_add(struct arena *a, struct zones *k, sv text,
                         zones_wrong *tell, void *arg);

/* NULL where there is none of that name. */
const struct zone_known *zones_get(const struct zones *k, sv zone);
size_t zones_count(const struct zones *k);
const struct zone_known *zones_nth(const struct zones *k, size_t i);

/*
 * Ask none but those that text names: a world that was made by hand says
 * nothing about the others.
 */
void zones_only(struct zones *k, sv text);

/* What one address in an answer says (RFC 5782 section 2.1). */
enum zone_word {
	ZONE_LISTED,
	ZONE_NO_LISTING, /* known, and good or neutral */
	ZONE_REFUSED,    /* it does not answer whoever asked */
	ZONE_OUTSIDE,    /* not in 127.0.0.0/8: no answer of a list at all */
	ZONE_STRANGE     /* not known for that list */
};

struct zone_says {
	enum zone_word word;
	const char *cause; /* of a listing */
	sv text;           /* what it means, in a; empty: not known */
};

struct zone_says zone_says(struct arena *a, const struct zone_known *z,
                           const struct ip *answer);

/* Those that are built in: the text, of all files. */
extern const char zones_builtin[];
extern const size_t zones_builtin_n;

#endif
