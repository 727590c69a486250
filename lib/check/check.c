/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check.h"

#include <stdio.h>
#include <time.h>

struct finding *found(struct check_run *run, const char *id, sv about)
{
	struct finding *f = run->n < CHECK_FINDINGS_MAX
	                        ? arena_alloc(run->a, 1, sizeof(*f)) : NULL;

	if (!f) {
		run->more++;
		run->spare = (struct finding){0};
		return &run->spare;
	}
	f->id = id;
	f->check = run->check ? run->check->name : "";
	f->about = arena_dup(run->a, about);
	if (run->last)
		run->last->next = f;
	else
		run->first = f;
	run->last = f;
	run->n++;
	return f;
}

void found_value(struct check_run *run, struct finding *f, const char *name,
                 sv value)
{
	if (!value.n || f->nvalues == CHECK_VALUES_MAX)
		return;
	f->values[f->nvalues].name = name;
	f->values[f->nvalues++].value = arena_dup(run->a, value);
}

void found_number(struct check_run *run, struct finding *f, const char *name,
                  long long value)
{
	found_value(run, f, name, arena_printf(run->a, "%lld", value));
}

void found_fault(struct check_run *run, struct finding *f, const char *what,
                 sv text, size_t at, size_t len)
{
	if (f->nevidence == CHECK_EVIDENCE_MAX)
		return;
	f->evidence[f->nevidence++] = (struct check_evidence){
	    arena_dup(run->a, sv_str(what)), arena_dup(run->a, text), at, len};
}

void found_seen(struct check_run *run, struct finding *f, const char *what,
                sv text)
{
	found_fault(run, f, what, text, 0, 0);
}

void found_record(struct check_run *run, struct finding *f, sv name,
                  const char *type, sv value, sv old)
{
	if (f->nrecords == CHECK_RECORDS_MAX)
		return;
	f->records[f->nrecords++] = (struct check_record){
	    arena_dup(run->a, name), arena_dup(run->a, sv_str(type)),
	    arena_dup(run->a, value), arena_dup(run->a, old)};
}

sv check_name(struct check_run *run, const struct dns_name *name)
{
	char text[DNS_NAME_TEXT];

	return arena_dup(run->a, dns_name_text(name, text));
}

sv check_ip(struct check_run *run, const struct ip *ip)
{
	char text[IP_TEXT];

	return arena_dup(run->a, ip_text(ip, text));
}

sv check_date(struct check_run *run, int64_t unix_time)
{
	time_t t = (time_t)unix_time;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return SV("");
	return arena_printf(run->a, "%04d-%02d-%02d", tm.tm_year + 1900,
	                    tm.tm_mon + 1, tm.tm_mday);
}

/* "example.org MX", and what came of it. */
static sv question(struct check_run *run, const struct dns_answer *an)
{
	char name[DNS_NAME_TEXT], type[10];

	return arena_printf(run->a, "%s %s", dns_name_text(&an->name, name).p,
	                    dns_type_name(an->type, type));
}

void found_answer(struct check_run *run, struct finding *f,
                  const struct dns_answer *an)
{
	sv q = question(run, an);
	char z[DNS_NAME_TEXT + 16];

	snprintf(z, sizeof(z), "%.*s", SV_FMT(q));
	for (size_t i = 0; i < an->nchain; i++)
		found_seen(run, f, "alias", check_name(run, &an->chain[i]));
	for (size_t i = 0; i < an->n; i++)
		found_seen(run, f, z, an->type == DNS_TXT
		    ? dns_txt(run->a, &an->rr[i])
		    : dns_rdata_text(run->a, an->type, an->rr[i].rdata));
	if (!an->n)
		found_seen(run, f, z, an->why.n
		    ? an->why : sv_str(dns_state_name(an->state)));
	if (an->hypothetical)
		found_seen(run, f, "assumed", SV("with your change"));
}

bool found_no_answer(struct check_run *run, const struct dns_answer *an)
{
	struct finding *f;
	char type[10];

	if (an->state != DNS_TEMPFAIL && an->state != DNS_BOGUS)
		return false;
	f = found(run, an->state == DNS_BOGUS ? "dns.bogus" : "dns.tempfail",
	          check_name(run, &an->name));
	found_value(run, f, "name", check_name(run, &an->name));
	found_value(run, f, "type",
	            sv_str(dns_type_name(an->type, type)));
	found_value(run, f, "server", an->server);
	found_value(run, f, "reason", an->why);
	return true;
}
