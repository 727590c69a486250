/* SPDX-License-Identifier: BSD-2-Clause */
/* DMARC: faults with their places, both dialects, reports, late answers. */
#include "unit.h"

#include "auth/dmarc.h"
#include "auth/dmarc_report.h"
#include "base/buf.h"
#include "dns/zone.h"

#include <stdio.h>

#define ARENA ((size_t)4 << 20)

/* ---- records ---- */

static const struct {
	const char *in;
	bool is_dmarc, usable;
	const char *faults; /* id@at+n ... */
} records[] = {
    {"v=DMARC1; p=reject", true, true, ""},
    {"v=DMARC1;p=none;", true, true, ""},
    {" v = DMARC1 ; p = NONE", true, true, ""},
    {"", false, false, "v-first@0+0"},
    {"p=none", false, false, "v-first@0+1"},
    {"v=spf1 -all", false, false, "v-value@2+9"},
    {"v=dmarc1; p=none", false, false, "v-case@2+6"},
    {"v=DMARC1 p=none", false, false,
     "v-value@2+13 semicolon-missing@9+1"},
    {"p=none; v=DMARC1", false, false, "v-first@0+1 v-place@8+1"},
    {"\"v=DMARC1; p=none\"", false, false,
     "quotes@0+1 v-first@0+2 tag-syntax@0+9 p-value@13+5"},
    {"v=DMARC1\\; p=none", false, false, "backslash@8+1 v-value@2+7"},
    {"v=DMARC1; p=none;; x=1", true, true,
     "tag-empty@17+0 tag-unknown@19+1"},
    {"v=DMARC1; p=none; =1", true, true, "tag-nameless@18+2"},
    {"v=DMARC1; p=none; word", true, true, "tag-syntax@18+4"},
    {"v=DMARC1; p=none; p=reject", true, true, "tag-twice@18+1"},
    {"v=DMARC1; p=none; pct=50; rf=afrf; ri=3600", true, true,
     "tag-removed@18+3 tag-removed@26+2 tag-removed@35+2"},
    {"v=DMARC1; p=none; pct=101", true, true,
     "tag-removed@18+3 pct-value@22+3"},
    {"v=DMARC1; sp=none; p=none", true, true, "p-place@19+1"},
    {"v=DMARC1; p=reject rua=mailto:a@example.org", true, false,
     "semicolon-missing@19+3 p-value@12+31"},
    {"v=DMARC1; p=rejct", true, false, "p-value@12+5"},
    {"v=DMARC1; p=; sp=x; np=y", true, false,
     "p-value@10+1 sp-value@17+1 np-value@23+1"},
    {"v=DMARC1; rua=mailto:a@example.org", true, true, "p-missing@0+0"},
    {"v=DMARC1; p=none; adkim=x; aspf=; fo=2; psd=z; t=1", true, true,
     "adkim-value@24+1 aspf-value@27+4 fo-value@37+1 psd-value@44+1 "
     "t-value@49+1"},
    {"v=DMARC1; p=none; rua=", true, true, "uri-none@18+3"},
    {"v=DMARC1; p=none; rua=a@example.org", true, true,
     "uri-syntax@22+13"},
    {"v=DMARC1; p=none; rua=mailto:x,,ftp://example.org", true, true,
     "uri-address@22+8 uri-empty@31+0 uri-scheme@32+3"},
    {"v=DMARC1; p=none; ruf=mailto:a@example.org!10m", true, true,
     "uri-size-removed@42+4"},
    {"v=DMARC1; p=none; ruf=mailto:a@example.org!x", true, true,
     "uri-size@42+2"},
    {"v=DMARC1; p=none; rua=mailto:a@b.example,mailto:b@b.example,"
     "mailto:c@b.example", true, true, "uri-many@60+18"},
    {"v=DMARC1; p=none\x01", true, false, "signs@16+1 p-value@12+5"},
};

