/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/zones.h"

#include "base/stanza.h"

/* Answers by which all lists say that they refuse whoever asks. */
#define REFUSAL_RANGE 0x7FFFFF00U
#define NOT_LISTED 0x7F000001U

static const char refused[] = "reputation.resolver-refused";

struct zones {
	struct zone_known *v;
	size_t n, cap;
};

struct reader {
	struct arena *a;
	struct zone_known *z;
	const struct field *f;
	struct mw_err *err;
};

static enum mw_status wrong(struct reader *r, const char *what)
{
	return mw_fail_at(r->err, MW_ESYNTAX, r->f->line, "%.*s: %s",
	                  SV_FMT(r->f->name), what);
}

static enum mw_status one(struct reader *r, const char **into)
{
	if (*into)
		return wrong(r, "given twice");
	*into = sv_dupz(r->a, r->f->value);
	return *into && **into ? MW_OK : wrong(r, "empty");
}

static enum mw_status read_weight(struct reader *r)
{
	static const char *const names[ZONE_WEIGHT_N] = {
	    "critical", "high", "medium", "low", "info", "good", "none"};

	for (int i = 0; i < ZONE_WEIGHT_N; i++)
		if (sv_eq(r->f->value, sv_str(names[i]))) {
			r->z->weight = (enum zone_weight)i;
			return MW_OK;
		}
	return wrong(r, "no such weight");
}

static enum mw_status read_asks(struct reader *r)
{
	static const struct {
		const char *word;
		unsigned bit;
	} words[] = {
	    {"ipv4", ZONE_ASKS_V4}, {"ipv6", ZONE_ASKS_V6},
	    {"name", ZONE_ASKS_NAME}, {"domain", ZONE_ASKS_DOMAIN},
	};
	sv rest = r->f->value, word;

	while ((word = sv_word(&rest)).n) {
		unsigned bit = 0;

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (sv_eq(word, sv_str(words[i].word)))
				bit = words[i].bit;
		if (!bit)
			return wrong(r, "not ipv4, ipv6, name or domain");
		r->z->asks |= bit;
	}
	return MW_OK;
}

/* "NAME", or "NAME | NAME that is not listed". */
static enum mw_status read_test(struct reader *r)
{
	sv rest = r->f->value, listed = sv_trim(sv_cut(&rest, '|'));

	rest = sv_trim(rest);
	if (r->z->listed || !listed.n)
		return wrong(r, "given twice, or empty");
	r->z->listed = sv_dupz(r->a, listed);
	r->z->clear = rest.n ? sv_dupz(r->a, rest) : NULL;
	return r->z->listed ? MW_OK : wrong(r, "no name");
}

static bool number(sv text, uint32_t *out)
{
	struct ip ip;

	if (!ip_parse(text, &ip) || ip.bytes != 4)
		return false;
	*out = (uint32_t)ip.at[0] << 24 | (uint32_t)ip.at[1] << 16 |
	       (uint32_t)ip.at[2] << 8 | ip.at[3];
	return true;
}

/* "FIRST[-LAST]" or the value of one bit. */
static bool read_range(sv text, bool bit, struct zone_code *c)
{
	sv first = sv_trim(sv_cut(&text, '-'));

	if (bit)
		return sv_u32(first, 128, &c->bit) && !text.n && c->bit &&
		       !(c->bit & (c->bit - 1));
	if (!number(first, &c->from))
		return false;
	c->to = c->from;
	return (!text.n || number(sv_trim(text), &c->to)) &&
	       c->to >= c->from && c->from >> 24 == 127 && c->to >> 24 == 127;
}

/* "ANSWER | CAUSE or - | what it means" */
static enum mw_status read_code(struct reader *r, bool bit)
{
	sv text = r->f->value, range = sv_trim(sv_cut(&text, '|'));
	sv cause = sv_trim(sv_cut(&text, '|'));
	struct zone_code *c = &r->z->code[r->z->ncode];

	if (r->z->ncode == ZONE_CODES_MAX)
		return wrong(r, "too many");
	if (!read_range(range, bit, c) || !cause.n)
		return wrong(r, "not ANSWER | CAUSE or - | what it means");
	c->cause = sv_eq(cause, SV("-")) ? NULL : sv_dupz(r->a, cause);
	c->text = sv_dupz(r->a, sv_trim(text));
	if (!c->text || !*c->text)
		return wrong(r, "no words");
	r->z->ncode++;
	return MW_OK;
}

static enum mw_status read_zone(struct reader *r)
{
	enum mw_status st = one(r, &r->z->zone);

	if (st != MW_OK)
		return st;
	return dns_name_plain(r->f->value, &r->z->at) && r->z->at.n > 1
	           ? MW_OK : wrong(r, "no domain name");
}

