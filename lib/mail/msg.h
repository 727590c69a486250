/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msg.h - a message that Outlook saved (.msg), as a mail
 *
 * [MS-CFB] holds properties, [MS-OXMSG] says how; here a text of RFC 5322 and
 * MIME is made of them: the header that came with the message, or one made
 * of sender, recipients, subject and date; bodies and attachments as parts.
 * A non-delivery report that Exchange or Outlook keeps as an item of its own
 * class has its reasons in properties of the recipients: they become a
 * message/delivery-status part, as [MS-OXCMAIL] 2.2.3.7 says it the other
 * way round.  Offsets of the text tell nothing about the file.
 *
 * The file is hostile; see cfb.h.  Work is linear in the file.
 */
#ifndef MAIL_MSG_H
#define MAIL_MSG_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/cfb.h"

/* The text that is made; a longer one ends there. */
#define MSG_TEXT_MAX ((size_t)8 << 20)
/* A body, and the header that came with a message. */
#define MSG_BODY_MAX ((size_t)2 << 20)
#define MSG_HEADER_MAX ((size_t)1 << 20)
/* A name, an address, a subject, a reason. */
#define MSG_FIELD_MAX ((size_t)16 << 10)
/* Of an attachment: text, and what is none and only looked at by type. */
#define MSG_ATTACHMENT_MAX ((size_t)2 << 20)
#define MSG_BINARY_MAX ((size_t)64 << 10)
/* Messages inside messages, parts, recipients. */
#define MSG_MAX_DEPTH 6
#define MSG_MAX_PARTS 256
#define MSG_MAX_RECIPIENTS 1024

/* What was lost, beside what .file_flaws tells. */
#define MSG_CUT 1u    /* one of the sizes above was reached */
#define MSG_MANY 2u   /* parts or recipients were left out */
#define MSG_DEEP 4u   /* a message deeper than MSG_MAX_DEPTH */
#define MSG_RTF 8u    /* a body that is only RTF could not be read */

struct msg {
	sv text;
	unsigned flaws;
	unsigned file_flaws;  /* CFB_... */
	char hurt[CFB_NAME];  /* the first stream that is cut; may be empty */
};

/* Does s begin like a compound file?  Only msg_read() knows more. */
bool msg_begins(sv s);

/*
 * Read raw (shorter than 4 GiB); the text lives in a.
 *	MW_OK		see .flaws
 *	MW_ESYNTAX	no compound file, no message in it, or nothing can be
 *			read of it: err tells what is missing
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status msg_read(struct arena *a, sv raw, struct msg *out,
                        struct mw_err *err);

/* Words for what was lost, parted by ";", in a; empty: nothing. */
sv msg_losses(struct arena *a, const struct msg *m);

#endif
