/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/render.h"
#include "unit.h"

#include "base/utf8.h"
#include "render/unseen.h"

static struct arena *a;
static struct buf out;

static int setup(void **state)
{
	(void)state;
	a = arena_new(1 << 20);
	buf_init(&out, 1 << 20);
	return a ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	buf_fini(&out);
	arena_free(a);
	return 0;
}

static void render(const struct rnode *root, unsigned width, bool colour)
{
	struct render_options opt = {RDEPTH_NORMAL, width, colour};

	buf_reset(&out);
	render_text(root, &opt, &out);
	assert_false(buf_failed(&out));
}

/* The answer that the product's description shows. */
static struct rnode *answer(void)
{
	struct rnode *root = rnode_new(a, RNODE_OBJECT), *list, *d, *row, *s;

	rnode_number(a, root, SV("schema"), 1);
	list = rnode_list(a, root, SV("diagnoses"));
	d = rnode_object(a, list, SV(""));
	rnode_string(a, d, SV("cause"), SV("identity.ptr-missing"));
	rnode_prose(a, d, RNODE_HEADLINE,
	            SV("The receiver refuses mail from 198.51.100.7 because "
	               "that address has no name in reverse DNS."));
	rnode_row(a, d, "Who must act",
	          SV("you, with your hosting provider (whoever owns the "
	             "address sets its name)"));
	rnode_row(a, d, "Said by", SV("the receiver's server"));
	row = rnode_row(a, d, "Fix", SV(""));
	s = rnode_prose(a, row, RNODE_STEP,
	                SV("In your hoster's panel, set the reverse DNS (PTR) "
	                   "of 198.51.100.7 to your server's name: "
	                   "mail.example.org"));
	s = rnode_prose(a, row, RNODE_STEP, SV("Make that name point back:"));
	rnode_prose(a, s, RNODE_CODE, SV("mail.example.org. A 198.51.100.7"));
	row = rnode_row(a, d, "Verify", SV(""));
	rnode_prose(a, row, RNODE_CODE, SV("dig +short -x 198.51.100.7"));
	row = rnode_row(a, d, "Why we say so", SV(""));
	rnode_prose(a, row, RNODE_QUOTE,
	            SV("cannot find your reverse hostname"));
	rnode_prose(a, row, RNODE_PARAGRAPH,
	            SV("rule postfix.no-ptr, certain"));
	return root;
}

/* clang-format off */
static void answer_80(void **state)
{
	(void)state;
	render(answer(), 80, false);
	assert_sv(buf_sv(&out),
"The receiver refuses mail from 198.51.100.7 because that address has no name in\n"
"reverse DNS.\n"
"\n"
"  Who must act   you, with your hosting provider (whoever owns the address sets\n"
"                 its name)\n"
"  Said by        the receiver's server\n"
"\n"
"  Fix            1. In your hoster's panel, set the reverse DNS (PTR) of\n"
"                    198.51.100.7 to your server's name: mail.example.org\n"
"                 2. Make that name point back:\n"
"                    mail.example.org. A 198.51.100.7\n"
"  Verify         dig +short -x 198.51.100.7\n"
"  Why we say so  \"cannot find your reverse hostname\"\n"
"                 rule postfix.no-ptr, certain\n");
}

static void answer_40(void **state)
{
	(void)state;
	render(answer(), 40, false);
	assert_sv(buf_sv(&out),
"The receiver refuses mail from\n"
"198.51.100.7 because that address has no\n"
"name in reverse DNS.\n"
"\n"
"  Who must act\n"
"    you, with your hosting provider\n"
"    (whoever owns the address sets its\n"
"    name)\n"
"  Said by\n"
"    the receiver's server\n"
"\n"
"  Fix\n"
"    1. In your hoster's panel, set the\n"
"       reverse DNS (PTR) of 198.51.100.7\n"
"       to your server's name:\n"
"       mail.example.org\n"
"    2. Make that name point back:\n"
"       mail.example.org. A 198.51.100.7\n"
"  Verify\n"
"    dig +short -x 198.51.100.7\n"
"  Why we say so\n"
"    \"cannot find your reverse hostname\"\n"
"    rule postfix.no-ptr, certain\n");
}

