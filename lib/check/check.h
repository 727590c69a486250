/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - one question about a domain, address, host or message
 *
 * A check is plain code over facts: it asks, returns STEP_WAIT where an answer
 * is pending, and is called again from the top once there are more.  What it
 * found counts when it returns STEP_DONE.  It says what was seen; how bad that
 * is, who acts and what to do stands in data/findings.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "base/ip.h"
#include "facts/facts.h"
#include "result/result.h"

/* Sending addresses, selectors and names in one run: a person's list. */
#define CHECK_LIST_MAX 64
/* Findings of one check; those beyond are told as a number. */
#define CHECK_FINDINGS_MAX 200
/* Values and pieces of evidence of one finding. */
#define CHECK_VALUES_MAX 12
#define CHECK_EVIDENCE_MAX 24
#define CHECK_RECORDS_MAX 8

struct crypto;
struct zones;
struct dns_keys;

/* What is examined.  Empty or 0: not told. */
struct check_target {
	sv domain;             /* as typed, in A-labels */
	struct dns_name name;  /* the same; n is 0 where there is none */
	struct ip ips[CHECK_LIST_MAX];
	size_t nips;
	sv helo, mail_from, header_from; /* the last two: addresses */
	sv selectors[CHECK_LIST_MAX];
	size_t nselectors;
	sv own[CHECK_LIST_MAX]; /* domains and hosts of the user */
	size_t nown;
	sv message;            /* its bytes; p is NULL where there is none */
	bool smtp;             /* mail servers may be connected to */
	struct crypto *crypto; /* borrowed; NULL: signatures are not looked at */
	const struct zones *lists;    /* DNS lists that are asked; NULL: none */
	const struct dns_keys *keys;  /* for those that want one; may be NULL */
};

enum check_state { CHECK_PASS, CHECK_FAIL, CHECK_UNKNOWN, CHECK_SKIPPED };

/* A record to publish, change or take away. */
struct check_record {
	sv name, type;
	sv value; /* in text form; TXT: the joined text; empty: delete it */
	sv old;   /* today's, the same way; empty: there is none */
};

/* What was seen: "record", "v=spf1 ..."; at: where in text a fault is. */
struct check_evidence {
	sv what, text;
	size_t at, len; /* len is 0: nowhere in particular */
};

struct finding {
	const char *id; /* as in data/findings */
	const char *check; /* the name of who found it */
	sv about;       /* the name or address that it is about */
	struct {
		const char *name;
		sv value;
	} values[CHECK_VALUES_MAX]; /* for the slots of its sentences */
	size_t nvalues;
	struct check_evidence evidence[CHECK_EVIDENCE_MAX];
	size_t nevidence;
	struct check_record records[CHECK_RECORDS_MAX];
	size_t nrecords;
	struct finding *next;
};

/* Branches of a drawing; those beyond are told as a number. */
#define CHECK_BRANCHES_MAX 160

/* A part of what is drawn as a tree; those in it follow, one level deeper. */
struct check_branch {
	sv label, words;      /* as it stands; what is said of it */
	unsigned level;       /* 0: the root, which is the first */
	unsigned weight, sum; /* its own, and of all so far; root: of all */
	enum rbranch state;
	struct check_branch *next;
};

struct check_drawing {
	sv title;
	unsigned limit; /* of the sum */
	struct check_branch *first, *last;
	size_t n, more; /* more: beyond CHECK_BRANCHES_MAX */
};

struct check_run {
	struct facts *facts;
	struct arena *a; /* for all of a check; reset before it is called again */
	const struct check_target *target;
	const struct check *check;
	struct finding *first, *last;
	size_t n, more;       /* more: beyond CHECK_FINDINGS_MAX */
	struct check_drawing drawing; /* first is NULL: there is none */
	struct finding spare; /* given where there is no room */
	bool done;
};

struct check {
	const char *name;    /* "mx": for people and --skip */
	const char *subject; /* domain, address, host, message */
	const char *title;   /* one line of `mailwhy checks` */
	enum step (*run)(struct check_run *run);
};

/* All of them, in the order of their answers; ended by NULL. */
extern const struct check *const checks[];
#define CHECKS_MAX 64

struct check_options {
	const char *skip; /* "bimi,dane": names of checks; NULL: none */
};

/*
 * All that suit one target, side by side.  Findings stand in runs[0..n), in
 * the order of checks[].
 */
struct checks {
	struct check_run runs[CHECKS_MAX];
	size_t n;
};

/*
 * Begin; MW_ENOMEM where there is no memory for any.  facts and target must
 * outlive it.  End it with checks_end() whatever came of it.
 */
enum mw_status checks_begin(struct checks *c, struct facts *facts,
                            const struct check_target *target,
                            const struct check_options *opt);
/* Call each once more; STEP_WAIT: facts_wait(), then again. */
enum step checks_step(struct checks *c);
/* Both, to the end. */
enum mw_status checks_run(struct checks *c, struct facts *facts,
                          const struct check_target *target,
                          const struct check_options *opt);
void checks_end(struct checks *c);
/* Move what findings say into a, for who shows it after checks_end(). */
void checks_keep(struct checks *c, struct arena *a);

/* ---- for who writes a check ---- */

/*
 * A new finding about that; never NULL (where there is no room, one that is
 * not kept).  about is copied, as are all strings given to it later.
 */
struct finding *found(struct check_run *run, const char *id, sv about);
void found_value(struct check_run *run, struct finding *f, const char *name,
                 sv value);
void found_number(struct check_run *run, struct finding *f, const char *name,
                  long long value);
void found_seen(struct check_run *run, struct finding *f, const char *what,
                sv text);
/* The same with the place of a fault in it. */
void found_fault(struct check_run *run, struct finding *f, const char *what,
                 sv text, size_t at, size_t len);
void found_record(struct check_run *run, struct finding *f, sv name,
                  const char *type, sv value, sv old);

/* Begin the drawing of a check, and add a branch (it is copied). */
void found_drawing(struct check_run *run, sv title, unsigned limit);
void found_branch(struct check_run *run, const struct check_branch *from);

/* An answer as evidence: its records, or why there are none. */
void found_answer(struct check_run *run, struct finding *f,
                  const struct dns_answer *an);

/*
 * The finding that a question got no usable answer: "dns.tempfail" or
 * "dns.bogus", with server and reason.  True where that is so.
 */
bool found_no_answer(struct check_run *run, const struct dns_answer *an);

/* Names and addresses as text that lives as long as the findings. */
sv check_name(struct check_run *run, const struct dns_name *name);
sv check_ip(struct check_run *run, const struct ip *ip);
/* "2026-11-24" (UTC). */
sv check_date(struct check_run *run, int64_t unix_time);

#endif
