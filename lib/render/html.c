/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/render.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "render/html_tree.h"
#include "render/unseen.h"

/* A node whose members are being shown. */
struct frame {
	const struct rnode *next;
	const char *close; /* what ends the node */
	bool list;         /* an <ol> is open */
};

struct html {
	struct buf *out;
	enum rdepth depth;
	unsigned number; /* of the answer that is begun; 0: said, or none */
	bool grouped;    /* headlines stand below those of groups */
	bool headed;     /* there is a headline that labels stand below */
	size_t used;
	struct frame stack[RENDER_MAX_DEPTH];
};

/* Nothing may be loaded or run, even if an escape were forgotten. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>";
/*
 * Marks have a line below: their ground alone is too faint for some eyes in
 * the dark, and browsers leave grounds out in print.
 */
static const char style[] =
    "</title>\n<style>\n"
    ":root{--fg:#1b1b1b;--bg:#fff;--dim:#5a5a5a;--box:#f2f3f5;"
    "--line:#d5d8dc;--mark:#ffe08a;--edge:#946200;--link:#0b57b0;"
    "--bad:#b3261e}\n"
    "@media(prefers-color-scheme:dark){:root{--fg:#e6e6e6;--bg:#16181b;"
    "--dim:#a5abb3;--box:#23272c;--line:#3a4047;--mark:#6b5300;"
    "--edge:#ffd45e;--link:#8ab8ff;--bad:#ff8a80}}\n"
    "body{font:1rem/1.5 system-ui,sans-serif;color:var(--fg);"
    "background:var(--bg);max-width:46rem;margin:0 auto;padding:1rem;"
    "overflow-wrap:anywhere;-webkit-text-size-adjust:100%;"
    "text-size-adjust:100%}\n"
    "h1{font-size:.9rem;color:var(--dim);margin:0}\n"
    "h2{font-size:1.3rem;line-height:1.3;margin:1rem 0}\n"
    "h3,h2.label{font-size:.9rem;line-height:inherit;color:var(--dim);"
    "margin:1.2rem 0 .2rem}\n"
    "h2.group{border-bottom:2px solid var(--line);margin:2.2rem 0 1rem}"
    "h3.answer{font-size:1.1rem;line-height:1.35;color:inherit;"
    "margin:1.2rem 0 .6rem}h4{font-size:.9rem;color:var(--dim);"
    "margin:1.2rem 0 .2rem}\n"
    "p{margin:.3rem 0}ol{padding-left:1.6rem;margin:.3rem 0}"
    "li{margin:.5rem 0}\n"
    "pre,blockquote{background:var(--box);border-radius:.3rem;"
    "padding:.5rem .7rem;margin:.3rem 0}\n"
    "pre{white-space:pre-wrap;font-size:.88rem}"
    "pre.copy{user-select:all;border-left:3px solid var(--link)}\n"
    "hr{border:0;border-top:1px solid var(--line);margin:1.5rem 0}\n"
    "mark{background:var(--mark);color:inherit;"
    "border-bottom:2px solid var(--edge)}"
    "mark a{color:inherit;padding:0 .3em}sup{line-height:0}"
    "a{color:var(--link)}\n"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;"
    "border-bottom:1px solid var(--line)}\n"
    "@media(max-width:36rem){table{table-layout:fixed}}\n"
    ".gap{color:var(--dim);font-style:italic}\n"
    "svg{width:100%;font-size:12px;fill:var(--fg)}"
    "svg rect{fill:var(--link)}\n"
    ".tree path{fill:none;stroke:var(--line);stroke-width:1.5}"
    ".tree circle{fill:var(--bg);stroke:var(--dim);stroke-width:1.5}"
    ".tree text{font-family:ui-monospace,monospace}"
    ".tree .say{font:11px system-ui,sans-serif;fill:var(--dim)}"
    ".tree .faint{fill:var(--dim)}.tree .room{fill:var(--line)}"
    ".tree .limit{fill:var(--fg)}"
    ".tree circle.taken{fill:var(--link);stroke:var(--link)}"
    ".tree text.taken{fill:var(--link);font-weight:bold}"
    ".tree rect.fault,.tree text.fault{fill:var(--bad)}"
    ".tree text.fault{font-weight:bold}"
    "details ul{padding-left:1.1rem;margin:.2rem 0}"
    "summary{color:var(--link);cursor:pointer}\n"
    "@media print{:root{--fg:#000;--bg:#fff;--dim:#333;--box:#fff;"
    "--line:#888;--mark:#ddd;--edge:#000;--link:#000;"
    "--bad:#000}"
    "body{max-width:none;padding:0}pre,blockquote{border:1px solid "
    "#888}mark{font-weight:bold}li,pre,tr{break-inside:avoid}"
    ".input,details li{break-inside:auto}h2,h3,h4{break-after:avoid}"
    "summary{display:none}"
    ".tree *{print-color-adjust:exact}.tall{display:none}}\n"
    "</style>\n</head>\n<body>\n<main>\n";

