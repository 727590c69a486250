/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/dialogue.h"

#include "base/ascii.h"

/* A time, a thread and a session id may stand before a mark. */
#define PREFIX_MAX 72

/* User names are addresses; longer ones are no user names. */
#define ACCOUNT_MAX 320

/* clang-format off */
static const struct {
	sv text;
	enum talk_who who;
	bool inbound;
} marks[] = {
	/* Longer ones first where one begins the other. */
	{SV_INIT("SERVER -> CLIENT:"), TALK_SERVER, false},
	{SV_INIT("CLIENT -> SERVER:"), TALK_CLIENT, false},
	{SV_INIT("SMTP -> FROM SERVER:"), TALK_SERVER, false},
	{SV_INIT("Received >>>"), TALK_SERVER, false},
	{SV_INIT("Sent <<<"), TALK_CLIENT, false},
	{SV_INIT("RESPONSE:"), TALK_SERVER, false},
	{SV_INIT("Response:"), TALK_SERVER, false},
	{SV_INIT("Received:"), TALK_SERVER, false},
	{SV_INIT("Server:"), TALK_SERVER, false},
	{SV_INIT("SERVER:"), TALK_SERVER, false},
	{SV_INIT("Client:"), TALK_CLIENT, false},
	{SV_INIT("CLIENT:"), TALK_CLIENT, false},
	{SV_INIT("Recv:"), TALK_SERVER, false},
	{SV_INIT("RECV:"), TALK_SERVER, false},
	{SV_INIT("Send:"), TALK_CLIENT, false},
	{SV_INIT("SEND:"), TALK_CLIENT, false},
	{SV_INIT("Sent:"), TALK_CLIENT, false},
	{SV_INIT("send:"), TALK_CLIENT, false},
	{SV_INIT("reply:"), TALK_SERVER, false},
	{SV_INIT("read:"), TALK_SERVER, false},
	{SV_INIT("write:"), TALK_CLIENT, false},
	{SV_INIT("Out:"), TALK_SERVER, true},
	{SV_INIT("In:"), TALK_CLIENT, true},
	{SV_INIT("<--"), TALK_SERVER, false},
	{SV_INIT("<<<"), TALK_SERVER, false},
	{SV_INIT("<<"), TALK_SERVER, false},
	{SV_INIT("<**"), TALK_SERVER, false},
	{SV_INIT("<~*"), TALK_SERVER, false},
	{SV_INIT("<~"), TALK_SERVER, false},
	{SV_INIT("<-"), TALK_SERVER, false},
	{SV_INIT("<="), TALK_SERVER, false},
	{SV_INIT("<"), TALK_SERVER, false},
	{SV_INIT("-->"), TALK_CLIENT, false},
	{SV_INIT(">>>"), TALK_CLIENT, false},
	{SV_INIT(">>"), TALK_CLIENT, false},
	{SV_INIT("->"), TALK_CLIENT, false},
	{SV_INIT("~>"), TALK_CLIENT, false},
	{SV_INIT("=>"), TALK_CLIENT, false},
	{SV_INIT(">"), TALK_CLIENT, false},
	{SV_INIT("S:"), TALK_SERVER, false},
	{SV_INIT("C:"), TALK_CLIENT, false},
	{SV_INIT("R:"), TALK_SERVER, false},
};
static const struct {
	sv text;
	enum talk_verb verb;
	bool whole; /* nothing follows */
} verbs[] = {
	{SV_INIT("ehlo "), VERB_HELO, false},
	{SV_INIT("helo "), VERB_HELO, false},
	{SV_INIT("lhlo "), VERB_HELO, false},
	{SV_INIT("ehlo"), VERB_HELO, true},
	{SV_INIT("helo"), VERB_HELO, true},
	{SV_INIT("mail from:"), VERB_MAIL, false},
	{SV_INIT("mail from "), VERB_MAIL, false},
	{SV_INIT("rcpt to:"), VERB_RCPT, false},
	{SV_INIT("rcpt to "), VERB_RCPT, false},
	{SV_INIT("data"), VERB_DATA, true},
	{SV_INIT("bdat "), VERB_BDAT, false},
	{SV_INIT("."), VERB_END, true},
	{SV_INIT("starttls"), VERB_STARTTLS, true},
	{SV_INIT("auth "), VERB_AUTH, false},
	{SV_INIT("quit"), VERB_QUIT, true},
	{SV_INIT("rset"), VERB_OTHER, true},
	{SV_INIT("noop"), VERB_OTHER, true},
	{SV_INIT("help"), VERB_OTHER, true},
	{SV_INIT("vrfy "), VERB_OTHER, false},
	{SV_INIT("expn "), VERB_OTHER, false},
	{SV_INIT("xclient "), VERB_OTHER, false},
};
/* Lines in which clients tell what they do. */
static const sv infos[] = {
	SV_INIT("=== "), SV_INIT("*** "), SV_INIT("DEBUG SMTP"),
	SV_INIT("DEBUG:"), SV_INIT("connect:"), SV_INIT("reply: retcode"),
	SV_INIT("data: ("), SV_INIT("Trying "), SV_INIT("Connected to "),
	SV_INIT("Escape character is"), SV_INIT("Connection: opening"),
	SV_INIT("Connection: opened"), SV_INIT("Connection: closed"),
	SV_INIT("SMTP INBOUND"), SV_INIT("SMTP ERROR:"),
	SV_INIT("SMTP Error:"), SV_INIT("Connection closed by foreign host"),
	SV_INIT("telnet "), SV_INIT("telnet: "), SV_INIT("openssl s_client"),
	SV_INIT("$ telnet"), SV_INIT("$ openssl"), SV_INIT("$ swaks"),
	SV_INIT("$ nc "), SV_INIT("nc "), SV_INIT("* Connected to "),
	SV_INIT("* Trying"), SV_INIT("---"),
};
/* clang-format on */

