/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify/slot.h"
#include "rules_unit.h"

/* clang-format off */
static const char data[] =
	"Zone: zen.example.org\nName: Zen\nCause: reputation.ip-listed\n\n"
	"Zone: bl.example.net\nName: Bl\nCause: reputation.ip-listed\n\n"
	"Marks: [redacted] | <hidden> | my.ip | redacted\n";

/* The longest value at the start of a text; empty: there is none. */
static const struct {
	const char *kind, *text, *value;
} longest[] = {
	{"ip", "192.0.2.1", "192.0.2.1"},
	{"ip", "192.0.2.1] blocked", "192.0.2.1"},
	{"ip", "192.0.2.1. see", "192.0.2.1"},
	{"ip", "192.0.2.1: see", "192.0.2.1"},
	{"ip", "192.0.2.256", ""},
	{"ip", "192.0.2", ""},
	{"ip", "192.0.2.1.5", ""},
	{"ip", "2001:db8::1)", "2001:db8::1"},
	{"ip", "2001:db8::", "2001:db8::"},
	{"ip", "2001:db8::. ", "2001:db8::"},
	{"ip", "2001:db8:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:1"},
	{"ip", "2001:db8:0:0:0:0:0:0:1", ""},
	{"ip", "2001:db8::1::2", ""},
	{"ip", "2001:db8::12345", ""},
	{"ip", "::ffff:192.0.2.1", "::ffff:192.0.2.1"},
	{"ip", "host", ""},
	{"ip", "x.x.x.x blocked", "x.x.x.x"},
	{"ip", "192.0.2.xxx blocked", "192.0.2.xxx"},
	{"ip", "192.0.*.*, see", "192.0.*.*"},
	{"ip", "[redacted] is", "[redacted]"},
	{"ip", "my.ip is", "my.ip"},
	{"ip", "my.ipod is", ""},
	{"domain", "mail.example.org. see", "mail.example.org"},
	{"domain", "example.org, see", "example.org"},
	{"domain", "example.org/x", "example.org"},
	{"domain", "m\xC3\xBCller.example", "m\xC3\xBCller.example"},
	{"domain", "localhost", ""},
	{"domain", "example..org", ""},
	{"domain", ".example.org", ""},
	{"domain", "192.0.2.1", ""},
	{"domain", "<hidden> x", "<hidden>"},
	{"host", "localhost)", "localhost"},
	{"host", "mx.example.org: x", "mx.example.org"},
	{"host", "192.0.2.1", "192.0.2.1"},
	{"host", "2001:db8::1", "2001:db8::1"},
	{"host", "12345", ""},
	{"address", "user@example.org>: x", "user@example.org"},
	{"address", "user+tag@example.org. x", "user+tag@example.org"},
	{"address", "o'brien@example.org, x", "o'brien@example.org"},
	{"address", "user@localhost", "user@localhost"},
	{"address", "user@[192.0.2.1] x", "user@[192.0.2.1]"},
	{"address", "***@example.org x", "***@example.org"},
	{"address", "@example.org", ""},
	{"address", "user@", ""},
	{"address", "user", ""},
	{"url", "https://example.org/a?b=c. see", "https://example.org/a?b=c"},
	{"url", "http://example.org/> x", "http://example.org/"},
	{"url", "https://example.org/x) x", "https://example.org/x"},
	{"url", "www.example.org/x x", "www.example.org/x"},
	{"url", "ftp://example.org/", ""},
	{"url", "https://", ""},
	{"size", "10 mb is", "10 mb"},
	{"size", "10485760 bytes.", "10485760 bytes"},
	{"size", "10.5mb", "10.5mb"},
	{"size", "20971520", "20971520"},
	{"size", "10 mbit", "10"},
	{"size", "10. see", "10"},
	{"size", "mb", ""},
	{"duration", "5 minutes.", "5 minutes"},
	{"duration", "300 seconds", "300 seconds"},
	{"duration", "1:30:00 left", "1:30:00"},
	{"duration", "60s", "60s"},
	{"duration", "5 monkeys", "5"},
	{"duration", "soon", ""},
	{"number", "1,000 x", "1,000"},
	{"number", "42. x", "42"},
	{"number", "x", ""},
	{"word", "some-word_1, x", "some-word_1"},
	{"word", "(x", ""},
	{"token", "[s774], x", "[s774],"},
	{"token", " x", ""},
	{"zone", "zen.example.org. x", "zen.example.org"},
	{"zone", "key.zen.example.org", "key.zen.example.org"},
	{"zone", "2.0.192.bl.example.net", "2.0.192.bl.example.net"},
	{"zone", "example.org", ""},
	{"zone", "notzen.example.org", ""},
	{"zone", "[redacted]", ""},
	{"reply", "550 5.1.1 all of it.", "550 5.1.1 all of it."},
};
/* clang-format on */

