/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * suits.h - is a step meant for what was pasted?
 *
 * Steps name the product that they are for ("Postfix", "Python").  A paste
 * often shows which one its sender runs: then the others only hide the step
 * that counts.
 */
#ifndef DIAGNOSE_SUITS_H
#define DIAGNOSE_SUITS_H

#include "diagnose/diagnose.h"

enum suits {
	SUITS_NOT,   /* the paste shows another product of that kind */
	SUITS_MAYBE, /* for a product of which the paste tells nothing */
	SUITS        /* for that product, or for everybody */
};

/*
 * What the paste says against or for a step at where (may be empty); code
 * tells that the step is written for who wrote the sending program.  d has
 * its attempt, classification, provider and speaker by then.
 */
enum suits suits_paste(const struct diagnosis *d, const char *where, bool code,
                       enum diag_role role);

#endif
