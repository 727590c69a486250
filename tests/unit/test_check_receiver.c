/* SPDX-License-Identifier: BSD-2-Clause */
/* What a receiver demands, over findings that others made. */
#include "unit.h"

#include "check/receiver.h"

static const char rules[] =
    "Receiver: one\nName: One\nDomains: one.example mail.*\nChecked: 2026-11\n"
    "\nRule: one.ptr\nDemand: a reverse name\nScope: all\n"
    "Broken: ptr.missing\nKept: ptr.ok\nKept: ptr.generic\nNeeds: ip\n"
    "Effect: reject | 550 5.7.25\nRef: x\n"
    "\nRule: one.any\nDemand: SPF or HELO\nScope: all\n"
    "Broken: spf.* helo.*\nKept: spf.pass\nKept: helo.ok\n"
    "Effect: junk\nRef: x\n"
    "\nRule: one.both\nDemand: SPF and HELO\nScope: bulk\n"
    "Broken: spf.*\nBroken: helo.*\nKept: spf.pass helo.ok\n"
    "Effect: reject\nRef: x\n"
    "\nRule: one.six\nDemand: no IPv6\nScope: all\nWhen: ipv6\n"
    "Broken: ptr.ok\nKept: ptr.several\nEffect: reject\nRef: x\n"
    "\nRule: one.lists\nDemand: on no list of Big\nScope: bulk\n"
    "Broken: dnslists.listed@big.example\nKept: dnslists.ok@big.example\n"
    "Effect: junk\nRef: x\n"
    "\nRule: one.rate\nDemand: few complaints\nScope: all\nSee: there\n"
    "Effect: junk\nRef: x\n"
    "\nReceiver: two\nName: Two\nChecked: 2026-11\n"
    "\nRule: two.ptr\nDemand: a reverse name\nScope: all\n"
    "Broken: ptr.missing\nKept: ptr.ok\nNeeds: ip\n"
    "Effect: reject\nRef: x\n";

static const struct {
	const char *found, *ip, *want;
} cases[] = {
    {"ptr.ok spf.pass helo.ok", "192.0.2.1", "receiver.accept"},
    {"ptr.missing spf.pass helo.ok", "192.0.2.1", "receiver.reject"},
    {"ptr.missing spf.ip-fail helo.invalid", "192.0.2.1",
     "receiver.reject"},
    {"ptr.ok spf.ip-fail helo.invalid", "192.0.2.1", "receiver.junk"},
    {"ptr.ok spf.ip-fail helo.ok", "192.0.2.1", "receiver.reject-bulk"},
    /* What is a mere notice does not break a rule by wildcard. */
    {"ptr.ok spf.pass spf.no-all helo.ok", "192.0.2.1", "receiver.accept"},
    {"ptr.generic spf.pass helo.ok", "192.0.2.1", "receiver.accept"},
    /* Two addresses: the worse one counts. */
    {"ptr.ok ptr.missing spf.pass helo.ok", "192.0.2.1",
     "receiver.reject"},
    /* A question without an answer is neither. */
    {"dns.tempfail spf.pass helo.ok", "192.0.2.1", "receiver.unknown"},
    {"ptr.ok", "192.0.2.1", "receiver.unknown"},
    {"", "192.0.2.1", "receiver.unknown"},
    {"", NULL, "receiver.unknown"},
    /* Not told is not looked at: the others decide. */
    {"spf.pass helo.ok", NULL, "receiver.accept"},
    {"ptr.ok spf.pass helo.ok", "2001:db8::1", "receiver.reject"},
    {"ptr.ok spf.pass helo.ok dnslists.listed", "192.0.2.1",
     "receiver.accept"},
    {"ptr.ok spf.pass helo.ok dnslists.listed@x.big.example", "192.0.2.1",
     "receiver.reject-bulk"},
    {"ptr.ok spf.pass helo.ok dnslists.listed@small.example", "192.0.2.1",
     "receiver.accept"},
};

static void add_all(struct check_run *run, const char *text)
{
	sv rest = sv_str(text), zone;

	while ((zone = sv_word(&rest)).n) {
		sv id = sv_cut(&zone, '@');
		struct finding *f = found(run, sv_dupz(run->a, id), SV("x"));

		found_value(run, f, "zone", zone);
	}
}

struct court {
	struct arena *a;
	struct findings *known;
	struct receivers *rules;
};

static void open_court(struct court *c, const char *text, size_t n)
{
	struct mw_err err;

	c->a = arena_new((size_t)16 << 20);
	assert_int_equal(findings_read(c->a, sv_of(findings_builtin,
	                                           findings_builtin_n),
	                               &c->known, &err), MW_OK);
	if (receivers_read(c->a, sv_of(text, n), &c->rules, &err) != MW_OK)
		fail_msg("line %zu: %s", err.where, err.text);
}

static void test_verdicts(void **state)
{
	struct court c;

	(void)state;
	open_court(&c, rules, sizeof(rules) - 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct check_run in = {.a = c.a}, out;
		struct check_target t = {0};
		struct mw_err err;

		if (cases[i].ip)
			assert_true(ip_parse(sv_str(cases[i].ip),
			                     &t.ips[t.nips++]));
		add_all(&in, cases[i].found);
		assert_int_equal(receivers_judge(c.rules, SV("one"), c.known,
		                                 &in, 1, &t, &out, &err),
		                 MW_OK);
		assert_non_null(out.first);
		if (strcmp(out.first->id, cases[i].want))
			fail_msg("case %zu: got %s", i, out.first->id);
		assert_sv(out.first->about, "one");
		assert_null(out.first->next);
		arena_free(out.a);
	}
	arena_free(c.a);
}

