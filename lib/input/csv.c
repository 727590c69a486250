/* SPDX-License-Identifier: BSD-2-Clause */
#include "input/csv.h"

void csv_init(struct csv *c, sv text, char separator)
{
	sv rest, line;

	if (sv_starts(text, SV("\xef\xbb\xbf")))
		text = sv_drop(text, 3);
	*c = (struct csv){.rest = text, .separator = separator,
			  .no_close = SIZE_MAX};
	rest = text;
	line = sv_line(&rest);
	if (line.n != 5 || !sv_istarts(line, SV("sep=")))
		return;
	c->rest = rest;
	c->lines = 1;
	if (!separator)
		c->separator = line.p[4];
}

static bool ends_cell(const struct csv *c, sv s)
{
	return !s.n || s.p[0] == c->separator || s.p[0] == '\n' ||
	       s.p[0] == '\r';
}

/*
 * Where the quote that closes s (behind the opening one) stands.  One in the
 * middle of a cell that is not doubled is text: people write CSV by hand.
 */
static size_t closing(const struct csv *c, sv s, bool *doubled)
{
	size_t at = 0, n;

	*doubled = false;
	while ((n = sv_chr(sv_slice(s, at, CSV_CELL_MAX), '"')) != SV_NPOS) {
		at += n;
		if (ends_cell(c, sv_drop(s, at + 1)))
			return at;
		if (s.p[at + 1] == '"') {
			*doubled = true;
			at++;
		}
		at++;
	}
	return SV_NPOS;
}

/* s with its doubled quotes single. */
static sv single(struct arena *a, sv s)
{
	char *p = arena_alloc(a, s.n, 1);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++) {
		p[n++] = s.p[i];
		if (s.p[i] == '"' && i + 1 < s.n && s.p[i + 1] == '"')
			i++;
	}
	return sv_of(p, n);
}

static size_t count_lines(sv s)
{
	size_t n = 0, at;

	while ((at = sv_chr(s, '\n')) != SV_NPOS) {
		s = sv_drop(s, at + 1);
		n++;
	}
	return n;
}

/* A cell in quotes; false: it does not begin one. */
static bool quoted(struct csv *c, struct arena *a, sv *cell)
{
	sv s = c->rest;
	bool doubled;
	size_t n;

	while (sv_starts(s, SV(" ")))
		s = sv_drop(s, 1);
	if (!sv_starts(s, SV("\"")) || s.n > c->no_close)
		return false;
	s = sv_drop(s, 1);
	n = closing(c, s, &doubled);
	if (n == SV_NPOS) {
		/* No quote up to there has to be looked at again. */
		c->no_close = s.n > CSV_CELL_MAX ? s.n - CSV_CELL_MAX : 0;
		return false;
	}
	*cell = sv_head(s, n);
	c->lines += count_lines(*cell);
	if (doubled)
		*cell = single(a, *cell);
	c->rest = sv_drop(s, n + 1);
	return true;
}

static sv plain(struct csv *c)
{
	sv s = c->rest;
	size_t n = 0;

	while (n < s.n && s.p[n] != c->separator && s.p[n] != '\n' &&
	       s.p[n] != '\r')
		n++;
	c->rest = sv_drop(s, n);
	return sv_head(s, n);
}

static void line_end(struct csv *c)
{
	if (sv_starts(c->rest, SV("\r\n")))
		c->rest = sv_drop(c->rest, 2);
	else if (c->rest.n)
		c->rest = sv_drop(c->rest, 1);
	c->lines++;
}

bool csv_next(struct csv *c, struct arena *a, sv *cells, size_t max, size_t *n)
{
	sv cell;

	while (c->rest.n && (c->rest.p[0] == '\n' || c->rest.p[0] == '\r'))
		line_end(c);
	if (!c->rest.n)
		return false;
	c->line = c->lines + 1;
	*n = 0;
	for (;;) {
		if (!quoted(c, a, &cell))
			cell = plain(c);
		if (*n < max)
			cells[(*n)++] = cell;
		if (!c->rest.n || c->rest.p[0] != c->separator)
			break;
		c->rest = sv_drop(c->rest, 1);
	}
	line_end(c);
	return true;
}

size_t csv_end(sv text, bool first)
{
	size_t end = 0, at = 0;
	bool open = false;

	while (at < text.n && !(first && end)) {
		sv rest = sv_drop(text, at), run;
		size_t n = sv_chr(rest, '"'), line;

		run = sv_head(rest, n);
		line = open ? SV_NPOS
		            : first ? sv_chr(run, '\n') : sv_rchr(run, '\n');
		if (line != SV_NPOS)
			end = at + line + 1;
		at += run.n + 1;
		open = !open;
	}
	return end;
}
