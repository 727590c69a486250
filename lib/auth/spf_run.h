/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf_run.h - what judging and counting share: the request, parsed records,
 * names out of terms
 *
 * For the files of SPF only.
 */
#ifndef AUTH_SPF_RUN_H
#define AUTH_SPF_RUN_H

#include "auth/spf.h"
#include "auth/spf_macro.h"

struct spf_run {
	struct facts *f;
	struct arena *a;
	struct spf_cache *cache;
	struct spf_values values;
	unsigned terms, voids;
	unsigned depth;
};

void spf_run_init(struct spf_run *r, struct facts *f, struct arena *a,
                  const struct spf_request *rq);

/* NULL where memory is exhausted. */
const struct spf_set *spf_run_set(struct spf_run *r,
                                  const struct dns_answer *txt);

/* A domain that may be judged at all (RFC 7208 section 4.3). */
bool spf_run_domain(sv text, struct dns_name *out);

/* A trace for that domain. */
struct spf_trace *spf_run_trace(struct spf_run *r, sv domain);

/* Another question of a term. */
void spf_run_more(struct spf_run *r, struct spf_seen *s,
                  const struct dns_answer *answer);

static inline bool spf_is_void(const struct dns_answer *an)
{
	return an->state == DNS_NODATA || an->state == DNS_NXDOMAIN ||
	       (an->state == DNS_FOUND && !an->n);
}

static inline bool spf_is_failed(const struct dns_answer *an)
{
	return an->state == DNS_TEMPFAIL || an->state == DNS_BOGUS;
}

/*
 * The name of the sending host that stands for %{p}: empty where none is
 * validated.  False: an answer is pending.
 */
bool spf_run_validated(struct spf_run *r, struct spf_seen *s, sv *out);

struct spf_target {
	const struct dns_name *name; /* NULL: the text can be no name */
	sv text;
	struct dns_name room;
};

/*
 * The domain a term of a record of that domain is about.  False: an answer is
 * pending.
 */
bool spf_run_target(struct spf_run *r, const struct spf_term *t, sv domain,
                    struct spf_seen *s, struct spf_target *out);

#endif
