/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs_rows.h"

#define T "Mar  2 00:00:02 mail postfix/smtp[123]: "
#define D "Mar  2 00:00:02 mail postfix/smtpd[9]: "

/* clang-format off */
static const struct log_row deliveries[] = {
	{.line = T "21A081855DA3: to=<a@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=0.8, delays=0.1/0/0.4/0.3, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 <a@example.com>: no such user (in reply to RCPT TO command))",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.code = 550, .status = "5.1.1", .recipient = "a@example.com",
		.host = "mx.example.com", .ip = "192.0.2.7",
		.text = "550 5.1.1 <a@example.com>: no such user",
		.queue_id = "21A081855DA3", .own_host = "mail", .port = "25",
		.instance = "postfix", .time = "Mar  2 00:00:02"},
	{.line = "2026-03-02T00:00:01.191317Z mx1 postfix-out2/relay/smtp[2]: 4fPJw13ThPz3lLcc: to=<a@example.com>, relay=mx.example.com[2001:db8::7]:25, conn_use=3, delay=1, delays=0/0/0/1, tls=dane, dsn=4.7.0, status=deferred (host mx.example.com[2001:db8::7] refused to talk to me: 421 4.7.0 busy (really))",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_CONNECT, .code = 421, .status = "4.7.0",
		.recipient = "a@example.com", .host = "mx.example.com",
		.ip = "2001:db8::7", .text = "421 4.7.0 busy (really)",
		.instance = "postfix-out2", .port = "25"},
	{.line = T "BB48359B: to=<a@example.net>, orig_to=<root>, relay=none, delay=151, delays=0.03/0.01/150/0, dsn=4.4.1, status=deferred (connect to mx10.example.net[192.0.2.51]:25: Connection timed out)",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_CONNECT, .spoke = SPOKE_OWN_MTA, .status = "4.4.1",
		.recipient = "root", .final_recipient = "a@example.net",
		.host = "mx10.example.net", .ip = "192.0.2.51", .port = "25",
		.text = "connect to mx10.example.net[192.0.2.51]:25: Connection timed out"},
	{.line = "to=<a@example.com>, relay=mx[192.0.2.26]:25, delay=332, dsn=4.7.28, status=deferred (host mx[192.0.2.26] said: 421-4.7.28 [xxx.59.88.xxx] rate 421 4.7.28 limited - gsmtp (in reply to end of DATA command))",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_END_OF_DATA, .code = 421, .status = "4.7.28",
		.recipient = "a@example.com", .host = "mx", .ip = "192.0.2.26",
		.text = "421-4.7.28 [xxx.59.88.xxx] rate 421 4.7.28 limited - gsmtp"},
	{.line = T "21A081855DA3: to=<a@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, dsn=5.0.0, status=bounced (host mx.example.com[192.0.2.7] said: 550-Requested action",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.0.0", .recipient = "a@example.com",
		.host = "mx.example.com", .ip = "192.0.2.7",
		.text = "550-Requested action"},
	{.line = T "4YmjlP6JTKz3VMh: to=<xxx@example.com>, relay=none, delay=1070, delays=1070/0/0.03/0, dsn=4.7.5, status=deferred (non DNSSEC destination)",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.spoke = SPOKE_OWN_MTA, .status = "4.7.5",
		.recipient = "xxx@example.com", .text = "non DNSSEC destination"},
	{.line = T "A1B2C3D4: to=<user@***>, relay=[redacted], delay=1, dsn=5.7.1, status=bounced (host [redacted] said: 554 5.7.1 blocked (in reply to MAIL FROM command))",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_MAIL,
		.code = 554, .status = "5.7.1", .recipient = "user@***",
		.text = "554 5.7.1 blocked"},
	{.line = T "A1B2C3D4: to=<a@example.net>, relay=none, delay=1, dsn=4.3.2, status=deferred (delivery temporarily suspended: host mx.example.net[192.0.2.9] said: 451 4.7.1 slow down (in reply to end of DATA command))",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_END_OF_DATA, .code = 451, .status = "4.3.2",
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "192.0.2.9", .text = "451 4.7.1 slow down"},
	{.line = "Mar  2 00:00:02 mail postfix/lmtp[1]: A1B2C3D4: to=<a@example.org>, relay=mail.example.org[private/dovecot-lmtp], delay=1, dsn=5.1.1, status=bounced (host mail.example.org[private/dovecot-lmtp] said: 550 5.1.1 <a@example.org> User doesn't exist: a@example.org (in reply to RCPT TO command))",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 550, .status = "5.1.1",
		.recipient = "a@example.org", .host = "mail.example.org",
		.text = "550 5.1.1 <a@example.org> User doesn't exist: a@example.org"},
	{.line = "Mar  2 00:00:02 mail postfix/local[1]: A1B2C3D4: to=<a@mail>, relay=local, delay=1, dsn=5.1.1, status=bounced (unknown user: \"a\")",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.spoke = SPOKE_OWN_MTA, .status = "5.1.1", .recipient = "a@mail",
		.text = "unknown user: \"a\""},
	{.line = T "A1B2C3D4: to=<a@example.com>, relay=mx[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1234)",
		.kind = LOG_SENT, .action = ACTION_DELIVERED, .code = 250,
		.status = "2.0.0", .recipient = "a@example.com", .host = "mx",
		.ip = "192.0.2.1", .text = "250 2.0.0 Ok: queued as 1234"},
	/* The sender of a mail chooses what stands in the address. */
	{.line = T "A1B2C3D4: to=<\"x>, dsn=2.0.0, status=sent (250 ok\"@example.net>, relay=mx[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx[192.0.2.1] said: 550 no (in reply to RCPT TO command) trick (in reply to DATA command))",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_DATA,
		.code = 550, .status = "5.1.1",
		.recipient = "\"x>, dsn=2.0.0, status=sent (250 ok\"@example.net",
		.host = "mx", .ip = "192.0.2.1",
		.text = "550 no (in reply to RCPT TO command) trick"},
	{.line = T "A1B2C3D4: to=<a@example.net>, relay=mx[192.0.2.1]:25, delay=1, dsn=4.4.2, status=deferred (lost connection with mx[192.0.2.1] while sending RCPT TO)",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_RCPT, .spoke = SPOKE_OWN_MTA, .status = "4.4.2",
		.recipient = "a@example.net", .host = "mx", .ip = "192.0.2.1",
		.text = "lost connection with mx[192.0.2.1] while sending RCPT TO"},
	{.line = T "A1B2C3D4: to=<a@example.net>, relay=smtp.example.org[192.0.2.1]:587, delay=1, dsn=4.7.8, status=deferred (SASL authentication failed; server smtp.example.org[192.0.2.1] said: 535 5.7.8 bad credentials)",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_AUTH, .code = 535, .status = "4.7.8",
		.recipient = "a@example.net", .host = "smtp.example.org",
		.ip = "192.0.2.1", .port = "587",
		.text = "535 5.7.8 bad credentials"},
};

