/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * findings.h - what is known about findings: data/findings, read at run time
 *
 * The same reader serves the build, which proves the files, and the library,
 * which has them built in.  doc/findings.md tells the format.
 */
#ifndef CHECK_FINDINGS_H
#define CHECK_FINDINGS_H

#include "base/arena.h"
#include "base/err.h"
#include "check/check.h"
#include "kb/slots.h"

enum severity { SEV_ERROR, SEV_WARNING, SEV_NOTICE, SEV_INFO, SEV_N };

/* "error" ... */
const char *severity_name(enum severity s);
const char *check_state_name(enum check_state s);

/* Steps of one finding that a person still reads. */
#define FINDING_STEPS_MAX 8

struct finding_step {
	const char *kind, *where, *text; /* kind: as in the knowledge base */
	const char *command; /* NULL: none */
	const char *record;  /* "NAME TYPE VALUE" as an example; NULL: none */
};

struct finding_known {
	const char *id, *title, *verdict, *explain, *actor;
	enum check_state state;
	enum severity severity;
	struct finding_step fix[FINDING_STEPS_MAX];
	size_t nfix;
	struct finding_step verify[FINDING_STEPS_MAX];
	size_t nverify;
	const char *with[4], *ref[6], *cause[6];
	size_t nwith, nref, ncause;
};

struct findings;

/*
 * Read text (files one behind the other) into a.
 *	MW_ESYNTAX	err->where is the line, err->text what is wrong
 */
enum mw_status findings_read(struct arena *a, sv text, struct findings **out,
                             struct mw_err *err);

/* NULL where there is none of that id. */
const struct finding_known *findings_get(const struct findings *k, sv id);
size_t findings_count(const struct findings *k);
const struct finding_known *findings_nth(const struct findings *k, size_t i);

/* Those that are built in: the text, of all files. */
extern const char findings_builtin[];
extern const size_t findings_builtin_n;

/* Selectors of DKIM keys that are usual (data/findings); ended by NULL. */
extern const char *const check_selectors[];

#endif
