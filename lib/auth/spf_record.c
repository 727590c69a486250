/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spf_record.h"

#include "auth/spf_macro.h"
#include "base/ascii.h"

#define TERMS_MAX (SPF_RECORD_MAX / 2 + 1)
#define SLOTS (SPF_COMPARED_MAX * 2)

static const struct {
	const char *name;
	bool counts;
} kinds[SPF_KIND_N] = {
    [SPF_ALL] = {"all", false},       [SPF_INCLUDE] = {"include", true},
    [SPF_A] = {"a", true},            [SPF_MX] = {"mx", true},
    [SPF_PTR] = {"ptr", true},        [SPF_IP4] = {"ip4", false},
    [SPF_IP6] = {"ip6", false},       [SPF_EXISTS] = {"exists", true},
    [SPF_REDIRECT] = {"redirect", true}, [SPF_EXP] = {"exp", false},
    [SPF_OTHER] = {"modifier", false}, [SPF_BROKEN] = {"term", false},
};

static const char *const fault_names[SPF_FAULT_N] = {
    [SPF_FAULT_UNKNOWN_MECHANISM] = "unknown-mechanism",
    [SPF_FAULT_BAD_CIDR] = "bad-cidr",
    [SPF_FAULT_BAD_MACRO] = "bad-macro",
    [SPF_FAULT_EXP_MACRO] = "exp-only-macro",
    [SPF_FAULT_BAD_ADDRESS] = "bad-address",
    [SPF_FAULT_BAD_DOMAIN] = "bad-domain",
    [SPF_FAULT_NO_ARGUMENT] = "no-argument",
    [SPF_FAULT_ARGUMENT] = "argument-not-allowed",
    [SPF_FAULT_CIDR_HERE] = "cidr-not-allowed",
    [SPF_FAULT_MODIFIER_TWICE] = "modifier-twice",
    [SPF_FAULT_BAD_MODIFIER] = "bad-modifier",
    [SPF_FAULT_COLON_MODIFIER] = "colon-in-modifier",
    [SPF_FAULT_BLANK_BEHIND_COLON] = "blank-behind-colon",
    [SPF_FAULT_SEMICOLON] = "trailing-semicolon",
    [SPF_FAULT_QUOTES] = "quotes",
    [SPF_FAULT_CONTROL_CHAR] = "control-char",
    [SPF_FAULT_NON_ASCII] = "non-ascii",
    [SPF_FAULT_GLUED] = "strings-glued",
    [SPF_FAULT_TOO_LONG] = "too-long",
    [SPF_FAULT_EQUALS_MECHANISM] = "equals-in-mechanism",
    [SPF_FAULT_UNKNOWN_MODIFIER] = "unknown-modifier",
    [SPF_FAULT_SECOND_VERSION] = "second-version",
    [SPF_FAULT_AFTER_ALL] = "after-all",
    [SPF_FAULT_REDIRECT_WITH_ALL] = "redirect-with-all",
    [SPF_FAULT_PTR_USED] = "ptr-used",
    [SPF_FAULT_NO_ALL] = "no-all",
    [SPF_FAULT_ALL_PASS] = "all-pass",
    [SPF_FAULT_ALL_NEUTRAL] = "all-neutral",
    [SPF_FAULT_DUPLICATE] = "duplicate-term",
    [SPF_FAULT_HOST_BITS] = "host-bits",
    [SPF_FAULT_CIDR_ZERO] = "cidr-zero",
    [SPF_FAULT_PRIVATE_ADDRESS] = "private-address",
    [SPF_FAULT_LONG] = "long-record",
    [SPF_FAULT_LEADING_BLANK] = "leading-blank",
    [SPF_FAULT_VERSION] = "bad-version",
    [SPF_FAULT_SENDER_ID] = "sender-id",
};

const char *spf_kind_name(enum spf_kind kind)
{
	return (unsigned)kind < SPF_KIND_N ? kinds[kind].name : "term";
}

bool spf_kind_counts(enum spf_kind kind)
{
	return (unsigned)kind < SPF_KIND_N && kinds[kind].counts;
}

const char *spf_fault_name(enum spf_fault_id id)
{
	return (unsigned)id < SPF_FAULT_N ? fault_names[id] : "unknown";
}

bool spf_fault_fatal(enum spf_fault_id id)
{
	return id < SPF_FAULT_EQUALS_MECHANISM;
}

