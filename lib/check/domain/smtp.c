/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mail servers of the domain, connected to: do they listen, do they offer
 * TLS, and what is their certificate worth (RFC 5321, RFC 3207, RFC 1870)?
 * Only where the user permits it.
 */
#include "check/checks.h"
#include "check/places.h"

/* Less is too little for pictures; Postfix's own default is 10240000. */
#define SIZE_SMALL 10000000
#define DAY 86400
/* Renewed by then, where that is done by a program. */
#define ENDS_SOON (14 * DAY)
#define TALKS_MAX 64

struct talk {
	struct dns_name host;
	const struct smtp_probe *p;
};

struct job {
	struct check_run *run;
	struct talk *list;
	size_t n, faults;
	uint64_t size; /* the least that is offered */
	bool has_size;
};

/* "10240000"; no limit is told as 0 (RFC 1870 section 3). */
static sv size_text(struct check_run *run, const struct smtp_probe *p)
{
	return p->size ? arena_printf(run->a, "%llu bytes",
	                              (unsigned long long)p->size)
	               : SV("no fixed limit");
}

static struct finding *about(struct job *j, const char *id,
                             const struct smtp_probe *p)
{
	struct check_run *run = j->run;
	sv ip = check_ip(run, &p->ip);
	struct finding *f = found(run, id, arena_printf(
	    run->a, "%.*s %.*s", SV_FMT(p->host), SV_FMT(ip)));

	found_value(run, f, "host", p->host);
	found_value(run, f, "ip", ip);
	found_value(run, f, "reason", p->why);
	if (p->has_size)
		found_seen(run, f, "SIZE", size_text(run, p));
	j->faults++;
	return f;
}

static struct finding *about_all(struct job *j, const char *id)
{
	struct finding *f = found(j->run, id, j->run->target->domain);

	found_value(j->run, f, "domain", j->run->target->domain);
	return f;
}

/* ---- questions ---- */

static enum step ask_host(struct job *j, const struct dns_name *host)
{
	struct check_run *run = j->run;
	sv name = check_name(run, host);
	enum step step = STEP_DONE;
	struct host_ips ips;

	if (host_ips(run->facts, host, &ips) == STEP_WAIT)
		return STEP_WAIT;
	for (size_t i = 0; i < ips.n && j->n < TALKS_MAX; i++) {
		struct smtp_ask ask = {.host = name, .ip = ips.list[i]};
		struct talk *t = &j->list[j->n];

		/* A domain of strangers must not lead into one's own network. */
		if (ip_is_private(&ask.ip) && !is_own(run->target, name))
			continue;
		t->host = *host;
		t->p = facts_smtp(run->facts, &ask);
		if (t->p->state == PROBE_PENDING)
			step = STEP_WAIT;
		j->n++;
	}
	return step;
}

/* ---- whether it is there ---- */

static bool is_reached(const struct smtp_probe *p)
{
	switch (p->fail) {
	case PROBE_TIMEOUT:
	case PROBE_UNREACHABLE:
	case PROBE_FORBIDDEN:
	case PROBE_NOT_TRIED:
	case PROBE_STOPPED:
		return false;
	default:
		return true;
	}
}

/* Is no address of that version reached, and at least one asked? */
static bool is_deaf(const struct job *j, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++) {
		if (j->list[i].p->ip.bytes != bytes)
			continue;
		if (is_reached(j->list[i].p))
			return false;
		n++;
	}
	return n > 0;
}

static void judge_failed(struct job *j, const struct smtp_probe *p)
{
	struct finding *f;

	switch (p->fail) {
	case PROBE_REFUSED:
		(void)about(j, "smtp.refused", p);
		return;
	case PROBE_TIMEOUT:
	case PROBE_UNREACHABLE:
	case PROBE_FORBIDDEN:
		(void)about(j, "smtp.silent", p);
		return;
	case PROBE_TLS:
		f = about(j, "smtp.tls-failed", p);
		found_seen(j->run, f, "TLS", p->tls.error);
		return;
	case PROBE_NOT_TRIED:
	case PROBE_STOPPED:
		(void)about(j, "smtp.unknown", p);
		return;
	default:
		break;
	}
	/* Whoever is greeted by a refusal may be refused for itself. */
	f = about(j, p->code >= 400 ? "smtp.refuses-us" : "smtp.broken", p);
	found_value(j->run, f, "stage", sv_str(p->stage));
	if (p->code)
		found_seen(j->run, f, "it says", arena_printf(
		    j->run->a, "%u %.*s", p->code, SV_FMT(p->text)));
}

