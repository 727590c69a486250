/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/html.h"

#include "base/ascii.h"
#include "mail/entity.h"

/* The longest name of an element below. */
#define NAME_MAX 10

/* Where the begin of a page is searched for markup. */
#define MARKUP_LOOK 65536

enum kind {
	KIND_INLINE,
	KIND_LINE,  /* begins and ends a line */
	KIND_BLOCK, /* with an empty line around */
	KIND_BREAK,
	KIND_CELL,
	KIND_PRE,
	KIND_LINK,
	KIND_SKIP, /* left out with all that it has */
};

/* clang-format off */
static const struct {
	const char *name;
	enum kind kind;
} elements[] = {
	{"a", KIND_LINK}, {"b", KIND_INLINE}, {"i", KIND_INLINE},
	{"u", KIND_INLINE}, {"em", KIND_INLINE}, {"tt", KIND_INLINE},
	{"font", KIND_INLINE}, {"span", KIND_INLINE}, {"img", KIND_INLINE},
	{"strong", KIND_INLINE}, {"code", KIND_INLINE}, {"wbr", KIND_INLINE},
	{"meta", KIND_INLINE}, {"link", KIND_INLINE}, {"small", KIND_INLINE},
	{"big", KIND_INLINE}, {"sup", KIND_INLINE}, {"sub", KIND_INLINE},
	{"br", KIND_BREAK},
	{"td", KIND_CELL}, {"th", KIND_CELL},
	{"pre", KIND_PRE}, {"xmp", KIND_PRE}, {"listing", KIND_PRE},
	{"script", KIND_SKIP}, {"style", KIND_SKIP}, {"title", KIND_SKIP},
	{"p", KIND_BLOCK}, {"h1", KIND_BLOCK}, {"h2", KIND_BLOCK},
	{"h3", KIND_BLOCK}, {"h4", KIND_BLOCK}, {"h5", KIND_BLOCK},
	{"h6", KIND_BLOCK}, {"blockquote", KIND_BLOCK}, {"ul", KIND_BLOCK},
	{"ol", KIND_BLOCK}, {"dl", KIND_BLOCK}, {"table", KIND_BLOCK},
	{"hr", KIND_BLOCK},
	{"div", KIND_LINE}, {"tr", KIND_LINE}, {"li", KIND_LINE},
	{"dt", KIND_LINE}, {"dd", KIND_LINE}, {"address", KIND_LINE},
	{"center", KIND_LINE}, {"form", KIND_LINE}, {"section", KIND_LINE},
	{"article", KIND_LINE}, {"header", KIND_LINE}, {"footer", KIND_LINE},
	{"main", KIND_LINE}, {"nav", KIND_LINE}, {"aside", KIND_LINE},
	{"fieldset", KIND_LINE}, {"legend", KIND_LINE}, {"figure", KIND_LINE},
	{"caption", KIND_LINE}, {"tbody", KIND_LINE}, {"thead", KIND_LINE},
	{"tfoot", KIND_LINE}, {"body", KIND_LINE}, {"head", KIND_LINE},
	{"html", KIND_LINE}, {"option", KIND_LINE},
};
/* clang-format on */

/* What was searched for and is not there any more: work stays linear. */
struct absent {
	bool tag, comment, quote, apostrophe, skip[3];
};

struct page {
	struct sink *s;
	sv in;
	size_t i;
	/* What comes before the next letter. */
	size_t lines, space_at;
	bool space, cell;
	bool pre;
	bool marked;
	size_t delta; /* offset in the page minus offset in the text */
	sv mail;      /* the address of the link that is open */
	size_t link;  /* where its text begins */
	struct absent no;
	unsigned defects;
};

/* Bytes that stand at at; an anchor where they do not follow directly. */
static void put(struct page *p, sv bytes, size_t at)
{
	if (!p->marked || at - p->s->n != p->delta) {
		sink_mark(p->s, at);
		p->marked = true;
		p->delta = at - p->s->n;
	}
	if (bytes.n > p->s->max - p->s->n)
		p->s->cut = true; /* no half a character */
	else
		sink_copy(p->s, bytes, at);
}

