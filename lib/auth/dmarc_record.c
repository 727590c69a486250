/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dmarc_record.h"

#include "auth/tagscan.h"
#include "base/ascii.h"

/* What is being read, and where the tag at hand stands. */
struct reader {
	struct arena *a;
	struct dmarc_record *r;
	const struct tag_piece *tag;
};

static const char *const policies[] = {NULL, "none", "quarantine", "reject",
                                       NULL};

const char *dmarc_policy_name(enum dmarc_policy policy)
{
	return policies[policy];
}

static void fault(struct reader *in, const char *id, enum fault_weight weight,
                  sv what)
{
	fault_add(&in->r->faults, in->a, id, weight,
	          what.p ? (size_t)(what.p - in->r->text.p) : 0, what.n);
}

/* The wrong value of the tag at hand. */
static void bad_value(struct reader *in, const char *id,
                      enum fault_weight weight)
{
	fault(in, id, weight, in->tag->value.n ? in->tag->value
	                                       : in->tag->name);
}

static enum dmarc_policy policy_of(sv value)
{
	for (int i = DMARC_P_NONE; i <= DMARC_P_REJECT; i++)
		if (sv_ieq(value, sv_str(policies[i])))
			return (enum dmarc_policy)i;
	return DMARC_BAD;
}

static enum dmarc_policy read_policy(struct reader *in, const char *id)
{
	enum dmarc_policy p = policy_of(in->tag->value);

	if (p == DMARC_BAD)
		bad_value(in, id, FAULT_BROKEN);
	return p;
}

static void read_p(struct reader *in)
{
	in->r->p = read_policy(in, "dmarc.p-value");
	/* RFC 7489 section 6.3: right behind v; RFC 9989: anywhere. */
	if (in->r->ntags > 2)
		fault(in, "dmarc.p-place", FAULT_WRONG, in->tag->name);
}

static void read_sp(struct reader *in)
{
	in->r->sp = read_policy(in, "dmarc.sp-value");
}

static void read_np(struct reader *in)
{
	in->r->np = read_policy(in, "dmarc.np-value");
}

static bool read_mode(struct reader *in, const char *id)
{
	sv value = in->tag->value;

	if (sv_ieq(value, SV("s")))
		return true;
	if (!sv_ieq(value, SV("r")))
		bad_value(in, id, FAULT_WRONG);
	return false;
}

static void read_adkim(struct reader *in)
{
	in->r->adkim_strict = read_mode(in, "dmarc.adkim-value");
}

static void read_aspf(struct reader *in)
{
	in->r->aspf_strict = read_mode(in, "dmarc.aspf-value");
}

static void read_psd(struct reader *in)
{
	sv value = in->tag->value;

	if (sv_ieq(value, SV("y")))
		in->r->psd = DMARC_PSD_Y;
	else if (sv_ieq(value, SV("n")))
		in->r->psd = DMARC_PSD_N;
	else if (!sv_ieq(value, SV("u")))
		bad_value(in, "dmarc.psd-value", FAULT_WRONG);
}

static void read_t(struct reader *in)
{
	in->r->t = sv_ieq(in->tag->value, SV("y"));
	if (!in->r->t && !sv_ieq(in->tag->value, SV("n")))
		bad_value(in, "dmarc.t-value", FAULT_WRONG);
}

static void read_fo(struct reader *in)
{
	static const char signs[] = "01ds";
	sv rest = in->tag->value;
	unsigned fo = 0;

	do {
		sv one = sv_trim(sv_cut(&rest, ':'));
		const char *p = one.n == 1
		                    ? strchr(signs, to_lower(one.p[0]))
		                    : NULL;

		if (!p || !*p) {
			bad_value(in, "dmarc.fo-value", FAULT_WRONG);
			return;
		}
		fo |= 1u << (p - signs);
	} while (rest.n);
	in->r->fo = fo;
}

static void read_pct(struct reader *in)
{
	uint32_t n;

	fault(in, "dmarc.tag-removed", FAULT_NOTE, in->tag->name);
	if (sv_u32(in->tag->value, 100, &n))
		in->r->pct = n;
	else
		bad_value(in, "dmarc.pct-value", FAULT_WRONG);
}

