/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/buf.h"
#include "dsn/bounce.h"
#include "dsn/report.h"
#include "unit.h"

#include <stdio.h>

struct bounced {
	struct mail m;
	struct attempts list;
	struct bounce b;
};

static struct bounced bounced(struct arena *a, const char *text)
{
	struct bounced x = {0};

	assert_int_equal(mail_parse(a, sv_str(text), &x.m, NULL), MW_OK);
	assert_int_equal(bounce_read(a, &frames_builtin, &x.m, &x.list, &x.b,
	                             NULL), MW_OK);
	return x;
}

#define HEAD                                                                  \
	"From: MAILER-DAEMON@mail.example.org\nTo: anna@example.org\n"        \
	"Content-Type: multipart/report; report-type=delivery-status; "       \
	"boundary=b\n\n"
#define RETURNED                                                              \
	"--b\nContent-Type: message/rfc822\n\n"                               \
	"From: Anna <anna@example.org>\nTo: bert@example.net\n"               \
	"Message-ID: <m1@example.org>\n"                                      \
	"DKIM-Signature: v=1; d=example.org; s=x; b=y\n\nhello\n--b--\n"

/* Two fates; the words tell the stage, the fields the codes. */
static void fields_and_words_are_joined(void **state)
{
	static const char text[] = HEAD
	    "--b\n\nThis is the mail system at host mail.example.org.\n\n"
	    "<bert@example.net>: host mx.example.net[192.0.2.8] said: 550 "
	    "5.1.1\n    User unknown (in reply to RCPT TO command)\n\n"
	    "--b\nContent-Type: message/delivery-status\n\n"
	    "Reporting-MTA: dns; mail.example.org\n"
	    "X-Postfix-Queue-ID: 14130238EB\n\n"
	    "Final-Recipient: rfc822; bert@example.net\n"
	    "Original-Recipient: rfc822;team@example.org\n"
	    "Action: failed\nStatus: 5.1.1\n"
	    "Diagnostic-Code: smtp; 550 5.1.1\n    User unknown\n\n"
	    "Final-Recipient: rfc822; carl@example.com\nAction: delayed\n"
	    "Status: 4.4.1\nDiagnostic-Code: X-Postfix; connect to\n"
	    "    mx.example.com[192.0.2.9]:25: Connection timed out\n\n"
	    RETURNED;
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(a, text);
	const struct attempt *at = x.list.v;

	(void)state;
	assert_int_equal(x.b.kind, BOUNCE_REPORT);
	assert_int_equal(x.list.n, 2);
	assert_sv(at[0].recipient, "team@example.org");
	assert_sv(at[0].final_recipient, "bert@example.net");
	assert_int_equal(at[0].stage, STAGE_RCPT);
	assert_int_equal(at[0].action, ACTION_FAILED);
	assert_sv(mtext_sv(&at[0].text), "550 5.1.1 User unknown");
	assert_int_equal(at[0].text.src[0],
	                 strstr(text, "550 5.1.1\n    User unknown\n\nF") -
	                     text);
	assert_sv(at[0].host, "mx.example.net");
	assert_sv(at[0].queue_id, "14130238EB");
	assert_sv(at[0].message_id, "m1@example.org");
	assert_sv(at[1].recipient, "carl@example.com");
	assert_int_equal(at[1].action, ACTION_DELAYED);
	assert_sv(x.b.returned.dkim, "example.org");
	assert_sv(x.b.returned.from, "anna@example.org");
	assert_ptr_equal(at[0].returned, at[1].returned);
	assert_sv(at[1].returned->dkim, "example.org");
	assert_true(at[1].returned->size > 100);
	arena_free(a);
}

/* Soft breaks within a line move what stands behind them. */
static void words_stand_where_they_are(void **state)
{
	static const char text[] =
	    "From: MAILER-DAEMON@mail.example.org\nTo: anna@example.org\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "This is the mail system at host mail.example.org.\n\n"
	    "<bert@example.net>: host mx.example.net[192.0.2.8] said: 550 5.1=\n"
	    ".1 User unk=6Eown\n";
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(a, text);
	const struct mtext *t = &x.list.v[0].text;

	(void)state;
	assert_int_equal(x.list.n, 1);
	assert_sv(mtext_sv(t), "550 5.1.1 User unknown");
	assert_int_equal(t->src[0], strstr(text, "550") - text);
	assert_int_equal(t->src[10], strstr(text, "User") - text);
	assert_int_equal(t->src[19], strstr(text, "own\n") - text);
	arena_free(a);
}

