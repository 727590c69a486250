/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/live.h"

#include "auth/crypto.h"
#include "check/tree.h"
#include "live/announce.h"
#include "live/data.h"
#include "live/target.h"
#include "live/world.h"

/* Public keys that are kept: one for each signature of a message. */
#define KEYS_MAX 32

/* All of one run that is kept together. */
struct run {
	struct arena *a;
	const struct mw_check_options *opt;
	const struct live_files *files;
	struct check_target target;
	struct world *world;
	struct receivers *receivers; /* NULL: not asked for */
	struct facts *facts, *again;
	struct crypto *crypto;
	struct checks checks, second;
};

static enum mw_status known(struct arena *a, struct findings **out,
                            struct mw_err *err)
{
	return findings_read(a, sv_of(findings_builtin, findings_builtin_n),
	                     out, err);
}

/* Walk up to the zone that the domain is in: whose SOA it is. */
static enum step zone_of(struct facts *f, const struct check_target *t,
                         struct dns_name *zone)
{
	struct dns_name up = t->name;

	zone->n = 0;
	do {
		const struct dns_answer *an = facts_dns(f, &up, DNS_SOA);

		if (an->state == DNS_PENDING)
			return STEP_WAIT;
		if (an->state == DNS_FOUND && !an->nchain) {
			*zone = up;
			return STEP_DONE;
		}
		if (an->zone.n && dns_name_from(an->zone, zone))
			return STEP_DONE;
	} while (dns_name_up(&up) && dns_name_labels(&up) > 1);
	return STEP_DONE;
}

static sv zone_text(struct run *r)
{
	struct dns_name zone;
	char text[DNS_NAME_TEXT];

	if (!r->target.name.n)
		return SV("");
	while (zone_of(r->facts, &r->target, &zone) == STEP_WAIT)
		facts_wait(r->facts);
	return zone.n ? arena_dup(r->a, dns_name_text(&zone, text)) : SV("");
}

/* Everything once more, with what was proposed laid over the world. */
static enum mw_status prove(struct run *r, const struct findings *k,
                            struct proofs *proofs, struct mw_err *err)
{
	struct check_options opt = {r->opt->skip};
	sv with = check_proposals(r->a, k, r->checks.runs, r->checks.n);
	enum mw_status st;

	*proofs = (struct proofs){0};
	if (!with.n)
		return MW_OK;
	st = world_facts(r->world, with, &r->again, err);
	if (st == MW_OK)
		st = checks_run(&r->second, r->again, &r->target, &opt);
	if (st == MW_OK)
		*proofs = (struct proofs){r->second.runs, r->second.n};
	return st;
}

/* A world that was made by hand has the lists that stand in it. */
static enum mw_status take_lists(struct run *r, struct mw_err *err)
{
	struct zones *z;
	enum mw_status st = data_zones(r->a, r->files, r->opt, &z, err);

	if (st != MW_OK)
		return st;
	if (r->opt->zone)
		zones_only(z, sv_of(r->opt->zone, r->opt->zone_n));
	r->target.lists = z;
	r->target.keys = world_keys(r->world);
	return MW_OK;
}

static enum mw_status take_receivers(struct run *r, struct mw_err *err)
{
	enum mw_status st;

	if (!r->opt->receiver)
		return MW_OK;
	st = data_receivers(r->a, r->files, r->opt, &r->receivers, err);
	return st == MW_OK ? receivers_named(r->receivers,
	                                     sv_str(r->opt->receiver), err)
	                   : st;
}

/* Their verdict stands behind the findings that it is made of. */
static enum mw_status judge(struct run *r, const struct findings *k,
                            struct mw_err *err)
{
	struct checks *c = &r->checks;
	enum mw_status st;

	if (!r->receivers || c->n == CHECKS_MAX)
		return MW_OK;
	st = receivers_judge(r->receivers, sv_str(r->opt->receiver), k,
	                     c->runs, c->n, &r->target, &c->runs[c->n], err);
	c->n += st == MW_OK;
	return st;
}

/* Say what will be asked.  The checks are begun for their names only. */
static enum mw_status tell(struct run *r, struct rnode *root)
{
	struct check_options opt = {r->opt->skip};
	enum mw_status st = checks_begin(&r->second, NULL, &r->target, &opt);

	if (st == MW_OK)
		announce(r->a, r->opt, &r->target, &r->second, root);
	checks_end(&r->second);
	return st;
}

static enum mw_status run_all(struct run *r, struct rnode *root,
                              struct live_result *out, struct mw_err *err)
{
	struct check_options opt = {r->opt->skip};
	struct proofs proofs;
	struct findings *k;
	enum mw_status st = known(r->a, &k, err);

	if (st == MW_OK)
		st = target_from(r->a, r->opt, &r->target, err);
	/* Loading OpenSSL's algorithms takes longer than all of a small check. */
	if (st == MW_OK && r->target.message.p)
		r->target.crypto = r->crypto = crypto_new(KEYS_MAX);
	if (st == MW_OK)
		st = take_receivers(r, err);
	if (st == MW_OK)
		st = world_new(r->opt, &r->world, err);
	if (st == MW_OK)
		st = take_lists(r, err);
	if (st == MW_OK)
		st = tell(r, root);
	if (st != MW_OK || r->opt->dry_run)
		return st;
	st = world_facts(r->world, SV(""), &r->facts, err);
	if (st == MW_OK)
		st = checks_run(&r->checks, r->facts, &r->target, &opt);
	if (st == MW_OK)
		st = prove(r, k, &proofs, err);
	if (st == MW_OK)
		st = judge(r, k, err);
	if (st != MW_OK)
		return st;
	/* The answer outlives the checks. */
	checks_keep(&r->checks, r->a);
	check_tree(r->a, k, r->checks.runs, r->checks.n, &proofs, zone_text(r), root,
	           &out->errors, &out->unknown);
	for (struct rnode *n = root->first; n; n = n->next)
		if (sv_eq(n->key, SV("findings")))
			out->items = n;
	return world_end(r->world, err);
}

static enum mw_status check(struct arena *a,
                            const struct mw_check_options *opt,
                            const struct live_files *files,
                            struct rnode *root, struct live_result *out,
                            struct mw_err *err)
{
	struct run *r = arena_alloc(a, 1, sizeof(*r));
	enum mw_status st;

	if (!r)
		return mw_fail(err, MW_ENOMEM, "no memory");
	r->a = a;
	r->opt = opt;
	r->files = files;
	st = run_all(r, root, out, err);
	if (st == MW_ENOMEM || arena_failed(a))
		st = mw_fail(err, MW_ENOMEM, "no memory for the answer");
	checks_end(&r->checks);
	checks_end(&r->second);
	crypto_free(r->crypto);
	facts_free(r->again);
	facts_free(r->facts);
	world_free(r->world);
	return st;
}

static enum mw_status catalogue(struct arena *a, const char *id,
                                struct rnode *root, struct live_result *out,
                                struct mw_err *err)
{
	struct findings *k;
	enum mw_status st = known(a, &k, err);

	if (st == MW_OK &&
	    !check_catalogue(a, k, sv_str(id), root, &out->items))
		st = mw_fail(err, MW_ENOENT, "there is no check or finding "
		                             "\"%s\"", id);
	return st;
}

const struct live *mailwhy_live(void)
{
	static const struct live live = {MAILWHY_VERSION, check, catalogue};

	return &live;
}