static enum mw_status read_key(struct reader *r)
{
	r->z->key = sv_eq(r->f->value, SV("required"));
	return r->z->key ? MW_OK : wrong(r, "not \"required\"");
}

/* Read by the rules of replies only (lib/classify), which prove them. */
static bool is_elsewhere(sv name)
{
	return sv_eq(name, SV("Also")) || sv_eq(name, SV("Checked")) ||
	       sv_eq(name, SV("Ref")) || sv_eq(name, SV("Dead"));
}

static enum mw_status read_field(struct reader *r)
{
	struct zone_known *z = r->z;
	sv name = r->f->name;

	if (sv_eq(name, SV("Zone")))
		return read_zone(r);
	if (sv_eq(name, SV("Name")))
		return one(r, &z->name);
	if (sv_eq(name, SV("Cause")))
		return one(r, &z->cause);
	if (sv_eq(name, SV("Scope")))
		return one(r, &z->scope);
	if (sv_eq(name, SV("Portal")))
		return one(r, &z->portal);
	if (sv_eq(name, SV("Note")))
		return one(r, &z->note);
	if (sv_eq(name, SV("Same")))
		return one(r, &z->same);
	if (sv_eq(name, SV("Weight")))
		return read_weight(r);
	if (sv_eq(name, SV("Asks")))
		return read_asks(r);
	if (sv_eq(name, SV("Test")))
		return read_test(r);
	if (sv_eq(name, SV("Key")))
		return read_key(r);
	if (sv_eq(name, SV("Code")) || sv_eq(name, SV("Bit")))
		return read_code(r, sv_eq(name, SV("Bit")));
	return is_elsewhere(name) ? MW_OK : wrong(r, "unknown field");
}

/* A list that is asked says which answers are listings. */
static enum mw_status complete(struct reader *r)
{
	const struct zone_known *z = r->z;
	bool lists = false;

	if (!z->zone || !z->name || !z->scope)
		return wrong(r, "Zone, Name or Scope is missing");
	for (size_t i = 0; i < z->ncode; i++)
		lists |= z->code[i].cause &&
		         strcmp(z->code[i].cause, refused) != 0;
	if (z->asks && (!lists || z->weight > ZONE_INFO))
		return wrong(r, "asked, but without a Code or Weight");
	if (z->asks & (ZONE_ASKS_V4 | ZONE_ASKS_V6) && z->listed)
		return wrong(r, "Test is for lists of names");
	return MW_OK;
}

static enum mw_status read_fields(struct reader *r, const struct stanza *s)
{
	enum mw_status st = MW_OK;

	for (size_t i = 0; i < s->n && st == MW_OK; i++) {
		r->f = &s->fields[i];
		st = read_field(r);
	}
	return st;
}

static enum mw_status read_stanza(struct reader *r, const struct stanza *s)
{
	enum mw_status st;

	r->z->weight = ZONE_NONE;
	st = read_fields(r, s);
	if (st != MW_OK)
		return st;
	r->f = s->fields;
	return complete(r);
}

enum mw_status zones_read(struct arena *a, sv text, struct zones **out,
                          struct mw_err *err)
{
	struct zones *k = arena_alloc(a, 1, sizeof(*k));
	struct stanza_reader in = stanza_open(text);
	struct reader r = {.a = a, .err = err};
	enum mw_status st = MW_OK;
	struct stanza s;

	if (!k)
		return mw_fail(err, MW_ENOMEM, "no memory");
	while (st == MW_OK && (st = stanza_next(&in, a, &s, err)) == MW_OK) {
		k->v = arena_more(a, k->v, k->n, &k->cap, sizeof(*k->v),
		                  ZONES_MAX);
		if (!k->v)
			return mw_fail(err, arena_failed(a) ? MW_ENOMEM
			                                    : MW_ESYNTAX,
			               "no room for more lists");
		r.z = &k->v[k->n];
		*r.z = (struct zone_known){0};
		st = read_stanza(&r, &s);
		if (st == MW_OK && zones_get(k, sv_str(r.z->zone)))
			st = wrong(&r, "this zone is there already");
		k->n++;
	}
	if (arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory");
	*out = k;
	return st == MW_ENOENT ? MW_OK : st;
}

/* Names are enough of a list that is only to be known, or is dead. */
static enum mw_status read_of_user(struct reader *r, const struct stanza *s)
{
	struct zone_known *z = r->z;
	enum mw_status st;

