/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dane.h - TLSA records of a mail host, and whether a certificate fits
 *
 * RFC 7672 (SMTP) with RFC 6698 and RFC 7671.  Records count only where DNSSEC
 * proves them; of the four usages SMTP has but 2 (DANE-TA) and 3 (DANE-EE).
 */
#ifndef AUTH_DANE_H
#define AUTH_DANE_H

#include "facts/facts.h"

/* Records, and certificates of a chain, that are looked at. */
#define DANE_RECORDS_MAX 64
#define DANE_CHAIN_MAX 16
#define DANE_DER_MAX 65536

enum dane_use {
	DANE_USE,      /* usable */
	DANE_SHORT,    /* no TLSA record at all by its bytes */
	DANE_USAGE,    /* 0, 1 or unknown: not for SMTP (RFC 7672 3.1.3) */
	DANE_SELECTOR,
	DANE_MATCHING,
	DANE_LENGTH,   /* not as long as the digest is */
	DANE_DATA      /* holds neither certificate nor key, as it should */
};

/* "usable", "usage" ...; ids. */
const char *dane_use_name(enum dane_use use);

struct dane_record {
	struct dns_tlsa tlsa;
	enum dane_use use;
};

enum dane_state {
	DANE_NONE,     /* no records: nothing is asked of TLS */
	DANE_INSECURE, /* names or records are not signed: they do not count */
	DANE_UNPROVEN, /* nobody validated: not known whether they count */
	DANE_READY,    /* usable ones: certificates must fit */
	DANE_UNUSABLE, /* none is usable: TLS, but any certificate (2.2) */
	DANE_FAILED    /* no answer or a forged one: mail has to wait (2.1) */
};

const char *dane_state_name(enum dane_state state);

struct dane_host {
	enum dane_state state;
	struct dns_name base; /* whose records count (RFC 7672 2.2.2) */
	const struct dns_answer *answer; /* TLSA; or what failed */
	struct dane_record *list;
	size_t n;
};

/* host: as MX names it. */
enum step dane_host(struct facts *f, struct arena *a,
                    const struct dns_name *host, unsigned port,
                    struct dane_host *out);

/* By its bytes alone. */
void dane_record_read(const struct dns_rr *rr, struct dane_record *out);

enum dane_fit {
	DANE_FITS,
	DANE_NO_FIT,   /* no record names this certificate */
	DANE_BAD_NAME, /* usage 2 fits, but the certificate is for others */
	DANE_BAD_TIME, /* usage 2 fits, but it is expired or not yet valid */
	DANE_BAD_CHAIN, /* usage 2 names a certificate that did not sign it */
	DANE_BAD_DER    /* the first certificate cannot be read */
};

const char *dane_fit_name(enum dane_fit fit);

struct dane_match {
	enum dane_fit fit;
	const struct dane_record *record; /* that fits, or came closest */
	size_t depth; /* of the certificate in the chain */
};

/*
 * chain: DER, the host's own first.  names: that the certificate may be for,
 * the host and the domain of the recipient (RFC 7672 3.2.3); for usage 3
 * neither they nor the dates matter (3.1.1).  now: Unix time.
 */
void dane_fit(const struct dane_host *host, const sv *chain, size_t nchain,
              const sv *names, size_t nnames, int64_t now,
              struct dane_match *out);

#endif
