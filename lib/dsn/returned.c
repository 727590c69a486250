/* SPDX-License-Identifier: BSD-2-Clause */
#include "dsn/returned.h"

#include "mail/address.h"
#include "mail/received.h"

/* RFC 5321 section 6.3: more of them are a loop. */
#define RECEIVED_MAX 100

static sv message_id(sv value)
{
	size_t open = sv_chr(value, '<'), close = sv_chr(value, '>');

	return open != SV_NPOS && close != SV_NPOS && open < close
	           ? sv_slice(value, open + 1, close)
	           : sv_trim(value);
}

bool returned_read(const struct mail *m, uint32_t part,
                   struct ev_returned *r)
{
	*r = (struct ev_returned){0};
	/* The mail stands in the part that follows. */
	if (part == MAIL_NONE || part + 1 >= m->parts[part].end)
		return false;
	r->size = m->parts[part].body.n;
	part++;
	r->from = address_spec(mail_get(m, part, "From"));
	r->to = address_spec(mail_get(m, part, "To"));
	if (sv_chr(r->to, '@') == SV_NPOS)
		r->to = SV("");
	r->sender = address_spec(mail_get(m, part, "Return-Path"));
	r->message_id = message_id(mail_get(m, part, "Message-ID"));
	r->dkim = mail_param(mail_get(m, part, "DKIM-Signature"), "d");
	return true;
}

/* Gmail reports as googlemail.com and takes mail as smtp.gmail.com, ... */
static bool is_google(sv host)
{
	return sv_ieq(host, SV("googlemail.com")) ||
	       sv_iends(host, SV(".google.com")) ||
	       sv_iends(host, SV(".gmail.com"));
}

static bool is_same(sv by, sv reporter)
{
	return by.n && (sv_ieq(by, reporter) ||
	                (is_google(reporter) && is_google(by)));
}

/* The host on which the bounce was written: its lowest field has no client. */
static sv born_at(const struct mail *m, uint32_t root)
{
	struct received r = {0};
	sv value;

	for (size_t i = 0; i < RECEIVED_MAX &&
	                   mail_nth(m, root, "Received", i, &value); i++)
		received_read(value, &r);
	return r.ip.n && !received_is_loopback(r.ip) ? SV("") : r.by;
}

static bool take_client(const struct received *r, struct ev_returned *out)
{
	out->client_helo = r->helo;
	out->client_host = r->host;
	out->client_ip = r->ip;
	out->client_by = r->by;
	return true;
}

/* Is the search over with this field? */
static bool look(const struct received *r, sv reporter,
                 struct ev_returned *out)
{
	bool same = is_same(r->by, reporter);
	bool client = r->ip.n && !received_is_loopback(r->ip);

	/*
	 * A client that calls itself like the host: another part of it, or a
	 * forger, who may have written all the fields below.
	 */
	if (same && client && sv_ieq(r->helo, r->by))
		return true;
	if (same && client)
		return take_client(r, out);
	/* A filter on the host itself gave it back. */
	if (same)
		return !r->ip.n && !is_google(reporter);
	/* Within the host: qmail's own programs, Gmail's addresses. */
	if (!client && (!r->by.n || sv_ieq(r->by, SV("localhost")) ||
	                received_is_loopback(r->ip)))
		return false;
	return true;
}

void returned_client(const struct mail *m, uint32_t root, uint32_t part,
                     sv reporter, struct ev_returned *out)
{
	struct received r;
	sv value;

	if (part == MAIL_NONE || part + 1 >= m->parts[part].end)
		return;
	if (reporter.n && reporter.p[reporter.n - 1] == '.')
		reporter.n--;
	if (!reporter.n)
		reporter = born_at(m, root);
	for (size_t i = 0; reporter.n && i < RECEIVED_MAX &&
	                   mail_nth(m, part + 1, "Received", i, &value); i++) {
		received_read(value, &r);
		if (look(&r, reporter, out))
			return;
	}
}
