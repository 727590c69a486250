/* SPDX-License-Identifier: BSD-2-Clause */
/* SPF records taken apart: terms, and faults with their places. */
#include "unit.h"

#include "auth/spf_macro.h"
#include "auth/spf_record.h"

#include <stdio.h>

/* Each fault as "id@offset+length", in the order they are found. */
static const struct {
	const char *record, *faults;
} texts[] = {
    {"v=spf1 -all", ""},
    {"v=spf1", "no-all@6+0"},
    {"v=spf1  a  mx -all ", ""},
    {"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a:a.example.org/28//64 "
     "mx/24 exists:%{i}.x.example.org ?include:b.example.org -all", ""},
    {"v=spf1 redirect=_spf.example.org", ""},
    {"v=spf1 foo -all", "unknown-mechanism@7+3"},
    {"v=spf1 ipv4:192.0.2.1 -all", "unknown-mechanism@7+4"},
    {"v=spf1 -ip4:192.0.2.1/33 -all", "bad-cidr@22+2"},
    {"v=spf1 ip4:192.0.2.1/032 -all", "bad-cidr@21+3"},
    {"v=spf1 a/24/64 -all", "bad-cidr@12+2"},
    {"v=spf1 a// -all", "bad-cidr@9+1"},
    {"v=spf1 ip4:192.0.2.256 -all", "bad-address@11+11"},
    {"v=spf1 ip4:2001:db8::1 -all", "bad-address@11+11"},
    {"v=spf1 ip6:192.0.2.1 -all", "bad-address@11+9"},
    {"v=spf1 a:%{z}.example.org -all", "bad-macro@9+2"},
    {"v=spf1 a:%{d0}.example.org -all", "bad-macro@9+2"},
    {"v=spf1 a:%(d).example.org -all", "bad-macro@9+2"},
    {"v=spf1 a:100% -all", "bad-macro@12+1"},
    {"v=spf1 exists:%{c}.example.org -all", "exp-only-macro@14+4"},
    {"v=spf1 a:localhost -all", "bad-domain@9+9"},
    {"v=spf1 include:192.0.2.1 -all", "bad-domain@15+9"},
    {"v=spf1 mx:example.org:25 -all", "bad-domain@10+14"},
    {"v=spf1 include -all", "no-argument@7+7"},
    {"v=spf1 exp= -all", "no-argument@7+4"},
    {"v=spf1 include: b.example.org -all",
     "blank-behind-colon@15+1 unknown-mechanism@16+13"},
    {"v=spf1 -all:x", "argument-not-allowed@11+2 no-all@13+0"},
    {"v=spf1 include:b.example.org/24 -all", "cidr-not-allowed@15+16"},
    {"v=spf1 ptr/24 -all", "cidr-not-allowed@10+3"},
    {"v=spf1 redirect=a.example redirect=b.example",
     "modifier-twice@26+18"},
    {"v=spf1 1up=x -all", "bad-modifier@7+4"},
    {"v=spf1 =x -all", "bad-modifier@7+1"},
    {"v=spf1 redirect:a.example -all", "colon-in-modifier@7+18"},
    {"v=spf1 mx -all;", "trailing-semicolon@14+1 no-all@15+0"},
    {"v=spf1 include:a.example; -all", "trailing-semicolon@24+1"},
    {"v=spf1 mx -all\"", "quotes@14+1 no-all@15+0"},
    {"v=spf1 a:\"b.example\" -all", "quotes@9+1"},
    {"v=spf1 mx\tinclude:a.example -all", "control-char@9+1"},
    {"v=spf1 mx -all\n", "control-char@14+1 no-all@15+0"},
    {"v=spf1 mx \xE2\x80\x93" "all", "non-ascii@10+3 no-all@16+0"},
    {"v=spf1 include=a.example -all", "equals-in-mechanism@7+17"},
    {"v=spf1 x-own=1 -all", "unknown-modifier@7+7"},
    {"v=spf1 mx v=spf1 a -all", "second-version@10+6"},
    {"v=spf1 -all mx", "after-all@12+2"},
    {"v=spf1 -all redirect=a.example", "redirect-with-all@12+18"},
    {"v=spf1 ptr -all", "ptr-used@7+3"},
    {"v=spf1 +all", "all-pass@7+4"},
    {"v=spf1 ?all", "all-neutral@7+4"},
    {"v=spf1 mx a +MX -all", "duplicate-term@12+3"},
    {"v=spf1 ip4:192.0.2.5/24 -all", "host-bits@7+16"},
    {"v=spf1 a/0 -all", "cidr-zero@7+3"},
    {"v=spf1 ip4:10.0.0.0/8 ip6:fd00::1 -all",
     "private-address@7+14 private-address@22+11"},
    {"v=spf1;a -all", "bad-version@0+8"},
    /* What may stand there, odd as it looks. */
    {"v=spf1 a:foo:bar/baz.example.org moo.cow-far_out=man:dog/cat -all",
     "unknown-modifier@33+27"},
    {"v=spf1 a:x.example.xn--zckzah a:%{d} a:%{d2}.1-2 -all", ""},
    {"V=SPF1 MX -ALL", ""},
};

