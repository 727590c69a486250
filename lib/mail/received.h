/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * received.h - who handed a mail over, from a Received field
 *
 * RFC 5321 section 4.4, and what Postfix, Exim, Sendmail, OpenSMTPD, Exchange,
 * Gmail, Courier and qmail write: they put HELO name and name in DNS in each
 * other's place.  A server wrote the field, or whoever sent the mail made it
 * up: whose it is, the caller has to know.
 */
#ifndef MAIL_RECEIVED_H
#define MAIL_RECEIVED_H

#include "base/sv.h"

struct received {
	sv helo; /* what the client called itself */
	sv host; /* its name in DNS, as the server found it */
	sv ip;   /* its address, IPv4 or IPv6; empty: not by SMTP */
	sv by;   /* the server */
};

/* Views of value, which may be folded; what is not told is empty. */
void received_read(sv value, struct received *out);

/* 127.0.0.0/8 or ::1 */
bool received_is_loopback(sv ip);

#endif
