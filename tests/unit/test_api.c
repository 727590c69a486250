/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "mailwhy/mailwhy.h"
#include "unit.h"

static const char own_rule[] =
    "Rule: my.rule\nText: purple elephants\nCause: remote.busy\n"
    "Checked: 2026-11\nSeen: 550 no purple elephants\n";

static struct mw_input input_of(const char *name, const char *text)
{
	return (struct mw_input){name, text, strlen(text)};
}

static struct mw_answer *explain(struct mw_ctx *ctx, const char *text)
{
	struct mw_input in = input_of(NULL, text);
	struct mw_answer *x = NULL;

	assert_int_equal(mw_explain(ctx, &in, 1, NULL, &x, NULL), MW_OK);
	assert_non_null(x);
	return x;
}

static void nothing_is_freed(void **state)
{
	(void)state;
	mw_ctx_free(NULL);
	mw_answer_free(NULL);
	assert_int_equal(mw_answer_count(NULL), 0);
	assert_null(mw_answer_get(NULL, 0, "cause"));
}

static void names(void **state)
{
	struct mw_about about = {.size = sizeof(about)};

	(void)state;
	mw_about(&about);
	assert_true(about.rules > 0 && about.causes > 0);
	assert_int_equal(strlen(about.checked), strlen("2026-11"));
	assert_true(strlen(mw_version()) > 0);
	assert_string_equal(mw_status_name(MW_OK), "MW_OK");
	assert_string_equal(mw_status_name(MW_ENOENT), "MW_ENOENT");
	assert_string_equal(mw_status_name((enum mw_status)7), "unknown");
}

static void misuse_is_told(void **state)
{
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_input in = input_of("-", "550 5.1.1 user unknown");
	struct mw_answer *x = NULL;
	const char *text;
	struct mw_err err;
	size_t n;

	(void)state;
	assert_non_null(ctx);
	assert_int_equal(mw_explain(NULL, &in, 1, NULL, &x, &err), MW_EINVAL);
	assert_int_equal(mw_explain(ctx, NULL, 1, NULL, &x, &err), MW_EINVAL);
	assert_int_equal(mw_explain(ctx, &in, 0, NULL, &x, &err), MW_EINVAL);
	assert_int_equal(mw_explain(ctx, &in, 1, NULL, NULL, NULL), MW_EINVAL);
	assert_int_equal(mw_ctx_add_rules(NULL, "f", "", 0, NULL, NULL, &err),
	                 MW_EINVAL);
	assert_int_equal(mw_ctx_add_rules(ctx, NULL, "", 0, NULL, NULL, &err),
	                 MW_EINVAL);
	assert_int_equal(mw_ctx_add_rules(ctx, "f", NULL, 1, NULL, NULL, &err),
	                 MW_EINVAL);
	assert_int_equal(mw_answer_render(NULL, NULL, &text, &n), MW_EINVAL);
	assert_null(x);
	mw_ctx_free(ctx);
}

#define SIZED .size = sizeof(struct mw_explain_options)

static void options_that_do_not_exist(void **state)
{
	/* clang-format off */
	static const struct {
		struct mw_explain_options opt;
		const char *told;
	} rows[] = {
		{{SIZED, .stage = "lunch"}, "stage \"lunch\""},
		{{SIZED, .form = "letter"}, "form \"letter\""},
		{{SIZED, .role = "king"}, "role \"king\""},
		{{SIZED, .taxonomy = "zoo"}, "taxonomy \"zoo\""},
	};
	/* clang-format on */
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_input in = input_of("-", "550 5.1.1 user unknown");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mw_answer *x = NULL;
		struct mw_err err;

		assert_int_equal(mw_explain(ctx, &in, 1, &rows[i].opt, &x,
		                            &err), MW_EINVAL);
		assert_non_null(strstr(err.text, rows[i].told));
		assert_int_equal(err.status, MW_EINVAL);
		assert_null(x);
	}
	mw_ctx_free(ctx);
}

static void count(void *arg, const char *file, unsigned line, const char *text)
{
	assert_string_equal(file, "mine");
	assert_true(line > 0 && *text);
	(*(int *)arg)++;
}

static void rules_of_the_user(void **state)
{
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_answer *x;
	struct mw_err err;
	int told = 0;

	(void)state;
	assert_int_equal(mw_ctx_add_rules(ctx, "mine", "Banana: 1\n", 10, count,
	                                  &told, &err), MW_OK);
	assert_int_equal(told, 1);
	assert_int_equal(mw_ctx_add_rules(ctx, "mine", own_rule,
	                                  strlen(own_rule), count, &told,
	                                  &err), MW_OK);
	assert_int_equal(told, 1);
	x = explain(ctx, "550 no purple elephants");
	assert_string_equal(mw_answer_get(x, 0, "cause"), "remote.busy");
	mw_answer_free(x);
	/* too late: answers of one context agree with each other */
	assert_int_equal(mw_ctx_add_rules(ctx, "mine", own_rule,
	                                  strlen(own_rule), count, &told,
	                                  &err), MW_EINVAL);
	assert_int_equal(mw_ctx_prove_rules(ctx, count, &told), 0);
	mw_ctx_free(ctx);
}

