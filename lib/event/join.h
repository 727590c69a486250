/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * join.h - lines of one message brought together by host and queue id
 *
 * Bounded: the table holds JOIN_MAX lives; the oldest gives way, and what it
 * knew is lost, which is counted.  Used for one paste and for whole logs.
 */
#ifndef EVENT_JOIN_H
#define EVENT_JOIN_H

#include "event/attempt.h"

/* Queue lives kept at a time; a busy relay has some ten thousand open. */
#define JOIN_MAX 65536

struct join;

/* max lives are kept (at most JOIN_MAX).  NULL if there is no memory. */
struct join *join_new(size_t max);
void join_free(struct join *j);

/*
 * Remember what an arrival line tells of its queue id (sender, client, login,
 * Message-ID, helo; of qmail and OpenSMTPD also the recipient).  Views are
 * copied.
 */
void join_learn(struct join *j, const struct attempt *arrival);

/*
 * Fill in what the attempt's own line left open from what was learnt of its
 * queue id.  The views put in live as long as j, or until the life is dropped.
 */
void join_apply(const struct join *j, struct attempt *at);

/* The life of this queue id is over: the id may be used again. */
void join_end(struct join *j, const struct attempt *at);

/* Lives given up because the table was full. */
size_t join_lost(const struct join *j);

#endif
