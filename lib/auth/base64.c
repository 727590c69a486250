/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/crypto.h"

/* Values of the alphabet; 64 '=', 65 white space, 66 anything else. */
enum { PAD = 64, WHITE = 65, OTHER = 66 };

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* clang-format off */
static const uint8_t values[256] = {
	66,66,66,66,66,66,66,66,66,65,65,66,66,65,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
	65,66,66,66,66,66,66,66,66,66,66,62,66,66,66,63,
	52,53,54,55,56,57,58,59,60,61,66,66,66,64,66,66,
	66, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,10,11,12,13,14,
	15,16,17,18,19,20,21,22,23,24,25,66,66,66,66,66,
	66,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,
	41,42,43,44,45,46,47,48,49,50,51,66,66,66,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
	66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,66,
};
/* clang-format on */

/* From the first '=' on: so many of them as the quantum lacks, no more. */
static enum base64_flaw read_padding(sv text, size_t i, unsigned have,
                                     size_t *at)
{
	unsigned pads = 0;

	*at = i;
	for (; i < text.n; i++) {
		uint8_t v = values[(uint8_t)text.p[i]];

		if (v == PAD && have >= 2 && have + pads < 4) {
			pads++;
		} else if (v != WHITE) {
			*at = i;
			return v == OTHER ? BASE64_BAD_SIGN : BASE64_AFTER;
		}
	}
	*at = text.n;
	return have >= 2 && have + pads == 4 ? BASE64_FINE : BASE64_CUT;
}

enum base64_flaw base64_decode(struct arena *a, sv text, sv *out, size_t *at)
{
	uint8_t *p = arena_alloc(a, text.n / 4 * 3 + 3, 1);
	uint32_t word = 0;
	unsigned have = 0;
	size_t n = 0, i = 0;
	enum base64_flaw flaw = BASE64_FINE;

	*out = SV("");
	*at = 0;
	if (!p)
		return BASE64_CUT;
	for (; i < text.n; i++) {
		uint8_t v = values[(uint8_t)text.p[i]];

		if (v < PAD) {
			word = word << 6 | v;
			if (++have < 4)
				continue;
			p[n++] = (uint8_t)(word >> 16);
			p[n++] = (uint8_t)(word >> 8);
			p[n++] = (uint8_t)word;
			have = 0;
		} else if (v != WHITE) {
			break;
		}
	}
	*at = i;
	if (i < text.n && values[(uint8_t)text.p[i]] == OTHER)
		flaw = BASE64_BAD_SIGN;
	else if (i < text.n)
		flaw = read_padding(text, i, have, at);
	else if (have)
		flaw = BASE64_CUT;
	if (have >= 2)
		p[n++] = (uint8_t)(word >> (have == 3 ? 10 : 4));
	if (have == 3)
		p[n++] = (uint8_t)(word >> 2);
	*out = sv_of((const char *)p, n);
	return flaw;
}

sv base64_encode(struct arena *a, sv bytes)
{
	char *p = arena_alloc(a, (bytes.n + 2) / 3 * 4 + 1, 1);
	size_t n = 0;

	if (!p)
		return SV("");
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t w = (uint32_t)(uint8_t)bytes.p[i] << 16;

		if (left > 1)
			w |= (uint32_t)(uint8_t)bytes.p[i + 1] << 8;
		if (left > 2)
			w |= (uint8_t)bytes.p[i + 2];
		p[n++] = alphabet[w >> 18];
		p[n++] = alphabet[w >> 12 & 63];
		p[n++] = left > 1 ? alphabet[w >> 6 & 63] : '=';
		p[n++] = left > 2 ? alphabet[w & 63] : '=';
	}
	return sv_of(p, n);
}
