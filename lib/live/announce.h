/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announce.h - what will be asked, and of whom, before anybody is
 *
 * Only what is known without asking: who the mail servers are is not, so they
 * are told as "those that the MX records name".
 */
#ifndef LIVE_ANNOUNCE_H
#define LIVE_ANNOUNCE_H

#include "check/check.h"
#include "mailwhy/check.h"
#include "result/result.h"

/*
 * Say it by opt->note: in one line, and nothing where nobody but the user's
 * own files is asked.  With opt->dry_run a line for each kind, and the same as
 * "asks" in root.  planned: the checks that will run, in a.
 */
void announce(struct arena *a, const struct mw_check_options *opt,
              const struct check_target *target, const struct checks *planned,
              struct rnode *root);

#endif
