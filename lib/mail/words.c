/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/words.h"

#include "base/ascii.h"
#include "base/buf.h"

/* One encoded word. */
struct word {
	sv charset, text;
	bool base64;
	size_t len; /* where it ends in the value */
};

/* A value that is being read. */
struct reader {
	struct recode_tools *tools;
	sv value;
	size_t end; /* the "?=" at or behind the place last looked at */
	struct buf out;
	unsigned defects;
	bool failed;
};

static bool is_fold(char c)
{
	return c == '\r' || c == '\n';
}

/* Where the next "?=" at or behind at is; each byte is searched once. */
static size_t word_end(struct reader *r, size_t at)
{
	size_t n;

	if (r->end == SV_NPOS || r->end >= at)
		return r->end;
	n = sv_find(sv_drop(r->value, at), SV("?="));
	r->end = n == SV_NPOS ? SV_NPOS : at + n;
	return r->end;
}

/* Charsets are tokens; a language may follow (RFC 2231 section 5). */
static size_t charset_len(sv s)
{
	size_t n = 0;

	while (n < s.n && n < 64 && s.p[n] > ' ' && s.p[n] < 0x7F &&
	       s.p[n] != '?')
		n++;
	return n;
}

/* An encoded word that begins at at ("=?"). */
static bool read_word(struct reader *r, size_t at, struct word *w)
{
	sv s = sv_drop(r->value, at + 2);
	size_t n = charset_len(s), end;
	char how;

	if (!n || n + 3 > s.n || s.p[n] != '?' || s.p[n + 2] != '?')
		return false;
	how = to_lower(s.p[n + 1]);
	if (how != 'b' && how != 'q')
		return false;
	w->charset = sv_head(s, n);
	w->base64 = how == 'b';
	at += 2 + n + 3;
	end = word_end(r, at);
	if (end == SV_NPOS)
		return false;
	w->text = sv_slice(r->value, at, end);
	w->len = end + 2;
	/* One inside another: this one has lost its end. */
	return !sv_has(w->text, SV("=?"));
}

/* Bytes of one charset to the output. */
static void put(struct reader *r, sv bytes, sv charset)
{
	size_t star = sv_chr(charset, '*');
	struct recoded text = recode(
		r->tools, bytes,
		star == SV_NPOS ? charset : sv_head(charset, star), false);

	r->failed |= text.failed;
	r->defects |= text.defects;
	buf_add(&r->out, text.text);
}

/* Text that is no word: unfolded. */
static void put_plain(struct reader *r, sv s)
{
	while (s.n) {
		size_t n = 0;

		while (n < s.n && !is_fold(s.p[n]))
			n++;
		if (n)
			put(r, sv_head(s, n), SV(""));
		s = sv_drop(s, n);
		if (!s.n)
			break;
		while (s.n && is_fold(s.p[0]))
			s = sv_drop(s, 1);
		if (s.n && !is_blank(s.p[0]))
			buf_addc(&r->out, ' ');
	}
}

/*
 * A word that begins at at, and those that follow it with nothing but blanks
 * between and the same charset.  Their bytes are joined: some split them
 * inside of a character.  Returns where they end.
 */
static size_t put_words(struct reader *r, size_t at, struct word w)
{
	struct sink *s = &r->tools->decoded;
	struct word next;

	if (!sink_begin(s, r->value.n - at, WORDS_MAX)) {
		r->failed = true;
		return w.len;
	}
	for (;;) {
		size_t i = w.len;

		r->defects |= transfer_word(w.base64, w.text, s);
		while (i < r->value.n && is_space(r->value.p[i]))
			i++;
		if (!sv_starts(sv_drop(r->value, i), SV("=?")) ||
		    !read_word(r, i, &next))
			break;
		if (!sv_ieq(next.charset, w.charset)) {
			w.len = i; /* blanks between words are none */
			break;
		}
		w = next;
	}
	if (s->cut)
		r->defects |= RECODE_CUT;
	put(r, sv_of(s->p, s->n), w.charset);
	return w.len;
}