static const struct log_row inbound[] = {
	{.line = D "NOQUEUE: reject: RCPT from unknown[203.0.113.46]: 450 4.7.25 Client host rejected: cannot find your hostname, [203.0.113.46]; from=<bert@example.net> to=<someone@example.org> proto=ESMTP helo=<example.net>",
		.kind = LOG_REJECT, .action = ACTION_DELAYED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 450, .status = "4.7.25",
		.recipient = "someone@example.org", .client_ip = "203.0.113.46",
		.text = "450 4.7.25 Client host rejected: cannot find your hostname, [203.0.113.46]",
		.sender = "bert@example.net", .helo = "example.net",
		.client_host = ""},
	{.line = D "NOQUEUE: reject: RCPT from h.example.net[2001:db8::5]: 554 5.7.1 Service unavailable; Client host [2001:db8::5] blocked using dnsbl.example.org; see https://example.org/?x=1; from=<> to=<a@example.org> proto=ESMTP helo=<x; from=<f> to=<g>>",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 554, .status = "5.7.1",
		.recipient = "a@example.org", .client_ip = "2001:db8::5",
		.text = "554 5.7.1 Service unavailable; Client host [2001:db8::5] blocked using dnsbl.example.org; see https://example.org/?x=1",
		.sender = "", .client_host = "h.example.net"},
	{.line = "Nov 23 mail postfix/cleanup[7]: E6464203: milter-reject: END-OF-MESSAGE from unknown[192.0.2.104]: 5.7.1 rejected by DMARC policy for example.org; from=<bob@example.org> to=<alice@example.org> proto=ESMTP helo=<good.example.org>",
		.kind = LOG_NONE},
	{.line = "Nov 23 22:15:17 mail postfix/cleanup[7]: E6464203: milter-reject: END-OF-MESSAGE from unknown[192.0.2.104]: 5.7.1 rejected by DMARC policy for example.org; from=<bob@example.org> to=<alice@example.org> proto=ESMTP helo=<good.example.org>",
		.kind = LOG_REJECT, .action = ACTION_FAILED,
		.stage = STAGE_END_OF_DATA, .spoke = SPOKE_OWN_MTA,
		.status = "5.7.1", .recipient = "alice@example.org",
		.client_ip = "192.0.2.104", .queue_id = "E6464203",
		.text = "5.7.1 rejected by DMARC policy for example.org"},
	{.line = "Nov 23 22:15:17 mail postfix/cleanup[7]: E6464203: reject: header Subject: cheap from me from h.example.net[192.0.2.4]; from=<b@example.net> to=<a@example.org> proto=ESMTP helo=<h>: 5.7.1 message content rejected",
		.kind = LOG_REJECT, .action = ACTION_FAILED,
		.stage = STAGE_END_OF_DATA, .spoke = SPOKE_OWN_MTA,
		.status = "5.7.1", .recipient = "a@example.org",
		.client_ip = "192.0.2.4", .helo = "h",
		.text = "5.7.1 message content rejected"},
	{.line = "Nov 23 22:15:17 mail postfix/postscreen[7]: NOQUEUE: reject: RCPT from [192.0.2.4]:54321: 550 5.7.1 Service unavailable; client [192.0.2.4] blocked using zen.example.org; from=<b@example.net>, to=<a@example.org>, proto=ESMTP, helo=<h>",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 550, .status = "5.7.1",
		.recipient = "a@example.org", .client_ip = "192.0.2.4",
		.helo = "h", .sender = "b@example.net",
		.text = "550 5.7.1 Service unavailable; client [192.0.2.4] blocked using zen.example.org"},
	{.line = "Mar  4 21:56:01 mail postfix/smtpd[4]: NOQUEUE: reject: RCPT from unknown[redacted]: 550 5.7.23 <me@example.org>: Recipient address rejected: SPF fail; r=<UNKNOWN>; from=<info@example.com> to=<me@example.org> proto=ESMTP helo=<example.org>",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 550, .status = "5.7.23",
		.recipient = "me@example.org", .sender = "info@example.com",
		.text = "550 5.7.23 <me@example.org>: Recipient address rejected: SPF fail; r=<UNKNOWN>"},
	{.line = D "warning: unknown[192.0.2.8]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=bob@example.org",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_AUTH,
		.spoke = SPOKE_OWN_MTA, .client_ip = "192.0.2.8",
		.account = "bob@example.org",
		.text = "SASL LOGIN authentication failed: UGFzc3dvcmQ6"},
	{.line = D "NOQUEUE: reject: VRFY from unknown[192.0.2.8]: 454 4.7.1 <a@example.com>: Relay access denied; to=<a@example.com> proto=SMTP helo=<me>",
		.kind = LOG_REJECT, .action = ACTION_DELAYED,
		.spoke = SPOKE_OWN_MTA, .code = 454, .status = "4.7.1",
		.recipient = "a@example.com", .client_ip = "192.0.2.8",
		.text = "454 4.7.1 <a@example.com>: Relay access denied",
		.helo = "me"},
	{.line = D "NOQUEUE: reject: RCPT from unknown[192.0.2",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA},
};

