/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/tidy.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "logs/logs.h"
#include "smtp/reply.h"

/* Tags of BBCode may hold a name and a link. */
#define TAG_MAX 120

/* So many lines must be apart before empty ones count as none. */
#define APART_MIN 8

/* Less than that is how a log is printed. */
#define MARGIN_MIN 4

/* Columns at which mail programs and forums cut lines. */
#define CUT_MIN 60
#define CUT_MAX 84

/* Words longer than this are put on a line of their own. */
#define WORD_MAX 60

struct draft {
	char *p;
	uint32_t *src;
	size_t n;
};

struct signs {
	bool entities, breaks, tags, quotes, blanks;
};

static sv view(const struct draft *d)
{
	return sv_of(d->p, d->n);
}

/* clang-format off */
static const struct {
	sv text;
	char c;
} entities[] = {
	{SV_INIT("&lt;"), '<'}, {SV_INIT("&gt;"), '>'},
	{SV_INIT("&quot;"), '"'}, {SV_INIT("&#39;"), '\''},
	{SV_INIT("&#039;"), '\''}, {SV_INIT("&nbsp;"), ' '},
	{SV_INIT("&amp;"), '&'},
};
static const sv block_tags[] = {
	SV_INIT("code"), SV_INIT("quote"), SV_INIT("spoiler"), SV_INIT("php"),
	SV_INIT("noparse"),
};
static const sv span_tags[] = {
	SV_INIT("icode"), SV_INIT("font"), SV_INIT("size"), SV_INIT("color"),
	SV_INIT("b"), SV_INIT("i"), SV_INIT("u"), SV_INIT("url"),
	SV_INIT("email"),
};
static const struct {
	sv text;
	char c;
} curly[] = {
	{SV_INIT("\u201c"), '"'}, {SV_INIT("\u201d"), '"'},
	{SV_INIT("\u2018"), '\''}, {SV_INIT("\u2019"), '\''},
};
/* What stands beside the quotes of a program's output. */
static const sv coded[] = {
	SV_INIT("\u201d: "), SV_INIT("\u201d:"), SV_INIT("=\u201d"),
	SV_INIT("=\u201c"), SV_INIT(": \u201d"), SV_INIT("{\u2019"),
	SV_INIT("{\u2018"), SV_INIT("(\u2019"), SV_INIT("(\u2018"),
	SV_INIT("b\u2019"), SV_INIT("b\u2018"), SV_INIT(": \u2018"),
	SV_INIT(": \u2019"), SV_INIT("u\u2019"), SV_INIT("\u2019: ("),
};
/* Beginnings of what a program prints in one line. */
static const sv records[] = {
	SV_INIT("Exception"), SV_INIT("Error: "), SV_INIT("error: "),
	SV_INIT("SMTPRecipientsRefused"), SV_INIT("SMTPSenderRefused"),
	SV_INIT("SMTPDataError"), SV_INIT("SMTPAuthenticationError"),
	SV_INIT("SMTPServerDisconnected"), SV_INIT("SMTP Error"),
	SV_INIT("SMTP ERROR"), SV_INIT("xpected response code"),
	SV_INIT("could not be established with host"), SV_INIT("level=error"),
	SV_INIT("lettre::"), SV_INIT("gomail"), SV_INIT("Net::SMTP"),
	SV_INIT("msmtp: "), SV_INIT("command failed"),
};
/* Beginnings of lines that go on with nothing. */
static const sv starts[] = {
	SV_INIT("at "), SV_INIT("File \""), SV_INIT("Caused by"),
	SV_INIT("Traceback"), SV_INIT("from "), SV_INIT("#"), SV_INIT("```"),
	SV_INIT("---"), SV_INIT("{"), SV_INIT("}"), SV_INIT("code:"),
	SV_INIT("response"), SV_INIT("command:"), SV_INIT("during handling"),
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool quotes_are_code(sv in)
{
	unsigned n = 0;

	for (size_t i = 0; i < COUNT(coded); i++) {
		size_t at = sv_find(in, coded[i]);

		if (at != SV_NPOS)
			n += 1 + sv_has(sv_drop(in, at + 1), coded[i]);
	}
	return n > 1;
}

static struct signs look(sv in)
{
	bool angled = sv_has(in, SV("&gt;"));
	bool breaks = sv_ihas(in, SV("<br"));

	return (struct signs){
	    .entities = angled && (breaks || !sv_has(in, SV("<")) ||
	                           sv_has(in, SV("\n&gt;")) ||
	                           sv_istarts(in, SV("&gt;"))),
	    .breaks = breaks,
	    .tags = sv_ihas(in, SV("[/code]")) || sv_ihas(in, SV("[/quote]")) ||
	            sv_ihas(in, SV("[/font]")) || sv_ihas(in, SV("[/b]")) ||
	            sv_ihas(in, SV("[/size]")) || sv_ihas(in, SV("[/color]")) ||
	            sv_ihas(in, SV("[/icode]")) || sv_ihas(in, SV("[/spoiler]")),
	    .blanks = sv_has(in, SV("\u00a0")),
	    .quotes = sv_has(in, SV("\u201d")) || sv_has(in, SV("\u2019")) ?
	              quotes_are_code(in) : false,
	};
}

static size_t entity(sv s, char *c)
{
	for (size_t i = 0; i < COUNT(entities); i++)
		if (sv_istarts(s, entities[i].text)) {
			*c = entities[i].c;
			return entities[i].text.n;
		}
	return 0;
}

/* "<br>", "<br />": a line end, where none follows anyway. */
static size_t line_break(sv s, char *c)
{
	size_t n = 3;

	if (!sv_istarts(s, SV("<br")))
		return 0;
	while (n < s.n && n < 8 && (s.p[n] == ' ' || s.p[n] == '/'))
		n++;
	if (n == s.n || s.p[n] != '>')
		return 0;
	n++;
	*c = n < s.n && (s.p[n] == '\n' || s.p[n] == '\r') ? '\0' : '\n';
	return n;
}

static bool is_tag(sv name, const sv *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_ieq(name, list[i]))
			return true;
	return false;
}

