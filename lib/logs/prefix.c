/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prefix.c - time, host and program tag in front of a log line
 *
 * RFC 3164, RFC 5424, RFC 3339, journalctl, docker and compose, Kubernetes,
 * TAI64N, and the dates that Exim and some panels write.  Several of them may
 * stand one behind the other: "web_1  | 2026-01-02T... Jan  2 ...".
 */
#include "base/ascii.h"
#include "logs/logs.h"

/* Wrappers that stand in front of each other; four were never seen. */
#define MAX_LAYERS 6

static bool all(sv s, bool (*is)(char))
{
	for (size_t i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return s.n > 0;
}

static size_t digits(sv s)
{
	size_t i = 0;

	while (i < s.n && is_digit(s.p[i]))
		i++;
	return i;
}

static sv word(sv s)
{
	size_t i = 0;

	while (i < s.n && !is_blank(s.p[i]))
		i++;
	return sv_head(s, i);
}

/*
 * Length of what fits the shape: 9 a digit, A a letter, _ a digit or blank,
 * anything else itself.
 */
static size_t shape(sv s, const char *want)
{
	size_t i = 0;

	for (; want[i]; i++) {
		char c, w = want[i];

		if (i >= s.n)
			return 0;
		c = s.p[i];
		if (w == '9'   ? !is_digit(c)
		    : w == 'A' ? !is_alpha(c)
		    : w == '_' ? !is_digit(c) && c != ' '
			       : c != w)
			return 0;
	}
	return i;
}

/*
 * The name of a month, in the words of the C locale or, as journalctl writes
 * it, of any other: what follows tells that it is one.
 */
static size_t month(sv s)
{
	size_t i = 0;
	bool letter = false;

	while (i < s.n && i < 16 &&
	       (is_alnum(s.p[i]) || is_high(s.p[i]) || s.p[i] == '.')) {
		letter |= is_alpha(s.p[i]) || is_high(s.p[i]);
		i++;
	}
	return letter ? i : 0;
}

static bool is_weekday(sv s)
{
	static const char days[] = "montuewedthufrisatsun";

	for (size_t i = 0; s.n >= 3 && i < sizeof(days) - 1; i += 3)
		if (sv_ieq(sv_head(s, 3), sv_of(days + i, 3)))
			return true;
	return false;
}

static size_t fraction(sv s)
{
	size_t n;

	if (!s.n || (s.p[0] != '.' && s.p[0] != ','))
		return 0;
	n = digits(sv_drop(s, 1));
	return n ? n + 1 : 0;
}

/* "Z", "+02:00", "+0200" or " +0200" behind a time. */
static size_t zone(sv s)
{
	static const char *const zones[] = {"+99:99", "-99:99", "+9999",
					    "-9999"};
	size_t skip = s.n && s.p[0] == ' ', n;

	if (s.n && s.p[0] == 'Z')
		return 1;
	for (size_t i = 0; i < 4; i++) {
		n = shape(sv_drop(s, skip), zones[i]);
		if (n)
			return skip + n;
	}
	/* journalctl -o with-unit: "10:00:00 CEST host ..." */
	if (skip && (sv_starts(s, SV(" UTC ")) || sv_starts(s, SV(" CET ")) ||
		     sv_starts(s, SV(" CEST ")) || sv_starts(s, SV(" GMT "))))
		return word(sv_drop(s, 1)).n + 1;
	return 0;
}

/* "Mar  2 00:00:02", with or without a year. */
static size_t bsd_time(sv s)
{
	static const char *const shapes[] = {" _9 99:99:99", " 9 99:99:99",
					     " _9 9999 99:99:99"};
	size_t at = month(s);

	for (size_t i = 0; at && i < 3; i++) {
		size_t n = shape(sv_drop(s, at), shapes[i]);

		if (n)
			return at + n + fraction(sv_drop(s, at + n));
	}
	return 0;
}

static size_t iso_time(sv s)
{
	static const char *const shapes[] = {
		"9999-99-99T99:99:99", "9999-99-99 99:99:99",
		"9999:99:99-99:99:99", "9999/99/99 99:99:99",
		"99-AAA-9999 99:99:99"};

	for (size_t i = 0; i < 5; i++) {
		size_t n = shape(s, shapes[i]);

		if (!n)
			continue;
		n += fraction(sv_drop(s, n));
		return n + zone(sv_drop(s, n));
	}
	return 0;
}

/* "@40000000419f13a504926324", or seconds since 1970 as splogger writes. */
static size_t machine_time(sv s)
{
	size_t n;

	if (s.n > 25 && s.p[0] == '@' && all(sv_slice(s, 1, 25), is_xdigit) &&
	    is_blank(s.p[25]))
		return 25;
	n = digits(s);
	if (n >= 9 && n <= 12 && fraction(sv_drop(s, n)) > 3)
		return n + fraction(sv_drop(s, n));
	return 0;
}

static size_t time_at(sv s)
{
	size_t day = 0, n, open = 0;

	if (!s.n)
		return 0;
	if (s.p[0] == '[' || s.p[0] == '(')
		open = 1;
	s = sv_drop(s, open);
	if (is_weekday(s) && s.n > 4 && s.p[3] == ' ')
		day = 4;
	n = bsd_time(sv_drop(s, day));
	if (!n)
		n = iso_time(sv_drop(s, day));
	if (!n && !day)
		n = machine_time(s);
	return n ? n + day + open : 0;
}

/* "<22>", and the version of RFC 5424 behind it. */
static size_t priority(sv s, bool *rfc5424)
{
	size_t n;

	if (s.n < 3 || s.p[0] != '<')
		return 0;
	n = digits(sv_drop(s, 1));
	if (!n || n > 3 || n + 1 >= s.n || s.p[n + 1] != '>')
		return 0;
	n += 2;
	if (shape(sv_drop(s, n), "1 9999-")) {
		*rfc5424 = true;
		n += 2;
	}
	return n;
}

static bool is_name(char c)
{
	return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '/';
}

/* "web_1  | " of compose, "stdout F " of Kubernetes. */
static size_t container(sv s)
{
	size_t n = 0, gap;

	if (shape(s, "stdout F ") || shape(s, "stderr F ") ||
	    shape(s, "stdout P ") || shape(s, "stderr P "))
		return 9;
	while (n < s.n && n < 128 && is_name(s.p[n]))
		n++;
	gap = sv_blanks(sv_drop(s, n));
	if (!n || n + gap >= s.n || s.p[n + gap] != '|')
		return 0;
	n += gap + 1;
	return n + sv_blanks(sv_drop(s, n));
}

/* "mail.log.1:" or "12:" of grep in front of a time. */
static size_t file_name(sv s)
{
	size_t n = 0;

	while (n < s.n && n < 128 && is_name(s.p[n]))
		n++;
	if (!n || n >= s.n || s.p[n] != ':' || !time_at(sv_drop(s, n + 1)))
		return 0;
	return n + 1;
}

/*
 * Length of "postfix/smtp[123]: " or "exim: " with its colon, 0 if there is
 * none.  Without a process number it must not look like a queue id.
 */
static size_t tag_at(sv s, sv *name)
{
	size_t n = 0, end;
	bool lower = false, pid = false;

	while (n < s.n && n < 96 && is_name(s.p[n])) {
		lower |= s.p[n] == '/' || is_lower(s.p[n]);
		n++;
	}
	if (!n)
		return 0;
	end = n;
	if (end < s.n && s.p[end] == '[') {
		size_t close = sv_chr(sv_head(sv_drop(s, end), 24), ']');

		if (close == SV_NPOS)
			return 0;
		end += close + 1;
		pid = true;
	}
	if (end >= s.n || s.p[end] != ':' ||
	    (end + 1 < s.n && !is_blank(s.p[end + 1])))
		return 0;
	if (!pid && !lower)
		return 0;
	*name = sv_head(s, n);
	return end + 1;
}

static bool is_program(sv tag)
{
	static const char *const names[] = {"postfix", "exim",	"sendmail",
					    "sm-mta",  "smtpd", "qmail",
					    "smail",   "send",	"opensmtpd"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_starts(tag, sv_str(names[i])))
			return true;
	return sv_chr(tag, '/') != SV_NPOS;
}

/* Mixed case and digits without a number of a process: sendmail's ids. */
static bool is_mixed_id(sv s)
{
	bool digit = false, upper = false;

	for (size_t i = 0; i < s.n; i++) {
		digit |= is_digit(s.p[i]);
		upper |= is_upper(s.p[i]);
	}
	return s.n >= 10 && digit && upper;
}

/* Host and tag behind a time; how far they reach. */
static size_t host_and_tag(sv s, struct log_prefix *out)
{
	sv host = word(s), rest, tag;
	size_t at, n;

	n = tag_at(s, &tag);
	if (n && (s.p[tag.n] == '[' || is_program(tag))) {
		out->tag = tag;
		return n;
	}
	if (!host.n || host.p[host.n - 1] == ':' ||
	    sv_chr(host, '=') != SV_NPOS || sv_chr(host, '<') != SV_NPOS)
		return 0;
	at = host.n + sv_blanks(sv_drop(s, host.n));
	rest = sv_drop(s, at);
	n = tag_at(rest, &tag);
	if (!n) {
		/* busybox: "host mail.info postfix/smtp[1]: " */
		sv level = word(rest);
		size_t skip = level.n + sv_blanks(sv_drop(rest, level.n));

		if (sv_chr(level, '.') == SV_NPOS || level.n > 16)
			return 0;
		n = tag_at(sv_drop(rest, skip), &tag);
		if (!n || !is_program(tag))
			return 0;
		n += skip;
	} else if (rest.p[tag.n] != '[' && is_mixed_id(tag)) {
		/* The tag was cut out, the queue id stayed. */
		out->host = host;
		return at;
	}
	out->host = host;
	out->tag = tag;
	return at + n;
}

/* "1 time host app procid msgid sd text" behind its time. */
static size_t rfc5424(sv s, struct log_prefix *out)
{
	size_t at = 0;

	for (unsigned i = 0; i < 5; i++) {
		sv w;

		at += sv_blanks(sv_drop(s, at));
		w = word(sv_drop(s, at));
		if (i == 4 && w.n && w.p[0] == '[')
			w = sv_head(sv_drop(s, at),
				    sv_find(sv_drop(s, at), SV("] ")) + 1);
		if (i == 0)
			out->host = w;
		if (i == 1)
			out->tag = w;
		at += w.n;
	}
	return at;
}

/* "[ID 197553 mail.info] " of Solaris, "[123] " of Exim: not told apart. */
static size_t bracketed(sv s)
{
	size_t close;

	if (!s.n || s.p[0] != '[')
		return 0;
	close = sv_chr(sv_head(s, 40), ']');
	if (close == SV_NPOS)
		return 0;
	if (!sv_starts(s, SV("[ID ")) && !all(sv_slice(s, 1, close), is_digit))
		return 0;
	return close + 1;
}

static size_t after_time(sv s, bool modern, struct log_prefix *out)
{
	size_t at = 0;

	if (s.n && (s.p[0] == ']' || s.p[0] == ')' || s.p[0] == ':'))
		at = 1;
	at += sv_blanks(sv_drop(s, at));
	if (modern)
		at += rfc5424(sv_drop(s, at), out);
	else
		at += container(sv_drop(s, at));
	if (!out->tag.n)
		at += host_and_tag(sv_drop(s, at), out);
	return at;
}

static size_t wrapper(sv s, bool *modern)
{
	size_t n = priority(s, modern);

	if (!n)
		n = container(s);
	if (!n)
		n = file_name(s);
	return n ? n : bracketed(s);
}

/* A tag without a time before it: "postfix/smtp[123]: ". */
static size_t bare_tag(sv s, struct log_prefix *out)
{
	sv tag;
	size_t n = tag_at(s, &tag);

	if (!n || (s.p[tag.n] != '[' && !is_program(tag)))
		return 0;
	out->tag = tag;
	return n;
}

void log_prefix(sv line, struct log_prefix *out)
{
	size_t at = 0;
	bool modern = false;

	*out = (struct log_prefix){0};
	for (unsigned i = 0; i < MAX_LAYERS; i++) {
		sv s = sv_drop(line, at);
		size_t skip = sv_blanks(s), n;

		s = sv_drop(s, skip);
		/* Marks that people put around a pasted line. */
		if (s.n && (s.p[0] == '`' || s.p[0] == '|' || s.p[0] == '"')) {
			at += skip + 1;
			out->end = at;
			continue;
		}
		n = time_at(s);
		if (n) {
			if (!out->time.n)
				out->time = sv_head(s, n);
			n += after_time(sv_drop(s, n), modern, out);
		} else {
			n = wrapper(s, &modern);
			if (!n && !out->tag.n)
				n = bare_tag(s, out);
		}
		if (!n)
			break;
		at += skip + n;
		out->end = at;
	}
	out->end += sv_blanks(sv_drop(line, out->end));
}
