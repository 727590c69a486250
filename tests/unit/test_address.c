/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "mail/address.h"

/* What one address of a list is: name|local|domain|group|defects */
struct want {
	const char *name, *local, *domain, *group;
	unsigned defects;
};

/* clang-format off */
static const struct {
	const char *in;
	struct want want[4];
} lists[] = {
	{"a@example.org", {{"", "a", "example.org", "", 0}}},
	{" A B <a@example.org>\r\n", {{"A B", "a", "example.org", "", 0}}},
	{"\"B, A\" <a@example.org>, b@example.net",
		{{"\"B, A\"", "a", "example.org", "", 0},
		{"", "b", "example.net", "", 0}}},
	{"a@example.org (A (B) C)",
		{{"A (B) C", "a", "example.org", "", 0}}},
	{"<>", {{"", "", "", "", ADDRESS_NULL}}},
	{"<<a@example.org>>", {{"", "a", "example.org", "", 0}}},
	{"postmaster", {{"", "postmaster", "", "", ADDRESS_NO_DOMAIN}}},
	{"<root>", {{"", "root", "", "", ADDRESS_NO_DOMAIN}}},
	{"Undisclosed recipients:;", {{0}}},
	{"", {{0}}},
	{" , ,, ", {{0}}},
	/* Groups. */
	{"Team: A <a@example.org>, b@example.org; c@example.net",
		{{"A", "a", "example.org", "Team", 0},
		{"", "b", "example.org", "Team", 0},
		{"", "c", "example.net", "", 0}}},
	/* Obsolete forms. */
	{"<@a.example,@b.example:user@example.org>",
		{{"", "user", "example.org", "", ADDRESS_ROUTE}}},
	{"a . b @ example . org (x)",
		{{"x", "a . b", "example . org", "", ADDRESS_SPLIT}}},
	{"<a (x) @example.org>",
		{{"", "a (x)", "example.org", "", ADDRESS_SPLIT}}},
	{"\"a b\"@example.org", {{"", "\"a b\"", "example.org", "", 0}}},
	{"<\"a>@b,\\\"\"@example.org>",
		{{"", "\"a>@b,\\\"\"", "example.org", "", 0}}},
	{"<\"a\".b@example.org>", {{"", "\"a\".b", "example.org", "", 0}}},
	{"a@[192.0.2.1]", {{"", "a", "[192.0.2.1]", "", 0}}},
	{"<a@[IPv6:2001:db8::1]>", {{"", "a", "[IPv6:2001:db8::1]", "", 0}}},
	{"a@[IPv6:2001:db8::1], b@example.org",
		{{"", "a", "[IPv6:2001:db8::1]", "", 0},
		{"", "b", "example.org", "", 0}}},
	/* What people write. */
	{"a@example.org; b@example.org",
		{{"", "a", "example.org", "", 0},
		{"", "b", "example.org", "", 0}}},
	{"<a@example.org> <b@example.org>",
		{{"", "a", "example.org", "", 0},
		{"", "b", "example.org", "", 0}}},
	{"A a@example.org", {{"A", "a", "example.org", "", 0}}},
	{"mailto:a@example.org",
		{{"", "a", "example.org", "", ADDRESS_PREFIX}}},
	{"rfc822; a@example.org",
		{{"", "a", "example.org", "", ADDRESS_PREFIX}}},
	{"<mailto:a@example.org>",
		{{"", "a", "example.org", "", ADDRESS_PREFIX}}},
	{"'a@example.org'", {{"", "a", "example.org", "", 0}}},
	{"\"a@example.org\"",
		{{"", "a", "example.org", "", ADDRESS_ODD_LOCAL}}},
	{"\"a@example.org\" <a@example.org>",
		{{"\"a@example.org\"", "a", "example.org", "", 0}}},
	{"a@example.org.", {{"", "a", "example.org", "", 0}}},
	{"a..b.@example.org",
		{{"", "a..b.", "example.org", "", ADDRESS_ODD_LOCAL}}},
	{"a@b@example.org",
		{{"", "a@b", "example.org", "", ADDRESS_ODD_LOCAL}}},
	{"</S=a/O=b c/@example.org>",
		{{"", "/S=a/O=b c/", "example.org", "", ADDRESS_ODD_LOCAL}}},
	{"<a b@example.org>",
		{{"", "a b", "example.org", "", ADDRESS_ODD_LOCAL}}},
	{"a@exa!mple.org", {{"", "a", "exa!mple.org", "",
		ADDRESS_ODD_DOMAIN}}},
	{"a@", {{"", "a", "", "", ADDRESS_NO_DOMAIN}}},
	{"<@example.org>", {{"", "", "example.org", "", ADDRESS_ODD_LOCAL}}},
	{"@example.org", {{"", "", "example.org", "", ADDRESS_ODD_LOCAL}}},
	/* Broken quoting and brackets. */
	{"\"A \"B\" C\" <a@example.org>",
		{{"\"A \"B\" C\"", "a", "example.org", "", ADDRESS_OPEN}}},
	{"\"A <a@example.org>, \"B\" <b@example.org>",
		{{"\"A", "a", "example.org", "", ADDRESS_OPEN},
		{"\"B\"", "b", "example.org", "", 0}}},
	{"\"A <a@example.org>, B <b@example.org>",
		{{"\"A", "a", "example.org", "", ADDRESS_OPEN},
		{"B", "b", "example.org", "", 0}}},
	{"<a@example.org, b@example.org",
		{{"", "a", "example.org", "", ADDRESS_OPEN},
		{"", "b", "example.org", "", 0}}},
	{"a@example.org>, b@example.org",
		{{"", "a", "example.org", "", 0},
		{"", "b", "example.org", "", 0}}},
	{"a@example.org (x, b@example.org",
		{{"", "a", "example.org", "", ADDRESS_OPEN},
		{"", "b", "example.org", "", 0}}},
	/* Not readable, and told. */
	{"no address at all", {{"no address at all", "", "", "",
		ADDRESS_UNREADABLE}}},
	/* UTF-8 and other bytes. */
	{"\u00FCser@b\u00FCcher.example", {{"", "\u00FCser",
		"b\u00FCcher.example", "", ADDRESS_UTF8}}},
	{"\xFCser@example.org", {{"", "\xFCser", "example.org", "",
		ADDRESS_BYTES}}},
	{"\u00DC <a@example.org>", {{"\u00DC", "a", "example.org", "", 0}}},
};

