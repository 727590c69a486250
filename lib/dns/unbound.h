/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unbound.h - the DNS as a validating receiver sees it: libunbound
 *
 * Resolves by itself from the root servers on, or asks forwarders; keeps what
 * it learned as long as it lives; validates by DNSSEC where it has a trust
 * anchor.
 *
 * What an answer's trust says: SECURE and BOGUS are proven.  INSECURE means
 * that validation works at the trust anchor above the name, and the zone is
 * not signed.  UNKNOWN: no trust anchor above the name, or its keys could not
 * be fetched and verified - a forwarder without DNSSEC gives nothing to
 * validate, so nothing is said about the names and none is called forged.
 *
 * Of SERVFAIL, why tells what libunbound says of its attempts.
 */
#ifndef DNS_UNBOUND_H
#define DNS_UNBOUND_H

#include "dns/dns.h"

struct dns_loop;

/* Where Debian keeps the root's key (package dns-root-data). */
#define DNS_ROOT_KEY "/usr/share/dns/root.key"

/* Questions at once; more wait. */
#define DNS_UNBOUND_OPEN 256
#define DNS_ANCHORS_MAX 16
#define DNS_FORWARDERS_MAX 8

struct dns_unbound_options {
	/* "192.0.2.53", "192.0.2.53@5300", ...: asked in place of the root. */
	const sv *forwarder;
	size_t nforwarder;
	bool resolv_conf; /* forwarders of the system: /etc/resolv.conf */
	/* File of trust anchors; NULL: DNS_ROOT_KEY where it exists; "": none. */
	const char *anchor_file;
	/* Further trust anchors: "example.org. DS 1 13 2 ...". */
	const sv *anchor;
	size_t nanchor;
	const char *root_hints; /* file; NULL: those of libunbound */
	/*
	 * For tests: ask the network for private and documentation
	 * addresses' names too, which libunbound otherwise denies by itself.
	 */
	bool lan_zones;
	/*
	 * Another one of this run, which is freed later: libunbound has one
	 * log for all, so both look up there why a question failed.
	 */
	struct dns_resolver *log_with;
};

/*
 * *out is made; it borrows loop.  MW_ESYNTAX: a forwarder or trust anchor is
 * none; MW_EIO: a file cannot be read, or libunbound cannot be set up;
 * MW_ENOMEM; MW_ELIMIT.
 */
enum mw_status dns_unbound_new(struct dns_loop *loop,
                               const struct dns_unbound_options *opt,
                               struct dns_resolver **out, struct mw_err *err);

/* Does it have a trust anchor at all? */
bool dns_unbound_validates(const struct dns_resolver *r);

#endif
