/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dmarc_repair.h"

#include "base/ascii.h"
#include "base/buf.h"

/* Missing semicolons that are put in; there are 13 tags to be glued on. */
#define GLUED_MAX 13

struct writer {
	struct buf b;
	const struct dmarc_record *records; /* cleaned */
	size_t n;
	const struct dmarc_record *best; /* whose policy counts */
	bool relaxed;
};

/* ---- reading again, without what spoils it ---- */

/* Quotation marks, backslashes and bytes that belong in no record. */
static sv without_signs(struct arena *a, sv text)
{
	char *p = arena_alloc(a, text.n ? text.n : 1, 1);
	size_t n = 0;

	if (!p)
		return SV("");
	for (size_t i = 0; i < text.n; i++) {
		char c = is_space(text.p[i]) ? ' ' : text.p[i];

		if (c >= ' ' && c < 0x7F && c != '"' && c != '\\')
			p[n++] = c;
	}
	return sv_of(p, n);
}

static bool clean(struct arena *a, sv text, struct dmarc_record *out)
{
	text = without_signs(a, text);
	for (int i = 0; i <= GLUED_MAX; i++) {
		const struct fault *f;

		if (dmarc_record_parse(a, text, out) != MW_OK)
			return false;
		f = fault_find(&out->faults, "dmarc.semicolon-missing");
		if (!f)
			break;
		text = arena_printf(a, "%.*s; %.*s", SV_FMT(sv_head(text, f->at)),
		                    SV_FMT(sv_drop(text, f->at)));
	}
	return true;
}

/* ---- writing ---- */

/* Of usable ones, as today's receivers would; else the first. */
static const struct dmarc_record *best(const struct writer *w)
{
	const struct dmarc_record *r = NULL;

	for (size_t i = 0; i < w->n; i++)
		if (w->records[i].usable &&
		    (!r || w->records[i].use_p < r->use_p))
			r = &w->records[i];
	return r || !w->n ? r : &w->records[0];
}

static bool has_uri(const struct buf *b, size_t from, sv uri)
{
	sv rest = sv_drop(buf_sv(b), from);

	while (rest.n)
		if (sv_ieq(sv_cut(&rest, ','), uri))
			return true;
	return false;
}

/* Needs neither escapes nor quotation marks. */
static bool is_plain(sv address)
{
	size_t at = sv_rchr(address, '@');

	if (at == SV_NPOS || !at || at + 1 == address.n)
		return false;
	for (size_t i = 0; i < address.n; i++)
		if (!is_alnum(address.p[i]) && i != at &&
		    (!address.p[i] || !strchr("._-+=", address.p[i])))
			return false;
	return true;
}

/* Usable, or an address that only lacks its mailto:. */
static sv uri_text(struct arena *a, const struct dmarc_uri *u)
{
	if (u->usable)
		return sv_istarts(u->uri, SV("mailto:")) && !u->domain.n
		           ? SV("")
		           : u->uri;
	return is_plain(u->uri)
	           ? arena_printf(a, "mailto:%.*s", SV_FMT(u->uri))
	           : SV("");
}

static void put_uri(struct writer *w, const char *tag, size_t *from, sv uri)
{
	if (!uri.n || w->b.n + uri.n + sizeof("; rua=") > DMARC_REPAIR_MAX ||
	    (*from && has_uri(&w->b, *from, uri)))
		return;
	if (!*from) {
		buf_addf(&w->b, "; %s=", tag);
		*from = w->b.n;
	} else {
		buf_addc(&w->b, ',');
	}
	buf_add(&w->b, uri);
}

static void put_uris(struct writer *w, struct arena *a, bool failure, sv own)
{
	size_t from = 0;

	for (size_t i = 0; i < w->n; i++) {
		const struct dmarc_uris *u = failure ? &w->records[i].ruf
		                                     : &w->records[i].rua;

		for (size_t k = 0; k < u->n; k++)
			put_uri(w, failure ? "ruf" : "rua", &from,
			        uri_text(a, &u->list[k]));
	}
	if (!from && !failure && is_plain(own))
		put_uri(w, "rua", &from,
		        arena_printf(a, "mailto:%.*s", SV_FMT(own)));
}

static void put_fo(struct writer *w, unsigned fo)
{
	static const char signs[] = "01ds";
	bool any = false;

	if (fo == DMARC_FO_ALL)
		return;
	buf_adds(&w->b, "; fo=");
	for (unsigned i = 0; i < 4; i++) {
		if (!(fo & 1u << i))
			continue;
		buf_addf(&w->b, "%s%c", any ? ":" : "", signs[i]);
		any = true;
	}
}

/* To guess at what was meant could have mail refused. */
static const char *policy_text(enum dmarc_policy p)
{
	return dmarc_policy_name(p == DMARC_P_QUARANTINE || p == DMARC_P_REJECT
	                             ? p
	                             : DMARC_P_NONE);
}

static void put_policy(struct writer *w)
{
	const struct dmarc_record *r = w->best;

	buf_addf(&w->b, "v=DMARC1; p=%s",
	         policy_text(r ? r->p : DMARC_P_NONE));
	if (!r)
		return;
	if (r->sp != DMARC_UNSET)
		buf_addf(&w->b, "; sp=%s", policy_text(r->sp));
	if (r->np != DMARC_UNSET)
		buf_addf(&w->b, "; np=%s", policy_text(r->np));
	if (r->adkim_strict && !w->relaxed)
		buf_adds(&w->b, "; adkim=s");
	if (r->aspf_strict && !w->relaxed)
		buf_adds(&w->b, "; aspf=s");
	if (r->psd != DMARC_PSD_U)
		buf_addf(&w->b, "; psd=%c", r->psd == DMARC_PSD_Y ? 'y' : 'n');
	if (r->t)
		buf_adds(&w->b, "; t=y");
	if (r->pct < 100)
		buf_addf(&w->b, "; pct=%u", r->pct);
}

static sv repair(struct arena *a, const struct dmarc_record *records, size_t n,
                 sv rua, bool relaxed)
{
	struct dmarc_record *cleaned =
	    arena_alloc(a, n ? n : 1, sizeof(*cleaned));
	struct writer w = {.records = cleaned, .n = n, .relaxed = relaxed};
	sv out = SV("");

	for (size_t i = 0; i < n; i++)
		if (!cleaned || !clean(a, records[i].text, &cleaned[i]))
			return out;
	w.best = best(&w);
	buf_init(&w.b, DMARC_REPAIR_MAX + 1);
	put_policy(&w);
	put_uris(&w, a, false, rua);
	put_uris(&w, a, true, SV(""));
	if (w.best)
		put_fo(&w, w.best->fo);
	if (!buf_failed(&w.b))
		out = arena_dup(a, buf_sv(&w.b));
	buf_fini(&w.b);
	return out;
}

sv dmarc_repair(struct arena *a, const struct dmarc_record *records, size_t n,
                sv rua)
{
	return repair(a, records, n, rua, false);
}

sv dmarc_repair_relaxed(struct arena *a, const struct dmarc_record *record)
{
	return repair(a, record, 1, SV(""), true);
}
