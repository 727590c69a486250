/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs_rows.h"

#define A                                                                      \
	"2026-03-02T00:00:04.037Z,192.0.2.10,EXCH01,203.0.113.172,mx.example." \
	"net,08D7;,Internet Send,SMTP,"
#define B                                                            \
	",128195615089924,<74@example.org>,7497de19-f9a5-4170-3de9-" \
	"af33f6ebe400,"
#define E                     \
	",4004,1,,,\"Order, " \
	"\"\"confirmed\"\"\",bob@example.org,bob@example.org,,Originating,,,,"

/* clang-format off */
static const struct log_row rows[] = {
	{.line = A "FAIL" B "a@example.net,550 5.1.1 User unknown" E,
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.1.1", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "203.0.113.172",
		.text = "550 5.1.1 User unknown", .sender = "bob@example.org",
		.message_id = "74@example.org", .own_host = "EXCH01",
		.queue_id = "128195615089924",
		.time = "2026-03-02T00:00:04.037Z"},
	{.line = A "DEFER" B "a@example.net,[{LED=451 4.7.1 Try {again} later};{MSG=};{FQDN=mx2.example.net};{IP=198.51.100.9};{LRT=03/02/2026 12:00:24 AM}]" E,
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED, .code = 451,
		.status = "4.7.1", .recipient = "a@example.net",
		.host = "mx2.example.net", .ip = "198.51.100.9",
		.text = "451 4.7.1 Try {again} later"},
	{.line = A "DEFER" B "a@example.net,[{LED=4.7.5};{MSG=Server certificate not trusted};{FQDN=mx.example.net};{IP=203.0.113.172};{LRT=}]" E,
		.kind = LOG_ATTEMPT, .action = ACTION_DELAYED,
		.spoke = SPOKE_OWN_MTA, .status = "4.7.5",
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "203.0.113.172", .text = "Server certificate not trusted"},
	{.line = A "SEND" B "a@example.net;b@example.net,250 2.1.5 Recipient OK;250 2.1.5 Recipient OK" E,
		.kind = LOG_SENT, .action = ACTION_DELIVERED, .code = 250,
		.status = "2.1.5", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "203.0.113.172",
		.text = "250 2.1.5 Recipient OK", .events = 2},
	{.line = A "FAIL" B "a@example.net,\"550 5.7.1 \"\"blocked\"\", see x\"" E,
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.7.1", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "203.0.113.172",
		.text = "550 5.7.1 \"blocked\", see x"},
	/* Before 2013: no network-message-id. */
	{.line = A "FAIL,1,<1@example.org>,a@example.net,550 5.1.1 no,1,1,,,Hi,bob@example.org",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.1.1", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "203.0.113.172",
		.text = "550 5.1.1 no", .sender = "bob@example.org"},
	{.line = A "FAIL,1,<1@example.org>,[redacted],a@example.net,550 5.1.1 no,1,1,,,Hi,bob@example.org",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.1.1", .recipient = "a@example.net",
		.host = "mx.example.net", .ip = "203.0.113.172",
		.text = "550 5.1.1 no", .sender = "bob@example.org"},
	{.line = A "FAIL" B "a@example.net,550 5.1",
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.recipient = "a@example.net", .host = "mx.example.net",
		.ip = "203.0.113.172", .text = "550 5.1"},
	{.line = "2026-03-02T00:00:04.037Z,192.0.2.10,EXCH01,,EXCH02,08D7;,,ROUTING,FAIL" B "a@example.net,[{LED=550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup};{MSG=};{FQDN=};{IP=};{LRT=}]" E,
		.kind = LOG_ATTEMPT, .action = ACTION_FAILED, .code = 550,
		.status = "5.1.10", .recipient = "a@example.net",
		.text = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"},
	{.line = A "RECEIVE" B "a@example.net," E, .kind = LOG_ARRIVAL,
		.client_ip = "192.0.2.10", .client_host = "EXCH01",
		.recipient = "a@example.net", .sender = "bob@example.org"},
	{.line = A "DSN" B "a@example.net," E, .kind = LOG_OTHER},
	{.line = "#Fields: date-time,client-ip,client-hostname,server-ip",
		.kind = LOG_OTHER},
	{.line = "2026-03-02T00:00:04.037Z,192.0.2.10,some,other,csv,x,y,z,w",
		.kind = LOG_NONE},
};
/* clang-format on */

static void lines_are_read(void **state)
{
	(void)state;
	LOG_ROWS_CHECK(rows);
}

static void each_recipient_has_its_status(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct mtext in = unit_mtext(
		a, SV(A "FAIL" B "a@example.net;b@example.net,"
			"[{LED=550 5.1.1 one; two}];[{LED=552 5.2.2 full}]" E));
	struct log_event e[LOG_MAX_EVENTS];

	(void)state;
	assert_int_equal(log_read(a, &in, e, LOG_MAX_EVENTS), 2);
	assert_sv(mtext_sv(&e[0].at.text), "550 5.1.1 one; two");
	assert_sv(e[1].at.recipient, "b@example.net");
	assert_sv(mtext_sv(&e[1].at.text), "552 5.2.2 full");
	arena_free(a);
}

static void cut_lines_are_survived(void **state)
{
	(void)state;
	LOG_ROWS_CUT(rows);
}

UNIT_MAIN(cmocka_unit_test(lines_are_read),
	  cmocka_unit_test(each_recipient_has_its_status),
	  cmocka_unit_test(cut_lines_are_survived))
