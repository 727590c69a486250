/* SPDX-License-Identifier: BSD-2-Clause */
#include "patterns.h"

#include <stdint.h>
#include <string.h>

#define DIGITS 8

/* clang-format off */
const struct pattern patterns[] = {
	/* Nothing but shape. */
	{"lines-of-one-byte", NULL, "a\n", 0},
	{"one-long-line", NULL, "a", 0},
	{"one-line-of-words", NULL, "said x ", 0},
	{"empty-lines", NULL, "\n", 0},
	{"lone-cr", NULL, "\r", 0},
	{"words-and-cr", NULL, "550 x\r", 0},
	{"blanks", NULL, " ", 0},
	{"tabs-and-lines", NULL, "\t\n", 0},
	{"nul", NULL, "", 1},
	{"bytes-ff", NULL, "\xff", 0},
	{"utf-16", "\xff\xfe", "5\0005\0000\000 \000x\000\n\000", 12},
	{"utf-16-wide", "\xff\xfe", "\xac\x20", 2},
	{"quotes", NULL, "> ", 0},
	{"quotes-one-line", NULL, ">", 0},
	{"quoted-replies", NULL, "> > > 550 5.1.1 x%\n", 0},
	{"escapes", NULL, "\033[31m", 0},
	{"escapes-lines", NULL, "\033[31m550 x\033[0m\n", 0},
	/* Brackets and quotation marks. */
	{"parentheses", NULL, "(", 0},
	{"parentheses-lines", NULL, "(550 (\n", 0},
	{"braces", NULL, "{", 0},
	{"brackets", NULL, "[", 0},
	{"angles", NULL, "<", 0},
	{"json-deep", NULL, "{\"a\":", 0},
	{"json-lines", NULL, "{\"type\":\"Bounce\",\"recipient\":"
		"\"u%@example.org\",\"response\":{\"code\":550,\"content\":"
		"\"no such user\"}}\n", 0},
	{"double-quotes", NULL, "\"", 0},
	{"single-quotes", NULL, "'", 0},
	{"backslashes", NULL, "\\", 0},
	{"backslash-n", NULL, "550 x\\n", 0},
	{"bytes-literals", NULL, "(550, b'5.1.1 x%", 0},
	/* Encodings. */
	{"base64", NULL, "NTUwIDUuMS4xIHggTlRVd0lEVXVNUzR4SUhnPQ1234567890"
		"abcdefghijklmnopqrstuv==\n", 0},
	{"quoted-printable", NULL, "=3D=\n", 0},
	{"entities", NULL, "550 &lt;&amp;", 0},
	{"encoded-words", NULL, "=?utf-8?Q?550?= ", 0},
	{"urls", NULL, "https://example.org/", 0},
	{"tags", NULL, "<p>550 x</p>", 0},
	{"gaps", NULL, "550 x ... ", 0},
	/* Replies. */
	{"codes", NULL, "550 ", 0},
	{"statuses", NULL, "5.1.1 ", 0},
	{"codes-and-statuses", NULL, "550 5.1.1 ", 0},
	{"replies", NULL, "550 5.1.1 x\n", 0},
	{"replies-distinct", NULL, "550 5.1.1 <u%@example.org> x\n", 0},
	{"replies-endless", NULL, "550-5.1.1 x\n", 0},
	{"replies-wrapped", NULL, "550 5.1.1 x%\n  and more\n", 0},
	{"replies-one-line", NULL, "550-5.1.1 x% ", 0},
	{"said", NULL, "host h.example.org said: 550 x%\n", 0},
	{"said-one-line", NULL, "host said: 550 x% (in reply to ", 0},
	{"addresses", NULL, "<u%@example.org>: ", 0},
	{"addresses-lines", NULL, "<u%@example.org>:\n550 x\n\n", 0},
	{"status-fields", NULL, "status=bounced (", 0},
	{"known-words", NULL, "user unknown mailbox full spam blocked ", 0},
	{"known-reply-long", "550 5.7.1 ", "listed at zen.example.org "
		"[192.0.2.1] ", 0},
	/* Logs. */
	{"postfix", NULL, "Nov 24 06:00:00 mx postfix/smtp[%]: 4F1A2B3C%: "
		"to=<u%@example.org>, relay=h.example.org[192.0.2.1]:25, "
		"delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host "
		"h.example.org[192.0.2.1] said: 550 5.1.1 no such user %)\n", 0},
	{"postfix-noqueue", NULL, "Nov 24 06:00:00 mx postfix/smtpd[1]: "
		"NOQUEUE: reject: RCPT from x[192.0.2.1]: 554 5.7.1 <u%@"
		"example.org>: Relay access denied; from=<a@example.org> "
		"to=<u%@example.org> proto=ESMTP helo=<x>\n", 0},
	{"postfix-queue-ids", NULL, "Nov 24 06:00:00 mx postfix/qmgr[1]: A%: "
		"from=<u%@example.org>, size=1, nrcpt=1 (queue active)\n", 0},
	{"exim", NULL, "2026-11-24 06:00:00 1abc-% ** u%@example.org R=dns "
		"T=smtp H=h.example.org [192.0.2.1]: SMTP error from remote "
		"mail server after RCPT TO:<u%@example.org>: 550 no\n", 0},
	{"sendmail", NULL, "Nov 24 06:00:00 mx sendmail[1]: q%: to=<u%@"
		"example.org>, delay=00:00:01, dsn=5.1.1, stat=User unknown\n",
		0},
	{"opensmtpd", NULL, "Nov 24 06:00:00 mx smtpd[1]: % mta delivery "
		"evpid=% from=<a@example.org> to=<u%@example.org> rcpt=<-> "
		"result=\"PermFail\" stat=\"550 5.1.1 no\"\n", 0},
	{"qmail", NULL, "@4000000065f0% delivery %: failure: "
		"192.0.2.1_does_not_like_recipient./Remote_host_said:_550_no/"
		"\n", 0},
	{"exchange", "#Fields: date-time,event-id,recipient-address,"
		"recipient-status\n", "2026-11-24T06:00:00Z,FAIL,u%@example."
		"org,550 5.1.1 no\n", 0},
	{"prefixes", NULL, "Nov 24 06:00:00 mx x[1]: ", 0},
	{"container", NULL, "app-1  | 550 5.1.1 x%\n", 0},
	/* Programs, dialogues, reports. */
	{"traceback", NULL, "Traceback (most recent call last):\n", 0},
	{"python", NULL, "smtplib.SMTPRecipientsRefused: {'u%@example.org': "
		"(550, b'no')}\n", 0},
	{"python-one-line", "smtplib.SMTPRecipientsRefused: {",
		"'u%@example.org': (550, b'no'), ", 0},
	{"node", NULL, "{ Error: x\n responseCode: 550,\n response: '550 x%'"
		",\n", 0},
	{"java", NULL, "Caused by: com.sun.mail.smtp.SMTPAddressFailedException"
		": 550 x%\n\tat a.b(C.java:1)\n", 0},
	{"php", NULL, "SMTP Error: The following recipients failed: u%@"
		"example.org: x\n", 0},
	{"transcript", NULL, ">>> RCPT TO:<u%@example.org>\n<<< 550 5.1.1 x\n",
		0},
	{"swaks", NULL, " -> RCPT TO:<u%@example.org>\n<** 550 x\n", 0},
	{"dsn", NULL, "Final-Recipient: rfc822; u%@example.org\nAction: "
		"failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 x\n\n", 0},
	{"dsn-folded", "Diagnostic-Code: smtp; 550 x\n", " more\n", 0},
	{"headers", NULL, "Received: from a by b; x\n", 0},
	{"from-lines", NULL, "From x@example.org Tue Nov 24\nSubject: x\n\n",
		0},
	{"ndr", NULL, "u%@example.org\nRemote Server returned '550 5.1.1 "
		"no'\n\n", 0},
	{"ndr-codes", NULL, "#< #5.1.1 smtp;550 x% #SMTP#>\n", 0},
	{"generating-server", NULL, "Generating server: x.example.org\n\n"
		"u%@example.org\n", 0},
	{"crlf-pairs", NULL, "550-x\r\n\r\n", 0},
	/* runs without an end, for whoever looks for hosts and addresses */
	{"dashes", NULL, "-", 0},
	{"underscores-digits", NULL, "_1", 0},
	{"labels", NULL, "a.", 0},
	{"labels-at-end", NULL, "a1-", 0},
	{"equals", NULL, "a=", 0},
	{"equals-40", NULL, "=40a.de", 0},
	{"hex-colons", NULL, "a1:", 0},
	{"hex-escapes", NULL, "2%3A", 0},
	{"octets", NULL, "203.", 0},
	{"hosts", NULL, "h%.d%.de ", 0},
	{"mailboxes", NULL, "u%@d%.de ", 0},
	{"logins", NULL, "user=karl% karl% ", 0},
	{"bounces", NULL, "b+a-a-a-a-a-a-a=x%.de@y.de ", 0},
};
/* clang-format on */

const size_t npatterns = sizeof(patterns) / sizeof(patterns[0]);

static size_t put(char *out, size_t room, const char *s, size_t n)
{
	if (n > room)
		n = room;
	memcpy(out, s, n);
	return n;
}

static size_t number(char *out, size_t room, uint32_t value)
{
	char digits[DIGITS];

	for (size_t i = DIGITS; i--; value /= 10)
		digits[i] = (char)('0' + value % 10);
	return put(out, room, digits, DIGITS);
}

void pattern_fill(const struct pattern *p, char *out, size_t size)
{
	size_t n = p->n ? p->n : strlen(p->unit), used = 0;
	uint32_t count = 0;

	if (p->first)
		used = put(out, size, p->first, strlen(p->first));
	for (; used < size; count++)
		for (size_t i = 0; i < n && used < size; i++)
			used += p->unit[i] == '%'
			            ? number(out + used, size - used, count)
			            : put(out + used, size - used,
			                  &p->unit[i], 1);
}
