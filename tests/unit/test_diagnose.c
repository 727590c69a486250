/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "diagnose/diagnose.h"
#include "rules_unit.h"

static const char rules[] =
    RULE("t.unknown", "recipient.unknown",
         "Text: user unknown\nActor: sender-user\nHeals: permanent\n")
    RULE("t.busy", "remote.busy",
         "Text: try again later\nHeals: temporary\nRetry: yes after=600\n"
         "Scope: server\n")
    RULE("t.ptr", "identity.ptr-missing",
         "Text: no reverse name for {ip}\n"
         "Also: identity.helo-invalid possible\n")
    RULE("t.expired", "route.expired", "Text: retry timeout exceeded\n")
    RULE("t.gate", "policy.gateway", "Text: gateway said no\nSpoke: gateway\n")
    RULE("t.login", "login.failed", "Text: bad password\nStage: auth\n")
    RULE("t.weak", "content.spam",
         "Text: looks like spam\nConfidence: possible\n")
    "Provider: box\nName: Box\nKind: mailbox\nChecked: 2026-11\n"
    "Host: *.box.example.com\nSubmission: smtp.box.example.com\n"
    "Step: recipient.* | contact | Ask Box.\n\n"
    "Provider: gate\nName: Gate\nKind: gateway\nChecked: 2026-11\n"
    "Host: *.gate.example.com\n\n"
    "Provider: send\nName: Send\nKind: sending\nChecked: 2026-11\n"
    "Host: *.send.example.com\n";

struct bench {
	struct unit_rules u;
	struct classifier *c;
	struct arena *a;
	struct diag_options opt;
	struct diagnoses ds;
};

static int set_up(void **state)
{
	static struct bench b;
	const struct ruleset *sets[] = {&b.u.rs};

	b = (struct bench){0};
	unit_rules(&b.u, rules);
	b.c = classifier_new(sets, 1);
	b.a = arena_new((size_t)40 << 20);
	*state = &b;
	return b.c && b.a ? 0 : -1;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	classifier_free(b->c);
	arena_free(b->a);
	unit_rules_free(&b->u);
	return 0;
}

static const struct diagnosis *read_all(struct bench *b, const char *paste,
                                        size_t n)
{
	arena_reset(b->a);
	assert_int_equal(diagnose_paste(b->a, b->c, sv_str(paste), &b->opt,
	                                &b->ds, NULL),
	                 MW_OK);
	if (b->ds.n != n)
		fail_msg("%zu diagnoses, want %zu: %s", b->ds.n, n, paste);
	return n ? b->ds.v[0] : NULL;
}

static const struct diagnosis *read_one(struct bench *b, const char *paste)
{
	return read_all(b, paste, 1);
}

/* A line as Postfix logs it. */
#define LOG_OF(id, to, host, dsn, status, said)                               \
	"Nov 10 10:00:00 mail postfix/smtp[1]: " id ": to=<" to ">, relay="   \
	host "[203.0.113.1]:25, delay=1, delays=0/0/0/1, dsn=" dsn            \
	", status=" status " (host " host "[203.0.113.1] said: " said         \
	" (in reply to RCPT TO command))\n"
#define LOG(host, said) \
	LOG_OF("ABC123", "a@example.org", host, "5.1.1", "bounced", said)

static void what_and_who(void **state)
{
	/* clang-format off */
	static const struct {
		const char *paste, *cause, *actor, *actual, *retry;
		uint32_t after_s;
		enum diag_claim claimed;
	} rows[] = {
		{"550 5.1.1 User unknown", "recipient.unknown", "sender-user",
			"permanent", NULL, 0, CLAIM_PERMANENT},
		{"451 4.3.0 Try again later", "remote.busy", NULL, "temporary",
			"yes", 600, CLAIM_TEMPORARY},
		/* what is true does not depend on what the code claims */
		{"550 Try again later", "remote.busy", NULL, "temporary", "yes",
			600, CLAIM_PERMANENT},
		{"450 4.1.1 User unknown", "recipient.unknown", "sender-user",
			"permanent", NULL, 0, CLAIM_TEMPORARY},
		{"550 5.7.1 words that nobody knows", "unknown.reason-missing",
			NULL, NULL, NULL, 0, CLAIM_PERMANENT},
	};
	/* clang-format on */
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct diagnosis *d = read_one(b, rows[i].paste);

		assert_string_equal(d->cause->id, rows[i].cause);
		if (rows[i].actor)
			assert_sv(d->actor, rows[i].actor);
		if (rows[i].actual)
			assert_sv(d->actual, rows[i].actual);
		if (rows[i].retry) {
			assert_sv(d->retry, rows[i].retry);
			assert_int_equal(d->retry_after_s, rows[i].after_s);
		}
		assert_int_equal(d->claimed, rows[i].claimed);
		assert_true(d->verdict.n > 0);
		assert_true(d->nfix >= 2);
		assert_int_equal(d->count, 1);
	}
}

