/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/report.h"

#include "base/ascii.h"

static size_t name_length(sv s)
{
	size_t n = 0;

	while (n < s.n && n < 64 && (is_alnum(s.p[n]) || s.p[n] == '-' ||
	                             s.p[n] == '_'))
		n++;
	return n;
}

/* The value goes on over lines that begin with a blank. */
static sv folded(sv *rest, sv first)
{
	const char *end = first.p + first.n;

	while (rest->n && is_blank(rest->p[0])) {
		sv line = sv_line(rest), words = sv_trim(line);

		if (!words.n)
			break;
		end = words.p + words.n;
	}
	return sv_trim(sv_of(first.p, (size_t)(end - first.p)));
}

bool report_field(sv *rest, sv *name, sv *value, bool *blank)
{
	*blank = false;
	while (rest->n) {
		sv line = sv_line(rest);
		size_t n = name_length(line), colon = n;

		while (colon < line.n && is_blank(line.p[colon]))
			colon++;
		if (!sv_trim(line).n) {
			*blank = true;
			continue;
		}
		if (!n || colon >= line.n || line.p[colon] != ':')
			continue;
		*name = sv_head(line, n);
		*value = folded(rest, sv_drop(line, colon + 1));
		return true;
	}
	return false;
}

/* What stands between the first < and its >, or all. */
static sv unbracket(sv s)
{
	size_t open = sv_chr(s, '<'), close;

	if (open == SV_NPOS)
		return s;
	close = sv_chr(sv_drop(s, open), '>');
	return close == SV_NPOS ? sv_drop(s, open + 1)
	                        : sv_slice(s, open + 1, open + close);
}

sv report_address(sv value)
{
	size_t semi = sv_chr(value, ';'), at;

	/* A type has no '@'; a quoted local part may have a ';'. */
	if (semi != SV_NPOS && sv_chr(sv_head(value, semi), '@') == SV_NPOS)
		value = sv_drop(value, semi + 1);
	value = sv_trim(unbracket(sv_trim(value)));
	if (sv_istarts(value, SV("to:")))
		value = sv_trim(sv_drop(value, 3));
	/* "a@example.org (Name)" */
	at = sv_find(value, SV(" ("));
	if (at != SV_NPOS && sv_chr(sv_head(value, at), '@') != SV_NPOS)
		value = sv_trim(sv_head(value, at));
	while (value.n && (value.p[value.n - 1] == ';' ||
	                   value.p[value.n - 1] == ','))
		value.n--;
	return value;
}

static enum ev_action action_of(sv value)
{
	sv word = sv_word(&value);

	/* SendGrid's word for mail that it has given up. */
	if (sv_istarts(word, SV("expired")))
		return ACTION_FAILED;
	/* What Postfix answers to a question ("sendmail -bv"). */
	if (sv_istarts(word, SV("undeliverable")))
		return ACTION_FAILED;
	if (sv_istarts(word, SV("deliverable")))
		return ACTION_DELIVERED;
	for (unsigned i = 1; i < ACTION_N; i++)
		if (sv_istarts(word,
		               sv_str(ev_action_name((enum ev_action)i))))
			return (enum ev_action)i;
	return ACTION_NONE;
}

static bool is_ip(sv s)
{
	size_t dots = 0, colons = 0;

	for (size_t i = 0; i < s.n; i++) {
		dots += s.p[i] == '.';
		colons += s.p[i] == ':';
		if (!is_xdigit(s.p[i]) && s.p[i] != '.' && s.p[i] != ':')
			return false;
	}
	return dots == 3 || colons >= 2;
}

