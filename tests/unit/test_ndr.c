/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste_unit.h"

#include "base/buf.h"

#define REFUSED "550 5.7.1 no, thanks"

/* clang-format off */
/* Every frame that tells the stage, at three of them; %s is the command. */
static const struct {
	const char *name, *before, *between, *behind;
	const char *host;
} staged[] = {
	{"postfix", "This is the mail system at host a.example.org.\n\n"
		"I'm sorry to have to inform you that your message could not\n"
		"be delivered to one or more recipients. It's attached below.\n"
		"\n<b@example.net>: host mx.example.net[192.0.2.7] said:\n"
		"    " REFUSED " (in reply to ", "", " command)\n",
		"mx.example.net"},
	{"postfix, only its last lines", "<b@example.net>: host "
		"mx.example.net[192.0.2.7] said: " REFUSED " (in reply to ",
		"", " command)\n", "mx.example.net"},
	{"exim", "This message was created automatically by mail delivery "
		"software.\n\nA message that you sent could not be delivered "
		"to one or more of its\nrecipients. This is a permanent error."
		" The following address(es) failed:\n\n  b@example.net\n"
		"    SMTP error from remote mail server after ", "",
		":\n    host mx.example.net [192.0.2.7]: " REFUSED "\n",
		"mx.example.net"},
	{"exim 4.9", "A message that you sent could not be delivered to one or "
		"more of its\nrecipients.\n\n  b@example.net\n"
		"    host mx.example.net [192.0.2.7]\n"
		"    SMTP error from remote mail server after ", "",
		":\n    " REFUSED "\n", "mx.example.net"},
	{"sendmail", "   ----- The following addresses had permanent fatal "
		"errors -----\n<b@example.net>\n    (reason: " REFUSED ")\n\n"
		"   ----- Transcript of session follows -----\n"
		"... while talking to mx.example.net.:\n>>> ", "",
		"\n<<< " REFUSED "\n", "mx.example.net"},
	{"gmx", "A message that you sent could not be delivered to one or more "
		"of\nits recipients.\n\n\"b@example.net\":\nSMTP error from "
		"remote server after ", "", " command:\nhost: mx.example.net\n"
		REFUSED "\n", "mx.example.net"},
};
static const struct {
	const char *command;
	enum smtp_stage stage;
} commands[] = {
	{"MAIL FROM", STAGE_MAIL},
	{"RCPT TO", STAGE_RCPT},
	{"DATA", STAGE_DATA},
	{"end of data", STAGE_END_OF_DATA},
};
/* clang-format on */

static void stages_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(staged) / sizeof(staged[0]); i++)
		for (size_t k = 0; k < sizeof(commands) / sizeof(commands[0]);
		     k++) {
			struct paste_found f;
			struct buf b;

			/* Sendmail shows commands, not the end of content. */
			if (i == 4 && k == 3)
				continue;
			buf_init(&b, 1 << 16);
			buf_adds(&b, staged[i].before);
			buf_adds(&b, commands[k].command);
			buf_adds(&b, staged[i].behind);
			paste_unit_read(&f, buf_sv(&b));
			if (f.out.n != 1 ||
			    f.out.v[0].stage != commands[k].stage)
				fail_msg("%s, %s: %zu, %s", staged[i].name,
				         commands[k].command, f.out.n,
				         smtp_stage_name(
				             f.out.n ? f.out.v[0].stage : 0));
			assert_int_equal(f.out.v[0].form, FORM_NDR);
			assert_sv(mtext_sv(&f.out.v[0].text), REFUSED);
			assert_sv(f.out.v[0].recipient, "b@example.net");
			assert_sv(f.out.v[0].host, staged[i].host);
			paste_unit_origins(&f, buf_sv(&b));
			arena_free(f.a);
			buf_fini(&b);
		}
}

