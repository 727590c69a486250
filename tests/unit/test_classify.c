/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "classify/classify.h"
#include "rules_unit.h"

#define UNIT_PROVIDERS                                                        \
	"Provider: big\nName: Big Mail\nKind: mailbox\nChecked: 2026-11\n"     \
	"Alias: bigmail\nHost: *.big.example.com\n"                            \
	"Submission: smtp.big.example.com\nMark: - bigmark\n\n"                \
	"Provider: small\nName: Small\nKind: mailbox\nChecked: 2026-11\n"      \
	"Host: mx.small.example.net\n\n"                                       \
	"Provider: server\nName: Server\nKind: software\n"                     \
	"Checked: 2026-11\n\n"

static const char providers[] = UNIT_PROVIDERS;

static struct classification ask_sets(const struct ruleset *const *sets,
                                      size_t n, const struct classify_in *in)
{
	struct classifier *c = classifier_new(sets, n);
	struct classification out;

	assert_non_null(c);
	classify(c, in, &out);
	classifier_free(c);
	return out;
}

static struct classification ask(const struct ruleset *rs,
                                 const struct classify_in *in)
{
	return ask_sets(&rs, 1, in);
}

static sv id_of(const struct classification *cl)
{
	return cl->rule ? rs_str(cl->rs, cl->rule->id) : SV("");
}

static void wins(const struct ruleset *rs, struct classify_in in,
                 const char *id)
{
	struct classification out = ask(rs, &in);

	if (!sv_eq(id_of(&out), sv_str(id)))
		fail_msg("\"%.*s\": got %.*s, want %s", SV_FMT(in.reply),
		         SV_FMT(id_of(&out)), id);
}

