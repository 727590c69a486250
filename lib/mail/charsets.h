/* SPDX-License-Identifier: BSD-2-Clause */
/* charsets.h - the charsets that mail names, and how each is read */
#ifndef MAIL_CHARSETS_H
#define MAIL_CHARSETS_H

#include "base/sv.h"

enum charset_way {
	WAY_GUESS,  /* says nothing: looked at */
	WAY_UTF8,   /* also ASCII */
	WAY_LATIN,  /* windows-1252, which ISO 8859-1 is taken for */
	WAY_SINGLE, /* iconv, one byte a character */
	WAY_MULTI,  /* iconv, ASCII stands for itself */
	WAY_WIDE,   /* iconv, units of 2 or 4 bytes */
	WAY_JP,	    /* 7 bit with escapes */
	WAY_KR,	    /* 7 bit with shifts */
	WAY_HZ,	    /* 7 bit with tildes */
	WAY_UTF7,
};

struct charset_name {
	const char *plain; /* the label without all but letters and digits */
	enum charset_way way;
	const char *name; /* for people and iconv */
};

/* NULL for a label that is not known; an empty one is not either. */
const struct charset_name *charset_name(sv label);

#endif
