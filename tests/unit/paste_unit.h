/* SPDX-License-Identifier: BSD-2-Clause */
/* paste_unit.h - reads a paste and looks at what was found */
#ifndef TESTS_PASTE_UNIT_H
#define TESTS_PASTE_UNIT_H

#include "paste/paste.h"
#include "unit.h"

struct paste_found {
	struct arena *a;
	struct attempts out;
	struct paste_seen seen;
};

static inline void paste_unit_read(struct paste_found *f, sv in)
{
	*f = (struct paste_found){.a = arena_new((size_t)64 << 20)};
	assert_int_equal(
	    paste_read(f->a, in, NULL, &f->out, &f->seen, NULL), MW_OK);
}

/* Codes as a caller sees them: told apart, else those of the text. */
static inline struct reply paste_unit_reply(struct paste_found *f, size_t i)
{
	struct attempt *at = &f->out.v[i];
	struct reply r;

	reply_parse(f->a, &at->text, &r);
	if (at->code)
		r.code = at->code;
	if (estatus_is_set(at->status))
		r.status = at->status;
	return r;
}

/* Each byte of each text must be the byte that its origin names. */
static inline void paste_unit_origins(const struct paste_found *f, sv in)
{
	for (size_t i = 0; i < f->out.n; i++) {
		const struct mtext *t = &f->out.v[i].text;

		for (size_t k = 0; k < t->n; k++) {
			if (t->src[k] == MTEXT_NOWHERE)
				continue;
			assert_true(t->src[k] < in.n);
			if (t->p[k] > ' ')
				assert_int_equal(in.p[t->src[k]], t->p[k]);
		}
	}
}

#endif