/* Each pair differs in one respect only; the id alone would decide otherwise. */
static void the_order_of_winning(void **state)
{
	/* clang-format off */
	static const struct {
		const char *rules;
		struct classify_in in;
		const char *id;
	} rows[] = {
		/* a provider or host that is met, over a status */
		{RULE("a.a", "remote.busy", "Status: 5.7.1\nText: go away\n")
		 RULE("z.z", "remote.refused", "Provider: big\nText: go away\n"),
		 {.reply = SV_INIT("550 5.7.1 go away"),
		  .provider = SV_INIT("big")}, "z.z"},
		{RULE("a.a", "remote.busy", "Provider: big\nText: go away\n")
		 RULE("z.z", "remote.refused",
			"Provider: big\nHost: mx.big.example.com\nText: go away\n"),
		 {.reply = SV_INIT("550 go away"),
		  .host = SV_INIT("mx.big.example.com")}, "z.z"},
		/* statuses by how exactly they are met */
		{RULE("a.a", "remote.busy", "Status: 5.7.1-5.7.9\nText: go away\n")
		 RULE("z.z", "remote.refused", "Status: x.7.1\nText: go\n"),
		 {.reply = SV_INIT("550 5.7.1 go away")}, "z.z"},
		{RULE("a.a", "remote.busy", "Status: 5.7.x\nText: go away\n")
		 RULE("z.z", "remote.refused", "Status: 5.7.1-5.7.9\nText: go\n"),
		 {.reply = SV_INIT("550 5.7.1 go away")}, "z.z"},
		{RULE("a.a", "remote.busy", "Status: 5.x.x\nText: go away\n")
		 RULE("z.z", "remote.refused", "Status: 5.7.x\nText: go\n"),
		 {.reply = SV_INIT("550 5.7.1 go away")}, "z.z"},
		{RULE("a.a", "remote.busy", "Reply: 550\nText: go away\n")
		 RULE("z.z", "remote.refused", "Status: 5.x.x\nText: go\n"),
		 {.reply = SV_INIT("550 5.7.1 go away")}, "z.z"},
		{RULE("a.a", "remote.busy", "Text: go away\n")
		 RULE("z.z", "remote.refused", "Reply: 5xx\nText: go\n"),
		 {.reply = SV_INIT("550 5.7.1 go away")}, "z.z"},
		/* the best of several statuses counts */
		{RULE("a.a", "remote.busy", "Status: 5.7.x\nText: go away\n")
		 RULE("z.z", "remote.refused",
			"Status: 5.7.x | 5.7.1\nText: go\n"),
		 {.reply = SV_INIT("550 5.7.1 go away")}, "z.z"},
		/* bytes of words, of the text that is found */
		{RULE("a.a", "remote.busy", "Text: go\n")
		 RULE("z.z", "remote.refused", "Text: go away\n"),
		 {.reply = SV_INIT("550 go away")}, "z.z"},
		{RULE("a.a", "remote.busy", "Text: go\nText: a long text indeed\n")
		 RULE("z.z", "remote.refused", "Text: go away\n"),
		 {.reply = SV_INIT("550 go away")}, "z.z"},
		{RULE("a.a", "remote.busy", "Stage: rcpt\nText: go\n")
		 RULE("z.z", "remote.refused", "Text: go away\n"),
		 {.reply = SV_INIT("550 go away"), .stage = STAGE_RCPT}, "z.z"},
		/* stage, form and direction that are met */
		{RULE("a.a", "remote.busy", "Text: go away\n")
		 RULE("z.z", "remote.refused", "Stage: rcpt\nText: go away\n"),
		 {.reply = SV_INIT("550 go away"), .stage = STAGE_RCPT}, "z.z"},
		{RULE("a.a", "remote.busy", "Stage: rcpt\nText: go away\n")
		 RULE("z.z", "remote.refused",
			"Stage: rcpt\nForm: log\nText: go away\n"),
		 {.reply = SV_INIT("550 go away"), .stage = STAGE_RCPT,
		  .form = FORM_LOG}, "z.z"},
		{RULE("a.a", "remote.busy", "Text: go away\n")
		 RULE("z.z", "remote.refused", "Direction: inbound\nText: go away\n"),
		 {.reply = SV_INIT("550 go away"), .direction = DIR_INBOUND},
		 "z.z"},
		/* what is asked for and not known makes weaker */
		{RULE("a.a", "remote.busy", "Stage: rcpt\nText: go away\n")
		 RULE("z.z", "remote.refused", "Text: go away\n"),
		 {.reply = SV_INIT("550 go away")}, "z.z"},
		{RULE("a.a", "remote.busy",
			"Provider: big\nStage: rcpt\nText: go away\n")
		 RULE("z.z", "remote.refused", "Stage: rcpt\nText: go away\n"),
		 {.reply = SV_INIT("550 go away")}, "z.z"},
		/* fewer slots, then the id */
		{RULE("a.a", "remote.busy", "Text: go {word} away\n")
		 RULE("z.z", "remote.refused", "Text: go far * away\n"),
		 {.reply = SV_INIT("550 go far away")}, "z.z"},
		{RULE("a.a", "remote.busy", "Text: go away{token}\n")
		 RULE("z.z", "remote.refused", "Text: go away\n"),
		 {.reply = SV_INIT("550 go away!")}, "z.z"},
		{RULE("z.z", "remote.refused", "Text: go away\n")
		 RULE("a.a", "remote.busy", "Text: go away\n"),
		 {.reply = SV_INIT("550 go away")}, "a.a"},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct unit_rules u, p;

		unit_rules(&p, providers);
		unit_rules_try(&u, rows[i].rules, &p.rs);
		assert_int_equal(u.told.n, 0);
		{
			const struct ruleset *sets[] = {&u.rs, &p.rs};
			struct classification out =
			    ask_sets(sets, 2, &rows[i].in);

			if (!sv_eq(id_of(&out), sv_str(rows[i].id)))
				fail_msg("row %zu: got %.*s, want %s", i,
				         SV_FMT(id_of(&out)), rows[i].id);
		}
		unit_rules_free(&u);
		unit_rules_free(&p);
	}
}

static void rules_of_the_user_win(void **state)
{
	struct unit_rules user, base;
	const struct ruleset *sets[] = {&user.rs, &base.rs};
	struct classify_in in = {.reply = SV("550 5.7.1 go away now")};
	struct classification out;

	(void)state;
	unit_rules(&user, RULE("z.user", "remote.busy", "Text: go\n"));
	unit_rules(&base, RULE("a.base", "remote.refused",
	                       "Status: 5.7.1\nText: go away now\n"));
	user.rs.user = true;
	out = ask_sets(sets, 2, &in);
	assert_sv(id_of(&out), "z.user");
	assert_ptr_equal(out.rs, &user.rs);
	in.reply = SV("550 5.7.1 please stay");
	out = ask_sets(sets, 2, &in);
	assert_int_equal(out.route, ROUTE_NONE);
	assert_null(out.rule);
	unit_rules_free(&user);
	unit_rules_free(&base);
}

