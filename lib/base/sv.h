/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sv.h - string views
 *
 * A view is a pointer and a length; it is not terminated and may hold NUL.
 * Views share the life of the bytes they point into.  All functions accept
 * empty views with a null pointer.  Letters are ASCII: no locale is asked.
 */
#ifndef BASE_SV_H
#define BASE_SV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct sv {
	const char *p;
	size_t n;
} sv;

/* For static tables, where a compound literal is no constant expression. */
#define SV_INIT(s)                                                            \
	{                                                                     \
		(s), sizeof(s) - 1                                            \
	}
#define SV(s) ((sv){(s), sizeof(s) - 1})

/* For printf's "%.*s". */
#define SV_FMT(v) (int)(v).n, (v).n ? (v).p : ""

static inline sv sv_of(const char *p, size_t n)
{
	return (sv){p, n};
}

static inline sv sv_str(const char *s)
{
	return (sv){s, s ? strlen(s) : 0};
}

/* The first n bytes, or all if there are fewer. */
static inline sv sv_head(sv s, size_t n)
{
	return (sv){s.p, n < s.n ? n : s.n};
}

/* What follows the first n bytes; empty if there are fewer. */
static inline sv sv_drop(sv s, size_t n)
{
	return n < s.n ? (sv){s.p + n, s.n - n}
	               : (sv){s.p ? s.p + s.n : s.p, 0};
}

/* Bytes from..to (to excluded); both are cut to the length. */
static inline sv sv_slice(sv s, size_t from, size_t to)
{
	return sv_drop(sv_head(s, to), from);
}

static inline bool sv_eq(sv a, sv b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

/* n bytes at a and b, letters without case. */
bool sv_same(const char *a, const char *b, size_t n);

/* Most names differ in their length: no call for these. */
static inline bool sv_ieq(sv a, sv b)
{
	return a.n == b.n && sv_same(a.p, b.p, a.n);
}

static inline bool sv_starts(sv s, sv prefix)
{
	return s.n >= prefix.n &&
	       (!prefix.n || !memcmp(s.p, prefix.p, prefix.n));
}

static inline bool sv_istarts(sv s, sv prefix)
{
	return s.n >= prefix.n && sv_same(s.p, prefix.p, prefix.n);
}

bool sv_ends(sv s, sv suffix);
bool sv_iends(sv s, sv suffix);
/* Byte order, shorter first where one begins the other. */
int sv_cmp(sv a, sv b);

/* Offsets of the first occurrence, or SV_NPOS. */
#define SV_NPOS ((size_t)-1)
static inline size_t sv_chr(sv s, char c)
{
	const char *p = s.n ? (const char *)memchr(s.p, c, s.n) : NULL;

	return p ? (size_t)(p - s.p) : SV_NPOS;
}

size_t sv_rchr(sv s, char c);
size_t sv_find(sv s, sv needle);
size_t sv_ifind(sv s, sv needle);

static inline bool sv_has(sv s, sv needle)
{
	return sv_find(s, needle) != SV_NPOS;
}

static inline bool sv_ihas(sv s, sv needle)
{
	return sv_ifind(s, needle) != SV_NPOS;
}

/* How many spaces and tabs s begins with. */
size_t sv_blanks(sv s);

/* Without white space (space, tab, CR, LF) at both ends. */
sv sv_trim(sv s);

/*
 * Cut *s at the first c: returns what stands before it, and *s becomes what
 * follows.  Without a c all of *s is returned and *s becomes empty.
 */
sv sv_cut(sv *s, char c);

/* Cut the next line off *s; the view has no line end (LF, CRLF, lone CR). */
sv sv_line(sv *s);

/* Cut the next word (run without blanks) off *s; empty at the end. */
sv sv_word(sv *s);

/*
 * A number of decimal digits that fills s wholly and is at most max.
 * False (and *out untouched) for anything else.
 */
bool sv_u32(sv s, uint32_t max, uint32_t *out);

#endif
