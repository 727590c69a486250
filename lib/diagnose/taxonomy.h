/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * taxonomy.h - the names that other programs have for a cause
 */
#ifndef DIAGNOSE_TAXONOMY_H
#define DIAGNOSE_TAXONOMY_H

#include "diagnose/diagnose.h"

/*
 * The reason that Sisimai gives (names of 2026).  It looks at the stage of the
 * dialogue and at what became of the message as well as at the words, so the
 * cause alone does not tell: a user who is unknown after DATA is "filtered",
 * whoever refuses on connecting "blocked".
 */
const char *taxonomy_sisimai(const struct diagnosis *d);

#endif
