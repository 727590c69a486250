/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the check of DMARC finds in which world; each record that it proposes
 * is laid over that world, and the finding must be gone.
 */
#include "unit.h"

#include "base/buf.h"
#include "check/checks.h"
#include "check/records.h"
#include "dns/overlay.h"
#include "dns/zone.h"

#include <stdio.h>

#define ARENA ((size_t)8 << 20)

struct world {
	const char *zone, *domain, *from, *mail, *ip;
	const char *want; /* id(about) ..., as they come */
};

static const struct world worlds[] = {
    /* No record, and texts that are none. */
    {"example.org A 192.0.2.1", "example.org", "", "", "",
     "dmarc.missing(example.org)"},
    {"example.org A 192.0.2.1", "news.example.org", "", "", "",
     "dmarc.missing(news.example.org)"},
    {"example.org TXT \"v=DMARC1; p=reject\"", "example.org", "", "", "",
     "dmarc.misplaced(example.org)"},
    {"_dmarc.example.org.example.org TXT \"v=DMARC1; p=none\"",
     "example.org", "", "", "", "dmarc.misplaced(example.org)"},
    {"_dmarc.example.org TXT \"v=dmarc1; p=none\"", "example.org", "", "",
     "", "dmarc.nearly(example.org)"},
    {"_dmarc.example.org !SERVFAIL", "example.org", "", "", "",
     "dns.tempfail(_dmarc.example.org)"},
    {"_dmarc.example.org !BOGUS", "example.org", "", "", "",
     "dns.bogus(_dmarc.example.org)"},
    /* One record. */
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org", "", "",
     "", "dmarc.ok(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "news.example.org", "",
     "", "", "dmarc.ok(news.example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=none\"", "example.org", "", "",
     "", "dmarc.p-none(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=rejct\"", "example.org", "", "",
     "", "dmarc.syntax(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject rua=mailto:a@example.org\"\n"
     "example.org MX 10 mail.example.org", "example.org", "", "", "",
     "dmarc.syntax(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=rejct; rua=mailto:a@example.org\"\n"
     "example.org MX 10 mail.example.org", "example.org", "", "", "",
     "dmarc.weakened(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; ruaa=x; aspf=q\"",
     "example.org", "", "", "", "dmarc.untidy(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=a@example.org\"\n"
     "example.org MX 10 mail.example.org", "example.org", "", "", "",
     "dmarc.untidy(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; ri=3600\"",
     "example.org", "", "", "", "dmarc.removed(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; pct=10\"",
     "example.org", "", "", "",
     "dmarc.removed(example.org) dmarc.differ-pct(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; t=y\"",
     "example.org", "", "", "", "dmarc.differ-test(example.org)"},
    /* Several. */
    {"_dmarc.example.org TXT \"v=DMARC1; p=none; rua=mailto:a@example.org\"\n"
     "_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:b@example.org\"\n"
     "example.org MX 10 mail.example.org", "example.org", "", "", "",
     "dmarc.several(example.org)"},
    /* Dialects. */
    {"_dmarc.b.example.org TXT \"v=DMARC1; p=reject\"\n"
     "a.b.example.org A 192.0.2.1", "a.b.example.org", "", "", "",
     "dmarc.differ-between(a.b.example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; np=none\"",
     "gone.example.org", "", "", "",
     "dmarc.p-none(gone.example.org) dmarc.differ-np(gone.example.org)"},
    /* Reports. */
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:a@example.net\"\n"
     "example.net MX 10 mail.example.net", "example.org", "", "", "",
     "dmarc.report-permit(example.net)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:a@example.net\"\n"
     "example.org._report._dmarc.example.net TXT v=DMARC1\n"
     "example.net MX 10 mail.example.net", "example.org", "", "", "",
     "dmarc.ok(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:a@example.net\"\n"
     "example.org._report._dmarc.example.net !SERVFAIL\n"
     "example.net MX 10 mail.example.net", "example.org", "", "", "",
     "dns.tempfail(example.org._report._dmarc.example.net) "
     "dmarc.ok(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:a@example.org,"
     "mailto:b@example.org\"", "example.org", "", "", "",
     "dmarc.report-no-mx(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:a@example.org\"\n"
     "example.org MX 0 .", "example.org", "", "", "",
     "dmarc.report-no-mx(example.org)"},
    /* Alignment. */
