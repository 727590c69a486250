/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * address.h - the addresses of a header value, a path or a line of text
 *
 * RFC 5322 section 3.4 with its obsolete forms (section 4.4), RFC 5321 paths,
 * RFC 6532 (UTF-8), and what people write.  All results are views of the
 * value.  What cannot be read is handed out too, and told.  Work is linear.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include "base/arena.h"

#define ADDRESS_NULL 1u		 /* <>: the sender of bounces */
#define ADDRESS_NO_DOMAIN 2u	 /* no @, or nothing behind it */
#define ADDRESS_ODD_LOCAL 4u	 /* a local part of no RFC: blanks, @, dots */
#define ADDRESS_ODD_DOMAIN 8u	 /* a domain with other signs than names have */
#define ADDRESS_OPEN 16u	 /* a quote, bracket or comment without end */
#define ADDRESS_ROUTE 32u	 /* @a,@b: before it, left out */
#define ADDRESS_PREFIX 64u	 /* mailto: or the like before it, left out */
#define ADDRESS_SPLIT 128u	 /* blanks or comments inside: see spec */
#define ADDRESS_UTF8 256u	 /* bytes above ASCII */
#define ADDRESS_BYTES 512u	 /* control characters, or no UTF-8 */
#define ADDRESS_UNREADABLE 1024u /* words, but no address */

struct address {
	sv raw;	   /* all of it, without the comma */
	sv name;   /* display name as it stands, or a comment instead */
	sv local;  /* with its quotes */
	sv domain; /* with [ ] where it is a literal; without a last dot */
	/*
	 * local@domain; just the local part if there is no domain; empty
	 * without a local part, and with
	 * ADDRESS_SPLIT, where address_spec_text() puts it together.
	 */
	sv spec;
	sv group; /* the name of the group it stands in */
	unsigned defects;
};

/* The addresses that are left.  Zero it, but for rest. */
struct address_list {
	sv rest;
	sv group;
	/* What was searched for and is not there (linear work). */
	const char *no_quote, *no_angle;
	bool no_comment;
};

/* Start with the list {.rest = value}.  False at the end. */
bool address_next(struct address_list *list, struct address *out);

/*
 * Just the address of the first in value that has one: "RFC822; <a@b>",
 * "Name <a@b>", "<a@b>... User unknown".  Empty where there is none.
 */
sv address_spec(sv value);

/* The address without blanks and comments; a view where there are none. */
sv address_spec_text(struct arena *a, const struct address *address);

#endif