/* A condition that is known to be different excludes; unknown does nothing. */
static void conditions(void **state)
{
	/* clang-format off */
	static const struct {
		const char *body;
		struct classify_in in;
		bool wins;
	} rows[] = {
		{"Reply: 550 | 4xx\n", {.code = 550}, true},
		{"Reply: 550 | 4xx\n", {.code = 421}, true},
		{"Reply: 550 | 4xx\n", {.code = 554}, false},
		{"Reply: 550 | 4xx\n", {.code = 0}, true},
		{"Status: 5.7.1\n", {.status = {5, 7, 1}}, true},
		{"Status: 5.7.1\n", {.status = {5, 7, 2}}, false},
		{"Status: 5.7.1\n", {.status = {4, 7, 1}}, false},
		{"Status: x.7.1\n", {.status = {4, 7, 1}}, true},
		{"Status: 5.7.10-5.7.19\n", {.status = {5, 7, 19}}, true},
		{"Status: 5.7.10-5.7.19\n", {.status = {5, 7, 20}}, false},
		{"Status: 4.x.x\n", {.status = {5, 7, 1}}, false},
		{"Status: 5.7.1\n", {.code = 550}, true},
		{"Provider: big\n", {.provider = SV_INIT("big")}, true},
		{"Provider: big\n", {.provider = SV_INIT("BigMail")}, true},
		{"Provider: big\n", {.provider = SV_INIT("small")}, false},
		{"Provider: big | small\n", {.provider = SV_INIT("small")}, true},
		/* a server program does not say who runs it */
		{"Provider: big\n", {.provider = SV_INIT("server")}, true},
		{"Provider: big\n", {.host = SV_INIT("MX1.Big.example.com.")}, true},
		{"Provider: big\n", {.host = SV_INIT("mx.small.example.net")},
			false},
		{"Provider: big\n", {.host = SV_INIT("mx.example.org")}, true},
		{"Host: *.example.org\n", {.host = SV_INIT("mx.example.org")}, true},
		{"Host: *.example.org\n", {.host = SV_INIT("example.org")}, true},
		{"Host: *.example.org\n", {.host = SV_INIT("myexample.org")},
			false},
		{"Host: mx*.example.org\n", {.host = SV_INIT("mx12.example.org")},
			true},
		{"Host: *.example.org\n", {.host = SV_INIT("")}, true},
		{"Stage: rcpt | data\n", {.stage = STAGE_DATA}, true},
		{"Stage: rcpt | data\n", {.stage = STAGE_MAIL}, false},
		{"Form: log\n", {.form = FORM_NDR}, false},
		{"Form: log\n", {.form = FORM_UNKNOWN}, true},
		{"Direction: inbound\n", {.direction = DIR_OUTBOUND}, false},
		{"Not: stay\n", {.code = 550}, true},
		{"Not: go * now\n", {.code = 550}, false},
		{"Not: stay\nNot: away\n", {.code = 550}, false},
	};
	/* clang-format on */
	char rules[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct unit_rules u;
		struct classify_in in = rows[i].in;
		struct classification out;

		(void)snprintf(rules, sizeof(rules), "%s%s%s%s", providers,
		               "Rule: a.a\nText: go away\nCause: "
		               "remote.refused\n",
		               rows[i].body, "Checked: 2026-11\nSeen: 550 x\n");
		unit_rules(&u, rules);
		in.reply = SV("go away now");
		out = ask(&u.rs, &in);
		if ((out.rule != NULL) != rows[i].wins)
			fail_msg("row %zu: %s", i, rows[i].body);
		unit_rules_free(&u);
	}
}

