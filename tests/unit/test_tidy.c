/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/tidy.h"
#include "unit.h"

#include "base/ascii.h"

/* clang-format off */
static const struct {
	const char *in;
	const char *out; /* NULL: nothing is undone */
} pastes[] = {
	{"550 5.1.1 <bert@example.net>: no", NULL},
	{"", NULL},
	{"&gt; 550 5.1.1 &lt;bert@example.net&gt;: no",
	 "> 550 5.1.1 <bert@example.net>: no"},
	{"550 no &amp; &lt;a@example.net&gt;", "550 no & <a@example.net>"},
	/* What shows HTML itself keeps its entities. */
	{"<p>550 &lt;bert@example.net&gt; no</p>", NULL},
	{"550-a<br>550 b<br />\nend", "550-a\n550 b\nend"},
	{"Log: [CODE]550 no[/CODE] thanks", "Log: \n550 no\n thanks"},
	{"[QUOTE=anna;1][CODE]550 no[/CODE][/QUOTE]", "\n550 no\n"},
	{"[b]550[/b] from [203.0.113.7] [font=mono]x",
	 "550 from [203.0.113.7] x"},
	/* Redaction marks and addresses in brackets are no tags. */
	{"550 [redacted] [203.0.113.7] no", NULL},
	{"{\u2019a\u2019: (550, b\u2019no\u2019)}", "{'a': (550, b'no')}"},
	{"He said \u201cno\u201d and left", NULL},
	{"550\u00a0no", "550 no"},
	{"    > a\n    > b", "> a\n> b"},
	{"a\n    b", NULL},
	{"1\n\n2\n\n3\n\n4\n\n5\n\n6\n\n7\n\n8", "1\n2\n3\n4\n5\n6\n7\n8"},
	{"1\n\n2\n\n\n\n3\n\n4", "1\n2\n\n3\n4"},
	{"1\n\n2\n\n3\n\n4", NULL},
	/* Cut at 76 columns: a line of a log, and the one behind it. */
	{"Jun  7 13:48:08 mail postfix/smtp[90]: 4B: to=<bert@example.net>,\n"
	 "relay=none, delay=1, delays=0/0/1/0, dsn=5.4.4, status=bounced (Host or\n"
	 "domain name not found)\n"
	 "Jun  7 13:48:08 mail postfix/qmgr[91]: 4B: removed",
	 "Jun  7 13:48:08 mail postfix/smtp[90]: 4B: to=<bert@example.net>, "
	 "relay=none, delay=1, delays=0/0/1/0, dsn=5.4.4, status=bounced (Host or "
	 "domain name not found)\n"
	 "Jun  7 13:48:08 mail postfix/qmgr[91]: 4B: removed"},
	/* Prose stays as it is: readers know how bounces are wrapped. */
	{"I'm sorry to have to inform you that your message could not be sent\n"
	 "to one or more recipients of it.",
	 "I'm sorry to have to inform you that your message could not be sent\n"
	 "to one or more recipients of it."},
};
/* clang-format on */

static void undone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pastes) / sizeof(pastes[0]); i++) {
		const char *want = pastes[i].out ? pastes[i].out
		                                 : pastes[i].in;
		sv in = sv_str(pastes[i].in);
		struct tidy t;

		assert_true(tidy_text(in, &t));
		assert_int_equal(t.text.n, strlen(want));
		assert_memory_equal(t.text.p ? t.text.p : "", want, t.text.n);
		if (!pastes[i].out)
			assert_null(t.src);
		tidy_fini(&t);
	}
}

/* Each byte that stayed is found where it stood. */
static void traced(void **state)
{
	sv in = SV("[code]&gt; 550 &lt;a@example.net&gt;[/code]\u00a0x");
	struct tidy t;

	(void)state;
	assert_true(tidy_text(in, &t));
	assert_non_null(t.src);
	for (size_t i = 0; i < t.text.n; i++) {
		size_t at = tidy_origin(&t, i);

		assert_true(at < in.n);
		if (is_alnum(t.text.p[i]))
			assert_int_equal(in.p[at], t.text.p[i]);
	}
	assert_true(tidy_origin(&t, t.text.n) <= in.n);
	tidy_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undone),
		cmocka_unit_test(traced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
