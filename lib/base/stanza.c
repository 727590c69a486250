/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/stanza.h"

#include "base/ascii.h"

static sv peek_line(const struct stanza_reader *r)
{
	sv rest = r->rest;

	return sv_line(&rest);
}

static sv take_line(struct stanza_reader *r)
{
	r->line++;
	return sv_line(&r->rest);
}

static bool is_empty_line(sv line)
{
	return !sv_trim(line).n;
}

static bool is_comment(sv line)
{
	return line.n && line.p[0] == '#';
}

/* Field names are letters, digits and dashes. */
static bool split_field(sv line, struct field *f)
{
	size_t colon = sv_chr(line, ':');

	if (colon == SV_NPOS || !colon)
		return false;
	for (size_t i = 0; i < colon; i++)
		if (!is_alnum(line.p[i]) && line.p[i] != '-')
			return false;
	f->name = sv_head(line, colon);
	f->value = sv_trim(sv_drop(line, colon + 1));
	return true;
}

static void skip_stanza(struct stanza_reader *r)
{
	while (r->rest.n && !is_empty_line(peek_line(r)))
		(void)take_line(r);
}

/* The next line that continues a value, trimmed, comments passed over. */
static bool continued(struct stanza_reader *r, sv *out)
{
	while (r->rest.n) {
		sv line = peek_line(r);

		if (is_comment(line)) {
			(void)take_line(r);
			continue;
		}
		if (!line.n || !is_blank(line.p[0]) || is_empty_line(line))
			return false;
		*out = sv_trim(take_line(r));
		return true;
	}
	return false;
}

static void append(char *to, size_t *n, sv s)
{
	if (*n)
		to[(*n)++] = ' ';
	memcpy(to + *n, s.p, s.n);
	*n += s.n;
}

/*
 * Join the lines that continue a value.  They are looked at twice, so that
 * the value is copied once, however many there are.
 */
static enum mw_status unfold(struct stanza_reader *r, struct arena *a,
                             struct field *f, struct mw_err *err)
{
	struct stanza_reader ahead = *r;
	size_t total = f->value.n, lines = 0, n = 0;
	char *joined;
	sv line;

	for (; continued(&ahead, &line); lines++) {
		total += line.n + 1;
		if (total <= STANZA_MAX_VALUE)
			continue;
		*r = ahead;
		return mw_fail_at(err, MW_ELIMIT, r->line,
		                  "value over %d bytes", STANZA_MAX_VALUE);
	}
	joined = lines ? arena_alloc(a, total, 1) : NULL;
	if (lines && !joined)
		return mw_fail(err, MW_ENOMEM, "no memory");
	if (lines && f->value.n)
		append(joined, &n, f->value);
	while (lines && continued(r, &line))
		append(joined, &n, line);
	*r = ahead;
	if (lines)
		f->value = sv_of(joined, n);
	return MW_OK;
}

static enum mw_status add_field(struct stanza *s, struct arena *a, size_t *cap,
                                const struct field *f, struct mw_err *err)
{
	struct field *list = arena_more(a, s->fields, s->n, cap, sizeof(*f),
	                                STANZA_MAX_FIELDS);

	if (!list)
		return mw_fail_at(err, arena_failed(a) ? MW_ENOMEM : MW_ELIMIT,
		                  f->line, "over %d fields in a stanza",
		                  STANZA_MAX_FIELDS);
	s->fields = list;
	s->fields[s->n++] = *f;
	return MW_OK;
}

enum mw_status stanza_next(struct stanza_reader *r, struct arena *a,
                           struct stanza *out, struct mw_err *err)
{
	struct stanza s = {0};
	size_t cap = 0;
	enum mw_status st;

	while (r->rest.n) {
		sv line = take_line(r);
		struct field f = {.line = r->line};

		if (is_comment(line))
			continue;
		if (is_empty_line(line)) {
			if (s.n)
				break;
			continue;
		}
		if (!split_field(line, &f)) {
			st = mw_fail_at(err, MW_ESYNTAX, r->line,
			                "not a \"Field: value\" line");
			goto bad;
		}
		st = unfold(r, a, &f, err);
		if (st == MW_OK)
			st = add_field(&s, a, &cap, &f, err);
		if (st != MW_OK)
			goto bad;
		if (s.n == 1)
			s.line = f.line;
	}
	if (!s.n)
		return MW_ENOENT;
	*out = s;
	return MW_OK;
bad:
	skip_stanza(r);
	return st;
}

sv stanza_get(const struct stanza *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (sv_eq(s->fields[i].name, sv_str(name)))
			return s->fields[i].value;
	return SV("");
}
