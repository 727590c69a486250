/* SPDX-License-Identifier: BSD-2-Clause */
/* HTML, CSV and JSON Lines: what strangers wrote stays harmless. */
#include "render/render.h"
#include "unit.h"

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

static bool has(const char *s)
{
	return sv_has(buf_sv(&out), sv_str(s));
}

/* clang-format off */
static const struct {
	sv in;
	const char *html, *csv;
} hostile[] = {
	{SV_INIT("<script>alert('1')</script>"),
	 "<p>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</p>",
	 "\"<script>alert('1')</script>\""},
	{SV_INIT("a\0b"), "<p>a\xEF\xBF\xBD" "b</p>", "\"a b\""},
	{SV_INIT("gr\xFC\xDF"), "<p>gr\xEF\xBF\xBD\xEF\xBF\xBD</p>",
	 "\"gr\xEF\xBF\xBD\xEF\xBF\xBD\""},
	{SV_INIT("\x1b[31m"), "<p>\xEF\xBF\xBD[31m</p>", "\"' [31m\""},
	{SV_INIT("a\xE2\x80\xAE" "b"), "<p>ab</p>", "\"ab\""},
	{SV_INIT("&lt; \"x\""), "<p>&amp;lt; &quot;x&quot;</p>",
	 "\"&lt; \"\"x\"\"\""},
	{SV_INIT("see https://example.org/?a=1&b=2."),
	 "<p>see <a rel=\"noreferrer nofollow\" "
	 "href=\"https://example.org/?a=1&amp;b=2\">"
	 "https://example.org/?a=1&amp;b=2</a>.</p>",
	 "\"see https://example.org/?a=1&b=2.\""},
	{SV_INIT("http://x\"onclick=\"y"),
	 "href=\"http://x\">http://x</a>&quot;onclick=&quot;y</p>",
	 "\"http://x\"\"onclick=\"\"y\""},
	{SV_INIT("javascript:alert(1)"), "<p>javascript:alert(1)</p>",
	 "\"javascript:alert(1)\""},
	{SV_INIT("https://"), "<p>https://</p>", "\"https://\""},
	{SV_INIT("=1+1"), "<p>=1+1</p>", "\"'=1+1\""},
	{SV_INIT("+1"), "<p>+1</p>", "\"'+1\""},
	{SV_INIT("-1"), "<p>-1</p>", "\"'-1\""},
	{SV_INIT("@SUM(A1)"), "<p>@SUM(A1)</p>", "\"'@SUM(A1)\""},
	{SV_INIT("\t=1"), "<p>\t=1</p>", "\"' =1\""},
	{SV_INIT("\r=1"), "<p>=1</p>", "\"' =1\""},
	{SV_INIT("\xE2\x80\x8B=1"), "<p>=1</p>", "\"'=1\""},
};
/* clang-format on */

static void hostile_text_is_escaped(void **state)
{
	static const struct render_column col[] = {{"k", "k"}};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct rnode *root = rnode_new(a, RNODE_LIST);
		struct rnode *o = rnode_object(a, root, SV(""));

		rnode_string(a, o, SV("k"), hostile[i].in);
		rnode_prose(a, o, RNODE_PARAGRAPH, hostile[i].in);
		buf_reset(&out);
		render_html(root, SV("n"), SV("<t>"), RDEPTH_NORMAL, &out);
		if (!has(hostile[i].html))
			fail_msg("html %zu: %.*s", i, SV_FMT(buf_sv(&out)));
		assert_true(has("<title>&lt;t&gt;</title>"));
		buf_reset(&out);
		render_csv(root, col, 1, true, &out);
		if (!has(hostile[i].csv))
			fail_msg("csv %zu: %.*s", i, SV_FMT(buf_sv(&out)));
	}
}

static void rows_and_paths(void **state)
{
	static const struct render_column cols[] = {
	    {"code", "reply.code"}, {"none", "no.such"}, {"sure", "sure"}};
	struct rnode *root = rnode_new(a, RNODE_LIST);
	struct rnode *o = rnode_object(a, root, SV(""));

	(void)state;
	rnode_number(a, rnode_object(a, o, SV("reply")), SV("code"), 550);
	rnode_bool(a, o, SV("sure"), true);
	rnode_prose(a, root, RNODE_RULE, SV(""));
	rnode_object(a, root, SV(""));
	render_csv(root, cols, 3, true, &out);
	assert_sv(buf_sv(&out), "\"code\",\"none\",\"sure\"\r\n"
	                        "550,,true\r\n,,\r\n");
}

