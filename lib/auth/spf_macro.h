/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf_macro.h - macros in SPF records (RFC 7208 section 7)
 *
 * Values come from a stranger's envelope and are put in as they are: whoever
 * shows the outcome escapes it.
 */
#ifndef AUTH_SPF_MACRO_H
#define AUTH_SPF_MACRO_H

#include "base/ip.h"

/* Octets of a name as text (section 7.3); longer ones lose labels. */
#define SPF_NAME_MAX 253
/* Octets of an explanation; an SMTP reply has lines of 512. */
#define SPF_EXPLANATION_MAX 2048

/*
 * Octets of a value that are put in.  RFC 5321 has 64 of a local part and 256
 * of a path; of what is longer the end counts, as of names.  So a record full
 * of macros costs no more than its length times this.
 */
#define SPF_VALUE_MAX 512

enum spf_place {
	SPF_IN_DOMAIN,  /* must end as a domain does (section 7.1) */
	SPF_IN_OTHER,   /* value of an unknown modifier */
	SPF_IN_EXPLANATION /* blanks, and the letters c, r, t */
};

enum spf_syntax {
	SPF_SYNTAX_OK,
	SPF_SYNTAX_MACRO,    /* no macro, or wrong after its "%" */
	SPF_SYNTAX_EXP_ONLY, /* c, r, t outside of an explanation */
	SPF_SYNTAX_DOMAIN,   /* ends as no domain does */
	SPF_SYNTAX_CHAR      /* a byte that may not stand there */
};

/*
 * Is the text right?  *at and *n: the place of the fault.  *macros: it holds
 * some.
 */
enum spf_syntax spf_macro_check(sv text, enum spf_place place, size_t *at,
                                size_t *n, bool *macros);

/* Does the text hold that macro letter, in lower or upper case? */
bool spf_macro_uses(sv text, char letter);

struct spf_values {
	sv sender, local, sender_domain; /* s, l, o */
	sv domain;                       /* d */
	sv helo, receiver;               /* h, r */
	sv validated;                    /* p */
	struct ip ip;                    /* i, c, v */
	int64_t time;                    /* t */
};

/* Room for what a text becomes. */
struct spf_expanded {
	char p[SPF_EXPLANATION_MAX];
	size_t n;
	bool cut; /* its begin (of names), or its end, did not fit */
};

/*
 * Put the values in.  The text must be right (spf_macro_check).  A name that
 * is too long loses labels from the left, and a last dot goes.
 */
void spf_macro_expand(sv text, enum spf_place place,
                      const struct spf_values *v, struct spf_expanded *out);

#endif
