/* SPDX-License-Identifier: BSD-2-Clause */
/* checks.h - each check, in the order of its answers; list.c is their list */
#ifndef CHECK_CHECKS_H
#define CHECK_CHECKS_H

#include "check/check.h"

extern const struct check check_servers, check_dnssec, check_mx, check_spf,
    check_dkim, check_dmarc, check_smtp, check_postmaster, check_dane,
    check_mtasts, check_tlsrpt, check_bimi, check_domainlists,
    check_ptr, check_dnslists, check_helo, check_signatures;

#endif
