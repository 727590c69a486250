/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "mail/received.h"
#include "unit.h"

/* clang-format off */
/* helo, host, ip, by; "-": not told. */
static const struct {
	const char *value, *want;
} rows[] = {
	/* Postfix */
	{"from mail.example.org (mail.example.org [192.0.2.1])\n"
	 "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n"
	 "\t(No client certificate requested)\n"
	 "\tby mx.example.net (Postfix) with ESMTPS id 4ABC\n"
	 "\tfor <bert@example.net>; Tue, 24 Nov 2026 12:00:00 +0000",
	 "mail.example.org mail.example.org 192.0.2.1 mx.example.net"},
	{"from [127.0.0.1] (unknown [IPv6:2001:db8::25])\r\n"
	 " (Authenticated sender: anna [192.0.2.9])\r\n"
	 " by mx.example.net (Postfix) with ESMTPSA id 4ABC; x",
	 "[127.0.0.1] - 2001:db8::25 mx.example.net"},
	{"by mx.example.net (Postfix, from userid 33)\n\tid 4ABC; x",
	 "- - - mx.example.net"},
	/* Exim */
	{"from [192.0.2.1] (helo=mail.example.org)\n\tby mx.example.net with "
	 "esmtps (TLS1.3) tls TLS_X (Exim 4.96)\n\t(envelope-from "
	 "<a@example.org>)\n\tid 1x; y",
	 "mail.example.org - 192.0.2.1 mx.example.net"},
	{"from dsl.example.com ([192.0.2.1]:4711 helo=mail.example.org)\n\tby "
	 "mx.example.net with esmtp (Exim 4.96)",
	 "mail.example.org dsl.example.com 192.0.2.1 mx.example.net"},
	{"from mail.example.org ([2001:db8::25])\n\tby mx.example.net with esmtp",
	 "mail.example.org - 2001:db8::25 mx.example.net"},
	{"from [192.0.2.1] (port=4711 helo=[192.168.0.2])\n\tby mx.example.net",
	 "[192.168.0.2] - 192.0.2.1 mx.example.net"},
	{"from anna by mx.example.net with local (Exim 4.96)",
	 "anna - - mx.example.net"},
	/* Sendmail */
	{"from mail.example.org (dsl.example.com [192.0.2.1] (may be forged))\n"
	 "\tby mx.example.net (8.17.1/8.17.1) with ESMTP id x for <b>; y",
	 "mail.example.org dsl.example.com 192.0.2.1 mx.example.net"},
	{"from mail.example.org (anna@dsl.example.com [192.0.2.1])\n\tby "
	 "mx.example.net (8.17.1/8.17.1)",
	 "mail.example.org - 192.0.2.1 mx.example.net"},
	{"(from root@localhost)\n\tby mx.example.net (8.17.1/8.17.1/Submit) id x",
	 "- - - mx.example.net"},
	/* OpenSMTPD */
	{"from mail.example.org (<unknown> [192.0.2.1])\n\tby mx.example.net "
	 "(OpenSMTPD) with ESMTP id 7dea97f3",
	 "mail.example.org - 192.0.2.1 mx.example.net"},
	{"from localhost (mx.example.net [local])\n\tby mx.example.net "
	 "(OpenSMTPD) with ESMTPA id 6", "localhost - - mx.example.net"},
	/* Exchange */
	{"from SRV1.example.org (192.0.2.1) by SRV2.example.org (192.0.2.2) with"
	 "\n Microsoft SMTP Server (TLS) id 15.1.2.3; Tue, 24 Nov 2026",
	 "SRV1.example.org - 192.0.2.1 SRV2.example.org"},
	{"from SRV1.example.org\n (2001:db8:a:5f::1) by SRV2.example.org\n "
	 "(2001:db8::14) with Microsoft SMTP Server",
	 "SRV1.example.org - 2001:db8:a:5f::1 SRV2.example.org"},
	{"from mail.example.org ([192.0.2.1]) by SRV2 with Microsoft "
	 "SMTPSVC(6.0.3790.4675);\n\t Tue", "mail.example.org - 192.0.2.1 SRV2"},
	/* Gmail */
	{"from mail.example.org (dsl.example.com. [192.0.2.1])\n        by "
	 "smtp.gmail.com with ESMTPSA id x.1\n        for <b@example.net>\n"
	 "        (version=TLS1_3 cipher=X bits=128/128);",
	 "mail.example.org dsl.example.com 192.0.2.1 smtp.gmail.com"},
	{"by 2002:a05:6402:1d0 with SMTP id x; y", "- - - -"},
	/* qmail */
	{"from unknown (HELO mail.example.org) (192.0.2.1)\n  by mx.example.net "
	 "with SMTP; 24 Nov 2026 12:00:00 -0000",
	 "mail.example.org - 192.0.2.1 mx.example.net"},
	{"from dsl.example.com (HELO mail.example.org) (anna@192.0.2.1)\n  by "
	 "mx.example.net with SMTP; x",
	 "mail.example.org dsl.example.com 192.0.2.1 mx.example.net"},
	{"from mail.example.org (192.0.2.1)\n  by mx.example.net with SMTP; x",
	 "mail.example.org - 192.0.2.1 mx.example.net"},
	{"(qmail 4711 invoked by uid 33); 24 Nov 2026", "- - - -"},
	/* Courier */
	{"from mail.example.org (mail.example.org [::ffff:192.0.2.1])\n  "
	 "(AUTH: LOGIN anna, TLS: TLS1.2,256bits)\n  by mx.example.net with "
	 "ESMTPSA\n  id 0000",
	 "mail.example.org mail.example.org 192.0.2.1 mx.example.net"},
	/* Broken, or made to mislead. */
	{"", "- - - -"},
	{"from", "- - - -"},
	{"from a.example.org", "a.example.org - - -"},
	{"from a.example.org (((", "a.example.org - - -"},
	{"from a.example.org ([192.0.2.1) by b.example.org",
	 "a.example.org - - b.example.org"},
	{"from a.example.org ([192.0.2.256]) by b.example.org",
	 "a.example.org - - b.example.org"},
	{"from a.example.org (by c.example.org [192.0.2.1]) by b.example.org",
	 "a.example.org - 192.0.2.1 b.example.org"},
	{"from by ([192.0.2.1]) by b.example.org", "by - 192.0.2.1 b.example.org"},
	{"from a\033[31m ([192.0.2.1]) by b\007c", "- - 192.0.2.1 -"},
	{"from a.example.org (192.0.2.4 [192.0.2.4]) by b.example.org",
	 "a.example.org - 192.0.2.4 b.example.org"},
	{"from a.example.org; from b.example.org ([192.0.2.1]) by c",
	 "a.example.org - - -"},
};
/* clang-format on */

static void forms_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct received r;
		char got[512];

		received_read(sv_str(rows[i].value), &r);
		(void)snprintf(got, sizeof(got), "%.*s %.*s %.*s %.*s",
		               SV_FMT(r.helo.n ? r.helo : SV("-")),
		               SV_FMT(r.host.n ? r.host : SV("-")),
		               SV_FMT(r.ip.n ? r.ip : SV("-")),
		               SV_FMT(r.by.n ? r.by : SV("-")));
		if (strcmp(got, rows[i].want))
			fail_msg("row %zu: \"%s\"", i, got);
	}
}

static void loopback_is_told(void **state)
{
	(void)state;
	assert_true(received_is_loopback(SV("127.0.0.53")));
	assert_true(received_is_loopback(SV("::1")));
	assert_false(received_is_loopback(SV("192.0.2.127")));
	assert_false(received_is_loopback(SV("")));
}

UNIT_MAIN(cmocka_unit_test(forms_are_read),
          cmocka_unit_test(loopback_is_told))