static void test_faults(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct spf_record *r = spf_record_parse(
		    a, sv_str(texts[i].record), NULL, 0);
		char got[512] = "";
		size_t n = 0;
		bool fatal = false;

		for (size_t k = 0; k < r->nfaults; k++) {
			const struct spf_fault *f = &r->fault[k];

			n += (size_t)snprintf(got + n, sizeof(got) - n,
			    "%s%s@%u+%u", n ? " " : "",
			    spf_fault_name(f->id), f->at, f->n);
			fatal |= spf_fault_fatal(f->id);
		}
		if (strcmp(got, texts[i].faults))
			fail_msg("%s: %s, want %s", texts[i].record, got,
			         texts[i].faults);
		assert_int_equal(fatal, r->broken && texts[i].record[6] != ';');
	}
	arena_free(a);
}

/* Behind a fault all terms are still there. */
static void test_terms(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct spf_record *r = spf_record_parse(a,
	    SV("v=spf1 ~A:b.example.org/28//64 foo:x ip6:2001:db8::1 "
	       "include:%{d2}.example -all exp=e.example.org"), NULL, 0);
	static const enum spf_kind kinds[] = {SPF_A, SPF_BROKEN, SPF_IP6,
	    SPF_INCLUDE, SPF_ALL, SPF_EXP};

	(void)state;
	assert_true(r->broken);
	assert_int_equal(r->n, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(r->term[i].kind, kinds[i]);
	assert_int_equal(r->term[0].qualifier, '~');
	assert_int_equal(r->term[0].bits4, 28);
	assert_int_equal(r->term[0].bits6, 64);
	assert_sv(r->term[0].domain, "b.example.org");
	assert_non_null(r->term[0].target);
	assert_true(r->term[1].broken);
	assert_int_equal(r->term[2].bits6, 128);
	assert_true(r->term[3].macros && !r->term[3].target);
	assert_int_equal(r->all, 4);
	assert_int_equal(r->exp, 5);
	assert_int_equal(r->redirect, SIZE_MAX);
	arena_free(a);
}

/* Strings that were cut where a blank stood. */
static void test_joins(void **state)
{
	struct arena *a = arena_new(1 << 20);
	static const size_t joins[] = {20};
	sv text = SV("v=spf1 ip4:192.0.2.1include:a.example -all");
	struct spf_record *r = spf_record_parse(a, text, joins, 1);

	(void)state;
	assert_int_equal(r->fault[0].id, SPF_FAULT_GLUED);
	assert_int_equal(r->fault[0].at, 20);
	arena_free(a);
}

static const struct {
	const char *text;
	int why; /* -1: a record; -2: about something else */
} selected[] = {
    {"v=spf1", -1},
    {"v=SPF1 -all", -1},
    {"v=spf10", SPF_FAULT_VERSION},
    {"v=spf1;mx -all", SPF_FAULT_VERSION},
    {"v=spf1\tmx -all", SPF_FAULT_VERSION},
    {" v=spf1 mx -all", SPF_FAULT_LEADING_BLANK},
    {"\"v=spf1 mx -all\"", SPF_FAULT_QUOTES},
    {"spf1 mx -all", SPF_FAULT_VERSION},
    {"spf2.0/pra mx -all", SPF_FAULT_SENDER_ID},
    {"v=DMARC1; p=none", -2},
    {"", -2},
};

static void test_selected(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(selected) / sizeof(selected[0]); i++) {
		sv text = sv_str(selected[i].text);
		enum spf_fault_id why = SPF_FAULT_N;
		bool nearly = spf_is_nearly(text, &why);

		assert_int_equal(spf_is_record(text), selected[i].why == -1);
		assert_int_equal(nearly, selected[i].why >= 0);
		if (nearly)
			assert_int_equal(why, selected[i].why);
	}
}