/* The same where the report itself is encoded. */
static void fields_stand_where_they_are(void **state)
{
	static const char text[] = HEAD
	    "--b\nContent-Type: message/delivery-status\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "Final-Recipient: rfc822; bert@example.net\nAction: failed\n"
	    "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1=\n.1 User unknown\n\n"
	    RETURNED;
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(a, text);

	(void)state;
	assert_int_equal(x.list.n, 1);
	assert_sv(mtext_sv(&x.list.v[0].text), "550 5.1.1 User unknown");
	assert_int_equal(x.list.v[0].text.src[10],
	                 strstr(text, "User") - text);
	arena_free(a);
}

#define REPORT                                                                \
	"\n--b\nContent-Type: message/delivery-status\n\n"                     \
	"Reporting-MTA: dns; mail.example.org\n"

/* What Postfix, Exim, Sendmail and OpenSMTPD wrote in tests/integ. */
static void the_words_tell_the_stage(void **state)
{
	/* clang-format off */
	static const struct {
		const char *words, *fields;
		enum smtp_stage stage;
		bool expired;
	} rows[] = {
	    /* wrapped in the middle of the words */
	    {"<bert@example.net>: host mx.example.net[192.0.2.8] said: 550 5.1.1\n"
	     "    <bert@example.net>: User unknown (in\n"
	     "    reply to RCPT TO command)\n\n<carl@example.net>: host\n"
	     "    x said: 554 no (in reply to DATA command)\n",
	     "Action: failed\nStatus: 5.1.1\n"
	     "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n",
	     STAGE_RCPT, false},
	    /* the words of another are not its own */
	    {"<bert@example.net>: host mx.example.net[192.0.2.8] said: 550 no\n"
	     "<carl@example.net>: host x said: 554 no (in reply to DATA command)\n",
	     "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no\n",
	     STAGE_UNKNOWN, false},
	    {"<bert@example.net>: host mx.example.net[192.0.2.8] refused to talk\n"
	     "    to me: 421 4.7.0 Too many connections\n",
	     "X-Postfix-Queue-ID: 14130238EB\n\n"
	     "Action: failed\nStatus: 4.7.0\n"
	     "Diagnostic-Code: smtp; 421 4.7.0 Too many connections\n",
	     STAGE_CONNECT, true},
	    {"  bert@example.net\n    host mx.example.net [192.0.2.8]\n"
	     "    SMTP error from remote mail server after end of data:\n"
	     "    552 5.3.4 Too big\n  carl@example.net\n",
	     "Action: failed\nStatus: 5.0.0\n"
	     "Diagnostic-Code: smtp; 552 5.3.4 Too big\n",
	     STAGE_END_OF_DATA, false},
	    {"<bert@example.net>\n    (reason: 550 5.1.1 no such user)\n\n"
	     "   ----- Transcript of session follows -----\n"
	     "... while talking to mx.example.net.:\n"
	     ">>> RCPT To:<carl@example.net>\n<<< 550 5.1.1 no such user\n"
	     ">>> DATA\n<<< 550 5.1.1 no such user\n"
	     "550 5.1.1 <bert@example.net>... User unknown\n"
	     "<<< 503 5.0.0 Need RCPT (recipient)\n",
	     "Action: failed\nStatus: 5.1.1\n"
	     "Diagnostic-Code: SMTP; 550 5.1.1 no such user\n",
	     STAGE_RCPT, false},
	    {"<bert@example.net>\n    (reason: 554 5.7.1 blocked)\n\n"
	     "... while talking to mx.example.net.:\n<<< 554 5.7.1 blocked\n",
	     "Action: failed\nStatus: 5.5.0\n"
	     "Diagnostic-Code: SMTP; 554 5.7.1 blocked\n",
	     STAGE_CONNECT, false},
	    /* a delay that is none any more */
	    {"A message is delayed for more than 0 seconds for the following\n"
	     "list of recipients:\n\nbert@example.net: Envelope expired\n",
	     "Action: delayed\nStatus: 4.4.7\n", STAGE_UNKNOWN, true},
	};
	/* clang-format on */
	char text[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *a = arena_new(1 << 22);
		struct bounced x;
		bool own = strstr(rows[i].fields, "X-Postfix") != NULL;

		assert_true(snprintf(text, sizeof(text), "%s--b\n\n%s%s%s%s%s%s",
		            HEAD, rows[i].words, REPORT, own ? "" : "\n",
		            rows[i].fields,
		            "Final-Recipient: rfc822; bert@example.net\n",
		            RETURNED) < (int)sizeof(text));
		x = bounced(a, text);
		if (x.list.n != 1 || x.list.v[0].stage != rows[i].stage ||
		    x.list.v[0].expired != rows[i].expired ||
		    x.list.v[0].action != ACTION_FAILED)
			fail_msg("row %zu: %zu attempts, stage %u, expired %d",
			         i, x.list.n, (unsigned)x.list.v[0].stage,
			         x.list.v[0].expired);
		arena_free(a);
	}
}

