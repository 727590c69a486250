/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply.h - one SMTP reply, from bytes to code, status and text
 *
 * Implements RFC 5321 section 4.2 (replies) and RFC 2034 section 4 (enhanced
 * status codes) on what servers and people make of them: lines joined by
 * blanks with the code repeated inside, only the first line, LF for CRLF.
 * The input is hostile.  Offsets are bytes.
 */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include "base/mtext.h"
#include "smtp/estatus.h"

/* In which command of the dialogue the reply came (RFC 5321 section 4.1). */
enum smtp_stage {
	STAGE_UNKNOWN,
	STAGE_CONNECT,
	STAGE_HELO,
	STAGE_STARTTLS,
	STAGE_AUTH,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_END_OF_DATA,
	STAGE_DELIVERY,
	STAGE_N
};

/* "end-of-data" and so on; never NULL. */
const char *smtp_stage_name(enum smtp_stage stage);

/* The stage of that name; false if there is none. */
bool smtp_stage_from(sv name, enum smtp_stage *out);

/*
 * The stage from a command as clients log it: "RCPT TO", "MAIL FROM:<x>",
 * "end of DATA", "DATA", "EHLO x", "initial connection", ".".
 */
enum smtp_stage smtp_stage_of_command(sv command);

struct reply {
	uint16_t code; /* 200..599; 0: none */
	struct estatus status; /* the last one in a row; class 0: none */
	/*
	 * The text without codes, lines joined by one space: what a person
	 * reads.  It has a map to the input.
	 */
	struct mtext text;
	bool more; /* the last code had a '-': lines are missing */
};

/* A code is taken for one if it is 200..599. */
bool reply_code(sv s, uint16_t *out);

/*
 * The code and status at the start of a reply: fills .code, .status and .more
 * and returns how many bytes they take with the blanks behind them; 0 and
 * nothing filled in where there are none.
 */
size_t reply_open(sv s, struct reply *r);

/*
 * How many bytes at offset i (behind a blank or line end) are a repetition
 * of the code and status that opened the reply; 0 if they are text.
 */
size_t reply_repeat(sv s, size_t i, struct reply *r);

/*
 * Does a refusal begin at offset i (behind a blank) that only follows from
 * the one before it: 503, "554 5.5.1 no valid recipients", or 421 after too
 * many errors?  Logs and bounces join them to one line.
 */
bool reply_follows(sv s, size_t i, const struct reply *r);

/*
 * Take in apart into code, status and text.  in is the reply as it was found,
 * one line or several joined by spaces or line ends; a repeated code ("550-",
 * "550-5.7.1", "550 5.7.1") at the start of a line or after a blank is taken
 * out where it equals the first one.  A text without a code gives code 0.
 * The text lives in a; where memory is exhausted it is empty.
 */
void reply_parse(struct arena *a, const struct mtext *in, struct reply *out);

#endif
