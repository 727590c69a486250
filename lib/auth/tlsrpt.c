/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/tlsrpt.h"

#include "auth/tagscan.h"
#include "base/ascii.h"

#define NAME_MAX_BYTES 32

struct reader {
	struct arena *a;
	struct tlsrpt_record r;
	bool rua;
};

static void fault(struct reader *in, const char *id, enum fault_weight weight,
                  sv what)
{
	fault_add(&in->r.faults, in->a, id, weight,
	          what.p ? (size_t)(what.p - in->r.text.p) : in->r.text.n,
	          what.n);
}

bool tlsrpt_is_record(sv text)
{
	struct tag_piece tag;
	size_t at = 0;

	return tagscan_next(text, &at, &tag) && !tag.no_equals &&
	       sv_eq(tag.name, SV("v")) && sv_eq(tag.value, SV("TLSRPTv1"));
}

static bool is_ext_name(sv s)
{
	if (!s.n || s.n > NAME_MAX_BYTES || !is_alnum(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

/* Visible signs; "=" too, where it is a URI's. */
static bool is_visible(sv s, bool equals)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' ||
		    (s.p[i] == '=' && !equals))
			return false;
	return s.n > 0;
}

static void read_uri(struct reader *in, sv uri)
{
	sv *list;

	if (!is_visible(uri, true) || sv_has(uri, SV("!")))
		fault(in, "tlsrpt.uri", FAULT_BROKEN, uri);
	else if (!sv_istarts(uri, SV("mailto:")) &&
	         !sv_istarts(uri, SV("https:")))
		fault(in, "tlsrpt.uri-scheme", FAULT_BROKEN, uri);
	else if (sv_istarts(uri, SV("mailto:")) && !sv_has(uri, SV("@")))
		fault(in, "tlsrpt.uri-address", FAULT_WRONG, uri);
	list = arena_more(in->a, in->r.rua, in->r.nrua, &in->r.cap,
	                  sizeof(*list), TLSRPT_URIS_MAX);
	if (!list) {
		fault(in, "tlsrpt.uri-many", FAULT_NOTE, uri);
		return;
	}
	in->r.rua = list;
	list[in->r.nrua++] = uri;
}

static void read_field(struct reader *in, const struct tag_piece *tag)
{
	sv all = sv_slice(in->r.text, tag->at, tag->at + tag->n);
	sv rest = tag->value;

	if (tag->no_equals && !tag->name.n)
		fault(in, "tlsrpt.field-empty", FAULT_WRONG, all);
	else if (tag->no_equals || !is_ext_name(tag->name))
		fault(in, "tlsrpt.field-name", FAULT_WRONG, all);
	else if (sv_eq(tag->name, SV("v")))
		fault(in, "tlsrpt.v-place", FAULT_WRONG, all);
	else if (!sv_eq(tag->name, SV("rua"))) {
		if (!is_visible(tag->value, false))
			fault(in, "tlsrpt.field-value", FAULT_WRONG, all);
		else
			fault(in, "tlsrpt.field-unknown", FAULT_NOTE,
			      tag->name);
	} else {
		in->rua = true;
		do
			read_uri(in, sv_trim(sv_cut(&rest, ',')));
		while (rest.n);
	}
}

enum mw_status tlsrpt_record_parse(struct arena *a, sv text,
                                   struct tlsrpt_record *out)
{
	struct reader in = {.a = a, .r = {.text = text}};
	struct tag_piece tag;
	size_t at = 0;

	in.r.is_tlsrpt = tlsrpt_is_record(text);
	if (!in.r.is_tlsrpt)
		fault(&in, "tlsrpt.v", FAULT_BROKEN,
		      sv_head(text, sv_chr(text, ';')));
	if (!tagscan_next(text, &at, &tag) || !sv_ieq(tag.name, SV("v")))
		at = 0;
	while (tagscan_next(text, &at, &tag))
		read_field(&in, &tag);
	if (in.r.is_tlsrpt && !in.rua)
		fault(&in, "tlsrpt.rua-missing", FAULT_BROKEN, (sv){0});
	in.r.valid = in.r.faults.worst == FAULT_NOTE;
	if (arena_failed(a))
		return MW_ENOMEM;
	*out = in.r;
	return MW_OK;
}
