/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf8.h"

static bool is_cont(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

uint32_t utf8_decode(sv s, size_t *len)
{
	unsigned char b = (unsigned char)s.p[0];
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = b < 0x80 ? 1 : b < 0xC2 ? 0 : b < 0xE0 ? 2 : b < 0xF0 ? 3
	                                                : b < 0xF5       ? 4
	                                                                 : 0;
	uint32_t c = n < 2 ? b : b & (0xFFu >> (n + 1));

	*len = 1;
	if (!n || n > s.n)
		return UTF8_REPLACEMENT;
	for (size_t i = 1; i < n; i++) {
		if (!is_cont(s.p[i]))
			return UTF8_REPLACEMENT;
		c = c << 6 | ((unsigned char)s.p[i] & 0x3Fu);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return UTF8_REPLACEMENT;
	*len = n;
	return c;
}

size_t utf8_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

/* Blocks in which upper and lower letters alternate, upper first. */
static bool alternates(uint32_t c)
{
	return (c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) ||
	       (c >= 0x14A && c <= 0x177) || (c >= 0x1DE && c <= 0x1EF) ||
	       (c >= 0x1F8 && c <= 0x21F) || (c >= 0x222 && c <= 0x233) ||
	       (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) ||
	       (c >= 0x4D0 && c <= 0x52F) || (c >= 0x1E00 && c <= 0x1E95) ||
	       (c >= 0x1EA0 && c <= 0x1EFF);
}

uint32_t utf8_fold(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
	if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
	    (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) ||
	    (c >= 0x410 && c <= 0x42F) || (c >= 0xFF21 && c <= 0xFF3A))
		return c + 32;
	if (c >= 0x400 && c <= 0x40F)
		return c + 80;
	if (c == 0x386) /* accented Greek capitals */
		return 0x3AC;
	if (c >= 0x388 && c <= 0x38A)
		return c + 37;
	if (c == 0x38C)
		return 0x3CC;
	if (c == 0x38E || c == 0x38F)
		return c + 63;
	if (c >= 0x531 && c <= 0x556)
		return c + 48;
	if (alternates(c))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
		return c & 1 ? c + 1 : c; /* odd ones are upper here */
	if (c == 0x178)
		return 0xFF;
	if (c == 0x3C2) /* final sigma */
		return 0x3C3;
	return c;
}

bool utf8_valid(sv s)
{
	while (s.n) {
		size_t len;

		if (utf8_decode(s, &len) == UTF8_REPLACEMENT && len == 1)
			return false;
		s = sv_drop(s, len);
	}
	return true;
}

unsigned utf8_width(uint32_t c)
{
	if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) ||
	    (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F))
		return 0;
	if ((c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
	    (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
	    (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
	    (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
	    (c >= 0x20000 && c <= 0x3FFFD))
		return 2;
	return 1;
}
