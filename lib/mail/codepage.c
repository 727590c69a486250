/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/codepage.h"

#include "base/utf8.h"

const char *codepage_name(uint32_t number)
{
	static const struct {
		uint32_t number;
		const char *name;
	} names[] = {
	    {874, "windows-874"},     {932, "shift_jis"},
	    {936, "gb2312"},          {949, "ks_c_5601-1987"},
	    {950, "big5"},            {1250, "windows-1250"},
	    {1251, "windows-1251"},   {1252, "windows-1252"},
	    {1253, "windows-1253"},   {1254, "windows-1254"},
	    {1255, "windows-1255"},   {1256, "windows-1256"},
	    {1257, "windows-1257"},   {1258, "windows-1258"},
	    {20127, "us-ascii"},      {20866, "koi8-r"},
	    {21866, "koi8-u"},        {28591, "iso-8859-1"},
	    {28592, "iso-8859-2"},    {28593, "iso-8859-3"},
	    {28594, "iso-8859-4"},    {28595, "iso-8859-5"},
	    {28596, "iso-8859-6"},    {28597, "iso-8859-7"},
	    {28598, "iso-8859-8"},    {28599, "iso-8859-9"},
	    {28603, "iso-8859-13"},   {28605, "iso-8859-15"},
	    {50220, "iso-2022-jp"},   {50221, "iso-2022-jp"},
	    {50222, "iso-2022-jp"},   {50225, "iso-2022-kr"},
	    {51932, "euc-jp"},        {51949, "euc-kr"},
	    {52936, "hz-gb-2312"},    {54936, "gb18030"},
	    {65000, "utf-7"},         {65001, "utf-8"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == number)
			return names[i].name;
	return "";
}

sv codepage_text(struct arena *a, struct recode_tools *t, sv s,
                 uint32_t number)
{
	struct recoded r = recode(t, s, sv_str(codepage_name(number)), false);

	if (r.failed)
		return SV("");
	return r.text.p == s.p ? r.text : arena_dup(a, r.text);
}

static uint32_t unit(sv s, size_t at)
{
	return (uint32_t)((unsigned char)s.p[at] |
	                  (unsigned char)s.p[at + 1] << 8);
}

/* The character at *at, which moves behind it. */
static uint32_t next_char(sv s, size_t *at)
{
	uint32_t c = unit(s, *at), low;

	*at += 2;
	if (c < 0xD800 || c > 0xDFFF)
		return c;
	if (c > 0xDBFF || *at + 2 > s.n)
		return UTF8_REPLACEMENT;
	low = unit(s, *at);
	if (low < 0xDC00 || low > 0xDFFF)
		return UTF8_REPLACEMENT;
	*at += 2;
	return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
}

sv codepage_utf16(struct arena *a, sv s)
{
	char *p = arena_alloc(a, s.n / 2 + 1, 3);
	size_t n = 0, at = 0;

	if (!p)
		return SV("");
	while (at + 2 <= s.n) {
		uint32_t c = next_char(s, &at);
		char bytes[4];
		size_t k;

		if (!c)
			break;
		k = utf8_encode(c, bytes);
		memcpy(p + n, bytes, k);
		n += k;
	}
	return sv_of(p, n);
}
