/* SPDX-License-Identifier: BSD-2-Clause */
/* bulk_item.h - one mail of many: explained, counted, written */
#ifndef API_BULK_ITEM_H
#define API_BULK_ITEM_H

#include "api/api.h"
#include "diagnose/taxonomy.h"
#include "input/input.h"
#include "mailwhy/bulk.h"
#include "render/render.h"
#include "tally/tally.h"

/* What one mail may take: forgotten behind each, and kept for the next. */
#define BULK_MEMORY ((size_t)64 << 20)

struct job;

struct bulk_worker {
	struct job *job;
	struct classifier *c;
	struct arena *a;   /* for a mail, or a value of rows */
	struct arena *row; /* for one row of them */
	struct tally *tally;
};

/* How mails are explained and written; only read by workers. */
struct bulk_how {
	struct diag_options diag;
	enum mw_format format;
	struct render_options text;
	bool full, compact;
	const char *named; /* the taxonomy that is wanted; NULL: none */
	enum taxonomy taxonomy;
	bool each;     /* something is written for each mail */
	bool suppress; /* addresses instead */
};

enum mw_status bulk_how(const struct mw_bulk_options *opt,
                        struct bulk_how *out, struct mw_err *err);

/*
 * Explain an item, count it, and append what is to be written to out.  What
 * was lost of it is told in .problem, as of an item that is nothing else.
 */
void bulk_item(struct bulk_worker *w, const struct bulk_how *how,
               struct input_item *item, struct buf *out);

/*
 * Addresses that were written.  So many are remembered; of more, some may be
 * written twice.
 */
#define BULK_SEEN_BITS 21

struct bulk_seen;
struct bulk_seen *bulk_seen_new(void);
void bulk_seen_free(struct bulk_seen *s);
bool bulk_first_time(struct bulk_seen *s, sv address);

#endif
