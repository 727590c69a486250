/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_message.c - properties of reading any bytes as a mail
 *
 * All that is told is a view of the mail.  Parts stand behind the part they
 * are in and end with it, and so do their bytes; each header has its own run
 * of fields; defects lie in the mail; limits hold.
 */
#include <stdlib.h>

#include "mail/message.h"
#include "must.h"

static void inside(sv part, sv whole)
{
	must(!part.n || (part.p >= whole.p &&
	                 part.p + part.n <= whole.p + whole.n));
	touch(part);
}

static void check_place(const struct mail *m, uint32_t i)
{
	const struct mail_part *p = &m->parts[i], *around;

	must(p->end > i && p->end <= m->nparts);
	must(p->depth <= MAIL_MAX_DEPTH);
	inside(p->raw, m->raw);
	inside(p->body, p->raw);
	if (!i) {
		must(p->parent == MAIL_NONE && p->depth == 0);
		return;
	}
	must(p->parent < i);
	around = &m->parts[p->parent];
	must(around->kind != MAIL_TEXT && around->kind != MAIL_OTHER);
	must(p->depth == around->depth + 1 && p->end <= around->end);
	inside(p->raw, around->raw);
	/* What stands before it has ended, or is around it. */
	must(m->parts[i - 1].end <= i || p->parent == i - 1);
}

static void check_fields(const struct mail *m, uint32_t i)
{
	const struct mail_part *p = &m->parts[i];
	sv value = SV("");

	must(p->field + p->nfields <= m->nfields);
	must(!i || m->parts[i - 1].field + m->parts[i - 1].nfields <=
	               p->field);
	for (uint32_t k = p->field; k < p->field + p->nfields; k++) {
		must(m->fields[k].name.n > 0);
		inside(m->fields[k].name, m->raw);
		inside(m->fields[k].value, m->raw);
	}
	inside(p->type, m->raw);
	inside(p->subtype, m->raw);
	inside(p->charset, m->raw);
	inside(p->encoding, m->raw);
	if (mail_nth(m, i, "Content-Type", 0, &value))
		must(mail_get(m, i, "content-type").p == value.p);
	inside(mail_param(value, "boundary"), m->raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	sv in = fuzz_input(data, size);
	struct mail m;

	must(a != NULL);
	must(mail_parse(a, in, &m, NULL) == MW_OK);
	must(m.raw.p == in.p && m.raw.n == in.n);
	must(m.nparts > 0 && m.nparts <= MAIL_MAX_PARTS);
	must(m.nfields <= MAIL_MAX_FIELDS);
	inside(m.envelope, in);
	for (uint32_t i = 0; i < m.nparts; i++) {
		check_place(&m, i);
		check_fields(&m, i);
	}
	for (uint32_t i = 0; i < m.ndefects && i < MAIL_MAX_DEFECTS; i++)
		must(m.defects[i].offset <= in.n);
	(void)mail_begins(in);
	arena_free(a);
	return 0;
}
