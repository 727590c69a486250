/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csv.h - tables of bounces as text: RFC 4180 and what people make of it
 *
 * Cells are parted by comma, semicolon, tab or "|"; records by LF, CRLF or
 * CR.  A cell in quotes may hold all of these, and a quote doubled.  Quotes
 * that do not pair are text.  The input is hostile; work is linear.
 */
#ifndef INPUT_CSV_H
#define INPUT_CSV_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"

/* Cells of a record behind these are left out; exports have under 100. */
#define CSV_CELLS_MAX 256

/* The longest cell in quotes: a whole bounce may stand in one. */
#define CSV_CELL_MAX ((size_t)1 << 20)

struct csv {
	sv rest;
	char separator;
	size_t line;     /* of the last record, 1 first */
	size_t lines;    /* line ends up to rest */
	size_t no_close; /* where more is left, a quote opens nothing */
};

/*
 * text must outlive it.  A byte order mark is passed over, and the line
 * "sep=;" of Excel, which tells .separator if separator is 0.
 */
void csv_init(struct csv *c, sv text, char separator);

/*
 * The next record that is not blank: its cells, at most max of them, and how
 * many they are.  They are views of the text, or in a where quotes were
 * doubled.  False at the end.
 */
bool csv_next(struct csv *c, struct arena *a, sv *cells, size_t max,
              size_t *n);

/* What a column tells. */
enum csv_tells {
	CSV_RECIPIENT,
	CSV_REPLY,  /* what the server said, or a text that stands for it */
	CSV_CODE,   /* 550 */
	CSV_STATUS, /* 5.1.1 */
	CSV_ACTION, /* a word: bounced, failed, hard bounce, ... */
	CSV_HOST,   /* that spoke */
	CSV_SENDER,
	CSV_TIME,
	CSV_ID,
	CSV_TELLS
};

struct csv_table {
	char separator;
	bool header;       /* the first record names the columns */
	size_t columns;
	int at[CSV_TELLS]; /* number of the column, 0 first; -1: none */
};

/*
 * Is text, which is the begin of a file or all of it, a table of bounces?
 * Columns are known by their names, else by what stands in them.  separator
 * 0: find it.  False: no table, or nothing in it tells of a recipient or a
 * reply.  Memory comes from a.
 */
bool csv_look(struct arena *a, sv text, char separator,
              struct csv_table *out);

/* What csv_look() found no table in, as one whose columns tell nothing. */
void csv_plain(sv text, char separator, struct csv_table *out);

/* Is the cell clearly such a thing?  Only what has a form of its own is. */
bool csv_is_such(enum csv_tells t, sv cell);

/* The user's word for it: a name of the header, or a number, 1 first. */
struct csv_choice {
	enum csv_tells tells;
	sv column;
};

/*
 * "reply=Error Text".
 *	MW_OK		*out are views of text
 *	MW_EINVAL	it has no such form, or no column tells that
 */
enum mw_status csv_choice_parse(sv text, struct csv_choice *out,
                                struct mw_err *err);

/*
 * As csv_look() and csv_plain(), with the user's choices over what is found
 * out.  Where nothing is parted by the separator that is found out, the others
 * are tried.
 *	MW_OK		*out is filled in
 *	MW_ESYNTAX	there is no such column; err tells which there are
 *	MW_ENOMEM	a is exhausted
 */
enum mw_status csv_choose(struct arena *a, sv text,
                          const struct csv_choice *choices, size_t n,
                          struct csv_table *out, struct mw_err *err);

/*
 * Where the last record that is wholly in text ends, the first one with
 * first set; 0: none does.  Quotes are counted, cells are not looked at.
 */
size_t csv_end(sv text, bool first);

/* "recipient", "reply", ...; never NULL.  And back, "date" also for time. */
const char *csv_tells_name(enum csv_tells t);
bool csv_tells_from(sv name, enum csv_tells *out);

#endif
