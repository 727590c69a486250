/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_dmarc.c - properties of reading any DMARC record
 *
 * Every view and every fault lies in the text; the quick look agrees with the
 * whole one; what can be used has a policy; what is proposed instead is sound
 * and proposes itself; the records of MTA-STS's kin are read with the same
 * bytes.
 */
#include "auth/bimi.h"
#include "auth/dmarc_record.h"
#include "auth/dmarc_repair.h"
#include "auth/mtasts.h"
#include "auth/tlsrpt.h"
#include "must.h"

static void check_faults(const struct faults *f, size_t n)
{
	must(f->n <= FAULTS_MAX);
	for (size_t i = 0; i < f->n; i++) {
		must(f->list[i].at <= n && f->list[i].n <= n - f->list[i].at);
		must(f->list[i].weight <= f->worst);
	}
}

static void check_inside(sv part, sv text)
{
	if (part.n)
		must(part.p >= text.p && part.p + part.n <= text.p + text.n);
	touch(part);
}

static void check_uris(const struct dmarc_uris *u, sv text)
{
	must(u->n <= DMARC_URIS_MAX);
	for (size_t i = 0; i < u->n; i++) {
		check_inside(u->list[i].uri, text);
		check_inside(u->list[i].address, text);
		check_inside(u->list[i].domain, text);
		must(u->list[i].at <= text.n);
	}
}

static void check_repair(struct arena *a, const struct dmarc_record *r)
{
	sv text = dmarc_repair(a, r, 1, SV("a@example.org")), again;
	struct dmarc_record now;

	if (!text.n || dmarc_record_parse(a, text, &now) != MW_OK)
		return;
	must(text.n <= DMARC_REPAIR_MAX + 64);
	must(now.usable && dmarc_record_strict(&now));
	must(now.faults.worst == FAULT_NOTE);
	must(now.rua.any);
	again = dmarc_repair(a, &now, 1, SV(""));
	must(!again.n || sv_eq(again, text));
}

static void check_record(struct arena *a, sv text)
{
	struct dmarc_record r;
	enum dmarc_psd psd;

	if (dmarc_record_parse(a, text, &r) != MW_OK)
		return;
	check_faults(&r.faults, text.n);
	must(r.ntags <= DMARC_TAGS_MAX);
	for (size_t i = 0; i < r.ntags; i++) {
		check_inside(r.tags[i].name, r.text);
		check_inside(r.tags[i].value, r.text);
	}
	check_uris(&r.rua, r.text);
	check_uris(&r.ruf, r.text);
	must(r.is_dmarc == dmarc_record_glance(text, &psd));
	if (r.is_dmarc)
		must(psd == r.psd || r.ntags == DMARC_TAGS_MAX);
	must(!r.usable || dmarc_policy_name(r.use_p));
	must(!dmarc_record_strict(&r) || r.usable);
	must(r.pct <= 100);
	check_repair(a, &r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv text = fuzz_input(data, size);
	struct arena *a = arena_new(8 << 20);
	struct mtasts_record sts;
	struct tlsrpt_record rpt;
	struct bimi_record bimi;

	if (!a)
		return 0;
	check_record(a, text);
	if (mtasts_record_parse(a, text, &sts) == MW_OK) {
		check_faults(&sts.faults, text.n);
		check_inside(sts.id, text);
		must(!sts.valid || (sts.is_sts && sts.id.n));
	}
	if (tlsrpt_record_parse(a, text, &rpt) == MW_OK) {
		check_faults(&rpt.faults, text.n);
		must(!rpt.valid || (rpt.is_tlsrpt && rpt.nrua));
	}
	if (bimi_record_parse(a, text, &bimi) == MW_OK)
		check_faults(&bimi.faults, text.n);
	arena_free(a);
	return 0;
}
