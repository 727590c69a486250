/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/records.h"

#include "base/buf.h"

#define STRING_MAX 255
#define RECORD_MAX ((size_t)256 << 10)

static bool is_txt(const struct check_record *r)
{
	return sv_eq(r->type, SV("TXT"));
}

static sv kept(struct arena *a, struct buf *b)
{
	sv out = buf_failed(b) ? SV("") : arena_dup(a, buf_sv(b));

	buf_fini(b);
	return out;
}

/* Strings of a TXT record, quoted. */
static void put_strings(struct buf *b, sv value)
{
	do {
		sv part = sv_head(value, STRING_MAX);

		if (b->n && b->p[b->n - 1] == '"')
			buf_addc(b, ' ');
		buf_addc(b, '"');
		for (size_t i = 0; i < part.n; i++) {
			unsigned char c = (unsigned char)part.p[i];

			if (c == '"' || c == '\\')
				buf_addf(b, "\\%c", c);
			else if (c < ' ' || c >= 0x7F)
				buf_addf(b, "\\%03u", c);
			else
				buf_addc(b, (char)c);
		}
		buf_addc(b, '"');
		value = sv_drop(value, part.n);
	} while (value.n);
}

sv record_zone_line(struct arena *a, const struct check_record *r)
{
	struct buf b;

	buf_init(&b, RECORD_MAX);
	buf_addf(&b, "%.*s. IN %.*s ", SV_FMT(r->name), SV_FMT(r->type));
	if (is_txt(r))
		put_strings(&b, r->value);
	else
		buf_add(&b, r->value);
	return kept(a, &b);
}

sv record_relative(struct arena *a, sv name, sv zone)
{
	if (!zone.n)
		return name;
	if (sv_ieq(name, zone))
		return SV("@");
	if (name.n > zone.n + 1 && sv_iends(name, zone) &&
	    name.p[name.n - zone.n - 1] == '.')
		return arena_dup(a, sv_head(name, name.n - zone.n - 1));
	return name;
}

sv record_strings(struct arena *a, const struct check_record *r)
{
	struct buf b;

	if (!is_txt(r) || r->value.n <= STRING_MAX)
		return SV("");
	buf_init(&b, RECORD_MAX);
	put_strings(&b, r->value);
	return kept(a, &b);
}

sv record_overlay(struct arena *a, const struct check_record *r)
{
	struct buf b;

	buf_init(&b, RECORD_MAX);
	if (r->old.n) {
		buf_addf(&b, "-%.*s %.*s ", SV_FMT(r->name), SV_FMT(r->type));
		if (is_txt(r))
			put_strings(&b, r->old);
		else
			buf_add(&b, r->old);
		buf_addc(&b, '\n');
	}
	if (r->value.n) {
		buf_addf(&b, "+%.*s %.*s ", SV_FMT(r->name), SV_FMT(r->type));
		if (is_txt(r))
			put_strings(&b, r->value);
		else
			buf_add(&b, r->value);
		buf_addc(&b, '\n');
	}
	return kept(a, &b);
}
