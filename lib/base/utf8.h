/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf8.h - decoding, encoding and simple case folding
 *
 * Simple folding (one code point to one code point) covers Latin, Greek,
 * Cyrillic, Armenian and full-width letters: the scripts with case in which
 * mail servers speak.  Accents stay.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/sv.h"

/* What stands in for bytes that are no UTF-8. */
#define UTF8_REPLACEMENT 0xFFFDu

/*
 * The code point at the start of s (not empty); *len is the number of bytes
 * it takes.  Wrong bytes give UTF8_REPLACEMENT and length 1.
 */
uint32_t utf8_decode(sv s, size_t *len);

/* Writes 1 to 4 bytes and returns how many. */
size_t utf8_encode(uint32_t c, char out[4]);

uint32_t utf8_fold(uint32_t c);

bool utf8_valid(sv s);

/* Columns on a terminal: 0 (combining), 1 or 2 (East Asian wide). */
unsigned utf8_width(uint32_t c);

#endif
