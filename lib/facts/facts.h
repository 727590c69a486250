/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts.h - what is known of the world so far
 *
 * Asking starts the work, asking again is free.  Who needs facts is plain
 * code that asks, returns WAIT where an answer is pending, and is called again
 * from the top once there are more (facts_wait).  So all share look-ups and run
 * side by side without call-backs:
 *
 *	while ((step = spf_check(f, a, &request, &out)) == STEP_WAIT)
 *		facts_wait(f);
 *
 * A question that gets no answer in its time, or by the deadline of all, is a
 * temporary failure that says so.  Answers live as long as the facts.
 */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include "dns/dns.h"
#include "probe/probe.h"

enum step { STEP_WAIT, STEP_DONE };

/* Different questions of one run; those beyond fail, and say why. */
#define FACTS_MAX 200000

struct facts;

struct facts_options {
	struct dns_resolver *resolver; /* borrowed; must outlive the facts */
	struct dns_resolver *direct;   /* for facts_at(); may be NULL */
	/* Starts at the root by itself; NULL: resolver does. */
	struct dns_resolver *recursive;
	struct prober *prober;         /* borrowed; NULL: nobody is connected to */
	struct dns_loop *loop;         /* borrowed; NULL: resolvers that need none */
	int64_t now;                   /* Unix time; 0: the clock's */
	unsigned question_ms;          /* for one question; 0: 5000 */
	unsigned all_ms;               /* for all; 0: 30000 */
	/* By loop's clock: all is over then, for several facts of one run. */
	int64_t until_ms;              /* 0: all_ms after the first question */
	const volatile int *stop;      /* set: as facts_stop(); may be NULL */
};

/* NULL if there is no memory. */
struct facts *facts_new(const struct facts_options *opt);
void facts_free(struct facts *f);

/* The time that signatures, policies and certificates are judged at. */
int64_t facts_now(const struct facts *f);

/*
 * Never NULL.  state is DNS_PENDING until the answer is there.  Names: the
 * three forms differ in what they are given only.
 */
const struct dns_answer *facts_dns(struct facts *f,
                                   const struct dns_name *name, uint16_t type);
/* name as for dns_name_plain(); one that cannot be a name does not exist. */
const struct dns_answer *facts_text(struct facts *f, sv name, uint16_t type);
const struct dns_answer *facts_ptr(struct facts *f, const struct ip *ip);

/*
 * For those who refuse questions that come through the servers of a provider
 * or a public resolver: DNS lists.
 */
const struct dns_answer *facts_recursive(struct facts *f,
                                         const struct dns_name *name,
                                         uint16_t type);

/* One server's own view: asked directly, without recursion. */
const struct dns_answer *facts_at(struct facts *f, const struct ip *server,
                                  const struct dns_name *name, uint16_t type);
/* The same, asked in a certain way: to see whether it works. */
#define FACTS_TCP 1U     /* over TCP at once */
#define FACTS_NO_EDNS 2U /* as before RFC 6891 */
const struct dns_answer *facts_at_by(struct facts *f, const struct ip *server,
                                     const struct dns_name *name,
                                     uint16_t type, unsigned how);

/* Is there a way to ask a server of one's choice? */
bool facts_has_direct(const struct facts *f);

/*
 * What connections tell; never NULL, PROBE_PENDING until it is there.  Results
 * belong to the prober: several facts share them, and nobody is connected to
 * twice.
 */
const struct smtp_probe *facts_smtp(struct facts *f,
                                    const struct smtp_ask *ask);
const struct https_probe *facts_https(struct facts *f,
                                      const struct https_ask *ask);

/* Questions and probes that wait for an answer. */
size_t facts_pending(const struct facts *f);

/* Questions asked so far, and each in its order; for --record and --dry-run. */
size_t facts_count(const struct facts *f);
const struct dns_answer *facts_nth(const struct facts *f, size_t i);

/*
 * Wait until at least one more answer is there, or none is pending.  After the
 * deadline of all, what is pending fails.
 */
void facts_wait(struct facts *f);

/* Everything pending fails now: Ctrl-C.  Safe from a signal handler. */
void facts_stop(struct facts *f);

#endif
