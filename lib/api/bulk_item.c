/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/bulk_item.h"

#include <stdlib.h>

#include "api/rows.h"
#include "base/ascii.h"
#include "mail/date.h"
#include "mail/msg.h"

/* Lines of a header that are looked at for the date. */
#define DATE_LINES 200

enum mw_status bulk_how(const struct mw_bulk_options *opt,
                        struct bulk_how *out, struct mw_err *err)
{
	const struct mw_render_options *r = opt->render;
	enum mw_status st = explain_options(opt->explain, &out->diag, err);

	out->named = opt->explain ? opt->explain->taxonomy : NULL;
	if (out->named)
		(void)taxonomy_from(sv_str(out->named), &out->taxonomy);
	out->suppress = opt->suppress != 0;
	out->each = r && r->format != MW_FORMAT_HTML;
	out->format = r ? r->format : MW_FORMAT_TEXT;
	out->full = r && r->full;
	out->text.depth = r ? (enum rdepth)r->depth : RDEPTH_NORMAL;
	out->text.width = r && r->width ? r->width : 80;
	out->text.colour = r && r->colour;
	out->diag.brief = out->suppress || !out->each ||
	                  (out->format != MW_FORMAT_TEXT && !out->full);
	return st;
}

/* ---- when ---- */

/* An Outlook file has its date in a property, or in the header it keeps. */
static sv mail_of(struct arena *a, const struct input_item *item)
{
	struct msg made;

	if (item->kind != INPUT_OUTLOOK ||
	    msg_read(a, item->raw, &made, NULL) != MW_OK)
		return item->raw;
	return made.text;
}

static sv date_of(struct arena *a, const struct input_item *item)
{
	sv rest = sv_head(mail_of(a, item), 32768);

	for (unsigned i = 0; i < DATE_LINES && rest.n; i++) {
		sv line = sv_line(&rest);

		if (!line.n)
			break;
		if (sv_istarts(line, SV("Date:")))
			return sv_trim(sv_drop(line, 5));
	}
	return item->date;
}

/* Days since 1970 to a date of the Gregorian calendar. */
static void civil(int64_t days, int *year, unsigned *month, unsigned *day)
{
	int64_t era, z = days + 719468;
	unsigned doe, yoe, doy, mp;

	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = (unsigned)(z - era * 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = (int)(yoe + era * 400) + (*month <= 2);
}

static sv day_text(struct arena *a, int64_t seconds)
{
	int year;
	unsigned month, day;

	civil(seconds / 86400, &year, &month, &day);
	return arena_printf(a, "%04d-%02u-%02u", year, month, day);
}

static sv day_of(struct arena *a, const struct input_item *item)
{
	struct date d;

	if (date_read(date_of(a, item), &d) != MW_OK || d.time < 0)
		return SV("");
	return day_text(a, d.time + d.zone * 60);
}

/* ---- counting ---- */

static struct tally_row row_of(const struct diagnosis *d, sv day)
{
	return (struct tally_row){
	    .cause = d->cause,
	    .actor = d->actor,
	    .permanence = d->actual,
	    .action = d->action,
	    .notice = d->at->notice,
	    .expired = d->expired,
	    .provider = d->provider_name,
	    .day = day,
	};
}

static void count(struct bulk_worker *w, const struct bulk_how *how,
                  const struct diagnoses *ds, sv day)
{
	for (size_t i = 0; i < ds->n; i++) {
		struct tally_row row = row_of(ds->v[i], day);

		if (how->taxonomy != TAXONOMY_MAILWHY)
			row.class = sv_str(taxonomy_class(ds->v[i],
			                                  how->taxonomy));
		tally_add(w->tally, &row);
	}
	tally_mail(w->tally, ds->n > 0);
}

/* ---- writing ---- */

/* Where in its file the bytes of the mail begin: behind the From_ line. */
static uint64_t begin_of(const struct input_item *item)
{
	bool behind = item->from.n && item->raw.p > item->from.p;

	return item->offset +
	       (behind ? (uint64_t)(item->raw.p - item->from.p) : 0);
}

static void set_place(struct arena *a, const struct input_item *item,
                      const struct diagnoses *ds)
{
	const char *name = sv_dupz(a, item->name);

	for (size_t i = 0; i < ds->n; i++) {
		struct diagnosis *d = ds->v[i];
		struct attempt *at = arena_alloc(a, 1, sizeof(*at));

		if (!at)
			return;
		*at = *d->at;
		at->offset += begin_of(item);
		at->line = at->line ? at->line + (unsigned)item->line - 1
		                    : (unsigned)item->line;
		d->at = at;
		d->file = name;
		for (size_t k = 0; k < d->nevidence; k++)
			d->evidence[k].offset += begin_of(item);
	}
}

static void write_text(const struct bulk_how *how, struct rnode *root,
                       const struct input_item *item, struct buf *out)
{
	buf_addf(out, "== %.*s", SV_FMT(item->name));
	if (item->source == INPUT_FROM_MBOX)
		buf_addf(out, ", line %llu", (unsigned long long)item->line);
	buf_adds(out, "\n");
	render_text(root, &how->text, out);
	buf_adds(out, "\n");
}

static void write_answer(struct arena *a, const struct bulk_how *how,
                         const struct input_item *item,
                         const struct diagnoses *ds, struct buf *out)
{
	struct rnode *root = rnode_new(a, RNODE_OBJECT);
	const struct rnode *items;

	if (!ds->n || !root || !diagnose_tree(a, ds, &how->diag, root))
		return;
	items = rnode_get(root, SV("diagnoses"));
	if (how->format == MW_FORMAT_TEXT) {
		classes_said(a, items, how->named);
		write_text(how, root, item, out);
	} else if (how->format == MW_FORMAT_CSV)
		answer_csv(items, class_path(how->named), false, out);
	else
		render_jsonl(items, NULL, out);
}

static void put_quoted(struct buf *out, sv s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		buf_addc(out, c == '\n' || c == '\r' ? ' ' : c);
		if (c == '"')
			buf_addc(out, c);
	}
	buf_addc(out, '"');
}

