/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/rtf.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* ---- compression ---- */

/* [MS-OXRTFCP] 2.1.2.1: what the window holds before the first byte. */
static const char window_begin[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman "
    "\\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes "
    "New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
#define WINDOW 4096u
#define HEADER 16
_Static_assert(sizeof(window_begin) - 1 == 207, "as published");

struct unpack {
	char window[WINDOW];
	unsigned at;
	char *p;
	size_t n, max;
};

static void give(struct unpack *u, char c)
{
	if (u->n < u->max)
		u->p[u->n++] = c;
	u->window[u->at] = c;
	u->at = (u->at + 1) % WINDOW;
}

/* Two bytes tell where in the window, and how much; false at the end mark. */
static bool copy(struct unpack *u, unsigned hi, unsigned lo)
{
	unsigned from = hi << 4 | lo >> 4, n = (lo & 15) + 2;

	if (from == u->at)
		return false;
	for (; n; n--, from = (from + 1) % WINDOW)
		give(u, u->window[from]);
	return true;
}

static void decompress(struct unpack *u, sv s)
{
	size_t at = 0;

	while (at < s.n && u->n < u->max) {
		unsigned flags = (unsigned char)s.p[at++];

		for (unsigned bit = 0; bit < 8 && at < s.n; bit++) {
			unsigned c = (unsigned char)s.p[at++];

			if (!(flags >> bit & 1)) {
				give(u, (char)c);
				continue;
			}
			if (at >= s.n ||
			    !copy(u, c, (unsigned char)s.p[at++]))
				return;
		}
	}
}

sv rtf_unpack(struct arena *a, sv packed)
{
	struct unpack *u;
	sv kind = sv_slice(packed, 8, 12), rest = sv_drop(packed, HEADER);

	if (sv_eq(kind, SV("MELA")))
		return sv_head(rest, RTF_MAX);
	if (!sv_eq(kind, SV("LZFu")))
		return SV("");
	u = arena_alloc(a, 1, sizeof(*u));
	/* Two bytes make 17 at most. */
	if (!u)
		return SV("");
	u->max = rest.n < RTF_MAX / 9 ? rest.n * 9 : RTF_MAX;
	u->p = arena_alloc(a, u->max + 1, 1);
	if (!u->p)
		return SV("");
	memcpy(u->window, window_begin, sizeof(window_begin) - 1);
	u->at = sizeof(window_begin) - 1;
	decompress(u, rest);
	return sv_of(u->p, u->n);
}

/* ---- words ---- */

/* Bytes of the code page that follow each other; longer runs come in two. */
#define RUN 512

struct rtf {
	struct arena *a;
	struct recode_tools *tools;
	char *p; /* three bytes for each of the input are enough */
	size_t n;
	char run[RUN];
	size_t nrun;
	uint32_t codepage;
	unsigned depth, skip; /* skip: the group passed over is that deep */
	unsigned stand_ins;   /* characters behind \u that stand for it */
	unsigned pending;     /* of these so many are still to come */
};

static void flush(struct rtf *r)
{
	sv s = codepage_text(r->a, r->tools, sv_of(r->run, r->nrun),
	                     r->codepage);

	if (!r->nrun)
		return;
	/* \'hh is four bytes of the input; a character up to three. */
	if (s.n > r->nrun * 3)
		s.n = r->nrun * 3;
	memcpy(r->p + r->n, s.p, s.n);
	r->n += s.n;
	r->nrun = 0;
}

static bool passed_over(struct rtf *r)
{
	if (r->skip)
		return true;
	if (!r->pending)
		return false;
	r->pending--;
	return true;
}

static void put_byte(struct rtf *r, char c)
{
	if (passed_over(r))
		return;
	if (r->nrun == RUN)
		flush(r);
	r->run[r->nrun++] = c;
}

static void put(struct rtf *r, const char *s)
{
	if (r->skip)
		return;
	flush(r);
	memcpy(r->p + r->n, s, strlen(s));
	r->n += strlen(s);
}

static void put_unicode(struct rtf *r, int32_t value)
{
	uint32_t c = (uint32_t)(value < 0 ? value + 65536 : value);
	char bytes[4];
	size_t k;

	if (r->skip)
		return;
	flush(r);
	if (c < ' ' || c > 0xFFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = UTF8_REPLACEMENT;
	k = utf8_encode(c, bytes);
	memcpy(r->p + r->n, bytes, k);
	r->n += k;
	r->pending = r->stand_ins;
}

/* Groups that hold no words. */
static bool is_aside(sv word)
{
	static const char *const names[] = {
	    "fonttbl", "colortbl", "stylesheet", "info", "pict", "object",
	    "header", "footer", "headerl", "headerr", "footerl", "footerr"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_eq(word, sv_str(names[i])))
			return true;
	return false;
}

static const struct {
	const char *word, *text;
} texts[] = {
    {"par", "\n"},         {"line", "\n"},        {"sect", "\n"},
    {"page", "\n"},        {"row", "\n"},         {"tab", "\t"},
    {"cell", "\t"},        {"emdash", "\xE2\x80\x94"},
    {"endash", "\xE2\x80\x93"},                   {"bullet", "\xE2\x80\xA2"},
    {"lquote", "\xE2\x80\x98"},                   {"rquote", "\xE2\x80\x99"},
    {"ldblquote", "\xE2\x80\x9C"},                {"rdblquote", "\xE2\x80\x9D"},
};

static void control_word(struct rtf *r, sv word, bool has, int32_t value)
{
	if (sv_eq(word, SV("u")) && has) {
		put_unicode(r, value);
		return;
	}
	if (sv_eq(word, SV("uc")) && has && value >= 0 && value < 8)
		r->stand_ins = (unsigned)value;
	else if (sv_eq(word, SV("ansicpg")) && value > 0)
		r->codepage = (uint32_t)value;
	else if (is_aside(word) && !r->skip)
		r->skip = r->depth;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (sv_eq(word, sv_str(texts[i].word)))
			put(r, texts[i].text);
}

static int hex(char c)
{
	return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* "\word-12 ": returns what follows it. */
static sv read_word(struct rtf *r, sv s)
{
	size_t n = 0, at;
	int32_t value = 0;
	bool minus, has;
	sv word;

	while (n < s.n && n < 32 && is_alpha(s.p[n]))
		n++;
	word = sv_head(s, n);
	at = n;
	minus = at + 1 < s.n && s.p[at] == '-' && is_digit(s.p[at + 1]);
	at += minus;
	has = at < s.n && is_digit(s.p[at]);
	for (; at < s.n && is_digit(s.p[at]); at++)
		if (value < 10000000)
			value = value * 10 + (s.p[at] - '0');
	if (at < s.n && s.p[at] == ' ')
		at++;
	s = sv_drop(s, at);
	if (sv_eq(word, SV("bin")) && !minus)
		return sv_drop(s, (size_t)value);
	control_word(r, word, has, minus ? -value : value);
	return s;
}

/* Behind a backslash. */
static sv read_control(struct rtf *r, sv s)
{
	char c;

	if (!s.n)
		return s;
	c = s.p[0];
	if (is_alpha(c))
		return read_word(r, s);
	s = sv_drop(s, 1);
	if (c == '\'' && s.n >= 2 && is_xdigit(s.p[0]) && is_xdigit(s.p[1])) {
		put_byte(r, (char)(hex(s.p[0]) << 4 | hex(s.p[1])));
		return sv_drop(s, 2);
	}
	if (c == '*' && !r->skip)
		r->skip = r->depth;
	else if (c == '~')
		put(r, " ");
	else if (c == '\\' || c == '{' || c == '}')
		put_byte(r, c);
	else if (c == '\r' || c == '\n')
		put(r, "\n");
	return s;
}

static void close_group(struct rtf *r)
{
	if (r->skip && r->depth <= r->skip)
		r->skip = 0;
	if (r->depth)
		r->depth--;
	r->pending = 0;
}

sv rtf_text(struct arena *a, struct recode_tools *t, sv rtf)
{
	struct rtf *r;

	rtf = sv_head(rtf, RTF_MAX);
	r = sv_starts(rtf, SV("{\\rtf")) ? arena_alloc(a, 1, sizeof(*r)) : NULL;
	if (!r)
		return SV("");
	*r = (struct rtf){.a = a, .tools = t, .codepage = CODEPAGE_WESTERN,
	                  .stand_ins = 1};
	r->p = arena_alloc(a, rtf.n + 1, 3);
	while (r->p && rtf.n) {
		char c = rtf.p[0];

		rtf = sv_drop(rtf, 1);
		if (c == '\\') {
			rtf = read_control(r, rtf);
		} else if (c == '{') {
			r->depth++;
		} else if (c == '}') {
			close_group(r);
		} else if (c != '\r' && c != '\n' && c) {
			put_byte(r, c);
		}
	}
	if (!r->p)
		return SV("");
	flush(r);
	return sv_of(r->p, r->n);
}
