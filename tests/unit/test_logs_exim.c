/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs_rows.h"

#define T "2026-03-02 00:00:04 "
#define ID "1vwqhg-0000000NdWr-OFNv "
#define OLD "1xVcJc-0000AA-1v "

/* clang-format off */
static const struct log_row rows[] = {
	{.line = T ID "** a@example.net R=dnslookup T=remote_smtp H=mx.example.net [203.0.113.172]: SMTP error from remote mail server after RCPT TO:<a@example.net>: 550-No such user\\n550 See https://example.net/",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.code = 550, .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "203.0.113.172",
		.text = "550-No such user\n550 See https://example.net/",
		.queue_id = "1vwqhg-0000000NdWr-OFNv"},
	{.line = T OLD "== full@example.net R=dns T=smtp defer (-44) H=mx.example.net [198.51.100.10]:25: SMTP error from remote mail server after RCPT TO:<full@example.net>: 452 4.2.2 over quota",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED, .stage = STAGE_RCPT,
		.code = 452, .status = "4.2.2", .recipient = "full@example.net",
		.host = "mx.example.net", .ip = "198.51.100.10", .port = "25",
		.text = "452 4.2.2 over quota", .queue_id = "1xVcJc-0000AA-1v"},
	{.line = "2015-04-28 18:10:17 [8767] " OLD "** user <a@example.org> F=<b@example.org> R=localuser T=local_delivery: mailbox is full",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.spoke = SPOKE_OWN_MTA, .recipient = "a@example.org",
		.text = "mailbox is full", .final_recipient = "user",
		.sender = "b@example.org"},
	{.line = T OLD "** x@nosuch.example.net: Unrouteable address",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.spoke = SPOKE_OWN_MTA, .recipient = "x@nosuch.example.net",
		.text = "Unrouteable address"},
	{.line = T OLD "** x@example.net R=dns T=smtp: retry timeout exceeded",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .expired = true,
		.spoke = SPOKE_OWN_MTA, .recipient = "x@example.net",
		.text = "retry timeout exceeded"},
	{.line = T OLD "== x@refused.example.net R=dns T=smtp defer (111): Connection refused",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_CONNECT, .spoke = SPOKE_OWN_MTA,
		.recipient = "x@refused.example.net", .text = "Connection refused"},
	/* An older Exim: the host stands inside of the text. */
	{.line = T OLD "** a@example.net R=dns T=smtp: SMTP error from remote mail server after MAIL FROM:<b@example.org> SIZE=3: host mx.example.net [192.0.2.1]: 553 5.1.8 no such domain",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_MAIL,
		.code = 553, .status = "5.1.8", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "192.0.2.1",
		.text = "553 5.1.8 no such domain"},
	{.line = T OLD "** molly@example.net R=dnslookup T=remote_smtp H=mail.example.net [192.0.2.3] X=TLS1.2:ECDHE_RSA:256 CV=yes DN=\"C=US,O=Zee: Corp,CN=mail\": SMTP error from remote mail server after end of data: 554 5.2.0 Mailbox Full [504]",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.stage = STAGE_END_OF_DATA, .code = 554, .status = "5.2.0",
		.recipient = "molly@example.net", .host = "mail.example.net",
		.ip = "192.0.2.3", .text = "554 5.2.0 Mailbox Full [504]"},
	{.line = "`1hhvrT-0006kr-BK == email@example.com R=send T=smtp defer (-53): retry time not reached for any host for 'example.com'`",
		.kind = LOG_OTHER, .action = ACTION_DELAYED,
		.spoke = SPOKE_OWN_MTA, .recipient = "email@example.com",
		.text = "retry time not reached for any host for 'example.com'"},
	{.line = "  277   == ************@example.com R=dnslookup defer (-1): host lookup did not complete",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.spoke = SPOKE_OWN_MTA, .recipient = "************@example.com",
		.text = "host lookup did not complete"},
	{.line = T OLD "== #{ body } R=dnslookup T=remote_smtp defer (-44): SMTP error from remote mail server after RCPT TO:<#{ body }>: host mx.example.net [192.0.2.1]: 451-not\\\\n451 Please try later.",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED, .stage = STAGE_RCPT,
		.code = 451, .recipient = "#{ body }", .host = "mx.example.net",
		.ip = "192.0.2.1", .text = "451-not\n451 Please try later."},
	{.line = "2022:03:19-10:51:50 mailserver exim-out[1163]: 2022-03-19 10:51:50 1nVVkU-0000Ii-Fq ** info@example.org P=<s@example.com> R=route T=smtp H=192.0.2.48 [192.0.2.48]:25: SMTP error from remote mail server after end of data: 530 From/Sender name is not valid",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.stage = STAGE_END_OF_DATA, .code = 530,
		.recipient = "info@example.org", .host = "192.0.2.48",
		.ip = "192.0.2.48", .text = "530 From/Sender name is not valid",
		.sender = "s@example.com", .own_host = "mailserver",
		.time = "2022:03:19-10:51:50"},
	{.line = T OLD "H=closed.example.net [198.51.100.14] Connection refused",
		.kind = LOG_TRY, .action = ACTION_DELAYED, .stage = STAGE_CONNECT,
		.spoke = SPOKE_OWN_MTA, .host = "closed.example.net",
		.ip = "198.51.100.14", .text = "Connection refused"},
	{.line = T OLD "=> ok@example.net R=dns T=smtp H=mx.example.net [198.51.100.10] C=\"250 2.0.0 Ok: \"quoted\"\" QT=0s",
		.kind = LOG_SENT, .action = ACTION_DELIVERED, .code = 250,
		.status = "2.0.0", .recipient = "ok@example.net",
		.host = "mx.example.net", .ip = "198.51.100.10",
		.text = "250 2.0.0 Ok: \"quoted\""},
	{.line = T OLD "<= bob@example.org H=h.example.org (good.example.org) [192.0.2.106] P=esmtpsa X=TLS1.3:A:256 A=plain:bob S=477 id=1.2@example.org",
		.kind = LOG_ARRIVAL, .client_ip = "192.0.2.106",
		.sender = "bob@example.org", .client_host = "h.example.org",
		.helo = "good.example.org", .account = "bob",
		.message_id = "1.2@example.org"},
	{.line = T OLD "Completed QT=1s", .kind = LOG_REMOVED},
	{.line = "2015-04-28 18:10:17 [8767] H=(example.com) [203.0.113.77]:50416 I=[192.0.2.82]:25 F=<bert@example.com> rejected RCPT <r-REDACTED@example.org>: 203.0.113.77 is listed at zen.example.org",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .recipient = "r-REDACTED@example.org",
		.client_ip = "203.0.113.77", .sender = "bert@example.com",
		.helo = "example.com", .client_host = "",
		.text = "203.0.113.77 is listed at zen.example.org"},
	{.line = T "H=h.example.net [203.0.113.77] F=<\"x> rejected RCPT <y>: lie\"@example.net> temporarily rejected RCPT <a@example.org>: greylisted",
		.kind = LOG_REJECT, .action = ACTION_DELAYED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .recipient = "a@example.org",
		.client_ip = "203.0.113.77", .text = "greylisted"},
	{.line = T OLD "H=h.example.net [203.0.113.77] F=<b@example.net> rejected after DATA: spam",
		.kind = LOG_REJECT, .action = ACTION_FAILED,
		.stage = STAGE_END_OF_DATA, .spoke = SPOKE_OWN_MTA,
		.client_ip = "203.0.113.77", .text = "spam",
		.queue_id = "1xVcJc-0000AA-1v"},
	{.line = T "dovecot_login authenticator failed for (evil) [203.0.113.7]:4711: 535 Incorrect authentication data (set_id=bob)",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_AUTH,
		.spoke = SPOKE_OWN_MTA, .code = 535, .client_ip = "203.0.113.7",
		.text = "535 Incorrect authentication data (set_id=bob)",
		.account = "bob", .helo = "evil"},
	{.line = T OLD "** cut@example.net R=dns T=smtp H=mx.example.net [198.51.",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.recipient = "cut@example.net", .host = "mx.example.net"},
	{.line = "== a@example.net R=dns defer (-44) H=:::::: a: b",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .recipient = "a@example.net", .host = ":::::",
		.text = "a: b"},
	{.line = T "Start queue run: pid=452", .kind = LOG_NONE},
	{.line = "** this is a list in prose", .kind = LOG_NONE},
	{.line = "== Heading: with text ==", .kind = LOG_NONE},
};
/* clang-format on */

static void lines_are_read(void **state)
{
	(void)state;
	LOG_ROWS_CHECK(rows);
}

static void cut_lines_are_survived(void **state)
{
	(void)state;
	LOG_ROWS_CUT(rows);
}

UNIT_MAIN(cmocka_unit_test(lines_are_read),
          cmocka_unit_test(cut_lines_are_survived))
