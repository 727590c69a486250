/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wrap.h - takes a reason out of the words that servers put around it
 *
 * "host x said: 550 ... (in reply to RCPT TO command)": the reply is what
 * counts, and the wrapper tells who spoke, and when.  The wrappers and the
 * words for "the queue time is over" are those of data/frames.
 */
#ifndef DSN_WRAP_H
#define DSN_WRAP_H

#include "dsn/match.h"

/* What slots tell goes to *at, as far as it is not known there yet. */
void wrap_learn(struct arena *a, struct attempt *at,
                const struct frame_match *m);

/*
 * Take the wrappers off t; what they tell goes to *at where it is not known
 * yet, also that the queue time is over.
 */
void wrap_take_off(const struct frame_set *set, struct arena *a,
                   struct mtext *t, struct attempt *at);

/* RFC 3463: X.4.7 is "delivery time expired". */
bool wrap_is_expired(struct estatus e);

/*
 * Which of action and expiry holds where they contradict: words that the
 * queue time is over make a delay a failure; without them a delayed mail has
 * not expired, whatever its status.
 */
void wrap_settle(const struct frame_set *set, struct attempt *at);

#endif