static void a_mark_tells_the_provider(void **state)
{
	struct unit_rules u;
	struct classify_in in = {.reply = SV("550 go away - bigmark")};
	struct classification out;
	char rules[1024];

	(void)state;
	(void)snprintf(rules, sizeof(rules), "%s%s%s", providers,
	               RULE("a.any", "remote.busy", "Text: go away\n"),
	               RULE("z.big", "remote.refused",
	                    "Provider: big\nText: go away\n"));
	unit_rules(&u, rules);
	out = ask(&u.rs, &in);
	assert_non_null(out.provider);
	assert_sv(rs_str(out.provider_rs, out.provider->id), "big");
	assert_sv(id_of(&out), "z.big");
	/* what is told counts for more than a mark */
	in.provider = SV("small");
	out = ask(&u.rs, &in);
	assert_sv(id_of(&out), "a.any");
	unit_rules_free(&u);
}

static void codes_count_where_no_words_do(void **state)
{
	struct unit_rules u;

	(void)state;
	unit_rules(&u,
	           RULE("a.code", "remote.busy", "Reply: 550\n")
	           RULE("b.class", "remote.refused", "Status: 5.x.x\n")
	           RULE("c.subject", "remote.config", "Status: 5.7.x\n")
	           RULE("d.exact", "remote.full", "Status: 5.7.1\n")
	           RULE("e.words", "remote.error", "Text: go away\n"));
	wins(&u.rs, (struct classify_in){.reply = SV("550 5.7.1 go away")},
	     "e.words");
	wins(&u.rs, (struct classify_in){.reply = SV("550 5.7.1 x")}, "d.exact");
	wins(&u.rs, (struct classify_in){.reply = SV("550 5.7.2 x")},
	     "c.subject");
	wins(&u.rs, (struct classify_in){.reply = SV("554 5.6.0 x")}, "b.class");
	wins(&u.rs, (struct classify_in){.reply = SV("550 x")}, "a.code");
	wins(&u.rs, (struct classify_in){.reply = SV("x"), .code = 550},
	     "a.code");
	wins(&u.rs, (struct classify_in){.reply = SV("421 x")}, "");
	wins(&u.rs, (struct classify_in){.reply = SV("no code at all")}, "");
	/* codes of the reply count for more than those beside it */
	wins(&u.rs, (struct classify_in){.reply = SV("550 5.7.2 x"),
	                                 .status = {5, 7, 1}}, "c.subject");
	unit_rules_free(&u);
}

static void values_and_evidence(void **state)
{
	struct unit_rules u;
	struct classify_in in = {
	    .reply = SV("550-5.7.1 Host [2001:DB8::1] was\r\n"
	                "550 5.7.1 Refused: SEE https://Example.org/A!")};
	struct classification out;

	(void)state;
	unit_rules(&u, RULE("a.a", "remote.refused",
	                    "Text: host [{ip}] was refused * see {url}\n"));
	out = ask(&u.rs, &in);
	assert_int_equal(out.route, ROUTE_TEXT);
	assert_int_equal(out.code, 550);
	assert_int_equal(out.status.detail, 1);
	assert_int_equal(out.nvalues, 2);
	assert_sv(out.values[0].name, "ip");
	assert_sv(out.values[0].value, "2001:DB8::1");
	assert_sv(out.values[1].value, "https://Example.org/A");
	assert_int_equal(out.nevidence, 2);
	assert_sv(sv_slice(in.reply, out.evidence[1].off,
	                   out.evidence[1].off + out.evidence[1].len),
	          "SEE https://Example.org/A");
	in.reply = SV("550 Host [x.x.x.x] was refused, see https://example.org/");
	out = ask(&u.rs, &in);
	assert_true(out.values[0].withheld);
	assert_int_equal(out.values[0].value.n, 0);
	unit_rules_free(&u);
}

