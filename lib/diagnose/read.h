/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read.h - the attempts that one input holds: a whole mail, or a paste
 */
#ifndef DIAGNOSE_READ_H
#define DIAGNOSE_READ_H

#include "paste/paste.h"

/*
 * A mail is read as one: its report, its words, decoded.  Where that tells
 * nothing its text is read like a paste, and in the end the input itself.
 * Offsets are those of the input.  Outlook's .msg is turned into a mail
 * (mail/msg.h) first; the offsets are 0 then, the begin of the file.
 * Statuses are those of paste_read().
 */
enum mw_status diag_read(struct arena *a, sv input,
                         const struct paste_options *opt,
                         struct attempts *out, struct paste_seen *seen,
                         struct mw_err *err);

#endif
