/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_spf_record.c - properties of reading any SPF record
 *
 * Terms and faults lie inside the text; the record is broken where a fault is
 * fatal; what is written anew has no fatal fault, and is left as it is another
 * time; what macros become is bounded, whatever the envelope holds.
 */
#include "auth/spf_macro.h"
#include "auth/spf_respell.h"
#include "must.h"

static void check_terms(const struct spf_record *r)
{
	size_t end = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct spf_term *t = &r->term[i];

		must(t->at >= end && t->text.p == r->text.p + t->at);
		must(t->at + t->text.n <= r->text.n && t->text.n);
		must(sv_chr(t->text, ' ') == SV_NPOS);
		must(t->bits4 <= 32 && t->bits6 <= 128);
		must(!t->broken || r->broken);
		must(t->kind != SPF_BROKEN || t->broken);
		must(!t->target || !t->macros);
		end = t->at + t->text.n;
		touch(t->domain);
	}
	must(r->all == SIZE_MAX || r->term[r->all].kind == SPF_ALL);
	must(r->redirect == SIZE_MAX ||
	     r->term[r->redirect].kind == SPF_REDIRECT);
	must(r->exp == SIZE_MAX || r->term[r->exp].kind == SPF_EXP);
}

static void check_faults(const struct spf_record *r)
{
	bool fatal = false;

	must(r->nfaults <= SPF_FAULTS_MAX && r->nfaults <= r->faults_all);
	for (size_t i = 0; i < r->nfaults; i++) {
		const struct spf_fault *f = &r->fault[i];

		must((size_t)f->at + f->n <= r->text.n);
		must(f->term == UINT32_MAX || f->term < r->n);
		fatal |= spf_fault_fatal(f->id);
	}
	must(fatal == r->broken || !spf_is_record(r->text));
}

static void check_macros(const struct spf_record *r, sv hostile)
{
	struct spf_values v = {.sender = hostile, .local = hostile,
	    .sender_domain = hostile, .domain = hostile, .helo = hostile};
	struct spf_expanded out;

	for (size_t i = 0; i < r->n; i++) {
		if (!r->term[i].macros || r->term[i].broken)
			continue;
		spf_macro_expand(r->term[i].domain, SPF_IN_DOMAIN, &v, &out);
		must(out.n <= sizeof(out.p));
		must(out.n <= SPF_NAME_MAX ||
		     sv_chr(sv_of(out.p, out.n), '.') == SV_NPOS);
		spf_macro_expand(r->term[i].domain, SPF_IN_EXPLANATION, &v,
		                 &out);
		must(out.n <= sizeof(out.p));
	}
}

static void check_respelt(struct arena *a, const struct spf_record *r)
{
	struct spf_changes c = {.a = a};
	sv text = spf_respell(a, r, &c);
	struct spf_record *again;
	size_t before;

	if (!text.n)
		return;
	again = spf_record_parse(a, text, NULL, 0);
	must(again && !again->broken);
	must(c.n || sv_eq(text, r->text));
	before = c.n;
	must(sv_eq(spf_respell(a, again, &c), text) && c.n == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv in = fuzz_input(data, size);
	struct arena *a = arena_new((size_t)64 << 20);
	size_t joins[2] = {size / 3, size / 2};
	enum spf_fault_id why;
	struct spf_record *r;

	must(a != NULL);
	for (size_t njoins = 0; njoins <= 2; njoins += 2) {
		r = spf_record_parse(a, in, joins, njoins);
		must(r != NULL);
		must(r->text.n <= SPF_RECORD_MAX);
		check_terms(r);
		check_faults(r);
	}
	if (size < 4096 && spf_is_record(in)) {
		check_macros(r, in);
		check_respelt(a, r);
	}
	if (spf_is_nearly(in, &why))
		must(why >= SPF_FAULT_LEADING_BLANK || why == SPF_FAULT_QUOTES);
	must(!arena_failed(a));
	arena_free(a);
	return 0;
}
