/* SPDX-License-Identifier: BSD-2-Clause */
/* codepage.h - text under the numbers that Windows has for charsets */
#ifndef MAIL_CODEPAGE_H
#define MAIL_CODEPAGE_H

#include "mail/recode.h"

/* What Windows takes where nothing is told. */
#define CODEPAGE_WESTERN 1252u

/* The name by which mail knows it; empty for a number that is not known. */
const char *codepage_name(uint32_t number);

/* s as UTF-8: a view of s, or in a; empty where memory is exhausted. */
sv codepage_text(struct arena *a, struct recode_tools *t, sv s,
                 uint32_t number);

/* UTF-16 with the lesser byte first, to its end or the first NUL. */
sv codepage_utf16(struct arena *a, sv s);

#endif
