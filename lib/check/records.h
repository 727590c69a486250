/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * records.h - a record in the forms in which people publish it
 *
 * Zone file ("name. IN TXT \"...\""), panel (name relative to the zone, value
 * without quotation marks), and the strings of at most 255 octets that a TXT
 * record is made of (RFC 1035 section 3.3.14).
 */
#ifndef CHECK_RECORDS_H
#define CHECK_RECORDS_H

#include "check/check.h"

/* "example.org. IN TXT \"v=spf1 ...\"" */
sv record_zone_line(struct arena *a, const struct check_record *r);
/* The name that a panel wants: "@", "_dmarc"; whole where zone is unknown. */
sv record_relative(struct arena *a, sv name, sv zone);
/* TXT of over 255 octets: "\"...\" \"...\""; empty where one string does. */
sv record_strings(struct arena *a, const struct check_record *r);
/* "+example.org TXT ..." for an overlay; deletion and replacement too. */
sv record_overlay(struct arena *a, const struct check_record *r);

#endif
