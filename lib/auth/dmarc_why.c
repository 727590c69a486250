/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dmarc_why.h"

#include "base/ascii.h"

/* ---- sentence ---- */

static bool any_miss(const struct dmarc_view *v, enum dmarc_miss miss)
{
	for (size_t i = 0; i < v->nids; i++)
		if (v->ids[i].miss == miss)
			return true;
	return false;
}

static const char *sentence(const struct dmarc_view *v)
{
	if (!v->record)
		return "no-policy";
	if (v->spf && v->dkim)
		return "pass-both";
	if (v->spf)
		return "pass-spf";
	if (v->dkim)
		return "pass-dkim";
	if (!v->nids)
		return "nothing";
	if (v->result == DMARC_TEMPERROR)
		return "unknown";
	if (any_miss(v, DMARC_MISS_ORG) || any_miss(v, DMARC_MISS_STRICT))
		return "unaligned";
	return any_miss(v, DMARC_MISS_RESULT) ? "unauthenticated" : "neither";
}

/* ---- cures ---- */

static void cure(struct dmarc_view *v, const char *id, sv value)
{
	for (size_t i = 0; i < v->ncures; i++)
		if (!strcmp(v->cures[i].id, id) &&
		    sv_eq(v->cures[i].value, value))
			return;
	if (v->ncures < DMARC_CURES_MAX)
		v->cures[v->ncures++] = (struct dmarc_cure){id, value};
}

static sv name_text(struct arena *a, const struct dns_name *name)
{
	char room[DNS_NAME_TEXT];

	return arena_dup(a, dns_name_text(name, room));
}

/*
 * The view lacks alignment that PSL receivers see, because no record at the
 * registered domain ties both names together.
 */
static bool record_would_tie(const struct dmarc_outcome *out)
{
	const struct dmarc_view *old = &out->view[DMARC_7489];

	if (out->view[DMARC_9989].result != DMARC_FAIL || !old->org.n ||
	    old->result == DMARC_TEMPERROR)
		return false;
	for (size_t i = 0; i < out->view[DMARC_9989].nids; i++) {
		const struct dmarc_identity *id =
		    &out->view[DMARC_9989].ids[i];

		if (id->miss == DMARC_MISS_ORG && i < old->nids &&
		    dns_name_eq(&old->ids[i].org, &old->org) &&
		    dns_name_under(&id->name, &old->org))
			return true;
	}
	return false;
}

static void cures(struct arena *a, struct dmarc_outcome *out,
                  enum dmarc_dialect d)
{
	struct dmarc_view *v = &out->view[d];
	bool strict_spf = v->record && v->record->aspf_strict;
	bool strict_dkim = v->record && v->record->adkim_strict;
	sv author, org;

	if (v->result != DMARC_FAIL)
		return;
	author = name_text(a, &out->author);
	org = name_text(a, &v->org);
	for (size_t i = 0; i < v->nids; i++)
		if (v->ids[i].miss == DMARC_MISS_RESULT)
			cure(v, v->ids[i].dkim ? "dkim-fix" : "spf-fix",
			     v->ids[i].domain);
	if (d == DMARC_9989 && record_would_tie(out))
		cure(v, "record-at-org",
		     name_text(a, &out->view[DMARC_7489].org));
	cure(v, "dkim-domain", strict_dkim ? author : org);
	cure(v, "spf-return-path", strict_spf ? author : org);
	for (size_t i = 0; i < v->nids; i++)
		if (v->ids[i].miss == DMARC_MISS_STRICT)
			cure(v, v->ids[i].dkim ? "adkim-relax" : "aspf-relax",
			     v->ids[i].domain);
	for (size_t i = 0; i < v->nids; i++)
		if (v->ids[i].miss == DMARC_MISS_ORG)
			cure(v, "from-domain", v->ids[i].domain);
}

/* ---- difference ---- */

static bool same_id(const struct dmarc_identity *a,
                    const struct dmarc_identity *b)
{
	return !a == !b && (!a || dns_name_eq(&a->name, &b->name));
}

static unsigned differ(const struct dmarc_view *n, const struct dmarc_view *o)
{
	unsigned bits = 0;

	if (n->result != o->result)
		bits |= DMARC_DIFFER_RESULT;
	if (n->policy != o->policy)
		bits |= DMARC_DIFFER_POLICY;
	if (n->by != o->by)
		bits |= DMARC_DIFFER_BY;
	if (!same_id(n->spf, o->spf) || !same_id(n->dkim, o->dkim))
		bits |= DMARC_DIFFER_ALIGNED;
	if (!dns_name_eq(&n->org, &o->org))
		bits |= DMARC_DIFFER_ORG;
	if (n->place != o->place)
		bits |= DMARC_DIFFER_PLACE;
	if (n->record && n->test)
		bits |= DMARC_DIFFER_TEST;
	if (o->record && o->pct < 100)
		bits |= DMARC_DIFFER_PCT;
	return bits;
}

static void reason(struct dmarc_outcome *out, const char *id)
{
	if (out->nreasons < DMARC_REASONS_MAX)
		out->reasons[out->nreasons++] = id;
}

static bool has_psd(const struct dmarc_outcome *out)
{
	for (size_t i = 0; i < out->nplaces; i++)
		if (out->places[i].record &&
		    out->places[i].record->psd != DMARC_PSD_U)
			return true;
	return false;
}

static void reasons(const struct dmarc_request *req, struct dmarc_outcome *out)
{
	const struct dmarc_view *n = &out->view[DMARC_9989];
	const struct dmarc_view *o = &out->view[DMARC_7489];
	struct dns_name name;
	bool other_org = out->differ & DMARC_DIFFER_ORG;

	if (n->by == DMARC_BY_NP && n->policy != o->policy)
		reason(out, "np");
	if (o->why && !strcmp(o->why, "several-records") && n->record)
		reason(out, "several-records");
	if (n->where == DMARC_AT_PSD && n->place != o->place)
		reason(out, "psd-record");
	if (other_org && has_psd(out))
		reason(out, "psd");
	else if (other_org && n->record &&
	         !psl_list_org(req->psl, &n->org, &name))
		reason(out, "record-at-suffix");
	else if (n->where == DMARC_AT_ORG && n->place != o->place &&
	         dns_name_under(&n->org, &o->org))
		reason(out, "record-between");
	else if (other_org && (out->differ & DMARC_DIFFER_ALIGNED))
		reason(out, "walk");
	if (!out->nreasons && (out->differ & DMARC_DIFFER_RULES))
		reason(out, "walk");
	if (out->differ & DMARC_DIFFER_TEST)
		reason(out, "t");
	if (out->differ & DMARC_DIFFER_PCT)
		reason(out, "pct");
}

void dmarc_explain(struct arena *a, const struct dmarc_request *request,
                   struct dmarc_outcome *out)
{
	for (int d = 0; d < DMARC_DIALECTS; d++) {
		out->view[d].sentence = sentence(&out->view[d]);
		cures(a, out, (enum dmarc_dialect)d);
	}
	if (request->no_9989 || request->no_7489)
		return;
	out->differ =
	    differ(&out->view[DMARC_9989], &out->view[DMARC_7489]);
	reasons(request, out);
}
