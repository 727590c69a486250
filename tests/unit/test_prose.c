/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste_unit.h"

/* One reply is found, with this text; weak where it begins with '?'. */
/* clang-format off */
static const struct {
	const char *in;
	unsigned code;
	const char *status, *text;
} found[] = {
	/* Nothing but the reply. */
	{"550 5.1.1 no such user", 550, "5.1.1", "550 5.1.1 no such user"},
	{"550", 550, "", "550"},
	{"550 5.7.1", 550, "5.7.1", "550 5.7.1"},
	{"5.7.1", 0, "5.7.1", "5.7.1"},
	{"#5.7.1 smtp;550 no", 0, "5.7.1", "#5.7.1 smtp;550 no"},
	{"error 5.7.1", 0, "", "?error 5.7.1"},
	{"554 5.7.1 rejected ...", 554, "5.7.1", "554 5.7.1 rejected ..."},
	{"550 xyzzy", 550, "", "?550 xyzzy"},
	{"550-5.7.26 one\n550-5.7.26 two\n550 5.7.26 three", 550, "5.7.26",
		"550-5.7.26 one\n550-5.7.26 two\n550 5.7.26 three"},
	{"> 550-5.7.26 mail one\n> 550 5.7.26 two", 550, "5.7.26",
		"550-5.7.26 mail one\n550 5.7.26 two"},
	{"550 5.5.0\nRequested action not taken: mailbox unavailable", 550,
		"5.5.0",
			"550 5.5.0 Requested action not taken: "
			"mailbox unavailable"},
	{"421 mx7 ME\nTrop de connexions", 421, "",
		"421 mx7 ME Trop de connexions"},
	{"5.1.3 The recipient address is bad. Learn\n5.1.3 more at\n"
	 "5.1.3 https://x",
		0, "5.1.3", "5.1.3 The recipient address is bad. Learn\n"
		"5.1.3 more at\n5.1.3 https://x"},
	{"450 4.7.1 Client host rejected: cannot find your\n"
	 "    reverse hostname, [192.0.2.7]", 450, "4.7.1",
		"450 4.7.1 Client host rejected: cannot find your "
		"reverse hostname, [192.0.2.7]"},
	{"550 5.1.1 <a@example.org>: unknown (in reply to RCPT TO command)",
		550,
		"5.1.1", "550 5.1.1 <a@example.org>: unknown"},
	{"> > 550 5.1.1 <a@example.org>: Recipient address\n> > rejected: User "
	 "unknown\n>\n> Any ideas?", 550, "5.1.1",
		"550 5.1.1 <a@example.org>: Recipient address rejected: "
		"User unknown"},
	{"\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]}}", 550, "5.1.1",
		"550 5.1.1 user unknown"},
	{"<br>550 5.7.1 Relaying denied<br>", 550, "5.7.1",
		"550 5.7.1 Relaying denied"},
	{"421, too many connections", 421, "", "421, too many connections"},
	/* A word of another trade does not make it no mail. */
	{"550 5.1.1 no such user in mysql", 550, "5.1.1",
		"550 5.1.1 no such user in mysql"},
	{"550 192.0.2.7 is listed at sip.example.net", 550, "",
		"550 192.0.2.7 is listed at sip.example.net"},
	/* Read from a screenshot. */
	{"55O S.l.1 User unknown", 550, "5.1.1", "User unknown"},
	{"4S1 Greylisted, try again", 451, "", "Greylisted, try again"},
	/* In frames. */
	{"host mx.example.org[192.0.2.1] said: 554 5.7.1 denied", 554, "5.7.1",
		"554 5.7.1 denied"},
	{"SMTP Error: [554] 5.7.1 Infected: x", 554, "5.7.1", "Infected: x"},
	{"err=\"535 5.7.3 Authentication unsuccessful\" level=2", 535, "5.7.3",
		"535 5.7.3 Authentication unsuccessful"},
	{"smtpstatus=552 smtpmsg='552 5.2.0 Message too big'", 552, "5.2.0",
		"552 5.2.0 Message too big"},
	{"msg=\"550 5.1.1 does not exist. Try\\n5.1.1 again\" code=550", 550,
		"5.1.1", "550 5.1.1 does not exist. Try\n5.1.1 again"},
	{"Remote Server returned '550 5.7.520 Access denied'", 550, "5.7.520",
		"550 5.7.520 Access denied"},
	{"Erreur de serveur : 550\nR\u00e9ponse du serveur : 550 5.1.0 "
	 "Emetteur "
	 "invalide.\nServeur : 'x'", 550, "5.1.0",
		"550 5.1.0 Emetteur invalide."},
	{"I get \u201c454 Throttling failure\u201d after DATA.", 454, "",
		"454 Throttling failure"},
	{"It returns \"550: Message failed: 550-5.7.1 Unauthenticated email\".",
		550, "5.7.1", "550-5.7.1 Unauthenticated email"},
	{"receives a return code \"550 queryTxt ESERVFAIL\"", 550, "",
		"?550 queryTxt ESERVFAIL"},
	{"\u90ae\u7bb1554\u9519\u8bef", 554, "", "554"},
	{"My e-mail does not arrive, I only see error 550.", 550, "", "550"},
	{"time=\"x\" err=\"421 4.7.0 [\\\"a\\\"] too many connections\"", 421,
		"4.7.0", "421 4.7.0 [\"a\"] too many connections"},
};

