/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dmarc_report.h - where reports go, and records that stand in a wrong place
 *
 * RFC 7489 section 7.1 and RFC 9990 section 4: reports go to another
 * organization only where that one says so at
 * <domain>._report._dmarc.<domain of the address>.
 */
#ifndef AUTH_DMARC_REPORT_H
#define AUTH_DMARC_REPORT_H

#include "auth/dmarc.h"

enum dmarc_permit {
	DMARC_PERMIT_INSIDE,  /* the same organization: none is needed */
	DMARC_PERMIT_GIVEN,
	DMARC_PERMIT_MISSING, /* receivers send nothing there */
	DMARC_PERMIT_UNKNOWN  /* no answer: see permission */
};

enum dmarc_mail {
	DMARC_MAIL_MX,
	DMARC_MAIL_ADDRESS, /* no MX, but an address (RFC 5321 section 5.1) */
	DMARC_MAIL_NULL_MX, /* takes no mail (RFC 7505) */
	DMARC_MAIL_NONE,
	DMARC_MAIL_UNKNOWN
};

struct dmarc_recipient {
	const struct dmarc_uri *uri;
	bool failure;           /* of ruf, else rua */
	struct dns_name domain; /* .n 0: none to be seen; then no more is set */
	enum dmarc_permit permit;
	const struct dns_answer *permission; /* NULL where none is needed */
	enum dmarc_mail mail;
	const struct dns_answer *mx;
};

struct dmarc_recipients {
	struct dmarc_recipient *list;
	size_t n;
};

/* at: where the record stands, without _dmarc. */
enum step dmarc_recipients(struct facts *f, struct arena *a,
                           const struct psl_list *psl,
                           const struct dns_name *at,
                           const struct dmarc_record *record,
                           struct dmarc_recipients *out);

#define DMARC_STRAYS_MAX 8

struct dmarc_stray {
	/*
	 * "apex" (at the domain itself), "no-underscore" (dmarc.<domain>),
	 * "zone-twice" (_dmarc.<domain>.<domain>: the panel added the zone),
	 * "label-twice" (_dmarc._dmarc.<domain>).
	 */
	const char *id;
	struct dns_name at; /* the whole name */
	sv text;
};

struct dmarc_strays {
	struct dmarc_stray list[DMARC_STRAYS_MAX];
	size_t n;
	bool unknown; /* some question got no answer */
};

/* DMARC records where nobody looks for them. */
enum step dmarc_strays(struct facts *f, struct arena *a,
                       const struct dns_name *domain,
                       struct dmarc_strays *out);

#endif
