/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/utf8.h"

/* So much is looked at to recognise UTF-16 without a mark. */
#define WIDE_LOOK 4096

/* A label stands in the head of a message or page. */
#define LABEL_LOOK 65536

static bool add_anchor(struct charset_text *t, size_t text, size_t in)
{
	size_t cap = t->cap ? t->cap * 2 : 1024;
	struct charset_anchor *v = t->anchors;

	if (t->n == t->cap) {
		v = realloc(v, cap * sizeof(*v));
		if (!v)
			return false;
		t->anchors = v;
		t->cap = cap;
	}
	v[t->n++] = (struct charset_anchor){(uint32_t)text, (uint32_t)in};
	return true;
}

/* One code point of UTF-16 at the start of s; a lone surrogate is U+FFFD. */
static uint32_t wide_decode(sv s, bool big, size_t *len)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint32_t hi, lo;

	if (s.n < 2) {
		*len = s.n;
		return UTF8_REPLACEMENT;
	}
	*len = 2;
	hi = big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
	if (hi < 0xD800 || hi > 0xDFFF)
		return hi;
	if (hi > 0xDBFF || s.n < 4)
		return UTF8_REPLACEMENT;
	lo = big ? (uint32_t)p[2] << 8 | p[3] : (uint32_t)p[3] << 8 | p[2];
	if (lo < 0xDC00 || lo > 0xDFFF)
		return UTF8_REPLACEMENT;
	*len = 4;
	return 0x10000 + ((hi - 0xD800) << 10) + (lo - 0xDC00);
}

/* What is malloced for n bytes that may be made: the last step may overrun. */
static size_t room(size_t n)
{
	return (n < CHARSET_MAX ? n : CHARSET_MAX) + CHARSET_STEP;
}

static bool convert_wide(struct charset_text *t, sv in)
{
	size_t n = 0, next = 0;

	/* Two bytes become three at most. */
	t->made = malloc(room(in.n / 2 * 3 + 4));
	if (!t->made)
		return false;
	for (size_t i = 0, len; i < in.n; i += len) {
		uint32_t c;

		if (n >= CHARSET_MAX) {
			t->cut = true;
			break;
		}
		c = wide_decode(sv_drop(in, i), t->big_endian, &len);

		if (n >= next) {
			if (!add_anchor(t, n, i))
				return false;
			next = n + CHARSET_STEP;
		}
		n += utf8_encode(c, t->made + n);
	}
	t->text = sv_of(t->made, n);
	t->converted = t->wide = true;
	return true;
}

/* By byte order mark, else by where the zero bytes of ASCII letters stand. */
static bool is_wide(sv in, bool *big)
{
	size_t zero[2] = {0, 0}, pairs;

	if (sv_starts(in, sv_of("\xFF\xFE", 2)) ||
	    sv_starts(in, sv_of("\xFE\xFF", 2))) {
		*big = in.p[0] == '\xFE';
		return true;
	}
	in = sv_head(in, WIDE_LOOK);
	pairs = in.n / 2;
	for (size_t i = 0; i < pairs * 2; i++)
		zero[i % 2] += !in.p[i];
	*big = zero[0] > zero[1];
	return pairs > 1 && zero[*big ? 0 : 1] * 5 >= pairs * 2 &&
	       zero[*big ? 1 : 0] * 20 <= pairs;
}

/* clang-format off */
static const struct {
	sv label;
	const char *name; /* for iconv */
} labels[] = {
	{SV_INIT("iso-2022-jp"), "ISO-2022-JP"},
	{SV_INIT("shift_jis"), "CP932"},
	{SV_INIT("shift-jis"), "CP932"},
	{SV_INIT("windows-31j"), "CP932"},
	{SV_INIT("euc-jp"), "EUC-JP"},
	{SV_INIT("gb2312"), "GB18030"},
	{SV_INIT("gbk"), "GB18030"},
	{SV_INIT("gb18030"), "GB18030"},
	{SV_INIT("big5"), "BIG5"},
	{SV_INIT("euc-kr"), "CP949"},
	{SV_INIT("ks_c_5601"), "CP949"},
	{SV_INIT("koi8-r"), "KOI8-R"},
	{SV_INIT("koi8-u"), "KOI8-U"},
	{SV_INIT("windows-1250"), "CP1250"},
	{SV_INIT("windows-1251"), "CP1251"},
	{SV_INIT("windows-1253"), "CP1253"},
	{SV_INIT("windows-1254"), "CP1254"},
	{SV_INIT("windows-1255"), "CP1255"},
	{SV_INIT("windows-1256"), "CP1256"},
	{SV_INIT("iso-8859-2"), "ISO-8859-2"},
	{SV_INIT("iso-8859-5"), "ISO-8859-5"},
	{SV_INIT("iso-8859-7"), "ISO-8859-7"},
	{SV_INIT("iso-8859-9"), "ISO-8859-9"},
	{SV_INIT("iso-8859-15"), "ISO-8859-15"},
};
/* clang-format on */

