/* SPDX-License-Identifier: BSD-2-Clause */
#include "mails.h"

#include <string.h>

#include "patterns.h"

#define FROM "From: MAILER-DAEMON@mail.example.org\nTo: anna@example.org\n" \
	"Subject: failure notice\nDate: Tue, 24 Nov 2026 06:00:00 +0000\n"
#define TYPE(x) FROM "Content-Type: " x "\n"
#define MIXED TYPE("multipart/mixed; boundary=b") "\n"
#define REPORT TYPE("multipart/report; report-type=delivery-status; " \
	"boundary=b") "\n"
#define STATUS "--b\nContent-Type: message/delivery-status\n\n"
#define GROUP(x) "Final-Recipient: rfc822; u" x "@example.org\n" \
	"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no\n\n"
#define GROUPS GROUP("0") GROUP("1") GROUP("2") GROUP("3") GROUP("4") \
	GROUP("5") GROUP("6") GROUP("7") GROUP("8") GROUP("9")
#define B10 "bbbbbbbbbb"
#define B60 B10 B10 B10 B10 B10 B10
#define NEST(x) "--" B60 x "\nContent-Type: multipart/mixed; boundary=" B60 x

/* clang-format off */
const struct mail_pattern mail_patterns[] = {
	/* Headers. */
	{"fields", FROM, "X-A%: b\n", NULL, NULL},
	{"fields-same", FROM, "Received: from a by b; x\n", NULL, NULL},
	{"fields-behind-body", FROM, "X-A%: b\n", "\nto u@example.org\n\n",
		"u%@example.org no such user\n"},
	{"folds", FROM "X-A: b\n", " c\n", NULL, NULL},
	{"no-fields", FROM, "no field\n", NULL, NULL},
	{"parameters", FROM "Content-Type: text/plain", "; a%=b", NULL, NULL},
	{"parameters-folded", FROM "Content-Type: text/plain;\n", "a%=b;\n",
		NULL, NULL},
	{"parameters-quotes", FROM "Content-Type: text/plain", ";a=\"\\\"",
		NULL, NULL},
	{"encoded-words", FROM "Subject: ", "=?utf-8?Q?550?= ", NULL, NULL},
	{"failed-recipients", FROM "X-Failed-Recipients: ",
		"u%@example.org, ", NULL, NULL},
	{"to", FROM "To: ", "u%@example.org, ",
		"\n\nno such user\n", "u%@example.org "},
	/* Parts. */
	{"nested-multiparts", FROM, "Content-Type: multipart/mixed; "
		"boundary=b%\n\n--b%\n", NULL, NULL},
	{"nested-messages", FROM, "Content-Type: message/rfc822\n\n", NULL,
		NULL},
	{"tiny-parts", MIXED, "--b\n\nx\n", NULL, NULL},
	{"tiny-parts-typed", MIXED, "--b\nContent-Type: text/html\n\n<p>\n",
		NULL, NULL},
	{"tiny-messages", MIXED, "--b\nContent-Type: message/rfc822\n\n"
		"From: a%@example.org\n\n", NULL, NULL},
	{"tiny-multiparts", MIXED, "--b\nContent-Type: multipart/mixed; "
		"boundary=c%\n\n", NULL, NULL},
	{"near-boundaries", TYPE("multipart/mixed; boundary=" B60 "b") "\n"
		NEST("c") "\n\n" NEST("d") "\n\n" NEST("e") "\n\n" NEST("f")
		"\n\n" NEST("g") "\n\n" NEST("h") "\n\n" NEST("i") "\n\n",
		"--" B60 "x\n", NULL, NULL},
	{"boundary-blanks", MIXED, "--b                                  x\n",
		NULL, NULL},
	{"no-boundary", TYPE("multipart/mixed; boundary=lost") "\n", "--\n",
		NULL, NULL},
	/* Bodies. */
	{"one-line", FROM "\n", "a", NULL, NULL},
	{"lone-cr", FROM "\n", "a\r", NULL, NULL},
	{"base64-lines", FROM "Content-Transfer-Encoding: base64\n\n",
		"NTUwIDUuMS4xIDx1QGV4YW1wbGUub3JnPiBubyBzdWNoIHVzZXIK\n", NULL,
		NULL},
	{"base64-one-line", FROM "Content-Transfer-Encoding: base64\n\n",
		"NTUw", NULL, NULL},
	{"soft-breaks", FROM "Content-Transfer-Encoding: quoted-printable\n\n",
		"=\n", NULL, NULL},
	{"quoted-bytes", FROM "Content-Transfer-Encoding: quoted-printable\n\n",
		"=41=40", NULL, NULL},
	{"quoted-blanks", FROM
		"Content-Transfer-Encoding: quoted-printable\n\n",
		"                                \n", NULL, NULL},
	{"uuencode", FROM "Content-Transfer-Encoding: x-uuencode\n\n"
		"begin 644 x\n", "#-3 P\n", NULL, NULL},
	{"japanese", TYPE("text/plain; charset=iso-2022-jp") "\n",
		"\033$B$\"\033(B", NULL, NULL},
	{"html", TYPE("text/html") "\n", "<p>550 x</p>", NULL, NULL},
	{"html-open", TYPE("text/html") "\n", "<", NULL, NULL},
	{"html-comments", TYPE("text/html") "\n", "<!-- ", NULL, NULL},
	{"html-entities", TYPE("text/html") "\n", "&lt;&amp&#", NULL, NULL},
	{"html-nested", TYPE("text/html") "\n", "<div><blockquote>", NULL,
		NULL},
	{"html-styles", TYPE("text/html") "\n", "<style><script>", NULL,
		NULL},
	/* Whom it is about. */
	{"addresses", FROM "\nno such user\n", "u%@example.org ", NULL, NULL},
	{"addresses-lines", FROM "\nno such user\n", "u%@example.org\n", NULL,
		NULL},
	{"addresses-ours", FROM "\nno such user\n", "anna@example.org ", NULL,
		NULL},
	{"addresses-fields", FROM, "X-A%: b\n", "\nno such user\n",
		"anna@example.org "},
	{"addresses-rcpt", FROM "\nno such user\n", "RCPT TO:<u%@example.org>"
		" ", NULL, NULL},
	{"ats", FROM "\nno such user\n", "@", NULL, NULL},
	{"ats-dots", FROM "\nno such user\n", "a@.", NULL, NULL},
	/* Reports. */
	{"recipients", REPORT STATUS, "Final-Recipient: rfc822; u%@example.org"
		"\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 "
		"no\n\n", NULL, NULL},
	{"recipients-hollow", REPORT STATUS, "Final-Recipient: rfc822; "
		"u%@example.org\n\n", NULL, NULL},
	{"recipients-and-words", REPORT STATUS GROUPS GROUPS GROUPS
		"--b\n\n", "u%@example.org said no ", NULL, NULL},
	{"words-and-recipients", REPORT "--b\n\n", "<u%@example.org>: host "
		"x.example.net said: 550 no (in reply to RCPT TO)\n\n",
		STATUS, "Final-Recipient: rfc822; u%@example.org\nAction: "
		"failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; no\n\n"},
	{"diagnostic-folded", REPORT STATUS GROUP("1")
		"Diagnostic-Code: smtp; 550 no\n", "  more\n", NULL, NULL},
	{"complaints", TYPE("multipart/report; boundary=b") "\n--b\n"
		"Content-Type: message/feedback-report\n\nFeedback-Type: abuse"
		"\n", "Original-Rcpt-To: u%@example.org\n", NULL, NULL},
	{"ses", FROM "\n{\"notificationType\":\"Bounce\",\"bounce\":{"
		"\"bouncedRecipients\":[", "{\"emailAddress\":"
		"\"u%@example.org\"},", NULL, NULL},
	{"answer", FROM "Auto-Submitted: auto-replied\n\n", "I am away\n",
		NULL, NULL},
	/* Words of programs. */
	{"postfix", FROM "\nThis is the mail system at host a.example.org.\n\n",
		"<u%@example.org>: host x.example.net[192.0.2.1] said: 550 no "
		"(in reply to RCPT TO command)\n\n", NULL, NULL},
	{"postfix-line", FROM "\nThis is the mail system at host "
		"a.example.org. ", "<u%@example.org>: host x said: 550 no ",
		NULL, NULL},
	{"begin-words", FROM "\n", "This is the mail system at host ", NULL,
		NULL},
	{"begin-words-lines", FROM "\n", "This is the mail system at host x\n",
		NULL, NULL},
	{"exim", FROM "\nA message that you sent could not be delivered to one "
		"or more of its recipients. This is a permanent error. The "
		"following address(es) failed:\n\n", "  u%@example.org\n"
		"    550 no\n", NULL, NULL},
	{"sendmail", FROM "\n   ----- The following addresses had permanent "
		"fatal errors -----\n", "<u%@example.org>\n"
		"    (reason: 550 no)\n", NULL, NULL},
	{"transcript", FROM "\n   ----- Transcript of session follows -----\n",
		">>> RCPT To:<u%@example.org>\n<<< 550 no\n", NULL, NULL},
	{"qmail", FROM "\nHi. This is the qmail-send program at a.example.org."
		"\n\n", "<u%@example.org>:\n550 no\n\n", NULL, NULL},
	{"quoted", FROM "\n", "> This is the mail system at host x\n> \n> "
		"<u%@example.org>: 550 no\n", NULL, NULL},
	{"expanded", FROM "\nThis is the mail system at host a.example.org.\n",
		"<u%@example.org> (expanded from <", NULL, NULL},
};
/* clang-format on */

const size_t nmail_patterns =
	sizeof(mail_patterns) / sizeof(mail_patterns[0]);

void mail_pattern_fill(const struct mail_pattern *p, char *out, size_t size)
{
	struct pattern one = {p->name, p->head, p->unit, 0};
	struct pattern two = {p->name, p->middle, p->then, 0};
	size_t half = p->middle ? size / 2 : size;

	pattern_fill(&one, out, half);
	if (p->middle)
		pattern_fill(&two, out + half, size - half);
}
