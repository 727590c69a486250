/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - the words by which sentences about refused mail are known
 *
 * Beginnings of words, in the languages in which servers and people write.
 * Nothing is concluded from them but that a text speaks of mail.
 */
#ifndef PASTE_WORDS_H
#define PASTE_WORDS_H

#include "base/sv.h"

enum word_set {
	WORDS_MAIL,    /* mail and its parts: "mailbox", "recipient", "dkim" */
	WORDS_REFUSAL, /* what goes wrong: "rejected", "timeout", "invalid" */
	WORDS_EVENT,   /* that it did: "error", "failed", "timed out" */
	WORDS_OTHER,   /* other protocols: "http", "ftp", "imap" */
	WORDS_ARTICLE, /* texts that explain: "for example", "signifie" */
	WORDS_N
};

/*
 * How many words of the set begin in s, at most max: each word once for each
 * time that it stands there.  Linear in s.
 */
unsigned words_count(sv s, enum word_set set, unsigned max);

/* The same for both sets that speak of refused mail. */
unsigned words_of_mail(sv s, unsigned max);

#endif
