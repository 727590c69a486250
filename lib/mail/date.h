/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * date.h - the dates of mail as Unix time
 *
 * RFC 5322 section 3.3 and its obsolete forms (section 4.3), with the parts
 * in whatever order: asctime, RFC 850, ISO 8601, and what home-made senders
 * write.  English names only, whatever the locale.  Work is linear.
 */
#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include "base/err.h"
#include "base/sv.h"

#define DATE_NO_ZONE 1u	  /* none is told, or none that means one: UTC */
#define DATE_ZONE_NAME 2u /* a name, as RFC 5322 has them for old mail */
#define DATE_SHORT 4u	  /* a year of two or three digits */
#define DATE_ODD 8u	  /* not in the order of RFC 5322, or odd words */
#define DATE_UNSURE 16u	  /* day and month cannot be told apart: 3/4/2026 */
#define DATE_NO_TIME 32u  /* a day only: its midnight */

struct date {
	int64_t time; /* seconds since 1970, UTC */
	int zone;     /* minutes east of UTC */
	unsigned defects;
};

/* More of a value is not looked at; real ones have up to 60 bytes. */
#define DATE_MAX 256

/* MW_OK, or MW_ESYNTAX: no day, month and year, or none that exists. */
enum mw_status date_read(sv value, struct date *out);

#endif
