/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste_unit.h"

#include "base/buf.h"

/* clang-format off */
static const struct {
	const char *name;
	const char *server, *client; /* what stands before */
	const char *end;             /* what stands behind */
} styles[] = {
	{"bare", "", "", ""},
	{"S and C", "S: ", "C: ", ""},
	{"words", "Server: ", "Client: ", ""},
	{"arrows", "<-- ", "--> ", ""},
	{"long arrows", "<<< ", ">>> ", ""},
	{"swaks", "<-  ", " -> ", ""},
	{"swaks over TLS", "<~  ", " ~> ", ""},
	{"curl", "< ", "> ", ""},
	{"python 3", "reply: b'", "send: '", "\\r\\n'"},
	{"python 2", "reply: '", "send: '", "\\r\\n'"},
	{"PHPMailer", "2025-04-05 17:38:02     SERVER -> CLIENT: ",
		"2025-04-05 17:38:02     CLIENT -> SERVER: ", ""},
	{"PHPMailer 5", "SMTP -> FROM SERVER:", "CLIENT -> SERVER: ", ""},
	{"nodemailer", "[2026-11-23 10:00:00] DEBUG [a1b2] S: ",
		"[2026-11-23 10:00:00] DEBUG [a1b2] C: ", ""},
	{"Roundcube", "[23-Nov-2026 11:08:54 +0000]: <1lnai> Recv: ",
		"[23-Nov-2026 11:08:54 +0000]: <1lnai> Send: ", ""},
	{"SnappyMail", "[11:22:02.990][2fff2f7c] SMTP[DATA]: < ",
		"[11:22:02.990][2fff2f7c] SMTP[DATA]: > ", "\\r\\n"},
	{"quoted", "> ", "> ", ""},
	{"numbered", "  ", "  ", "  "},
};
static const struct {
	enum smtp_stage stage;
	const char *lines[12]; /* 'S' or 'C' first */
} scripts[] = {
	{STAGE_HELO, {"S220 mx.example.net ESMTP", "CEHLO a",
		"S550 5.7.1 no"}},
	{STAGE_MAIL, {"S220 mx.example.net ESMTP", "CEHLO a.example.org",
		"S250-mx.example.net", "S250 SIZE", "CMAIL FROM:<a@example.org>",
		"S550 5.7.1 no"}},
	{STAGE_RCPT, {"S220 mx.example.net ESMTP", "CEHLO a.example.org",
		"S250 mx.example.net", "CMAIL FROM:<a@example.org>", "S250 ok",
		"CRCPT TO:<b@example.net>", "S550 5.7.1 no", "CQUIT",
		"S221 bye"}},
	{STAGE_DATA, {"S220 mx.example.net ESMTP", "CHELO a.example.org",
		"S250 mx.example.net", "CMAIL FROM:<a@example.org>", "S250 ok",
		"CRCPT TO:<b@example.net>", "S250 ok", "CDATA",
		"S550 5.7.1 no"}},
	{STAGE_END_OF_DATA, {"CMAIL FROM:<a@example.org>", "S250 ok",
		"CRCPT TO:<b@example.net>", "S250 ok", "CDATA", "S354 go",
		"C.", "S550 5.7.1 no", "CQUIT"}},
	{STAGE_AUTH, {"S220 mx.example.net ESMTP", "CEHLO a.example.org",
		"S250-mx.example.net", "S250 AUTH PLAIN LOGIN",
		"CAUTH PLAIN AGJvYgBwdw==", "S550 5.7.1 no"}},
	{STAGE_STARTTLS, {"S220 mx.example.net ESMTP", "CEHLO a.example.org",
		"S250-mx.example.net", "S250 STARTTLS", "CSTARTTLS",
		"S550 5.7.1 no"}},
};
/* clang-format on */

