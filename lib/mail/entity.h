/* SPDX-License-Identifier: BSD-2-Clause */
/* entity.h - character references of HTML */
#ifndef MAIL_ENTITY_H
#define MAIL_ENTITY_H

#include "base/sv.h"

/*
 * The reference at the begin of s ("&...") and the code point it stands for.
 * Returns its length, 0 if it is none.  The semicolon may be missing before
 * what is no letter or digit; 128 to 159 are windows-1252, as in browsers;
 * what is no character is U+FFFD.
 */
size_t entity_read(sv s, uint32_t *c);

#endif
