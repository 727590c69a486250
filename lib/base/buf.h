/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf.h - a buffer that grows up to a maximum given at its creation
 *
 * Errors are sticky: append as you like, look once at buf_failed().
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/sv.h"

struct buf {
	char *p;
	size_t n, cap, max;
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b);
void buf_reset(struct buf *b);
void buf_add(struct buf *b, sv s);
/* n bytes more, to be filled; NULL where it failed. */
char *buf_room(struct buf *b, size_t n);
void buf_addc(struct buf *b, char c);
void buf_addn(struct buf *b, int64_t number); /* in decimal */
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static inline void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, sv_str(s));
}

static inline sv buf_sv(const struct buf *b)
{
	return sv_of(b->p, b->n);
}

static inline bool buf_failed(const struct buf *b)
{
	return b->failed;
}

#endif