static void lines_leave_out(void **state)
{
	static const sv skip[] = {SV_INIT("fix"), SV_INIT("")};
	struct rnode *root = rnode_new(a, RNODE_LIST);
	struct rnode *o = rnode_object(a, root, SV(""));

	(void)state;
	rnode_number(a, o, SV("a"), 1);
	rnode_number(a, o, SV("fix"), 2);
	/* Only at the top: a value may have any name. */
	rnode_number(a, rnode_object(a, o, SV("values")), SV("fix"), 3);
	rnode_prose(a, root, RNODE_RULE, SV(""));
	rnode_object(a, root, SV(""));
	render_jsonl(root, skip, &out);
	assert_sv(buf_sv(&out), "{\"a\":1,\"values\":{\"fix\":3}}\n{}\n");
	buf_reset(&out);
	render_jsonl(root, NULL, &out);
	assert_true(has("\"fix\":2"));
}

static void steps_and_source(void **state)
{
	struct rnode *top = rnode_new(a, RNODE_LIST), *row, *n;
	struct rnode *root = rnode_object(a, top, SV(""));

	(void)state;
	root->mark = 1;
	rnode_prose(a, root, RNODE_HEADLINE, SV("Why"));
	row = rnode_row(a, root, "Fix", SV(""));
	n = rnode_prose(a, row, RNODE_STEP, SV("one"));
	rnode_prose(a, n, RNODE_CODE, SV("a <b> https://example.org/"));
	rnode_prose(a, row, RNODE_STEP, SV("two"));
	n = rnode_prose(a, root, RNODE_SOURCE, SV("Input"));
	rnode_prose(a, n, RNODE_PIECE, SV("<i>"));
	row = rnode_prose(a, n, RNODE_MARK, SV("</pre>"));
	row->label = SV("\"><script>");
	row->mark = 1;
	n = rnode_prose(a, n, RNODE_GAP, SV(""));
	n->number = 7;
	render_html(top, SV("<n>"), SV("t"), RDEPTH_NORMAL, &out);
	assert_true(has("<h1>&lt;n&gt;</h1>\n<section id=\"d1\">\n<h2>1. Why"
	                "</h2>\n<h3>Fix</h3>\n<ol>\n<li>one<pre "
	                "translate=\"no\"><code>a &lt;b&gt; https://example.org/</code></pre>\n"
	                "</li>\n<li>two</li>\n</ol>\n"));
	assert_true(has(" translate=\"no\">\n&lt;i&gt;"
	                "<mark title=\"&quot;&gt;&lt;script"
	                "&gt;\">&lt;/pre&gt;<a href=\"#d1\"><sup>1</sup></a>"
	                "</mark><span class=\"gap\">[7 bytes left out]"));
	assert_false(has("<script"));
}

static void numbers_tables_languages(void **state)
{
	struct rnode *top = rnode_new(a, RNODE_LIST), *n;
	struct rnode *o = rnode_object(a, top, SV(""));

	(void)state;
	o->mark = 12;
	rnode_prose(a, o, RNODE_HEADLINE, SV("A < B"));
	rnode_prose(a, o, RNODE_PARAGRAPH, SV("one"))->lang = "en";
	rnode_prose(a, o, RNODE_PARAGRAPH, SV("zwei"))->lang = "de";
	rnode_row(a, o, "Betreff", SV("drei"))->lang = "de-\"AT";
	n = rnode_prose(a, top, RNODE_TABLE, SV(""));
	rnode_string(a, rnode_list(a, n, SV("")), SV(""), SV("h."));
	rnode_string(a, rnode_list(a, n, SV("")), SV(""), SV("a<.b.c d. e"));
	rnode_prose(a, top, RNODE_HEADLINE, SV("C"));
	render_html(top, SV(""), SV(""), RDEPTH_NORMAL, &out);
	assert_true(has("<section id=\"d12\">\n<h2>12. A &lt; B</h2>\n<p>one"
	                "</p>\n<p lang=\"de\">zwei</p>\n<h3>Betreff</h3>\n"
	                "<p lang=\"de-&quot;AT\">drei</p>\n</section>\n"));
	assert_true(has("<th>h.</th></tr>\n"
	                "<tr><td>a&lt;.<wbr>b.<wbr>c d. e</td>"));
	assert_true(has("<h2>C</h2>"));
	buf_reset(&out);
	top = rnode_new(a, RNODE_LIST);
	rnode_row(a, top, "To", SV("x"));
	render_html(top, SV(""), SV(""), RDEPTH_NORMAL, &out);
	assert_true(has("<h2 class=\"label\">To</h2>\n<p>x</p>"));
}