static void test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct arena *a = arena_new(ARENA);
		struct dmarc_record r;
		char got[1024] = "";
		size_t n = 0;

		assert_int_equal(
		    dmarc_record_parse(a, sv_str(records[i].in), &r), MW_OK);
		for (size_t k = 0; k < r.faults.n; k++)
			n += (size_t)snprintf(
			    got + n, sizeof(got) - n, "%s%s@%zu+%zu",
			    k ? " " : "",
			    r.faults.list[k].id + strlen("dmarc."),
			    r.faults.list[k].at, r.faults.list[k].n);
		assert_string_equal(got, records[i].faults);
		assert_int_equal(r.is_dmarc, records[i].is_dmarc);
		assert_int_equal(r.usable, records[i].usable);
		arena_free(a);
	}
}

static void test_values(void **state)
{
	struct arena *a = arena_new(ARENA);
	struct dmarc_record r;

	(void)state;
	assert_int_equal(
	    dmarc_record_parse(
	        a,
	        SV("v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; "
	           "aspf=S; fo=1:d; t=y; psd=n; pct=7; ri=60; "
	           "rua=mailto:a+b@Example.org!2g?x, https://example.net/"),
	        &r),
	    MW_OK);
	assert_int_equal(r.p, DMARC_P_REJECT);
	assert_int_equal(r.use_sp, DMARC_P_QUARANTINE);
	assert_int_equal(r.use_np, DMARC_P_NONE);
	assert_true(r.adkim_strict && r.aspf_strict && r.t);
	assert_int_equal(r.fo, DMARC_FO_ANY | DMARC_FO_DKIM);
	assert_int_equal(r.psd, DMARC_PSD_N);
	assert_int_equal(r.pct, 7);
	assert_int_equal(r.ri, 60);
	assert_int_equal(r.rua.n, 2);
	assert_sv(r.rua.list[0].address, "a+b@Example.org");
	assert_sv(r.rua.list[0].domain, "Example.org");
	assert_sv(r.rua.list[1].uri, "https://example.net/");
	assert_true(dmarc_record_parse(
	                a, SV("v=DMARC1;p=none;rua=mailto:a@b.example!3k"),
	                &r) == MW_OK);
	assert_int_equal(r.rua.list[0].size, 3072);
	arena_free(a);
}

static void test_record_limits(void **state)
{
	struct arena *a = arena_new(ARENA);
	struct dmarc_record r;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "v=DMARC1; p=none");
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "; x%d=", i);
	assert_int_equal(dmarc_record_parse(a, buf_sv(&b), &r), MW_OK);
	assert_int_equal(r.ntags, DMARC_TAGS_MAX);
	assert_non_null(fault_find(&r.faults, "dmarc.tags-many"));
	while (b.n <= DMARC_TEXT_MAX)
		buf_adds(&b, "; rua=mailto:a@example.org");
	assert_int_equal(dmarc_record_parse(a, buf_sv(&b), &r), MW_OK);
	assert_non_null(fault_find(&r.faults, "dmarc.long"));
	buf_fini(&b);
	arena_free(a);
	a = arena_new(32);
	assert_int_equal(dmarc_record_parse(a, SV("v=DMARC1"), &r), MW_ENOMEM);
	arena_free(a);
}

/* ---- evaluation ---- */

/* A resolver that keeps questions until the test lets them be answered. */
struct late {
	struct dns_resolver r;
	struct dns_resolver *inner;
	struct dns_query *kept[64];
	size_t n, most;
};

static void late_ask(struct dns_resolver *r, struct dns_query *q)
{
	struct late *l = (struct late *)r;

	assert_true(l->n < 64);
	l->kept[l->n++] = q;
	if (l->n > l->most)
		l->most = l->n;
}

static void late_cancel(struct dns_resolver *r, struct dns_query *q)
{
	(void)r;
	(void)q;
}

static bool late_answer(struct late *l)
{
	struct dns_query *q;

	if (!l->n)
		return false;
	q = l->kept[0];
	memmove(l->kept, l->kept + 1, --l->n * sizeof(l->kept[0]));
	l->inner->ask(l->inner, q);
	return true;
}

struct world {
	struct dns_zone *zone;
	struct dns_resolver *direct;
	struct late late;
	struct facts *facts;
	struct arena *a;
	struct psl_list *psl;
};