#define SENDS "example.org TXT \"v=spf1 ip4:192.0.2.1 -all\"\n" \
	"other.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n" \
	"b.example.org TXT \"v=spf1 ip4:192.0.2.1 -all\"\n" \
	"slow.example.org !SERVFAIL\n"
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org", "x@example.org", "192.0.2.1",
     "dmarc.ok(example.org) align.ok(192.0.2.1)"},
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org", "x@b.example.org", "192.0.2.1",
     "dmarc.ok(example.org) align.ok(192.0.2.1)"},
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org", "x@example.org", "192.0.2.9",
     "dmarc.ok(example.org) align.failed(192.0.2.9)"},
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org", "x@other.example", "192.0.2.1",
     "dmarc.ok(example.org) align.other-domain(192.0.2.1)"},
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org", "x@other.example", "192.0.2.9",
     "dmarc.ok(example.org) align.none(192.0.2.9)"},
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject; aspf=s\"",
     "example.org", "a@example.org", "x@b.example.org", "192.0.2.1",
     "dmarc.ok(example.org) align.strict(192.0.2.1)"},
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org", "x@slow.example.org", "192.0.2.1",
     "dmarc.ok(example.org) align.unknown(192.0.2.1)"},
    {SENDS "_dmarc.a.example.org TXT \"v=DMARC1; p=reject\"",
     "a.example.org", "a@a.example.org", "x@b.example.org", "192.0.2.1",
     "dmarc.ok(a.example.org) align.differ(192.0.2.1) "
     "dmarc.differ-walk(a.example.org)"},
    {SENDS, "example.org", "a@example.org", "x@other.example", "192.0.2.1",
     "dmarc.missing(example.org) align.other-domain(192.0.2.1)"},
    /* Nobody sends: only what does not belong together is told. */
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org", "x@other.example", "",
     "dmarc.ok(example.org) align.other-domain(other.example)"},
    {SENDS "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org", "x@example.org", "", "dmarc.ok(example.org)"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "example.org",
     "a@example.org, b@example.net", "", "",
     "dmarc.ok(example.org) align.from(example.org)"},
};

/* ---- running ---- */

static struct check_target target_of(const struct world *w)
{
	struct check_target t = {.domain = sv_str(w->domain),
	                         .header_from = sv_str(w->from),
	                         .mail_from = sv_str(w->mail)};

	assert_true(dns_name_plain(t.domain, &t.name));
	if (w->ip[0]) {
		assert_true(ip_parse(sv_str(w->ip), &t.ips[0]));
		t.nips = 1;
	}
	return t;
}

static void run(struct check_run *r, struct arena *a, struct dns_resolver *dns,
                const struct check_target *t, struct facts **f)
{
	struct facts_options opt = {.resolver = dns};

	*f = facts_new(&opt);
	assert_non_null(*f);
	for (;;) {
		arena_reset(a);
		*r = (struct check_run){.facts = *f, .a = a, .target = t,
		                        .check = &check_dmarc};
		if (check_dmarc.run(r) == STEP_DONE)
			return;
		facts_wait(*f);
	}
}

static void put_ids(struct buf *b, const struct check_run *r)
{
	for (const struct finding *f = r->first; f; f = f->next)
		buf_addf(b, "%s%s(%.*s)", b->n ? " " : "", f->id,
		         SV_FMT(f->about));
}

static bool has(const struct check_run *r, const struct finding *f)
{
	for (const struct finding *g = r->first; g; g = g->next)
		if (!strcmp(f->id, g->id) && sv_ieq(f->about, g->about))
			return true;
	return false;
}

/* One finding's records over the world: then it is gone. */
static void heal(const struct finding *f, struct dns_resolver *dns,
                 const struct check_target *t)
{
	struct arena *a = arena_new(ARENA), *changes = arena_new(ARENA);
	struct dns_overlay *over = dns_overlay_new();
	struct dns_resolver *world;
	struct check_run r;
	struct facts *facts;
	struct mw_err err;

	assert_non_null(over);
	for (size_t i = 0; i < f->nrecords; i++)
		assert_int_equal(dns_overlay_read(over,
		    record_overlay(changes, &f->records[i]), &err), MW_OK);
	world = dns_overlay_resolver(over, dns);
	run(&r, a, world, t, &facts);
	if (has(&r, f))
		fail_msg("%s(%.*s) stays behind %.*s", f->id,
		         SV_FMT(f->about), SV_FMT(f->records[0].value));
	facts_free(facts);
	dns_resolver_free(world);
	dns_overlay_free(over);
	arena_free(changes);
	arena_free(a);
}

