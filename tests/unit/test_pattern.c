/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "classify/classify.h"
#include "rules_unit.h"

/* clang-format off */
static const struct {
	const char *text, *reply;
	const char *values; /* "name=value name=value"; NULL: no match */
} rows[] = {
	/* words */
	{"user unknown", "550 5.1.1 User Unknown", ""},
	{"user unknown", "550 sorry: user  unknown here", ""},
	{"user unknown", "550 unknown user", NULL},
	{"user unknown", "550 user was unknown", NULL},
	/* word boundaries, also beside other characters than blanks */
	{"user unknown", "550 superuser unknown", NULL},
	{"user unknown", "550 user unknowns", NULL},
	{"user unknown", "550 (user unknown)", ""},
	{"user unknown", "550 superuser unknown, user unknown", ""},
	{"<user>", "550 a<user>b", ""},
	/* runs, in their order and apart from each other */
	{"relay * denied", "550 relay access denied", ""},
	{"relay * denied", "550 denied relay", NULL},
	{"relay * denied", "550 denied relay denied", ""},
	{"relay ... denied", "550 relay access denied", ""},
	{"relay\xE2\x80\xA6" "denied", "550 relay access denied", ""},
	{"mail * mail", "550 mail", NULL},
	{"mail * mail", "550 mail mail", ""},
	{"* spam *", "550 this is spam, sir", ""},
	{"a few * of the * words", "550 a few of the words", ""},
	{"a few * of the * words", "550 a few words of the", NULL},
	/* '*' that touches a word leaves its edge open */
	{"black*list", "550 blacklist", ""},
	{"block*", "550 blocked", ""},
	{"block *", "550 blocked", NULL},
	{"*known user", "550 unknown user", ""},
	/* the characters themselves */
	{"{*}{*}{*} spam", "550 *** spam", ""},
	{"{*}{*}{*} spam", "550 aaa spam", NULL},
	{"x {{} y", "550 x { y", ""},
	/* slots and what touches them */
	{"host [{ip}] blocked", "550 host [192.0.2.1] blocked",
		"ip=192.0.2.1"},
	{"host [{ip}] blocked", "550 host [2001:db8::1] blocked",
		"ip=2001:db8::1"},
	{"host [{ip}] blocked", "550 host [example] blocked", NULL},
	{"host [{ip}] blocked", "550 host 192.0.2.1 blocked", NULL},
	{"host {ip} blocked", "550 host192.0.2.1 blocked", NULL},
	{"{ip} is blocked", "550 192.0.2.1 is blocked", "ip=192.0.2.1"},
	{"{ip} is blocked", "550 it is blocked", NULL},
	{"blocked: {ip}", "550 blocked: 192.0.2.1. Sorry", "ip=192.0.2.1"},
	{"blocked: {ip}", "550 blocked: ", NULL},
	{"blocked: {ip}.", "550 blocked: 192.0.2.1.", "ip=192.0.2.1"},
	{"<{address}> rejected", "550 <a@example.org> rejected",
		"address=a@example.org"},
	{"<{address}>: rejected", "550 <a@example.org> rejected", NULL},
	{"{address}: rejected", "550 a@example.org: rejected",
		"address=a@example.org"},
	{"id={token}, sorry", "550 id=a-1, sorry", ""},
	{"wait {duration} please", "450 wait 5 minutes please",
		"duration=5 minutes"},
	{"over {size}", "552 over 10 mb, sorry", "size=10 mb"},
	{"{size} is over", "552 10 mb is over", "size=10 mb"},
	{"[s{number}]", "550 no [S42]", "number=42"},
	{"[s{number:10-49}]", "550 no [S42]", "number=42"},
	{"[s{number:10-49}]", "550 no [S52]", NULL},
	{"[s{number:10-49:tag}]", "550 no [S42]", "tag=42"},
	{"try {url} now", "550 try https://example.org/a now",
		"url=https://example.org/a"},
	/* names of one's own, several values, their places */
	{"helo {domain:helo} from {ip}", "550 helo mx.example.org from 192.0.2.1",
		"helo=mx.example.org ip=192.0.2.1"},
	{"at {domain:helo} * {domain:selector} is bad",
		"550 at a.example.org no b.example.org is bad",
		"helo=a.example.org selector=b.example.org"},
	{"{ip} and {domain} and {address} are on a list",
		"550 192.0.2.1 and example.org and a@example.net are on a list",
		"ip=192.0.2.1 domain=example.org address=a@example.net"},
	/* a place where the words fit and the value does not is passed over */
	{"from {ip}", "550 from here, from 192.0.2.1", "ip=192.0.2.1"},
	{"{ip} is listed", "550 it is listed: 192.0.2.1 is listed",
		"ip=192.0.2.1"},
	/* a value hidden by who pasted it */
	{"host [{ip}] blocked", "550 host [x.x.x.x] blocked", "ip=x.x.x.x"},
	/* cut in the middle, at the end, at the start */
	{"the sending address {ip} is listed by somebody",
		"550 the sending address ... by somebody", ""},
	{"the sender={ip} is listed", "550 the sender=... is listed",
		"ip=\x01"},
	{"the sending address is listed by somebody",
		"550 the sending ... by somebody", ""},
	{"the sending address is listed by somebody",
		"550 the sending addr...", ""},
	{"the sending address is listed by somebody",
		"550 ... is listed by somebody", ""},
	{"the sending address is listed * by somebody",
		"550-the sending address is listed", ""},
	{"the sending address {ip} is listed",
		"550 the sending address [...]", ""},
	/* too few words are left to be sure of anything */
	{"the sending address is listed", "550 the ...", NULL},
	{"the sending address is listed", "550 ...", NULL},
	{"the sending address is listed", "550 ... listed", NULL},
	{"the sending address is listed", "550 the sending ... of mail", NULL},
	{"user unknown", "550 user ...", NULL},
};
/* clang-format on */