static const struct log_row others[] = {
	{.line = "postfix-mailcow_1    | Apr 14 19:44:46 mail postfix/smtp[819]: 7DCA065C0A75: host mx01.example.de[192.0.2.72] refused to talk to me: 554 IP=* - A problem occurred. (Ask your postmaster) (BL)",
		.kind = LOG_TRY, .action = ACTION_DELAYED, .stage = STAGE_CONNECT,
		.code = 554, .host = "mx01.example.de", .ip = "192.0.2.72",
		.text = "554 IP=* - A problem occurred. (Ask your postmaster) (BL)",
		.queue_id = "7DCA065C0A75"},
	{.line = T "76040A28A9: host mx2.example.org[192.0.2.15] said: 450 4.2.0 <a@example.org>: Greylisted (in reply to RCPT TO command)",
		.kind = LOG_TRY, .action = ACTION_DELAYED, .stage = STAGE_RCPT,
		.code = 450, .status = "4.2.0", .host = "mx2.example.org",
		.ip = "192.0.2.15", .text = "450 4.2.0 <a@example.org>: Greylisted"},
	{.line = T "connect to mx.example.com[2001:db8::1]:25: Network is unreachable",
		.kind = LOG_TRY, .action = ACTION_DELAYED, .stage = STAGE_CONNECT,
		.spoke = SPOKE_OWN_MTA, .host = "mx.example.com",
		.ip = "2001:db8::1", .port = "25",
		.text = "connect to mx.example.com[2001:db8::1]:25: Network is unreachable"},
	{.line = D "21A081855DA3: client=app6.example.org[192.0.2.52], sasl_method=PLAIN, sasl_username=sven@example.org",
		.kind = LOG_ARRIVAL, .client_ip = "192.0.2.52",
		.client_host = "app6.example.org", .account = "sven@example.org",
		.queue_id = "21A081855DA3"},
	{.line = "Mar  2 00:00:02 mail postfix/cleanup[2]: 21A081855DA3: message-id=<fd03.92@example.org>",
		.kind = LOG_ARRIVAL, .message_id = "fd03.92@example.org"},
	{.line = "Mar  2 00:00:02 mail postfix/pickup[2]: 21A081855DA3: uid=0 from=<root>",
		.kind = LOG_ARRIVAL, .sender = "root"},
	{.line = "Mar  2 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: from=<a@example.org>, size=28207, nrcpt=4 (queue active)",
		.kind = LOG_ARRIVAL, .sender = "a@example.org"},
	{.line = "Mar  2 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: from=<a@example.org>, status=expired, returned to sender",
		.kind = LOG_EXPIRED, .action = ACTION_FAILED, .expired = true,
		.spoke = SPOKE_OWN_MTA, .sender = "a@example.org"},
	{.line = "Mar  2 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .queue_id = "21A081855DA3"},
	{.line = T "warning: SASL authentication failure: No worthy mechs found",
		.kind = LOG_OTHER, .spoke = SPOKE_OWN_MTA,
		.text = "SASL authentication failure: No worthy mechs found"},
	{.line = D "warning: 8E68E1E9: queue file size limit exceeded",
		.kind = LOG_OTHER, .spoke = SPOKE_OWN_MTA,
		.text = "queue file size limit exceeded",
		.queue_id = "8E68E1E9"},
	{.line = T "Untrusted TLS connection established to mx[192.0.2.1]:25: TLSv1.3",
		.kind = LOG_OTHER},
	{.line = "Mar  2 00:00:02 mail dovecot: lmtp(a)<3><0c>: saved mail to INBOX",
		.kind = LOG_NONE},
	{.line = "Mar  2 00:00:02 mail opendkim[2]: 21A081855DA3: DKIM-Signature field added (s=s1, d=example.org)",
		.kind = LOG_NONE},
	{.line = "{ \"_HOSTNAME\": \"mail\", \"SYSLOG_IDENTIFIER\": \"postfix/smtp\", \"_PID\": \"7\", \"MESSAGE\": \"A1B2C3D4: host mx[192.0.2.1] said: 451 4.7.1 \\\"no\\\" (in reply to DATA command)\" }",
		.kind = LOG_TRY, .action = ACTION_DELAYED, .stage = STAGE_DATA,
		.code = 451, .status = "4.7.1", .host = "mx", .ip = "192.0.2.1",
		.text = "451 4.7.1 \"no\"", .own_host = "mail",
		.instance = "postfix"},
	{.line = "{\"log\":\"Mar  2 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: removed\\n\",\"stream\":\"stdout\",\"time\":\"2026-03-02T00:00:04Z\"}",
		.kind = LOG_REMOVED, .queue_id = "21A081855DA3",
		.time = "2026-03-02T00:00:04Z"},
	{.line = "2026-03-02T00:00:04.123456789Z stdout F Mar  2 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .queue_id = "21A081855DA3",
		.own_host = "mail"},
	{.line = "<22>Mar  2 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .own_host = "mail"},
	{.line = "<22>1 2026-03-02T00:00:04.1Z mail postfix/qmgr 2 - [x@1 y=\"z\"] 21A081855DA3: removed",
		.kind = LOG_REMOVED, .own_host = "mail",
		.queue_id = "21A081855DA3"},
	{.line = "Mon 2026-03-02 10:00:00 CEST mail postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .own_host = "mail"},
	{.line = "2026-03-02T10:00:00+0200 mail postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .own_host = "mail"},
	{.line = "Mar  2 00:00:02 mail mail.info postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .own_host = "mail"},
	{.line = "/var/log/mail.log:Mar  2 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .own_host = "mail"},
	{.line = "12:Mar 12 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .own_host = "mail"},
	{.line = "\"M\xc3\xa4r 02 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: removed\"",
		.kind = LOG_REMOVED, .own_host = "mail"},
	{.line = "11\xe6\x9c\x88 24 00:00:02 mail postfix/qmgr[2]: 21A081855DA3: removed",
		.kind = LOG_REMOVED, .own_host = "mail"},
	{.line = "550 5.7.1 relaying denied", .kind = LOG_NONE},
	{.line = "", .kind = LOG_NONE},
};
/* clang-format on */

static void deliveries_are_read(void **state)
{
	(void)state;
	LOG_ROWS_CHECK(deliveries);
}

static void inbound_is_read(void **state)
{
	(void)state;
	LOG_ROWS_CHECK(inbound);
}

static void others_are_read(void **state)
{
	(void)state;
	LOG_ROWS_CHECK(others);
}

static void cut_lines_are_survived(void **state)
{
	(void)state;
	LOG_ROWS_CUT(deliveries);
	LOG_ROWS_CUT(inbound);
	LOG_ROWS_CUT(others);
}

static void origins_point_at_the_line(void **state)
{
	struct arena *a = arena_new(1 << 20);
	sv line = SV(T "76040A28A9: host mx[192.0.2.15] said: 450 4.2.0 no");
	struct mtext in;
	struct log_event e;
	size_t off, len;

	(void)state;
	mtext_init(&in, a, line.n);
	mtext_add(&in, line, 1000);
	assert_int_equal(log_read(a, &in, &e, 1), 1);
	assert_true(mtext_origin(&e.at.text, 0, e.at.text.n, &off, &len));
	assert_int_equal(off, 1000 + line.n - 12);
	assert_int_equal(len, 12);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(deliveries_are_read),
	  cmocka_unit_test(inbound_is_read), cmocka_unit_test(others_are_read),
	  cmocka_unit_test(cut_lines_are_survived),
	  cmocka_unit_test(origins_point_at_the_line))
