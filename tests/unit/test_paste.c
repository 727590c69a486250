/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste_unit.h"

#include <dirent.h>
#include <stdio.h>

/* clang-format off */
static const struct {
	const char *in;
	size_t n;
	/* Of the first attempt. */
	enum ev_form form;
	bool weak;
	unsigned code;
	const char *text, *recipient;
} pastes[] = {
	{"", 0, 0, 0, 0, "", ""},
	{"Hello,\nhow are you?\nBye\n", 0, 0, 0, 0, "", ""},
	{"mail for example.com loops back to myself", 1, FORM_TEXT, true, 0,
		"mail for example.com loops back to myself", ""},
	{"SMTP Error: Could not connect to SMTP host.", 1, FORM_EXCEPTION,
		false, 0,
		"SMTP Error: Could not connect to SMTP host.", ""},
	{"554 5.7.1 <a@example.org>: Relay access denied\n\nor\n\n"
	 "550 relay not permitted!", 2, FORM_REPLY, false, 554,
		"554 5.7.1 <a@example.org>: Relay access denied", ""},
	{"Nov 23 09:14:03 mail postfix/smtp[2]: 7C1D: to=<a@example.org>, "
	 "relay=mx.example.net[203.0.113.25]:25, delay=1, dsn=5.7.1, "
	 "status=bounced (host mx.example.net[203.0.113.25] said: 554 5.7.1 "
	 "blocked (in reply to RCPT TO command))", 1, FORM_LOG, false, 554,
		"554 5.7.1 blocked", "a@example.org"},
	/* The same, wrapped and quoted. */
	{"> Nov 23 09:14:03 mail postfix/smtp[2]: 7C1D: to=<a@example.org>,\n"
	 "> relay=mx.example.net[203.0.113.25]:25, delay=1, dsn=5.7.1,\n"
	 "> status=bounced (host mx.example.net[203.0.113.25] said: 554\n"
	 "> 5.7.1 blocked (in reply to RCPT TO command))\n> \nWhat now?", 1,
		FORM_LOG, false, 554, "554 5.7.1 blocked", "a@example.org"},
	/* Of a delivery and a failure only the failure is told. */
	{"Nov 23 09:14:03 mail postfix/smtp[2]: 7C1D: to=<b@example.org>, "
	 "relay=mx.example.net[203.0.113.25]:25, delay=1, dsn=2.0.0, "
	 "status=sent (250 2.0.0 Ok: queued as 550)\n"
	 "Nov 23 09:14:04 mail postfix/smtp[2]: 7C1D: to=<a@example.org>, "
	 "relay=none, delay=1, dsn=5.4.4, status=bounced (Host or domain name "
	 "not found)", 1, FORM_LOG, false, 0, "Host or domain name not found",
		"a@example.org"},
	{"> <a@example.org>:\n> 192.0.2.84_does_not_like_recipient./Remote_host"
	 "_said:_553_not_a\n> ccepted/Giving_up_on_192.0.2.84./\n", 1, FORM_LOG,
		false, 553, "553 not accepted", "a@example.org"},
	{"<a@example.org>: 550 5.1.1 User unknown\n"
	 "<b@example.org>: 550 5.1.1 User unknown\n", 2, FORM_REPLY, false, 550,
		"550 5.1.1 User unknown", "a@example.org"},
	{"All mail to them lands in spam, with rDNS and DMARC set up. What "
	 "is the problem?", 0, 0, 0, 0, "", ""},
	/* Exim's debugging output. */
	{"  277   == a@example.org R=dnslookup defer (-1): host lookup did not "
	 "complete", 1, FORM_LOG, false, 0, "host lookup did not complete",
		"a@example.org"},
	{"Would I get a 454 error if I reach the limits of the SMTP service?",
		0,
		0, 0, 0, "", ""},
	/* A try is dropped where a final attempt follows. */
	{"Mar 23 11:21:31 h postfix/smtp[1]: connect to mx1.example.org"
	 "[192.0.2.1]:25: Connection timed out\n"
	 "Mar 23 11:23:31 h postfix/smtp[1]: BB48359B: to=<a@example.org>, "
	 "relay=none, delay=151, dsn=4.4.1, status=deferred (connect to "
	 "mx2.example.org[192.0.2.2]:25: Connection timed out)", 1, FORM_LOG,
		false, 0,
		"connect to mx2.example.org[192.0.2.2]:25: "
		"Connection timed out",
		"a@example.org"},
};
/* clang-format on */

static void attempts_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pastes) / sizeof(pastes[0]); i++) {
		sv in = sv_str(pastes[i].in);
		struct paste_found f;

		paste_unit_read(&f, in);
		if (f.out.n != pastes[i].n)
			fail_msg("%zu attempts in \"%s\"", f.out.n,
				 pastes[i].in);
		if (f.out.n) {
			assert_int_equal(f.out.v[0].form, pastes[i].form);
			assert_int_equal(f.out.v[0].weak, pastes[i].weak);
			assert_int_equal(paste_unit_reply(&f, 0).code,
					 pastes[i].code);
			assert_sv(mtext_sv(&f.out.v[0].text), pastes[i].text);
			assert_sv(f.out.v[0].recipient, pastes[i].recipient);
		}
		paste_unit_origins(&f, in);
		arena_free(f.a);
	}
}