static void a_list_says_the_cause(void **state)
{
	struct unit_rules u;
	struct classify_in in = {.reply = SV("550 listed at k.zen.example.org.")};
	struct classification out;

	(void)state;
	unit_rules(&u,
	           "Zone: zen.example.org\nName: Zen\n"
	           "Cause: reputation.dynamic-ip\nAlso: reputation.ip-poor\n\n"
	           RULE("a.list", "reputation.ip-listed", "Text: listed at {zone}\n")
	           RULE("b.other", "remote.busy", "Text: busy at {zone}\n"));
	out = ask(&u.rs, &in);
	assert_sv(out.cause, "reputation.dynamic-ip");
	assert_sv(rs_str(out.rs, out.zone->name), "Zen");
	assert_int_equal(out.nalts, 1);
	assert_sv(out.alts[0].cause, "reputation.ip-poor");
	assert_sv(out.values[0].name, "listed_by");
	assert_sv(out.values[0].value, "k.zen.example.org");
	in.reply = SV("450 busy at zen.example.org");
	out = ask(&u.rs, &in);
	assert_sv(out.cause, "remote.busy");
	in.reply = SV("550 listed at unknown.example.com");
	out = ask(&u.rs, &in);
	assert_int_equal(out.route, ROUTE_NONE);
	unit_rules_free(&u);
}

/* clang-format off */
static const struct {
	const char *reply, *cause;
	size_t nalts;
} answers[] = {
	{"550 listed at rep.example.org", "reputation.ip-listed", 1},
	{"550 listed at rep.example.org: 127.0.0.10", "reputation.ip-poor", 1},
	{"550 listed at rep.example.org (127.0.0.18)", "remote.config", 0},
	{"550 listed at rep.example.org; 127.0.0.18, 127.0.0.10",
	 "reputation.ip-poor", 1},
	/* What is no answer of the list: parts of other addresses, this host. */
	{"550 listed at rep.example.org 1.127.0.0.18", "reputation.ip-listed", 1},
	{"550 listed at rep.example.org 127.9.9.9 1.127.0.0.18",
	 "reputation.ip-listed", 1},
	{"550 listed at rep.example.org 127.0.0.18.7", "reputation.ip-listed", 1},
	{"550 listed at rep.example.org v127.0.0.18", "reputation.ip-listed", 1},
	{"550 listed at rep.example.org; from [127.0.0.1]:10025",
	 "reputation.ip-listed", 1},
	{"550 listed at rep.example.org; from [127.0.0.1] for 127.0.0.1",
	 "remote.config", 0},
	/* Other causes have nothing to do with the answer. */
	{"450 busy at rep.example.org 127.0.0.18", "remote.busy", 0},
};
/* clang-format on */

static void an_answer_says_the_cause(void **state)
{
	struct unit_rules u;

	(void)state;
	unit_rules(&u,
	           "Zone: rep.example.org\nName: Rep\n"
	           "Cause: reputation.ip-listed\n"
	           "Code: 127.0.0.1 | - | good\n"
	           "Code: 127.0.0.10 | reputation.ip-poor | bad\n"
	           "Code: 127.0.0.17-127.0.0.20 | - | good\n\n"
	           RULE("a.list", "reputation.ip-listed",
	                "Text: listed at {zone}\n"
	                "Also: reputation.dynamic-ip possible\n")
	           RULE("b.other", "remote.busy", "Text: busy at {zone}\n"));
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct classify_in in = {.reply = sv_str(answers[i].reply)};
		struct classification out = ask(&u.rs, &in);

		if (!sv_eq(out.cause, sv_str(answers[i].cause)) ||
		    out.nalts != answers[i].nalts)
			fail_msg("%s: %.*s, %zu more", answers[i].reply,
			         SV_FMT(out.cause), out.nalts);
	}
	unit_rules_free(&u);
}

