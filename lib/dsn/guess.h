/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guess.h - whom a bounce is about that does not say so in its proper place
 */
#ifndef DSN_GUESS_H
#define DSN_GUESS_H

#include "mail/message.h"

/*
 * The recipient of a mail that is about one: from X-Failed-Recipients, from
 * what its text says ("RCPT TO: x", or the only address that is not of who
 * wrote or got the bounce), or to, whom the returned message was for.  Empty
 * where several are possible.  Texts live in a.
 */
sv guess_recipient(struct arena *a, const struct mail *m, sv to);

#endif
