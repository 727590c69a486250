/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sns.h - Amazon SES's notifications that SNS sends as mail
 *
 * The text is JSON, sometimes JSON inside a string of JSON, and mail servers
 * break its long lines in the middle: it is searched for its few members, not
 * parsed.
 */
#ifndef DSN_SNS_H
#define DSN_SNS_H

#include "base/sv.h"

/* Is it such a text, and of what: "Bounce", "Complaint", "Delivery"? */
bool sns_begins(sv text, sv *type);

struct sns_recipient {
	sv address, action, status, diagnostic;
};

/* The next recipient that bounced or complained; false at the end. */
bool sns_recipient(sv *rest, struct sns_recipient *out);

#endif
