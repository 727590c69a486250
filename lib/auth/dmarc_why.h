/* SPDX-License-Identifier: BSD-2-Clause */
/* dmarc_why.h - sentence, cures and the difference of a finished evaluation */
#ifndef AUTH_DMARC_WHY_H
#define AUTH_DMARC_WHY_H

#include "auth/dmarc.h"

void dmarc_explain(struct arena *a, const struct dmarc_request *request,
                   struct dmarc_outcome *out);

#endif