static void the_reply_inside(void **state)
{
	/* clang-format off */
	static const struct {
		const char *reply, *id;
	} rows[] = {
		{"550 gateway says: 451 4.2.2 mailbox full", "b.full"},
		{"550 gateway says: something else", "a.gate"},
		{"550 gateway says: gateway says: mailbox full", "b.full"},
		/* no deeper than CLASSIFY_MAX_DEPTH */
		{"550 gateway says: gateway says: gateway says: gateway says: "
			"mailbox full", "a.gate"},
		{"550 gateway says: ", ""},
	};
	/* clang-format on */
	struct unit_rules u;
	struct classify_in in = {0};
	struct classification out;

	(void)state;
	unit_rules(&u, RULE("a.gate", "policy.gateway",
	                    "Text: gateway says: {reply}\n")
	           RULE("b.full", "recipient.mailbox-full", "Text: mailbox full\n"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wins(&u.rs, (struct classify_in){.reply = sv_str(rows[i].reply)},
		     rows[i].id);
	in.reply = sv_str(rows[0].reply);
	out = ask(&u.rs, &in);
	assert_int_equal(out.code, 451);
	assert_int_equal(out.status.subject, 2);
	assert_sv(sv_slice(in.reply, out.evidence[0].off,
	                   out.evidence[0].off + out.evidence[0].len),
	          "mailbox full");
	unit_rules_free(&u);
}

static void ties(void **state)
{
	struct unit_rules u;
	struct classify_in in = {.reply = SV("550 go away")};
	struct classification out;

	(void)state;
	unit_rules(&u, RULE("b.b", "remote.refused", "Text: go away\n")
	           RULE("a.a", "remote.busy", "Text: go away\n"));
	out = ask(&u.rs, &in);
	assert_sv(id_of(&out), "a.a");
	assert_non_null(out.tie);
	assert_sv(rs_str(out.tie_rs, out.tie->id), "b.b");
	assert_int_equal(out.nalts, 1);
	assert_sv(out.alts[0].cause, "remote.refused");
	unit_rules_free(&u);

	/* the same cause twice is no tie, nor is what a stronger one beats */
	unit_rules(&u, RULE("b.b", "remote.refused", "Text: go away\n")
	           RULE("a.a", "remote.refused", "Text: go away\n"));
	out = ask(&u.rs, &in);
	assert_null(out.tie);
	unit_rules_free(&u);
	unit_rules(&u, RULE("a.a", "remote.refused", "Text: go\n")
	           RULE("b.b", "remote.busy", "Text: go\n")
	           RULE("c.c", "remote.full", "Text: go away\n"));
	out = ask(&u.rs, &in);
	assert_sv(id_of(&out), "c.c");
	assert_null(out.tie);
	unit_rules_free(&u);
}

static void alternatives(void **state)
{
	struct unit_rules u;
	struct classify_in in = {.reply = SV("550 go away")};
	struct classification out;

	(void)state;
	unit_rules(&u, RULE("a.a", "remote.refused",
	                    "Text: go away\nConfidence: likely\n"
	                    "Also: remote.busy possible: Busy?\n"
	                    "Also: remote.busy likely: Again?\n"
	                    "Also: remote.refused likely: Itself?\n"));
	out = ask(&u.rs, &in);
	assert_int_equal(out.confidence, CONF_LIKELY);
	assert_int_equal(out.nalts, 1);
	assert_sv(out.alts[0].question, "Busy?");
	assert_int_equal(out.alts[0].confidence, CONF_POSSIBLE);
	unit_rules_free(&u);
}

static void cut_replies_are_less_certain(void **state)
{
	struct unit_rules u;
	struct classify_in in = {.reply = SV("550 the sending address is li...")};
	struct classification out;

	(void)state;
	unit_rules(&u, RULE("a.a", "remote.refused",
	                    "Text: the sending address is listed here\n"));
	out = ask(&u.rs, &in);
	assert_int_equal(out.route, ROUTE_TEXT);
	assert_true(out.gapped);
	assert_int_equal(out.confidence, CONF_LIKELY);
	unit_rules_free(&u);
}

static void rules_that_are_near(void **state)
{
	struct unit_rules u;
	const struct ruleset *sets[] = {&u.rs};
	struct classify_in in = {.reply = SV("550 the mailbox is very full")};
	struct near_rule near[2];
	struct classifier *c;

	(void)state;
	unit_rules(&u, RULE("a.half", "remote.busy", "Text: mailbox xxxxxxx\n")
	           RULE("b.most", "remote.full",
	                "Text: mailbox full today\nText: zzzz mailbox\n")
	           RULE("c.none", "remote.refused", "Text: completely different\n")
	           RULE("d.half", "remote.refused", "Text: mailbox xxxxxxx\n"));
	c = classifier_new(sets, 1);
	assert_int_equal(classify_near(c, &in, near, 2), 2);
	assert_sv(rs_str(near[0].rs, near[0].rule->id), "b.most");
	assert_int_equal(near[0].percent, 68);
	assert_sv(near[0].missing, "today");
	assert_sv(rs_str(near[1].rs, near[1].rule->id), "a.half");
	assert_int_equal(near[1].percent, 50);
	in.reply = SV("");
	assert_int_equal(classify_near(c, &in, near, 2), 0);
	classifier_free(c);
	unit_rules_free(&u);
}

static void misuse_and_reuse(void **state)
{
	struct unit_rules u;
	const struct ruleset *sets[CLASSIFY_MAX_SETS + 1];
	struct classify_in in = {.reply = SV("550 go away")};
	struct classification out;
	struct classifier *c;

	(void)state;
	classifier_free(NULL);
	unit_rules(&u, RULE("a.a", "remote.refused", "Text: go away\n"));
	for (size_t i = 0; i <= CLASSIFY_MAX_SETS; i++)
		sets[i] = &u.rs;
	assert_null(classifier_new(sets, CLASSIFY_MAX_SETS + 1));
	/* one classifier, many replies: nothing of the last one stays */
	c = classifier_new(sets, 1);
	for (int i = 0; i < 3; i++) {
		in.reply = SV("550 go away");
		classify(c, &in, &out);
		assert_sv(id_of(&out), "a.a");
		in.reply = SV("");
		classify(c, &in, &out);
		assert_int_equal(out.route, ROUTE_NONE);
		assert_int_equal(out.code, 0);
		assert_int_equal(out.nevidence, 0);
	}
	classifier_free(c);
	unit_rules_free(&u);
}

/* Short tails, stars at either end, the name below "*.", dots at the end. */
static void providers_by_name_and_host(void **state)
{
	/* clang-format off */
	static const struct {
		const char *host, *id;
		bool submission;
	} hosts[] = {
		{"mx.big.example.com", "big", false},
		{"MX.Big.Example.COM.", "big", false},
		{"big.example.com", "big", false},
		{"smtp.big.example.com", "big", true},
		{"notbig.example.com", "", false},
		{"mx.small.example.net", "small", false},
		{"amx.small.example.net", "", false},
		{"a.zz", "short", false},
		{"zz", "short", false},
		{"azz", "", false},
		{"relay7.example.org", "short", false},
		{"relay7.anything", "short", false},
		{"", "", false},
	}, names[] = {
		{"big", "big", false}, {"BIG MAIL", "big", false},
		{"bigmail", "big", false}, {"mail", "", false},
		{"Dot Inc.", "short", false}, {"Dot Inc", "", false},
		{"short.", "", false}, {"s-x", "short", false},
		{"s-", "short", false}, {"", "", false},
	};
	/* clang-format on */
	struct unit_rules u;
	bool submission;

	(void)state;
	unit_rules(&u, UNIT_PROVIDERS
	           "Provider: short\nName: Dot Inc.\nKind: mailbox\n"
	           "Checked: 2026-11\nAlias: s-*\nHost: *.zz | relay*\n\n");
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		const struct provider *p = provider_by_host(
		    &u.rs, sv_str(hosts[i].host), &submission);

		assert_sv(p ? rs_str(&u.rs, p->id) : SV(""), hosts[i].id);
		assert_int_equal(submission, hosts[i].submission);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct provider *p =
		    provider_by_name(&u.rs, sv_str(names[i].host));

		assert_sv(p ? rs_str(&u.rs, p->id) : SV(""), names[i].id);
	}
	unit_rules_free(&u);
}

UNIT_MAIN(cmocka_unit_test(the_order_of_winning),
          cmocka_unit_test(providers_by_name_and_host),
          cmocka_unit_test(rules_of_the_user_win), cmocka_unit_test(conditions),
          cmocka_unit_test(a_mark_tells_the_provider),
          cmocka_unit_test(codes_count_where_no_words_do),
          cmocka_unit_test(values_and_evidence),
          cmocka_unit_test(a_list_says_the_cause),
          cmocka_unit_test(an_answer_says_the_cause),
          cmocka_unit_test(the_reply_inside), cmocka_unit_test(ties),
          cmocka_unit_test(alternatives),
          cmocka_unit_test(cut_replies_are_less_certain),
          cmocka_unit_test(rules_that_are_near),
          cmocka_unit_test(misuse_and_reuse))
