/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp/reply.h"

#include "base/ascii.h"

/* Shorter than "503 x" is no reply. */
#define FOLLOWS_LEAST 5
/* What tells that a reply follows from another stands near its start. */
#define FOLLOWS_LOOK 100
/* A greeting is shorter than this. */
#define GREETING_LOOK 128

static const char *const stage_names[STAGE_N] = {
    [STAGE_UNKNOWN] = "unknown",   [STAGE_CONNECT] = "connect",
    [STAGE_HELO] = "helo",         [STAGE_STARTTLS] = "starttls",
    [STAGE_AUTH] = "auth",         [STAGE_MAIL] = "mail",
    [STAGE_RCPT] = "rcpt",         [STAGE_DATA] = "data",
    [STAGE_END_OF_DATA] = "end-of-data",
    [STAGE_DELIVERY] = "delivery",
};

const char *smtp_stage_name(enum smtp_stage stage)
{
	return stage < STAGE_N ? stage_names[stage] : "unknown";
}

bool smtp_stage_from(sv name, enum smtp_stage *out)
{
	for (unsigned i = 0; i < STAGE_N; i++)
		if (sv_ieq(name, sv_str(stage_names[i]))) {
			*out = (enum smtp_stage)i;
			return true;
		}
	return false;
}

/* clang-format off */
static const struct {
	sv begins;
	enum smtp_stage stage;
} commands[] = {
	{SV_INIT("end of data"), STAGE_END_OF_DATA},
	{SV_INIT("end of message"), STAGE_END_OF_DATA},
	{SV_INIT("end-of-data"), STAGE_END_OF_DATA},
	{SV_INIT("message body"), STAGE_END_OF_DATA},
	{SV_INIT("bdat"), STAGE_END_OF_DATA},
	{SV_INIT("."), STAGE_END_OF_DATA},
	{SV_INIT("data"), STAGE_DATA},
	{SV_INIT("rcpt"), STAGE_RCPT},
	{SV_INIT("mail"), STAGE_MAIL},
	{SV_INIT("send"), STAGE_MAIL},
	{SV_INIT("auth"), STAGE_AUTH},
	{SV_INIT("login"), STAGE_AUTH},
	{SV_INIT("starttls"), STAGE_STARTTLS},
	{SV_INIT("ehlo"), STAGE_HELO},
	{SV_INIT("helo"), STAGE_HELO},
	{SV_INIT("lhlo"), STAGE_HELO},
	{SV_INIT("initial connection"), STAGE_CONNECT},
	{SV_INIT("conn"), STAGE_CONNECT},
	{SV_INIT("greeting"), STAGE_CONNECT},
	{SV_INIT("banner"), STAGE_CONNECT},
};
/* clang-format on */

enum smtp_stage smtp_stage_of_command(sv command)
{
	command = sv_trim(command);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (sv_istarts(command, commands[i].begins))
			return commands[i].stage;
	return STAGE_UNKNOWN;
}

bool reply_code(sv s, uint16_t *out)
{
	if (s.n < 3 || s.p[0] < '2' || s.p[0] > '5' || !is_digit(s.p[1]) ||
	    !is_digit(s.p[2]) || (s.n > 3 && is_alnum(s.p[3])))
		return false;
	/* "203.0.113.7 is listed" begins with an address. */
	if (s.n > 4 && s.p[3] == '.' && is_digit(s.p[4]))
		return false;
	*out = (uint16_t)((s.p[0] - '0') * 100 + (s.p[1] - '0') * 10 +
	                  (s.p[2] - '0'));
	return true;
}

static size_t blanks(sv s)
{
	size_t n = 0;

	while (n < s.n && is_space(s.p[n]))
		n++;
	return n;
}

/* An enhanced code, also as "#5.7.1", "(5.7.1)" or "5.7.1:". */
static size_t status_at(sv s, struct estatus *e)
{
	size_t open = s.n && (s.p[0] == '#' || s.p[0] == '(') ? 1 : 0;
	size_t n;

	if (open && s.p[0] == '(' && s.n > 1 && s.p[1] == '#')
		open = 2;
	n = estatus_parse(sv_drop(s, open), e);
	if (!n)
		return 0;
	n += open;
	if (open && s.p[0] == '(' && n < s.n && s.p[n] == ')')
		n++;
	if (n < s.n && s.p[n] == ':')
		n++;
	return n;
}

/*
 * The length of the code (and status) that begins a line of this reply, or 0.
 * A status alone is one too in the lines that follow ("\n5.7.1 more text"),
 * as Google and Microsoft repeat it.
 */
