/* SPDX-License-Identifier: BSD-2-Clause */
/* Where senders report failures of TLS to (RFC 8460 section 3). */
#include "auth/tlsrpt.h"
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

static enum step check_it(struct check_run *run)
{
	struct tlsrpt_record record;
	struct txt_found t;
	struct finding *f;

	if (txt_find(run, SV("_smtp._tls"), tlsrpt_is_record, &t) == STEP_WAIT)
		return STEP_WAIT;
	if (found_no_answer(run, t.answer))
		return STEP_DONE;
	if (!t.n) {
		(void)about(run, "tlsrpt.none", &t);
		return STEP_DONE;
	}
	if (t.n > 1) {
		f = about(run, "tlsrpt.several", &t);
		found_number(run, f, "number", (long long)t.n);
		found_answer(run, f, t.answer);
		txt_keep_one(run, f, &t, tlsrpt_is_record);
		return STEP_DONE;
	}
	if (tlsrpt_record_parse(run->a, t.text, &record) != MW_OK)
		return STEP_DONE;
	if (record.valid) {
		f = about(run, "tlsrpt.ok", &t);
		if (record.nrua)
			found_value(run, f, "uri", record.rua[0]);
		return STEP_DONE;
	}
	f = about(run, "tlsrpt.record", &t);
	txt_show(run, f, t.text, &record.faults, FAULT_WRONG);
	found_record(run, f, t.at, "TXT", arena_printf(
	    run->a, "v=TLSRPTv1; rua=mailto:postmaster@%.*s",
	    SV_FMT(run->target->domain)), t.text);
	return STEP_DONE;
}

const struct check check_tlsrpt = {
    "tlsrpt", "domain", "where failures of TLS are reported to (TLS-RPT)",
    check_it,
};