static void write_address(const struct bulk_how *how,
                          const struct diagnosis *d, sv day, struct buf *out)
{
	char status[ESTATUS_TEXT];
	sv to = d->at->recipient;

	/* A line feed or comma in an address would be another entry. */
	for (size_t i = 0; i < to.n; i++)
		if (is_space(to.p[i]) || to.p[i] == ',' || to.p[i] == '"')
			return;
	buf_add(out, to);
	if (how->format == MW_FORMAT_CSV) {
		buf_addf(out, ",%s,%s,", d->cause->id,
		         estatus_format(d->reply.status, status));
		put_quoted(out, mtext_sv(&d->at->text));
		buf_addf(out, ",%.*s,", SV_FMT(day));
		put_quoted(out, sv_str(d->file));
	}
	buf_addc(out, '\n');
}

static void write_addresses(const struct bulk_how *how,
                            const struct diagnoses *ds, sv day,
                            struct buf *out)
{
	for (size_t i = 0; i < ds->n; i++) {
		struct tally_row row = row_of(ds->v[i], day);

		if (tally_action_of(&row) == TALLY_SUPPRESS &&
		    sv_chr(ds->v[i]->at->recipient, '@') != SV_NPOS)
			write_address(how, ds->v[i], day, out);
	}
}

/* Count what one mail or row gave, and write what is wanted of it. */
static void take(struct bulk_worker *w, const struct bulk_how *how,
                 const struct input_item *item, struct arena *a,
                 const struct diagnoses *ds, sv day, struct buf *out)
{
	count(w, how, ds, day);
	set_place(a, item, ds);
	if (how->suppress)
		write_addresses(how, ds, day, out);
	else if (how->each)
		write_answer(a, how, item, ds, out);
}

/* ---- rows of tables and JSON ---- */

static sv day_of_row(struct arena *a, sv time)
{
	struct date d;
	uint32_t seconds;

	/* Webhooks have seconds since 1970. */
	if (sv_u32(time, UINT32_MAX, &seconds))
		return day_text(a, seconds);
	return date_read(time, &d) == MW_OK && d.time >= 0
	           ? day_text(a, d.time + d.zone * 60)
	           : SV("");
}

/* The first thing that is lost is told, and counted. */
static void lose(struct bulk_worker *w, struct input_item *item,
                 const struct mw_err *err)
{
	if (item->problem.status)
		return;
	item->problem = *err;
	tally_problem(w->tally);
}

static bool one_row(struct bulk_worker *w, const struct bulk_how *how,
                    struct input_item *item, struct export_row *row,
                    struct buf *out)
{
	struct diagnoses ds;
	struct mw_err err;

