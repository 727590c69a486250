/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/frame.h"

#include "base/ascii.h"
#include "paste/words.h"

/* Words in front of a colon that are looked at. */
#define BEFORE_MAX 60

/* clang-format off */
static const sv verbs[] = {
	SV_INIT("get"), SV_INIT("gets"), SV_INIT("got"), SV_INIT("getting"),
	SV_INIT("receive"), SV_INIT("receives"), SV_INIT("received"),
	SV_INIT("receiving"), SV_INIT("return"), SV_INIT("returns"),
	SV_INIT("returned"), SV_INIT("returning"), SV_INIT("says"),
	SV_INIT("said"), SV_INIT("saying"), SV_INIT("states"),
	SV_INIT("with"), SV_INIT("see"), SV_INIT("seeing"), SV_INIT("shows"),
	SV_INIT("replied"), SV_INIT("responded"), SV_INIT("answered"),
	SV_INIT("bekomme"), SV_INIT("kommt"), SV_INIT("erhalte"),
	SV_INIT("meldet"), SV_INIT("lautet"), SV_INIT("mit"),
	SV_INIT("re\u00e7ois"), SV_INIT("renvoie"), SV_INIT("avec"),
};
static const sv errors[] = {
	SV_INIT("error"), SV_INIT("errors"), SV_INIT("code"),
	SV_INIT("message"), SV_INIT("ndr"), SV_INIT("bounce"),
	SV_INIT("fehler"), SV_INIT("fehlercode"), SV_INIT("fehlermeldung"),
	SV_INIT("meldung"), SV_INIT("erreur"), SV_INIT("fout"),
	SV_INIT("errore"), SV_INIT("erro"), SV_INIT("reason"),
	SV_INIT("reject"), SV_INIT("rejected"), SV_INIT("status"),
	SV_INIT("\u043e\u0448\u0438\u0431\u043a\u0430"),
	SV_INIT("\u9519\u8bef"), SV_INIT("\u62a5\u9519"),
	SV_INIT("\u932f\u8aa4"), SV_INIT("\u30a8\u30e9\u30fc"),
};
/* clang-format on */

static bool in_list(sv w, const sv *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_ieq(w, list[i]))
			return true;
	return false;
}

static sv trim_right(sv s)
{
	while (s.n && (is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == '*' ||
		       s.p[s.n - 1] == '_'))
		s.n--;
	return s;
}

static sv last_word(sv s)
{
	size_t n = s.n;

	while (n && !is_blank(s.p[n - 1]) && s.p[n - 1] != '(' &&
	       s.p[n - 1] != '"')
		n--;
	return sv_drop(s, n);
}

static enum frame colon_frame(sv before)
{
	if (before.n > BEFORE_MAX)
		before = sv_drop(before, before.n - BEFORE_MAX);
	if (words_count(before, WORDS_OTHER, 1))
		return FRAME_OTHER;
	/* "<a@example.org>: 550 ..." */
	if (sv_ends(before, SV(">:")) && sv_chr(before, '@') != SV_NPOS)
		return FRAME_COLON;
	return words_of_mail(before, 1) || sv_ihas(before, SV("error")) ||
			       sv_ihas(before, SV("smtp")) ||
			       sv_ihas(before, SV("reason")) ||
			       sv_ihas(before, SV("respon")) ||
			       sv_ihas(before, SV("repl")) ||
			       sv_ihas(before, SV("result")) ||
			       sv_ihas(before, SV("said")) ||
			       sv_ihas(before, SV("returned")) ||
			       sv_ihas(before, SV("code"))
		       ? FRAME_COLON
		       : FRAME_VERB;
}

/* "stat=550" is a record; "message = 550 ..." a setting. */
static bool ends_in_key(sv s)
{
	return s.n > 1 && s.p[s.n - 1] == '=' &&
	       (is_alnum(s.p[s.n - 2]) || s.p[s.n - 2] == '_');
}

/* Marks that announce what a server said. */
static bool ends_in_mark(sv s)
{
	static const sv marks[] = {
		SV_INIT(":"),	  SV_INIT("--"),    SV_INIT("=>"),
		SV_INIT("->"),	  SV_INIT("smtp;"), SV_INIT("\uff1a"),
		SV_INIT("(host"), SV_INIT("-"),	    SV_INIT("<")};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (sv_iends(s, marks[i]))
			return true;
	return false;
}

