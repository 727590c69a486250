/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/world.h"

#include "dns/keyed.h"
#include "dns/loop.h"
#include "dns/overlay.h"
#include "dns/record.h"
#include "dns/stub.h"
#include "dns/unbound.h"
#include "dns/zone.h"
#include "probe/record.h"

#include <stdlib.h>
#include <time.h>

/* The longest file of keys. */
#define KEYS_BYTES ((size_t)64 << 10)
/* All of a run, where the user names no other time. */
#define TIMEOUT_MS 30000

/* Layers of one run: what is asked, what writes it down. */
struct world {
	const struct mw_check_options *opt;
	struct dns_loop *loop;
	struct dns_zone *zone;
	struct dns_replay *replay;
	struct dns_recorder *recorder;
	struct dns_resolver *base, *recorded; /* recorded: over base, or NULL */
	struct dns_resolver *direct, *direct_recorded;
	struct prober *prober; /* NULL: nobody is connected to */
	struct prober *probe_recorded; /* over it, or NULL */
	/* For DNS lists: recursion of one's own, keys put in, written down. */
	struct dns_resolver *root, *keyed, *lists_recorded;
	struct arena *a; /* for the keys */
	struct dns_keys *keys;
	int64_t now, until_ms; /* until_ms: of the loop's clock */
	struct view *views;
};

/* One set of facts: the world with changes laid over it. */
struct view {
	struct dns_overlay *overlay;
	struct dns_resolver *resolver;
	struct view *next;
};

static enum mw_status no_memory(struct mw_err *err)
{
	return mw_fail(err, MW_ENOMEM, "no memory");
}

static enum mw_status from_zone(struct world *w, struct mw_err *err)
{
	enum mw_status st;

	w->zone = dns_zone_new();
	if (!w->zone)
		return no_memory(err);
	if (!w->opt->zone)
		dns_zone_unknown(w->zone, SV("nobody"),
		                 SV("nobody is asked (--offline)"));
	st = dns_zone_read(w->zone, sv_of(w->opt->zone, w->opt->zone_n), err);
	if (st == MW_ESYNTAX)
		return mw_fail_at(err, MW_EINVAL, err->where,
		                  "line %zu of the zone is no record",
		                  err->where);
	w->base = st == MW_OK ? dns_zone_resolver(w->zone) : NULL;
	return w->base ? MW_OK : no_memory(err);
}

static enum mw_status no_recording(const struct world *w, enum mw_status st,
                                   struct mw_err *err)
{
	return st == MW_ESYNTAX ? mw_fail(err, MW_EINVAL,
	    "%s is no recording (line %zu)", w->opt->replay, err->where) : st;
}

/* The same could be asked as in the run that was recorded. */
static enum mw_status from_replay(struct world *w, struct mw_err *err)
{
	enum mw_status st = dns_replay_open(w->opt->replay, &w->replay, err);
	const struct dns_record_run *run;

	if (st != MW_OK)
		return no_recording(w, st, err);
	run = dns_replay_run(w->replay);
	/* A replay runs at the clock of what it replays. */
	if (!w->opt->now)
		w->now = run->clock;
	w->base = dns_replay_resolver(w->replay, false);
	if (run->direct)
		w->direct = dns_replay_resolver(w->replay, false);
	if (run->recursive)
		w->root = dns_replay_resolver(w->replay, true);
	if (!w->base || (run->direct && !w->direct) ||
	    (run->recursive && !w->root))
		return no_memory(err);
	return run->connects ? no_recording(w, probe_replay_new(
	    w->replay, &w->prober, err), err) : MW_OK;
}

static enum mw_status from_network(struct world *w, struct mw_err *err)
{
	sv server = sv_str(w->opt->resolver);
	struct dns_unbound_options o = {.resolv_conf = !w->opt->resolver,
	                                .forwarder = &server,
	                                .nforwarder = server.n != 0};
	struct dns_stub_options direct = {0};
	enum mw_status st;

