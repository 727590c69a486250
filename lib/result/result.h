/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result.h - the tree that every answer is made of
 *
 * One tree serves all formats.  Members with a key are data: JSON shows them.
 * Members without one are prose for people: text and HTML show them.  Nothing
 * here knows of mail.
 *
 * Strings are views that live as long as the arena of the tree or longer;
 * they are untrusted: renderers escape them.  Errors are sticky in the arena.
 */
#ifndef RESULT_RESULT_H
#define RESULT_RESULT_H

#include "base/arena.h"

enum rnode_kind {
	/* data */
	RNODE_OBJECT, /* members with keys, and prose */
	RNODE_LIST,   /* members without keys */
	RNODE_STRING,
	RNODE_NUMBER,
	RNODE_BOOL,
	/* prose */
	RNODE_HEADLINE, /* one sentence that says it all */
	RNODE_PARAGRAPH,
	RNODE_ROW,      /* a label and what stands beside it: its members */
	RNODE_STEP,     /* a numbered step; code lines as members */
	RNODE_CODE,     /* a record, command or line, as it must be typed */
	RNODE_QUOTE,    /* words of the input */
	RNODE_RULE,     /* a line between two answers */
	RNODE_TABLE,    /* members: RNODE_LIST rows of strings; first: head */
	RNODE_TREE,     /* its weights against a limit (number); members: */
	RNODE_BRANCH,   /* label; text: what is said of it; number: sum so far */
	RNODE_SERIES,   /* a chart, for pages; members: numbers with labels */
	RNODE_SOURCE,   /* the input, for pages; members: the next three */
	RNODE_PIECE,    /* a part of it as it stands */
	RNODE_MARK,     /* a decisive part; label: why; mark: for whom */
	RNODE_GAP,      /* so many bytes (number) are left out */
	RNODE_GROUP,    /* a heading over several answers, for pages */
	RNODE_KIND_N
};

/* How deep an answer goes: which prose is shown. */
enum rdepth {
	RDEPTH_PLAIN, /* for people who do not run mail servers */
	RDEPTH_NORMAL,
	RDEPTH_TECHNICAL /* everything */
};

/* Prose that one form alone shows. */
enum ronly { RONLY_NONE, RONLY_TEXT, RONLY_PAGE };

/* How a branch is marked. */
enum rbranch {
	RBRANCH_PLAIN,
	RBRANCH_FAINT, /* it plays no part */
	RBRANCH_TAKEN,
	RBRANCH_FAULT
};

struct rnode {
	enum rnode_kind kind;
	sv key;   /* member of an object; empty: not data, or in a list */
	sv label; /* RNODE_ROW */
	sv text;  /* strings and prose */
	int64_t number;
	bool flag;        /* RNODE_BOOL; RNODE_CODE: is copied as a whole */
	unsigned mark;    /* number of an answer that marks lead to; 0: none */
	const char *lang; /* BCP 47, of the prose; NULL: English */
	uint8_t from, to; /* prose: shown at these depths (enum rdepth) */
	uint8_t only;     /* prose: enum ronly */
	uint8_t level, state; /* RNODE_BRANCH: 0 is the root; enum rbranch */
	struct rnode *first, *last, *next;
};

/* A tree's root.  NULL where memory is exhausted (as from all functions). */
struct rnode *rnode_new(struct arena *a, enum rnode_kind kind);

/*
 * Append a member to parent (NULL is accepted and gives NULL, so that a chain
 * of calls needs one look at the arena at its end).
 */
struct rnode *rnode_object(struct arena *a, struct rnode *parent, sv key);
struct rnode *rnode_list(struct arena *a, struct rnode *parent, sv key);
struct rnode *rnode_string(struct arena *a, struct rnode *parent, sv key,
                           sv text);
struct rnode *rnode_number(struct arena *a, struct rnode *parent, sv key,
                           int64_t number);
struct rnode *rnode_bool(struct arena *a, struct rnode *parent, sv key,
                         bool flag);
/* Prose shown at every depth. */
struct rnode *rnode_prose(struct arena *a, struct rnode *parent,
                          enum rnode_kind kind, sv text);
/* A RNODE_ROW; text may be empty where members follow. */
struct rnode *rnode_row(struct arena *a, struct rnode *parent,
                        const char *label, sv text);
/* Show n from depth "from" to "to" only; NULL is accepted. */
void rnode_depth(struct rnode *n, enum rdepth from, enum rdepth to);

/* Show n in that form only; NULL is accepted. */
void rnode_only(struct rnode *n, enum ronly only);
/*
 * A RNODE_TREE, and one branch of it: those inside stand behind it, one level
 * deeper.  The first is the root, and its number the sum of all.  Text shows
 * trees at the depth that was set, pages always.
 */
struct rnode *rnode_tree(struct arena *a, struct rnode *parent, sv title,
                         int64_t limit);
struct rnode *rnode_branch(struct arena *a, struct rnode *tree,
                           unsigned level, enum rbranch state, sv label,
                           sv words, int64_t sum);

/* The member of that key, or NULL. */
const struct rnode *rnode_get(const struct rnode *n, sv key);

#endif
