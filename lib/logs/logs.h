/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logs.h - one line of a mail server's log, from bytes to an event
 *
 * Postfix, Exim, Sendmail, OpenSMTPD, qmail, Exchange message tracking and
 * KumoMTA; with syslog (RFC 3164), RFC 3339, docker, compose and journal
 * prefixes in front.  Lines are hostile: whoever connects to a mail server
 * writes parts of its log.  Nothing is kept from line to line here; joining
 * lines of one message is event/join.h.
 */
#ifndef LOGS_LOGS_H
#define LOGS_LOGS_H

#include "event/attempt.h"

/* Postfix cuts records at 2000 bytes, Exim and Exchange do not. */
#define LOG_MAX_LINE MTEXT_MAX

enum log_kind {
	LOG_NONE, /* no line of a mail server's log */
	/*
	 * One, but nothing that matters for a delivery.  Where it tells why
	 * something went wrong (a warning; "retry time not reached") it has a
	 * text, and weak is set.
	 */
	LOG_OTHER,
	/*
	 * A delivery attempt to a recipient: final for now.  ACTION_NONE if it
	 * was an address probe ("undeliverable"): no mail was lost.
	 */
	LOG_ATTEMPT,
	LOG_SENT,    /* a delivery attempt that succeeded */
	LOG_TRY,     /* one host said no, the next is tried: not final */
	LOG_REJECT,  /* inbound: this server refused a client */
	LOG_ARRIVAL, /* tells sender, client, login, ... of a queue id */
	/*
	 * Queue time over: for all live recipients, or for the one that the
	 * line names.  The reason stands in an earlier LOG_ATTEMPT.
	 */
	LOG_EXPIRED,
	LOG_REMOVED /* end of a queue id's life */
};

struct log_event {
	enum log_kind kind;
	/*
	 * What the line tells, in the members of an attempt: queue_id,
	 * instance, own_host and writer are set wherever the line has them.
	 */
	struct attempt at;
	sv time; /* as written */
};

/*
 * Read one line.  line is mapped text (a pasted line may have lost its ">"
 * marks or colours).  What cannot be read gives LOG_NONE.  One line may hold
 * several recipients (Sendmail, Exchange): they are in *out in order, at most
 * max; the return value is their number, at least 1.  Memory comes from a.
 */
size_t log_read(struct arena *a, const struct mtext *line,
		struct log_event *out, size_t max);

/* The most recipients that one line is read for. */
#define LOG_MAX_EVENTS 64

/*
 * What stands in front of the MTA's own text: offset of the text behind time,
 * host and program tag, 0 where there is nothing of the kind.  host and tag
 * ("postfix/smtp[123]" without the pid) are set where found.
 */
struct log_prefix {
	size_t end;
	sv time, host, tag;
};
void log_prefix(sv line, struct log_prefix *out);

#endif
