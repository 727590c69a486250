/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer.h - undoing a Content-Transfer-Encoding (RFC 2045 section 6)
 *
 * Decoders read on over whatever is broken and say so in bits.  Work is
 * linear in the input, and a look-up of an origin costs a bounded step.
 */
#ifndef MAIL_TRANSFER_H
#define MAIL_TRANSFER_H

#include "mail/sink.h"

enum transfer {
	TRANSFER_NONE, /* 7bit, 8bit, binary, or nothing said */
	TRANSFER_BASE64,
	TRANSFER_QP,
	TRANSFER_UU,
	TRANSFER_YENC,	  /* known by name only */
	TRANSFER_UNKNOWN, /* taken as it is */
};

/* What is wrong with an encoded text. */
#define TRANSFER_BAD_BASE64 1u /* characters or lines that are no base64 */
#define TRANSFER_CUT_BASE64 2u /* an end without its last characters */
#define TRANSFER_BAD_QP 4u     /* = before what are no two hex digits */
#define TRANSFER_BAD_UU 8u     /* no begin, no end, or a broken line */

/* By the value of the header field, with comments, quotes and oddities. */
enum transfer transfer_named(sv value);

/* Does the text begin with "begin 644 name" and a line of such data? */
bool transfer_is_uu(sv raw);

/*
 * Decode raw (shorter than 4 GiB) into s, which has been begun.  Only for
 * BASE64, QP and UU.  The result is never longer than raw.
 */
unsigned transfer_decode(enum transfer kind, sv raw, struct sink *s);

/*
 * Offset in raw of byte at of the decoded text, exactly: the first byte of
 * those it was made of.  v: the anchors that decoding left.
 */
size_t transfer_origin(enum transfer kind, sv raw,
		       const struct charset_anchor *v, size_t n, size_t at);

/*
 * Append what the text of one encoded word (RFC 2047 section 4) stands for,
 * without anchors.  Blanks in it are passed over in base64 and kept in Q.
 */
unsigned transfer_word(bool base64, sv text, struct sink *s);

/*
 * Append a text with %XX (RFC 2231 section 4).  Returns whether each % stood
 * before two digits; those that did not are kept.
 */
bool transfer_percent(sv text, struct sink *s);

#endif
