/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "rules_unit.h"

#define GOOD RULE("good.one", "remote.refused", "Text: refused\n")
/* GOOD and the head of the next rule take six lines and one. */
#define REST "Cause: remote.refused\nChecked: 2026-11\nSeen: 550 x\n\n"

/* clang-format off */
static const struct {
	const char *stanza;
	unsigned line; /* of the stanza, 1 first */
	const char *told;
} mistakes[] = {
	{"Banana: x\n", 1, "begins with Rule"},
	{"Rule: a.b\nno colon here\n", 2, "Field: value"},
	{"Rule: a.b\nText: x\nColour: red\n" REST, 3, "unknown field \"Colour\""},
	{"Rule: nodot\nText: x\n" REST, 1, "area.name"},
	{"Rule: .b\nText: x\n" REST, 1, "area.name"},
	{"Rule: a.\nText: x\n" REST, 1, "area.name"},
	{"Rule: A.b\nText: x\n" REST, 1, "a-z 0-9"},
	{"Rule: a.b\nText:\n" REST, 2, "Text is empty"},
	{"Rule: a.b\nText: x\nCause: no.such\n", 3, "unknown cause"},
	{"Rule: a.b\nText: x\nCause: remote.refused\n" REST, 4,
		"Cause given twice"},
	{"Rule: a.b\nText: x\nStage: lunch\n" REST, 3, "unknown stage"},
	{"Rule: a.b\nText: x\nForm: letter\n" REST, 3, "unknown form"},
	{"Rule: a.b\nText: x\nDirection: up\n" REST, 3, "unknown direction"},
	{"Rule: a.b\nText: x\nReply: 6xx\n" REST, 3, "unknown reply code"},
	{"Rule: a.b\nText: x\nReply: 550 | 199\n" REST, 3, "unknown reply code"},
	{"Rule: a.b\nText: x\nReply: 600\n" REST, 3, "unknown reply code"},
	{"Rule: a.b\nText: x\nStatus: 5.7\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: 5.7.1.1\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: x.x.1\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: x.x.x\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: 5.7.9-5.7.1\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: 5.7.1-5.8.9\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: 5.7.x-5.7.9\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: 5.7.1-5.7.x\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: 5.7.1000\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: 0.7.1\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nStatus: 7.7.1\n" REST, 3, "unknown status"},
	{"Rule: a.b\nText: x\nConfidence: maybe\n" REST, 3, "unknown confidence"},
	{"Rule: a.b\nText: x\nAlso: no.such likely\n" REST, 3, "unknown cause"},
	{"Rule: a.b\nText: x\nAlso: remote.busy\n" REST, 3, "unknown confidence"},
	{"Rule: a.b\nText: x\nActor: me\n" REST, 3, "unknown actor"},
	{"Rule: a.b\nText: x\nHeals: never\n" REST, 3, "unknown permanence"},
	{"Rule: a.b\nText: x\nRetry: often\n" REST, 3, "unknown retry"},
	{"Rule: a.b\nText: x\nScope: world\n" REST, 3, "unknown scope"},
	{"Rule: a.b\nText: x\nSpoke: nobody\n" REST, 3, "unknown speaker"},
	{"Rule: a.b\nText: x\nFix: no.such\n" REST, 3, "unknown cause"},
	{"Rule: a.b\nText: x\nCause: remote.refused\nChecked: today\nSeen: 550 x\n",
		4, "unknown date"},
	{"Rule: a.b\nText: x\nWith: host=a\n" REST, 3, "without a Seen"},
	{"Rule: a.b\nText: x\nSource: a\n" REST, 3, "without a Seen"},
	{"Rule: a.b\nText: x\n" "Seen: 550 x\nWith: mood=bad\n" REST, 4,
		"unknown With"},
	{"Rule: a.b\nText: x\nChecked: 2026-11\nSeen: 550 x\n", 1,
		"rule without Cause"},
	{"Rule: a.b\nText: x\nCause: remote.refused\nSeen: 550 x\n", 1,
		"rule without Checked"},
	{"Rule: a.b\nText: x\nCause: remote.refused\nChecked: 2026-11\n", 1,
		"rule without Seen"},
	{"Rule: a.b\n" REST, 1, "rule without Text"},
	{"Rule: a.b\nText: {banana} x\n" REST, 2, "unknown slot {banana}"},
	{"Rule: a.b\nText: from {ip\n" REST, 2, "'{' without '}'"},
	{"Rule: a.b\nText: {ip}\n" REST, 2, "needs words"},
	{"Rule: a.b\nText: * ... *\n" REST, 2, "needs words"},
	{"Rule: a.b\nText: {ip} * x\n" REST, 2, "needs words"},
	{"Rule: a.b\nText: x * {ip}\n" REST, 2, "needs words"},
	{"Rule: a.b\nText: x {number:9-1}\n" REST, 2, "not a range"},
	{"Rule: a.b\nText: x {number:1}\n" REST, 2, "not a range"},
	{"Rule: a.b\nText: x {ip:Bad}\n" REST, 2, "bad value name"},
	{"Rule: a.b\nText: x\nNot: {banana}\n" REST, 3, "unknown slot"},
	{"Provider: a\nName: A\nChecked: 2026-11\n", 1, "unknown Kind"},
	{"Provider: a\nKind: mailbox\nChecked: 2026-11\n", 1, "without Name"},
	{"Provider: a\nName: A\nKind: mailbox\n", 1, "without Name or Checked"},
	{"Provider: a\nName: A\nKind: mailbox\nColour: red\n", 4,
		"unknown field"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nStep: x\n", 5,
		"Step is CAUSE"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nMark: {ip}\n", 5,
		"needs words"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nStep: no.* | wait | x\n", 5,
		"Step is CAUSE"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nTag: x\n", 5, "Tag is PATTERN"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nTag: x | y\n", 5,
		"no Ref and Checked below"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nTag: x | y\nRef: r\n", 5,
		"no Ref and Checked below"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nLimit: lunch | 1 | x\n", 5,
		"Limit is NAME"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nLimit: message-size | big | x\n", 5,
		"Limit is NAME"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nLimit: message-size | 20M\n", 5,
		"Limit is NAME"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nPortal: no.such | https://a.example/ | x\n", 5,
		"Portal is CAUSES"},
	{"Provider: a\nName: A\nKind: mailbox\nChecked: 2026-11\nPortal: auth.* | a.example | x\n", 5,
		"Portal is CAUSES"},
	{"Zone: a.example\nCause: no.such\n", 1, "unknown Cause, Also or Scope"},
	{"Zone: a.example\nCause: reputation.ip-listed\nScope: x\n", 1,
		"unknown Cause, Also or Scope"},
	{"Zone: a.example\nCause: reputation.ip-listed\nWeight: x\n", 1,
	 "unknown Weight"},
	{"Zone: a.example\nCause: reputation.ip-listed\nCode: 10.0.0.2 | - | x\n",
	 3, "Code is 127.x.y.z"},
	{"Zone: a.example\nCause: reputation.ip-listed\nCode: 127.0.0.2 | no | x\n",
	 3, "Code is 127.x.y.z"},
	{"Zone: a.example\nCause: reputation.ip-listed\n"
	 "Code: 127.0.0.9-127.0.0.2 | - | x\n", 3, "Code is 127.x.y.z"},
	{"Zone: a.example\nCause: reputation.ip-listed\nCode: 127.0.0.2 | -\n", 3,
	 "Code is 127.x.y.z"},
	{"Zone: a.example\nCause: reputation.ip-listed\nColour: x\n", 3,
		"unknown field"},
};
/* clang-format on */