static void read_value(struct reader *r)
{
	size_t from = 0, at = 0, n;
	struct word w;

	while (!r->failed) {
		n = sv_find(sv_drop(r->value, at), SV("=?"));
		if (n == SV_NPOS)
			break;
		at += n;
		if (!read_word(r, at, &w)) {
			r->defects |= WORDS_BROKEN;
			at += 2;
			continue;
		}
		put_plain(r, sv_slice(r->value, from, at));
		from = at = put_words(r, at, w);
	}
	put_plain(r, sv_drop(r->value, from));
}

static bool needs_nothing(sv v)
{
	return recode_ascii(v) == v.n && !sv_has(v, SV("=?")) &&
	       sv_chr(v, '\n') == SV_NPOS && sv_chr(v, '\r') == SV_NPOS &&
	       sv_chr(v, '\033') == SV_NPOS;
}

/* To the arena, or nothing. */
static enum mw_status finish(struct arena *a, struct reader *r,
			     struct recode_tools *own, struct words *out)
{
	struct words w = {.defects = r->defects};

	if (buf_failed(&r->out))
		w.defects |= RECODE_CUT;
	if (!r->failed)
		w.text = arena_dup(a, buf_sv(&r->out));
	buf_fini(&r->out);
	recode_tools_fini(own);
	if (r->failed || arena_failed(a))
		return MW_ENOMEM;
	*out = w;
	return MW_OK;
}

enum mw_status words_text(struct arena *a, struct recode_tools *tools, sv value,
			  struct words *out)
{
	struct recode_tools own = {0};
	struct reader r = {.tools = tools ? tools : &own,
			   .value = sv_trim(value)};

	*out = (struct words){.text = r.value};
	if (needs_nothing(r.value))
		return MW_OK;
	*out = (struct words){0};
	buf_init(&r.out, WORDS_MAX);
	read_value(&r);
	return finish(a, &r, &own, out);
}

/* Comments, blanks and semicolons. */
static sv skip_between(sv s)
{
	size_t i = 0, depth = 0;

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (!depth && !is_space(c) && c != ';')
			break;
	}
	return sv_drop(s, i);
}

static sv quoted_value(sv *rest, struct words_param *p)
{
	sv s = sv_drop(*rest, 1);
	size_t n = 0;

	while (n < s.n && s.p[n] != '"')
		n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
	p->open = n >= s.n;
	p->quoted = true;
	if (p->open) {
		/* Not the other parameters with it. */
		n = sv_chr(s, ';');
		n = n == SV_NPOS ? s.n : n;
	}
	*rest = sv_drop(s, n + 1);
	return sv_head(s, n);
}

/* Up to a semicolon; to a blank, where a parameter or comment follows. */
static sv bare_value(sv *rest)
{
	sv s = *rest;
	size_t n = 0, word = SV_NPOS;

	while (n < s.n && s.p[n] != ';') {
		if (is_space(s.p[n]) && word == SV_NPOS)
			word = n;
		if ((s.p[n] == '=' || s.p[n] == '(') && word != SV_NPOS) {
			n = word;
			break;
		}
		n++;
	}
	*rest = sv_drop(s, n);
	return sv_trim(sv_head(s, n));
}

bool words_next_param(sv *rest, struct words_param *out)
{
	for (;;) {
		sv s = skip_between(*rest), name;
		size_t n = 0;

		if (!s.n) {
			*rest = s;
			return false;
		}
		while (n < s.n && s.p[n] != '=' && s.p[n] != ';' &&
		       !is_space(s.p[n]))
			n++;
		name = sv_head(s, n);
		s = sv_drop(s, n);
		while (s.n && is_space(s.p[0]))
			s = sv_drop(s, 1);
		*rest = s;
		if (!s.n || s.p[0] != '=')
			continue; /* a word without a value */
		s = sv_drop(s, 1);
		while (s.n && is_space(s.p[0]))
			s = sv_drop(s, 1);
		*out = (struct words_param){.name = name};
		out->value = s.n && s.p[0] == '"' ? quoted_value(&s, out)
						  : bare_value(&s);
		*rest = s;
		return true;
	}
}