struct parser {
	struct arena *a;
	struct spf_record *r;
	const size_t *joins;
	size_t njoins, join; /* the first one behind the last term's begin */
	size_t cap, fault_cap;
	struct spf_term *t; /* being read */
	/* Its first fatal fault: offset in the record and length. */
	bool bad;
	enum spf_fault_id id;
	size_t at, n;
};

static void add_fault(struct parser *p, enum spf_fault_id id, size_t at,
                      size_t n, size_t term)
{
	struct spf_record *r = p->r;
	struct spf_fault *f;

	r->broken |= spf_fault_fatal(id);
	r->faults_all++;
	/* Remarks leave room for what breaks the record. */
	if (!spf_fault_fatal(id) && r->nfaults >= SPF_FAULTS_MAX / 2)
		return;
	f = arena_more(p->a, r->fault, r->nfaults, &p->fault_cap, sizeof(*f),
	               SPF_FAULTS_MAX);
	if (!f)
		return;
	r->fault = f;
	f[r->nfaults++] = (struct spf_fault){
	    id, (uint32_t)at, (uint32_t)n,
	    term == SIZE_MAX ? UINT32_MAX : (uint32_t)term};
}

static size_t offset(const struct parser *p, sv part)
{
	return part.p ? (size_t)(part.p - p->r->text.p) : p->t->at;
}

/* The first fatal fault of a term is the one that counts. */
static void spoil(struct parser *p, enum spf_fault_id id, sv part)
{
	if (p->bad)
		return;
	p->bad = true;
	p->id = id;
	p->at = offset(p, part);
	p->n = part.n;
}

/* About the whole term, nothing breaks. */
static void remark(struct parser *p, enum spf_fault_id id)
{
	add_fault(p, id, p->t->at, p->t->text.n, p->r->n);
}

/* ---- pieces ---- */

/* "/24" at the end of *s: taken off; false where it is no such number. */
static bool take_bits(struct parser *p, sv digits, unsigned most,
                      uint8_t *out)
{
	uint32_t v;

	if (!sv_u32(digits, most, &v) || (digits.n > 1 && digits.p[0] == '0')) {
		spoil(p, SPF_FAULT_BAD_CIDR, digits.n ? digits : p->t->text);
		return false;
	}
	*out = (uint8_t)v;
	return true;
}

