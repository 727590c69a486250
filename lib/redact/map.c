/* SPDX-License-Identifier: BSD-2-Clause */
/* The pseudonym of a name or an id, made when it is first asked for. */
#include <stdio.h>

#include "base/ascii.h"
#include "redact/redact.h"

sv redact_lower(sv s, char *room)
{
	s = sv_head(s, REDACT_WORD_MAX);
	for (size_t i = 0; i < s.n; i++)
		room[i] = to_lower(s.p[i]);
	return sv_of(room, s.n);
}

sv redact_next_name(struct redactor *r, enum redact_kind kind,
                    const char *head, const char *tail)
{
	char room[64];

	for (;;) {
		size_t n = (size_t)snprintf(room, sizeof(room), "%s%u%s",
		                            head, ++r->made[kind], tail);

		if (!redact_taken(r, sv_of(room, n)))
			return arena_dup(r->a, sv_of(room, n));
	}
}

sv redact_to_local(struct redactor *r, sv text)
{
	static const char *const roles[] = {"postmaster", "abuse", "root",
	                                    "mailer-daemon", "unknown", NULL};
	char room[REDACT_WORD_MAX];
	struct redact_entry *e;
	sv key = redact_lower(text, room);

	for (size_t i = 0; roles[i]; i++)
		if (sv_eq(key, sv_str(roles[i])))
			return text;
	e = redact_entry(r, RK_LOCAL, key);
	if (!e)
		return SV("someone");
	if (!e->to.n)
		e->to = redact_next_name(r, RK_LOCAL, "user", "");
	return e->to;
}

bool redact_common_label(sv label)
{
	static const char *const common[] = {
	    "mail", "mx", "smtp", "www", "relay", "out", "in", "lists", "ns",
	    "imap", "pop", "web", "autodiscover", "ip", "static", "dyn", "dsl",
	    "dynamic", "dialup", "pool", "cpe", "ppp", "cable", "adsl", "rev",
	    "reverse", "_dmarc", "_domainkey", "_spf", "localhost", NULL};
	size_t n = label.n;

	while (n && (is_digit(label.p[n - 1]) || label.p[n - 1] == '-'))
		n--;
	if (label.n - n > 2)
		return false;
	for (size_t i = 0; common[i]; i++)
		if (sv_ieq(sv_head(label, n), sv_str(common[i])))
			return true;
	return false;
}

sv redact_to_label(struct redactor *r, sv text)
{
	char room[REDACT_WORD_MAX];
	struct redact_entry *e;
	sv key = redact_lower(text, room);

	if (redact_common_label(key))
		return text;
	e = redact_entry(r, RK_LABEL, key);
	if (!e)
		return SV("host");
	if (!e->to.n)
		e->to = redact_next_name(r, RK_LABEL, "host", "");
	return e->to;
}

/* The same shape: letters for letters, digits for digits. */
sv redact_to_token(struct redactor *r, sv text)
{
	struct redact_entry *e;
	char room[REDACT_WORD_MAX];
	size_t tries = 0;

	if (text.n > REDACT_WORD_MAX) {
		r->lost++;
		return SV("[redacted]");
	}
	e = redact_entry(r, RK_TOKEN, text);
	if (!e)
		return SV("[redacted]");
	if (e->to.n)
		return e->to;
	do {
		uint32_t k = ++r->made[RK_TOKEN];

		for (size_t i = text.n; i-- > 0;) {
			char c = text.p[i];
			uint32_t base = is_digit(c) ? 10 : is_alpha(c) ? 6 : 1;

			room[i] = is_digit(c)   ? (char)('0' + k % 10)
			          : is_lower(c) ? (char)('a' + k % 6)
			          : is_upper(c) ? (char)('A' + k % 6)
			                        : c;
			k /= base;
		}
	} while (redact_taken(r, sv_of(room, text.n)) && ++tries < 1000);
	return e->to = arena_dup(r->a, sv_of(room, text.n));
}