/* The examples of RFC 7208 section 7.4, and what they leave out. */
static const struct {
	const char *macro, *ip, *want;
} macros[] = {
    {"%{s}", "192.0.2.3", "strong-bad@email.example.com"},
    {"%{o}", "192.0.2.3", "email.example.com"},
    {"%{d}", "192.0.2.3", "email.example.com"},
    {"%{d4}", "192.0.2.3", "email.example.com"},
    {"%{d2}", "192.0.2.3", "example.com"},
    {"%{d1}", "192.0.2.3", "com"},
    {"%{dr}", "192.0.2.3", "com.example.email"},
    {"%{d2r}", "192.0.2.3", "example.email"},
    {"%{l}", "192.0.2.3", "strong-bad"},
    {"%{l-}", "192.0.2.3", "strong.bad"},
    {"%{lr}", "192.0.2.3", "strong-bad"},
    {"%{lr-}", "192.0.2.3", "bad.strong"},
    {"%{l1r-}", "192.0.2.3", "strong"},
    {"%{ir}.%{v}._spf.%{d2}", "192.0.2.3",
     "3.2.0.192.in-addr._spf.example.com"},
    {"%{lr-}.lp._spf.%{d2}", "192.0.2.3",
     "bad.strong.lp._spf.example.com"},
    {"%{d2}.trusted-domains.example.net", "192.0.2.3",
     "example.com.trusted-domains.example.net"},
    {"%{ir}.%{v}._spf.%{d2}", "2001:db8::cb01",
     "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6."
     "_spf.example.com"},
    {"%{S}", "192.0.2.3", "strong-bad%40email.example.com"},
    {"%{c} %{r} %{t}", "2001:db8::1", "2001:db8::1 unknown 7"},
    {"%%%_%-", "192.0.2.3", "% %20"},
    {"%{p}", "192.0.2.3", "unknown"},
    {"%{h}", "192.0.2.3", "[192.0.2.3]"},
    {"%{d999}", "192.0.2.3", "email.example.com"},
};

static void test_macros(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
		struct spf_values v = {
		    .sender = SV("strong-bad@email.example.com"),
		    .local = SV("strong-bad"),
		    .sender_domain = SV("email.example.com"),
		    .domain = SV("email.example.com"),
		    .helo = SV("[192.0.2.3]"), .time = 7};
		struct spf_expanded out;

		assert_true(ip_parse(sv_str(macros[i].ip), &v.ip));
		spf_macro_expand(sv_str(macros[i].macro), SPF_IN_EXPLANATION,
		                 &v, &out);
		assert_sv(sv_of(out.p, out.n), macros[i].want);
	}
}

/* Names lose labels from the left, whatever was put in. */
static void test_long_names(void **state)
{
	static char local[70000];
	struct spf_values v = {.local = sv_of(local, sizeof(local)),
	                       .domain = SV("example.org")};
	struct spf_expanded out;

	(void)state;
	for (size_t i = 0; i < sizeof(local); i++)
		local[i] = i % 10 == 9 ? '.' : 'a';
	spf_macro_expand(SV("%{l}.%{lr}.%{l}.%{d}."), SPF_IN_DOMAIN, &v, &out);
	assert_true(out.cut && out.n <= SPF_NAME_MAX && out.n > 240);
	assert_true(sv_ends(sv_of(out.p, out.n), SV(".example.org")));
	assert_int_equal(out.p[0], 'a');
}

/* Work grows with the record's length, whatever it is made of. */
static void test_linear(void **state)
{
	static char spec[60000], sender[100000];
	struct spf_values v = {.sender = sv_of(sender, sizeof(sender))};
	struct arena *a = arena_new((size_t)64 << 20);
	size_t *joins = arena_alloc(a, sizeof(spec), sizeof(*joins));
	struct spf_expanded out;
	struct spf_record *r;

	(void)state;
	memset(sender, 'a', sizeof(sender));
	for (size_t i = 0; i + 4 <= sizeof(spec); i += 4)
		memcpy(spec + i, "%{S}", 4);
	spf_macro_expand(sv_of(spec, sizeof(spec)), SPF_IN_DOMAIN, &v, &out);
	assert_true(out.cut && out.n <= sizeof(out.p));
	/* Every string one octet long, every term a fault. */
	memcpy(spec, "v=spf1", 6);
	for (size_t i = 6; i < sizeof(spec); i++)
		spec[i] = i % 2 ? 'x' : ' ';
	for (size_t i = 0; i < sizeof(spec); i++)
		joins[i] = i + 1;
	r = spf_record_parse(a, sv_of(spec, sizeof(spec)), joins,
	                     sizeof(spec));
	assert_int_equal(r->n, (sizeof(spec) - 6) / 2);
	assert_int_equal(r->nfaults, SPF_FAULTS_MAX);
	assert_true(r->faults_all > r->n);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(test_faults), cmocka_unit_test(test_terms),
          cmocka_unit_test(test_joins), cmocka_unit_test(test_selected),
          cmocka_unit_test(test_macros), cmocka_unit_test(test_long_names),
          cmocka_unit_test(test_linear))
