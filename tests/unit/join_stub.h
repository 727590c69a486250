/* SPDX-License-Identifier: BSD-2-Clause */
/* join_stub.h - no joining: what is tested here needs one line at a time */
#ifndef TESTS_JOIN_STUB_H
#define TESTS_JOIN_STUB_H

#include "event/join.h"

struct join *join_new(size_t max)
{
	(void)max;
	return NULL;
}

void join_free(struct join *j)
{
	(void)j;
}

void join_learn(struct join *j, const struct attempt *arrival)
{
	(void)j;
	(void)arrival;
}

void join_apply(const struct join *j, struct attempt *at)
{
	(void)j;
	(void)at;
}

void join_end(struct join *j, const struct attempt *at)
{
	(void)j;
	(void)at;
}

#endif
