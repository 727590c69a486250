/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "mail/html.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 << 20);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* clang-format off */
static const struct {
	const char *page, *text;
	unsigned defects;
} pages[] = {
	{"<p>one</p><p>two</p>", "one\n\ntwo", 0},
	{"<div>one</div>\n <div>two\n three</div>", "one\ntwo three", 0},
	{"one<br>two<BR/>three<br><br><br>four", "one\ntwo\nthree\n\nfour", 0},
	{"<b>5</b>50 <i>no</i>\n\n\tsuch  <u> user</u>", "550 no such user", 0},
	{"<table><tr><td>Status</td><td>5.1.1</td></tr><tr><th>Host<th>mx"
	 "</table>x", "Status\t5.1.1\nHost\tmx\n\nx", 0},
	{"<td><p>a</p></td><td>b</td>", "a\n\nb", 0},
	{"<ul><li>a<li>b</ul>", "a\nb", 0},
	{"<html><head><title>t</title><style>p{a:b}</style></head><body>x"
	 "<script>if (a < b) c();</script>y</body></html>", "x\ny", 0},
	{"<p>a<!-- b > c --></p>d", "a\n\nd", 0},
	{"<!DOCTYPE html><?xml x?><p>a", "a", 0},
	/* Left open. */
	{"<p>a<b>b<p>c", "ab\n\nc", 0},
	{"<p>a<!-- b >c", "ac", HTML_OPEN},
	{"<p>a<script>b", "a\nb", HTML_OPEN},
	{"<p>a<br", "a<br", HTML_OPEN},
	{"<p>a</p", "a</p", HTML_OPEN},
	{"<p title=\"a>b</p> c", "b\n\nc", 0},
	{"<p title=\"a>b\">c</p> d", "c\n\nd", 0},
	{"</p></td></a></x></>a", "a", 0},
	/* Signs that are no tags. */
	{"<p>a < b, 1<2", "a < b, 1<2", 0},
	{"<p>to <a@example.org>: no", "to <a@example.org>: no", 0},
	{"<p>see <https://example.org/a>", "see <https://example.org/a>", 0},
	{"<p>&lt;a@example.org&gt; &amp; &quot;b&quot;&nbsp;&nbsp;c",
		"<a@example.org> & \"b\" c", 0},
	{"<p>&eacute;&#233;&#xE9;&#150;&ndash;&copy x&unknown; &#0;&#xD800;",
		"\u00E9\u00E9\u00E9\u2013\u2013\u00A9 x&unknown; \uFFFD\uFFFD",
		0},
	{"<p>ab&shy;cd&#8203;ef\u200Bg\u00A0h", "abcdefg h", 0},
	{"<o:p>a</o:p> <font color='>'>b</font>", "a b", 0},
	/* Links. */
	{"<a href=\"mailto:a@example.org?subject=x\">write</a> us",
		"write <a@example.org> us", 0},
	{"<a href=mailto:a@example.org>A@example.org</a> us",
		"A@example.org us", 0},
	{"<a class=x href = 'mailto:a@example.org'>us", "us <a@example.org>",
		0},
	{"<a href=\"https://example.org/\">here</a>", "here", 0},
	{"<a href=\"mailto:a@example.org\"></a>x", "<a@example.org>x", 0},
	/* Text that is kept as it is. */
	{"a<pre>\nb\n  c\n\n\nd</pre>e f\n g", "a\nb\n  c\n\nd\ne f g", 0},
	{"no tags\r\n  in it\n", "no tags\n  in it", HTML_NONE},
	{"one\rtwo <a@example.org>", "one\ntwo <a@example.org>", HTML_NONE},
	{"", "", HTML_NONE},
	{"<p></p>", "", 0},
};
/* clang-format on */

static void shows(void **state)
{
	struct html_text t;

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		assert_int_equal(html_text(arena, NULL,
		                           sv_str(pages[i].page), &t), MW_OK);
		assert_sv(t.text, pages[i].text);
		if (t.defects != pages[i].defects)
			fail_msg("%s: %#x", pages[i].page, t.defects);
	}
}

/* Each letter that is told apart leads back to itself. */
static void leads_back(void **state)
{
	static const char page[] =
		"<html><body>\n<p>1&lt;2 <b>3</b>4\u00E9 5&nbsp; 6</p>\n"
		"<table><tr><td>7<td>8</table> <a href='mailto:q@x.org'>9</a>";
	static const char letters[] = "123456789q";
	struct html_text t;
	size_t at;

	(void)state;
	assert_int_equal(html_text(arena, NULL, sv_str(page), &t), MW_OK);
	for (size_t i = 0; i < sizeof(letters) - 1; i++) {
		at = sv_chr(t.text, letters[i]);
		assert_true(at != SV_NPOS);
		assert_int_equal(page[html_origin(&t, at)], letters[i]);
	}
	at = sv_chr(t.text, '<');
	assert_int_equal(page[html_origin(&t, at)], '&');
	at = sv_find(t.text, SV("\u00E9"));
	assert_int_equal(html_origin(&t, at), sv_find(sv_str(page),
	                                              SV("\u00E9")));
}

/* Begins without ends, over and over: no quadratic search. */
static void is_linear(void **state)
{
	enum { N = 1000000 };
	static const char *const signs[] = {
		"<", "<a ", "<!--", "<p title=\"", "<a x=\">\" ", "<script>",
		"<a href=mailto:a@b>", "&", "&#", "<td>", "<a@b", "<style><p ",
		"<title></", "<b>x</b>",
	};
	static char in[N];
	struct html_text t;

	(void)state;
	for (size_t k = 0; k < sizeof(signs) / sizeof(signs[0]); k++) {
		struct arena *a = arena_new((size_t)64 << 20);
		size_t n = strlen(signs[k]);

		assert_non_null(a);
		for (size_t i = 0; i < N; i++)
			in[i] = signs[k][i % n];
		assert_int_equal(html_text(a, NULL, sv_of(in, N), &t), MW_OK);
		assert_true(t.text.n <= N + 64);
		arena_free(a);
	}
}

static void tells_of_no_memory(void **state)
{
	struct arena *small = arena_new(8);
	struct html_text t;

	(void)state;
	assert_non_null(small);
	assert_int_equal(html_text(small, NULL, SV("<p>some words here"), &t),
	                 MW_ENOMEM);
	assert_int_equal(t.text.n, 0);
	arena_free(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows),
		cmocka_unit_test(leads_back),
		cmocka_unit_test(is_linear),
		cmocka_unit_test(tells_of_no_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