static void who_spoke(void **state)
{
	/* clang-format off */
	static const struct {
		const char *paste;
		enum ev_spoke spoke;
	} rows[] = {
		{"550 User unknown", SPOKE_UNKNOWN},
		{LOG("mx.box.example.com", "550 User unknown"),
			SPOKE_MAILBOX_PROVIDER},
		{LOG("smtp.box.example.com", "550 User unknown"),
			SPOKE_OWN_PROVIDER},
		{LOG("mx.gate.example.com", "550 User unknown"), SPOKE_GATEWAY},
		{LOG("mx.send.example.com", "550 User unknown"),
			SPOKE_OWN_PROVIDER},
		{LOG("mx.example.net", "550 User unknown"),
			SPOKE_MAILBOX_PROVIDER},
		/* a rule may know it better */
		{LOG("mx.box.example.com", "550 Gateway said no"),
			SPOKE_GATEWAY},
	};
	/* clang-format on */
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(read_one(b, rows[i].paste)->spoke,
		                 rows[i].spoke);
	/* --stage auth: a login is asked for by one's own provider */
	b->opt.stage = STAGE_AUTH;
	assert_int_equal(read_one(b, "535 bad password")->spoke,
	                 SPOKE_OWN_PROVIDER);
	/* --said-by takes a name as well as a host */
	b->opt.stage = STAGE_UNKNOWN;
	b->opt.said_by = SV("box");
	assert_sv(read_one(b, "550 user unknown")->provider_id, "box");
	b->opt.said_by = SV("mx.gate.example.com");
	assert_sv(read_one(b, "550 user unknown")->provider_id, "gate");
}

static void own_hosts(void **state)
{
	/* clang-format off */
	static const struct {
		const char *own;
		enum ev_spoke spoke;
	} rows[] = {
		{"relay.example.net", SPOKE_OWN_MTA},
		{"RELAY.Example.NET", SPOKE_OWN_MTA},
		{"example.net", SPOKE_OWN_MTA},
		{"ample.net", SPOKE_MAILBOX_PROVIDER},
		{"relay.example.net.example.org", SPOKE_MAILBOX_PROVIDER},
		{"", SPOKE_MAILBOX_PROVIDER},
	};
	/* clang-format on */
	struct bench *b = *state;

	b->opt.nown = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		b->opt.own[0] = sv_str(rows[i].own);
		assert_int_equal(
		    read_one(b, LOG("relay.example.net", "550 User unknown"))
		        ->spoke,
		    rows[i].spoke);
	}
}

static void direction(void **state)
{
	static const char inbound[] =
	    "Nov 10 10:00:00 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from "
	    "unknown[192.0.2.1]: 550 5.1.1 <a@example.org>: Recipient address "
	    "rejected: User unknown; from=<b@example.com> to=<a@example.org> "
	    "proto=ESMTP helo=<x.example.com>\n";
	struct bench *b = *state;
	const struct diagnosis *d = read_one(b, inbound);

	assert_int_equal(d->direction, DIR_INBOUND);
	assert_int_equal(d->spoke, SPOKE_OWN_MTA);
	assert_int_equal(d->stage, STAGE_RCPT);
	assert_sv(diag_value(d, SV("recipient")), "a@example.org");
	assert_sv(diag_value(d, SV("recipient_domain")), "example.org");
	assert_sv(diag_value(d, SV("sender_domain")), "example.com");
	d = read_one(b, LOG("mx.example.net", "550 User unknown"));
	assert_int_equal(d->direction, DIR_OUTBOUND);
}

static void values_and_evidence(void **state)
{
	static const char paste[] = "550 5.7.25 No Reverse name for 192.0.2.1";
	struct bench *b = *state;
	const struct diagnosis *d = read_one(b, paste);

	assert_sv(diag_value(d, SV("ip")), "192.0.2.1");
	assert_sv(diag_value(d, SV("ip_arpa")), "1.2.0.192.in-addr.arpa");
	assert_sv(diag_value(d, SV("ip_reversed")), "1.2.0.192");
	assert_sv(diag_value(d, SV("status")), "5.7.25");
	assert_sv(diag_value(d, SV("code")), "550");
	assert_sv(diag_value(d, SV("helo")), "");
	assert_int_equal(d->nevidence, 1);
	assert_sv(d->evidence[0].text, "No Reverse name for 192.0.2.1");
	assert_int_equal(d->evidence[0].offset, 11);
	assert_sv(d->evidence[0].rule, "t.ptr");
	assert_int_equal(d->nalts, 1);
	assert_string_equal(d->alts[0].cause->id, "identity.helo-invalid");
}

static void the_same_is_told_once(void **state)
{
	struct bench *b = *state;
	const struct diagnosis *d =
	    read_one(b, LOG("mx.example.net", "550 User unknown")
	             LOG("mx.example.net", "550 User unknown")
	             LOG("mx.example.net", "550 User unknown"));

	assert_int_equal(d->count, 3);
	/* another recipient is another mail that did not arrive */
	(void)read_all(b, LOG("mx.example.net", "550 User unknown")
	               LOG_OF("DEF456", "b@example.org", "mx.example.net",
	                      "5.1.1", "bounced", "550 User unknown"), 2);
}