static void world_init(struct world *w, const char *zone, bool late)
{
	struct facts_options opt;

	*w = (struct world){.zone = dns_zone_new(), .a = arena_new(ARENA)};
	assert_int_equal(dns_zone_read(w->zone, sv_str(zone), NULL), MW_OK);
	w->direct = dns_zone_resolver(w->zone);
	w->late = (struct late){.r = {.ask = late_ask, .cancel = late_cancel},
	                        .inner = w->direct};
	opt = (struct facts_options){.resolver = late ? &w->late.r
	                                              : w->direct};
	w->facts = facts_new(&opt);
	w->psl = psl_list_new(NULL);
	assert_true(w->facts && w->psl);
}

static void world_fini(struct world *w)
{
	facts_free(w->facts);
	dns_resolver_free(w->direct);
	dns_zone_free(w->zone);
	arena_free(w->a);
	psl_list_free(w->psl);
}

static const struct {
	const char *zone, *from;
	struct dmarc_auth spf, dkim;
	bool thorough;
	/* result why sentence cure... for both, then the reasons. */
	const char *new, *old, *reasons;
} rows[] = {
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n", "example.org",
     {SV_INIT("bounce.esp.example"), SV_INIT("pass")},
     {SV_INIT("esp.example"), SV_INIT("pass")}, false,
     "fail - unaligned dkim-domain=example.org "
     "spf-return-path=example.org from-domain=bounce.esp.example "
     "from-domain=esp.example",
     "fail - unaligned dkim-domain=example.org "
     "spf-return-path=example.org from-domain=bounce.esp.example "
     "from-domain=esp.example", ""},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=s\"\n",
     "example.org", {SV_INIT("example.org"), SV_INIT("softfail")},
     {SV_INIT("mail.example.org"), SV_INIT("pass")}, false,
     "fail - unaligned spf-fix=example.org dkim-domain=example.org "
     "spf-return-path=example.org adkim-relax=mail.example.org",
     "fail - unaligned spf-fix=example.org dkim-domain=example.org "
     "spf-return-path=example.org adkim-relax=mail.example.org", ""},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n", "example.org",
     {SV_INIT("example.org"), SV_INIT("fail")},
     {SV_INIT("example.org"), SV_INIT("fail")}, false,
     "fail - unauthenticated spf-fix=example.org dkim-fix=example.org "
     "dkim-domain=example.org spf-return-path=example.org",
     "fail - unauthenticated spf-fix=example.org dkim-fix=example.org "
     "dkim-domain=example.org spf-return-path=example.org", ""},
    /* A record below, none at the registered domain. */
    {"_dmarc.mail.example.org TXT \"v=DMARC1; p=reject\"\n",
     "mail.example.org", {SV_INIT(""), SV_INIT("none")},
     {SV_INIT("example.org"), SV_INIT("pass")}, false,
     "fail - unaligned record-at-org=example.org "
     "dkim-domain=mail.example.org spf-return-path=mail.example.org "
     "from-domain=example.org",
     "pass - pass-dkim", "walk"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n", "sub.example.org",
     {SV_INIT("a.example.org"), SV_INIT("fail")},
     {SV_INIT("b.example.org"), SV_INIT("fail")}, true,
     "fail - unauthenticated spf-fix=a.example.org dkim-fix=b.example.org "
     "dkim-domain=example.org spf-return-path=example.org",
     "fail - unauthenticated spf-fix=a.example.org dkim-fix=b.example.org "
     "dkim-domain=example.org spf-return-path=example.org", ""},
    /* Unknown is never failed. */
    {"_dmarc.example.org !SERVFAIL\n", "example.org",
     {SV_INIT("example.org"), SV_INIT("pass")},
     {SV_INIT("example.org"), SV_INIT("pass")}, false,
     "temperror temporary no-policy", "temperror temporary no-policy", ""},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"
     "_dmarc.org !TIMEOUT\n", "example.org",
     {SV_INIT("a.example.org"), SV_INIT("pass")},
     {SV_INIT("b.example.org"), SV_INIT("fail")}, false,
     "temperror temporary unknown", "pass - pass-spf", "walk"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"
     "_dmarc.org !BOGUS\n", "example.org",
     {SV_INIT("example.org"), SV_INIT("pass")},
     {SV_INIT("example.org"), SV_INIT("pass")}, false,
     "pass - pass-both", "pass - pass-both", ""},
    {"example.org TXT \"v=DMARC1; p=reject\"\n", "example.org",
     {SV_INIT("example.org"), SV_INIT("pass")},
     {SV_INIT("example.org"), SV_INIT("pass")}, false,
     "none no-record no-policy", "none no-record no-policy", ""},
    {"_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"
     "_dmarc.example.org TXT \"v=DMARC1; p=none\"\n", "example.org",
     {SV_INIT(""), SV_INIT("")}, {SV_INIT(""), SV_INIT("")}, false,
     "none several-records no-policy", "none several-records no-policy", ""},
    {"_dmarc.example.org TXT \"v=DMARC1; p=bad\"\n", "example.org",
     {SV_INIT(""), SV_INIT("")}, {SV_INIT(""), SV_INIT("")}, false,
     "none unusable-record no-policy", "none unusable-record no-policy", ""},
    {"", "exa mple..org", {SV_INIT(""), SV_INIT("")},
     {SV_INIT(""), SV_INIT("")}, false, "permerror from-invalid no-policy",
     "permerror from-invalid no-policy", ""},
    {"_dmarc.xn--bcher-kva.example TXT \"v=DMARC1; p=reject; t=y; pct=3\"\n",
     "B\xc3\xbc" "cher.example",
     {SV_INIT("xn--bcher-kva.example"), SV_INIT("pass")},
     {SV_INIT(""), SV_INIT("")}, false, "pass - pass-spf",
     "pass - pass-spf", "t pct"},
    {"_dmarc.example.org TXT \"v=DMARC1; p=none; np=reject\"\n",
     "nosuch.example.org", {SV_INIT(""), SV_INIT("none")},
     {SV_INIT("x.example"), SV_INIT("fail")}, false,
     "fail - neither dkim-domain=example.org spf-return-path=example.org",
     "fail - neither dkim-domain=example.org spf-return-path=example.org",
     "np"},
};