/* No reply is found here. */
static const char *const not_found[] = {
	"550 EUR for the mailbox in the hall, and then some more words.\n\n"
		"a\nb\nc\nd\ne\nf\ng\nh\ni\n",
	"HTTP response code: 421 for URL: https://example.org",
	"connect to mail.example.org:587 and 203.0.113.7:465",
	"SIZE=550",
	"220 ready\n250 ok\n354 go ahead\n550 mailbox\n551 user\n552 quota\n",
	"message-id=<550-5.7.1@example.org>",
	"[2001:db8:450::550]:25",
	"250 2.0.0 Ok: queued as 550A",
	"ftp> get x\n550 File not found\n",
	"return \"550 5.1.1 Mailbox does not exist\";\ncase 421:\ncase 450:\n"
		"case 451:\ncase 452:\n",
};
/* clang-format on */

static void replies_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		sv in = sv_str(found[i].in), want = sv_str(found[i].text);
		bool weak = sv_starts(want, SV("?"));
		char buf[ESTATUS_TEXT];
		struct paste_found f;
		struct reply r;

		paste_unit_read(&f, in);
		if (f.out.n != 1)
			fail_msg("%zu attempts in \"%s\"", f.out.n,
				 found[i].in);
		r = paste_unit_reply(&f, 0);
		assert_sv(mtext_sv(&f.out.v[0].text), want.p + weak);
		assert_int_equal(r.code, found[i].code);
		assert_string_equal(estatus_format(r.status, buf),
				    found[i].status);
		if (f.out.v[0].weak != weak)
			fail_msg("weak is wrong for \"%s\"", found[i].in);
		arena_free(f.a);
	}
}

static void others_are_left_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(not_found) / sizeof(not_found[0]); i++) {
		struct paste_found f;

		paste_unit_read(&f, sv_str(not_found[i]));
		for (size_t k = 0; k < f.out.n; k++)
			if (f.out.v[k].form == FORM_REPLY)
				fail_msg("\"%.*s\" found in \"%s\"",
					 SV_FMT(mtext_sv(&f.out.v[k].text)),
					 not_found[i]);
		arena_free(f.a);
	}
}

static void words_before_are_read(void **state)
{
	struct paste_found f;

	(void)state;
	paste_unit_read(&f, SV("SMTP error after RCPT TO:<a@example.org>: host "
			       "mx.example.org[192.0.2.1] said: 550 no user"));
	assert_int_equal(f.out.n, 1);
	assert_sv(f.out.v[0].recipient, "a@example.org");
	assert_sv(f.out.v[0].host, "mx.example.org");
	assert_sv(f.out.v[0].host_ip, "192.0.2.1");
	assert_int_equal(f.out.v[0].stage, STAGE_RCPT);
	arena_free(f.a);
}

UNIT_MAIN(cmocka_unit_test(replies_are_found),
	  cmocka_unit_test(others_are_left_alone),
	  cmocka_unit_test(words_before_are_read))
