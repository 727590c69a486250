/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/taxonomy.h"

#include "classify/facts.h"

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
		if (!cause_covers(sv_str(exceptions[i].cause), cause) ||
		    (exceptions[i].stages &&
		     !(exceptions[i].stages & AT(d->stage))) ||
		    (exceptions[i].state == EXPIRED && !d->expired) ||
		    (exceptions[i].state == DELAYED &&
		     d->action != ACTION_DELAYED))
			continue;
		return exceptions[i].reason;
	}
	return d->cause->sisimai;
}