static void write_script(struct buf *b, size_t style, size_t script)
{
	for (size_t i = 0; scripts[script].lines[i]; i++) {
		const char *l = scripts[script].lines[i];

		buf_adds(b, l[0] == 'S' ? styles[style].server
		                        : styles[style].client);
		buf_adds(b, l + 1);
		buf_adds(b, styles[style].end);
		buf_adds(b, "\n");
	}
}

static void every_style_at_every_stage(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		for (size_t k = 0; k < sizeof(scripts) / sizeof(scripts[0]);
		     k++) {
			enum smtp_stage stage = scripts[k].stage;
			struct paste_found f;
			struct buf b;

			buf_init(&b, 1 << 16);
			write_script(&b, i, k);
			paste_unit_read(&f, buf_sv(&b));
			if (f.out.n != 1 || f.out.v[0].stage != stage ||
			    f.out.v[0].form != FORM_TRANSCRIPT)
				fail_msg("%s: %zu attempts, stage %s, want %s",
				         styles[i].name, f.out.n,
				         smtp_stage_name(
				             f.out.n ? f.out.v[0].stage : 0),
				         smtp_stage_name(stage));
			assert_sv(mtext_sv(&f.out.v[0].text), "550 5.7.1 no");
			assert_true(f.seen.dialogue);
			assert_false(f.seen.delivered);
			if (stage == STAGE_RCPT || stage == STAGE_DATA)
				assert_sv(f.out.v[0].recipient,
				          "b@example.net");
			if (stage >= STAGE_MAIL)
				assert_sv(f.out.v[0].sender, "a@example.org");
			if (stage == STAGE_RCPT)
				assert_sv(f.out.v[0].host, "mx.example.net");
			paste_unit_origins(&f, buf_sv(&b));
			arena_free(f.a);
			buf_fini(&b);
		}
}

#define HELLO "220 mx.example.net ESMTP\nEHLO a.example.org\n"
#define LOGIN HELLO "250-mx.example.net\n250 AUTH PLAIN LOGIN\n"
#define SENT                                                                  \
	"MAIL FROM:<a@example.org>\n250 ok\nRCPT TO:<b@example.net>\n250 ok\n" \
	"DATA\n354 go\nSubject: x\n\n550 pieces are here\n.\n250 queued\n"

