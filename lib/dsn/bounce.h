/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bounce.h - what a whole mail tells about deliveries
 *
 * A mail is a report in fields (RFC 3464), a bounce in words of some program
 * (data/frames), a complaint (RFC 5965), an automatic answer (RFC 3834), or
 * none of these.  The report says who and whether; the words beside it often
 * say more of why: both are read and joined by recipient.  The message that
 * was returned is looked at for who sent it, never for reasons.
 */
#ifndef DSN_BOUNCE_H
#define DSN_BOUNCE_H

#include "dsn/frame.h"
#include "mail/message.h"

enum bounce_kind {
	BOUNCE_NONE,      /* an ordinary mail, as far as fields and frames tell */
	BOUNCE_REPORT,    /* attempts tell what became of each recipient */
	BOUNCE_COMPLAINT, /* a recipient called the message spam, or the like */
	BOUNCE_ANSWER     /* a program answered in the recipient's place */
};

struct bounce {
	enum bounce_kind kind;
	sv feedback; /* type of a complaint: "abuse", "auth-failure", ... */
	struct ev_returned returned; /* as far as it was */
	bool delayed; /* a report, and none of its recipients failed for good */
};

/*
 * Read m, whose first part is the mail.  An attempt for each recipient is
 * appended to *list; its texts live in a or are views of the mail, with
 * offsets of the mail.  Complaints and answers give an attempt for each
 * recipient they name, without a reply (an answer's own words as the text), or
 * one without a recipient.
 *	MW_OK		out->kind says what it is
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status bounce_read(struct arena *a, const struct frame_set *set,
                           const struct mail *m, struct attempts *list,
                           struct bounce *out, struct mw_err *err);

#endif