/* ---- TLS ---- */

static const struct {
	unsigned fault;
	const char *id;
} cert_ids[] = {
    {CERT_EXPIRED, "smtp.cert-expired"},
    {CERT_NOT_YET, "smtp.cert-early"},
    {CERT_NAME, "smtp.cert-name"},
    {CERT_SELF_SIGNED, "smtp.cert-self-signed"},
    {CERT_UNKNOWN_ISSUER, "smtp.cert-issuer"},
    {CERT_WEAK, "smtp.cert-weak"},
    {CERT_OTHER, "smtp.cert-other"},
};

static void show_cert(struct job *j, struct finding *f,
                      const struct tls_seen *tls)
{
	const struct cert *c = tls->chain;

	if (!tls->n)
		return;
	found_value(j->run, f, "issuer", c->issuer);
	found_seen(j->run, f, "subject", c->subject);
	found_seen(j->run, f, "issuer", c->issuer);
	for (size_t i = 0; i < c->nnames && i < 8; i++)
		found_seen(j->run, f, "for", c->names[i]);
	found_seen(j->run, f, "until", check_date(j->run, c->until));
}

static void judge_tls(struct job *j, const struct smtp_probe *p)
{
	const struct tls_seen *tls = &p->tls;
	struct finding *f;

	for (size_t i = 0; i < sizeof(cert_ids) / sizeof(cert_ids[0]); i++) {
		if (!(tls->faults & cert_ids[i].fault))
			continue;
		f = about(j, cert_ids[i].id, p);
		found_value(j->run, f, "reason", tls->why);
		if (tls->n)
			found_value(j->run, f, "date", check_date(j->run,
			    cert_ids[i].fault == CERT_NOT_YET
			        ? tls->chain->from : tls->chain->until));
		show_cert(j, f, tls);
	}
	if (sv_eq(tls->version, SV("TLSv1")) ||
	    sv_eq(tls->version, SV("TLSv1.1"))) {
		f = about(j, "smtp.tls-old", p);
		found_value(j->run, f, "version", tls->version);
	}
	if (!tls->n || tls->faults & CERT_EXPIRED ||
	    tls->chain->until > facts_now(j->run->facts) + ENDS_SOON)
		return;
	f = about(j, "smtp.cert-ends", p);
	found_value(j->run, f, "date",
	            check_date(j->run, tls->chain->until));
}

static void judge_size(struct job *j, const struct smtp_probe *p)
{
	struct finding *f;

	if (!p->has_size || !p->size)
		return;
	if (!j->has_size || p->size < j->size)
		j->size = p->size;
	j->has_size = true;
	if (p->size >= SIZE_SMALL)
		return;
	f = about(j, "smtp.size-small", p);
	found_number(j->run, f, "size", (long long)p->size);
}

static void judge_done(struct job *j, const struct smtp_probe *p)
{
	struct finding *f;

	if (!p->starttls)
		(void)about(j, "smtp.no-starttls", p);
	else if (!p->tls.up) {
		f = about(j, "smtp.tls-failed", p);
		found_value(j->run, f, "reason", p->tls.error);
	} else {
		judge_tls(j, p);
	}
	judge_size(j, p);
}

/* ---- all of them ---- */

/* Hosts of which no address answered at all, each once. */
static size_t silent_hosts(const struct job *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++) {
		bool known = j->list[i].p->fail != PROBE_TIMEOUT;

		for (size_t k = 0; k < i && !known; k++)
			known = j->list[k].p->fail == PROBE_TIMEOUT &&
			        dns_name_eq(&j->list[k].host,
			                    &j->list[i].host);
		n += !known;
	}
	return n;
}

