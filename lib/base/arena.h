/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.h - memory for one paste, message or request, freed at once
 *
 * Every arena has a limit.  An arena that failed once stays failed, so a
 * series of steps may be checked at its end.  Memory is zeroed and aligned
 * for any type.  Not for use by several threads at once.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/sv.h"

struct arena;

/* limit is bytes handed out in all.  NULL if there is no memory. */
struct arena *arena_new(size_t limit);

/* NULL is accepted. */
void arena_free(struct arena *a);

/* count * size zeroed bytes; NULL once the limit or memory is exhausted. */
void *arena_alloc(struct arena *a, size_t count, size_t size);

bool arena_failed(const struct arena *a);

/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

/* Bytes that may still be handed out; 0 once it failed. */
size_t arena_left(const struct arena *a);

/*
 * Forget all that was handed out, keep the memory for reuse.  What was
 * handed out before must not be used any more.
 */
void arena_reset(struct arena *a);

/* A copy of s; an empty view where memory is exhausted. */
sv arena_dup(struct arena *a, sv s);

/* A terminated copy; NULL if s holds NUL or memory is exhausted. */
char *sv_dupz(struct arena *a, sv s);

/* printf into the arena; an empty view where memory is exhausted. */
sv arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Make room for one more element in an array that lives in the arena: list
 * holds n elements of the given size in room for *cap.  Returns the list,
 * moved where it had to grow, or NULL when memory or max is exhausted.
 */
void *arena_more(struct arena *a, void *list, size_t n, size_t *cap,
                 size_t size, size_t max);

#endif
