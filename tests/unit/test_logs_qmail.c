/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs_rows.h"

#define T "@40000000419f13a508f3214c "

/* clang-format off */
static const struct log_row rows[] = {
	{.line = T "delivery 5: failure: 192.0.2.11_does_not_like_recipient./Remote_host_said:_550_5.1.1_<anna_b@example.com>_is_not_a_valid_mailbox._550_No_such_recipient/Giving_up_on_192.0.2.11./",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.code = 550, .status = "5.1.1", .ip = "192.0.2.11",
		.text = "550 5.1.1 <anna_b@example.com> is not a valid mailbox. 550 No such recipient",
		.queue_id = "5", .time = "@40000000419f13a508f3214c"},
	{.line = "2004-11-20 12:00:00.123456500 delivery 7: deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_CONNECT, .spoke = SPOKE_OWN_MTA,
		.status = "4.4.1",
		.text = "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"},
	{.line = "Nov 20 12:00:00 mx qmail: 1023210981.938273 delivery 8: failure: Sorry,_I_couldn't_find_any_host_named_nosuch.example.net._(#5.1.2)/",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.spoke = SPOKE_OWN_MTA, .status = "5.1.2",
		.text = "Sorry, I couldn't find any host named nosuch.example.net. (#5.1.2)",
		.own_host = "mx", .time = "Nov 20 12:00:00"},
	{.line = T "delivery 9: failure: Connected_to_192.0.2.7_but_sender_was_rejected./Remote_host_said:_553_5.1.8_no_such_domain/",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_MAIL,
		.code = 553, .status = "5.1.8", .ip = "192.0.2.7",
		.text = "553 5.1.8 no such domain"},
	{.line = T "delivery 10: failure: 192.0.2.7_failed_after_I_sent_the_message./Remote_host_said:_554_/Giving_up_on_you/_spam/Giving_up_on_192.0.2.7./",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.stage = STAGE_END_OF_DATA, .code = 554, .ip = "192.0.2.7",
		.text = "554 /Giving up on you/ spam"},
	{.line = T "delivery 3: success: 198.51.100.107_accepted_message./Remote_host_said:_250_Ok:_queued_as_A38AD684/",
		.kind = LOG_SENT, .action = ACTION_DELIVERED, .code = 250,
		.ip = "198.51.100.107", .text = "250 Ok: queued as A38AD684"},
	{.line = T "starting delivery 5: msg 4711 to remote anna@example.com",
		.kind = LOG_ARRIVAL, .recipient = "anna@example.com",
		.queue_id = "5"},
	{.line = T "delivery 11: failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.spoke = SPOKE_OWN_MTA, .status = "5.1.1",
		.text = "Sorry, no mailbox here by that name. (#5.1.1)"},
	{.line = T "status: local 0/10 remote 7/20", .kind = LOG_OTHER},
	{.line = T "delivery 12: fail", .kind = LOG_NONE},
	{.line = T "delivery 12: failure: Remote_host_said:_5",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .text = "5"},
	{.line = "delivery 5 days: failure: no", .kind = LOG_NONE},
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
