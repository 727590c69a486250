/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dmarc_place.h"

/* What is asked for where _dmarc does not fit in front: absent. */
static const struct dns_answer nowhere = {.type = DNS_TXT,
                                          .state = DNS_NXDOMAIN};

const struct dns_answer *dmarc_ask(struct facts *f,
                                   const struct dns_name *name)
{
	struct dns_name at;

	if (!dns_name_below(SV("_dmarc"), name, &at))
		return &nowhere;
	return facts_dns(f, &at, DNS_TXT);
}

/* The start of a record, its strings joined; a view where it is one string. */
static sv joined(const struct dns_rr *rr, char room[DMARC_TEXT_MAX])
{
	size_t at = 0, n = 0;
	sv string;

	if (dns_txt_next(rr, &at, &string) && at == rr->rdata.n)
		return string;
	for (at = 0; n < DMARC_TEXT_MAX && dns_txt_next(rr, &at, &string);) {
		string = sv_head(string, DMARC_TEXT_MAX - n);
		if (string.n)
			memcpy(room + n, string.p, string.n);
		n += string.n;
	}
	return sv_of(room, n);
}

enum step dmarc_look(struct facts *f, const struct dns_name *name,
                     struct dmarc_walk_step *out)
{
	const struct dns_answer *answer = dmarc_ask(f, name);
	char room[DMARC_TEXT_MAX];

	if (answer->state == DNS_PENDING)
		return STEP_WAIT;
	*out = (struct dmarc_walk_step){.name = *name, .answer = answer};
	for (size_t i = 0; i < answer->n; i++) {
		enum dmarc_psd psd;

		if (!dmarc_record_glance(joined(&answer->rr[i], room), &psd))
			continue;
		out->nvalid++;
		out->psd = out->nvalid == 1 ? psd : DMARC_PSD_U;
	}
	return STEP_DONE;
}

/* From eight labels on, seven are left (RFC 9989 4.10 step 4). */
static bool next_up(struct dns_name *name, size_t steps)
{
	if (!dns_name_up(name))
		return false;
	while (!steps && dns_name_labels(name) > 7)
		if (!dns_name_up(name))
			return false;
	return dns_name_labels(name) > 0;
}

/* The ancestor of name, or name itself, with so many labels. */
static void cut_to(struct dns_name *name, unsigned labels)
{
	while (dns_name_labels(name) > labels)
		if (!dns_name_up(name))
			return;
}

static void choose(const struct dns_name *start, struct dmarc_walk *w)
{
	const struct dmarc_walk_step *last = NULL;

	w->org = *start;
	for (size_t i = 0; i < w->n; i++) {
		if (w->step[i].nvalid == 1)
			last = &w->step[i];
		else
			continue;
		if (last->psd == DMARC_PSD_N)
			break;
		if (last->psd == DMARC_PSD_Y && i) {
			w->psd = last;
			cut_to(&w->org, dns_name_labels(&last->name) + 1);
			last = NULL;
			break;
		}
	}
	if (last)
		w->org = last->name;
	for (size_t i = 0; i < w->n; i++)
		if (w->step[i].nvalid == 1 &&
		    dns_name_eq(&w->step[i].name, &w->org))
			w->at_org = &w->step[i];
}

enum step dmarc_walk(struct facts *f, const struct dns_name *start,
                     struct dmarc_walk *out)
{
	struct dns_name name = *start;

	*out = (struct dmarc_walk){0};
	do {
		struct dmarc_walk_step *s = &out->step[out->n];

		if (dmarc_look(f, &name, s) == STEP_WAIT)
			return STEP_WAIT;
		out->n++;
		if (s->answer->state == DNS_TEMPFAIL ||
		    s->answer->state == DNS_BOGUS)
			out->failed = true;
		if (s->nvalid == 1 && s->psd != DMARC_PSD_U)
			break;
	} while (out->n < DMARC_WALK_MAX && next_up(&name, out->n - 1));
	choose(start, out);
	return STEP_DONE;
}

void dmarc_walk_ahead(struct facts *f, const struct dns_name *start)
{
	struct dns_name name = *start;
	size_t n = 0;

	do
		(void)dmarc_ask(f, &name);
	while (++n < DMARC_WALK_MAX && next_up(&name, n - 1));
}

static enum mw_status keep(struct arena *a, struct dmarc_place *p, size_t *cap,
                           const struct dns_rr *rr)
{
	struct dmarc_record *list =
	    arena_more(a, p->records, p->nrecords, cap, sizeof(*list),
	               DMARC_RECORDS_MAX);

	if (!list)
		return arena_failed(a) ? MW_ENOMEM : MW_OK;
	p->records = list;
	return dmarc_record_parse(a, dns_txt(a, rr), &list[p->nrecords++]);
}

/* Valid ones first, so that the limit never hides the only one. */
static enum mw_status keep_some(struct arena *a, struct dmarc_place *p,
                                size_t *cap, bool valid)
{
	char room[DMARC_TEXT_MAX];

	for (size_t i = 0; i < p->answer->n; i++) {
		const struct dns_rr *rr = &p->answer->rr[i];
		sv text = joined(rr, room);
		enum dmarc_psd psd;

		if (dmarc_record_glance(text, &psd) != valid)
			continue;
		if (!valid && !dmarc_record_meant(text))
			p->unrelated++;
		else if (keep(a, p, cap, rr) != MW_OK)
			return MW_ENOMEM;
	}
	return MW_OK;
}

enum mw_status dmarc_place_read(struct arena *a,
                                const struct dmarc_walk_step *step,
                                struct dmarc_place *out)
{
	size_t cap = 0;

	*out = (struct dmarc_place){.name = step->name,
	                            .answer = step->answer,
	                            .nvalid = step->nvalid};
	if (keep_some(a, out, &cap, true) != MW_OK ||
	    keep_some(a, out, &cap, false) != MW_OK)
		return MW_ENOMEM;
	if (out->nvalid == 1 && out->nrecords)
		out->record = &out->records[0];
	return MW_OK;
}