/* clang-format off */
static const struct {
	const char *in;
	size_t n;
	enum ev_action action;
	const char *recipient, *text;
} bounces[] = {
	{"Delivery has failed to these recipients or groups:\n\n"
	 "Bert (b@example.net)\nYour message wasn't delivered because the "
	 "recipient's email provider rejected it.\n\n"
	 "Diagnostic information for administrators:\n\n"
	 "Generating server: a.prod.outlook.com\n\nb@example.net\n"
	 "Remote server returned '550 5.4.1 Recipient address rejected'\n\n"
	 "Original message headers:\n\nReceived: from x by y;\n Mon\n"
	 "Subject: 550 x\n", 1, ACTION_FAILED, "b@example.net",
		"550 5.4.1 Recipient address rejected"},
	/* Quoted, and wrapped by a mail program. */
	{"> Diagnostic information for administrators:\n>\n"
	 "> b@example.net\n> Remote Server returned '554 5.7.0 < #5.7.133 "
	 "smtp;550 5.7.133\n> RESOLVER.RST.SenderNotAuthenticatedForGroup>'\n",
		1, ACTION_FAILED, "b@example.net",
		"550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup"},
	{"Remote Server at mx.example.net (192.0.2.7) returned '400 4.4.7 "
	 "Message delayed'", 1, ACTION_FAILED, "", "400 4.4.7 Message delayed"},
	{"Your message to b@example.net couldn't be delivered.\n", 1,
		ACTION_FAILED, "b@example.net", ""},
	/* Several, one of which is told twice. */
	{"Diagnostic information for administrators:\n\nb@example.net\n"
	 "Remote Server returned '550 no b'\n\nc@example.net\n"
	 "Remote Server returned '550 no c'\n\nReporting-MTA: dns; a\n\n"
	 "Final-Recipient: rfc822;b@example.net\nAction: failed\n"
	 "Status: 5.1.1\nDiagnostic-Code: smtp;550 no b\n", 2, ACTION_FAILED,
		"b@example.net", "550 no b"},
	{"Final-Recipient: rfc822;b@example.net\nAction: delayed\n"
	 "Status: 4.4.1\nDiagnostic-Code: smtp; 451 4.4.1\n later\n", 1,
		ACTION_DELAYED, "b@example.net", "451 4.4.1 later"},
	{"Final-Recipient: rfc822;b@example.net\nAction: delivered\n"
	 "Status: 2.0.0\n", 1, ACTION_DELIVERED, "b@example.net", ""},
	{"Final-Recipient: rfc822;b@example.net\nAction: failed\n"
	 "Status: 5.0.0\n", 1, ACTION_FAILED, "b@example.net", ""},
	{"Address not found\nYour message wasn't delivered to b@example.net "
	 "because the address couldn't be found.\nThe response was:\n\n"
	 "550 5.1.1 no such user\n", 1, ACTION_FAILED, "b@example.net",
		"550 5.1.1 no such user"},
	{"Your message wasn\u2019t delivered to b@example.net because the "
	 "domain example.net couldn\u2019t be found.\n", 1, ACTION_FAILED,
		"b@example.net",
		"the domain example.net couldn\u2019t be found."},
	{"The response from the remote server was:\n550 5.7.26 no\n", 1,
		ACTION_FAILED, "", "550 5.7.26 no"},
	{"Hi. This is the qmail-send program at a.example.org.\n"
	 "I'm afraid I wasn't able to deliver your message to the following "
	 "addresses.\n\n<b@example.net>:\nConnected to 192.0.2.7 but sender "
	 "was rejected.\nRemote host said: 550 no\n\n<c@example.net>:\n"
	 "Sorry, I couldn't find any host named example.net. (#5.1.2)\n\n"
	 "--- Below this line is a copy of the message.\n", 2, ACTION_FAILED,
		"b@example.net", "550 no"},
	{"\u00c9chec de la remise pour ces destinataires ou groupes :\n\n"
	 "b@example.net\n\nInformations de diagnostic pour les "
	 "administrateurs :\n\nb@example.net\n#550 5.1.1 no ##\n", 1,
		ACTION_FAILED, "b@example.net", "550 5.1.1 no"},
	{"\u7ba1\u7406\u8005\u5411\u3051\u306e\u8a3a\u65ad\u60c5\u5831:\n"
	 "b@example.net\nRemote Server returned '550 5.1.1 no'\n", 1,
		ACTION_FAILED, "b@example.net", "550 5.1.1 no"},
	{"Diagnoseinformationen f\u00fcr Administratoren:\nb@example.net\n"
	 "Remote Server returned '550 5.1.1 no'\n", 1, ACTION_FAILED,
		"b@example.net", "550 5.1.1 no"},
	/* A reason that stands before those it is about. */
	{"Could not be delivered because of\n\n550 5.1.1 unknown\n\n"
	 "The following recipients were affected:\n    b@example.net\n"
	 "    c@example.net\n", 2, ACTION_FAILED, "b@example.net",
		"550 5.1.1 unknown"},
};
/* clang-format on */

static void bounces_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bounces) / sizeof(bounces[0]); i++) {
		sv in = sv_str(bounces[i].in);
		struct paste_found f;

		paste_unit_read(&f, in);
		if (f.out.n != bounces[i].n)
			fail_msg("%zu attempts in \"%s\"", f.out.n,
			         bounces[i].in);
		assert_int_equal(f.out.v[0].form, FORM_NDR);
		assert_int_equal(f.out.v[0].action, bounces[i].action);
		assert_sv(f.out.v[0].recipient, bounces[i].recipient);
		assert_sv(mtext_sv(&f.out.v[0].text), bounces[i].text);
		assert_int_equal(f.seen.delivered,
		                 bounces[i].action == ACTION_DELIVERED);
		paste_unit_origins(&f, in);
		arena_free(f.a);
	}
}

static void what_is_no_bounce(void **state)
{
	/* clang-format off */
	static const char *const texts[] = {
		"Subject: Out of office\n\nI am away until Monday.\n",
		"Status: 200\nAction: buy\n",
		"Reporting-MTA: dns; a.example.org\n",
		"<", "<>:", "<a@example.org>:", "Action:", "Final-Recipient:",
		"Diagnostic-Code:", "a@example.org\nb@example.org\n",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct paste_found f;

		paste_unit_read(&f, sv_str(texts[i]));
		for (size_t k = 0; k < f.out.n; k++)
			assert_int_not_equal(f.out.v[k].form, FORM_NDR);
		arena_free(f.a);
	}
}

/* Thousands of each kind of line, and lines without end. */
static void floods(void **state)
{
	/* clang-format off */
	static const char *const lines[] = {
		"Final-Recipient: rfc822; a@example.org\n",
		"This is the mail system at host a.example.org.\n",
		"Remote Server returned '", "<<< 550-x\n", "Action: failed\n",
		"Diagnostic-Code: smtp; 550 ", "<a@example.org>:\n",
		"host a[192.0.2.7] said: ", "'", "(", "SMTP Error (state ",
	};
	/* clang-format on */
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct paste_found f;

		buf_reset(&b);
		buf_adds(&b, "The mail system\n");
		for (int k = 0; k < 3000; k++)
			buf_adds(&b, lines[i]);
		f = (struct paste_found){.a = arena_new((size_t)1 << 30)};
		assert_int_equal(paste_read(f.a, buf_sv(&b), NULL, &f.out,
		                            &f.seen, NULL), MW_OK);
		arena_free(f.a);
	}
	buf_fini(&b);
}

UNIT_MAIN(cmocka_unit_test(stages_are_told), cmocka_unit_test(bounces_are_read),
          cmocka_unit_test(what_is_no_bounce), cmocka_unit_test(floods))