static void read_ri(struct reader *in)
{
	fault(in, "dmarc.tag-removed", FAULT_NOTE, in->tag->name);
	if (!sv_u32(in->tag->value, UINT32_MAX, &in->r->ri))
		bad_value(in, "dmarc.ri-value", FAULT_WRONG);
}

/* Only afrf was ever in use (RFC 7489 section 6.3). */
static void read_rf(struct reader *in)
{
	sv rest = in->tag->value;

	fault(in, "dmarc.tag-removed", FAULT_NOTE, in->tag->name);
	do {
		sv one = sv_trim(sv_cut(&rest, ':'));

		if (sv_ieq(one, SV("afrf")) || sv_ieq(one, SV("iodef")))
			return;
	} while (rest.n);
	bad_value(in, "dmarc.rf-value", FAULT_WRONG);
}

/* ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) before the colon (RFC 3986). */
static size_t scheme_of(sv uri)
{
	size_t n = 0;

	while (n < uri.n && (is_alnum(uri.p[n]) ||
	                     (uri.p[n] && strchr("+-.", uri.p[n]))))
		n++;
	return n && is_alpha(uri.p[0]) && n < uri.n && uri.p[n] == ':' ? n : 0;
}

/* "!10m" at the end of a URI (RFC 7489 section 6.3, gone in RFC 9990). */
static void read_size(struct reader *in, sv size, struct dmarc_uri *uri)
{
	static const char units[] = "kmgt";
	sv number = size;
	unsigned shift = 0;
	uint32_t n;

	if (number.n) {
		const char *u = strchr(units, to_lower(number.p[number.n - 1]));

		if (u && *u) {
			shift = 10 * (unsigned)(u - units + 1);
			number.n--;
		}
	}
	if (!sv_u32(number, UINT32_MAX, &n)) {
		fault(in, "dmarc.uri-size", FAULT_WRONG,
		      sv_of(size.p - 1, size.n + 1));
		return;
	}
	uri->size = shift > 30 && n >> (63 - shift) ? UINT64_MAX
	                                            : (uint64_t)n << shift;
	fault(in, "dmarc.uri-size-removed", FAULT_NOTE,
	      sv_of(size.p - 1, size.n + 1));
}

static void read_mailto(struct reader *in, struct dmarc_uri *uri)
{
	size_t at;

	uri->address = sv_drop(uri->uri, sizeof("mailto:") - 1);
	at = sv_chr(uri->address, '?');
	uri->address = sv_head(uri->address, at);
	at = sv_rchr(uri->address, '@');
	if (at != SV_NPOS && at)
		uri->domain = sv_drop(uri->address, at + 1);
	if (!uri->domain.n)
		fault(in, "dmarc.uri-address", FAULT_NOTE, uri->uri);
}

static void read_uri(struct reader *in, sv text, struct dmarc_uri *uri)
{
	size_t bang = sv_rchr(text, '!'), scheme;

	uri->at = (size_t)(text.p - in->r->text.p);
	uri->uri = sv_trim(sv_head(text, bang));
	if (bang != SV_NPOS)
		read_size(in, sv_trim(sv_drop(text, bang + 1)), uri);
	scheme = scheme_of(uri->uri);
	uri->usable = scheme && scheme + 1 < uri->uri.n;
	for (size_t i = 0; i < uri->uri.n; i++)
		if (is_space(uri->uri.p[i]) || is_high(uri->uri.p[i]) ||
		    uri->uri.p[i] == '!')
			uri->usable = false;
	if (!uri->usable)
		fault(in, "dmarc.uri-syntax", FAULT_WRONG, text);
	else if (sv_istarts(uri->uri, SV("mailto:")))
		read_mailto(in, uri);
	else
		fault(in, "dmarc.uri-scheme", FAULT_NOTE,
		      sv_head(uri->uri, scheme));
}

static void read_uris(struct reader *in, struct dmarc_uris *out)
{
	sv rest = in->tag->value;

	if (!rest.n) {
		bad_value(in, "dmarc.uri-none", FAULT_WRONG);
		return;
	}
	while (rest.n) {
		struct dmarc_uri uri = {0}, *list;
		sv one = sv_trim(sv_cut(&rest, ','));

		if (!one.n) {
			fault(in, "dmarc.uri-empty", FAULT_WRONG, one);
			continue;
		}
		read_uri(in, one, &uri);
		out->any = out->any || uri.usable;
		if (out->n == 2)
			fault(in, "dmarc.uri-many", FAULT_NOTE, one);
		list = arena_more(in->a, out->list, out->n, &out->cap,
		                  sizeof(*list), DMARC_URIS_MAX);
		if (!list)
			return;
		out->list = list;
		list[out->n++] = uri;
	}
}

