/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/entity.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/cp1252.h"

/* More digits than any character has, with zeros in front. */
#define DIGITS_MAX 10

/* The longest name in the table has 6 letters. */
#define NAME_MAX 8

/* Those that mail has: Latin 1, punctuation, arrows. */
/* clang-format off */
static const struct {
	sv name;
	uint16_t c;
} names[] = {
	{SV_INIT("nbsp"), 0xA0}, {SV_INIT("amp"), 0x26}, {SV_INIT("lt"), 0x3C},
	{SV_INIT("gt"), 0x3E}, {SV_INIT("quot"), 0x22},
	{SV_INIT("apos"), 0x27}, {SV_INIT("copy"), 0xA9},
	{SV_INIT("reg"), 0xAE}, {SV_INIT("trade"), 0x2122},
	{SV_INIT("euro"), 0x20AC}, {SV_INIT("pound"), 0xA3},
	{SV_INIT("yen"), 0xA5}, {SV_INIT("cent"), 0xA2},
	{SV_INIT("curren"), 0xA4}, {SV_INIT("sect"), 0xA7},
	{SV_INIT("para"), 0xB6}, {SV_INIT("middot"), 0xB7},
	{SV_INIT("bull"), 0x2022}, {SV_INIT("hellip"), 0x2026},
	{SV_INIT("ndash"), 0x2013}, {SV_INIT("mdash"), 0x2014},
	{SV_INIT("lsquo"), 0x2018}, {SV_INIT("rsquo"), 0x2019},
	{SV_INIT("sbquo"), 0x201A}, {SV_INIT("ldquo"), 0x201C},
	{SV_INIT("rdquo"), 0x201D}, {SV_INIT("bdquo"), 0x201E},
	{SV_INIT("laquo"), 0xAB}, {SV_INIT("raquo"), 0xBB},
	{SV_INIT("lsaquo"), 0x2039}, {SV_INIT("rsaquo"), 0x203A},
	{SV_INIT("dagger"), 0x2020}, {SV_INIT("Dagger"), 0x2021},
	{SV_INIT("deg"), 0xB0}, {SV_INIT("plusmn"), 0xB1},
	{SV_INIT("times"), 0xD7}, {SV_INIT("divide"), 0xF7},
	{SV_INIT("frac12"), 0xBD}, {SV_INIT("frac14"), 0xBC},
	{SV_INIT("frac34"), 0xBE}, {SV_INIT("sup1"), 0xB9},
	{SV_INIT("sup2"), 0xB2}, {SV_INIT("sup3"), 0xB3},
	{SV_INIT("ordm"), 0xBA}, {SV_INIT("ordf"), 0xAA},
	{SV_INIT("iexcl"), 0xA1}, {SV_INIT("iquest"), 0xBF},
	{SV_INIT("shy"), 0xAD}, {SV_INIT("zwnj"), 0x200C},
	{SV_INIT("zwj"), 0x200D}, {SV_INIT("ensp"), 0x2002},
	{SV_INIT("emsp"), 0x2003}, {SV_INIT("thinsp"), 0x2009},
	{SV_INIT("larr"), 0x2190}, {SV_INIT("rarr"), 0x2192},
	{SV_INIT("uarr"), 0x2191}, {SV_INIT("darr"), 0x2193},
	{SV_INIT("harr"), 0x2194}, {SV_INIT("not"), 0xAC},
	{SV_INIT("micro"), 0xB5}, {SV_INIT("brvbar"), 0xA6},
	{SV_INIT("uml"), 0xA8}, {SV_INIT("macr"), 0xAF},
	{SV_INIT("acute"), 0xB4}, {SV_INIT("cedil"), 0xB8},
	{SV_INIT("tilde"), 0x2DC}, {SV_INIT("circ"), 0x2C6},
	{SV_INIT("permil"), 0x2030}, {SV_INIT("minus"), 0x2212},
	{SV_INIT("lowast"), 0x2217}, {SV_INIT("infin"), 0x221E},
	{SV_INIT("ne"), 0x2260}, {SV_INIT("le"), 0x2264},
	{SV_INIT("ge"), 0x2265}, {SV_INIT("asymp"), 0x2248},
	{SV_INIT("check"), 0x2713}, {SV_INIT("cross"), 0x2717},
	{SV_INIT("star"), 0x2606}, {SV_INIT("starf"), 0x2605},
	{SV_INIT("OElig"), 0x152}, {SV_INIT("oelig"), 0x153},
	{SV_INIT("Scaron"), 0x160}, {SV_INIT("scaron"), 0x161},
	{SV_INIT("Yuml"), 0x178}, {SV_INIT("fnof"), 0x192},
	{SV_INIT("Agrave"), 0xC0}, {SV_INIT("Aacute"), 0xC1},
	{SV_INIT("Acirc"), 0xC2}, {SV_INIT("Atilde"), 0xC3},
	{SV_INIT("Auml"), 0xC4}, {SV_INIT("Aring"), 0xC5},
	{SV_INIT("AElig"), 0xC6}, {SV_INIT("Ccedil"), 0xC7},
	{SV_INIT("Egrave"), 0xC8}, {SV_INIT("Eacute"), 0xC9},
	{SV_INIT("Ecirc"), 0xCA}, {SV_INIT("Euml"), 0xCB},
	{SV_INIT("Igrave"), 0xCC}, {SV_INIT("Iacute"), 0xCD},
	{SV_INIT("Icirc"), 0xCE}, {SV_INIT("Iuml"), 0xCF},
	{SV_INIT("ETH"), 0xD0}, {SV_INIT("Ntilde"), 0xD1},
	{SV_INIT("Ograve"), 0xD2}, {SV_INIT("Oacute"), 0xD3},
	{SV_INIT("Ocirc"), 0xD4}, {SV_INIT("Otilde"), 0xD5},
	{SV_INIT("Ouml"), 0xD6}, {SV_INIT("Oslash"), 0xD8},
	{SV_INIT("Ugrave"), 0xD9}, {SV_INIT("Uacute"), 0xDA},
	{SV_INIT("Ucirc"), 0xDB}, {SV_INIT("Uuml"), 0xDC},
	{SV_INIT("Yacute"), 0xDD}, {SV_INIT("THORN"), 0xDE},
	{SV_INIT("szlig"), 0xDF}, {SV_INIT("agrave"), 0xE0},
	{SV_INIT("aacute"), 0xE1}, {SV_INIT("acirc"), 0xE2},
	{SV_INIT("atilde"), 0xE3}, {SV_INIT("auml"), 0xE4},
	{SV_INIT("aring"), 0xE5}, {SV_INIT("aelig"), 0xE6},
	{SV_INIT("ccedil"), 0xE7}, {SV_INIT("egrave"), 0xE8},
	{SV_INIT("eacute"), 0xE9}, {SV_INIT("ecirc"), 0xEA},
	{SV_INIT("euml"), 0xEB}, {SV_INIT("igrave"), 0xEC},
	{SV_INIT("iacute"), 0xED}, {SV_INIT("icirc"), 0xEE},
	{SV_INIT("iuml"), 0xEF}, {SV_INIT("eth"), 0xF0},
	{SV_INIT("ntilde"), 0xF1}, {SV_INIT("ograve"), 0xF2},
	{SV_INIT("oacute"), 0xF3}, {SV_INIT("ocirc"), 0xF4},
	{SV_INIT("otilde"), 0xF5}, {SV_INIT("ouml"), 0xF6},
	{SV_INIT("oslash"), 0xF8}, {SV_INIT("ugrave"), 0xF9},
	{SV_INIT("uacute"), 0xFA}, {SV_INIT("ucirc"), 0xFB},
	{SV_INIT("uuml"), 0xFC}, {SV_INIT("yacute"), 0xFD},
	{SV_INIT("thorn"), 0xFE}, {SV_INIT("yuml"), 0xFF},
};
/* clang-format on */

