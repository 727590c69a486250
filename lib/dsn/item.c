/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/item.h"

#include "base/ascii.h"
#include "dsn/match.h"

bool item_read(sv s, sv *address, size_t *behind)
{
	size_t from = 0, n = 0, open;

	while (from < s.n && (s.p[from] == '"' || s.p[from] == '\'' ||
	                      s.p[from] == '*' || s.p[from] == '-' ||
	                      is_blank(s.p[from])))
		from++;
	n = match_address(sv_drop(s, from), address);
	if (!n || sv_chr(*address, '@') == SV_NPOS) {
		/* "Name (a@b)" or "Name <a@b>", nothing but a name before. */
		open = sv_chr(sv_head(s, 80), '(');
		if (open == SV_NPOS)
			open = sv_chr(sv_head(s, 80), '<');
		if (open == SV_NPOS || !open || is_digit(s.p[0]) ||
		    !is_blank(s.p[open - 1]) ||
		    sv_chr(sv_head(s, open), ':') != SV_NPOS)
			return false;
		from = s.p[open] == '(' ? open + 1 : open;
		n = match_address(sv_drop(s, from), address);
		if (!n || sv_chr(*address, '@') == SV_NPOS)
			return false;
		n += s.p[open] == '(' ? 1 : 0;
		*behind = from + n;
		return *behind >= s.n || (*behind == s.n - 1 &&
		                          s.p[*behind] == ':');
	}
	n += from;
	if (n < s.n && s.p[n] == '<') {
		size_t close = sv_chr(sv_drop(s, n), '>');

		n = close == SV_NPOS ? n : n + close + 1;
	}
	while (n < s.n && (s.p[n] == '"' || s.p[n] == '\''))
		n++;
	while (n < s.n && is_blank(s.p[n]))
		n++;
	if (sv_istarts(sv_drop(s, n), SV("(expanded from"))) {
		size_t close = sv_chr(sv_drop(s, n), ')');

		n = close == SV_NPOS ? s.n : n + close + 1;
	}
	if (n < s.n && s.p[n] != ':')
		return false;
	if (n < s.n)
		n++;
	while (n < s.n && is_blank(s.p[n]))
		n++;
	*behind = n;
	return true;
}

bool item_is_header(sv s)
{
	size_t n = 0;

	while (n < s.n && n < 60 && (is_alnum(s.p[n]) || s.p[n] == '-'))
		n++;
	return n > 1 && n < s.n && s.p[n] == ':' &&
	       (n + 1 == s.n || is_blank(s.p[n + 1]));
}
