/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/recode.h"

#include <errno.h>

#include "base/ascii.h"
#include "mail/charsets.h"
#include "mail/cp1252.h"
#include "mail/shifted.h"

/* A page names its charset in its head. */
#define LABEL_LOOK 4096

/* ASCII that is this long is copied past iconv, with an anchor. */
#define RUN_MIN 16

/*
 * A text with more bytes that its charset does not have is of another; and
 * iconv takes a microsecond for each.
 */
#define BAD_MAX 1000

/* Where iconv may write; no character is longer, composed ones neither. */
#define CHAR_ROOM 16

#define OPEN_MAX                                    \
	(sizeof(((struct recode_tools *)0)->open) / \
	 sizeof(((struct recode_tools *)0)->open[0]))

void recode_tools_fini(struct recode_tools *t)
{
	for (size_t i = 0; i < OPEN_MAX; i++)
		if (t->open[i].name)
			(void)iconv_close(t->open[i].cd);
	sink_fini(&t->decoded);
	sink_fini(&t->made);
	*t = (struct recode_tools){0};
}

/* The descriptor, in its first state; (iconv_t)-1 if there is none. */
static iconv_t descriptor(struct recode_tools *t, const char *name)
{
	iconv_t cd;

	for (size_t i = 0; i < OPEN_MAX; i++)
		if (t->open[i].name && !strcmp(t->open[i].name, name)) {
			(void)iconv(t->open[i].cd, NULL, NULL, NULL, NULL);
			return t->open[i].cd;
		}
	cd = iconv_open("UTF-8", name);
	if (cd == (iconv_t)-1)
		return cd;
	if (t->open[t->next].name)
		(void)iconv_close(t->open[t->next].cd);
	t->open[t->next].name = name;
	t->open[t->next].cd = cd;
	t->next = (t->next + 1) % OPEN_MAX;
	return cd;
}

size_t recode_ascii(sv s)
{
	const uint64_t high = 0x8080808080808080u;
	size_t i = 0;
	uint64_t w;

	for (; i + sizeof(w) <= s.n; i += sizeof(w)) {
		memcpy(&w, s.p + i, sizeof(w));
		if (w & high)
			break;
	}
	while (i < s.n && !is_high(s.p[i]))
		i++;
	return i;
}

/* How many bytes from the begin are UTF-8. */
static size_t utf8_run(sv s)
{
	size_t i = recode_ascii(s), len;

	while (i < s.n) {
		sv rest = sv_drop(s, i);

		if (!is_high(rest.p[0])) {
			i += recode_ascii(rest);
			continue;
		}
		if (utf8_decode(rest, &len) == UTF8_REPLACEMENT && len == 1)
			break;
		i += len;
	}
	return i;
}

/* Bytes that are UTF-8 as they are. */
static void copy_run(struct sink *s, sv run, size_t at)
{
	if (run.n >= RUN_MIN)
		s->next = 0;
	sink_step(s, at);
	sink_copy(s, run, at);
	if (run.n >= RUN_MIN)
		s->next = 0;
}

/*
 * UTF-8 in which single bytes are not, from i on: those are taken for
 * windows-1252.
 */
static unsigned mixed(struct sink *s, sv in, size_t i)
{
	unsigned bad = 0;

	while (i < in.n && !sink_full(s)) {
		size_t run = utf8_run(sv_drop(in, i));

		if (run)
			copy_run(s, sv_slice(in, i, i + run), i);
		i += run;
		if (i == in.n || sink_full(s))
			break;
		sink_step(s, i);
		sink_char(s, cp1252_decode(in.p[i++]));
		s->next = 0; /* it has become longer */
		bad = RECODE_INVALID;
	}
	return bad;
}

static unsigned latin(struct sink *s, sv in)
{
	unsigned bad = 0;

	for (size_t i = 0; i < in.n && !sink_full(s);) {
		size_t run = recode_ascii(sv_drop(in, i));
		uint32_t c;

		if (run)
			copy_run(s, sv_slice(in, i, i + run), i);
		i += run;
		if (i == in.n || sink_full(s))
			break;
		sink_step(s, i);
		c = cp1252_decode(in.p[i++]);
		sink_char(s, c);
		if (c == UTF8_REPLACEMENT)
			bad = RECODE_INVALID;
	}
	return bad;
}

/* Where ASCII of some length begins, from at (no ASCII itself) on. */
static size_t run_begin(sv in, size_t at)
{
	size_t n = 0;

	for (; at < in.n && n < RUN_MIN; at++)
		n = is_high(in.p[at]) ? 0 : n + 1;
	return at - n;
}

