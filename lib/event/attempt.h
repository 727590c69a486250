/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attempt.h - one delivery attempt: the struct that travels
 *
 * Whatever was pasted or logged becomes attempts: one per recipient and
 * reply.  Readers fill in what their form tells and leave the rest empty;
 * nobody judges here.
 *
 * Views point into the input or into the arena that the reader was given;
 * mapped texts carry offsets of the input.  "Not told" is an empty view.
 */
#ifndef EVENT_ATTEMPT_H
#define EVENT_ATTEMPT_H

#include "smtp/reply.h"

/* What the attempt was read from. */
enum ev_form {
	FORM_UNKNOWN,
	FORM_REPLY,      /* an SMTP reply, alone or in prose */
	FORM_LOG,        /* a line of a mail server's log */
	FORM_EXCEPTION,  /* what a library or program printed */
	FORM_TRANSCRIPT, /* an SMTP dialogue */
	FORM_NDR,        /* text of a bounce message */
	FORM_TEXT,       /* words without code or frame */
	FORM_N
};

enum ev_direction {
	DIR_UNKNOWN,
	DIR_OUTBOUND, /* our mail going out */
	DIR_INBOUND,  /* our server refusing somebody else's */
	DIR_N
};

/* RFC 3464 section 2.3.3 */
enum ev_action {
	ACTION_NONE,
	ACTION_FAILED,
	ACTION_DELAYED,
	ACTION_DELIVERED,
	ACTION_RELAYED,
	ACTION_EXPANDED,
	ACTION_N
};

enum ev_spoke {
	SPOKE_UNKNOWN,
	SPOKE_OWN_MTA,          /* our mail server itself (DNS, TLS, queue) */
	SPOKE_OWN_PROVIDER,     /* the server that we submit to */
	SPOKE_GATEWAY,          /* a filter in front of the recipient's host */
	SPOKE_MAILBOX_PROVIDER, /* who hosts the recipient's mailbox */
	SPOKE_RECIPIENT_RULE,   /* a rule of the recipient or their admin */
	SPOKE_CLIENT_LIBRARY,   /* the mail library, without any server */
	SPOKE_N
};

/* What came back is no rejection, and the form says so. */
enum ev_notice {
	NOTICE_NONE,
	NOTICE_COMPLAINT,  /* somebody called the message spam, or the like */
	NOTICE_REPORT,     /* on authentication: nobody complained */
	NOTICE_AUTO_REPLY, /* a program answered; the text is its words */
	NOTICE_N
};

/* "exception", "inbound", "failed", "own-mta", ...; never NULL. */
const char *ev_form_name(enum ev_form f);
const char *ev_direction_name(enum ev_direction d);
const char *ev_action_name(enum ev_action a);
const char *ev_spoke_name(enum ev_spoke s);
bool ev_form_from(sv name, enum ev_form *out);
bool ev_direction_from(sv name, enum ev_direction *out);
bool ev_spoke_from(sv name, enum ev_spoke *out);

/*
 * What a message that came back tells of itself: evidence, no more, since its
 * sender wrote most of it.  The client is who handed it over to the host that
 * reports, in the words of that host.
 */
struct ev_returned {
	sv from;       /* address in From */
	sv to;         /* address in To, the first */
	sv sender;     /* Return-Path */
	sv message_id; /* without <> */
	sv dkim;       /* d= of its first signature */
	sv client_helo, client_host, client_ip;
	sv client_by;  /* the host that says so */
	size_t size;   /* bytes that came back */
};

struct attempt {
	enum ev_form form;
	enum ev_direction direction;
	enum ev_action action;
	enum ev_notice notice;
	bool expired; /* the queue time is over */
	enum ev_spoke spoke; /* as far as the form alone tells */
	enum smtp_stage stage;
	/* Program or library that wrote this: "postfix", "python", ... */
	sv writer;
	/*
	 * The reply or error text as it was found, codes included, wrapper
	 * words ("host x said:", "(in reply to ...)") left out.  Empty where
	 * the form shows that the attempt failed and the reason is missing.
	 */
	struct mtext text;
	/* Codes stated outside the text ("dsn=5.7.1", responseCode: 550). */
	uint16_t code;
	struct estatus status;
	/*
	 * The text is a rejection only if a rule knows it: nothing around it
	 * proves that it is one.
	 */
	bool weak;
	bool auth_seen;    /* a dialogue in which the client logged in */
	bool auth_offered; /* a dialogue in which the server offers that */

	sv host;            /* name of the server that spoke */
	sv host_ip;         /* its address */
	sv own_host;        /* name of our server, as it logs it */
	sv own_ip;          /* the address we sent from, where told */
	sv client_ip;       /* inbound: who was refused */
	sv client_host;
	sv helo;
	sv sender;          /* envelope sender, without <> */
	sv header_from;
	sv recipient;       /* as the sender used it, without <> */
	sv final_recipient; /* where it was expanded or rewritten to */
	sv account;         /* login name */
	sv queue_id;
	sv message_id;
	sv instance;        /* syslog name of the MTA instance */
	sv url;
	sv port;            /* of the remote side, digits */

	/* The message itself, if some of it came back; else NULL. */
	const struct ev_returned *returned;

	size_t offset;      /* in the input: where the attempt begins */
	unsigned line;      /* the same as line number, 1 first */
	unsigned count;     /* identical ones merged into this one, >= 1 */
};

/* A list of attempts in an arena. */
struct attempts {
	struct attempt *v;
	size_t n, cap;
	bool more; /* there were more than ATTEMPTS_MAX */
};

/*
 * The most attempts of one paste.  People paste up to some hundred lines;
 * whole logs are read by other means.
 */
#define ATTEMPTS_MAX 4096

/*
 * Append a zeroed attempt with count 1; NULL where memory is exhausted or
 * there are ATTEMPTS_MAX of them (.more tells).
 */
struct attempt *attempts_add(struct attempts *list, struct arena *a);

/* Places in a decoded text become places in the input, see mtext_map(). */
void attempt_map(struct attempt *at, mtext_where *where, void *arg);

#endif