static size_t count(const struct check_run *run)
{
	size_t n = 0;

	for (const struct finding *f = run->first; f; f = f->next)
		n++;
	return n;
}

static void test_names(void **state)
{
	static const struct {
		const char *names;
		size_t n;
		enum mw_status st;
	} asked[] = {
	    {"one", 1, MW_OK}, {"one, two", 2, MW_OK}, {"all", 2, MW_OK},
	    {"one.example", 1, MW_OK}, {"mail.org", 1, MW_OK},
	    {"three", 0, MW_EINVAL}, {"one,three", 1, MW_EINVAL},
	    {"one,,two", 2, MW_EINVAL},
	};
	struct check_target t = {0};
	struct court c;

	(void)state;
	open_court(&c, rules, sizeof(rules) - 1);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		sv names = sv_str(asked[i].names);
		struct check_run out;
		struct mw_err err;

		assert_int_equal(receivers_named(c.rules, names, &err),
		                 asked[i].st);
		assert_int_equal(receivers_judge(c.rules, names, c.known, NULL,
		                                 0, &t, &out, &err), MW_OK);
		assert_int_equal(count(&out), asked[i].n);
		arena_free(out.a);
	}
	arena_free(c.a);
}

/* Every mistake is named with its line. */
static void test_mistakes(void **state)
{
#define HEAD "Receiver: a\nName: A\nChecked: 2026-11\n\n"
	static const char *const bad[] = {
	    "Rule: a.b\nDemand: x\nScope: all\nEffect: none\nRef: x\nSee: y\n",
	    "Receiver: a\nName: A\n",
	    HEAD "Receiver: a\nName: A\nChecked: 2026-11\n",
	    HEAD "Rule: b.b\nDemand: x\nScope: all\nEffect: none\nRef: x\n"
	         "See: y\n",
	    HEAD "Rule: a.b\nDemand: x\nScope: some\nEffect: none\nRef: x\n"
	         "See: y\n",
	    HEAD "Rule: a.b\nDemand: x\nScope: all\nEffect: none\nRef: x\n",
	    HEAD "Rule: a.b\nDemand: x\nScope: all\nEffect: none\nRef: x\n"
	         "Broken: y.z\n",
	    HEAD "Rule: a.b\nDemand: x\nScope: all\nEffect: none\nRef: x\n"
	         "See: y\n\nRule: a.b\nDemand: x\nScope: all\nEffect: none\n"
	         "Ref: x\nSee: y\n",
	    HEAD "Rule: a.b\nDemand: x\nScope: all\nEffect: none\nRef: x\n"
	         "See: y\nOdd: z\n",
	};
	struct arena *a = arena_new((size_t)4 << 20);
	struct receivers *k;
	struct mw_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(receivers_read(a, sv_str(bad[i]), &k, &err),
		                 MW_ESYNTAX);
		assert_true(err.where > 0);
	}
	arena_free(a);
}

static void test_builtin(void **state)
{
	struct court c;

	(void)state;
	open_court(&c, receivers_builtin, receivers_builtin_n);
	assert_true(receivers_count(c.rules) >= 7);
	assert_ptr_equal(receivers_get(c.rules, SV("gmail.com")),
	                 receivers_get(c.rules, SV("google")));
	assert_non_null(receivers_get(c.rules, SV("yahoo.co.uk")));
	arena_free(c.a);
}

static void tell(void *arg, const struct mw_err *err)
{
	(void)err;
	++*(size_t *)arg;
}

/* A file of the user replaces a receiver with all its rules, or adds one. */
static void test_of_user(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	struct receivers *k;
	struct mw_err err;
	size_t told = 0;

	(void)state;
	assert_int_equal(receivers_read(a, SV(rules), &k, &err), MW_OK);
	assert_int_equal(receivers_add(a, k, SV(
	    "Receiver: One\nName: Mine\nChecked: 2026-11\n\n"
	    "Rule: One.ptr\nDemand: x\nScope: all\nSee: y\nEffect: junk\n"
	    "Ref: x\n\n"
	    "Rule: One.bad\nDemand: x\nScope: nobody\nSee: y\nEffect: junk\n"
	    "Ref: x\n\n"
	    "Receiver: three\nName: Three\nChecked: 2026-11\n\n"
	    "Receiver: two\nChecked: 2026-11\n\n"
	    "Rule: two.mine\nDemand: x\nScope: all\nSee: y\nEffect: junk\n"
	    "Ref: x\n"), tell, &told), MW_OK);
	/* A rule, a receiver, and the rule that had none. */
	assert_int_equal(told, 3);
	assert_int_equal(receivers_count(k), 3);
	assert_string_equal(receivers_get(k, SV("one"))->name, "Mine");
	assert_int_equal(receivers_get(k, SV("one"))->nrule, 1);
	assert_null(receivers_get(k, SV("one.example")));
	assert_string_equal(receivers_get(k, SV("two"))->name, "Two");
	assert_string_equal(receivers_get(k, SV("two"))->rule[0].id, "two.ptr");
	assert_non_null(receivers_get(k, SV("three")));
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(test_of_user), cmocka_unit_test(test_verdicts),
          cmocka_unit_test(test_names),
          cmocka_unit_test(test_mistakes), cmocka_unit_test(test_builtin))
