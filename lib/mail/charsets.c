/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/charsets.h"

#include "base/ascii.h"

/* The longest label in use has 16 letters and digits. */
#define PLAIN_MAX 24

/*
 * Those of Chinese and Korean standards are read as their supersets, which is
 * what is meant; common ones first.
 */
/* clang-format off */
static const struct charset_name names[] = {
	{"usascii", WAY_GUESS, "US-ASCII"},
	{"utf8", WAY_UTF8, "UTF-8"},
	{"iso88591", WAY_LATIN, "windows-1252"},
	{"windows1252", WAY_LATIN, "windows-1252"},
	{"iso2022jp", WAY_JP, "ISO-2022-JP"},
	{"ascii", WAY_GUESS, "US-ASCII"},
	{"ansix34", WAY_GUESS, "US-ASCII"},
	{"iso646us", WAY_GUESS, "US-ASCII"},
	{"unknown8bit", WAY_GUESS, "unknown-8bit"},
	{"unknown", WAY_GUESS, "unknown-8bit"},
	{"default", WAY_GUESS, "unknown-8bit"},
	{"binary", WAY_GUESS, "unknown-8bit"},
	{"cp65001", WAY_UTF8, "UTF-8"},
	{"unicode11utf8", WAY_UTF8, "UTF-8"},
	{"cp1252", WAY_LATIN, "windows-1252"},
	{"latin1", WAY_LATIN, "windows-1252"},
	{"iso885915", WAY_SINGLE, "ISO-8859-15"},
	{"latin9", WAY_SINGLE, "ISO-8859-15"},
	{"iso88592", WAY_SINGLE, "ISO-8859-2"},
	{"latin2", WAY_SINGLE, "ISO-8859-2"},
	{"iso88593", WAY_SINGLE, "ISO-8859-3"},
	{"iso88594", WAY_SINGLE, "ISO-8859-4"},
	{"iso88595", WAY_SINGLE, "ISO-8859-5"},
	{"iso88596", WAY_SINGLE, "ISO-8859-6"},
	{"iso88597", WAY_SINGLE, "ISO-8859-7"},
	{"iso88598", WAY_SINGLE, "ISO-8859-8"},
	{"iso88599", WAY_SINGLE, "CP1254"},
	{"latin5", WAY_SINGLE, "CP1254"},
	{"iso885910", WAY_SINGLE, "ISO-8859-10"},
	{"iso885911", WAY_SINGLE, "CP874"},
	{"iso885913", WAY_SINGLE, "ISO-8859-13"},
	{"iso885914", WAY_SINGLE, "ISO-8859-14"},
	{"iso885916", WAY_SINGLE, "ISO-8859-16"},
	{"windows1250", WAY_SINGLE, "CP1250"},
	{"windows1251", WAY_SINGLE, "CP1251"},
	{"windows1253", WAY_SINGLE, "CP1253"},
	{"windows1254", WAY_SINGLE, "CP1254"},
	{"windows1255", WAY_MULTI, "CP1255"},
	{"windows1256", WAY_SINGLE, "CP1256"},
	{"windows1257", WAY_SINGLE, "CP1257"},
	{"windows1258", WAY_MULTI, "CP1258"},
	{"cp1250", WAY_SINGLE, "CP1250"},
	{"cp1251", WAY_SINGLE, "CP1251"},
	{"cp1253", WAY_SINGLE, "CP1253"},
	{"cp1254", WAY_SINGLE, "CP1254"},
	{"cp1255", WAY_MULTI, "CP1255"},
	{"cp1256", WAY_SINGLE, "CP1256"},
	{"cp1257", WAY_SINGLE, "CP1257"},
	{"cp1258", WAY_MULTI, "CP1258"},
	{"windows874", WAY_SINGLE, "CP874"},
	{"tis620", WAY_SINGLE, "CP874"},
	{"koi8r", WAY_SINGLE, "KOI8-R"},
	{"koi8u", WAY_SINGLE, "KOI8-U"},
	{"koi8ru", WAY_SINGLE, "KOI8-U"},
	{"koi8", WAY_SINGLE, "KOI8-R"},
	{"cp437", WAY_SINGLE, "CP437"},
	{"ibm437", WAY_SINGLE, "CP437"},
	{"cp850", WAY_SINGLE, "CP850"},
	{"ibm850", WAY_SINGLE, "CP850"},
	{"cp852", WAY_SINGLE, "CP852"},
	{"ibm852", WAY_SINGLE, "CP852"},
	{"cp855", WAY_SINGLE, "CP855"},
	{"cp858", WAY_SINGLE, "CP858"},
	{"cp866", WAY_SINGLE, "CP866"},
	{"ibm866", WAY_SINGLE, "CP866"},
	{"macintosh", WAY_SINGLE, "MACINTOSH"},
	{"macroman", WAY_SINGLE, "MACINTOSH"},
	{"iso2022jp1", WAY_JP, "ISO-2022-JP"},
	{"iso2022jp2", WAY_JP, "ISO-2022-JP"},
	{"iso2022jp3", WAY_JP, "ISO-2022-JP"},
	{"cp50220", WAY_JP, "ISO-2022-JP"},
	{"cp50221", WAY_JP, "ISO-2022-JP"},
	{"cp50222", WAY_JP, "ISO-2022-JP"},
	{"jis", WAY_JP, "ISO-2022-JP"},
	{"shiftjis", WAY_MULTI, "CP932"},
	{"sjis", WAY_MULTI, "CP932"},
	{"mskanji", WAY_MULTI, "CP932"},
	{"windows31j", WAY_MULTI, "CP932"},
	{"windows932", WAY_MULTI, "CP932"},
	{"cp932", WAY_MULTI, "CP932"},
	{"ms932", WAY_MULTI, "CP932"},
	{"eucjp", WAY_MULTI, "EUC-JP-MS"},
	{"ujis", WAY_MULTI, "EUC-JP-MS"},
	{"gb2312", WAY_MULTI, "GB18030"},
	{"gb231280", WAY_MULTI, "GB18030"},
	{"euccn", WAY_MULTI, "GB18030"},
	{"cngb", WAY_MULTI, "GB18030"},
	{"gbk", WAY_MULTI, "GB18030"},
	{"cp936", WAY_MULTI, "GB18030"},
	{"windows936", WAY_MULTI, "GB18030"},
	{"ms936", WAY_MULTI, "GB18030"},
	{"gb18030", WAY_MULTI, "GB18030"},
	{"hzgb2312", WAY_HZ, "GB18030"},
	{"hz", WAY_HZ, "GB18030"},
	{"big5", WAY_MULTI, "BIG5-HKSCS"},
	{"cnbig5", WAY_MULTI, "BIG5-HKSCS"},
	{"cp950", WAY_MULTI, "BIG5-HKSCS"},
	{"euctw", WAY_MULTI, "EUC-TW"},
	{"euckr", WAY_MULTI, "CP949"},
	{"ksc5601", WAY_MULTI, "CP949"},
	{"ksc56011987", WAY_MULTI, "CP949"},
	{"korean", WAY_MULTI, "CP949"},
	{"cp949", WAY_MULTI, "CP949"},
	{"windows949", WAY_MULTI, "CP949"},
	{"uhc", WAY_MULTI, "CP949"},
	{"iso2022kr", WAY_KR, "CP949"},
	{"utf7", WAY_UTF7, "UTF-7"},
	{"unicode11utf7", WAY_UTF7, "UTF-7"},
	{"unicode20utf7", WAY_UTF7, "UTF-7"},
	{"utf16", WAY_WIDE, "UTF-16BE"},
	{"utf16be", WAY_WIDE, "UTF-16BE"},
	{"utf16le", WAY_WIDE, "UTF-16LE"},
	{"ucs2", WAY_WIDE, "UTF-16BE"},
	{"iso10646ucs2", WAY_WIDE, "UTF-16BE"},
	{"unicode", WAY_WIDE, "UTF-16LE"},
	{"utf32", WAY_WIDE, "UTF-32BE"},
	{"utf32be", WAY_WIDE, "UTF-32BE"},
	{"utf32le", WAY_WIDE, "UTF-32LE"},
};
/* clang-format on */

