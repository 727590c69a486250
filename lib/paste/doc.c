/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ascii.h"
#include "paste/state.h"
#include "paste/words.h"

/* Counts from which on a text is taken for one of a kind. */
#define MANY_CODES 4
#define MANY_SETTINGS 3
#define MANY_STATEMENTS 4
#define MANY_HEADERS 3
#define MANY_EXPLANATIONS 2

/* Lines are looked at this far: what tells stands near the start. */
#define LOOK_MAX 400

struct counts {
	uint8_t seen[600];	      /* codes that begin lines */
	unsigned refusals, successes; /* different ones */
	unsigned lead;		      /* lines that begin with a refusal */
	bool daemon; /* a mail server wrote it */
	unsigned commands, settings, statements, headers, explains, others;
	unsigned baits, clean; /* of a worm's bounce */
	unsigned fields;       /* of a report in the form of RFC 3464 */
};

static void count_code(struct counts *c, sv s)
{
	uint16_t code;

	while (s.n && (is_blank(s.p[0]) || s.p[0] == '>' || s.p[0] == '|' ||
		       s.p[0] == '-' || s.p[0] == '*' || s.p[0] == '`'))
		s = sv_drop(s, 1);
	if (!reply_code(s, &code))
		return;
	c->lead += code >= 400;
	if (c->seen[code])
		return;
	c->seen[code] = 1;
	if (code >= 400)
		c->refusals++;
	else
		c->successes++;
}

static bool is_header(sv s)
{
	static const sv names[] = {
		SV_INIT("from:"),
		SV_INIT("to:"),
		SV_INIT("subject:"),
		SV_INIT("date:"),
		SV_INIT("received:"),
		SV_INIT("message-id:"),
		SV_INIT("mime-version:"),
		SV_INIT("return-path:"),
		SV_INIT("de:"),
		SV_INIT("para:"),
		SV_INIT("asunto:"),
		SV_INIT("fecha:"),
		SV_INIT("von:"),
		SV_INIT("an:"),
		SV_INIT("betreff:"),
		SV_INIT("datum:"),
		SV_INIT("x-spam-"),
		SV_INIT("dkim-signature:"),
		SV_INIT("authentication-results:"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_istarts(s, names[i]))
			return true;
	return false;
}

/* "name = value", "name: value" of YAML is too much like a header. */
static bool is_setting(sv s)
{
	size_t n = 0;

	s = sv_trim(s);
	while (n < s.n && (is_alnum(s.p[n]) || s.p[n] == '_'))
		n++;
	if (sv_istarts(s, SV("$origin")) || sv_has(s, SV(" IN SOA ")) ||
	    sv_has(s, SV(" IN TXT ")) || sv_has(s, SV(" IN MX ")))
		return true;
	if (!n || n > 40)
		return false;
	while (n < s.n && is_blank(s.p[n]))
		n++;
	return n < s.n && s.p[n] == '=' && (n + 1 == s.n || s.p[n + 1] == ' ');
}

static bool is_statement(sv s)
{
	static const sv begins[] = {
		SV_INIT("def "),      SV_INIT("class "),
		SV_INIT("import "),   SV_INIT("from enum"),
		SV_INIT("#include"),  SV_INIT("case "),
		SV_INIT("return "),   SV_INIT("expect("),
		SV_INIT("function "), SV_INIT("const "),
		SV_INIT("static "),   SV_INIT("if ("),
		SV_INIT("assert "),   SV_INIT("describe("),
		SV_INIT("it("),	      SV_INIT("switch "),
		SV_INIT("public "),   SV_INIT("private "),
	};

	s = sv_trim(s);
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (sv_starts(s, begins[i]))
			return true;
	return s.n > 2 && s.p[s.n - 1] == ';' && sv_has(s, SV("("));
}

static bool is_command(sv s)
{
	return sv_ihas(s, SV("ehlo ")) || sv_ihas(s, SV("mail from:")) ||
	       sv_ihas(s, SV("rcpt to:"));
}

static bool speaks_of_smtp(sv s)
{
	static const sv words[] = {
		SV_INIT("smtp"),
		SV_INIT("rcpt to"),
		SV_INIT("mail from"),
		SV_INIT("postfix"),
		SV_INIT("exim"),
		SV_INIT("sendmail"),
		SV_INIT("e-mail"),
		SV_INIT("email"),
		SV_INIT("mailer-"),
		SV_INIT("bounce"),
		SV_INIT("\u90ae\u4ef6"),
		SV_INIT("\u90ae\u7bb1"),
		SV_INIT("\u30e1\u30fc\u30eb"),
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t at = sv_ifind(s, words[i]);

		/* "nodemailer" may be the name of a package, no more. */
		if (at != SV_NPOS &&
		    !(at >= 3 && sv_istarts(sv_drop(s, at - 3),
					    SV("nodemailer"))))
			return true;
	}
	return false;
}

/* "550 5.1.1 ...": an enhanced status, or words that only mail servers say. */
static bool is_mail_reply(sv s)
{
	static const sv words[] = {
		SV_INIT("recipient"),	 SV_INIT("mailbox"),
		SV_INIT("sender"),	 SV_INIT("client host"),
		SV_INIT("blocked using"), SV_INIT("user unknown"),
		SV_INIT("unknown user"), SV_INIT("relay"),
		SV_INIT("is listed"),
	};
	struct estatus e;
	uint16_t code;
	sv rest;

	if (!reply_code(s, &code) || code < 400)
		return false;
	rest = sv_trim(sv_drop(s, 4));
	if (estatus_parse(rest, &e) && e.class == code / 100)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sv_ihas(rest, words[i]))
			return true;
	return false;
}