/* clang-format off */
static const struct {
	const char *in;
	size_t n;
	enum smtp_stage stage;
	const char *text;
	bool delivered;
} dialogues[] = {
	{HELLO "502 what\nHELO a\n250 hi\n" SENT, 0, 0, "", true},
	{HELLO "550 5.7.1 go away\nHELO a\n550 go away\n", 2, STAGE_HELO,
		"550 5.7.1 go away", false},
	{LOGIN "AUTH CRAM-MD5\n504 no such\nAUTH PLAIN AGJvYgBwdw==\n"
	 "235 ok\n" SENT, 0, 0, "", true},
	{LOGIN "AUTH CRAM-MD5\n504 no such\nAUTH PLAIN AGJvYgBwdw==\n"
	 "535 5.7.8 bad\n", 1, STAGE_AUTH, "535 5.7.8 bad", false},
	{LOGIN "AUTH LOGIN\n334 VXNlcm5hbWU6\nYm9i\n334 UGFzc3dvcmQ6\ncHc=\n"
	 "535 5.7.8 bad\n", 1, STAGE_AUTH, "535 5.7.8 bad", false},
	{HELLO "250 STARTTLS\nSTARTTLS\n454 not now\n" SENT, 0, 0, "", true},
	{HELLO "250 x\nVRFY b\n502 no\n" SENT, 0, 0, "", true},
	{HELLO "250 x\nMAIL FROM:<a@example.org>\n250 ok\n"
	 "RCPT TO:<b@example.net>\n550 no b\nRCPT TO:<c@example.net>\n"
	 "550 no c\nDATA\n554 no valid recipients\nQUIT\n221 bye\n", 2,
		STAGE_RCPT, "550 no b", false},
	/* Replies over lines, one cut short, one in the next line. */
	{HELLO "250 x\nMAIL FROM:<a@example.org>\n550-5.7.1 first\n"
	 "550-5.7.1 second\n550 5.7.1 third\n", 1, STAGE_MAIL,
		"550-5.7.1 first 550-5.7.1 second 550 5.7.1 third", false},
	{HELLO "250 x\nMAIL FROM:<a@example.org>\n550-5.7.1 first\n", 1,
		STAGE_MAIL, "550-5.7.1 first", false},
	{HELLO "250 x\nMAIL FROM:<a@example.org>\n550 5.7.1 blocked, see\n"
	 "    https://example.net/x\n", 1, STAGE_MAIL,
		"550 5.7.1 blocked, see https://example.net/x", false},
	/* Sent ahead of replies. */
	{HELLO "250 PIPELINING\nMAIL FROM:<a@example.org>\n"
	 "RCPT TO:<b@example.net>\nDATA\n250 ok\n550 no b\n"
	 "554 no valid recipients\n", 1, STAGE_RCPT, "550 no b", false},
	{"telnet mx.example.net 25\nTrying 192.0.2.7...\n"
	 "Connected to mx.example.net.\nEscape character is '^]'.\n"
	 "554 5.7.1 your address is blocked\n"
	 "Connection closed by foreign host.\n", 1, STAGE_CONNECT,
		"554 5.7.1 your address is blocked", false},
	{"Trying 192.0.2.7...\n"
	 "telnet: Unable to connect to remote host: Connection refused\n", 1,
		STAGE_CONNECT,
		"telnet: Unable to connect to remote host: Connection refused",
		false},
	{"=== Trying mx.example.net:25...\n*** Error connecting to "
	 "mx.example.net:25:\n", 1, STAGE_CONNECT,
		"Error connecting to mx.example.net:25:", false},
	{"{\"mx.example.net\":[\"220 mx.example.net\",\"HELO a\",\"250 hi\","
	 "\"MAIL FROM:<>\",\"550 5.7.1 no\",\"QUIT\",\"\"]}", 1, STAGE_MAIL,
		"550 5.7.1 no", false},
	{"DEBUG SMTP: trying to connect to host \"mx.example.net\", port 25\n"
	 "220 mx.example.net ESMTP\nDEBUG SMTP: connected to host\n"
	 "EHLO a\n250 hi\nMAIL FROM:<a@example.org>\n553 5.7.1 not yours\n"
	 "DEBUG SMTP: got response code 553\n", 1, STAGE_MAIL,
		"553 5.7.1 not yours", false},
	{"send: 'mail FROM:<a@example.org> size=9\\r\\n'\n"
	 "reply: b'250 ok\\r\\n'\nreply: retcode (250); Msg: b'ok'\n"
	 "send: 'rcpt TO:<b@example.net>\\r\\n'\nreply: b'250 ok\\r\\n'\n"
	 "send: 'data\\r\\n'\nreply: b'354 go\\r\\n'\ndata: (354, b'go')\n"
	 "send: b'Subject: x\\r\\n\\r\\nhello\\r\\n.\\r\\n'\n"
	 "reply: b'552 5.7.0 no attachments\\r\\n'\n"
	 "reply: retcode (552); Msg: b'5.7.0 no attachments'\n"
	 "data: (552, b'5.7.0 no attachments')\n", 1, STAGE_END_OF_DATA,
		"552 5.7.0 no attachments", false},
	{"C: MAIL FROM:<a@example.org> SIZE=1\nC: RCPT TO:<b@example.net>\n"
	 "S: 550 5.7.1 blocked\n", 1, STAGE_RCPT, "550 5.7.1 blocked", false},
	/* Two connections. */
	{HELLO "250 x\n" SENT "QUIT\n221 bye\n220 mx2.example.net ESMTP\n"
	 "EHLO a\n421 4.7.0 busy\n", 1, STAGE_HELO, "421 4.7.0 busy", true},
};
/* clang-format on */

