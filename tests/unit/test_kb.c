/* SPDX-License-Identifier: BSD-2-Clause */
#include "kb/kb.h"
#include "unit.h"

#include <stdio.h>

/* UNIT_SOURCE is the folder of the sources; the build defines it. */
static void every_id_is_found(void **state)
{
	char line[128];
	size_t n = 0;
	FILE *f = fopen(UNIT_SOURCE "/data/kb/CAUSES", "r");

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		sv id = sv_trim(sv_str(line));
		const struct kb_cause *c;

		if (!id.n || id.p[0] == '#')
			continue;
		c = kb_cause(id);
		if (!c)
			fail_msg("no cause %.*s", SV_FMT(id));
		assert_sv(id, c->id);
		n++;
	}
	(void)fclose(f);
	assert_int_equal(n, kb_ncauses);
}

static void other_ids_are_not_found(void **state)
{
	static const char *const none[] = {
		"",    "recipient", "recipient.unknow", "recipient.unknownn",
		"zzz", "a",	    "Recipient.unknown"};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_null(kb_cause(sv_str(none[i])));
	assert_null(kb_cause(sv_of(NULL, 0)));
}

static void causes_are_sorted(void **state)
{
	uint32_t next = 0;

	(void)state;
	for (size_t i = 0; i < kb_ncauses; i++) {
		if (i)
			assert_true(strcmp(kb_causes[i - 1].id,
					   kb_causes[i].id) < 0);
		assert_int_equal(kb_causes[i].item, next);
		next += kb_causes[i].nitems;
	}
}

static void check_item(const struct kb_item *it)
{
	sv text = sv_str(kb_str(it->text));

	assert_true(it->field < KB_FIELD_N);
	assert_true(text.n > 0);
	for (uint16_t i = 0; i < it->nconds; i++) {
		assert_true(kb_conds[it->cond + i].var < KB_VAR_N);
		assert_true(kb_conds[it->cond + i].values[0] != '\0');
	}
	if (it->field == KB_ACTOR)
		assert_true(kb_is_actor(text));
	if (it->field == KB_PERMANENCE)
		assert_true(kb_is_permanence(text));
	if (it->field == KB_RETRY)
		assert_true(kb_is_retry(text));
	if (it->field == KB_SCOPE)
		assert_true(kb_is_scope(text));
	if (it->field == KB_FIX || it->field == KB_VERIFY)
		assert_true(kb_is_step_kind(sv_str(kb_str(it->kind))));
	if (it->field == KB_NOT_WHEN)
		assert_non_null(kb_cause(sv_str(kb_str(it->where))));
	while (it->field == KB_WITH && text.n)
		assert_true(kb_is_actor(sv_cut(&text, ',')));
}

static void items_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < kb_ncauses; i++) {
		const struct kb_cause *c = &kb_causes[i];
		unsigned fields = 0;

		for (uint32_t j = 0; j < c->nitems; j++) {
			check_item(&kb_items[c->item + j]);
			fields |= 1u << kb_items[c->item + j].field;
		}
		assert_true(fields & 1u << KB_VERDICT);
		assert_true(fields & 1u << KB_FIX);
		assert_true(fields & 1u << KB_NOT_WHEN);
		assert_true(c->title[0] && c->sisimai[0] && c->kumomta[0] &&
			    c->sparkpost[0] && c->rfc3463[0]);
	}
}

/* Does the cause hold this text, under just this condition if any? */
static bool holds(const struct kb_cause *c, enum kb_field f, const char *text,
		  enum kb_var var, const char *values)
{
	for (uint32_t i = 0; i < c->nitems; i++) {
		const struct kb_item *it = &kb_items[c->item + i];

		const struct kb_cond *c0 = &kb_conds[it->cond];

		if (it->field != f || strcmp(kb_str(it->text), text))
			continue;
		if (var == KB_VAR_N && !it->nconds)
			return true;
		if (it->nconds == 1 && c0->var == var && !c0->negated &&
		    !strcmp(c0->values, values))
			return true;
	}
	return false;
}

static void one_cause_is_as_written(void **state)
{
	const struct kb_cause *c = kb_cause(SV("rate.greylisted"));

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->rfc3463, "x.7.1");
	assert_true(holds(c, KB_PERMANENCE, "temporary", KB_VAR_N, ""));
	assert_true(holds(c, KB_ACTOR, "sender-user", KB_VAR_CODE, "5"));
	assert_true(holds(c, KB_ACTOR, "nobody", KB_VAR_N, ""));
	assert_false(holds(c, KB_ACTOR, "list-admin", KB_VAR_N, ""));
}

static void vocabularies(void **state)
{
	(void)state;
	assert_true(kb_is_actor(SV("list-admin")));
	assert_false(kb_is_actor(SV("list")));
	assert_false(kb_is_actor(SV("")));
	assert_true(kb_is_permanence(SV("not-a-failure")));
	assert_false(kb_is_permanence(SV("until")));
	assert_true(kb_is_scope(SV("asn")));
	assert_false(kb_is_scope(SV("user|tenant")));
	assert_true(kb_is_retry(SV("harmful")));
	assert_false(kb_is_retry(SV("maybe")));
	assert_true(kb_is_step_kind(SV("wait")));
	assert_false(kb_is_step_kind(SV("waits")));
	assert_int_equal(kb_var_from(SV("spoke")), KB_VAR_SPOKE);
	assert_int_equal(kb_var_from(SV("has")), KB_VAR_HAS);
	assert_int_equal(kb_var_from(SV("had")), -1);
}

static void values_are_parts(void **state)
{
	(void)state;
	assert_true(kb_value_in("a|bc|d", SV("a")));
	assert_true(kb_value_in("a|bc|d", SV("bc")));
	assert_true(kb_value_in("a|bc|d", SV("d")));
	assert_false(kb_value_in("a|bc|d", SV("b")));
	assert_false(kb_value_in("a|bc|d", SV("bc|d")));
	assert_false(kb_value_in("", SV("")));
}

static void actors_have_words(void **state)
{
	(void)state;
	assert_string_equal(kb_actor_words(SV("sender-admin")),
			    "you, as the administrator of the sending server");
	assert_string_equal(kb_actor_words(SV("nobody")),
			    "nobody; it heals by itself");
	assert_string_equal(kb_actor_words(SV("somebody")),
			    kb_actor_words(SV("unknown")));
}

UNIT_MAIN(cmocka_unit_test(every_id_is_found),
	  cmocka_unit_test(other_ids_are_not_found),
	  cmocka_unit_test(causes_are_sorted),
	  cmocka_unit_test(items_are_whole),
	  cmocka_unit_test(one_cause_is_as_written),
	  cmocka_unit_test(vocabularies), cmocka_unit_test(values_are_parts),
	  cmocka_unit_test(actors_have_words))
