/* SPDX-License-Identifier: BSD-2-Clause */
/* Encoded words of RFC 2047: values may hide in them. */
#include "base/ascii.h"
#include "redact/redact.h"

/* RFC 2047 allows 75; some write more. */
#define ENCODED_MAX 300

/* charset?B? at the start: how long with the second "?", 0 for none. */
static size_t head_of(sv s)
{
	size_t n = 2;

	while (n < s.n && n < 40 && (is_alnum(s.p[n]) || s.p[n] == '-' ||
	                             s.p[n] == '_' || s.p[n] == '*'))
		n++;
	if (n == 2 || n + 3 > s.n || s.p[n] != '?' || s.p[n + 2] != '?')
		return 0;
	return sv_chr(SV("bBqQ"), s.p[n + 1]) == SV_NPOS ? 0 : n + 3;
}

size_t redact_encoded(sv s)
{
	size_t n;

	if (s.n < 8 || s.p[0] != '=' || s.p[1] != '?')
		return 0;
	n = head_of(s);
	if (!n)
		return 0;
	while (n + 1 < s.n && n < ENCODED_MAX && s.p[n] != '?' &&
	       !is_space(s.p[n]))
		n++;
	return n + 1 < s.n && s.p[n] == '?' && s.p[n + 1] == '=' ? n + 2 : 0;
}

static int value64(char c)
{
	if (is_upper(c))
		return c - 'A';
	if (is_lower(c))
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

void redact_decode64(sv s, struct buf *out)
{
	uint32_t bits = 0;
	size_t have = 0;

	for (size_t i = 0; i < s.n; i++) {
		int v = value64(s.p[i]);

		if (v < 0)
			continue;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_addc(out, (char)(bits >> have & 0xff));
	}
}

static size_t decode64(sv s, char *room)
{
	struct buf b;
	size_t n;

	buf_init(&b, REDACT_WORD_MAX);
	redact_decode64(s, &b);
	n = buf_sv(&b).n;
	if (n)
		memcpy(room, b.p, n);
	buf_fini(&b);
	return n;
}

static int hex(char c)
{
	return is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10;
}

static size_t decode_q(sv s, char *room)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i] == '_' ? ' ' : s.p[i];

		if (c == '=' && i + 2 < s.n && is_xdigit(s.p[i + 1]) &&
		    is_xdigit(s.p[i + 2])) {
			c = (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2]));
			i += 2;
		}
		room[n++] = c;
	}
	return n;
}

sv redact_decode(sv word, char *room)
{
	size_t n = head_of(word);
	bool b = to_lower(word.p[n - 2]) == 'b';
	sv text = sv_slice(word, n, word.n - 2);

	return sv_of(room, b ? decode64(text, room) : decode_q(text, room));
}

void redact_encode64(sv s, struct buf *out)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                          "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 |
			       (i + k < s.n ? (unsigned char)s.p[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			buf_addc(out, i + k > s.n
			                  ? '='
			                  : set[bits >> (18 - 6 * k) & 63]);
	}
}

void redact_encode(sv word, sv bytes, struct buf *out)
{
	size_t n = head_of(word);

	buf_add(out, sv_head(word, n));
	if (to_lower(word.p[n - 2]) == 'b')
		redact_encode64(bytes, out);
	else
		for (size_t i = 0; i < bytes.n; i++)
			if (bytes.p[i] == ' ')
				buf_addc(out, '_');
			else if (is_alnum(bytes.p[i]) || bytes.p[i] == '.' ||
			         bytes.p[i] == '-')
				buf_addc(out, bytes.p[i]);
			else
				buf_addf(out, "=%02X",
				         (unsigned char)bytes.p[i]);
	buf_adds(out, "?=");
}