/* "&#39;" and "&#x27;" */
static size_t numeric(sv s, uint32_t *c)
{
	bool hex = s.n > 2 && (s.p[2] | 0x20) == 'x';
	size_t begin = hex ? 3 : 2, i = begin;
	uint64_t v = 0;

	for (; i < s.n && i < begin + DIGITS_MAX &&
	       (hex ? is_xdigit(s.p[i]) : is_digit(s.p[i]));
	     i++) {
		char d = to_lower(s.p[i]);

		v = v * (hex ? 16 : 10) +
		    (uint64_t)(is_digit(d) ? d - '0' : d - 'a' + 10);
	}
	if (i == begin)
		return 0;
	if (v >= 0x80 && v < 0xA0)
		v = cp1252_decode((char)v);
	if (!v || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF))
		v = UTF8_REPLACEMENT;
	*c = (uint32_t)v;
	return i < s.n && s.p[i] == ';' ? i + 1 : i;
}

size_t entity_read(sv s, uint32_t *c)
{
	size_t n = 1;
	sv name;

	if (s.n > 1 && s.p[1] == '#')
		return numeric(s, c);
	while (n < s.n && n <= NAME_MAX && is_alnum(s.p[n]))
		n++;
	name = sv_slice(s, 1, n);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_eq(names[i].name, name)) {
			*c = names[i].c;
			return n < s.n && s.p[n] == ';' ? n + 1 : n;
		}
	return 0;
}
