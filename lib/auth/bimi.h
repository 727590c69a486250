/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bimi.h - the record that names a logo (draft-brand-indicators-for-message-
 * identification): TXT at default._bimi.<domain>
 *
 * Only the record is looked at; neither logo nor certificate is fetched.  It
 * never is the reason of a rejection.
 */
#ifndef AUTH_BIMI_H
#define AUTH_BIMI_H

#include "auth/dmarc_record.h"

struct bimi_record {
	sv text;
	bool is_bimi;   /* v=BIMI1 comes first */
	bool valid;
	bool declines;  /* l= and a= empty: no logo wanted */
	sv logo, mark;  /* l= and a=: https URIs */
	struct faults faults;
};

/* MW_OK or MW_ENOMEM. */
enum mw_status bimi_record_parse(struct arena *a, sv text,
                                 struct bimi_record *out);

/*
 * Is the policy of the organizational domain strong enough for a logo to be
 * shown: quarantine or reject for all names and all mail?
 */
bool bimi_policy(const struct dmarc_record *record);

#endif