#define X10 "xxxxxxxxxx"
#define WIDE "\xE6\x97\xA5" /* one character of two columns */
#define WIDE10 WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE

static const struct {
	const char *what;
	enum rnode_kind kind;
	sv in;
	const char *want; /* at 40 columns */
} blocks[] = {
	{"white space folds", RNODE_PARAGRAPH, SV_INIT("  a\t b\r\n\v\f c \n"),
		"a b c\n"},
	{"exactly a line", RNODE_PARAGRAPH, SV_INIT(X10 X10 X10 " 123456789 1"),
		X10 X10 X10 " 123456789\n1\n"},
	{"long word", RNODE_PARAGRAPH, SV_INIT("a " X10 X10 X10 X10 "yz b"),
		"a\n" X10 X10 X10 X10 "\nyz b\n"},
	{"long word first", RNODE_PARAGRAPH, SV_INIT(X10 X10 X10 X10 "y"),
		X10 X10 X10 X10 "\ny\n"},
	{"long URL", RNODE_PARAGRAPH,
		SV_INIT("see https://example.org/" X10 X10 X10 " there"),
		"see\nhttps://example.org/" X10 X10 X10 "\nthere\n"},
	{"code stays", RNODE_CODE, SV_INIT("  a  " X10 X10 X10 X10 " b"),
		"  a  " X10 X10 X10 X10 " b\n"},
	{"code of lines", RNODE_CODE, SV_INIT("one\r\n\n three\n"),
		"one\n\n three\n"},
	{"quote", RNODE_QUOTE, SV_INIT(" 550 " X10 X10 X10 " 12 45\n"),
		"\"550 " X10 X10 X10 " 12\n45\"\n"},
	{"escape sequence", RNODE_QUOTE, SV_INIT("\x1b[2J\x1b]0;x\x07"),
		"\"?[2J?]0;x?\"\n"},
	{"escape in code", RNODE_CODE, SV_INIT("\x1b[2J\0\x7f\tx"),
		"?[2J?? x\n"},
	{"C1", RNODE_PARAGRAPH, SV_INIT("\xC2\x9B" "2J"), "?2J\n"},
	{"no UTF-8", RNODE_PARAGRAPH, SV_INIT("gr\xFC\xDF \x9B" "2J"),
		"gr\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD" "2J\n"},
	{"direction marks", RNODE_PARAGRAPH,
		SV_INIT("a\xE2\x80\xAE" "b\xE2\x81\xA6 \xE2\x80\x8F\xD8\x9C c"),
		"ab c\n"},
	{"line separator", RNODE_PARAGRAPH, SV_INIT("a\xE2\x80\xA8" "b"),
		"a b\n"},
	{"wide fills", RNODE_PARAGRAPH, SV_INIT("a " WIDE10 WIDE10 "b c"),
		"a " WIDE10 WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE "\n"
		WIDE "b c\n"},
	{"wide stop", RNODE_PARAGRAPH,
		SV_INIT(WIDE10 WIDE10 "\xE3\x80\x82" WIDE),
		WIDE10 WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE "\n"
		WIDE "\xE3\x80\x82" WIDE "\n"},
	{"wide quote", RNODE_QUOTE, SV_INIT(WIDE10 WIDE10),
		"\"" WIDE10 WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE "\n"
		WIDE "\"\n"},
	{"combining", RNODE_PARAGRAPH,
		SV_INIT(X10 X10 X10 "xxxxxxxxxe\xCC\x81 b"),
		X10 X10 X10 "xxxxxxxxxe\xCC\x81\nb\n"},
	{"nothing", RNODE_PARAGRAPH, SV_INIT(""), ""},
	{"nothing seen", RNODE_PARAGRAPH, SV_INIT("\xE2\x80\xAE \xEF\xBB\xBF"),
		""},
};

