/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qmail.c - lines of qmail-send, netqmail, notqmail
 *
 * "delivery 5: failure: text".  In the text every blank and control byte is
 * '_' and every line end '/', so an underscore that was one is lost, but for
 * addresses in <>.  The delivery's number joins it with "starting delivery 5:
 * msg 7 to remote a@b", which names the recipient.
 */
#include "base/ascii.h"
#include "logs/parts.h"

static const sv writer = SV_INIT("qmail");

static struct mtext unescaped(const struct line *l, sv s)
{
	struct mtext t = line_text(l, s.n);
	bool angle = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '<')
			angle = sv_chr(sv_head(sv_drop(s, i), 256), '@') !=
				SV_NPOS;
		else if (c == '>')
			angle = false;
		if (c == '_' && !angle)
			c = ' ';
		line_put(l, &t, c, s.p + i);
	}
	return t;
}

/* qmail-remote.c: what it says before the remote host's words. */
static const struct {
	sv words;
	enum smtp_stage stage;
} remote[] = {
	{SV_INIT("_does_not_like_recipient."), STAGE_RCPT},
	{SV_INIT("_failed_after_I_sent_the_message."), STAGE_END_OF_DATA},
	{SV_INIT("_failed_on_DATA_command."), STAGE_DATA},
	{SV_INIT("_but_sender_was_rejected."), STAGE_MAIL},
	{SV_INIT("_but_my_name_was_rejected."), STAGE_HELO},
	{SV_INIT("_but_greeting_failed."), STAGE_CONNECT},
	{SV_INIT("_but_unable_to_"), STAGE_UNKNOWN},
	{SV_INIT("_authentication"), STAGE_AUTH},
};

/* "192.0.2.1_does_not ..." or "Connected_to_192.0.2.1_but_...". */
static void set_host(sv s, struct attempt *at)
{
	static const sv connected = SV_INIT("Connected_to_");
	sv ip;

	if (sv_starts(s, SV("User_and_password_not_set,_continuing_without_"
			    "authentication.")))
		s = sv_drop(s, sv_chr(s, '/') == SV_NPOS ? s.n
							 : sv_chr(s, '/') + 1);
	if (sv_starts(s, connected))
		s = sv_drop(s, connected.n);
	ip = sv_head(s, sv_chr(s, '_'));
	if (parts_is_ip(ip))
		at->host_ip = ip;
}

/* "(#5.1.1)" at the end of what qmail says itself. */
static void own_status(sv s, struct attempt *at)
{
	size_t i = parts_rfind(s, SV("(#"));
	sv code;

	if (i == SV_NPOS)
		return;
	code = sv_drop(s, i + 2);
	parts_status(sv_head(code, sv_chr(code, ')')), &at->status);
}

static void set_text(const struct line *l, sv s, struct attempt *at)
{
	static const sv said = SV_INIT("Remote_host_said:_");
	static const sv giving_up = SV_INIT("/Giving_up_on_");
	size_t i = sv_find(s, said), end;

	set_host(s, at);
	for (size_t k = 0; k < sizeof(remote) / sizeof(remote[0]); k++)
		if (sv_has(sv_head(s, i), remote[k].words)) {
			at->stage = remote[k].stage;
			break;
		}
	if (i != SV_NPOS) {
		s = sv_drop(s, i + said.n);
		end = parts_rfind(s, giving_up);
		s = sv_head(s, end);
	} else {
		at->spoke = SPOKE_OWN_MTA;
		own_status(s, at);
		if (sv_has(s, SV("establish_an_SMTP_connection")))
			at->stage = STAGE_CONNECT;
	}
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	at->text = unescaped(l, s);
}

static const struct {
	sv word;
	enum log_kind kind;
	enum ev_action action;
} results[] = {
	{SV_INIT("success: "), LOG_SENT, ACTION_DELIVERED},
	{SV_INIT("failure: "), LOG_ATTEMPT, ACTION_FAILED},
	{SV_INIT("deferral: "), LOG_ATTEMPT, ACTION_DELAYED},
};

/* "N: " behind "delivery "; the number joins it with its start. */
static bool cut_number(sv *s, sv *number)
{
	size_t colon = sv_chr(sv_head(*s, 22), ':');
	uint32_t n;

	if (colon == SV_NPOS || !sv_u32(sv_head(*s, colon), UINT32_MAX, &n))
		return false;
	*number = sv_head(*s, colon);
	*s = sv_trim(sv_drop(*s, colon + 1));
	return true;
}

static size_t delivery(struct line *l, sv s)
{
	sv number;

	if (!cut_number(&s, &number))
		return 0;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		struct log_event *e;

		if (!sv_starts(s, results[i].word))
			continue;
		e = line_event(l, results[i].kind, writer);
		e->at.queue_id = number;
		e->at.direction = DIR_OUTBOUND;
		e->at.action = results[i].action;
		set_text(l, sv_drop(s, results[i].word.n), &e->at);
		if (e->kind == LOG_SENT)
			e->at.spoke = SPOKE_UNKNOWN;
		return 1;
	}
	return 0;
}

/* "starting delivery 5: msg 7 to remote a@example.net" */
static size_t starting(struct line *l, sv s)
{
	struct attempt *at;
	sv number;
	size_t i;

	if (!cut_number(&s, &number))
		return 0;
	i = sv_find(s, SV(" to remote "));
	if (i != SV_NPOS)
		i += 11;
	else if ((i = sv_find(s, SV(" to local "))) != SV_NPOS)
		i += 10;
	if (i == SV_NPOS)
		return 0;
	at = &line_event(l, LOG_ARRIVAL, writer)->at;
	at->queue_id = number;
	at->recipient = sv_trim(sv_drop(s, i));
	return 1;
}

static bool is_msg(sv s)
{
	static const sv words[] = {SV_INIT("new msg "), SV_INIT("end msg "),
				   SV_INIT("info msg "), SV_INIT("bounce msg "),
				   SV_INIT("status: local ")};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sv_starts(s, words[i]) && s.n > words[i].n &&
		    is_digit(s.p[words[i].n]))
			return true;
	return false;
}

size_t qmail_read(struct line *l)
{
	sv s = l->body;

	if (sv_starts(s, SV("delivery ")))
		return delivery(l, sv_drop(s, 9));
	if (sv_starts(s, SV("starting delivery ")))
		return starting(l, sv_drop(s, 18));
	if (!is_msg(s))
		return 0;
	(void)line_event(l, LOG_OTHER, writer);
	return 1;
}
