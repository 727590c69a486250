/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/authres.h"

#include "base/ascii.h"

struct scan {
	struct arena *a;
	sv text;
	size_t at;
	sv comment; /* the last one stepped over */
	unsigned defects;
};

static bool at_end(const struct scan *s)
{
	return s->at >= s->text.n;
}

static char look(const struct scan *s)
{
	return at_end(s) ? '\0' : s->text.p[s->at];
}

static bool take(struct scan *s, char c)
{
	if (at_end(s) || s->text.p[s->at] != c)
		return false;
	s->at++;
	return true;
}

/* Behind "(": comments nest (RFC 5322 section 3.2.2). */
static void skip_comment(struct scan *s)
{
	size_t from = s->at, depth = 1;

	for (; s->at < s->text.n; s->at++) {
		char c = s->text.p[s->at];

		if (c == '\\') {
			s->at++;
		} else if (c == '(') {
			depth++;
		} else if (c == ')' && !--depth) {
			s->comment = sv_slice(s->text, from, s->at);
			s->at++;
			return;
		}
	}
	s->at = s->text.n;
	s->comment = sv_drop(s->text, from);
	s->defects |= AUTHRES_OPEN;
}

/* White space, folds and comments. */
static void skip_cfws(struct scan *s)
{
	while (!at_end(s)) {
		if (is_space(look(s)))
			s->at++;
		else if (take(s, '('))
			skip_comment(s);
		else
			return;
	}
}

/* The text of a comment that is kept, without its backslashes. */
static sv unescaped(struct scan *s, sv text)
{
	size_t n = 0;
	char *p;

	if (sv_chr(text, '\\') == SV_NPOS)
		return text;
	p = arena_alloc(s->a, text.n, 1);
	for (size_t i = 0; p && i < text.n; i++) {
		if (text.p[i] == '\\' && ++i == text.n)
			break;
		p[n++] = text.p[i];
	}
	return sv_of(p, n);
}

static bool is_key(char c)
{
	return is_alnum(c) || c == '-' || c == '_';
}

static sv keyword(struct scan *s)
{
	size_t from = s->at;

	while (!at_end(s) && is_key(look(s)))
		s->at++;
	return sv_slice(s->text, from, s->at);
}

/* Behind the mark; up to the closing one. */
static sv quoted(struct scan *s)
{
	size_t from = s->at;

	for (; s->at < s->text.n; s->at++) {
		if (s->text.p[s->at] == '\\') {
			s->at++;
		} else if (s->text.p[s->at] == '"') {
			s->at++;
			return unescaped(s, sv_slice(s->text, from,
			                             s->at - 1));
		}
	}
	s->at = s->text.n;
	s->defects |= AUTHRES_OPEN;
	return unescaped(s, sv_drop(s->text, from));
}

/*
 * A word, quotation, or address whose local part may be quoted.  Base64 with
 * "=" and "/" stands unquoted in many fields, so only what ends a value ends
 * it.
 */
static sv pvalue(struct scan *s)
{
	size_t from = s->at;
	sv q;

	if (take(s, '"')) {
		q = quoted(s);
		if (look(s) != '@')
			return q;
	}
	while (!at_end(s) && !is_space(look(s)) && look(s) != ';' &&
	       look(s) != '(')
		s->at++;
	return sv_slice(s->text, from, s->at);
}

/* Step over what nobody knows, at least one byte of it. */
static void skip_odd(struct scan *s)
{
	s->defects |= AUTHRES_ODD;
	if (take(s, '"')) {
		(void)quoted(s);
		return;
	}
	do
		s->at++;
	while (!at_end(s) && !is_space(look(s)) && look(s) != ';' &&
	       look(s) != '(' && look(s) != '"');
}

static void add_prop(struct scan *s, struct authres_result *r,
                     struct authres_prop prop)
{
	struct authres_prop *list =
	    arena_more(s->a, r->props, r->nprops, &r->cap, sizeof(*list),
	               AUTHRES_PROPS_MAX);

	if (!list) {
		s->defects |= AUTHRES_MANY;
		return;
	}
	r->props = list;
	list[r->nprops++] = prop;
}

/* "reason=...", "type.property=..." or "word=..."; false: none of them. */
static bool read_prop(struct scan *s, struct authres_result *r)
{
	struct authres_prop prop = {.at = s->at};
	sv word = keyword(s);

	if (!word.n)
		return false;
	skip_cfws(s);
	if (take(s, '.')) {
		prop.type = word;
		skip_cfws(s);
		prop.property = keyword(s);
		while (prop.property.n && look(s) == '.') {
			s->at++;
			(void)keyword(s);
			prop.property.n =
			    (size_t)(s->text.p + s->at - prop.property.p);
		}
		skip_cfws(s);
	} else {
		prop.property = word;
	}
	if (!prop.property.n || !take(s, '=')) {
		s->defects |= AUTHRES_ODD;
		return true;
	}
	skip_cfws(s);
	prop.value = pvalue(s);
	if (!prop.type.n && sv_ieq(word, SV("reason"))) {
		r->reason = prop.value;
		return true;
	}
	if (!prop.type.n)
		s->defects |= AUTHRES_LOOSE;
	add_prop(s, r, prop);
	return true;
}

