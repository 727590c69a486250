/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue.h - who speaks in a line of an SMTP dialogue, and what
 *
 * Clients, libraries and people mark the two sides in some thirty ways, or
 * not at all.  A line is taken for what its mark says only if what follows
 * is a command or a reply.
 */
#ifndef PASTE_DIALOGUE_H
#define PASTE_DIALOGUE_H

#include "paste/lines.h"

enum talk_who {
	TALK_NOBODY, /* no line of a dialogue */
	TALK_CLIENT,
	TALK_SERVER,
	TALK_INFO, /* what the program says about the dialogue */
};

enum talk_verb {
	VERB_NONE, /* text that is no command: credentials, content */
	VERB_HELO,
	VERB_STARTTLS,
	VERB_AUTH,
	VERB_MAIL,
	VERB_RCPT,
	VERB_DATA,
	VERB_BDAT,
	VERB_END, /* "." */
	VERB_QUIT,
	VERB_OTHER, /* commands whose refusal matters to nobody */
};

struct talk {
	enum talk_who who;
	bool marked;  /* the line says who speaks */
	bool inbound; /* marked as by a server that shows its own session */
	size_t from, to; /* of what is said, in the line */
	enum talk_verb verb;
	uint16_t code; /* of a reply */
	bool more;     /* the code is followed by '-' */
};

/* Look at bytes from..to of the line. */
void talk_look(const struct pline *line, size_t from, size_t to,
               struct talk *out);

/* What a command is about: the address of MAIL and RCPT, else its argument. */
sv talk_argument(enum talk_verb verb, sv command);

/* User name in the base64 of AUTH PLAIN (plain) or LOGIN, or an empty view. */
sv talk_account(struct arena *a, sv base64, bool plain);

#endif