static void read_rua(struct reader *in)
{
	read_uris(in, &in->r->rua);
}

static void read_ruf(struct reader *in)
{
	read_uris(in, &in->r->ruf);
}

static const struct {
	const char *name;
	void (*read)(struct reader *in);
} known[] = {
    {"p", read_p},         {"sp", read_sp},   {"np", read_np},
    {"rua", read_rua},     {"ruf", read_ruf}, {"adkim", read_adkim},
    {"aspf", read_aspf},   {"fo", read_fo},   {"psd", read_psd},
    {"t", read_t},         {"pct", read_pct}, {"ri", read_ri},
    {"rf", read_rf},
};

/* A value that holds a further "name=": the semicolon between is missing. */
static void look_for_glued(struct reader *in)
{
	sv value = in->tag->value;

	for (size_t i = 0; i + 1 < value.n; i++) {
		sv rest = sv_drop(value, i + 1);

		if (!is_space(value.p[i]) && value.p[i] != ',')
			continue;
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
			sv name = sv_str(known[k].name);

			if (!sv_istarts(rest, name) ||
			    !sv_starts(sv_trim(sv_drop(rest, name.n)),
			               SV("=")))
				continue;
			fault(in, "dmarc.semicolon-missing", FAULT_BROKEN,
			      sv_head(rest, name.n));
			return;
		}
	}
}

static void look_for_signs(struct reader *in)
{
	sv text = in->r->text;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '"' || c == '\\' || is_high(c) ||
		    (c < ' ' && !is_space(c)) || c == 0x7F) {
			fault(in,
			      c == '"'    ? "dmarc.quotes"
			      : c == '\\' ? "dmarc.backslash"
			                  : "dmarc.signs",
			      FAULT_WRONG, sv_slice(text, i, i + 1));
			return;
		}
	}
}

/* The same tag before; the first one counts. */
static bool is_twice(const struct dmarc_record *r, sv name)
{
	for (size_t i = 0; i < r->ntags; i++)
		if (sv_ieq(r->tags[i].name, name))
			return true;
	return false;
}

static void read_tag(struct reader *in)
{
	const struct tag_piece *tag = in->tag;
	struct dmarc_record *r = in->r;
	struct dmarc_tag *tags;

	if (!tag->name.n || tag->no_equals || !tagscan_name(tag->name)) {
		fault(in,
		      tag->name.n    ? "dmarc.tag-syntax"
		      : tag->value.n ? "dmarc.tag-nameless"
		                     : "dmarc.tag-empty",
		      tag->name.n || tag->value.n ? FAULT_WRONG : FAULT_NOTE,
		      sv_slice(r->text, tag->at, tag->at + tag->n));
		return;
	}
	if (is_twice(r, tag->name)) {
		fault(in, "dmarc.tag-twice", FAULT_WRONG, tag->name);
		return;
	}
	tags = arena_more(in->a, r->tags, r->ntags, &r->cap, sizeof(*tags),
	                  DMARC_TAGS_MAX);
	if (!tags) {
		fault(in, "dmarc.tags-many", FAULT_WRONG, tag->name);
		return;
	}
	r->tags = tags;
	tags[r->ntags++] = (struct dmarc_tag){tag->name, tag->value, tag->at,
	                                      tag->value_at};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!sv_ieq(tag->name, sv_str(known[i].name)))
			continue;
		look_for_glued(in);
		known[i].read(in);
		return;
	}
	if (r->ntags > 1) {
		bool version = sv_ieq(tag->name, SV("v"));

		fault(in, version ? "dmarc.v-place" : "dmarc.tag-unknown",
		      version ? FAULT_BROKEN : FAULT_NOTE, tag->name);
	}
}

