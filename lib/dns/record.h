/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - every answer of a run in a file, and runs made from it
 *
 * JSON Lines.  The first line tells the version, the run's clock and whom it
 * could ask; each further one holds one question and its answer with
 * everything:
 *
 *	{"mailwhy-recording": 1, "clock": 1767225600, "direct": true}
 *	{"name": "example.org", "type": "MX", "state": "found",
 *	 "trust": "secure", "ttl": 300, "rr": [{"ttl": 300,
 *	 "data": "10 mail.example.org."}], "at": 1767225600}
 *
 * Members that say nothing are left out: "chain", "zone", "from" (who gave it
 * or failed to), "why", "rcode", "hypothetical", "authoritative"; of the
 * question "server", "port", "tcp", "no_edns", "recursive".  "data" is the
 * record as in a zone file.  Unknown members are passed over.
 *
 * Lines with a "kind" belong to others (probe/record.h) and are kept for them.
 */
#ifndef DNS_RECORD_H
#define DNS_RECORD_H

#include "dns/dns.h"

#define DNS_RECORD_VERSION 1
/* One answer: 16384 records, or one of 64 KB, each byte escaped. */
#define DNS_RECORD_LINE ((size_t)16 << 20)
#define DNS_RECORD_BYTES ((size_t)512 << 20)

/* What a run was, beside its answers: a replay is to be the same. */
struct dns_record_run {
	int64_t clock;
	bool direct;    /* servers could be asked one by one */
	bool recursive; /* beside the resolver one that starts at the root */
	bool connects;  /* there was a prober */
};

/* ---- writing ---- */

struct dns_recorder;

/*
 * Begin a recording that will be at path once it is complete; till then it
 * grows beside it (only the user may read it) and what is there stays.  Path
 * NULL: in memory, up to DNS_RECORD_BYTES.
 * MW_EIO: err->sys tells; MW_ENOMEM.
 */
enum mw_status dns_record_begin(const char *path,
                                const struct dns_record_run *run,
                                struct dns_recorder **out,
                                struct mw_err *err);

/*
 * A resolver that asks below (borrowed) and writes each answer down.  Several
 * may write into one recording; recursive tells those that start at the root
 * from the others.  Free it once no question is under way.  NULL if there is
 * no memory.
 */
struct dns_resolver *dns_record_resolver(struct dns_recorder *rec,
                                         struct dns_resolver *below,
                                         bool recursive);

/* What still comes through r is not written: before dns_record_end(). */
void dns_record_detach(struct dns_resolver *r);

/* A line of another kind, with its end; empty: no memory was there for it. */
void dns_record_put(struct dns_recorder *rec, sv line);

/* What a recording in memory holds so far; lives until the next answer. */
sv dns_record_text(const struct dns_recorder *rec);

/*
 * Put the recording in its place, and free rec whatever comes of it.
 * MW_EIO where not all could be written: nothing is in its place then.  Of one
 * in memory it only tells whether it is whole.
 */
enum mw_status dns_record_end(struct dns_recorder *rec, struct mw_err *err);

/* Throw it away; NULL is accepted. */
void dns_record_drop(struct dns_recorder *rec);

/* One line of the file, with its end; in a. */
sv dns_record_line(struct arena *a, const struct dns_query *q,
                   const struct dns_answer *an);

/* ---- reading ---- */

struct dns_replay;

/*
 * Read a recording.  MW_ESYNTAX: it is none, err->where is the line; MW_EIO;
 * MW_ELIMIT; MW_ENOMEM.
 */
enum mw_status dns_replay_read(sv text, struct dns_replay **out,
                               struct mw_err *err);
enum mw_status dns_replay_open(const char *path, struct dns_replay **out,
                               struct mw_err *err);
void dns_replay_free(struct dns_replay *r);

/* The run that was recorded. */
const struct dns_record_run *dns_replay_run(const struct dns_replay *r);
/* Answers in it. */
size_t dns_replay_count(const struct dns_replay *r);

/*
 * A resolver over r, which must outlive it.  Questions that were not asked
 * then fail, and say so.  Where one was asked several times, each asking gets
 * its own answer, and those beyond the last.  NULL if there is no memory.
 */
struct dns_resolver *dns_replay_resolver(const struct dns_replay *r,
                                         bool recursive);

/*
 * Lines of other kinds in their order, and where they stand: begin with
 * *at = 0; false at the end.
 */
bool dns_replay_other(const struct dns_replay *r, size_t *at, sv *line,
                      size_t *where);

/* ---- for other kinds of lines ---- */

struct json_t;

/*
 * Bytes as JSON and back, none lost: a string where they are UTF-8, else
 * {"bytes": "..."} in which each character stands for the byte of that number.
 */
struct json_t *dns_record_bytes(sv s);
/* In a; false where it is neither. */
bool dns_record_bytes_of(struct arena *a, const struct json_t *j, sv *out);

/* Members that say nothing are left out: false, and 0. */
void dns_record_true(struct json_t *j, const char *key, bool value);
void dns_record_number(struct json_t *j, const char *key, int64_t n);

/* The object as a line, with its end; frees j.  Empty: no memory. */
sv dns_record_dump(struct arena *a, struct json_t *j);

#endif
