/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/taglist.h"

#include "base/ascii.h"

static bool is_fws(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(sv name)
{
	if (!name.n || !is_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!is_alnum(name.p[i]) && name.p[i] != '_')
			return false;
	return true;
}

/* Bytes of UTF-8 are let through: RFC 8616 allows them. */
static bool has_control(sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && !is_fws((char)c)) || c == 0x7f)
			return true;
	}
	return false;
}

static const struct tag *find(const struct taglist *l, sv name)
{
	for (size_t i = 0; i < l->n; i++)
		if (sv_eq(l->tag[i].name, name))
			return &l->tag[i];
	return NULL;
}

static void flaw(struct taglist *l, enum tag_flaw what,
                 const struct tag *where)
{
	if (l->flaw != TAG_FINE)
		return;
	l->flaw = what;
	l->where = *where;
}

static void add(struct taglist *l, const struct tag *t)
{
	if (t->no_equals) {
		flaw(l, t->name.n ? TAG_NO_EQUALS : TAG_EMPTY, t);
		return;
	}
	if (!is_name(t->name))
		flaw(l, TAG_BAD_NAME, t);
	else if (has_control(t->value))
		flaw(l, TAG_BAD_BYTE, t);
	if (find(l, t->name))
		flaw(l, TAG_TWICE, t);
	if (l->n == TAGLIST_MAX)
		flaw(l, TAG_MANY, t);
	else
		l->tag[l->n++] = *t;
}

bool taglist_next(sv text, size_t *at, struct tag *out)
{
	size_t from = *at, end, eq;
	sv piece;

	if (from >= text.n)
		return false;
	end = sv_chr(sv_drop(text, from), ';');
	end = end == SV_NPOS ? text.n : from + end;
	*at = end + 1;
	piece = sv_slice(text, from, end);
	if (end >= text.n && !sv_trim(piece).n)
		return false;
	*out = (struct tag){0};
	eq = sv_chr(piece, '=');
	out->no_equals = eq == SV_NPOS;
	out->name = sv_trim(sv_head(piece, out->no_equals ? piece.n : eq));
	out->at = (size_t)(out->name.p - text.p);
	if (out->no_equals) {
		out->n = out->name.n;
		return true;
	}
	out->value = sv_trim(sv_drop(piece, eq + 1));
	out->value_at = (size_t)(out->value.p - text.p);
	out->n = out->value_at + out->value.n - out->at;
	return true;
}

bool taglist_read(sv text, struct taglist *out)
{
	struct tag t;
	size_t at = 0;

	out->text = text;
	out->flaw = TAG_FINE;
	out->n = 0;
	while (taglist_next(text, &at, &t))
		add(out, &t);
	return out->flaw == TAG_FINE;
}

const char *tag_flaw_text(enum tag_flaw flaw)
{
	static const char *const texts[] = {
	    [TAG_FINE] = "nothing wrong",
	    [TAG_EMPTY] = "nothing between two semicolons",
	    [TAG_NO_EQUALS] = "a tag without \"=\"",
	    [TAG_BAD_NAME] = "no name of a tag before \"=\"",
	    [TAG_BAD_BYTE] = "a control character in a value",
	    [TAG_TWICE] = "a tag that was there before",
	    [TAG_MANY] = "more tags than are read"};

	return texts[flaw];
}

const struct tag *taglist_find(const struct taglist *l, const char *name)
{
	return find(l, sv_str(name));
}

sv taglist_get(const struct taglist *l, const char *name)
{
	const struct tag *t = taglist_find(l, name);

	return t ? t->value : SV("");
}

bool taglist_item(sv *rest, sv *item)
{
	if (!rest->n)
		return false;
	*item = sv_trim(sv_cut(rest, ':'));
	return true;
}