/* Line ends and blanks that were waiting for text. */
static void put_space(struct page *p, size_t at)
{
	if (p->s->n) {
		if (p->lines)
			put(p, sv_head(SV("\n\n"), p->lines), at);
		else if (p->cell)
			put(p, SV("\t"), at);
		else if (p->space)
			put(p, SV(" "), p->space_at);
	}
	p->lines = 0;
	p->cell = p->space = false;
}

static void put_text(struct page *p, sv bytes, size_t at)
{
	put_space(p, at);
	put(p, bytes, at);
}

static void line(struct page *p, size_t lines)
{
	if (p->lines < lines)
		p->lines = lines;
}

static void space(struct page *p, size_t at)
{
	if (!p->space)
		p->space_at = at;
	p->space = true;
}

/* A code point that takes len bytes at at. */
static void put_char(struct page *p, uint32_t c, size_t at)
{
	char enc[4];

	if (c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == ' ') {
		space(p, at);
		return;
	}
	/* Places where a word may be broken: they are seen by nobody. */
	if (c == 0xAD || (c >= 0x200B && c <= 0x200D) || c == 0xFEFF)
		return;
	put_text(p, sv_of(enc, utf8_encode(c, enc)), at);
}

/* The kind of an element, by its name in any case; *known: it is listed. */
static enum kind kind_of(sv name, bool *known)
{
	*known = true;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (elements[i].name[0] == to_lower(name.p[0]) &&
		    sv_ieq(sv_str(elements[i].name), name))
			return elements[i].kind;
	*known = false;
	return KIND_INLINE;
}

static sv tag_name(sv tag)
{
	size_t from = tag.n > 1 && tag.p[1] == '/' ? 2 : 1, n = from;

	while (n < tag.n && n < from + NAME_MAX + 1 && is_alnum(tag.p[n]))
		n++;
	return sv_slice(tag, from, n);
}

/* Past a quoted value at i, if it has an end. */
static size_t past_quote(struct page *p, sv s, size_t i)
{
	bool *no = s.p[i] == '"' ? &p->no.quote : &p->no.apostrophe;
	size_t n = *no ? SV_NPOS : sv_chr(sv_drop(s, i + 1), s.p[i]);

	if (n == SV_NPOS) {
		*no = true;
		return i + 1;
	}
	return i + 1 + n + 1;
}

/* The length of a tag at the begin of s, with its >; 0: it has none. */
static size_t tag_len(struct page *p, sv s)
{
	size_t i = 1;
	char before = 0;

	if (p->no.tag)
		return 0;
	while (i < s.n && s.p[i] != '>') {
		/* Quotes count as values only: <a href=x"> is seen. */
		if (before == '=' && (s.p[i] == '"' || s.p[i] == '\''))
			i = past_quote(p, s, i);
		else
			i++;
		if (i < s.n && !is_space(s.p[i - 1]))
			before = s.p[i - 1];
	}
	if (i < s.n)
		return i + 1;
	/* A quote too few has swallowed the page: no more of them. */
	p->no.quote = p->no.apostrophe = true;
	i = sv_chr(s, '>');
	p->no.tag = i == SV_NPOS;
	return p->no.tag ? 0 : i + 1;
}

/* "<a@example.org>", "<https://...>": no tag, whatever it begins with. */
static bool is_written(sv s)
{
	size_t n = 1;

	while (n < s.n && n < 320 && !is_space(s.p[n]) && s.p[n] != '>' &&
	       s.p[n] != '<' && s.p[n] != '=' && s.p[n] != '@')
		n++;
	if (n < s.n && s.p[n] == '@')
		return true;
	return sv_istarts(s, SV("<http:")) || sv_istarts(s, SV("<https:")) ||
	       sv_istarts(s, SV("<mailto:"));
}

