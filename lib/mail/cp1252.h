/* SPDX-License-Identifier: BSD-2-Clause */
/* cp1252.h - windows-1252: what Western text that is no UTF-8 mostly is */
#ifndef MAIL_CP1252_H
#define MAIL_CP1252_H

#include <stdint.h>

/* The code point of a byte; the five that are not assigned give U+FFFD. */
uint32_t cp1252_decode(char c);

#endif
