/* SPDX-License-Identifier: BSD-2-Clause */
/* world.h - who is asked in one run: the network, a zone, a recording */
#ifndef LIVE_WORLD_H
#define LIVE_WORLD_H

#include "base/err.h"
#include "facts/facts.h"
#include "mailwhy/check.h"

struct world;

/* Statuses as of mw_check(). */
enum mw_status world_new(const struct mw_check_options *opt,
                         struct world **out, struct mw_err *err);
/* Put the recording in its place; MW_EIO where that failed. */
enum mw_status world_end(struct world *w, struct mw_err *err);
void world_free(struct world *w);

/* Keys for DNS lists; NULL: none were given. */
const struct dns_keys *world_keys(const struct world *w);

/*
 * Facts of that world with a text laid over it (empty: as the caller wished).
 * The caller frees them before the world.
 */
enum mw_status world_facts(struct world *w, sv with, struct facts **out,
                           struct mw_err *err);

#endif
