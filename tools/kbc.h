/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kbc.h - the compiler of the knowledge base: what its parts share
 *
 * kbc.c reads the files, kbc_parse.c makes causes of them, kbc_lint.c looks
 * at the causes together, kbc_emit.c writes the tables.  Mistakes are
 * reported where they are found and counted; nothing is written if there
 * was one.
 */
#ifndef TOOLS_KBC_H
#define TOOLS_KBC_H

#include "base/arena.h"
#include "kb/kb.h"

/* The knowledge base holds about 1 MB; this also ends a runaway read. */
#define KBC_MEMORY ((size_t)256 << 20)
#define KBC_MAX_CAUSES 1024
/* More than any sensible value asks for. */
#define KBC_MAX_CONDS 8

enum kbc_single {
	KBC_CAUSE,
	KBC_TITLE,
	KBC_SISIMAI,
	KBC_KUMOMTA,
	KBC_SPARKPOST,
	KBC_RFC3463,
	KBC_SINGLE_N
};

struct cond {
	enum kb_var var;
	bool negated;
	sv values;
};

struct item {
	enum kb_field field;
	unsigned line;
	struct cond conds[KBC_MAX_CONDS];
	size_t nconds;
	sv text, kind, where;
	uint32_t number;
};

struct cause {
	const char *file;
	unsigned line; /* of "Cause:" */
	sv single[KBC_SINGLE_N];
	struct item *items;
	size_t n, cap;
};

struct kbc {
	struct arena *a;
	const char *dir, *list; /* list: the path of CAUSES */
	bool partial;
	unsigned errors;
	sv *ids; /* of CAUSES, in its order */
	unsigned *id_lines;
	size_t nids, ids_cap, lines_cap;
	struct cause **causes; /* sorted by id, as the files are */
	size_t n, causes_cap;
};

/* Report "file:line: text" and count it. */
void kbc_wrong(struct kbc *k, const char *file, unsigned line, const char *fmt,
	       ...) __attribute__((format(printf, 4, 5)));

bool kbc_known_id(const struct kbc *k, sv id);

/* The cause of a file called id.kb; reports all that is wrong with it. */
void kbc_parse(struct kbc *k, const char *file, sv id, sv text);

/* Name of a kb_field as files write it, and as C does. */
const char *kbc_field_name(enum kb_field f);
const char *kbc_field_enum(enum kb_field f);

/* Is there a slot without words of its own, outside [[ ]]? */
bool kbc_bare_slot(sv text);
bool kbc_any_slot(sv text);
/* Characters of text, slots not counted. */
size_t kbc_length(sv text);

void kbc_lint(struct kbc *k);

/* The C source; empty if memory is exhausted. */
struct buf;
void kbc_emit(const struct kbc *k, struct buf *out);

#endif
