/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/checks.h"

const struct check *const checks[] = {
    &check_mx,
    &check_spf,
    &check_dkim,
    &check_dmarc,
    &check_ptr,
    &check_helo,
    &check_signatures,
    NULL,
};
