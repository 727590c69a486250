/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * window.h - the part of a file that is in memory
 *
 * Bytes are added at the end and taken off the front; each is moved a fixed
 * number of times.
 */
#ifndef INPUT_WINDOW_H
#define INPUT_WINDOW_H

#include <sys/types.h>

#include "base/err.h"
#include "base/sv.h"

/* Bytes asked for at once: fewer cost calls, more cost cache. */
#define WINDOW_READ ((size_t)256 << 10)

/* Where bytes come from: as read(2), and -1 with *err filled in. */
struct stream {
	ssize_t (*read)(void *self, char *to, size_t n, struct mw_err *err);
	void *self;
};

struct window {
	char *p;
	size_t cap, start, n;
};

/* The bytes that are there. */
static inline sv window_sv(const struct window *w)
{
	return sv_of(w->p ? w->p + w->start : NULL, w->n);
}

/* Room for WINDOW_READ bytes behind the last one; NULL without memory. */
char *window_room(struct window *w);

/* Take n bytes off the front. */
void window_drop(struct window *w, size_t n);

/* Take n bytes out behind the first at. */
void window_cut(struct window *w, size_t at, size_t n);

/*
 * Move the first n bytes into *mem (of *cap bytes), which grows where it has
 * to.  Many bytes are not copied: window and *mem change places.  Pointers
 * to these bytes have to be computed anew from what is returned; NULL without
 * memory.
 */
char *window_move(struct window *w, size_t n, char **mem, size_t *cap);

void window_fini(struct window *w);

#endif