/* The first tag; RFC 9989 4.7: anything else and the record is ignored. */
static void read_version(struct reader *in)
{
	const struct tag_piece *tag = in->tag;

	in->r->is_dmarc = !tag->no_equals && sv_ieq(tag->name, SV("v")) &&
	                  sv_eq(tag->value, SV("DMARC1"));
	if (in->r->is_dmarc)
		return;
	if (tag->no_equals || !sv_ieq(tag->name, SV("v")))
		fault(in, "dmarc.v-first", FAULT_BROKEN, tag->name);
	else if (sv_ieq(tag->value, SV("DMARC1")))
		fault(in, "dmarc.v-case", FAULT_BROKEN, tag->value);
	else
		bad_value(in, "dmarc.v-value", FAULT_BROKEN);
	if (sv_ieq(tag->name, SV("v")))
		look_for_glued(in);
}

/* RFC 9989 section 4.10.1. */
static void settle(struct reader *in)
{
	struct dmarc_record *r = in->r;
	bool sound = r->p != DMARC_UNSET && r->p != DMARC_BAD &&
	             r->sp != DMARC_BAD && r->np != DMARC_BAD;

	if (r->is_dmarc && r->p == DMARC_UNSET)
		fault(in, "dmarc.p-missing",
		      r->rua.any ? FAULT_NOTE : FAULT_BROKEN, (sv){0});
	r->usable = r->is_dmarc && (sound || r->rua.any);
	if (!r->usable)
		return;
	r->use_p = sound ? r->p : DMARC_P_NONE;
	r->use_sp = sound ? r->sp : DMARC_UNSET;
	r->use_np = sound ? r->np : DMARC_UNSET;
}

enum mw_status dmarc_record_parse(struct arena *a, sv text,
                                  struct dmarc_record *out)
{
	struct dmarc_record r = {.text = sv_head(text, DMARC_TEXT_MAX),
	                         .pct = 100,
	                         .ri = 86400,
	                         .fo = DMARC_FO_ALL};
	struct reader in = {a, &r, NULL};
	struct tag_piece tag;
	size_t at = 0;

	if (text.n > DMARC_TEXT_MAX)
		fault_add(&r.faults, a, "dmarc.long", FAULT_BROKEN,
		          DMARC_TEXT_MAX, text.n - DMARC_TEXT_MAX);
	if (!sv_trim(r.text).n)
		fault_add(&r.faults, a, "dmarc.v-first", FAULT_BROKEN, 0, 0);
	look_for_signs(&in);
	for (bool first = true; tagscan_next(r.text, &at, &tag);
	     first = false) {
		in.tag = &tag;
		if (first)
			read_version(&in);
		read_tag(&in);
	}
	settle(&in);
	if (arena_failed(a))
		return MW_ENOMEM;
	*out = r;
	return MW_OK;
}

/*
 * RFC 7489 lets a receiver go on after a wrong p or sp where reports are
 * wanted (section 6.6.3); all other faults against its grammar count.
 */
bool dmarc_record_strict(const struct dmarc_record *r)
{
	if (!r->usable)
		return false;
	for (size_t i = 0; i < r->faults.n; i++) {
		const struct fault *f = &r->faults.list[i];
		bool policy = !strcmp(f->id, "dmarc.p-value") ||
		              !strcmp(f->id, "dmarc.sp-value");

		if (f->weight != FAULT_NOTE && !policy)
			return false;
	}
	return true;
}

bool dmarc_record_glance(sv text, enum dmarc_psd *psd)
{
	struct tag_piece tag;
	size_t at = 0;

	*psd = DMARC_PSD_U;
	text = sv_head(text, DMARC_TEXT_MAX);
	if (!tagscan_next(text, &at, &tag) || tag.no_equals ||
	    !sv_ieq(tag.name, SV("v")) || !sv_eq(tag.value, SV("DMARC1")))
		return false;
	while (tagscan_next(text, &at, &tag)) {
		if (!sv_ieq(tag.name, SV("psd")) || tag.no_equals)
			continue;
		*psd = sv_ieq(tag.value, SV("y"))   ? DMARC_PSD_Y
		       : sv_ieq(tag.value, SV("n")) ? DMARC_PSD_N
		                                    : DMARC_PSD_U;
		break;
	}
	return true;
}

/* Where the version stands, or would stand, in what people publish. */
#define MEANT_HEAD 32

bool dmarc_record_meant(sv text)
{
	return sv_ihas(sv_head(text, MEANT_HEAD), SV("dmarc1")) ||
	       sv_ihas(sv_head(text, MEANT_HEAD), SV("=dmarc"));
}
