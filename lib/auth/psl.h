/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * psl.h - who registers names: the public suffix list, and names beyond ASCII
 *
 * Thin layers over libpsl and libidn2.  The list is what libpsl was built
 * with, or the system's file where that is newer.  It is read only, so threads
 * may share it.
 */
#ifndef AUTH_PSL_H
#define AUTH_PSL_H

#include "dns/name.h"

/* Text of a name in UTF-8 that is looked at; a name in ASCII has 253. */
#define PSL_TEXT_MAX 1024

struct psl_list;

/* From a file in the list's own form; NULL: see above.  NULL if neither. */
struct psl_list *psl_list_new(const char *file);
/* NULL is accepted. */
void psl_list_free(struct psl_list *list);

/*
 * The name one label below its public suffix (section 3.2 of RFC 7489).  A top
 * level that is not listed counts as suffix.  False where the name is a public
 * suffix itself, or without a list.
 */
bool psl_list_org(const struct psl_list *list, const struct dns_name *name,
                  struct dns_name *out);

/*
 * A domain as people write it, in UTF-8 or ASCII, with or without dots at its
 * ends, as the name that is asked for (IDNA 2008, RFC 5891; not transitional).
 * False where it cannot be one.
 */
bool psl_name(sv domain, struct dns_name *out);

#endif
