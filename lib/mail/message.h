/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.h - a mail as views on its unchanged bytes
 *
 * Implements RFC 5322 (header and body) and RFC 2045/2046 (MIME) on what is
 * really sent: LF, CRLF and lone CR, folded, broken and glued headers, wrong
 * or missing boundaries.  Nothing is decoded here (body.h, words.h) and
 * nothing refused: what is wrong is recorded with its offset.  The input is
 * hostile; work is linear in it, whatever the nesting.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/err.h"

/* Header fields of a whole message, attached ones included. */
#define MAIL_MAX_FIELDS 4096
/* Parts of a message, the message itself being the first. */
#define MAIL_MAX_PARTS 512
/* Parts inside parts; more than this no real mail has. */
#define MAIL_MAX_DEPTH 24
/* Defects that are recorded; the rest is counted. */
#define MAIL_MAX_DEFECTS 32

enum mail_flaw {
	MAIL_NO_BOUNDARY,     /* multipart without the parameter */
	MAIL_LOST_BOUNDARY,   /* the boundary does not occur */
	MAIL_UNCLOSED,        /* a multipart without its last delimiter */
	MAIL_BAD_HEADER,      /* a line of a header that is no field */
	MAIL_NO_BODY,         /* the header is not ended by an empty line */
	MAIL_LONE_CR,         /* lines end in CR alone */
	MAIL_MANY_FIELDS,     /* more than MAIL_MAX_FIELDS: left out */
	MAIL_MANY_PARTS,      /* more than MAIL_MAX_PARTS: left in one piece */
	MAIL_TOO_DEEP         /* deeper than MAIL_MAX_DEPTH: not looked into */
};

struct mail_defect {
	enum mail_flaw flaw;
	size_t offset; /* in the message */
};

struct mail_field {
	sv name;  /* without the colon and blanks before it */
	sv value; /* folds and all, outer white space taken off */
};

enum mail_kind {
	MAIL_TEXT,      /* text/..., or no type at all */
	MAIL_MULTIPART, /* has parts */
	MAIL_MESSAGE,   /* message/rfc822 and its kin: has one part, the mail */
	MAIL_HEADERS,   /* text/rfc822-headers: likewise, without a body */
	MAIL_OTHER
};

/* No part. */
#define MAIL_NONE UINT32_MAX

struct mail_part {
	sv raw;  /* header and body */
	sv body; /* without the line end before the next delimiter */
	uint32_t field, nfields; /* of its header, in the message's list */
	uint32_t parent;         /* MAIL_NONE for the first */
	uint32_t end;            /* parts this+1 .. end-1 are inside it */
	uint8_t depth;
	uint8_t kind;            /* enum mail_kind */
	/* Of Content-Type and Content-Transfer-Encoding; empty: not told. */
	sv type, subtype, charset, encoding;
};

struct mail {
	sv raw;
	sv envelope; /* the "From x date" line of mbox, if it begins so */
	struct mail_field *fields;
	struct mail_part *parts; /* in the order of the bytes */
	uint32_t nfields, nparts;
	struct mail_defect defects[MAIL_MAX_DEFECTS];
	uint32_t ndefects; /* may be more than are recorded */
};

/*
 * Parse raw, which must outlive *out, as must a.
 *	MW_OK		*out is filled; parts[0] is the message itself
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status mail_parse(struct arena *a, sv raw, struct mail *out,
                          struct mw_err *err);

/*
 * Does s begin like a whole mail: a header with fields that every mail has,
 * and an empty line behind it?  Only its beginning is looked at.
 */
bool mail_begins(sv s);

/*
 * The value of the part's first field of that name (letter case does not
 * matter); an empty view if there is none.
 */
sv mail_get(const struct mail *m, uint32_t part, const char *name);

/* The index-th field of that name; false behind the last one. */
bool mail_nth(const struct mail *m, uint32_t part, const char *name,
              size_t index, sv *value);

/*
 * A parameter of a structured value ("text/plain; charset=utf-8"), quotes
 * taken off, escapes in them left alone.  RFC 2231 is not looked at: that is
 * words.h.  Empty if there is none.
 */
sv mail_param(sv value, const char *name);

/* Is the part of that type?  NULL for subtype: any. */
static inline bool mail_is(const struct mail_part *p, const char *type,
                           const char *subtype)
{
	return sv_ieq(p->type, sv_str(type)) &&
	       (!subtype || sv_ieq(p->subtype, sv_str(subtype)));
}

/* Where a view into the message begins. */
static inline size_t mail_offset(const struct mail *m, sv view)
{
	return (size_t)(view.p - m->raw.p);
}

#endif