static const struct {
	const char *in, *spec;
} specs[] = {
	{"a@example.org", "a@example.org"},
	{"RFC822; <a@example.org>", "a@example.org"},
	{"rfc822;a@example.org", "a@example.org"},
	{"<a@example.org>... User unknown", "a@example.org"},
	{"<a@example.org>: host mx.example.net said: 550", "a@example.org"},
	{"a@example.org: user unknown", "a@example.org"},
	{"A B <a@example.org>", "a@example.org"},
	{"the mail for a@example.org was refused", "a@example.org"},
	{"<root>", "root"},
	{"rfc822; @example.org", ""},
	{"<@example.org>", ""},
	{"<>", ""},
	{"nobody here", ""},
	{"", ""},
};
/* clang-format on */

static void check(const char *in, const struct address *a,
                  const struct want *w)
{
	assert_sv(a->name, w->name);
	assert_sv(a->local, w->local);
	assert_sv(a->domain, w->domain);
	assert_sv(a->group, w->group);
	if (a->defects != w->defects)
		fail_msg("%s: %#x instead of %#x", in, a->defects, w->defects);
}

static void reads_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct address_list l = {.rest = sv_str(lists[i].in)};
		struct address a;
		size_t n = 0;

		for (; n < 4 && lists[i].want[n].name; n++) {
			if (!address_next(&l, &a))
				fail_msg("%s: only %zu", lists[i].in, n);
			check(lists[i].in, &a, &lists[i].want[n]);
		}
		if (address_next(&l, &a))
			fail_msg("%s: more than %zu", lists[i].in, n);
	}
}

static void finds_the_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		assert_sv(address_spec(sv_str(specs[i].in)), specs[i].spec);
}

static void puts_parts_together(void **state)
{
	struct arena *arena = arena_new(4096);
	struct address_list l = {
		.rest = SV("a . \"b c\" (x) @ example (y) . org, d@e.example")};
	struct address a;

	(void)state;
	assert_non_null(arena);
	assert_true(address_next(&l, &a));
	assert_int_equal(a.spec.n, 0);
	assert_sv(address_spec_text(arena, &a), "a.\"b c\"@example.org");
	assert_true(address_next(&l, &a));
	assert_sv(address_spec_text(arena, &a), "d@e.example");
	arena_free(arena);
}

/* Signs without their counterparts, over and over: no quadratic search. */
static void is_linear(void **state)
{
	enum { N = 400000 };
	static const char *const signs[] = {"\"", "(", "<", "\"a", "<\"", "a@",
	                                    "<a@b ", "\"x\"y", "((a)", ":;"};
	static char in[N];

	(void)state;
	for (size_t k = 0; k < sizeof(signs) / sizeof(signs[0]); k++) {
		size_t n = strlen(signs[k]), count = 0;
		struct address_list l = {.rest = sv_of(in, N)};
		struct address a;

		for (size_t i = 0; i < N; i++)
			in[i] = signs[k][i % n];
		while (address_next(&l, &a))
			count++;
		assert_true(count <= N);
	}
}

UNIT_MAIN(cmocka_unit_test(reads_lists), cmocka_unit_test(finds_the_address),
          cmocka_unit_test(puts_parts_together), cmocka_unit_test(is_linear))
