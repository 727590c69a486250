/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_authres.c - properties of reading any Authentication-Results
 *
 * What is written of it has no line but folded ones and no other control
 * characters, and is read again as the same results.
 */
#include "auth/authres.h"
#include "must.h"

/* CR LF TAB only, and always together. */
static void check_lines(sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= ' ' && c != 0x7F)
			continue;
		must(sv_starts(sv_drop(text, i), SV("\r\n\t")));
		i += 2;
	}
}

static bool clean(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
			return false;
	return true;
}

static void check_same(const struct authres *r, const struct authres *again)
{
	must(r->n == again->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct authres_result *x = &r->results[i];
		const struct authres_result *y = &again->results[i];

		must(sv_eq(x->method, y->method));
		must(!x->result.n || sv_eq(x->result, y->result));
		must(x->version == y->version);
		must(!clean(x->reason) || sv_eq(x->reason, y->reason));
		must(x->nprops == y->nprops);
		for (size_t k = 0; k < x->nprops; k++) {
			const struct authres_prop *p = &x->props[k];

			must(sv_eq(p->type, y->props[k].type));
			must(!clean(p->value) ||
			     sv_eq(p->value, y->props[k].value));
		}
	}
}

static void check_results(struct arena *a, sv text, struct buf *b)
{
	struct authres r, again;

	if (authres_parse(a, text, &r) != MW_OK)
		return;
	touch(r.id);
	must(r.n <= AUTHRES_RESULTS_MAX);
	authres_write(b, &r);
	check_lines(buf_sv(b));
	if (buf_failed(b) || b->n > AUTHRES_TEXT_MAX ||
	    authres_parse(a, buf_sv(b), &again) != MW_OK)
		return;
	must(!(again.defects & (AUTHRES_OPEN | AUTHRES_EMPTY)));
	check_same(&r, &again);
}

static void check_received(struct arena *a, sv text, struct buf *b)
{
	struct received_spf r, again;

	if (received_spf_parse(a, text, &r) != MW_OK)
		return;
	buf_reset(b);
	received_spf_write(b, &r);
	check_lines(buf_sv(b));
	if (buf_failed(b) || b->n > AUTHRES_TEXT_MAX ||
	    received_spf_parse(a, buf_sv(b), &again) != MW_OK)
		return;
	must(again.n == r.n);
	for (size_t i = 0; i < r.n; i++)
		must(sv_eq(r.pairs[i].key, again.pairs[i].key));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv text = fuzz_input(data, size);
	struct arena *a = arena_new(8 << 20);
	struct buf b;

	if (!a)
		return 0;
	buf_init(&b, 1 << 20);
	check_results(a, text, &b);
	check_received(a, text, &b);
	buf_fini(&b);
	arena_free(a);
	return 0;
}
