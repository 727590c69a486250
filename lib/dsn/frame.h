/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.h - reads the text of a bounce by the frames in data/frames
 *
 * Mail servers wrap a rejection in words of their own, in many languages: a
 * frame says how these words look and where recipient, reply and host stand
 * among them (doc/knowledge.md, "Frames").  Work is linear in the lines; a
 * pattern is never tried twice at one place.
 *
 * The lines are those of a paste or of a part of a message; the caller keeps
 * them while frame_read() runs.  What is found is copied to the arena.
 */
#ifndef DSN_FRAME_H
#define DSN_FRAME_H

#include "event/attempt.h"

/* What a pattern is for: the field of the stanza that it stands in. */
enum frame_kind {
	FRAME_BEGIN,   /* words that open a frame, anywhere in a line */
	FRAME_OPEN,    /* a line that opens a frame */
	FRAME_LINE,    /* a line that says something inside a frame */
	FRAME_SKIP,    /* a line inside a frame that says nothing */
	FRAME_END,     /* the bounce's own words end; the message follows */
	FRAME_WRAP,    /* words around a reply whose lines were joined */
	FRAME_EXPIRED, /* words of such a reply: the queue time is over */
	FRAME_KINDS
};

enum frame_slot {
	SLOT_RECIPIENT, /* an address, with or without <> */
	SLOT_ORIGINAL,  /* as the sender used it, before it was expanded */
	SLOT_SENDER,
	SLOT_HOST, /* a name; of who refused */
	SLOT_OWN,  /* a name; of who wrote the bounce */
	SLOT_IP,
	SLOT_COMMAND, /* up to what follows: where in the dialogue */
	SLOT_STATUS,
	SLOT_ACTION, /* "failed", "delayed", ... (RFC 3464) */
	SLOT_PROSE,  /* the rest: words for a reason */
	SLOT_CODED,  /* the rest, if it begins with a code 4yz or 5yz */
	SLOT_REPLY,  /* the rest: what the server said */
	SLOT_ANY,    /* "*": up to what follows */
	SLOT_LAST,   /* "end": nothing follows */
	SLOT_STAGE,      /* "@rcpt" and so on: takes nothing, tells the stage */
	SLOT_LINE,      /* takes nothing: the whole line belongs to the reply */
	SLOTS
};

/*
 * Pairs of neighbouring signs, a bit for several pairs each.  A text that
 * lacks a bit of a pattern's cannot hold its words.  Lines of 80 signs set a
 * third of 256 bits, so hardly a pattern is tried for nothing.
 */
#define FRAME_PAIRS 4

struct frame_pairs {
	uint64_t bits[FRAME_PAIRS];
};

/* The most slots of one pattern. */
#define FRAME_SLOTS 8

struct frame_pattern {
	const char *text; /* words and {slots} */
	uint16_t n;       /* its length */
	uint16_t frame;
	uint8_t kind;
	uint8_t slots[FRAME_SLOTS]; /* enum frame_slot, in their order */
	struct frame_pairs pairs; /* of its words */
};

/* Patterns that are never asked for together stand apart. */
enum frame_group { GROUP_BEGIN, GROUP_LINE, GROUP_EXPIRED, GROUPS };

struct frame {
	const char *name;
	const char *language; /* BCP 47 */
	const char *writer;   /* the program, "" where several share it */
	enum ev_action action; /* ACTION_NONE: the text tells elsewhere */
	bool fields; /* lines are fields of RFC 3464, in groups */
};

struct frame_set {
	const struct frame *frames;
	size_t nframes;
	/* Sorted by group and first byte in lower case, which first[] gives. */
	const struct frame_pattern *patterns;
	uint16_t first[GROUPS][257];
};

/* The frames of data/frames. */
extern const struct frame_set frames_builtin;

/* Slots by name, for the compiler; SLOTS where there is none. */
enum frame_slot frame_slot_from(sv name);

/* One line: no line end, indentation and quote marks taken off. */
struct frame_line {
	const struct mtext *text;
	size_t offset; /* of the line in the input */
	unsigned number;
	unsigned indent;
	unsigned quote;
	bool item;      /* a list mark was taken off */
	bool continues; /* belongs to the line before without a blank */
};

/* Line k from where the reading begins; false behind the last one. */
typedef bool frame_get(void *arg, size_t k, struct frame_line *out);

/* The most lines that one bounce is read from. */
#define FRAME_LINES 256

/*
 * Unrelated lines behind which a bounce is taken to be over.  Microsoft 365
 * puts some 30 lines of advice between the two places where it tells.
 */
#define FRAME_GAP 40

/*
 * Lines within which a bounce must tell something; so what only looks like
 * the beginning of one is soon left.
 */
#define FRAME_SHOW 10

/* Lines that one reply is put together from; more are left out. */
#define FRAME_TEXT_LINES 64

/*
 * Read the bounce that begins in line 0: an attempt for each recipient is
 * appended to *out.  A frame without a reason gives an attempt with an empty
 * text.  Returns the number of lines that belong to it, or 0 and nothing
 * appended where none begins.
 */
size_t frame_read(const struct frame_set *set, struct arena *a, frame_get *get,
                  void *arg, struct attempts *out);

#endif