static void put_char(struct buf *out, uint32_t c)
{
	char enc[4];

	if (c == '<')
		buf_adds(out, "&lt;");
	else if (c == '>')
		buf_adds(out, "&gt;");
	else if (c == '&')
		buf_adds(out, "&amp;");
	else if (c == '"')
		buf_adds(out, "&quot;");
	else if (c == '\'')
		buf_adds(out, "&#39;");
	else if (c == '\r' || is_unseen(c))
		return;
	else if (c != '\n' && c != '\t' && is_control(c))
		buf_adds(out, "\xEF\xBF\xBD");
	else
		buf_add(out, sv_of(enc, utf8_encode(c, enc)));
}

void html_escaped(struct buf *out, sv s)
{
	while (s.n) {
		size_t len;
		uint32_t c = utf8_decode(s, &len);

		put_char(out, c);
		s = sv_drop(s, len);
	}
}

/* How long a web address stands at the front of s; 0: none. */
static size_t address(sv s)
{
	size_t n = sv_istarts(s, SV("https://"))  ? 8
	           : sv_istarts(s, SV("http://")) ? 7
	                                          : 0;
	size_t least = n;

	if (!n)
		return 0;
	while (n < s.n && (unsigned char)s.p[n] > ' ' && s.p[n] != 0x7F &&
	       sv_chr(SV("<>\"'`{}|\\^"), s.p[n]) == SV_NPOS)
		n++;
	/* What ends the sentence is no part of it. */
	while (n > least && sv_chr(SV(".,;:!?)]"), s.p[n - 1]) != SV_NPOS)
		n--;
	return n > least ? n : 0;
}

static void put_text(struct buf *out, sv s)
{
	while (s.n) {
		size_t n = *s.p == 'h' || *s.p == 'H' ? address(s) : 0;

		if (n) {
			buf_adds(out, "<a rel=\"noreferrer nofollow\" href=\"");
			html_escaped(out, sv_head(s, n));
			buf_adds(out, "\">");
			html_escaped(out, sv_head(s, n));
			buf_adds(out, "</a>");
		} else {
			(void)utf8_decode(s, &n);
			html_escaped(out, sv_head(s, n));
		}
		s = sv_drop(s, n);
	}
}

/* A name too long for its column breaks behind a dot, not just anywhere. */
static void put_cell(struct buf *out, sv s)
{
	while (s.n) {
		size_t dot = sv_chr(s, '.');
		size_t n = dot == SV_NPOS ? s.n : dot + 1;

		html_escaped(out, sv_head(s, n));
		s = sv_drop(s, n);
		if (s.n && *s.p != ' ')
			buf_adds(out, "<wbr>");
	}
}

static void element(struct html *h, const char *open, sv text,
                    const char *close)
{
	buf_adds(h->out, open);
	put_text(h->out, text);
	buf_adds(h->out, close);
}

static bool is_container(const struct rnode *n)
{
	return n->kind == RNODE_OBJECT || n->kind == RNODE_LIST;
}

static bool shown(const struct html *h, const struct rnode *n)
{
	if (n->only == RONLY_TEXT)
		return false;
	if (n->kind == RNODE_TREE)
		return true;
	return n->from <= h->depth && h->depth <= n->to &&
	       (is_container(n) || n->kind >= RNODE_HEADLINE);
}

/* Nothing to show but a label; an object that is data alone. */
static bool hollow(const struct html *h, const struct rnode *n)
{
	if (n->text.n && n->kind >= RNODE_HEADLINE)
		return false;
	for (n = n->first; n; n = n->next)
		if (shown(h, n))
			return false;
	return true;
}