static struct slot_want want_of(const char *kind)
{
	int k = slot_kind_from(sv_str(kind));

	assert_true(k >= 0);
	return (struct slot_want){.kind = (enum slot_kind)k};
}

static void the_longest_value(void **state)
{
	struct unit_rules u;

	(void)state;
	unit_rules(&u, data);
	for (size_t i = 0; i < sizeof(longest) / sizeof(longest[0]); i++) {
		sv text = sv_str(longest[i].text);
		struct slot_want want = want_of(longest[i].kind);
		size_t n = slot_longest(&u.rs, want, text, 0);

		if (!sv_eq(sv_head(text, n), sv_str(longest[i].value)))
			fail_msg("%s at \"%s\": got \"%.*s\", want \"%s\"",
			         longest[i].kind, longest[i].text, (int)n,
			         text.p, longest[i].value);
		/* what is found is also taken when asked for exactly */
		if (n && want.kind != SLOT_REPLY)
			assert_true(slot_is(&u.rs, want, text, 0, n));
	}
	unit_rules_free(&u);
}

static void exactly_these_bytes(void **state)
{
	/* clang-format off */
	static const struct {
		const char *kind, *value;
		bool is;
	} rows[] = {
		{"ip", "192.0.2.1", true}, {"ip", "192.0.2.1.", false},
		{"ip", "192.0.2.", false}, {"ip", "", false},
		{"ip", "[redacted]", true}, {"ip", "x.xx.xx.xx", true},
		{"domain", "example.org", true}, {"domain", "example", false},
		{"domain", "[redacted]", true},
		{"address", "a@example.org", true},
		{"address", "<a@example.org", false},
		{"size", "10 mb", true}, {"size", "10 mb ", false},
		{"duration", "2 hours", true}, {"duration", "hours", false},
		{"zone", "zen.example.org", true},
		{"zone", "redacted", false},
		{"word", "two words", false}, {"token", "a(b)c", true},
	};
	/* clang-format on */
	struct unit_rules u;

	(void)state;
	unit_rules(&u, data);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sv v = sv_str(rows[i].value);

		if (slot_is(&u.rs, want_of(rows[i].kind), v, 0, v.n) !=
		    rows[i].is)
			fail_msg("%s \"%s\"", rows[i].kind, rows[i].value);
	}
	unit_rules_free(&u);
}

static void ranges(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {{"100", 3}, {"199.", 3}, {"99", 0},    {"200", 0},
	            {"15x", 0}, {"1,50", 0}, {"0150", 4}, {"4294967297", 0}};
	struct slot_want want = {SLOT_NUMBER, 100, 199};
	struct ruleset none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(slot_longest(&none, want,
		                              sv_str(rows[i].text), 0),
		                 rows[i].n);
}

static void what_is_withheld(void **state)
{
	/* clang-format off */
	static const struct {
		enum slot_kind kind;
		const char *value;
		bool withheld;
	} rows[] = {
		{SLOT_IP, "x.x.x.x", true}, {SLOT_IP, "192.0.2.1", false},
		{SLOT_IP, "<hidden>", true}, {SLOT_IP, "\x01", true},
		{SLOT_DOMAIN, "xxx.xxx", true},
		{SLOT_DOMAIN, "xbox.example.com", false},
		{SLOT_ADDRESS, "u***@example.org", true},
		{SLOT_ADDRESS, "user@example.org", false},
		{SLOT_WORD, "redacted", true}, {SLOT_WORD, "x", false},
		{SLOT_ZONE, "[redacted]", false}, {SLOT_SIZE, "redacted", false},
		{SLOT_IP, "", false},
	};
	/* clang-format on */
	struct unit_rules u;

	(void)state;
	unit_rules(&u, data);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slot_withheld(&u.rs, rows[i].kind,
		                  sv_str(rows[i].value)) != rows[i].withheld)
			fail_msg("\"%s\"", rows[i].value);
	unit_rules_free(&u);
}