static const char *label_name(sv s)
{
	const char *name = NULL;
	size_t n = 0;

	if (n < s.n && (s.p[0] == '"' || s.p[0] == '\''))
		s = sv_drop(s, 1);
	/* The longest that fits: "iso-8859-15" is not "iso-8859-1". */
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (labels[i].label.n > n && sv_istarts(s, labels[i].label)) {
			name = labels[i].name;
			n = labels[i].label.n;
		}
	return n < s.n && is_digit(s.p[n]) ? NULL : name;
}

static const char *charset_named(sv in)
{
	static const sv escapes[] = {SV_INIT("\033$B"), SV_INIT("\033$@"),
				     SV_INIT("\033(J")};
	sv head = sv_head(in, LABEL_LOOK);
	size_t at;

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (sv_has(head, escapes[i]))
			return "ISO-2022-JP";
	at = sv_ifind(head, SV("charset="));
	if (at == SV_NPOS || utf8_valid(in))
		return NULL;
	return label_name(sv_drop(head, at + 8));
}

/* Copy one byte that is wrong as U+FFFD. */
static void pass_over(char **from, size_t *left, char **to)
{
	*to += utf8_encode(UTF8_REPLACEMENT, *to);
	++*from;
	--*left;
}

/* Convert in steps, so that an origin is known for each. */
static bool run(struct charset_text *t, iconv_t cd, sv in)
{
	/* iconv takes char **, though it does not write there. */
	union {
		const char *in;
		char *p;
	} from = {in.p};
	char *to = t->made;
	size_t left = in.n;

	while (left) {
		size_t step = CHARSET_STEP, was = left;

		if ((size_t)(to - t->made) >= CHARSET_MAX) {
			t->cut = true;
			break;
		}
		if (!add_anchor(t, (size_t)(to - t->made), in.n - left))
			return false;
		if (iconv(cd, &from.p, &left, &to, &step) == (size_t)-1 &&
		    errno != E2BIG)
			pass_over(&from.p, &left, &to);
		else if (left == was)
			pass_over(&from.p, &left, &to);
	}
	t->text = sv_of(t->made, (size_t)(to - t->made));
	return true;
}

static bool convert_named(struct charset_text *t, sv in, const char *name)
{
	iconv_t cd = iconv_open("UTF-8", name);
	bool ok;

	if (cd == (iconv_t)-1)
		return true; /* not installed: the text stays as it is */
	t->made = malloc(room(in.n * 3));
	ok = t->made && run(t, cd, in);
	(void)iconv_close(cd);
	t->converted = ok;
	t->name = name;
	return ok;
}

bool charset_to_utf8(sv in, struct charset_text *out)
{
	struct charset_text t = {.text = in, .in = in, .name = "UTF-8"};
	const char *name;
	bool ok = true;

	if (is_wide(in, &t.big_endian)) {
		t.name = t.big_endian ? "UTF-16BE" : "UTF-16LE";
		ok = convert_wide(&t, in);
	} else {
		name = charset_named(in);
		if (name)
			ok = convert_named(&t, in, name);
	}
	if (ok)
		*out = t;
	else
		charset_fini(&t);
	return ok;
}

void charset_fini(struct charset_text *t)
{
	free(t->made);
	free(t->anchors);
	*t = (struct charset_text){0};
}

/* The last anchor that is not behind at; there is one at 0. */
static size_t anchor_of(const struct charset_text *t, size_t at)
{
	size_t lo = 0, hi = t->n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->anchors[mid].text <= at)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

size_t charset_origin(const struct charset_text *t, size_t at)
{
	size_t k, text, in, end, len = 0;
	char enc[4];

	if (!t->converted || !t->n)
		return at;
	k = anchor_of(t, at);
	text = t->anchors[k].text;
	in = t->anchors[k].in;
	if (!t->wide) {
		end = k + 1 < t->n ? t->anchors[k + 1].in : t->in.n;
		return at - text < end - in ? in + (at - text) : end - 1;
	}
	while (in < t->in.n) {
		text += utf8_encode(
			wide_decode(sv_drop(t->in, in), t->big_endian, &len),
			enc);
		if (text > at)
			return in;
		in += len;
	}
	return t->in.n ? t->in.n - 1 : 0;
}
