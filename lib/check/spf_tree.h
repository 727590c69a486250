/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf_tree.h - an SPF record and all that is in it as a drawing
 *
 * Every term with what it costs, the sum so far against the limit of ten
 * (RFC 7208 section 4.6.4), faults, and the way of the addresses that were
 * judged.
 */
#ifndef CHECK_SPF_TREE_H
#define CHECK_SPF_TREE_H

#include "auth/spf.h"
#include "check/check.h"

/* by_ip: outcomes for run->target->ips. */
void spf_tree(struct check_run *run, const struct spf_worst *worst,
              const struct spf_outcome *by_ip);

#endif