static void look(const struct world *w, size_t *healed)
{
	struct check_target t = target_of(w);
	struct arena *a = arena_new(ARENA);
	struct dns_zone *z = dns_zone_new();
	struct dns_resolver *dns;
	struct check_run r;
	struct facts *facts;
	struct mw_err err;
	struct buf b;

	assert_int_equal(dns_zone_read(z, sv_str(w->zone), &err), MW_OK);
	dns = dns_zone_resolver(z);
	buf_init(&b, 4096);
	run(&r, a, dns, &t, &facts);
	put_ids(&b, &r);
	if (!sv_eq(buf_sv(&b), sv_str(w->want)))
		fail_msg("%s\n%s: got \"%.*s\",\nwant \"%s\"", w->zone,
		         w->domain, SV_FMT(buf_sv(&b)), w->want);
	for (const struct finding *f = r.first; f; f = f->next)
		if (f->nrecords) {
			heal(f, dns, &t);
			(*healed)++;
		}
	buf_fini(&b);
	facts_free(facts);
	dns_resolver_free(dns);
	dns_zone_free(z);
	arena_free(a);
}

static void test_worlds(void **state)
{
	size_t healed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++)
		look(&worlds[i], &healed);
	assert_true(healed >= 15);
}

/* ---- what is proposed ---- */

static const struct {
	const char *zone, *from, *id, *record;
} proposals[] = {
    {"example.org A 192.0.2.1", "", "dmarc.missing", "v=DMARC1; p=none"},
    {"example.org A 192.0.2.1", "a@example.org", "dmarc.missing",
     "v=DMARC1; p=none; rua=mailto:a@example.org"},
    {"example.org A 192.0.2.1", "\"a b\"@example.org", "dmarc.missing",
     "v=DMARC1; p=none"},
    {"example.org A 192.0.2.1", "a@example.net", "dmarc.missing",
     "v=DMARC1; p=none"},
    {"example.org TXT \"v=DMARC1; p=reject\"", "", "dmarc.misplaced",
     "v=DMARC1; p=reject"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject rua=mailto:a@example.org\"",
     "", "dmarc.syntax", "v=DMARC1; p=reject; rua=mailto:a@example.org"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=qarantine\"", "",
     "dmarc.syntax", "v=DMARC1; p=reject; sp=none"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=none; rua=mailto:a@example.org\"\n"
     "_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:b@example.org,"
     "mailto:a@example.org\"", "", "dmarc.several",
     "v=DMARC1; p=none; rua=mailto:a@example.org,mailto:b@example.org"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=none; sp=reject; adkim=s; rf=afrf; "
     "x=y; fo=1:d; ruf=mailto:r@example.org!10m; pct=100; psd=n\"", "",
     "dmarc.removed", "v=DMARC1; p=none; sp=reject; adkim=s; psd=n; "
     "ruf=mailto:r@example.org; fo=1:d"},
};

static void test_proposals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(proposals) / sizeof(proposals[0]); i++) {
		struct world w = {proposals[i].zone, "example.org",
		                  proposals[i].from, "", "", ""};
		struct check_target t = target_of(&w);
		struct arena *a = arena_new(ARENA);
		struct dns_zone *z = dns_zone_new();
		struct dns_resolver *dns;
		const struct finding *f;
		struct check_run r;
		struct facts *facts;
		struct mw_err err;

		assert_int_equal(dns_zone_read(z, sv_str(w.zone), &err),
		                 MW_OK);
		dns = dns_zone_resolver(z);
		run(&r, a, dns, &t, &facts);
		for (f = r.first; f && strcmp(f->id, proposals[i].id);)
			f = f->next;
		assert_non_null(f);
		assert_true(f->nrecords > 0);
		assert_sv(f->records[0].name, "_dmarc.example.org");
		assert_sv(f->records[0].value, proposals[i].record);
		facts_free(facts);
		dns_resolver_free(dns);
		dns_zone_free(z);
		arena_free(a);
	}
}

/* A fault is shown where it stands. */
static void test_place(void **state)
{
	struct world w = {"_dmarc.example.org TXT \"v=DMARC1; p=rejct\"",
	                  "example.org", "", "", "", ""};
	struct check_target t = target_of(&w);
	struct arena *a = arena_new(ARENA);
	struct dns_zone *z = dns_zone_new();
	struct dns_resolver *dns;
	struct check_run r;
	struct facts *facts;
	struct mw_err err;

	(void)state;
	assert_int_equal(dns_zone_read(z, sv_str(w.zone), &err), MW_OK);
	dns = dns_zone_resolver(z);
	run(&r, a, dns, &t, &facts);
	assert_non_null(r.first);
	assert_int_equal(r.first->nevidence, 1);
	assert_sv(r.first->evidence[0].what, "p-value");
	assert_int_equal(r.first->evidence[0].at, 12);
	assert_int_equal(r.first->evidence[0].len, 5);
	facts_free(facts);
	dns_resolver_free(dns);
	dns_zone_free(z);
	arena_free(a);
}

UNIT_MAIN(cmocka_unit_test(test_worlds), cmocka_unit_test(test_proposals),
          cmocka_unit_test(test_place))
