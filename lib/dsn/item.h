/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * item.h - lines of a bounce that are known by their form, not by their words
 */
#ifndef DSN_ITEM_H
#define DSN_ITEM_H

#include "base/sv.h"

/*
 * An address that a line consists of, or begins with before a colon:
 * "<a>:", "a (Name)", "Name (a)", "a<mailto:a>", "\"a\":".  *behind is where
 * the text behind the colon begins, or the length of the line.
 */
bool item_read(sv s, sv *address, size_t *behind);

/* "Name: value", as in a header. */
bool item_is_header(sv s);

#endif
