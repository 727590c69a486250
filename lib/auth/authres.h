/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * authres.h - what a receiver wrote down about authentication
 *
 * Authentication-Results (RFC 8601; ARC's copy, RFC 8617 4.1.1, but for its
 * i=) and Received-SPF (RFC 7208 section 9.1): read as found in the wild, and
 * written as the standards want it.  The values are hostile; what cannot be
 * read is stepped over and told.
 */
#ifndef AUTH_AUTHRES_H
#define AUTH_AUTHRES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define AUTHRES_TEXT_MAX 65536
#define AUTHRES_RESULTS_MAX 128
#define AUTHRES_PROPS_MAX 64

#define AUTHRES_NO_ID 1u    /* begins with a result: who wrote it is not told */
#define AUTHRES_ODD 2u      /* pieces that are neither result nor property */
#define AUTHRES_OPEN 4u     /* a quotation or comment without end */
#define AUTHRES_MANY 8u     /* more than the limits */
#define AUTHRES_VERSION 16u /* a version that is not 1 */
#define AUTHRES_LOOSE 32u   /* "action=none": a property without its type */
#define AUTHRES_EMPTY 64u   /* nothing that says anything */

struct authres_prop {
	sv type;     /* "smtp", "header", "body", "policy"; empty: none given */
	sv property; /* "mailfrom", "d" */
	sv value;    /* without quotation marks */
	size_t at;   /* where type.property begins */
};

struct authres_result {
	sv method; /* "spf", "dkim" ... */
	unsigned version; /* of the method; 1 where not told */
	sv result; /* "pass" ... */
	sv reason;
	sv comment; /* the first one behind the result, without brackets */
	struct authres_prop *props;
	size_t nprops, cap;
	size_t at; /* where it begins */
};

struct authres {
	sv id; /* who wrote it (authserv-id) */
	unsigned version;
	bool none; /* "none": nothing was checked */
	struct authres_result *results;
	size_t n, cap;
	unsigned defects;
};

/*
 * value: behind "Authentication-Results:", folded or not.  MW_OK or MW_ENOMEM.
 * Views point into value, unescaped ones into a.
 */
enum mw_status authres_parse(struct arena *a, sv value, struct authres *out);

/* The first result of that method from n on; NULL at the end. */
const struct authres_result *authres_find(const struct authres *r, sv method,
                                          size_t n);
/* Value of "header.d" and the like; empty where it is not there. */
sv authres_get(const struct authres_result *r, sv type, sv property);

/*
 * The value of the field, folded before each result.  What may not stand in
 * it (control characters, signs in keywords) is left out.
 */
void authres_write(struct buf *b, const struct authres *r);

struct received_spf {
	sv result, comment;
	struct received_spf_pair {
		sv key, value;
	} *pairs;
	size_t n, cap;
	unsigned defects;
};

enum mw_status received_spf_parse(struct arena *a, sv value,
                                  struct received_spf *out);
/* "client-ip", "envelope-from", "helo" ...; empty where it is not there. */
sv received_spf_get(const struct received_spf *r, sv key);
void received_spf_write(struct buf *b, const struct received_spf *r);

#endif
