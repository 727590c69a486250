/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unseen.h - code points that must not reach a terminal as they are
 *
 * Replies are written by strangers: a control character may drive the
 * terminal, and a direction mark may make a sentence read as another one.
 */
#ifndef RENDER_UNSEEN_H
#define RENDER_UNSEEN_H

#include "base/sv.h"

/* C0, DEL and C1 (some terminals take U+009B for ESC [). */
static inline bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

static inline bool is_line_end(uint32_t c)
{
	return c == 0x2028 || c == 0x2029;
}

/*
 * Marks of writing direction (Unicode bidi), and what takes no room and joins
 * nothing: soft hyphen, zero width space, word joiner, invisible operators,
 * byte order mark, tags.  The zero width joiners stay, scripts need them.
 */
static inline bool is_unseen(uint32_t c)
{
	return c == 0xAD || c == 0x61C || c == 0x200B || c == 0x200E ||
	       c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c >= 0xE0000 && c <= 0xE007F);
}

#endif