static const char *view_text(struct arena *a, const struct dmarc_view *v)
{
	sv s = arena_printf(a, "%s %s %s", dmarc_result_name(v->result),
	                    v->why ? v->why : "-", v->sentence);

	for (size_t i = 0; i < v->ncures; i++)
		s = arena_printf(a, "%.*s %s=%.*s", SV_FMT(s), v->cures[i].id,
		                 SV_FMT(v->cures[i].value));
	return sv_dupz(a, s);
}

static void run_row(size_t i, struct world *w)
{
	struct dmarc_request req = {.header_from = sv_str(rows[i].from),
	                            .spf = &rows[i].spf,
	                            .nspf = 1,
	                            .dkim = &rows[i].dkim,
	                            .ndkim = 1,
	                            .psl = w->psl,
	                            .thorough = rows[i].thorough};
	struct dmarc_outcome out;
	sv reasons = {0};

	while (dmarc_check(w->facts, w->a, &req, &out) == STEP_WAIT)
		assert_true(late_answer(&w->late));
	assert_string_equal(view_text(w->a, &out.view[DMARC_9989]),
	                    rows[i].new);
	assert_string_equal(view_text(w->a, &out.view[DMARC_7489]),
	                    rows[i].old);
	for (size_t k = 0; k < out.nreasons; k++)
		reasons = arena_printf(w->a, "%.*s%s%s", SV_FMT(reasons),
		                       k ? " " : "", out.reasons[k]);
	assert_sv(reasons, rows[i].reasons);
}

/* The same answers, whether they come at once or one after the other. */
static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world now, late;

		world_init(&now, rows[i].zone, false);
		world_init(&late, rows[i].zone, true);
		run_row(i, &now);
		run_row(i, &late);
		assert_int_equal(facts_count(now.facts),
		                 facts_count(late.facts));
		world_fini(&now);
		world_fini(&late);
	}
}

