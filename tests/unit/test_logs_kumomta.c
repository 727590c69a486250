/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs_rows.h"

#define HEAD(type, to)                                          \
	"{\"type\": \"" type "\", \"id\": \"74\", \"sender\": " \
	"\"b@example.org\", \"recipient\": " to ", \"response\": "
#define TAIL                                                             \
	", \"peer_address\": {\"name\": \"mx.example.net.\", \"addr\": " \
	"\"203.0.113.172\"}, \"event_time\": \"2026-03-02T00:00:04Z\", " \
	"\"source_address\": {\"address\": \"192.0.2.10:0\"}}"
#define ONE "\"a@example.net\""

/* clang-format off */
static const struct log_row rows[] = {
	{.line = HEAD("Bounce", ONE) "{\"code\": 550, \"enhanced_code\": {\"class\": 5, \"subject\": 1, \"detail\": 1}, \"content\": \"no \\\"user\\\"\\nhere \\u00e4\", \"command\": \"RCPT TO:<a@example.net>\"}" TAIL,
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.code = 550, .status = "5.1.1", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "203.0.113.172",
		.text = "no \"user\"\nhere \xc3\xa4", .sender = "b@example.org",
		.queue_id = "74", .time = "2026-03-02T00:00:04Z"},
	{.line = HEAD("TransientFailure", ONE) "{\"code\": 451, \"enhanced_code\": null, \"content\": \"slow\", \"command\": \".\"}" TAIL,
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.stage = STAGE_END_OF_DATA, .code = 451,
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "203.0.113.172", .text = "slow"},
	{.line = HEAD("TransientFailure", ONE) "{\"code\": 400, \"enhanced_code\": null, \"content\": \"KumoMTA internal: Server certificate not trusted\", \"command\": null}" TAIL,
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.spoke = SPOKE_OWN_MTA, .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "203.0.113.172",
		.text = "Server certificate not trusted"},
	{.line = HEAD("Delivery", "[\"a@example.net\", \"c@example.net\"]") "{\"code\": 250, \"enhanced_code\": null, \"content\": \"ok\", \"command\": \".\"}" TAIL,
		.kind = LOG_SENT, .action = ACTION_DELIVERED,
		.stage = STAGE_END_OF_DATA, .code = 250,
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "203.0.113.172", .text = "ok", .events = 2},
	{.line = HEAD("Expiration", ONE) "{\"code\": 551, \"enhanced_code\": {\"class\": 5, \"subject\": 4, \"detail\": 7}, \"content\": \"Next delivery time would be at 2026 which exceeds the expiry time\", \"command\": \"\"}" TAIL,
		.kind = LOG_EXPIRED, .action = ACTION_FAILED, .expired = true,
		.spoke = SPOKE_OWN_MTA, .code = 551, .status = "5.4.7",
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "203.0.113.172",
		.text = "Next delivery time would be at 2026 which exceeds the expiry time"},
	{.line = HEAD("Rejection", ONE) "{\"code\": 550, \"enhanced_code\": {\"class\": 5, \"subject\": 7, \"detail\": 1}, \"content\": \"relaying not permitted\", \"command\": \"RCPT TO:<a@example.net>\"}" TAIL,
		.kind = LOG_REJECT, .action = ACTION_FAILED, .stage = STAGE_RCPT,
		.spoke = SPOKE_OWN_MTA, .code = 550, .status = "5.7.1",
		.recipient = "a@example.net", .client_ip = "203.0.113.172",
		.text = "relaying not permitted"},
	{.line = HEAD("Reception", ONE) "{\"code\": 250, \"enhanced_code\": null, \"content\": \"\", \"command\": null}" TAIL,
		.kind = LOG_ARRIVAL, .recipient = "a@example.net",
		.client_ip = "203.0.113.172", .sender = "b@example.org"},
	{.line = HEAD("Bounce", ONE) "{\"code\": 99999, \"enhanced_code\": {\"class\": 7, \"subject\": -1, \"detail\": 1e99}, \"content\": 12}" TAIL,
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED,
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "203.0.113.172"},
	{.line = HEAD("Bounce", ONE) "{\"code\": 550", .kind = LOG_NONE},
	{.line = HEAD("Unheard", ONE) "{}" TAIL, .kind = LOG_NONE},
	{.line = "{\"type\": 1, \"response\": [[[[]]]]}", .kind = LOG_NONE},
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

static void origins_point_at_the_line(void **state)
{
	static const char line[] =
		HEAD("Bounce",
		     ONE) "{\"code\": 550, \"content\": \"a\\\"b c\"}" TAIL;
	struct arena *a = arena_new(1 << 20);
	struct mtext in = unit_mtext(a, sv_str(line));
	struct log_event e;
	size_t off, len;

	(void)state;
	assert_int_equal(log_read(a, &in, &e, 1), 1);
	assert_true(mtext_origin(&e.at.text, 2, 5, &off, &len));
	assert_memory_equal(line + off, "b c", 3);
	assert_int_equal(len, 3);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(lines_are_read),
	  cmocka_unit_test(cut_lines_are_survived),
	  cmocka_unit_test(origins_point_at_the_line))
