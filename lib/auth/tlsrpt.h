/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tlsrpt.h - where reports about TLS go: the record of RFC 8460 section 3
 *
 * TXT at _smtp._tls.<domain>; exactly one may begin with "v=TLSRPTv1;".
 */
#ifndef AUTH_TLSRPT_H
#define AUTH_TLSRPT_H

#include "auth/fault.h"
#include "base/err.h"

#define TLSRPT_URIS_MAX 32

struct tlsrpt_record {
	sv text;
	bool is_tlsrpt; /* v=TLSRPTv1 comes first */
	bool valid;
	sv *rua; /* mailto: or https: */
	size_t nrua, cap;
	struct faults faults;
};

/* MW_OK or MW_ENOMEM. */
enum mw_status tlsrpt_record_parse(struct arena *a, sv text,
                                   struct tlsrpt_record *out);

bool tlsrpt_is_record(sv text);

#endif
