/* SPDX-License-Identifier: BSD-2-Clause */
/* target.h - what a person typed, as what is to be examined */
#ifndef LIVE_TARGET_H
#define LIVE_TARGET_H

#include "base/arena.h"
#include "base/err.h"
#include "check/check.h"
#include "mailwhy/check.h"

/* MW_EINVAL: err says which option is wrong. */
enum mw_status target_from(struct arena *a,
                           const struct mw_check_options *opt,
                           struct check_target *out, struct mw_err *err);

#endif
