/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_mbox.c - a mailbox in one piece and in small ones
 *
 * Messages lie end to end, none is lost, and where blocks end changes nothing.
 */
#include "mail/mbox.h"
#include "must.h"

#define MAX 2048

static void check(const struct mbox_message *msg, sv window, size_t used,
                  uint64_t at)
{
	must(used > 0 && used <= window.n);
	must(msg->offset == at);
	must(msg->raw.p >= window.p);
	must(msg->raw.p + msg->raw.n <= window.p + used);
	must(msg->from.n <= MBOX_FROM_MAX);
	must(msg->cut == 0);
	touch(msg->raw);
	touch(msg->from);
	touch(msg->sender);
	touch(msg->date);
}

/* The next message, fed step bytes at a time, from byte *at on. */
static bool next(struct mbox *m, sv all, size_t step, size_t *at,
                 struct mbox_message *msg)
{
	size_t to = *at, used;

	for (;;) {
		sv w = sv_slice(all, *at, to);

		switch (mbox_next(m, w, to == all.n, msg, &used)) {
		case MBOX_MESSAGE:
			check(msg, w, used, *at);
			*at += used;
			return true;
		case MBOX_END:
			must(*at == all.n);
			return false;
		case MBOX_MORE:
			break;
		}
		must(to < all.n);
		must(mbox_done(m) <= w.n);
		to = all.n - to > step ? to + step : all.n;
	}
}

static bool same(const struct mbox_message *a, const struct mbox_message *b)
{
	return a->raw.p == b->raw.p && a->raw.n == b->raw.n &&
	       a->from.n == b->from.n && a->line == b->line &&
	       a->kind == b->kind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv all = fuzz_input(data, size);
	size_t step = 1 + size % 7, one = 0, two = 0;
	struct mbox a, b;
	struct mbox_message x, y;

	mbox_init(&a, MAX);
	mbox_init(&b, MAX);
	while (next(&a, all, size, &one, &x)) {
		must(next(&b, all, step, &two, &y));
		must(same(&x, &y));
	}
	must(!next(&b, all, step, &two, &y));
	return 0;
}