static bool all_digits(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

/*
 * [ "/" bits ] [ "//" bits ] at the end of *s (section 5.3).  A domain may
 * hold slashes, but its last label is no number, so digits behind the last
 * slash are a length and nothing else.
 */
static void take_dual(struct parser *p, sv *s)
{
	struct spf_term *t = p->t;
	size_t slash = sv_rchr(*s, '/');
	bool six;

	if (slash == SV_NPOS)
		return;
	if (!all_digits(sv_drop(*s, slash + 1))) {
		/* "a/" and "a//x": nothing else it could be. */
		if (slash + 1 == s->n || slash == 0)
			spoil(p, SPF_FAULT_BAD_CIDR, sv_drop(*s, slash));
		return;
	}
	six = slash > 0 && s->p[slash - 1] == '/';
	if (six)
		t->has_bits6 = take_bits(p, sv_drop(*s, slash + 1), 128,
		                         &t->bits6);
	else
		t->has_bits4 = take_bits(p, sv_drop(*s, slash + 1), 32,
		                         &t->bits4);
	*s = sv_head(*s, slash - six);
	slash = sv_rchr(*s, '/');
	if (!six || slash == SV_NPOS || !all_digits(sv_drop(*s, slash + 1)))
		return;
	t->has_bits4 = take_bits(p, sv_drop(*s, slash + 1), 32, &t->bits4);
	*s = sv_head(*s, slash);
}

/* "example.org/24" where no length may stand is told as that. */
static bool has_cidr(sv s)
{
	size_t slash = sv_rchr(s, '/');

	return slash != SV_NPOS && all_digits(sv_drop(s, slash + 1));
}

static void read_domain(struct parser *p, sv s, enum spf_place place)
{
	struct spf_term *t = p->t;
	struct dns_name name;
	struct dns_name *kept;
	size_t at, n;

	t->domain = s;
	switch (spf_macro_check(s, place, &at, &n, &t->macros)) {
	case SPF_SYNTAX_OK:
		break;
	case SPF_SYNTAX_MACRO:
		spoil(p, SPF_FAULT_BAD_MACRO, sv_slice(s, at, at + n));
		return;
	case SPF_SYNTAX_EXP_ONLY:
		spoil(p, SPF_FAULT_EXP_MACRO, sv_slice(s, at, at + n));
		return;
	case SPF_SYNTAX_CHAR:
		spoil(p, is_high(s.p[at]) ? SPF_FAULT_NON_ASCII
		                          : SPF_FAULT_CONTROL_CHAR,
		      sv_slice(s, at, at + n));
		return;
	case SPF_SYNTAX_DOMAIN:
		spoil(p, has_cidr(s) ? SPF_FAULT_CIDR_HERE
		                     : SPF_FAULT_BAD_DOMAIN, s);
		return;
	}
	if (t->macros || place != SPF_IN_DOMAIN || !dns_name_plain(s, &name))
		return;
	kept = arena_alloc(p->a, 1, sizeof(*kept));
	if (kept)
		*kept = name;
	t->target = kept;
}

static bool is_private(const struct ip *ip, unsigned bits)
{
	static const struct {
		struct ip net;
		unsigned bits;
	} nets[] = {
	    {{4, {10}}, 8},          {{4, {127}}, 8},
	    {{4, {169, 254}}, 16},   {{4, {172, 16}}, 12},
	    {{4, {192, 168}}, 16},   {{4, {100, 64}}, 10},
	    {{16, {0xFC}}, 7},       {{16, {0xFE, 0x80}}, 10},
	    {{16, {[15] = 1}}, 128},
	};

	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if (bits >= nets[i].bits &&
		    ip_in(ip, &nets[i].net, nets[i].bits))
			return true;
	return false;
}

static bool has_host_bits(const struct ip *ip, unsigned bits)
{
	for (unsigned i = bits; i < ip->bytes * 8U; i++)
		if (ip->at[i / 8] >> (7 - i % 8) & 1)
			return true;
	return false;
}

static void read_address(struct parser *p, sv s, bool six)
{
	struct spf_term *t = p->t;
	size_t slash = sv_chr(s, '/');
	sv address = sv_head(s, slash);
	unsigned bits;

	t->domain = s;
	if (!ip_parse(address, &t->ip) || t->ip.bytes != (six ? 16 : 4)) {
		t->ip.bytes = 0;
		spoil(p, SPF_FAULT_BAD_ADDRESS, address.n ? address : t->text);
		return;
	}
	if (slash != SV_NPOS && six)
		t->has_bits6 = take_bits(p, sv_drop(s, slash + 1), 128,
		                         &t->bits6);
	else if (slash != SV_NPOS)
		t->has_bits4 = take_bits(p, sv_drop(s, slash + 1), 32,
		                         &t->bits4);
	if (p->bad)
		return;
	bits = six ? t->bits6 : t->bits4;
	if (has_host_bits(&t->ip, bits) && bits)
		remark(p, SPF_FAULT_HOST_BITS);
	if (is_private(&t->ip, bits))
		remark(p, SPF_FAULT_PRIVATE_ADDRESS);
}

/* ---- terms ---- */

static bool is_name_char(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* The mechanism or modifier of that name; SPF_BROKEN: none. */
static enum spf_kind kind_of(sv name, bool modifier)
{
	unsigned from = modifier ? SPF_REDIRECT : SPF_ALL;
	unsigned to = modifier ? SPF_EXP : SPF_EXISTS;

	for (unsigned k = from; k <= to; k++)
		if (sv_ieq(name, sv_str(kinds[k].name)))
			return (enum spf_kind)k;
	return SPF_BROKEN;
}

static void read_modifier(struct parser *p, sv value)
{
	struct spf_term *t = p->t;
	struct spf_record *r = p->r;
	size_t *first;

	t->kind = kind_of(t->name, true);
	if (t->kind == SPF_BROKEN) {
		t->kind = SPF_OTHER;
		read_domain(p, value, SPF_IN_OTHER);
		if (p->bad)
			return;
		remark(p, sv_ieq(t->name, SV("v")) ? SPF_FAULT_SECOND_VERSION
		          : kind_of(t->name, false) != SPF_BROKEN
		              ? SPF_FAULT_EQUALS_MECHANISM
		              : SPF_FAULT_UNKNOWN_MODIFIER);
		return;
	}
	if (!value.n)
		spoil(p, SPF_FAULT_NO_ARGUMENT, t->text);
	else
		read_domain(p, value, SPF_IN_DOMAIN);
	first = t->kind == SPF_EXP ? &r->exp : &r->redirect;
	if (*first != SIZE_MAX)
		spoil(p, SPF_FAULT_MODIFIER_TWICE, t->text);
	else
		*first = r->n;
}

/* rest: what follows the name, its ":" or "/" included. */
static void read_mechanism(struct parser *p, sv rest)
{
	struct spf_term *t = p->t;
	bool colon = rest.n && rest.p[0] == ':';
	sv argument = sv_drop(rest, colon);

	if (t->kind == SPF_A || t->kind == SPF_MX) {
		take_dual(p, &rest);
		argument = sv_drop(rest, colon);
		if (!colon && rest.n)
			spoil(p, SPF_FAULT_BAD_CIDR, rest);
	} else if (!colon && rest.n) {
		spoil(p, SPF_FAULT_CIDR_HERE, rest);
	}
	if (t->kind == SPF_ALL) {
		if (colon)
			spoil(p, SPF_FAULT_ARGUMENT, rest);
		return;
	}
	if (colon ? !argument.n
	          : t->kind != SPF_A && t->kind != SPF_MX &&
	                t->kind != SPF_PTR)
		spoil(p, SPF_FAULT_NO_ARGUMENT, t->text);
	if (p->bad || !argument.n)
		return;
	if (t->kind == SPF_IP4 || t->kind == SPF_IP6)
		read_address(p, argument, t->kind == SPF_IP6);
	else
		read_domain(p, argument, SPF_IN_DOMAIN);
}

static void remark_mechanism(struct parser *p)
{
	struct spf_term *t = p->t;
	struct spf_record *r = p->r;

	if (r->all != SIZE_MAX)
		remark(p, SPF_FAULT_AFTER_ALL);
	if (t->kind == SPF_PTR)
		remark(p, SPF_FAULT_PTR_USED);
	if ((t->has_bits4 && !t->bits4) || (t->has_bits6 && !t->bits6))
		remark(p, SPF_FAULT_CIDR_ZERO);
	if (t->kind != SPF_ALL || r->all != SIZE_MAX)
		return;
	r->all = r->n;
	if (t->qualifier == '+')
		remark(p, SPF_FAULT_ALL_PASS);
	else if (t->qualifier == '?')
		remark(p, SPF_FAULT_ALL_NEUTRAL);
}

static void read_term(struct parser *p)
{
	struct spf_term *t = p->t;
	sv s = t->text;
	size_t n = 0;

	while (n < s.n && is_name_char(s.p[n]))
		n++;
	if (n < s.n && s.p[n] == '=') {
		t->name = sv_head(s, n);
		if (!n || !is_alpha(s.p[0])) {
			spoil(p, SPF_FAULT_BAD_MODIFIER, sv_head(s, n + 1));
			return;
		}
		read_modifier(p, sv_drop(s, n + 1));
		return;
	}
	if (s.p[0] && strchr("+-~?", s.p[0])) {
		t->qualifier = s.p[0];
		t->written = true;
		s = sv_drop(s, 1);
	}
	for (n = 0; n < s.n && s.p[n] != ':' && s.p[n] != '/'; n++)
		;
	t->name = sv_head(s, n);
	t->kind = kind_of(t->name, false);
	if (t->kind != SPF_BROKEN) {
		read_mechanism(p, sv_drop(s, n));
		if (!p->bad)
			remark_mechanism(p);
	} else if (kind_of(t->name, true) != SPF_BROKEN && !t->written) {
		spoil(p, SPF_FAULT_COLON_MODIFIER, t->text);
	} else {
		spoil(p, SPF_FAULT_UNKNOWN_MECHANISM, t->name.n ? t->name
		                                                : t->text);
	}
}

/* What stands in a term that no domain, name or number may hold. */
static void check_bytes(struct parser *p)
{
	sv s = p->t->text;

	for (size_t i = 0; i < s.n; i++) {
		size_t from = i;

		if (is_high(s.p[i])) {
			while (i < s.n && is_high(s.p[i]))
				i++;
			spoil(p, SPF_FAULT_NON_ASCII, sv_slice(s, from, i));
			return;
		}
		if (s.p[i] < ' ' || s.p[i] == 0x7F) {
			spoil(p, SPF_FAULT_CONTROL_CHAR,
			      sv_slice(s, i, i + 1));
			return;
		}
	}
}

/*
 * A fault has a reason that people understand better: strings that were cut
 * at a blank, quotation marks or a semicolon of a panel.
 */
static void better_reason(struct parser *p)
{
	sv s = p->t->text;
	size_t at = p->t->at, i;

	while (p->join < p->njoins && p->joins[p->join] <= at)
		p->join++;
	if (p->join < p->njoins && p->joins[p->join] < at + s.n) {
		p->id = SPF_FAULT_GLUED;
		p->at = p->joins[p->join];
		p->n = 0;
		return;
	}
	i = sv_chr(s, '"');
	if (i != SV_NPOS) {
		p->id = SPF_FAULT_QUOTES;
		p->at = at + i;
		p->n = 1;
	} else if (sv_ends(s, SV(";"))) {
		p->id = SPF_FAULT_SEMICOLON;
		p->at = at + s.n - 1;
		p->n = 1;
	}
}

static void next_term(struct parser *p, sv text, size_t at)
{
	struct spf_record *r = p->r;
	struct spf_term *list = arena_more(p->a, r->term, r->n, &p->cap,
	                                   sizeof(*list), TERMS_MAX);

	if (!list)
		return;
	r->term = list;
	p->t = &list[r->n];
	*p->t = (struct spf_term){.kind = SPF_BROKEN, .qualifier = '+',
	    .bits4 = 32, .bits6 = 128, .at = (uint32_t)at, .text = text};
	p->bad = false;
	check_bytes(p);
	read_term(p);
	if (p->bad) {
		better_reason(p);
		p->t->broken = true;
		add_fault(p, p->id, p->at, p->n, r->n);
	}
	r->n++;
}

/* ---- the whole ---- */

static sv without_plus(sv s)
{
	return s.n && s.p[0] == '+' ? sv_drop(s, 1) : s;
}

static uint32_t hash_of(sv s)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)to_lower(s.p[i])) * 16777619U;
	return h;
}

