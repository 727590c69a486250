/* SPDX-License-Identifier: BSD-2-Clause */
/* ascii.h - classes of ASCII characters, whatever the locale says */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool is_alpha(char c)
{
	return is_lower((char)(c | 0x20));
}

static inline bool is_alnum(char c)
{
	return is_digit(c) || is_alpha(c);
}

static inline bool is_xdigit(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r' || c == '\f' ||
	       c == '\v';
}

/* Part of a UTF-8 sequence of more than one byte. */
static inline bool is_high(char c)
{
	return (unsigned char)c >= 0x80;
}

static inline char to_lower(char c)
{
	return is_upper(c) ? (char)(c | 0x20) : c;
}

#endif