static void flush(struct sink *s, iconv_t cd)
{
	char *to = s->p + s->n;
	size_t room = s->max - s->n;

	(void)iconv(cd, NULL, NULL, &to, &room);
	s->n = (size_t)(to - s->p);
}

/* One step of iconv, from i up to end; returns where it stopped. */
static size_t convert(struct sink *s, iconv_t cd, sv in, size_t i, size_t *end,
		      size_t *bad)
{
	/* iconv takes char **, though it does not write there. */
	union {
		const char *in;
		char *p;
	} from = {in.p + i};
	char *to = s->p + s->n;
	size_t left = *end - i, room = s->max - s->n, got;

	if (room < CHAR_ROOM) {
		s->cut = true;
		return i;
	}
	sink_step(s, i);
	room = room < CHARSET_STEP ? room : CHARSET_STEP;
	got = iconv(cd, &from.p, &left, &to, &room);
	s->n = (size_t)(to - s->p);
	if (got != (size_t)-1)
		return *end - left;
	if (errno == EINVAL && *end < in.n) {
		size_t at = *end - left;

		++*end; /* the character goes on in what looked like ASCII */
		return at;
	}
	if (errno == E2BIG && *end - left != i)
		return *end - left;
	++*bad;
	sink_char(s, UTF8_REPLACEMENT);
	return *end - left + (left > 0);
}

/* *gave_up: what follows was read otherwise. */
static unsigned by_iconv(struct sink *s, iconv_t cd, sv in, bool wide,
			 bool *gave_up)
{
	size_t bad = 0, i = 0;

	while (i < in.n && !sink_full(s) && bad <= BAD_MAX) {
		size_t run = wide ? 0 : recode_ascii(sv_drop(in, i)), end;

		if (run) {
			copy_run(s, sv_slice(in, i, i + run), i);
			i += run;
			continue;
		}
		end = wide ? in.n : run_begin(in, i);
		while (i < end && !sink_full(s) && bad <= BAD_MAX)
			i = convert(s, cd, in, i, &end, &bad);
		/* Some keep a letter back, to put an accent on it. */
		flush(s, cd);
	}
	*gave_up = bad > BAD_MAX;
	if (*gave_up) {
		s->next = 0;
		(void)mixed(s, in, i);
	}
	return bad ? RECODE_INVALID : 0;
}

/* By its mark, else by where the zero bytes stand; NULL: it is not wide. */
static const char *wide_name(sv in, const char *said, size_t *mark)
{
	size_t zero[2] = {0, 0};

	*mark = 2;
	if (sv_starts(in, sv_of("\xFF\xFE\0\0", 4)) && said[4] == '3') {
		*mark = 4;
		return "UTF-32LE";
	}
	if (sv_starts(in, SV("\xFF\xFE")))
		return "UTF-16LE";
	if (sv_starts(in, SV("\xFE\xFF")))
		return "UTF-16BE";
	*mark = 0;
	for (size_t i = 0; i < in.n && i < LABEL_LOOK; i++)
		zero[i % 2] += !in.p[i];
	if (said[4] == '3')
		return zero[0] + zero[1] ? said : NULL;
	if (zero[0] == zero[1])
		return utf8_run(in) == in.n ? NULL : said;
	return zero[0] > zero[1] ? "UTF-16BE" : "UTF-16LE";
}

/* "\033$B", "\033(B" and the like. */
static bool has_escape(sv in)
{
	for (size_t at; (at = sv_chr(in, '\033')) != SV_NPOS;) {
		in = sv_drop(in, at + 1);
		if (in.n > 1 &&
		    ((in.p[0] == '$' &&
		      (in.p[1] == 'B' || in.p[1] == '@' || in.p[1] == '(')) ||
		     (in.p[0] == '(' && in.p[1] == 'J')))
			return true;
	}
	return false;
}

/* What the page itself says. */
static const struct charset_name *page_name(sv in)
{
	sv head = sv_head(in, LABEL_LOOK);
	size_t at = sv_ifind(head, SV("charset="));

	return at == SV_NPOS ? NULL : charset_name(sv_drop(head, at + 8));
}

