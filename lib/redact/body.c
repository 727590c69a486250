/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of MIME whose text is encoded: base64, and lines that go on. */
#include "base/ascii.h"
#include "redact/redact.h"

/* Encoders of quoted-printable fill a line before they break it. */
#define SOFT_COLUMN 60

static bool is_base64_line(sv line)
{
	while (line.n && line.p[line.n - 1] == '=')
		line.n--;
	for (size_t i = 0; i < line.n; i++)
		if (!is_alnum(line.p[i]) && line.p[i] != '+' &&
		    line.p[i] != '/')
			return false;
	return line.n > 0;
}

/* The lines of base64 at the start of s. */
static size_t base64_lines(sv s)
{
	sv rest = s, before = s;

	while (rest.n) {
		before = rest;
		if (!is_base64_line(sv_line(&rest)))
			return s.n - before.n;
	}
	return s.n;
}

bool redact_next_body(sv text, size_t *pos, size_t *end)
{
	sv rest = sv_drop(text, *pos);
	bool base64 = false, readable = false;

	while (rest.n) {
		sv line = sv_line(&rest);

		if (sv_istarts(line, SV("Content-Type:")))
			readable = sv_ihas(line, SV("text/")) ||
			           sv_ihas(line, SV("message/"));
		else if (sv_istarts(line, SV("Content-Transfer-Encoding:")))
			base64 = sv_ihas(line, SV("base64"));
		else if (sv_starts(line, SV("--")))
			base64 = readable = false;
		if (line.n)
			continue;
		*pos = text.n - rest.n;
		*end = *pos + base64_lines(rest);
		if (base64 && readable && *end > *pos)
			return true;
		base64 = readable = false;
	}
	return false;
}

void redact_write_body(sv was, sv text, struct buf *out)
{
	struct buf b;
	bool crlf = sv_has(sv_head(was, 1000), SV("\r\n"));
	sv rest;

	buf_init(&b, 2 * text.n + 8);
	redact_encode64(text, &b);
	rest = buf_sv(&b);
	while (rest.n) {
		buf_add(out, sv_head(rest, 76));
		buf_adds(out, crlf ? "\r\n" : "\n");
		rest = sv_drop(rest, 76);
	}
	if (buf_failed(&b))
		out->failed = true;
	buf_fini(&b);
}

static bool goes_on(char c)
{
	return is_alnum(c) || c == '@' || c == '.' || c == '-' || c == '_';
}

/* "=" and a line end at i, within a word: how long. */
static size_t soft_break(sv s, size_t i, size_t column)
{
	size_t n = i + 1;

	if (s.p[i] != '=' || column < SOFT_COLUMN || !goes_on(s.p[i - 1]))
		return 0;
	n += n < s.n && s.p[n] == '\r';
	if (n + 1 >= s.n || s.p[n] != '\n' || !goes_on(s.p[n + 1]))
		return 0;
	return n + 1 - i;
}

sv redact_join(sv text, struct buf *room)
{
	size_t done = 0, line = 0;

	if (!sv_ihas(text, SV("quoted-printable")))
		return text;
	for (size_t i = 0; i < text.n; i++) {
		size_t n = soft_break(text, i, i - line);

		if (text.p[i] == '\n')
			line = i + 1;
		if (!n)
			continue;
		buf_add(room, sv_slice(text, done, i));
		done = i + n;
		i = done - 1;
		line = done;
	}
	if (!done)
		return text;
	buf_add(room, sv_drop(text, done));
	return buf_sv(room);
}