static const struct smtp_probe *first_of(const struct job *j,
                                         enum probe_fail fail)
{
	for (size_t i = 0; i < j->n; i++)
		if (j->list[i].p->fail == fail)
			return j->list[i].p;
	return NULL;
}

/*
 * None was reached: several servers that are all silent, or a rule of this
 * machine, tell of the way out of here; a single one tells nothing.  False
 * where it is only that the time was over.
 */
static bool judge_unreached(struct job *j)
{
	const struct smtp_probe *rule = first_of(j, PROBE_FORBIDDEN),
	                        *silent = first_of(j, PROBE_TIMEOUT),
	                        *lost = first_of(j, PROBE_UNREACHABLE), *p;
	size_t n = silent_hosts(j);
	struct finding *f;

	p = rule ? rule : silent ? silent : lost;
	if (!p)
		return false;
	f = about_all(j, rule || n > 1 ? "smtp.blocked" : "smtp.unreached");
	found_value(j->run, f, "host", p->host);
	found_value(j->run, f, "reason", p->why);
	for (size_t i = 0; i < j->n && i < 8; i++)
		found_seen(j->run, f, "tried", arena_printf(
		    j->run->a, "%.*s %.*s: %.*s", SV_FMT(j->list[i].p->host),
		    SV_FMT(check_ip(j->run, &j->list[i].p->ip)),
		    SV_FMT(j->list[i].p->why)));
	return true;
}

static void judge_fine(struct job *j)
{
	struct finding *f = about_all(j, "smtp.ok");

	found_number(j->run, f, "number", (long long)j->n);
	if (j->has_size)
		found_number(j->run, f, "size", (long long)j->size);
	for (size_t i = 0; i < j->n && i < 8; i++) {
		const struct smtp_probe *p = j->list[i].p;

		if (p->state != PROBE_DONE)
			continue;
		found_seen(j->run, f, "server", arena_printf(
		    j->run->a, "%.*s %.*s, %.*s, SIZE: %.*s", SV_FMT(p->host),
		    SV_FMT(check_ip(j->run, &p->ip)), SV_FMT(p->tls.version),
		    SV_FMT(p->has_size ? size_text(j->run, p)
		                       : SV("not told"))));
	}
}

static void judge(struct job *j)
{
	bool no_v6 = is_deaf(j, 16) && !is_deaf(j, 4);
	bool v4 = is_deaf(j, 4), reached = false, tried = false;

	for (size_t i = 0; i < j->n; i++) {
		reached |= is_reached(j->list[i].p);
		tried |= j->list[i].p->fail != PROBE_NOT_TRIED;
	}
	if (!tried) {
		(void)about_all(j, "smtp.skipped");
		return;
	}
	if (!reached && judge_unreached(j))
		return;
	for (size_t i = 0; i < j->n; i++) {
		const struct smtp_probe *p = j->list[i].p;

		if (p->ip.bytes == 16 && no_v6)
			continue;
		if (p->state == PROBE_DONE)
			judge_done(j, p);
		else
			judge_failed(j, p);
	}
	if (no_v6 && !v4)
		(void)about_all(j, "smtp.no-ipv6");
	if (!j->faults)
		judge_fine(j);
}

static enum step check_it(struct check_run *run)
{
	struct job j = {.run = run};
	enum step step = STEP_DONE;
	struct mail_hosts hosts;

	if (!run->target->smtp)
		return STEP_DONE;
	if (mail_hosts(run, &hosts) == STEP_WAIT)
		return STEP_WAIT;
	j.list = arena_alloc(run->a, TALKS_MAX, sizeof(*j.list));
	for (size_t i = 0; j.list && i < hosts.n; i++)
		if (ask_host(&j, &hosts.list[i]) == STEP_WAIT)
			step = STEP_WAIT;
	if (step == STEP_DONE && j.n)
		judge(&j);
	return step;
}

const struct check check_smtp = {
    "smtp", "domain",
    "the mail servers, connected to (--smtp): TLS, certificate, size",
    check_it,
};