static void find_duplicates(struct parser *p)
{
	uint16_t slot[SLOTS] = {0};
	struct spf_record *r = p->r;

	for (size_t i = 0; i < r->n && i < SPF_COMPARED_MAX; i++) {
		sv text = without_plus(r->term[i].text);
		size_t k = hash_of(text) % SLOTS;

		if (r->term[i].kind == SPF_BROKEN ||
		    r->term[i].kind == SPF_OTHER)
			continue;
		while (slot[k] &&
		       !sv_ieq(text, without_plus(r->term[slot[k] - 1].text)))
			k = (k + 1) % SLOTS;
		if (slot[k])
			add_fault(p, SPF_FAULT_DUPLICATE, r->term[i].at,
			          r->term[i].text.n, i);
		else
			slot[k] = (uint16_t)(i + 1);
	}
}

static bool is_version(sv word)
{
	return sv_ieq(word, SV("v=spf1"));
}

/* "include: example.org": the reason is the blank. */
static void find_blanks(struct parser *p)
{
	struct spf_record *r = p->r;

	for (size_t i = 0; i < r->nfaults; i++) {
		struct spf_fault *f = &r->fault[i];
		const struct spf_term *t;

		if (f->id != SPF_FAULT_NO_ARGUMENT || f->term + 1 >= r->n)
			continue;
		t = &r->term[f->term + 1];
		if (!sv_ends(r->term[f->term].text, SV(":")) ||
		    t->kind != SPF_BROKEN)
			continue;
		f->id = SPF_FAULT_BLANK_BEHIND_COLON;
		f->at = t->at - 1;
		f->n = 1;
	}
}

