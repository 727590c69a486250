/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - the fields of a delivery report (RFC 3464) and of a complaint
 * (RFC 5965)
 *
 * Reads what stands in a message/delivery-status part, however it is spaced:
 * groups without the blank line between them, blank lines inside them, types
 * that are missing or odd ("rfc/822").  Views point into the text; nothing is
 * judged.  Work is linear.
 */
#ifndef DSN_REPORT_H
#define DSN_REPORT_H

#include "event/attempt.h"

/* Recipients of one report; more are counted. */
#define REPORT_MAX 1024

struct report_recipient {
	sv original, final; /* addresses, without <> and type */
	enum ev_action action;
	bool expired; /* the action says so */
	struct estatus status;
	sv diagnostic; /* folds and all, with its type */
	sv host, host_ip; /* Remote-MTA */
	size_t at; /* offset of the group in the text */
};

struct report {
	sv reporting_mta, received_from, sender, queue_id, envelope_id;
	struct report_recipient *v;
	size_t n, cap;
	bool more; /* over REPORT_MAX */
};

/*
 * Read the text of a delivery-status part; the list lives in a.  False where
 * a is exhausted.
 */
bool report_read(struct arena *a, sv text, struct report *out);

/*
 * The next field of such a text: "Name: value", folded lines in the value.
 * False at the end.  *blank tells that an empty line stood before it.
 */
bool report_field(sv *rest, sv *name, sv *value, bool *blank);

/* "rfc822; <a@example.org>" and the like: the address. */
sv report_address(sv value);

/* Does a diagnostic tell what a program on the spot said ("X-Unix; ...")? */
bool report_is_local(sv diagnostic);

/*
 * "smtp; 550 5.1.1 ..." of a diagnostic without its type, folds as one blank;
 * origins are offsets in text, which the diagnostic is a view of.
 */
struct mtext report_reply(struct arena *a, sv diagnostic, sv text);

#endif
