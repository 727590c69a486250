/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf.h - may this address send mail for that domain (RFC 7208)?
 *
 * spf_check() judges as a receiver does and keeps a trace of all it did;
 * spf_cost() counts what the record costs whoever sends.  Both are called
 * again from the top while they return STEP_WAIT (facts.h).  spf_check() asks
 * what a receiver asks, in its order; spf_cost() asks all at once.  Who wants
 * both calls both before waiting: then the answers are there sooner.
 *
 * Everything from the envelope and the DNS is hostile and shown unchanged in
 * the outcome: whoever prints it escapes it.  Outcomes live in the arena and
 * point into the facts, the cache and the request.
 */
#ifndef AUTH_SPF_H
#define AUTH_SPF_H

#include "auth/spf_record.h"
#include "facts/facts.h"

/* Section 4.6.4: the terms that ask, nested ones included. */
#define SPF_TERMS_LIMIT 10
/* Section 4.6.4: terms whose question finds nothing ("void lookups"). */
#define SPF_VOIDS_LIMIT 2
/* Section 4.6.4: names of mx; more are a permerror. */
#define SPF_MX_LIMIT 10
/* Section 4.6.4: names of ptr and %{p}; more are not looked at. */
#define SPF_PTR_LIMIT 10
/* Records inside each other: every level costs one of the ten terms. */
#define SPF_DEPTH_MAX (SPF_TERMS_LIMIT + 1)
/* Records and questions of spf_cost(): an honest record needs a tenth. */
#define SPF_WALK_RECORDS_MAX 128
#define SPF_WALK_QUESTIONS_MAX 1024

enum spf_result { /* section 2.6 */
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR,
	SPF_RESULT_N
};

/* "none", "permerror" ... as in Received-SPF. */
const char *spf_result_name(enum spf_result r);

enum spf_why {
	SPF_WHY_MATCH,          /* a term matched */
	SPF_WHY_NO_MATCH,       /* none did, and there is no all */
	SPF_WHY_NO_DOMAIN,      /* the identity is no domain name (4.3) */
	SPF_WHY_NO_IP,          /* no address was given */
	SPF_WHY_NO_RECORD,
	SPF_WHY_TWO_RECORDS,    /* 4.5 */
	SPF_WHY_SYNTAX,         /* 4.6 */
	SPF_WHY_TOO_MANY_TERMS, /* 4.6.4 */
	SPF_WHY_TOO_MANY_VOIDS,
	SPF_WHY_TOO_MANY_MX,
	SPF_WHY_INCLUDE_NONE,   /* 5.2: an included domain has no record */
	SPF_WHY_REDIRECT_NONE,  /* 6.1 */
	SPF_WHY_INSIDE,         /* an error of an included record */
	SPF_WHY_DNS,            /* no answer: the term's question tells more */
	SPF_WHY_BOGUS,          /* a forged answer, likewise */
	SPF_WHY_MEMORY,         /* of ours */
	SPF_WHY_N
};

/* "too-many-terms"; ids are never renamed. */
const char *spf_why_name(enum spf_why why);

enum spf_state {
	SPF_NOT_REACHED,
	SPF_NO_MATCH,
	SPF_MATCH,
	SPF_ERROR, /* why tells which */
	SPF_SKIPPED /* a modifier that plays no part */
};

/* What one term did. */
struct spf_seen {
	enum spf_state state;
	enum spf_why why; /* of SPF_ERROR */
	bool voided;      /* its question found nothing */
	bool depends;     /* spf_cost(): on who sends, so it was not asked */
	bool loop;        /* spf_cost(): a record that is being read already */
	unsigned terms;   /* that count, it and what is in it */
	unsigned voids;   /* likewise; of spf_cost() for IPv4 */
	unsigned voids6;  /* of spf_cost() for IPv6 */
	/* Its question, and the further ones (hosts of mx, names of ptr). */
	const struct dns_answer *answer;
	const struct dns_answer **more;
	size_t nmore;
	sv target; /* what macros became */
	struct spf_trace *inner; /* of include and redirect */
};

/* One domain's record and what came of it. */
struct spf_trace {
	sv domain; /* as written */
	const struct dns_answer *txt;    /* NULL: was not asked */
	const struct spf_set *set;       /* all its records, broken ones too */
	const struct spf_record *record; /* the one that counts, or the first */
	struct spf_seen *seen;           /* one for each term; may be NULL */
	enum spf_result result;
	enum spf_why why;
	size_t matched; /* the term that decided; SIZE_MAX: none */
	unsigned terms, voids, voids6; /* as in spf_seen, of all of them */
};

/* Parsed records; one for as long as the facts live, of one thread. */
struct spf_cache;
/* NULL if there is no memory. */
struct spf_cache *spf_cache_new(void);
void spf_cache_free(struct spf_cache *c);

struct spf_request {
	struct ip ip;    /* of the sending host; IPv4-mapped is IPv4 */
	sv helo;
	sv mail_from;    /* without brackets; empty: the HELO name is judged */
	sv receiver;     /* for %{r}; may be empty */
	struct spf_cache *cache; /* NULL: records are parsed each time */
};

struct spf_outcome {
	enum spf_result result;
	enum spf_why why;
	bool helo;  /* it is about the HELO name (2.3) */
	sv domain;  /* that was judged */
	const struct spf_trace *top; /* NULL: nothing was asked */
	/* The record that decided, behind redirect; NULL as above. */
	const struct spf_trace *in;
	const struct spf_seen *seen; /* the term of it that decided, or NULL */
	const struct spf_term *term;
	bool has_explanation; /* section 6.2; of fail only */
	sv explanation;
	const struct dns_answer *exp; /* where it came from, or not */
	unsigned terms, voids; /* spent on this address's way */
	bool hypothetical;     /* an overlay had a part in it */
};

enum step spf_check(struct facts *f, struct arena *a,
                    const struct spf_request *rq, struct spf_outcome *out);

struct spf_worst {
	/* All terms of all records, as if none matched; not capped at 10. */
	unsigned terms;
	unsigned voids, voids6;
	bool loop;    /* a record includes itself: there is no end */
	bool cut;     /* a limit of the walk was met: there is more */
	bool depends; /* an include depends on who sends: there may be more */
	const struct spf_trace *top; /* cost by branch: seen[i].terms */
	bool unknown; /* a question had no answer: there may be more */
};

/*
 * The worst case of a domain.  Of rq, helo, mail_from and ip serve macros and
 * may be empty.
 */
enum step spf_cost(struct facts *f, struct arena *a, sv domain,
                   const struct spf_request *rq, struct spf_worst *out);

/* The same, as if the domain published that record and no other. */
enum step spf_cost_of(struct facts *f, struct arena *a, sv domain,
                      const struct spf_record *record,
                      const struct spf_request *rq, struct spf_worst *out);

#endif