static void steps_and_rows(void **state)
{
	struct rnode *root = rnode_new(a, RNODE_OBJECT), *row, *s;

	(void)state;
	rnode_row(a, root, "Empty", SV(""));
	row = rnode_row(a, root, "Hidden", SV(""));
	rnode_depth(rnode_prose(a, row, RNODE_QUOTE, SV("never")),
	            RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	row = rnode_row(a, root, "One", SV("text first"));
	rnode_prose(a, row, RNODE_STEP, SV("alone"));
	row = rnode_row(a, root, "Ten", SV(""));
	for (int i = 0; i < 10; i++) {
		s = rnode_prose(a, row, RNODE_STEP, SV("do"));
		if (i == 8) {
			rnode_prose(a, s, RNODE_STEP, SV("this"));
			rnode_prose(a, s, RNODE_STEP, SV("and that"));
		}
	}
	rnode_row(a, root, "A label far too long to stand in a column with text "
	                   "beside it", SV("below"));
	render(root, 80, false);
	assert_sv(buf_sv(&out),
"  One  text first\n"
"       alone\n"
"  Ten   1. do\n"
"        2. do\n"
"        3. do\n"
"        4. do\n"
"        5. do\n"
"        6. do\n"
"        7. do\n"
"        8. do\n"
"        9. do\n"
"           1. this\n"
"           2. and that\n"
"       10. do\n"
"  A label far too long to stand in a column with text beside it\n"
"       below\n");
}

static void one_row(struct rnode *table, const char *x, const char *y,
                    const char *z)
{
	struct rnode *row = rnode_list(a, table, SV(""));

	rnode_string(a, row, SV(""), sv_str(x));
	rnode_string(a, row, SV(""), sv_str(y));
	rnode_string(a, row, SV(""), sv_str(z));
}

static void tables_and_lines(void **state)
{
	struct rnode *root = rnode_new(a, RNODE_OBJECT), *t;

	(void)state;
	rnode_prose(a, root, RNODE_HEADLINE, SV("Two causes."));
	t = rnode_prose(a, root, RNODE_TABLE, SV(""));
	one_row(t, "count", "cause", "text");
	one_row(t, "7", "recipient.unknown", "no such user here");
	one_row(t, "120", WIDE "\x1b", "busy");
	rnode_prose(a, root, RNODE_RULE, SV(""));
	rnode_prose(a, root, RNODE_PARAGRAPH, SV("End."));
	render(root, 40, false);
	assert_sv(buf_sv(&out),
"Two causes.\n"
"\n"
"count  cause          text\n"
"    7  recipient.unknown\n"
"                      no such user here\n"
"  120  " WIDE "?            busy\n"
"\n"
"----------------------------------------\n"
"\n"
"End.\n");
	render(root, 60, false);
	assert_true(sv_has(buf_sv(&out), SV(
"count  cause              text\n"
"    7  recipient.unknown  no such user here\n"
"  120  " WIDE "?                busy\n")));
}

static void colour_for_labels_and_headline(void **state)
{
	struct rnode *root = rnode_new(a, RNODE_OBJECT);

	(void)state;
	rnode_prose(a, root, RNODE_HEADLINE, SV(X10 X10 X10 " " X10));
	rnode_row(a, root, "Said by", SV("\x1b[1mus"));
	render(root, 40, true);
	assert_sv(buf_sv(&out),
"\x1b[1m" X10 X10 X10 "\x1b[0m\n"
"\x1b[1m" X10 "\x1b[0m\n"
"\n"
"  \x1b[2mSaid by\x1b[0m\n"
"    ?[1mus\n");
}

static void no_label_goes_on(void **state)
{
	struct rnode *root = rnode_new(a, RNODE_OBJECT);

	(void)state;
	rnode_row(a, root, "Label", SV("one"));
	rnode_row(a, root, "", SV("two"));
	render(root, 60, false);
	assert_sv(buf_sv(&out),
"  Label  one\n"
"         two\n");
	render(root, 59, false);
	assert_sv(buf_sv(&out),
"  Label\n"
"    one\n"
"    two\n");
}
/* clang-format on */

static void blocks_at_40(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct rnode *n = rnode_new(a, blocks[i].kind);
		sv got, want = sv_str(blocks[i].want);

		n->text = blocks[i].in;
		render(n, 10, false);
		got = buf_sv(&out);
		if (!sv_eq(got, want))
			fail_msg("%s: got \"%.*s\", want \"%s\"",
			         blocks[i].what, SV_FMT(got), want.p);
	}
}

