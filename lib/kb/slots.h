/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots.h - slots in the sentences of data files
 *
 * "{ip}", "{ip|the sending address}", "[[ from {ip}]]": see doc/knowledge.md.
 * Values come from hostile input: in commands they are quoted for the shell,
 * or left out where they cannot be (inside of quotes of the command itself, on
 * a console of PowerShell).
 */
#ifndef KB_SLOTS_H
#define KB_SLOTS_H

#include "base/arena.h"

enum slots_mode { SLOTS_PROSE, SLOTS_COMMAND };

/* Where values come from; an empty one is not there. */
struct slots {
	sv (*get)(const void *arg, sv name);
	const void *arg;
};

/*
 * The text with its slots filled in.  False where a slot without words of its
 * own has no value: the step is then left out.
 */
bool slots_fill(struct arena *a, const struct slots *values, const char *text,
                enum slots_mode mode, sv *out);

#endif
