/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_msg.c - properties of reading Outlook's files
 *
 * Whatever the bytes: the text has its limit, the same bytes give the same,
 * streams give no more than the file has times CFB_AGAIN, and the text is a
 * mail of parts, closed where nothing was cut.  RTF is read on its own too.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "mail/cfb.h"
#include "mail/message.h"
#include "mail/msg.h"
#include "mail/rtf.h"
#include "must.h"

#define MEMORY ((size_t)128 << 20)

static void read_streams(struct arena *a, sv raw)
{
	struct cfb f;
	uint64_t sum = 0;

	if (cfb_open(a, raw, &f, NULL) != MW_OK)
		return;
	for (uint32_t i = 0; i < f.nentries; i++)
		sum += cfb_read(a, &f, i, SIZE_MAX).n;
	must(sum <= (uint64_t)raw.n * CFB_AGAIN);
	must(!arena_failed(a));
}

static void read_rtf(struct arena *a, sv raw)
{
	struct recode_tools tools = {0};
	sv rtf = rtf_unpack(a, raw), text = rtf_text(a, &tools, raw);

	must(rtf.n <= RTF_MAX && text.n <= raw.n * 3);
	must(utf8_valid(text));
	text = rtf_text(a, &tools, rtf);
	must(utf8_valid(text));
	recode_tools_fini(&tools);
}

static void read_made(struct arena *a, const struct msg *made)
{
	struct mail m;

	must(made->text.n <= MSG_TEXT_MAX);
	must(mail_parse(a, made->text, &m, NULL) == MW_OK);
	must(mail_get(&m, 0, "MIME-Version").n > 0);
	must(m.nparts > 0 && m.parts[0].kind == MAIL_MULTIPART);
	must(made->flaws & MSG_CUT ||
	     sv_ends(made->text, SV("--=_outlook-item-1--\n")));
	touch(made->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(MEMORY);
	sv raw = fuzz_input(data, size);
	struct msg made, again;
	enum mw_status st;

	must(a != NULL);
	read_rtf(a, raw);
	read_streams(a, raw);
	st = msg_read(a, raw, &made, NULL);
	must(st == MW_OK || st == MW_ESYNTAX);
	must(msg_read(a, raw, &again, NULL) == st);
	if (st == MW_OK) {
		must(sv_eq(made.text, again.text));
		read_made(a, &made);
	}
	arena_free(a);
	return 0;
}
