/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_mail.h - a message as signatures see it: fields and body, every byte
 *
 * mail/message.h takes white space off, which signatures may count.  Here a
 * field keeps all its bytes.  A message whose lines all end in LF was stored
 * so; signatures are about what goes over the wire (RFC 6376 section 5.3), so
 * it is read as if they ended in CRLF, in a copy.  Where both occur, an LF
 * alone is an ordinary byte, as it was for the signer.
 */
#ifndef AUTH_DKIM_MAIL_H
#define AUTH_DKIM_MAIL_H

#include "mail/message.h"

struct dkim_field {
	sv raw;   /* name to the last line end, which is part of it */
	sv name;  /* without blanks before the colon */
	sv value; /* all behind the colon, the last line end left out */
	uint32_t hash; /* of the name in lower case */
};

struct dkim_mail {
	sv raw; /* what was given, or its copy with CRLF */
	struct dkim_field *field;
	size_t n;
	sv body;
	bool was_lf;     /* it is a copy */
	bool bare_lf;    /* some lines end in LF alone */
	bool bare_cr;
	bool no_body;    /* the header is not ended by an empty line */
	size_t stray;    /* lines of the header that are no field: left out */
	size_t more;     /* fields beyond MAIL_MAX_FIELDS: left out */
};

/*
 * raw must outlive *out, as must a.  A line "From x date" of a mailbox at its
 * beginning is no part of the message.
 *	MW_OK		*out is filled
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status dkim_mail_read(struct arena *a, sv raw, struct dkim_mail *out,
                              struct mw_err *err);

/* A copy in which every line end is CRLF, whatever it was. */
sv dkim_with_crlf(struct arena *a, sv s);

uint32_t dkim_name_hash(sv name);

static inline bool dkim_is_field(const struct dkim_field *f, sv name,
                                 uint32_t hash)
{
	return f->hash == hash && sv_ieq(f->name, name);
}

/* Fields of that name, and the first of them (NULL: none). */
size_t dkim_count(const struct dkim_mail *m, const char *name);
const struct dkim_field *dkim_first(const struct dkim_mail *m,
                                    const char *name);

#endif
