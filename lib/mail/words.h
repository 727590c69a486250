/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - the text of header values: encoded words and parameters
 *
 * RFC 2047 (encoded words, also where it forbids them: in quoted strings, in
 * the middle of words), RFC 2045 section 5.1 and RFC 2231 (parameters).  What
 * is broken stays as it is and is told.  Work is linear in the value.
 */
#ifndef MAIL_WORDS_H
#define MAIL_WORDS_H

#include "base/err.h"
#include "mail/recode.h"
#include "mail/transfer.h"

/* Beside TRANSFER_... and RECODE_...: what begins as a word and is none. */
#define WORDS_BROKEN 0x1000u

/* A longer parameter in parts is not read on. */
#define WORDS_PARTS 64

/* What is made of one value is no longer than this. */
#define WORDS_MAX ((size_t)1 << 20)

struct words {
	sv text; /* UTF-8, unfolded; a view of the value or in the arena */
	unsigned defects;
};

/*
 * The text of a header value (folded or not): words are decoded, adjacent
 * ones of one charset joined before their bytes are read; other bytes are
 * UTF-8 or windows-1252.  A line end becomes nothing before a blank, else one
 * blank.  tools as in body.h, may be NULL.  MW_OK, or MW_ENOMEM; then *out is
 * empty.
 */
enum mw_status words_text(struct arena *a, struct recode_tools *tools, sv value,
			  struct words *out);

/* One parameter as it stands: name (with its stars) and value, quoted or not.
 */
struct words_param {
	sv name, value;
	bool quoted; /* value is without its quotes, with its backslashes */
	bool open;   /* the closing quote is missing */
};

/*
 * Cut the next parameter off *rest, which follows the first word of a value
 * ("; charset=utf-8").  False at the end.  Comments and empty parts are passed
 * over.
 */
bool words_next_param(sv *rest, struct words_param *out);

/*
 * The parameter called name (any case) of a value such as that of
 * Content-Type: "name*" (charset'language'text) and "name*0", "name*1*" ...
 * before "name", whose encoded words are decoded too.  MW_ENOENT: there is
 * none.
 */
enum mw_status words_param(struct arena *a, struct recode_tools *tools,
			   sv value, sv name, struct words *out);

#endif