/* Whatever byte comes: no tag that is not ours, and no bad UTF-8. */
static void any_byte_in_a_page(void **state)
{
	char bytes[256];
	struct rnode *root = rnode_new(a, RNODE_LIST);

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	rnode_prose(a, root, RNODE_PARAGRAPH, sv_of(bytes, sizeof(bytes)));
	rnode_prose(a, root, RNODE_CODE, sv_of(bytes, sizeof(bytes)));
	render_html(root, SV(""), SV(""), RDEPTH_NORMAL, &out);
	assert_int_equal(sv_chr(buf_sv(&out), '\0'), SV_NPOS);
	assert_int_equal(sv_chr(buf_sv(&out), '\xFF'), SV_NPOS);
	assert_true(has(";&lt;=&gt;?"));
}

/* Levels that are left out, too deep, too many: tags still fit together. */
static void trees_are_bounded(void **state)
{
	static const unsigned levels[] = {0, 1, 9, 2, 200, 0, 30, 31, 1};
	enum { MANY = 500 };
	struct rnode *top = rnode_new(a, RNODE_LIST);
	struct rnode *t = rnode_tree(a, top, SV("<T>"), 10);
	size_t opened = 0, closed = 0;
	sv rest;

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		rnode_branch(a, t, levels[i % 9], (enum rbranch)(i % 4),
		             SV("</svg><script>\x1b"), SV("'\"&"), 12);
	rnode_depth(t, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	render_html(top, SV(""), SV(""), RDEPTH_PLAIN, &out);
	assert_true(has("<h2>&lt;T&gt;</h2>"));
	assert_true(has("<p>300 more are not shown here.</p>"));
	assert_true(has("12, at most 10</text>"));
	assert_true(has("width=\"100%\" height=\"12\"/>\n"
	                "<rect class=\"limit\" x=\"83%\""));
	assert_false(has("<script"));
	for (rest = buf_sv(&out); sv_has(rest, SV("<ul>")); opened++)
		rest = sv_drop(rest, sv_find(rest, SV("<ul>")) + 4);
	for (rest = buf_sv(&out); sv_has(rest, SV("</ul>")); closed++)
		rest = sv_drop(rest, sv_find(rest, SV("</ul>")) + 5);
	assert_true(opened > 1);
	assert_int_equal(opened, closed);
}

static void one_form_alone(void **state)
{
	struct rnode *top = rnode_new(a, RNODE_LIST), *n;
	struct render_options opt = {RDEPTH_NORMAL, 80, false};

	(void)state;
	rnode_only(rnode_prose(a, top, RNODE_PARAGRAPH, SV("paper")),
	           RONLY_PAGE);
	rnode_only(rnode_prose(a, top, RNODE_PARAGRAPH, SV("glass")),
	           RONLY_TEXT);
	rnode_prose(a, top, RNODE_GROUP, SV("Group"));
	rnode_prose(a, top, RNODE_HEADLINE, SV("Head"));
	n = rnode_prose(a, top, RNODE_CODE, SV("take <it>"));
	n->flag = true;
	render_html(top, SV(""), SV(""), RDEPTH_NORMAL, &out);
	assert_true(has("<p>paper</p>"));
	assert_false(has("glass"));
	assert_true(has("<h2 class=\"group\">Group</h2>\n"
	                "<h3 class=\"answer\">Head</h3>"));
	assert_true(has("<pre class=\"copy\" translate=\"no\"><code>take "
	                "&lt;it&gt;"));
	buf_reset(&out);
	render_text(top, &opt, &out);
	assert_sv(buf_sv(&out), "glass\n\nHead\n\ntake <it>\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

UNIT_MAIN(TEST(hostile_text_is_escaped), TEST(rows_and_paths),
          TEST(lines_leave_out), TEST(steps_and_source),
          TEST(numbers_tables_languages), TEST(any_byte_in_a_page),
          TEST(trees_are_bounded), TEST(one_form_alone))
