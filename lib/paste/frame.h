/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.h - what stands before a code in a line, and what that proves
 *
 * Private to prose.c.  Views are of the line's cleaned text.
 */
#ifndef PASTE_FRAME_H
#define PASTE_FRAME_H

#include "smtp/reply.h"

enum frame {
	FRAME_NONE,  /* in the middle of a sentence */
	FRAME_START, /* nothing stands before it on its line */
	FRAME_VERB,  /* "I get", "bounced with" */
	FRAME_ERROR, /* "error", "code" */
	FRAME_COLON, /* "said:", "SMTP error:" */
	FRAME_KEY,   /* "stat=" */
	FRAME_OTHER  /* a frame of another protocol: "HTTP response code:" */
};

/* A code that may begin a reply. */
struct head {
	size_t at;     /* of the code, or status where there is no code */
	size_t text;   /* of the words behind codes */
	uint16_t code; /* 0: only a status */
	struct estatus status;
	char opener;	/* quote or bracket right before it; 0: none */
	bool bracketed; /* "[554] 5.7.1": the code stands apart */
	bool dash;	/* "550-": more lines */
	enum frame frame;
};

/*
 * The next code from *pos on in s that refuses something; false if there is
 * none.  lead is the end of the line before, for what announced the reply.
 */
bool head_next(sv s, size_t *pos, sv lead, struct head *out);

/* Does s begin with a word for "error" in a script that has no blanks? */
bool names_error(sv s);

/*
 * A code at the start of s in which a program that reads screenshots took
 * digits for letters: "55O S.l.1".  It is told apart from the text.
 */
bool ocr_head(sv s, struct head *out);

/*
 * Where the quote opened by opener before from ends in s; SV_NPOS if it does
 * not.  ')' counts the parentheses inside.
 */
size_t quote_end(sv s, size_t from, char opener);

#endif
