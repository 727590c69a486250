/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLSA records of the mail servers (RFC 7672): do they count, and (with
 * --smtp) does the certificate fit?  A wrong one stops mail from all senders
 * that check DANE.
 */
#include "auth/dane.h"
#include "check/checks.h"
#include "check/places.h"

struct job {
	struct check_run *run;
	struct mail_hosts hosts;
	struct dane_host *list; /* one for each host */
	size_t faults, ready, fitting;
};

static struct finding *about(struct job *j, const char *id, size_t i)
{
	struct check_run *run = j->run;
	sv host = check_name(run, &j->hosts.list[i]);
	struct finding *f = found(run, id, host);
	const struct dns_answer *an = j->list[i].answer;

	found_value(run, f, "domain", run->target->domain);
	found_value(run, f, "host", host);
	if (an) {
		found_value(run, f, "name", check_name(run, &an->name));
		found_value(run, f, "reason", an->why);
	}
	j->faults++;
	return f;
}

/* Records that senders cannot use, one by one. */
static void judge_records(struct job *j, size_t i)
{
	const struct dane_host *h = &j->list[i];
	struct finding *f;

	for (size_t k = 0; k < h->n; k++) {
		if (h->list[k].use == DANE_USE)
			continue;
		f = about(j, "dane.record", i);
		found_value(j->run, f, "fault",
		            sv_str(dane_use_name(h->list[k].use)));
		if (h->answer && k < h->answer->n)
			found_seen(j->run, f, "TLSA", dns_rdata_text(
			    j->run->a, DNS_TLSA, h->answer->rr[k].rdata));
	}
}

static void judge_fit(struct job *j, size_t i, const struct smtp_probe *p)
{
	struct check_run *run = j->run;
	sv names[2] = {p->host, run->target->domain}, chain[CERT_CHAIN_MAX];
	struct dane_match match;
	struct finding *f;

	for (size_t k = 0; k < p->tls.n; k++)
		chain[k] = p->tls.chain[k].der;
	dane_fit(&j->list[i], chain, p->tls.n, names, 2,
	         facts_now(run->facts), &match);
	if (match.fit == DANE_FITS) {
		j->fitting++;
		return;
	}
	f = about(j, "dane.mismatch", i);
	found_value(run, f, "ip", check_ip(run, &p->ip));
	found_value(run, f, "fault", sv_str(dane_fit_name(match.fit)));
	found_answer(run, f, j->list[i].answer);
	found_seen(run, f, "subject", p->tls.chain->subject);
}

/* Each address of the host is connected to, as senders may do. */
static enum step judge_talk(struct job *j, size_t i)
{
	struct check_run *run = j->run;
	sv host = check_name(run, &j->hosts.list[i]);
	enum step step = STEP_DONE;
	struct host_ips ips;

	if (host_ips(run->facts, &j->hosts.list[i], &ips) == STEP_WAIT)
		return STEP_WAIT;
	for (size_t k = 0; k < ips.n; k++) {
		struct smtp_ask ask = {.host = host, .ip = ips.list[k]};
		const struct smtp_probe *p;

		if (ip_is_private(&ask.ip) && !is_own(run->target, host))
			continue;
		p = facts_smtp(run->facts, &ask);
		if (p->state == PROBE_PENDING)
			step = STEP_WAIT;
		else if (p->tls.up && p->tls.n)
			judge_fit(j, i, p);
		else if (p->ehlo)
			(void)about(j, "dane.no-tls", i);
	}
	return step;
}

static enum step judge_host(struct job *j, size_t i)
{
	struct finding *f;

	switch (j->list[i].state) {
	case DANE_NONE:
		return STEP_DONE;
	case DANE_INSECURE:
		f = about(j, "dane.insecure", i);
		found_answer(j->run, f, j->list[i].answer);
		return STEP_DONE;
	case DANE_UNPROVEN:
		(void)about(j, "dane.unproven", i);
		judge_records(j, i);
		break;
	case DANE_UNUSABLE:
		f = about(j, "dane.unusable", i);
		found_answer(j->run, f, j->list[i].answer);
		return STEP_DONE;
	case DANE_FAILED:
		(void)about(j, "dane.failed", i);
		return STEP_DONE;
	case DANE_READY:
		judge_records(j, i);
		break;
	}
	j->ready++;
	return j->run->target->smtp ? judge_talk(j, i) : STEP_DONE;
}

static void judge_all(struct job *j)
{
	struct check_run *run = j->run;
	struct finding *f;

	if (j->ready && j->ready < j->hosts.n)
		for (size_t i = 0; i < j->hosts.n; i++)
			if (j->list[i].state == DANE_NONE)
				(void)about(j, "dane.partial", i);
	if (j->ready && j->hosts.mx->trust == DNS_TRUST_INSECURE) {
		f = found(run, "dane.mx-unsigned", run->target->domain);
		found_value(run, f, "domain", run->target->domain);
		j->faults++;
	}
	if (j->faults || !j->ready)
		return;
	f = found(run, j->fitting ? "dane.ok" : "dane.ready",
	          run->target->domain);
	found_value(run, f, "domain", run->target->domain);
}

static enum step check_it(struct check_run *run)
{
	struct job j = {.run = run};
	enum step step = STEP_DONE;

	if (mail_hosts(run, &j.hosts) == STEP_WAIT)
		return STEP_WAIT;
	j.list = arena_alloc(run->a, MAIL_HOSTS_MAX, sizeof(*j.list));
	for (size_t i = 0; j.list && i < j.hosts.n; i++)
		if (dane_host(run->facts, run->a, &j.hosts.list[i], 25,
		              &j.list[i]) == STEP_WAIT)
			step = STEP_WAIT;
	if (step == STEP_WAIT || !j.list)
		return step;
	for (size_t i = 0; i < j.hosts.n; i++)
		if (judge_host(&j, i) == STEP_WAIT)
			step = STEP_WAIT;
	if (step == STEP_DONE)
		judge_all(&j);
	return step;
}

const struct check check_dane = {
    "dane", "domain",
    "certificates of mail servers by way of DNSSEC (DANE, TLSA)", check_it,
};
