/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs_rows.h"

#define T "Nov 23 22:15:16 mta sendmail[927]: 6ANMFGfU000925: "

/* clang-format off */
static const struct log_row rows[] = {
	{.line = T "to=<a@example.net>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30274, relay=mx.example.net. [198.51.100.10], dsn=5.7.26, reply=550 5.7.26 <a@example.net>: mail, from example.org is not accepted, stat=User unknown",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.7.26", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "198.51.100.10",
		.text = "550 5.7.26 <a@example.net>: mail, from example.org is not accepted",
		.queue_id = "6ANMFGfU000925", .own_host = "mta"},
	{.line = T "to=<a@example.net>, delay=00:00:00, mailer=esmtp, relay=mx.example.net. [198.51.100.10], dsn=4.2.2, stat=Deferred: 452 4.2.2 <a@example.net>: over quota",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED, .code = 452,
		.status = "4.2.2", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "198.51.100.10",
		.text = "452 4.2.2 <a@example.net>: over quota"},
	{.line = T "to=<a@example.net>, delay=00:00:00, mailer=esmtp, relay=closed.example.net. [198.51.100.14], dsn=4.4.1, stat=Deferred: Connection refused by closed.example.net.",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_CONNECT, .spoke = SPOKE_OWN_MTA,
		.status = "4.4.1", .recipient = "a@example.net",
		.host = "closed.example.net", .ip = "198.51.100.14",
		.text = "Connection refused by closed.example.net."},
	{.line = T "to=<a@example.net>,<b@example.net>, \"c, d\"@example.net, ctladdr=<x@example.org> (33/33), delay=00:00:00, mailer=esmtp, relay=mx.example.net. [IPv6:2001:db8:0:0:0:0:0:1a], dsn=5.0.0, stat=Service unavailable",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .status = "5.0.0",
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "2001:db8:0:0:0:0:0:1a", .text = "Service unavailable",
		.events = 4},
	{.line = T "to=<a@example.net>, delay=00:00:00, mailer=esmtp, relay=nosuch.example.net, dsn=5.1.2, stat=Host unknown (Name server: nosuch.example.net: host not found)",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.spoke = SPOKE_OWN_MTA, .status = "5.1.2",
		.recipient = "a@example.net", .host = "nosuch.example.net",
		.text = "Host unknown (Name server: nosuch.example.net: host not found)"},
	{.line = T "to=postmaster, delay=00:00:00, mailer=local, pri=30000, dsn=5.1.1, stat=User unknown",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.spoke = SPOKE_OWN_MTA, .status = "5.1.1",
		.recipient = "postmaster", .text = "User unknown"},
	/* The remote host tries to look like a success. */
	{.line = T "to=<a@example.net>, delay=00:00:00, mailer=esmtp, relay=mx.example.net. [198.51.100.10], dsn=4.0.0, reply=450 no, stat=Sent (ok), stat=Deferred: 450 no, stat=Sent (ok)",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED, .code = 450,
		.status = "4.0.0", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "198.51.100.10",
		.text = "450 no, stat=Sent (ok), stat=Deferred: 450 no"},
	{.line = T "to=<a@example.net>, delay=00:00:00, mailer=esmtp, relay=mx.example.net. [198.51.100.10], dsn=2.0.0, stat=Sent (Ok: queued)",
		.kind = LOG_SENT, .action = ACTION_DELIVERED, .status = "2.0.0",
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "198.51.100.10", .text = "Ok: queued"},
	{.line = T "from=<bob@example.org>, size=272, class=0, nrcpts=1, msgid=<2026.886@example.org>, proto=ESMTP, daemon=MTA, relay=good.example.org [192.0.2.101] (may be forged)",
		.kind = LOG_ARRIVAL, .client_ip = "192.0.2.101",
		.sender = "bob@example.org", .client_host = "good.example.org",
		.message_id = "2026.886@example.org"},
	{.line = T "ruleset=check_rcpt, arg1=<x@example.net>, relay=good.example.org [192.0.2.101], reject=550 5.7.1 <x@example.net>... Relaying denied",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 550, .status = "5.7.1",
		.recipient = "x@example.net", .client_ip = "192.0.2.101",
		.text = "550 5.7.1 <x@example.net>... Relaying denied"},
	{.line = "Nov  3 04:07:19 fra sm-mta[23903]: vA347GJM023903: Milter: from=<s@email.example.com>, reject=550 5.7.1 Command rejected",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_MAIL,
		.spoke = SPOKE_OWN_MTA, .code = 550, .status = "5.7.1",
		.text = "550 5.7.1 Command rejected",
		.sender = "s@email.example.com"},
	{.line = T "<nouser@example.org>... User unknown",
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .recipient = "nouser@example.org",
		.text = "User unknown"},
	{.line = T "6ANMFGfU000927: return to sender: Cannot send message for 5 days",
		.kind = LOG_EXPIRED, .action = ACTION_FAILED, .expired = true,
		.spoke = SPOKE_OWN_MTA},
	{.line = T "6ANMFGfU000927: DSN: User unknown", .kind = LOG_OTHER},
	{.line = T "to=<a@example.net>, delay=00:00:00, mailer=esmtp, dsn=5.1.1",
		.kind = LOG_OTHER},
	{.line = T "to=<user@***>, relay=[redacted], dsn=5.1.1, stat=User unknown",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .status = "5.1.1",
		.recipient = "user@***", .text = "User unknown"},
};
/* clang-format on */

static void lines_are_read(void **state)
{
	(void)state;
	LOG_ROWS_CHECK(rows);
}

static void all_recipients_are_there(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct mtext in = unit_mtext(
		a,
		SV(T "to=<a@example.net>,<b@example.net>,c..., mailer=esmtp, "
		     "dsn=4.0.0, stat=Deferred"));
	struct log_event e[LOG_MAX_EVENTS];

	(void)state;
	assert_int_equal(log_read(a, &in, e, LOG_MAX_EVENTS), 3);
	assert_sv(e[1].at.recipient, "b@example.net");
	assert_int_equal(e[1].at.action, ACTION_DELAYED);
	assert_int_equal(log_read(a, &in, e, 2), 2);
	arena_free(a);
}

static void cut_lines_are_survived(void **state)
{
	(void)state;
	LOG_ROWS_CUT(rows);
}

UNIT_MAIN(cmocka_unit_test(lines_are_read),
	  cmocka_unit_test(all_recipients_are_there),
	  cmocka_unit_test(cut_lines_are_survived))