static void depth_chooses(void **state)
{
	static const char *const want[] = {"plain\n\nall\n", "all\n",
	                                   "all\n\ntechnical\n"};
	struct rnode *root = rnode_new(a, RNODE_OBJECT), *deep;

	(void)state;
	rnode_depth(rnode_prose(a, root, RNODE_PARAGRAPH, SV("plain")),
	            RDEPTH_PLAIN, RDEPTH_PLAIN);
	rnode_prose(a, root, RNODE_PARAGRAPH, SV("all"));
	deep = rnode_object(a, root, SV("more"));
	rnode_prose(a, deep, RNODE_PARAGRAPH, SV("technical"));
	rnode_depth(deep, RDEPTH_TECHNICAL, RDEPTH_TECHNICAL);
	for (unsigned d = RDEPTH_PLAIN; d <= RDEPTH_TECHNICAL; d++) {
		struct render_options opt = {(enum rdepth)d, 80, false};

		buf_reset(&out);
		render_text(root, &opt, &out);
		assert_sv(buf_sv(&out), want[d]);
	}
}

static void assert_harmless(sv s)
{
	assert_true(utf8_valid(s));
	while (s.n) {
		size_t len;
		uint32_t c = utf8_decode(s, &len);

		assert_false(c != '\n' && is_control(c));
		assert_false(is_unseen(c) || is_line_end(c));
		s = sv_drop(s, len);
	}
}

static void any_bytes_are_harmless(void **state)
{
	char bytes[64];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		struct rnode *root, *row;
		sv s = sv_of(bytes, sizeof(bytes));

		arena_reset(a);
		root = rnode_new(a, RNODE_OBJECT);
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (char)(seed >> 24);
		}
		row = rnode_row(a, root, "x", s);
		row->label = sv_head(s, round % 64);
		rnode_prose(a, row, RNODE_QUOTE, s);
		rnode_prose(a, row, RNODE_CODE, s);
		rnode_prose(a, row, RNODE_STEP, s);
		rnode_prose(a, root, RNODE_HEADLINE, s);
		row = rnode_prose(a, root, RNODE_TABLE, SV(""));
		row = rnode_list(a, row, SV(""));
		for (int i = 0; i < 20; i++)
			rnode_string(a, row, SV(""), s);
		render(root, round % 128, false);
		assert_harmless(buf_sv(&out));
	}
}

static void deep_trees_end(void **state)
{
	struct rnode *root = rnode_new(a, RNODE_LIST), *n = root;

	(void)state;
	for (int i = 0; i < 2 * RENDER_MAX_DEPTH; i++)
		n = rnode_prose(a, n, i % 2 ? RNODE_ROW : RNODE_STEP,
		                SV("some words"));
	render(root, 80, false);
	render(NULL, 80, false);
	assert_int_equal(out.n, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

UNIT_MAIN(TEST(answer_80), TEST(answer_40), TEST(blocks_at_40),
          TEST(steps_and_rows), TEST(no_label_goes_on),
          TEST(tables_and_lines), TEST(colour_for_labels_and_headline),
          TEST(depth_chooses), TEST(any_bytes_are_harmless),
          TEST(deep_trees_end))