static void members_of_answers(void **state)
{
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_answer *x =
	    explain(ctx, "550 5.1.1 <a@example.org>: user unknown");

	(void)state;
	assert_int_equal(mw_answer_count(x), 1);
	assert_string_equal(mw_answer_get(x, 0, "cause"), "recipient.unknown");
	assert_string_equal(mw_answer_get(x, 0, "permanence.claimed"),
	                    "permanent");
	assert_non_null(mw_answer_get(x, 0, "verdict"));
	assert_null(mw_answer_get(x, 0, "no.such.thing"));
	assert_null(mw_answer_get(x, 0, "cause.deeper"));
	assert_null(mw_answer_get(x, 0, "permanence")); /* no string */
	assert_null(mw_answer_get(x, 0, ""));
	assert_null(mw_answer_get(x, 0, NULL));
	assert_null(mw_answer_get(x, 1, "cause"));
	mw_answer_free(x);
	x = explain(ctx, "");
	assert_int_equal(mw_answer_count(x), 0);
	assert_null(mw_answer_get(x, 0, "cause"));
	mw_answer_free(x);
	mw_ctx_free(ctx);
}

static void several_inputs(void **state)
{
	struct mw_input in[] = {
	    input_of("one", "550 5.1.1 user unknown"),
	    {"none", NULL, 0},
	    input_of("two", "552 5.2.2 mailbox full"),
	};
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_answer *x = NULL;

	(void)state;
	assert_int_equal(mw_explain(ctx, in, 3, NULL, &x, NULL), MW_OK);
	assert_int_equal(mw_answer_count(x), 2);
	assert_string_equal(mw_answer_get(x, 0, "source.file"), "one");
	assert_string_equal(mw_answer_get(x, 1, "source.file"), "two");
	assert_string_equal(mw_answer_get(x, 1, "cause"),
	                    "recipient.mailbox-full");
	mw_answer_free(x);
	mw_ctx_free(ctx);
}

static void rendered_twice(void **state)
{
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_answer *x = explain(ctx, "550 5.1.1 user unknown");
	struct mw_render_options json = {.size = sizeof(json),
	                                 .format = MW_FORMAT_JSON,
	                                 .compact = 1};
	const char *text;
	char *first;
	size_t n, size;

	(void)state;
	assert_int_equal(mw_answer_render(x, NULL, &text, &size), MW_OK);
	assert_int_equal(strlen(text), size);
	first = strdup(text);
	assert_int_equal(mw_answer_render(x, &json, &text, &n), MW_OK);
	assert_int_equal(text[0], '{');
	assert_int_equal(strlen(text), n);
	assert_int_equal(mw_answer_render(x, NULL, &text, &n), MW_OK);
	assert_int_equal(n, size);
	assert_string_equal(text, first);
	free(first);
	mw_answer_free(x);
	mw_ctx_free(ctx);
}

/* Callers may have been compiled with an older or a newer header. */
static void sizes_of_other_versions(void **state)
{
	struct {
		struct mw_explain_options known;
		char later[16];
	} newer = {.known = {.size = sizeof(newer), .stage = "rcpt"}};
	struct mw_explain_options none = {.stage = "rcpt"};
	struct mw_explain_options older = {.size = 2 * sizeof(size_t),
	                                   .stage = "not there yet"};
	struct mw_about about = {.size = 2 * sizeof(size_t), .causes = 7};
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_input in = input_of("-", "550 5.1.1 user unknown");
	struct mw_answer *x = NULL;

	(void)state;
	assert_int_equal(mw_explain(ctx, &in, 1, &none, &x, NULL), MW_EINVAL);
	assert_int_equal(mw_explain(ctx, &in, 1, &newer.known, &x, NULL),
	                 MW_OK);
	mw_answer_free(x);
	newer.later[7] = 1;
	assert_int_equal(mw_explain(ctx, &in, 1, &newer.known, &x, NULL),
	                 MW_EINVAL);
	assert_int_equal(mw_explain(ctx, &in, 1, &older, &x, NULL), MW_OK);
	mw_answer_free(x);
	mw_about(&about);
	assert_true(about.rules > 0);
	assert_int_equal(about.causes, 7);
	mw_ctx_free(ctx);
}

static void causes_and_rules(void **state)
{
	struct mw_ctx *ctx = mw_ctx_new();
	struct mw_answer *x = NULL;
	struct mw_err err;

	(void)state;
	assert_int_equal(mw_causes(ctx, "no.such", &x, &err), MW_ENOENT);
	assert_int_equal(mw_rules(ctx, "no.such", &x, &err), MW_ENOENT);
	assert_null(x);
	assert_int_equal(mw_causes(ctx, NULL, &x, &err), MW_OK);
	assert_true(mw_answer_count(x) > 1);
	mw_answer_free(x);
	assert_int_equal(mw_causes(ctx, "remote.busy", &x, &err), MW_OK);
	assert_int_equal(mw_answer_count(x), 1);
	mw_answer_free(x);
	mw_ctx_free(ctx);
}

UNIT_MAIN(cmocka_unit_test(nothing_is_freed), cmocka_unit_test(names),
          cmocka_unit_test(misuse_is_told),
          cmocka_unit_test(options_that_do_not_exist),
          cmocka_unit_test(rules_of_the_user),
          cmocka_unit_test(members_of_answers),
          cmocka_unit_test(several_inputs), cmocka_unit_test(rendered_twice),
          cmocka_unit_test(sizes_of_other_versions),
          cmocka_unit_test(causes_and_rules))
