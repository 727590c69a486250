/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dmarc.h - DMARC as receivers of both dialects evaluate it
 *
 * RFC 7489 finds the organizational domain with the public suffix list,
 * RFC 9989 (May 2026) by a walk up the tree of names.  Both are in use, and
 * where they disagree the same message is accepted here and rejected there, so
 * both are evaluated and the difference is part of the result.
 *
 * Ids (sentences, cures, differences) are stable; the prose is data.
 */
#ifndef AUTH_DMARC_H
#define AUTH_DMARC_H

#include "auth/dmarc_record.h"
#include "auth/psl.h"
#include "facts/facts.h"

enum dmarc_dialect { DMARC_9989, DMARC_7489, DMARC_DIALECTS };

/* Questions of one walk (RFC 9989 section 4.10). */
#define DMARC_WALK_MAX 8
/* Records, real or meant, kept of one place. */
#define DMARC_RECORDS_MAX 16
/* Identifiers looked at; each may cost a walk. */
#define DMARC_IDENTITIES_MAX 32

/* One identifier and what SPF or DKIM made of it. */
struct dmarc_auth {
	sv domain; /* of MAIL FROM (HELO where that is empty), or d= */
	sv result; /* "pass", "fail", "softfail", "temperror" ... */
};

struct dmarc_request {
	sv header_from; /* domain of the From field; dmarc_author() gives it */
	const struct dmarc_auth *spf, *dkim;
	size_t nspf, ndkim;
	const struct psl_list *psl; /* NULL: every name is its own organization */
	/* One dialect alone asks what only its receivers ask. */
	bool no_9989, no_7489;
	/* Ask too what identifiers that did not pass would align with. */
	bool thorough;
	/*
	 * Ask whole walks at once: fewer waits, but some questions more where
	 * a walk ends early.
	 */
	bool ahead;
};

enum dmarc_result {
	DMARC_NONE, /* no policy that applies */
	DMARC_PASS,
	DMARC_FAIL,
	DMARC_TEMPERROR,
	DMARC_PERMERROR /* no domain to look for: see why */
};

/* "none", "pass", "fail", "temperror", "permerror" (RFC 7489 11.2). */
const char *dmarc_result_name(enum dmarc_result result);

/* What the DNS says at _dmarc.<name>. */
struct dmarc_place {
	struct dns_name name; /* without _dmarc */
	const struct dns_answer *answer;
	/* DMARC records, and texts that were meant to be some. */
	struct dmarc_record *records;
	size_t nrecords;
	size_t nvalid;    /* that receivers take as DMARC records */
	size_t unrelated; /* other TXT records */
	const struct dmarc_record *record; /* the only valid one, or NULL */
};

enum dmarc_where {
	DMARC_NOWHERE,
	DMARC_AT_AUTHOR, /* the domain of From itself */
	DMARC_AT_ORG,
	DMARC_AT_PSD     /* the public suffix domain above it, by psd=y */
};

enum dmarc_by { DMARC_BY_P, DMARC_BY_SP, DMARC_BY_NP };

enum dmarc_aligned { DMARC_ALIGNED_NO, DMARC_ALIGNED, DMARC_ALIGNED_UNKNOWN };

/* Why an identifier does not help. */
enum dmarc_miss {
	DMARC_MISS_NOTHING, /* it passed and is aligned */
	DMARC_MISS_RESULT,  /* aligned, but did not pass */
	DMARC_MISS_ORG,     /* passed, but for another organization */
	DMARC_MISS_STRICT,  /* passed for that organization, but strict mode
	                       wants the domain of From itself */
	DMARC_MISS_BOTH,    /* neither passed nor aligned */
	DMARC_MISS_UNKNOWN  /* the DNS did not tell */
};

struct dmarc_identity {
	bool dkim; /* else SPF */
	sv domain; /* as given */
	sv result;
	bool passed;
	struct dns_name name, org; /* .n 0: not known */
	bool org_sure;
	bool strict;
	enum dmarc_aligned aligned;
	enum dmarc_miss miss;
};

