/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct dns_loop {
	struct event_base *base;
	struct event *timer, *wake;
	int fd; /* what dns_loop_wake() writes to */
};

/* Being called is all that is wanted: it ends the wait. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	uint64_t n;

	(void)what;
	(void)arg;
	while (read(fd, &n, sizeof(n)) == (ssize_t)sizeof(n))
		;
}

struct dns_loop *dns_loop_new(void)
{
	struct dns_loop *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->base = event_base_new();
	if (l->fd < 0 || !l->base)
		goto fail;
	l->timer = evtimer_new(l->base, on_timer, NULL);
	l->wake = event_new(l->base, l->fd, EV_READ | EV_PERSIST, on_wake,
	                    NULL);
	if (!l->timer || !l->wake || event_add(l->wake, NULL) != 0)
		goto fail;
	return l;
fail:
	dns_loop_free(l);
	return NULL;
}

void dns_loop_free(struct dns_loop *l)
{
	if (!l)
		return;
	if (l->timer)
		event_free(l->timer);
	if (l->wake)
		event_free(l->wake);
	if (l->base)
		event_base_free(l->base);
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}

struct event_base *dns_loop_base(struct dns_loop *l)
{
	return l->base;
}

int64_t dns_loop_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void dns_loop_run(struct dns_loop *l, unsigned most_ms)
{
	struct timeval tv = {(time_t)(most_ms / 1000),
	                     (suseconds_t)(most_ms % 1000) * 1000};

	(void)evtimer_add(l->timer, &tv);
	(void)event_base_loop(l->base, EVLOOP_ONCE);
	(void)evtimer_del(l->timer);
}

void dns_loop_wake(struct dns_loop *l)
{
	int saved = errno;
	uint64_t one = 1;
	ssize_t n = write(l->fd, &one, sizeof(one));

	(void)n; /* full means that the wake is on its way already */
	errno = saved;
}
