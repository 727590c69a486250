/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink.h - where decoders write: a buffer with a maximum, and anchors
 *
 * A sink keeps its memory from one text to the next.  Errors are sticky: cut
 * (the maximum is reached) and failed (no memory).
 */
#ifndef MAIL_SINK_H
#define MAIL_SINK_H

#include "base/utf8.h"
#include "mail/charset.h"

struct sink {
	char *p;
	size_t n, max;		  /* bytes written, and how many may be */
	size_t room;		  /* bytes of p */
	struct charset_anchor *v; /* (offset here, offset in the input) */
	size_t nv, vroom;
	size_t next; /* from here on the next anchor is due */
	size_t last; /* offset in the input of the byte written last */
	bool bare;   /* without anchors */
	bool cut, failed;
};

/*
 * Empty s, and make room for n bytes or max, whatever is less.  False if
 * there is no memory.
 */
bool sink_begin(struct sink *s, size_t n, size_t max);
void sink_fini(struct sink *s);

/* Note that what follows comes from the input's byte in. */
void sink_mark(struct sink *s, size_t in);

/* The same where CHARSET_STEP bytes were written since the last. */
static inline void sink_step(struct sink *s, size_t in)
{
	if (s->n >= s->next)
		sink_mark(s, in);
}

static inline bool sink_full(const struct sink *s)
{
	return s->cut || s->failed;
}

/* Write one byte that stands at in. */
static inline void sink_byte(struct sink *s, char c, size_t in)
{
	if (s->n >= s->max) {
		s->cut = true;
		return;
	}
	s->p[s->n++] = c;
	s->last = in;
}

/* Write bytes that stand in the input as they are, from in on. */
void sink_copy(struct sink *s, sv bytes, size_t in);

/* Write a code point, wholly or not at all. */
void sink_char(struct sink *s, uint32_t c);

/*
 * The last of n anchors (n > 0, the first at 0) whose text is not behind at.
 */
size_t sink_anchor(const struct charset_anchor *v, size_t n, size_t at);

#endif
