/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recode.h - bytes with a charset's name as UTF-8
 *
 * Names are those that mail uses, with their many spellings.  Text that is
 * UTF-8 (or ASCII) already is not copied.  8-bit and East Asian charsets go
 * through iconv(3), each by a name from a fixed list: what a stranger writes
 * never reaches iconv_open().  ISO-2022-JP (RFC 1468), ISO-2022-KR (RFC
 * 1557), HZ (RFC 1843), UTF-7 (RFC 2152), windows-1252 and damaged UTF-8 are
 * read here.  Work is linear.
 */
#ifndef MAIL_RECODE_H
#define MAIL_RECODE_H

#include <iconv.h>

#include "base/arena.h"
#include "mail/sink.h"

/* What is made is no longer than this; the longest real bounces have 2 MiB. */
#define RECODE_MAX ((size_t)8 << 20)

/* What is wrong with the text.  (Bits 0 to 7 are those of transfer.h.) */
#define RECODE_UNKNOWN 0x100u /* a name that is not known, and is needed */
#define RECODE_INVALID 0x200u /* bytes that the charset does not have */
#define RECODE_CUT 0x400u     /* longer than RECODE_MAX */
#define RECODE_OTHER 0x800u   /* it is clearly in another than it says */

/*
 * Memory and descriptors that may be kept from text to text, by one thread.
 * Zero it before the first use.
 */
struct recode_tools {
	struct {
		const char *name;
		iconv_t cd;
	} open[4];
	size_t next; /* the descriptor that is given up next */
	struct sink decoded, made;
};

void recode_tools_fini(struct recode_tools *t);

struct recoded {
	sv text;	     /* in, or made */
	const char *charset; /* what it was taken for; static */
	unsigned defects;
	/*
	 * Where the text is not in itself: the way back.  In the tools until
	 * they are used again.
	 */
	const struct charset_anchor *anchors;
	size_t n;
	bool single; /* each character was one byte */
	bool failed; /* no memory */
};

/*
 * Read in (shorter than 4 GiB) as the charset that label names (empty: none
 * is named).  html: a charset that the page names counts where label does
 * not help.  The text is a view of in, or lives in t->made until t is used
 * again.
 */
struct recoded recode(struct recode_tools *t, sv in, sv label, bool html);

/* Offset in the input (of size in_n) of byte at of text. */
size_t recode_origin(sv text, const struct charset_anchor *v, size_t n,
		     bool single, size_t in_n, size_t at);

/* How many bytes from the begin are ASCII; eight are looked at at a time. */
size_t recode_ascii(sv s);

#endif
