/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/stage.h"

#include "base/ascii.h"

/* So much of the words about one recipient is looked at. */
#define WORDS_MAX 1024
/* So often its name is looked for; the first may be in a list. */
#define NAMES_MAX 4
/* So much of a reply tells it from others: code and status. */
#define REPLY_HEAD 12

/* Words behind which a command stands, or that are a stage themselves. */
static const struct {
	sv words;
	enum smtp_stage stage;
} marks[] = {
    {SV_INIT("in reply to "), STAGE_UNKNOWN},
    {SV_INIT("server after pipelined "), STAGE_UNKNOWN},
    {SV_INIT("server after "), STAGE_UNKNOWN},
    {SV_INIT("mailer after "), STAGE_UNKNOWN},
    {SV_INIT("refused to talk to me"), STAGE_CONNECT},
    {SV_INIT("server in greeting"), STAGE_CONNECT},
};

/*
 * The line at the head of text and those that are indented below it, wrapped
 * anywhere, as one line.
 */
static sv flatten(sv text, char *out)
{
	size_t n = 0, indent = sv_blanks(text);

	for (bool first = true; text.n; first = false) {
		sv line = sv_line(&text);

		if (!sv_trim(line).n || (!first && sv_blanks(line) <= indent))
			break;
		line = sv_trim(line);
		for (size_t i = 0; i < line.n && n < WORDS_MAX - 1; i++)
			if (!is_space(line.p[i]))
				out[n++] = line.p[i];
			else if (n && out[n - 1] != ' ')
				out[n++] = ' ';
		if (n < WORDS_MAX)
			out[n++] = ' ';
	}
	return sv_of(out, n < WORDS_MAX ? n : WORDS_MAX);
}

static enum smtp_stage stage_marked(sv s)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t at = sv_ifind(s, marks[i].words);
		enum smtp_stage stage = marks[i].stage;

		if (at == SV_NPOS)
			continue;
		if (stage == STAGE_UNKNOWN)
			stage = smtp_stage_of_command(
			    sv_drop(s, at + marks[i].words.n));
		if (stage != STAGE_UNKNOWN)
			return stage;
	}
	return STAGE_UNKNOWN;
}

static enum smtp_stage stage_told(sv text, sv name)
{
	enum smtp_stage stage = STAGE_UNKNOWN;
	char flat[WORDS_MAX];
	size_t from = 0;

	for (size_t k = 0; k < NAMES_MAX && stage == STAGE_UNKNOWN; k++) {
		size_t at = sv_find(sv_drop(text, from), name), line;

		if (at == SV_NPOS)
			break;
		line = at += from;
		while (line && text.p[line - 1] != '\n')
			line--;
		stage = stage_marked(flatten(sv_drop(text, line), flat));
		from = at + name.n;
	}
	return stage;
}

bool stage_is_earlier(sv reply)
{
	return sv_starts(reply, SV("503")) ||
	       sv_ihas(reply, SV("no valid recipients"));
}

/* What was said last in a dialogue that is shown: ">>> DATA", "<<< 550". */
struct dialog {
	enum smtp_stage stage, found;
	bool ours; /* it may be about the recipient */
};

/* True when nothing more can change what was found. */
static bool dialog_line(struct dialog *d, sv line, sv name, sv reply)
{
	if (sv_istarts(line, SV("... while talking to "))) {
		d->stage = STAGE_CONNECT;
		d->ours = true;
		return d->found != STAGE_UNKNOWN;
	}
	if (sv_starts(line, SV(">>> "))) {
		line = sv_drop(line, 4);
		d->stage = smtp_stage_of_command(line);
		d->ours = d->stage != STAGE_RCPT ||
		          sv_ifind(line, name) != SV_NPOS;
		return d->found != STAGE_UNKNOWN;
	}
	if (!sv_starts(line, SV("<<< ")))
		return false;
	line = sv_drop(line, 4);
	if (d->found == STAGE_DATA && stage_is_earlier(line))
		d->found = STAGE_RCPT;
	else if (d->found == STAGE_UNKNOWN && d->ours &&
	         sv_starts(line, sv_head(reply, REPLY_HEAD)))
		d->found = d->stage;
	return d->found != STAGE_UNKNOWN && d->found != STAGE_DATA;
}

static enum smtp_stage stage_shown(sv text, sv name, sv reply)
{
	struct dialog d = {STAGE_UNKNOWN, STAGE_UNKNOWN, false};

	while (text.n && reply.n)
		if (dialog_line(&d, sv_trim(sv_line(&text)), name, reply))
			break;
	return d.found;
}

enum smtp_stage stage_in_words(sv text, sv name, sv reply)
{
	enum smtp_stage stage;

	if (!name.n)
		return STAGE_UNKNOWN;
	stage = stage_told(text, name);
	return stage != STAGE_UNKNOWN ? stage : stage_shown(text, name, reply);
}