static unsigned lines_of(const char *s)
{
	unsigned n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* Each is told once, with its line; the rules around it stay. */
static void mistakes_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct unit_rules u;
		char text[1024];

		(void)snprintf(text, sizeof(text), "# comment\n%s%s\n%s", GOOD,
		               mistakes[i].stanza,
		               RULE("good.two", "remote.busy", "Text: busy\n"));
		unit_rules_try(&u, text, NULL);
		if (u.told.n != 1 ||
		    !strstr(u.told.text[0], mistakes[i].told) ||
		    u.told.line[0] != mistakes[i].line + 1 + lines_of(GOOD))
			fail_msg("%zu told, line %u: \"%s\", want \"%s\"",
			         u.told.n, u.told.line[0] - 1 - lines_of(GOOD),
			         u.told.text[0], mistakes[i].told);
		assert_int_equal(u.bad, 1);
		assert_int_equal(u.rs.nrules, 2);
		assert_int_equal(u.rs.nproviders, 0);
		assert_int_equal(u.rs.nzones, 0);
		assert_sv(rs_str(&u.rs, u.rs.rules[0].id), "good.one");
		assert_sv(rs_str(&u.rs, u.rs.rules[1].id), "good.two");
		unit_rules_free(&u);
	}
}

/* What a rule that is left out brought along leads to nobody else. */
static void texts_belong_to_their_rules(void **state)
{
	struct unit_rules u;

	(void)state;
	unit_rules_try(&u,
	               "Rule: a.b\nText: banana\nCause: no.such\n\n"
	               "Provider: p\nName: P\nKind: mailbox\nChecked: 2026-11\n"
	               "Mark: melon\nStep: broken\n\n" GOOD, NULL);
	assert_int_equal(u.bad, 2);
	assert_int_equal(u.rs.nrules, 1);
	for (uint32_t i = 0; i < u.rs.ngrams; i++)
		assert_int_equal(u.rs.grams[i].text, u.rs.rules[0].texts.first);
	assert_int_equal(u.rs.texts[u.rs.rules[0].texts.first].owner, 0);
	unit_rules_free(&u);
}