	*z = (struct zone_known){.weight = ZONE_NONE};
	st = read_fields(r, s);
	if (st != MW_OK)
		return st;
	if (!z->name)
		z->name = z->zone;
	if (!z->scope)
		z->scope = "unknown";
	/* Whatever else it says. */
	if (stanza_get(s, "Dead").n)
		z->asks = 0;
	r->f = s->fields;
	return complete(r);
}

static struct zone_known *place_of(struct arena *a, struct zones *k, sv zone)
{
	for (size_t i = 0; i < k->n; i++)
		if (sv_ieq(sv_str(k->v[i].zone), zone))
			return &k->v[i];
	k->v = arena_more(a, k->v, k->n, &k->cap, sizeof(*k->v), ZONES_MAX);
	return k->v ? &k->v[k->n++] : NULL;
}

static enum mw_status add_stanza(struct arena *a, struct zones *k,
                                 const struct stanza *s, struct mw_err *err)
{
	struct zone_known z, *to;
	struct reader r = {.a = a, .z = &z, .err = err};
	enum mw_status st = read_of_user(&r, s);

	if (st != MW_OK)
		return st;
	to = k->n < ZONES_MAX || zones_get(k, sv_str(z.zone))
	         ? place_of(a, k, sv_str(z.zone)) : NULL;
	if (!to)
		return arena_failed(a) ? MW_ENOMEM
		                       : wrong(&r, "no room for more lists");
	*to = z;
	return MW_OK;
}

enum mw_status zones_add(struct arena *a, struct zones *k, sv text,
                         zones_wrong *tell, void *arg)
{
	struct stanza_reader in = stanza_open(text);
	struct stanza s;
	struct mw_err err;
	enum mw_status st;

	while ((st = stanza_next(&in, a, &s, &err)) != MW_ENOENT) {
		/* The reader of rules has told of lines that are no field. */
		if (st == MW_OK && sv_eq(s.fields[0].name, SV("Zone")) &&
		    (st = add_stanza(a, k, &s, &err)) != MW_OK)
			tell(arg, &err);
		if (st == MW_ENOMEM || arena_failed(a))
			return MW_ENOMEM;
	}
	return MW_OK;
}

const struct zone_known *zones_get(const struct zones *k, sv zone)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].zone && sv_ieq(sv_str(k->v[i].zone), zone))
			return &k->v[i];
	return NULL;
}

size_t zones_count(const struct zones *k)
{
	return k->n;
}

const struct zone_known *zones_nth(const struct zones *k, size_t i)
{
	return &k->v[i];
}

void zones_only(struct zones *k, sv text)
{
	for (size_t i = 0; i < k->n; i++)
		if (!sv_ihas(text, sv_str(k->v[i].zone)))
			k->v[i].asks = 0;
}

/* ---- answers ---- */

static struct zone_says said(const struct zone_code *c)
{
	struct zone_says s = {ZONE_NO_LISTING, c->cause, sv_str(c->text)};

	if (c->cause)
		s.word = strcmp(c->cause, refused) ? ZONE_LISTED : ZONE_REFUSED;
	return s;
}

/* All bits that are set; a refusal outweighs them. */
static struct zone_says bits_say(struct arena *a, const struct zone_known *z,
                                 uint32_t bits)
{
	struct zone_says all = {ZONE_STRANGE, NULL, SV("")};

	for (size_t i = 0; i < z->ncode; i++) {
		struct zone_says one;

		if (!(z->code[i].bit & bits))
			continue;
		one = said(&z->code[i]);
		if (one.word == ZONE_REFUSED)
			return one;
		if (!all.text.n)
			all = one;
		else
			all.text = arena_printf(a, "%.*s; %.*s",
			                        SV_FMT(all.text),
			                        SV_FMT(one.text));
	}
	return all;
}

struct zone_says zone_says(struct arena *a, const struct zone_known *z,
                           const struct ip *answer)
{
	uint32_t n = (uint32_t)answer->at[0] << 24 |
	             (uint32_t)answer->at[1] << 16 |
	             (uint32_t)answer->at[2] << 8 | answer->at[3];
	struct zone_says none = {ZONE_STRANGE, NULL, SV("")};

	if (answer->bytes != 4 || n >> 24 != 127) {
		none.word = ZONE_OUTSIDE;
		return none;
	}
	for (size_t i = 0; i < z->ncode; i++)
		if (!z->code[i].bit && n >= z->code[i].from &&
		    n <= z->code[i].to)
			none = said(&z->code[i]);
	if (!none.text.n && n >> 8 == 0x7F0000)
		none = bits_say(a, z, n & 0xFF);
	/* Whatever the data says of it. */
	if ((n & ~0xFFU) == REFUSAL_RANGE ||
	    (n == NOT_LISTED && none.word == ZONE_STRANGE))
		none.word = ZONE_REFUSED;
	return none;
}
