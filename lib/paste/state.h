/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.h - what the core of lib/paste remembers while it reads one paste
 *
 * Private to scan.c, doc.c, logline.c, prose.c and text.c.
 */
#ifndef PASTE_STATE_H
#define PASTE_STATE_H

#include "event/join.h"
#include "paste/lines.h"

/* So much of a paste is looked at to find out what kind of text it is. */
#define DOC_MAX ((size_t)256 << 10)

/*
 * What kind of text a paste is as a whole.  Articles, source code and tables
 * are full of replies that nobody got; in such texts a reply must stand in a
 * frame ("the server said:") to be believed.
 */
struct doc {
	unsigned lines; /* not empty */
	size_t chars;
	bool catalogue; /* lists codes and what they mean */
	bool article;	/* explains */
	bool source;	/* a program */
	bool config;	/* a configuration or zone file */
	bool headers;	/* headers of a message */
	bool report;	/* a DMARC or TLS report */
	bool complaint;	/* a feedback report (RFC 5965) */
	bool automatic; /* an automatic answer (RFC 3834); bounces may be too */
	bool other;	/* speaks of HTTP, FTP, SIP, SQL, IMAP, POP3 */
	bool smtp;	/* speaks of mail being sent */
	bool arrived;	/* tells that mail came, if into the wrong folder */
	bool delivered; /* of a delivery that succeeded */
	bool forged;	/* a false bounce that asks to open an attachment */
};

void doc_look(sv in, struct doc *out);

/* So short that it was pasted for what it says, not for what is around. */
static inline bool doc_is_short(const struct doc *d)
{
	return d->lines <= 8 && d->chars <= 1200;
}

/* Attempts that may be dropped later because a final one follows. */
#define TRIES_MAX 4096

/* Tail of the last line with text, to see what announced a reply. */
#define LEAD_MAX 80

struct paste_state {
	struct doc doc;
	struct join *join;	   /* NULL where there is no memory for it */
	struct arena *scratch;	   /* for one log line */
	uint32_t tries[TRIES_MAX]; /* indexes of attempts, ascending */
	size_t ntries;
	char lead[LEAD_MAX];
	size_t lead_n;
	bool blank;	 /* the line before is empty, or there is none */
	bool lead_reply; /* the line before was a reply */
};

/* Words of prose, for lack of anything better; see text.c. */
void paste_read_text(struct paste_ctx *ctx);

/* Flush what logline.c keeps back; called once at the end. */
void paste_end_log(struct paste_ctx *ctx);

#endif