static void read_props(struct scan *s, struct authres_result *r)
{
	s->comment = (sv){0};
	skip_cfws(s);
	r->comment = unescaped(s, s->comment);
	while (!at_end(s) && look(s) != ';') {
		if (!read_prop(s, r))
			skip_odd(s);
		skip_cfws(s);
	}
}

static void add_result(struct scan *s, struct authres *out,
                       const struct authres_result *r)
{
	struct authres_result *list =
	    arena_more(s->a, out->results, out->n, &out->cap, sizeof(*list),
	               AUTHRES_RESULTS_MAX);

	if (!list) {
		s->defects |= AUTHRES_MANY;
		return;
	}
	out->results = list;
	list[out->n++] = *r;
}

static unsigned number(struct scan *s)
{
	size_t from = s->at;
	uint32_t n = 0;

	while (!at_end(s) && is_digit(look(s)))
		s->at++;
	(void)sv_u32(sv_slice(s->text, from, s->at), UINT32_MAX, &n);
	return n;
}

/* Up to the next semicolon. */
static void read_result(struct scan *s, struct authres *out)
{
	struct authres_result r = {.version = 1, .at = s->at};

	r.method = keyword(s);
	skip_cfws(s);
	if (r.method.n && take(s, '/')) {
		skip_cfws(s);
		r.version = number(s);
		skip_cfws(s);
	}
	if (r.method.n && take(s, '=')) {
		skip_cfws(s);
		r.result = keyword(s);
		if (!r.result.n)
			s->defects |= AUTHRES_ODD;
		read_props(s, &r);
		add_result(s, out, &r);
		return;
	}
	if (sv_ieq(r.method, SV("none")) && (at_end(s) || look(s) == ';'))
		out->none = true;
	else if (r.method.n)
		s->defects |= AUTHRES_ODD;
	while (!at_end(s) && look(s) != ';') {
		skip_odd(s);
		skip_cfws(s);
	}
}

/* The name of who wrote it, and a version; some write neither. */
static void read_head(struct scan *s, struct authres *out)
{
	size_t from = s->at;
	bool in_marks = look(s) == '"';

	out->id = pvalue(s);
	if (in_marks || sv_chr(out->id, '=') == SV_NPOS) {
		skip_cfws(s);
		if (look(s) != '=') {
			if (is_digit(look(s)))
				out->version = number(s);
			if (out->version != 1)
				s->defects |= AUTHRES_VERSION;
			if (!out->id.n)
				s->defects |= AUTHRES_NO_ID;
			return;
		}
	}
	out->id = (sv){0};
	s->defects |= AUTHRES_NO_ID;
	s->at = from;
	read_result(s, out);
}

enum mw_status authres_parse(struct arena *a, sv value, struct authres *out)
{
	struct scan s = {.a = a, .text = sv_head(value, AUTHRES_TEXT_MAX)};
	struct authres r = {.version = 1};

	if (value.n > AUTHRES_TEXT_MAX)
		s.defects |= AUTHRES_MANY;
	skip_cfws(&s);
	if (at_end(&s) || look(&s) == ';')
		s.defects |= AUTHRES_NO_ID;
	else
		read_head(&s, &r);
	while (!at_end(&s)) {
		skip_cfws(&s);
		if (take(&s, ';')) {
			skip_cfws(&s);
			if (!at_end(&s) && look(&s) != ';')
				read_result(&s, &r);
		} else if (!at_end(&s)) {
			skip_odd(&s);
		}
	}
	r.defects = s.defects;
	if (!r.n && !r.none)
		r.defects |= AUTHRES_EMPTY;
	if (arena_failed(a))
		return MW_ENOMEM;
	*out = r;
	return MW_OK;
}

const struct authres_result *authres_find(const struct authres *r, sv method,
                                          size_t n)
{
	for (; n < r->n; n++)
		if (sv_ieq(r->results[n].method, method))
			return &r->results[n];
	return NULL;
}

sv authres_get(const struct authres_result *r, sv type, sv property)
{
	for (size_t i = 0; i < r->nprops; i++)
		if (sv_ieq(r->props[i].type, type) &&
		    sv_ieq(r->props[i].property, property))
			return r->props[i].value;
	return (sv){0};
}

/* ---- writing ---- */

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7F;
}

