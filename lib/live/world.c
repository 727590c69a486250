/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/world.h"

#include "dns/loop.h"
#include "dns/zone.h"

#include <stdlib.h>

struct world {
	const struct mw_check_options *opt;
	struct dns_loop *loop;
	struct dns_zone *zone;
	struct dns_resolver *base;
};

static enum mw_status from_zone(struct world *w, struct mw_err *err)
{
	enum mw_status st;

	w->zone = dns_zone_new();
	if (!w->zone)
		return mw_fail(err, MW_ENOMEM, "no memory");
	if (!w->opt->zone)
		dns_zone_unknown(w->zone, SV("nobody"),
		                 SV("nobody is asked (--offline)"));
	st = dns_zone_read(w->zone, sv_of(w->opt->zone, w->opt->zone_n), err);
	if (st == MW_ESYNTAX)
		return mw_fail_at(err, MW_EINVAL, err->where,
		                  "the zone, line %zu: not a record",
		                  err->where);
	w->base = st == MW_OK ? dns_zone_resolver(w->zone) : NULL;
	return w->base ? MW_OK : mw_fail(err, MW_ENOMEM, "no memory");
}

enum mw_status world_new(const struct mw_check_options *opt,
                         struct world **out, struct mw_err *err)
{
	struct world *w = calloc(1, sizeof(*w));
	enum mw_status st;

	if (!w)
		return mw_fail(err, MW_ENOMEM, "no memory");
	*out = w;
	w->opt = opt;
	st = opt->zone || opt->offline ? from_zone(w, err)
	               : mw_fail(err, MW_EINVAL, "only a zone for now");
	return st;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	dns_resolver_free(w->base);
	dns_zone_free(w->zone);
	dns_loop_free(w->loop);
	free(w);
}

enum mw_status world_facts(struct world *w, sv with, struct facts **out,
                           struct mw_err *err)
{
	struct facts_options o = {.resolver = w->base, .loop = w->loop,
	                          .now = w->opt->now,
	                          .all_ms = w->opt->timeout_ms};

	(void)with;
	*out = facts_new(&o);
	return *out ? MW_OK : mw_fail(err, MW_ENOMEM, "no memory");
}
