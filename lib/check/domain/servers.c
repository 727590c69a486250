/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each server of the zone, asked by itself: receivers hit any of them, so one
 * that is wrong makes mail fail now and then (RFC 1034 section 4.2, RFC 2182).
 */
#include "check/checks.h"
#include "check/places.h"

#define HOSTS_MAX 16
#define SERVERS_MAX 32
/* RFC 6895 */
#define RCODE_SERVFAIL 2
#define RCODE_REFUSED 5
#define RCODE_NOTAUTH 9

enum health { FINE, LAME, SERVFAIL, SILENT };

/* What is compared between servers, besides the serial. */
enum { Q_TXT, Q_MX, Q_DMARC, Q_N };

struct server {
	struct dns_name host;
	struct ip ip;
	enum health health;
	const struct dns_answer *soa, *tcp, *an[Q_N];
};

struct job {
	struct check_run *run;
	struct dns_name zone;
	const struct dns_answer *ns;
	struct server *list;
	size_t n, nhosts;
	bool unsure; /* addresses of a server could not be looked up */
};

static struct finding *about(struct job *j, const char *id,
                             const struct server *s)
{
	struct check_run *run = j->run;
	sv zone = check_name(run, &j->zone);
	struct finding *f;
	sv ip;

	if (!s) {
		f = found(run, id, zone);
		found_value(run, f, "zone", zone);
		return f;
	}
	ip = check_ip(run, &s->ip);
	f = found(run, id, ip);
	found_value(run, f, "zone", zone);
	found_value(run, f, "ip", ip);
	found_value(run, f, "server", check_name(run, &s->host));
	return f;
}

/* ---- questions ---- */

static enum step find_servers(struct job *j)
{
	struct check_run *run = j->run;
	enum step step = STEP_DONE;
	struct dns_name host;
	struct host_ips ips;
	struct finding *f;

	for (size_t i = 0; i < j->ns->n && j->nhosts < HOSTS_MAX; i++) {
		if (!dns_target(&j->ns->rr[i], &host))
			continue;
		j->nhosts++;
		if (host_ips(run->facts, &host, &ips) == STEP_WAIT) {
			step = STEP_WAIT;
			continue;
		}
		for (size_t k = 0; k < ips.n && j->n < SERVERS_MAX; k++)
			j->list[j->n++] = (struct server){.host = host,
			                                  .ip = ips.list[k]};
		if (ips.n)
			continue;
		if (found_no_answer(run, ips.v4) ||
		    found_no_answer(run, ips.v6)) {
			j->unsure = true;
			continue;
		}
		f = found(run, "servers.no-address", check_name(run, &host));
		found_value(run, f, "server", check_name(run, &host));
		found_value(run, f, "zone", check_name(run, &j->zone));
	}
	return step;
}

static enum step ask(struct job *j, struct server *s)
{
	struct facts *f = j->run->facts;
	const struct dns_name *domain = &j->run->target->name;
	struct dns_name dmarc;
	bool wait;

	s->soa = facts_at(f, &s->ip, &j->zone, DNS_SOA);
	s->tcp = facts_at_by(f, &s->ip, &j->zone, DNS_SOA, FACTS_TCP);
	s->an[Q_TXT] = facts_at(f, &s->ip, domain, DNS_TXT);
	s->an[Q_MX] = facts_at(f, &s->ip, domain, DNS_MX);
	if (dns_name_below(SV("_dmarc"), domain, &dmarc))
		s->an[Q_DMARC] = facts_at(f, &s->ip, &dmarc, DNS_TXT);
	wait = s->soa->state == DNS_PENDING || s->tcp->state == DNS_PENDING;
	for (size_t i = 0; i < Q_N; i++)
		wait |= s->an[i] && s->an[i]->state == DNS_PENDING;
	return wait ? STEP_WAIT : STEP_DONE;
}

/* ---- each by itself ---- */

