/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * data.h - DNS lists and rules of receivers: the built-in ones and the user's
 *
 * Mistakes in files of the user are told by opt->note, with file and line;
 * what is sound in them is used.
 */
#ifndef LIVE_DATA_H
#define LIVE_DATA_H

#include "check/receiver.h"
#include "check/zones.h"
#include "live/live.h"

/* MW_ENOMEM, err says so. */
enum mw_status data_zones(struct arena *a, const struct live_files *files,
                          const struct mw_check_options *opt,
                          struct zones **out, struct mw_err *err);
enum mw_status data_receivers(struct arena *a, const struct live_files *files,
                              const struct mw_check_options *opt,
                              struct receivers **out, struct mw_err *err);

#endif
