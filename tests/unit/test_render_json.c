/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/render.h"
#include "unit.h"

#include "base/utf8.h"

#include <jansson.h>

#define OUT_MAX (1 << 20)

static struct arena *a;
static struct buf out;

static int setup(void **state)
{
	(void)state;
	a = arena_new(1 << 20);
	buf_init(&out, OUT_MAX);
	return a ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	buf_fini(&out);
	arena_free(a);
	return 0;
}

/* clang-format off */
static const struct {
	sv in;
	const char *want;
} strings[] = {
	{SV_INIT(""), "\"\"\n"},
	{SV_INIT("550 5.1.1 no"), "\"550 5.1.1 no\"\n"},
	{SV_INIT("a \"b\" \\c/"), "\"a \\\"b\\\" \\\\c/\"\n"},
	{SV_INIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"\n"},
	{SV_INIT("nul\0nul"), "\"nul\\u0000nul\"\n"},
	{SV_INIT("\x1b[31m\x7f"), "\"\\u001b[31m\\u007f\"\n"},
	{SV_INIT("\xC2\x9B" "31m"), "\"\\u009b31m\"\n"},
	{SV_INIT("gr\xC3\xBC\xC3\x9F"), "\"gr\xC3\xBC\xC3\x9F\"\n"},
	{SV_INIT("gr\xFC\xDF"), "\"gr\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
	{SV_INIT("cut \xE4\xB8"), "\"cut \xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
	{SV_INIT("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
	{SV_INIT("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
	{SV_INIT("\xE2\x80\xA8\xE2\x80\xA9"), "\"\\u2028\\u2029\"\n"},
	{SV_INIT("\xE2\x80\xAEgpj"), "\"\\u202egpj\"\n"},
	{SV_INIT("\xF0\x9F\x98\x80"), "\"\xF0\x9F\x98\x80\"\n"},
	{SV_INIT("\xF3\xA0\x81\x81"), "\"\\udb40\\udc41\"\n"},
};
/* clang-format on */

static void strings_are_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct rnode *n = rnode_new(a, RNODE_STRING);

		n->text = strings[i].in;
		buf_reset(&out);
		render_json(n, 0, &out);
		assert_sv(buf_sv(&out), strings[i].want);
	}
}

static void any_byte_gives_valid_json(void **state)
{
	struct rnode *n = rnode_new(a, RNODE_STRING);
	char bytes[3];

	(void)state;
	for (unsigned i = 0; i < 0x10000; i++) {
		json_t *back;

		bytes[0] = (char)(i >> 8);
		bytes[1] = (char)i;
		bytes[2] = (char)(i % 3 ? 0x80 : 'x');
		n->text = sv_of(bytes, sizeof(bytes));
		buf_reset(&out);
		render_json(n, 0, &out);
		assert_true(utf8_valid(buf_sv(&out)));
		back = json_loadb(out.p, out.n,
		                  JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		assert_non_null(back);
		if (utf8_valid(n->text))
			assert_true(sv_eq(n->text,
			                  sv_of(json_string_value(back),
			                        json_string_length(back))));
		json_decref(back);
	}
}

/* Plain bytes are looked for in eights: one is seen wherever it stands. */
static void any_place_is_seen(void **state)
{
	struct rnode *n = rnode_new(a, RNODE_STRING);

	(void)state;
	for (unsigned c = 0; c < 0x80; c++)
		for (size_t at = 0; at < 20; at++) {
			char bytes[20];
			json_t *back;

			memset(bytes, 'x', sizeof(bytes));
			bytes[at] = (char)c;
			n->text = sv_of(bytes, sizeof(bytes));
			buf_reset(&out);
			render_json(n, 0, &out);
			back = json_loadb(out.p, out.n,
			                  JSON_DECODE_ANY | JSON_ALLOW_NUL,
			                  NULL);
			assert_non_null(back);
			assert_int_equal(json_string_length(back),
			                 sizeof(bytes));
			assert_memory_equal(json_string_value(back), bytes,
			                    sizeof(bytes));
			assert_true(c != 0x7f || sv_has(buf_sv(&out),
			                                SV("\\u007f")));
			json_decref(back);
		}
}

static struct rnode *sample(void)
{
	struct rnode *root = rnode_new(a, RNODE_OBJECT), *list, *d;

	rnode_number(a, root, SV("schema"), 1);
	rnode_prose(a, root, RNODE_HEADLINE, SV("For people."));
	list = rnode_list(a, root, SV("diagnoses"));
	d = rnode_object(a, list, SV(""));
	rnode_string(a, d, SV("cause"), SV("recipient.unknown"));
	rnode_row(a, d, "Who must act", SV("you"));
	rnode_string(a, d, SV(""), SV("no key, no data"));
	rnode_bool(a, d, SV("expired"), false);
	rnode_bool(a, d, SV("sure"), true);
	rnode_prose(a, list, RNODE_RULE, SV(""));
	rnode_number(a, list, SV(""), INT64_MIN);
	rnode_string(a, list, SV(""), SV("x"));
	rnode_list(a, root, SV("none"));
	rnode_object(a, root, SV("empty"));
	return root;
}

static void data_only_in_order(void **state)
{
	(void)state;
	render_json(sample(), 0, &out);
	assert_sv(buf_sv(&out),
	          "{\"schema\":1,\"diagnoses\":[{\"cause\":"
	          "\"recipient.unknown\",\"expired\":false,\"sure\":true},"
	          "-9223372036854775808,\"x\"],\"none\":[],\"empty\":{}}\n");
}

static void indented(void **state)
{
	(void)state;
	render_json(sample(), 2, &out);
	assert_sv(buf_sv(&out), "{\n"
	                        "  \"schema\": 1,\n"
	                        "  \"diagnoses\": [\n"
	                        "    {\n"
	                        "      \"cause\": \"recipient.unknown\",\n"
	                        "      \"expired\": false,\n"
	                        "      \"sure\": true\n"
	                        "    },\n"
	                        "    -9223372036854775808,\n"
	                        "    \"x\"\n"
	                        "  ],\n"
	                        "  \"none\": [],\n"
	                        "  \"empty\": {}\n"
	                        "}\n");
}

static void no_data_is_null(void **state)
{
	(void)state;
	render_json(NULL, 0, &out);
	render_json(rnode_new(a, RNODE_PARAGRAPH), 2, &out);
	assert_sv(buf_sv(&out), "null\nnull\n");
}

static void too_deep_is_cut(void **state)
{
	struct rnode *root = rnode_new(a, RNODE_LIST), *n = root;
	json_t *back;

	(void)state;
	for (int i = 0; i < 2 * RENDER_MAX_DEPTH; i++)
		n = i % 2 ? rnode_list(a, n, SV("k"))
		          : rnode_object(a, n, SV("k"));
	render_json(root, 1, &out);
	back = json_loadb(out.p, out.n, 0, NULL);
	assert_non_null(back);
	json_decref(back);
}

static void a_full_buffer_is_told(void **state)
{
	struct buf small;

	(void)state;
	buf_init(&small, 8);
	render_json(sample(), 0, &small);
	assert_true(buf_failed(&small));
	buf_fini(&small);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

UNIT_MAIN(TEST(strings_are_escaped), TEST(any_byte_gives_valid_json),
          TEST(any_place_is_seen),
          TEST(data_only_in_order), TEST(indented), TEST(no_data_is_null),
          TEST(too_deep_is_cut), TEST(a_full_buffer_is_told))
