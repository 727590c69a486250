/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_sign.h - making signatures (RFC 6376 section 5, RFC 8463)
 *
 * The key is kept by the caller, so that no signature pays for reading it.
 */
#ifndef AUTH_DKIM_SIGN_H
#define AUTH_DKIM_SIGN_H

#include "auth/dkim_sig.h"

/* "From:To:..." of what is signed where it is there. */
extern const char dkim_usual_names[];

struct dkim_sign {
	struct crypto *crypto;
	const struct crypto_private *key;
	sv domain, selector;
	sv identity;     /* i=; empty: left out */
	enum dkim_canon header, body;
	sv names;        /* "from:to"; empty: the usual ones */
	sv oversign;     /* signed once more than they are there; empty: From */
	int64_t t, x;    /* Unix time; 0: left out */
};

/* relaxed/simple, the usual names, From oversigned. */
void dkim_sign_usual(struct dkim_sign *with);

/*
 * *out: a whole field, "DKIM-Signature: ...\r\n", to be put before the
 * message, with lines of at most 78 bytes where names allow it.
 *	MW_OK
 *	MW_EINVAL	no key, domain or selector, or the message has no From
 *	MW_ELIMIT	more than DKIM_NAMES_MAX fields are to be signed
 *	MW_ENOMEM
 */
enum mw_status dkim_sign(struct arena *a, const struct dkim_mail *m,
                         const struct dkim_sign *with, sv *out,
                         struct mw_err *err);

/* ---- for arc.h ---- */

/*
 * The value of h=: each name as often as the message has it, and once more
 * where it is in oversign.  False beyond DKIM_NAMES_MAX.
 */
bool dkim_sign_names(struct arena *a, const struct dkim_mail *m, sv names,
                     sv oversign, sv *out);

/*
 * Take a field that was written but for the value of b= ("before" ends in
 * "b=", "after" has the tags behind it), as it is hashed.  names: value of h=.
 */
bool dkim_sign_begin(struct arena *a, sv before, sv after, sv names,
                     struct dkim_field *f, struct dkim_sig *s);

/* "before", b= (in lines, if it is to be folded), "after", and a line end. */
sv dkim_sign_end(struct arena *a, sv before, sv after, bool fold,
                 sv signature);

#endif
