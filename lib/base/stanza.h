/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stanza.h - reads data files: stanzas in header syntax
 *
 * "Field: value" lines, values continued by lines that begin with a blank
 * (joined by one space), '#' comment lines, stanzas ended by empty lines.
 * The input is trusted no further than any file of a user: every mistake is
 * reported with its line, and reading goes on behind it.
 */
#ifndef BASE_STANZA_H
#define BASE_STANZA_H

#include "base/arena.h"
#include "base/err.h"

/* A value longer than this is a file that is no data file. */
#define STANZA_MAX_VALUE 16384
/* The longest stanzas are causes with some ninety fields. */
#define STANZA_MAX_FIELDS 512

struct field {
	sv name;
	sv value; /* folded lines joined by one space; trimmed */
	unsigned line;
};

struct stanza {
	struct field *fields;
	size_t n;
	unsigned line; /* of the first field */
};

struct stanza_reader {
	sv rest;
	unsigned line;
};

static inline struct stanza_reader stanza_open(sv text)
{
	return (struct stanza_reader){text, 0};
}

/*
 * The next stanza.  Its fields live in a, as do joined values; others point
 * into the text.
 *	MW_OK		*out is filled
 *	MW_ENOENT	the end
 *	MW_ESYNTAX	a line that is no field; err->where is its line, and the
 *			rest of the stanza is passed over
 *	MW_ELIMIT	too many fields, or too long a value; likewise
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status stanza_next(struct stanza_reader *r, struct arena *a,
                           struct stanza *out, struct mw_err *err);

/* Value of the first field of that name, or an empty view. */
sv stanza_get(const struct stanza *s, const char *name);

#endif
