/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Are postmaster@ and abuse@ accepted (RFC 5321 section 4.5.1, RFC 2142)?
 * Asked by RCPT, without a message, and only of one's own domain.
 */
#include "check/checks.h"
#include "check/places.h"

enum { POSTMASTER, ABUSE, N };

static struct finding *about(struct check_run *run, const char *id,
                             const struct smtp_probe *p)
{
	struct finding *f = found(run, id, run->target->domain);

	found_value(run, f, "domain", run->target->domain);
	if (p)
		found_value(run, f, "host", p->host);
	return f;
}

/*
 * Does the reply say that there is no such mailbox?  What is refused for
 * policy (5.7.x) may be refused to this machine only.
 */
static bool is_unknown(const struct smtp_rcpt *r)
{
	if (r->code / 100 != 5)
		return false;
	if (sv_starts(r->text, SV("5.1.")) || sv_starts(r->text, SV("5.2.1")))
		return true;
	return r->code == 550 && !sv_starts(r->text, SV("5."));
}

static void judge(struct check_run *run, const struct smtp_probe *p)
{
	static const char *const ids[N] = {"postmaster.missing",
	                                   "postmaster.abuse-missing"};
	bool all = true;
	struct finding *f;

	for (size_t i = 0; i < N && i < p->nrcpt; i++) {
		const struct smtp_rcpt *r = &p->rcpt[i];

		if (r->code / 100 == 2)
			continue;
		all = false;
		f = about(run, is_unknown(r) ? ids[i] : "postmaster.unknown",
		          p);
		found_value(run, f, "address", r->address);
		found_value(run, f, "reason", r->text);
		if (r->code)
			found_seen(run, f, "it says", arena_printf(
			    run->a, "%u %.*s", r->code, SV_FMT(r->text)));
	}
	if (all)
		(void)about(run, "postmaster.ok", p);
}

/* The first address of the first host that talks; the others are not asked. */
static enum step ask(struct check_run *run, const struct mail_hosts *hosts,
                     const struct smtp_probe **out)
{
	struct smtp_ask q = {.nrcpt = N};
	struct host_ips ips;

	q.rcpt[POSTMASTER] = arena_printf(run->a, "postmaster@%.*s",
	                                  SV_FMT(run->target->domain));
	q.rcpt[ABUSE] = arena_printf(run->a, "abuse@%.*s",
	                             SV_FMT(run->target->domain));
	for (size_t i = 0; i < hosts->n; i++) {
		if (host_ips(run->facts, &hosts->list[i], &ips) == STEP_WAIT)
			return STEP_WAIT;
		q.host = check_name(run, &hosts->list[i]);
		for (size_t k = 0; k < ips.n; k++) {
			q.ip = ips.list[k];
			*out = facts_smtp(run->facts, &q);
			if ((*out)->state == PROBE_PENDING)
				return STEP_WAIT;
			if ((*out)->state == PROBE_DONE)
				return STEP_DONE;
		}
	}
	return STEP_DONE;
}

static enum step check_it(struct check_run *run)
{
	const struct smtp_probe *p = NULL;
	struct mail_hosts hosts;
	struct finding *f;

	if (!run->target->smtp || !is_own(run->target, run->target->domain))
		return STEP_DONE;
	if (mail_hosts(run, &hosts) == STEP_WAIT ||
	    ask(run, &hosts, &p) == STEP_WAIT)
		return STEP_WAIT;
	if (!p || p->fail == PROBE_NOT_TRIED)
		return STEP_DONE; /* the checks mx and smtp say why */
	if (p->state == PROBE_DONE) {
		judge(run, p);
		return STEP_DONE;
	}
	f = about(run, "postmaster.unknown", p);
	found_value(run, f, "reason", p->why);
	return STEP_DONE;
}

const struct check check_postmaster = {
    "postmaster", "domain",
    "whether postmaster@ and abuse@ are there (--smtp, --own)", check_it,
};