static enum frame frame_of(sv before)
{
	sv w;

	before = trim_right(before);
	if (!before.n)
		return FRAME_START;
	if (ends_in_key(before))
		return colon_frame(before) == FRAME_OTHER ? FRAME_OTHER
							  : FRAME_KEY;
	if (ends_in_mark(before))
		return colon_frame(before);
	w = last_word(before);
	if (in_list(w, errors, sizeof(errors) / sizeof(errors[0])))
		return words_count(before, WORDS_OTHER, 1) ? FRAME_OTHER
							   : FRAME_ERROR;
	if (in_list(w, verbs, sizeof(verbs) / sizeof(verbs[0])))
		return FRAME_VERB;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (is_high(errors[i].p[0]) && sv_ends(before, errors[i]))
			return FRAME_ERROR;
	return FRAME_NONE;
}

/* The quote or bracket that ends s, as one char; *len is its length. */
static char opener_of(sv s, size_t *len)
{
	static const struct {
		sv mark;
		char as;
	} marks[] = {
		{SV_INIT("\u201c"), 'q'}, {SV_INIT("\u201e"), 'q'},
		{SV_INIT("\u00ab"), 'g'}, {SV_INIT("\u2018"), 's'},
		{SV_INIT("\u300c"), 'j'}, {SV_INIT("\""), '"'},
		{SV_INIT("'"), '\''},	  {SV_INIT("`"), '`'},
		{SV_INIT("("), '('},	  {SV_INIT("["), '['},
		{SV_INIT("{"), '{'},	  {SV_INIT("<"), '<'},
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (sv_ends(s, marks[i].mark)) {
			*len = marks[i].mark.n;
			return marks[i].as;
		}
	*len = 0;
	return 0;
}

static sv closer_of(char opener)
{
	switch (opener) {
	case 'q':
		return SV("\u201d");
	case 'g':
		return SV("\u00bb");
	case 's':
		return SV("\u2019");
	case 'j':
		return SV("\u300d");
	case '`':
		return SV("`");
	case '[':
		return SV("]");
	case '{':
		return SV("}");
	case '<':
		return SV(">");
	default:
		return SV("");
	}
}

/* The end of a quote in ASCII: not escaped, and no apostrophe in a word. */
static size_t straight_end(sv s, size_t from, char q)
{
	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] == '\\') {
			i++;
			continue;
		}
		if (s.p[i] == q &&
		    (q == '"' || i + 1 == s.n || !is_alnum(s.p[i + 1])))
			return i;
	}
	return SV_NPOS;
}

static size_t paren_end(sv s, size_t from)
{
	unsigned depth = 0;

	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && !depth--)
			return i;
	}
	return SV_NPOS;
}

size_t quote_end(sv s, size_t from, char opener)
{
	size_t at, other;

	if (opener == '"' || opener == '\'')
		return straight_end(s, from, opener);
	if (opener == '(')
		return paren_end(s, from);
	if (opener == '<' || !closer_of(opener).n)
		return SV_NPOS;
	at = sv_find(sv_drop(s, from), closer_of(opener));
	if (opener == 'q') {
		/* German closes with the opening one, others with ". */
		other = sv_find(sv_drop(s, from), SV("\u201c"));
		at = other < at ? other : at;
		other = sv_chr(sv_drop(s, from), '"');
		at = other < at ? other : at;
	}
	return at == SV_NPOS ? SV_NPOS : from + at;
}

/*
 * Codes that servers use.  Left out are ports (443, 465, 587) and what only
 * other protocols say.
 */
static bool is_used(unsigned code)
{
	return (code >= 420 && code <= 459 && code != 443) || code == 471 ||
	       code == 472 || (code >= 500 && code <= 505) ||
	       (code >= 510 && code <= 559) ||
	       (code >= 570 && code <= 599 && code != 587);
}