/* Sendmail gives the last reply it got, even to QUIT. */
static void a_goodbye_is_no_reason(void **state)
{
	static const char text[] = HEAD
	    "--b\n\n   ----- The following addresses had permanent fatal "
	    "errors -----\n<bert@example.net>\n    (reason: 221 2.0.0 Bye)\n\n"
	    "   ----- Transcript of session follows -----\n"
	    "... while talking to mx.example.net.:\n"
	    "<<< 421 4.7.0 Too many connections\n"
	    "<bert@example.net>... Deferred: 421 4.7.0 Too many connections\n"
	    "Message could not be delivered for 5 days\n"
	    "Message will be deleted from queue\n" REPORT
	    "\nFinal-Recipient: RFC822; bert@example.net\nAction: failed\n"
	    "Status: 4.4.7\nDiagnostic-Code: SMTP; 221 2.0.0 Bye\n" RETURNED;
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(a, text);

	(void)state;
	assert_int_equal(x.list.n, 1);
	assert_sv(mtext_sv(&x.list.v[0].text),
	          "421 4.7.0 Too many connections");
	assert_true(x.list.v[0].expired);
	arena_free(a);
}

/* Recipients over the limit are left out, and that is told. */
/* One report with these fields about bert@example.net, and these words. */
static struct attempt one_of(struct arena *a, const char *words,
                             const char *message, const char *fields)
{
	char text[2048];
	struct bounced x;

	snprintf(text, sizeof(text),
	         HEAD "--b\n\n%s\n"
	         "--b\nContent-Type: message/delivery-status\n\n"
	         "Reporting-MTA: dns; mail.example.org\n%s\n"
	         "Final-Recipient: rfc822; bert@example.net\n%s\n" RETURNED,
	         words, message, fields);
	x = bounced(a, text);
	assert_int_equal(x.list.n, 1);
	return x.list.v[0];
}

/* Whose mail_name is another, and whose action, say that it was given up. */
static void the_queue_time_is_over(void **state)
{
	struct arena *a = arena_new(1 << 22);
	static const char timeout[] =
	    "Action: failed\nStatus: 4.4.1\n"
	    "Diagnostic-Code: X-Relay; connect to mx.example.net[192.0.2.8]:25: "
	    "Connection timed out\n";

	(void)state;
	assert_true(one_of(a, "", "X-Postfix-Queue-ID: 14130238EB\n", timeout)
	                .expired);
	assert_true(one_of(a, "", "X-Big_Relay-Queue-ID: 14130238EB\n",
	                   timeout).expired);
	assert_false(one_of(a, "", "", timeout).expired);
	assert_true(one_of(a, "", "", "Action: expired\nStatus: \n"
	                   "Diagnostic-Code: Connection timed out\n").expired);
	arena_free(a);
}

