/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_reply.c - properties of reply_parse on any bytes
 *
 * The text is no longer than the input and each byte of it comes from there;
 * what comes out, written as a reply again, is the same reply.
 */
#include <string.h>

#include "must.h"
#include "smtp/reply.h"

static struct mtext mapped(struct arena *a, sv s)
{
	struct mtext t;

	mtext_init(&t, a, s.n ? s.n : 1);
	mtext_add(&t, s, 0);
	return t;
}

/* "550 5.1.1 text", as a server would send it. */
static sv written(struct arena *a, const struct reply *r)
{
	char status[ESTATUS_TEXT];

	if (!r->code)
		return mtext_sv(&r->text);
	if (!estatus_is_set(r->status))
		return arena_printf(a, "%u %.*s", r->code,
		                    SV_FMT(mtext_sv(&r->text)));
	return arena_printf(a, "%u %s %.*s", r->code,
	                    estatus_format(r->status, status),
	                    SV_FMT(mtext_sv(&r->text)));
}

static void check(const struct reply *r, size_t size)
{
	must(r->code == 0 || (r->code >= 200 && r->code < 600));
	must(r->text.n <= size && r->text.n <= MTEXT_MAX);
	for (size_t i = 0; i < r->text.n; i++)
		must(r->text.src[i] == MTEXT_NOWHERE || r->text.src[i] < size);
	touch(mtext_sv(&r->text));
}

/* Once taken apart, another time finds nothing more to take off. */
static void check_stable(struct arena *a, const struct reply *r)
{
	sv text = written(a, r);
	struct mtext t = mapped(a, text);
	struct reply again;

	/* What ends the text early for printf, or is cut, is not the same. */
	if (memchr(r->text.p, '\0', r->text.n) || r->text.cut ||
	    text.n > MTEXT_MAX)
		return;
	reply_parse(a, &t, &again);
	check(&again, text.n);
	must(again.text.n <= r->text.n || !r->code);
	if (r->code)
		must(again.code == r->code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)1 << 20);
	struct reply r;
	struct mtext t;

	must(a != NULL);
	if (size > MTEXT_MAX)
		size = MTEXT_MAX;
	t = mapped(a, fuzz_input(data, size));
	reply_parse(a, &t, &r);
	check(&r, size);
	if (r.text.n)
		check_stable(a, &r);
	must(!arena_failed(a));
	arena_free(a);
	return 0;
}
