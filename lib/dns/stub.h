/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - asks one given server, over UDP and TCP
 *
 * A question that names a server (query.server) is asked there without
 * recursion: one authoritative server's own view.  One that names none goes to
 * the forwarder that was given, with recursion.  Nothing is validated, nothing
 * kept.
 *
 * Each question has a random id and a socket (so a port) of its own, connected
 * to the server: what comes from elsewhere, has another id or answers another
 * question is not seen.  Retransmitted once over UDP; asked again over TCP
 * where the answer is cut short; asked again without EDNS where the server
 * does not understand it.
 */
#ifndef DNS_STUB_H
#define DNS_STUB_H

#include "dns/dns.h"

struct dns_loop;

/* Questions under way to one server: what a stranger may ask of it at once. */
#define DNS_STUB_EACH 20
/* The same for the user's own forwarder. */
#define DNS_STUB_FORWARDER 256
/* Sockets in all; the usual limit of a process is 1024 files. */
#define DNS_STUB_OPEN 512

struct dns_stub_options {
	struct ip forwarder; /* not set: only questions that name a server */
	uint16_t port;       /* of the forwarder; 0: 53 */
	bool dnssec;         /* DO: have signatures sent along, to see sizes */
	bool cd;             /* checking disabled */
};

/*
 * NULL if there is no memory.  loop is borrowed.  Questions still under way
 * when it is freed are forgotten: their done() is not called.
 */
struct dns_resolver *dns_stub_new(struct dns_loop *loop,
                                  const struct dns_stub_options *opt);

/*
 * "192.0.2.53", "192.0.2.53@5300", "[2001:db8::53]:5300": a server as people
 * write it.  *port is 53 where none is given.
 */
bool dns_server_from(sv text, struct ip *ip, uint16_t *port);
/* "192.0.2.53" or "192.0.2.53 port 5300". */
sv dns_server_text(struct arena *a, const struct ip *ip, uint16_t port);

#endif
