/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * taglist.h - "tag=value; tag=value" (RFC 6376 section 3.2)
 *
 * Reading goes on behind a fault, so that what can be shown is shown; the
 * first fault and its place are kept.  Names and values are views into the
 * text; folds and blanks inside of a value stay.  Work is linear.
 */
#ifndef AUTH_TAGLIST_H
#define AUTH_TAGLIST_H

#include "base/arena.h"

/* Tags that are kept: RFC 6376 knows 14 for a signature. */
#define TAGLIST_MAX 64

struct tag {
	sv name, value;      /* without white space around */
	size_t at, value_at; /* of both, in the text */
	size_t n;            /* bytes from at up to the end of the value */
	bool no_equals;      /* a word that is no tag: all of it is in name */
};

/*
 * Start with *at = 0.  False at the end.  What stands between two semicolons
 * and is empty comes as a tag without name, except at the end of the text.
 */
bool taglist_next(sv text, size_t *at, struct tag *out);

enum tag_flaw {
	TAG_FINE,
	TAG_EMPTY,     /* nothing between two semicolons */
	TAG_NO_EQUALS, /* words without '=' */
	TAG_BAD_NAME,  /* a name that is no letter, then letters, digits, '_' */
	TAG_BAD_BYTE,  /* a control character in a value */
	TAG_TWICE,
	TAG_MANY       /* more than TAGLIST_MAX: left out */
};

struct taglist {
	sv text;
	enum tag_flaw flaw; /* the first one */
	struct tag where;   /* what it is about */
	size_t n;
	struct tag tag[TAGLIST_MAX];
};

/* Is there no flaw?  *out is filled anyway. */
bool taglist_read(sv text, struct taglist *out);

/* For people: "nothing between two semicolons". */
const char *tag_flaw_text(enum tag_flaw flaw);

/* The first tag of that name, letter case counts; NULL if there is none. */
const struct tag *taglist_find(const struct taglist *l, const char *name);

/* Its value; empty where it is not there. */
sv taglist_get(const struct taglist *l, const char *name);

/* The next item of a list ("sha1 : sha256") without blanks; false at its end. */
bool taglist_item(sv *rest, sv *item);

#endif