/* Write ASCII as UTF-16; returns the number of bytes. */
static size_t widen(const char *s, bool big, bool mark, char *out)
{
	size_t n = 0;

	if (mark) {
		out[n++] = big ? '\xFE' : '\xFF';
		out[n++] = big ? '\xFF' : '\xFE';
	}
	for (; *s; s++) {
		out[n++] = big ? '\0' : *s;
		out[n++] = big ? *s : '\0';
	}
	return n;
}

static void wide_text_is_read(void **state)
{
	const char *text = "Hello\r\n\r\n550 5.1.1 no such user\r\n";

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		bool big = i & 1, mark = i & 2;
		struct paste_found f;
		char in[256];
		size_t off, len;
		sv s = sv_of(in, widen(text, big, mark, in));

		paste_unit_read(&f, s);
		assert_int_equal(f.out.n, 1);
		assert_sv(mtext_sv(&f.out.v[0].text), "550 5.1.1 no such user");
		assert_true(mtext_origin(&f.out.v[0].text, 0, 22, &off, &len));
		assert_int_equal(off, (mark ? 2 : 0) + 9 * 2);
		assert_int_equal(f.out.v[0].offset, off);
		arena_free(f.a);
	}
}

static void named_charsets_are_read(void **state)
{
	sv in = SV("Content-Type: text/plain; charset=koi8-r\n\n550 5.2.2 "
		   "\xd1\xdd\xc9\xcb \xd0\xcf\xcc\xcf\xce\n");
	struct paste_found f;

	(void)state;
	paste_unit_read(&f, in);
	assert_int_equal(f.out.n, 1);
	assert_sv(mtext_sv(&f.out.v[0].text),
		  "550 5.2.2 \u044f\u0449\u0438\u043a "
		  "\u043f\u043e\u043b\u043e\u043d");
	assert_int_equal(f.out.v[0].text.src[0], 42);
	arena_free(f.a);
}

static void what_was_seen(void **state)
{
	struct paste_found f;

	(void)state;
	paste_unit_read(&f, sv_of("\x7f"
				  "ELF\0\1\2\3\0\0\0\1\2",
				  13));
	assert_true(f.seen.binary);
	assert_int_equal(f.out.n, 0);
	arena_free(f.a);
	paste_unit_read(&f, SV("From: a@example.org\nTo: b@example.org\n"
			       "Subject: 550 pieces\n\nHello\n"));
	assert_true(f.seen.not_a_bounce);
	assert_sv(f.seen.what, "message headers");
	arena_free(f.a);
	paste_unit_read(&f, SV("250 Ok: queued as nhIMmON9SFOPcT0ii4nt2A"));
	assert_true(f.seen.delivered);
	arena_free(f.a);
}

/* Texts that hold no rejection: no reply may be found that is sure of it. */
static void read_negative(const char *path)
{
	static char in[1 << 16];
	FILE *file = fopen(path, "rb");
	struct paste_found f;
	size_t n;

	assert_non_null(file);
	n = fread(in, 1, sizeof(in), file);
	(void)fclose(file);
	paste_unit_read(&f, sv_of(in, n));
	for (size_t i = 0; i < f.out.n; i++)
		if (!f.out.v[i].weak && f.out.v[i].action < ACTION_DELIVERED)
			fail_msg("%s: \"%.*s\"", path,
				 SV_FMT(mtext_sv(&f.out.v[i].text)));
	arena_free(f.a);
}

static void lines_are_joined_by_queue_id(void **state)
{
	struct paste_found f;

	(void)state;
	paste_unit_read(
		&f,
		SV("Nov 23 09:14:02 mail postfix/submission/smtpd[1]: "
		   "7C1D32A0F3: "
		   "client=pc.example.org[192.0.2.44], sasl_method=PLAIN, "
		   "sasl_username=anna@example.org\n"
		   "Nov 23 09:14:02 mail postfix/qmgr[2]: 7C1D32A0F3: "
		   "from=<a@example.org>, size=18742, nrcpt=1 (queue active)\n"
		   "Nov 23 09:14:03 mail postfix/smtp[3]: 7C1D32A0F3: "
		   "to=<b@example.net>, relay=none, delay=1, dsn=5.4.4, "
		   "status=bounced (Host or domain name not found)\n"));
	assert_int_equal(f.out.n, 1);
	assert_sv(f.out.v[0].sender, "a@example.org");
	assert_sv(f.out.v[0].account, "anna@example.org");
	assert_int_equal(f.out.v[0].line, 3);
	arena_free(f.a);
}

static void negatives_hold_nothing(void **state)
{
	static const char *const dirs[] = {"a-articles", "b-numbers",
					   "c-delivered", "d-other-errors",
					   "e-around-mail"};
	char path[512];
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct dirent *e;
		DIR *d;

		(void)snprintf(path, sizeof(path), "%s/tests/negatives/%s",
			       UNIT_SOURCE, dirs[i]);
		d = opendir(path);
		assert_non_null(d);
		while ((e = readdir(d)) != NULL) {
			if (!sv_ends(sv_str(e->d_name), SV(".txt")))
				continue;
			(void)snprintf(path, sizeof(path),
				       "%s/tests/negatives/%s/%s", UNIT_SOURCE,
				       dirs[i], e->d_name);
			read_negative(path);
			n++;
		}
		(void)closedir(d);
	}
	assert_true(n >= 50);
}

UNIT_MAIN(cmocka_unit_test(attempts_are_found),
	  cmocka_unit_test(wide_text_is_read),
	  cmocka_unit_test(named_charsets_are_read),
	  cmocka_unit_test(what_was_seen),
	  cmocka_unit_test(lines_are_joined_by_queue_id),
	  cmocka_unit_test(negatives_hold_nothing))
