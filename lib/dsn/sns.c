/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/sns.h"

/* So far into the text its kind is told. */
#define LOOK_MAX 8192

static bool is_between(char c)
{
	return c == '\\' || c == '"' || c == ':' || c == ' ' || c == '\n' ||
	       c == '\r';
}

/* The value behind a key, up to its quote, escaped or not. */
static sv value_of(sv s, sv key)
{
	size_t at = sv_find(s, key), n = 0;

	if (at == SV_NPOS)
		return SV("");
	s = sv_drop(s, at + key.n);
	while (s.n && is_between(s.p[0]))
		s = sv_drop(s, 1);
	while (n < s.n && s.p[n] != '"' && s.p[n] != '\\')
		n++;
	return sv_head(s, n);
}

bool sns_begins(sv text, sv *type)
{
	text = sv_trim(sv_head(text, LOOK_MAX));
	if (!sv_starts(text, SV("{")))
		return false;
	*type = value_of(text, SV("notificationType"));
	if (!type->n)
		*type = value_of(text, SV("eventType\\\""));
	return type->n > 0;
}

bool sns_recipient(sv *rest, struct sns_recipient *out)
{
	const sv key = SV("emailAddress");
	size_t at = sv_find(*rest, key), end;
	sv one;

	if (at == SV_NPOS)
		return false;
	one = sv_drop(*rest, at);
	end = sv_chr(one, '}');
	*rest = sv_drop(one, end == SV_NPOS ? one.n : end);
	one = sv_head(one, end);
	out->address = value_of(one, key);
	out->action = value_of(one, SV("action"));
	out->status = value_of(one, SV("status"));
	out->diagnostic = value_of(one, SV("diagnosticCode"));
	return true;
}
