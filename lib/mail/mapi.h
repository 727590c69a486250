/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapi.h - the properties of a message, recipient or attachment in an
 * Outlook file [MS-OXMSG], [MS-OXPROPS]
 */
#ifndef MAIL_MAPI_H
#define MAIL_MAPI_H

#include "mail/cfb.h"

enum mapi_prop {
	/* of messages */
	MAPI_CLASS, MAPI_HEADERS, MAPI_SUBJECT, MAPI_SUBMITTED,
	MAPI_DELIVERED, MAPI_MESSAGE_ID, MAPI_SENDER_NAME,
	MAPI_SENDER_ADDRESS, MAPI_SENDER_SMTP, MAPI_FROM_NAME,
	MAPI_FROM_ADDRESS, MAPI_FROM_SMTP, MAPI_TO, MAPI_CC, MAPI_BODY,
	MAPI_HTML, MAPI_RTF, MAPI_REPORT_TEXT, MAPI_REPORTING,
	MAPI_BODY_CODEPAGE, MAPI_CODEPAGE,
	/* of recipients */
	MAPI_KIND, MAPI_NAME, MAPI_ADDRESS, MAPI_SMTP, MAPI_REASON,
	MAPI_DIAGNOSTIC, MAPI_STATUS, MAPI_SUPPLEMENT, MAPI_REMOTE,
	/* of attachments */
	MAPI_DATA, MAPI_METHOD, MAPI_FILE, MAPI_LONG_FILE, MAPI_MIME,
	MAPI_N
};

/* [MS-OXCDATA] 2.11.1: types of properties that are read. */
#define MAPI_INT16 0x0002u
#define MAPI_INT32 0x0003u
#define MAPI_OBJECT 0x000Du
#define MAPI_STRING8 0x001Eu
#define MAPI_UNICODE 0x001Fu
#define MAPI_TIME 0x0040u
#define MAPI_BINARY 0x0102u

/* What stands before the properties of each kind of object. */
#define MAPI_TOP 32u
#define MAPI_EMBEDDED 24u
#define MAPI_INNER 8u

struct mapi {
	uint32_t at[MAPI_N];     /* the entry with the value, or CFB_NONE */
	uint16_t type[MAPI_N];   /* of the value; 0: there is none */
	uint64_t value[MAPI_N];  /* of numbers and times */
	bool any;                /* the storage holds properties at all */
};

/*
 * Read the properties of a storage; head is MAPI_TOP, MAPI_EMBEDDED or
 * MAPI_INNER.  Memory of a is needed only during the call.
 */
void mapi_read(struct arena *a, struct cfb *f, uint32_t storage, size_t head,
               struct mapi *out);

static inline bool mapi_has(const struct mapi *o, enum mapi_prop p)
{
	return o->type[p] != 0;
}

#endif
