/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log of an application, a record a line: logfmt (level=error err="550
 * no") and JSON ({"level":"error","error":"send mail: 550 no"}).  What a mail
 * server said stands in the value of some key.
 */
#include "base/ascii.h"
#include "paste/exception.h"

/* clang-format off */
static const sv levels[] = {
	SV_INIT("level=error"), SV_INIT("level=fatal"), SV_INIT("level=warn"),
	SV_INIT("level=panic"), SV_INIT("lvl=eror"), SV_INIT("level=\"error\""),
	SV_INIT("level=err "),
	SV_INIT("\"level\":\"error\""), SV_INIT("\"level\": \"error\""),
	SV_INIT("\"level\":\"warn"), SV_INIT("\"level\":\"fatal\""),
	SV_INIT("\"L\":\"ERROR\""), SV_INIT("\"levelname\": \"ERROR\""),
	SV_INIT("\"severity\":\"ERROR\""), SV_INIT("\"severity\":\"WARN\""),
	SV_INIT("\"severity\": \"ERROR\""), SV_INIT("\"lvl\":\"error\""),
};
/* In the order in which a reply is looked for. */
static const sv keys[] = {
	SV_INIT("err=\""), SV_INIT("error=\""), SV_INIT("\"err\":\""),
	SV_INIT("\"error\":\""), SV_INIT("\"error\": \""), SV_INIT("msg=\""),
	SV_INIT("\"msg\":\""), SV_INIT("\"message\":\""),
	SV_INIT("\"message\": \""), SV_INIT("\"error_message\":\""),
	SV_INIT("\"exception.message\":\""), SV_INIT("\"reason\":\""),
};
/* What sockets and TLS of the client say. */
static const sv words[] = {
	SV_INIT("dial tcp"), SV_INIT("read tcp"), SV_INIT("x509: "),
	SV_INIT("tls: "), SV_INIT("connect ECONNREFUSED"),
	SV_INIT("connect ETIMEDOUT"), SV_INIT("i/o timeout"),
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool tells_level(sv s)
{
	for (size_t i = 0; i < COUNT(levels); i++)
		if (sv_ihas(s, levels[i]))
			return true;
	return false;
}

/* A reply in the value that begins at from: its offset, or SV_NPOS. */
static size_t reply_in(sv s, size_t from)
{
	for (size_t i = from; i + 4 < s.n && s.p[i] != '"'; i++) {
		bool edge = i == from || s.p[i - 1] == ' ';

		if (edge && exc_code(sv_drop(s, i)) &&
		    (s.p[i + 3] == ' ' || s.p[i + 3] == '-') &&
		    (i == from || exc_status(sv_drop(s, i + 4)) ||
		     (i >= 2 && s.p[i - 2] == ':')))
			return i;
		if (edge && i > from && s.p[i - 2] != ':')
			continue;
		if (edge && exc_status(sv_drop(s, i)))
			return i;
	}
	return SV_NPOS;
}

static bool speaks_of_mail(sv s)
{
	return sv_ihas(s, SV("mail")) || sv_ihas(s, SV("smtp"));
}

/* The words of the client where no server spoke. */
static bool client_words(struct exc *x, sv s)
{
	for (size_t i = 0; speaks_of_mail(s) && i < COUNT(words); i++) {
		size_t at = sv_find(s, words[i]);

		if (at == SV_NPOS)
			continue;
		exc_text(x, 0, 1, 0);
		(void)exc_unescape(x, 0, at, s.n, '"');
		return true;
	}
	return false;
}

size_t exc_level(struct paste_ctx *ctx)
{
	struct exc x = {.ctx = ctx, .writer = SV("application")};
	sv s = exc_line(ctx, 0);

	if (!tells_level(s))
		return 0;
	for (size_t i = 0; i < COUNT(keys); i++) {
		size_t from = exc_behind(s, keys[i]), at;

		if (from == SV_NPOS)
			continue;
		at = reply_in(s, from);
		if (at == SV_NPOS || (!speaks_of_mail(s) &&
		                      !exc_status(sv_drop(s, at + 4))))
			continue;
		exc_text(&x, 0, 1, 0);
		(void)exc_unescape(&x, 0, at, s.n, '"');
		x.server = true;
		break;
	}
	if (!x.server && !client_words(&x, s))
		return 0;
	x.stage = exc_stage_of_words(s);
	exc_emit(&x, 0);
	return 1;
}
