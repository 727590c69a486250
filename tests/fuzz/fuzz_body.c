/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_body.c - properties of reading the text of any part
 *
 * The first byte chooses encoding and charset.  The text is UTF-8; what is
 * not decoded is a view; origins lie in the part; those of an encoding are
 * the ones that decoding itself went by.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "mail/body.h"
#include "must.h"

/* Looking up each byte costs a step; long inputs are looked up in part. */
#define LOOKED_UP 2048

/* Decoding each beginning anew: only of short ones. */
#define PREFIXES 400

static const char *const encodings[] = {"7bit", "base64", "quoted-printable",
					"x-uuencode"};
static const char *const charsets[] = {
	"",	     "utf-8",	    "iso-8859-1", "iso-2022-jp",
	"shift_jis", "gb2312",	    "koi8-r",	  "utf-7",
	"hz",	     "iso-2022-kr", "utf-16",	  "windows-1255",
	"euc-jp",    "big5",	    "x-none",	  "us-ascii",
};

static void same_origins(enum transfer kind, sv raw)
{
	struct sink whole = {0}, part = {0};

	must(sink_begin(&whole, raw.n, raw.n));
	(void)transfer_decode(kind, raw, &whole);
	must(whole.n <= raw.n);
	for (size_t i = 0; i < whole.n && i < PREFIXES; i++) {
		must(sink_begin(&part, i + 1, raw.n));
		(void)transfer_decode(kind, raw, &part);
		must(part.n == i + 1 && part.p[i] == whole.p[i]);
		must(part.last ==
		     transfer_origin(kind, raw, whole.v, whole.nv, i));
	}
	sink_fini(&whole);
	sink_fini(&part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	unsigned how = size ? data[0] : 0;
	sv raw = sv_drop(fuzz_input(data, size), 1);
	struct body_text t;

	must(a != NULL);
	must(body_text(a, raw, sv_str(encodings[how % 4]),
		       sv_str(charsets[how / 4 % 16]), how & 0x40,
		       &t) == MW_OK);
	must(t.charset && utf8_valid(t.text));
	if (t.decoded_n || t.made_n)
		must(t.text.n <= BODY_MAX);
	else
		must(t.text.p == raw.p && t.text.n == raw.n);
	for (size_t i = 0; i < t.text.n && i < LOOKED_UP; i++)
		must(body_origin(&t, i) < raw.n);
	if (how % 4 && size < PREFIXES * 4)
		same_origins(t.transfer, raw);
	arena_free(a);
	return 0;
}
