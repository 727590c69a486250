/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - every DNS answer of a run in a file, and runs made from it
 *
 * JSON Lines.  The first line tells the version and the run's clock, each
 * further one holds one question and its answer with everything:
 *
 *	{"mailwhy-dns": 1, "clock": 1767225600}
 *	{"name": "example.org", "type": "MX", "state": "found",
 *	 "trust": "secure", "ttl": 300, "rr": [{"ttl": 300,
 *	 "data": "10 mail.example.org."}], "at": 1767225600}
 *
 * Members that say nothing are left out: "chain", "zone", "from" (who gave it
 * or failed to), "why", "rcode", "hypothetical", "authoritative"; of the
 * question "server", "port", "tcp", "no_edns".  "data" is the record as in a
 * zone file.  Unknown members are passed over.
 */
#ifndef DNS_RECORD_H
#define DNS_RECORD_H

#include "dns/dns.h"

#define DNS_RECORD_VERSION 1
/* One answer: 16384 records, or one of 64 KB, each byte escaped. */
#define DNS_RECORD_LINE ((size_t)16 << 20)
#define DNS_RECORD_BYTES ((size_t)512 << 20)

/* ---- writing ---- */

struct dns_recorder;

/*
 * Begin a recording that will be at path once it is complete; till then it
 * grows beside it (only the user may read it) and what is there stays.  Path
 * NULL: in memory, up to DNS_RECORD_BYTES.
 * MW_EIO: err->sys tells; MW_ENOMEM.
 */
enum mw_status dns_record_begin(const char *path, int64_t clock,
                                struct dns_recorder **out,
                                struct mw_err *err);

/*
 * A resolver that asks below (borrowed) and writes each answer down.  Several
 * may write into one recording.  Free it once no question is under way.  NULL
 * if there is no memory.
 */
struct dns_resolver *dns_record_resolver(struct dns_recorder *rec,
                                         struct dns_resolver *below);

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

/* The clock of the run that was recorded. */
int64_t dns_replay_clock(const struct dns_replay *r);
/* Answers in it. */
size_t dns_replay_count(const struct dns_replay *r);

/*
 * A resolver over r, which must outlive it.  Questions that were not asked
 * then fail, and say so.  Of two answers to one question the first counts.
 * NULL if there is no memory.
 */
struct dns_resolver *dns_replay_resolver(const struct dns_replay *r);

#endif