static void a_program_on_the_spot(void **state)
{
	struct arena *a = arena_new(1 << 22);

	(void)state;
	assert_int_equal(one_of(a, "", "", "Action: failed\nStatus: 4.3.0\n"
	                        "Diagnostic-Code: x-unix; temporary failure\n")
	                     .stage, STAGE_DELIVERY);
	assert_int_equal(one_of(a, "", "", "Action: failed\nStatus: 5.1.1\n"
	                        "Diagnostic-Code: smtp; 550 no\n").stage,
	                 STAGE_UNKNOWN);
	arena_free(a);
}

/* Sendmail's field has the first line of a reply; the dialogue has all. */
static void a_cut_reply(void **state)
{
	struct arena *a = arena_new(1 << 22);
	static const char fields[] =
	    "Action: failed\nStatus: 5.7.0\n"
	    "Diagnostic-Code: SMTP; 552-5.7.0 It holds what we\n";
	struct attempt at;

	(void)state;
	at = one_of(a, "   ----- The following addresses had permanent fatal "
	            "errors -----\n<bert@example.net>\n\n"
	            "   ----- Transcript of session follows -----\n"
	            "... while talking to mx.example.net.:\n>>> DATA\n"
	            "<<< 552-5.7.0 It holds what we\n"
	            "<<< 552 5.7.0 do not take\n"
	            "554 5.0.0 Service unavailable\n", "", fields);
	assert_true(sv_has(mtext_sv(&at.text), SV("do not take")));
	/* Another reply takes no part of its place. */
	at = one_of(a, "<bert@example.net>: 554 5.0.0 Service unavailable\n",
	            "", fields);
	assert_true(sv_has(mtext_sv(&at.text), SV("It holds what we")));
	arena_free(a);
}

static void many_recipients(void **state)
{
	struct arena *a = arena_new(1 << 24);
	struct buf b;
	struct bounced x;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, HEAD "--b\nContent-Type: message/delivery-status\n\n");
	for (unsigned i = 0; i <= REPORT_MAX; i++)
		buf_addf(&b, "Final-Recipient: rfc822; u%u@example.net\n"
		         "Action: failed\nStatus: 5.1.1\n\n", i);
	buf_adds(&b, RETURNED);
	buf_addc(&b, '\0');
	x = bounced(a, b.p);
	assert_int_equal(x.list.n, REPORT_MAX);
	assert_true(x.list.more);
	buf_fini(&b);
	arena_free(a);
}

static void complaints(void **state)
{
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(
	    a, "From: a@example.net\nTo: b@example.org\nContent-Type: "
	       "multipart/report; report-type=feedback-report; boundary=b\n\n"
	       "--b\n\nwords\n--b\nContent-Type: message/feedback-report\n\n"
	       "Feedback-Type: abuse\nOriginal-Rcpt-To: <bert@example.net>\n"
	       "Original-Rcpt-To: carl@example.net\n\n" RETURNED);

	(void)state;
	assert_int_equal(x.b.kind, BOUNCE_COMPLAINT);
	assert_sv(x.b.feedback, "abuse");
	assert_int_equal(x.list.n, 2);
	assert_int_equal(x.list.v[1].notice, NOTICE_COMPLAINT);
	assert_sv(x.list.v[0].recipient, "bert@example.net");
	arena_free(a);
}

static void answers(void **state)
{
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(
	    a, "From: Bert <bert@example.net>\nTo: anna@example.org\n"
	       "Subject: away\nAuto-Submitted: auto-replied\n\n"
	       "I am away\nuntil May.\n");

	(void)state;
	assert_int_equal(x.b.kind, BOUNCE_ANSWER);
	assert_int_equal(x.list.n, 1);
	assert_sv(x.list.v[0].recipient, "bert@example.net");
	assert_sv(mtext_sv(&x.list.v[0].text), "I am away until May.");
	arena_free(a);
}

static void ordinary_mails_are_none(void **state)
{
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(a, "From: a@example.org\nTo: b@example.org\n"
	                              "Subject: lunch\n\nAt noon?\n");

	(void)state;
	assert_int_equal(x.b.kind, BOUNCE_NONE);
	assert_int_equal(x.list.n, 0);
	arena_free(a);
}

