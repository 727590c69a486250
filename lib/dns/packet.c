/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/packet.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <stdio.h>

#define HEAD 12
#define CLASS_IN 1
#define TYPE_OPT 41
#define OPTION_EDE 15

enum { NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3 };

/* Where one record stands in the packet. */
struct rec {
	size_t owner, rdata; /* offsets */
	uint32_t ttl;
	uint16_t type, class, n; /* n: of rdata */
};

struct packet {
	struct arena *a;
	sv all;
	size_t at;   /* of the reader */
	size_t fault; /* where it is broken, if bad */
	bool bad;
	struct rec *rec;
	size_t n, answers, authority; /* records; those of the sections */
};

/* ---- writing ---- */

static uint8_t *put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

size_t dns_packet_write(const struct dns_packet_query *q,
                        uint8_t out[DNS_PACKET_QUERY])
{
	uint8_t *p = put16(out, q->id);

	p = put16(p, (q->recurse ? 0x0100U : 0) | (q->cd ? 0x0010U : 0));
	p = put16(p, 1);
	p = put16(p, 0);
	p = put16(p, 0);
	p = put16(p, q->edns);
	memcpy(p, q->name.w, q->name.n);
	p = put16(p + q->name.n, q->type);
	p = put16(p, CLASS_IN);
	if (q->edns) {
		*p++ = 0;
		p = put16(p, TYPE_OPT);
		p = put16(p, DNS_PACKET_UDP);
		p = put16(p, 0);
		p = put16(p, q->dnssec ? 0x8000U : 0);
		p = put16(p, 0);
	}
	return (size_t)(p - out);
}

/* ---- reading: numbers and names ---- */

static unsigned byte_at(sv s, size_t i)
{
	return (unsigned char)s.p[i];
}

static unsigned at16(sv s, size_t i)
{
	return byte_at(s, i) << 8 | byte_at(s, i + 1);
}

static uint32_t at32(sv s, size_t i)
{
	return (uint32_t)at16(s, i) << 16 | at16(s, i + 2);
}

static bool broken(struct packet *p, size_t where)
{
	if (!p->bad)
		p->fault = where;
	p->bad = true;
	return false;
}

/*
 * The name at offset at, in lower case (out may be NULL); *end is moved behind
 * it.  A pointer leads to what stands before it, so it cannot lead in a circle.
 */
static bool read_name(sv s, size_t at, size_t *end, struct dns_name *out)
{
	size_t n = 0;
	bool jumped = false;

	for (unsigned hops = 0; at < s.n;) {
		unsigned len = byte_at(s, at);

		if (len >= 0xC0) {
			size_t to;

			if (at + 2 > s.n || hops++ == DNS_HOPS_MAX)
				return false;
			to = at16(s, at) & 0x3FFF;
			if (to >= at)
				return false;
			if (!jumped)
				*end = at + 2;
			jumped = true;
			at = to;
			continue;
		}
		if (len > DNS_LABEL_MAX || at + len >= s.n ||
		    n + len + 1 > DNS_NAME_MAX)
			return false;
		for (unsigned i = 0; out && i <= len; i++)
			out->w[n + i] = (uint8_t)to_lower(s.p[at + i]);
		n += len + 1;
		at += len + 1;
		if (len)
			continue;
		if (out)
			out->n = (uint8_t)n;
		if (!jumped)
			*end = at;
		return true;
	}
	return false;
}

/* ---- reading: sections ---- */

static bool skip_questions(struct packet *p, unsigned count)
{
	for (; count; count--) {
		if (!read_name(p->all, p->at, &p->at, NULL) ||
		    p->at + 4 > p->all.n)
			return broken(p, p->at);
		p->at += 4;
	}
	return true;
}

static bool read_record(struct packet *p, struct rec *r)
{
	sv s = p->all;

	r->owner = p->at;
	if (!read_name(s, p->at, &p->at, NULL) || p->at + 10 > s.n)
		return broken(p, p->at);
	r->type = (uint16_t)at16(s, p->at);
	r->class = (uint16_t)at16(s, p->at + 2);
	r->ttl = at32(s, p->at + 4);
	if (r->ttl > INT32_MAX)
		r->ttl = 0; /* RFC 2181 section 8 */
	r->n = (uint16_t)at16(s, p->at + 8);
	r->rdata = p->at + 10;
	if (r->rdata + r->n > s.n)
		return broken(p, p->at);
	p->at = r->rdata + r->n;
	return true;
}

/*
 * All records.  Behind the two sections that matter there may be rubbish: what
 * is cut short there is left out (OPT mostly stands first or alone).
 */
