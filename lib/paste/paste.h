/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paste.h - finds the rejections in what a person pasted
 *
 * The paste may be a reply, log lines, a dialogue, an exception, the text of
 * a bounce, or a forum post with any of these in the middle; quoted, wrapped,
 * coloured, redacted.  Everything found becomes an attempt; what a text means
 * is not judged here.  Work is linear in the input; memory for attempts is
 * bounded by ATTEMPTS_MAX and MTEXT_MAX.
 */
#ifndef PASTE_PASTE_H
#define PASTE_PASTE_H

#include "base/err.h"
#include "event/attempt.h"

/* One paste is kept up to here; the rest is reported as not read. */
#define PASTE_MAX ((size_t)32 << 20)

/* What else was seen, for the answer to "nothing recognised". */
struct paste_seen {
	bool binary;      /* NUL bytes or no text at all */
	bool cut;         /* the input is longer than PASTE_MAX */
	sv damage;        /* words for what is lost of the file; or empty */
	bool delivered;   /* deliveries that succeeded */
	bool dialogue;    /* an SMTP dialogue, whatever came of it */
	bool forged;      /* a false bounce that wants its attachment opened */
	bool not_a_bounce; /* headers, a report, a configuration: no failure */
	sv what;          /* words for that: "message headers", ... */
	const char *notice; /* the cause where it is told, or NULL */
};

struct paste_options {
	enum ev_form form; /* FORM_UNKNOWN: find out */
	enum smtp_stage stage; /* STAGE_UNKNOWN: not told */
};

/*
 * Read in; attempts are appended to *out in the order in which they stand.
 * Views point into in or into a.
 *	MW_OK		read, though perhaps nothing was found
 *	MW_ENOMEM	a is exhausted; what was found so far is in *out
 */
enum mw_status paste_read(struct arena *a, sv in,
                          const struct paste_options *opt,
                          struct attempts *out, struct paste_seen *seen,
                          struct mw_err *err);

#endif