/* What a field has for one parameter. */
struct found {
	sv plain, extended, part[WORDS_PARTS];
	bool has_plain, quoted, has_extended;
	bool has[WORDS_PARTS], percent[WORDS_PARTS];
};

/* "name*0*" and the like; star is what follows the name. */
static void note_part(struct found *f, sv star, sv value)
{
	uint32_t k;
	bool percent = sv_ends(star, SV("*")) && star.n > 1;

	if (star.n == 1) {
		if (!f->has_extended)
			f->extended = value;
		f->has_extended = true;
		return;
	}
	star = sv_slice(star, 1, star.n - percent);
	if (!sv_u32(star, WORDS_PARTS - 1, &k) || f->has[k])
		return;
	f->has[k] = true;
	f->percent[k] = percent;
	f->part[k] = value;
}

static void find_param(struct found *f, sv value, sv name)
{
	sv rest = sv_trim(value);
	struct words_param p;
	size_t n = 0;

	/* What the value begins with is no parameter, mostly. */
	while (n < rest.n && rest.p[n] != ';' && rest.p[n] != '=' &&
	       !is_space(rest.p[n]))
		n++;
	if (n < rest.n && rest.p[n] != '=')
		rest = sv_drop(rest, n);
	while (words_next_param(&rest, &p)) {
		if (!sv_istarts(p.name, name))
			continue;
		if (p.name.n > name.n && p.name.p[name.n] == '*')
			note_part(f, sv_drop(p.name, name.n), p.value);
		if (p.name.n > name.n || f->has_plain)
			continue;
		f->has_plain = true;
		f->quoted = p.quoted;
		f->plain = p.value;
	}
}

/* charset'language'text */
static sv cut_charset(sv *text)
{
	sv rest = *text, charset = sv_cut(&rest, '\'');

	if (sv_chr(rest, '\'') == SV_NPOS)
		return SV("");
	(void)sv_cut(&rest, '\'');
	*text = rest;
	return charset;
}

static void put_parts(struct reader *r, const struct found *f)
{
	struct sink *s = &r->tools->decoded;
	sv charset = SV(""), text = f->extended;

	if (!sink_begin(s, r->value.n, WORDS_MAX)) {
		r->failed = true;
		return;
	}
	if (f->has_extended) {
		charset = cut_charset(&text);
		r->defects |= transfer_percent(text, s) ? 0 : WORDS_BROKEN;
	}
	for (size_t i = 0; !f->has_extended && i < WORDS_PARTS && f->has[i];
	     i++) {
		text = f->part[i];
		if (!i && f->percent[i])
			charset = cut_charset(&text);
		if (!f->percent[i])
			sink_copy(s, text, 0);
		else if (!transfer_percent(text, s))
			r->defects |= WORDS_BROKEN;
	}
	put(r, sv_of(s->p, s->n), charset);
}

/* Without the backslashes before quotes and backslashes. */
static sv unescape(struct arena *a, sv s)
{
	char *p;
	size_t n = 0;

	if (!sv_has(s, SV("\\\"")) && !sv_has(s, SV("\\\\")))
		return s;
	p = arena_alloc(a, s.n, 1);
	for (size_t i = 0; p && i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n &&
		    (s.p[i + 1] == '"' || s.p[i + 1] == '\\'))
			i++;
		p[n++] = s.p[i];
	}
	return sv_of(p, n);
}

enum mw_status words_param(struct arena *a, struct recode_tools *tools,
			   sv value, sv name, struct words *out)
{
	struct recode_tools own = {0};
	struct reader r = {.tools = tools ? tools : &own, .value = value};
	struct found f = {0};

	*out = (struct words){0};
	find_param(&f, value, name);
	if (f.has_extended || f.has[0]) {
		buf_init(&r.out, WORDS_MAX);
		put_parts(&r, &f);
		return finish(a, &r, &own, out);
	}
	if (!f.has_plain)
		return MW_ENOENT;
	return words_text(a, tools, f.quoted ? unescape(a, f.plain) : f.plain,
			  out);
}
