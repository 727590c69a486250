/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/checks.h"

const struct check *const checks[] = {
    &check_servers,
    &check_dnssec,
    &check_mx,
    &check_spf,
    &check_dkim,
    &check_dmarc,
    &check_smtp,
    &check_postmaster,
    &check_dane,
    &check_mtasts,
    &check_tlsrpt,
    &check_bimi,
    &check_domainlists,
    &check_ptr,
    &check_dnslists,
    &check_helo,
    &check_signatures,
    NULL,
};
