/* SPDX-License-Identifier: BSD-2-Clause */
/* builtin.h - the rules that the program is built with (read-only data) */
#ifndef CLASSIFY_BUILTIN_H
#define CLASSIFY_BUILTIN_H

#include "classify/ruleset.h"

extern const struct ruleset builtin_rules;

#endif
