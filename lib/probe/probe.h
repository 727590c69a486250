/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.h - connections to mail servers and policy hosts, and what was seen
 *
 * A prober asks once for each host and address, keeps the result as long as it
 * lives, and works on the loop beside the questions to the DNS.  Names are
 * never looked up here: addresses are given.  Whatever a server sends is
 * hostile; what is kept of it has limits, and control characters in it are
 * whose problem it is to print it.
 *
 * As with the DNS, what could not be found out stays apart from what is wrong:
 * a port that does not answer says nothing of the server behind it.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "base/arena.h"
#include "base/ip.h"

struct dns_loop;

enum probe_state { PROBE_PENDING, PROBE_DONE, PROBE_FAILED };

/* Why nothing (more) was seen. */
enum probe_fail {
	PROBE_OK,
	PROBE_NOT_TRIED,   /* nobody is connected to in this run */
	PROBE_REFUSED,     /* the address answers, nobody listens there */
	PROBE_TIMEOUT,     /* no answer at all: a filter, or nobody there */
	PROBE_UNREACHABLE, /* no way to that address from here */
	PROBE_FORBIDDEN,   /* this machine's own rules */
	PROBE_CLOSED,      /* it hung up */
	PROBE_SLOW,        /* connected, but not done in time */
	PROBE_TLS,         /* no TLS came about: tls.error */
	PROBE_CERTIFICATE, /* tls.faults */
	PROBE_TOO_LARGE,
	PROBE_PROTOCOL,    /* what it says is not SMTP or HTTP */
	PROBE_STOPPED,     /* interrupted, or the time of all is over */
	PROBE_FAIL_N
};

/* "refused" ...; never NULL. */
const char *probe_fail_name(enum probe_fail fail);

/* ---- certificates ---- */

/* Sent by one server; more are cut. */
#define CERT_CHAIN_MAX 10
/* Names in one certificate that are kept. */
#define CERT_NAMES_MAX 100

struct cert {
	sv der, spki;        /* whole, and its SubjectPublicKeyInfo */
	sv subject, issuer;  /* for people (RFC 2253) */
	sv key;              /* "RSA 2048" */
	int64_t from, until; /* Unix times of its validity */
	const sv *names;     /* DNS names of subjectAltName */
	size_t nnames;
};

enum cert_fault {
	CERT_EXPIRED = 1,
	CERT_NOT_YET = 2,
	CERT_NAME = 4,           /* not for that host (RFC 6125) */
	CERT_SELF_SIGNED = 8,
	CERT_UNKNOWN_ISSUER = 16, /* no chain to an authority known here */
	CERT_WEAK = 32,          /* key or signature too weak */
	CERT_OTHER = 64
};

struct tls_seen {
	bool tried, up;      /* up: the handshake was completed */
	sv version, cipher;  /* "TLSv1.3" */
	const struct cert *chain; /* as sent: the server's own first */
	size_t n;
	unsigned faults;     /* CERT_* bits; of a chain with n > 0 */
	sv why;              /* the first fault in OpenSSL's words */
	sv error;            /* why no TLS came about, for people */
};

/* ---- HTTPS ---- */

/* RFC 8461 section 3.3: what is longer is no policy. */
#define HTTPS_BODY_MAX 65536

/* One file fetched from a policy host; redirects are not followed. */
struct https_probe {
	enum probe_state state;
	enum probe_fail fail;
	sv host, path;
	struct ip ip;   /* that was talked to; may be unset */
	unsigned status; /* of HTTP; 0: none came */
	sv type;        /* Content-Type */
	sv location;    /* where a redirect leads */
	sv body;
	struct tls_seen tls;
	sv why;         /* of a failure, for people */
};

/* ---- SMTP ---- */

/* Addresses asked for on one connection. */
#define SMTP_RCPT_MAX 4
/* What is kept of one dialogue; the longest reply has 16 KB. */
#define SMTP_TALK_MAX 65536
/* Keywords of one EHLO reply. */
#define SMTP_KEYWORDS_MAX 64

struct smtp_rcpt {
	sv address;
	unsigned code; /* of the reply to RCPT; 0: not asked */
	sv text;
};

struct smtp_probe {
	enum probe_state state;
	enum probe_fail fail;
	const char *stage;  /* "connect", "greeting", "EHLO" ...: how far it came */
	sv host;            /* the name in MX: for SNI, and the certificate */
	struct ip ip;
	unsigned code;      /* of the last reply; 0: none */
	sv text;            /* of the last reply, joined by spaces */
	sv greeting;        /* text of the 220 */
	const sv *keywords; /* of the last EHLO, "SIZE 10240000" */
	size_t nkeywords;
	bool ehlo;          /* EHLO was accepted */
	bool starttls;      /* it was offered */
	bool has_size;      /* SIZE was offered (RFC 1870) */
	uint64_t size;      /* bytes; 0: no fixed limit */
	struct tls_seen tls;
	struct smtp_rcpt rcpt[SMTP_RCPT_MAX];
	size_t nrcpt;
	unsigned connect_ms;
	sv why;             /* of a failure, for people */
	sv talk;            /* all of it, where that was wanted: see below */
};

/* What is to be asked; views must live as long as the call. */
struct smtp_ask {
	sv host;
	struct ip ip;
	/*
	 * Addresses of one's own domain, to see whether they are accepted: MAIL
	 * FROM:<> and RCPT, no DATA.  Without them nothing is said beyond EHLO
	 * and STARTTLS.
	 */
	sv rcpt[SMTP_RCPT_MAX];
	size_t nrcpt;
};

struct https_ask {
	sv host, path;
	const struct ip *ips;
	size_t nips;
};

/* Addresses that are handed on for one host. */
#define HTTPS_IPS_MAX 16

/* ---- who asks ---- */

/* Different probes of one prober; those beyond fail, and say why. */
#define PROBES_MAX 50000

struct prober {
	/*
	 * Never NULL; the same for the same question, and lives as long as the
	 * prober.  state is PROBE_PENDING until it is done.
	 */
	const struct smtp_probe *(*smtp)(struct prober *p,
	                                 const struct smtp_ask *ask);
	const struct https_probe *(*https)(struct prober *p,
	                                   const struct https_ask *ask);
	size_t (*pending)(const struct prober *p);
	/* All that is pending fails now, and whatever is asked later. */
	void (*stop)(struct prober *p, sv why);
	void (*free)(struct prober *p);
};

static inline void prober_free(struct prober *p)
{
	if (p)
		p->free(p);
}

struct probe_options {
	/* Said before a connection: "connects to 192.0.2.25 port 25 ...". */
	void (*note)(void *arg, const char *text);
	void *arg;
	/*
	 * Keep what was said, a line each: "S: 220 mx.example.org ESMTP",
	 * "C: EHLO ...", "-- TLSv1.3".  Up to SMTP_TALK_MAX bytes.
	 */
	bool keep_talk;
	int64_t now;         /* certificates are judged then; 0: the clock */
	sv helo;             /* for EHLO; empty: the address in brackets */
	struct ip source[2]; /* bound to for IPv4 and IPv6, where set */
	const char *ca_file; /* authorities; NULL: those of the system */
	uint16_t smtp_port, https_port; /* 0: 25 and 443 */
	unsigned connect_ms; /* for a connection; 0: 5000 */
	unsigned talk_ms;    /* for all that follows; 0: 15000 */
};

/*
 * On the network.  loop is borrowed and must outlive it, strings of opt too.
 * NULL if there is no memory.
 */
struct prober *probe_net_new(struct dns_loop *loop,
                             const struct probe_options *opt);

#endif