/* A bounce that somebody passes on, whole. */
static void forwarded(void **state)
{
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(
	    a, "From: c@example.org\nTo: d@example.org\nContent-Type: "
	       "multipart/mixed; boundary=o\n\n--o\n\nSee below.\n--o\n"
	       "Content-Type: message/rfc822\n\n" HEAD
	       "--b\nContent-Type: message/delivery-status\n\n"
	       "Final-Recipient: rfc822; bert@example.net\nAction: failed\n"
	       "Status: 5.1.1\n\n--b--\n--o--\n");

	(void)state;
	assert_int_equal(x.b.kind, BOUNCE_REPORT);
	assert_int_equal(x.list.n, 1);
	assert_sv(x.list.v[0].recipient, "bert@example.net");
	arena_free(a);
}

/* Some bounces are a page and nothing else. */
static void only_a_page(void **state)
{
	static const char text[] =
	    "From: MAILER-DAEMON@mail.example.org\nTo: anna@example.org\n"
	    "Subject: failed\nContent-Type: text/html; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "<html><body><p>This is the mail system at host mail.example.org."
	    "</p><p>&lt;bert=40example.net&gt;: host mx.example.net"
	    "[192.0.2.8] said: 550 5.1.1 <b>User =\nunknown</b> (in reply to "
	    "RCPT TO command)</p></body></html>\n";
	struct arena *a = arena_new(1 << 22);
	struct bounced x = bounced(a, text);

	(void)state;
	assert_int_equal(x.list.n, 1);
	assert_sv(x.list.v[0].recipient, "bert@example.net");
	assert_sv(mtext_sv(&x.list.v[0].text), "550 5.1.1 User unknown");
	assert_int_equal(x.list.v[0].text.src[0],
	                 strstr(text, "550 5.1.1") - text);
	arena_free(a);
}

/* clang-format off */
static const struct {
	const char *value, *address;
} addresses[] = {
	{"rfc822; <a@example.org>", "a@example.org"},
	{"RFC822;a@example.org;", "a@example.org"},
	{"rfc/822; a@example.org (Anna)", "a@example.org"},
	{"a@example.org", "a@example.org"},
	{"rfc822;to:a@example.org", "a@example.org"},
	{"rfc822;\"a;b\"@example.org", "\"a;b\"@example.org"},
};
/* clang-format on */

static void addresses_of_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_sv(report_address(sv_str(addresses[i].value)),
		          addresses[i].address);
}

/* Groups without empty lines between them, empty lines inside them. */
static void odd_spacing(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct report r;

	(void)state;
	assert_true(report_read(
	    a, SV("Reporting-MTA:dns;mx.example.org\n"
	          "Final-Recipient : rfc822;a@example.org\nAction:failed\n\n"
	          "Status: 5.1.1 (unknown)\n"
	          "Final-Recipient: rfc822;b@example.org\nAction: Failed (x)\n"
	          "Remote-MTA: dns; mx.example.net (192.0.2.1, the server)\n"),
	    &r));
	assert_int_equal(r.n, 2);
	assert_sv(r.reporting_mta, "mx.example.org");
	assert_sv(r.v[0].final, "a@example.org");
	assert_int_equal(r.v[0].status.detail, 1);
	assert_int_equal(r.v[1].action, ACTION_FAILED);
	assert_sv(r.v[1].host, "mx.example.net");
	assert_sv(r.v[1].host_ip, "192.0.2.1");
	arena_free(a);
}

#define FROM_OUTSIDE                                                          \
	"Received: from mail.example.org (mail.example.org [192.0.2.1])\n"    \
	"\tby mx.example.net (Postfix) with ESMTP id 1; x\n"
#define FORGED                                                                \
	"Received: from forged.example (forged.example [203.0.113.9])\n"      \
	"\tby mx.example.net (Postfix) with ESMTP id 2; x\n"

