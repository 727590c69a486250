/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * estatus.h - enhanced mail system status codes
 *
 * RFC 3463: class.subject.detail, class 2, 4 or 5, the others 0..999.
 */
#ifndef SMTP_ESTATUS_H
#define SMTP_ESTATUS_H

#include "base/sv.h"

struct estatus {
	uint16_t class; /* 2, 4 or 5; 0: none sent */
	uint16_t subject, detail;
};

static inline bool estatus_is_set(struct estatus s)
{
	return s.class != 0;
}

/*
 * The code at the start of s, which must end there or be followed by
 * something that is no letter, digit or dot.  Returns its length, or 0 where
 * there is none ("5.7.1.2" and "5.1234.1" are none).  "#5.7.1" and
 * "(5.7.1)" are the caller's business.
 */
size_t estatus_parse(sv s, struct estatus *out);

/* Room for "5.999.999" and its NUL. */
#define ESTATUS_TEXT 12

/* Terminated text of a code that is set, else an empty string. */
const char *estatus_format(struct estatus s, char out[ESTATUS_TEXT]);

#endif
