/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_record.c - properties of reading any recording, and any "what if"
 *
 * What is read is written again line by line and read back as the same, what
 * connections told too.  The
 * same bytes as changes never crash, and a line is named where one is wrong.
 */
#include "base/arena.h"
#include "dns/overlay.h"
#include "dns/record.h"
#include "must.h"
#include "probe/record.h"

static void done(struct dns_query *q)
{
	(void)q;
}

static struct dns_answer ask(struct dns_resolver *r, struct arena *a,
                             struct dns_query *q)
{
	struct dns_answer an = {.name = q->name, .type = q->type};

	q->a = a;
	q->answer = &an;
	q->done = done;
	r->ask(r, q);
	return an;
}

/* A question whose answer is in the recording, if it stands there plainly. */
static void check(const struct dns_replay *rp)
{
	static const char *const names[] = {"example.org", "a.example.org"};
	struct dns_resolver *r = dns_replay_resolver(rp, false);
	struct arena *a = arena_new((size_t)64 << 20);

	for (unsigned i = 0; r && a && i < 4; i++) {
		struct dns_query q = {.type = i & 1 ? DNS_MX : DNS_TXT};
		struct dns_answer an, back;
		struct dns_replay *again;
		struct dns_resolver *r2;
		sv line;

		must(dns_name_from(sv_str(names[i / 2]), &q.name));
		an = ask(r, a, &q);
		must(an.state > DNS_PENDING && an.state < DNS_STATE_N);
		must((an.state == DNS_FOUND) == (an.n > 0));
		line = dns_record_line(a, &q, &an);
		line = arena_printf(a, "{\"mailwhy-recording\":1,\"clock\":0}\n%.*s",
		                    SV_FMT(line));
		must(dns_replay_read(line, &again, NULL) == MW_OK);
		r2 = dns_replay_resolver(again, false);
		must(r2 != NULL);
		back = ask(r2, a, &q);
		must(back.state == an.state && back.n == an.n &&
		     back.ttl == an.ttl && sv_eq(back.why, an.why));
		for (size_t k = 0; k < an.n; k++)
			must(sv_eq(back.rr[k].rdata, an.rr[k].rdata));
		dns_resolver_free(r2);
		dns_replay_free(again);
	}
	arena_free(a);
	dns_resolver_free(r);
}

/* Mail servers and policy hosts: what stands there is written the same. */
static sv probed(struct prober *p, struct arena *a)
{
	struct smtp_ask mail = {.host = SV("mx.example.org")};
	struct ip ip;
	struct https_ask file = {SV("mta-sts.example.org"),
	                         SV("/.well-known/mta-sts.txt"), &ip, 1};
	sv line;

	must(ip_parse(SV("192.0.2.25"), &mail.ip));
	must(ip_parse(SV("192.0.2.80"), &ip));
	line = probe_smtp_line(a, p->smtp(p, &mail));
	return arena_printf(a, "%.*s%.*s", SV_FMT(line),
	    SV_FMT(probe_https_line(a, &file, p->https(p, &file))));
}

static void connections(const struct dns_replay *rp)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct mw_err err = {0};
	struct dns_replay *again;
	struct prober *p = NULL;
	sv first, second;

	if (probe_replay_new(rp, &p, &err) != MW_OK) {
		must(err.where > 0);
		arena_free(a);
		return;
	}
	first = probed(p, a);
	prober_free(p);
	must(dns_replay_read(arena_printf(a,
	    "{\"mailwhy-recording\":1,\"clock\":0}\n%.*s", SV_FMT(first)),
	    &again, NULL) == MW_OK);
	must(probe_replay_new(again, &p, NULL) == MW_OK);
	second = probed(p, a);
	must(arena_failed(a) || sv_eq(first, second));
	prober_free(p);
	dns_replay_free(again);
	arena_free(a);
}

static void change(sv in)
{
	struct dns_overlay *o = dns_overlay_new();
	struct mw_err err = {0};

	if (o && dns_overlay_read(o, in, &err) != MW_OK)
		must(err.where > 0);
	dns_overlay_free(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv in = fuzz_input(data, size);
	struct dns_replay *rp;
	struct mw_err err = {0};

	if (dns_replay_read(in, &rp, &err) != MW_OK) {
		must(err.where > 0);
	} else {
		check(rp);
		connections(rp);
		dns_replay_free(rp);
	}
	change(in);
	return 0;
}