/* Waiting leaves nothing in the arena; ahead asks side by side. */
static void test_late(void **state)
{
	struct dmarc_auth spf = {SV("a.b.example.net"), SV("pass")};
	struct dmarc_request req = {.header_from = SV("x.y.example.org"),
	                            .spf = &spf,
	                            .nspf = 1};
	struct dmarc_outcome out;
	struct world w;

	(void)state;
	world_init(&w, "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n", true);
	req.psl = w.psl;
	assert_int_equal(dmarc_check(w.facts, w.a, &req, &out), STEP_WAIT);
	assert_int_equal(arena_used(w.a), 0);
	assert_int_equal(w.late.most, 1);
	req.ahead = true;
	assert_int_equal(dmarc_check(w.facts, w.a, &req, &out), STEP_WAIT);
	assert_int_equal(w.late.most, 8);
	while (late_answer(&w.late))
		;
	assert_int_equal(dmarc_check(w.facts, w.a, &req, &out), STEP_DONE);
	assert_int_equal(out.view[DMARC_9989].result, DMARC_FAIL);
	world_fini(&w);
	/* No room for the result. */
	world_init(&w, "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n", false);
	req.psl = w.psl;
	arena_free(w.a);
	w.a = arena_new(1024);
	assert_int_equal(dmarc_check(w.facts, w.a, &req, &out), STEP_DONE);
	assert_int_equal(out.view[DMARC_9989].result, DMARC_TEMPERROR);
	assert_string_equal(out.view[DMARC_7489].why, "memory");
	world_fini(&w);
}

/* Ten thousand records at the name, of which one is DMARC. */
static void test_many_records(void **state)
{
	struct dmarc_request req = {.header_from = SV("example.org")};
	struct dmarc_outcome out;
	struct world w;
	struct buf b;

	(void)state;
	buf_init(&b, 4 << 20);
	for (int i = 0; i < 10000; i++)
		buf_addf(&b, "_dmarc.example.org TXT \"v=dmarc1; p=%d\"\n", i);
	buf_adds(&b, "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n");
	buf_addc(&b, '\0');
	world_init(&w, b.p, false);
	assert_int_equal(dmarc_check(w.facts, w.a, &req, &out), STEP_DONE);
	assert_int_equal(out.view[DMARC_9989].policy, DMARC_P_REJECT);
	assert_int_equal(out.places[0].nrecords, DMARC_RECORDS_MAX);
	world_fini(&w);
	buf_fini(&b);
}

/* ---- From ---- */

static void test_author(void **state)
{
	static const struct {
		const char *from, *domain, *why;
	} cases[] = {
	    {"A <a@example.org>", "example.org", NULL},
	    {"a@example.org, b@Example.ORG", "Example.ORG", NULL},
	    {"a@example.org, b@example.net", NULL, "from-several"},
	    {"", NULL, "from-none"},
	    {"nobody", NULL, "from-none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sv domain = {0};
		const char *why = dmarc_author(sv_str(cases[i].from), &domain);

		assert_int_equal(why == NULL, cases[i].why == NULL);
		if (why)
			assert_string_equal(why, cases[i].why);
		else
			assert_sv(domain, cases[i].domain);
	}
}

/* ---- reports ---- */

static const char report_zone[] =
    "_dmarc.example.org TXT \"v=DMARC1; p=none\"\n"
    "example.org MX 10 mx.example.org\n"
    "example.org._report._dmarc.yes.example TXT \"v=DMARC1\"\n"
    "yes.example A 192.0.2.1\n"
    "*._report._dmarc.wild.example TXT \"v=DMARC1;\"\n"
    "wild.example MX 0 .\n"
    "no.example MX 10 mx.no.example\n"
    "example.org._report._dmarc.no.example TXT \"v=spf1 -all\"\n"
    "example.org._report._dmarc.slow.example !TIMEOUT\n"
    "slow.example !SERVFAIL\n";

static void test_recipients(void **state)
{
	static const struct {
		enum dmarc_permit permit;
		enum dmarc_mail mail;
	} want[] = {{DMARC_PERMIT_INSIDE, DMARC_MAIL_MX},
	            {DMARC_PERMIT_GIVEN, DMARC_MAIL_ADDRESS},
	            {DMARC_PERMIT_GIVEN, DMARC_MAIL_NULL_MX},
	            {DMARC_PERMIT_MISSING, DMARC_MAIL_MX},
	            {DMARC_PERMIT_UNKNOWN, DMARC_MAIL_UNKNOWN},
	            {DMARC_PERMIT_MISSING, DMARC_MAIL_NONE}};
	struct dmarc_recipients out;
	struct dmarc_record r;
	struct dns_name at;
	struct world w;

	(void)state;
	world_init(&w, report_zone, true);
	assert_int_equal(
	    dmarc_record_parse(
	        w.a,
	        SV("v=DMARC1; p=none; rua=mailto:a@example.org,"
	           "mailto:a@yes.example,mailto:a@wild.example,"
	           "mailto:a@no.example; ruf=mailto:a@slow.example,"
	           "mailto:a@none.example,https://example.net/"),
	        &r),
	    MW_OK);
	assert_true(dns_name_plain(SV("example.org"), &at));
	while (dmarc_recipients(w.facts, w.a, w.psl, &at, &r, &out) ==
	       STEP_WAIT)
		assert_true(late_answer(&w.late));
	assert_int_equal(out.n, 7);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(out.list[i].permit, want[i].permit);
		assert_int_equal(out.list[i].mail, want[i].mail);
		assert_int_equal(out.list[i].failure, i >= 4);
	}
	assert_int_equal(out.list[6].domain.n, 0);
	world_fini(&w);
}