static void push(struct html *h, const struct rnode *n, const char *close)
{
	if (h->used == RENDER_MAX_DEPTH) {
		buf_adds(h->out, close);
		return;
	}
	h->stack[h->used++] = (struct frame){n->first, close, false};
}

static void show_table(struct html *h, const struct rnode *n)
{
	const char *tag = "th";

	buf_adds(h->out, "<table>\n");
	for (n = n->first; n; n = n->next, tag = "td") {
		buf_adds(h->out, "<tr>");
		for (const struct rnode *c = n->first; c; c = c->next) {
			buf_addf(h->out, "<%s>", tag);
			put_cell(h->out, c->text);
			buf_addf(h->out, "</%s>", tag);
		}
		buf_adds(h->out, "</tr>\n");
	}
	buf_adds(h->out, "</table>\n");
}

static void show_mark(struct html *h, const struct rnode *n)
{
	buf_adds(h->out, "<mark title=\"");
	html_escaped(h->out, n->label);
	buf_adds(h->out, "\">");
	html_escaped(h->out, n->text);
	if (n->mark)
		buf_addf(h->out, "<a href=\"#d%u\"><sup>%u</sup></a>", n->mark,
		         n->mark);
	buf_adds(h->out, "</mark>");
}

static void show_label(struct html *h, sv text, bool below)
{
	if (text.n && below && h->grouped)
		element(h, "<h4>", text, "</h4>\n");
	else if (text.n)
		element(h, below ? "<h3>" : "<h2 class=\"label\">", text,
		        below ? "</h3>\n" : "</h2>\n");
}

/* The input belongs to all answers of the page. */
static void show_source(struct html *h, const struct rnode *n)
{
	show_label(h, n->text, false);
	/* The parser drops one line end at the start of <pre>. */
	buf_adds(h->out, "<pre class=\"input\" lang=\"\" translate=\"no\">\n");
	for (n = n->first; n; n = n->next)
		if (n->kind == RNODE_MARK)
			show_mark(h, n);
		else if (n->kind == RNODE_GAP)
			buf_addf(h->out, "<span class=\"gap\">[%" PRId64
			                 " bytes left out]</span>\n",
			         n->number);
		else
			html_escaped(h->out, n->text);
	buf_adds(h->out, "</pre>\n");
}

/* The number is in the text: marks shall lead to it on paper too. */
static void show_headline(struct html *h, sv text)
{
	buf_adds(h->out, h->grouped ? "<h3 class=\"answer\">" : "<h2>");
	if (h->number)
		buf_addf(h->out, "%u. ", h->number);
	h->number = 0;
	h->headed = true;
	element(h, "", text, h->grouped ? "</h3>\n" : "</h2>\n");
}

static void show_group(struct html *h, sv text)
{
	h->grouped = true;
	element(h, "<h2 class=\"group\">", text, "</h2>\n");
}

/* A sentence, with its language where it is not that of the page. */
static void show_sentence(struct html *h, const struct rnode *n)
{
	if (n->lang && strcmp(n->lang, "en")) {
		buf_adds(h->out, "<p lang=\"");
		html_escaped(h->out, sv_str(n->lang));
		element(h, "\">", n->text, "</p>\n");
	} else if (n->text.n) {
		element(h, "<p>", n->text, "</p>\n");
	}
}

static void show_object(struct html *h, const struct rnode *n)
{
	if (n->kind == RNODE_LIST || !n->mark || hollow(h, n)) {
		push(h, n, "");
		return;
	}
	buf_addf(h->out, "<section id=\"d%u\">\n", n->mark);
	push(h, n, "</section>\n");
	h->number = n->mark;
}

static void show_row(struct html *h, const struct rnode *n)
{
	if (hollow(h, n))
		return;
	show_label(h, n->label, h->headed);
	show_sentence(h, n);
	push(h, n, "");
}

/* Units of a chart: a line for each bar, drawn without any script. */
#define BAR_HEIGHT 18
#define BAR_LEFT 130
#define BAR_WIDTH 400
#define CHART_WIDTH 600

