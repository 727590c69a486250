/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/rows.h"

#include "base/ascii.h"
#include "mail/address.h"

/*
 * Words of a column that tells what was done; the first that the cell has
 * counts, so "undelivered" stands before "delivered", and "soft" before
 * "bounce".
 */
static const struct {
	const char *word;
	enum ev_action action;
	bool complaint;
} words[] = {
	{"complain", ACTION_NONE, true},
	{"spam report", ACTION_NONE, true},
	{"spamreport", ACTION_NONE, true},
	{"feedback", ACTION_NONE, true},
	{"undeliver", ACTION_FAILED, false},
	{"not delivered", ACTION_FAILED, false},
	{"delay", ACTION_DELAYED, false},
	{"defer", ACTION_DELAYED, false},
	{"relayed", ACTION_RELAYED, false},
	{"delivered", ACTION_DELIVERED, false},
	{"fail", ACTION_FAILED, false},
	{"bounce", ACTION_FAILED, false},
	{"reject", ACTION_FAILED, false},
	{"dropped", ACTION_FAILED, false},
	{"invalid", ACTION_FAILED, false},
	{"expired", ACTION_FAILED, false},
};

void rows_init(struct rows *r, const struct input_item *item)
{
	*r = (struct rows){.item = item};
	csv_init(&r->csv, item->raw, item->table.separator);
	exports_init(&r->exports, item->raw);
	r->header = item->table.header && !item->part;
}

bool rows_may_reset(const struct rows *r)
{
	return r->i >= r->exports.n;
}

static void set_action(struct export_row *row, sv cell)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!sv_ihas(cell, sv_str(words[i].word)))
			continue;
		row->at.action = words[i].action;
		row->complaint = words[i].complaint;
		return;
	}
}

/* Code and status may stand in each other's column. */
static void set_codes(struct attempt *at, sv cell)
{
	uint32_t n;

	if (sv_u32(sv_head(cell, 3), 599, &n) && n >= 200 &&
	    (cell.n == 3 || !is_digit(cell.p[3])) && !at->code)
		at->code = (uint16_t)n;
	else if (!estatus_is_set(at->status))
		(void)estatus_parse(cell, &at->status);
}

/* "dns; mx.example.net (192.0.2.1)" */
static void set_host(struct attempt *at, sv cell)
{
	size_t semicolon = sv_chr(cell, ';');

	if (semicolon != SV_NPOS)
		cell = sv_drop(cell, semicolon + 1);
	at->host = sv_word(&cell);
}

/* The cell as mapped text; one whose quotes were doubled has no place. */
static void set_text(const struct rows *r, struct arena *a, struct attempt *at,
                     sv cell)
{
	sv raw = r->item->raw;

	if (sv_istarts(cell, SV("smtp;")))
		cell = sv_trim(sv_drop(cell, 5));
	mtext_init(&at->text, a, cell.n ? cell.n : 1);
	if (cell.n && cell.p >= raw.p && cell.p + cell.n <= raw.p + raw.n)
		mtext_add(&at->text, cell, (size_t)(cell.p - raw.p));
	else
		mtext_put(&at->text, cell, MTEXT_NOWHERE);
}

static void set_id(struct attempt *at, sv cell)
{
	if (sv_has(cell, SV("@")))
		at->message_id = sv_starts(cell, SV("<")) &&
						 sv_ends(cell, SV(">"))
			                 ? sv_slice(cell, 1, cell.n - 1)
			                 : cell;
	else
		at->queue_id = cell;
}

static void set_cell(const struct rows *r, struct arena *a,
                     struct export_row *row, enum csv_tells tells, sv cell)
{
	struct attempt *at = &row->at;

	switch (tells) {
	case CSV_RECIPIENT:
		at->recipient = address_spec(cell);
		break;
	case CSV_REPLY:
		set_text(r, a, at, cell);
		break;
	case CSV_CODE:
	case CSV_STATUS:
		set_codes(at, cell);
		break;
	case CSV_ACTION:
		set_action(row, cell);
		break;
	case CSV_HOST:
		set_host(at, cell);
		break;
	case CSV_SENDER:
		at->sender = address_spec(cell);
		break;
	case CSV_TIME:
		row->time = cell;
		break;
	case CSV_ID:
		set_id(at, cell);
		break;
	case CSV_TELLS:
		break;
	}
}

static bool is_empty(const struct export_row *row)
{
	return !row->at.recipient.n && !row->at.text.n && !row->at.code &&
	       !estatus_is_set(row->at.status);
}

static enum mw_status next_of_table(struct rows *r, struct arena *a,
                                    struct export_row *out)
{
	const struct csv_table *t = &r->item->table;
	sv cells[CSV_CELLS_MAX];
	const char *begin;
	size_t n;

	if (r->header)
		(void)csv_next(&r->csv, a, cells, CSV_CELLS_MAX, &n);
	r->header = false;
	do {
		*out = (struct export_row){.at = {.form = FORM_LOG, .count = 1,
						  .direction = DIR_OUTBOUND}};
		begin = r->csv.rest.p;
		if (!csv_next(&r->csv, a, cells, CSV_CELLS_MAX, &n))
			return MW_ENOENT;
		for (int i = 0; i < CSV_TELLS; i++)
			if (t->at[i] >= 0 && (size_t)t->at[i] < n)
				set_cell(r, a, out, (enum csv_tells)i,
				         sv_trim(cells[t->at[i]]));
	} while (is_empty(out) && !arena_failed(a));
	out->at.offset = (size_t)(begin - r->item->raw.p);
	out->at.line = (unsigned)(r->csv.line + r->item->line - 1);
	return arena_failed(a) ? MW_ENOMEM : MW_OK;
}

static enum mw_status next_of_json(struct rows *r, struct arena *a,
                                   struct export_row *out, struct mw_err *err)
{
	while (r->i >= r->exports.n) {
		enum mw_status st = exports_next(&r->exports, a, err);

		r->i = 0;
		if (st != MW_OK)
			return st;
	}
	*out = r->exports.rows[r->i++];
	out->at.line += (unsigned)r->item->line - 1;
	return MW_OK;
}

enum mw_status rows_next(struct rows *r, struct arena *a,
                         struct export_row *out, struct mw_err *err)
{
	return r->item->kind == INPUT_CSV ? next_of_table(r, a, out)
	                                  : next_of_json(r, a, out, err);
}
