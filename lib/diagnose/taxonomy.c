/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/taxonomy.h"

#include "classify/facts.h"

static const struct {
	const char *name, *title;
} names[] = {
    [TAXONOMY_MAILWHY] = {"mailwhy", "mailwhy"},
    [TAXONOMY_SISIMAI] = {"sisimai", "Sisimai"},
    [TAXONOMY_KUMOMTA] = {"kumomta", "KumoMTA"},
    [TAXONOMY_SPARKPOST] = {"sparkpost", "SparkPost"},
    [TAXONOMY_RFC3463] = {"rfc3463", "RFC 3463"},
};

#define AT(stage) (1u << (stage))

/*
 * The first row that holds.  A fault that was told (a name that cannot be
 * found, a disk that is full) stays the reason when the queue time is over;
 * that nobody answered, or only put off, does not.
 */
static const struct {
	const char *cause; /* or an area */
	unsigned stages;   /* bits 1 << stage; 0: any */
	enum { ANY, EXPIRED, DELAYED } state;
	const char *reason;
} exceptions[] = {
    /* "X-Unix": a delivery program, whatever it said. */
    {"remote.deferred", AT(STAGE_DELIVERY), ANY, "mailererror"},
    {"remote.refused", AT(STAGE_DELIVERY), ANY, "mailererror"},
    {"remote.error", AT(STAGE_DELIVERY), ANY, "mailererror"},
    {"unknown.*", AT(STAGE_DELIVERY), ANY, "mailererror"},
    {"route.timeout", 0, EXPIRED, "expired"},
    {"route.unreachable", 0, EXPIRED, "expired"},
    {"route.connection-lost", 0, EXPIRED, "expired"},
    {"remote.deferred", 0, EXPIRED, "expired"},
    {"remote.refused", 0, EXPIRED, "expired"},
    {"unknown.*", 0, EXPIRED, "expired"},
    {"local.*", 0, EXPIRED, "expired"},
    {"remote.deferred", 0, DELAYED, "expired"},
    {"route.timeout", 0, DELAYED, "expired"},
    {"route.unreachable", 0, DELAYED, "expired"},
    {"recipient.unknown", AT(STAGE_DATA) | AT(STAGE_END_OF_DATA), ANY,
     "filtered"},
    {"remote.refused", AT(STAGE_CONNECT) | AT(STAGE_HELO), ANY, "blocked"},
    {"remote.deferred", AT(STAGE_CONNECT) | AT(STAGE_HELO), ANY, "blocked"},
    {"remote.busy", AT(STAGE_CONNECT) | AT(STAGE_HELO), ANY, "blocked"},
    {"remote.refused", AT(STAGE_MAIL), ANY, "rejected"},
};

const char *taxonomy_sisimai(const struct diagnosis *d)
{
	sv cause = sv_str(d->cause->id);

	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]);
	     i++) {
		if ((exceptions[i].stages &&
		     !(exceptions[i].stages & AT(d->stage))) ||
		    (exceptions[i].state == EXPIRED && !d->expired) ||
		    (exceptions[i].state == DELAYED &&
		     d->action != ACTION_DELAYED) ||
		    !cause_covers(sv_str(exceptions[i].cause), cause))
			continue;
		return exceptions[i].reason;
	}
	return d->cause->sisimai;
}

bool taxonomy_from(sv name, enum taxonomy *out)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_eq(name, sv_str(names[i].name))) {
			*out = (enum taxonomy)i;
			return true;
		}
	return false;
}

const char *taxonomy_name(enum taxonomy t)
{
	return names[t].name;
}

const char *taxonomy_title(enum taxonomy t)
{
	return names[t].title;
}

const char *taxonomy_class(const struct diagnosis *d, enum taxonomy t)
{
	switch (t) {
	case TAXONOMY_SISIMAI:
		return taxonomy_sisimai(d);
	case TAXONOMY_KUMOMTA:
		return d->cause->kumomta;
	case TAXONOMY_SPARKPOST:
		return d->cause->sparkpost;
	case TAXONOMY_RFC3463:
		return d->cause->rfc3463;
	case TAXONOMY_MAILWHY:
		break;
	}
	return d->cause->id;
}
