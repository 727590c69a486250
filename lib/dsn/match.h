/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * match.h - one pattern of a frame against one text
 *
 * Letters are compared without case (ASCII), a blank stands for a run of
 * blanks, an apostrophe or quotation mark for any of its shapes.  Nothing is
 * tried twice: a slot takes what it can and never gives back.
 */
#ifndef DSN_MATCH_H
#define DSN_MATCH_H

#include "dsn/frame.h"

/* Longest address that is taken for one (RFC 5321: 256, quoting, redaction). */
#define MATCH_ADDRESS_MAX 330

struct frame_match {
	const struct frame_pattern *pattern;
	sv slot[SLOTS];    /* p is NULL where the slot is not in the pattern */
	size_t at[SLOTS];  /* offset of the slot in the text */
	size_t literal;    /* bytes of words matched */
	enum smtp_stage stage; /* of a "@" slot */
	bool line;             /* the reply is the whole line */
};

/* A text to be searched; s may be narrowed, pairs are those of all of it. */
struct frame_text {
	sv s;
	struct frame_pairs pairs;
};

struct frame_text frame_text_of(sv s);

/* A pattern of that text, which must outlive it. */
struct frame_pattern frame_pattern_of(const char *text, enum frame_kind kind,
                                      uint16_t frame);

enum frame_group frame_group_of(enum frame_kind kind);

/* Does pattern match text from offset at on? */
bool frame_match(const struct frame_pattern *pattern, sv text, size_t at,
                 struct frame_match *m);

/*
 * The pattern of the kinds (bits, 1 << FRAME_x, of GROUP_LINE) with the most
 * words that matches at offset at.
 */
bool frame_best(const struct frame_set *set, unsigned kinds,
                const struct frame_text *t, size_t at, struct frame_match *m);

/* The same at the beginning of any word; FRAME_BEGIN only. */
bool frame_anywhere(const struct frame_set *set, const struct frame_text *t,
                    struct frame_match *m);

/* Are there words of FRAME_EXPIRED anywhere? */
bool frame_expired(const struct frame_set *set, const struct frame_text *t);

/*
 * Length of an address at the start of s; *inner is what stands between <>
 * or all of it.  0 where there is none.
 */
size_t match_address(sv s, sv *inner);

#endif