/* "[CODE]", "[/quote]", "[font=x]"; those of a block begin a line. */
static size_t bb_tag(sv s, char *c)
{
	size_t from = s.n > 1 && s.p[1] == '/' ? 2 : 1, n = from, end;
	sv name;

	if (s.p[0] != '[')
		return 0;
	while (n < s.n && n < TAG_MAX && is_alpha(s.p[n]))
		n++;
	name = sv_slice(s, from, n);
	end = n;
	if (end < s.n && (s.p[end] == '=' || s.p[end] == ' '))
		while (end < s.n && end < TAG_MAX && s.p[end] != ']' &&
		       s.p[end] != '\n')
			end++;
	if (end == s.n || s.p[end] != ']')
		return 0;
	*c = is_tag(name, block_tags, COUNT(block_tags)) ? '\n' : '\0';
	return *c || is_tag(name, span_tags, COUNT(span_tags)) ? end + 1 : 0;
}

static size_t curly_quote(sv s, char *c)
{
	if ((unsigned char)s.p[0] != 0xE2)
		return 0;
	for (size_t i = 0; i < COUNT(curly); i++)
		if (sv_starts(s, curly[i].text)) {
			*c = curly[i].c;
			return curly[i].text.n;
		}
	return 0;
}

/* The mark at the start of s and what it becomes; '\0': nothing. */
static size_t mark(const struct signs *g, sv s, char *c)
{
	size_t n = 0;

	if (g->entities && s.p[0] == '&')
		n = entity(s, c);
	else if (g->breaks && s.p[0] == '<')
		n = line_break(s, c);
	else if (g->tags && s.p[0] == '[')
		n = bb_tag(s, c);
	else if (g->quotes)
		n = curly_quote(s, c);
	if (!n && g->blanks && sv_starts(s, SV("\u00a0"))) {
		*c = ' ';
		n = 2;
	}
	return n;
}