	w->loop = dns_loop_new();
	if (!w->loop)
		return no_memory(err);
	st = dns_unbound_new(w->loop, &o, &w->base, err);
	if (st == MW_ESYNTAX)
		return mw_fail(err, MW_EINVAL, "\"%s\" is no resolver: an "
		               "address, and @PORT behind it",
		               w->opt->resolver);
	if (st != MW_OK)
		return st;
	w->direct = dns_stub_new(w->loop, &direct);
	if (!w->direct)
		return no_memory(err);
	/* Lists refuse who comes through the resolver of a provider. */
	o = (struct dns_unbound_options){.log_with = w->base};
	return w->opt->resolver ? MW_OK
	                        : dns_unbound_new(w->loop, &o, &w->root, err);
}

static struct dns_resolver *for_lists(const struct world *w)
{
	return w->keyed ? w->keyed : w->root ? w->root : w->base;
}

/* A recording has the masked names, so it wants no keys. */
static enum mw_status read_keys(struct world *w, struct mw_err *err)
{
	enum mw_status st;

	if (!w->opt->list_keys)
		return MW_OK;
	w->a = arena_new(KEYS_BYTES);
	if (!w->a)
		return no_memory(err);
	st = dns_keys_read(w->a, sv_of(w->opt->list_keys, w->opt->list_keys_n),
	                   &w->keys, err);
	if (st == MW_ESYNTAX || st == MW_ELIMIT)
		return mw_fail_at(err, MW_EINVAL, err->where,
		                  "line %zu of the keys is not a zone and its "
		                  "key, or there are too many", err->where);
	if (st != MW_OK || !w->base || w->replay)
		return st;
	w->keyed = dns_keyed_resolver(w->keys, for_lists(w));
	return w->keyed ? MW_OK : no_memory(err);
}

const struct dns_keys *world_keys(const struct world *w)
{
	return w->keys;
}

/*
 * Connections are made beside the network's DNS; over a zone of the user's own
 * only where they were asked for.
 */
static enum mw_status start_probing(struct world *w, struct mw_err *err)
{
	const struct mw_check_options *opt = w->opt;
	struct probe_options o = {.note = opt->note, .arg = opt->arg,
	                          .now = w->now,
	                          .keep_talk = opt->record != NULL,
	                          .helo = sv_str(opt->helo)};

	if (opt->offline || opt->replay || (opt->zone && !opt->smtp))
		return MW_OK;
	if (!w->loop)
		w->loop = dns_loop_new();
	w->prober = w->loop ? probe_net_new(w->loop, &o) : NULL;
	return w->prober ? MW_OK : no_memory(err);
}

static enum mw_status start_recording(struct world *w, struct mw_err *err)
{
	struct dns_record_run run = {.clock = w->now,
	    .direct = w->direct != NULL, .connects = w->prober != NULL,
	    .recursive = for_lists(w) != w->base};
	enum mw_status st;

	if (!w->opt->record)
		return MW_OK;
	st = dns_record_begin(w->opt->record, &run, &w->recorder, err);
	if (st != MW_OK)
		return st;
	w->recorded = dns_record_resolver(w->recorder, w->base, false);
	if (w->direct)
		w->direct_recorded = dns_record_resolver(w->recorder,
		                                         w->direct, false);
	w->lists_recorded = dns_record_resolver(w->recorder, for_lists(w),
	                                        run.recursive);
	if (w->prober)
		w->probe_recorded = probe_record_new(w->recorder, w->prober);
	return w->recorded && w->lists_recorded &&
	       (!w->direct || w->direct_recorded) &&
	       (!w->prober || w->probe_recorded)
	           ? MW_OK : no_memory(err);
}

enum mw_status world_new(const struct mw_check_options *opt,
                         struct world **out, struct mw_err *err)
{
	struct world *w = calloc(1, sizeof(*w));
	enum mw_status st;

