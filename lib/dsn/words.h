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

/*
 * Append the attempts that the frames find in text; where tells of a byte of
 * it where it stands in the input.  True if a frame was
 * found, whatever it told.
 */
bool words_read(const struct frame_set *set, struct arena *a, sv text,
                mtext_where *where, void *arg, struct attempts *out);

#endif
