/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkim_note.h - what of a signature verifiers take in different ways
 *
 * Where a receiver said "fail" and our own check passes, these are the first
 * explanations.  What engines do was seen by running them in November 2026:
 * dkimpy 1.1.1, Mail::DKIM 1.20230212, libopendkim 2.11.0~beta2, mailauth 7.1.
 */
#ifndef AUTH_DKIM_NOTE_H
#define AUTH_DKIM_NOTE_H

enum dkim_note {
	/* Engines differ. */
	DKIM_NOTE_SHA1,
	DKIM_NOTE_SMALL_KEY,
	DKIM_NOTE_ED25519,
	DKIM_NOTE_KEYS,          /* two key records at one selector */
	DKIM_NOTE_DUPLICATE,
	DKIM_NOTE_IDENTITY,
	DKIM_NOTE_STRICT,
	DKIM_NOTE_KEY_HASH,
	DKIM_NOTE_QUERY,
	DKIM_NOTE_FROM,
	DKIM_NOTE_KEY_TYPE,
	DKIM_NOTE_QUOTES,
	DKIM_NOTE_PKCS1,
	DKIM_NOTE_WRAPPED,
	DKIM_NOTE_KEY_VERSION,
	DKIM_NOTE_VERSION_PLACE,
	DKIM_NOTE_VERSION,
	DKIM_NOTE_EXPIRES_FIRST, /* x= earlier than t= */
	DKIM_NOTE_NO_BODY_HASH,
	DKIM_NOTE_FUTURE,
	DKIM_NOTE_BARE_LF,
	DKIM_NOTE_BODY,          /* the body differs: some say neutral */
	DKIM_NOTE_OTHER_TXT,     /* something else beside the key */
	/* Engines agree; good to know. */
	DKIM_NOTE_LENGTH,        /* l=: what follows is not protected */
	DKIM_NOTE_TESTING,       /* t=y: some take it as unsigned */
	DKIM_NOTE_NOT_OVERSIGNED,/* a second From could be added */
	DKIM_NOTE_KEY_1024,      /* enough, but not for long */
	DKIM_NOTE_SIMPLE,        /* header: folding breaks it */
	DKIM_NOTE_N
};

enum dkim_engine {
	DKIM_DKIMPY,
	DKIM_MAIL_DKIM,
	DKIM_OPENDKIM,
	DKIM_MAILAUTH,
	DKIM_ENGINE_N
};

enum dkim_view {
	DKIM_VIEW_SAME,    /* as RFCs say, or nothing is known */
	DKIM_VIEW_PASS,    /* takes it */
	DKIM_VIEW_REFUSE,
	DKIM_VIEW_NEUTRAL, /* "neutral" */
	DKIM_VIEW_UNKNOWN  /* it varies */
};

/* "dkim.rsa-sha1" */
const char *dkim_note_id(enum dkim_note note);
const char *dkim_engine_name(enum dkim_engine engine);
enum dkim_view dkim_note_view(enum dkim_note note, enum dkim_engine engine);

#endif