/* What would help, in the order of how little has to change. */
struct dmarc_cure {
	const char *id; /* "dkim-fix", "dkim-domain", "spf-return-path" ... */
	sv value;       /* the domain it is about */
};
#define DMARC_CURES_MAX 8

/* One dialect's view. */
struct dmarc_view {
	enum dmarc_result result;
	/*
	 * Why there is no policy: "no-record", "several-records",
	 * "unusable-record", "temporary", "from-invalid"; else NULL.
	 */
	const char *why;
	struct dns_name org; /* the author's; the best guess where not sure */
	bool org_sure;
	enum dmarc_where where;
	const struct dmarc_place *place; /* of the policy; NULL: none */
	const struct dmarc_record *record;
	enum dmarc_by by;
	enum dmarc_policy policy;    /* what the record asks for */
	enum dmarc_policy effective; /* RFC 9989: t=y lowers it by one level */
	bool test;     /* t=y */
	unsigned pct;  /* RFC 7489 only; else 100 */
	/* Asked only where np counts: does the author's domain exist? */
	bool exists_asked, exists, exists_unknown;
	struct dmarc_identity *ids; /* SPF's first, then DKIM's */
	size_t nids;
	size_t skipped; /* identifiers beyond DMARC_IDENTITIES_MAX */
	const struct dmarc_identity *spf, *dkim; /* first that is aligned */
	/* An identifier's own temporary error may have made it fail. */
	bool unsure;
	/*
	 * "pass-both", "pass-spf", "pass-dkim", "unaligned" (something passed,
	 * for others), "unauthenticated" (aligned, nothing passed),
	 * "neither", "nothing" (no identifier at all), "unknown", "no-policy".
	 */
	const char *sentence;
	struct dmarc_cure cures[DMARC_CURES_MAX];
	size_t ncures;
};

/* Bits of what the dialects differ in. */
#define DMARC_DIFFER_RESULT 1u
#define DMARC_DIFFER_POLICY 2u
#define DMARC_DIFFER_BY 4u
#define DMARC_DIFFER_ALIGNED 8u
/* The above decide about messages; these are worth a remark. */
#define DMARC_DIFFER_RULES 15u
#define DMARC_DIFFER_ORG 16u
#define DMARC_DIFFER_PLACE 32u
#define DMARC_DIFFER_TEST 64u /* t=y is not known to one of them */
#define DMARC_DIFFER_PCT 128u /* pct is not known to the other */

#define DMARC_REASONS_MAX 8

struct dmarc_outcome {
	struct dns_name author;
	struct dmarc_view view[DMARC_DIALECTS];
	/* Everywhere a policy was looked for, the author's domain first. */
	struct dmarc_place *places;
	size_t nplaces;
	unsigned differ;
	/*
	 * "np", "psd", "several-records", "record-between" (neither at the
	 * author's domain nor at the registered one), "record-at-suffix",
	 * "psd-record", "walk" (no record at the registered domain ties the
	 * names together), "t", "pct".
	 */
	const char *reasons[DMARC_REASONS_MAX];
	size_t nreasons;
};

/*
 * STEP_WAIT: *out is not set, call again after facts_wait().  Where a is
 * exhausted both results are DMARC_TEMPERROR, "memory".
 */
enum step dmarc_check(struct facts *f, struct arena *a,
                      const struct dmarc_request *request,
                      struct dmarc_outcome *out);

/*
 * The domain of a From field's value.  NULL and *domain, or why there is none:
 * "from-none", "from-several" (RFC 9989 section 5.3.1: of several domains).
 */
const char *dmarc_author(sv from, sv *domain);

/* Are two names aligned by RFC 7489?  Dots at their ends do not count. */
bool dmarc_aligned_7489(const struct psl_list *psl, sv a, sv b, bool strict);

#endif
