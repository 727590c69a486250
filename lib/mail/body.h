/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * body.h - the text of one MIME part as UTF-8, with the way back to its bytes
 *
 * RFC 2045 section 6 (encodings) and section 5 (charset).  Whatever is broken
 * is read on over and told in bits.  Text that needs nothing is a view of the
 * part; what is made lives in the arena.  Work is linear in the part.
 */
#ifndef MAIL_BODY_H
#define MAIL_BODY_H

#include "base/err.h"
#include "mail/recode.h"
#include "mail/transfer.h"

/* What is wrong with a part, beside TRANSFER_... and RECODE_...: */
#define BODY_BAD_BASE64 TRANSFER_BAD_BASE64
#define BODY_CUT_BASE64 TRANSFER_CUT_BASE64
#define BODY_BAD_QP TRANSFER_BAD_QP
#define BODY_BAD_UU TRANSFER_BAD_UU
#define BODY_UNKNOWN_ENCODING 0x10u /* taken as it is */
#define BODY_YENC 0x20u		    /* not read: yEnc, left as it is */
#define BODY_UNKNOWN_CHARSET RECODE_UNKNOWN
#define BODY_INVALID RECODE_INVALID
#define BODY_CUT RECODE_CUT
#define BODY_OTHER_CHARSET RECODE_OTHER

/* What is decoded of one part; text that needs no decoding has no limit. */
#define BODY_MAX RECODE_MAX

struct body_text {
	sv text;	     /* valid UTF-8 */
	const char *charset; /* what it was read as; static */
	unsigned defects;    /* BODY_... */
	/* What body_origin needs. */
	sv raw;
	enum transfer transfer;
	struct charset_anchor *decoded, *made;
	size_t decoded_n, made_n; /* anchors; 0: nothing was changed */
	size_t middle_n;	  /* bytes between the two steps */
	bool single;
};

/*
 * The text of raw (shorter than 4 GiB, it must outlive *out).  encoding and
 * charset are the values of Content-Transfer-Encoding and of the parameter
 * charset, as they stand or empty.  html: the part is a page, which may name
 * its charset.  MW_OK, or MW_ENOMEM; then *out is empty.
 */
enum mw_status body_text(struct arena *a, sv raw, sv encoding, sv charset,
			 bool html, struct body_text *out);

/*
 * The same with tools that are kept from part to part: no descriptor is
 * opened and no buffer is made anew.  tools may be NULL.
 */
enum mw_status body_text_with(struct arena *a, struct recode_tools *tools,
			      sv raw, sv encoding, sv charset, bool html,
			      struct body_text *out);

/*
 * Offset in raw of byte at (less than text.n) of the text.  Exact where the
 * text is UTF-8 (damaged or not) or of a charset with one byte a character,
 * whatever the encoding, and for runs of ASCII in all others; elsewhere less
 * than about CHARSET_STEP characters beside it.
 */
size_t body_origin(const struct body_text *t, size_t at);

#endif