/* The value of an attribute as it stands. */
static sv attribute(sv tag, sv name)
{
	size_t i = 1;

	while (i + name.n < tag.n) {
		sv rest = sv_drop(tag, i), v;
		char quote;

		if (!is_space(tag.p[i - 1]) || !sv_istarts(rest, name)) {
			i++;
			continue;
		}
		v = sv_drop(rest, name.n);
		while (v.n && is_space(v.p[0]))
			v = sv_drop(v, 1);
		i++;
		if (!v.n || v.p[0] != '=')
			continue;
		v = sv_trim(sv_drop(v, 1));
		quote = v.n ? v.p[0] : 0;
		if (quote == '"' || quote == '\'') {
			v = sv_drop(v, 1);
			return sv_head(v, sv_chr(v, quote));
		}
		for (i = 0; i < v.n && !is_space(v.p[i]) && v.p[i] != '>';)
			i++;
		return sv_head(v, i);
	}
	return SV("");
}

/* The link ends: does its text have the address that it leads to? */
static void end_link(struct page *p)
{
	sv text = sv_slice(sv_of(p->s->p, p->s->n), p->link, p->s->n);
	size_t at;

	if (!p->mail.n)
		return;
	if (!sv_ihas(text, p->mail)) {
		at = (size_t)(p->mail.p - p->in.p);
		if (p->s->n > p->link)
			space(p, at);
		put_text(p, SV("<"), at);
		put(p, p->mail, at);
		put(p, SV(">"), at + p->mail.n);
	}
	p->mail = SV("");
}

static void begin_link(struct page *p, sv tag)
{
	sv to = attribute(tag, SV("href"));

	if (!sv_istarts(to, SV("mailto:")))
		return;
	to = sv_drop(to, 7);
	to = sv_trim(sv_cut(&to, '?'));
	if (sv_chr(to, '@') == SV_NPOS || sv_chr(to, '&') != SV_NPOS ||
	    sv_chr(to, ' ') != SV_NPOS || sv_chr(to, '\n') != SV_NPOS)
		return;
	p->mail = to;
	p->link = p->s->n;
}

/* What <script> and the like have: up to their end tag. */
static size_t skip_len(struct page *p, sv name, sv rest)
{
	static const sv ends[] = {SV_INIT("</script"), SV_INIT("</style"),
				  SV_INIT("</title")};
	size_t k = sv_ieq(name, SV("script"))  ? 0
		   : sv_ieq(name, SV("style")) ? 1
					       : 2;
	size_t n = p->no.skip[k] ? SV_NPOS : sv_ifind(rest, ends[k]);

	if (n != SV_NPOS)
		return n;
	p->no.skip[k] = true;
	p->defects |= HTML_OPEN;
	return 0;
}

static void do_tag(struct page *p, sv tag)
{
	sv name = tag_name(tag);
	bool end = tag.p[1] == '/', known;

	if (!name.n)
		return;
	switch (kind_of(name, &known)) {
	case KIND_BREAK:
		if (p->lines < 2)
			p->lines++;
		break;
	case KIND_LINE:
		line(p, 1);
		break;
	case KIND_BLOCK:
		line(p, 2);
		break;
	case KIND_PRE:
		line(p, 1);
		p->pre = !end;
		/* A line end behind the tag is no part of it. */
		if (sv_starts(sv_drop(p->in, p->i), SV("\n")))
			p->i++;
		break;
	case KIND_CELL:
		p->cell = true;
		break;
	case KIND_LINK:
		end_link(p);
		if (!end)
			begin_link(p, tag);
		break;
	case KIND_SKIP:
		line(p, 1);
		if (!end)
			p->i += skip_len(p, name, sv_drop(p->in, p->i));
		break;
	default:
		break;
	}
}

/* "<!-- -->" and other declarations; their length, 0: no end. */
static size_t declaration_len(struct page *p, sv s)
{
	size_t n = SV_NPOS;

	if (sv_starts(s, SV("<!--")) && !p->no.comment) {
		n = sv_find(sv_drop(s, 4), SV("-->"));
		if (n != SV_NPOS)
			return 4 + n + 3;
		p->no.comment = true;
		p->defects |= HTML_OPEN;
	}
	return tag_len(p, s);
}