/* "dns; mx.example.net (192.0.2.1, ...)", "DNS;[192.0.2.1]" */
static void remote(sv value, sv *host, sv *ip)
{
	size_t semi = sv_chr(value, ';'), open;
	sv name, rest;

	rest = sv_trim(semi == SV_NPOS ? value : sv_drop(value, semi + 1));
	name = rest;
	name.n = 0;
	while (name.n < rest.n && !is_space(rest.p[name.n]) &&
	       rest.p[name.n] != '(' && rest.p[name.n] != '[')
		name.n++;
	open = name.n;
	while (open < rest.n && !is_xdigit(rest.p[open]) &&
	       rest.p[open] != ':')
		open++;
	rest = sv_drop(rest, open);
	for (open = 0; open < rest.n && (is_xdigit(rest.p[open]) ||
	                                 rest.p[open] == '.' ||
	                                 rest.p[open] == ':');)
		open++;
	rest = sv_head(rest, open);
	while (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (is_ip(name)) {
		*ip = name;
		return;
	}
	if (sv_chr(name, '.') != SV_NPOS && !host->n)
		*host = name;
	if (is_ip(rest) && !ip->n)
		*ip = rest;
}

static struct report_recipient *add(struct arena *a, struct report *r)
{
	struct report_recipient *v = arena_more(a, r->v, r->n, &r->cap,
	                                        sizeof(*v), REPORT_MAX);

	if (!v) {
		r->more = true;
		return NULL;
	}
	r->v = v;
	v[r->n] = (struct report_recipient){0};
	return &v[r->n++];
}

enum field {
	F_ORIGINAL, F_FINAL, F_ACTUAL, F_ACTION, F_STATUS, F_DIAGNOSTIC,
	F_REMOTE, F_MESSAGE, F_REPORTING, F_RECEIVED, F_ENVELOPE, F_SENDER,
	F_QUEUE, F_OTHER
};

/*
 * "X-Postfix-Queue-ID": Postfix puts its mail_name into the middle, and who
 * builds a service on it gives it another one.
 */
static enum field field_of_postfix(sv name)
{
	if (!sv_istarts(name, SV("X-")))
		return F_OTHER;
	if (sv_iends(name, SV("-Queue-ID")))
		return F_QUEUE;
	return sv_iends(name, SV("-Sender")) ? F_SENDER : F_OTHER;
}

static enum field field_of(sv name)
{
	static const struct {
		sv name;
		enum field field;
	} names[] = {
	    {SV_INIT("Original-Recipient"), F_ORIGINAL},
	    {SV_INIT("Final-Recipient"), F_FINAL},
	    {SV_INIT("X-Actual-Recipient"), F_ACTUAL},
	    {SV_INIT("Action"), F_ACTION},
	    {SV_INIT("Status"), F_STATUS},
	    {SV_INIT("Diagnostic-Code"), F_DIAGNOSTIC},
	    {SV_INIT("Remote-MTA"), F_REMOTE},
	    {SV_INIT("Reporting-MTA"), F_REPORTING},
	    {SV_INIT("Received-From-MTA"), F_RECEIVED},
	    {SV_INIT("Original-Envelope-Id"), F_ENVELOPE},
	    {SV_INIT("Arrival-Date"), F_MESSAGE},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_ieq(name, names[i].name))
			return names[i].field;
	return field_of_postfix(name);
}

/* Which fields the group that is being read has had. */
struct group {
	struct report_recipient *to;
	unsigned had; /* bits 1 << enum field */
	bool blank;   /* an empty line since its last field */
};

/*
 * A field that the group has already begins another group; so does, behind an
 * empty line, one that usually comes first.
 */
static bool begins(const struct group *g, enum field f)
{
	if (!g->to || g->had & 1u << f)
		return true;
	return g->blank && (f == F_FINAL || f == F_ORIGINAL) &&
	       g->had & (1u << F_FINAL | 1u << F_ORIGINAL) &&
	       g->had & (1u << F_ACTION | 1u << F_STATUS);
}

static void take(struct report_recipient *to, enum field f, sv value)
{
	switch (f) {
	case F_ORIGINAL:
		to->original = report_address(value);
		break;
	case F_ACTUAL:
		if (!to->final.n)
			to->final = report_address(value);
		break;
	case F_FINAL:
		to->final = report_address(value);
		break;
	case F_ACTION:
		to->action = action_of(value);
		to->expired = sv_istarts(value, SV("expired"));
		break;
	case F_STATUS:
		(void)estatus_parse(value, &to->status);
		break;
	case F_DIAGNOSTIC:
		to->diagnostic = value;
		break;
	default:
		remote(value, &to->host, &to->host_ip);
	}
}

static void take_message(struct report *r, enum field f, sv value)
{
	sv ip = SV("");

	switch (f) {
	case F_REPORTING:
		remote(value, &r->reporting_mta, &ip);
		break;
	case F_RECEIVED:
		remote(value, &r->received_from, &ip);
		break;
	case F_ENVELOPE:
		r->envelope_id = value;
		break;
	case F_SENDER:
		r->sender = report_address(value);
		break;
	case F_QUEUE:
		r->queue_id = value;
		break;
	default:
		break;
	}
}

bool report_read(struct arena *a, sv text, struct report *out)
{
	struct group g = {0};
	sv rest = text, name, value;
	bool blank;

	*out = (struct report){0};
	while (report_field(&rest, &name, &value, &blank)) {
		enum field f = field_of(name);

		g.blank |= blank;
		if (f >= F_MESSAGE) {
			take_message(out, f, value);
			continue;
		}
		if (begins(&g, f)) {
			g = (struct group){.to = add(a, out)};
			if (!g.to)
				return !arena_failed(a);
			g.to->at = (size_t)(name.p - text.p);
		}
		g.had |= 1u << f;
		g.blank = false;
		take(g.to, f, value);
	}
	return true;
}

/* "smtp;", "X-Postfix;": letters, digits and hyphens before a semicolon. */
static size_t type_length(sv s)
{
	size_t n = 0;

	while (n < s.n && n < 32 &&
	       (is_alnum(s.p[n]) || s.p[n] == '-' || s.p[n] == '_'))
		n++;
	while (n < s.n && is_blank(s.p[n]))
		n++;
	return n && n < s.n && s.p[n] == ';' && is_alpha(s.p[0]) ? n + 1 : 0;
}

bool report_is_local(sv diagnostic)
{
	return sv_istarts(diagnostic, SV("x-unix")) && type_length(diagnostic);
}

struct mtext report_reply(struct arena *a, sv diagnostic, sv text)
{
	sv s = sv_trim(sv_drop(diagnostic, type_length(diagnostic)));
	struct mtext t;

	mtext_init(&t, a, s.n + 1);
	while (s.n) {
		sv line = sv_trim(sv_line(&s));

		if (!line.n)
			continue;
		mtext_space(&t);
		mtext_add(&t, line, (size_t)(line.p - text.p));
	}
	return t;
}
