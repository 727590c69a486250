/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MTA-STS (RFC 8461): the record, the policy that it stands for, and whether
 * the mail servers keep to it.
 */
#include "auth/mtasts.h"
#include "check/checks.h"
#include "check/places.h"
#include "check/txt.h"

#include <time.h>

#define PATH "/.well-known/mta-sts.txt"
#define DAY 86400
#define ENDS_SOON (14 * DAY)

struct job {
	struct check_run *run;
	sv host; /* of the policy */
	const struct https_probe *file;
	struct mtasts_policy policy;
	struct mail_hosts hosts;
	size_t faults;
};

static struct finding *about(struct job *j, const char *id, sv what)
{
	struct check_run *run = j->run;
	struct finding *f = found(run, id, what.n ? what : run->target->domain);

	found_value(run, f, "domain", run->target->domain);
	found_value(run, f, "host", what.n ? what : j->host);
	if (j->file)
		found_value(run, f, "reason", j->file->why);
	j->faults++;
	return f;
}

/* ---- the record ---- */

/* "v=STSv1; id=20261124120000;" */
static sv new_record(struct check_run *run)
{
	time_t t = (time_t)facts_now(run->facts);
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return SV("");
	return arena_printf(run->a, "v=STSv1; id=%04d%02d%02d%02d%02d%02d;",
	                    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	                    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Is there one that counts? */
static bool judge_record(struct job *j, const struct txt_found *t)
{
	struct check_run *run = j->run;
	struct mtasts_record record;
	struct finding *f;

	if (!t->n) {
		f = found(run, "mtasts.none", run->target->domain);
		found_value(run, f, "domain", run->target->domain);
		return false;
	}
	if (t->n > 1) {
		f = about(j, "mtasts.several", t->at);
		found_number(run, f, "number", (long long)t->n);
		found_answer(run, f, t->answer);
		txt_keep_one(run, f, t, mtasts_is_record);
		return false;
	}
	if (mtasts_record_parse(run->a, t->text, &record) != MW_OK)
		return false;
	if (record.valid)
		return true;
	f = about(j, "mtasts.record", t->at);
	txt_show(run, f, t->text, &record.faults, FAULT_WRONG);
	found_record(run, f, t->at, "TXT", new_record(run), t->text);
	return false;
}

/* ---- the file ---- */

static enum step fetch(struct job *j)
{
	struct check_run *run = j->run;
	struct https_ask ask = {.path = SV(PATH)};
	struct ip *open;
	struct host_ips ips;
	struct dns_name name;

	if (!dns_name_below(SV("mta-sts"), &run->target->name, &name))
		return STEP_DONE;
	j->host = check_name(run, &name);
	if (host_ips(run->facts, &name, &ips) == STEP_WAIT)
		return STEP_WAIT;
	open = arena_alloc(run->a, HOST_IPS_MAX, sizeof(*open));
	for (size_t i = 0; open && i < ips.n; i++)
		/* Strangers must not lead into one's own network. */
		if (!ip_is_private(&ips.list[i]) ||
		    is_own(run->target, run->target->domain))
			open[ask.nips++] = ips.list[i];
	if (ask.nips) {
		ask.host = j->host;
		ask.ips = open;
		j->file = facts_https(run->facts, &ask);
		return j->file->state == PROBE_PENDING ? STEP_WAIT : STEP_DONE;
	}
	if (found_no_answer(run, ips.v4) || found_no_answer(run, ips.v6)) {
		j->faults++;
		return STEP_DONE;
	}
	(void)about(j, "mtasts.no-host", j->host);
	return STEP_DONE;
}

static void judge_failed(struct job *j)
{
	const struct https_probe *p = j->file;
	struct finding *f;

	switch (p->fail) {
	case PROBE_NOT_TRIED:
		(void)about(j, "mtasts.not-fetched", j->host);
		return;
	case PROBE_TIMEOUT:
	case PROBE_UNREACHABLE:
	case PROBE_FORBIDDEN:
		(void)about(j, "mtasts.unreachable", j->host);
		return;
	case PROBE_STOPPED:
		(void)about(j, "mtasts.unknown", j->host);
		return;
	case PROBE_CERTIFICATE:
		f = about(j, "mtasts.certificate", j->host);
		if (!p->tls.n)
			return;
		found_seen(j->run, f, "subject", p->tls.chain->subject);
		found_seen(j->run, f, "issuer", p->tls.chain->issuer);
		found_seen(j->run, f, "until",
		           check_date(j->run, p->tls.chain->until));
		return;
	default:
		(void)about(j, "mtasts.fetch", j->host);
	}
}

/* Did a file come that counts by how it came? */
static bool judge_file(struct job *j)
{
	const struct https_probe *p = j->file;
	sv type = p->type, kind = sv_trim(sv_cut(&type, ';'));
	struct finding *f;

	if (p->state == PROBE_FAILED) {
		judge_failed(j);
		return false;
	}
	if (p->status / 100 == 3) {
		f = about(j, "mtasts.redirect", j->host);
		found_value(j->run, f, "target", p->location);
		return false;
	}
	if (p->status != 200) {
		f = about(j, "mtasts.status", j->host);
		found_number(j->run, f, "status", p->status);
		return false;
	}
	if (!sv_ieq(kind, SV("text/plain"))) {
		f = about(j, "mtasts.type", j->host);
		found_value(j->run, f, "type",
		            p->type.n ? p->type : SV("none"));
	}
	if (p->tls.n && p->tls.chain->until <
	                    facts_now(j->run->facts) + ENDS_SOON) {
		f = about(j, "mtasts.cert-ends", j->host);
		found_value(j->run, f, "date",
		            check_date(j->run, p->tls.chain->until));
	}
	return true;
}

/* ---- the policy ---- */

/* Is the host's certificate one that the policy accepts?  With --smtp only. */
static enum step judge_certificate(struct job *j, const struct dns_name *name,
                                   sv host)
{
	struct check_run *run = j->run;
	struct host_ips ips;
	struct finding *f;

	if (host_ips(run->facts, name, &ips) == STEP_WAIT)
		return STEP_WAIT;
	for (size_t i = 0; i < ips.n; i++) {
		struct smtp_ask ask = {.host = host, .ip = ips.list[i]};
		const struct smtp_probe *p;

		if (ip_is_private(&ask.ip) && !is_own(run->target, host))
			continue;
		p = facts_smtp(run->facts, &ask);
		if (p->state == PROBE_PENDING)
			return STEP_WAIT;
		if (!p->ehlo || (p->tls.up && !p->tls.faults))
			continue;
		f = about(j, "mtasts.mx-certificate", host);
		found_value(run, f, "ip", check_ip(run, &ask.ip));
		found_value(run, f, "why", p->tls.up ? p->tls.why
		    : p->tls.error.n ? p->tls.error
		                     : SV("no encryption is offered"));
		return STEP_DONE;
	}
	return STEP_DONE;
}

static enum step judge_hosts(struct job *j)
{
	const char *id = j->policy.mode == MTASTS_ENFORCE ? "mtasts.mx-blocked"
	                                                  : "mtasts.mx-testing";
	enum step step = STEP_DONE;
	struct finding *f;

	for (size_t i = 0; i < j->hosts.n; i++) {
		sv host = check_name(j->run, &j->hosts.list[i]);

		if (!mtasts_allows(&j->policy, host)) {
			f = about(j, id, host);
			found_seen(j->run, f, "policy", j->policy.text);
		} else if (j->run->target->smtp &&
		           j->policy.mode == MTASTS_ENFORCE &&
		           judge_certificate(j, &j->hosts.list[i], host) ==
		               STEP_WAIT) {
			step = STEP_WAIT;
		}
	}
	return step;
}

/* A pattern that no server of today needs is a door left open. */
static void judge_patterns(struct job *j)
{
	struct finding *f;

	for (size_t i = 0; i < j->policy.nmx; i++) {
		bool used = !j->hosts.n;

		for (size_t k = 0; k < j->hosts.n; k++)
			used |= mtasts_match(j->policy.mx[i], check_name(
			    j->run, &j->hosts.list[k]));
		if (used)
			continue;
		f = about(j, "mtasts.mx-unused", j->policy.mx[i]);
		found_value(j->run, f, "pattern", j->policy.mx[i]);
	}
}

static enum step judge_policy(struct job *j)
{
	struct check_run *run = j->run;
	enum step step = STEP_DONE;
	struct finding *f;

	if (mtasts_policy_parse(run->a, j->file->body, &j->policy) != MW_OK)
		return STEP_DONE;
	if (!j->policy.valid) {
		f = about(j, "mtasts.policy", j->host);
		txt_show(run, f, j->policy.text, &j->policy.faults,
		         FAULT_BROKEN);
		return STEP_DONE;
	}
	if (j->policy.mode == MTASTS_NONE) {
		(void)about(j, "mtasts.mode-none", SV(""));
		return STEP_DONE;
	}
	step = judge_hosts(j);
	judge_patterns(j);
	if (j->policy.mode == MTASTS_TESTING)
		(void)about(j, "mtasts.testing", SV(""));
	if (j->policy.max_age < DAY) {
		f = about(j, "mtasts.age-short", SV(""));
		found_number(run, f, "age", j->policy.max_age);
	}
	if (j->faults || step == STEP_WAIT)
		return step;
	f = about(j, "mtasts.ok", SV(""));
	found_number(run, f, "days", j->policy.max_age / DAY);
	return step;
}

static enum step check_it(struct check_run *run)
{
	struct job j = {.run = run};
	struct txt_found t;
	enum step step, file;

	if (txt_find(run, SV("_mta-sts"), mtasts_is_record, &t) == STEP_WAIT)
		return STEP_WAIT;
	if (found_no_answer(run, t.answer) || !judge_record(&j, &t))
		return STEP_DONE;
	step = mail_hosts(run, &j.hosts);
	file = fetch(&j);
	if (step == STEP_WAIT || file == STEP_WAIT)
		return STEP_WAIT;
	if (!j.file || !judge_file(&j))
		return STEP_DONE;
	return judge_policy(&j);
}

const struct check check_mtasts = {
    "mtasts", "domain",
    "MTA-STS: the record, the policy, and whether the servers keep to it",
    check_it,
};