static bool tells_delivery(sv s)
{
	return sv_ihas(s, SV("queued as")) || sv_ihas(s, SV("status=sent")) ||
	       sv_ihas(s, SV("stat=sent")) || sv_has(s, SV(";250 2.")) ||
	       sv_ihas(s, SV("successfully delivered")) ||
	       sv_ihas(s, SV("action: delivered")) ||
	       sv_ihas(s, SV("wurde an folgende Empf\u00e4nger zugestellt"));
}

/* Whoever writes this has mail that came: nobody refused it. */
static bool tells_arrival(sv s)
{
	static const sv words[] = {
		SV_INIT("in spam"),
		SV_INIT("in the spam"),
		SV_INIT("spam folder"),
		SV_INIT("junk folder"),
		SV_INIT("spam-ordner"),
		SV_INIT("marked as spam"),
		SV_INIT("marking it as spam"),
		SV_INIT("delivered to the mailbox"),
		SV_INIT("get spam in"),
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t at = sv_ifind(s, words[i]);
		sv rest = at == SV_NPOS ? SV("x")
					: sv_drop(s, at + words[i].n);

		/* Not "in Spamhaus". */
		if (!rest.n || !is_alnum(rest.p[0]))
			return true;
	}
	return false;
}

/* "*-*-* Mail_Scanner: No Virus": no mail server vouches for its bounce. */
static bool vouches(sv s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == '*' || s.p[n] == '+' || s.p[n] == '=' ||
			   s.p[n] == '#' || s.p[n] == '-'))
		n++;
	return n >= 3 && n < s.n &&
	       (sv_ihas(s, SV("no virus")) || sv_ihas(s, SV("no_virus")) ||
		sv_ihas(s, SV("virus-free")) || sv_ihas(s, SV("virus free")));
}

/* An attachment that one is told to look into. */
static bool baits(sv s)
{
	return sv_ihas(s, SV("attached")) || sv_ihas(s, SV("attachment"));
}

static bool begins_with_any(sv s, const sv *begins, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_istarts(s, begins[i]))
			return true;
	return false;
}

/* Field of a report that somebody complains; other kinds are reports too. */
static bool tells_complaint(sv s)
{
	static const sv kinds[] = {SV_INIT("abuse"), SV_INIT("fraud"),
				   SV_INIT("virus"), SV_INIT("opt-out"),
				   SV_INIT("other")};
	static const sv field = SV_INIT("feedback-type:");

	return sv_istarts(s, field) &&
	       begins_with_any(sv_trim(sv_drop(s, field.n)), kinds,
			       sizeof(kinds) / sizeof(kinds[0]));
}

static bool tells_automatic(sv s)
{
	static const sv fields[] = {SV_INIT("auto-submitted: auto-replied"),
				    SV_INIT("x-autoreply:"),
				    SV_INIT("x-autorespond:"),
				    SV_INIT("precedence: auto_reply")};

	return begins_with_any(s, fields, sizeof(fields) / sizeof(fields[0]));
}

static void look_at(sv line, struct counts *c, struct doc *d)
{
	sv s = sv_head(line, LOOK_MAX), t = sv_trim(s);

	while (t.n && (t.p[0] == '>' || is_blank(t.p[0])))
		t = sv_drop(t, 1);
	/* The marks of Markdown around code are no lines of the text. */
	if (!t.n || (sv_starts(t, SV("```")) && t.n < 16))
		return;
	d->lines++;
	d->chars += line.n;
	count_code(c, t);
	c->headers += is_header(t);
	c->clean += vouches(t);
	c->baits += baits(t) && !vouches(t);
	c->fields += sv_istarts(t, SV("Diagnostic-Code:")) ||
		     sv_istarts(t, SV("Reporting-MTA:"));
	c->settings += is_setting(t);
	c->statements += is_statement(t);
	c->commands += is_command(t);
	c->explains += words_count(t, WORDS_ARTICLE, 2);
	c->others += words_count(t, WORDS_OTHER, 2);
	d->smtp = d->smtp || speaks_of_smtp(s) || is_mail_reply(t);
	d->arrived = d->arrived || tells_arrival(s);
	d->delivered = d->delivered || tells_delivery(s);
	c->daemon = c->daemon || sv_ihas(t, SV("mailer-daemon")) ||
		    sv_ihas(t, SV("postmaster@")) ||
		    sv_ihas(t, SV("multipart/report"));
	d->complaint = d->complaint || tells_complaint(t);
	d->automatic = d->automatic || tells_automatic(t);
	d->report = d->report || sv_has(t, SV("<policy_published>")) ||
		    sv_istarts(t, SV("feedback-type: auth-failure")) ||
		    sv_has(t, SV("\"failure-details\"")) ||
		    sv_has(t, SV("\"policy-string\""));
}

void doc_look(sv in, struct doc *out)
{
	sv rest = sv_head(in, DOC_MAX);
	struct counts c = {0};
	struct doc d = {0};

	while (rest.n)
		look_at(sv_line(&rest), &c, &d);
	d.headers = c.headers >= MANY_HEADERS;
	d.config = c.settings >= MANY_SETTINGS;
	d.source = c.statements >= MANY_STATEMENTS;
	d.article = c.explains >= MANY_EXPLANATIONS;
	d.other = c.others > 0;
	d.automatic = d.automatic && !c.daemon;
	d.forged = c.clean && c.baits && !c.fields;
	/* Replies and nothing else are no list that explains codes. */
	d.catalogue =
		(c.refusals >= MANY_CODES && d.lines - c.lead >= MANY_CODES) ||
		(c.refusals >= 2 && c.successes >= 2 && !c.commands);
	*out = d;
}
