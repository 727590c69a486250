/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_canon.h"

#include "base/ascii.h"

const char *dkim_canon_name(enum dkim_canon canon)
{
	return canon == DKIM_RELAXED ? "relaxed" : "simple";
}

static void emit(struct canon_out *o, const char *p, size_t n)
{
	size_t take = n < o->left ? n : (size_t)o->left;

	if (o->hash)
		hash_add(o->hash, sv_of(p, take));
	if (o->p && take) {
		memcpy(o->p, p, take);
		o->p += take;
	}
	o->left -= o->left == UINT64_MAX ? 0 : take;
	o->n += n;
}

/* ---- body ---- */

static bool ends_in_crlf(sv s)
{
	return s.n >= 2 && s.p[s.n - 2] == '\r' && s.p[s.n - 1] == '\n';
}

/* Section 3.4.3: empty lines at the end become one CRLF, of nothing too. */
static void simple_body(sv s, struct canon_out *o)
{
	size_t full = s.n;

	while (ends_in_crlf(s))
		s.n -= 2;
	if (full > s.n) {
		emit(o, s.p, s.n + 2);
		return;
	}
	emit(o, s.p, s.n);
	emit(o, "\r\n", 2);
}

/* Bytes that relaxed form may change, or look at. */
/* clang-format off */
static const uint8_t special[256] = {[' '] = 1, ['\t'] = 1, ['\r'] = 1};
/* clang-format on */

/* Without lines at the end that are empty, or only blanks. */
static sv without_tail(sv s)
{
	for (;;) {
		while (s.n && is_blank(s.p[s.n - 1]))
			s.n--;
		if (!ends_in_crlf(s))
			return s;
		s.n -= 2;
	}
}

/*
 * Section 3.4.4.  "from" is where bytes begin that are canonical as they are
 * and not given away yet.
 */
static void relaxed_body(sv s, struct canon_out *o)
{
	const char *p, *end, *from, *q;
	size_t full = s.n;

	s = without_tail(s);
	if (!s.n)
		return;
	p = from = s.p;
	end = s.p + s.n;
	for (;;) {
		while (p < end && !special[(uint8_t)*p])
			p++;
		if (p == end)
			break;
		if (*p == '\r' || (*p == ' ' && !special[(uint8_t)p[1]])) {
			p++; /* the tail does not end in a blank: p[1] is there */
			continue;
		}
		for (q = p; is_blank(*q); q++)
			;
		emit(o, from, (size_t)(p - from));
		if (q[0] != '\r' || q + 1 == end || q[1] != '\n')
			emit(o, " ", 1);
		p = from = q;
	}
	if (full - s.n >= 2 && end[0] == '\r' && end[1] == '\n') {
		emit(o, from, (size_t)(end - from) + 2);
		return;
	}
	emit(o, from, (size_t)(end - from));
	emit(o, "\r\n", 2);
}

void dkim_canon_body(enum dkim_canon canon, sv body, struct canon_out *out)
{
	out->n = 0;
	if (canon == DKIM_RELAXED)
		relaxed_body(body, out);
	else
		simple_body(body, out);
}

sv dkim_canon_body_copy(struct arena *a, enum dkim_canon canon, sv body)
{
	char *p = arena_alloc(a, body.n + 2, 1);
	struct canon_out out = {.p = p, .left = UINT64_MAX};

	if (!p)
		return SV("");
	dkim_canon_body(canon, body, &out);
	return sv_of(p, (size_t)out.n);
}

/* ---- fields ---- */

/*
 * Section 3.4.2: folds go, runs of blanks become one, none are left at both
 * ends.  An LF of a fold without CR goes too: the line was folded there.
 */
static char *relax(char *to, sv value)
{
	bool blank = false, begun = false;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\n' || (c == '\r' && i + 1 < value.n &&
		                  value.p[i + 1] == '\n'))
			continue;
		if (is_blank(c)) {
			blank = true;
			continue;
		}
		if (blank && begun)
			*to++ = ' ';
		blank = false;
		begun = true;
		*to++ = c;
	}
	return to;
}

static char *lower_name(char *to, sv name)
{
	for (size_t i = 0; i < name.n; i++)
		*to++ = to_lower(name.p[i]);
	*to++ = ':';
	return to;
}

static sv terminated(struct arena *a, sv raw)
{
	char *p;

	if (raw.n && raw.p[raw.n - 1] == '\n')
		return raw;
	p = arena_alloc(a, raw.n + 2, 1);
	if (!p)
		return SV("");
	memcpy(p, raw.p, raw.n);
	memcpy(p + raw.n, "\r\n", 2);
	return sv_of(p, raw.n + 2);
}

sv dkim_canon_field(struct arena *a, enum dkim_canon canon,
                    const struct dkim_field *f)
{
	char *p, *to;

	if (canon == DKIM_SIMPLE)
		return terminated(a, f->raw);
	p = arena_alloc(a, f->name.n + f->value.n + 3, 1);
	if (!p)
		return SV("");
	to = relax(lower_name(p, f->name), f->value);
	*to++ = '\r';
	*to++ = '\n';
	return sv_of(p, (size_t)(to - p));
}

static sv without_cut(struct arena *a, sv s, sv cut)
{
	size_t head = (size_t)(cut.p - s.p);
	char *p = arena_alloc(a, s.n + 1, 1);

	if (!p)
		return SV("");
	memcpy(p, s.p, head);
	memcpy(p + head, cut.p + cut.n, s.n - head - cut.n);
	return sv_of(p, s.n - cut.n);
}

sv dkim_canon_own(struct arena *a, enum dkim_canon canon,
                  const struct dkim_field *f, sv cut)
{
	sv raw = sv_of(f->raw.p, (size_t)(f->value.p + f->value.n - f->raw.p));
	char *p, *to;

	if (canon == DKIM_SIMPLE)
		return without_cut(a, raw, cut);
	p = arena_alloc(a, f->name.n + f->value.n + 1, 1);
	if (!p)
		return SV("");
	to = relax(lower_name(p, f->name), without_cut(a, f->value, cut));
	return sv_of(p, (size_t)(to - p));
}