/* Quotes of Python and line ends written as escapes. */
static void peel(sv s, size_t *from, size_t *to)
{
	size_t f = *from, t = *to;
	char q;

	f += sv_blanks(sv_slice(s, f, t));
	if (f + 1 < t && s.p[f] == 'b' &&
	    (s.p[f + 1] == '\'' || s.p[f + 1] == '"'))
		f++;
	q = f < t ? s.p[f] : '\0';
	if ((q == '\'' || q == '"') && t > f + 1) {
		f++;
		if (s.p[t - 1] == q)
			t--;
	}
	while (t >= f + 2 && s.p[t - 2] == '\\' &&
	       (s.p[t - 1] == 'n' || s.p[t - 1] == 'r'))
		t -= 2;
	while (t > f && is_blank(s.p[t - 1]))
		t--;
	*from = f;
	*to = t;
}

static enum talk_verb verb_of(sv s)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (sv_istarts(s, verbs[i].text) &&
		    (!verbs[i].whole || s.n == verbs[i].text.n))
			return verbs[i].verb;
	return VERB_NONE;
}

/* "550 text", "550-text", "550": a reply. */
static bool reply_of(sv s, struct talk *t)
{
	uint16_t code;

	if (!reply_code(s, &code) ||
	    (s.n > 3 && s.p[3] != ' ' && s.p[3] != '-' && s.p[3] != '\t'))
		return false;
	t->code = code;
	t->more = s.n > 3 && s.p[3] == '-';
	return true;
}

/* Is what the mark announces there? */
static bool fits(sv s, enum talk_who who, size_t from, size_t to,
                 struct talk *t)
{
	sv said;

	peel(s, &from, &to);
	said = sv_slice(s, from, to);
	if (who == TALK_SERVER ? !reply_of(said, t)
	                       : (t->verb = verb_of(said)) == VERB_NONE)
		return false;
	t->who = who;
	t->marked = true;
	t->from = from;
	t->to = to;
	return true;
}

/* May a mark begin at i: at the start, or behind a time or an id? */
static bool is_edge(sv s, size_t i)
{
	if (!i)
		return true;
	return is_blank(s.p[i - 1]) || s.p[i - 1] == ']' ||
	       s.p[i - 1] == '|';
}

