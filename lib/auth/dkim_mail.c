/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_mail.h"

#include "base/ascii.h"

uint32_t dkim_name_hash(sv name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (uint8_t)to_lower(name.p[i])) * 16777619u;
	return h;
}

/* Line ends of each kind. */
struct ends {
	size_t lf, crlf, cr;
};

static struct ends count_ends(sv s)
{
	struct ends e = {0};
	const char *p = s.p, *end = s.p + s.n;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		if (p > s.p && p[-1] == '\r')
			e.crlf++;
		else
			e.lf++;
		p++;
	}
	for (p = s.p; p < end && (p = memchr(p, '\r', (size_t)(end - p)));
	     p++)
		e.cr++;
	e.cr -= e.crlf;
	return e;
}

/* All line ends become CRLF. */
static sv with_crlf(struct arena *a, sv s, struct ends e)
{
	char *p = arena_alloc(a, s.n + e.lf + e.cr + 1, 1);
	size_t n = 0;

	if (!p)
		return SV("");
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\n' && s.p[i] != '\r') {
			p[n++] = s.p[i];
			continue;
		}
		if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
			i++;
		p[n++] = '\r';
		p[n++] = '\n';
	}
	return sv_of(p, n);
}

/* The next line with its end; *rest moves behind it. */
static sv take_line(sv *rest)
{
	size_t n = sv_chr(*rest, '\n');
	sv line = sv_head(*rest, n == SV_NPOS ? n : n + 1);

	*rest = sv_drop(*rest, line.n);
	return line;
}

static sv without_end(sv line)
{
	if (line.n && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* RFC 5322 section 3.6.8; blanks before the colon are obsolete, and seen. */
static bool read_name(sv line, struct dkim_field *f)
{
	size_t n = 0, colon;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7f &&
	       line.p[n] != ':')
		n++;
	colon = n + sv_blanks(sv_drop(line, n));
	if (!n || colon >= line.n || line.p[colon] != ':')
		return false;
	f->name = sv_head(line, n);
	f->value = sv_drop(line, colon + 1);
	f->hash = dkim_name_hash(f->name);
	return true;
}

struct reader {
	struct arena *a;
	struct dkim_mail *m;
	size_t cap;
	bool full; /* the last field was left out, and so are its folds */
};

static void add(struct reader *r, struct dkim_field f)
{
	struct dkim_mail *m = r->m;
	struct dkim_field *v = arena_more(r->a, m->field, m->n, &r->cap,
	                                  sizeof(f), MAIL_MAX_FIELDS);

	r->full = !v;
	if (!v) {
		m->more++;
		return;
	}
	m->field = v;
	v[m->n++] = f;
}

static void fold(struct reader *r, sv line)
{
	struct dkim_field *f = r->m->n ? &r->m->field[r->m->n - 1] : NULL;

	if (!f || r->full || f->raw.p + f->raw.n != line.p) {
		r->m->stray++;
		return;
	}
	f->raw.n += line.n;
	f->value.n = (size_t)(line.p + line.n - f->value.p);
}

/* Up to the empty line; a first line that is no field begins the body. */
static void read_header(struct reader *r, sv rest)
{
	struct dkim_mail *m = r->m;

	while (rest.n) {
		sv from = rest, line = take_line(&rest);
		struct dkim_field f = {.raw = line};

		if (!without_end(line).n) {
			m->body = rest;
			return;
		}
		if (is_blank(line.p[0])) {
			fold(r, line);
		} else if (read_name(line, &f)) {
			add(r, f);
		} else if (!m->n) {
			m->body = from;
			break;
		} else {
			m->stray++;
		}
	}
	if (!m->body.p)
		m->body = sv_of(rest.p, 0);
	m->no_body = true;
}

static enum mw_status read_all(struct arena *a, sv raw, struct dkim_mail *out,
                               struct mw_err *err)
{
	struct reader r = {.a = a, .m = out};
	sv rest = raw, ahead = raw;

	out->raw = raw;
	if (sv_starts(take_line(&ahead), SV("From ")))
		rest = ahead;
	read_header(&r, rest);
	for (size_t i = 0; i < out->n; i++)
		out->field[i].value = without_end(out->field[i].value);
	if (arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory to read a message");
	return MW_OK;
}

enum mw_status dkim_mail_read(struct arena *a, sv raw, struct dkim_mail *out,
                              struct mw_err *err)
{
	struct ends e = count_ends(raw);

	*out = (struct dkim_mail){.bare_lf = e.lf != 0, .bare_cr = e.cr != 0};
	if (e.crlf || !e.lf)
		return read_all(a, raw, out, err);
	out->was_lf = true;
	out->bare_lf = false;
	return read_all(a, with_crlf(a, raw, e), out, err);
}

sv dkim_with_crlf(struct arena *a, sv s)
{
	return with_crlf(a, s, count_ends(s));
}

size_t dkim_count(const struct dkim_mail *m, const char *name)
{
	sv want = sv_str(name);
	uint32_t hash = dkim_name_hash(want);
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += dkim_is_field(&m->field[i], want, hash);
	return n;
}

const struct dkim_field *dkim_first(const struct dkim_mail *m,
                                    const char *name)
{
	sv want = sv_str(name);
	uint32_t hash = dkim_name_hash(want);

	for (size_t i = 0; i < m->n; i++)
		if (dkim_is_field(&m->field[i], want, hash))
			return &m->field[i];
	return NULL;
}