/* A < : a tag, or a sign like others. */
static void angle(struct page *p)
{
	sv s = sv_drop(p->in, p->i);
	char c = s.n > 1 ? s.p[1] : 0;
	size_t n = 0;

	if (c == '!' || c == '?')
		n = declaration_len(p, s);
	else if ((is_alpha(c) && !is_written(s)) || c == '/')
		n = tag_len(p, s);
	if (!n) {
		if (c == '/' || c == '!' || is_alpha(c))
			p->defects |= is_written(s) ? 0 : HTML_OPEN;
		put_text(p, sv_head(s, 1), p->i++);
		return;
	}
	p->i += n;
	if (c != '!' && c != '?')
		do_tag(p, sv_head(s, n));
}

/* White space, which counts in <pre> only. */
static void white(struct page *p)
{
	sv s = sv_drop(p->in, p->i);
	char c = s.p[0], next = s.n > 1 ? s.p[1] : 0;

	if (!p->pre)
		space(p, p->i);
	else if (c == '\n' || (c == '\r' && next != '\n'))
		line(p, p->lines ? 2 : 1);
	else if (c != '\r')
		put_text(p, SV(" "), p->i);
	p->i++;
}

/* A letter above ASCII, or a reference. */
static void odd_char(struct page *p)
{
	sv s = sv_drop(p->in, p->i);
	size_t n = 0;
	uint32_t c = '&';

	if (s.p[0] == '&')
		n = entity_read(s, &c);
	else
		c = utf8_decode(s, &n);
	put_char(p, c, p->i);
	p->i += n ? n : 1;
}

static void read_page(struct page *p)
{
	while (p->i < p->in.n && !sink_full(p->s)) {
		size_t from = p->i;
		char c = p->in.p[from];

		while (!is_space(c) && c != '<' && c != '&' && !is_high(c)) {
			p->i++;
			c = p->i < p->in.n ? p->in.p[p->i] : ' ';
		}
		if (p->i > from)
			put_text(p, sv_slice(p->in, from, p->i), from);
		if (p->i == p->in.n)
			break;
		if (c == '<')
			angle(p);
		else if (is_space(c))
			white(p);
		else
			odd_char(p);
	}
	end_link(p);
}

/* Is there an element that is known, or a declaration? */
static bool has_markup(sv in)
{
	in = sv_head(in, MARKUP_LOOK);
	for (size_t at; (at = sv_chr(in, '<')) != SV_NPOS;) {
		bool known = false;
		sv name;

		in = sv_drop(in, at);
		name = tag_name(in);
		if (sv_starts(in, SV("<!")))
			return true;
		if (name.n && !is_written(in))
			(void)kind_of(name, &known);
		if (known)
			return true;
		in = sv_drop(in, 1);
	}
	return false;
}

/* From the tools to the arena. */
static bool keep(struct arena *a, const struct sink *s, struct html_text *t)
{
	t->text = arena_dup(a, sv_of(s->p, s->n));
	t->anchors = s->nv ? arena_alloc(a, s->nv, sizeof(*s->v)) : NULL;
	t->n = t->anchors ? s->nv : 0;
	if (t->n)
		memcpy(t->anchors, s->v, s->nv * sizeof(*s->v));
	return !s->failed && !arena_failed(a);
}

enum mw_status html_text(struct arena *a, struct recode_tools *tools, sv page,
			 struct html_text *out)
{
	struct recode_tools own = {0};
	struct sink *s = tools ? &tools->made : &own.made;
	struct page p = {.s = s, .in = page, .mail = SV("")};
	struct html_text t = {.page = page};
	bool ok = sink_begin(s, page.n + CHARSET_STEP, HTML_MAX);

	if (ok) {
		if (!has_markup(page)) {
			p.pre = true;
			p.defects = HTML_NONE;
		}
		read_page(&p);
		t.defects = p.defects | (s->cut ? HTML_CUT : 0);
		ok = keep(a, s, &t);
	}
	recode_tools_fini(&own);
	*out = ok ? t : (struct html_text){.page = page};
	return ok ? MW_OK : MW_ENOMEM;
}

size_t html_origin(const struct html_text *t, size_t at)
{
	size_t k, in, end;

	if (!t->n)
		return 0;
	k = sink_anchor(t->anchors, t->n, at);
	in = t->anchors[k].in + (at - t->anchors[k].text);
	end = t->page.n;
	return in < end ? in : end - 1;
}