/* "host:553:19" and addresses of IPv6. */
static bool is_between_colons(sv s, size_t i)
{
	return i > 1 && s.p[i - 1] == ':' && i + 3 < s.n &&
	       (s.p[i + 3] == ':' || s.p[i + 3] == ')' || s.p[i + 3] == ']' ||
		s.p[i + 3] == '/' || s.p[i + 3] == ',');
}

/* May a code begin at i?  "x550", "4.550", "#550" and "$550" are none. */
static bool is_boundary(sv s, size_t i)
{
	char c = i ? s.p[i - 1] : ' ';

	return is_blank(c) || is_high(c) || c == '"' || c == '\'' || c == '`' ||
	       c == '(' || c == '[' || c == '{' || c == ':' || c == '=' ||
	       c == '>' || c == '<' || c == ';' || c == '*' || c == '|';
}

/* The enhanced status at i, with "#", "(#" around it; i where there is none. */
static size_t take_status(sv s, size_t i, unsigned class, struct estatus *e)
{
	size_t k = i, n;
	struct estatus got;

	if (k < s.n && s.p[k] == '(')
		k++;
	if (k < s.n && s.p[k] == '#')
		k++;
	n = estatus_parse(sv_drop(s, k), &got);
	if (!n || got.class == 2 || (class && got.class != class))
		return i;
	*e = got;
	k += n;
	while (k < s.n && (s.p[k] == ')' || s.p[k] == ':'))
		k++;
	return k;
}

/* Fill in codes and where the text begins; false if no reply begins at i. */
static bool head_at(sv s, size_t i, struct head *h)
{
	size_t k;

	*h = (struct head){.at = i};
	if (reply_code(sv_drop(s, i), &h->code)) {
		if (!is_used(h->code) || is_between_colons(s, i))
			return false;
		k = i + 3;
		h->bracketed =
			k < s.n && (s.p[k] == ']' ||
				    (s.p[k] == ')' && i && s.p[i - 1] == '('));
		h->dash = k < s.n && s.p[k] == '-';
		if (k < s.n && (s.p[k] == '-' || s.p[k] == ':' || h->bracketed))
			k++;
		if (h->bracketed && k < s.n && s.p[k] == ':')
			k++;
		k += sv_blanks(sv_drop(s, k));
		k = take_status(s, k, h->code / 100u, &h->status);
	} else {
		k = take_status(s, i, 0, &h->status);
		if (k == i)
			return false;
	}
	h->text = k + sv_blanks(sv_drop(s, k));
	/* "<550-5.7.1@example.org>" */
	return k == s.n || s.p[k] != '@';
}

static void set_frame(sv s, sv lead, struct head *h)
{
	size_t len, before;
	sv front = sv_head(s, h->at);

	/* "diagnosticCode":"smtp; 550 ...": the quote holds more. */
	if (sv_iends(trim_right(front), SV("smtp;"))) {
		front.n = trim_right(front).n - 5;
		h->opener = opener_of(front, &len);
		h->frame = FRAME_COLON;
		return;
	}
	h->opener = opener_of(front, &len);
	before = h->at - len;
	if (h->bracketed)
		h->opener = 0;
	/* "b'550 ..." of Python, and "returned '<550 ...". */
	front = sv_head(s, before);
	if (h->opener && sv_ends(front, SV("'")))
		front.n--;
	h->frame = frame_of(front);
	if (h->frame == FRAME_START && trim_right(lead).n &&
	    ends_in_mark(trim_right(lead)) &&
	    colon_frame(trim_right(lead)) == FRAME_COLON)
		h->frame = FRAME_COLON;
}

bool names_error(sv s)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (is_high(errors[i].p[0]) && sv_starts(s, errors[i]))
			return true;
	return false;
}

bool head_next(sv s, size_t *pos, sv lead, struct head *out)
{
	for (size_t i = *pos; i < s.n; i++) {
		if ((!is_digit(s.p[i]) && s.p[i] != '#') || !is_boundary(s, i))
			continue;
		if (head_at(s, i, out)) {
			set_frame(s, lead, out);
			*pos = i + 3;
			return true;
		}
		/* Digits of a number that is no code. */
		while (i + 1 < s.n && is_digit(s.p[i + 1]))
			i++;
	}
	*pos = s.n;
	return false;
}
