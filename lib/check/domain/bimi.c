/* SPDX-License-Identifier: BSD-2-Clause */
/* The record that names a logo; neither logo nor certificate is fetched. */
#include "auth/bimi.h"
#include "check/checks.h"
#include "check/txt.h"

static struct finding *about(struct check_run *run, const char *id,
                             const struct txt_found *t)
{
	struct finding *f = found(run, id, t->at);

	found_value(run, f, "domain", run->target->domain);
	found_value(run, f, "name", t->at);
	return f;
}

static bool is_bimi(sv text)
{
	return sv_istarts(text, SV("v=BIMI1"));
}

static bool is_dmarc(sv text)
{
	return sv_starts(text, SV("v=DMARC1"));
}

/* A logo is shown only for a domain that has forgeries refused. */
static void judge_policy(struct check_run *run, const struct txt_found *t,
                         const struct txt_found *dmarc,
                         const struct bimi_record *bimi)
{
	struct dmarc_record record;
	struct finding *f;

	if (dmarc->n == 1 &&
	    dmarc_record_parse(run->a, dmarc->text, &record) == MW_OK &&
	    !bimi_policy(&record)) {
		f = about(run, "bimi.policy", t);
		found_seen(run, f, "DMARC", dmarc->text);
		return;
	}
	f = about(run, "bimi.ok", t);
	found_value(run, f, "logo", bimi->logo);
}

static enum step check_it(struct check_run *run)
{
	struct txt_found t, dmarc;
	struct bimi_record record;
	struct finding *f;

	if (txt_find(run, SV("default._bimi"), is_bimi, &t) == STEP_WAIT)
		return STEP_WAIT;
	/* Hardly anybody has one, and nobody needs one: silence is right. */
	if (found_no_answer(run, t.answer) || !t.n)
		return STEP_DONE;
	if (txt_find(run, SV("_dmarc"), is_dmarc, &dmarc) == STEP_WAIT)
		return STEP_WAIT;
	if (t.n > 1) {
		f = about(run, "bimi.several", &t);
		found_number(run, f, "number", (long long)t.n);
		found_answer(run, f, t.answer);
		txt_keep_one(run, f, &t, is_bimi);
		return STEP_DONE;
	}
	if (bimi_record_parse(run->a, t.text, &record) != MW_OK)
		return STEP_DONE;
	if (!record.valid) {
		f = about(run, "bimi.record", &t);
		txt_show(run, f, t.text, &record.faults, FAULT_WRONG);
	} else if (record.declines) {
		(void)about(run, "bimi.declined", &t);
	} else {
		judge_policy(run, &t, &dmarc, &record);
	}
	return STEP_DONE;
}

const struct check check_bimi = {
    "bimi", "domain", "the record that names a logo (BIMI)", check_it,
};
