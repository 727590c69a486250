/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_note.h"

/* Columns of the table. */
enum {
	P = DKIM_VIEW_PASS,
	R = DKIM_VIEW_REFUSE,
	N = DKIM_VIEW_NEUTRAL,
	U = DKIM_VIEW_UNKNOWN
};

/* clang-format off */
static const struct {
	const char *id;
	unsigned char view[DKIM_ENGINE_N];
} notes[DKIM_NOTE_N] = {
	[DKIM_NOTE_SHA1] = {"dkim.rsa-sha1", {P, P, P, P}},
	[DKIM_NOTE_SMALL_KEY] = {"dkim.key-small", {R, P, R, R}},
	[DKIM_NOTE_ED25519] = {"dkim.ed25519", {P, R, P, P}},
	[DKIM_NOTE_KEYS] = {"dkim.key-several", {P, P, P, P}},
	[DKIM_NOTE_DUPLICATE] = {"dkim.tag-twice", {R, P, P, P}},
	[DKIM_NOTE_IDENTITY] = {"dkim.identity-foreign", {R, R, R, P}},
	[DKIM_NOTE_STRICT] = {"dkim.key-strict", {P, R, R, P}},
	[DKIM_NOTE_KEY_HASH] = {"dkim.key-hash", {P, R, R, R}},
	[DKIM_NOTE_QUERY] = {"dkim.query-unknown", {R, R, P, P}},
	[DKIM_NOTE_FROM] = {"dkim.from-unsigned", {P, P, R, R}},
	[DKIM_NOTE_KEY_TYPE] = {"dkim.key-type", {R, R, P, R}},
	[DKIM_NOTE_QUOTES] = {"dkim.key-quotes", {R, P, R, R}},
	[DKIM_NOTE_PKCS1] = {"dkim.key-pkcs1", {P, R, R, P}},
	[DKIM_NOTE_WRAPPED] = {"dkim.key-ed25519-wrapped", {R, R, R, P}},
	[DKIM_NOTE_KEY_VERSION] = {"dkim.key-version", {R, R, R, P}},
	[DKIM_NOTE_VERSION_PLACE] = {"dkim.key-version-place", {P, P, P, P}},
	[DKIM_NOTE_VERSION] = {"dkim.version", {R, R, R, P}},
	[DKIM_NOTE_EXPIRES_FIRST] = {"dkim.expires-first", {P, R, R, R}},
	[DKIM_NOTE_NO_BODY_HASH] = {"dkim.no-body-hash", {R, P, R, R}},
	[DKIM_NOTE_FUTURE] = {"dkim.future", {R, P, R, P}},
	[DKIM_NOTE_BARE_LF] = {"dkim.bare-lf", {P, R, R, P}},
	[DKIM_NOTE_BODY] = {"dkim.body-differs", {R, R, R, N}},
	[DKIM_NOTE_OTHER_TXT] = {"dkim.key-other-txt", {U, U, U, U}},
	[DKIM_NOTE_LENGTH] = {"dkim.length", {0}},
	[DKIM_NOTE_TESTING] = {"dkim.key-testing", {0}},
	[DKIM_NOTE_NOT_OVERSIGNED] = {"dkim.from-once", {0}},
	[DKIM_NOTE_KEY_1024] = {"dkim.key-1024", {0}},
	[DKIM_NOTE_SIMPLE] = {"dkim.simple-header", {0}},
};
/* clang-format on */

const char *dkim_note_id(enum dkim_note note)
{
	return notes[note].id;
}

const char *dkim_engine_name(enum dkim_engine engine)
{
	static const char *const names[] = {"dkimpy", "Mail::DKIM", "OpenDKIM",
	                                    "mailauth"};

	return names[engine];
}

enum dkim_view dkim_note_view(enum dkim_note note, enum dkim_engine engine)
{
	return (enum dkim_view)notes[note].view[engine];
}
