/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/txt.h"

enum step txt_find(struct check_run *run, sv labels, bool (*is_it)(sv text),
                   struct txt_found *out)
{
	static const struct dns_answer none = {.state = DNS_NXDOMAIN,
	                                       .type = DNS_TXT};

	*out = (struct txt_found){.answer = &none};
	if (!dns_name_below(labels, &run->target->name, &out->name))
		return STEP_DONE;
	out->at = check_name(run, &out->name);
	out->answer = facts_dns(run->facts, &out->name, DNS_TXT);
	if (out->answer->state == DNS_PENDING)
		return STEP_WAIT;
	for (size_t i = 0; i < out->answer->n; i++) {
		sv text = dns_txt(run->a, &out->answer->rr[i]);

		if (is_it(text) && !out->n++)
			out->text = text;
	}
	return STEP_DONE;
}

void txt_show(struct check_run *run, struct finding *f, sv text,
              const struct faults *faults, enum fault_weight least)
{
	for (size_t i = 0; i < faults->n; i++)
		if (faults->list[i].weight >= least)
			found_fault(run, f, faults->list[i].id, text,
			            faults->list[i].at, faults->list[i].n);
}

void txt_keep_one(struct check_run *run, struct finding *f,
                  const struct txt_found *t, bool (*is_it)(sv text))
{
	size_t n = 0;

	for (size_t i = 0; i < t->answer->n; i++) {
		sv text = dns_txt(run->a, &t->answer->rr[i]);

		if (is_it(text) && n++)
			found_record(run, f, t->at, "TXT", SV(""), text);
	}
}
