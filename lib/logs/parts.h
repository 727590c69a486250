/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parts.h - what the readers of lib/logs share; not for use outside of it
 *
 * A reader gets one line behind its syslog prefix and says how many events it
 * wrote; 0 means that the line is not of its program.
 */
#ifndef LOGS_PARTS_H
#define LOGS_PARTS_H

#include "logs/logs.h"

struct line {
	struct arena *a;
	const struct mtext *m;
	struct log_prefix prefix;
	sv all;	 /* the whole line */
	sv body; /* behind the prefix */
	struct log_event *out;
	size_t max;
};

size_t postfix_read(struct line *l);
size_t exim_read(struct line *l);
size_t sendmail_read(struct line *l);
size_t opensmtpd_read(struct line *l);
size_t qmail_read(struct line *l);
size_t exchange_read(struct line *l);
size_t kumomta_read(struct line *l);

/*
 * A line inside of a JSON object, as journals and containers keep it: its text
 * and, in l->prefix, what stands beside it.  False if there is none.
 */
bool journal_open(struct line *l, struct mtext *inner);

/* Start out[0] with what the prefix tells. */
struct log_event *line_event(struct line *l, enum log_kind kind, sv writer);

/* The mapped text of v, a view into the line. */
struct mtext line_part(const struct line *l, sv v);

/* A text of its own with room for n bytes, and bytes of the line into it. */
struct mtext line_text(const struct line *l, size_t n);
void line_copy(const struct line *l, struct mtext *t, sv v);
void line_put(const struct line *l, struct mtext *t, char c, const char *at);

/* The last occurrence, or SV_NPOS. */
size_t parts_rfind(sv s, sv needle);

/* What stands between before and after; all to the end without after. */
bool parts_between(sv s, sv before, sv after, sv *out);

/* Without <> around it. */
sv parts_bare(sv s);

/* Begins with a reply code, whatever stands behind it. */
bool parts_is_reply(sv s);

/* An address of IPv4 or IPv6 that was not blotted out. */
bool parts_is_ip(sv s);

/*
 * "name[ip]:port", "name [ip]:port" or "[ip]" taken apart.  A name that says
 * nothing ("unknown") is left out, the dot of a full name too.  What is missing
 * becomes empty.
 */
void parts_host(sv spec, sv *host, sv *ip, sv *port);

/* "name[private/lmtp]", "name[/run/x]": a socket of this machine. */
bool parts_is_socket(sv spec);

/* Six characters or so that a queue gave to a message. */
bool parts_is_id(sv s);

/*
 * Next "name=value" of a row that is separated by commas or blanks.  A value
 * in <> ends where the closing one is followed by a separator; quotes inside
 * are respected, because whoever sends mail chooses what stands in there.  A
 * bare value ends at a comma or blank, a quoted one at its quote.  Words that
 * are no fields are skipped; false at the end.  The value has no <> or "".
 */
bool parts_field(sv *rest, sv *name, sv *value);

/* Length of what stands in <>, which s begins with, both included. */
size_t parts_angle(sv s);

/* The value of a name; empty where it is missing. */
sv parts_value(sv fields, sv name);

/* "5.7.1" as a whole. */
void parts_status(sv s, struct estatus *out);

/*
 * A text that a delivery ended in: what the sending server wrote around the
 * remote host's reply is taken off and put into host, host_ip, port and stage;
 * spoke becomes SPOKE_OWN_MTA where no remote host said anything.  Knows the
 * words of Postfix, which other programs borrowed.
 */
void parts_unwrap(const struct line *l, sv text, struct attempt *at);

#endif
