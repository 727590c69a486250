/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - a bounce in words: the text of a part read by the frames
 */
#ifndef DSN_WORDS_H
#define DSN_WORDS_H

#include "dsn/frame.h"

/* Lines of one part that are looked at: bounces tell early. */
#define WORDS_LINES 1024
/* A line longer than this is cut: nobody writes such a one. */
#define WORDS_LINE_MAX 8192

/* Where a byte of the text stands in the input. */
typedef size_t words_origin(void *arg, size_t at);

/*
 * Append the attempts that the frames find in text.  True if a frame was
 * found, whatever it told.
 */
bool words_read(const struct frame_set *set, struct arena *a, sv text,
                words_origin *origin, void *arg, struct attempts *out);

#endif
