/* SPDX-License-Identifier: BSD-2-Clause */
/* The user says which column tells what. */
#include <stdio.h>

#include "input/csv.h"

/* Names of columns that a message shows: the message has 120 characters. */
#define NAMES_SHOWN 70

/* The first record, where each choice is looked up. */
struct head {
	sv cells[CSV_CELLS_MAX];
	size_t n;
};

enum mw_status csv_choice_parse(sv text, struct csv_choice *out,
                                struct mw_err *err)
{
	struct csv_choice c;
	sv name, column = text;

	name = sv_trim(sv_cut(&column, '='));
	c.column = sv_trim(column);
	if (!c.column.n)
		return mw_fail(err, MW_EINVAL, "column \"%.*s\" is not of the "
		               "form reply=HEADER",
		               SV_FMT(sv_head(text, NAMES_SHOWN)));
	if (!csv_tells_from(name, &c.tells))
		return mw_fail(err, MW_EINVAL, "no column is called \"%.*s\": "
		               "recipient, reply, code, status, action, host, "
		               "sender, time, id are",
		               SV_FMT(sv_head(name, 24)));
	*out = c;
	return MW_OK;
}

/* -1: there is no such column. */
static int find(const struct head *h, sv column, bool *by_name)
{
	uint32_t number;

	*by_name = true;
	for (size_t i = 0; i < h->n; i++)
		if (sv_ieq(sv_trim(h->cells[i]), column))
			return (int)i;
	*by_name = false;
	return sv_u32(column, CSV_CELLS_MAX, &number) && number &&
	               number <= h->n
	           ? (int)number - 1
	           : -1;
}

/* A column tells one thing, unless the user says otherwise. */
static void free_column(struct csv_table *t, int column)
{
	for (int i = 0; i < CSV_TELLS; i++)
		if (t->at[i] == column)
			t->at[i] = -1;
}

/* Put the choices into *t; the one that is not there, or NULL. */
static const struct csv_choice *apply(const struct head *h,
                                      const struct csv_choice *choices,
                                      size_t n, struct csv_table *t)
{
	bool named = false, data = false;
	int at[CSV_TELLS];

	for (int i = 0; i < CSV_TELLS; i++)
		at[i] = -1;
	for (size_t i = 0; i < n; i++) {
		bool by_name;
		int column = find(h, choices[i].column, &by_name);

		if (column < 0)
			return &choices[i];
		named |= by_name;
		data |= !by_name &&
		        csv_is_such(choices[i].tells,
		                    sv_trim(h->cells[column]));
		at[choices[i].tells] = column;
	}
	for (int i = 0; i < CSV_TELLS; i++)
		if (at[i] >= 0)
			free_column(t, at[i]);
	for (int i = 0; i < CSV_TELLS; i++)
		if (at[i] >= 0)
			t->at[i] = at[i];
	t->header = named || (t->header && !data);
	return NULL;
}

static bool read_head(struct arena *a, sv text, char separator, struct head *h)
{
	struct csv c;

	h->n = 0;
	csv_init(&c, text, separator);
	if (c.separator && c.separator != separator)
		return false;
	return csv_next(&c, a, h->cells, CSV_CELLS_MAX, &h->n);
}

static void look(struct arena *a, sv text, char separator,
                 struct csv_table *out)
{
	if (!csv_look(a, text, separator, out))
		csv_plain(text, separator, out);
}

static enum mw_status missing(const struct head *h,
                              const struct csv_choice *choice,
                              struct mw_err *err)
{
	char names[NAMES_SHOWN + 1];
	size_t at = 0, room = NAMES_SHOWN - 3;

	for (size_t i = 0; i < h->n; i++) {
		sv name = sv_trim(h->cells[i]);

		if (at + name.n + 2 > room) {
			at += (size_t)snprintf(names + at, sizeof(names) - at,
			                       "...");
			break;
		}
		at += (size_t)snprintf(names + at, sizeof(names) - at,
		                       "%.*s%s", SV_FMT(name),
		                       i + 1 < h->n ? ", " : "");
	}
	names[at] = '\0';
	/* The file's words, on somebody's terminal. */
	for (size_t i = 0; i < at; i++)
		if ((unsigned char)names[i] < ' ' || names[i] == 0x7f)
			names[i] = '?';
	return mw_fail(err, MW_ESYNTAX, "has no column \"%.*s\", only %s",
	               SV_FMT(sv_head(choice->column, 24)), names);
}

enum mw_status csv_choose(struct arena *a, sv text,
                          const struct csv_choice *choices, size_t n,
                          struct csv_table *out, struct mw_err *err)
{
	static const char separators[] = ",;\t|";
	struct head *h = a ? arena_alloc(a, 1, sizeof(*h)) : NULL;
	const struct csv_choice *lost;
	struct csv_table t;

	if (!h)
		return mw_fail(err, MW_ENOMEM, "no memory");
	look(a, text, 0, &t);
	(void)read_head(a, text, t.separator, h);
	lost = apply(h, choices, n, &t);
	/* It may be parted by what is rarer than the commas in its texts. */
	for (size_t i = 0; lost && separators[i]; i++) {
		struct csv_table other;

		if (!read_head(a, text, separators[i], h))
			continue;
		look(a, text, separators[i], &other);
		if (!apply(h, choices, n, &other)) {
			*out = other;
			return MW_OK;
		}
	}
	if (!lost) {
		*out = t;
		return MW_OK;
	}
	(void)read_head(a, text, t.separator, h);
	return missing(h, lost, err);
}
