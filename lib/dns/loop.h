/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - the event loop that resolvers, probes and timers of one run share
 *
 * libevent behind it; used by one thread at a time.
 */
#ifndef DNS_LOOP_H
#define DNS_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct dns_loop;
struct event_base;

/* NULL if there is no memory or no way to wait for events. */
struct dns_loop *dns_loop_new(void);
void dns_loop_free(struct dns_loop *l);

struct event_base *dns_loop_base(struct dns_loop *l);

/* Milliseconds of a clock that only goes forward. */
int64_t dns_loop_ms(void);

/* Handle what is ready; wait for the first of it, at most that long. */
void dns_loop_run(struct dns_loop *l, unsigned most_ms);

/* End a wait that is under way.  Safe from a signal handler. */
void dns_loop_wake(struct dns_loop *l);

#endif