/* Text of 7 bits: has it nothing of what the charset adds to ASCII? */
static bool is_plain(enum charset_way way, sv in)
{
	switch (way) {
	case WAY_UTF7:
		return sv_chr(in, '+') == SV_NPOS;
	case WAY_HZ:
		return sv_chr(in, '~') == SV_NPOS;
	case WAY_KR:
		return sv_chr(in, '\016') == SV_NPOS &&
		       sv_chr(in, '\033') == SV_NPOS;
	case WAY_JP:
		return sv_chr(in, '\033') == SV_NPOS &&
		       sv_chr(in, '\016') == SV_NPOS;
	case WAY_WIDE:
		return sv_chr(in, '\0') == SV_NPOS;
	default:
		return true;
	}
}

static const struct charset_name guessed = {"", WAY_GUESS, "US-ASCII"};
static const struct charset_name utf8 = {"", WAY_UTF8, "UTF-8"};
static const struct charset_name japanese = {"", WAY_JP, "ISO-2022-JP"};
static const struct charset_name euc_jp = {"", WAY_MULTI, "EUC-JP-MS"};
static const struct charset_name shift_jis = {"", WAY_MULTI, "CP932"};
static const struct charset_name marked = {"", WAY_WIDE, "UTF-16LE"};

/* The same for text of 7 bits. */
static const struct charset_name *resolve_ascii(sv in, sv label,
						const struct charset_name *name,
						unsigned *defects)
{
	if (name->way <= WAY_MULTI && has_escape(in)) {
		*defects |= label.n ? RECODE_OTHER : 0;
		return &japanese;
	}
	return is_plain(name->way, in) ? &guessed : name;
}

static bool between(char c, unsigned from, unsigned to)
{
	return (unsigned char)c >= from && (unsigned char)c <= to;
}

/* Bytes of one character of EUC-JP at the begin of s; 0: it is none. */
static size_t euc_len(sv s)
{
	if (!is_high(s.p[0]))
		return 1;
	if (s.n > 1 && s.p[0] == '\x8E')
		return between(s.p[1], 0xA1, 0xDF) ? 2 : 0;
	if (s.n > 2 && s.p[0] == '\x8F')
		return between(s.p[1], 0xA1, 0xFE) &&
				       between(s.p[2], 0xA1, 0xFE)
			       ? 3
			       : 0;
	return s.n > 1 && between(s.p[0], 0xA1, 0xFE) &&
			       between(s.p[1], 0xA1, 0xFE)
		       ? 2
		       : 0;
}

/* The same for Shift_JIS. */
static size_t sjis_len(sv s)
{
	if (!is_high(s.p[0]) || between(s.p[0], 0xA1, 0xDF))
		return 1;
	return s.n > 1 && between(s.p[0], 0x81, 0xFC) &&
			       between(s.p[1], 0x40, 0xFC) && s.p[1] != 0x7F
		       ? 2
		       : 0;
}

static bool consists_of(sv in, size_t (*len)(sv))
{
	size_t n;

	for (; in.n; in = sv_drop(in, n)) {
		n = len(in);
		if (!n)
			return false;
	}
	return true;
}

/* 8 bits that are said to be Japanese of 7 bits: it is one of the others. */
static const struct charset_name *japanese_8bit(sv in, unsigned *defects)
{
	bool euc = consists_of(in, euc_len);

	if (!euc && !consists_of(in, sjis_len))
		return &japanese;
	*defects |= RECODE_OTHER;
	return euc ? &euc_jp : &shift_jis;
}

/* What the text is, from what is said of it and what it shows. */
static const struct charset_name *resolve(sv in, sv label, bool html,
					  size_t ascii, unsigned *defects)
{
	const struct charset_name *name = charset_name(label), *page;

	if (!name && label.n && ascii < in.n)
		*defects |= RECODE_UNKNOWN;
	if (!name)
		name = &guessed;
	if (ascii == in.n)
		return resolve_ascii(in, label, name, defects);
	/* One of 7 bits that was given 8, and none of its escapes, is none. */
	if (name->way > WAY_LATIN &&
	    (name->way < WAY_JP || !is_plain(name->way, in)))
		return name;
	if (utf8_run(sv_drop(in, ascii)) == in.n - ascii) {
		if (name->way != WAY_UTF8 && label.n)
			*defects |= RECODE_OTHER;
		return &utf8;
	}
	if (sv_starts(in, SV("\xFF\xFE")) || sv_starts(in, SV("\xFE\xFF")))
		return &marked;
	if (name->way > WAY_LATIN)
		return name->way == WAY_JP ? japanese_8bit(in, defects) : name;
	if (name->way == WAY_GUESS && html) {
		page = page_name(in);
		/* A page that can be read so far is of no wide charset. */
		if (page && page->way != WAY_WIDE)
			return page;
	}
	return name;
}