static void look_at_whole(struct parser *p)
{
	struct spf_record *r = p->r;

	if (r->all != SIZE_MAX && r->redirect != SIZE_MAX)
		add_fault(p, SPF_FAULT_REDIRECT_WITH_ALL,
		          r->term[r->redirect].at,
		          r->term[r->redirect].text.n, r->redirect);
	if (r->all == SIZE_MAX && r->redirect == SIZE_MAX)
		add_fault(p, SPF_FAULT_NO_ALL, r->text.n, 0, SIZE_MAX);
	if (r->text.n > SPF_RECORD_GOOD)
		add_fault(p, SPF_FAULT_LONG, SPF_RECORD_GOOD,
		          r->text.n - SPF_RECORD_GOOD, SIZE_MAX);
	find_blanks(p);
	find_duplicates(p);
}

bool spf_is_record(sv text)
{
	return is_version(sv_head(text, 6)) &&
	       (text.n == 6 || text.p[6] == ' ');
}

bool spf_is_nearly(sv text, enum spf_fault_id *why)
{
	sv s = sv_trim(text);
	bool quoted = s.n && (s.p[0] == '"' || s.p[0] == '\'' ||
	                      s.p[0] == '\\');

	if (spf_is_record(text))
		return false;
	while (s.n && (s.p[0] == '"' || s.p[0] == '\'' || s.p[0] == '\\'))
		s = sv_drop(s, 1);
	if (sv_istarts(s, SV("spf2.0/"))) {
		*why = SPF_FAULT_SENDER_ID;
		return true;
	}
	if (!sv_istarts(s, SV("v=spf")) && !sv_istarts(s, SV("v = spf")) &&
	    !sv_istarts(s, SV("v:spf")) && !sv_istarts(s, SV("spf1 ")) &&
	    !sv_istarts(s, SV("=spf1 ")))
		return false;
	*why = quoted ? SPF_FAULT_QUOTES
	       : spf_is_record(s) ? SPF_FAULT_LEADING_BLANK
	                          : SPF_FAULT_VERSION;
	return true;
}