/* The queue gave up; why is told by the refusal before it. */
static void expiry_joins_its_reason(void **state)
{
	static const char refusal[] = LOG_OF(
	    "ABC123", "a@example.org", "mx.example.net", "4.3.0", "deferred",
	    "451 Try again later");
	static const char expiry[] =
	    "Nov 15 10:00:00 mail postfix/qmgr[1]: ABC123: "
	    "from=<b@example.com>, status=expired, returned to sender\n";
	char paste[2048];
	struct bench *b = *state;
	const struct diagnosis *d = read_one(b, refusal);
	int n;

	assert_false(d->expired);
	assert_int_equal(d->action, ACTION_DELAYED);
	n = snprintf(paste, sizeof(paste), "%s%s", refusal, expiry);
	assert_true(n > 0 && (size_t)n < sizeof(paste));
	d = read_one(b, paste);
	assert_string_equal(d->cause->id, "remote.busy");
	assert_true(d->expired);
	assert_int_equal(d->action, ACTION_FAILED);
	/* alone it is all that is known */
	d = read_one(b, expiry);
	assert_string_equal(d->cause->id, "route.expired");
	assert_true(d->expired);
}

static void steps_of_the_role_come_first(void **state)
{
	static const enum diag_role roles[] = {ROLE_ANY, ROLE_SENDER,
	                                       ROLE_ADMIN, ROLE_DEVELOPER};
	struct bench *b = *state;
	size_t steps = 0;

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		const struct diagnosis *d;
		bool behind = false;

		b->opt.role = roles[i];
		d = read_one(b, "535 5.7.8 bad password");
		/* the same steps for everybody, in another order */
		assert_true(!steps || d->nfix == steps);
		steps = d->nfix;
		for (size_t k = 0; k < d->nfix; k++) {
			assert_false(behind && d->fix[k].first);
			behind |= !d->fix[k].first;
			assert_false(roles[i] == ROLE_ANY && d->fix[k].first);
		}
	}
}

static void steps_of_the_provider(void **state)
{
	struct bench *b = *state;
	const struct diagnosis *d =
	    read_one(b, LOG("mx.box.example.com", "550 User unknown"));
	size_t found = 0;

	for (size_t i = 0; i < d->nfix; i++)
		found += sv_eq(d->fix[i].text, SV("At Box: Ask Box."));
	assert_int_equal(found, 1);
	d = read_one(b, LOG("mx.box.example.com", "451 Try again later"));
	for (size_t i = 0; i < d->nfix; i++)
		assert_false(sv_has(d->fix[i].text, SV("Ask Box")));
}

static void notices(void **state)
{
	struct bench *b = *state;

	assert_string_equal(read_one(b, "250 2.0.0 OK queued")->cause->id,
	                    "notice.delivered");
	(void)read_all(b, "", 0);
	(void)read_all(b, "Dear all, lunch is at noon.\n", 0);
	/* words without a code count only where a rule is sure of them */
	assert_string_equal(read_one(b, "looks like spam")->cause->id,
	                    "content.spam");
	(void)read_all(b, "Hello Bob,\n\nthis looks like spam to me, what do "
	                  "you think?\n\nRegards\nAlice\n", 0);
}

static void near_rules_only_where_none_knows(void **state)
{
	struct bench *b = *state;
	const struct diagnosis *d =
	    read_one(b, "550 5.1.1 the user is quite unfamiliar");

	assert_int_equal(d->cl.route, ROUTE_NONE);
	assert_true(d->nnear <= 3);
	assert_int_equal(read_one(b, "550 user unknown")->nnear, 0);
}

static void roles_have_names(void **state)
{
	enum diag_role r;

	(void)state;
	assert_true(diag_role_from(SV("admin"), &r));
	assert_int_equal(r, ROLE_ADMIN);
	assert_false(diag_role_from(SV("any"), &r));
	assert_false(diag_role_from(SV("king"), &r));
	assert_string_equal(diag_role_name(ROLE_LIST), "list");
}

static void several_inputs_are_joined(void **state)
{
	struct bench *b = *state;
	struct diagnoses all = {0}, one;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    diagnose_paste(b->a, b->c, SV("550 user unknown"),
		                   &b->opt, &one, NULL), MW_OK);
		assert_true(diagnoses_append(b->a, &all, &one,
		                             i ? "two" : "one"));
	}
	assert_int_equal(all.n, 2);
	assert_string_equal(all.v[0]->file, "one");
	assert_string_equal(all.v[1]->file, "two");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

UNIT_MAIN(TEST(what_and_who), TEST(who_spoke), TEST(own_hosts),
          TEST(direction), TEST(values_and_evidence),
          TEST(the_same_is_told_once), TEST(expiry_joins_its_reason),
          TEST(steps_of_the_role_come_first), TEST(steps_of_the_provider),
          TEST(notices), TEST(near_rules_only_where_none_knows),
          TEST(roles_have_names), TEST(several_inputs_are_joined))