static void an_id_twice(void **state)
{
	struct unit_rules u;

	(void)state;
	unit_rules_try(&u, GOOD GOOD, NULL);
	assert_int_equal(u.told.n, 1);
	assert_int_equal(u.told.line[0], 1 + lines_of(GOOD));
	assert_non_null(strstr(u.told.text[0], "used twice: good.one"));
	unit_rules_free(&u);
}

#define OF_P RULE("p.one", "remote.refused", "Provider: p | q\nText: refused\n")
#define PROVIDER(id) \
	"Provider: " id "\nName: A\nKind: mailbox\nChecked: 2026-11\n\n"

static void providers_must_exist(void **state)
{
	struct unit_rules u, known;

	(void)state;
	unit_rules_try(&u, OF_P PROVIDER("q"), NULL);
	assert_int_equal(u.told.n, 1);
	assert_int_equal(u.told.line[0], 1);
	assert_string_equal(u.told.text[0], "unknown provider \"p\"");
	unit_rules_free(&u);

	unit_rules(&known, PROVIDER("p"));
	unit_rules_try(&u, OF_P PROVIDER("q"), &known.rs);
	assert_int_equal(u.told.n, 0);
	unit_rules_free(&u);
	unit_rules_free(&known);
}

static void statuses(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		struct status_range want;
	} rows[] = {
		{"5.7.26", {5, 7, 7, 26, 26, RANK_EXACT}},
		{"x.7.26", {0, 7, 7, 26, 26, RANK_EXACT}},
		{"5.7.606-5.7.649", {5, 7, 7, 606, 649, RANK_RANGE}},
		{"x.7.1-x.7.1", {0, 7, 7, 1, 1, RANK_RANGE}},
		{"5.7.x", {5, 7, 7, 0, 999, RANK_SUBJECT}},
		{"x.7.x", {0, 7, 7, 0, 999, RANK_SUBJECT}},
		{"4.x.x", {4, 0, 999, 0, 999, RANK_CLASS}},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct unit_rules u;
		struct status_range got;
		char text[256];

		(void)snprintf(text, sizeof(text),
		               RULE("a.b", "remote.refused", "Status: %s\n"),
		               rows[i].text);
		unit_rules(&u, text);
		got = u.rs.statuses[u.rs.rules[0].statuses.first];
		assert_int_equal(got.class, rows[i].want.class);
		assert_int_equal(got.subject_lo, rows[i].want.subject_lo);
		assert_int_equal(got.subject_hi, rows[i].want.subject_hi);
		assert_int_equal(got.detail_lo, rows[i].want.detail_lo);
		assert_int_equal(got.detail_hi, rows[i].want.detail_hi);
		assert_int_equal(got.rank, rows[i].want.rank);
		unit_rules_free(&u);
	}
}

