/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_bounce.c - properties of reading any bytes as a bounce
 *
 * Attempts and each byte of their texts stand in the mail; recipients and
 * hosts hold nothing that could command a terminal or begin another line,
 * texts no NUL; a mail that is none gives no attempt.
 */
#include <stdlib.h>

#include "dsn/bounce.h"
#include "must.h"

static void check_name(sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		must(c >= 0x20 && c != 0x7f);
	}
}

static void check_text(const struct mtext *t, size_t size)
{
	must(t->n <= t->cap);
	touch(mtext_sv(t));
	for (size_t i = 0; i < t->n; i++)
		must(t->p[i] &&
		     (t->src[i] < size || t->src[i] == MTEXT_NOWHERE));
}

static void check(const struct attempt *at, size_t size)
{
	must(at->offset <= size && at->count > 0);
	must(at->form == FORM_NDR);
	check_name(at->recipient);
	check_name(at->final_recipient);
	check_name(at->sender);
	check_name(at->header_from);
	check_name(at->host);
	check_name(at->host_ip);
	check_name(at->own_host);
	check_name(at->queue_id);
	check_name(at->message_id);
	check_text(&at->text, size);
	touch(at->writer);
}

static void check_returned(const struct ev_returned *r)
{
	touch(r->from);
	touch(r->to);
	touch(r->sender);
	touch(r->message_id);
	touch(r->dkim);
	touch(r->client_helo);
	touch(r->client_host);
	touch(r->client_ip);
	touch(r->client_by);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	sv in = fuzz_input(data, size);
	struct attempts list = {0};
	struct bounce b;
	struct mail m;

	must(a != NULL);
	must(mail_parse(a, in, &m, NULL) == MW_OK);
	must(bounce_read(a, &frames_builtin, &m, &list, &b, NULL) == MW_OK);
	must(b.kind == BOUNCE_NONE ? !list.n : list.n > 0);
	must(b.returned.size <= size);
	touch(b.feedback);
	check_returned(&b.returned);
	for (size_t i = 0; i < list.n; i++)
		check(&list.v[i], size);
	arena_free(a);
	return 0;
}