/* All marks at once; what is written never passes what is read. */
static void take_marks(struct draft *d, const struct signs *g)
{
	size_t w = 0;

	for (size_t i = 0; i < d->n;) {
		char c = '\0';
		size_t n = mark(g, sv_drop(view(d), i), &c);
		uint32_t src = d->src[i];

		if (!n) {
			c = d->p[i];
			n = 1;
		} else if (c == '\n' && w && d->p[w - 1] == '\n') {
			c = '\0';
		}
		if (c || (n == 1 && !d->p[i])) {
			d->p[w] = c;
			d->src[w++] = src;
		}
		i += n;
	}
	d->n = w;
}

/* The end of the line at i (where its LF stands, or the end). */
static size_t line_to(sv s, size_t i)
{
	const char *nl = i < s.n ? memchr(s.p + i, '\n', s.n - i) : NULL;

	return nl ? (size_t)(nl - s.p) : s.n;
}

static bool is_empty(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_space(s.p[i]) && s.p[i] != '>')
			return false;
	return true;
}

/*
 * Is there an empty line behind each line?  A few lines may well be
 * paragraphs, unless what was an empty line became three.
 */
static bool is_apart(sv s)
{
	size_t lines = 0, apart = 0, wide = 0, empty = 0;

	for (size_t i = 0; i < s.n;) {
		size_t end = line_to(s, i);

		if (is_empty(sv_slice(s, i, end))) {
			empty++;
		} else {
			apart += lines && empty > 0;
			wide += lines && empty == 3;
			lines++;
			empty = 0;
		}
		i = end + 1;
	}
	return lines >= (wide ? APART_MIN / 2 : APART_MIN) &&
	       (apart + 1) * 20 >= lines * 19;
}

/* One empty line becomes none, three of them one. */
static void close_up(struct draft *d)
{
	size_t w = 0, empty = 0;

	for (size_t i = 0; i < d->n;) {
		size_t end = line_to(view(d), i), to = end < d->n ? end + 1 : end;

		bool none = is_empty(sv_slice(view(d), i, end));

		empty = none ? empty + 1 : 0;
		if (!none || empty == 3) {
			memmove(d->p + w, d->p + i, to - i);
			memmove(d->src + w, d->src + i,
			        (to - i) * sizeof(*d->src));
			w += to - i;
		}
		i = to;
	}
	d->n = w;
}

/* Blanks in front of each line, as Markdown marks code; 0 for one line. */
static size_t margin_of(sv s)
{
	size_t margin = SIZE_MAX, lines = 0;

	for (size_t i = 0; i < s.n && margin;) {
		size_t end = line_to(s, i), n = 0;

		while (i + n < end && s.p[i + n] == ' ')
			n++;
		if (!is_empty(sv_slice(s, i, end))) {
			lines++;
			margin = n < margin ? n : margin;
		}
		i = end + 1;
	}
	return lines > 1 && margin >= MARGIN_MIN ? margin : 0;
}

static void take_margin(struct draft *d, size_t margin)
{
	size_t w = 0;

	for (size_t i = 0; i < d->n;) {
		size_t end = line_to(view(d), i);
		size_t to = end < d->n ? end + 1 : end;
		size_t from = i + margin < end ? i + margin : end;

		memmove(d->p + w, d->p + from, to - from);
		memmove(d->src + w, d->src + from,
		        (to - from) * sizeof(*d->src));
		w += to - from;
		i = to;
	}
	d->n = w;
}

/* Quote marks and blanks at the start of a line. */
static size_t front(sv s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == '>' || is_blank(s.p[n])))
		n++;
	return n;
}

/* The longest line that has words; 0 where lines were not cut. */
static size_t cut_at(sv s)
{
	size_t max = 0;

	for (size_t i = 0; i < s.n;) {
		size_t end = line_to(s, i);
		sv line = sv_trim(sv_slice(s, i, end));
		sv rest = sv_drop(line, front(line));

		if (line.n > max && sv_chr(rest, ' ') != SV_NPOS)
			max = line.n;
		i = end + 1;
	}
	return max >= CUT_MIN && max <= CUT_MAX ? max : 0;
}

static bool has_any(sv s, const sv *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_has(s, list[i]))
			return true;
	return false;
}

static bool is_log(sv s)
{
	struct log_prefix px;

	log_prefix(s, &px);
	return px.end > 0 && px.time.n > 0;
}