static void test_strays(void **state)
{
	struct dmarc_strays out;
	struct dns_name name;
	struct world w;

	(void)state;
	world_init(&w,
	           "example.org TXT \"v=spf1 -all\"\n"
	           "example.org TXT \"v=DMARC1; p=none\"\n"
	           "dmarc.example.org TXT \"v=DMARC1; p=none\"\n"
	           "_dmarc.example.org.example.org TXT \"v=DMARC1; p=none\"\n"
	           "_dmarc._dmarc.example.org !TIMEOUT\n",
	           true);
	assert_true(dns_name_plain(SV("example.org"), &name));
	while (dmarc_strays(w.facts, w.a, &name, &out) == STEP_WAIT)
		assert_true(late_answer(&w.late));
	assert_int_equal(out.n, 3);
	assert_string_equal(out.list[0].id, "apex");
	assert_string_equal(out.list[1].id, "no-underscore");
	assert_string_equal(out.list[2].id, "zone-twice");
	assert_true(out.unknown);
	assert_int_equal(w.late.most, 4);
	world_fini(&w);
}

/* ---- names ---- */

static void test_names(void **state)
{
	static const struct {
		const char *in, *name, *org;
	} cases[] = {
	    {"Mail.Example.ORG.", "mail.example.org", "example.org"},
	    {"b\xc3\xbc" "cher.example", "xn--bcher-kva.example",
	     "xn--bcher-kva.example"},
	    {"org", "org", NULL},
	    {"a.github.io", "a.github.io", "a.github.io"},
	    {"a..b", NULL, NULL},
	    {"", NULL, NULL},
	    {"...", NULL, NULL},
	    {"\xff.example", NULL, NULL},
	    {"a\\b.example.org", "a\\\\b.example.org", NULL},
	};
	struct psl_list *list = psl_list_new(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char room[DNS_NAME_TEXT];
		struct dns_name name, org;
		bool ok = psl_name(sv_str(cases[i].in), &name);

		assert_int_equal(ok, cases[i].name != NULL);
		if (!ok)
			continue;
		assert_sv(dns_name_text(&name, room), cases[i].name);
		ok = psl_list_org(list, &name, &org);
		assert_int_equal(ok, cases[i].org != NULL);
		if (ok)
			assert_sv(dns_name_text(&org, room), cases[i].org);
		assert_false(psl_list_org(NULL, &name, &org));
	}
	psl_list_free(list);
	assert_null(psl_list_new("/nonexistent/list"));
}

UNIT_MAIN(cmocka_unit_test(test_records), cmocka_unit_test(test_values),
          cmocka_unit_test(test_record_limits), cmocka_unit_test(test_rows),
          cmocka_unit_test(test_late), cmocka_unit_test(test_many_records),
          cmocka_unit_test(test_author), cmocka_unit_test(test_recipients),
          cmocka_unit_test(test_strays), cmocka_unit_test(test_names))
