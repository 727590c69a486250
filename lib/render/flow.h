/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow.h - lines of a terminal: padding, wrapping, colour
 *
 * All texts are untrusted.  Control characters are shown as '?', bytes that
 * are no UTF-8 as U+FFFD, and marks that nobody sees are dropped (unseen.h).
 * Columns count as a terminal does (utf8_width).
 */
#ifndef RENDER_FLOW_H
#define RENDER_FLOW_H

#include "base/buf.h"

enum flow_style { FLOW_PLAIN, FLOW_BOLD, FLOW_DIM };

struct flow {
	struct buf *out;
	unsigned width;
	bool colour;
	/* private */
	enum flow_style style;
	unsigned col; /* used on the open line */
	bool open;    /* something stands on the line */
	bool styled;  /* a colour is switched on */
	bool blank;   /* an empty line is wanted before the next one */
	bool wrote;
};

void flow_init(struct flow *f, struct buf *out, unsigned width, bool colour);

/* Columns that s takes when put. */
unsigned flow_measure(sv s);

/*
 * Both write from column indent on, on the open line if it has not come that
 * far, else on a new one, and leave the line open.
 *
 * flow_put writes s as it stands, however long; white space of any kind is
 * one space each.
 *
 * flow_words fills lines with the words of s; further lines begin at indent
 * too.  A word is only broken if it is longer than a line and no URL; scripts
 * with wide characters may be broken before each of them.
 */
void flow_put(struct flow *f, unsigned indent, sv s);
void flow_words(struct flow *f, unsigned indent, sv s);

/* End the line if there is an open one. */
void flow_end(struct flow *f);

/* One empty line before the next line; none at the top of the output. */
void flow_blank(struct flow *f);

/* How the texts that follow look, if there is colour. */
void flow_style(struct flow *f, enum flow_style style);

#endif
