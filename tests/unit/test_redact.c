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
	/* private ones stay private */
	{"172.16.5.4 100.64.7.8 10.1.2.3 192.168.7.9 169.254.1.2",
		"172.16.0.1 100.64.0.1 10.0.0.1 192.168.0.1 169.254.1.2"},
	/* glued to words */
	{"IP:203.0.113.5\xe8\xa2\xab client-203.0.113.5, 203.0.113.5-203.0.113.9",
		"IP:192.0.2.1\xe8\xa2\xab client-192.0.2.1, 192.0.2.1-192.0.2.2"},
	{"[203.0.113.5] /203.0.113.5.25: spf/203.0.113.5",
		"[192.0.2.1] /192.0.2.1.25: spf/192.0.2.1"},
	{"b'550 \\n203.0.113.5'", "b'550 \\n192.0.2.1'"},
	/* IPv6 */
	{"anna@[IPv6:2001:db8:9::1] IPv6:2001:db8:9::2",
		"user1@[IPv6:2001:db8:1::1] IPv6:2001:db8:1::2"},
	{"dead::beef ::ffff:cbfa:bfaf", "dead::beef ::ffff:192.0.2.1"},
	{"::ffff:203.0.113.5 ::ffff:cb00:7105 64:ff9b::cb00:7105 203.0.113.5",
		"::ffff:192.0.2.1 ::ffff:192.0.2.1 64:ff9b::192.0.2.1 192.0.2.1"},
	{"2001:db8:9:1::1, 2001:db8:9:2::1%eth0 [fe80::1%eth0] fd12:3456:789a::1",
		"2001:db8:1::1, 2001:db8:1:1::1%eth0 [fe80::1%eth0] fd00:0:1::1"},
	{"ip=2001%3Adb8%3A9%3A%3A1 2001:db8:9::1. 2001:DB8:0009::1",
		"ip=2001%3Adb8%3A1%3A%3A1 2001:db8:1::1. 2001:db8:1::1"},
	/* reversed */
	{"5.113.0.203.in-addr.arpa 113.0.203.in-addr.arpa 203.0.113.5",
		"1.2.0.192.in-addr.arpa 2.0.192.in-addr.arpa 192.0.2.1"},
	{"2001:db8:9::1 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.0.0.0.8.b.d.0."
		"1.0.0.2.ip6.arpa",
		"2001:db8:1::1 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0."
		"8.b.d.0.1.0.0.2.ip6.arpa"},
	{"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.0.0.0.8.b.d.0."
		"1.0.0.2.zen.spamhaus.org",
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0."
		"8.b.d.0.1.0.0.2.zen.spamhaus.org"},
	/* addresses in other clothes */
	{"bounce+17-anna=shop.de@list.net <anna@shop.de>",
		"bounce+01-user1=example.org@example.com <user1@example.org>"},
	{"SRS0=ab1C=XY=shop.de=anna@fwd.net anna@shop.de",
		"SRS0=aa0B=XY=example.org=user1@example.com user1@example.org"},
	{"prvs=0123abc45=anna@shop.de", "prvs=0000aaa01=user1@example.org"},
	{"anna+lists@shop.de anna@shop.de",
		"user1+user2@example.org user1@example.org"},
	{"anna%shop.de@fwd.net", "user1%example.org@example.com"},
	{"anna+40shop.de anna=40shop.de anna&#64;shop.de anna\\u0040shop.de "
		"anna(at)shop.de",
		"user1+40example.org user1=40example.org user1&#64;example.org "
		"user1\\u0040example.org user1(at)example.org"},
	{"\"anna maria\"@shop.de o'brien@shop.de \"o'brien\"@shop.de",
		"\"user1\"@example.org user2@example.org \"user2\"@example.org"},
	{"%3Canna%2Bx%40shop.de%3E", "%3Cuser1%40example.org%3E"},
	{"=?utf-8?B?YW5uYUBzaG9wLmRl?= anna@shop.de =?x?Q?to=20anna=40shop.de?= "
		"=?utf-8?Q?R=C3=BCck?=",
		"=?utf-8?B?dXNlcjFAZXhhbXBsZS5vcmc=?= user1@example.org "
		"=?x?Q?to_user1=40example.org?= =?utf-8?Q?R=C3=BCck?="},
	{"shop-de.mail.protection.outlook.com",
		"example-org.mail.protection.outlook.com"},
	/* seen with a label, and again */
	{"sasl_username=karl: 'karl' may not; DOM\\karl user=DOM\\karl",
		"sasl_username=user1: 'user1' may not; DOM\\user1 "
		"user=host1\\user1"},
	{"user=karl\\nreason user=DOM\\karl.may", "user=user1\\nreason user=host1\\user2"},
	{"user=mail may send mail", "user=user1 may send mail"},
	{"postfix/smtp[1]: 4WxYz12abc: to=... see 4WxYz12abc.",
		"postfix/smtp[1]: 0AaAa00aab: to=... see 0AaAa00aab."},
	{"karl7@shop.de: karl7 unknown", "user1@example.org: user1 unknown"},
	{"user: 'karl', pass: 'hunter2' hunter2 token: invalid",
		"user: 'user1', pass: 'aaaaaa1' aaaaaa1 token: invalid"},
	{"AUTH PLAIN AGthcmwAc2VjcmV0", "AUTH PLAIN AAaaaaaAa0AaaaA1"},
	{"http://shop.foo/x and shop.foo", "http://example.org/x and example.org"},
	{"mx.shop.de\xe2\x8c\x89" "203.0.113.5 \xe3\x80\x8c" "anna@shop.de\xe3\x80\x8d",
		"mx.example.org\xe2\x8c\x89" "192.0.2.1 \xe3\x80\x8c"
		"user1@example.org\xe3\x80\x8d"},
	{"AUTH PLAIN SRS0+aB1c=XY=shop.de=anna@fwd.net",
		"AUTH PLAIN SRS0+aA0b=XY=example.org=user1@example.com"},
	{"see http://list.org/shop.de.html and shop.de",
		"see http://example.org/example.com.html and example.com"},
	{"226-103-68-85.isp.net", "1-2-0-192.example.org"},
	{"Mx.Shop.De and System.Net", "mx.example.org and System.Net"},
	{"550 5.7.26 5@7.26", "550 5.7.26 5@7.26"},
	{"boundary=\"4f8a2b1c9d7e6f50\"\n--4f8a2b1c9d7e6f50--",
		"boundary=\"0a0a0a0a0a0a0a01\"\n--0a0a0a0a0a0a0a01--"},
	/* parts of MIME */
	{"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
		"YW5uYUBz\naG9wLmRl\n\nanna@shop.de",
		"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
		"dXNlcjFAZXhhbXBsZS5vcmc=\n\nuser1@example.org"},
	{"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
		"YW5uYUBz\naG9wLmRl\n",
		"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
		"YW5uYUBz\naG9wLmRl\n"},
	{"quoted-printable\nIt was refused by the server of the other side, write "
		"to anna@sh=\nop.de or=\n not",
		"quoted-printable\nIt was refused by the server of the other side, "
		"write to user1@example.org or=\n not"},
	{"helo=a..mx.shop.de", "helo=a..mx.example.org"},
	{"anna@example.org2026", "user1@example.com"},
	{"\"a\tkarl7\"@shop.de", "\"a\tkarl7\"@example.org"},
	{"x@[a\t203.0.113.5]", "x@[a\t192.0.2.1]"},
	/* no ids */
	{"curl/auth-535-google.txt utf8-general-cs-2024",
		"curl/auth-535-google.txt utf8-general-cs-2024"},
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
