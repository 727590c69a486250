/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mtasts.h - MTA-STS: the TXT record and the policy file (RFC 8461)
 *
 * Fetching the file is somebody else's work; it arrives as bytes.  Readers go
 * on behind faults and keep all of them.  Views share the life of the text.
 */
#ifndef AUTH_MTASTS_H
#define AUTH_MTASTS_H

#include "auth/fault.h"
#include "base/err.h"

/* RFC 8461 section 3.3: receivers should stop at 64 KB. */
#define MTASTS_POLICY_MAX 65536
/* About a year (section 3.2). */
#define MTASTS_AGE_MAX 31557600
#define MTASTS_MX_MAX 256

struct mtasts_record {
	sv text, id;
	bool is_sts; /* v=STSv1 comes first: else it does not count at all */
	bool valid;  /* without a fault that matters */
	struct faults faults;
};

/* MW_OK or MW_ENOMEM. */
enum mw_status mtasts_record_parse(struct arena *a, sv text,
                                   struct mtasts_record *out);

/*
 * Does it begin with "v=STSv1;"?  Of the TXT records at _mta-sts.<domain>
 * exactly one must (section 3.1); others are ignored.
 */
bool mtasts_is_record(sv text);

enum mtasts_mode {
	MTASTS_UNSET,
	MTASTS_ENFORCE,
	MTASTS_TESTING,
	MTASTS_NONE
};

/* "enforce" ...; NULL for unset. */
const char *mtasts_mode_name(enum mtasts_mode mode);

struct mtasts_policy {
	sv text;
	enum mtasts_mode mode;
	uint32_t max_age; /* seconds */
	bool has_max_age;
	sv *mx; /* patterns, as they stand */
	size_t nmx, cap;
	bool valid; /* senders can use it */
	struct faults faults;
};

/* MW_OK or MW_ENOMEM.  An invalid policy is data, not a failure. */
enum mw_status mtasts_policy_parse(struct arena *a, sv text,
                                   struct mtasts_policy *out);

/* Does a host match one pattern (section 4.1)?  "*." stands for one label. */
bool mtasts_match(sv pattern, sv host);

/* The pattern that a host of MX matches; NULL: none does. */
const sv *mtasts_allows(const struct mtasts_policy *p, sv host);

/* Unix time until which a policy fetched then may be used. */
int64_t mtasts_expires(const struct mtasts_policy *p, int64_t fetched);

#endif