/* A conversion was cut: no half a character at its end. */
static void trim_cut(struct sink *s)
{
	size_t from = s->n > 3 ? s->n - 3 : 0;

	while (from < s->n) {
		size_t len;

		if (utf8_decode(sv_of(s->p + from, s->n - from), &len) ==
			    UTF8_REPLACEMENT &&
		    len == 1 && (unsigned char)s->p[from] >= 0xC0) {
			s->n = from;
			return;
		}
		from += len;
	}
}

/* Convert by one of the ways; false: iconv does not know the name. */
static bool convert_all(struct recode_tools *t, sv in,
			const struct charset_name *name, struct recoded *r)
{
	struct sink *s = &t->made;
	iconv_t cd = (iconv_t)-1;
	const char *from = name->name;
	bool gave_up = false;
	size_t mark = 0;

	if (name->way == WAY_WIDE)
		from = wide_name(in, name->name, &mark);
	if (name->way == WAY_JP)
		from = "EUC-JP-MS";
	if (!from)
		return false;
	if (name->way != WAY_GUESS && name->way != WAY_UTF8 &&
	    name->way != WAY_LATIN && name->way != WAY_UTF7) {
		cd = descriptor(t, from);
		if (cd == (iconv_t)-1)
			return false;
	}
	r->charset = name->way == WAY_WIDE ? from : name->name;
	if (name->way == WAY_GUESS || name->way == WAY_UTF8) {
		r->defects |= mixed(s, in, 0);
	} else if (name->way == WAY_LATIN) {
		r->defects |= latin(s, in);
	} else if (name->way == WAY_UTF7) {
		r->defects |= shifted_utf7(s, in) ? RECODE_INVALID : 0;
	} else if (name->way >= WAY_JP) {
		r->defects |= shifted_decode(s, cd, name->way, in)
				      ? RECODE_INVALID
				      : 0;
	} else {
		r->defects |= by_iconv(s, cd, sv_drop(in, mark),
				       name->way == WAY_WIDE, &gave_up);
		for (size_t i = 0; mark && i < s->nv; i++)
			s->v[i].in += (uint32_t)mark;
	}
	r->single =
		(name->way == WAY_LATIN || name->way == WAY_SINGLE) && !gave_up;
	return true;
}

struct recoded recode(struct recode_tools *t, sv in, sv label, bool html)
{
	struct recoded r = {.text = in, .charset = "US-ASCII"};
	size_t ascii = recode_ascii(in);
	const struct charset_name *name =
		resolve(in, label, html, ascii, &r.defects);

	if (name == &utf8 || (ascii == in.n && name == &guessed)) {
		r.charset = name->name;
		return r;
	}
	if (!sink_begin(&t->made, in.n * 3 + CHARSET_STEP, RECODE_MAX)) {
		r.failed = true;
		return r;
	}
	sink_mark(&t->made, 0);
	if (!convert_all(t, in, name, &r)) {
		r.defects |= RECODE_UNKNOWN | mixed(&t->made, in, 0);
		name = &guessed;
	}
	if (name->way == WAY_GUESS) {
		/* That it is no UTF-8 is no mistake, then. */
		r.charset = "windows-1252";
		r.defects &= ~RECODE_INVALID;
		r.defects |= label.n ? RECODE_OTHER : 0;
	}
	if (t->made.cut) {
		r.defects |= RECODE_CUT;
		trim_cut(&t->made);
	}
	r.text = sv_of(t->made.p, t->made.n);
	r.anchors = t->made.v;
	r.n = t->made.nv;
	r.failed = t->made.failed;
	return r;
}

/* How many characters begin in s. */
static size_t characters(sv s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

size_t recode_origin(sv text, const struct charset_anchor *v, size_t n,
		     bool single, size_t in_n, size_t at)
{
	size_t k = sink_anchor(v, n, at), from = v[k].text, in = v[k].in;
	size_t end = k + 1 < n ? v[k + 1].in : in_n;
	size_t stop = k + 1 < n ? v[k + 1].text : text.n;

	if (single && stop - from != end - in)
		/* The character whose part is asked for began before. */
		in += characters(sv_slice(text, from, at + 1)) - 1;
	else
		in += at - from;
	return in < end ? in : end > v[k].in ? end - 1 : v[k].in;
}