static enum health health_of(const struct dns_answer *an)
{
	switch (an->state) {
	case DNS_FOUND:
		return an->authoritative ? FINE : LAME;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		return LAME; /* it does not know the zone that it is named for */
	default:
		break;
	}
	switch (an->rcode) {
	case RCODE_SERVFAIL:
		return SERVFAIL;
	case RCODE_REFUSED:
	case RCODE_NOTAUTH:
		return LAME;
	case 0:
		/* A referral came with an answer; silence came with none. */
		return sv_has(an->why, SV("refers to other")) ? LAME : SILENT;
	default:
		return SERVFAIL;
	}
}

/* No way to IPv6 from here says nothing about the servers. */
static bool is_family_silent(const struct job *j, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++) {
		if (j->list[i].ip.bytes != bytes)
			continue;
		if (j->list[i].health != SILENT)
			return false;
		n++;
	}
	return n > 0;
}

static const char *const ids[] = {
    [LAME] = "servers.lame",
    [SERVFAIL] = "servers.servfail",
    [SILENT] = "servers.silent",
};

/* It answers for the zone, but maybe not each question, or not over TCP. */
static size_t judge_fine(struct job *j, const struct server *s)
{
	struct finding *f;
	size_t faults = 0;

	for (size_t i = 0; i < Q_N; i++) {
		const struct dns_answer *an = s->an[i];
		char type[10];

		if (!an || an->state != DNS_TEMPFAIL)
			continue;
		f = about(j, "servers.part", s);
		found_value(j->run, f, "name", check_name(j->run, &an->name));
		found_value(j->run, f, "type",
		            sv_str(dns_type_name(an->type, type)));
		found_value(j->run, f, "reason", an->why);
		faults++;
	}
	if (s->tcp->state != DNS_TEMPFAIL || s->tcp->rcode)
		return faults;
	f = about(j, "servers.no-tcp", s);
	found_value(j->run, f, "reason", s->tcp->why);
	return faults + 1;
}

static size_t judge_each(struct job *j, size_t *fine)
{
	bool no_v6 = is_family_silent(j, 16) && !is_family_silent(j, 4);
	size_t faults = 0;
	struct finding *f;

	for (size_t i = 0; i < j->n; i++) {
		const struct server *s = &j->list[i];

		if (s->health == FINE) {
			(*fine)++;
			faults += judge_fine(j, s);
			continue;
		}
		if (s->health == SILENT && s->ip.bytes == 16 && no_v6)
			continue;
		f = about(j, ids[s->health], s);
		found_value(j->run, f, "reason", s->soa->why);
		found_answer(j->run, f, s->soa);
		faults++;
	}
	if (no_v6)
		(void)about(j, "servers.no-ipv6", NULL);
	return faults;
}

/* ---- all beside each other ---- */

/* The same for the same records, in whatever order they come. */
static uint64_t sum_of(const struct dns_answer *an)
{
	uint64_t sum = (uint64_t)an->n + 1;

	for (size_t i = 0; i < an->n; i++) {
		uint64_t h = 0xcbf29ce484222325ULL;
		sv data = an->rr[i].rdata;

		for (size_t k = 0; k < data.n; k++)
			h = (h ^ (uint8_t)data.p[k]) * 0x100000001b3ULL;
		sum += h ^ h >> 29;
	}
	if (an->nchain)
		sum ^= dns_name_hash(&an->chain[an->nchain - 1]);
	return sum;
}

/* Can the answer be compared?  NXDOMAIN and NODATA both say: no record. */
static bool counts(const struct server *s, const struct dns_answer *an)
{
	return s->health == FINE && an && an->state != DNS_TEMPFAIL &&
	       an->state != DNS_BOGUS;
}

/* The k-th record, or why there is none. */
static sv text_of(struct check_run *run, const struct dns_answer *an, size_t k)
{
	if (!an->n)
		return an->nchain
		    ? check_name(run, &an->chain[an->nchain - 1])
		    : sv_str(dns_state_name(an->state));
	if (an->type == DNS_TXT)
		return dns_txt(run->a, &an->rr[k]);
	return dns_rdata_text(run->a, an->type, an->rr[k].rdata);
}

/* What each server says. */
static void show(struct job *j, struct finding *f, size_t q)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct dns_answer *an = j->list[i].an[q];
		char ip[IP_TEXT];
		size_t k = 0;

		if (!counts(&j->list[i], an))
			continue;
		(void)ip_text(&j->list[i].ip, ip);
		do {
			found_seen(j->run, f, ip, text_of(j->run, an, k));
		} while (++k < an->n && k < CHECK_EVIDENCE_MAX);
	}
}