	*out = w;
	if (!w)
		return no_memory(err);
	w->opt = opt;
	w->now = opt->now ? opt->now : time(NULL);
	w->until_ms = dns_loop_ms() +
	              (opt->timeout_ms ? opt->timeout_ms : TIMEOUT_MS);
	/* Only who has keys for lists is of interest then. */
	if (opt->dry_run)
		return read_keys(w, err);
	if (opt->zone || opt->offline)
		st = from_zone(w, err);
	else if (opt->replay)
		st = from_replay(w, err);
	else
		st = from_network(w, err);
	if (st == MW_OK)
		st = start_probing(w, err);
	if (st == MW_OK)
		st = read_keys(w, err);
	return st == MW_OK ? start_recording(w, err) : st;
}

enum mw_status world_end(struct world *w, struct mw_err *err)
{
	struct dns_recorder *rec = w->recorder;

	if (!rec)
		return MW_OK;
	if (w->probe_recorded)
		probe_record_end(w->probe_recorded);
	/* What is asked but not waited for ends after the recording. */
	dns_record_detach(w->recorded);
	dns_record_detach(w->lists_recorded);
	if (w->direct_recorded)
		dns_record_detach(w->direct_recorded);
	w->recorder = NULL;
	return dns_record_end(rec, err);
}

void world_free(struct world *w)
{
	struct view *next;

	if (!w)
		return;
	for (struct view *v = w->views; v; v = next) {
		next = v->next;
		dns_resolver_free(v->resolver);
		dns_overlay_free(v->overlay);
		free(v);
	}
	prober_free(w->probe_recorded);
	prober_free(w->prober);
	dns_resolver_free(w->recorded);
	dns_resolver_free(w->direct_recorded);
	dns_resolver_free(w->lists_recorded);
	dns_resolver_free(w->keyed);
	dns_resolver_free(w->root);
	dns_resolver_free(w->base);
	dns_resolver_free(w->direct);
	dns_record_drop(w->recorder);
	dns_replay_free(w->replay);
	dns_zone_free(w->zone);
	dns_loop_free(w->loop);
	arena_free(w->a);
	free(w);
}

/* What the caller wished, and what was proposed, as one overlay. */
static enum mw_status lay_over(struct view *v, const struct world *w, sv with,
                               struct mw_err *err)
{
	enum mw_status st;

	v->overlay = dns_overlay_new();
	if (!v->overlay)
		return no_memory(err);
	st = dns_overlay_read(v->overlay, sv_str(w->opt->with), err);
	if (st == MW_ESYNTAX)
		return mw_fail(err, MW_EINVAL, "--with: %s", err->text);
	if (st == MW_OK)
		st = dns_overlay_read(v->overlay, with, err);
	if (st != MW_OK)
		return st;
	v->resolver = dns_overlay_resolver(v->overlay,
	                                   w->recorded ? w->recorded
	                                               : w->base);
	return v->resolver ? MW_OK : no_memory(err);
}

enum mw_status world_facts(struct world *w, sv with, struct facts **out,
                           struct mw_err *err)
{
	struct facts_options o = {
	    .loop = w->loop, .now = w->now, .until_ms = w->until_ms,
	    .stop = w->opt->stop,
	    .direct = w->direct_recorded ? w->direct_recorded : w->direct,
	    .prober = w->probe_recorded ? w->probe_recorded : w->prober};
	struct view *v = calloc(1, sizeof(*v));
	enum mw_status st = v ? lay_over(v, w, with, err) : no_memory(err);

	if (v) {
		v->next = w->views;
		w->views = v;
	}
	if (st != MW_OK)
		return st;
	o.resolver = v->resolver;
	if (for_lists(w) != w->base)
		o.recursive = w->lists_recorded ? w->lists_recorded
		                                : for_lists(w);
	*out = facts_new(&o);
	return *out ? MW_OK : no_memory(err);
}
