/* SPDX-License-Identifier: BSD-2-Clause */
#include "kb/slots.h"

#include "base/ascii.h"
#include "base/buf.h"

/* The longest sentence with the longest values. */
#define SLOTS_MAX 32768
/* A value longer than this is no name or address, and hides the sentence. */
#define SLOTS_VALUE_MAX 300

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
static bool usable(sv v, enum slots_mode mode)
{
	if (!v.n || v.n > SLOTS_VALUE_MAX)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7F)
			return false;
	return mode != SLOTS_COMMAND || v.p[0] != '-';
}

static void add_value(struct buf *b, sv v, enum slots_mode mode)
{
	if (mode == SLOTS_COMMAND && !shell_safe(v))
		add_quoted(b, v);
	else
		buf_add(b, v);
}

/* Does the command so far end inside of quotes?  Which are they; 0: no. */
static char open_quote(sv so_far)
{
	char quote = 0;

	for (size_t i = 0; i < so_far.n; i++) {
		char c = so_far.p[i];

		if (c == '\\' && quote != '\'')
			i++;
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else if (c == quote)
			quote = 0;
	}
	return quote;
}

/*
 * Quotes inside of quotes would end them, and consoles of PowerShell (whose
 * commands are "Get-Mailbox") have other rules: there only what needs none.
 */
static bool may_quote(const struct buf *b, sv command)
{
	return !open_quote(buf_sv(b)) && command.n && !is_upper(command.p[0]);
}

/* Fill in text up to its end or to "]]"; false if a bare slot is empty. */
static bool fill_span(struct buf *b, const struct slots *values, sv text,
                      enum slots_mode mode, sv whole)
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
		v = values->get(values->arg, name);
		if (usable(v, mode) &&
		    (mode != SLOTS_COMMAND || shell_safe(v) ||
		     may_quote(b, whole)))
			add_value(b, v, mode);
		else if (name.n < inner.n)
			buf_add(b, sv_drop(inner, name.n + 1));
		else
			return false;
	}
	return true;
}

static bool fill_all(struct buf *b, const struct slots *values, sv text,
                     enum slots_mode mode)
{
	sv whole = text;

	while (text.n) {
		size_t open = sv_find(text, SV("[[")), end, mark;

		if (open == SV_NPOS)
			return fill_span(b, values, text, mode, whole);
		if (!fill_span(b, values, sv_head(text, open), mode,
		               whole))
			return false;
		text = sv_drop(text, open + 2);
		end = sv_find(text, SV("]]"));
		mark = b->n;
		/* An optional part disappears where a value is missing. */
		if (!fill_span(b, values, sv_head(text, end), mode,
		               whole))
			b->n = mark;
		text = end == SV_NPOS ? SV("") : sv_drop(text, end + 2);
	}
	return true;
}

bool slots_fill(struct arena *a, const struct slots *values, const char *text,
                enum slots_mode mode, sv *out)
{
	struct buf b;
	bool ok;

	buf_init(&b, SLOTS_MAX);
	ok = fill_all(&b, values, sv_str(text), mode) && !buf_failed(&b);
	if (ok)
		*out = arena_dup(a, buf_sv(&b));
	buf_fini(&b);
	return ok;
}
