/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.h - the one door between libmailwhy and libmailwhy-live
 *
 * The second library holds what touches the network, with its own copies of
 * the folders below (they keep no state), so that nothing but this struct has
 * to fit; it is refused where the release is another one.
 */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include "base/err.h"
#include "mailwhy/check.h"
#include "result/result.h"

struct live_result {
	struct rnode *items; /* the list that is counted */
	size_t errors, unknown;
};

/* A file of the user, as it was read: DNS lists, or rules of receivers. */
struct live_file {
	const char *name;
	sv text;
	bool receivers;
};

/* In the order in which they count: what comes later replaces. */
struct live_files {
	const struct live_file *v;
	size_t n;
};

struct live {
	const char *release;
	/* The statuses of mw_check(); all in a. */
	enum mw_status (*check)(struct arena *a,
	                        const struct mw_check_options *opt,
	                        const struct live_files *files,
	                        struct rnode *root, struct live_result *out,
	                        struct mw_err *err);
	enum mw_status (*checks)(struct arena *a, const char *id,
	                         struct rnode *root, struct live_result *out,
	                         struct mw_err *err);
};

MW_API const struct live *mailwhy_live(void);

#endif
