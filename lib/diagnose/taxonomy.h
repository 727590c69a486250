/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * taxonomy.h - the names that other programs have for a cause
 */
#ifndef DIAGNOSE_TAXONOMY_H
#define DIAGNOSE_TAXONOMY_H

#include "diagnose/diagnose.h"

enum taxonomy {
	TAXONOMY_MAILWHY, /* the cause itself */
	TAXONOMY_SISIMAI,
	TAXONOMY_KUMOMTA,
	TAXONOMY_SPARKPOST,
	TAXONOMY_RFC3463
};

/* By its name in options and JSON; false: there is none. */
bool taxonomy_from(sv name, enum taxonomy *out);
const char *taxonomy_name(enum taxonomy t);
/* What people call it. */
const char *taxonomy_title(enum taxonomy t);

/* The class of a diagnosis; never NULL. */
const char *taxonomy_class(const struct diagnosis *d, enum taxonomy t);

/*
 * The reason that Sisimai gives (names of 2026).  It looks at the stage of the
 * dialogue and at what became of the message as well as at the words, so the
 * cause alone does not tell: a user who is unknown after DATA is "filtered",
 * whoever refuses on connecting "blocked".
 */
const char *taxonomy_sisimai(const struct diagnosis *d);

#endif