/* Values in the order in which they stand in the reply. */
static void values_of(const struct ruleset *rs, const struct pattern_match *m,
                      const struct norm *n, char *out, size_t size)
{
	size_t done = 0, len = 0;

	out[0] = '\0';
	for (size_t at = 0; at <= n->n && done < m->nvalues; at++)
		for (size_t i = 0; i < m->nvalues; i++) {
			const struct value_span *v = &m->values[i];
			sv value = sv_slice(norm_sv(n), v->at.from, v->at.to);

			if (v->at.from != at)
				continue;
			done++;
			if (!v->name)
				continue;
			len += (size_t)snprintf(out + len, size - len,
			                        "%s%s=%.*s", len ? " " : "",
			                        rs->pool + v->name,
			                        SV_FMT(value));
		}
}

/* Runs stand behind each other, inside the text. */
static void check_runs(const struct pattern_match *m, const struct norm *n)
{
	size_t at = 0;

	assert_true(m->nruns > 0);
	for (size_t i = 0; i < m->nruns; i++) {
		assert_true(m->runs[i].from >= at);
		assert_true(m->runs[i].to <= n->n);
		at = m->runs[i].to;
	}
}

/* The way through the filter must come to the same end. */
static void check_filter(const struct ruleset *rs, const char *reply, bool want)
{
	const struct ruleset *sets[] = {rs};
	struct classifier *c = classifier_new(sets, 1);
	struct classify_in in = {.reply = sv_str(reply)};
	struct classification out;

	assert_non_null(c);
	classify(c, &in, &out);
	if ((out.route == ROUTE_TEXT) != want)
		fail_msg("the filter differs: \"%s\"", reply);
	classifier_free(c);
}

