/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dmarc_record.h - one DMARC record, read to its end whatever is wrong
 *
 * RFC 9989 section 4.7 and RFC 7489 section 6.3 with 6.6.3.  The reader keeps
 * going: every fault is kept with its bytes, tags of both dialects are read,
 * and what receivers of each make of the record is told.  All views share the
 * life of the text.
 */
#ifndef AUTH_DMARC_RECORD_H
#define AUTH_DMARC_RECORD_H

#include "auth/fault.h"
#include "base/err.h"

/* Bytes of a record that are read; receivers have buffers of this order. */
#define DMARC_TEXT_MAX 8192
/* Tags kept of one record; both standards together know 14. */
#define DMARC_TAGS_MAX 128
/* Addresses for reports kept of one tag; receivers need not heed over two. */
#define DMARC_URIS_MAX 32

enum dmarc_policy {
	DMARC_UNSET, /* no such tag */
	DMARC_P_NONE,
	DMARC_P_QUARANTINE,
	DMARC_P_REJECT,
	DMARC_BAD    /* a value that is no policy */
};

/* "none" ...; NULL for unset and bad. */
const char *dmarc_policy_name(enum dmarc_policy policy);

enum dmarc_psd { DMARC_PSD_U, DMARC_PSD_Y, DMARC_PSD_N };

/* Bits of fo. */
#define DMARC_FO_ALL 1u  /* 0 */
#define DMARC_FO_ANY 2u  /* 1 */
#define DMARC_FO_DKIM 4u /* d */
#define DMARC_FO_SPF 8u  /* s */

struct dmarc_tag {
	sv name; /* as it stands */
	sv value;
	size_t at, value_at;
};

struct dmarc_uri {
	sv uri;       /* without the size */
	sv address;   /* of mailto: */
	sv domain;    /* behind its last @ */
	size_t at;
	uint64_t size; /* bytes; 0: none given, or not to be read */
	bool usable;  /* a URI by its syntax */
};

struct dmarc_uris {
	struct dmarc_uri *list;
	size_t n, cap;
	bool any; /* at least one is usable */
};

struct dmarc_record {
	sv text;
	/* v=DMARC1 comes first: else it is no DMARC record to receivers. */
	bool is_dmarc;
	struct dmarc_tag *tags;
	size_t ntags, cap;
	struct faults faults;
	/* As they stand. */
	enum dmarc_policy p, sp, np;
	bool adkim_strict, aspf_strict;
	enum dmarc_psd psd;
	bool t;
	unsigned pct; /* 100 where not set or wrong */
	uint32_t ri;  /* seconds; 86400 where not set or wrong */
	unsigned fo;
	struct dmarc_uris rua, ruf;
	/*
	 * What receivers act by (RFC 9989 section 4.10.1, RFC 7489 section
	 * 6.6.3): a wrong policy is "none" where reports are wanted, else the
	 * record is void.
	 */
	bool usable;
	enum dmarc_policy use_p, use_sp, use_np; /* DMARC_UNSET: inherited */
};

/* MW_OK or MW_ENOMEM. */
enum mw_status dmarc_record_parse(struct arena *a, sv text,
                                  struct dmarc_record *out);

/* Would a strict reader of RFC 7489 take it as it stands? */
bool dmarc_record_strict(const struct dmarc_record *r);

/*
 * Only whether it is a DMARC record, and its psd; nothing is allocated.  For
 * walks, which are run again with each answer.
 */
bool dmarc_record_glance(sv text, enum dmarc_psd *psd);

/* Not DMARC, but meant to be: "v=DMARC 1", "V=dmarc1", quotation marks. */
bool dmarc_record_meant(sv text);

#endif