static void show_bar(struct html *h, const struct rnode *n, unsigned row,
                     int64_t most)
{
	unsigned y = row * BAR_HEIGHT;
	unsigned w = most > 0 ? (unsigned)(n->number * BAR_WIDTH / most) : 0;

	buf_addf(h->out, "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">",
	         BAR_LEFT - 6, y + 13);
	html_escaped(h->out, n->label);
	buf_addf(h->out, "</text><rect x=\"%d\" y=\"%u\" width=\"%u\" "
	         "height=\"%d\"/><text x=\"%u\" y=\"%u\">%" PRId64
	         "</text>\n", BAR_LEFT, y + 2, w ? w : 1, BAR_HEIGHT - 4,
	         BAR_LEFT + w + 6, y + 13, n->number);
}

static void show_series(struct html *h, const struct rnode *n)
{
	int64_t most = 0;
	unsigned rows = 0;

	for (const struct rnode *x = n->first; x; x = x->next, rows++)
		if (x->number > most)
			most = x->number;
	if (!rows)
		return;
	buf_addf(h->out, "<svg role=\"img\" viewBox=\"0 0 %d %u\" "
	         "aria-label=\"", CHART_WIDTH, rows * BAR_HEIGHT);
	html_escaped(h->out, n->text);
	buf_adds(h->out, "\">\n");
	rows = 0;
	for (const struct rnode *x = n->first; x; x = x->next)
		show_bar(h, x, rows++, most);
	buf_adds(h->out, "</svg>\n");
}

static void show_step(struct html *h, const struct rnode *n)
{
	struct frame *f = &h->stack[h->used - 1];

	if (hollow(h, n))
		return;
	if (!f->list)
		buf_adds(h->out, "<ol>\n");
	f->list = true;
	if (n->mark) {
		buf_addf(h->out, "<li><a href=\"#d%u\">", n->mark);
		html_escaped(h->out, n->text);
		buf_adds(h->out, "</a>");
	} else {
		element(h, "<li>", n->text, "");
	}
	push(h, n, "</li>\n");
}

static void show(struct html *h, const struct rnode *n)
{
	switch (n->kind) {
	case RNODE_OBJECT:
	case RNODE_LIST:
		show_object(h, n);
		break;
	case RNODE_HEADLINE:
		show_headline(h, n->text);
		break;
	case RNODE_ROW:
		show_row(h, n);
		break;
	case RNODE_STEP:
		show_step(h, n);
		break;
	case RNODE_CODE:
		buf_adds(h->out, n->flag ? "<pre class=\"copy\" "
		                           "translate=\"no\"><code>"
		                         : "<pre translate=\"no\"><code>");
		html_escaped(h->out, n->text);
		buf_adds(h->out, "</code></pre>\n");
		break;
	case RNODE_QUOTE:
		element(h, "<blockquote lang=\"\">", sv_trim(n->text),
		        "</blockquote>\n");
		break;
	case RNODE_RULE:
		buf_adds(h->out, "<hr>\n");
		break;
	case RNODE_TABLE:
		show_table(h, n);
		break;
	case RNODE_GROUP:
		show_group(h, n->text);
		break;
	case RNODE_TREE:
		buf_adds(h->out, h->grouped ? "<h2 class=\"group\">"
		                            : "<h2>");
		put_text(h->out, n->text);
		buf_adds(h->out, "</h2>\n");
		html_tree(h->out, n);
		break;
	case RNODE_SERIES:
		show_series(h, n);
		break;
	case RNODE_SOURCE:
		show_source(h, n);
		break;
	default:
		show_sentence(h, n);
		break;
	}
}

static void end_list(struct html *h, struct frame *f)
{
	if (f->list)
		buf_adds(h->out, "</ol>\n");
	f->list = false;
}

void render_html(const struct rnode *root, sv name, sv title,
                 enum rdepth depth, struct buf *out)
{
	struct html h = {.out = out, .depth = depth};

	buf_adds(out, head);
	html_escaped(out, title);
	buf_adds(out, style);
	element(&h, "<h1>", name, "</h1>\n");
	if (root)
		push(&h, root, "");
	while (h.used) {
		struct frame *f = &h.stack[h.used - 1];
		const struct rnode *n = f->next;

		if (!n) {
			end_list(&h, f);
			buf_adds(out, f->close);
			h.used--;
			continue;
		}
		f->next = n->next;
		if (!shown(&h, n))
			continue;
		if (n->kind != RNODE_STEP)
			end_list(&h, f);
		show(&h, n);
	}
	buf_adds(out, "</main>\n</body>\n</html>\n");
}