static void put_keyword(struct buf *b, sv word, bool dots)
{
	size_t n = b->n;

	for (size_t i = 0; i < word.n; i++)
		if (is_key(word.p[i]) || (dots && word.p[i] == '.'))
			buf_addc(b, word.p[i]);
	if (b->n == n)
		buf_addc(b, 'x');
}

static bool is_plain(sv value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!is_alnum(value.p[i]) &&
		    (!value.p[i] || !strchr("!#$&*+-.^_{|}~@", value.p[i])))
			return false;
	return value.n > 0;
}

/* A value, in quotation marks where it needs them. */
static void put_value(struct buf *b, sv value)
{
	if (is_plain(value)) {
		buf_add(b, value);
		return;
	}
	buf_addc(b, '"');
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (is_control(c))
			continue;
		if (c == '"' || c == '\\')
			buf_addc(b, '\\');
		buf_addc(b, c);
	}
	buf_addc(b, '"');
}

/* Brackets and backslashes inside would open or close it. */
static void put_comment(struct buf *b, sv comment)
{
	buf_adds(b, " (");
	for (size_t i = 0; i < comment.n; i++) {
		char c = comment.p[i];

		if (is_control(c))
			continue;
		if (c == '(' || c == ')' || c == '\\')
			buf_addc(b, '\\');
		buf_addc(b, c);
	}
	buf_addc(b, ')');
}

static void put_result(struct buf *b, const struct authres_result *r)
{
	buf_adds(b, ";\r\n\t");
	put_keyword(b, r->method, false);
	if (r->version != 1)
		buf_addf(b, "/%u", r->version);
	buf_addc(b, '=');
	put_keyword(b, r->result, false);
	if (r->comment.n)
		put_comment(b, r->comment);
	if (r->reason.n) {
		buf_adds(b, " reason=");
		put_value(b, r->reason);
	}
	for (size_t i = 0; i < r->nprops; i++) {
		const struct authres_prop *p = &r->props[i];

		buf_addc(b, ' ');
		if (p->type.n) {
			put_keyword(b, p->type, false);
			buf_addc(b, '.');
		}
		put_keyword(b, p->property, true);
		buf_addc(b, '=');
		put_value(b, p->value);
	}
}

void authres_write(struct buf *b, const struct authres *r)
{
	put_value(b, r->id);
	if (r->version != 1)
		buf_addf(b, " %u", r->version);
	for (size_t i = 0; i < r->n; i++)
		put_result(b, &r->results[i]);
	if (!r->n)
		buf_adds(b, "; none");
}

/* ---- Received-SPF ---- */

static void read_pair(struct scan *s, struct received_spf *out)
{
	struct received_spf_pair pair, *list;

	pair.key = keyword(s);
	skip_cfws(s);
	if (!pair.key.n || !take(s, '=')) {
		if (!pair.key.n)
			skip_odd(s);
		s->defects |= AUTHRES_ODD;
		return;
	}
	skip_cfws(s);
	pair.value = pvalue(s);
	list = arena_more(s->a, out->pairs, out->n, &out->cap, sizeof(*list),
	                  AUTHRES_PROPS_MAX);
	if (!list) {
		s->defects |= AUTHRES_MANY;
		return;
	}
	out->pairs = list;
	list[out->n++] = pair;
}

enum mw_status received_spf_parse(struct arena *a, sv value,
                                  struct received_spf *out)
{
	struct scan s = {.a = a, .text = sv_head(value, AUTHRES_TEXT_MAX)};
	struct received_spf r = {.n = 0};

	if (value.n > AUTHRES_TEXT_MAX)
		s.defects |= AUTHRES_MANY;
	skip_cfws(&s);
	r.result = keyword(&s);
	s.comment = (sv){0};
	skip_cfws(&s);
	r.comment = unescaped(&s, s.comment);
	while (!at_end(&s)) {
		if (!take(&s, ';'))
			read_pair(&s, &r);
		skip_cfws(&s);
	}
	r.defects = s.defects | (r.result.n ? 0 : AUTHRES_EMPTY);
	if (arena_failed(a))
		return MW_ENOMEM;
	*out = r;
	return MW_OK;
}

sv received_spf_get(const struct received_spf *r, sv key)
{
	for (size_t i = 0; i < r->n; i++)
		if (sv_ieq(r->pairs[i].key, key))
			return r->pairs[i].value;
	return (sv){0};
}

void received_spf_write(struct buf *b, const struct received_spf *r)
{
	put_keyword(b, r->result, false);
	if (r->comment.n)
		put_comment(b, r->comment);
	for (size_t i = 0; i < r->n; i++) {
		buf_adds(b, i ? ";\r\n\t" : " ");
		put_keyword(b, r->pairs[i].key, false);
		buf_addc(b, '=');
		put_value(b, r->pairs[i].value);
	}
}