struct spf_record *spf_record_parse(struct arena *a, sv text,
                                    const size_t *joins, size_t njoins)
{
	struct parser p = {.a = a, .joins = joins, .njoins = njoins};
	size_t i = 6;

	p.r = arena_alloc(a, 1, sizeof(*p.r));
	if (!p.r)
		return NULL;
	p.r->text = sv_head(text, SPF_RECORD_MAX);
	p.r->all = p.r->redirect = p.r->exp = SIZE_MAX;
	if (text.n > SPF_RECORD_MAX)
		add_fault(&p, SPF_FAULT_TOO_LONG, SPF_RECORD_MAX, 0, SIZE_MAX);
	text = p.r->text;
	if (!spf_is_record(text)) {
		/* Shown all the same; i is where its terms begin. */
		for (i = 0; i < text.n && text.p[i] != ' '; i++)
			;
		add_fault(&p, SPF_FAULT_VERSION, 0, i, SIZE_MAX);
		p.r->broken = true;
	}
	while (i < text.n) {
		size_t from = i;

		while (i < text.n && text.p[i] != ' ')
			i++;
		if (i > from)
			next_term(&p, sv_slice(text, from, i), from);
		else
			i++;
	}
	look_at_whole(&p);
	return arena_failed(a) ? NULL : p.r;
}

/* ---- the records of one name ---- */

/* The first bytes of its strings joined. */
static size_t first_bytes(const struct dns_rr *rr, char out[16])
{
	size_t at = 0, n = 0;
	sv s;

	while (n < 16 && dns_txt_next(rr, &at, &s)) {
		s = sv_head(s, 16 - n);
		if (s.n)
			memcpy(out + n, s.p, s.n);
		n += s.n;
	}
	return n;
}

/* Offsets of the ends of its strings but the last; their number. */
static size_t find_joins(struct arena *a, const struct dns_rr *rr,
                         size_t **out)
{
	size_t at = 0, n = 0, end = 0, k = 0;
	sv s;

	while (dns_txt_next(rr, &at, &s))
		n++;
	*out = n > 1 ? arena_alloc(a, n - 1, sizeof(**out)) : NULL;
	if (!*out)
		return 0;
	for (at = 0; dns_txt_next(rr, &at, &s) && k < n - 1; k++)
		(*out)[k] = end += s.n;
	return k;
}

static void read_rr(struct arena *a, const struct dns_rr *rr,
                    struct spf_set *set)
{
	char head[16];
	size_t n = first_bytes(rr, head), *joins, njoins;
	enum spf_fault_id why;
	struct spf_record *r;

	if (!spf_is_record(sv_head(sv_of(head, n), 7))) {
		if (!spf_is_nearly(sv_of(head, n), &why))
			return;
		if (!set->nearly++) {
			set->near = dns_txt(a, rr);
			set->near_why = why;
		}
		return;
	}
	if (set->all++ >= SPF_RECORDS_MAX)
		return;
	njoins = find_joins(a, rr, &joins);
	r = spf_record_parse(a, dns_txt(a, rr), joins, njoins);
	if (r)
		set->record[set->n++] = r;
}

const struct spf_set *spf_set_read(struct arena *a,
                                   const struct dns_answer *txt)
{
	struct spf_set *set = arena_alloc(a, 1, sizeof(*set));

	if (!set)
		return NULL;
	for (size_t i = 0; i < txt->n; i++)
		read_rr(a, &txt->rr[i], set);
	return arena_failed(a) ? NULL : set;
}
