/* SPDX-License-Identifier: BSD-2-Clause */
#include "mailwhy/mailwhy.h"
#include "unit.h"

/* clang-format off */
static const struct row {
	const char *in, *out;
} rows[] = {
	{"to=<anna@shop.de>, relay=mx.shop.de[198.51.100.7]:25",
		"to=<user1@example.org>, relay=mx.example.org[192.0.2.1]:25"},
	{"a@gmail.com via mx.google.com", "user1@gmail.com via mx.google.com"},
	{"192.0.2.7 example.org", "198.51.100.1 example.com"},
	{"203.0.113.5 203.0.113.6 203.0.112.5", "192.0.2.1 192.0.2.2 198.51.100.1"},
	{"[203.0.113.5] 5.113.0.203.zen.spamhaus.org ip-203-0-113-5.isp.net",
		"[192.0.2.1] 1.2.0.192.zen.spamhaus.org ip-192-0-2-1.example.org"},
	{"?id=anna%40shop.de&ip=203.0.113.5",
		"?id=user1%40example.org&ip=192.0.2.1"},
	{"sasl_username=karl", "sasl_username=user1"},
	{"[2001:db8:9::1] and ::1", "[2001:db8:1::1] and ::1"},
	{"550 5.7.1 at 10:11:12 on 2026-11-24, TSS04, Exim 4.96, 127.0.0.2",
		"550 5.7.1 at 10:11:12 on 2026-11-24, TSS04, Exim 4.96, 127.0.0.2"},
	{"smtplib.py /srv/app/send.pl javax.mail.SendFailedException",
		"smtplib.py /srv/app/send.pl javax.mail.SendFailedException"},
	{"client [x.xx.xx.xx] blocked", "client [x.xx.xx.xx] blocked"},
	{"failure: 203.0.113.10_failed_after_I_sent_5.7.1_Spam/",
		"failure: 192.0.2.1_failed_after_I_sent_5.7.1_Spam/"},
	{"Connected_to_203.0.113.10_but_sender_was_rejected.",
		"Connected_to_192.0.2.1_but_sender_was_rejected."},
	{"forward to delist@messaging.microsoft.com",
		"forward to delist@messaging.microsoft.com"},
	{"version=15.20.42.3", "version=15.20.42.3"},
};
/* clang-format on */

static void values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mw_redactor *r = mw_redactor_new();
		const char *in = rows[i].in, *text;
		size_t n;

		assert_int_equal(mw_redactor_add(r, in, strlen(in), NULL), 0);
		assert_int_equal(mw_redactor_text(r, in, strlen(in), &text, &n,
		                                  NULL), 0);
		assert_sv(sv_of(text, n), rows[i].out);
		assert_int_equal(mw_redactor_lost(r), 0);
		mw_redactor_free(r);
	}
}

UNIT_MAIN(cmocka_unit_test(values))