/* Received fields of what came back, and of the bounce; who handed it over. */
static void clients_are_told(void **state)
{
	static const struct {
		const char *reporter, *outer, *received, *helo, *ip;
	} cases[] = {
		{"mx.example.net", "", FROM_OUTSIDE FORGED,
		 "mail.example.org", "192.0.2.1"},
		{"MX.example.net.", "", FROM_OUTSIDE, "mail.example.org",
		 "192.0.2.1"},
		/* A filter on the host gave it back to it. */
		{"mx.example.net", "",
		 "Received: from localhost (localhost [127.0.0.1])\n\tby "
		 "mx.example.net (Postfix) with ESMTP id 3; x\n"
		 "Received: from localhost ([127.0.0.1]) by localhost\n"
		 FROM_OUTSIDE, "mail.example.org", "192.0.2.1"},
		/* qmail's programs, Gmail's addresses, stand above. */
		{"mx.example.net", "",
		 "Received: (qmail 1 invoked by uid 89); x\n" FROM_OUTSIDE,
		 "mail.example.org", "192.0.2.1"},
		{"googlemail.com", "",
		 "Received: by 2002:a05:6402:1d0 with SMTP id a; x\n"
		 "Received: from mail.example.org (dsl.example.org. "
		 "[192.0.2.1])\n by smtp.gmail.com with ESMTPSA id b; x\n",
		 "mail.example.org", "192.0.2.1"},
		/* The bounce itself tells on which host it was written. */
		{"", "Received: from mx.example.net (mx.example.net "
		     "[192.0.2.8]) by mail.example.org\n"
		     "Received: from exim by mx.example.net with local\n",
		 FROM_OUTSIDE, "mail.example.org", "192.0.2.1"},
		{"", "Received: from mx.example.net (mx.example.net "
		     "[192.0.2.8]) by mail.example.org\n", FROM_OUTSIDE, "", ""},
		/* It came another way, was written there, or lies. */
		{"mx.example.com", "", FROM_OUTSIDE, "", ""},
		{"", "", FROM_OUTSIDE, "", ""},
		{"mx.example.net", "",
		 "Received: by mx.example.net (Postfix, from userid 33) id 3\n"
		 FORGED, "", ""},
		{"mx.example.net", "",
		 "Received: from a.example ([203.0.113.8]) by b.example\n"
		 FROM_OUTSIDE, "", ""},
		{"mx.example.net", "",
		 "Received: from mx.example.net (x.example [203.0.113.8])\n"
		 "\tby mx.example.net\n" FORGED, "", ""},
		{"mx.example.net", "", "", "", ""},
	};
	struct arena *a = arena_new(1 << 22);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ev_returned *r;
		char text[4096];
		struct bounced x;

		arena_reset(a);
		(void)snprintf(
		    text, sizeof(text),
		    "%s" HEAD "--b\n\nwords\n\n"
		    "--b\nContent-Type: message/delivery-status\n\n%s%s\n\n"
		    "Final-Recipient: rfc822; bert@example.net\n"
		    "Action: failed\nStatus: 5.1.1\n\n"
		    "--b\nContent-Type: text/rfc822-headers\n\n%s"
		    "From: anna@example.org\n\n--b--\n",
		    cases[i].outer,
		    cases[i].reporter[0] ? "Reporting-MTA: dns; "
		                         : "X-Nothing: x",
		    cases[i].reporter, cases[i].received);
		x = bounced(a, text);
		assert_int_equal(x.list.n, 1);
		r = x.list.v[0].returned;
		assert_non_null(r);
		assert_sv(r->from, "anna@example.org");
		if (!sv_eq(r->client_helo, sv_str(cases[i].helo)) ||
		    !sv_eq(r->client_ip, sv_str(cases[i].ip)))
			fail_msg("case %zu: \"%.*s\" [%.*s]", i,
			         SV_FMT(r->client_helo), SV_FMT(r->client_ip));
	}
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(fields_and_words_are_joined),
          cmocka_unit_test(the_words_tell_the_stage),
          cmocka_unit_test(a_goodbye_is_no_reason),
          cmocka_unit_test(words_stand_where_they_are),
	    cmocka_unit_test(fields_stand_where_they_are),
	    cmocka_unit_test(the_queue_time_is_over),
          cmocka_unit_test(a_program_on_the_spot),
          cmocka_unit_test(a_cut_reply),
          cmocka_unit_test(many_recipients),
	    cmocka_unit_test(complaints), cmocka_unit_test(answers),
          cmocka_unit_test(ordinary_mails_are_none),
          cmocka_unit_test(forwarded), cmocka_unit_test(only_a_page), cmocka_unit_test(addresses_of_fields),
          cmocka_unit_test(odd_spacing), cmocka_unit_test(clients_are_told))
