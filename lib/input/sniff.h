/* SPDX-License-Identifier: BSD-2-Clause */
/* sniff.h - what a file is, told from its first bytes */
#ifndef INPUT_SNIFF_H
#define INPUT_SNIFF_H

#include "base/sv.h"

enum sniff {
	SNIFF_EMPTY,   /* nothing but white space */
	SNIFF_ARCHIVE, /* packed, by something that can be unpacked */
	SNIFF_STRANGE, /* packed, by something that can not */
	SNIFF_MBOX,
	SNIFF_MESSAGE,
	SNIFF_OUTLOOK,
	SNIFF_JSON,
	SNIFF_LINES, /* JSON, one object a line */
	SNIFF_CSV,
	SNIFF_TEXT
};

/* So much of the begin is needed, where there is so much. */
#define SNIFF_MIN ((size_t)16 << 10)

/* head: as much of the begin as is there. */
enum sniff sniff(sv head);

/* Packed?  Only SNIFF_ARCHIVE, SNIFF_STRANGE or SNIFF_TEXT. */
enum sniff sniff_packed(sv head);

#endif
