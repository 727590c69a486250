/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lines.h - a paste as cleaned lines, with a window to look ahead
 *
 * People paste lines with quote marks, colours, list marks and line numbers
 * in front.  Cleaning takes these off and remembers where each byte came
 * from.  Lines are made as they are asked for and forgotten as the window
 * moves on, so memory does not grow with the paste.
 *
 * The text of a line lives until plines_skip() passes it: copy to the arena
 * what you keep.
 */
#ifndef PASTE_LINES_H
#define PASTE_LINES_H

#include "paste/paste.h"

/*
 * Lines that may be looked at ahead.  Java traces with nested causes have
 * some hundred lines; NDR texts less.
 */
#define PLINES_AHEAD 256

struct pline {
	/*
	 * Without line end, quote marks ("> ", "| "), ANSI colours, "12: "
	 * line numbers, Markdown marks around the whole line, trailing
	 * blanks, and the indentation (kept in .indent).  HTML entities and
	 * escapes stay: they belong to the content and readers differ.
	 * Whatever the input is, this is UTF-8; all blanks of Unicode but
	 * the ideographic one are ' ', and nothing invisible is left.
	 * The ">" that curl -v puts before what it sends counts as a quote
	 * mark: a reader of dialogues asks .quote.
	 */
	struct mtext text;
	size_t offset;	 /* of the raw line in the input */
	unsigned number; /* 1 first */
	unsigned indent; /* columns of blanks taken off behind quote marks */
	unsigned quote;	 /* depth of quote marks taken off */
	bool code;	 /* inside a Markdown fence */
	bool item;	 /* a list mark ("- ", "1. ") was taken off */
	/*
	 * The raw line is longer than MTEXT_MAX and this is a later piece of
	 * it; .text of the piece before ends where this one begins.
	 */
	bool continues;
};

struct plines;

/* The views of in must outlive the window.  NULL if there is no memory. */
struct plines *plines_new(struct arena *a, sv in);

/* The line k (0: the first not skipped) ahead; NULL behind the last one. */
const struct pline *plines_at(struct plines *p, size_t k);

/* Move on by n lines. */
void plines_skip(struct plines *p, size_t n);

/*
 * What readers of one form share.  A reader looks at plines_at(lines, 0); if
 * its form begins there it appends attempts and returns how many lines it
 * has read (at least 1), else it returns 0 and has changed nothing.
 */
struct paste_ctx {
	struct arena *a; /* for what is kept */
	struct plines *lines;
	struct attempts *out;
	struct paste_seen *seen;
	const struct paste_options *opt;
	size_t size;		/* bytes of the paste */
	struct paste_state *st; /* what logline.c and prose.c remember */
};

typedef size_t paste_reader(struct paste_ctx *ctx);

/* The readers, in the order in which they are tried. */
size_t paste_read_exception(struct paste_ctx *ctx);  /* exception*.c */
size_t paste_read_transcript(struct paste_ctx *ctx); /* transcript.c */
size_t paste_read_ndr(struct paste_ctx *ctx);	     /* ndr.c, dsn/frame.h */
size_t paste_read_log(struct paste_ctx *ctx);	     /* logline.c */
size_t paste_read_reply(struct paste_ctx *ctx);	     /* prose.c */

/*
 * Copy bytes from..to of a line to *t, joined to what is there by a space:
 * how replies that run over lines are put together.
 */
void paste_take(struct mtext *t, const struct pline *line, size_t from,
		size_t to);

/* A view of a line's bytes copied to the arena of the attempts. */
sv paste_keep(struct paste_ctx *ctx, sv part);

/* Append an attempt that begins in that line; NULL as attempts_add(). */
struct attempt *paste_add(struct paste_ctx *ctx, const struct pline *line,
			  enum ev_form form);

#endif
