/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/bimi.h"

#include "auth/tagscan.h"

struct reader {
	struct arena *a;
	struct bimi_record r;
};

static void fault(struct reader *in, const char *id, enum fault_weight weight,
                  sv what)
{
	fault_add(&in->r.faults, in->a, id, weight,
	          what.p ? (size_t)(what.p - in->r.text.p) : in->r.text.n,
	          what.n);
}

static void read_uri(struct reader *in, const struct tag_piece *tag, sv *out,
                     const char *id)
{
	if (out->p)
		fault(in, "bimi.tag-twice", FAULT_WRONG, tag->name);
	else if (tag->value.n && !sv_istarts(tag->value, SV("https://")))
		fault(in, id, FAULT_BROKEN, tag->value);
	if (!out->p)
		*out = tag->value;
}

static void read_tag(struct reader *in, const struct tag_piece *tag)
{
	sv all = sv_slice(in->r.text, tag->at, tag->at + tag->n);

	if (tag->no_equals && !tag->name.n)
		fault(in, "bimi.tag-empty", FAULT_NOTE, all);
	else if (tag->no_equals || !tagscan_name(tag->name))
		fault(in, "bimi.tag-syntax", FAULT_WRONG, all);
	else if (sv_ieq(tag->name, SV("l")))
		read_uri(in, tag, &in->r.logo, "bimi.l-value");
	else if (sv_ieq(tag->name, SV("a")))
		read_uri(in, tag, &in->r.mark, "bimi.a-value");
	else if (!sv_ieq(tag->name, SV("avp")) &&
	         !sv_ieq(tag->name, SV("lps")))
		fault(in, "bimi.tag-unknown", FAULT_NOTE, tag->name);
}

enum mw_status bimi_record_parse(struct arena *a, sv text,
                                 struct bimi_record *out)
{
	struct reader in = {.a = a, .r = {.text = text}};
	struct tag_piece tag;
	size_t at = 0;

	if (tagscan_next(text, &at, &tag) && !tag.no_equals &&
	    sv_ieq(tag.name, SV("v")) && sv_eq(tag.value, SV("BIMI1"))) {
		in.r.is_bimi = true;
	} else {
		fault(&in, "bimi.v", FAULT_BROKEN,
		      sv_head(text, sv_chr(text, ';')));
		at = 0;
	}
	while (tagscan_next(text, &at, &tag))
		if (in.r.is_bimi || !sv_ieq(tag.name, SV("v")))
			read_tag(&in, &tag);
	if (in.r.is_bimi && !in.r.logo.p)
		fault(&in, "bimi.l-missing", FAULT_BROKEN, (sv){0});
	in.r.declines = in.r.is_bimi && in.r.logo.p && !in.r.logo.n &&
	                !in.r.mark.n;
	in.r.valid = in.r.faults.worst != FAULT_BROKEN;
	if (arena_failed(a))
		return MW_ENOMEM;
	*out = in.r;
	return MW_OK;
}

static bool is_strong(enum dmarc_policy policy)
{
	return policy == DMARC_P_QUARANTINE || policy == DMARC_P_REJECT;
}

bool bimi_policy(const struct dmarc_record *r)
{
	return r->usable && is_strong(r->use_p) &&
	       (r->use_sp == DMARC_UNSET || is_strong(r->use_sp)) &&
	       r->pct == 100 && !r->t;
}
