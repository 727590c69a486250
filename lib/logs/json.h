/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - strings of a JSON line with their place in it
 *
 * The JSON library tells no places, so a string is looked for.  For lib/logs.
 */
#ifndef LOGS_JSON_H
#define LOGS_JSON_H

#include "base/mtext.h"

/*
 * The string value of the first key (with its quotes) at or behind from.  If
 * what stands there is not want, which the JSON library read, the text is a
 * copy of want that has no origin.  Empty for an empty want.
 */
struct mtext json_place(struct arena *a, const struct mtext *line, size_t from,
			sv key, sv want);

#endif
