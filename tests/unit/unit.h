/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit.h - cmocka with what it needs before it
 *
 * A test file has static functions `static void name(void **state)` and ends
 * with UNIT_MAIN(cmocka_unit_test(name), ...).
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/mtext.h"
#include "base/sv.h"

#define assert_sv(view, text)                                                 \
	do {                                                                  \
		sv got_ = (view), want_ = sv_str(text);                       \
		if (!sv_eq(got_, want_))                                      \
			fail_msg("got \"%.*s\", want \"%s\"", SV_FMT(got_),   \
			         want_.p);                                    \
	} while (0)

#define UNIT_MAIN(...)                                                        \
	int main(void)                                                        \
	{                                                                     \
		const struct CMUnitTest tests[] = {__VA_ARGS__};              \
		return cmocka_run_group_tests(tests, NULL, NULL);             \
	}

/* A mapped text whose bytes stand at offset 0 on. */
static inline struct mtext unit_mtext(struct arena *a, sv s)
{
	struct mtext t;

	mtext_init(&t, a, s.n ? s.n : 1);
	mtext_add(&t, s, 0);
	return t;
}

#endif