static void dialogues_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++) {
		struct paste_found f;

		paste_unit_read(&f, sv_str(dialogues[i].in));
		if (f.out.n != dialogues[i].n ||
		    f.seen.delivered != dialogues[i].delivered)
			fail_msg("%zu attempts%s in \"%s\"", f.out.n,
			         f.seen.delivered ? " and a delivery" : "",
			         dialogues[i].in);
		if (f.out.n) {
			assert_sv(mtext_sv(&f.out.v[0].text),
			          dialogues[i].text);
			assert_int_equal(f.out.v[0].stage, dialogues[i].stage);
		}
		paste_unit_origins(&f, sv_str(dialogues[i].in));
		arena_free(f.a);
	}
}

static void logins_are_told(void **state)
{
	struct paste_found f;

	(void)state;
	paste_unit_read(&f, SV(LOGIN "AUTH LOGIN\n334 VXNlcm5hbWU6\nYm9i\n"
	                       "334 UGFzc3dvcmQ6\ncHc=\n235 ok\n"
	                       "MAIL FROM:<a@example.org>\n553 not yours\n"));
	assert_int_equal(f.out.n, 1);
	assert_sv(f.out.v[0].account, "bob");
	assert_true(f.out.v[0].auth_seen);
	assert_true(f.out.v[0].auth_offered);
	assert_sv(f.out.v[0].helo, "a.example.org");
	arena_free(f.a);
	paste_unit_read(&f, SV(HELLO "250 x\nMAIL FROM:<a@example.org>\n"
	                       "250 ok\nRCPT TO:<b@example.com>\n"
	                       "554 5.7.1 Relay access denied\n"));
	assert_int_equal(f.out.n, 1);
	assert_false(f.out.v[0].auth_seen);
	assert_int_equal(f.out.v[0].account.n, 0);
	arena_free(f.a);
}

static void what_is_no_dialogue(void **state)
{
	/* clang-format off */
	static const char *const texts[] = {
		("220 example.org FTP server ready\nUSER bob\n331 password\n"
		 "550 no such file\n"),
		"EHLO is a command.\nHELO is an older one.\n",
		"220 greeting\n250 ok\n354 go on\n550 no mailbox\n",
		"", "220", "EHLO a", "> ", "< ", "S: ", "[\"220 x\",\"",
		"MAIL FROM:<", "RCPT TO:\nRCPT TO:\n.\n.\n",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct paste_found f;

		paste_unit_read(&f, sv_str(texts[i]));
		for (size_t k = 0; k < f.out.n; k++)
			assert_int_not_equal(f.out.v[k].form, FORM_TRANSCRIPT);
		arena_free(f.a);
	}
}

/* Content longer than the window, and floods of commands and replies. */
static void long_dialogues(void **state)
{
	struct paste_found f;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 22);
	buf_adds(&b, HELLO "250 x\nMAIL FROM:<a@example.org>\n250 ok\n"
	             "RCPT TO:<b@example.net>\n250 ok\nDATA\n354 go\n");
	for (int i = 0; i < 3000; i++)
		buf_adds(&b, "A line of the message.\n");
	buf_adds(&b, ".\n554 5.7.1 spam\n");
	paste_unit_read(&f, buf_sv(&b));
	assert_int_equal(f.out.n, 1);
	assert_int_equal(f.out.v[0].stage, STAGE_END_OF_DATA);
	assert_sv(f.out.v[0].recipient, "b@example.net");
	arena_free(f.a);
	buf_reset(&b);
	for (int i = 0; i < 3000; i++)
		buf_adds(&b, "RCPT TO:<b@example.net>\n");
	for (int i = 0; i < 3000; i++)
		buf_adds(&b, "550-no\n");
	paste_unit_read(&f, buf_sv(&b));
	arena_free(f.a);
	buf_fini(&b);
}

UNIT_MAIN(cmocka_unit_test(every_style_at_every_stage),
          cmocka_unit_test(dialogues_are_understood),
          cmocka_unit_test(logins_are_told),
          cmocka_unit_test(what_is_no_dialogue),
          cmocka_unit_test(long_dialogues))