static size_t compare(struct job *j, size_t q)
{
	const struct server *first = NULL;

	for (size_t i = 0; i < j->n; i++) {
		const struct dns_answer *an = j->list[i].an[q];
		const char *type;
		struct finding *f;
		char room[10];
		sv name;

		if (!counts(&j->list[i], an))
			continue;
		if (!first)
			first = &j->list[i];
		if (sum_of(an) == sum_of(first->an[q]))
			continue;
		name = check_name(j->run, &an->name);
		type = dns_type_name(an->type, room);
		f = found(j->run, "servers.differ", arena_printf(
		    j->run->a, "%.*s %s", SV_FMT(name), type));
		found_value(j->run, f, "name", name);
		found_value(j->run, f, "type", sv_str(type));
		found_value(j->run, f, "ip", check_ip(j->run, &first->ip));
		found_value(j->run, f, "other",
		            check_ip(j->run, &j->list[i].ip));
		show(j, f, q);
		return 1;
	}
	return 0;
}

static size_t compare_serials(struct job *j)
{
	const struct server *first = NULL;
	struct dns_soa one = {0}, other;
	struct finding *f;

	for (size_t i = 0; i < j->n; i++) {
		const struct server *s = &j->list[i];

		if (s->health != FINE || !s->soa->n ||
		    !dns_soa(&s->soa->rr[0], &other))
			continue;
		if (!first) {
			first = s;
			one = other;
		}
		if (one.serial == other.serial)
			continue;
		f = about(j, "servers.serial", NULL);
		found_value(j->run, f, "ip", check_ip(j->run, &first->ip));
		found_number(j->run, f, "serial", one.serial);
		found_value(j->run, f, "other", check_ip(j->run, &s->ip));
		found_number(j->run, f, "other_serial", other.serial);
		return 1;
	}
	return 0;
}

static void judge(struct job *j)
{
	size_t fine = 0, faults = judge_each(j, &fine);
	struct finding *f;

	for (size_t q = 0; q < Q_N; q++)
		faults += compare(j, q);
	/* Where the records are not the same, the serial is no news. */
	if (!faults)
		faults += compare_serials(j);
	if (!fine && !j->unsure) {
		f = about(j, "servers.none", NULL);
		found_number(j->run, f, "number", (long long)j->n);
		return;
	}
	if (j->nhosts == 1 && !j->unsure) {
		(void)about(j, "servers.single", NULL);
		return;
	}
	if (faults || j->unsure)
		return;
	f = about(j, "servers.ok", NULL);
	found_number(j->run, f, "number", (long long)fine);
}

static enum step ask_all(struct job *j)
{
	enum step step = find_servers(j);

	for (size_t i = 0; i < j->n; i++)
		if (ask(j, &j->list[i]) == STEP_WAIT)
			step = STEP_WAIT;
		else
			j->list[i].health = health_of(j->list[i].soa);
	return step;
}

static enum step check_it(struct check_run *run)
{
	struct job j = {.run = run};

	/* In a zone in memory, a recording or offline there is nobody to ask. */
	if (!facts_has_direct(run->facts))
		return STEP_DONE;
	if (zone_of(run->facts, &run->target->name, &j.zone) == STEP_WAIT)
		return STEP_WAIT;
	if (!j.zone.n)
		return STEP_DONE;
	j.ns = facts_dns(run->facts, &j.zone, DNS_NS);
	if (j.ns->state == DNS_PENDING)
		return STEP_WAIT;
	if (found_no_answer(run, j.ns))
		return STEP_DONE;
	j.list = arena_alloc(run->a, SERVERS_MAX, sizeof(*j.list));
	if (!j.list)
		return STEP_DONE;
	if (ask_all(&j) == STEP_WAIT)
		return STEP_WAIT;
	if (j.n || (j.nhosts && !j.unsure))
		judge(&j);
	return STEP_DONE;
}

const struct check check_servers = {
    "servers", "domain",
    "the name servers of the domain, each asked by itself",
    check_it,
};
