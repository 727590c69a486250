/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unwrap.c - what a sending server writes around a remote host's reply
 *
 * Words of smtp_proto.c, smtp_connect.c and smtp_chat.c of Postfix 2.3-3.11.
 */
#include "base/ascii.h"
#include "logs/parts.h"

/* "... while CONTEXT": the stage at which a connection ended. */
static enum smtp_stage stage_of_context(sv s)
{
	static const struct {
		sv has;
		enum smtp_stage stage;
	} contexts[] = {
		{SV_INIT("initial server greeting"), STAGE_CONNECT},
		{SV_INIT("EHLO"), STAGE_HELO},
		{SV_INIT("HELO"), STAGE_HELO},
		{SV_INIT("LHLO"), STAGE_HELO},
		{SV_INIT("STARTTLS"), STAGE_STARTTLS},
		{SV_INIT("TLS handshake"), STAGE_STARTTLS},
		{SV_INIT("authentication"), STAGE_AUTH},
		{SV_INIT("AUTH"), STAGE_AUTH},
		{SV_INIT("MAIL FROM"), STAGE_MAIL},
		{SV_INIT("RCPT TO"), STAGE_RCPT},
		{SV_INIT("end of data"), STAGE_END_OF_DATA},
		{SV_INIT("message body"), STAGE_END_OF_DATA},
		{SV_INIT("DATA"), STAGE_DATA},
	};

	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (sv_has(s, contexts[i].has))
			return contexts[i].stage;
	return STAGE_UNKNOWN;
}

static void set_host(struct attempt *at, sv spec)
{
	sv host = SV(""), ip = SV(""), port = SV("");

	parts_host(spec, &host, &ip, &port);
	if (!host.n && !ip.n)
		return;
	at->host = host;
	at->host_ip = ip;
	if (port.n)
		at->port = port;
}

/* A host as Postfix names it is one word. */
static bool is_word(sv s)
{
	return s.n && s.n <= 320 && sv_chr(s, ' ') == SV_NPOS;
}

/* "host H[ip] said: " at the start; what it was about at the end. */
static bool said(const struct line *l, sv text, struct attempt *at)
{
	static const sv marks[] = {SV_INIT(" said: "),
				   SV_INIT(" refused to talk to me: ")};
	static const sv about = SV_INIT(" (in reply to ");
	sv rest = sv_drop(text, 5), spec = {0}, tail;
	size_t i;

	if (!sv_starts(text, SV("host ")))
		return false;
	for (i = 0; i < 2; i++) {
		spec = sv_head(rest, sv_find(rest, marks[i]));
		if (spec.n < rest.n && is_word(spec))
			break;
	}
	if (i == 2)
		return false;
	rest = sv_drop(rest, spec.n + marks[i].n);
	set_host(at, spec);
	if (i == 1)
		at->stage = STAGE_CONNECT;
	/* A socket of this machine: dovecot, Cyrus and the like. */
	if (parts_is_socket(spec))
		at->spoke = SPOKE_OWN_MTA;
	/* The reply may hold the same words; ours are the last. */
	i = parts_rfind(rest, about);
	if (i != SV_NPOS) {
		tail = sv_drop(rest, i + about.n);
		at->stage = smtp_stage_of_command(tail);
		rest = sv_head(rest, i);
	}
	at->text = line_part(l, sv_trim(rest));
	return true;
}

static const struct {
	sv begins; /* of the text */
	sv then;   /* what stands behind the host's name */
	enum smtp_stage stage;
} own_words[] = {
	{SV_INIT("connect to "), SV_INIT(": "), STAGE_CONNECT},
	{SV_INIT("lost connection with "), SV_INIT(" while "), STAGE_UNKNOWN},
	{SV_INIT("conversation with "), SV_INIT(" timed out while "),
	 STAGE_UNKNOWN},
	{SV_INIT("TLS is required, but was not offered by host "), SV_INIT(""),
	 STAGE_STARTTLS},
	{SV_INIT("Server certificate not "), SV_INIT(""), STAGE_STARTTLS},
	{SV_INIT("Cannot start TLS"), SV_INIT(""), STAGE_STARTTLS},
	{SV_INIT("SASL authentication failed; cannot authenticate to server "),
	 SV_INIT(": "), STAGE_AUTH},
	{SV_INIT("SSL_connect error to "), SV_INIT(": "), STAGE_STARTTLS},
	{SV_INIT("Protocol error: host "), SV_INIT(" "), STAGE_UNKNOWN},
};

static void own(const struct line *l, sv text, struct attempt *at)
{
	sv size;

	at->spoke = SPOKE_OWN_MTA;
	at->text = line_part(l, text);
	for (size_t i = 0; i < sizeof(own_words) / sizeof(own_words[0]); i++) {
		sv rest = sv_drop(text, own_words[i].begins.n), spec;

		if (!sv_starts(text, own_words[i].begins))
			continue;
		spec = sv_head(rest, own_words[i].then.n
					     ? sv_find(rest, own_words[i].then)
					     : SV_NPOS);
		if (is_word(spec) && sv_chr(spec, '[') != SV_NPOS)
			set_host(at, spec);
		at->stage = own_words[i].stage;
		if (at->stage == STAGE_UNKNOWN)
			at->stage = stage_of_context(sv_drop(rest, spec.n));
		return;
	}
	if (sv_starts(text, SV("message size ")) &&
	    parts_between(text, SV(" of server "), SV(" "), &size)) {
		set_host(at, size);
		at->stage = STAGE_MAIL;
	}
}

void parts_unwrap(const struct line *l, sv text, struct attempt *at)
{
	static const sv suspended = SV_INIT("delivery temporarily suspended: ");
	static const sv login = SV_INIT("SASL authentication failed; server ");
	sv rest;
	size_t i;

	text = sv_trim(text);
	if (sv_starts(text, suspended))
		text = sv_drop(text, suspended.n);
	if (said(l, text, at))
		return;
	rest = sv_drop(text, login.n);
	i = sv_find(rest, SV(" said: "));
	if (sv_starts(text, login) && i != SV_NPOS &&
	    is_word(sv_head(rest, i))) {
		set_host(at, sv_head(rest, i));
		at->stage = STAGE_AUTH;
		at->text = line_part(l, sv_trim(sv_drop(rest, i + 7)));
		return;
	}
	own(l, text, at);
}
