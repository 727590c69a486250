/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/tagscan.h"

#include "base/ascii.h"

bool tagscan_next(sv text, size_t *at, struct tag_piece *out)
{
	size_t from = *at, end, eq;
	sv piece;

	if (from >= text.n)
		return false;
	end = sv_chr(sv_drop(text, from), ';');
	end = end == SV_NPOS ? text.n : from + end;
	*at = end + 1;
	piece = sv_slice(text, from, end);
	if (end >= text.n && !sv_trim(piece).n)
		return false;
	*out = (struct tag_piece){0};
	eq = sv_chr(piece, '=');
	out->no_equals = eq == SV_NPOS;
	out->name = sv_trim(sv_head(piece, out->no_equals ? piece.n : eq));
	out->at = (size_t)(out->name.p - text.p);
	if (out->no_equals) {
		out->n = out->name.n;
		return true;
	}
	out->value = sv_trim(sv_drop(piece, eq + 1));
	out->value_at = (size_t)(out->value.p - text.p);
	out->n = out->value_at + out->value.n - out->at;
	return true;
}

bool tagscan_name(sv name)
{
	if (!name.n || !is_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!is_alnum(name.p[i]) && name.p[i] != '_')
			return false;
	return true;
}