static bool read_records(struct packet *p)
{
	size_t room = 0, want;

	p->answers = at16(p->all, 6);
	p->authority = p->answers + at16(p->all, 8);
	want = p->authority + at16(p->all, 10);
	while (p->n < want) {
		struct rec *more = arena_more(p->a, p->rec, p->n, &room,
		                              sizeof(*more),
		                              DNS_PACKET_MAX);

		if (!more)
			return false;
		p->rec = more;
		if (!read_record(p, &p->rec[p->n])) {
			if (p->n < p->authority)
				return false;
			p->bad = false;
			return true;
		}
		p->n++;
	}
	return true;
}

/* A text of somebody else's that goes into a sentence of ours. */
static sv readable(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
			return (sv){0};
	return utf8_valid(s) ? s : (sv){0};
}

static void read_options(sv s, struct dns_packet_head *h)
{
	while (s.n >= 4) {
		unsigned code = at16(s, 0), n = at16(s, 2);
		sv data = sv_slice(s, 4, 4 + (size_t)n);

		if (code == OPTION_EDE && n >= 2 && data.n == n && !h->has_ede) {
			h->has_ede = true;
			h->ede = (uint16_t)at16(data, 0);
			h->ede_text = readable(sv_drop(data, 2));
		}
		s = sv_drop(s, 4 + (size_t)n);
	}
}

static void read_head(const struct packet *p, struct dns_packet_head *h)
{
	unsigned flags = at16(p->all, 2);

	*h = (struct dns_packet_head){.id = (uint16_t)at16(p->all, 0),
	    .answer = flags >> 15, .authoritative = flags >> 10 & 1,
	    .truncated = flags >> 9 & 1, .recursion = flags >> 7 & 1,
	    .rcode = flags & 15};
	for (size_t i = p->authority; i < p->n && !h->edns; i++) {
		const struct rec *r = &p->rec[i];

		if (r->type != TYPE_OPT)
			continue;
		/* Its class is a size; the TTL was taken as a number. */
		h->edns = true;
		h->rcode |= (uint16_t)(byte_at(p->all, r->rdata - 6) << 4);
		read_options(sv_slice(p->all, r->rdata, r->rdata + r->n), h);
	}
}

bool dns_packet_fits(sv s, uint16_t id, const struct dns_name *name,
                     uint16_t type)
{
	struct dns_name asked;
	size_t at = HEAD;

	if (s.n < HEAD || at16(s, 0) != id || !(at16(s, 2) & 0x8000))
		return false;
	if (!at16(s, 4))
		return at16(s, 2) & 15;
	return read_name(s, at, &at, &asked) && at + 4 <= s.n &&
	       at16(s, at) == type && at16(s, at + 2) == CLASS_IN &&
	       dns_name_eq(&asked, name);
}

/* ---- reading: the answer ---- */

static bool is_at(struct packet *p, const struct rec *r,
                  const struct dns_name *name)
{
	struct dns_name owner;
	size_t end;

	return r->class == CLASS_IN &&
	       read_name(p->all, r->owner, &end, &owner) &&
	       dns_name_eq(&owner, name);
}

/*
 * Names in the rdata of a type: bytes before them, how many, bytes behind.
 * RFC 3597 section 4 allows compression in no newer type; SRV and DNAME are
 * met compressed all the same.
 */
static const struct {
	uint16_t type;
	uint8_t before, names, behind;
} compressed[] = {
    {DNS_NS, 0, 1, 0},  {DNS_CNAME, 0, 1, 0}, {DNS_PTR, 0, 1, 0},
    {DNS_MX, 2, 1, 0},  {DNS_SRV, 6, 1, 0},   {DNS_DNAME, 0, 1, 0},
    {DNS_SOA, 0, 2, 20},
};

static sv expand(struct packet *p, const struct rec *r, size_t before,
                 unsigned names, size_t behind)
{
	uint8_t w[2 * DNS_NAME_MAX + 20];
	size_t at = r->rdata + before, end = r->rdata + r->n, n = before;
	struct dns_name name;

	if (r->n < before + names + behind) {
		broken(p, r->rdata);
		return (sv){0};
	}
	memcpy(w, p->all.p + r->rdata, before);
	for (; names; names--) {
		if (at >= end || !read_name(p->all, at, &at, &name)) {
			broken(p, r->rdata);
			return (sv){0};
		}
		memcpy(w + n, name.w, name.n);
		n += name.n;
	}
	if (at + behind != end) {
		broken(p, r->rdata);
		return (sv){0};
	}
	memcpy(w + n, p->all.p + at, behind);
	return arena_dup(p->a, sv_of((const char *)w, n + behind));
}

static sv rdata_of(struct packet *p, const struct rec *r)
{
	for (size_t i = 0; i < sizeof(compressed) / sizeof(compressed[0]); i++)
		if (compressed[i].type == r->type)
			return expand(p, r, compressed[i].before,
			              compressed[i].names,
			              compressed[i].behind);
	return arena_dup(p->a, sv_slice(p->all, r->rdata, r->rdata + r->n));
}