static void a_rule_with_everything(void **state)
{
	struct unit_rules u;
	const struct rule *r;

	(void)state;
	unit_rules(&u,
	    PROVIDER("p")
	    "Rule: p.all\nProvider: p\nHost: *.example.org | mx.example.net\n"
	    "Stage: rcpt | data\nForm: log\nDirection: inbound\n"
	    "Reply: 550 | 4xx\nStatus: x.7.1 | 5.7.x\n"
	    "Text: no {ip}\n  at all\nText: never\nNot: but\n"
	    "Cause: remote.refused\nConfidence: likely\n"
	    "Ref: https://example.org/1\n"
	    "Also: remote.busy possible: Is it: busy?\nActor: sender-admin\n"
	    "Heals: temporary\nRetry: yes after=60\nScope: address\n"
	    "Spoke: gateway\nFix: remote.busy\nSince: 2020\nChecked: 2026-11\n"
	    "Seen: 550 no 192.0.2.1 at all\nWith: host=mx.example.net stage=rcpt\n"
	    "Source: here\nSeen: 450 never\nRef: https://example.org/2\n");
	r = &u.rs.rules[0];
	assert_int_equal(r->hosts.n, 2);
	assert_int_equal(r->stages, 1u << STAGE_RCPT | 1u << STAGE_DATA);
	assert_int_equal(r->forms, 1u << FORM_LOG);
	assert_int_equal(r->direction, DIR_INBOUND);
	assert_int_equal(r->codes.n, 2);
	assert_int_equal(r->statuses.n, 2);
	assert_int_equal(r->texts.n, 2);
	assert_int_equal(r->nots.n, 1);
	assert_int_equal(u.rs.texts[r->texts.first].slots, 1);
	assert_int_equal(u.rs.texts[r->texts.first].elems.n, 3);
	assert_int_equal(r->confidence, CONF_LIKELY);
	assert_int_equal(r->also.n, 1);
	assert_sv(rs_str(&u.rs, u.rs.also[r->also.first].question),
	          "Is it: busy?");
	assert_sv(rs_str(&u.rs, r->retry), "yes after=60");
	assert_int_equal(r->spoke, SPOKE_GATEWAY);
	assert_int_equal(r->seen.n, 2);
	assert_int_equal(u.rs.seen[r->seen.first].stage, STAGE_RCPT);
	assert_sv(rs_str(&u.rs, u.rs.seen[r->seen.first].source), "here");
	assert_int_equal(r->refs.n, 2);
	assert_sv(rs_str(&u.rs, u.rs.strs[r->refs.first + 1]),
	          "https://example.org/2");
	unit_rules_free(&u);
}

static void text_of_too_many_parts(void **state)
{
	struct unit_rules u;
	char text[2048] = "Rule: a.b\nText: x";
	size_t n = strlen(text);

	(void)state;
	for (int i = 0; i < 60; i++, n += 4)
		memcpy(text + n, " * x", 4);
	memcpy(text + n, "\n" REST, sizeof("\n" REST));
	unit_rules_try(&u, text, NULL);
	assert_int_equal(u.bad, 1);
	assert_int_equal(u.told.line[0], 2);
	assert_non_null(strstr(u.told.text[0], "parts in a text"));
	assert_int_equal(u.rs.nrules, 0);
	unit_rules_free(&u);
}

static void several_files_and_none(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	struct rules_builder *b = rules_new(a, NULL, NULL);
	struct ruleset rs;

	(void)state;
	assert_non_null(b);
	assert_int_equal(rules_add(b, "one", SV("")), 0);
	assert_int_equal(rules_add(b, "two", SV("# nothing\n\n\n")), 0);
	/* nobody listens, and it is counted all the same */
	assert_int_equal(rules_add(b, "three", SV("Banana: x\n\n" GOOD)), 1);
	assert_int_equal(rules_finish(b, NULL, &rs, NULL), MW_OK);
	assert_int_equal(rs.nrules, 1);
	assert_sv(rs_str(&rs, rs.rules[0].file), "three");
	arena_free(a);
}

static void no_memory(void **state)
{
	struct mw_err err;
	struct ruleset rs = {0};

	(void)state;
	for (size_t limit = 1024; limit < 400000; limit = limit * 3 / 2) {
		struct arena *a = arena_new(limit);
		struct rules_builder *b = rules_new(a, NULL, NULL);

		if (b) {
			(void)rules_add(b, "x", SV(GOOD));
			if (rules_finish(b, NULL, &rs, &err) != MW_OK)
				assert_int_equal(err.status, MW_ENOMEM);
		}
		arena_free(a);
	}
}

UNIT_MAIN(cmocka_unit_test(mistakes_are_named),
          cmocka_unit_test(texts_belong_to_their_rules),
          cmocka_unit_test(an_id_twice),
          cmocka_unit_test(providers_must_exist), cmocka_unit_test(statuses),
          cmocka_unit_test(a_rule_with_everything),
          cmocka_unit_test(text_of_too_many_parts),
          cmocka_unit_test(several_files_and_none),
          cmocka_unit_test(no_memory))
