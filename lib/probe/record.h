/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - connections of a run in its recording, and runs made from it
 *
 * Lines of their own kinds in the file that dns/record.h tells of; bytes as
 * dns_record_bytes() writes them:
 *
 *	{"kind": "smtp", "host": "mx.example.org", "ip": "192.0.2.25",
 *	 "fail": "ok", "stage": "EHLO", "code": 250, "text": "STARTTLS",
 *	 "greeting": "mx.example.org ESMTP", "ehlo": true, "starttls": true,
 *	 "keywords": ["SIZE 10240000", "STARTTLS"], "tls": {...},
 *	 "rcpt": [{"address": "postmaster@example.org", "code": 250}],
 *	 "connect_ms": 1, "dialogue": ["S: 220 mx.example.org ESMTP", ...]}
 *	{"kind": "https", "host": "mta-sts.example.org",
 *	 "path": "/.well-known/mta-sts.txt", "ips": ["192.0.2.80"],
 *	 "ip": "192.0.2.80", "fail": "ok", "status": 200,
 *	 "type": "text/plain", "body": "version: STSv1...", "tls": {...}}
 *
 * "tls" has "tried", "up", "version", "cipher", "why", "error", "faults" (by
 * their names) and "chain": each certificate as sent, in base64.  Members that
 * say nothing are left out.
 */
#ifndef PROBE_RECORD_H
#define PROBE_RECORD_H

#include "base/err.h"
#include "dns/record.h"
#include "probe/probe.h"

/*
 * A prober that asks below and writes down what came of it; both are borrowed,
 * and rec must be there until the end.  NULL if there is no memory.
 */
struct prober *probe_record_new(struct dns_recorder *rec,
                                struct prober *below);
/* All results, each one once, in the order asked: before dns_record_end(). */
void probe_record_end(struct prober *p);

/*
 * A prober over a recording, which is not needed any more then.  What was not
 * asked in that run fails with PROBE_STOPPED, and says so.
 *	MW_ESYNTAX	err->where is the line
 *	MW_ELIMIT	more than PROBES_MAX
 *	MW_ENOMEM	no memory
 */
enum mw_status probe_replay_new(const struct dns_replay *r,
                                struct prober **out, struct mw_err *err);

/* One line of the file, with its end; in a. */
sv probe_smtp_line(struct arena *a, const struct smtp_probe *p);
sv probe_https_line(struct arena *a, const struct https_ask *ask,
                    const struct https_probe *p);

#endif