static void zones(void **state)
{
	struct unit_rules u;
	const struct zone *z;

	(void)state;
	unit_rules(&u, data);
	z = zone_find(&u.rs, SV("abc.zen.example.org"), NULL);
	assert_non_null(z);
	assert_sv(rs_str(&u.rs, z->name), "Zen");
	assert_null(zone_find(&u.rs, SV("org"), NULL));
	assert_null(zone_find(&u.rs, SV(""), NULL));
	assert_null(zone_find(&u.rs, SV("zen.example.org."), NULL));
	unit_rules_free(&u);
}

static void addresses(void **state)
{
	/* clang-format off */
	static const char *const v4[] = {"0.0.0.0", "255.255.255.255"};
	static const char *const not_v4[] = {"", "1.2.3", "1.2.3.4.5",
		"1.2.3.4.", "1..2.3", "1.2.3.x", "1.2.3.+4", "1.2.3.0004"};
	static const char *const v6[] = {"::", "::1", "2001:db8::",
		"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:192.0.2.1", "::192.0.2.1"};
	static const char *const not_v6[] = {"", ":", "1", "1:2:3:4:5:6:7",
		":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:::2", "g::1",
		"1:2:3:4:5:6:7:8:9", "25:192.0.2.1", "::1:2:3:4:5:6:7:8",
		"::192.0.2", "1:2:3:4:5:6:7:192.0.2.1"};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]); i++)
		assert_true(is_ipv4(sv_str(v4[i])));
	for (size_t i = 0; i < sizeof(not_v4) / sizeof(not_v4[0]); i++)
		if (is_ipv4(sv_str(not_v4[i])))
			fail_msg("\"%s\"", not_v4[i]);
	for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++)
		if (!is_ipv6(sv_str(v6[i])))
			fail_msg("\"%s\"", v6[i]);
	for (size_t i = 0; i < sizeof(not_v6) / sizeof(not_v6[0]); i++)
		if (is_ipv6(sv_str(not_v6[i])))
			fail_msg("\"%s\"", not_v6[i]);
}

static void a_value_has_a_longest(void **state)
{
	static char big[2 * SLOT_MAX];
	struct slot_want want = {.kind = SLOT_TOKEN};
	struct ruleset none = {0};

	(void)state;
	memset(big, 'a', sizeof(big));
	assert_int_equal(slot_longest(&none, want, sv_of(big, sizeof(big)), 0),
	                 SLOT_MAX);
	assert_false(slot_is(&none, want, sv_of(big, sizeof(big)), 0,
	                     sizeof(big)));
	want.kind = SLOT_DOMAIN;
	assert_int_equal(slot_longest(&none, want, sv_of(big, sizeof(big)), 0),
	                 0);
}

static void names_of_kinds(void **state)
{
	(void)state;
	for (int i = 0; i < SLOT_N; i++)
		assert_int_equal(
		    slot_kind_from(sv_str(slot_kind_name((enum slot_kind)i))),
		    i);
	assert_int_equal(slot_kind_from(SV("banana")), -1);
	assert_string_equal(slot_default_name(SLOT_ZONE), "listed_by");
	assert_string_equal(slot_default_name(SLOT_WORD), "");
}

UNIT_MAIN(cmocka_unit_test(the_longest_value),
          cmocka_unit_test(exactly_these_bytes), cmocka_unit_test(ranges),
          cmocka_unit_test(what_is_withheld), cmocka_unit_test(zones),
          cmocka_unit_test(addresses),
          cmocka_unit_test(a_value_has_a_longest),
          cmocka_unit_test(names_of_kinds))
