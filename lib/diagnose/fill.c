/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/fill.h"

#include "base/ascii.h"
#include "base/buf.h"

/* The longest sentence with the longest values. */
#define FILL_MAX 32768
/* A value longer than this is no name or address, and hides the sentence. */
#define FILL_VALUE_MAX 300

static bool shell_safe(sv v)
{
	/* A leading dash would be an option. */
	if (!v.n || v.p[0] == '-')
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (!is_alnum(v.p[i]) && !strchr("._:@/+-=,%", v.p[i]))
			return false;
	return true;
}

static void add_quoted(struct buf *b, sv v)
{
	buf_addc(b, '\'');
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, v.p[i]);
	}
	buf_addc(b, '\'');
}

/* Control characters and options in disguise are in no honest value. */
static bool usable(sv v, enum fill_mode mode)
{
	if (!v.n || v.n > FILL_VALUE_MAX)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7F)
			return false;
	return mode != FILL_COMMAND || v.p[0] != '-';
}

static void add_value(struct buf *b, sv v, enum fill_mode mode)
{
	if (mode == FILL_COMMAND && !shell_safe(v))
		add_quoted(b, v);
	else
		buf_add(b, v);
}

/* Fill in text up to its end or to "]]"; false if a bare slot is empty. */
static bool fill_span(struct buf *b, const struct diagnosis *d, sv text,
                      enum fill_mode mode)
{
	while (text.n) {
		size_t open = sv_chr(text, '{'), end;
		sv inner, name, v;

		if (open == SV_NPOS) {
			buf_add(b, text);
			return true;
		}
		buf_add(b, sv_head(text, open));
		text = sv_drop(text, open);
		end = sv_chr(text, '}');
		if (end == SV_NPOS)
			return false;
		inner = sv_slice(text, 1, end);
		text = sv_drop(text, end + 1);
		if (sv_eq(inner, SV("{"))) {
			buf_addc(b, '{');
			continue;
		}
		name = sv_head(inner, sv_chr(inner, '|'));
		v = diag_value(d, name);
		if (usable(v, mode))
			add_value(b, v, mode);
		else if (name.n < inner.n)
			buf_add(b, sv_drop(inner, name.n + 1));
		else
			return false;
	}
	return true;
}

static bool fill_all(struct buf *b, const struct diagnosis *d, sv text,
                     enum fill_mode mode)
{
	while (text.n) {
		size_t open = sv_find(text, SV("[[")), end, mark;

		if (open == SV_NPOS)
			return fill_span(b, d, text, mode);
		if (!fill_span(b, d, sv_head(text, open), mode))
			return false;
		text = sv_drop(text, open + 2);
		end = sv_find(text, SV("]]"));
		mark = b->n;
		/* An optional part disappears where a value is missing. */
		if (!fill_span(b, d, sv_head(text, end), mode))
			b->n = mark;
		text = end == SV_NPOS ? SV("") : sv_drop(text, end + 2);
	}
	return true;
}

bool fill_text(struct arena *a, const struct diagnosis *d, const char *text,
               enum fill_mode mode, sv *out)
{
	struct buf b;
	bool ok;

	buf_init(&b, FILL_MAX);
	ok = fill_all(&b, d, sv_str(text), mode) && !buf_failed(&b);
	if (ok)
		*out = arena_dup(a, buf_sv(&b));
	buf_fini(&b);
	return ok;
}

static sv code_digit(const struct diagnosis *d)
{
	static const char digits[] = "012345";
	unsigned c = d->reply.code ? d->reply.code / 100u
	                           : d->reply.status.class;

	return c == 4 || c == 5 ? sv_of(digits + c, 1) : SV("");
}

static sv family(const struct diagnosis *d)
{
	sv ip = diag_value(d, SV("ip"));

	return !ip.n ? SV("") : sv_chr(ip, ':') == SV_NPOS ? SV("4") : SV("6");
}

static bool cond_holds(const struct diagnosis *d, const struct kb_cond *c)
{
	sv got = SV("");
	bool unknown;

	switch ((enum kb_var)c->var) {
	case KB_VAR_SPOKE:
		got = sv_str(ev_spoke_name(d->spoke));
		break;
	case KB_VAR_DIRECTION:
		got = sv_str(ev_direction_name(d->direction));
		break;
	case KB_VAR_STAGE:
		got = sv_str(smtp_stage_name(d->stage));
		break;
	case KB_VAR_CODE:
		got = code_digit(d);
		break;
	case KB_VAR_FORM:
		got = sv_str(ev_form_name(d->at->form));
		break;
	case KB_VAR_PROVIDER:
		got = d->provider_id;
		break;
	case KB_VAR_FAMILY:
		got = family(d);
		break;
	case KB_VAR_ROLE:
		return true; /* orders steps, hides none */
	case KB_VAR_HAS: {
		sv values = sv_str(c->values);
		bool has = false;

		while (values.n)
			has |= diag_value(d, sv_cut(&values, '|')).n > 0;
		return has != c->negated;
	}
	default:
		return false;
	}
	unknown = !got.n;
	if (unknown)
		return c->negated;
	return kb_value_in(c->values, got) != c->negated;
}

bool fill_holds(const struct diagnosis *d, const struct kb_item *item)
{
	for (unsigned i = 0; i < item->nconds; i++)
		if (!cond_holds(d, &kb_conds[item->cond + i]))
			return false;
	return true;
}

const struct kb_item *fill_next(const struct diagnosis *d,
                                const struct kb_cause *cause,
                                enum kb_field field, size_t *at)
{
	while (*at < cause->nitems) {
		const struct kb_item *it = &kb_items[cause->item + (*at)++];

		if (it->field == field && fill_holds(d, it))
			return it;
	}
	return NULL;
}
