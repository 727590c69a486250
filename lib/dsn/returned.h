/* SPDX-License-Identifier: BSD-2-Clause */
/* returned.h - what the message that came back tells of itself */
#ifndef DSN_RETURNED_H
#define DSN_RETURNED_H

#include "event/attempt.h"
#include "mail/message.h"

/* Of the message that stands in that part; false: nothing of it came back. */
bool returned_read(const struct mail *m, uint32_t part,
                   struct ev_returned *out);

/*
 * Who handed it over to the host that reports, which calls itself reporter
 * (empty: the bounce at root is looked at for who wrote it).  Read from the
 * uppermost Received field of that host that tells of another machine; where
 * the message took another way, or was written on that host, nothing is told.
 */
void returned_client(const struct mail *m, uint32_t root, uint32_t part,
                     sv reporter, struct ev_returned *out);

#endif
