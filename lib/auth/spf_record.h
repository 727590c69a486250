/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spf_record.h - one SPF record taken apart (RFC 7208 sections 4.5, 4.6, 12)
 *
 * The input is what a stranger published: hostile or plain wrong.  Reading
 * goes on behind a fault, so that a broken record is shown whole; each fault
 * is kept with its place.  A record with a fatal fault is a permerror for
 * receivers (section 4.6), wherever in it the fault is.
 *
 * Offsets and lengths are bytes of the record's strings joined (section 3.3).
 * All lives in the arena given, and points into the text.
 */
#ifndef AUTH_SPF_RECORD_H
#define AUTH_SPF_RECORD_H

#include "base/arena.h"
#include "dns/dns.h"

/* All that a TXT record holds; a longer text is cut, and that is a fault. */
#define SPF_RECORD_MAX 65535
/* Section 3.4: so an answer fits 512 octets, with some room for its names. */
#define SPF_RECORD_GOOD 450
/* Faults that are kept of one record; those beyond are counted. */
#define SPF_FAULTS_MAX 64
/* Terms compared with each other for duplicates; more is no work of hand. */
#define SPF_COMPARED_MAX 512

enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_EXP,
	SPF_OTHER,  /* a modifier that nobody knows: ignored */
	SPF_BROKEN, /* neither a mechanism nor a modifier */
	SPF_KIND_N
};

/* "include"; "modifier" and "term" for the last two. */
const char *spf_kind_name(enum spf_kind kind);

/* Does it count for the limit of ten (section 4.6.4)? */
bool spf_kind_counts(enum spf_kind kind);

enum spf_fault_id {
	/* Fatal: the record is a permerror. */
	SPF_FAULT_UNKNOWN_MECHANISM,
	SPF_FAULT_BAD_CIDR,
	SPF_FAULT_BAD_MACRO,
	SPF_FAULT_EXP_MACRO,       /* c, r or t outside of an explanation */
	SPF_FAULT_BAD_ADDRESS,
	SPF_FAULT_BAD_DOMAIN,      /* one label, a number at its end ... */
	SPF_FAULT_NO_ARGUMENT,     /* "include", "ip4:" */
	SPF_FAULT_ARGUMENT,        /* "all:x" */
	SPF_FAULT_CIDR_HERE,       /* "include:example.org/24" */
	SPF_FAULT_MODIFIER_TWICE,  /* redirect or exp (section 6) */
	SPF_FAULT_BAD_MODIFIER,    /* its name: "1up=x", "=x" */
	SPF_FAULT_COLON_MODIFIER,  /* "redirect:example.org" */
	SPF_FAULT_BLANK_BEHIND_COLON, /* "include: example.org" */
	SPF_FAULT_SEMICOLON,       /* at the end, or between terms */
	SPF_FAULT_QUOTES,
	SPF_FAULT_CONTROL_CHAR,    /* a tab or a line end, too */
	SPF_FAULT_NON_ASCII,       /* typographic quotes, a byte order mark */
	SPF_FAULT_GLUED,           /* two strings joined without a blank */
	SPF_FAULT_TOO_LONG,
	/* From here on: told, but nothing breaks. */
	SPF_FAULT_EQUALS_MECHANISM, /* "include=x": ignored as unknown */
	SPF_FAULT_UNKNOWN_MODIFIER,
	SPF_FAULT_SECOND_VERSION,  /* two records pasted into one */
	SPF_FAULT_AFTER_ALL,       /* never reached (section 5.1) */
	SPF_FAULT_REDIRECT_WITH_ALL, /* ignored (section 6.1) */
	SPF_FAULT_PTR_USED,        /* section 5.5: should not be */
	SPF_FAULT_NO_ALL,          /* neither all nor redirect: neutral */
	SPF_FAULT_ALL_PASS,        /* "+all": everybody may send */
	SPF_FAULT_ALL_NEUTRAL,
	SPF_FAULT_DUPLICATE,
	SPF_FAULT_HOST_BITS,       /* "ip4:192.0.2.5/24" */
	SPF_FAULT_CIDR_ZERO,
	SPF_FAULT_PRIVATE_ADDRESS, /* never seen by a receiver elsewhere */
	SPF_FAULT_LONG,            /* over SPF_RECORD_GOOD */
	/* Of texts that are no record, though they were meant as one. */
	SPF_FAULT_LEADING_BLANK,
	SPF_FAULT_VERSION,         /* "v=spf1;", "v=spf2", "spf1 ..." */
	SPF_FAULT_SENDER_ID,       /* "spf2.0/pra" (RFC 4406) */
	SPF_FAULT_N
};

/* "unknown-mechanism"; ids are never renamed. */
const char *spf_fault_name(enum spf_fault_id id);
bool spf_fault_fatal(enum spf_fault_id id);

struct spf_fault {
	enum spf_fault_id id;
	uint32_t at, n; /* n may be 0: something is missing there */
	uint32_t term;  /* its number; UINT32_MAX: of the whole record */
};

struct spf_term {
	enum spf_kind kind;
	char qualifier; /* '+' where none is written */
	bool written;   /* the qualifier stands there */
	bool broken;    /* by a fatal fault */
	bool macros;    /* its domain depends on who sends */
	bool has_bits4, has_bits6;
	uint8_t bits4, bits6; /* 32 and 128 where none are written */
	uint32_t at;    /* of text in the record */
	sv text;        /* whole, as written */
	sv name;        /* "include", "x-own"; without qualifier */
	sv domain;      /* domain-spec, or a modifier's value; may be empty */
	struct ip ip;   /* of ip4 and ip6 */
	/* The domain without macros; NULL: has some, or can be no name. */
	const struct dns_name *target;
};

struct spf_record {
	sv text;
	struct spf_term *term;
	size_t n;
	struct spf_fault *fault;
	size_t nfaults, faults_all; /* kept, and counted */
	bool broken;                /* one is fatal */
	/* Numbers of terms; SIZE_MAX: none.  The first of each. */
	size_t all, redirect, exp;
};

/* Is it one: "v=spf1" and then a blank or the end (section 4.5)? */
bool spf_is_record(sv text);

/* Was it meant as one, and why is it none?  False where it is about else. */
bool spf_is_nearly(sv text, enum spf_fault_id *why);

/*
 * Take a record apart.  joins: offsets where one string of it ends and the
 * next begins, or NULL.  NULL where a is exhausted.
 */
struct spf_record *spf_record_parse(struct arena *a, sv text,
                                    const size_t *joins, size_t njoins);

/* Records of one name that are kept; hostile zones have thousands. */
#define SPF_RECORDS_MAX 8

/* What the TXT records of one name say about SPF. */
struct spf_set {
	const struct spf_record *record[SPF_RECORDS_MAX];
	size_t n, all; /* kept, and counted: two are a permerror */
	size_t nearly; /* meant as a record, but none */
	sv near;       /* the first of those */
	enum spf_fault_id near_why;
};

/* NULL where a is exhausted.  txt: an answer that is not pending. */
const struct spf_set *spf_set_read(struct arena *a,
                                   const struct dns_answer *txt);

#endif