static void texts(void **state)
{
	static struct norm n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct unit_rules u;
		struct pattern_match m;
		char rule[512], values[512] = "";
		bool found;

		(void)snprintf(rule, sizeof(rule),
		               RULE("t.t", "remote.refused", "Text: %s\n"),
		               rows[i].text);
		unit_rules(&u, rule);
		norm_reply(&n, sv_str(rows[i].reply));
		found = pattern_find(&u.rs, &u.rs.texts[0], &n, &m);
		if (found != (rows[i].values != NULL))
			fail_msg("\"%s\" in \"%s\"", rows[i].text,
			         rows[i].reply);
		if (found) {
			check_runs(&m, &n);
			values_of(&u.rs, &m, &n, values, sizeof(values));
			assert_string_equal(values, rows[i].values);
			assert_int_equal(m.gapped && !n.gaps, 0);
		}
		check_filter(&u.rs, rows[i].reply, found);
		unit_rules_free(&u);
	}
}

static void where_runs_stand(void **state)
{
	static struct norm n;
	struct unit_rules u;
	struct pattern_match m;

	(void)state;
	unit_rules(&u, RULE("t.t", "remote.refused",
	                    "Text: [{ip}] blocked * at {url}\n"));
	norm_reply(&n, SV("550 x [192.0.2.1] blocked, look at "
	                  "https://example.org/ please"));
	assert_true(pattern_find(&u.rs, &u.rs.texts[0], &n, &m));
	assert_int_equal(m.nruns, 2);
	assert_sv(sv_slice(norm_sv(&n), m.runs[0].from, m.runs[0].to),
	          "[192.0.2.1] blocked");
	assert_sv(sv_slice(norm_sv(&n), m.runs[1].from, m.runs[1].to),
	          "at https://example.org/");
	assert_int_equal(m.literal, strlen("[] blockedat "));
	assert_false(m.gapped);
	unit_rules_free(&u);
}

/* Each literal of a text may be the one that the search begins with. */
static void found_from_each_literal(void **state)
{
	static const char reply[] = "550 one [192.0.2.1] two, then three is 5x";
	static struct norm n;
	struct unit_rules u;
	struct pattern_match m;

	(void)state;
	unit_rules(&u, RULE("t.t", "remote.refused",
	                    "Text: one [{ip}] two * three is {number}x\n"));
	norm_reply(&n, sv_str(reply));
	for (uint32_t k = 0; k < u.rs.texts[0].elems.n; k++) {
		uint32_t e = u.rs.texts[0].elems.first + k;
		sv word = sv_of(u.rs.words + u.rs.elems[e].at,
		                u.rs.elems[e].len);

		if (u.rs.elems[e].kind != ELEM_LITERAL)
			continue;
		assert_true(pattern_find_at(&u.rs, &u.rs.texts[0], &n, e,
		                            sv_find(norm_sv(&n), word), &m));
		assert_int_equal(m.nruns, 2);
		assert_int_equal(m.nvalues, 2);
		check_runs(&m, &n);
	}
	unit_rules_free(&u);
}

/* A reply made of nothing but near misses must not take long or match. */
static void hostile_repetition(void **state)
{
	static char big[NORM_MAX];
	static struct norm n;
	struct unit_rules u;
	struct pattern_match m;

	(void)state;
	unit_rules(&u, RULE("t.t", "remote.refused",
	                    "Text: aa {token} aa {token} aa * b {ip} c\n"));
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = "aa "[i % 3];
	norm_reply(&n, sv_of(big, sizeof(big)));
	assert_false(pattern_find(&u.rs, &u.rs.texts[0], &n, &m));
	for (size_t i = 0; i + 4 < sizeof(big); i += 4)
		memcpy(big + i, "... ", 4);
	norm_reply(&n, sv_of(big, sizeof(big)));
	(void)pattern_find(&u.rs, &u.rs.texts[0], &n, &m);
	unit_rules_free(&u);
}

UNIT_MAIN(cmocka_unit_test(texts), cmocka_unit_test(where_runs_stand),
          cmocka_unit_test(found_from_each_literal),
          cmocka_unit_test(hostile_repetition))