static void least(struct dns_answer *out, uint32_t ttl)
{
	if (ttl < out->ttl)
		out->ttl = ttl;
}

/* Records of the type asked for at that name; how many. */
static size_t collect(struct packet *p, const struct dns_name *name,
                      struct dns_answer *out)
{
	struct dns_rr *rr = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < p->answers && !p->bad; i++) {
		const struct rec *r = &p->rec[i];

		if (r->type != out->type || !is_at(p, r, name))
			continue;
		rr = arena_more(p->a, rr, out->n, &cap, sizeof(*rr),
		                DNS_RRS_MAX);
		if (!rr)
			break;
		rr[out->n++] = (struct dns_rr){r->ttl, rdata_of(p, r)};
		least(out, r->ttl);
	}
	out->rr = rr;
	return out->n;
}

/* The name with the end of a DNAME's owner replaced (RFC 6672 section 2.2). */
static bool substitute(const struct dns_name *name,
                       const struct dns_name *owner,
                       const struct dns_name *to, struct dns_name *out)
{
	size_t kept = (size_t)name->n - owner->n;

	if (kept + to->n > DNS_NAME_MAX)
		return false;
	memcpy(out->w, name->w, kept);
	memcpy(out->w + kept, to->w, to->n);
	out->n = (uint8_t)(kept + to->n);
	return true;
}

static bool target_of(struct packet *p, const struct rec *r,
                      struct dns_name *out)
{
	size_t end = r->rdata;

	return (read_name(p->all, r->rdata, &end, out) &&
	        end == r->rdata + r->n) || broken(p, r->rdata);
}

/* Where an alias leads from that name, if there is one. */
static bool follow(struct packet *p, const struct dns_name *name,
                   struct dns_name *to, struct dns_answer *out)
{
	struct dns_name owner, target;
	size_t end;

	for (size_t i = 0; i < p->answers; i++)
		if (p->rec[i].type == DNS_CNAME &&
		    is_at(p, &p->rec[i], name)) {
			least(out, p->rec[i].ttl);
			return target_of(p, &p->rec[i], to);
		}
	for (size_t i = 0; i < p->answers; i++) {
		const struct rec *r = &p->rec[i];

		if (r->type != DNS_DNAME || r->class != CLASS_IN ||
		    !read_name(p->all, r->owner, &end, &owner) ||
		    dns_name_eq(&owner, name) ||
		    !dns_name_under(name, &owner))
			continue;
		least(out, r->ttl);
		return target_of(p, r, &target) &&
		       substitute(name, &owner, &target, to);
	}
	return false;
}

/* RFC 2308 sections 3 and 5: the SOA record says how long absence lasts. */
static const struct rec *find_soa(struct packet *p)
{
	for (size_t i = p->answers; i < p->authority; i++)
		if (p->rec[i].type == DNS_SOA && p->rec[i].class == CLASS_IN)
			return &p->rec[i];
	return NULL;
}

static bool has_ns(const struct packet *p)
{
	for (size_t i = p->answers; i < p->authority; i++)
		if (p->rec[i].type == DNS_NS)
			return true;
	return false;
}

static void absent(struct packet *p, const struct rec *soa,
                   enum dns_state state, struct dns_answer *out)
{
	char text[DNS_NAME_TEXT];
	struct dns_name owner;
	size_t end;

	out->state = state;
	if (!soa) {
		/* RFC 2308 section 5: without SOA it is not to be kept. */
		out->ttl = 0;
		return;
	}
	if (soa->n < 22) {
		broken(p, soa->rdata);
		return;
	}
	least(out, soa->ttl);
	least(out, at32(p->all, soa->rdata + soa->n - 4));
	if (read_name(p->all, soa->owner, &end, &owner))
		out->zone = arena_dup(p->a, dns_name_text(&owner, text));
}

static void fail(struct dns_answer *out, sv why)
{
	out->state = DNS_TEMPFAIL;
	out->ttl = 0;
	out->rr = NULL;
	out->n = 0;
	out->why = why;
}

/* No record of that type at the end of the chain. */
static void nothing(struct packet *p, const struct dns_packet_head *h,
                    bool recursive, struct dns_answer *out)
{
	const struct rec *soa = find_soa(p);

	if (h->rcode == NXDOMAIN)
		absent(p, soa, DNS_NXDOMAIN, out);
	else if (soa || out->nchain || !has_ns(p) || h->authoritative)
		absent(p, soa, DNS_NODATA, out);
	else
		fail(out, recursive
		              ? SV("it refers to other servers in place of an "
		                   "answer: it does not resolve for others")
		              : SV("it refers to other servers: it does not "
		                   "hold this name"));
}

