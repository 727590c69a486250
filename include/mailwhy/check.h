/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - the DNS of a domain, an address or a host, as receivers see it
 *
 * This part asks servers, and comes from a second library, libmailwhy-live,
 * which is loaded at the first call.
 */
#ifndef MAILWHY_CHECK_H
#define MAILWHY_CHECK_H

#include <stdint.h>

#include "mailwhy/mailwhy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is said while it works: "asks 192.0.2.53: example.org MX". */
typedef void mw_check_note(void *arg, const char *text);

/* All members but size may be NULL or 0. */
struct mw_check_options {
	size_t size;
	/* A domain, an IP address, a host name or a mail address. */
	const char *subject;
	/* Addresses that mail is sent from, IPv4 and IPv6. */
	const char *const *ips;
	size_t nips;
	const char *helo;      /* the name that the server calls itself by */
	const char *mail_from; /* envelope sender */
	const char *from;      /* From of the header */
	const char *const *selectors; /* of DKIM keys */
	size_t nselectors;
	/* Domains and hosts of one's own: what is only asked of those. */
	const char *const *own;
	size_t nown;
	/* A message whose signatures are to be verified. */
	const char *message;
	size_t message_n;
	/*
	 * "What if": records laid over the world, one a line: "+NAME TYPE
	 * VALUE" adds, "-NAME TYPE [VALUE]" takes away, without a sign records
	 * of the same kind are replaced.
	 */
	const char *with;
	const char *resolver; /* "ADDR" or "ADDR@PORT"; NULL: the system's */
	/* Judge by the rules of these too: "google,yahoo", "all". */
	const char *receiver;
	const char *skip;     /* names of checks, separated by commas */
	/* A world of records as text instead of the network; see dns/zone.h. */
	const char *zone;
	size_t zone_n;
	/* A file that an earlier run recorded, instead of the network. */
	const char *replay;
	/*
	 * Keep all answers in this file, of the DNS, of mail servers and of
	 * policy hosts.  Only its owner can read it, and it is replaced when
	 * it is complete.
	 */
	const char *record;
	int offline;  /* nobody is asked; only what zone or replay hold */
	int smtp;     /* mail servers may be connected to */
	/*
	 * Say what would be asked, and of whom, and ask nobody: the answer has
	 * "asks", and no findings.
	 */
	int dry_run;
	int64_t now;  /* Unix time to judge at; 0: the clock */
	unsigned timeout_ms; /* for all; 0: 30 s */
	mw_check_note *note;
	void *arg;
	/* Set by a signal handler: what is known so far is the answer. */
	const volatile int *stop;
	/*
	 * Keys for DNS lists that want one, as text: a zone and its key a
	 * line.  They are never shown nor recorded.
	 */
	const char *list_keys;
	size_t list_keys_n;
};

/*
 * *out holds findings; free it with mw_answer_free().
 *	MW_OK		also where nothing could be found out
 *	MW_EINVAL	options; err says which, err->where the line of a zone
 *	MW_ENOENT	libmailwhy-live is not installed, or of another release
 *	MW_EIO		a recording cannot be read or written, or there is no way
 *			to the network
 *	MW_ENOMEM	no memory
 */
MW_API enum mw_status mw_check(struct mw_ctx *ctx,
                               const struct mw_check_options *opt,
                               struct mw_answer **out, struct mw_err *err);

/* All checks; or what is known about one check or finding. */
MW_API enum mw_status mw_checks(struct mw_ctx *ctx, const char *id,
                                struct mw_answer **out, struct mw_err *err);

/* Findings of severity error; questions that stayed without an answer. */
MW_API size_t mw_answer_errors(const struct mw_answer *answer);
MW_API size_t mw_answer_unknown(const struct mw_answer *answer);

#ifdef __cplusplus
}
#endif

#endif