static bool marked(sv s, size_t from, size_t to, struct talk *t)
{
	size_t end = to < from + PREFIX_MAX ? to : from + PREFIX_MAX;

	for (size_t i = from; i < end; i++) {
		if (!is_edge(sv_drop(s, from), i - from) || is_alnum(s.p[i]) !=
		    is_alpha(s.p[i]))
			continue;
		for (size_t k = 0; k < sizeof(marks) / sizeof(marks[0]); k++) {
			sv rest = sv_slice(s, i, to);

			if (!sv_starts(rest, marks[k].text))
				continue;
			if (fits(s, marks[k].who, i + marks[k].text.n, to,
			         t)) {
				t->inbound = marks[k].inbound;
				return true;
			}
			break;
		}
	}
	return false;
}

/* A marked line of the client that is no command, as credentials are. */
static bool marked_text(sv s, size_t from, size_t to, struct talk *t)
{
	for (size_t k = 0; k < sizeof(marks) / sizeof(marks[0]); k++) {
		size_t f = from + marks[k].text.n, e = to;

		if (!sv_starts(sv_slice(s, from, to), marks[k].text))
			continue;
		if (marks[k].text.n < 2)
			return false;
		peel(s, &f, &e);
		t->who = marks[k].who == TALK_CLIENT ? TALK_CLIENT : TALK_INFO;
		t->marked = true;
		t->from = f < e ? f : e;
		t->to = e;
		/* Python sends content and its end in one piece. */
		if (sv_ends(sv_slice(s, f, e), SV("\\r\\n.")))
			t->verb = VERB_END;
		return true;
	}
	return false;
}

void talk_look(const struct pline *line, size_t from, size_t to,
               struct talk *out)
{
	sv s = mtext_sv(&line->text), said;

	*out = (struct talk){.from = from, .to = to};
	said = sv_slice(s, from, to);
	if (reply_of(said, out)) {
		out->who = TALK_SERVER;
		return;
	}
	out->verb = verb_of(said);
	if (out->verb != VERB_NONE) {
		out->who = TALK_CLIENT;
		return;
	}
	for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++)
		if (sv_starts(said, infos[i])) {
			out->who = TALK_INFO;
			return;
		}
	if (!marked(s, from, to, out))
		(void)marked_text(s, from, to, out);
}

sv talk_argument(enum talk_verb verb, sv command)
{
	size_t cut = sv_chr(command, verb == VERB_MAIL || verb == VERB_RCPT
	                                 ? ':' : ' ');
	sv s, word;

	if (cut == SV_NPOS)
		return SV("");
	s = sv_trim(sv_drop(command, cut + 1));
	if ((verb == VERB_MAIL || verb == VERB_RCPT) && s.n &&
	    s.p[0] == '<') {
		cut = sv_chr(s, '>');
		return sv_slice(s, 1, cut == SV_NPOS ? s.n : cut);
	}
	word = sv_word(&s);
	return word;
}

static int sextet(char c)
{
	if (is_upper(c))
		return c - 'A';
	if (is_lower(c))
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t decode(sv in, char *out, size_t max)
{
	unsigned acc = 0, bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < in.n && n < max; i++) {
		int v = sextet(in.p[i]);

		if (v < 0)
			return in.p[i] == '=' ? n : 0;
		acc = (acc << 6 | (unsigned)v) & 0xFFFFFF;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(acc >> bits & 0xFF);
		}
	}
	return n;
}

sv talk_account(struct arena *a, sv base64, bool plain)
{
	char buf[ACCOUNT_MAX];
	size_t n = decode(base64, buf, sizeof(buf)), end;
	sv s = sv_of(buf, n);

	/* authorization id NUL user NUL password (RFC 4616) */
	if (plain) {
		end = sv_chr(s, '\0');
		s = end == SV_NPOS ? SV("") : sv_drop(s, end + 1);
		end = sv_chr(s, '\0');
		s = end == SV_NPOS ? SV("") : sv_head(s, end);
	}
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20)
			return SV("");
	return s.n ? arena_dup(a, s) : s;
}
