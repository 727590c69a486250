/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mbox.h - one message at a time out of a mailbox in one file
 *
 * All four kinds: mboxo and mboxrd end a message at the next From_ line,
 * mboxcl and mboxcl2 by a Content-Length, which is believed only where it
 * leads exactly to a From_ line or to the end.  Lines end in LF or CRLF.
 *
 * A From_ line is "From ", who, and a date.  After a blank line that is
 * enough; without one (a mail whose end was lost) a header field has to
 * follow.  "From here on" in a text is none.
 *
 * The splitter holds no bytes.  The caller has a window that begins where
 * the last message ended, adds to its end and asks again.  Each byte is
 * looked at a fixed number of times.  The input is hostile.  Lengths and
 * offsets are bytes.
 */
#ifndef MAIL_MBOX_H
#define MAIL_MBOX_H

#include "base/sv.h"

/* The longest From_ line: a path (RFC 5321: 256), a date, and room. */
#define MBOX_FROM_MAX 1000

/* A Content-Length behind so much header, or behind a line so long, is none. */
#define MBOX_HEADER_MAX ((size_t)1 << 20)
#define MBOX_LINE_MAX ((size_t)64 << 10)

/* So much behind the longest message has to fit into the window. */
#define MBOX_BEYOND 4096

/* How a line of the body that begins with "From " was written. */
enum mbox_kind {
	MBOX_O,  /* ">From " */
	MBOX_RD, /* with one ">" more than it had: ">>From " was seen */
	MBOX_CL, /* ">From "; the length is stated and right */
	MBOX_CL2 /* as it was; the length is stated and right */
};

struct mbox_message {
	/* From the header on; views of the window. */
	sv raw;
	/*
	 * The From_ line without its end, and what it tells.  Empty for bytes
	 * before the first From_ line: they may be a message or junk.
	 */
	sv from, sender, date;
	uint64_t offset; /* of the From_ line in the mailbox */
	uint64_t line;   /* the same as line number, 1 first */
	/* What mbox_cut() took out: so many bytes at raw.p + cut_at. */
	uint64_t cut;
	size_t cut_at;
	enum mbox_kind kind;
};

enum mbox_step {
	MBOX_MORE,    /* add to the window and ask again */
	MBOX_MESSAGE, /* *out and *used are filled in */
	MBOX_END      /* the window is empty, and nothing follows */
};

struct mbox {
	size_t max;
	uint64_t offset, line; /* where the window begins */
	int phase;
	size_t head, body, at; /* in the window; bytes before at are done */
	size_t length;
	bool has_length, quoted_twice, bare;
	uint64_t cut, cut_lines;
	size_t cut_at;
};

/* max: the longest message whose Content-Length is believed. */
void mbox_init(struct mbox *m, size_t max);

/*
 * Look for the end of the message at the start of window.  last: nothing will
 * be added.  After MBOX_MESSAGE the caller takes *used bytes off the front
 * before it asks again, after MBOX_MORE none.
 */
enum mbox_step mbox_next(struct mbox *m, sv window, bool last,
                         struct mbox_message *out, size_t *used);

/*
 * A message too long to be kept: how many bytes of the window are done with,
 * and may be taken out; and to say that gone was taken out.
 */
size_t mbox_done(const struct mbox *m);
void mbox_cut(struct mbox *m, size_t at, sv gone);

/*
 * Is line (its end may be there or not) a From_ line?  Then *sender (without
 * <>) and *date are views of it.
 */
bool mbox_from_line(sv line, sv *sender, sv *date);

/* Does s begin like a header field ("Name:")? */
bool mbox_is_field(sv s);

#endif