static void answer(struct packet *p, const struct dns_packet_head *h,
                   bool recursive, struct dns_answer *out)
{
	struct dns_name name = out->name, to, *chain = NULL;
	size_t cap = 0;

	out->ttl = INT32_MAX;
	out->rcode = h->rcode;
	out->authoritative = h->authoritative;
	if (h->rcode != NOERROR && h->rcode != NXDOMAIN) {
		fail(out, dns_rcode_why(p->a, h));
		return;
	}
	while (!collect(p, &name, out) && follow(p, &name, &to, out)) {
		chain = arena_more(p->a, chain, out->nchain, &cap,
		                   sizeof(*chain), DNS_CHAIN_MAX);
		if (!chain) {
			fail(out, SV("its aliases (CNAME) lead in a circle, "
			             "or too far"));
			return;
		}
		chain[out->nchain++] = name = to;
		out->chain = chain;
	}
	if (out->n)
		out->state = DNS_FOUND;
	else
		nothing(p, h, recursive, out);
}

enum mw_status dns_packet_read(struct arena *a, sv packet, bool recursive,
                               struct dns_answer *out,
                               struct dns_packet_head *head,
                               struct mw_err *err)
{
	struct packet p = {.a = a, .all = packet, .at = HEAD};
	struct dns_answer got = {.name = out->name, .type = out->type,
	                         .trust = out->trust, .server = out->server};
	struct dns_packet_head h;

	if (packet.n < HEAD)
		return mw_fail_at(err, MW_ESYNTAX, packet.n,
		                  "shorter than a packet's head");
	if (!skip_questions(&p, at16(packet, 4)) || !read_records(&p))
		return p.bad ? mw_fail_at(err, MW_ESYNTAX, p.fault,
		                          "cut short or broken")
		             : mw_fail(err, MW_ENOMEM,
		                       "no memory for an answer");
	read_head(&p, &h);
	answer(&p, &h, recursive, &got);
	if (p.bad)
		return mw_fail_at(err, MW_ESYNTAX, p.fault,
		                  "a name in a record is broken");
	if (arena_failed(a))
		return mw_fail(err, MW_ENOMEM, "no memory for an answer");
	*out = got;
	if (head)
		*head = h;
	return MW_OK;
}

/* ---- words ---- */

/* RFC 6895 section 2.3; what a resolver or server may meet. */
static const struct {
	const char *name, *why;
} rcodes[] = {
    {"NOERROR", "it gave no answer"},
    {"FORMERR", "it did not understand the question"},
    {"SERVFAIL", "it failed"},
    {"NXDOMAIN", "the name does not exist"},
    {"NOTIMP", "it does not know this kind of question"},
    {"REFUSED", "it refused to answer"},
    {"YXDOMAIN", "the name becomes too long by an alias (DNAME)"},
    {"YXRRSET", "it failed"},
    {"NXRRSET", "it failed"},
    {"NOTAUTH", "it is not responsible for the name"},
    {"NOTZONE", "it failed"},
};

const char *dns_rcode_name(uint16_t rcode, char room[12])
{
	if (rcode < sizeof(rcodes) / sizeof(rcodes[0]))
		return rcodes[rcode].name;
	if (rcode == 16)
		return "BADVERS";
	snprintf(room, 12, "RCODE%u", rcode);
	return room;
}

/* RFC 8914 section 4: those that tell why there is no answer. */
static const char *ede_words(uint16_t code)
{
	switch (code) {
	case 6:
		return "DNSSEC proves the answer wrong";
	case 7:
		return "a DNSSEC signature has expired";
	case 8:
		return "a DNSSEC signature is not valid yet";
	case 9:
		return "a DNSSEC key is missing";
	case 10:
		return "DNSSEC signatures are missing";
	case 11:
		return "no DNSSEC key is for the zone";
	case 12:
		return "DNSSEC proof of absence is missing";
	case 15:
		return "blocked";
	case 16:
		return "censored";
	case 17:
		return "filtered";
	case 18:
		return "you may not ask it";
	case 20:
		return "it does not hold the name";
	case 22:
		return "the name servers of the name cannot be reached";
	case 23:
		return "a network fault";
	default:
		return NULL;
	}
}

sv dns_rcode_why(struct arena *a, const struct dns_packet_head *h)
{
	char room[12];
	const char *name = dns_rcode_name(h->rcode, room);
	const char *words = h->has_ede ? ede_words(h->ede) : NULL;
	const char *why = h->rcode < sizeof(rcodes) / sizeof(rcodes[0])
	                      ? rcodes[h->rcode].why : "it failed";

	return arena_printf(a, "%s (%s)%s%s%s%.*s", why, name,
	                    words ? ": " : "", words ? words : "",
	                    h->ede_text.n ? ": " : "", SV_FMT(h->ede_text));
}
