/* SPDX-License-Identifier: BSD-2-Clause */
/* dkim_check.h - between dkim.c and arc.c: does a key suit a signature? */
#ifndef AUTH_DKIM_CHECK_H
#define AUTH_DKIM_CHECK_H

#include "auth/dkim.h"

/* Why the record that was found is not for this signature; or DKIM_FINE. */
enum dkim_reason dkim_misfit(const struct dkim_verdict *v);

/* Does the body have that hash?  *size: of its canonical form. */
enum dkim_match dkim_match_body(const struct dkim_sig *s, const uint8_t *hash,
                                uint64_t size);

#endif
