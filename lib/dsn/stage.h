/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.h - at which step of the dialogue a recipient was refused
 *
 * The fields of a report leave it out; the words beside it often tell:
 * "(in reply to RCPT TO command)", "after end of data", or the dialogue
 * itself.  Work is linear in the text.
 */
#ifndef DSN_STAGE_H
#define DSN_STAGE_H

#include "base/sv.h"
#include "smtp/reply.h"

/*
 * Where the words say that the recipient called name was refused by reply;
 * STAGE_UNKNOWN where they do not.
 */
enum smtp_stage stage_in_words(sv text, sv name, sv reply);

/*
 * Does this reply to DATA prove that RCPT was refused?  Who sends all commands
 * at once shows RCPT's reply behind DATA; that DATA itself was refused for
 * lack of recipients proves it.
 */
bool stage_is_earlier(sv reply);

#endif