/* Small letters and digits, without "x-" and "cs" in front and ":1987". */
static sv plain(sv label, char out[PLAIN_MAX])
{
	size_t n = 0;

	while (label.n && !is_alnum(label.p[0]))
		label = sv_drop(label, 1);
	while (sv_istarts(label, SV("x-")) || sv_istarts(label, SV("cs")))
		label = sv_drop(label, 2);
	for (size_t i = 0; i < label.n && n < PLAIN_MAX; i++) {
		char c = label.p[i];

		if (is_alnum(c))
			out[n++] = to_lower(c);
		else if (c != '-' && c != '_' && c != ' ' && c != '.')
			break;
	}
	return sv_of(out, n);
}

const struct charset_name *charset_name(sv label)
{
	const struct charset_name *best = NULL;
	char space[PLAIN_MAX];
	sv s = plain(label, space);
	size_t most = 2;

	/*
	 * A longer label than the name is common ("utf-8Content-Type",
	 * "iso-2022-jp-3"), but not with one more digit.
	 */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sv name;

		if (!s.n || names[i].plain[0] != s.p[0])
			continue;
		name = sv_str(names[i].plain);
		if (name.n < most + (name.n != s.n) || !sv_starts(s, name))
			continue;
		if (name.n == s.n)
			return &names[i];
		if (!is_digit(s.p[name.n])) {
			best = &names[i];
			most = name.n;
		}
	}
	return best;
}
