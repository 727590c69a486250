/* SPDX-License-Identifier: BSD-2-Clause */
/* dmarc_repair.h - the DMARC record to publish instead */
#ifndef AUTH_DMARC_REPAIR_H
#define AUTH_DMARC_REPAIR_H

#include "auth/dmarc_record.h"

/* Bytes of a proposed record; what does not fit in is left out. */
#define DMARC_REPAIR_MAX 4096

/*
 * One record in place of n: the policy of the usable one that asks for least,
 * all addresses for reports, tags in their usual order, nothing that receivers
 * do not know.  pct stays where it is under 100: to drop it would make the
 * policy stricter.  A policy that cannot be read becomes none.
 *
 * n may be 0.  rua: an address (without mailto:) to put in where none is
 * there; may be empty, and is left out where it would need escapes.
 * Empty where there is no memory.
 */
sv dmarc_repair(struct arena *a, const struct dmarc_record *records, size_t n,
                sv rua);

/* The same record with relaxed alignment. */
sv dmarc_repair_relaxed(struct arena *a, const struct dmarc_record *record);

#endif
