/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf_notes.h - where other implementations judge the same record otherwise
 *
 * Seen by running them on the same zones in November 2026: libspf2 1.2.10 and
 * pyspf 2.0.14 of Debian (tests/interop/spf.reasons has each case).  Many
 * receivers with Exim or Postfix run one of the two.
 */
#ifndef AUTH_SPF_NOTES_H
#define AUTH_SPF_NOTES_H

#include "auth/spf.h"

#define SPF_NOTES_MAX 16

struct spf_note {
	const char *id;     /* "no-void-limit"; never renamed */
	const char *engine; /* "libspf2" */
	/* What it says; SPF_RESULT_N: it goes on, where we stop. */
	enum spf_result result;
};

/* What there is to say of an outcome; returns how many. */
size_t spf_notes(const struct spf_outcome *out,
                 struct spf_note notes[SPF_NOTES_MAX]);

#endif
