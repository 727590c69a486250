/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs_rows.h"

#define S "b5e1b10c4111ab92 "
#define T "Mar  2 00:00:02 mail smtpd[71]: "

/* clang-format off */
static const struct log_row rows[] = {
	{.line = T S "mta delivery evpid=470c547b1f4525cc from=<b@example.org> to=<a@example.net> rcpt=<-> source=\"192.0.2.27\" relay=\"198.51.100.10 (mx.example.net)\" delay=1s result=\"PermFail\" stat=\"550 5.7.26 <a@example.net>: \"unauthenticated\" mail\"",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.7.26", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "198.51.100.10",
		.text = "550 5.7.26 <a@example.net>: \"unauthenticated\" mail",
		.sender = "b@example.org", .queue_id = "470c547b1f4525cc",
		.own_host = "mail"},
	{.line = S "mta delivery evpid=7dea97f3ed77e484 from=<b@example.org> to=<a@example.net> rcpt=<-> source=\"192.0.2.27\" relay=\"198.51.100.10 (198.51.100.10)\" delay=1s result=\"PermFail\" stat=\"550-5.7.26 one.5.7.26 two.5.7.26 three\"",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.7.26", .recipient = "a@example.net",
		.ip = "198.51.100.10",
		.text = "550-5.7.26 one. 5.7.26 two. 5.7.26 three"},
	{.line = "0000000000000000 mta delivery evpid=125562c99004acdd from=<b@example.org> to=<x@example.net> rcpt=<-> source=\"-\" relay=\"nullmx.example.net\" delay=0s result=\"TempFail\" stat=\"No MX found for domain\"",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.spoke = SPOKE_OWN_MTA, .recipient = "x@example.net",
		.host = "nullmx.example.net", .text = "No MX found for domain"},
	{.line = "relay: Expire for 64ce460c184cc9e2: from=<b@example.org>, to=<full@example.net>, rcpt=<->, delay=8s, stat=Envelope expired",
		.kind = LOG_EXPIRED, .action = ACTION_FAILED, .expired = true,
		.spoke = SPOKE_OWN_MTA, .recipient = "full@example.net",
		.text = "Envelope expired", .queue_id = "64ce460c184cc9e2"},
	{.line = "relay: PermFail for 6430369adcce4408: session=7818378a988ca63b, from=<anna@example.com>, to=<anna@example.org>, rcpt=<->, source=192.0.2.1, relay=192.0.2.2 (mx.example.org), delay=0s, stat=550 Invalid recipient, sorry",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.recipient = "anna@example.org", .host = "mx.example.org",
		.ip = "192.0.2.2", .text = "550 Invalid recipient, sorry",
		.sender = "anna@example.com", .queue_id = "6430369adcce4408"},
	{.line = "Apr 25 12:48:01 lx2 transfer[4603]: relay: TempFail for 66251a4092099e2d: from=tXXX@example.com, to=XX@example.org, relay=192.0.2.114 (mx1.example.org), delay=12s, stat=451 Temporary failure, please try again later.",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED, .code = 451,
		.recipient = "XX@example.org", .host = "mx1.example.org",
		.ip = "192.0.2.114", .sender = "tXXX@example.com",
		.text = "451 Temporary failure, please try again later."},
	{.line = S "mda delivery evpid=2218d3234e64343e from=<b@example.org> to=<alice@example.org> rcpt=<root@example.org> user=alice delay=0s result=Ok stat=Delivered",
		.kind = LOG_SENT, .action = ACTION_DELIVERED,
		.recipient = "root@example.org", .text = "Delivered",
		.final_recipient = "alice@example.org"},
	{.line = S "smtp failed-command command=\"RCPT TO:<nouser@example.org>\" result=\"550 Invalid recipient: <nouser@example.org>\"",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 550,
		.recipient = "nouser@example.org",
		.text = "550 Invalid recipient: <nouser@example.org>"},
	{.line = "smtp-in: Failed command on session 7818378b78e6ffe0: \"RCPT TO:<anna@example.org>\" => 550 Invalid recipient",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 550,
		.recipient = "anna@example.org", .text = "550 Invalid recipient"},
	{.line = "smtpd[19229]: 13edf1189b8534b5 smtp bad-input result=\"500 5.0.0 Line too long\"",
		.kind = LOG_REJECT, .action = ACTION_FAILED,
		.spoke = SPOKE_OWN_MTA, .code = 500, .status = "5.0.0",
		.text = "500 5.0.0 Line too long"},
	{.line = S "mta error reason=IO Error: Connection refused",
		.kind = LOG_TRY, .action = ACTION_DELAYED, .stage = STAGE_CONNECT,
		.spoke = SPOKE_OWN_MTA, .text = "IO Error: Connection refused"},
	{.line = S "smtp envelope evpid=55000906d8a0a58f from=<b@example.org> to=<ok@example.net>",
		.kind = LOG_ARRIVAL, .recipient = "ok@example.net",
		.sender = "b@example.org", .queue_id = "55000906d8a0a58f"},
	{.line = S "smtp connected address=192.0.2.101 host=good.example.org",
		.kind = LOG_OTHER},
	{.line = S "mta delivery evpid=7dea97f3ed77e484 from=<b@example.org> to=<a@example.net> rcpt=<-> relay=\"198.51",
		.kind = LOG_OTHER, .recipient = "a@example.net",
		.host = "198.51"},
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
