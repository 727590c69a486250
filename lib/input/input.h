/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - messages out of whatever was named: files, mailboxes, folders,
 * archives, standard input
 *
 * What a file is, its bytes tell, not its name; only ".eml", which means one
 * message, tells that a From_ line in a text begins no other one.
 *
 *	a file with one message, or with a mailbox (mail/mbox.h)
 *	a folder: all in it, folders in it too; links to folders are not
 *	followed, names that begin with "." are passed over
 *	a Maildir (a folder with new and cur): its messages, then those of the
 *	Maildirs in it; tmp is left alone; what goes from new to cur meanwhile
 *	is read once
 *	gzip, bzip2, xz, zstd, zip and tar of these, and one more of them in
 *	it; unpacked by libarchive, which is looked for when it is needed
 *
 * Names of a folder come in byte order; of a folder with more than
 * WALK_SORT_MAX names, in runs of so many, each of them in order.
 *
 * Whatever cannot be read, or not wholly, gives an item of its own that says
 * so, in its place.  The rest is read.  A file is what it was when it was
 * opened: what is written to it meanwhile is left out, and that is said.
 *
 * Files are read through a window, never mapped: memory does not grow with
 * the mailbox.  A message over the maximum is head and tail.
 *
 * One thread calls input_next(); items are self-contained, so that any other
 * may work on them and give them back (struct input_pool).
 */
#ifndef INPUT_INPUT_H
#define INPUT_INPUT_H

#include <signal.h>

#include "base/err.h"
#include "input/csv.h"
#include "mail/mbox.h"

/* The longest message: mail servers take up to 35 to 50 MB. */
#define INPUT_MESSAGE_MAX ((size_t)48 << 20)

/* Of a longer one so much is its end; the rest of the maximum its begin. */
#define INPUT_TAIL ((size_t)1 << 20)

/* Large enough for the cost of a call, small enough for many at a time. */
#define INPUT_PART ((size_t)1 << 20)

/*
 * An archive that unpacks to more than this is not read on: a bomb.  The
 * ratio is a little under what deflate can do; small archives are no danger.
 */
#define INPUT_UNPACKED_MAX ((uint64_t)64 << 30)
#define INPUT_RATIO_MAX 1000
#define INPUT_RATIO_FROM ((uint64_t)64 << 20)

enum input_kind {
	INPUT_MESSAGE, /* RFC 5322, or meant to be */
	INPUT_OUTLOOK, /* a compound file: Outlook's .msg */
	INPUT_JSON,    /* begins like JSON: one value, or one after the other */
	INPUT_CSV,     /* a table of bounces: csv.h */
	INPUT_TEXT,    /* none of these */
	INPUT_PROBLEM  /* no bytes: .problem says what is missing and why */
};

enum input_source { INPUT_FROM_FILE, INPUT_FROM_MBOX, INPUT_FROM_MAILDIR };

/* What files are taken for. */
enum input_format {
	INPUT_AUTO,      /* see above */
	INPUT_AS_MBOX,   /* also where no From_ line is found at its begin */
	INPUT_AS_MESSAGE, /* one message each, whatever it looks like */
	INPUT_AS_CSV,
	INPUT_AS_JSON
};

struct input_item {
	enum input_kind kind;
	enum input_source source;
	uint64_t seq; /* counts items, 0 first */
	/* For people: path, "archive:member", "standard input". */
	sv name;
	sv raw; /* the message; without From_ line where kind is MESSAGE */
	/*
	 * CSV, and JSON of one object a line, come in parts of about
	 * INPUT_PART that end where a record does: 0 first, and only that
	 * one begins with the header.  What is known of a table is in each.
	 */
	unsigned part;
	struct csv_table table;
	/* From_ line: see mail/mbox.h. */
	sv from, sender, date;
	uint64_t offset, line; /* in the file or member; line 1 first */
	/* So many bytes are missing at raw.p + cut_at. */
	uint64_t cut;
	size_t cut_at;
	enum mbox_kind mbox;
	/*
	 * MW_EIO cannot be read (.sys), MW_EMORE cut short or grown,
	 * MW_ELIMIT too deep, too large, MW_ESYNTAX not what it seems,
	 * MW_ENOENT empty or vanished.
	 */
	struct mw_err problem;

	/* Memory of the item, kept for the next use. */
	char *mem, *names;
	size_t cap, names_cap;
	struct input_item *next;
};

struct input_options {
	const char *const *names; /* "-" is standard input */
	size_t n;
	enum input_format format;
	/* Columns of tables that the user names; a table without is no input. */
	const struct csv_choice *columns;
	size_t ncolumns;
	/* 0: the limits above */
	size_t message_max;
	uint64_t unpacked_max;
	unsigned ratio_max;
	/* Set by a signal handler: no more is read.  May be NULL. */
	const volatile sig_atomic_t *stop;
};

enum input_step { INPUT_ITEM, INPUT_END };

struct input;

/* The names must outlive it.  NULL if there is no memory. */
struct input *input_new(const struct input_options *opt);

/* NULL is accepted. */
void input_free(struct input *in);

/*
 * Fill in *item with the next message or problem; what it held is forgotten.
 * INPUT_END, also where *opt.stop is set: nothing is left, *item is not to be
 * used.
 */
enum input_step input_next(struct input *in, struct input_item *item);

/*
 * Does that name stand for more than one message: a folder, a mailbox, a
 * table, an archive or something compressed?  JSON may be a log and is none.
 * False for what cannot be read.
 */
bool input_is_many(const char *name);

/* Bytes read of files, and of how many, where that is known, else 0. */
uint64_t input_read(const struct input *in);
uint64_t input_total(const struct input *in);

/* Free what an item holds. */
void input_item_fini(struct input_item *item);

/*
 * Items not in use.  For use by several threads; give and take are short.
 */
struct input_pool;

struct input_pool *input_pool_new(void);
/* All items must have been given back.  NULL is accepted. */
void input_pool_free(struct input_pool *p);
/* A used or a new item; NULL if there is no memory. */
struct input_item *input_pool_take(struct input_pool *p);
/* NULL is accepted. */
void input_pool_give(struct input_pool *p, struct input_item *item);

#endif