	arena_reset(w->row);
	row->at.direction = DIR_OUTBOUND;
	if (row->complaint)
		row->at.notice = NOTICE_COMPLAINT;
	if (diagnose_attempt(w->row, w->c, item->raw, &row->at, &how->diag,
	                     &ds, &err) != MW_OK) {
		lose(w, item, &err);
		return false;
	}
	take(w, how, item, w->row, &ds, day_of_row(w->row, row->time), out);
	return true;
}

/* False if nothing in it tells of a delivery. */
static bool all_rows(struct bulk_worker *w, const struct bulk_how *how,
                     struct input_item *item, struct buf *out)
{
	struct mw_err err = {0}, lost = {0};
	struct export_row row;
	struct rows r;
	bool any = false;

	rows_init(&r, item);
	for (;;) {
		enum mw_status st;

		if (rows_may_reset(&r))
			arena_reset(w->a);
		st = rows_next(&r, w->a, &row, &err);
		if (st == MW_ENOENT)
			break;
		if (st != MW_OK && !lost.status)
			lost = err;
		if (st == MW_ESYNTAX)
			continue;
		if (st != MW_OK)
			break;
		any |= one_row(w, how, item, &row, out);
	}
	/* What is no export at all is read as a paste. */
	if (lost.status && (any || lost.status != MW_ESYNTAX))
		lose(w, item, &lost);
	return any;
}

/* What is not in the answers though it was in the mail. */
static void losses(struct bulk_worker *w, struct input_item *item,
                   const struct diagnoses *ds)
{
	struct mw_err err = {0};

	if (ds->seen.damage.n)
		mw_err_set(&err, MW_ESYNTAX, 0, "could not be read wholly: "
		           "%.*s", SV_FMT(ds->seen.damage));
	else if (ds->more)
		mw_err_set(&err, MW_ELIMIT, 0, "more recipients than are read: "
		           "%zu are told, the rest is left out", ds->n);
	else if (item->cut)
		mw_err_set(&err, MW_ELIMIT, 0, "too long: %llu bytes of its "
		           "middle are left out",
		           (unsigned long long)item->cut);
	else if (ds->seen.cut)
		mw_err_set(&err, MW_ELIMIT, 0, "too long: only its begin is "
		           "read");
	if (err.status)
		lose(w, item, &err);
}

void bulk_item(struct bulk_worker *w, const struct bulk_how *how,
               struct input_item *item, struct buf *out)
{
	struct diagnoses ds = {0};
	struct mw_err err;
	sv day;

	if (item->kind == INPUT_PROBLEM) {
		tally_problem(w->tally);
		return;
	}
	arena_reset(w->a);
	if ((item->kind == INPUT_CSV || item->kind == INPUT_JSON) &&
	    all_rows(w, how, item, out))
		return;
	arena_reset(w->a);
	day = day_of(w->a, item);
	if (diagnose_paste(w->a, w->c, item->raw, &how->diag, &ds, &err) !=
	    MW_OK) {
		lose(w, item, &err);
		return;
	}
	losses(w, item, &ds);
	take(w, how, item, w->a, &ds, day, out);
}

/* ---- addresses that were seen ---- */

struct bulk_seen {
	size_t n;
	uint64_t slots[(size_t)1 << BULK_SEEN_BITS]; /* 0: free */
};

struct bulk_seen *bulk_seen_new(void)
{
	return calloc(1, sizeof(struct bulk_seen));
}

void bulk_seen_free(struct bulk_seen *s)
{
	free(s);
}

bool bulk_first_time(struct bulk_seen *s, sv address)
{
	const size_t mask = ((size_t)1 << BULK_SEEN_BITS) - 1;
	uint64_t h = 14695981039346656037u;
	size_t i;

	for (size_t k = 0; k < address.n; k++)
		h = (h ^ (unsigned char)to_lower(address.p[k])) *
		    1099511628211u;
	h |= 1; /* 0 is free */
	for (i = (size_t)(h >> 20) & mask; s->slots[i]; i = (i + 1) & mask)
		if (s->slots[i] == h)
			return false;
	/* Full enough: the rest is not remembered. */
	if (s->n < mask / 2) {
		s->slots[i] = h;
		s->n++;
	}
	return true;
}