static size_t line_head(sv s, struct reply *r, bool first)
{
	uint16_t code;
	struct estatus e;
	size_t n = 0, k;
	bool has_code = reply_code(s, &code);

	if (has_code && (first || code == r->code)) {
		r->code = code;
		r->more = s.n > 3 && s.p[3] == '-';
		n = s.n > 3 && (s.p[3] == '-' || s.p[3] == ':') ? 4 : 3;
		n += blanks(sv_drop(s, n));
	} else if (has_code) {
		return 0;
	}
	k = status_at(sv_drop(s, n), &e);
	if (k && (first || n || (estatus_is_set(r->status) &&
	                         e.class == r->status.class &&
	                         e.subject == r->status.subject &&
	                         e.detail == r->status.detail))) {
		if (first || !estatus_is_set(r->status))
			r->status = e;
		n += k;
	}
	return n;
}

/* Inside a joined reply only a code with '-' or a status is a repeated one. */
static bool repeats(sv s, size_t i, const struct reply *r)
{
	sv here = sv_drop(s, i);
	uint16_t code;
	struct estatus e;

	if (!reply_code(here, &code) || code != r->code || here.n < 4)
		return false;
	if (here.p[3] == '-' || s.p[i - 1] != ' ')
		return true;
	return here.p[3] == ' ' &&
	       (r->more || status_at(sv_drop(here, 4), &e));
}

/*
 * "220-mx.example.net 421 4.2.1 ...": a greeting that ends in a refusal.
 * Where that one begins, or 0.
 */
static size_t refused_at(sv s)
{
	uint16_t code;
	struct estatus e;

	for (size_t i = 1; i < s.n && i < GREETING_LOOK; i++) {
		sv here = sv_drop(s, i);

		if (s.p[i - 1] == ' ' && reply_code(here, &code) &&
		    here.n > 4 && here.p[3] == ' ' && code >= 400 &&
		    status_at(sv_drop(here, 4), &e) && e.class == code / 100u)
			return i;
	}
	return 0;
}

size_t reply_open(sv s, struct reply *r)
{
	size_t i = blanks(s), n = line_head(sv_drop(s, i), r, true), k;

	if (n && r->more && r->code < 400) {
		k = refused_at(sv_drop(s, i));
		if (k) {
			*r = (struct reply){0};
			i += k;
			n = line_head(sv_drop(s, i), r, true);
		}
	}
	return n ? i + n + blanks(sv_drop(s, i + n)) : 0;
}

size_t reply_repeat(sv s, size_t i, struct reply *r)
{
	/* The cheap test first: this is asked at each word of each reply. */
	if (!is_digit(s.p[i]) || !r->code)
		return 0;
	if (s.p[i - 1] == ' ' && !repeats(s, i, r))
		return 0;
	return line_head(sv_drop(s, i), r, false);
}

/* "said: 503 ..." quotes, "(503" and "-> 503" name: these are no next reply. */
static bool is_named(sv before)
{
	static const sv marks = SV_INIT(":;,=-+([{<>\"'`|/#");

	while (before.n && is_space(before.p[before.n - 1]))
		before.n--;
	return !before.n ||
	       sv_chr(marks, before.p[before.n - 1]) != SV_NPOS;
}

bool reply_follows(sv s, size_t i, const struct reply *r)
{
	sv rest = sv_drop(s, i);
	struct estatus e = {0};
	uint16_t code;

	if (r->code < 400 || rest.n < FOLLOWS_LEAST ||
	    !reply_code(rest, &code) || code == r->code ||
	    (code != 503 && code != 554 && code != 421))
		return false;
	rest = sv_drop(rest, 4);
	if (is_named(sv_head(s, i)))
		return false;
	if (code == 503)
		return true;
	rest = sv_head(rest, FOLLOWS_LOOK);
	if (code == 421)
		return sv_ihas(rest, SV("too many errors"));
	return estatus_parse(rest, &e) && e.class == 5 && e.subject == 5 &&
	       e.detail == 1 && sv_ihas(rest, SV("no valid recipients"));
}

void reply_parse(struct arena *a, const struct mtext *in, struct reply *out)
{
	struct reply r = {0};
	sv s = mtext_sv(in);
	size_t i = reply_open(s, &r), word;

	mtext_init(&r.text, a, s.n);
	while (i < s.n) {
		size_t skip = i && is_space(s.p[i - 1])
		                      ? reply_repeat(s, i, &r)
		                      : 0;

		if (skip || is_space(s.p[i])) {
			mtext_space(&r.text);
			i += skip ? skip : 1;
			continue;
		}
		for (word = i; i < s.n && !is_space(s.p[i]); i++)
			;
		mtext_join(&r.text, in, word, i);
	}
	if (r.text.n && r.text.p[r.text.n - 1] == ' ')
		r.text.n--;
	*out = r;
}