/* Does a line of a log or of what a program printed begin here? */
static bool is_record(sv s)
{
	return !is_blank(s.p[0]) &&
	       (is_log(s) || has_any(s, records, COUNT(records)));
}

/* Could s go on with the line before, which is no record like it? */
static bool may_go_on(sv before, sv s)
{
	uint16_t code;
	sv rest = s;

	if (sv_eq(sv_word(&before), sv_word(&rest)))
		return false;
	if (!s.n || is_blank(s.p[0]) || is_log(s) || reply_code(s, &code))
		return false;
	for (size_t i = 0; i < COUNT(starts); i++)
		if (sv_istarts(s, starts[i]))
			return false;
	return true;
}

/*
 * The line end at end becomes a blank where the next line's first word had no
 * room in a line that belongs to a record.  Quote marks go.
 */
static bool was_cut(const struct draft *d, size_t i, size_t end, size_t width)
{
	sv s = sv_slice(view(d), i, end), next, word;
	size_t n;

	if (end + 1 >= d->n)
		return false;
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	next = sv_slice(view(d), end + 1, line_to(view(d), end + 1));
	n = front(next);
	if (front(s) != n)
		return false;
	next = sv_drop(next, n);
	word = next;
	word = sv_word(&word);
	if (word.n > WORD_MAX && s.n < width / 2)
		return false;
	return s.n + 1 + word.n > width && may_go_on(sv_drop(s, n), next);
}

static void join_lines(struct draft *d, size_t width)
{
	size_t w = 0;
	bool record = false, goes_on = false;

	for (size_t i = 0; i < d->n;) {
		size_t end = line_to(view(d), i), to = end < d->n ? end + 1 : end;
		size_t from = i, skip = front(sv_slice(view(d), i, end));

		if (goes_on)
			from += skip;
		else
			record = skip < end - i &&
			         is_record(sv_slice(view(d), i + skip, end));
		goes_on = record && was_cut(d, i, end, width);
		if (goes_on)
			while (end > from && is_space(d->p[end - 1]))
				end--;
		memmove(d->p + w, d->p + from, to - from);
		memmove(d->src + w, d->src + from,
		        (to - from) * sizeof(*d->src));
		w += end - from;
		if (goes_on) {
			d->p[w] = ' ';
			w++;
		} else if (to > end) {
			w++;
		}
		i = to;
	}
	d->n = w;
}

static bool make(sv in, struct draft *d)
{
	d->p = malloc(in.n);
	d->src = malloc(in.n * sizeof(*d->src));
	if (!d->p || !d->src) {
		free(d->p);
		free(d->src);
		return false;
	}
	memcpy(d->p, in.p, in.n);
	for (size_t i = 0; i < in.n; i++)
		d->src[i] = (uint32_t)i;
	d->n = in.n;
	return true;
}

/* Undo what the signs and the whole text show, in this order. */
static void undo(struct draft *d, const struct signs *g)
{
	size_t n;

	if (g->entities || g->breaks || g->tags || g->quotes || g->blanks)
		take_marks(d, g);
	if (is_apart(view(d)))
		close_up(d);
	n = margin_of(view(d));
	if (n)
		take_margin(d, n);
	n = cut_at(view(d));
	if (n)
		join_lines(d, n);
}

bool tidy_text(sv in, struct tidy *out)
{
	struct signs g;
	struct draft d;

	*out = (struct tidy){.text = in};
	if (!in.n || in.n > TIDY_MAX)
		return true;
	g = look(in);
	if (!g.entities && !g.breaks && !g.tags && !g.quotes && !g.blanks &&
	    !is_apart(in) && !margin_of(in) && !cut_at(in))
		return true;
	if (!make(in, &d))
		return false;
	undo(&d, &g);
	*out = (struct tidy){view(&d), d.src, d.p};
	return true;
}

void tidy_fini(struct tidy *t)
{
	free(t->made);
	free(t->src);
	t->made = NULL;
	t->src = NULL;
}

size_t tidy_origin(const struct tidy *t, size_t at)
{
	if (!t->src)
		return at;
	if (at < t->text.n)
		return t->src[at];
	return t->text.n ? t->src[t->text.n - 1] + 1 : at;
}
